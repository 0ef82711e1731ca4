package io.carteggio.server.archive;

import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Alarms;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How many mails a size limit kept out, for each source (P3: `refused`). They are no arrivals, so they stand
/// in no vault and no rebuild brings the numbers back; they are forced to a small file of their own. Safe for
/// many threads.
public final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final Path file;
    private final Alarms alarms;
    private final Map<String, Long> counts = new TreeMap<>();

    private Refusals(Path file, Alarms alarms) {
        this.file = file;
        this.alarms = alarms;
    }

    static Refusals in(Path file, Alarms alarms) throws IOException {
        Refusals refusals = new Refusals(file, alarms);
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                int tab = line.lastIndexOf('\t');
                refusals.counts.put(line.substring(0, tab), Long.parseLong(line.substring(tab + 1)));
            }
        }
        return refusals;
    }

    /// Counts one and raises the alarm: this mail is in nobody's archive.
    public synchronized void count(String source, long bytes, String peer) {
        counts.merge(source, 1L, Long::sum);
        alarms.raise(
                AlarmKind.REFUSED,
                source,
                "A mail of " + bytes + " octets or more from " + peer
                        + " was refused for its size and is not archived.");
        String lines = counts.entrySet().stream()
                .map(e -> e.getKey() + "\t" + e.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            DurableFiles.write(file, lines.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.error("the count of refused mails could not be written; it stands in memory until it can", e);
        }
    }

    /// Mails refused, by source.
    public synchronized Map<String, Long> all() {
        return Map.copyOf(counts);
    }
}
