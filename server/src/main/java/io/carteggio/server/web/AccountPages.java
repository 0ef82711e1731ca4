package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.role.Preferences;
import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.page.AccountView;
import io.carteggio.server.web.page.AccountView.LanguageChoice;
import io.carteggio.server.web.page.SecondFactorView;
import io.javalin.http.HttpStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// One's own account: language, sessions, password, second factor.
final class AccountPages {
    private final Site site;

    AccountPages(Site site) {
        this.site = site;
    }

    void account(Visit visit) {
        account(visit, HttpStatus.OK, Optional.empty());
    }

    private void account(Visit visit, HttpStatus status, Optional<String> fault) {
        visit.page(
                status,
                "account",
                visit.say("account.title"),
                new AccountView(
                        PeoplePages.row(site, visit.words(), visit.self()),
                        Passwords.LEAST_CHARS,
                        fault,
                        site.sessions().of(visit.self()).stream()
                                .map(s -> new AccountView.SessionRow(
                                        s.name(),
                                        visit.words().exact(s.begun()),
                                        visit.words().exact(s.lastSeen()),
                                        s.peer(),
                                        s == visit.loggedIn()))
                                .toList(),
                        languages(visit)));
    }

    private List<LanguageChoice> languages(Visit visit) {
        Optional<String> chosen = site.desk().preferences().get(visit.self().id(), Preferences.LANGUAGE);
        return Stream.of(Language.values())
                .map(l -> new LanguageChoice(l.word(), l.ownName(), chosen.equals(Optional.of(l.word()))))
                .toList();
    }

    /// From now on the pages are in this language for her, wherever she logs in.
    void chooseLanguage(Visit visit) throws ArchiveException {
        String word = visit.field("language");
        if (!word.isEmpty() && Language.ofWord(word).isEmpty()) {
            visit.notFound();
            return;
        }
        site.desk()
                .preferences()
                .set(site.desk().acts(), visit.self().name(), visit.self().id(), Preferences.LANGUAGE, word);
        visit.redirect("/account");
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

    void changePassword(Visit visit) throws ArchiveException, Busy {
        Person self = visit.self();
        Optional<Duration> wait = site.brake().attempt("account " + self.id(), visit.peer());
        if (wait.isPresent()) {
            account(
                    visit,
                    HttpStatus.TOO_MANY_REQUESTS,
                    Optional.of(visit.texts()
                            .count("log-in.tries-braked", wait.get().toSeconds() + 1)));
            return;
        }
        if (!site.passwords().matches(site.desk().people().credential(self.id()), visit.rawField("current"))) {
            account(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("account.password.wrong")));
            return;
        }
        site.brake().succeeded("account " + self.id(), visit.peer());
        Optional<String> fault = LogInPages.passwordFault(visit);
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
        visit.loggedIn().tell(visit.say("account.password.changed"));
        visit.redirect("/account");
    }

    // ---- the second factor

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
                visit.say("account.factor"),
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
            secondFactor(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("factor.not-its-code")));
            return;
        }
        visit.loggedIn().propose(Optional.empty());
        visit.audit("second-factor-on", self.name(), Optional.empty());
        visit.page(
                "second-factor",
                visit.say("account.factor"),
                new SecondFactorView(true, "", "", codes.get().size(), codes.get(), Optional.empty()));
    }

    /// Her code turns it off.
    void turnOff(Visit visit) throws ArchiveException {
        Person self = visit.self();
        Optional<Duration> wait = site.brake().attempt("code " + self.id(), visit.peer());
        if (wait.isPresent() || !site.secondFactors().use(self.id(), visit.field("code"))) {
            secondFactor(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("code.invalid")));
            return;
        }
        site.brake().succeeded("code " + self.id(), visit.peer());
        site.secondFactors().turnOff(self.id());
        visit.audit("second-factor-off", self.name(), Optional.empty());
        visit.loggedIn().tell(visit.say("factor.off.told"));
        visit.redirect("/account");
    }
}
