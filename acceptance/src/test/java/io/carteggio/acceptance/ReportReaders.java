package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;

/// Two readers of MIME that are not ours, Python's email and Perl's Email::MIME, on reports in a directory.
final class ReportReaders {
    private static final Path TESTS = Program.root().resolve("acceptance/src/test");

    private ReportReaders() {}

    /// What a reader finds in a report.
    ///
    /// @param defects what it finds wrong
    /// @param parts the types of its parts
    /// @param lines of the envelope part
    /// @param original the sum of the attached message
    record Reading(List<String> defects, List<String> parts, List<String> lines, Sha256 original) {
        Reading {
            defects = List.copyOf(defects);
            parts = List.copyOf(parts);
            lines = List.copyOf(lines);
        }

        /// The value of the one line with this name.
        String value(String name) {
            return lines.stream()
                    .filter(line -> line.startsWith(name + ": "))
                    .map(line -> line.substring(name.length() + 2))
                    .findFirst()
                    .orElse("");
        }

        /// The lines that name recipients.
        List<String> recipients() {
            return lines.stream()
                    .filter(line -> line.matches("(?:To|Cc|Bcc|Recipient): .*"))
                    .toList();
        }
    }

    static void need() {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/usr/share/perl5/Email/MIME.pm")), "skipped: Perl's Email::MIME is not here");
    }

    static Map<String, Reading> python(Path reports) throws IOException, InterruptedException {
        return read("/usr/bin/python3", TESTS.resolve("python/read_reports.py"), reports);
    }

    static Map<String, Reading> perl(Path reports) throws IOException, InterruptedException {
        return read("/usr/bin/perl", TESTS.resolve("perl/read_reports.pl"), reports);
    }

    /// What both find in each report, once it is the same and nothing is wrong.
    static Map<String, Reading> agreed(Path reports) throws IOException, InterruptedException {
        need();
        Map<String, Reading> python = python(reports);
        assertThat(perl(reports)).as("what Perl reads is what Python reads").isEqualTo(python);
        assertThat(python.values()).allSatisfy(reading -> {
            assertThat(reading.defects()).isEmpty();
            assertThat(reading.parts()).containsExactly("text/plain", "message/rfc822");
        });
        return python;
    }

    /// Fetches a mailbox by IMAP into a directory.
    static void fetch(int imap, String user, Path into) throws IOException, InterruptedException {
        OwnProcesses.run(List.of(
                "/usr/bin/python3",
                TESTS.resolve("python/fetch_mailbox.py").toString(),
                Integer.toString(imap),
                user,
                into.toString()));
    }

    private static Map<String, Reading> read(String interpreter, Path script, Path reports)
            throws IOException, InterruptedException {
        Map<String, List<String>> byFile = new TreeMap<>();
        List<String> current = new ArrayList<>();
        for (String line : OwnProcesses.run(List.of(interpreter, script.toString(), reports.toString()))
                .split("\n", -1)) {
            if (line.startsWith("FILE ")) {
                current = byFile.computeIfAbsent(line.substring(5), name -> new ArrayList<>());
            } else if (!line.isEmpty()) {
                current.add(line);
            }
        }
        Map<String, Reading> readings = new TreeMap<>();
        byFile.forEach((name, lines) -> readings.put(
                name,
                new Reading(
                        after("DEFECT ", lines),
                        after("PART ", lines),
                        after("LINE ", lines),
                        Sha256.parse(after("ORIGINAL ", lines).getFirst().split(" ", -1)[1]))));
        return readings;
    }

    private static List<String> after(String word, List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(word))
                .map(line -> line.substring(word.length()))
                .toList();
    }
}
