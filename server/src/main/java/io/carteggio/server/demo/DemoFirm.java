package io.carteggio.server.demo;

import io.carteggio.mail.Address;
import io.carteggio.server.demo.Tales.Tale;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// "Meridiana", a trading firm in Verona with people in Munich and elsewhere, and three years of its mail.
///
/// Equal arguments make equal people and equal mails, octet for octet, on one Java version (files are compressed by its
/// zlib). Immutable, for any thread.
///
/// ```java
/// DemoFirm firm = DemoFirm.make(1, clock.instant(), 600);
/// firm.people().forEach(directory::add);
/// firm.mails().forEach(mail -> smtp.send(mail.mailFrom(), journalingAddress, mail.report()));
/// ```
public final class DemoFirm {
    /// The fewest letters that hold one of everything.
    public static final int FEWEST_LETTERS = 100;

    /// Every word that [DemoMail#what()] may be, with what it is an example of.
    public static final Map<String, String> KINDS = kinds();

    private final House house;
    private final List<Story> plan;

    /// A story to be told: its own seed, and when its first letter is written.
    private record Story(Instant start, int number, long seed, Telling telling) {}

    private interface Telling {
        List<DemoMail> tell(Scene scene);
    }

    private DemoFirm(House house, List<Story> plan) {
        this.house = house;
        this.plan = plan;
    }

    /// Plans the firm and its letters; writes none yet.
    ///
    /// @param now no mail is sent or dated later. The last ones lie a few minutes to a day before
    /// @param letters how many letters there will be (distinct originals in reports that can be read); mails
    ///     are a few more. At least [#FEWEST_LETTERS]
    public static DemoFirm make(long seed, Instant now, int letters) {
        if (letters < FEWEST_LETTERS) {
            throw new IllegalArgumentException("a demo has at least " + FEWEST_LETTERS + " letters, not " + letters);
        }
        Chance chance = new Chance(seed);
        OfficeTime time = new OfficeTime(now);
        House house = new House(time, chance);
        List<Story> plan = new ArrayList<>();
        int left = letters;
        for (Oddities.Oddity oddity : Oddities.ALL) {
            Instant start = time.daysAgo(oddity.daysAgo(), chance);
            plan.add(new Story(
                    start, plan.size(), chance.seed(), scene -> oddity.teller().tell(scene, start)));
            left -= oddity.letters();
        }
        // every everyday story once, so that even a small demo has each of them
        Deque<Tale> first = new ArrayDeque<>(Tales.ALL);
        Instant end = time.latest();
        while (left > 0) {
            Tale tale = first.isEmpty() ? drawn(chance) : first.removeFirst();
            if (tale.fewest() > left) {
                continue;
            }
            int count = chance.between(tale.fewest(), Math.min(tale.most(), left));
            List<Instant> times = time.backFrom(time.before(end, chance), count, chance);
            plan.add(new Story(
                    times.getFirst(),
                    plan.size(),
                    chance.seed(),
                    scene -> tale.teller().tell(scene, times)));
            left -= count;
            end = time.any(chance);
        }
        plan.sort(Comparator.comparing(Story::start).thenComparingInt(Story::number));
        return new DemoFirm(house, List.copyOf(plan));
    }

    private static Tale drawn(Chance chance) {
        int all = Tales.ALL.stream().mapToInt(Tale::weight).sum();
        int ticket = chance.between(0, all - 1);
        for (Tale tale : Tales.ALL) {
            ticket -= tale.weight();
            if (ticket < 0) {
                return tale;
            }
        }
        throw new IllegalStateException("more tickets than tales");
    }

    /// Everybody who works or worked there, with all addresses. Add them to the archive's directory before the mails.
    public List<DemoPerson> people() {
        return house.people();
    }

    /// The distribution lists, each with the addresses it stands for today; a list may name another list. For a
    /// directory that knows groups; the reports do not need it.
    public Map<Address, List<Address>> lists() {
        Map<Address, List<Address>> lists = new LinkedHashMap<>();
        house.lists()
                .forEach((list, members) -> lists.put(
                        new Address(list), members.stream().map(Address::new).toList()));
        return lists;
    }

