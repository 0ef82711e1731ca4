package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.login.Accounts;
import io.carteggio.server.login.Accounts.Whose;
import io.carteggio.server.login.OpenId.Begun;
import io.carteggio.server.login.OpenId.Brought;
import io.carteggio.server.login.OpenId.Ended;
import io.carteggio.server.login.OpenIdSettings;
import io.carteggio.server.web.page.Message;
import io.javalin.http.HttpStatus;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logging in, and giving one's password again, at an OpenID provider.
///
/// Nothing is kept here of a log-in that began. The browser gets a cookie, and the provider a state that is
/// sealed together with it: only that browser brings an answer that counts, within [#VALID], once. Nonce
/// and PKCE verifier are made of the state by this server's key.
final class OpenIdPages {
    static final String CALLBACK = "/log-in/oidc/callback";

    /// How long it may take to log in there.
    static final Duration VALID = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(OpenIdPages.class);
    private static final String NEW_SESSION = "-";
    private static final int NEXT_LIMIT_CHARS = 1_500;
    private static final int BROUGHT_LIMIT_CHARS = 4_096;

    private final Site site;
    private final LogInPages logIn;

    OpenIdPages(Site site, LogInPages logIn) {
        this.site = site;
        this.logIn = logIn;
    }

    /// Sends the browser there.
    void begin(Visit visit) {
        String next = visit.query("next");
        boolean local = next.length() <= NEXT_LIMIT_CHARS
                && LogInPages.LOCAL_PATH.matcher(next).matches();
        begin(visit, NEW_SESSION, local ? next : "/");
    }

    /// Sends the browser there for her password again.
    void again(Visit visit) {
        if (visit.loggedIn().how() instanceof How.OpenId) {
            begin(visit, visit.loggedIn().handle(), "/");
        } else {
            visit.redirect("/confirm");
        }
    }

