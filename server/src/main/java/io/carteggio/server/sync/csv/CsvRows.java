package io.carteggio.server.sync.csv;

import java.util.ArrayList;
import java.util.List;

/// The rows of a file of comma-separated values (RFC 4180), which may also be parted by semicolons or tabs:
/// what the first line has most of, parts. Quotes within quotes are doubled; line ends may be of any kind.
/// Pure.
final class CsvRows {
    static final int FIELD_LIMIT = 100_000;
    static final int FIELDS_LIMIT = 200;
    static final int ROWS_LIMIT = 1_000_000;

    private final String text;
    private final char separator;
    private int at;
    private int line = 1;

    /// A row, and the line on which it begins.
    record Row(int line, List<String> fields) {
        Row {
            fields = List.copyOf(fields);
        }
    }

    private CsvRows(String text) {
        this.text = text;
        this.separator = separator(text);
    }

    /// Reads all of it. Rows of nothing are left out.
    ///
    /// @throws IllegalArgumentException with the line on which it is no such file
    static List<Row> of(String text) {
        CsvRows rows = new CsvRows(text.startsWith("\uFEFF") ? text.substring(1) : text);
        List<Row> all = new ArrayList<>();
        while (rows.at < rows.text.length()) {
            Row row = rows.row();
            if (row.fields.stream().anyMatch(f -> !f.isBlank())) {
                all.add(row);
            }
            if (all.size() > ROWS_LIMIT) {
                throw rows.wrong("more than " + ROWS_LIMIT + " rows");
            }
        }
        return all;
    }

    private static char separator(String text) {
        char best = ',';
        long most = 0;
        String first = text.lines().findFirst().orElse("");
        for (char candidate : new char[] {',', ';', '\t'}) {
            long count = first.chars().filter(c -> c == candidate).count();
            if (count > most) {
                best = candidate;
                most = count;
            }
        }
        return best;
    }

    private Row row() {
        int begin = line;
        List<String> fields = new ArrayList<>();
        while (true) {
            fields.add(field());
            if (fields.size() > FIELDS_LIMIT) {
                throw wrong("more than " + FIELDS_LIMIT + " fields");
            }
            if (at >= text.length()) {
                return new Row(begin, fields);
            }
            char c = text.charAt(at++);
            if (c != separator) {
                if (c == '\r' && at < text.length() && text.charAt(at) == '\n') {
                    at++;
                }
                line++;
                return new Row(begin, fields);
            }
        }
    }

    private String field() {
        if (at < text.length() && text.charAt(at) == '"') {
            return quoted();
        }
        int begin = at;
        while (at < text.length() && !ends(text.charAt(at))) {
            at++;
        }
        return limited(text.substring(begin, at));
    }

    private boolean ends(char c) {
        return c == separator || c == '\r' || c == '\n';
    }

    private String quoted() {
        int begin = line;
        StringBuilder field = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                if (at < text.length() && text.charAt(at) == '"') {
                    field.append('"');
                    at++;
                    continue;
                }
                if (at < text.length() && !ends(text.charAt(at))) {
                    throw wrong("text after a closing quote");
                }
                return limited(field.toString());
            }
            line += c == '\n' ? 1 : 0;
            field.append(c);
        }
        line = begin;
        throw wrong("a quote that is not closed");
    }

    private String limited(String field) {
        if (field.length() > FIELD_LIMIT) {
            throw wrong("a field of more than " + FIELD_LIMIT + " characters");
        }
        return field;
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("line " + line + ": " + what);
    }
}
