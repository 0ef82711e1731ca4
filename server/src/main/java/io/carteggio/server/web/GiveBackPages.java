package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.mail.Address;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.giveback.GiveBack;
import io.carteggio.server.web.page.LetterView;
import io.carteggio.server.web.page.Message;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.JsonNodeFactory;

/// Brings one's own letter back to one's own mailbox. Who reads across people takes nothing along: what she needs she
/// exports, by another way and with another entry.
final class GiveBackPages {
    private static final int PASSWORD_LIMIT_CHARS = 1_024;

    private final Site site;
    private final OpenLetters letters;

    GiveBackPages(Site site, OpenLetters letters) {
        this.site = site;
        this.letters = letters;
    }

    /// What the letter's page offers; empty where there is no way or no address.
    static Optional<LetterView.Back> view(Site site, Visit visit, String id) {
        GiveBack back = site.desk().giveBack();
        List<String> addresses = own(site, visit).stream().map(Address::raw).toList();
        boolean any =
                (back.bySmtp() || back.byImap()) && !addresses.isEmpty() && visit.viewer() instanceof Viewer.Owner;
        return any
                ? Optional.of(new LetterView.Back("/letters/" + id, addresses, back.bySmtp(), back.byImap()))
                : Optional.empty();
    }

    /// The addresses that are hers now: those of a leaver are not.
    private static List<Address> own(Site site, Visit visit) {
        Instant now = site.clock().instant();
        return visit.self().holdings().stream()
                .filter(h -> h.from().map(from -> !now.isBefore(from)).orElse(true)
                        && h.to().map(now::isBefore).orElse(true))
                .map(Holding::address)
                .distinct()
                .toList();
    }

    /// A letter and the address of hers that a form names.
    private record Wanted(OpenLetter letter, Address address) {}

    private Optional<Wanted> wanted(Visit visit) throws ArchiveException {
        if (!(visit.viewer() instanceof Viewer.Owner)) {
            return Optional.empty();
        }
        Optional<Address> address = own(site, visit).stream()
                .filter(a -> a.raw().equals(visit.field("address")))
                .findFirst();
        Optional<OpenLetter> open = address.isEmpty() ? Optional.empty() : letters.opened(visit);
        return open.map(letter -> new Wanted(letter, address.get()));
    }

    /// What came of sending a letter.
    private sealed interface Sent {
        record Done(OpenLetter letter, Address to) implements Sent {}

        record Failed(OpenLetter letter, FetchException why) implements Sent {}

        /// There is no such letter, or no such address, or no such way.
        record Nothing() implements Sent {}
    }

    /// What a program is told of it.
    static final Shape SENT = Shape.named("SentBack").text("letter", "address");

    /// Sends it to an address of hers.
    void send(Visit visit) throws ArchiveException, IOException {
        switch (sent(visit)) {
            case Sent.Nothing() -> visit.notFound();
            case Sent.Failed(OpenLetter letter, FetchException why) -> failed(visit, letter, why);
            case Sent.Done(OpenLetter letter, Address to) -> {
                visit.loggedIn().tell(visit.say("back.sent", to.raw()));
                visit.redirect("/letters/" + letter.letter().id());
            }
        }
    }

    void sendForProgram(Visit visit) throws ArchiveException, IOException {
        switch (sent(visit)) {
            case Sent.Nothing() -> visit.notFound();
            case Sent.Failed(OpenLetter _, FetchException why) ->
                visit.message(HttpStatus.BAD_GATEWAY, visit.say("back.failed"), why(visit, why));
            case Sent.Done(OpenLetter letter, Address to) ->
                visit.json(JsonNodeFactory.instance
                        .objectNode()
                        .put("letter", letter.letter().id().text())
                        .put("address", to.raw()));
        }
    }

    private Sent sent(Visit visit) throws ArchiveException, IOException {
        Optional<Wanted> wanted = wanted(visit);
        if (wanted.isEmpty() || !site.desk().giveBack().bySmtp()) {
            return new Sent.Nothing();
        }
        OpenLetter letter = wanted.get().letter();
        String said = LetterReader.header(letter.bytes()).subject().orElse("");
        String subject = said.isBlank() ? visit.say("letter.no-subject") : said;
        GiveBack.Note note = new GiveBack.Note(
                visit.say("back.mail.subject", subject), visit.say("back.mail.text"), FileNames.safe(subject));
        try {
            site.desk().giveBack().send(wanted.get().address(), note, letter.bytes());
        } catch (FetchException e) {
            return new Sent.Failed(letter, e);
        }
        visit.audit(
                "letter-sent",
                letter.letter().id() + " to " + wanted.get().address().raw(),
                Optional.empty());
        return new Sent.Done(letter, wanted.get().address());
    }

    /// Puts it into a mailbox of hers, by the password that she gives for that.
    void putBack(Visit visit) throws ArchiveException {
        Optional<Wanted> wanted = wanted(visit);
        String password = visit.rawField("password");
        if (wanted.isEmpty()
                || password.isEmpty()
                || password.length() > PASSWORD_LIMIT_CHARS
                || !site.desk().giveBack().byImap()) {
            visit.notFound();
            return;
        }
        OpenLetter letter = wanted.get().letter();
        String user = wanted.get().address().raw();
        String braked = "mailbox " + user.toLowerCase(Locale.ROOT);
        Optional<Duration> wait = site.brake().attempt(braked, visit.peer());
        if (wait.isPresent()) {
            said(
                    visit,
                    HttpStatus.TOO_MANY_REQUESTS,
                    letter,
                    visit.texts().count("log-in.tries-braked", wait.get().toSeconds() + 1));
            return;
        }
        Optional<Instant> received = letter.envelopes().stream()
                .map(e -> e.testimony().entry())
                .map(entry -> entry.vouched().orElse(entry.arrived()))
                .min(Instant::compareTo);
        try {
            site.desk().giveBack().append(user, password, letter.bytes(), received);
        } catch (FetchException e) {
            if (e.kind() != FetchException.Kind.LOG_IN) {
                site.brake().succeeded(braked, visit.peer());
            }
            failed(visit, letter, e);
            return;
        }
        site.brake().succeeded(braked, visit.peer());
        visit.audit("letter-put-back", letter.letter().id() + " into the mailbox of " + user, Optional.empty());
        visit.loggedIn().tell(visit.say("back.put", user));
        visit.redirect("/letters/" + letter.letter().id());
    }

    private static void failed(Visit visit, OpenLetter letter, FetchException e) {
        said(visit, HttpStatus.BAD_GATEWAY, letter, why(visit, e));
    }

    private static String why(Visit visit, FetchException e) {
        return e.kind() == FetchException.Kind.LOG_IN
                ? visit.say("back.failed.log-in")
                : visit.say("back.failed.why", String.valueOf(e.getMessage()));
    }

    private static void said(Visit visit, HttpStatus status, OpenLetter letter, String why) {
        visit.page(
                status,
                "message",
                visit.say("back.failed"),
                new Message(
                        Optional.empty(),
                        visit.say("back.failed"),
                        List.of(why),
                        Optional.of(
                                new Message.Link("/letters/" + letter.letter().id(), visit.say("show.back")))));
    }
}
