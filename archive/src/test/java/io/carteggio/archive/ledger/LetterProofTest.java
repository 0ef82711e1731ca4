package io.carteggio.archive.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.ledger.LetterProof.Opening;
import io.carteggio.archive.ledger.LetterProof.Verdict;
import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is proven and what is refused, by this program and by the one that needs nothing of it.
class LetterProofTest {
    private static final SignerKey KEY = new SignerKey("carteggio/0123456789abcdef", new byte[32]);
    private static final byte[] LETTER = "Subject: a letter\r\n\r\nwords\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int FRAME = 301;
    private static final int SIZE = 777;

    @TempDir
    Path directory;

    private final List<Sha256> leaves = new ArrayList<>();
    private final TreeEdge tree = new TreeEdge(new Trees.Memory());
    private final Sha256 sum = Sha256.of(LETTER);
    private final Sha256 salt = Sha256.of(new byte[] {7});
    private final Leaf leaf = new Leaf(
            1,
            FRAME,
            List.of(
                    new Leaf.Entry(1, Sha256.of(new byte[] {1})),
                    new Leaf.Entry(2, Leaf.commitment(salt, 2, sum)),
                    new Leaf.Entry(3, Leaf.commitment(salt, 3, sum))));

    private LetterProof proof() throws Exception {
        for (int i = 0; i < SIZE; i++) {
            leaves.add(i == FRAME - 1 ? leaf.hash() : Trees.leaf(i));
            tree.append(leaves.getLast());
        }
        return new LetterProof(
                leaf,
                List.of(new Opening(1, salt, sum)),
                Optional.of(new LetterId("a".repeat(32))),
                Proofs.inclusion(tree, FRAME - 1, SIZE),
                KEY.sign(new Checkpoint(KEY.verifier().name(), SIZE, tree.root())),
                Optional.of("MAA="));
    }

    @Test
    void aProofProvesItsLetterAndNoOther() throws Exception {
        LetterProof proof = proof();
        assertThat(LetterProof.verify(proof.bytes(), KEY.verifier(), Optional.of(sum)))
                .isEqualTo(new Verdict.Proven(proof));
        assertThat(LetterProof.verify(proof.bytes(), KEY.verifier(), Optional.empty()))
                .isEqualTo(new Verdict.Proven(proof));
        assertThat(LetterProof.verify(proof.bytes(), KEY.verifier(), Optional.of(salt)))
                .isEqualTo(new Verdict.Refused("the proof is for another letter"));
    }

    /// Each is refused here and by `verify_proof.py`; the right one is accepted by both.
    @Test
    void whatIsRefusedHereIsRefusedByTheStandAloneVerifier() throws Exception {
        Path letter = Files.write(directory.resolve("letter.eml"), LETTER);
        Path key = Files.writeString(directory.resolve("key"), KEY.verifier() + "\n");
        LetterProof right = proof();
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("right", right.bytes());
        files.put(
                "without id and time stamp",
                with(right, right.openings(), right.inclusion(), right.checkpoint())
                        .bytes());
        files.put(
                "two records",
                with(right, List.of(new Opening(2, salt, sum), new Opening(1, salt, sum)))
                        .bytes());
        int good = files.size();
        hostile(right, files);
        StringBuilder wrong = new StringBuilder();
        int number = 0;
        for (Map.Entry<String, byte[]> row : files.entrySet()) {
            boolean proven =
                    LetterProof.verify(row.getValue(), KEY.verifier(), Optional.of(sum)) instanceof Verdict.Proven;
            Path file = Files.write(directory.resolve("proof"), row.getValue());
            Ran ran = python(file, key, letter);
            boolean expected = number++ < good;
            if (proven != expected || ran.exit != (expected ? 0 : 1)) {
                wrong.append(row.getKey() + ": here " + proven + ", there " + ran + "\n");
            }
        }
        assertThat(wrong.toString()).isEmpty();
        assertThat(files).hasSizeGreaterThan(40);
    }

