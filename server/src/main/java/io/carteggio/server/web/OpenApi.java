package io.carteggio.server.web;

import io.carteggio.server.web.Routes.Method;
import io.carteggio.server.web.Routes.Route;
import io.carteggio.server.web.Routes.Who;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The description of the API (OpenAPI 3.1), made of what answers: the routes for programs and the operations. Nothing
/// in it is written a second time. Safe for many threads once it is made.
final class OpenApi {
    /// The version of the form of requests and answers, which the addresses have, too.
    static final String VERSION = "1";

    private static final String BEARER = "bearer";
    private static final String SESSION = "session";
    private static final String FORM_TOKEN = "formToken";
    private static final String PROBLEM = "Problem";
    private static final Pattern IN_PATH = Pattern.compile("\\{([a-z]+)}");

    private static final Shape PROBLEM_SHAPE =
            Shape.named(PROBLEM).text("title").number("status").text("detail").number("position~", "exit~");

    /// What stands for what in an address.
    private static final Map<String, String> FORMS = Map.of(
            "id", "^[a-z2-7]{32}$",
            "part", "^[0-9]{1,6}$",
            "arrival", "^[0-9]{1,18}$",
            "search", "^[A-Za-z0-9_-]+$");

    private static final Map<Integer, String> REFUSALS = new TreeMap<>(Map.of(
            400, "What is sent or asked is not understood.",
            401, "No session, and no good token.",
            403, "Not for this person, not by this token, or the form's token is missing.",
            404, "It is not there, or not for this person to know of.",
            413, "More than " + WebServer.FORM_LIMIT_BYTES + " octets were sent.",
            422, "It is understood, and refused: `detail` says why.",
            503, "The archive is busy or in trouble; later it may be done."));

    private final List<Route> routes;
    private final boolean secure;

    /// @param secure whether the cookie of a session has the name that it has where the public address is of `https`
    OpenApi(List<Route> routes, boolean secure) {
        this.routes = new ArrayList<>(routes);
        this.secure = secure;
    }

    /// Another route, which is described too.
    void add(Route route) {
        routes.add(route);
    }

    void answer(Visit visit) {
        visit.json(document());
    }

    ObjectNode document() {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("openapi", "3.1.0");
        document.putObject("info")
                .put("title", "Carteggio")
                .put("version", VERSION)
                .put(
                        "description",
                        "What the pages of the archive do, for programs. A token (`token add`) opens what it was made"
                                + " for, as far as its person may at that instant; a session opens what its person"
                                + " may, and needs the token of its forms for everything that is sent. Trouble is a"
                                + " problem (RFC 9457). Instants are ISO 8601 in UTC. New fields may come to answers.")
                .putObject("license")
                .put("name", "Apache-2.0")
                .put("identifier", "Apache-2.0");
        document.putArray("servers").addObject().put("url", "/");
        Map<String, Shape> shapes = new TreeMap<>();
        Map<String, String> groups = new LinkedHashMap<>();
        ObjectNode paths = document.putObject("paths");
        for (Route route : routes) {
            if (route.path().equals(ApiRoutes.OPERATION)) {
                ApiOperations.all().forEach(o -> operation(paths, o, shapes, groups));
            } else {
                ApiDoc doc =
                        route.doc().orElseThrow(() -> new IllegalStateException(route.path() + " is not described"));
                route(paths, route, doc, shapes, groups);
            }
        }
        collect(shapes, PROBLEM_SHAPE);
        ArrayNode tags = document.putArray("tags");
        groups.keySet().forEach(group -> tags.addObject().put("name", group));
        ObjectNode components = document.putObject("components");
        ObjectNode schemas = components.putObject("schemas");
        shapes.forEach((name, shape) -> schemas.set(name, shape.schema(false)));
        ObjectNode responses = components.putObject("responses");
        REFUSALS.forEach((status, why) -> {
            ObjectNode response = responses.putObject("Refused" + status).put("description", why);
            response.putObject("content")
                    .putObject("application/problem+json")
                    .set("schema", PROBLEM_SHAPE.reference());
        });
        schemes(components.putObject("securitySchemes"));
        return document;
    }

