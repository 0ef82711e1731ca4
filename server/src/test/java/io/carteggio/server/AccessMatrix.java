package io.carteggio.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// The table of who may ask for what, for the tests that walk it.
public final class AccessMatrix {
    public static final List<String> WHO = List.of("nobody", "user", "administrator", "auditor", "officer");

    private AccessMatrix() {}

    /// A row.
    ///
    /// @param cells what each of [#WHO] may
    public record Row(String name, Map<String, String> cells, String note) {}

    /// All rows of a kind, by their names.
    public static Map<String, Row> of(String kind) {
        try (InputStream in = Objects.requireNonNull(AccessMatrix.class.getResourceAsStream("access-matrix.tsv"))) {
            Map<String, Row> rows = new TreeMap<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                List<String> cells = Arrays.asList(line.split("\t", -1));
                if (line.startsWith("#") || !cells.getFirst().equals(kind)) {
                    continue;
                }
                if (cells.size() != 8) {
                    throw new AssertionError("not a row of eight: " + line);
                }
                Map<String, String> by = new TreeMap<>();
                for (int i = 0; i < WHO.size(); i++) {
                    by.put(WHO.get(i), cells.get(i + 2));
                }
                if (rows.put(cells.get(1), new Row(cells.get(1), by, cells.get(7))) != null) {
                    throw new AssertionError("two rows for " + cells.get(1));
                }
            }
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
