package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.audit.Actor;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.ApiTokens.ApiToken;
import io.carteggio.archive.role.Preferences;
import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import io.carteggio.server.web.page.Frame;
import io.carteggio.server.web.page.Frame.NavItem;
import io.carteggio.server.web.page.Message;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.UploadedFile;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One request with who makes it, and the ways to answer it. Belongs to the request's thread.
final class Visit {
    static final int BOUND_LIMIT_CHARS = 3_000;

    private static final String FORM_FIELD = "token";

    /// Where a script of a page gives the form's token with what is no form.
    static final String FORM_HEADER = "X-Form-Token";

    private static final String JSON_TYPE = "application/json";

    private final Site site;
    private final Context ctx;
    private final Optional<Session> session;
    private final Optional<Person> person;
    private final Optional<ApiToken> token;
    private final Words words;
    private Optional<String> steps = Optional.empty();

    Visit(Site site, Context ctx) {
        this.site = site;
        this.ctx = ctx;
        this.token = bearer().flatMap(
                        secret -> site.desk().tokens().of(secret, site.clock().instant()));
        Optional<Session> found = bearer().isPresent()
                ? Optional.empty()
                : cookie(sessionCookie()).flatMap(site.sessions()::of);
        this.person = token.map(ApiToken::person)
                .or(() -> found.map(Session::person))
                .flatMap(id -> site.desk().people().directory().byId(id))
                .filter(Person::mayLogIn); // a leaver's sessions and tokens are of no use from that moment on
        this.session = person.isPresent() ? found : Optional.empty();
        this.words = site.words(person.flatMap(p -> site.desk().preferences().get(p.id(), Preferences.LANGUAGE))
                .flatMap(Language::ofWord)
                .orElseGet(() -> Language.asked(asked("Accept-Language").orElse(""))));
    }

    // ---- who asks ----

    Optional<Session> session() {
        return session;
    }

    /// What a program shows instead of a session.
    Optional<String> bearer() {
        return Optional.ofNullable(ctx.header("Authorization"))
                .filter(h -> h.equalsIgnoreCase("Bearer") || h.regionMatches(true, 0, "Bearer ", 0, 7))
                .map(h -> h.substring("Bearer".length()).strip());
    }

    /// The good token that it shows.
    Optional<ApiToken> token() {
        return token;
    }

    /// Whether she gave her password a moment ago.
    boolean isFresh() {
        return session.filter(s ->
                        s.confirmed().plus(Sessions.FRESH).isAfter(site.clock().instant()))
                .isPresent();
    }

    Optional<Person> person() {
        return person;
    }

    /// The session of a route that only people reach.
    Session loggedIn() {
        return session.orElseThrow(() -> new IllegalStateException("the route lets in who is not logged in"));
    }

    /// The person of a route that only people reach.
    Person self() {
        return person.orElseThrow(() -> new IllegalStateException("the route lets in who is not logged in"));
    }

    /// On whose behalf letters are read: her own, or across people while an auditor has stated a reason.
    /// A program with a token reads its person's own letters alone.
    Viewer viewer() {
        return token.isPresent() ? new Viewer.Owner(self()) : viewer(site, loggedIn(), self(), peer());
    }

    static Viewer viewer(Site site, Session session, Person person, String peer) {
        boolean auditor = site.desk()
                .roles()
                .holds(person.id(), PersonRole.AUDITOR, site.clock().instant());
        return auditor && session.reason().isPresent()
                ? new Viewer.Auditor(person, session.reason().get(), Optional.of(peer))
                : new Viewer.Owner(person);
    }

    /// What she may do, at this instant: a role that was withdrawn a moment ago opens nothing more.
    Set<PersonRole> roles() {
        return site.desk().roles().rolesOf(self().id(), site.clock().instant());
    }

    boolean holds(PersonRole role) {
        return roles().contains(role);
    }

    /// Who asks, for operations.
    Actor actor() {
        return new Actor(self().name(), Optional.of(self().id()), Optional.of(peer()));
    }

    /// An entry of the audit trail about what she does.
    void audit(String what, String object, Optional<String> reason) throws ArchiveException {
        site.desk().acts().audit(actor(), what, object, reason);
    }

    String peer() {
        return ctx.ip();
    }

    /// A field of the request's header.
    Optional<String> asked(String header) {
        return Optional.ofNullable(ctx.header(header));
    }

    // ---- in her language ----

