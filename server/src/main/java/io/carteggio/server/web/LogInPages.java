package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Address;
import io.carteggio.server.web.page.AccountFault;
import io.carteggio.server.web.page.AccountView;
import io.carteggio.server.web.page.CodeView;
import io.carteggio.server.web.page.LogIn;
import io.carteggio.server.web.page.Message;
import io.carteggio.server.web.page.NewPassword;
import io.carteggio.server.web.page.SecondFactorView;
import io.javalin.http.HttpStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who are you: set-up, invitations, log-in, log-out, one's own password.
final class LogInPages {
    /// Longer names and addresses are nobody's (RFC 5321 4.5.3.1: 254 for an address).
    private static final int ACCOUNT_LIMIT_CHARS = 320;

    private static final Pattern LOCAL_PATH =
            Pattern.compile("/[A-Za-z0-9][A-Za-z0-9/_.~-]*(\\?[A-Za-z0-9=&%+._~:@-]*)?");
    private static final String LINK_GONE = "This link is no longer valid";

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
                "Set-up is waiting",
                new Message(
                        Optional.empty(),
                        "Set-up is waiting",
                        List.of(
                                "This archive has no administrator yet. Look at the server’s console: "
                                        + "carteggio serve has printed a one-time set-up link there.",
                                "Open that link in this browser to become the administrator. "
                                        + "It is valid until it has been used; each start of the server prints a new one."),
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
                "Set up this archive",
                new NewPassword(
                        "Set up this archive",
                        "You become its administrator: you see the books, the quarantine and the people, "
                                + "but nobody else’s letters. This link is valid until it has been used.",
                        "/set-up/" + visit.path("token"),
                        Optional.empty(),
                        visit.field("name"),
                        visit.field("address"),
                        Passwords.LEAST_CHARS,
                        fault));
    }

    private static void setUpGone(Visit visit) {
        visit.message(
                HttpStatus.NOT_FOUND,
                LINK_GONE,
                "It was used already, or the server has been started again since and has printed a new one.");
    }

    void setUp(Visit visit) throws ArchiveException, Busy {
        if (!site.setUp().accepts(visit.path("token"))) {
            setUpGone(visit);
            return;
        }
        String name = visit.field("name");
        String address = visit.field("address");
        Optional<String> fault = nameFault(name)
                .or(() -> address.isEmpty() ? Optional.empty() : addressFault(address))
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
            entered(visit, people.directory().byId(id).orElseThrow(), "set-up");
        } catch (IllegalArgumentException e) {
            setUpForm(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(PeoplePages.sentence(e)));
            return;
        } finally {
            site.setUp().turn.unlock();
        }
        visit.redirect("/books");
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
                .filter(Person::mayLogIn);
    }

    private void invitationForm(Visit visit, HttpStatus status, Person invited, Optional<String> fault) {
        visit.page(
                status,
                "new-password",
                "Welcome",
                new NewPassword(
                        "Welcome, " + invited.name(),
                        "Choose a password for the letter archive. This link works once.",
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
                LINK_GONE,
                "It was used already, is older than seven days, or was replaced by a newer one.",
                "Ask the archive’s administrator for another.");
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
        entered(visit, person, "invitation");
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

    private static void form(Visit visit, HttpStatus status, String account, String next, Optional<String> fault) {
        visit.page(status, "log-in", "Log in", new LogIn(account, next, fault));
    }

    void logIn(Visit visit) throws ArchiveException, Busy {
        String account = visit.field("account");
        String next = visit.field("next");
        String password = visit.rawField("password");
        if (account.isEmpty()
                || account.length() > ACCOUNT_LIMIT_CHARS
                || password.length() > 4 * Passwords.MOST_CHARS) {
            form(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    account,
                    next,
                    Optional.of("Give your name or e-mail address."));
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
                    Optional.of("Too many wrong tries from your network. Please wait "
                            + Words.count(seconds, "second", "seconds") + "."));
            return;
        }
        Optional<Person> person = site.desk()
                .people()
                .directory()
                .named(account, site.clock().instant())
                .filter(Person::mayLogIn);
        // a password is checked also where there is nobody, so that the time tells nothing
        boolean right = site.passwords()
                .matches(person.flatMap(p -> site.desk().people().credential(p.id())), password);
        if (person.isEmpty() || !right) {
            site.failedLogIns().failed(person.map(Person::name), visit.peer());
            form(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    account,
                    next,
                    Optional.of("This name and password do not go together."));
            return;
        }
        site.brake().succeeded(braked, visit.peer());
        if (site.secondFactors().isOn(person.get().id())) {
            codeForm(visit, HttpStatus.OK, half(person.get()), next, Optional.empty());
            return;
        }
        entered(visit, person.get(), "password");
        visit.redirect(LOCAL_PATH.matcher(next).matches() ? next : "/");
    }

    // ---- the second factor

    /// What proves that a password was right a moment ago.
    private String half(Person person) {
        String until = Long.toString(site.clock().instant().plus(Sessions.FRESH).getEpochSecond());
        return person.id() + "." + until + "." + site.tokens().seal("half", person.id(), until);
    }

    private Optional<Person> halfway(String half) {
        String[] parts = half.split("\\.", -1);
        if (parts.length != 3
                || !parts[1].matches("[0-9]{1,15}")
                || !Tokens.same(site.tokens().seal("half", parts[0], parts[1]), parts[2])
                || site.clock().instant().getEpochSecond() >= Long.parseLong(parts[1])) {
            return Optional.empty();
        }
        return site.desk().people().directory().byId(parts[0]);
    }

    private static void codeForm(Visit visit, HttpStatus status, String half, String next, Optional<String> fault) {
        visit.page(status, "code", "Your code", new CodeView(half, next, fault));
    }

    /// The second step of a log-in.
    void logInWithCode(Visit visit) throws ArchiveException {
        Optional<Person> person = halfway(visit.field("half"));
        if (person.isEmpty()) {
            form(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "",
                    visit.field("next"),
                    Optional.of("That took too long. Please begin again."));
            return;
        }
        String account = "code " + person.get().id();
        Optional<Duration> wait = site.brake().attempt(account, visit.peer());
        if (wait.isPresent()) {
            codeForm(
                    visit,
                    HttpStatus.TOO_MANY_REQUESTS,
                    visit.field("half"),
                    visit.field("next"),
                    Optional.of("Too many wrong codes. Please wait "
                            + Words.count(wait.get().toSeconds() + 1, "second", "seconds") + "."));
            return;
        }
        if (!site.secondFactors().use(person.get().id(), visit.field("code"))) {
            site.failedLogIns().failed(person.map(Person::name), visit.peer());
            codeForm(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    visit.field("half"),
                    visit.field("next"),
                    Optional.of("This code is not valid, or was used already. Wait for the next one."));
            return;
        }
        site.brake().succeeded(account, visit.peer());
        entered(visit, person.get(), "password and code");
        visit.redirect(LOCAL_PATH.matcher(visit.field("next")).matches() ? visit.field("next") : "/");
    }

    void secondFactor(Visit visit) {
        secondFactor(visit, HttpStatus.OK, Optional.empty());
    }

    private void secondFactor(Visit visit, HttpStatus status, Optional<String> fault) {
        Person self = visit.self();
        boolean on = site.secondFactors().isOn(self.id());
        if (!on && visit.loggedIn().proposed().isEmpty()) {
            visit.loggedIn().propose(Optional.of(site.secondFactors().propose()));
        }
        String secret = on ? "" : Totp.base32(visit.loggedIn().proposed().orElseThrow());
        visit.page(
                status,
                "second-factor",
                "Second factor",
                new SecondFactorView(
                        on,
                        secret,
                        "otpauth://totp/Carteggio:"
                                + URLEncoder.encode(self.name(), StandardCharsets.UTF_8)
                                        .replace("+", "%20")
                                + "?secret=" + secret + "&issuer=Carteggio",
                        site.secondFactors().recoveryCodes(self.id()),
                        List.of(),
                        fault));
    }

    /// The first code of a proposed secret turns it on.
    void turnOn(Visit visit) throws ArchiveException {
        Person self = visit.self();
        Optional<byte[]> proposed = visit.loggedIn().proposed();
        if (proposed.isEmpty() || site.secondFactors().isOn(self.id())) {
            visit.redirect("/account/second-factor");
            return;
        }
        Optional<List<String>> codes = site.secondFactors().turnOn(self.id(), proposed.get(), visit.field("code"));
        if (codes.isEmpty()) {
            secondFactor(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    Optional.of("This is not the code of this secret. Is the clock of your device right?"));
            return;
        }
        visit.loggedIn().propose(Optional.empty());
        visit.audit("second-factor-on", self.name(), Optional.empty());
        visit.page(
                "second-factor",
                "Second factor",
                new SecondFactorView(true, "", "", codes.get().size(), codes.get(), Optional.empty()));
    }

    /// Her code turns it off.
    void turnOff(Visit visit) throws ArchiveException {
        Person self = visit.self();
        Optional<Duration> wait = site.brake().attempt("code " + self.id(), visit.peer());
        if (wait.isPresent() || !site.secondFactors().use(self.id(), visit.field("code"))) {
            secondFactor(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    Optional.of("This code is not valid, or was used already. Wait for the next one."));
            return;
        }
        site.brake().succeeded("code " + self.id(), visit.peer());
        site.secondFactors().turnOff(self.id());
        visit.audit("second-factor-off", self.name(), Optional.empty());
        visit.loggedIn().tell("A password is enough again.");
        visit.redirect("/account");
    }

    /// Lets somebody in, and writes it down first.
    private void entered(Visit visit, Person person, String how) throws ArchiveException {
        site.desk().acts().audit(person.name(), "log-in", person.name(), Optional.of(how), Optional.of(visit.peer()));
        visit.logIn(person);
    }

    void logOut(Visit visit) throws ArchiveException {
        visit.audit("log-out", visit.self().name(), Optional.empty());
        visit.logOut();
        visit.redirect("/log-in");
    }

    // ---- one's own account ----

    void account(Visit visit) {
        account(visit, HttpStatus.OK, Optional.empty());
    }

    private void account(Visit visit, HttpStatus status, Optional<String> fault) {
        visit.page(
                status,
                "account",
                "Your account",
                new AccountView(
                        PeoplePages.row(site, visit.self()),
                        Passwords.LEAST_CHARS,
                        fault,
                        site.sessions().of(visit.self()).stream()
                                .map(s -> new AccountView.SessionRow(
                                        s.name(),
                                        site.words().exact(s.begun()),
                                        site.words().exact(s.lastSeen()),
                                        s.peer(),
                                        s == visit.loggedIn()))
                                .toList()));
    }

    /// Ends one of her own sessions, wherever it is.
    void endSession(Visit visit) throws ArchiveException {
        if (!site.sessions().end(visit.self(), visit.path("session"))) {
            visit.notFound();
            return;
        }
        visit.audit("session-ended", visit.self().name(), Optional.empty());
        visit.redirect("/account");
    }

    void confirmForm(Visit visit) {
        visit.page("confirm", "Your password again", new AccountFault(Optional.empty()));
    }

    /// Her password again, for what is dangerous.
    void confirm(Visit visit) throws ArchiveException, Busy {
        Person self = visit.self();
        Optional<Duration> wait = site.brake().attempt("account " + self.id(), visit.peer());
        if (wait.isPresent()) {
            visit.page(
                    HttpStatus.TOO_MANY_REQUESTS,
                    "confirm",
                    "Your password again",
                    new AccountFault(Optional.of("Too many wrong tries. Please wait "
                            + Words.count(wait.get().toSeconds() + 1, "second", "seconds") + ".")));
            return;
        }
        if (!site.passwords().matches(site.desk().people().credential(self.id()), visit.rawField("current"))) {
            site.failedLogIns().failed(Optional.of(self.name()), visit.peer());
            visit.page(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "confirm",
                    "Your password again",
                    new AccountFault(Optional.of("This is not your password.")));
            return;
        }
        site.brake().succeeded("account " + self.id(), visit.peer());
        visit.loggedIn().confirmed(site.clock().instant());
        visit.loggedIn().tell("Thank you. For five minutes you can do what takes a password; send your form again.");
        visit.redirect("/");
    }

    void changePassword(Visit visit) throws ArchiveException, Busy {
        Person self = visit.self();
        Optional<Duration> wait = site.brake().attempt("account " + self.id(), visit.peer());
        if (wait.isPresent()) {
            account(
                    visit,
                    HttpStatus.TOO_MANY_REQUESTS,
                    Optional.of("Too many wrong tries. Please wait "
                            + Words.count(wait.get().toSeconds() + 1, "second", "seconds") + "."));
            return;
        }
        if (!site.passwords().matches(site.desk().people().credential(self.id()), visit.rawField("current"))) {
            account(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of("This is not your present password."));
            return;
        }
        site.brake().succeeded("account " + self.id(), visit.peer());
        Optional<String> fault = passwordFault(visit);
        if (fault.isPresent()) {
            account(visit, HttpStatus.UNPROCESSABLE_CONTENT, fault);
            return;
        }
        site.desk()
                .people()
                .setCredential(
                        site.desk().acts(),
                        self.name(),
                        self.id(),
                        site.passwords().hash(visit.rawField("password")));
        site.sessions().endOthers(visit.loggedIn());
        visit.loggedIn().tell("Your password is changed. Other browsers are logged out.");
        visit.redirect("/account");
    }

    // ---- what a form may hold ----

    static Optional<String> nameFault(String name) {
        if (name.isEmpty()) {
            return Optional.of("A name is needed.");
        }
        if (name.length() > 200 || name.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("A name has at most 200 characters on one line.");
        }
        return Optional.empty();
    }

    static Optional<String> addressFault(String address) {
        boolean plausible = address.length() <= 254
                && address.indexOf('@') > 0
                && address.lastIndexOf('@') < address.length() - 1
                && address.chars().noneMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
        return plausible ? Optional.empty() : Optional.of("“" + address + "” is not an e-mail address.");
    }

    private static Optional<String> passwordFault(Visit visit) {
        String password = visit.rawField("password");
        return Passwords.fault(password)
                .or(() -> password.equals(visit.rawField("again"))
                        ? Optional.empty()
                        : Optional.of("The two passwords are not the same."));
    }
}
