package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.archive.search.Query.Words;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a condition more would leave is what asking for both finds: over random letters, questions and scopes, in
/// several segments and with deleted letters among them.
class CountingTest {
    private static final int LETTERS = 200;
    private static final int QUESTIONS = 150;
    private static final List<String> PEOPLE = List.of("anna@firm.it", "bob@firm.it", "carla@other.example");
    private static final List<String> VOCABULARY = List.of("budget", "plan", "offer", "mill");

    @TempDir
    Path folder;

    private Random random = new Random();

    @Test
    void aConditionMoreLeavesWhatAskingForBothFinds() throws Exception {
        long seed = Long.getLong("carteggio.seed", new Random().nextLong());
        System.out.println("CountingTest seed " + seed);
        random = new Random(seed);
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            for (int number = 1; number <= LETTERS; number++) {
                index.put(List.of(Samples.letter(number, mail(), testimony())));
                if (random.nextInt(40) == 0) {
                    index.commit();
                }
            }
            index.commit();
            index.purge(Set.of(3L, 77L));
            for (int number = 10; number < 20; number++) { // replaced: the old ones are deleted
                index.put(List.of(Samples.letter(number, mail(), testimony())));
            }
            index.show();
            List<Scope> scopes = List.of(
                    new Scope.Everything(),
                    Samples.own("anna@firm.it"),
                    Samples.between("bob@firm.it", "2024-05-06", "2024-05-09"),
                    Samples.own("nobody@firm.it"));
            int some = 0;
            for (int i = 0; i < QUESTIONS; i++) {
                Query query = query();
                Scope scope = scopes.get(random.nextInt(scopes.size()));
                List<Query> further = new ArrayList<>();
                for (int n = random.nextInt(8); n >= 0; n--) {
                    further.add(query());
                }
                long[] counts = index.counts(query, scope, further);
                assertThat(counts).hasSize(further.size());
                for (int n = 0; n < further.size(); n++) {
                    long total = index.find(new Query.And(List.of(query, further.get(n))), scope, 1, Long.MAX_VALUE)
                            .total();
                    assertThat(counts[n])
                            .as("seed %d: %s and %s for %s", seed, query, further.get(n), scope)
                            .isEqualTo(total);
                    some += total > 0 ? 1 : 0;
                }
            }
            assertThat(some).as("many find something").isGreaterThan(QUESTIONS / 4);
            assertThat(index.counts(new Query.All(), new Scope.Everything(), List.of()))
                    .isEmpty();
        }
    }

    private String mail() {
        boolean attached = random.nextInt(3) == 0;
        String head = "From: " + any(PEOPLE) + "\nTo: " + any(PEOPLE) + "\nSubject: " + any(VOCABULARY)
                + "\nDate: Mon, 6 May " + (2020 + random.nextInt(6)) + " 10:00:00 +0000\n";
        String text = any(VOCABULARY) + " " + any(VOCABULARY) + "\n" + "x".repeat(random.nextInt(3) * 400);
        return attached
                ? head + "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n" + text
                        + "\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"plan.pdf\"\n\nx\n--b--\n"
                : head + "\n" + text;
    }

    private Testimony testimony() {
        return Samples.testimony(
                Samples.NOON.plusSeconds(random.nextInt(6) * 86_400L),
                any(PEOPLE),
                "to:" + any(PEOPLE),
                "bcc:" + any(PEOPLE));
    }

    private Query query() {
        return switch (random.nextInt(9)) {
            case 0 -> new Query.All();
            case 1 -> new Words(Where.FROM, any(PEOPLE), false);
            case 2 -> new Words(Where.TO, any(PEOPLE), false);
            case 3 -> new Words(Where.ANYWHERE, any(VOCABULARY).substring(0, 3), true);
            case 4 -> new Query.HasAttachment();
            case 5 -> {
                int year = 2019 + random.nextInt(7);
                yield new Query.Dated(
                        random.nextInt(4) == 0 ? Instant.MIN : Instant.parse(year + "-01-01T00:00:00Z"),
                        random.nextInt(4) == 0 ? Instant.MAX : Instant.parse((year + 1) + "-01-01T00:00:00.5Z"));
            }
            case 6 -> random.nextBoolean() ? new Query.Larger(400) : new Query.Smaller(400);
            case 7 -> new Query.Not(new Words(Where.ANYWHERE, any(VOCABULARY), false));
            default ->
                new Query.Or(List.of(
                        new Words(Where.SUBJECT, any(VOCABULARY), false), new Words(Where.BCC, any(PEOPLE), false)));
        };
    }

    private <T> T any(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
