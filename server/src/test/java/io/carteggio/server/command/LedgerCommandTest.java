package io.carteggio.server.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.command.Shell.Said;
import io.carteggio.server.ledger.OpensslAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// P7: tampering shows, to a third party who trusts neither us nor the administrator.
@Tag("slow")
class LedgerCommandTest {
    private static final String ANNA = Shell.mail(
            "Anna Bianchi <anna@example.com>", "bob@example.org", "Tender for Verona", "The quinquennial figures.");
    private static final String BOB =
            Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?");

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void twoLetters() throws Exception {
        shell = new Shell(folder.resolve("data"));
        Shell.write(folder.resolve("in/anna.eml"), ANNA);
        Shell.write(folder.resolve("in/bob.eml"), BOB);
        shell.done("import", folder.resolve("in").toString());
    }

    private String id(String query) {
        return shell.done("search", query, "--json")
                .lines()
                .getFirst()
                .path("id")
                .stringValue();
    }

    private Path proof() throws IOException {
        byte[] octets = shell.done("proof", id("quinquennial")).octets();
        return Files.write(folder.resolve("anna.proof"), octets);
    }

    @Test
    void aProofIsCheckedWithoutTheArchive() throws Exception {
        Path proof = proof();
        Path key = Files.writeString(
                folder.resolve("key"), shell.done("ledger", "key").out());
        Path anna = folder.resolve("in/anna.eml");
        Path bob = folder.resolve("in/bob.eml");
        Shell nowhere = new Shell(folder.resolve("nowhere"));
        Said said = nowhere.done(
                "verify-proof", proof.toString(), "--key", key.toString(), "--letter", anna.toString(), "--json");
        assertThat(said.json().path("proven").booleanValue()).isTrue();
        assertThat(shell.done("verify-proof", proof.toString()).out()).startsWith("proven: frame ");
        assertThat(nowhere.run("verify-proof", proof.toString(), "--key", key.toString(), "--letter", bob.toString()))
                .matches(s -> s.exit() == 1 && s.err().contains("another letter"));
        assertThat(nowhere.run("verify-proof", proof.toString()).exit()).isEqualTo(1);
        assertThat(python(proof, key, anna)).startsWith("0 Proven. Frame ");
        assertThat(python(proof, key, bob)).startsWith("1 NOT PROVEN");
        // What the archive says of itself later is consistent with what it said then.
        shell.done("import", bob.toString());
        assertThat(shell.done("verify-proof", proof.toString()).out()).startsWith("proven: frame ");
    }

    @Test
    void onlyWhoMayOpenALetterGetsItsProof() {
        String id = id("quinquennial");
        shell.done("person", "add", "Carla", "carla@example.net");
        assertThat(shell.run("proof", id, "--as", "Carla").exit()).isEqualTo(1);
        shell.done("proof", id, "--auditor", "case 7");
        assertThat(shell.run("proof", "a".repeat(32)).exit()).isEqualTo(1);
        assertThat(shell.run("proof", "nonsense").exit()).isEqualTo(2);
    }

    /// The letter's id is a help and proves nothing; every other bit is proven.
    @Test
    void noFlippedBitInAProofProvesAnythingElse() throws Exception {
        Path file = proof();
        byte[] right = Files.readAllBytes(file);
        String key = shell.done("ledger", "key").out().strip();
        String proven = shell.done("verify-proof", file.toString(), "--key", key, "--json")
                .out();
        int refused = 0;
        for (int bit = 3; bit < right.length * 8; bit += 97) {
            byte[] flipped = right.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            Said said = shell.run("verify-proof", file.toString(), "--key", key, "--json");
            refused += said.exit();
            assertThat(said.exit() == 1 || said.out().equals(proven))
                    .as("bit " + bit)
                    .isTrue();
        }
        assertThat(refused).isGreaterThan(50);
    }

    @Test
    void checkSaysWhatIsUnprovenWithoutAWitness() {
        Said check = shell.done("check");
        assertThat(check.out()).contains("all is well", "unproven: that the archive was not taken back");
        JsonNode json = shell.done("check", "--json").json();
        assertThat(json.path("checkpoints").longValue()).isPositive();
        assertThat(json.path("unproven").get(0).stringValue()).contains("--witness FILE");
    }

