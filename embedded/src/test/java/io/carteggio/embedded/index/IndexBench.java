package io.carteggio.embedded.index;

import com.sun.management.OperatingSystemMXBean;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.LetterHeader;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.Mailbox;
import io.carteggio.mail.mime.ReadLimits;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.index.IndexableField;

/// What the index costs: the whole road from bytes to searchable, in CPU seconds of the whole process, and
/// where the octets go. A program, not a test; run by hand:
///
/// ```
/// java -cp … io.carteggio.embedded.index.IndexBench MODE FOLDER-OF-MAILS FOLDER-FOR-THE-INDEX
/// ```
///
/// `MODE` is how far it goes, each stage with all before it, so that differences tell what one costs: `load`
/// reads the files, `parse` the letters, `make` their documents, `analyse` their words, `index` does all of it.
final class IndexBench {
    private static final int BATCH = 2_000;
    private static final int COMMIT = 10_000;
    private static final long SHOW_NANOS = 1_000_000_000;

    private IndexBench() {}

    public static void main(String[] args) throws Exception {
        String mode = args[0];
        List<Path> files;
        try (Stream<Path> walk = Files.walk(Path.of(args[1]))) {
            files = walk.filter(Files::isRegularFile).sorted().toList();
        }
        Path folder = Path.of(args[2]);
        delete(folder);
        long rawBytes = 0;
        long startCpu = cpuNanos();
        long start = System.nanoTime();
        long sink = 0;
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            List<LetterDocument> batch = new ArrayList<>();
            int unforced = 0;
            long shown = System.nanoTime();
            for (int i = 0; i < files.size(); i++) {
                byte[] octets = Files.readAllBytes(files.get(i));
                rawBytes += octets.length;
                Content mail = Content.owning(octets, octets.length);
                switch (mode) {
                    case "load" -> sink += octets.length;
                    case "parse" ->
                        sink += LetterReader.read(mail, ReadLimits.DEFAULT)
                                .searchText()
                                .length();
                    case "make" ->
                        sink += DocumentMaker.of(document(i + 1, mail), Optional.empty())
                                .getFields()
                                .size();
                    case "analyse" -> sink += words(document(i + 1, mail));
                    case "index" -> {
                        batch.add(document(i + 1, mail));
                        if (batch.size() == BATCH || i == files.size() - 1) {
                            index.put(batch);
                            unforced += batch.size();
                            batch.clear();
                            if (System.nanoTime() - shown > SHOW_NANOS) { // as the indexer does
                                index.show();
                                shown = System.nanoTime();
                            }
                            if (unforced >= COMMIT) {
                                index.commit();
                                unforced = 0;
                            }
                        }
                    }
                    default -> throw new IllegalArgumentException(mode);
                }
            }
            index.commit();
            rest(index);
        }
        double cpu = (cpuNanos() - startCpu) / 1e9;
        double wall = (System.nanoTime() - start) / 1e9;
        PrintStream out = System.out;
        out.printf(
                Locale.ROOT,
                "%-8s %d mails %.1f MB: %.3f ms CPU a mail, %.0f mails per CPU-second; wall %.1f s (%d)%n",
                mode,
                files.size(),
                rawBytes / 1e6,
                cpu * 1000 / files.size(),
                files.size() / cpu,
                wall,
                sink);
        threads(out, files.size());
        if (mode.equals("index")) {
            sizes(out, folder, rawBytes);
        }
    }

    /// What the indexer does when nothing comes any more.
    private static void rest(LuceneIndex index) throws Exception {
        while (index.settle()) {
            Thread.sleep(50);
        }
    }

    /// As a report of this letter would vouch for it.
    private static LetterDocument document(long number, Content mail) throws IOException {
        LetterHeader header = LetterReader.header(mail);
        List<String> lines = new ArrayList<>();
        header.to().forEach(m -> lines.add("to:" + plain(m)));
        header.cc().forEach(m -> lines.add("cc:" + plain(m)));
        Testimony testimony = Samples.testimony(
                Samples.NOON.plusSeconds(number),
                header.from().stream().findFirst().map(IndexBench::plain).orElse(""),
                lines.toArray(String[]::new));
        return Samples.letter(number, mail, testimony);
    }

    private static String plain(Mailbox mailbox) {
        Address address = mailbox.address();
        String raw = address.raw().replace('<', '_').replace('~', '_');
        return raw.isEmpty() ? "nobody" : raw;
    }

    private static long words(LetterDocument letter) throws IOException {
        long count = 0;
        for (IndexableField field : DocumentMaker.of(letter, Optional.empty()).getFields()) {
            if (field.fieldType().tokenized() && field.tokenStream(Words.INDEX, null) != null) {
                try (TokenStream words = field.tokenStream(Words.INDEX, null)) {
                    words.reset();
                    while (words.incrementToken()) {
                        count++;
                    }
                    words.end();
                }
            }
        }
        return count;
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /// Milliseconds of CPU a mail by kind of thread, compiler and collector included (Linux only).
    private static void threads(PrintStream out, int mails) throws IOException {
        TreeMap<String, Long> ticks = new TreeMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            for (Path task : tasks.toList()) {
                String stat = Files.readString(task.resolve("stat"));
                String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
                String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                ticks.merge(
                        name.replaceAll("[#0-9].*", ""),
                        Long.parseLong(rest[11]) + Long.parseLong(rest[12]),
                        Long::sum);
            }
        }
        ticks.values().removeIf(n -> n * 10.0 / mails < 0.002); // a tick is 10 ms
        ticks.forEach((name, n) -> out.printf(Locale.ROOT, "  %s %.3f", name, n * 10.0 / mails));
        out.println();
    }

    private static void sizes(PrintStream out, Path folder, long rawBytes) throws IOException {
        TreeMap<String, Long> byKind = new TreeMap<>();
        long all = 0;
        int segments = 0;
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                long size = Files.size(file);
                byKind.merge(name.replaceAll("^[^.]*", ""), size, Long::sum);
                segments += name.endsWith(".si") ? 1 : 0;
                all += size;
            }
        }
        out.printf(Locale.ROOT, "%.4f of raw, %d segments:", all / (double) rawBytes, segments);
        byKind.forEach((kind, size) -> out.printf(Locale.ROOT, " %s %.4f", kind, size / (double) rawBytes));
        out.println();
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> walk = Files.walk(folder)) {
                for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
