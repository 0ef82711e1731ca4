package io.carteggio.mail.structure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// The corpus of mail by others, which lies beside the project and is not part of it.
public final class CorpusFiles {
    private CorpusFiles() {}

    /// The corpus' directory; skips the test where there is none.
    public static Path root() {
        String shared = System.getenv("CARTEGGIO_SHARED");
        Path root = shared != null
                ? Path.of(shared)
                : Path.of(System.getProperty("carteggio.root", ".")).resolve("../shared");
        Path corpus = root.resolve("corpus");
        Assumptions.assumeTrue(Files.isDirectory(corpus), "no corpus at " + corpus);
        return corpus;
    }

    public static byte[] bytes(String path) throws IOException {
        return Files.readAllBytes(root().resolve(path));
    }

    /// Paths of the files of one kind, in order.
    public static List<String> files(String kind) throws IOException {
        Path corpus = root();
        try (Stream<Path> files = Files.list(corpus.resolve(kind))) {
            return files.map(file -> corpus.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    /// Rows of a table by their first column; an empty cell is not in the row.
    public static Map<String, Row> table(String name) throws IOException {
        Map<String, Row> rows = new LinkedHashMap<>();
        List<String> lines = Files.readAllLines(root().resolve(name));
        String[] columns = lines.getFirst().split("\t", -1);
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split("\t", -1);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 1; i < cells.length; i++) {
                if (!cells[i].isEmpty()) {
                    row.put(columns[i], cells[i]);
                }
            }
            rows.put(cells[0], new Row(row));
        }
        return rows;
    }

    /// One row; a cell is JSON, and an empty one must not be judged.
    public record Row(Map<String, String> cells) {
        public boolean judged(String column) {
            return cells.containsKey(column);
        }

        /// `null`, a string, a number (as its text), or a list of these.
        public @Nullable Object json(String column) {
            return new Json(Objects.requireNonNull(cells.get(column), column)).value();
        }

        /// A cell that is a list, each element as text; `null` becomes "null".
        public List<String> list(String column) {
            return json(column) instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : List.of();
        }
    }

    private static final class Json {
        private final String text;
        private int at;

        Json(String text) {
            this.text = text;
        }

        @Nullable
        Object value() {
            blanks();
            char c = text.charAt(at);
            if (c == '[') {
                at++;
                List<@Nullable Object> list = new ArrayList<>();
                for (blanks(); text.charAt(at) != ']'; blanks()) {
                    list.add(value());
                    blanks();
                    if (text.charAt(at) == ',') {
                        at++;
                    }
                }
                at++;
                return list;
            }
            if (c == '"') {
                return string();
            }
            int start = at;
            while (at < text.length() && ",] ".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            String word = text.substring(start, at);
            return word.equals("null") ? null : word;
        }

        private String string() {
            StringBuilder s = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                char c = text.charAt(at);
                if (c != '\\') {
                    s.append(c);
                    continue;
                }
                c = text.charAt(++at);
                switch (c) {
                    case 'n' -> s.append('\n');
                    case 't' -> s.append('\t');
                    case 'r' -> s.append('\r');
                    case 'b' -> s.append('\b');
                    case 'f' -> s.append('\f');
                    case 'u' -> {
                        s.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                        at += 4;
                    }
                    default -> s.append(c);
                }
            }
            at++;
            return s.toString();
        }

        private void blanks() {
            while (text.charAt(at) == ' ') {
                at++;
            }
        }
    }
}
