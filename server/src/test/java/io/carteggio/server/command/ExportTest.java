package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import io.carteggio.server.command.Shell.Said;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// What comes out is what went in (P2), in every form of export.
class ExportTest {
    /// Mails that are hard on mailboxes, and the empty one.
    private static final List<String> MAILS = List.of(
            Shell.mail("a@x", "b@x", "Plain", "text"),
            "Subject: no line break at the end\n\nFrom here on",
            "Subject: quoted\n\nFrom a\n>From b\n>>From c\nFrom ",
            "Subject: ends in blank lines\n\ntext\n\n\n",
            "Subject: bare CR\rX: y\r\rtext\r",
            "Subject: NUL\n\n\0\n",
            "From a@x Fri Mar  1 12:00:00 2024\nSubject: with a From line\n\ntext",
            "no header at all",
            "\n\n\n",
            "");

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void letters() throws Exception {
        shell = new Shell(folder.resolve("data"));
        for (int i = 0; i < MAILS.size(); i++) {
            Shell.write(folder.resolve("in/" + i + ".eml"), MAILS.get(i));
        }
        shell.done("import", folder.resolve("in").toString());
    }

    private static Set<String> sums(Path folder, String suffix) throws IOException {
        Set<String> sums = new TreeSet<>();
        for (Path file : Shell.filesBelow(folder)) {
            if (file.toString().endsWith(suffix)) {
                sums.add(Sha256.of(Files.readAllBytes(file)).toString());
            }
        }
        return sums;
    }

    private Set<String> expected() throws IOException {
        return sums(folder.resolve("in"), ".eml");
    }

    private static Set<String> listed(List<String> manifest) {
        assertThat(manifest.getFirst()).isEqualTo("id\tsha256\tbytes\tdate\tfile");
        Set<String> sums = new TreeSet<>();
        manifest.stream().skip(1).forEach(line -> sums.add(line.split("\t", -1)[1]));
        return sums;
    }

    @Test
    void aFolderOfFiles() throws Exception {
        Path out = folder.resolve("out");
        JsonNode said = shell.done("export", "--to", out.toString(), "--json").json();
        assertThat(said.path("letters").intValue()).isEqualTo(MAILS.size());
        assertThat(sums(out, ".eml")).isEqualTo(expected());
        assertThat(listed(Files.readAllLines(out.resolve("manifest.tsv")))).isEqualTo(expected());
        assertThat(Shell.filesBelow(out)).hasSize(MAILS.size() + 1);
    }

    @Test
    void aZip() throws Exception {
        Path out = folder.resolve("out.zip");
        shell.done("export", "--to", out.toString(), "--format", "zip");
        Set<String> sums = new TreeSet<>();
        List<String> manifest = new ArrayList<>();
        try (ZipFile zip = new ZipFile(out.toFile())) {
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry entry = all.nextElement();
                try (InputStream in = zip.getInputStream(entry)) {
                    byte[] bytes = in.readAllBytes();
                    if (entry.getName().equals("manifest.tsv")) {
                        new String(bytes, StandardCharsets.UTF_8).lines().forEach(manifest::add);
                    } else {
                        sums.add(Sha256.of(bytes).toString());
                    }
                }
            }
        }
        assertThat(sums).isEqualTo(expected());
        assertThat(listed(manifest)).isEqualTo(expected());
    }

    @ParameterizedTest
    @ValueSource(strings = {"eml", "mbox"})
    void whatWasExportedMakesTheSameArchive(String format) throws Exception {
        Path out = folder.resolve("out." + format);
        shell.done("export", "--to", out.toString(), "--format", format);
        Shell other = new Shell(folder.resolve("other"));
        other.done("import", out.toString());
        Path back = folder.resolve("back");
        other.done("export", "--to", back.toString());
        assertThat(sums(back, ".eml")).isEqualTo(expected());
    }

    @Test
    void anExportGoesOnWhereItStopped() throws Exception {
        Path out = folder.resolve("out");
        shell.done("export", "--to", out.toString());
        List<Path> files = Shell.filesBelow(out).stream()
                .filter(f -> f.toString().endsWith(".eml"))
                .toList();
        FileTime old = FileTime.fromMillis(1_000_000_000_000L);
        for (Path file : files) {
            Files.setLastModifiedTime(file, old);
        }
        Path manifest = out.resolve("manifest.tsv");
        String lines = Files.readString(manifest);
        // As a crash may leave it: a file without its line, half a line, a file cut short, a file that is missing.
        String last = lines.lines().toList().getLast();
        Files.writeString(manifest, lines.substring(0, lines.length() - last.length() / 2));
        Path cut = files.stream()
                .filter(f -> f.toFile().length() > 20 && !last.endsWith(String.valueOf(f.getFileName())))
                .findFirst()
                .orElseThrow();
        Files.writeString(cut, "Subject: ");
        Path missing = files.stream().filter(f -> !f.equals(cut)).findFirst().orElseThrow();
        Files.delete(missing);

        JsonNode said = shell.done("export", "--to", out.toString(), "--json").json();
        assertThat(said.path("letters").intValue()).isEqualTo(MAILS.size());
        assertThat(said.path("thereBefore").intValue()).isEqualTo(MAILS.size() - 2);
        assertThat(sums(out, ".eml")).isEqualTo(expected());
        assertThat(listed(Files.readAllLines(manifest))).isEqualTo(expected());
        assertThat(Files.readAllLines(manifest)).doesNotHaveDuplicates();
        long untouched = files.stream()
                .filter(f -> f.toFile().lastModified() == old.toMillis())
                .count();
        assertThat(untouched).isEqualTo(MAILS.size() - 2);
    }

    @Test
    void whatIsNotOursIsNotOverwritten() throws Exception {
        Path mine = Shell.write(folder.resolve("mine/letter.txt"), "mine");
        for (String format : List.of("mbox", "zip", "eml")) {
            Said said = shell.run("export", "--to", mine.toString(), "--format", format);
            assertThat(said.exit()).isEqualTo(1);
            assertThat(said.err().lines()).hasSize(1);
        }
        Said said = shell.run("export", "--to", folder.resolve("mine").toString());
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err()).contains("holds no export");
        assertThat(Shell.filesBelow(folder.resolve("mine"))).containsExactly(mine);
        assertThat(mine).hasContent("mine");
    }

    @Test
    void aFileInTheWayIsNamed() throws Exception {
        Path out = folder.resolve("out");
        shell.done("export", "--to", out.toString());
        Path manifest = out.resolve("manifest.tsv");
        List<String> lines = Files.readAllLines(manifest);
        Files.writeString(manifest, String.join("\n", lines.subList(0, lines.size() - 1)) + "\n");
        Path file = out.resolve(lines.getLast().split("\t", -1)[4]);
        Files.writeString(file, "somebody else's");
        Said said = shell.run("export", "--to", out.toString());
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err()).contains(file.toString()).contains("in the way");
        assertThat(file).hasContent("somebody else's");
    }

    @Test
    void aQueryNarrowsAnExport() throws Exception {
        Path out = folder.resolve("out");
        shell.done("export", "subject:plain", "--to", out.toString());
        assertThat(sums(out, ".eml")).hasSize(1);
        assertThat(shell.run("export", "subject:", "--to", folder.resolve("bad").toString())
                        .exit())
                .isIn(0, 2);
    }
}
