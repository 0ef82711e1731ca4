package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.command.Shell.Said;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Outlook's files and archives of mail, imported by the command.
@Tag("slow")
class HistoryImportTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell() {
        return new Shell(folder.resolve("data"));
    }

    private static byte[] mail(int number) {
        return Shell.mail("a@example.com", "b@example.com", "Letter" + number, "Text " + number)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] mbox(int... numbers) {
        StringBuilder mbox = new StringBuilder();
        for (int n : numbers) {
            mbox.append("From a@example.com Fri Mar  1 12:00:00 2024\n")
                    .append(new String(mail(n), StandardCharsets.US_ASCII))
                    .append('\n');
        }
        return mbox.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] zip(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        }
        return out.toByteArray();
    }

    private byte[] tarGz(Map<String, byte[]> files) throws Exception {
        Path root = Files.createTempDirectory(folder, "tar");
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = root.resolve(file.getKey());
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.write(path, file.getValue());
        }
        Process process = new ProcessBuilder("tar", "-C", root.toString(), "--sort=name", "-cf", "-", ".")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] tar = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(tar);
        }
        return out.toByteArray();
    }

    private Map<String, String> labelsBySubject() {
        Map<String, String> labels = new TreeMap<>();
        for (JsonNode hit :
                shell().done("search", "", "--json", "--limit", "200").lines()) {
            JsonNode letter =
                    shell().done("show", hit.path("id").stringValue(), "--json").json();
            List<String> all = new ArrayList<>();
            letter.path("envelopes").forEach(e -> e.path("labels").forEach(l -> all.add(l.stringValue())));
            labels.put(hit.path("subject").stringValue(), String.join("|", all));
        }
        return labels;
    }

    @Test
    void archivesOfMailAreUnpackedAndTheirFoldersAreLabels() throws Exception {
        Map<String, byte[]> inner = new TreeMap<>(Map.of(
                "box/new/1:2,S",
                mail(5),
                "Sent.mbox",
                mbox(6, 7),
                "third.zip",
                zip(Map.of("x.eml", mail(9))),
                "notes.txt",
                "# nothing".getBytes(StandardCharsets.US_ASCII)));
        Map<String, byte[]> files = new TreeMap<>(Map.of(
                "a.eml",
                mail(1),
                "Inbox/Pröjects/b.eml",
                mail(2),
                "Inbox/../../../evil.eml",
                mail(3),
                "Inbox/All.mbox",
                mbox(4),
                "inner.tar.gz",
                tarGz(inner)));
        Path zip = Files.write(folder.resolve("old.zip"), zip(files));
        Path report = folder.resolve("report.tsv");
        Said said = shell().run("import", zip.toString(), "--json", "--report", report.toString());
        assertThat(said.exit()).as(said.err()).isEqualTo(1);
        JsonNode books = said.json();
        assertThat(books.path("letters").intValue()).isEqualTo(7);
        assertThat(books.path("failed").intValue()).isEqualTo(1);
        assertThat(books.path("skipped").intValue()).isEqualTo(1);
        assertThat(Files.readString(report).replace(folder + "/", "").lines().sorted())
                .containsExactly(
                        "item\twhat\twhy",
                        "old.zip!inner.tar.gz!./notes.txt\tskipped\tno mail",
                        "old.zip!inner.tar.gz!./third.zip\tunreadable\tarchives lie more than 2 deep; unpack the outer ones");
        assertThat(labelsBySubject())
                .isEqualTo(Map.of(
                        "Letter1", "",
                        "Letter2", "Inbox/Pröjects",
                        "Letter3", "Inbox",
                        "Letter4", "Inbox/All",
                        "Letter5", "box",
                        "Letter6", "Sent",
                        "Letter7", "Sent"));
        JsonNode again = shell().run("import", zip.toString(), "--json", "--report", report.toString())
                .json();
        assertThat(again.path("letters").intValue()).isZero();
        assertThat(again.path("evidence").intValue()).isEqualTo(7);
        assertThat(Files.readString(report)).contains("old.zip!a.eml\tevidence\tits letter was in the archive");
        assertThat(shell().done("check").exit()).isZero();
    }

    @Test
    void foldersOfFilesAreLabels() throws Exception {
        Path root = folder.resolve("mail");
        for (String file : List.of("1.eml", "Inbox/2.eml", "md/cur/3", "md/.Sent.Old/cur/4", "T.sbd/5.eml")) {
            Path path = root.resolve(file);
            Files.createDirectories(path.toAbsolutePath().getParent());
            Files.write(path, mail(file.charAt(file.length() - (file.endsWith("l") ? 5 : 1)) - '0'));
        }
        Files.createDirectories(root.resolve("md/new"));
        Files.createDirectories(root.resolve("md/.Sent.Old/new"));
        Files.write(root.resolve("Drafts"), mbox(6));
        shell().done("import", root.toString());
        assertThat(labelsBySubject())
                .isEqualTo(Map.of(
                        "Letter1", "",
                        "Letter2", "Inbox",
                        "Letter3", "md",
                        "Letter4", "md/Sent/Old",
                        "Letter5", "T",
                        "Letter6", "Drafts"));
    }

    @Test
    void damagedArchivesAreNamedAndTheRestIsTaken() throws Exception {
        byte[] good = zip(new TreeMap<>(Map.of("a.eml", mail(1), "b.eml", mail(2), "c.eml", mail(3))));
        byte[] wrongSum = good.clone();
        int sum = indexOf(wrongSum, crc(mail(2)));
        wrongSum[indexOf(wrongSum, crc(mail(2)), sum + 1)] ^= 1; // in the directory at its end
        Files.write(folder.resolve("1.zip"), wrongSum);
        Files.write(folder.resolve("2.zip"), java.util.Arrays.copyOf(good, good.length / 2));
        byte[] tar = tarGz(new TreeMap<>(Map.of("d.eml", mail(4), "e.eml", mail(5))));
        Files.write(folder.resolve("3.tgz"), java.util.Arrays.copyOf(tar, tar.length - 30));
        Files.write(folder.resolve("4.pst"), "!BDN and no more".getBytes(StandardCharsets.US_ASCII));
        Files.write(folder.resolve("5.msg"), new byte[700]);
        Files.write(folder.resolve("6.eml"), mail(6));
        List<String> arguments = new ArrayList<>(List.of("import", "--json"));
        for (String name : List.of("1.zip", "2.zip", "3.tgz", "4.pst", "5.msg", "6.eml")) {
            arguments.add(folder.resolve(name).toString());
        }
        Said said = shell().run(arguments.toArray(String[]::new));
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err())
                .contains("1.zip!b.eml: damaged or encrypted: its sum is wrong")
                .contains("2.zip: no zip, or a damaged one")
                .contains("cannot be read: " + folder.resolve("3.tgz"))
                .contains("4.pst: it ends before")
                .contains("5.msg: no compound file")
                .doesNotContain("Exception: Exception");
        assertThat(said.json().path("failed").intValue()).isEqualTo(5);
        assertThat(said.json().path("letters").intValue()).isGreaterThanOrEqualTo(3);
    }

    private static byte[] crc(byte[] octets) {
        CRC32 crc = new CRC32();
        crc.update(octets);
        long value = crc.getValue();
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    }

    private static int indexOf(byte[] in, byte[] what) {
        return indexOf(in, what, 0);
    }

    private static int indexOf(byte[] in, byte[] what, int from) {
        for (int i = from; i <= in.length - what.length; i++) {
            if (java.util.Arrays.equals(in, i, i + what.length, what, 0, what.length)) {
                return i;
            }
        }
        throw new AssertionError("not there");
    }

    /// 300 MB of blanks in a zip of 300 KB in a zip: it is not unpacked to its end, and nothing of it stays.
    @Test
    void anArchiveThatUnpacksToTooMuchIsLeftAlone() throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] blanks = new byte[1024 * 1024];
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("bomb.eml"));
            for (int i = 0; i < 300; i++) {
                zip.write(blanks);
            }
            zip.closeEntry();
            zip.putNextEntry(new ZipEntry("after.eml"));
            zip.write(mail(2));
            zip.closeEntry();
        }
        Map<String, byte[]> files =
                new TreeMap<>(Map.of("1.eml", mail(1), "2.zip", out.toByteArray(), "3.eml", mail(3)));
        Path bomb = Files.write(folder.resolve("bomb.zip"), zip(files));
        Said said = shell().run("import", bomb.toString(), "--json");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err()).contains("it unpacks to more than 100 times its size");
        assertThat(said.json().path("letters").intValue()).isEqualTo(1);
    }

    @Test
    void theMsgFilesOfTheCorpusBecomeLetters() throws Exception {
        Path corpus = Shell.corpus().resolve("msg");
        Path report = folder.resolve("report.tsv");
        Said said = shell().run("import", corpus.toString(), "--json", "--report", report.toString());
        JsonNode books = said.json();
        assertThat(books.path("received").intValue()).isEqualTo(27);
        assertThat(books.path("letters").intValue()).isEqualTo(26); // two files are of the same item
        assertThat(books.path("evidence").intValue()).isEqualTo(1);
        assertThat(books.path("skipped").intValue()).isEqualTo(2);
        assertThat(books.path("failed").intValue()).isZero();
        assertThat(Files.readString(report))
                .contains("testMSG_Appointment.msg\tskipped\tno mail but IPM.Appointment")
                .contains("testMSG_Task.msg\tskipped\tno mail but IPM.Task");
        JsonNode again = shell().run("import", corpus.toString(), "--json").json();
        assertThat(again.path("letters").intValue()).as("the same octets again").isZero();
        assertThat(again.path("evidence").intValue()).isEqualTo(27);
    }

    @Test
    void thePstFilesOfTheCorpusBecomeLettersWithTheirFolders() throws Exception {
        Path corpus = Shell.corpus().resolve("pst");
        Path report = folder.resolve("report.tsv");
        Said said = shell().run("import", corpus.toString(), "--json", "--report", report.toString());
        JsonNode books = said.json();
        assertThat(said.err()).doesNotContain("fault of this program");
        assertThat(books.path("failed").intValue()).isZero();
        assertThat(books.path("received").intValue() + books.path("skipped").intValue())
                .isEqualTo(PST_ITEMS);
        assertThat(books.path("letters").intValue() + books.path("evidence").intValue())
                .isEqualTo(books.path("received").intValue());
        assertThat(books.path("letters").intValue()).isEqualTo(9);
        JsonNode again = shell().run("import", corpus.toString(), "--json").json();
        assertThat(again.path("letters").intValue()).as("the same octets again").isZero();
        assertThat(again.path("evidence").intValue())
                .isEqualTo(books.path("received").intValue());
        assertThat(labelsBySubject().values()).as("from both times").contains("Sample1|Sample1");
        JsonNode letter = shell().done(
                        "show",
                        shell().done("search", "", "--json", "--limit", "1")
                                .lines()
                                .getFirst()
                                .path("id")
                                .stringValue(),
                        "--json")
                .json();
        assertThat(letter.path("envelopes").get(0).path("recomposed").stringValue())
                .isEqualTo("pst");
    }

    /// As libpst counts them, folder by folder (`OutlookCorpusTest`).
    private static final int PST_ITEMS = 12;
}
