package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Across;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.archive.search.Query.Words;
import io.carteggio.archive.search.SearchIndex.Found;
import io.carteggio.archive.search.SearchIndex.Unowned;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.extract.Shortfall;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// P5: "A query reaches the index only through a scope. […] Scope is tested per letter and evidence before
/// grouping: a recipient sees To, Cc and his own line; only the sender and an auditor see all blind copies."
///
/// The index against a naive reading of [Scope#sees] and [Scope#visible], over random people, tenures, letters,
/// testimonies and questions, negated ones too: hits, their order, counts, and what is said of unsearched
/// letters.
@Tag("slow")
class ScopeRandomTest {
    private static final int WORLDS = 15;
    private static final int LETTERS = 40;
    private static final int QUESTIONS = 120;

    private static final List<String> NAMES = List.of("anna", "bob", "carla", "dora", "emil");
    private static final List<String> DOMAINS = List.of("firm.it", "sales.firm.it", "other.example");
    private static final List<String> VOCABULARY = List.of("budget", "budgets", "plan", "anna", "firm", "bob");

    private static final List<Where> WHERE = List.of(Where.values());

    @TempDir
    Path folder;

    private Random random = new Random();

    /// A letter in plain words.
    private record Plain(
            long number,
            List<Address> from,
            List<Address> to,
            List<Address> cc,
            List<Address> bcc,
            String subject,
            String body,
            boolean readable,
            List<Testimony> testimonies) {
        LetterDocument document() {
            StringBuilder mail = new StringBuilder();
            field(mail, "From", from);
            field(mail, "To", to);
            field(mail, "Cc", cc);
            field(mail, "Bcc", bcc);
            mail.append("Subject: ").append(subject).append("\nDate: Mon, 6 May 2024 10:00:00 +0000\n\n");
            mail.append(body).append('\n');
            Testimony[] all = testimonies.toArray(Testimony[]::new);
            return readable
                    ? Samples.letter(number, mail.toString(), all)
                    : Samples.letter(number, Samples.unreadable(100), all);
        }

        private static void field(StringBuilder mail, String name, List<Address> addresses) {
            if (!addresses.isEmpty()) {
                mail.append(name)
                        .append(": ")
                        .append(String.join(
                                ", ", addresses.stream().map(Address::raw).toList()))
                        .append('\n');
            }
        }
    }