    @Test
    void theStandAloneVerifierSaysWhatItChecked() throws Exception {
        Path letter = Files.write(directory.resolve("letter.eml"), LETTER);
        Path file = Files.write(directory.resolve("proof"), proof().bytes());
        assertThat(python(file, Path.of(KEY.verifier().toString()), letter).out)
                .isEqualTo("Proven. Frame 301 of carteggio/0123456789abcdef holds a letter with SHA-256 " + sum
                        + "; the archive signed this when it had 777 frames."
                        + " The time stamp was not checked here (ledger.md says how).\n");
        Path other = Files.write(directory.resolve("other.eml"), new byte[] {1});
        assertThat(python(file, Path.of(KEY.verifier().toString()), other))
                .isEqualTo(new Ran(1, "NOT PROVEN: the proof is for another letter.\n"));
        SignerKey stranger = new SignerKey(KEY.verifier().name(), sum.toBytes());
        assertThat(python(file, Path.of(stranger.verifier().toString()), letter).exit)
                .isEqualTo(1);
        assertThat(python(
                                directory.resolve("missing"),
                                Path.of(stranger.verifier().toString()),
                                letter)
                        .exit)
                .isEqualTo(1);
    }

    private void hostile(LetterProof right, Map<String, byte[]> files) throws Exception {
        Sha256 other = Sha256.of(new byte[] {9});
        Checkpoint signed = right.checkpoint().checkpoint();
        files.put("empty", new byte[0]);
        files.put("not UTF-8", new byte[] {(byte) 0xff, '\n', '\n'});
        files.put(
                "another salt", with(right, List.of(new Opening(1, other, sum))).bytes());
        files.put(
                "another letter",
                with(right, List.of(new Opening(1, salt, other))).bytes());
        files.put(
                "another record",
                with(right, List.of(new Opening(0, salt, sum))).bytes());
        files.put(
                "type confused",
                with(right, List.of(new Opening(2, salt, other))).bytes());
        files.put(
                "a record too many",
                with(right, List.of(new Opening(3, salt, sum))).bytes());
        files.put("no record", with(right, List.of()).bytes());
        files.put(
                "one right, one wrong",
                with(right, List.of(new Opening(1, salt, sum), new Opening(0, salt, sum)))
                        .bytes());
        InclusionProof path = right.inclusion();
        for (long index : new long[] {0, FRAME - 2, FRAME, SIZE, Long.MAX_VALUE >> 2}) {
            files.put(
                    "index " + index,
                    with(right, right.openings(), new InclusionProof(index, SIZE, path.path()), right.checkpoint())
                            .bytes());
        }
        for (int i = 0; i < path.path().size(); i++) {
            List<Sha256> shorter = new ArrayList<>(path.path());
            shorter.remove(i);
            files.put(
                    "without hash " + i,
                    with(right, right.openings(), new InclusionProof(FRAME - 1, SIZE, shorter), right.checkpoint())
                            .bytes());
            List<Sha256> changed = new ArrayList<>(path.path());
            changed.set(i, other);
            files.put(
                    "other hash " + i,
                    with(right, right.openings(), new InclusionProof(FRAME - 1, SIZE, changed), right.checkpoint())
                            .bytes());
        }
        List<Sha256> longer = new ArrayList<>(path.path());
        longer.add(other);
        files.put(
                "a hash too many",
                with(right, right.openings(), new InclusionProof(FRAME - 1, SIZE, longer), right.checkpoint())
                        .bytes());
        for (int i = 0; i < 70; i++) {
            longer.add(other);
        }
        files.put(
                "far too many",
                with(right, right.openings(), new InclusionProof(FRAME - 1, SIZE, longer), right.checkpoint())
                        .bytes());
        // Checkpoints that do not fit: a tree of another size, signed by ours; ours signed by a stranger, under our
        // name.
        SignerKey stranger = new SignerKey(KEY.verifier().name(), sum.toBytes());
        SignerKey namesake = new SignerKey("carteggio/ffff456789abcdef", new byte[32]);
        files.put("signed by another", at(right, stranger.sign(signed)));
        files.put("under another name", at(right, namesake.sign(signed)));
        files.put(
                "of another archive",
                at(right, KEY.sign(new Checkpoint(namesake.verifier().name(), SIZE, signed.root()))));
        files.put("another root", at(right, KEY.sign(new Checkpoint(signed.origin(), SIZE, other))));
        for (long size : new long[] {0, FRAME - 1, 1025, 4096, 1L << 61}) {
            files.put("size " + size, at(right, KEY.sign(new Checkpoint(signed.origin(), size, signed.root()))));
        }
        files.put("the leaf as a node", at(right, KEY.sign(new Checkpoint(signed.origin(), SIZE, leaf.hash()))));
        String text = new String(right.bytes(), StandardCharsets.UTF_8);
        String extra = text.lines().skip(1).findFirst().orElseThrow();
        textual(files, text, "form", t -> t.replace("tlog-proof@v1", "tlog-proof@v2"));
        textual(files, text, "no extra", t -> t.replace(extra + "\n", ""));
        textual(files, text, "index +", t -> t.replace("index 300", "index +300"));
        textual(files, text, "index 0", t -> t.replace("index 300", "index 0300"));
        textual(files, text, "carriage returns", t -> t.replace("\n", "\r\n"));
        textual(files, text, "no checkpoint", t -> t.substring(0, t.indexOf("\n\n")));
        textual(files, text, "empty checkpoint", t -> t.substring(0, t.indexOf("\n\n") + 2));
        textual(files, text, "no signature", t -> t.substring(0, t.indexOf('\u2014')));
        textual(files, text, "cut", t -> t.substring(0, t.length() - 1));
        textual(files, text, "size", t -> t.replace("\n777\n", "\n778\n"));
        textual(files, text, "base64", t -> t.replace(extra, extra + "="));
        UnaryOperator<String> spaced = t -> t.replace("extra ", "extra  ");
        textual(files, text, "space", spaced);
        String said =
                new String(Base64.getDecoder().decode(extra.substring("extra ".length())), StandardCharsets.UTF_8);
        for (String row : List.of(
                said + "unknown\n",
                said + "letter " + "a".repeat(32) + "\n",
                said + "timestamp MAA=\n",
                said.replace("letter a", "letter A"),
                said.replace("letter a", "letter 0"),
                said.replace("MAA=", "MAB="),
                said.replace("MAA=", ""),
                said.replace("proof 1", "proof 2"),
                said.replace("record 1", "record 01"),
                said.replace("record 1", "record -1"),
                said.replace("record 1", "record 99999"),
                said.replace(sum.toString(), sum.toString().toUpperCase(java.util.Locale.ROOT)),
                said.replace("leaf ", "leaf =="),
                said.substring(0, said.length() - 1),
                said + "\n",
                "")) {
            textual(
                    files,
                    text,
                    "extra " + files.size(),
                    t -> t.replace(
                            extra,
                            "extra " + Base64.getEncoder().encodeToString(row.getBytes(StandardCharsets.UTF_8))));
        }
        byte[] data = leaf.data();
        long seed = 20261122;
        Random random = new Random(seed);
        for (int at : new int[] {0, 1, 8, 9, 10, 11, 12, 44, 45, data.length - 1}) {
            byte[] changed = data.clone();
            changed[at] ^= (byte) (1 << random.nextInt(8));
            String leafLine = said.replace(
                    Base64.getEncoder().encodeToString(data),
                    Base64.getEncoder().encodeToString(changed));
            textual(
                    files,
                    text,
                    "leaf octet " + at + ", seed " + seed,
                    t -> t.replace(
                            extra,
                            "extra " + Base64.getEncoder().encodeToString(leafLine.getBytes(StandardCharsets.UTF_8))));
        }
    }

    private static void textual(Map<String, byte[]> files, String text, String what, UnaryOperator<String> change) {
        String changed = change.apply(text);
        assertThat(changed).as(what).isNotEqualTo(text);
        files.put(what, changed.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] at(LetterProof p, SignedCheckpoint checkpoint) {
        return with(p, p.openings(), p.inclusion(), checkpoint).bytes();
    }

    private static LetterProof with(LetterProof p, List<Opening> openings) {
        return with(p, openings, p.inclusion(), p.checkpoint());
    }

    private static LetterProof with(
            LetterProof p, List<Opening> openings, InclusionProof inclusion, SignedCheckpoint checkpoint) {
        return new LetterProof(p.leaf(), openings, Optional.empty(), inclusion, checkpoint, Optional.empty());
    }

    private record Ran(int exit, String out) {}

    private static Ran python(Path... arguments) throws Exception {
        Path root = Path.of(System.getProperty("carteggio.root", ".")).toAbsolutePath();
        List<String> command = new ArrayList<>(List.of(
                "/usr/bin/python3",
                "-I",
                root.resolve("docs/format/verify_proof.py").toString()));
        for (Path argument : arguments) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ran(process.waitFor(), out);
    }
}
