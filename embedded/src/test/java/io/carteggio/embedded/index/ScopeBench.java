package io.carteggio.embedded.index;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// What it costs that a person finds her own letters only: the same questions asked of a large index with her filter
/// and without any, by several people. A program, not a test:
///
/// ```
/// bench/filter [LETTERS]
/// ```
///
/// The letters are invented: sixty words, most of them common; 5,000 people, of whom a few write and get most; a
/// tenth of the mail plain and to one of 2,000 groups that are in each other; a twentieth vouched for at two
/// instants; a tenth with a blind copy. All of it is drawn from one seed.
final class ScopeBench {
    private static final int BATCH = 2_000;
    private static final int PEOPLE = 5_000;
    private static final int GROUPS = 2_000;
    private static final int WORDS = 50_000;
    private static final int WARM = 40;
    private static final int RUNS = 31;
    private static final int PAGE = 25;
    private static final Instant BEGIN = Instant.parse("2016-01-01T00:00:00Z");
    private static final Duration APART = Duration.ofMinutes(5);

    private final Random random = new Random(1);
    private final Ranks people = new Ranks(PEOPLE);
    private final Ranks words = new Ranks(WORDS);

    /// Draws small numbers more often: the second half as often as the first, the third a third as often.
    private static final class Ranks {
        private final double[] upTo;

        Ranks(int count) {
            upTo = new double[count];
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += 1.0 / (i + 2);
                upTo[i] = sum;
            }
        }

