package io.carteggio.mail.mime;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What two other readers make of each mail of the corpus, beside what ours makes of it.
final class CorpusExpectations {
    record Difference(String path, String field, String expected, String ours) {
        String key() {
            return path + "\t" + field;
        }
    }

    record Result(int judged, List<Difference> differences) {}

    private CorpusExpectations() {}

    /// The corpus of mail by others, where this machine has it.
    static Optional<Path> corpus() {
        List<Path> places = new ArrayList<>();
        Optional.ofNullable(System.getenv("CARTEGGIO_SHARED")).map(Path::of).ifPresent(places::add);
        Optional.ofNullable(System.getProperty("carteggio.root"))
                .map(root -> Path.of(root).resolveSibling("shared"))
                .ifPresent(places::add);
        return places.stream()
                .map(place -> place.resolve("corpus"))
                .filter(Files::isDirectory)
                .findFirst();
    }

    static Result compare(Path corpus) throws IOException {
        List<String> lines = Files.readAllLines(corpus.resolve("expected.tsv"));
        String[] columns = lines.getFirst().split("\t", -1);
        int judged = 0;
        List<Difference> differences = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split("\t", -1);
            Map<String, @Nullable Object> ours = ours(Content.of(Files.readAllBytes(corpus.resolve(cells[0]))));
            for (int i = 1; i < columns.length; i++) {
                if (cells[i].isEmpty()) {
                    continue;
                }
                judged++;
                Object expected = new Json(cells[i]).value();
                Object our = ours.get(columns[i]);
                if (!Objects.equals(expected, our)) {
                    differences.add(new Difference(cells[0], columns[i], show(expected), show(our)));
                }
            }
        }
        return new Result(judged, differences);
    }

    private static Map<String, @Nullable Object> ours(Content mail) throws IOException {
        Letter letter = LetterReader.read(mail, ReadLimits.DEFAULT);
        LetterHeader header = letter.header();
        Map<String, @Nullable Object> ours = new LinkedHashMap<>();
        ours.put("message_id", header.messageId().orElse(null));
        ours.put("subject", header.subject().map(CorpusExpectations::oneLine).orElse(null));
        ours.put("from", addresses(header.from()));
        ours.put("to", addresses(header.to()));
        ours.put("cc", addresses(header.cc()));
        ours.put(
                "date",
                header.date()
                        .map(d -> DateTimeFormatter.ISO_INSTANT.format(d.truncatedTo(ChronoUnit.SECONDS)))
                        .orElse(null));
        ours.put("att_count", (long) letter.attachments().size());
        ours.put(
                "att_names",
                each(
                        letter.attachments(),
                        a -> a.name().map(CorpusExpectations::oneLine).orElse(null)));
        ours.put("att_sizes", each(letter.attachments(), Attachment::sizeBytes));
        ours.put("att_sha256", each(letter.attachments(), a -> a.sha256().toString()));
        ours.put("nested_ids", each(letter.nested(), n -> n.messageId().orElse(null)));
        ours.put("nested_bytes", each(letter.nested(), NestedLetter::sizeBytes));
        ours.put("nested_sha256", each(letter.nested(), n -> n.sha256().toString()));
        return ours;
    }

    private interface Cell<T> {
        @Nullable
        Object of(T value);
    }

    private static <T> List<@Nullable Object> each(List<T> values, Cell<T> cell) {
        List<@Nullable Object> cells = new ArrayList<>();
        for (T value : values) {
            cells.add(cell.of(value));
        }
        return cells;
    }

    private static List<@Nullable Object> addresses(List<Mailbox> mailboxes) {
        return each(mailboxes, m -> m.address().raw());
    }

    /// The corpus compares names and subjects with runs of white space as one space, trimmed.
    private static String oneLine(String text) {
        return text.replaceAll("(?U)\\s+", " ").strip();
    }

    private static String show(@Nullable Object value) {
        return String.valueOf(value).replace('\t', ' ').replace('\n', ' ').replace('\r', ' ');
    }

    /// Just enough JSON for the cells: strings, whole numbers, null, and arrays of them.
    private static final class Json {
        private final String s;
        private int i;

        Json(String s) {
            this.s = s;
        }

        @Nullable
        Object value() {
            skipBlanks();
            char c = s.charAt(i);
            if (c == '[') {
                return array();
            } else if (c == '"') {
                return string();
            } else if (s.startsWith("null", i)) {
                i += 4;
                return null;
            }
            int start = i;
            while (i < s.length() && "-0123456789".indexOf(s.charAt(i)) >= 0) {
                i++;
            }
            return Long.valueOf(s.substring(start, i));
        }

        private List<@Nullable Object> array() {
            List<@Nullable Object> values = new ArrayList<>();
            i++;
            skipBlanks();
            while (s.charAt(i) != ']') {
                values.add(value());
                skipBlanks();
                if (s.charAt(i) == ',') {
                    i++;
                    skipBlanks();
                }
            }
            i++;
            return values;
        }

        private String string() {
            StringBuilder text = new StringBuilder();
            for (i++; s.charAt(i) != '"'; i++) {
                if (s.charAt(i) != '\\') {
                    text.append(s.charAt(i));
                    continue;
                }
                char escaped = s.charAt(++i);
                if (escaped == 'u') {
                    text.append((char) Integer.parseInt(s, i + 1, i + 5, 16));
                    i += 4;
                } else {
                    int known = "nrtbf".indexOf(escaped);
                    text.append(known < 0 ? escaped : "\n\r\t\b\f".charAt(known));
                }
            }
            i++;
            return text.toString();
        }

        private void skipBlanks() {
            while (i < s.length() && s.charAt(i) == ' ') {
                i++;
            }
        }
    }

    static List<String> lines(List<Difference> differences) {
        return differences.stream()
                .map(d -> String.join("\t", d.path(), d.field(), d.expected(), d.ours()))
                .toList();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
