package io.carteggio.server.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// What tamperers do to a data directory, octet by octet and row by row.
final class Tampering {
    private Tampering() {}

    /// What a tamperer does with a copy.
    @FunctionalInterface
    interface Deed {
        void to(Path data) throws Exception;
    }

    /// Where a frame and its records lie in a segment file that was never compacted.
    record FrameAt(long number, int at, int length, List<RecordAt> records) {}

    record RecordAt(int type, int at, int length) {}

    static Path segment(Path data, int number) {
        return data.resolve(String.format(Locale.ROOT, "vault/%010d.seg", number));
    }

    static Path sidecar(Path data, int number) {
        return data.resolve(String.format(Locale.ROOT, "vault/%010d.keys", number));
    }

    static Path sidecarCopy(Path data, int number) {
        return data.resolve(String.format(Locale.ROOT, "vault/%010d.keys.copy", number));
    }

    /// @param at negative: so far before the end
    static void flip(Path file, int at) throws IOException {
        flip(file, at, 0x10);
    }

    static void flip(Path file, int at, int bits) throws IOException {
        byte[] octets = Files.readAllBytes(file);
        octets[at < 0 ? octets.length + at : at] ^= (byte) bits;
        Files.write(file, octets);
    }

    static List<FrameAt> frames(byte[] octets) {
        ByteBuffer b = ByteBuffer.wrap(octets);
        List<FrameAt> frames = new ArrayList<>();
        int at = 104 + b.getInt(88);
        while (at + 64 < octets.length && new String(octets, at, 4, ISO_8859_1).equals("FRM2")) {
            int n = b.getShort(at + 6);
            int from = at + 68 + 48 * n;
            List<RecordAt> records = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                int length = (int) b.getLong(at + 64 + 48 * i + 8);
                records.add(new RecordAt(b.get(at + 64 + 48 * i), from, length));
                from += length;
            }
            frames.add(new FrameAt(b.getLong(at + 8), at, (int) b.getLong(at + 16), records));
            at += (int) b.getLong(at + 16);
        }
        return frames;
    }

    static FrameAt frame(Path file, long number) throws IOException {
        return frames(Files.readAllBytes(file)).stream()
                .filter(f -> f.number() == number)
                .findFirst()
                .orElseThrow();
    }

    static Deed sql(String... statements) {
        return data -> {
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("catalogue.db"));
                    Statement statement = connection.createStatement()) {
                int changed = 0;
                for (String one : statements) {
                    changed += statement.executeUpdate(one);
                }
                assertThat(changed).as(String.join("; ", statements)).isPositive();
            }
        };
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copied = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copied);
                } else if (Files.isRegularFile(file)) {
                    Files.copy(file, copied, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }
}
