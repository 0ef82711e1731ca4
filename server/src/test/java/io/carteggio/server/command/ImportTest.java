package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.Disposition;
import io.carteggio.embedded.spool.Spools;
import io.carteggio.mail.Sha256;
import io.carteggio.server.command.Shell.Said;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.PeerGoneException;
import io.carteggio.server.local.Reply;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class ImportTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell() {
        return new Shell(folder.resolve("data"));
    }

    private static String mail(int number) {
        return Shell.mail("a@example.com", "b@example.com", "Letter " + number, "Text " + number);
    }

    private static void gzip(Path file, String text) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    /// What a walk says of a folder: `item` for a mail, `-file` for what is skipped, `!file` for what cannot be read.
    private List<String> found(Path... paths) throws IOException {
        List<String> found = new ArrayList<>();
        MailFiles files = new MailFiles(
                new MailFiles.Finder() {
                    @Override
                    public boolean wants(String item, String stamp) {
                        return true;
                    }

                    @Override
                    public void mail(MailFiles.Mail mail) throws IOException {
                        try (InputStream in = mail.opener().open()) {
                            found.add(inside(mail.item()) + " " + in.readAllBytes().length);
                        }
                    }

                    @Override
                    public void skipped(String item, String why) {
                        found.add("-" + inside(item));
                    }

                    @Override
                    public void failed(String item, IOException why) {
                        found.add("!" + inside(item));
                    }
                },
                Spools.in(folder.resolve("scratch"), 1024 * 1024));
        for (Path path : paths) {
            files.find(path);
        }
        return found;
    }

    private String inside(String item) {
        return item.replace(folder + "/", "");
    }

    @Test
    void mailIsFoundInAllItsForms() throws Exception {
        String one = mail(1);
        int size = one.length();
        String two =
                "From a@example.com Fri Mar  1 12:00:00 2024\n" + one + "\nFrom b@x Fri Mar  1 12:00:01 2024\n" + one;
        Shell.write(folder.resolve("m/a.eml"), one);
        Shell.write(folder.resolve("m/b.eml"), "From a@example.com Fri Mar  1 12:00:00 2024\n" + one);
        Shell.write(folder.resolve("m/c.eml"), "");
        Shell.write(folder.resolve("m/d"), one);
        Shell.write(folder.resolve("m/e.mbox"), two);
        Shell.write(folder.resolve("m/f-mbox-by-its-first-line"), two);
        Shell.write(folder.resolve("m/g.txt"), "# no mail\nat all");
        Shell.write(folder.resolve("m/h.mbox"), "");
        gzip(folder.resolve("m/i.eml.gz"), one);
        gzip(folder.resolve("m/j.mbox.gz"), two);
        Shell.write(folder.resolve("m/k.eml.gz"), "this is not gzip");
        Shell.write(folder.resolve("m/l/cur/1:2,S"), one);
        Shell.write(folder.resolve("m/l/new/2"), one);
        Shell.write(folder.resolve("m/l/tmp/3"), one);
        Shell.write(folder.resolve("m/l/dovecot-uidlist"), "X: no mail");
        Shell.write(folder.resolve("m/l/.Sent/cur/4"), one);
        Files.createDirectories(folder.resolve("m/l/.Sent/new"));
        Files.createSymbolicLink(folder.resolve("m/loop"), folder.resolve("m"));
        int withFromLine = size + "From a@example.com Fri Mar  1 12:00:00 2024\n".length();
        assertThat(found(folder.resolve("m")))
                .containsExactly(
                        "m/a.eml " + size,
                        "m/b.eml " + withFromLine,
                        "m/c.eml 0",
                        "m/d " + size,
                        "m/e.mbox#1 " + size,
                        "m/e.mbox#2 " + size,
                        "m/f-mbox-by-its-first-line#1 " + size,
                        "m/f-mbox-by-its-first-line#2 " + size,
                        "-m/g.txt",
                        "m/i.eml.gz " + size,
                        "m/j.mbox.gz#1 " + size,
                        "m/j.mbox.gz#2 " + size,
                        "!m/k.eml.gz",
                        "m/l/.Sent/cur/4 " + size,
                        "m/l/cur/1:2,S " + size,
                        "-m/l/dovecot-uidlist",
                        "m/l/new/2 " + size,
                        "-m/loop");
        assertThat(found(folder.resolve("m/g.txt"))).as("named by the user").containsExactly("m/g.txt 16");
        assertThat(found(folder.resolve("nothing"))).containsExactly("!nothing");
    }

    @Test
    void aMessageLargerThanTheReadAheadComesWhole() throws Exception {
        String large = Shell.mail("a@x", "b@x", "Large", "0123456789abcde\n".repeat(40_000));
        Shell.write(
                folder.resolve("large.mbox"),
                "From a@x Fri Mar  1 12:00:00 2024\n" + large + "\nFrom a@x Fri Mar  1 12:00:00 2024\n" + mail(1));
        assertThat(found(folder.resolve("large.mbox")))
                .containsExactly("large.mbox#1 " + large.length(), "large.mbox#2 " + mail(1).length());
        JsonNode books = shell().done("import", folder.resolve("large.mbox").toString(), "--json")
                .json();
        assertThat(books.path("letters").intValue()).isEqualTo(2);
        assertThat(books.path("rawBytes").intValue()).isEqualTo(large.length() + mail(1).length());
    }

    @Test
    void whatCannotBeReadIsNamedAndTheRestIsTaken() throws Exception {
        Shell.write(folder.resolve("m/a.eml"), mail(1));
        byte[] cut = cutGzip();
        Files.write(folder.resolve("m/b.eml.gz"), cut);
        Shell.write(folder.resolve("m/c.eml"), mail(2));
        Shell.write(folder.resolve("m/d.txt"), "no mail");
        Said said = shell().run(
                        "import",
                        folder.resolve("m").toString(),
                        folder.resolve("missing").toString(),
                        "--json");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err())
                .contains("cannot be read: " + folder.resolve("m/b.eml.gz"))
                .contains("cannot be read: " + folder.resolve("missing"))
                .contains("skipped: " + folder.resolve("m/d.txt"));
        assertThat(said.json().path("received").intValue()).isEqualTo(2);
        assertThat(said.json().path("failed").intValue()).isEqualTo(2);
        assertThat(said.json().path("skipped").intValue()).isEqualTo(1);
        shell().done("check");
    }

    /// A mail that is readable at its beginning and then breaks off.
    private static byte[] cutGzip() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            byte[] noise = new byte[100_000];
            new java.util.Random(1).nextBytes(noise);
            gzip.write(mail(9).getBytes(StandardCharsets.ISO_8859_1));
            gzip.write(noise);
        }
        return java.util.Arrays.copyOf(out.toByteArray(), 60_000);
    }

    /// An archive that takes some mails and then is gone.
    private static final class Failing implements Access {
        private final List<String> taken = Collections.synchronizedList(new ArrayList<>());
        private final int until;

        Failing(int until) {
            this.until = until;
        }

        @Override
        public Outcome call(String operation, ObjectNode params, InputStream body, Reply reply) throws IOException {
            body.readAllBytes();
            synchronized (taken) {
                if (taken.size() == until) {
                    throw new PeerGoneException("the peer went away");
                }
                taken.add(params.path("item").stringValue());
            }
            reply.line(
                    Json.object().put("disposition", "letters").put("fresh", 1).put("rawBytes", 10));
            return Outcome.DONE;
        }

        @Override
        public void close() {}
    }

    private static ImportReport noReport() throws IOException {
        return ImportReport.open(java.util.Optional.empty(), false);
    }

    private static Console console() {
        PrintStream none = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        return new Console(new ByteArrayInputStream(new byte[0]), none, none, Map.of(), false);
    }

    @Test
    void anInterruptedImportGoesOnWhereItStopped() throws Exception {
        for (int i = 0; i < 100; i++) {
            Shell.write(folder.resolve("m/%03d.eml".formatted(i)), mail(i));
        }
        Path imports = folder.resolve("imports");
        List<String> words = List.of("import", folder.toString());
        Failing first = new Failing(40);
        try (ImportProgress progress = ImportProgress.open(imports, words)) {
            var result = new ImportRun(
                            first, "s", progress, new ProgressLine(console(), "mails", 0), noReport(), console())
                    .run(files(folder.resolve("m")), folder.resolve("scratch"));
            assertThat(result.stopped()).isPresent();
        }
        try (var file = new java.io.RandomAccessFile(imports.toFile().listFiles()[0], "rw")) {
            file.seek(file.length());
            file.write(new byte[20]); // what a crash leaves of a record
        }
        Shell.write(folder.resolve("m/000-new.eml"), mail(1000)); // before what was done, and yet not missed
        Shell.write(folder.resolve("m/001.eml"), mail(1001) + "changed"); // done, and changed since

        Failing second = new Failing(Integer.MAX_VALUE);
        try (ImportProgress progress = ImportProgress.open(imports, words)) {
            assertThat(progress.doneBefore()).isEqualTo(40);
            var result = new ImportRun(
                            second, "s", progress, new ProgressLine(console(), "mails", 0), noReport(), console())
                    .run(files(folder.resolve("m")), folder.resolve("scratch"));
            assertThat(result.stopped()).isEmpty();
            assertThat(progress.tally().account("s").received()).isEqualTo(40 + second.taken.size());
            progress.complete();
        }
        List<String> doneTwice = new ArrayList<>(first.taken);
        doneTwice.retainAll(second.taken);
        assertThat(doneTwice).allMatch(item -> item.endsWith("001.eml")).hasSizeLessThanOrEqualTo(1);
        assertThat(first.taken.size() + second.taken.size() - doneTwice.size()).isEqualTo(101);
        try (ImportProgress progress = ImportProgress.open(imports, words)) {
            assertThat(progress.doneBefore()).isZero();
        }
    }

    @Test
    void anArchiveThatTakesNothingStopsTheRun() throws Exception {
        for (int i = 0; i < 100; i++) {
            Shell.write(folder.resolve("m/%03d.eml".formatted(i)), mail(i));
        }
        Access full = new Access() {
            @Override
            public Outcome call(String operation, ObjectNode params, InputStream body, Reply reply) throws IOException {
                body.readAllBytes();
                return Outcome.failed(io.carteggio.server.local.Exit.NO, "the disk is full");
            }

            @Override
            public void close() {}
        };
        try (ImportProgress progress = ImportProgress.open(folder.resolve("imports"), List.of("x"))) {
            var result = new ImportRun(
                            full, "s", progress, new ProgressLine(console(), "mails", 0), noReport(), console())
                    .run(files(folder.resolve("m")), folder.resolve("scratch"));
            assertThat(result.stopped()).get().asString().contains("the disk is full");
            assertThat(result.failed()).isLessThan(100);
        }
    }

    @Test
    void theSameImportRunsOnce() throws Exception {
        Path imports = folder.resolve("imports");
        try (ImportProgress running = ImportProgress.open(imports, List.of("x"))) {
            assertThat(running.doneBefore()).isZero();
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> ImportProgress.open(imports, List.of("x")))
                    .hasMessageContaining("running already");
        }
    }

    @Test
    void sumsAreFoundAgain() {
        KnownSums sums = new KnownSums();
        for (int i = 0; i < 10_000; i++) {
            sums.add(Sha256.of(("in " + i).getBytes(StandardCharsets.US_ASCII)).toBytes());
        }
        sums.add(new byte[32]);
        assertThat(sums.size()).isEqualTo(10_001);
        assertThat(sums.contains(new byte[32])).isTrue();
        for (int i = 0; i < 10_000; i++) {
            assertThat(sums.contains(Sha256.of(("in " + i).getBytes(StandardCharsets.US_ASCII))
                            .toBytes()))
                    .isTrue();
            assertThat(sums.contains(Sha256.of(("out " + i).getBytes(StandardCharsets.US_ASCII))
                            .toBytes()))
                    .isFalse();
        }
    }

    @Test
    void progressKeepsItsBooks() throws Exception {
        Path imports = folder.resolve("imports");
        try (ImportProgress progress = ImportProgress.open(imports, List.of("x"))) {
            int i = 0;
            for (Disposition disposition : Disposition.values()) {
                progress.done(Sha256.of(new byte[] {(byte) i++}).toBytes(), disposition, 2, 5_000_000_000L);
            }
        }
        try (ImportProgress progress = ImportProgress.open(imports, List.of("x"))) {
            var books = progress.tally().account("s");
            assertThat(books.balances()).isTrue();
            assertThat(books.received()).isEqualTo(5);
            assertThat(books.originals()).isEqualTo(10);
            assertThat(books.rawBytes()).isEqualTo(25_000_000_000L);
        }
    }

    private static ImportRun.Search files(Path... paths) {
        return (finder, spools) -> {
            MailFiles files = new MailFiles(finder, spools);
            for (Path path : paths) {
                files.find(path);
            }
        };
    }
}