    private void schemes(ObjectNode schemes) {
        schemes.putObject(BEARER)
                .put("type", "http")
                .put("scheme", "bearer")
                .put(
                        "description",
                        "A token. The scope that each operation names is what the token must have been made for; a"
                                + " token for `job.*` opens all whose scope begins with `job.`.");
        schemes.putObject(SESSION)
                .put("type", "apiKey")
                .put("in", "cookie")
                .put("name", Visit.sessionCookie(secure))
                .put("description", "The session of who is logged in on the pages.");
        schemes.putObject(FORM_TOKEN)
                .put("type", "apiKey")
                .put("in", "header")
                .put("name", Visit.FORM_HEADER)
                .put("description", "The `token` of the session's forms; in a form it may be a field.");
    }

    // ---- routes

    private static void route(
            ObjectNode paths, Route route, ApiDoc doc, Map<String, Shape> shapes, Map<String, String> groups) {
        ObjectNode said = begun(paths, route.path(), route.method(), doc.id(), doc.group(), doc.summary(), groups);
        boolean open = route.who() == Who.ANYBODY;
        security(said, open ? Optional.empty() : Optional.of(doc.id()), route.method(), !open);
        ArrayNode parameters = JsonNodeFactory.instance.arrayNode();
        for (String name :
                IN_PATH.matcher(route.path()).results().map(MatchResult::group).toList()) {
            String bare = name.substring(1, name.length() - 1);
            ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "string");
            Optional.ofNullable(FORMS.get(bare)).ifPresent(form -> schema.put("pattern", form));
            parameters
                    .addObject()
                    .put("name", bare)
                    .put("in", "path")
                    .put("required", true)
                    .set("schema", schema);
        }
        for (ApiDoc.Asked asked : doc.asked()) {
            parameters
                    .addObject()
                    .put("name", asked.name())
                    .put("in", "query")
                    .put("description", asked.what())
                    .set("schema", Shape.schema(asked.kind()));
        }
        if (!parameters.isEmpty()) {
            said.set("parameters", parameters);
        }
        doc.sent().ifPresent(shape -> {
            ObjectNode content =
                    said.putObject("requestBody").put("required", true).putObject("content");
            content.putObject("application/json").set("schema", shape.schema(false));
            content.putObject("application/x-www-form-urlencoded").set("schema", shape.schema(false));
        });
        ObjectNode responses = said.putObject("responses");
        ObjectNode good = responses.putObject("200").put("description", "Done.");
        switch (doc.answer()) {
            case ApiDoc.Answer.Json(Shape shape) -> {
                collect(shapes, shape);
                good.putObject("content").putObject("application/json").set("schema", shape.reference());
            }
            case ApiDoc.Answer.Octets(String type) -> good.putObject("content").putObject(type);
        }
        refusals(responses, route, doc);
    }

    private static void refusals(ObjectNode responses, Route route, ApiDoc doc) {
        if (route.who() == Who.ANYBODY) {
            return;
        }
        boolean sends = route.method() == Method.POST;
        for (int status : REFUSALS.keySet()) {
            boolean can = switch (status) {
                case 400, 422 -> sends || !doc.asked().isEmpty();
                case 404 -> route.path().contains("{");
                case 413 -> sends;
                default -> true;
            };
            if (can) {
                refusal(responses, status);
            }
        }
    }

    private static void refusal(ObjectNode responses, int status) {
        responses.putObject(Integer.toString(status)).put("$ref", "#/components/responses/Refused" + status);
    }

    private static ObjectNode begun(
            ObjectNode paths,
            String path,
            Method method,
            String id,
            String group,
            String summary,
            Map<String, String> groups) {
        groups.putIfAbsent(group, group);
        ObjectNode item = paths.path(path) instanceof ObjectNode there ? there : paths.putObject(path);
        ObjectNode said = item.putObject(method.name().toLowerCase(Locale.ROOT))
                .put("operationId", id)
                .put("summary", summary);
        said.putArray("tags").add(group);
        return said;
    }

    /// @param scope what a token must be for; empty where none opens it
    private static void security(ObjectNode said, Optional<String> scope, Method method, boolean closed) {
        ArrayNode ways = said.putArray("security");
        if (!closed) {
            ways.addObject();
            return;
        }
        scope.ifPresent(one -> ways.addObject().putArray(BEARER).add(one));
        ObjectNode session = ways.addObject();
        session.putArray(SESSION);
        if (method == Method.POST) {
            session.putArray(FORM_TOKEN);
        }
    }

    // ---- operations

    private static void operation(
            ObjectNode paths, ApiOperation operation, Map<String, Shape> shapes, Map<String, String> groups) {
        String path = ApiRoutes.BASE + "/" + operation.name();
        ObjectNode said =
                begun(paths, path, Method.POST, operation.name(), operation.group(), operation.summary(), groups);
        said.put("description", who(operation));
        security(said, operation.inPerson() ? Optional.empty() : Optional.of(operation.name()), Method.POST, true);
        if (operation.looks()) {
            ArrayNode parameters = said.putArray("parameters");
            asked(parameters, "limit", "lines a page, 1 to " + ApiPages.PAGE_LIMIT, "integer", ApiPages.PAGE);
            parameters
                    .addObject()
                    .put("name", "cursor")
                    .put("in", "query")
                    .put("description", "the `next` of the page before")
                    .putObject("schema")
                    .put("type", "string");
        }
        ObjectNode content =
                said.putObject("requestBody").put("required", false).putObject("content");
        content.putObject("application/json").set("schema", sent(operation));
        form(content.putObject("application/x-www-form-urlencoded"), operation);
        ObjectNode responses = said.putObject("responses");
        ObjectNode good = responses.putObject("200").put("description", "Done; `exit` is 1 where the answer is no.");
        good.putObject("content").putObject("application/json").set("schema", answer(operation, shapes));
        for (int status : REFUSALS.keySet()) {
            refusal(responses, status);
        }
    }

    private static void asked(ArrayNode parameters, String name, String what, String type, int otherwise) {
        parameters
                .addObject()
                .put("name", name)
                .put("in", "query")
                .put("description", what)
                .putObject("schema")
                .put("type", type)
                .put("minimum", 1)
                .put("maximum", ApiPages.PAGE_LIMIT)
                .put("default", otherwise);
    }

    private static String who(ApiOperation operation) {
        return (operation.overseen() ? "For administrators and data-protection officers." : "For administrators.")
                + (operation.inPerson()
                        ? " By no token: it takes a session whose password was given within five minutes."
                        : "");
    }

    /// What is sent as JSON: the parameters, with the secrets among them.
    static ObjectNode sent(ApiOperation operation) {
        Shape shape = operation.secrets() ? operation.params().textsByName("secrets~") : operation.params();
        return shape.schema(true);
    }

    private static void form(ObjectNode media, ApiOperation operation) {
        ObjectNode schema = media.putObject("schema").put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        properties.set("params", operation.params().schema(true));
        ObjectNode encoding = media.putObject("encoding");
        encoding.putObject("params").put("contentType", "application/json");
        if (operation.secrets()) {
            properties.set("secrets", Shape.schema(new Shape.Kind.MapOf(new Shape.Kind.Plain(Shape.Word.TEXT))));
            encoding.putObject("secrets").put("contentType", "application/json");
        }
        properties.putObject("token").put("type", "string");
    }

    /// @param shapes is told what it refers to
    static ObjectNode answer(ApiOperation operation, Map<String, Shape> shapes) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        schema.putArray("required").add("lines").add("exit").add("error");
        ObjectNode properties = schema.putObject("properties");
        ObjectNode lines = properties.putObject("lines").put("type", "array");
        ObjectNode line = lines.putObject("items");
        ArrayNode any = JsonNodeFactory.instance.arrayNode();
        for (Shape shape : operation.lines()) {
            collect(shapes, shape);
            any.add(shape.reference());
        }
        if (any.size() == 1) {
            line.setAll((ObjectNode) any.get(0));
        } else {
            line.set("anyOf", any);
        }
        ArrayNode exits = properties.putObject("exit").put("type", "integer").putArray("enum");
        exits.add(0).add(1);
        properties.putObject("error").putArray("type").add("string").add("null");
        if (operation.looks()) {
            properties
                    .putObject("next")
                    .put("type", "string")
                    .put("description", "There is more: what to give as `cursor`.");
        }
        return schema;
    }

    private static void collect(Map<String, Shape> shapes, Shape shape) {
        for (Shape part : shape.withParts()) {
            if (part.name().isEmpty()) {
                continue;
            }
            Shape there = shapes.putIfAbsent(part.name(), part);
            if (there != null && !there.equals(part)) {
                throw new IllegalStateException("two shapes are called " + part.name());
            }
        }
    }
}
