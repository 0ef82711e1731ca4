package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Background;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.web.Routes.Method;
import io.carteggio.server.web.Routes.Route;
import io.carteggio.server.web.Routes.Who;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.config.SizeUnit;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The web server. The way of each request stands in [#answer]. Safe for many threads.
public final class WebServer implements AutoCloseable {
    /// The largest form; a page of addresses stays far below.
    static final int FORM_LIMIT_BYTES = 64 * 1024;

    /// A form that a file comes with, as a whole.
    static final int FILE_LIMIT_BYTES = 2 * 1024 * 1024;

    /// So much of a form that is refused is read all the same: who is cut off while sending does not hear why.
    /// An attribute of requests that a route of ours has answered, or refused.
    private static final String OURS = "ours";

    private static final int REFUSED_READ_BYTES = 1 << 20;

    /// Pages are made for nobody for so long after a start.
    private static final Duration WARM_UP = Duration.ofSeconds(10);

    private static final Duration CLOSING_PATIENCE = Duration.ofSeconds(10);

    static final int CONNECTIONS_LIMIT = 500;
    static final int IDLE_LIMIT_MILLIS = 60_000;
    static final int REQUEST_HEADER_LIMIT_BYTES = 16 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);

    private final Site site;
    private final FirstSteps firstSteps;
    private final Javalin javalin;
    private final Rehearsal rehearsal;
    private final Thread rehearsing;

    private WebServer(WebConfig config, ArchiveDesk desk, Clock clock) {
        site = Site.of(config, desk, clock);
        firstSteps = new FirstSteps(site);
        javalin = Javalin.create(this::configure);
        rehearsal = new Rehearsal(site, this::port);
        rehearsing = Background.thread("warm-up", () -> rehearsal.run(WARM_UP));
    }

    /// Listens at once.
    ///
    /// @throws RuntimeException where the port is taken
    public static WebServer start(WebConfig config, ArchiveDesk desk, Clock clock) {
        WebServer server = new WebServer(config, desk, clock);
        server.javalin.start(config.host(), config.port());
        return server;
    }

    /// Begins to go through the pages for nobody, so that whoever comes first finds the server warm. Once.
    public void warmUp() {
        rehearsing.start();
    }

    /// The port it listens on.
    public int port() {
        return javalin.port();
    }

    /// Where people reach the pages.
    public URI url() {
        String host = site.config().host().contains(":")
                ? "[" + site.config().host() + "]"
                : site.config().host();
        return URI.create(site.config().publicUrl().orElse("http://" + host + ":" + port()) + "/");
    }

    /// The one-time link that makes the first administrator; absent once there is one.
    public Optional<URI> setUpLink() {
        return site.setUp().token().map(token -> url().resolve("/set-up/" + token));
    }

    /// Stops listening; what is being answered may finish.
    @Override
    public void close() {
        rehearsal.close();
        javalin.stop();
        joined(rehearsing);
        site.openId().close();
        try {
            site.failedLogIns().tellNow();
        } catch (ArchiveException e) {
            LOG.warn("failed log-ins are not in the audit trail: {}", e.getMessage());
        }
    }

    /// Waits for a thread that ends soon: it must ask the archive for nothing when that is closed.
    private static void joined(Thread thread) {
        try {
            if (thread.isAlive() && !thread.join(CLOSING_PATIENCE)) {
                LOG.warn("the thread {} did not end", thread.getName());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void configure(JavalinConfig config) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        // a compressed page that holds both a secret and what a stranger chose tells the secret by its length
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.maxRequestSize = FORM_LIMIT_BYTES;
        config.jetty.multipartConfig.maxTotalRequestSize(FILE_LIMIT_BYTES, SizeUnit.BYTES);
        config.jetty.multipartConfig.maxInMemoryFileSize(FILE_LIMIT_BYTES, SizeUnit.BYTES); // no file is left on disk
        config.http.generateEtags = false;
        config.router.ignoreTrailingSlashes = false;
        config.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(REQUEST_HEADER_LIMIT_BYTES);
        });
        config.jetty.modifyServer(server -> {
            ErrorHandler plain = new ErrorHandler();
            plain.setShowStacks(false);
            plain.setShowCauses(false);
            server.setErrorHandler(plain);
            server.addBean(new NetworkConnectionLimit(CONNECTIONS_LIMIT, server));
            server.addEventListener(new org.eclipse.jetty.util.component.LifeCycle.Listener() {
                @Override
                public void lifeCycleStarting(org.eclipse.jetty.util.component.LifeCycle event) {
                    for (var connector : server.getConnectors()) {
                        if (connector instanceof ServerConnector socket) {
                            socket.setIdleTimeout(IDLE_LIMIT_MILLIS);
                        }
                    }
                }
            });
        });
        config.routes.before(
                ctx -> SecurityHeaders.everywhere(site.config().secure()).forEach(ctx::header));
        for (Route route : Routes.all(site)) {
            switch (route.method()) {
                case GET -> config.routes.get(route.path(), ctx -> answer(route, ctx));
                case POST -> config.routes.post(route.path(), ctx -> answer(route, ctx));
            }
        }
        config.routes.exception(Exception.class, this::failed);
        config.routes.error(404, ctx -> {
            if (ctx.attribute(OURS) == null) {
                new Visit(site, ctx).notFound();
            }
        });
    }

    /// The way of each request: who asks, whether she may, whether the form is hers, and only then
    /// the page.
    private void answer(Route route, Context ctx) throws Exception {
        ctx.attribute(OURS, true);
        Visit visit = new Visit(site, ctx);
        boolean api = visit.isForProgram();
        if (visit.bearer().isPresent() && api && visit.token().isEmpty()) {
            site.failedLogIns().failed(Optional.empty(), visit.peer());
            visit.header("WWW-Authenticate", "Bearer");
            visit.message(HttpStatus.UNAUTHORIZED, visit.say("token.unknown"), visit.say("token.unknown.why"));
            return;
        }
        if (visit.token().isPresent() && !api) {
            visit.message(HttpStatus.FORBIDDEN, visit.say("token.pages"), visit.say("token.pages.why"));
            return;
        }
        if (route.who() != Who.ANYBODY && site.setUp().waiting()) {
            if (api) {
                visit.message(HttpStatus.SERVICE_UNAVAILABLE, visit.say("api.waiting"), visit.say("api.waiting.why"));
            } else {
                visit.redirect("/set-up");
            }
            return;
        }
        boolean needsPerson = switch (route.who()) {
            case ANYBODY, VISITOR -> false;
            case PERSON, AUDITOR, ADMINISTRATOR, OVERSEER -> true;
        };
        if (needsPerson && visit.person().isEmpty() && api) {
            visit.header("WWW-Authenticate", "Bearer");
            visit.message(HttpStatus.UNAUTHORIZED, visit.say("api.nobody"), visit.say("api.nobody.why"));
            return;
        }
        if (needsPerson && visit.person().isEmpty()) {
            visit.redirect(
                    route.method() == Method.GET
                            ? "/log-in?next=" + URLEncoder.encode(visit.pathAndQuery(), StandardCharsets.UTF_8)
                            : "/log-in");
            return;
        }
        if (!allowed(route.who(), visit)) {
            visit.message(HttpStatus.FORBIDDEN, visit.say("forbidden.title"), visit.say("forbidden.why"));
            return;
        }
        if (route.method() == Method.POST) {
            long length = ctx.req().getContentLengthLong();
            if (length < 0
                    || length
                            > (route.takesFile()
                                    ? FILE_LIMIT_BYTES
                                    : FORM_LIMIT_BYTES)) { // every browser says how long a form is
                long _ = ctx.req().getInputStream().skip(REFUSED_READ_BYTES);
                visit.message(
                        length < 0 ? HttpStatus.LENGTH_REQUIRED : HttpStatus.CONTENT_TOO_LARGE,
                        length < 0 ? visit.say("form.length") : visit.say("form.large"),
                        visit.say("form.unchanged"));
                return;
            }
        }
        if (route.method() == Method.POST && visit.sendsJson() && visit.sent().isEmpty()) {
            visit.message(HttpStatus.BAD_REQUEST, visit.say("api.json"), visit.say("api.params"));
            return;
        }
        if (route.method() == Method.POST && visit.token().isEmpty() && !visit.formIsOurs()) {
            visit.message(HttpStatus.FORBIDDEN, visit.say("form.expired"), visit.say("form.expired.why"));
            return;
        }
        if (route.fresh() && !visit.isFresh()) {
            visit.redirect("/confirm");
            return;
        }
        site.failedLogIns().tell();
        boolean administers = switch (route.who()) {
            case ADMINISTRATOR, OVERSEER -> true;
            case ANYBODY, VISITOR, PERSON, AUDITOR -> false; // who have entries of their own
        };
        if (route.method() == Method.POST && administers && !api) {
            visit.audit("form", visit.pathAndQuery(), Optional.empty());
        }
        if (route.method() == Method.GET && route.who() == Who.ADMINISTRATOR && hasSteps(route.path())) {
            visit.steps(firstSteps.progress(visit));
        }
        try {
            route.action().answer(visit);
        } catch (Busy e) {
            visit.header("Retry-After", "10");
            visit.message(HttpStatus.SERVICE_UNAVAILABLE, visit.say("busy.title"), visit.say("busy.why"));
        }
    }

    /// Pages that say how far the first steps are: not what is a part of a page, nor the one that must be there
    /// when nothing else is.
    private static boolean hasSteps(String path) {
        return Areas.hold(path) && !path.endsWith("/state") && !path.equals(FirstSteps.URL) && !path.equals("/health");
    }

    private static boolean allowed(Who who, Visit visit) {
        return switch (who) {
            case ANYBODY, VISITOR, PERSON -> true;
            case AUDITOR -> visit.holds(PersonRole.AUDITOR);
            case ADMINISTRATOR -> visit.holds(PersonRole.ADMINISTRATOR);
            case OVERSEER -> visit.holds(PersonRole.ADMINISTRATOR) || visit.holds(PersonRole.DATA_PROTECTION_OFFICER);
        };
    }

    /// The one place where trouble becomes a page. What happened goes into the log, under a number
    /// that the page shows.
    private void failed(Exception e, Context ctx) {
        if (e instanceof HttpResponseException refused) {
            HttpStatus status = HttpStatus.forStatus(refused.getStatus());
            Visit visit = new Visit(site, ctx);
            visit.message(status, visit.say(reason(status)), visit.say("form.unchanged"));
            return;
        }
        String incident = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        LOG.error("incident {}: {} {}", incident, ctx.method(), ctx.endpoint().path, e);
        boolean later = e instanceof ArchiveException archive && archive.laterHelps();
        Visit visit = new Visit(site, ctx);
        visit.message(
                later ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.INTERNAL_SERVER_ERROR,
                visit.say(later ? "failed.later" : "failed.title"),
                visit.say(later ? "failed.later.why" : "failed.why"),
                visit.say("failed.incident", incident));
    }

    private static String reason(HttpStatus status) {
        return switch (status) {
            case CONTENT_TOO_LARGE -> "form.large";
            case NOT_FOUND -> "gone.title";
            default -> "unanswerable.title";
        };
    }

    /// For its test.
    Rehearsal rehearsal() {
        return rehearsal;
    }

    /// For the test that walks the table.
    List<Route> routes() {
        return Routes.all(site);
    }
}
