package io.carteggio.server.escrow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.server.escrow.Decryption.Why;
import io.carteggio.server.escrow.Sealing.Integrity;
import io.carteggio.server.escrow.Sealing.Person;
import io.carteggio.server.escrow.Sealing.PgpPerson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What comes of mails that are encrypted, or say so, well made or hostile. Those of real programs:
/// [PeersTest].
class DecrypterTest {
    private static final ClearMark MARK = new ClearMark(new SecretKeySpec(new byte[32], "AES"));
    private static final Bounded LIMITS = new Bounded(4 * 1024 * 1024, 2 * 1024 * 1024);
    private static final Instant IN_FORCE = Instant.parse("2049-01-01T00:00:00Z");

    private static List<Person> people = List.of();
    private static List<PgpPerson> pgpPeople = List.of();
    private static List<EscrowKey> keys = List.of();

    @BeforeAll
    static void make() throws Exception {
        people = List.of(
                Sealing.person("anna@firm.example", IN_FORCE), // in escrow
                Sealing.person("bert@partner.example", IN_FORCE),
                Sealing.person("old@firm.example", Instant.parse("2020-01-01T00:00:00Z"))); // in escrow
        pgpPeople = List.of(
                Sealing.pgpPerson("Anna <anna@firm.example>"), Sealing.pgpPerson("Bert <bert@partner.example>"));
        List<EscrowKey> all = new ArrayList<>();
        all.addAll(EscrowFile.open(people.get(0).pkcs12("pass"), "pass"));
        all.addAll(EscrowFile.open(people.get(2).pkcs12("pass"), "pass"));
        all.addAll(EscrowFile.open(pgpPeople.get(0).keyring("words"), "words"));
        keys = List.copyOf(all);
    }

    private static Person anna() {
        return people.get(0);
    }

    private static Person bert() {
        return people.get(1);
    }

    private static PgpPerson pgpAnna() {
        return pgpPeople.get(0);
    }

    private static byte[] entity() {
        return Sealing.octets(Sealing.ENTITY);
    }

    private static Decryption decrypt(Content mail) throws Exception {
        return new Decrypter(keys, MARK, LIMITS).decrypt(mail);
    }

    private static String text(Content content) throws Exception {
        return new String(content.toByteArray(8 * 1024 * 1024), UTF_8);
    }

    // ---- well made

    @Test
    void theClearCopyIsTheMailWithWhatWasEncryptedInThePlaceOfItsBody() throws Exception {
        byte[] inside =
                Sealing.octets("Content-Type: text/plain\r\nX-Inner: no field of a mail\r\n\r\nbody \u00fc\n.\r");
        Content mail = Sealing.smime(Sealing.enveloped(inside, anna(), bert()));
        Decryption.Clear clear = (Decryption.Clear) decrypt(mail);
        assertThat(clear.account()).isEqualTo(new Decryption.Account(Form.SMIME, "aes-256-cbc", false, List.of()));
        String copy = new String(clear.content().toByteArray(100_000), ISO_8859_1);
        assertThat(copy.substring(copy.indexOf('\n') + 1)).isEqualTo("""
                X-Journal-Decrypted: smime; cipher=aes-256-cbc; integrity=no
                X-Before: 1
                From: Bert <bert@partner.example>
                To: anna@firm.example
                Subject: outside
                Message-ID: <m1@partner.example>
                MIME-Version: 1.0
                Content-Type: text/plain

                """.replace("\n", "\r\n") + "body \u00fc\n.\r");
        assertThat(text(((Decryption.Clear) decrypt(mail)).content()))
                .as("the same each time, so that the archive keeps it once")
                .isEqualTo(text(clear.content()));
    }

    @Test
    void aKeyThatHasExpiredDecrypts() throws Exception {
        assertThat(decrypt(Sealing.smime(Sealing.enveloped(entity(), people.get(2)))))
                .isInstanceOf(Decryption.Clear.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"MDC", "SEIPD_2", "OCB"})
    void openPgpWithEachIntegrityCheck(Integrity integrity) throws Exception {
        byte[] packets = Sealing.packed(Sealing.literal(entity()));
        Decryption.Clear clear = (Decryption.Clear) decrypt(Sealing.pgp(
                Sealing.encrypted(packets, integrity, pgpAnna().pair().getPublicKey())));
        assertThat(clear.account()).isEqualTo(new Decryption.Account(Form.OPENPGP, "aes-256", true, List.of()));
        assertThat(text(clear.content())).endsWith("\r\n\r\nThe word is Wasserfall.\r\n");
    }