    @Test
    void aRolledBackArchiveShowsFromTheWitness() throws Exception {
        Path before = folder.resolve("before");
        copy(folder.resolve("data"), before);
        Shell.write(folder.resolve("more/third.eml"), Shell.mail("x@example.com", "y@example.org", "Third", "three"));
        shell.done("import", folder.resolve("more").toString());
        Path witness = Files.writeString(
                folder.resolve("witness"), shell.done("ledger", "checkpoint").out());
        JsonNode good =
                shell.done("check", "--witness", witness.toString(), "--json").json();
        assertThat(good.path("witnesses").longValue()).isEqualTo(1);
        assertThat(good.path("unproven").toString()).doesNotContain("--witness");

        Shell rolledBack = new Shell(before);
        rolledBack.done("check");
        Said bad = rolledBack.run("check", "--witness", witness.toString());
        assertThat(bad.exit()).isEqualTo(1);
        assertThat(bad.err()).contains("rolled back or re-signed: the witness says size");
        // Also after it has grown past the witness again.
        for (int i = 0; i < 3; i++) {
            Shell.write(
                    folder.resolve("other/" + i + ".eml"), Shell.mail("x@example.com", "y@example.org", "O" + i, "o"));
        }
        rolledBack.done("import", folder.resolve("other").toString());
        rolledBack.done("check");
        assertThat(rolledBack.run("check", "--witness", witness.toString()).err())
                .contains("rolled back or re-signed: the witness says size");

        assertThat(shell.run("check", "--witness", folder.resolve("in/anna.eml").toString())
                        .exit())
                .isEqualTo(1);
        assertThat(shell.run("check", "--witness", folder.resolve("nothing").toString())
                        .exit())
                .isEqualTo(1);
        assertThat(new Shell(folder.resolve("elsewhere")).run("check").exit()).isEqualTo(1);
    }

    @Test
    void aWitnessOfAnotherArchiveIsNoWitness() throws Exception {
        Shell other = new Shell(folder.resolve("other-data"));
        other.done("import", folder.resolve("in").toString());
        Path witness = Files.writeString(
                folder.resolve("witness"), other.done("ledger", "checkpoint").out());
        assertThat(shell.run("check", "--witness", witness.toString()).err())
                .contains("another archive, or this one was signed anew");
    }

    @Test
    void aChangedCheckpointIsFoundAndStopsTheSigning() throws Exception {
        Path checkpoint = folder.resolve("data/ledger/checkpoint");
        String right = Files.readString(checkpoint);
        Files.writeString(checkpoint, right.replaceFirst("\n([0-9]+)\n", "\n9$1\n"));
        assertThat(shell.run("check").err()).contains("the latest checkpoint has a note that is not ours");
        assertThat(shell.done("ledger", "show").out()).contains("TROUBLE");
        shell.done("import", folder.resolve("in").toString()); // the archive goes on
        assertThat(shell.run("ledger", "checkpoint").exit()).isEqualTo(1);
        Files.delete(checkpoint);
        shell.done("ledger", "checkpoint");
        shell.done("check");
    }

    /// Tiles are written from 256 frames on.
    @Test
    void aChangedTileIsFound() throws Exception {
        for (int i = 0; i < 260; i++) {
            Shell.write(
                    folder.resolve("many/" + i + ".eml"), Shell.mail("x@example.com", "y@example.org", "T" + i, "t"));
        }
        shell.done("import", folder.resolve("many").toString());
        Path tile = Shell.filesBelow(folder.resolve("data/ledger/tile")).getFirst();
        shell.done("check");
        byte[] octets = Files.readAllBytes(tile);
        octets[1_000] ^= 1;
        Files.write(tile, octets);
        assertThat(shell.run("check"))
                .matches(s -> s.exit() == 1)
                .extracting(Said::err)
                .asString()
                .contains("tile");
    }

    @Test
    void theLedgerIsMadeAgainFromTheVault() throws Exception {
        String key = shell.done("ledger", "key").out();
        Path proof = proof();
        delete(folder.resolve("data/ledger"));
        shell.done("check");
        assertThat(shell.done("ledger", "key").out()).isEqualTo(key);
        shell.done("verify-proof", proof.toString());
        shell.done("proof", id("risotto"));
    }

    @Test
    void checkpointsAreLodgedInASecondPlace() throws Exception {
        Path place = Files.createDirectory(folder.resolve("place"));
        shell.done("ledger", "lodge", "--to", place.toString());
        Path file = Shell.filesBelow(place).getFirst();
        long size = Files.size(file);
        shell.done("import", folder.resolve("in").toString());
        assertThat(Files.size(file))
                .as("lodged at the end of each command that changed something")
                .isGreaterThan(size);
        shell.done("check", "--witness", file.toString());
        assertThat(shell.done("ledger", "show").out()).contains(place.toString());
        shell.done("ledger", "lodge", "--off");
        long last = Files.size(file);
        shell.done("import", folder.resolve("in").toString());
        assertThat(Files.size(file)).isEqualTo(last);
        assertThat(shell.run("ledger", "lodge").exit()).isEqualTo(2);
        assertThat(shell.run(
                                "ledger",
                                "lodge",
                                "--to",
                                folder.resolve("missing").toString())
                        .exit())
                .isEqualTo(1);
        assertThat(shell.run("ledger", "timestamp", "--url", "ftp://x/").exit()).isEqualTo(2);
        assertThat(shell.run("ledger", "timestamp").exit()).isEqualTo(2);
    }

