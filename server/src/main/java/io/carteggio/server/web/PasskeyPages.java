package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.role.Passkeys;
import io.carteggio.archive.role.Passkeys.Fresh;
import io.carteggio.archive.role.Passkeys.Passkey;
import io.carteggio.archive.role.Preferences;
import io.carteggio.archive.vault.Octets;
import io.carteggio.server.login.WebAuthn;
import io.carteggio.server.login.WebAuthn.Asserted;
import io.carteggio.server.login.WebAuthn.Assertion;
import io.carteggio.server.login.WebAuthn.Created;
import io.carteggio.server.login.WebAuthn.Creation;
import io.carteggio.server.login.WebAuthn.Party;
import io.carteggio.server.web.page.PasskeysView;
import io.javalin.http.HttpStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Passkeys: making, naming and removing one's own, and logging in or proving anew who one is by one.
///
/// A script on the page asks the browser; without it, or where the browser has none, the pages are as if there
/// were no passkeys. What is to be signed is made by this server for one purpose and one browser or session, is
/// good for [#VALID], and once. Nothing is kept of it before it comes back.
final class PasskeyPages {
    /// How long it may take to touch a key.
    static final Duration VALID = Duration.ofMinutes(5);

    private static final int CHALLENGE_LIMIT_CHARS = 200;

    private static final Logger LOG = LoggerFactory.getLogger(PasskeyPages.class);

    /// What a signature is wanted for. One for another purpose is good for nothing.
    private enum Purpose {
        MAKE,
        LOG_IN,
        CONFIRM
    }

    private final Site site;
    private final LogInPages logIn;

    PasskeyPages(Site site, LogInPages logIn) {
        this.site = site;
        this.logIn = logIn;
    }

    private Passkeys passkeys() {
        return site.desk().passkeys();
    }

    // ---- what is to be signed

    private String challenge(Visit visit, Purpose purpose) {
        String words = site.tokens().random() + "."
                + site.clock().instant().plus(VALID).getEpochSecond();
        return words + "." + seal(visit, purpose, words);
    }

    private String seal(Visit visit, Purpose purpose, String words) {
        return site.tokens().seal("passkey", purpose.name(), visit.formToken(), words);
    }

    /// Whether this was to be signed by this browser for this purpose, a moment ago, and was not before.
    /// Thereby it was.
    private boolean isGood(Visit visit, Purpose purpose, String challenge) {
        int end = challenge.lastIndexOf('.');
        if (end < 0 || challenge.length() > CHALLENGE_LIMIT_CHARS) {
            return false;
        }
        String words = challenge.substring(0, end);
        if (!Tokens.same(seal(visit, purpose, words), challenge.substring(end + 1))) {
            return false;
        }
        Instant until = Instant.ofEpochSecond(Long.parseLong(words.substring(words.indexOf('.') + 1)));
        return site.clock().instant().isBefore(until) && site.usedStates().use(challenge, until);
    }

    private void answer(Visit visit, Party party, Purpose purpose, List<Passkey> known, ObjectNode options) {
        options.put("challenge", base64(challenge(visit, purpose).getBytes(StandardCharsets.UTF_8)))
                .put("party", party.id())
                .put("timeout", VALID.toMillis());
        ArrayNode keys = options.putArray("known");
        for (Passkey key : known) {
            ObjectNode one =
                    keys.addObject().put("id", base64(key.made().credential().toBytes()));
            ArrayNode ways = one.putArray("transports");
            key.made().transports().forEach(ways::add);
        }
        visit.text("application/json", options.toString());
    }

