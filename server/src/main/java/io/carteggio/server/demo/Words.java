package io.carteggio.server.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The word lists: for each language sections of sentences with `{blanks}`, read once from the files beside this class.
final class Words {
    private static final Map<Tongue, Words> ALL = new EnumMap<>(Tongue.class);

    static {
        for (Tongue tongue : Tongue.values()) {
            ALL.put(tongue, new Words(tongue));
        }
    }

    private final Map<String, List<String>> sections = new HashMap<>();
    private final String file;

    static Words of(Tongue tongue) {
        Words words = ALL.get(tongue);
        if (words == null) {
            throw new IllegalStateException("no words in " + tongue);
        }
        return words;
    }

    private Words(Tongue tongue) {
        file = tongue.name().toLowerCase(Locale.ROOT) + ".txt";
        try (InputStream in = Words.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its word list " + file);
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            List<String> section = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("[")) {
                    section = new ArrayList<>();
                    sections.put(line.substring(1, line.length() - 1), section);
                } else if (!line.isBlank() && !line.startsWith("#")) {
                    section.add(line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether anything stands under that heading.
    boolean has(String section) {
        return sections.containsKey(section);
    }

    /// The lines under that heading, at least one.
    List<String> section(String name) {
        List<String> lines = sections.get(name);
        if (lines == null || lines.isEmpty()) {
            throw new IllegalStateException("no [" + name + "] in " + file);
        }
        return lines;
    }
}