    /// Instants and numbers as she reads them.
    Words words() {
        return words;
    }

    Texts texts() {
        return words.texts();
    }

    /// A text in her language.
    String say(String key, Object... about) {
        return words.say(key, about);
    }

    /// Why something cannot be, as a sentence in her language as far as that is known.
    String sentence(IllegalArgumentException e) {
        String english = e.getMessage() == null || e.getMessage().isBlank() ? say("form.cannot-be") : e.getMessage();
        String said =
                e instanceof Unacceptable u ? texts().translated("refusal." + u.word(), english, u.about()) : english;
        String sentence = Character.toUpperCase(said.charAt(0)) + said.substring(1);
        return sentence.matches("(?s).*[.!?]$") ? sentence : sentence + ".";
    }

    // ---- what is asked ----

    String path(String name) {
        return ctx.pathParam(name);
    }

    String pathAndQuery() {
        String query = ctx.queryString();
        return query == null ? ctx.path() : ctx.path() + "?" + query;
    }

    /// A parameter of the address, empty where absent.
    String query(String name) {
        String value = ctx.queryParam(name);
        return value == null ? "" : value;
    }

    /// All parameters of the address with this name.
    List<String> queries(String name) {
        return ctx.queryParams(name);
    }

    /// What a program sends as JSON in place of a form; empty where it sends no object.
    Optional<ObjectNode> sent() {
        if (!sendsJson()) {
            return Optional.empty();
        }
        try {
            String body = ctx.body();
            return JsonMapper.shared().readTree(body.isBlank() ? "{}" : body) instanceof ObjectNode object
                    ? Optional.of(object)
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /// Whether it says so.
    boolean sendsJson() {
        return asked("Content-Type")
                .map(type -> type.toLowerCase(Locale.ROOT).strip())
                .filter(type -> type.equals(JSON_TYPE) || type.startsWith(JSON_TYPE + ";"))
                .isPresent();
    }

    /// A field that is yes or no.
    boolean flag(String name) {
        return field(name).equals("yes") || field(name).equals("true");
    }

    /// A field of the form, white space around it removed, empty where absent.
    String field(String name) {
        return rawField(name).strip();
    }

    /// A field of the form as it was typed, empty where absent.
    String rawField(String name) {
        if (sendsJson()) {
            return sent().map(object -> object.path(name))
                    .filter(JsonNode::isValueNode)
                    .map(JsonNode::asString)
                    .orElse("");
        }
        String value = ctx.formParam(name);
        return value == null ? "" : value;
    }

    /// The parameter `before` of pages of a long list.
    long numberBefore() {
        String before = query("before");
        return before.matches("[0-9]{1,18}") ? Long.parseLong(before) : Long.MAX_VALUE;
    }

    /// An address of ours as others can use it.
    String absolute(String path) {
        return site.config().publicUrl().orElseGet(() -> "http://" + ctx.host()) + path;
    }

    /// The address at which the pages are: as configured, else this machine's own by its name. What a request
    /// says of that itself is not believed.
    String ownAddress() {
        return site.config()
                .publicUrl()
                .orElseGet(() -> "http://localhost:" + ctx.req().getLocalPort());
    }

    /// A file that came with a form.
    Optional<byte[]> file(String name) throws IOException {
        UploadedFile file = ctx.isMultipartFormData() ? ctx.uploadedFile(name) : null;
        if (file == null) {
            return Optional.empty();
        }
        try (InputStream in = file.content()) {
            return Optional.of(in.readNBytes(WebServer.FILE_LIMIT_BYTES));
        }
    }

    List<String> fields(String name) {
        return ctx.formParams(name).stream().map(String::strip).toList();
    }

    /// Whether the form was given out by this server to this browser and nobody else.
    boolean formIsOurs() {
        String origin = ctx.header("Sec-Fetch-Site");
        if (origin != null && !origin.equals("same-origin") && !origin.equals("none")) {
            return false;
        }
        String wanted = session.map(Session::formToken)
                .or(() -> cookie(formCookie()).map(c -> site.tokens().seal("form", c)))
                .orElse("");
        String given = asked(FORM_HEADER).orElseGet(() -> sendsJson() ? "" : rawField(FORM_FIELD));
        return !wanted.isEmpty() && Tokens.same(wanted, given);
    }

    // ---- answers ----

    void page(String template, String title, Object page) {
        html(template, frame(title), page);
    }

    private void html(String template, Frame frame, Object page) {
        ctx.contentType("text/html; charset=utf-8");
        ctx.result(site.views().html(template, frame, page));
    }

    /// A piece of HTML by a template.
    String fragment(String template, String title, Object page) {
        return site.views().html(template, frame(title), page);
    }

    /// A page with another status than 200.
    void page(HttpStatus status, String template, String title, Object page) {
        ctx.status(status);
        page(template, title, page);
    }

    /// A page that says something; for a program a problem (RFC 9457).
    void message(HttpStatus status, String heading, String... paragraphs) {
        if (isForProgram()) {
            problem(status, heading, String.join(" ", paragraphs), Map.of());
            return;
        }
        page(
                status,
                "message",
                heading,
                new Message(
                        status.getCode() < 400 ? Optional.empty() : Optional.of(Integer.toString(status.getCode())),
                        heading,
                        List.of(paragraphs),
                        Optional.of(new Message.Link("/", say("page.start")))));
    }

    /// Whether a program asks, which is answered in its way.
    boolean isForProgram() {
        return ctx.path().startsWith("/api/");
    }

    /// What is wrong, for a program (RFC 9457).
    ///
    /// @param more members of its own
    void problem(HttpStatus status, String title, String detail, Map<String, Integer> more) {
        ObjectNode problem = JsonNodeFactory.instance
                .objectNode()
                .put("title", title)
                .put("status", status.getCode())
                .put("detail", detail);
        more.forEach(problem::put);
        ctx.status(status);
        text("application/problem+json", problem.toString());
    }

    /// An object of JSON, for a program.
    void json(ObjectNode answer) {
        text(JSON_TYPE + "; charset=utf-8", answer.toString());
    }

    /// The answer for what is not there, and for what this person may not know to be there: always the same.
    void notFound() {
        message(HttpStatus.NOT_FOUND, say("gone.title"), say("gone.why"));
    }

    void redirect(String path) {
        ctx.redirect(path, HttpStatus.SEE_OTHER);
    }

    void header(String name, String value) {
        ctx.header(name, value);
    }

    /// Sends bytes as they come; closes the stream when done.
    void stream(String type, InputStream bytes) {
        ctx.contentType(type);
        ctx.result(bytes);
    }

    /// Plain text for a program.
    void plain(HttpStatus status, String text) {
        ctx.status(status);
        text("text/plain; charset=utf-8", text);
    }

    /// JSON with another status than 200.
    void text(String type, String text) {
        ctx.contentType(type);
        ctx.result(text);
    }

    void asset(Assets assets) throws IOException {
        Optional<Assets.Asset> asset =
                assets.named(path("name")).filter(a -> a.url().equals(ctx.path()));
        if (asset.isEmpty()) {
            notFound();
            return;
        }
        ctx.header("Cache-Control", "public, max-age=31536000, immutable");
        ctx.contentType(asset.get().type());
        ctx.result(asset.get().bytes().open());
    }

    // ---- log-in ----

    /// Begins a session under a new cookie, whatever there was before.
    void logIn(Person who, How how, Instant confirmed) {
        cookie(sessionCookie()).ifPresent(site.sessions()::end);
        setCookie(
                sessionCookie(), site.sessions().begin(who.id(), peer(), how, confirmed), Sessions.LONGEST.toSeconds());
    }

    /// Gives the browser something to bring back when another site sends it here; empty: takes it away.
    /// `Lax`, since what is `Strict` stays at home then.
    void bind(String value, Duration time) {
        addCookie(boundCookie(), value, time.toSeconds(), "Lax");
    }

    /// What the browser was given by [#bind].
    Optional<String> bound() {
        return Optional.ofNullable(ctx.cookie(boundCookie()))
                .filter(c -> !c.isEmpty() && c.length() <= BOUND_LIMIT_CHARS);
    }

    private String boundCookie() {
        return site.config().secure() ? "__Host-carteggio-openid" : "carteggio-openid";
    }

    /// The last page of a session.
    void leave(String heading, String paragraph, Optional<Message.Link> there) {
        html(
                "message",
                nobodysFrame(heading),
                new Message(
                        Optional.empty(),
                        heading,
                        List.of(paragraph),
                        there.or(() -> Optional.of(new Message.Link("/log-in", say("log-in.again"))))));
    }

    /// Goes on to a page of ours where another site sent the browser here: by a page of our own, for on a mere
    /// redirect the session's cookie, which is `Strict`, stays at home.
    void onward(String path) {
        header("Refresh", "0; url=" + path);
        html(
                "message",
                nobodysFrame(say("logged-in.title")),
                new Message(
                        Optional.empty(),
                        say("logged-in.title"),
                        List.of(),
                        Optional.of(new Message.Link(path, say("logged-in.on")))));
    }

    void logOut() {
        cookie(sessionCookie()).ifPresent(site.sessions()::end);
        setCookie(sessionCookie(), "", 0);
    }

    private String sessionCookie() {
        return sessionCookie(site.config().secure());
    }

    static String sessionCookie(boolean secure) {
        return secure ? "__Host-carteggio" : "carteggio";
    }

    private String formCookie() {
        return site.config().secure() ? "__Host-carteggio-form" : "carteggio-form";
    }

    private Optional<String> cookie(String name) {
        return Optional.ofNullable(ctx.cookie(name)).filter(c -> !c.isEmpty() && c.length() <= 64);
    }

    private void setCookie(String name, String value, long seconds) {
        addCookie(name, value, seconds, "Strict");
    }

    private void addCookie(String name, String value, long seconds, String sameSite) {
        ctx.res()
                .addHeader(
                        "Set-Cookie",
                        name + "=" + value + "; Path=/; Max-Age=" + seconds + "; HttpOnly; SameSite=" + sameSite
                                + (site.config().secure() ? "; Secure" : ""));
    }

    // ---- the frame ----

    private Frame nobodysFrame(String title) {
        return new Frame(
                texts(),
                title,
                Optional.empty(),
                List.of(),
                Optional.empty(),
                "",
                site.assets().url(Assets.STYLE),
                site.assets().url(Assets.ICON),
                site.assets().url(Assets.SCRIPT),
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    private Frame frame(String title) {
        return new Frame(
                texts(),
                title,
                person.map(Person::name),
                person.map(this::nav).orElse(List.of()),
                session.flatMap(Session::reason),
                formToken(),
                site.assets().url(Assets.STYLE),
                site.assets().url(Assets.ICON),
                site.assets().url(Assets.SCRIPT),
                session.flatMap(Session::news),
                administers() ? Areas.row(words, ctx.path()) : List.of(),
                steps);
    }

    /// Whether this is one of the administrator's pages, and she one.
    private boolean administers() {
        return person.isPresent() && Areas.hold(ctx.path()) && holds(PersonRole.ADMINISTRATOR);
    }

    /// Says on the page how far the first steps are.
    void steps(Optional<String> progress) {
        steps = progress;
    }

    /// What the forms of this session carry, or of this browser, which gets a cookie for it.
    String formToken() {
        if (session.isPresent()) {
            return session.get().formToken();
        }
        Optional<String> cookie = cookie(formCookie());
        if (cookie.isEmpty()) {
            cookie = Optional.of(site.tokens().random());
            setCookie(formCookie(), cookie.get(), Sessions.LONGEST.toSeconds());
        }
        return site.tokens().seal("form", cookie.get());
    }

    private List<NavItem> nav(Person who) {
        List<NavItem> items = new ArrayList<>();
        items.add(item(say("nav.letters"), "/search"));
        Set<PersonRole> roles =
                site.desk().roles().rolesOf(who.id(), site.clock().instant());
        if (roles.contains(PersonRole.AUDITOR)) {
            items.add(item(say("nav.across"), "/reason"));
        }
        if (roles.contains(PersonRole.ADMINISTRATOR)) {
            items.add(new NavItem(say("nav.administration"), Areas.ALL, Areas.hold(ctx.path())));
        }
        if (roles.contains(PersonRole.ADMINISTRATOR) || roles.contains(PersonRole.DATA_PROTECTION_OFFICER)) {
            items.add(item(say("nav.approvals"), "/approvals"));
            items.add(item(say("nav.trail"), "/trail"));
        }
        if (roles.contains(PersonRole.DATA_PROTECTION_OFFICER) && !roles.contains(PersonRole.ADMINISTRATOR)) {
            items.add(item(say("area.retention"), RetentionPages.URL)); // an administrator has it among her pages
        }
        return items;
    }

    private NavItem item(String label, String url) {
        String path = ctx.path();
        boolean here = path.equals(url)
                || path.startsWith(url + "/")
                || (url.equals("/search") && path.startsWith("/letters/"));
        return new NavItem(label, url, here);
    }
}