    /// All mails in the order in which the mail system sent them, written one story at a time while the stream is read:
    /// memory holds the stories under way, not the firm's mail. Every call gives the same mails again.
    ///
    /// The expectations hold if each mail is acknowledged before the next is sent; with several connections at
    /// a time, a letter and its duplicate may change places, and with them *letters* and *evidence*.
    public Stream<DemoMail> mails() {
        return StreamSupport.stream(
                Spliterators.spliteratorUnknownSize(
                        new Mails(), Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE),
                false);
    }

    /// Merges the stories by time.
    private final class Mails implements Iterator<DemoMail> {
        private record Waiting(DemoMail mail, long number) {}

        private final Post post = new Post(house);
        private final PriorityQueue<Waiting> waiting = new PriorityQueue<>(
                Comparator.comparing((Waiting w) -> w.mail().sent()).thenComparingLong(Waiting::number));
        private int nextStory;
        private long written;

        @Override
        public boolean hasNext() {
            return !waiting.isEmpty() || nextStory < plan.size();
        }

        @Override
        public DemoMail next() {
            // what a story not yet begun sends is never earlier than its start
            while (nextStory < plan.size()
                    && (waiting.isEmpty()
                            || !waiting.element()
                                    .mail()
                                    .sent()
                                    .isBefore(plan.get(nextStory).start()))) {
                Story story = plan.get(nextStory++);
                Scene scene = new Scene(house, post, new Chance(story.seed()));
                for (DemoMail mail : story.telling().tell(scene)) {
                    waiting.add(new Waiting(mail, written++));
                }
            }
            if (waiting.isEmpty()) {
                throw new NoSuchElementException("all mails are sent");
            }
            return waiting.remove().mail();
        }
    }

    private static Map<String, String> kinds() {
        Map<String, String> kinds = new TreeMap<>();
        kinds.put("thread", "business with a customer, answers quoting each other");
        kinds.put("invoice", "an invoice, the reminder, the payment");
        kinds.put("complaint", "a complaint with a photograph, and what came of it");
        kinds.put("internal", "talk among colleagues");
        kinds.put("bcc", "somebody got a blind copy");
        kinds.put("list", "to a distribution list, expanded");
        kinds.put("nested-list", "to a list of lists");
        kinds.put("forward", "passed on with its files, or whole as an attached mail");
        kinds.put("forwarded", "a mailbox that forwards");
        kinds.put("meeting", "an invitation with an iTIP object, or an acceptance");
        kinds.put("newsletter", "HTML with pictures inside and far away, and a tracking pixel");
        kinds.put("prices", "price lists as workbook, table or archive");
        kinds.put("contract", "a draft agreement as a Word file, to and fro");
        kinds.put("samples", "photographs");
        kinds.put("card", "an electronic visiting card");
        kinds.put("on-behalf", "the assistant writes for the managing director");
        kinds.put("automatic", "carriers and banks");
        kinds.put("info", "to info@, which changed hands, and the answer");
        kinds.put("bounce", "a letter that could not be delivered, and the ordinary DSN, itself a letter");
        kinds.put("ndr-report", "non-delivery of a journal report, with the report");
        kinds.put("ndr-known", "the same for a report that had come in");
        kinds.put("ndr-bare", "the same without the report");
        kinds.put("delay", "a journal report is late");
        kinds.put("hostile", "scripts, forms, style sheets that leak, a fake log-in, disguised files");
        kinds.put("forged", "an outsider's mail that looks like a journal report");
        kinds.put("duplicate", "one report twice");
        kinds.put("fork", "one original in two reports for different recipients");
        kinds.put("variant", "one message with different traces for inside and outside");
        kinds.put("unknown", "to addresses that nobody has");
        kinds.put("former", "to an address while it was held, given up later");
        kinds.put("alias", "people under other addresses and spellings");
        kinds.put("unreadable", "a report without an original");
        kinds.put("plain", "no report at all");
        kinds.put("no-message-id", "a mail without Message-ID");
        kinds.put("same-message-id", "different mails with one Message-ID");
        kinds.put("protected", "a protected mail and its clear copy in one report");
        kinds.put("file-name", "a file name in the manner of old Outlooks");
        kinds.put("no-subject", "an empty subject");
        kinds.put("long-subject", "a subject of many encoded words");
        return Map.copyOf(kinds);
    }
}