    @Test
    void theSignatureWithinIsToldAsItIs() throws Exception {
        byte[] good = Sealing.signed(entity(), bert(), true, true);
        byte[] bare = Sealing.signed(entity(), bert(), true, false);
        int word = new String(good, ISO_8859_1).indexOf("Wasserfall");
        byte[] changed = good.clone();
        changed[word] = 'w';
        assertThat(signatures(good)).containsExactly("valid bert <bert@partner.example>");
        assertThat(signatures(bare)).containsExactly("unknown-key ");
        assertThat(signatures(changed)).containsExactly("invalid bert <bert@partner.example>");
        Person odd = Sealing.person("odd@partner.example", IN_FORCE, new byte[] {0x30, 0x7f, 1, 2});
        assertThat(signatures(Sealing.signed(entity(), odd, true, true)))
                .as("a certificate that cannot be read wholly")
                .containsExactly("valid odd");
    }

    private static List<String> signatures(byte[] signed) throws Exception {
        byte[] wrapped = Sealing.octets(Sealing.cms("signed-data", signed));
        Decryption.Clear clear = (Decryption.Clear) decrypt(Sealing.smime(Sealing.enveloped(wrapped, anna())));
        assertThat(text(clear.content())).as("without its wrapping").containsIgnoringCase("wasserfall");
        return clear.account().signatures().stream()
                .map(s -> s.state().word() + " " + s.signer())
                .toList();
    }

    /// RFC 2634: signed, encrypted, signed again.
    @Test
    void allWrappingsComeOff() throws Exception {
        String inner = Sealing.cms("signed-data", Sealing.signed(entity(), bert(), true, true));
        String middle = Sealing.cms(
                "enveloped-data",
                Sealing.enveloped(
                        Sealing.octets(Sealing.cms("compressed-data", Sealing.compressed(Sealing.octets(inner)))),
                        anna()));
        byte[] outer = Sealing.signed(Sealing.octets(middle), anna(), false, true);
        String signed =
                "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=s\r\n\r\n--s\r\n"
                        + middle
                        + "\r\n--s\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + java.util.Base64.getMimeEncoder().encodeToString(outer) + "\r\n--s--\r\n";
        Decryption.Clear clear = (Decryption.Clear) decrypt(Sealing.mail(signed));
        assertThat(clear.account().signatures())
                .extracting(s -> s.state().word() + " " + s.signer())
                .containsExactly("valid anna <anna@firm.example>", "valid bert <bert@partner.example>");
        assertThat(text(clear.content())).endsWith("\r\n\r\nThe word is Wasserfall.\r\n");
    }

    /// RFC 9788: the subject outside is a placeholder.
    @Test
    void theSubjectProperTakesThePlaceOfThePlaceholder() throws Exception {
        String with =
                "Content-Type: text/plain; hp=cipher\r\nSubject: Waterworks\r\nFrom: boss@firm.example\r\n\r\nx\r\n";
        assertThat(text(((Decryption.Clear) decrypt(Sealing.smime(Sealing.enveloped(Sealing.octets(with), anna()))))
                        .content()))
                .contains("\r\nSubject: Waterworks\r\n")
                .contains("\r\nFrom: Bert <bert@partner.example>\r\n")
                .doesNotContain("outside", "boss@");
        String without = with.replace("; hp=cipher", "");
        assertThat(text(((Decryption.Clear) decrypt(Sealing.smime(Sealing.enveloped(Sealing.octets(without), anna()))))
                        .content()))
                .contains("\r\nSubject: outside\r\n")
                .doesNotContain("Waterworks");
    }

    @Test
    void aTextWithoutAHeaderIsABody() throws Exception {
        String copy = text(((Decryption.Clear)
                        decrypt(Sealing.smime(Sealing.enveloped(Sealing.octets("just words\r\nand more\r\n"), anna()))))
                .content());
        assertThat(copy).endsWith("\r\nMIME-Version: 1.0\r\n\r\njust words\r\nand more\r\n");
    }

    /// So that the report can go where binary mail cannot.
    @Test
    void linesOfUnixBecomeLinesOfMail() throws Exception {
        String unix = "Content-Type: text/plain\n\none\n\ntwo\n";
        assertThat(text(((Decryption.Clear) decrypt(Sealing.smime(Sealing.enveloped(Sealing.octets(unix), anna()))))
                        .content()))
                .endsWith("\r\nContent-Type: text/plain\r\n\r\none\r\n\r\ntwo\r\n")
                .doesNotContainPattern("[^\r]\n");
        String mixed = "Content-Type: text/plain\r\n\r\none\ntwo\r\n";
        assertThat(text(((Decryption.Clear) decrypt(Sealing.smime(Sealing.enveloped(Sealing.octets(mixed), anna()))))
                        .content()))
                .endsWith("\r\n\r\none\ntwo\r\n");
    }

