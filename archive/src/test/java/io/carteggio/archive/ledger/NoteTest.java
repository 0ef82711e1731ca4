package io.carteggio.archive.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoteTest {
    private static final SignerKey KEY = new SignerKey("carteggio/0123456789abcdef", new byte[32]);
    private static final Checkpoint CHECKPOINT = new Checkpoint("carteggio/0123456789abcdef", 42, TreeHash.EMPTY);

    /// RFC 8032, 7.1: seed and public key of tests 1 to 3, 1024, and SHA(abc).
    @Test
    void publicKeysAreThoseOfTheRfc() {
        String[][] table = {
            {
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
            },
            {
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
            },
            {
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
            },
            {
                "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
                "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e"
            },
            {
                "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
                "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf"
            },
        };
        for (String[] row : table) {
            assertThat(HexFormat.of().formatHex(Ed25519.publicKey(HexFormat.of().parseHex(row[0]))))
                    .isEqualTo(row[1]);
        }
    }

    @Test
    void publicKeysAreThoseOfThePlatform() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
        for (int i = 0; i < 20; i++) {
            var pair = generator.generateKeyPair();
            byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            var point = ((EdECPublicKey) pair.getPublic()).getPoint();
            byte[] key = Ed25519.publicKey(seed);
            assertThat(key[31] < 0).isEqualTo(point.isXOdd());
            SignerKey signer = new SignerKey("a", seed);
            assertThat(SignedCheckpoint.read(
                            signer.sign(new Checkpoint("a", i, TreeHash.EMPTY)).bytes(), signer.verifier()))
                    .isInstanceOf(SignedCheckpoint.Reading.Good.class);
        }
    }

    /// The note and the key that the Go implementation's tests sign with (golang.org/x/mod/sumdb/note).
    @Test
    void aNoteOfAnotherProgramIsRead() throws Exception {
        VerifierKey peter = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
                .orElseThrow();
        String text = """
                If you think cryptography is the answer to your problem,
                then you don't know what your problem is.
                """;
        String note = text
                + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        assertThat(peter.signed(SignedNote.parse(note))).isTrue();
        assertThat(SignedNote.parse(note).text()).isEqualTo(text);
        assertThat(SignedNote.parse(note).form()).isEqualTo(note);
        assertThat(peter).hasToString("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    }

    @Test
    void aCheckpointIsTheLinesOfItsSpecification() {
        SignedCheckpoint signed = KEY.sign(CHECKPOINT);
        assertThat(signed.note())
                .startsWith("carteggio/0123456789abcdef\n42\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n"
                        + "\u2014 carteggio/0123456789abcdef ")
                .endsWith("\n");
        assertThat(SignedCheckpoint.read(signed.bytes(), KEY.verifier()))
                .isEqualTo(new SignedCheckpoint.Reading.Good(signed));
        assertThat(VerifierKey.parse(KEY.verifier() + "\n")).contains(KEY.verifier());
    }

    /// Whatever is changed in a note, it is not ours any more.
    @Test
    void everyOtherNoteIsRefused() throws Exception {
        String good = KEY.sign(CHECKPOINT).note();
        SignerKey other = new SignerKey(
                "carteggio/0123456789abcdef", Sha256.of(new byte[1]).toBytes());
        SignerKey renamed = new SignerKey("carteggio/other", new byte[32]);
        String signature = good.substring(good.indexOf('\u2014'));
        String wrongOfOurs = signature.substring(0, signature.length() - 12) + "AAAAAAAAAA==\n";
        String[] table = {
            "",
            "\n",
            "\n\n",
            good.substring(0, good.length() - 1),
            good + "\n",
            good.replace("42", "43"),
            good.replace("42", "042"),
            good.replace("42", "+42"),
            good.replace("42", "-42"),
            good.replace("\n42", " \n42"),
            good.replace("42\n", "42\r\n"),
            good.replace("47DE", "47DF"),
            good.replace("\u2014", "-"),
            good.replace("\u2014 ", "\u2014  "),
            good.replace("\n\n", "\n"),
            good.replace("\n\n", "\nmore\n\n"),
            good + good,
            good + "x",
            good + "\u2014 nobody AAAAAAA\n",
            good + wrongOfOurs,
            wrongOfOurs + good,
            good + "\u2014 nobody AAAAAAA=\n".repeat(SignedNote.SIGNATURES_LIMIT),
            good + "\u2014 nobody " + "AAAA".repeat(20_000) + "\n",
            good.replace("== \n", "\n"),
            good.replace("\n\u2014", "\n\u0000\u2014"),
            other.sign(CHECKPOINT).note(),
            renamed.sign(CHECKPOINT).note(),
            renamed.sign(new Checkpoint("carteggio/other", 42, TreeHash.EMPTY)).note(),
            KEY.sign(new Checkpoint("carteggio/other", 42, TreeHash.EMPTY)).note(),
        };
        for (String row : table) {
            if (!row.equals(good)) {
                assertThat(SignedCheckpoint.read(row.getBytes(StandardCharsets.UTF_8), KEY.verifier()))
                        .as(row)
                        .isInstanceOf(SignedCheckpoint.Reading.Refused.class);
            }
        }
        byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(SignedCheckpoint.read(flipped, KEY.verifier()))
                    .as("bit %d", bit)
                    .isInstanceOf(SignedCheckpoint.Reading.Refused.class);
        }
        // A witness's signature beside ours, and lines that later programs may add, do no harm.
        String witnessed = good + renamed.sign(CHECKPOINT).note().split("\n\n", 2)[1];
        assertThat(SignedCheckpoint.read(witnessed.getBytes(StandardCharsets.UTF_8), KEY.verifier()))
                .isInstanceOf(SignedCheckpoint.Reading.Good.class);
    }

    @Test
    void everyOtherKeyIsRefused() {
        String good = KEY.verifier().toString();
        String[] table = {
            "",
            "a+b",
            good.replace("carteggio", "carteggia"),
            good.substring(0, good.length() - 1),
            good + "A",
            good.replace("+", " "),
            "a b" + good.substring(good.indexOf('+')),
            good.substring(0, good.lastIndexOf('+') + 1) + Base64.getEncoder().encodeToString(new byte[32]),
            good.substring(0, good.lastIndexOf('+') + 1) + Base64.getEncoder().encodeToString(new byte[33]),
        };
        for (String row : table) {
            assertThat(VerifierKey.parse(row)).as(row).isEmpty();
        }
    }

    /// A file of notes is read over what somebody did not write to its end.
    @Test
    void notesAreReadOneAfterAnother() throws Exception {
        String one = KEY.sign(CHECKPOINT).note();
        String two = KEY.sign(new Checkpoint(CHECKPOINT.origin(), 43, TreeHash.EMPTY))
                .note();
        Object[][] table = {
            {"", List.of(), 0},
            {"\n\n", List.of(), 0},
            {one, List.of(one), 0},
            {one + "\n", List.of(one), length(one) + 1},
            {one + "\n" + two + "\n", List.of(one, two), length(one + two) + 2},
            {one + "\n" + two, List.of(one, two), length(one) + 1},
            {one + "\n" + two.substring(0, 9), List.of(one), length(one) + 1},
            {one + "\n" + two.substring(0, two.indexOf("\n\n") + 2), List.of(one), length(one) + 1},
            {two.substring(0, 9) + "\n\n" + one + "\n", List.of(two.substring(0, 9) + "\n", one), length(one) + 12},
            {one + "\n\n\n" + two + "\n", List.of(one, two), length(one + two) + 4},
            {one.substring(one.indexOf('\u2014')) + "\n" + two + "\n", List.of(two), 0},
        };
        for (Object[] row : table) {
            byte[] file = ((String) row[0]).getBytes(StandardCharsets.UTF_8);
            CheckpointReader reader = new CheckpointReader(new ByteArrayInputStream(file));
            List<String> notes = new ArrayList<>();
            for (var note = reader.next(); note.isPresent(); note = reader.next()) {
                notes.add(new String(note.get(), StandardCharsets.UTF_8));
            }
            assertThat(notes).as((String) row[0]).isEqualTo(row[1]);
            if ((int) row[2] > 0) {
                assertThat(reader.wholeBytes()).as((String) row[0]).isEqualTo((long) (int) row[2]);
            }
        }
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