    @Test
    void nobodyFindsMoreOrLessThanShe() throws Exception {
        long seed = Long.getLong("carteggio.seed", new Random().nextLong());
        System.out.println("ScopeRandomTest seed " + seed);
        random = new Random(seed);
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            for (int world = 0; world < WORLDS; world++) {
                index.clear();
                Map<Long, Plain> letters = fill(index);
                Directory directory = directory();
                compareUnowned(index, letters, directory, "seed " + seed + " world " + world);
                List<Scope> scopes = new ArrayList<>();
                directory.people().forEach(p -> scopes.add(Scope.Own.of(directory.access(p))));
                scopes.add(new Scope.Everything());
                for (int i = 0; i < 5; i++) {
                    List<Across> grants = new ArrayList<>();
                    for (int n = random.nextInt(3); n >= 0; n--) {
                        grants.add(grant());
                    }
                    scopes.add(Scope.of(
                            grants,
                            id -> directory.byId(id).map(directory::access).orElseThrow()));
                }
                for (int i = 0; i < QUESTIONS; i++) {
                    Scope scope = scopes.get(random.nextInt(scopes.size()));
                    Query query = query(3);
                    compare(index, letters, scope, query, "seed " + seed + " world " + world + " question " + i);
                }
            }
        }
    }

    private Map<Long, Plain> fill(LuceneIndex index) throws Exception {
        Map<Long, Plain> letters = new TreeMap<>(Collections.reverseOrder());
        List<LetterDocument> batch = new ArrayList<>();
        for (long number = 1; number <= LETTERS; number++) {
            Plain letter = plain(number, testimonies());
            letters.put(number, letter);
            batch.add(letter.document());
            if (random.nextInt(10) == 0) {
                index.put(batch);
                index.show();
                batch.clear();
            }
        }
        index.put(batch);
        index.show();
        for (int i = 0; i < 5; i++) { // a later arrival makes the document anew
            Plain old = Objects.requireNonNull(letters.get(1L + random.nextInt(LETTERS)));
            List<Testimony> more = new ArrayList<>(old.testimonies());
            more.addAll(testimonies());
            Plain renewed =
                    new Plain(old.number, old.from, old.to, old.cc, old.bcc, old.subject, old.body, old.readable, more);
            letters.put(old.number, renewed);
            index.put(List.of(renewed.document()));
            index.show();
        }
        return letters;
    }

    private void compare(LuceneIndex index, Map<Long, Plain> letters, Scope scope, Query query, String which)
            throws Exception {
        List<Long> expected = letters.values().stream()
                .filter(l -> isSeen(l, scope) && matches(l, scope, query))
                .map(Plain::number)
                .toList();
        long unsearched = letters.values().stream()
                .filter(l -> isSeen(l, scope) && !l.readable)
                .count();
        List<Long> walked = new ArrayList<>();
        List<Instant> dates = new ArrayList<>();
        int limit = 1 + random.nextInt(12);
        long before = Long.MAX_VALUE;
        while (true) {
            Found page = index.find(query, scope, limit, before);
            assertThat(page.total())
                    .as("%s: total of %s for %s", which, query, scope)
                    .isEqualTo(expected.size());
            assertThat(page.notFullySearched()).as(which).isEqualTo(unsearched);
            page.hits().stream().map(Hit::letter).forEach(walked::add);
            page.hits().stream()
                    .map(h -> h.date().truncatedTo(ChronoUnit.SECONDS))
                    .forEach(dates::add);
            if (page.hits().size() < limit) {
                break;
            }
            before = page.hits().getLast().letter();
        }
        assertThat(walked)
                .as(() -> which + ": " + query + " for " + scope + "\n" + letters.values())
                .isEqualTo(expected);
        List<Long> atOnce = new ArrayList<>();
        List<Instant> theirDates = new ArrayList<>();
        index.each(query, scope, (letter, date) -> {
            atOnce.add(letter);
            theirDates.add(date);
        });
        assertThat(atOnce).as("%s: each of %s for %s", which, query, scope).isEqualTo(expected);
        assertThat(theirDates).as(which).isEqualTo(dates);
    }

    private static boolean isSeen(Plain letter, Scope scope) {
        return scope instanceof Scope.Everything || letter.testimonies.stream().anyMatch(scope::sees);
    }

    private static boolean matches(Plain letter, Scope scope, Query query) {
        return switch (query) {
            case Query.All() -> true;
            case Words words -> matches(letter, scope, words);
            case Query.And(var parts) -> parts.stream().allMatch(p -> matches(letter, scope, p));
            case Query.Or(var choices) -> choices.stream().anyMatch(c -> matches(letter, scope, c));
            case Query.Not(Query refused) -> !matches(letter, scope, refused);
            case Query.NotFullySearched() -> !letter.readable;
            case Query.Unsearched(Shortfall why) -> !letter.readable && why == Shortfall.DAMAGED;
            case Query.HasAttachment h -> false;
            case Query.Larger l -> false;
            case Query.Smaller s -> true;
            case Query.Dated d -> true;
            case Query.Id i -> false;
        };
    }

    private static boolean matches(Plain letter, Scope scope, Words words) {
        Predicate<Address> is = address -> isPerson(address, words);
        return switch (words.where()) {
            case SUBJECT -> letter.readable && isIn(letter.subject, words);
            case FILENAME, ATTACHMENT, TYPE, LABEL -> false;
            case FROM ->
                header(letter, letter.from).anyMatch(is)
                        || senders(letter, scope).anyMatch(is);
            case TO ->
                header(letter, letter.to).anyMatch(is)
                        || header(letter, letter.cc).anyMatch(is)
                        || blindHeader(letter, scope).anyMatch(is)
                        || visible(letter, scope).flatMap(ScopeRandomTest::got).anyMatch(is);
            case CC ->
                header(letter, letter.cc).anyMatch(is)
                        || visible(letter, scope)
                                .filter(a -> a.seenAs() == Role.CC)
                                .flatMap(ScopeRandomTest::got)
                                .anyMatch(is);
            case BCC ->
                blindHeader(letter, scope).anyMatch(is)
                        || visible(letter, scope)
                                .filter(Addressee::blind)
                                .flatMap(ScopeRandomTest::got)
                                .anyMatch(is);
            case LIST ->
                visible(letter, scope)
                        .flatMap(a -> a.told().expanded().stream())
                        .anyMatch(is);
            case ANYWHERE ->
                (letter.readable && (isIn(letter.subject, words) || isIn(letter.body, words)))
                        || Stream.of(Where.FROM, Where.TO, Where.CC, Where.BCC, Where.LIST)
                                .anyMatch(w -> matches(letter, scope, new Words(w, words.text(), words.prefix())));
        };
    }

    private static Stream<Address> header(Plain letter, List<Address> field) {
        return letter.readable ? field.stream() : Stream.of();
    }

    private static Stream<Testimony> seen(Plain letter, Scope scope) {
        return letter.testimonies.stream().filter(scope::sees);
    }

    private static Stream<Address> senders(Plain letter, Scope scope) {
        return seen(letter, scope)
                .flatMap(t -> Stream.concat(t.entry().sender().stream(), t.entry().onBehalfOf().stream()));
    }

    private static Stream<Addressee> visible(Plain letter, Scope scope) {
        return letter.testimonies.stream().flatMap(t -> scope.visible(t).stream());
    }

    private static Stream<Address> got(Addressee addressee) {
        return Stream.concat(Stream.of(addressee.told().address()), addressee.told().forwarded().stream());
    }

    /// What the original's own `Bcc:` names counts as so many blind lines of each testimony.
    private static Stream<Address> blindHeader(Plain letter, Scope scope) {
        return header(letter, letter.bcc)
                .filter(blind -> seen(letter, scope).anyMatch(t -> {
                            Addressee line = new Addressee(new Recipient(Role.BCC, blind), Role.BCC);
                            List<Addressee> lines = new ArrayList<>(t.entry().addressees());
                            lines.add(line);
                            return scope.visible(Samples.testimony(
                                            t.entry().at(),
                                            t.entry().sender(),
                                            t.entry().onBehalfOf(),
                                            lines,
                                            t.entry().dialect()))
                                    .contains(line);
                        })
                        || scope instanceof Scope.Everything);
    }

    private static boolean isPerson(Address address, Words words) {
        String raw = address.raw();
        String text = words.text();
        if (text.startsWith("@")) {
            String domain = text.substring(1);
            return Stream.iterate(address.domain(), d -> !d.isEmpty(), ScopeRandomTest::above)
                    .filter(d -> d.contains("."))
                    .anyMatch(d -> words.prefix() ? d.startsWith(domain) : d.equals(domain));
        }
        if (text.contains("@")) {
            return words.prefix() ? raw.startsWith(text) : raw.equals(text);
        }
        return isIn(raw, words);
    }

    private static String above(String domain) {
        int dot = domain.indexOf('.');
        return dot < 0 ? "" : domain.substring(dot + 1);
    }

    private static boolean isIn(String text, Words words) {
        List<String> have = List.of(text.split("[@. ]", -1));
        List<String> wanted = Stream.of(words.text().split("[@. ]", -1))
                .filter(w -> !w.isEmpty())
                .toList();
        for (int start = 0; start + wanted.size() <= have.size(); start++) {
            boolean all = true;
            for (int i = 0; i < wanted.size(); i++) {
                boolean last = i == wanted.size() - 1;
                String word = have.get(start + i);
                all &= (words.prefix() && last) ? word.startsWith(wanted.get(i)) : word.equals(wanted.get(i));
            }
            if (all) {
                return true;
            }
        }
        return false;
    }

    /// Nobody's are exactly the letters that no person sees.
    private static void compareUnowned(LuceneIndex index, Map<Long, Plain> letters, Directory directory, String which)
            throws Exception {
        Map<String, List<Tenure>> tenures = directory.people().stream()
                .flatMap(p -> directory.access(p).stream())
                .collect(Collectors.groupingBy(Tenure::addressKey));
        List<Plain> nobodys = letters.values().stream()
                .filter(l -> directory.people().stream().noneMatch(p -> isSeen(l, Scope.Own.of(directory.access(p)))))
                .toList();
        Map<String, Long> named = nobodys.stream()
                .flatMap(l -> l.testimonies.stream()
                        .flatMap(t -> Stream.of(
                                        t.entry().sender().stream(),
                                        t.entry().onBehalfOf().stream(),
                                        t.entry().addressees().stream()
                                                .map(a -> a.told().address()))
                                .flatMap(a -> a))
                        .map(Address::key)
                        .distinct())
                .collect(Collectors.groupingBy(k -> k, TreeMap::new, Collectors.counting()));
        Unowned found = index.unowned(tenures, 100);
        assertThat(found.letters()).as(which).isEqualTo(nobodys.size());
        assertThat(found.addresses()).as(which).isEqualTo(named.size());
        Map<String, Long> told = new TreeMap<>();
        found.most().forEach(a -> told.put(a.key(), a.letters()));
        assertThat(told).as(which).isEqualTo(named);
        Unowned two = index.unowned(tenures, 2);
        assertThat(two.most())
                .as(which)
                .isEqualTo(found.most().stream().limit(2).toList());
        assertThat(two.addresses()).as(which).isEqualTo(named.size());
    }

    private Directory directory() {
        List<Person> people = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            List<Holding> holdings = new ArrayList<>();
            for (int n = random.nextInt(4); n >= 0; n--) {
                Instant one = instant();
                Instant other = instant();
                holdings.add(
                        switch (random.nextInt(4)) {
                            case 0 -> new Holding(address(), Optional.empty(), Optional.empty());
                            case 1 -> new Holding(address(), Optional.of(one), Optional.empty());
                            case 2 -> new Holding(address(), Optional.empty(), Optional.of(one));
                            default ->
                                one.isBefore(other)
                                        ? new Holding(address(), Optional.of(one), Optional.of(other))
                                        : new Holding(address(), Optional.of(other), Optional.of(one.plusNanos(1)));
                        });
            }
            people.add(new Person("p" + i, "P" + i, PersonRole.USER, holdings));
        }
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < 4; i++) { // in each other, and with addresses that people hold too
            List<Membership> members = new ArrayList<>();
            for (int n = random.nextInt(4); n > 0; n--) {
                members.add(new Membership(
                        random.nextInt(3) == 0
                                ? new Member.OfGroup("g" + random.nextInt(4))
                                : new Member.OfPerson("p" + random.nextInt(6)),
                        random.nextInt(3) == 0 ? Span.ALWAYS : Span.since(instant()),
                        Optional.empty()));
            }
            Holding holding = random.nextBoolean()
                    ? new Holding(address(), Optional.empty(), Optional.empty())
                    : new Holding(address(), Optional.empty(), Optional.of(instant()));
            groups.add(new Group("g" + i, "G" + i, List.of(holding), members));
        }
        return new Directory(people, groups, List.of(), List.of());
    }

    /// Of an auditor: everyone or a few people, with bounds or without.
    private Across grant() {
        Instant one = instant();
        Instant other = instant();
        boolean ordered = one.isBefore(other);
        List<String> people =
                random.nextInt(3) == 0 ? List.of() : List.of("p" + random.nextInt(3), "p" + (3 + random.nextInt(3)));
        return new Across(
                people.isEmpty(),
                people,
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of(ordered ? one : other),
                random.nextInt(3) == 0 ? Optional.empty() : Optional.of(ordered ? other : one.plusNanos(1)));
    }

    private Plain plain(long number, List<Testimony> testimonies) {
        return new Plain(
                number,
                addresses(1),
                addresses(2),
                addresses(2),
                random.nextInt(4) == 0 ? addresses(2) : List.of(),
                words(2),
                words(4),
                random.nextInt(12) != 0,
                testimonies);
    }

    private List<Testimony> testimonies() {
        List<Testimony> all = new ArrayList<>();
        for (int n = random.nextInt(10) < 6 ? 1 : 1 + random.nextInt(3); n > 0; n--) {
            List<Addressee> lines = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                lines.add(line());
            }
            Optional<Address> sender = random.nextInt(5) == 0 ? Optional.empty() : Optional.of(address());
            Optional<Address> onBehalfOf = random.nextInt(6) == 0 ? Optional.of(address()) : Optional.empty();
            if (!all.isEmpty() && random.nextBoolean()) { // the same message by another way, or a redelivery
                lines.addAll(all.getFirst().entry().addressees());
                sender = random.nextBoolean() ? sender : all.getFirst().entry().sender();
            }
            Optional<String> dialect = Optional.of(random.nextBoolean() ? "exchange-2007" : "header:delivered-to")
                    .filter(d -> random.nextInt(3) > 0);
            all.add(Samples.testimony(instant(), sender, onBehalfOf, lines, dialect));
        }
        return all;
    }

    private Addressee line() {
        Role[] seen = {Role.TO, Role.CC, Role.BCC};
        Role seenAs = seen[random.nextInt(3)];
        Optional<Address> expanded = random.nextInt(4) == 0 ? Optional.of(address()) : Optional.empty();
        Optional<Address> forwarded = random.nextInt(6) == 0 ? Optional.of(address()) : Optional.empty();
        Role told = random.nextInt(3) == 0 ? Role.RECIPIENT : seenAs;
        return new Addressee(new Recipient(told, address(), expanded, forwarded), seenAs);
    }

    private Query query(int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            return switch (random.nextInt(12)) {
                case 0 -> new Query.All();
                case 1 -> random.nextBoolean() ? new Query.NotFullySearched() : new Query.Unsearched(Shortfall.DAMAGED);
                default -> words();
            };
        }
        return switch (random.nextInt(4)) {
            case 0 -> new Query.And(List.of(query(depth - 1), query(depth - 1)));
            case 1 -> new Query.Or(List.of(query(depth - 1), query(depth - 1)));
            case 2 -> new Query.Not(query(depth - 1));
            default -> words();
        };
    }

    private Query words() {
        Where where = WHERE.get(random.nextInt(WHERE.size()));
        String name = NAMES.get(random.nextInt(NAMES.size()));
        String domain = DOMAINS.get(random.nextInt(DOMAINS.size()));
        return switch (random.nextInt(7)) {
            case 0 -> new Words(where, name + "@" + domain, false);
            case 1 -> new Words(where, "@" + domain, false);
            case 2 -> new Words(where, domain, random.nextInt(4) == 0);
            case 3 -> new Words(where, name.substring(0, 2), true);
            case 4 -> new Words(where, name + "@" + domain.substring(0, 2), true);
            case 5 -> new Words(where, words(1 + random.nextInt(2)), false);
            default -> new Words(where, name, false);
        };
    }

    private String words(int count) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            words.add(VOCABULARY.get(random.nextInt(VOCABULARY.size())));
        }
        return String.join(" ", words);
    }

    private List<Address> addresses(int count) {
        List<Address> addresses = new ArrayList<>();
        for (int i = random.nextInt(count + 1); i > 0; i--) {
            addresses.add(address());
        }
        return addresses;
    }

    private Address address() {
        return new Address(NAMES.get(random.nextInt(NAMES.size())) + "@"
                + DOMAINS.get(Math.min(random.nextInt(5), DOMAINS.size() - 1)));
    }

    /// Few different ones, so that tenures often begin and end at the very instant of a letter.
    private Instant instant() {
        return switch (random.nextInt(40)) {
            case 0 -> Instant.MIN;
            case 1 -> Instant.MAX.minusNanos(5);
            case 2 -> Samples.NOON.plusNanos(1 + random.nextInt(3));
            default -> Samples.NOON.plusSeconds(random.nextInt(8) * 60L);
        };
    }
}
