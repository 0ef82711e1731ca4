package io.carteggio.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/// Mail by others, which lies beside the project and is not part of it.
final class Corpus {
    private Corpus() {}

    /// Its directory; the test is skipped where there is none.
    static Path root() {
        String shared = System.getenv("CARTEGGIO_SHARED");
        Path root = (shared != null ? Path.of(shared) : Program.root().resolve("../shared")).resolve("corpus");
        Assumptions.assumeTrue(Files.isDirectory(root), "skipped: no corpus at " + root);
        return root;
    }

    /// Its files with this ending, by their path below the root.
    static List<String> files(String ending) throws IOException {
        Path root = root();
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(f -> f.toString().endsWith(ending))
                    .map(f -> root.relativize(f).toString())
                    .sorted()
                    .toList();
        }
    }

    /// The rows of a table of expectations by their first column. Empty cells are left out.
    static Table table(String name) throws IOException {
        List<String> lines = Files.readAllLines(root().resolve(name));
        String[] columns = lines.getFirst().split("\t", -1);
        Map<String, Map<String, String>> rows = new LinkedHashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split("\t", -1);
            Map<String, String> row = new LinkedHashMap<>();
            for (int i = 1; i < cells.length; i++) {
                if (!cells[i].isEmpty()) {
                    row.put(columns[i], cells[i]);
                }
            }
            rows.put(cells[0], row);
        }
        return new Table(rows);
    }

    /// A table whose cells are JSON.
    record Table(Map<String, Map<String, String>> rows) {
        /// The paths that it has rows for.
        Set<String> paths() {
            return rows.keySet();
        }

        /// A cell that must be there.
        JsonNode cell(String path, String column) {
            return Optional.ofNullable(rows.get(path))
                    .flatMap(row -> Optional.ofNullable(row.get(column)))
                    .map(Program.JSON::readTree)
                    .orElseThrow();
        }
    }
}
