package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.LogIns;
import io.carteggio.archive.role.LogIns.Way;
import io.carteggio.archive.role.Preferences;
import io.carteggio.mail.Address;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.login.Accounts;
import io.carteggio.server.login.Accounts.Told;
import io.carteggio.server.login.Accounts.Whose;
import io.carteggio.server.login.OpenIdSettings;
import io.carteggio.server.login.WebAuthn.Party;
import io.carteggio.server.sync.ldap.LdapLogIn;
import io.carteggio.server.web.page.CodeView;
import io.carteggio.server.web.page.ConfirmView;
import io.carteggio.server.web.page.LogIn;
import io.carteggio.server.web.page.Message;
import io.carteggio.server.web.page.NewPassword;
import io.javalin.http.HttpStatus;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who are you: set-up, invitations, log-in, log-out, and once more for what is dangerous.
final class LogInPages {
    /// Longer names and addresses are nobody's (RFC 5321 4.5.3.1: 254 for an address).
    private static final int ACCOUNT_LIMIT_CHARS = 320;

    private static final Logger LOG = LoggerFactory.getLogger(LogInPages.class);

    /// Where one may want to go after a log-in.
    static final Pattern LOCAL_PATH = Pattern.compile("/[A-Za-z0-9][A-Za-z0-9/_.~-]*(\\?[A-Za-z0-9=&%+._~:@-]*)?");

    private final Site site;

    LogInPages(Site site) {
        this.site = site;
    }

    // ---- set-up ----

    void waiting(Visit visit) {
        if (!site.setUp().waiting()) {
            visit.redirect("/log-in");
            return;
        }
        visit.page(
                "message",
                visit.say("set-up.waiting"),
                new Message(
                        Optional.empty(),
                        visit.say("set-up.waiting"),
                        List.of(visit.say("set-up.waiting.console"), visit.say("set-up.waiting.open")),
                        Optional.empty()));
    }

    void setUpForm(Visit visit) {
        if (site.setUp().accepts(visit.path("token"))) {
            setUpForm(visit, HttpStatus.OK, Optional.empty());
        } else {
            setUpGone(visit);
        }
    }

    private void setUpForm(Visit visit, HttpStatus status, Optional<String> fault) {
        visit.page(
                status,
                "new-password",
                visit.say("set-up.title"),
                new NewPassword(
                        visit.say("set-up.title"),
                        visit.say("set-up.lead"),
                        "/set-up/" + visit.path("token"),
                        Optional.empty(),
                        visit.field("name"),
                        visit.field("address"),
                        Passwords.LEAST_CHARS,
                        fault));
    }

    private static void setUpGone(Visit visit) {
        visit.message(HttpStatus.NOT_FOUND, visit.say("link.gone"), visit.say("set-up.gone"));
    }

