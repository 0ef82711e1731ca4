package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.web.Routes.Route;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The description of the API is whole, says nothing that is not there, and is well formed.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {
    private Firm firm;
    private WebServer server;
    private JsonNode document;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
        try (Browser nobody = new Browser(server)) {
            document = JsonMapper.shared()
                    .readTree(nobody.get("/api/v1/openapi.json").body());
        }
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private record Described(String path, String method, JsonNode operation) {}

    private List<Described> described() {
        List<Described> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                all.add(new Described(path.getKey(), method.getKey(), method.getValue()));
            }
        }
        return all;
    }

    @Test
    void everythingThatIsThereIsDescribedAndNothingElse() {
        Set<String> there = new TreeSet<>();
        for (Route route : server.routes()) {
            if (route.path().startsWith("/api/") && !route.path().equals(ApiRoutes.OPERATION)) {
                there.add(route.method().name().toLowerCase(Locale.ROOT) + " " + route.path());
            }
        }
        ApiOperations.names().forEach(name -> there.add("post /api/v1/" + name));
        assertThat(described().stream().map(d -> d.method() + " " + d.path()))
                .containsExactlyInAnyOrderElementsOf(there);
        assertThat(server.routes())
                .filteredOn(r -> r.path().startsWith("/api/"))
                .allMatch(r -> r.path().startsWith(ApiRoutes.BASE + "/"));
    }

    @Test
    void itIsAWellFormedDescription() {
        assertThat(document.path("openapi").asString("")).isEqualTo("3.1.0");
        assertThat(document.path("info").path("version").asString("")).isEqualTo(OpenApi.VERSION);
        List<JsonNode> schemas = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        Set<String> tags = new HashSet<>();
        document.path("tags").forEach(tag -> tags.add(tag.path("name").asString("")));
        for (Described d : described()) {
            JsonNode said = d.operation();
            String as = d.method() + " " + d.path();
            assertThat(ids.add(said.path("operationId").asString(""))).as(as).isTrue();
            assertThat(said.path("summary").asString("")).as(as).endsWith(".");
            assertThat(tags).as(as).contains(said.path("tags").get(0).asString(""));
            assertThat(said.path("responses").has("200")).as(as).isTrue();
            Set<String> inPath = new TreeSet<>();
            for (JsonNode parameter : said.path("parameters")) {
                assertThat(parameter.path("in").asString("")).as(as).isIn("path", "query");
                if (parameter.path("in").asString("").equals("path")) {
                    assertThat(parameter.path("required").asBoolean(false))
                            .as(as)
                            .isTrue();
                    inPath.add("{" + parameter.path("name").asString("") + "}");
                }
                schemas.add(parameter.path("schema"));
            }
            for (String part : d.path().split("/", -1)) {
                assertThat(part.startsWith("{")).as(as).isEqualTo(inPath.remove(part));
            }
            assertThat(inPath).as(as).isEmpty();
            for (JsonNode way : said.path("security")) {
                way.propertyNames()
                        .forEach(name -> assertThat(document.at("/components/securitySchemes/" + name)
                                        .isObject())
                                .as(as + " " + name)
                                .isTrue());
            }
            for (JsonNode media : said.path("requestBody").path("content")) {
                schemas.add(media.path("schema"));
            }
        }
        document.path("components").path("schemas").forEach(schemas::add);
        compile(schemas);
        references(document);
    }

    /// Whether all of them are schemas, with all that they refer to.
    private void compile(List<JsonNode> schemas) {
        ObjectNode whole = JsonMapper.shared().createObjectNode();
        whole.set("components", document.path("components"));
        schemas.forEach(whole.putArray("allOf")::add);
        assertThat(schemas).hasSizeGreaterThan(100);
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole)
                .validate(JsonMapper.shared().createObjectNode());
        Schema meta = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
        for (JsonNode schema : schemas) {
            assertThat(meta.validate(schema)).as(schema.toString()).isEmpty();
        }
    }

    /// By the schema that the OpenAPI Initiative publishes for documents (spec.openapis.org/oas/3.1/schema,
    /// Apache-2.0), a copy of which lies among the tests' resources.
    @Test
    void theStandardsOwnSchemaAcceptsIt() throws IOException {
        Schema schema = officialSchema();
        assertThat(schema.validate(document)).isEmpty();
        ObjectNode broken = document.deepCopy().asObject();
        broken.withObject("/paths/~1api~1v1~1letters/get").put("parameters", "none");
        assertThat(schema.validate(broken)).as("it sees what is wrong").isNotEmpty();
    }

    private static Schema officialSchema() throws IOException {
        try (InputStream in = OpenApiTest.class.getResourceAsStream("openapi-3.1-schema-2026-08-03.json")) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(JsonMapper.shared().readTree(Objects.requireNonNull(in)));
        }
    }

    private void references(JsonNode node) {
        if (node.isObject() && node.path("$ref").isString()) {
            String to = node.path("$ref").stringValue();
            assertThat(document.at(to.substring(1)).isObject()).as(to).isTrue();
        }
        node.forEach(this::references);
    }

    /// Also with the cookie's other name.
    @Test
    void itNamesTheCookieThatIsUsed() {
        assertThat(new OpenApi(List.of(), true)
                        .document()
                        .at("/components/securitySchemes/session/name")
                        .asString(""))
                .isEqualTo("__Host-carteggio");
        assertThat(document.at("/components/securitySchemes/session/name").asString(""))
                .isEqualTo("carteggio");
    }
}