        int draw(Random random) {
            int at = Arrays.binarySearch(upTo, random.nextDouble() * upTo[upTo.length - 1]);
            return at < 0 ? -at - 1 : at;
        }
    }

    public static void main(String[] args) throws Exception {
        int letters = Integer.parseInt(args[2]);
        try (LuceneIndex index = LuceneIndex.open(Path.of(args[1]))) {
            switch (args[0]) {
                case "fill" -> new ScopeBench().fill(index, letters);
                case "ask" -> ask(index, letters);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }
    }

    private void fill(LuceneIndex index, int letters) throws Exception {
        List<LetterDocument> batch = new ArrayList<>();
        for (int number = (int) index.size() + 1; number <= letters; number++) {
            batch.add(letter(number));
            if (batch.size() == BATCH || number == letters) {
                index.put(batch);
                batch.clear();
                index.show();
            }
        }
        index.commit();
        while (index.settle()) {
            Thread.sleep(100);
        }
    }

    private static Address person(int n) {
        return new Address("p" + n + "@firm.example");
    }

    private LetterDocument letter(int number) {
        Address sender = person(people.draw(random));
        List<Addressee> lines = new ArrayList<>();
        boolean plain = random.nextInt(10) == 0;
        if (plain) {
            lines.add(line(Role.TO, new Address("group" + random.nextInt(GROUPS) + "@firm.example")));
        }
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            lines.add(line(n == 1 ? Role.TO : Role.CC, person(people.draw(random))));
        }
        if (random.nextInt(10) == 0) {
            lines.add(line(Role.BCC, person(people.draw(random))));
        }
        Instant at = BEGIN.plus(APART.multipliedBy(number));
        Optional<String> dialect = plain ? Optional.empty() : Optional.of("exchange-2007");
        List<Testimony> testimonies = new ArrayList<>();
        testimonies.add(Samples.testimony(at, Optional.of(sender), Optional.empty(), lines, dialect));
        if (random.nextInt(20) == 0) {
            List<Addressee> others = List.of(line(Role.TO, person(people.draw(random))));
            testimonies.add(
                    Samples.testimony(at.plusSeconds(90), Optional.of(sender), Optional.empty(), others, dialect));
        }
        StringBuilder mail = new StringBuilder("From: ").append(sender.raw()).append("\nTo: ");
        mail.append(lines.getFirst().told().address().raw()).append("\nSubject: ");
        words(mail, 3);
        mail.append("\nMessage-ID: <").append(number).append("@firm.example>\n\n");
        words(mail, 60);
        return Samples.letter(number, mail.append('\n').toString(), testimonies.toArray(Testimony[]::new));
    }

    private void words(StringBuilder mail, int count) {
        for (int i = 0; i < count; i++) {
            mail.append(i == 0 ? "" : " ").append("word").append(words.draw(random));
        }
    }

    private static Addressee line(Role role, Address address) {
        return new Addressee(new Recipient(role, address), role);
    }

    // ---- asking

    private static Map<String, Query> questions() {
        Map<String, Query> questions = new LinkedHashMap<>();
        for (String text : List.of(
                "word3",
                "word300",
                "word20000",
                "word3 word7",
                "word40 word90",
                "\"word1 word2\"",
                "word17 -word4",
                "subject:word5",
                "from:p3@firm.example",
                "from:p40@firm.example word9",
                "to:p9@firm.example",
                "word12*",
                "word30 or word31 or word32",
                "after:2024-01-01 word6",
                "after:2021-03-01 before:2021-04-01",
                "word8 larger:300",
                "bcc:p2@firm.example")) {
            if (Query.parse(text) instanceof Query.Parsed.Good(Query query)) {
                questions.put(text, query);
            } else {
                throw new IllegalStateException(text);
            }
        }
        questions.put("(all)", new Query.All());
        return questions;
    }

    /// Who asks, with the directory that says what is whose.
    private static Map<String, Scope> viewers() {
        List<Person> people = new ArrayList<>();
        Instant middle = BEGIN.plus(Duration.ofDays(1_500));
        add(people, "few letters, one address", held(4_000));
        add(people, "usual, one address", held(400));
        add(people, "many letters, one address", held(1));
        add(people, "many letters, address until a day", new Holding(person(2), Optional.empty(), Optional.of(middle)));
        add(people, "thirty addresses", many(30, false));
        add(people, "thirty addresses, each its own days", many(30, true));
        add(people, "in groups, since one day", held(500));
        add(people, "in groups, each since its own day", held(501));
        add(people, "head of all, in every group", held(0));
        List<Group> groups = new ArrayList<>();
        for (int g = 0; g < GROUPS; g++) {
            List<Membership> members = new ArrayList<>();
            for (int k = 0; k < 20; k++) {
                members.add(in(new Member.OfPerson("x" + (g * 7 + k * 13) % PEOPLE), Span.ALWAYS));
            }
            if (g > 0) {
                members.add(in(new Member.OfGroup("g" + (g - 1) / 2), Span.ALWAYS)); // all are in those below them
            }
            if (g % 10 == 3) {
                members.add(in(new Member.OfPerson("v6"), Span.since(middle)));
                members.add(in(new Member.OfPerson("v7"), Span.since(middle.plus(Duration.ofDays(g % 200)))));
            }
            if (g == 0) {
                members.add(in(new Member.OfPerson("v8"), Span.ALWAYS));
            }
            Holding address =
                    new Holding(new Address("group" + g + "@firm.example"), Optional.empty(), Optional.empty());
            groups.add(new Group("g" + g, "Group " + g, List.of(address), members));
        }
        Directory directory = new Directory(people, groups, List.of(), List.of());
        Map<String, Scope> scopes = new LinkedHashMap<>();
        for (Person person : people) {
            scopes.put(person.name(), Scope.Own.of(directory.access(person)));
        }
        Instant from = BEGIN.plus(Duration.ofDays(1_000));
        scopes.put(
                "auditor, everyone, two years",
                new Scope.Across(
                        List.of(new Scope.Span(from, from.plus(Duration.ofDays(730)))), new Scope.Own(Map.of())));
        long began = System.nanoTime();
        for (int i = 0; i < RUNS; i++) {
            for (Person person : people) {
                if (Scope.Own.of(directory.access(person)).byKey().isEmpty()) {
                    throw new IllegalStateException(person.name());
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "working out what counts as whose, in %,d groups: %.3f ms a question%n",
                GROUPS,
                (System.nanoTime() - began) / 1e6 / RUNS / people.size());
        return scopes;
    }

    private static void add(List<Person> people, String name, Holding... holdings) {
        people.add(new Person("v" + people.size(), name, PersonRole.USER, List.of(holdings)));
    }

    private static Holding held(int n) {
        return new Holding(person(n), Optional.empty(), Optional.empty());
    }

    private static Holding[] many(int count, boolean dated) {
        Holding[] many = new Holding[count];
        for (int i = 0; i < count; i++) {
            Instant from = BEGIN.plus(Duration.ofDays(50L * i));
            many[i] = dated
                    ? new Holding(person(100 + i), Optional.of(from), Optional.of(from.plus(Duration.ofDays(900))))
                    : held(100 + i);
        }
        return many;
    }

    private static Membership in(Member member, Span span) {
        return new Membership(member, span, Optional.empty());
    }

    private static void ask(LuceneIndex index, int letters) throws Exception {
        Map<String, Query> questions = questions();
        Map<String, Scope> viewers = viewers();
        PrintStream out = System.out;
        Scope without = new Scope.Everything();
        double[] bare = new double[questions.size()];
        for (int round = 0; round < 2; round++) { // the first warms up
            int i = 0;
            for (Query question : questions.values()) {
                bare[i++] = millis(index, question, without, round == 0 ? WARM : RUNS);
            }
        }
        out.printf(
                Locale.ROOT,
                "%,d letters, %d questions, a page of %d: without a filter p50 %.2f ms, sum %.1f ms%n",
                letters,
                questions.size(),
                PAGE,
                median(bare),
                Arrays.stream(bare).sum());
        out.println("| who | letters | p50 ms | of that without | sum ms | of that without | worst question |");
        out.println("| --- | --- | --- | --- | --- | --- | --- |");
        for (Map.Entry<String, Scope> viewer : viewers.entrySet()) {
            double[] with = new double[questions.size()];
            String worst = "";
            double most = 0;
            int i = 0;
            for (Map.Entry<String, Query> question : questions.entrySet()) {
                var _ = millis(index, question.getValue(), viewer.getValue(), WARM / 4);
                with[i] = millis(index, question.getValue(), viewer.getValue(), RUNS);
                if (with[i] - bare[i] > most) {
                    most = with[i] - bare[i];
                    worst = String.format(Locale.ROOT, "`%s` %.2f for %.2f", question.getKey(), with[i], bare[i]);
                }
                i++;
            }
            out.printf(
                    Locale.ROOT,
                    "| %s | %,d | %.2f | %.2f | %.1f | %.2f | %s |%n",
                    viewer.getKey(),
                    index.find(new Query.All(), viewer.getValue(), 1, Long.MAX_VALUE)
                            .total(),
                    median(with),
                    median(with) / median(bare),
                    Arrays.stream(with).sum(),
                    Arrays.stream(with).sum() / Arrays.stream(bare).sum(),
                    worst);
        }
    }

    private static double median(double[] numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static double millis(LuceneIndex index, Query question, Scope scope, int runs) throws Exception {
        double[] took = new double[runs];
        for (int i = 0; i < runs; i++) {
            long began = System.nanoTime();
            if (index.find(question, scope, PAGE, Long.MAX_VALUE).total() < 0) {
                throw new IllegalStateException("fewer than none");
            }
            took[i] = (System.nanoTime() - began) / 1e6;
        }
        return median(took);
    }
}
