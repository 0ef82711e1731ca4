package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/// The archive's side of `import`: a source is made once, then mails come, each as octets.
final class ImportOperations {
    private final Desk desk;

    ImportOperations(Desk desk) {
        this.desk = desk;
    }

    /// Makes sure that the source is there and is of this family.
    Outcome source(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Family family = family(request.text("family"));
        Optional<String> person = request.optionalText("person");
        Optional<Address> mailbox = person.isPresent()
                ? Optional.of(address(person.get()))
                : request.optionalText("mailbox").map(Address::new);
        String name = request.optionalText("source")
                .or(() -> mailbox.map(address -> "mailbox " + address))
                .orElseThrow(() -> Refusal.usage("'source' is missing"));
        Optional<Source> known = desk.sources().named(name);
        if (known.isEmpty()) {
            try {
                desk.sources().add(desk.acts(), "operator", name, mailbox, family);
            } catch (IllegalArgumentException e) {
                throw Refusal.no(e.getMessage() == null ? "not a source: " + name : e.getMessage());
            }
        } else if (known.get().family() != family) {
            throw Refusal.no("source " + name + " takes its mail as "
                    + known.get().family().word() + ", not as " + family.word() + "; name another with --source");
        } else if (family == Family.MAILBOX
                && !known.get().address().map(Address::key).equals(mailbox.map(Address::key))) {
            throw Refusal.no("source " + name + " is another person's mailbox; name another with --source");
        }
        reply.line(Json.object().put("source", name).put("family", family.word()));
        return Outcome.DONE;
    }

    /// An address of a person's: one that is hers always, else the one she had first.
    private Address address(String text) throws Refusal {
        return Viewers.person(desk.people(), text, desk.acts().now()).holdings().stream()
                .min(Comparator.comparing((Holding h) -> h.from().orElse(Instant.MIN)))
                .map(Holding::address)
                .orElseThrow(() -> Refusal.no(text + " has no address"));
    }

    /// Takes one mail. Nothing of it is taken where the body breaks off.
    Outcome mail(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("source");
        Source source = desk.sources().named(name).orElseThrow(() -> Refusal.no("there is no source " + name));
        try (Spool spool = desk.spool()) {
            request.body().transferTo(spool);
            Provenance provenance = Provenance.ofItem(request.text("item"))
                    .with(request.texts("labels"), request.optionalText("recomposed"))
                    .receivedAt(request.optionalInstant("received"));
            Arrival arrival = new Arrival(source, spool.content(), provenance);
            Receipt receipt = desk.take(arrival);
            var line = Json.object()
                    .put("number", receipt.number())
                    .put("disposition", receipt.disposition().word())
                    .put("fresh", receipt.fresh())
                    .put("rawBytes", spool.sizeBytes());
            line.set("reason", Json.text(receipt.reason()));
            line.set("letters", Json.texts(receipt.letters().stream().map(LetterId::text)));
            reply.line(line);
        }
        return Outcome.DONE;
    }

    static Family family(String word) throws Refusal {
        try {
            return Family.ofWord(word);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("no kind of source: '" + word + "'");
        }
    }
}
