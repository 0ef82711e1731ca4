package io.carteggio.embedded.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Correspondent;
import io.carteggio.archive.access.EnvelopeView;
import io.carteggio.archive.access.Message.Variant;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Holder;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Registrar;
import io.carteggio.archive.entry.Across;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.search.Indexer;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.archive.search.Query.Words;
import io.carteggio.archive.unknown.Suggestion;
import io.carteggio.archive.unknown.UnknownDesk;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.index.LuceneIndex;
import io.carteggio.embedded.intake.PlainFacts.Line;
import io.carteggio.embedded.intake.PlainFacts.Word;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Role;
import io.carteggio.mail.report.HeaderOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// P5: "Access follows who held an address at the letter's *vouched* time, so a re-used address opens nothing
/// old, and a directory change re-files nothing."
///
/// Whole archives, vault, catalogue and index, with random mail by every way in and random changes of the directory, by
/// hand and by a synchronisation, against [PlainFacts]. After every few changes, for every person, for auditors with
/// bounds, for whom another became and for the operator, each way out has to give just what is hers: search page by
/// page, counts, export, opening by id, also by guessed ids, the lines of each envelope, the report, and the unknown
/// desk. At last the same again from catalogue and index made anew out of the vault (P6).
@Tag("slow")
class OwnsTest {
    private static final int WORLDS = Integer.getInteger("owns.worlds", Boolean.getBoolean("check.long") ? 300 : 3);
    private static final int ROUNDS = 4;
    private static final int CHANGES = 4;
    private static final int FIRST_MAILS = 14;
    private static final int MAILS = 3;

    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final int DAYS = 6;

    /// Of each midnight the second before, and midnight itself, when spans begin and end; and, last, now.
    private static final int INSTANTS = 2 * DAYS + 2;

    private static final int NOW = INSTANTS - 1;
    private static final String SYNC = "ad";
    private static final List<String> COLOURS = List.of("red", "blue", "green");
    private static final List<String> ADDRESSES = List.of(
            "anna@firm.example",
            "Bert@Firm.Example",
            "carla@firm.example",
            "info@firm.example",
            "sales@firm.example",
            "all@firm.example",
            "eve@partner.example");

    @TempDir
    Path folder;

    @Test
    void everyWayOutGivesWhatThePlainFactsSay() throws Exception {
        long seed = Long.getLong("carteggio.seed", new Random().nextLong());
        int compared = 0;
        for (int world = 0; world < WORLDS; world++) {
            System.out.println("OwnsTest seed " + (seed + world));
            try (World here = new World(folder.resolve("world" + world), seed + world)) {
                compared += here.live();
            }
        }
        assertThat(compared).as("viewers and letters compared").isGreaterThan(WORLDS * 300);
    }

    private static Instant instant(int at) {
        Instant midnight = BEGIN.plus(Duration.ofDays((at + 1) / 2));
        return at % 2 == 0 ? midnight : midnight.minusSeconds(1);
    }

    private static String date(int at) {
        return DateTimeFormatter.RFC_1123_DATE_TIME
                .withLocale(Locale.ROOT)
                .format(instant(at).atZone(ZoneOffset.UTC));
    }

    private static String key(String address) {
        return new Address(address).key();
    }

    /// A letter as it was written.
    private static final class Mail {
        private final String text;
        private final String messageId;
        private final String colour;
        private final boolean sealed;
        private final List<String> from;
        private final List<String> to;
        private final List<String> cc;
        private final List<String> bcc;
        private final List<String> envelopeTo;
        private final Optional<Integer> received;
        private final List<Word> words = new ArrayList<>();
        private @Nullable LetterId id;

        Mail(
                int number,
                String colour,
                boolean sealed,
                List<String> from,
                List<String> to,
                List<String> cc,
                List<String> bcc,
                List<String> envelopeTo,
                Optional<Integer> received) {
            this.messageId = number + "@firm.example";
            this.colour = colour;
            this.sealed = sealed;
            this.from = from;
            this.to = to;
            this.cc = cc;
            this.bcc = bcc;
            this.envelopeTo = envelopeTo;
            this.received = received;
            StringBuilder mail = new StringBuilder();
            received.ifPresent(at -> mail.append("Received: from a.example by b.example; ")
                    .append(date(at))
                    .append("\r\n"));
            field(mail, "X-Envelope-To", envelopeTo);
            field(mail, "From", from.subList(0, 1));
            field(mail, "Sender", from.subList(1, from.size()));
            field(mail, "To", to);
            field(mail, "Cc", cc);
            field(mail, "Bcc", bcc);
            mail.append("Message-ID: <")
                    .append(messageId)
                    .append(">\r\nSubject: ")
                    .append(colour);
            mail.append("\r\nDate: Wed, 1 Jan 2020 10:00:00 +0000\r\n");
            if (sealed) {
                mail.append("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n")
                        .append("Content-Transfer-Encoding: base64\r\n");
            }
            this.text =
                    mail.append("\r\nTGV0dGVy").append(number).append("\r\n").toString();
        }