    // ---- the account

    @Test
    void onlyTheAgentWritesTheAccount() throws Exception {
        String inside = Sealing.cms("signed-data", Sealing.signed(entity(), bert(), true, true));
        byte[] der = Sealing.enveloped(Sealing.octets(inside), anna());
        Content forged = Content.of(Sealing.octets("X-Journal-Signature: valid smime 00 boss <boss@firm.example>\r\n"
                + "X-Journal-Decrypted: smime; cipher=x; integrity=yes\r\n" + text(Sealing.smime(der))));
        Decryption.Clear clear = (Decryption.Clear) decrypt(forged);
        assertThat(text(clear.content())).doesNotContain("boss");
        assertThat(ClearCopy.read(clear.content(), MARK)).contains(clear.account());
        assertThat(ClearCopy.read(forged, MARK)).isEmpty();
        ClearMark another = new ClearMark(new SecretKeySpec("another".getBytes(UTF_8), "AES"));
        assertThat(ClearCopy.read(clear.content(), another)).isEmpty();
        byte[] changed = clear.content().toByteArray(100_000);
        changed[changed.length - 5] ^= 1;
        assertThat(ClearCopy.read(Content.of(changed), MARK)).isEmpty();
        assertThat(ClearCopy.read(Content.of(new byte[0]), MARK)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Überall <ü@x>", "=?utf-8?Q?a?=", "a; b\r\nX: y", " two  blanks ", "\ud83d"})
    void whatASignerCallsHimselfAddsNoLine(String name) throws Exception {
        List<Signature> signatures = List.of(
                new Signature(Signature.State.VALID, Form.OPENPGP, "AB", name),
                Signature.unreadable(Form.SMIME),
                new Signature(Signature.State.UNKNOWN_KEY, Form.OPENPGP, "CD", "y".repeat(1_000)));
        Decryption.Account account = new Decryption.Account(Form.OPENPGP, "aes-256", true, signatures);
        Content copy = ClearCopy.write(Sealing.mail("\r\nx"), entity(), account, MARK);
        Decryption.Account read = ClearCopy.read(copy, MARK).orElseThrow();
        assertThat(read.signatures()).extracting(Signature::key).containsExactly("AB", "-", "CD");
        assertThat(text(copy)).doesNotContain("\nX: y");
        assertThat(read.remarks()).hasSize(4);
    }

    // ---- hostile

    @Test
    @Timeout(120)
    void hostileMailIsAnsweredAndNeverThrows() throws Exception {
        byte[] enveloped = Sealing.enveloped(entity(), anna());
        byte[] mdc = pgp(Sealing.literal(entity()), Integrity.MDC);
        Map<String, Content> mails = new LinkedHashMap<>();
        Map<String, Object> expected = new LinkedHashMap<>();
        mails.put("no body", Sealing.mail("Content-Type: application/pkcs7-mime\r\n\r\n"));
        expected.put("no body", Why.DAMAGED);
        mails.put("no ASN.1", Sealing.smime(Sealing.octets("words that are no structure")));
        expected.put("no ASN.1", Why.DAMAGED);
        mails.put("cut", Sealing.smime(Arrays.copyOf(enveloped, enveloped.length - 20)));
        expected.put("cut", Why.DAMAGED);
        mails.put("structures nested", Sealing.smime(nested(200_000)));
        expected.put("structures nested", Decryption.Refused.class);
        mails.put("a length that is not there", Sealing.smime(new byte[] {0x30, (byte) 0x84, 0x7f, -1, -1, -1, 6}));
        expected.put("a length that is not there", Why.DAMAGED);
        mails.put("padding changed", Sealing.smime(Sealing.flipped(enveloped, 17)));
        expected.put("padding changed", Why.CHANGED);
        mails.put("to an outsider", Sealing.smime(Sealing.enveloped(entity(), bert())));
        expected.put("to an outsider", Decryption.LeftAlone.class);
        mails.put("under a password", Sealing.smime(Sealing.underPassword(entity())));
        expected.put("under a password", Decryption.LeftAlone.class);
        byte[] bomb = Sealing.octets(Sealing.cms("compressed-data", Sealing.compressed(new byte[64 * 1024 * 1024])));
        mails.put("a bomb", Sealing.smime(Sealing.enveloped(bomb, anna())));
        expected.put("a bomb", Why.TOO_LARGE);
        byte[] wrapped = entity();
        for (int i = 0; i < 9; i++) {
            wrapped = Sealing.octets(Sealing.cms("enveloped-data", Sealing.enveloped(wrapped, anna())));
        }
        mails.put("wrapped nine times", Sealing.mail(new String(wrapped, ISO_8859_1)));
        expected.put("wrapped nine times", Why.TOO_DEEP);
        mails.put("large", Sealing.smime(Sealing.enveloped(new byte[3_200_000], anna())));
        expected.put("large", Why.TOO_LARGE);
        mails.put("only signed", Sealing.smime("signed-data", Sealing.signed(entity(), bert(), true, true)));
        expected.put("only signed", Decryption.NotEncrypted.class);
        mails.put(
                "signed, it does not say so",
                Sealing.mail(Sealing.cms("signed-data", Sealing.signed(entity(), bert(), true, true))
                        .replace("smime-type=signed-data; ", "")));
        expected.put("signed, it does not say so", Decryption.NotEncrypted.class);
        mails.put(
                "encrypted to us, then to others",
                Sealing.smime(Sealing.enveloped(
                        Sealing.octets(Sealing.cms("enveloped-data", Sealing.enveloped(entity(), bert()))), anna())));
        expected.put("encrypted to us, then to others", Decryption.LeftAlone.class);
        // EFAIL: ciphertext between parts that a stranger wrote
        mails.put(
                "a part beside others",
                Sealing.mail("Content-Type: multipart/mixed; boundary=m\r\n\r\n"
                        + "--m\r\nContent-Type: text/html\r\n\r\n<img src=\"http://evil.example/\r\n--m\r\n"
                        + Sealing.cms("enveloped-data", enveloped)
                        + "--m\r\nContent-Type: text/html\r\n\r\n\">\r\n--m--\r\n"));
        expected.put("a part beside others", Decryption.NotEncrypted.class);

        mails.put("without MDC", Sealing.pgp(pgp(Sealing.literal(entity()), Integrity.NONE)));
        expected.put("without MDC", Why.UNPROTECTED);
        mails.put("MDC changed", Sealing.pgp(Sealing.flipped(mdc, 3)));
        expected.put("MDC changed", Why.CHANGED);
        mails.put("text changed", Sealing.pgp(Sealing.flipped(mdc, 40)));
        expected.put("text changed", Why.CHANGED);
        mails.put("AEAD changed", Sealing.pgp(Sealing.flipped(pgp(Sealing.literal(entity()), Integrity.SEIPD_2), 40)));
        expected.put("AEAD changed", Decryption.Refused.class);
        mails.put("OCB changed", Sealing.pgp(Sealing.flipped(pgp(Sealing.literal(entity()), Integrity.OCB), 40)));
        expected.put("OCB changed", Decryption.Refused.class);
        mails.put("PGP cut", Sealing.pgp(Arrays.copyOf(mdc, mdc.length - 30)));
        expected.put("PGP cut", Decryption.Refused.class);
        mails.put(
                "a PGP bomb",
                Sealing.pgp(pgp(Sealing.packed(Sealing.literal(new byte[64 * 1024 * 1024])), Integrity.MDC)));
        expected.put("a PGP bomb", Why.TOO_LARGE);
        byte[] packed = Sealing.literal(entity());
        for (int i = 0; i < 6; i++) {
            packed = Sealing.packed(packed);
        }
        mails.put("packed six times", Sealing.pgp(pgp(packed, Integrity.MDC)));
        expected.put("packed six times", Why.TOO_DEEP);
        mails.put(
                "two contents",
                Sealing.pgp(pgp(Sealing.both(Sealing.literal(entity()), Sealing.literal(entity())), Integrity.MDC)));
        expected.put("two contents", Why.DAMAGED);
        mails.put("no content", Sealing.pgp(pgp(new byte[0], Integrity.MDC)));
        expected.put("no content", Why.DAMAGED);
        mails.put(
                "PGP to an outsider",
                Sealing.pgp(Sealing.encrypted(
                        Sealing.literal(entity()),
                        Integrity.MDC,
                        pgpPeople.get(1).pair().getPublicKey())));
        expected.put("PGP to an outsider", Decryption.LeftAlone.class);
        mails.put("no packets", Sealing.mail(Sealing.pgpMime("words\n")));
        expected.put("no packets", Why.DAMAGED);
        mails.put(
                "one part",
                Sealing.mail("Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"));
        expected.put("one part", Why.DAMAGED);
        mails.put("no boundary", Sealing.mail("Content-Type: multipart/encrypted\r\n\r\nx\r\n"));
        expected.put("no boundary", Why.DAMAGED);
        mails.put("inline", Sealing.mail("Content-Type: text/plain\r\n\r\nHello\r\n" + Sealing.armored(mdc)));
        expected.put("inline", Why.INLINE);
        mails.put("about PGP", Sealing.mail("\r\nWrite > -----BEGIN PGP MESSAGE----- above it.\r\n"));
        expected.put("about PGP", Decryption.NotEncrypted.class);
        mails.put("nothing", Content.of(new byte[0]));
        expected.put("nothing", Decryption.NotEncrypted.class);
        mails.put(
                "rights management", Sealing.mail("Content-Class: rpmsg.message\r\nContent-Type: text/plain\r\n\r\nx"));
        expected.put("rights management", Decryption.NotEncrypted.class);

        Map<String, Object> came = new LinkedHashMap<>();
        for (Map.Entry<String, Content> one : mails.entrySet()) {
            Decryption decryption = decrypt(one.getValue());
            Object wanted = expected.getOrDefault(one.getKey(), "?");
            came.put(
                    one.getKey(),
                    wanted instanceof Class<?> type && type.isInstance(decryption)
                            ? wanted
                            : decryption instanceof Decryption.Refused refused ? refused.why() : decryption.getClass());
        }
        assertThat(came).isEqualTo(expected);
    }

    private static byte[] pgp(byte[] packets, Integrity integrity) throws Exception {
        return Sealing.encrypted(packets, integrity, pgpAnna().pair().getPublicKey());
    }

    private static byte[] nested(int depth) {
        byte[] der = new byte[depth * 2];
        for (int i = 0; i < depth; i++) {
            der[2 * i] = 0x30;
            der[2 * i + 1] = (byte) 0x80;
        }
        return der;
    }

    /// Octets changed, cut, doubled and left out, before and behind the transfer encoding: an answer, soon.
    /// Where there is a clear copy, its account can be read.
    @Test
    @Timeout(240)
    void fuzzedMailIsAnswered() throws Exception {
        long seed = Long.getLong("fuzz.seed", 20_261_129L);
        int rounds = Integer.getInteger("fuzz.rounds", 1_500);
        Random random = new Random(seed);
        byte[] signed = Sealing.octets(Sealing.cms("signed-data", Sealing.signed(entity(), bert(), true, true)));
        List<byte[]> seeds = List.of(
                Sealing.enveloped(signed, anna(), bert()),
                Sealing.enveloped(entity(), anna()),
                pgp(Sealing.packed(Sealing.literal(entity())), Integrity.MDC),
                pgp(Sealing.literal(entity()), Integrity.SEIPD_2));
        int cleared = 0;
        for (int round = 0; round < rounds; round++) {
            int which = random.nextInt(seeds.size());
            boolean before = random.nextBoolean();
            byte[] octets = before ? mutated(seeds.get(which), random) : seeds.get(which);
            Content mail = which < 2 ? Sealing.smime(octets) : Sealing.pgp(octets);
            Content fuzzed = before ? mail : Content.of(mutated(mail.toByteArray(1_000_000), random));
            Decryption decryption;
            try {
                decryption = decrypt(fuzzed);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round, e);
            }
            if (decryption instanceof Decryption.Clear clear) {
                cleared++;
                assertThat(ClearCopy.read(clear.content(), MARK)).contains(clear.account());
            }
        }
        assertThat(cleared).as("some changes do no harm").isPositive();
    }

    private static byte[] mutated(byte[] octets, Random random) {
        byte[] changed = octets.clone();
        switch (random.nextInt(4)) {
            case 0 -> {
                for (int i = random.nextInt(6); i >= 0; i--) {
                    changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
                }
            }
            case 1 -> changed = Arrays.copyOf(changed, random.nextInt(changed.length));
            case 2 -> {
                int from = random.nextInt(changed.length);
                int to = from + random.nextInt(Math.min(64, changed.length - from) + 1);
                changed = Sealing.both(Arrays.copyOf(changed, from), Arrays.copyOfRange(changed, to, changed.length));
            }
            default -> {
                int from = random.nextInt(changed.length);
                changed = Sealing.both(Arrays.copyOf(changed, from), changed);
            }
        }
        return changed;
    }
}
