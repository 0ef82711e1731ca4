package io.carteggio.embedded.index;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Letters and testimonies for tests.
final class Samples {
    static final Instant NOON = Instant.parse("2024-05-06T12:00:00Z");

    private static final LetterId.Maker IDS = new LetterId.Maker(new byte[32]);

    private Samples() {}

    static LetterDocument letter(long number, String mail, Testimony... testimonies) {
        byte[] octets = mail.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        return letter(number, Content.of(octets), testimonies);
    }

    private static Sha256 sum(long number) {
        return Sha256.of(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
    }

    static LetterId id(long number) {
        return IDS.of(sum(number));
    }

    static LetterDocument letter(long number, Content mail, Testimony... testimonies) {
        Sha256 sum = sum(number);
        return new LetterDocument(
                new CataloguedLetter(number, IDS.of(sum), sum, mail.sizeBytes(), List.of(new Place(number, 1))),
                mail,
                List.of(testimonies));
    }

    /// Bytes that the disk does not give back.
    static Content unreadable(long sizeBytes) {
        return new Content() {
            @Override
            public long sizeBytes() {
                return sizeBytes;
            }

            @Override
            public InputStream open(long offset, long length) throws IOException {
                throw new IOException("the disk does not give it back");
            }
        };
    }

    /// One testimony.
    ///
    /// @param lines such as `to:bob@x`, `bcc:eva@x`, `to:bob@x<sales@x` for one expanded from a group,
    ///     `cc:bob@x~old@x` for one whom another mailbox forwarded to
    static Testimony testimony(Instant at, String sender, String... lines) {
        List<Addressee> addressees = new ArrayList<>();
        for (String line : lines) {
            String[] parts = line.substring(line.indexOf(':') + 1).split("(?=[<~])", -1);
            Role role = Role.ofWord(line.substring(0, line.indexOf(':')));
            Optional<Address> expanded = Optional.empty();
            Optional<Address> forwarded = Optional.empty();
            for (int i = 1; i < parts.length; i++) {
                Address other = new Address(parts[i].substring(1));
                if (parts[i].charAt(0) == '<') {
                    expanded = Optional.of(other);
                } else {
                    forwarded = Optional.of(other);
                }
            }
            addressees.add(new Addressee(new Recipient(role, new Address(parts[0]), expanded, forwarded), role));
        }
        return testimony(
                at,
                sender.isEmpty() ? Optional.empty() : Optional.of(new Address(sender)),
                Optional.empty(),
                addressees);
    }

    /// One of a mail that lay in folders of somebody's mailbox.
    static Testimony labelled(Instant at, String owner, String... labels) {
        Addressee last = new Addressee(new Recipient(Role.RECIPIENT, new Address(owner)), Role.BCC);
        return testimony(
                at,
                Optional.of(new Address("anna@firm.it")),
                Optional.empty(),
                List.of(
                        new Addressee(new Recipient(Role.TO, new Address("bob@firm.it")), Role.TO),
                        new Addressee(new Recipient(Role.TO, new Address("max@firm.it")), Role.TO),
                        last),
                Family.MAILBOX,
                List.of(labels),
                Optional.empty());
    }

    static Testimony testimony(
            Instant at, Optional<Address> sender, Optional<Address> onBehalfOf, List<Addressee> addressees) {
        return testimony(at, sender, onBehalfOf, addressees, Optional.empty());
    }

    /// One of a report of this dialect, or of a plain mail.
    static Testimony testimony(
            Instant at,
            Optional<Address> sender,
            Optional<Address> onBehalfOf,
            List<Addressee> addressees,
            Optional<String> dialect) {
        return testimony(at, sender, onBehalfOf, addressees, Family.REPORT, List.of(), dialect);
    }

    private static Testimony testimony(
            Instant at,
            Optional<Address> sender,
            Optional<Address> onBehalfOf,
            List<Addressee> addressees,
            Family family,
            List<String> labels,
            Optional<String> dialect) {
        return new Testimony(
                1,
                new ArrivalEntry(
                        "test",
                        family,
                        Provenance.ofItem("test").with(labels, Optional.empty()),
                        at,
                        Optional.of(at),
                        Disposition.LETTERS,
                        Optional.empty(),
                        dialect,
                        Optional.empty(),
                        1,
                        Optional.empty(),
                        false,
                        sender,
                        onBehalfOf,
                        addressees,
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty()),
                Optional.empty());
    }

    static Scope own(String... addresses) {
        List<Tenure> tenures = new ArrayList<>();
        for (String address : addresses) {
            tenures.add(new Tenure(new Address(address).key(), Instant.MIN, Instant.MAX));
        }
        return Scope.Own.of(tenures);
    }

    static Scope between(String address, String from, String to) {
        return Scope.Own.of(List.of(new Tenure(
                new Address(address).key(),
                from.isEmpty() ? Instant.MIN : Instant.parse(from + "T00:00:00Z"),
                to.isEmpty() ? Instant.MAX : Instant.parse(to + "T00:00:00Z"))));
    }
}