        private static void field(StringBuilder mail, String name, List<String> addresses) {
            if (!addresses.isEmpty()) {
                mail.append(name)
                        .append(": ")
                        .append(String.join(", ", addresses))
                        .append("\r\n");
            }
        }

        byte[] octets() {
            return text.getBytes(StandardCharsets.US_ASCII);
        }

        LetterId id() {
            return java.util.Objects.requireNonNull(id, "it was taken");
        }
    }

    /// What somebody may see by the plain facts.
    ///
    /// @param sees whether this word makes the letter hers
    /// @param whole whether she sees every line of it
    /// @param line whether a blind line is her own
    private record Eye(String name, Predicate<Word> sees, Predicate<Word> whole, LineOf line) {
        interface LineOf {
            boolean isHers(String key, Word word);
        }

        boolean sees(Mail mail) {
            return mail.words.stream().anyMatch(sees);
        }

        List<String> visible(Word word) {
            return word.lines().stream()
                    .filter(l -> !l.blind() || whole.test(word) || line.isHers(l.key(), word))
                    .map(Line::key)
                    .toList();
        }

        /// Whether she may learn that the address got a blind copy.
        boolean seesBlind(Mail mail, String key) {
            return mail.words.stream()
                    .filter(sees)
                    .filter(w -> whole.test(w) || line.isHers(key, w))
                    .anyMatch(w -> w.lines().contains(new Line(key, true))
                            || mail.bcc.stream().anyMatch(b -> key(b).equals(key)));
        }
    }

    /// An auditor with bounds.
    private record Bounds(boolean everyone, List<String> people, Optional<Integer> from, Optional<Integer> to) {
        boolean covers(int at) {
            return from.map(f -> at >= f).orElse(true) && to.map(t -> at < t).orElse(true);
        }
    }

    /// An archive with its directory and its letters, and the plain facts beside it.
    private static final class World implements AutoCloseable {
        private final Path data;
        private final String which;
        private final Random random;
        private final PlainFacts facts = new PlainFacts(INSTANTS);
        private final Map<String, Mail> mails = new LinkedHashMap<>(); // by their text, oldest first
        private final Map<Long, Word> words = new HashMap<>();
        private final List<String> contacts = new ArrayList<>();
        private final Map<String, List<Bounds>> auditors = new LinkedHashMap<>();
        private final List<Person> were = new ArrayList<>(); // who became others
        private EmbeddedArchive archive;
        private LuceneIndex index;
        private Indexer indexer;
        private int names;
        private int compared;

        World(Path data, long seed) throws Exception {
            this.data = data;
            this.which = "seed " + seed;
            this.random = new Random(seed);
            archive = new EmbeddedArchive(data);
            index = LuceneIndex.open(archive.directory.index());
            indexer = Indexer.start(archive.vault, archive.catalogue, index);
        }

        @Override
        public void close() throws ArchiveException {
            indexer.close();
            index.close();
            archive.close();
        }

        int live() throws Exception {
            for (int i = 0; i < 4; i++) {
                addPerson();
            }
            addGroup();
            for (int i = 0; i < 2; i++) {
                auditors.put(
                        archive.people.add(archive.acts, "op", "Auditor " + i, PersonRole.USER, List.of()),
                        new ArrayList<>());
            }
            for (int i = 0; i < 3; i++) {
                grant();
                join("person " + one(people()));
            }
            for (int i = 0; i < FIRST_MAILS; i++) {
                take();
            }
            settle();
            compare("at first");
            for (int round = 0; round < ROUNDS; round++) {
                long waiting = archive.catalogue.outboxSize();
                for (int i = 0; i < CHANGES; i++) {
                    change();
                }
                assertThat(archive.catalogue.outboxSize())
                        .as("%s: a change of the directory re-files nothing", which)
                        .isLessThanOrEqualTo(waiting);
                compare("round " + round + ", changed");
                for (int i = 0; i < MAILS; i++) {
                    take();
                }
                settle();
            }
            compare("at last");
            makeAnew();
            compare("made anew");
            return compared;
        }

