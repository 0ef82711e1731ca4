package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex.Found;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.LetterReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// P3, "Nothing is dropped", for the index: real and malformed mail by others, each found by its id and its
/// subject.
@Tag("slow")
class CorpusTest {
    private static final int BATCH = 200;

    @TempDir
    Path folder;

    @Test
    void everyMailIsTakenAndFound() throws Exception {
        List<Path> mails = mails();
        Map<Long, String> subjects = new HashMap<>();
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            List<LetterDocument> batch = new ArrayList<>();
            long number = 0;
            for (Path mail : mails) {
                Content bytes = Content.of(Files.readAllBytes(mail));
                batch.add(Samples.letter(
                        ++number, bytes, Samples.testimony(Samples.NOON, "a@x.example", "to:b@x.example")));
                subjects.put(number, LetterReader.header(bytes).subject().orElse(""));
                if (batch.size() == BATCH) {
                    index.put(batch);
                    index.show();
                    batch.clear();
                }
            }
            index.put(batch);
            index.show();
            index.commit();
            assertThat(index.size()).isEqualTo(mails.size());

            for (long letter = 1; letter <= mails.size(); letter++) {
                Query id = new Query.Id(Samples.id(letter).text());
                Query subject = new Query.Words(
                        Query.Where.SUBJECT, Objects.requireNonNullElse(subjects.get(letter), ""), false);
                Found found =
                        index.find(new Query.And(List.of(id, subject)), Samples.own("b@x.example"), 2, Long.MAX_VALUE);
                assertThat(found.hits())
                        .as(mails.get((int) letter - 1).toString())
                        .hasSize(1);
                assertThat(found.hits().getFirst().letter()).isEqualTo(letter);
            }
            Found unsearched = index.find(new Query.NotFullySearched(), new Scope.Everything(), 1, Long.MAX_VALUE);
            System.out.println("CorpusTest: " + mails.size() + " mails, " + unsearched.total()
                    + " not fully searched, index " + index.storedBytes() + " octets");
        }
    }

    static List<Path> mails() throws IOException {
        Path root = Optional.ofNullable(System.getenv("CARTEGGIO_SHARED"))
                .map(Path::of)
                .orElse(Path.of(System.getProperty("carteggio.root", "."), "../shared"))
                .resolve("corpus");
        assumeTrue(Files.isDirectory(root), "skipped: no corpus at " + root);
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(f -> f.toString().endsWith(".eml")).sorted().toList();
        }
    }
}