    /// Whoever kept a checkpoint sees that nothing under it was changed, without the archive.
    @Test
    void aLaterCheckpointFollowsAnEarlierOne() throws Exception {
        Path key = Files.writeString(
                folder.resolve("key"), shell.done("ledger", "key").out());
        List<Path> notes = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Shell.write(folder.resolve("m" + i + "/a.eml"), Shell.mail("x@example.com", "y@example.org", "M" + i, "m"));
            shell.done("import", folder.resolve("m" + i).toString());
            notes.add(Files.writeString(
                    folder.resolve("note" + i),
                    shell.done("ledger", "checkpoint").out()));
        }
        Shell nowhere = new Shell(folder.resolve("nowhere"));
        Path proof = folder.resolve("growth");
        for (Path since : notes) {
            for (Path until : notes.subList(notes.indexOf(since), notes.size())) {
                Files.write(
                        proof,
                        shell.done("ledger", "consistency", "--since", since.toString(), "--until", until.toString())
                                .octets());
                assertThat(nowhere.done(
                                        "verify-proof",
                                        proof.toString(),
                                        "--since",
                                        since.toString(),
                                        "--key",
                                        key.toString())
                                .out())
                        .startsWith("proven: the ");
                assertThat(python("verify_consistency.py", since, proof, key)).startsWith("0 Proven. The ");
            }
        }
        Files.write(
                proof,
                shell.done("ledger", "consistency", "--since", notes.get(2).toString())
                        .octets());
        assertThat(shell.run(
                        "verify-proof",
                        proof.toString(),
                        "--since",
                        notes.get(1).toString()))
                .matches(s -> s.exit() == 1 && s.err().contains("the proof begins with the tree of"));
        assertThat(python("verify_consistency.py", notes.get(1), proof, key)).startsWith("1 NOT PROVEN");
        byte[] right = Files.readAllBytes(proof);
        for (int bit = 5; bit < right.length * 8; bit += 131) {
            byte[] flipped = right.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(proof, flipped);
            assertThat(nowhere.run(
                                    "verify-proof",
                                    proof.toString(),
                                    "--since",
                                    notes.get(2).toString(),
                                    "--key",
                                    key.toString())
                            .exit())
                    .as("bit " + bit)
                    .isEqualTo(1);
            assertThat(python("verify_consistency.py", notes.get(2), proof, key))
                    .as("bit " + bit)
                    .startsWith("1 NOT PROVEN");
        }
        assertThat(shell.run("ledger", "consistency", "--since", key.toString()).err())
                .contains("--since: ");
        assertThat(shell.run(
                                "ledger",
                                "consistency",
                                "--since",
                                notes.get(3).toString(),
                                "--until",
                                notes.get(2).toString())
                        .exit())
                .isEqualTo(1);
    }

    /// A checkpoint that the archive has signed over a state that it was taken back from.
    @Test
    void aTruncatedArchiveHasNoProofForWhatItSigned() throws Exception {
        Path before = folder.resolve("before");
        copy(folder.resolve("data"), before);
        shell.done("import", folder.resolve("in").toString());
        Path kept = Files.writeString(
                folder.resolve("kept"), shell.done("ledger", "checkpoint").out());
        Shell rolledBack = new Shell(before);
        assertThat(rolledBack.run("ledger", "consistency", "--since", kept.toString()))
                .matches(s -> s.exit() == 1);
        for (int i = 0; i < 5; i++) {
            Shell.write(
                    folder.resolve("other/" + i + ".eml"), Shell.mail("x@example.com", "y@example.org", "O" + i, "o"));
        }
        rolledBack.done("import", folder.resolve("other").toString());
        assertThat(rolledBack
                        .run("ledger", "consistency", "--since", kept.toString())
                        .err())
                .contains("is not the beginning of what is here");
    }

    /// Each export carries inclusion proofs (DESIGN 4), one checkpoint for all of them.
    @Test
    void anExportCarriesItsProofs() throws Exception {
        Path export = folder.resolve("export");
        shell.done("export", "--to", export.toString(), "--proof");
        List<Path> proofs = Shell.filesBelow(export).stream()
                .filter(f -> f.toString().endsWith(".proof"))
                .toList();
        assertThat(proofs).hasSize(2);
        Path key = Files.writeString(
                folder.resolve("key"), shell.done("ledger", "key").out());
        for (Path proof : proofs) {
            Path letter = Path.of(proof.toString().replace(".proof", ""));
            assertThat(python(proof, key, letter)).startsWith("0 Proven.");
        }
        Files.delete(proofs.getFirst());
        shell.done("export", "--to", export.toString(), "--proof"); // goes on
        assertThat(proofs.getFirst()).exists();
        Path zip = folder.resolve("export.zip");
        shell.done("export", "--to", zip.toString(), "--proof", "--format", "zip");
        try (var entries = new ZipFile(zip.toFile())) {
            assertThat(entries.stream()
                            .filter(e -> e.getName().endsWith(".proof"))
                            .count())
                    .isEqualTo(2);
        }
        assertThat(shell.run("export", "--to", folder.resolve("x").toString(), "--proof", "--format", "mbox")
                        .exit())
                .isEqualTo(2);
    }

    /// Who stamps is told once; then a letter's proof says by when it was there.
    @Tag("peers")
    @Test
    void aProofBearsATimeStamp(@TempDir Path authority, @TempDir Path stranger) throws Exception {
        try (OpensslAuthority openssl = new OpensslAuthority(authority, "critical,timeStamping");
                OpensslAuthority _ = new OpensslAuthority(stranger, "critical,timeStamping")) {
            Path ca = authority.resolve("ca.pem");
            shell.done("ledger", "timestamp", "--url", openssl.url().toString(), "--ca", ca.toString());
            shell.done("import", folder.resolve("in").toString());
            Path proof = proof();
            JsonNode said = shell.done("verify-proof", proof.toString(), "--ca", ca.toString(), "--json")
                    .json();
            assertThat(said.path("stampedBy").stringValue()).isEqualTo("CN=Stamps");
            assertThat(said.path("stampTrusted").booleanValue()).isTrue();
            assertThat(shell.run(
                            "verify-proof",
                            proof.toString(),
                            "--ca",
                            stranger.resolve("ca.pem").toString()))
                    .matches(s -> s.exit() == 1 && s.out().contains("not trusted"));
            assertThat(shell.done("verify-proof", proof.toString()).out())
                    .contains("whether to believe that, --ca tells");
            JsonNode checked = shell.done("check", "--json").json();
            assertThat(checked.path("timestamps").longValue()).isEqualTo(1);
            assertThat(checked.path("unproven").toString()).doesNotContain("when anything was archived");
            assertThat(shell.run(
                                    "ledger",
                                    "timestamp",
                                    "--url",
                                    openssl.url().toString(),
                                    "--ca",
                                    stranger.resolve("ca.pem").toString())
                            .err())
                    .contains("not trusted");
            assertThat(shell.run("check").err()).contains("the time stamp over").contains("not trusted");
            shell.done("ledger", "timestamp", "--off");
            Path stamp = Shell.filesBelow(folder.resolve("data/ledger/timestamps")).stream()
                    .filter(f -> f.toString().endsWith(".tsr"))
                    .findFirst()
                    .orElseThrow();
            assertThat(shell.done("check", "--json").json().path("unproven").toString())
                    .as("without a certificate anybody's stamp would do")
                    .contains("whose time stamps these are is not known");
            Files.write(stamp, new byte[10]);
            assertThat(shell.run("check").err()).contains("the reply is no time stamp");
            assertThat(python(
                            proof,
                            Files.writeString(
                                    folder.resolve("key"),
                                    shell.done("ledger", "key").out()),
                            folder.resolve("in/anna.eml")))
                    .startsWith("0 Proven.")
                    .contains("time stamp was not checked here");
        }
    }

    private static String python(Path... arguments) throws Exception {
        return python("verify_proof.py", arguments);
    }

    private static String python(String program, Path... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/python3",
                "-IB",
                Path.of(System.getProperty("carteggio.root", "."))
                        .resolve("docs/format")
                        .resolve(program)
                        .toString()));
        Stream.of(arguments).map(Path::toString).forEach(command::add);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + " " + out;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (Files.isRegularFile(path)) {
                    Files.copy(path, target);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted((a, b) -> b.compareTo(a)).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /// What the letters say stands nowhere in the ledger.
    @Test
    void theLedgerTellsNothingOfLetters() throws Exception {
        for (Path file : Shell.filesBelow(folder.resolve("data/ledger"))) {
            assertThat(new String(Files.readAllBytes(file), ISO_8859_1))
                    .doesNotContain("quinquennial", "anna", "Verona");
        }
    }
}
