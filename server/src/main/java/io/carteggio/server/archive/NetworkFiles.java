package io.carteggio.server.archive;

import io.carteggio.archive.authenticity.NetworkList;
import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Alarms;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The lists of networks that are in force: an administrator's file in the data directory, else the one that
/// comes with the program. A file that changed counts with the next mail. Safe for many threads.
///
/// A file that cannot be understood counts as if it were not there, with an alarm: the mail of a source must
/// not all go into quarantine for a slip of the pen.
public final class NetworkFiles {
    /// No file is larger.
    static final int FILE_BYTES = 1 << 20;

    private final Path directory;
    private final Alarms alarms;

    // Guarded by this.
    private final Map<String, Version> read = new HashMap<>();
    private final Map<String, String> faults = new HashMap<>();
    private NetworkLists lists = NetworkLists.SHIPPED;

    /// Which state of a file was read.
    private record Version(FileTime modified, long bytes, Object key) {}

    NetworkFiles(Path directory, Alarms alarms) {
        this.directory = directory;
        this.alarms = alarms;
    }

    /// Where an administrator's list of this name lies.
    public Path file(String name) {
        return directory.resolve(name + ".txt");
    }

    /// The lists as they are now.
    public synchronized NetworkLists inForce() {
        for (String name : NetworkLists.NAMES) {
            Optional<Version> now = version(file(name));
            if (!now.equals(Optional.ofNullable(read.get(name)))) {
                now.ifPresentOrElse(version -> read.put(name, version), () -> read.remove(name));
                load(name, now.isPresent());
            }
        }
        return lists;
    }

    /// Why an administrator's file does not count, by its list.
    public synchronized Map<String, String> faults() {
        inForce();
        return Map.copyOf(faults);
    }

    private static Optional<Version> version(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty(); // most have none, and an exception would cost each mail more than the question
        }
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            Object key = Optional.ofNullable(attributes.fileKey());
            return Optional.of(new Version(attributes.lastModifiedTime(), attributes.size(), key));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(new Version(FileTime.fromMillis(0), -1, "")); // there, and not readable: load says so
        }
    }

    private synchronized void load(String name, boolean own) {
        Map<String, NetworkList> now = new HashMap<>(lists.byName());
        faults.remove(name);
        now.put(name, NetworkLists.SHIPPED.named(name).orElseThrow());
        if (own) {
            try {
                now.put(name, NetworkList.parse(text(file(name)), file(name).toString()));
            } catch (IOException | IllegalArgumentException e) {
                String why = "The list of networks in " + file(name) + " is not understood, and the one that came with"
                        + " the program counts: " + e.getMessage();
                faults.put(name, why);
                alarms.raise(AlarmKind.AUTHENTICITY, "networks", why + ".");
            }
        }
        lists = new NetworkLists(now);
    }

    private static String text(Path file) throws IOException {
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(FILE_BYTES + 1);
        }
        if (octets.length > FILE_BYTES) {
            throw new IOException("it is larger than " + FILE_BYTES + " octets");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8", e);
        }
    }
}
