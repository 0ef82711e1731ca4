package io.carteggio.embedded.vault;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names of segment files.
final class SegmentFiles {
    private static final Pattern NAME = Pattern.compile("(\\d{10})\\.seg");

    private SegmentFiles() {}

    static Path path(Path directory, long number) {
        return directory.resolve(String.format(Locale.ROOT, "%010d.seg", number));
    }

    /// Numbers of all segments there are, ascending.
    static List<Long> list(Path directory) throws IOException {
        List<Long> numbers = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Matcher m = NAME.matcher(String.valueOf(file.getFileName()));
                if (m.matches()) {
                    numbers.add(Long.valueOf(m.group(1)));
                }
            }
        }
        Collections.sort(numbers);
        return numbers;
    }

    static void copyTail(Path file, long from, Path to) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(from);
            Files.deleteIfExists(to);
            Files.copy(in, to);
        }
    }
}