    private void begin(Visit visit, String session, String next) {
        Optional<OpenIdSettings> set = site.openId().set();
        if (set.isEmpty()) {
            visit.notFound();
            return;
        }
        String cookie = site.tokens().random() + "." + session + "." + base64(next);
        Instant until = site.clock().instant().plus(VALID);
        String words = site.tokens().random() + "." + until.getEpochSecond();
        String state = words + "." + seal(words, cookie, set.get());
        try {
            URI there = site.openId().begin(begun(visit, state, session, until));
            visit.bind(cookie, VALID);
            visit.redirect(there.toString());
        } catch (FetchException e) {
            unreachable(visit, set.get(), e);
        }
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private String seal(String words, String cookie, OpenIdSettings set) {
        return site.tokens().seal("state", words, cookie, set.issuer(), set.client());
    }

    private Begun begun(Visit visit, String state, String session, Instant until) {
        return new Begun(
                URI.create(visit.absolute(CALLBACK)),
                state,
                site.tokens().seal("nonce", state),
                site.tokens().seal("verifier", state),
                session.equals(NEW_SESSION) ? Optional.empty() : Optional.of(until.minus(VALID)));
    }

    private void unreachable(Visit visit, OpenIdSettings set, ArchiveException e) {
        LOG.warn("the OpenID provider {}: {}", set.issuer(), e.getMessage());
        sorry(
                visit,
                HttpStatus.SERVICE_UNAVAILABLE,
                visit.say("openid.away"),
                visit.say("openid.away.why", set.name()));
    }

    private static void sorry(Visit visit, HttpStatus status, String heading, String... paragraphs) {
        visit.page(
                status,
                "message",
                heading,
                new Message(
                        Optional.of(Integer.toString(status.getCode())),
                        heading,
                        List.of(paragraphs),
                        Optional.of(new Message.Link("/log-in", visit.say("log-in.begin-again")))));
    }

    /// The browser is back.
    void back(Visit visit) throws ArchiveException {
        Optional<OpenIdSettings> set = site.openId().set();
        if (set.isEmpty()) {
            visit.notFound();
            return;
        }
        Optional<String> cookie = visit.bound();
        String state = visit.query("state");
        visit.bind("", Duration.ZERO);
        Optional<Instant> until = cookie.flatMap(c -> until(state, c, set.get()));
        if (until.isEmpty() || !site.usedStates().use(state, until.get())) {
            site.failedLogIns().failed(Optional.empty(), visit.peer());
            sorry(visit, HttpStatus.BAD_REQUEST, visit.say("openid.unfinished"), visit.say("openid.unfinished.why"));
            return;
        }
        String[] parts = cookie.get().split("\\.", -1);
        Ended ended;
        try {
            ended = site.openId().end(begun(visit, state, parts[1], until.get()), brought(visit));
        } catch (FetchException e) {
            unreachable(visit, set.get(), e);
            return;
        }
        switch (ended) {
            case Ended.Refused(String why) -> {
                LOG.warn("a log-in by OpenID was refused: {}", why);
                site.failedLogIns().failed(Optional.empty(), visit.peer());
                sorry(
                        visit,
                        HttpStatus.FORBIDDEN,
                        visit.say("openid.not-in"),
                        visit.say("openid.refused", set.get().name(), why));
            }
            case Ended.In in -> {
                String next = new String(Base64.getUrlDecoder().decode(parts[2]), StandardCharsets.UTF_8);
                if (parts[1].equals(NEW_SESSION)) {
                    in(visit, in, next);
                } else {
                    confirmed(visit, in, parts[1]);
                }
            }
        }
    }

    /// Until when this state of this browser is good; empty where it is none.
    private Optional<Instant> until(String state, String cookie, OpenIdSettings set) {
        int end = state.lastIndexOf('.');
        if (end < 0 || state.length() > 200 || cookie.split("\\.", -1).length != 3) {
            return Optional.empty();
        }
        String words = state.substring(0, end);
        if (!Tokens.same(seal(words, cookie, set), state.substring(end + 1))) {
            return Optional.empty();
        }
        Instant until = Instant.ofEpochSecond(Long.parseLong(words.substring(words.indexOf('.') + 1)));
        return site.clock().instant().isBefore(until) ? Optional.of(until) : Optional.empty();
    }

    private static Brought brought(Visit visit) {
        return new Brought(
                brought(visit, "code"),
                brought(visit, "iss"),
                brought(visit, "error"),
                brought(visit, "error_description"));
    }

    private static Optional<String> brought(Visit visit, String name) {
        return Optional.of(visit.query(name)).filter(text -> !text.isEmpty() && text.length() <= BROUGHT_LIMIT_CHARS);
    }

    private void in(Visit visit, Ended.In in, String next) throws ArchiveException {
        Whose whose = Accounts.whose(
                site.desk().people().directory(),
                site.desk().logIns(),
                in.directory(),
                in.account(),
                site.clock().instant());
        if (whose instanceof Whose.Hers hers
                && Accounts.remember(site.desk().acts(), site.desk().logIns(), in.account(), hers)) {
            How how = new How.OpenId(in.account().issuer(), in.account().account(), in.hint());
            Entering entering = new Entering(hers.person().id(), how, authenticated(in), in.roles());
            logIn.enter(visit, entering, next, true);
            return;
        }
        String why = whose instanceof Whose.Nobodys(Accounts.Why w) ? w.word() : Accounts.Why.UNKNOWN.word();
        nobodys(visit, visit.say("openid.nobody." + why, in.account().shown()));
    }

    private void nobodys(Visit visit, String why) throws ArchiveException {
        site.failedLogIns().failed(Optional.empty(), visit.peer());
        sorry(visit, HttpStatus.FORBIDDEN, visit.say("openid.not-in"), why, visit.say("openid.ask"));
    }

    /// When she last gave her password there; long ago where that is not told.
    private Instant authenticated(Ended.In in) {
        Instant now = site.clock().instant();
        return in.authenticated().map(at -> at.isAfter(now) ? now : at).orElse(Instant.EPOCH);
    }

    /// She gave her password again, if it is she.
    private void confirmed(Visit visit, Ended.In in, String handle) throws ArchiveException {
        Optional<Session> session = site.sessions()
                .ofHandle(handle)
                .filter(s -> s.how() instanceof How.OpenId openId
                        && openId.issuer().equals(in.account().issuer())
                        && openId.account().equals(in.account().account()));
        Optional<Person> person = session.flatMap(
                        s -> site.desk().people().directory().byId(s.person()))
                .filter(Person::mayLogIn);
        if (session.isEmpty() || person.isEmpty()) {
            site.failedLogIns().failed(Optional.empty(), visit.peer());
            sorry(
                    visit,
                    HttpStatus.FORBIDDEN,
                    visit.say("openid.not-you"),
                    visit.say("openid.not-you.why", in.account().shown()));
            return;
        }
        session.get().confirmed(authenticated(in));
        session.get().tell(visit.say("confirm.thanks"));
        visit.onward("/");
    }
}