    void setUp(Visit visit) throws ArchiveException, Busy {
        if (!site.setUp().accepts(visit.path("token"))) {
            setUpGone(visit);
            return;
        }
        String name = visit.field("name");
        String address = visit.field("address");
        Optional<String> fault = nameFault(visit, name)
                .or(() -> address.isEmpty() ? Optional.empty() : addressFault(visit, address))
                .or(() -> passwordFault(visit));
        if (fault.isPresent()) {
            setUpForm(visit, HttpStatus.UNPROCESSABLE_CONTENT, fault);
            return;
        }
        String hash = site.passwords().hash(visit.rawField("password"));
        site.setUp().turn.lock();
        try {
            if (!site.setUp().accepts(visit.path("token"))) {
                setUpGone(visit);
                return;
            }
            List<Holding> holdings = address.isEmpty()
                    ? List.of()
                    : List.of(new Holding(new Address(address), Optional.empty(), Optional.empty()));
            var people = site.desk().people();
            String id = people.add(site.desk().acts(), "set-up", name, PersonRole.ADMINISTRATOR, holdings);
            people.setCredential(site.desk().acts(), "set-up", id, hash);
            Person made = people.directory().byId(id).orElseThrow();
            entered(visit, made, Entering.byPassword(made, site.clock().instant()), "set-up");
        } catch (IllegalArgumentException e) {
            setUpForm(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.sentence(e)));
            return;
        } finally {
            site.setUp().turn.unlock();
        }
        visit.redirect(FirstSteps.URL);
    }

    // ---- invitations ----

    void invitationForm(Visit visit) {
        Optional<Person> invited = invited(visit);
        if (invited.isPresent()) {
            invitationForm(visit, HttpStatus.OK, invited.get(), Optional.empty());
        } else {
            invitationGone(visit);
        }
    }

    private Optional<Person> invited(Visit visit) {
        return site.invitations()
                .person(visit.path("token"))
                .flatMap(id -> site.desk().people().directory().byId(id))
                .filter(Person::mayLogIn)
                .filter(_ -> site.desk().logIns().byPassword());
    }

    private void invitationForm(Visit visit, HttpStatus status, Person invited, Optional<String> fault) {
        visit.page(
                status,
                "new-password",
                visit.say("invitation.title"),
                new NewPassword(
                        visit.say("invitation.heading", invited.name()),
                        visit.say("invitation.lead"),
                        "/invitation/" + visit.path("token"),
                        Optional.of(invited.name()),
                        invited.name(),
                        "",
                        Passwords.LEAST_CHARS,
                        fault));
    }

    private static void invitationGone(Visit visit) {
        visit.message(
                HttpStatus.NOT_FOUND,
                visit.say("link.gone"),
                visit.say("invitation.gone"),
                visit.say("invitation.ask"));
    }

    void acceptInvitation(Visit visit) throws ArchiveException, Busy {
        Optional<Person> invited = invited(visit);
        if (invited.isEmpty()) {
            invitationGone(visit);
            return;
        }
        Optional<String> fault = passwordFault(visit);
        if (fault.isPresent()) {
            invitationForm(visit, HttpStatus.UNPROCESSABLE_CONTENT, invited.get(), fault);
            return;
        }
        String hash = site.passwords().hash(visit.rawField("password"));
        if (!site.invitations().use(visit.path("token"))) {
            invitationGone(visit);
            return;
        }
        Person person = invited.get();
        site.desk().people().setCredential(site.desk().acts(), person.name(), person.id(), hash);
        site.sessions().endAll(person.id());
        entered(visit, person, Entering.byPassword(person, site.clock().instant()), "invitation");
        visit.redirect("/");
    }

    // ---- log-in ----

    void form(Visit visit) {
        if (visit.person().isPresent()) {
            visit.redirect("/");
            return;
        }
        form(visit, HttpStatus.OK, "", visit.query("next"), Optional.empty());
    }

    void form(Visit visit, HttpStatus status, String account, String next, Optional<String> fault) {
        visit.page(
                status,
                "log-in",
                visit.say("log-in.title"),
                new LogIn(
                        account,
                        next,
                        fault,
                        takesPasswords(),
                        site.openId().set().map(OpenIdSettings::name),
                        passkeyOrigin(visit),
                        next.isEmpty() ? "" : "?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8)));
    }

    /// For whom passkeys are that are used here; absent where there can be none, or nobody is to log in by
    /// one.
    Optional<Party> party(Visit visit) {
        return site.desk().logIns().byPasskey() ? Party.of(visit.ownAddress()) : Optional.empty();
    }

    /// The address at which they can be used.
    Optional<String> passkeyOrigin(Visit visit) {
        return party(visit).map(Party::origin);
    }

    /// Whether a password alone does not let her in, but one of her passkeys besides.
    boolean asksForPasskey(String person) {
        return site.desk().logIns().byPasskey()
                && !site.desk().passkeys().of(person).isEmpty()
                && site.desk()
                        .preferences()
                        .get(person, Preferences.PASSKEY_AFTER_PASSWORD)
                        .isPresent();
    }

    private boolean takesPasswords() {
        return site.desk().logIns().byPassword()
                || site.desk().logIns().settings(Way.LDAP).isPresent();
    }

    void logIn(Visit visit) throws ArchiveException, Busy {
        String account = visit.field("account");
        String next = visit.field("next");
        String password = visit.rawField("password");
        if (account.isEmpty()
                || account.length() > ACCOUNT_LIMIT_CHARS
                || password.length() > 4 * Passwords.MOST_CHARS
                || !takesPasswords()) {
            form(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    account,
                    next,
                    Optional.of(takesPasswords() ? visit.say("log-in.who") : visit.say("log-in.no-passwords")));
            return;
        }
        String braked = account.toLowerCase(Locale.ROOT);
        Optional<Duration> wait = site.brake().attempt(braked, visit.peer());
        if (wait.isPresent()) {
            long seconds = wait.get().toSeconds() + 1;
            visit.header("Retry-After", Long.toString(seconds));
            form(
                    visit,
                    HttpStatus.TOO_MANY_REQUESTS,
                    account,
                    next,
                    Optional.of(visit.texts().count("log-in.braked", seconds)));
            return;
        }
        Optional<Entering> entering;
        try {
            entering = entering(account, password);
        } catch (FetchException e) {
            LOG.warn("the directory by which people log in: {}", e.getMessage());
            form(visit, HttpStatus.SERVICE_UNAVAILABLE, account, next, Optional.of(visit.say("log-in.directory-away")));
            return;
        }
        if (entering.isEmpty()) {
            site.failedLogIns().failed(named(account).map(Person::name), visit.peer());
            form(visit, HttpStatus.UNPROCESSABLE_CONTENT, account, next, Optional.of(visit.say("log-in.wrong")));
            return;
        }
        site.brake().succeeded(braked, visit.peer());
        enter(visit, entering.get(), next, false);
    }

    private Optional<Person> named(String account) {
        return site.desk()
                .people()
                .directory()
                .named(account, site.clock().instant())
                .filter(Person::mayLogIn);
    }

    /// Who this is: by a password here, else by one that the directory has.
    private Optional<Entering> entering(String account, String password) throws ArchiveException, Busy {
        Optional<Person> person = named(account);
        boolean here = site.desk().logIns().byPassword();
        // a password is checked also where there is nobody, so that the time tells nothing
        boolean right = site.passwords()
                .matches(
                        person.filter(_ -> here)
                                .flatMap(p -> site.desk().people().credential(p.id())),
                        password);
        if (person.isPresent() && right) {
            return Optional.of(Entering.byPassword(person.get(), site.clock().instant()));
        }
        Optional<Map<String, String>> ldap = site.desk().logIns().settings(Way.LDAP);
        return ldap.isPresent() ? byDirectory(ldap.get(), account, password) : Optional.empty();
    }

    private Optional<Entering> byDirectory(Map<String, String> settings, String account, String password)
            throws ArchiveException {
        Optional<String> sync = Optional.ofNullable(settings.get("directory"));
        Optional<LdapLogIn.Found> found = site.ldap()
                .logIn(
                        settings,
                        site.desk().secrets(LdapLogIn.SECRETS),
                        account,
                        password,
                        f -> whose(sync, told(f)) instanceof Whose.Hers);
        if (found.isEmpty()
                || !(whose(sync, told(found.get())) instanceof Whose.Hers hers)
                || !Accounts.remember(site.desk().acts(), site.desk().logIns(), told(found.get()), hers)) {
            return Optional.empty();
        }
        return Optional.of(new Entering(
                hers.person().id(), new How.Directory(account), site.clock().instant(), Map.of()));
    }

    private static Told told(LdapLogIn.Found found) {
        return new Told(LogIns.LDAP_ISSUER, found.key(), found.key(), found.addresses(), found.name());
    }

    private Whose whose(Optional<String> sync, Told told) {
        return Accounts.whose(
                site.desk().people().directory(),
                site.desk().logIns(),
                sync,
                told,
                site.clock().instant());
    }

    /// Lets in who proved who she is, or asks for the second factor first.
    ///
    /// @param fromElsewhere whether another site sent the browser here
    void enter(Visit visit, Entering entering, String next, boolean fromElsewhere) throws ArchiveException {
        if (site.secondFactors().isOn(entering.person()) || asksForPasskey(entering.person())) {
            codeForm(visit, HttpStatus.OK, site.halves().keep(entering), entering.person(), next, Optional.empty());
            return;
        }
        Optional<Person> person = site.desk().people().directory().byId(entering.person());
        if (person.isEmpty()) {
            visit.notFound();
            return;
        }
        entered(visit, person.get(), entering, entering.how().word());
        String local = LOCAL_PATH.matcher(next).matches() ? next : "/";
        if (fromElsewhere) {
            visit.onward(local);
        } else {
            visit.redirect(local);
        }
    }

    // ---- the second factor

    void codeForm(Visit visit, HttpStatus status, String half, String person, String next, Optional<String> fault) {
        boolean hasOne = !site.desk().passkeys().of(person).isEmpty();
        boolean code = site.secondFactors().isOn(person);
        visit.page(
                status,
                "code",
                visit.say(code ? "code.title" : "passkey.code.title"),
                new CodeView(half, next, code, passkeyOrigin(visit).filter(_ -> hasOne), fault));
    }

    /// The second step of a log-in.
    void logInWithCode(Visit visit) throws ArchiveException {
        Optional<Entering> entering = site.halves().of(visit.field("half"));
        Optional<Person> person =
                entering.flatMap(e -> site.desk().people().directory().byId(e.person()));
        if (entering.isEmpty() || person.isEmpty()) {
            form(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "",
                    visit.field("next"),
                    Optional.of(visit.say("log-in.too-long")));
            return;
        }
        String account = "code " + person.get().id();
        Optional<Duration> wait = site.brake().attempt(account, visit.peer());
        if (wait.isPresent()) {
            codeForm(
                    visit,
                    HttpStatus.TOO_MANY_REQUESTS,
                    visit.field("half"),
                    person.get().id(),
                    visit.field("next"),
                    Optional.of(visit.texts()
                            .count("log-in.codes-braked", wait.get().toSeconds() + 1)));
            return;
        }
        if (!site.secondFactors().use(person.get().id(), visit.field("code"))) {
            site.failedLogIns().failed(person.map(Person::name), visit.peer());
            codeForm(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    visit.field("half"),
                    person.get().id(),
                    visit.field("next"),
                    Optional.of(visit.say("code.invalid")));
            return;
        }
        site.brake().succeeded(account, visit.peer());
        site.halves().forget(visit.field("half"));
        entered(visit, person.get(), entering.get(), entering.get().how().word() + " and code");
        visit.redirect(LOCAL_PATH.matcher(visit.field("next")).matches() ? visit.field("next") : "/");
    }

    /// Lets somebody in, and writes it down first.
    void entered(Visit visit, Person person, Entering entering, String how) throws ArchiveException {
        site.desk().acts().audit(person.name(), "log-in", person.name(), Optional.of(how), Optional.of(visit.peer()));
        if (entering.how() instanceof How.OpenId openId) {
            site.desk()
                    .roles()
                    .follow(
                            site.desk().acts(),
                            openId.issuer(),
                            person.id(),
                            entering.roles(),
                            site.clock().instant().plus(Sessions.LONGEST));
        }
        visit.logIn(person, entering.how(), entering.confirmed());
    }

    void logOut(Visit visit) throws ArchiveException {
        Person self = visit.self();
        How how = visit.loggedIn().how();
        visit.audit("log-out", self.name(), Optional.empty());
        visit.logOut();
        if (!(how instanceof How.OpenId openId)) {
            visit.redirect("/log-in");
            return;
        }
        if (site.sessions().of(self).isEmpty()) { // what its groups give lasts as long as she is logged in
            site.desk()
                    .roles()
                    .follow(
                            site.desk().acts(),
                            openId.issuer(),
                            self.id(),
                            Map.of(),
                            site.clock().instant());
        }
        Optional<URI> there = site.openId().logOut(openId.hint(), URI.create(visit.absolute("/log-in")));
        String name = site.openId().set().map(OpenIdSettings::name).orElse(visit.say("logged-out.other"));
        visit.leave(
                visit.say("logged-out.title"),
                there.isPresent() ? visit.say("logged-out.still", name) : visit.say("logged-out.maybe", name),
                there.map(url -> new Message.Link(url.toString(), visit.say("logged-out.there", name))));
    }

    void confirmForm(Visit visit) {
        confirmForm(visit, HttpStatus.OK, Optional.empty());
    }

    void confirmForm(Visit visit, HttpStatus status, Optional<String> fault) {
        Optional<String> provider = visit.loggedIn().how() instanceof How.OpenId
                ? Optional.of(site.openId().set().map(OpenIdSettings::name).orElse(visit.say("confirm.provider")))
                : Optional.empty();
        Optional<String> passkey = passkeyOrigin(visit)
                .filter(_ -> !site.desk().passkeys().of(visit.self().id()).isEmpty());
        visit.page(status, "confirm", visit.say("confirm.title"), new ConfirmView(fault, provider, passkey));
    }

    /// Whether it is what she logged in with.
    private boolean isHers(Visit visit, String password) throws ArchiveException, Busy {
        return switch (visit.loggedIn().how()) {
            case How.Password(), How.Passkey _ ->
                site.passwords()
                        .matches(site.desk().people().credential(visit.self().id()), password);
            case How.Directory(String account) -> {
                Optional<Map<String, String>> ldap = site.desk().logIns().settings(Way.LDAP);
                yield ldap.isPresent()
                        && byDirectory(ldap.get(), account, password)
                                .filter(e -> e.person().equals(visit.self().id()))
                                .isPresent();
            }
            case How.OpenId _ -> false; // is asked there
            case How.Rehearsal() -> false; // who asks has nothing to say
        };
    }

    /// Her password again, for what is dangerous.
    void confirm(Visit visit) throws ArchiveException, Busy {
        Person self = visit.self();
        Optional<Duration> wait = site.brake().attempt("account " + self.id(), visit.peer());
        if (wait.isPresent()) {
            confirmForm(
                    visit,
                    HttpStatus.TOO_MANY_REQUESTS,
                    Optional.of(visit.texts()
                            .count("log-in.tries-braked", wait.get().toSeconds() + 1)));
            return;
        }
        boolean right;
        try {
            right = isHers(visit, visit.rawField("current"));
        } catch (FetchException e) {
            LOG.warn("the directory by which people log in: {}", e.getMessage());
            confirmForm(visit, HttpStatus.SERVICE_UNAVAILABLE, Optional.of(visit.say("log-in.directory-away")));
            return;
        }
        if (!right) {
            site.failedLogIns().failed(Optional.of(self.name()), visit.peer());
            confirmForm(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("confirm.wrong")));
            return;
        }
        site.brake().succeeded("account " + self.id(), visit.peer());
        visit.loggedIn().confirmed(site.clock().instant());
        visit.loggedIn().tell(visit.say("confirm.thanks"));
        visit.redirect("/");
    }

    // ---- what a form may hold ----

    static Optional<String> nameFault(Visit visit, String name) {
        if (name.isEmpty()) {
            return Optional.of(visit.say("form.name.needed"));
        }
        if (name.length() > 200 || name.chars().anyMatch(Character::isISOControl)) {
            return Optional.of(visit.say("form.name.long"));
        }
        return Optional.empty();
    }

    static Optional<String> addressFault(Visit visit, String address) {
        boolean plausible = address.length() <= 254
                && address.indexOf('@') > 0
                && address.lastIndexOf('@') < address.length() - 1
                && address.chars().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
        return plausible ? Optional.empty() : Optional.of(visit.say("form.address", address));
    }

    static Optional<String> passwordFault(Visit visit) {
        String password = visit.rawField("password");
        return Passwords.fault(visit.texts(), password)
                .or(() -> password.equals(visit.rawField("again"))
                        ? Optional.empty()
                        : Optional.of(visit.say("password.differ")));
    }
}