    private static String base64(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    /// The octets of a field; none where it is something else.
    private static Optional<Octets> octets(Visit visit, String field) {
        try {
            byte[] octets = Base64.getUrlDecoder().decode(visit.rawField(field));
            return octets.length == 0 ? Optional.empty() : Optional.of(Octets.of(octets));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    // ---- one's own

    void list(Visit visit) {
        list(visit, HttpStatus.OK, Optional.empty());
    }

    private void list(Visit visit, HttpStatus status, Optional<String> fault) {
        Person self = visit.self();
        visit.page(
                status,
                "passkeys",
                visit.say("passkey.title"),
                new PasskeysView(
                        logIn.passkeyOrigin(visit),
                        passkeys().of(self.id()).stream()
                                .map(key -> new PasskeysView.Row(
                                        key.id(),
                                        key.name(),
                                        visit.words().exact(key.added()),
                                        key.used().map(visit.words()::exact),
                                        key.made().synced()))
                                .toList(),
                        visit.isFresh(),
                        logIn.asksForPasskey(self.id()),
                        Passkeys.NAME_LIMIT_CHARS,
                        fault));
    }

    /// What a new one is to be made of. Takes a password given a moment ago, so that none is made in vain.
    void newOptions(Visit visit) {
        Optional<Party> party = logIn.party(visit);
        if (party.isEmpty()) {
            visit.notFound();
            return;
        }
        Person self = visit.self();
        ObjectNode options = JsonMapper.shared().createObjectNode();
        options.put("user", base64(WebAuthn.userHandle(self.id()).toBytes())).put("name", self.name());
        ArrayNode kinds = options.putArray("algorithms");
        WebAuthn.ALGORITHMS.forEach(kinds::add);
        answer(visit, party.get(), Purpose.MAKE, passkeys().of(self.id()), options);
    }

    void add(Visit visit) throws ArchiveException {
        Person self = visit.self();
        Optional<Party> party = logIn.party(visit);
        if (party.isEmpty()) {
            visit.notFound();
            return;
        }
        String challenge = visit.rawField("challenge");
        Optional<Octets> clientData = octets(visit, "client-data");
        Optional<Octets> attestation = octets(visit, "attestation");
        Created created = clientData.isEmpty() || attestation.isEmpty() || !isGood(visit, Purpose.MAKE, challenge)
                ? new Created.Refused("nothing that was asked for")
                : WebAuthn.created(
                        party.get(),
                        challenge,
                        new Creation(
                                clientData.get(),
                                attestation.get(),
                                List.of(visit.rawField("transports").split(",", -1))));
        switch (created) {
            case Created.Refused(String why) -> {
                LOG.warn("a passkey was not taken: {}", why);
                list(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("passkey.not-taken")));
            }
            case Created.Good(Fresh made) -> {
                try {
                    Passkey key = passkeys().add(site.desk().acts(), self.name(), self.id(), visit.field("name"), made);
                    visit.loggedIn().tell(visit.say("passkey.added", key.name()));
                    visit.redirect("/account/passkeys");
                } catch (IllegalArgumentException e) {
                    list(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.sentence(e)));
                }
            }
        }
    }

    void remove(Visit visit) throws ArchiveException {
        Person self = visit.self();
        Optional<Passkey> key =
                passkeys().named(visit.path("passkey")).filter(k -> k.person().equals(self.id()));
        if (key.isEmpty()
                || !passkeys().remove(site.desk().acts(), self.name(), key.get().id())) {
            visit.notFound();
            return;
        }
        if (passkeys().of(self.id()).isEmpty()) {
            ask(self, self.name(), false); // or the next one would be asked for unawares
        }
        visit.loggedIn().tell(visit.say("passkey.removed", key.get().name()));
        visit.redirect("/account/passkeys");
    }

    /// Whether a password alone is enough.
    void askAfterPassword(Visit visit) throws ArchiveException {
        Person self = visit.self();
        boolean yes = visit.field("ask").equals("yes");
        if (yes && (passkeys().of(self.id()).isEmpty() || logIn.party(visit).isEmpty())) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("passkey.none")));
            return;
        }
        ask(self, self.name(), yes);
        visit.loggedIn().tell(visit.say(yes ? "passkey.asked.told" : "factor.off.told"));
        visit.redirect("/account/passkeys");
    }

    private void ask(Person person, String by, boolean yes) throws ArchiveException {
        site.desk()
                .preferences()
                .set(site.desk().acts(), by, person.id(), Preferences.PASSKEY_AFTER_PASSWORD, yes ? "yes" : "");
    }

    /// Removes all of a person's, who lost them.
    static void removeAll(Site site, Visit visit, Person person) throws ArchiveException {
        String by = visit.self().name();
        for (Passkey key : site.desk().passkeys().of(person.id())) {
            var _ = site.desk().passkeys().remove(site.desk().acts(), by, key.id());
        }
        site.desk().preferences().set(site.desk().acts(), by, person.id(), Preferences.PASSKEY_AFTER_PASSWORD, "");
    }

    // ---- logging in

    /// What is to be signed for a log-in: by any passkey, or after a password (`half`) by one of hers.
    void logInOptions(Visit visit) {
        Optional<Party> party = logIn.party(visit);
        String half = visit.query("half");
        Optional<Entering> entering = site.halves().of(half);
        if (party.isEmpty() || visit.person().isPresent() || (!half.isEmpty() && entering.isEmpty())) {
            visit.notFound();
            return;
        }
        List<Passkey> known = new ArrayList<>();
        entering.ifPresent(e -> known.addAll(passkeys().of(e.person())));
        answer(visit, party.get(), Purpose.LOG_IN, known, JsonMapper.shared().createObjectNode());
    }

    void logIn(Visit visit) throws ArchiveException {
        String next = visit.field("next");
        String half = visit.field("half");
        Optional<Entering> entering = site.halves().of(half);
        if (!half.isEmpty() && entering.isEmpty()) {
            logIn.form(visit, HttpStatus.UNPROCESSABLE_CONTENT, "", next, Optional.of(visit.say("log-in.too-long")));
            return;
        }
        Optional<Passkey> key = proven(visit, Purpose.LOG_IN, entering.map(Entering::person));
        Optional<Person> person =
                key.flatMap(k -> site.desk().people().directory().byId(k.person()));
        if (key.isEmpty() || person.isEmpty()) {
            Optional<String> fault = Optional.of(visit.say("passkey.not-good"));
            if (entering.isPresent()) {
                logIn.codeForm(
                        visit,
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        half,
                        entering.get().person(),
                        next,
                        fault);
            } else {
                logIn.form(visit, HttpStatus.UNPROCESSABLE_CONTENT, "", next, fault);
            }
            return;
        }
        if (entering.isPresent()) {
            site.halves().forget(half);
            logIn.entered(
                    visit, person.get(), entering.get(), entering.get().how().word() + " and passkey");
        } else {
            Entering by = new Entering(
                    person.get().id(),
                    new How.Passkey(key.get().name()),
                    site.clock().instant(),
                    Map.of());
            logIn.entered(visit, person.get(), by, by.how().word());
        }
        visit.redirect(LogInPages.LOCAL_PATH.matcher(next).matches() ? next : "/");
    }

    // ---- for what is dangerous

    void confirmOptions(Visit visit) {
        Optional<Party> party = logIn.party(visit);
        List<Passkey> hers = passkeys().of(visit.self().id());
        if (party.isEmpty() || hers.isEmpty()) {
            visit.notFound();
            return;
        }
        answer(visit, party.get(), Purpose.CONFIRM, hers, JsonMapper.shared().createObjectNode());
    }

    void confirm(Visit visit) throws ArchiveException {
        if (proven(visit, Purpose.CONFIRM, Optional.of(visit.self().id())).isEmpty()) {
            logIn.confirmForm(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.say("passkey.not-good")));
            return;
        }
        visit.loggedIn().confirmed(site.clock().instant());
        visit.loggedIn().tell(visit.say("confirm.thanks"));
        visit.redirect("/");
    }

    // ---- who holds one

    /// The passkey that somebody proved to hold; none where it is not proven, which is then written down.
    ///
    /// @param whose it must be, if that is known already
    private Optional<Passkey> proven(Visit visit, Purpose purpose, Optional<String> whose) throws ArchiveException {
        Optional<Party> party = logIn.party(visit);
        Optional<Assertion> assertion = assertion(visit);
        Optional<Passkey> known = assertion.flatMap(a -> passkeys().byCredential(a.credential()));
        Optional<Person> person = known.flatMap(
                        k -> site.desk().people().directory().byId(k.person()))
                .filter(Person::mayLogIn);
        String challenge = visit.rawField("challenge");
        if (party.isEmpty() || !isGood(visit, purpose, challenge)) {
            return refused(visit, Optional.empty(), "nothing that was asked for");
        }
        if (assertion.isEmpty() || known.isEmpty() || person.isEmpty()) {
            return refused(visit, Optional.empty(), "a passkey that is nobody's");
        }
        if (whose.map(id -> !id.equals(person.get().id())).orElse(false)) {
            return refused(visit, person, "somebody else's passkey");
        }
        if (whose.isEmpty() && assertion.get().userHandle().isEmpty()) {
            return refused(visit, person, "nobody is named");
        }
        return switch (WebAuthn.asserted(party.get(), challenge, known.get(), assertion.get())) {
            case Asserted.Refused(String why) -> refused(visit, person, why);
            case Asserted.Behind(long counter) -> behind(visit, person.get(), known.get(), counter);
            case Asserted.Good(long counter) ->
                passkeys()
                                .use(
                                        site.desk().acts(),
                                        person.get().name(),
                                        known.get().id(),
                                        counter)
                        ? known
                        : behind(visit, person.get(), known.get(), counter);
        };
    }

    private static Optional<Assertion> assertion(Visit visit) {
        Optional<Octets> credential = octets(visit, "credential");
        Optional<Octets> clientData = octets(visit, "client-data");
        Optional<Octets> authenticatorData = octets(visit, "authenticator-data");
        Optional<Octets> signature = octets(visit, "signature");
        return credential.isEmpty() || clientData.isEmpty() || authenticatorData.isEmpty() || signature.isEmpty()
                ? Optional.empty()
                : Optional.of(new Assertion(
                        credential.get(),
                        clientData.get(),
                        authenticatorData.get(),
                        signature.get(),
                        octets(visit, "user-handle")));
    }

    private Optional<Passkey> refused(Visit visit, Optional<Person> person, String why) throws ArchiveException {
        LOG.warn("a passkey was refused: {}", why);
        site.failedLogIns().failed(person.map(Person::name), visit.peer());
        return Optional.empty();
    }

    /// There seems to be a copy of it: this is never only counted, but an entry of its own.
    private Optional<Passkey> behind(Visit visit, Person person, Passkey key, long counter) throws ArchiveException {
        site.desk()
                .acts()
                .audit(
                        "nobody",
                        "passkey-refused",
                        person.name() + ", " + key.name() + ": it told the count " + counter + " after "
                                + passkeys().named(key.id()).orElse(key).counter() + ", so there may be a copy of it",
                        Optional.empty(),
                        Optional.of(visit.peer()));
        return refused(visit, Optional.of(person), "it counted backwards");
    }
}