        private void settle() throws Exception {
            archive.projection.awaitAll();
            indexer.signal();
            assertThat(indexer.awaitCaughtUp(Duration.ofSeconds(60))).isTrue();
        }

        private void makeAnew() throws Exception {
            close();
            SqliteCatalogue.remove(archive.directory.catalogue());
            try (Stream<Path> files = Files.list(archive.directory.index())) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    Files.delete(file);
                }
            }
            archive = new EmbeddedArchive(data);
            index = LuceneIndex.open(archive.directory.index());
            indexer = Indexer.start(archive.vault, archive.catalogue, index);
            settle();
        }

        // ---- mail

        private <T> T one(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }

        private List<String> few(List<String> from, int most) {
            List<String> few = new ArrayList<>();
            for (int n = random.nextInt(most + 1); n > 0 && !from.isEmpty(); n--) {
                few.add(from.remove(random.nextInt(from.size())));
            }
            return few;
        }

        private Mail written() {
            if (!mails.isEmpty() && random.nextInt(4) == 0) { // the same octets by another way, or with another trace
                Mail known = one(List.copyOf(mails.values()));
                if (random.nextBoolean()) {
                    return known;
                }
                int number = Integer.parseInt(known.messageId.substring(0, known.messageId.indexOf('@')));
                return new Mail(
                        number,
                        known.colour,
                        known.sealed,
                        known.from,
                        known.to,
                        known.cc,
                        known.bcc,
                        known.envelopeTo,
                        Optional.of(random.nextInt(NOW)));
            }
            List<String> left = new ArrayList<>(ADDRESSES);
            List<String> from = new ArrayList<>(List.of(one(ADDRESSES)));
            if (random.nextInt(5) == 0) {
                from.add(one(ADDRESSES));
            }
            return new Mail(
                    ++names,
                    one(COLOURS),
                    random.nextInt(8) == 0,
                    from,
                    few(left, 2),
                    few(left, 2),
                    random.nextInt(3) == 0 ? few(left, 2) : List.of(),
                    random.nextInt(3) == 0 ? few(new ArrayList<>(ADDRESSES), 3) : List.of(),
                    random.nextBoolean() ? Optional.of(random.nextInt(NOW)) : Optional.empty());
        }

        private void take() throws Exception {
            Mail mail = written();
            Optional<Integer> there = random.nextInt(3) > 0 ? Optional.of(random.nextInt(NOW)) : Optional.empty();
            Provenance provenance = Provenance.ofItem("test").receivedAt(there.map(OwnsTest::instant));
            int plainAt = mail.received.or(() -> there).orElse(NOW);
            List<Line> lines = new ArrayList<>();
            mail.to.forEach(a -> lines.add(new Line(key(a), false)));
            mail.cc.forEach(a -> lines.add(new Line(key(a), false)));
            mail.bcc.forEach(a -> lines.add(new Line(key(a), true)));
            List<String> senders = mail.from.stream().map(OwnsTest::key).toList();
            switch (random.nextInt(5)) {
                case 0 ->
                    take(mail, source(Family.AUTO, ""), mail.octets(), provenance, false, plainAt, senders, lines);
                case 1 -> {
                    String owner = one(ADDRESSES);
                    lines.add(new Line(key(owner), true));
                    take(
                            mail,
                            source(Family.MAILBOX, owner),
                            mail.octets(),
                            provenance,
                            false,
                            plainAt,
                            senders,
                            lines);
                }
                case 2 -> {
                    List<Line> told = mail.envelopeTo.stream()
                            .map(a -> new Line(key(a), isBlind(Role.RECIPIENT, a, "", mail, plainAt)))
                            .toList();
                    take(mail, source(Family.MULTIDROP, ""), mail.octets(), provenance, false, plainAt, senders, told);
                }
                default -> takeReport(mail, provenance);
            }
        }

        private static Source source(Family family, String address) {
            return new Source(
                    family.word(),
                    Optional.of(address).filter(a -> !a.isEmpty()).map(Address::new),
                    family,
                    new HeaderOrder(List.of("X-Envelope-To")));
        }

        private void takeReport(Mail mail, Provenance provenance) throws Exception {
            int at = random.nextInt(NOW);
            List<String> senders = new ArrayList<>(List.of(one(ADDRESSES)));
            StringBuilder report = new StringBuilder(
                            "Content-Type: multipart/mixed; boundary=\"_b_\"\r\nSubject: x\r\n")
                    .append("Sender: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firm.example>\r\n")
                    .append("Message-ID: <")
                    .append(random.nextLong())
                    .append("@journal.report.generator>\r\nDate: ")
                    .append(date(at))
                    .append("\r\nX-MS-Journal-Report:\r\nMIME-Version: 1.0\r\n\r\n--_b_\r\n")
                    .append("Content-Type: text/plain; charset=\"us-ascii\"\r\n\r\nSender: ")
                    .append(senders.getFirst())
                    .append("\r\n");
            if (random.nextInt(5) == 0) {
                senders.add(one(ADDRESSES));
                report.append("On-Behalf-Of: ").append(senders.getLast()).append("\r\n");
            }
            report.append("Subject: x\r\nMessage-Id: <").append(mail.messageId).append(">\r\n");
            List<Line> lines = new ArrayList<>();
            List<String> left = new ArrayList<>(ADDRESSES);
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                String address = left.remove(random.nextInt(left.size()));
                Role role = one(List.of(Role.TO, Role.CC, Role.BCC, Role.RECIPIENT));
                String group = random.nextInt(4) == 0 ? one(ADDRESSES) : "";
                report.append(
                                switch (role) {
                                    case TO -> "To: ";
                                    case CC -> "Cc: ";
                                    case BCC -> "Bcc: ";
                                    case RECIPIENT -> "Recipient: ";
                                })
                        .append(address)
                        .append(group.isEmpty() ? "" : ", Expanded: " + group)
                        .append("\r\n");
                lines.add(new Line(key(address), isBlind(role, address, group, mail, at)));
            }
            report.append("\r\n--_b_\r\nContent-Type: message/rfc822\r\n\r\n")
                    .append(mail.text)
                    .append("\r\n--_b_--\r\n");
            take(
                    mail,
                    source(Family.REPORT, ""),
                    report.toString().getBytes(StandardCharsets.US_ASCII),
                    provenance,
                    true,
                    at,
                    senders.stream().map(OwnsTest::key).toList(),
                    lines);
        }

        /// Whom nobody told the role of was a blind copy unless the header shows her, by this or another address that
        /// was hers, or a group by way of which she got it: the report's, or one that she was in.
        private boolean isBlind(Role role, String address, String group, Mail mail, int at) {
            if (role != Role.RECIPIENT) {
                return role == Role.BCC;
            }
            List<String> shown = Stream.concat(mail.to.stream(), mail.cc.stream())
                    .map(OwnsTest::key)
                    .toList();
            boolean alias = facts.people.stream()
                    .filter(p -> facts.holds(p, key(address), at))
                    .anyMatch(p -> shown.stream().anyMatch(s -> facts.holds(p, s, at)));
            boolean member = shown.stream().anyMatch(s -> facts.comesThrough(s, key(address), at));
            return !shown.contains(key(address))
                    && !alias
                    && !member
                    && (group.isEmpty() || !shown.contains(key(group)));
        }

        private void take(
                Mail mail,
                Source source,
                byte[] octets,
                Provenance provenance,
                boolean report,
                int at,
                List<String> senders,
                List<Line> lines)
                throws Exception {
            Receipt receipt = archive.intake.take(new Arrival(source, Content.of(octets), provenance));
            assertThat(receipt.letters()).as("%s %s", which, receipt).hasSize(1);
            Mail known = mails.computeIfAbsent(mail.text, text -> mail);
            known.id = receipt.letters().getFirst();
            Word word = new Word(receipt.number(), report, at, senders, List.copyOf(lines));
            known.words.add(word);
            words.put(word.arrival(), word);
        }

        // ---- changes of the directory

        private Registrar registrar() {
            return new Registrar(archive.people, archive.acts, "op", id -> false);
        }

        private List<String> people() {
            return List.copyOf(facts.people);
        }

        private String holder() {
            return random.nextInt(4) == 0 ? one(List.copyOf(facts.groups)) : one(people());
        }

        private static Optional<Instant> midnight(Optional<Integer> at) {
            return at.map(OwnsTest::instant);
        }

        private int midnight() {
            return 2 * (1 + random.nextInt(DAYS));
        }

        private void addPerson() throws Exception {
            List<Holding> holdings = new ArrayList<>();
            List<String> addresses = few(new ArrayList<>(ADDRESSES), 2);
            addresses.forEach(a -> holdings.add(new Holding(new Address(a), Optional.empty(), Optional.empty())));
            String id = archive.people.add(archive.acts, "op", "Person " + ++names, PersonRole.USER, holdings);
            facts.people.add(id);
            addresses.forEach(a -> facts.give(id, key(a), Optional.empty(), Optional.empty(), true));
        }

        private void addGroup() throws Exception {
            Drawn drawn = drawn();
            List<String> addresses = few(new ArrayList<>(ADDRESSES.subList(3, 6)), 2);
            String id = registrar()
                    .addGroup(
                            "Group " + ++names,
                            addresses.stream().map(Address::new).toList(),
                            drawn.span());
            facts.groups.add(id);
            addresses.forEach(a -> facts.give(id, key(a), drawn.from, drawn.to, true));
        }

        /// A span of whole days, often open.
        private record Drawn(Optional<Integer> from, Optional<Integer> to) {
            Span span() {
                return new Span(midnight(from), midnight(to));
            }
        }

        private Drawn drawn() {
            int one = midnight();
            int other = midnight();
            return switch (random.nextInt(4)) {
                case 0 -> new Drawn(Optional.empty(), Optional.empty());
                case 1 -> new Drawn(Optional.of(one), Optional.empty());
                case 2 -> new Drawn(Optional.empty(), Optional.of(one));
                default ->
                    one == other
                            ? new Drawn(Optional.of(one), Optional.empty())
                            : new Drawn(Optional.of(Math.min(one, other)), Optional.of(Math.max(one, other)));
            };
        }

        /// A change by hand that must be refused where it would change nothing.
        private interface ByHand {
            void change() throws Exception;
        }

        private void expect(boolean changes, ByHand byHand) throws Exception {
            if (changes) {
                byHand.change();
            } else {
                assertThatThrownBy(byHand::change).as(which).isInstanceOf(IllegalArgumentException.class);
            }
        }

        private void bySync(Change... changes) throws Exception {
            var _ = archive.people.change(archive.acts, SYNC, Optional.of(SYNC), (_, _) -> List.of(changes));
        }

        private Member member(String text) {
            String id = text.substring(text.indexOf(' ') + 1);
            return switch (text.charAt(0)) {
                case 'p' -> new Member.OfPerson(id);
                case 'g' -> new Member.OfGroup(id);
                default -> new Member.OfAddress(new Address(id));
            };
        }

        private String anyMember() {
            return switch (random.nextInt(4)) {
                case 0 -> "group " + one(List.copyOf(facts.groups));
                case 1 -> "address " + key(one(ADDRESSES));
                default -> "person " + one(people());
            };
        }

        private void change() throws Exception {
            String holder = holder();
            String address = one(ADDRESSES);
            int when = midnight();
            switch (random.nextInt(21)) {
                case 0 -> addPerson();
                case 1 -> addGroup();
                case 2 -> { // somebody outside keeps nobody from anything
                    if (contacts.isEmpty()) {
                        contacts.add(registrar().addContact("Contact", List.of(new Address(address))));
                    }
                    registrar().give(contacts.getFirst(), new Address(address), drawn().span());
                }
                case 3, 4, 5 -> {
                    Drawn drawn = drawn();
                    registrar().give(holder, new Address(address), drawn.span());
                    facts.give(holder, key(address), drawn.from, drawn.to, true);
                }
                case 6 -> {
                    String held = hers(holder, address);
                    expect(
                            facts.end(holder, held, when),
                            () -> registrar().end(holder, new Address(held), Optional.of(instant(when))));
                }
                case 7 -> {
                    String held = hers(holder, address);
                    expect(facts.deny(holder, held), () -> registrar().deny(holder, new Address(held)));
                }
                case 8 -> {
                    boolean byHand = random.nextBoolean();
                    boolean was = facts.gone.contains(holder);
                    if (byHand) {
                        expect(!was, () -> registrar().gone(holder, Optional.of(instant(when))));
                    } else if (!was) {
                        bySync(new Change.Gone(holder, instant(when)));
                    }
                    if (!was) {
                        facts.goes(holder, when, byHand);
                    }
                }
                case 9 -> expect(facts.gone.remove(holder), () -> registrar().returned(holder));
                case 10, 11 -> merge();
                case 12, 13 -> split();
                case 14, 15, 16 -> join(anyMember());
                case 17 -> {
                    String group = one(List.copyOf(facts.groups));
                    String member = anyMember();
                    expect(
                            facts.leave(group, member, when),
                            () -> registrar().leave(group, List.of(member(member)), Optional.of(instant(when))));
                }
                case 18 -> {
                    String group = one(List.copyOf(facts.groups));
                    String member = anyMember();
                    expect(
                            facts.denyMember(group, member),
                            () -> registrar().denyMembers(group, List.of(member(member))));
                }
                case 19 -> sync(holder, address, when);
                default -> grant();
            }
        }

        private String hers(String holder, String otherwise) {
            List<String> ever = facts.everHeld(holder);
            return ever.isEmpty() ? key(otherwise) : one(ever);
        }

        private void merge() throws Exception {
            String person = one(people());
            String into = one(people());
            if (!person.equals(into)) {
                were.add(archive.people.directory().byId(person).orElseThrow());
                registrar().merge(person, into);
                facts.merge(person, into);
            }
        }

        private void split() throws Exception {
            String person = one(people());
            List<String> keys = facts.everHeld(person);
            if (!keys.isEmpty()) {
                String key = one(keys);
                String newOne = registrar().split(person, "Person " + ++names, List.of(new Address(key)));
                facts.split(person, newOne, Set.of(key));
            }
        }

        private void join(String member) throws Exception {
            String group = one(List.copyOf(facts.groups));
            Drawn drawn = drawn();
            boolean may = !facts.gone.contains(group) && !member.equals("group " + group);
            expect(may, () -> registrar().join(group, List.of(member(member)), drawn.span()));
            if (may) {
                facts.join(group, member, drawn.from, drawn.to, true);
            }
        }

        private void sync(String holder, String address, int when) throws Exception {
            String group = one(List.copyOf(facts.groups));
            String member = anyMember();
            Drawn drawn = drawn();
            bySync(
                    new Change.Given(holder, new Address(address), drawn.span()),
                    new Change.Joined(group, member(member), drawn.span()));
            facts.give(holder, key(address), drawn.from, drawn.to, false);
            facts.join(group, member, drawn.from, drawn.to, false);
            String ending = holder();
            Holder now = archive.people
                    .directory()
                    .holders()
                    .filter(h -> h.id().equals(ending))
                    .findFirst()
                    .orElseThrow();
            List<Change> ends = new ArrayList<>();
            String key = hers(ending, address);
            for (Holding h : now.holdings()) {
                Optional<Span> left = h.span().before(instant(when));
                if (h.origin().isPresent() && h.address().key().equals(key)) {
                    ends.add(new Change.Redated(ending, h.address(), h.span(), left));
                }
            }
            bySync(ends.toArray(Change[]::new));
            facts.syncEnds(ending, key, when);
        }

        private void grant() throws Exception {
            String auditor = one(List.copyOf(auditors.keySet()));
            List<String> whose = random.nextInt(3) == 0
                    ? List.of()
                    : List.copyOf(new HashSet<>(List.of(one(people()), one(people()))));
            Drawn drawn = drawn();
            var _ = archive.roles.give(
                    archive.acts,
                    "op",
                    auditor,
                    PersonRole.AUDITOR,
                    Optional.of(archive.acts.now().plus(Duration.ofDays(1))),
                    Optional.of(new Across(whose.isEmpty(), whose, midnight(drawn.from), midnight(drawn.to))),
                    "enquiry");
            auditors.get(auditor).add(new Bounds(whose.isEmpty(), whose, drawn.from, drawn.to));
        }

        // ---- comparing

        private void compare(String when) throws Exception {
            String as = which + ", " + when;
            Reading reading =
                    new Reading(archive.vault, archive.catalogue, index, archive.people, archive.roles, archive.acts);
            for (String id : facts.people) {
                Person person = archive.people.directory().byId(id).orElseThrow();
                Eye eye = new Eye(
                        as + ": " + person,
                        w -> facts.owns(id, w),
                        w -> facts.sent(id, w),
                        (key, w) -> facts.got(id, key, w));
                compare(reading, new Viewer.Owner(person), eye);
            }
            for (Person person : were) {
                compare(
                        reading,
                        new Viewer.Owner(person),
                        new Eye(as + ": " + person, w -> false, w -> false, (_, _) -> false));
            }
            for (Map.Entry<String, List<Bounds>> auditor : auditors.entrySet()) {
                Person person =
                        archive.people.directory().byId(auditor.getKey()).orElseThrow();
                Predicate<Word> may = w -> auditor.getValue().stream()
                        .anyMatch(b -> b.covers(w.at())
                                && (b.everyone || b.people.stream().anyMatch(p -> facts.owns(facts.now(p), w))));
                compare(
                        reading,
                        new Viewer.Auditor(person, "enquiry", Optional.empty()),
                        new Eye(as + ": auditor " + auditor.getValue(), may, may, (_, _) -> false));
            }
            compare(reading, new Viewer.Operator(), new Eye(as + ": operator", w -> true, w -> true, (_, _) -> false));
            compareUnknown(as);
            for (String address : ADDRESSES) {
                assertThat(reading.hasMail(new Address(address)))
                        .as("%s: mail of %s", as, address)
                        .isEqualTo(words.values().stream().anyMatch(w -> keys(w).contains(key(address))));
            }
        }

        private static Set<String> keys(Word word) {
            Set<String> keys = new HashSet<>(word.senders());
            word.lines().forEach(l -> keys.add(l.key()));
            return keys;
        }

        private List<Mail> newestFirst() {
            return List.copyOf(mails.values()).reversed();
        }

        private void compare(Reading reading, Viewer viewer, Eye eye) throws Exception {
            List<Mail> hers = newestFirst().stream().filter(eye::sees).toList();
            compareFound(reading, viewer, eye, new Query.All(), hers);
            String colour = one(COLOURS);
            List<Mail> coloured =
                    hers.stream().filter(m -> m.colour.equals(colour)).toList();
            compareExported(reading, viewer, eye, new Words(Where.SUBJECT, colour, false), coloured);
            String address = one(ADDRESSES);
            List<Mail> blind =
                    hers.stream().filter(m -> eye.seesBlind(m, key(address))).toList();
            compareExported(reading, viewer, eye, new Words(Where.BCC, address, false), blind);
            compareCounted(reading, viewer, eye, hers, address);
            for (Mail mail : mails.values()) {
                compareOpened(reading, viewer, eye, mail);
                compared++;
            }
            Mail asked = one(newestFirst());
            List<Mail> versions = hers.stream()
                    .filter(m -> m.messageId.equals(asked.messageId))
                    .toList();
            compareExported(reading, viewer, eye, new Query.Id(asked.messageId), versions);
            List<Mail> itself = hers.stream().filter(m -> m.equals(asked)).toList();
            compareExported(reading, viewer, eye, new Query.Id(asked.id().text()), itself);
            for (LetterId guessed : guesses(asked.id())) {
                assertThat(reading.openDuringWalk(viewer, guessed))
                        .as("%s guesses %s", eye.name, guessed)
                        .isEmpty();
            }
        }

        /// The counts beside the results, and whom the headers of her letters name.
        private void compareCounted(Reading reading, Viewer viewer, Eye eye, List<Mail> hers, String address)
                throws Exception {
            List<Query> further = new ArrayList<>();
            List<Long> expected = new ArrayList<>();
            for (String colour : COLOURS) {
                further.add(new Words(Where.SUBJECT, colour, false));
                expected.add(hers.stream().filter(m -> m.colour.equals(colour)).count());
            }
            further.add(new Words(Where.BCC, address, false));
            expected.add(
                    hers.stream().filter(m -> eye.seesBlind(m, key(address))).count());
            further.add(new Query.NotFullySearched());
            expected.add(hers.stream().filter(m -> m.sealed).count());
            assertThat(reading.counts(viewer, new Query.All(), further))
                    .as("%s: counts of %s", eye.name, further)
                    .containsExactly(
                            expected.stream().mapToLong(Long::longValue).toArray());

            Map<String, Long> senders = new TreeMap<>();
            hers.forEach(m -> senders.merge(key(m.from.getFirst()), 1L, Long::sum));
            Map<String, Long> told = new TreeMap<>();
            for (Correspondent one : reading.correspondents(viewer, new Query.All())) {
                if (one.sent() > 0) {
                    told.put(one.address().key(), one.sent());
                }
            }
            assertThat(told).as("%s: who wrote her letters", eye.name).isEqualTo(senders);
        }

        /// Ids that nobody was told.
        private List<LetterId> guesses(LetterId known) {
            byte[] otherKey = new byte[32];
            random.nextBytes(otherKey);
            String text = known.text();
            char last = text.charAt(text.length() - 1) == 'a' ? 'b' : 'a';
            return List.of(
                    new LetterId.Maker(otherKey).of(io.carteggio.mail.Sha256.of(otherKey)),
                    new LetterId(text.substring(0, text.length() - 1) + last),
                    new LetterId((text.charAt(0) == 'a' ? "b" : "a") + text.substring(1)));
        }

        private void compareFound(Reading reading, Viewer viewer, Eye eye, Query query, List<Mail> expected)
                throws Exception {
            Set<LetterId> found = new HashSet<>();
            int limit = random.nextInt(8) == 0 ? 1 : 3 + random.nextInt(10);
            Optional<Long> before = Optional.of(Long.MAX_VALUE);
            while (before.isPresent()) {
                Reading.Results page = reading.search(viewer, query, "query", limit, before.get());
                assertThat(page.total()).as("%s: total of %s", eye.name, query).isEqualTo(expected.size());
                assertThat(page.notFullySearched())
                        .as("%s: not fully searched", eye.name)
                        .isEqualTo(mails.values().stream()
                                .filter(m -> m.sealed && eye.sees(m))
                                .count());
                for (Reading.Result result : page.results()) {
                    for (Variant variant : result.message().variants()) {
                        assertThat(found.add(variant.id()))
                                .as("%s: %s twice", eye.name, variant)
                                .isTrue();
                    }
                }
                before = page.next();
            }
            assertThat(found)
                    .as("%s: pages of %s", eye.name, query)
                    .containsExactlyInAnyOrderElementsOf(
                            expected.stream().map(Mail::id).toList());
            compareExported(reading, viewer, eye, query, expected);
        }

        private void compareExported(Reading reading, Viewer viewer, Eye eye, Query query, List<Mail> expected)
                throws Exception {
            List<String> exported = new ArrayList<>();
            List<LetterId> ids = new ArrayList<>();
            reading.each(viewer, query, "query", "export", step -> {
                ids.add(step.id());
                exported.add(text(step.opening().letter()));
            });
            assertThat(ids)
                    .as("%s: export of %s", eye.name, query)
                    .isEqualTo(expected.stream().map(Mail::id).toList());
            assertThat(exported).isEqualTo(expected.stream().map(m -> m.text).toList());
        }

        private static String text(OpenLetter letter) {
            try {
                return new String(letter.bytes().toByteArray(1 << 20), StandardCharsets.US_ASCII);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        private void compareOpened(Reading reading, Viewer viewer, Eye eye, Mail mail) throws Exception {
            boolean quietly = !(viewer instanceof Viewer.Owner);
            Optional<OpenLetter> open =
                    quietly ? reading.openDuringWalk(viewer, mail.id()) : reading.open(viewer, mail.id());
            assertThat(open.isPresent()).as("%s opens %s", eye.name, mail.words).isEqualTo(eye.sees(mail));
            if (open.isEmpty()) {
                return;
            }
            assertThat(text(open.get())).isEqualTo(mail.text);
            assertThat(open.get().seesAll())
                    .as("%s sees all of %s", eye.name, mail.words)
                    .isEqualTo(mail.words.stream().anyMatch(eye.sees.and(eye.whole)));
            Set<Long> told = new HashSet<>();
            for (EnvelopeView view : open.get().envelopes()) {
                Word word = java.util.Objects.requireNonNull(words.get(view.arrival()));
                told.add(view.arrival());
                assertThat(eye.sees.test(word))
                        .as("%s is told of %s", eye.name, word)
                        .isTrue();
                assertThat(view.addressees().stream()
                                .map(a -> a.told().address().key()))
                        .as("%s sees of %s", eye.name, word)
                        .containsExactlyInAnyOrderElementsOf(eye.visible(word));
                assertThat(view.complete())
                        .isEqualTo(eye.visible(word).size() == word.lines().size());
                if (!quietly) {
                    assertThat(reading.evidence(viewer, view).isPresent())
                            .as("%s reads the report of %s", eye.name, word)
                            .isEqualTo(word.report() && eye.whole.test(word));
                }
            }
            assertThat(told)
                    .as("%s is told of all of %s", eye.name, mail.words)
                    .containsAll(mail.words.stream()
                            .filter(eye.sees)
                            .map(Word::arrival)
                            .toList());
        }

        private void compareUnknown(String as) throws Exception {
            Map<String, Long> expected = new TreeMap<>();
            long letters = 0;
            for (Mail mail : mails.values()) {
                if (facts.people.stream().noneMatch(p -> mail.words.stream().anyMatch(w -> facts.owns(p, w)))) {
                    letters++;
                    Set<String> keys = new HashSet<>();
                    mail.words.forEach(w -> keys.addAll(keys(w)));
                    keys.forEach(key -> expected.merge(key, 1L, Long::sum));
                }
            }
            UnknownDesk.State state = new UnknownDesk(archive.people, index).state(Instant.now());
            Map<String, Long> told = new TreeMap<>();
            for (Suggestion suggestion : state.suggestions()) {
                told.put(suggestion.address().key(), suggestion.address().letters());
            }
            assertThat(state.letters()).as("%s: nobody's letters", as).isEqualTo(letters);
            assertThat(told).as("%s: addresses in them", as).isEqualTo(expected);
            assertThat(state.addresses()).isEqualTo(expected.size());
        }
    }
}
