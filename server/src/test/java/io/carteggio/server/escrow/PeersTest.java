package io.carteggio.server.escrow;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Mails that OpenSSL and GnuPG have encrypted and signed.
@Tag("peers")
class PeersTest {
    private static final ClearMark MARK = new ClearMark(new SecretKeySpec(new byte[32], "AES"));
    private static final String ENTITY = """
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: 8bit

            Der Wasserfall f\u00e4llt.
            Second line.
            """;
    private static final String CLEAR_END = ENTITY.replace("\n", "\r\n");

    @TempDir
    static Path folder = Path.of("");

    private static List<EscrowKey> keys = List.of();

    @BeforeAll
    static void makeKeys() throws Exception {
        Files.writeString(folder.resolve("entity"), ENTITY.replace("\n", "\r\n"));
        Files.createDirectory(folder.resolve("gnupg"));
        folder.resolve("gnupg").toFile().setReadable(false, false);
        folder.resolve("gnupg").toFile().setReadable(true, true);
        folder.resolve("gnupg").toFile().setExecutable(false, false);
        folder.resolve("gnupg").toFile().setExecutable(true, true);
        List<EscrowKey> all = new ArrayList<>();
        for (String[] one : new String[][] {
            {"anna", "rsa:2048"}, {"eva", "ec -pkeyopt ec_paramgen_curve:P-256"}, {"bert", "rsa:2048"}
        }) {
            run("openssl req -x509 -nodes -days 30 -newkey " + one[1] + " -keyout " + one[0] + ".key -out " + one[0]
                    + ".pem -subj /CN=" + one[0] + " -addext subjectAltName=email:" + one[0] + "@firm.example");
            run("openssl pkcs12 -export -inkey " + one[0] + ".key -in " + one[0] + ".pem -out " + one[0]
                    + ".p12 -passout pass:geheim");
            if (!one[0].equals("bert")) { // an outsider
                all.addAll(EscrowFile.open(Files.readAllBytes(folder.resolve(one[0] + ".p12")), "geheim"));
            }
        }
        for (String[] one :
                new String[][] {{"anna", "rsa2048"}, {"eva", "future-default"}, {"bert", "future-default"}}) {
            gpg("--passphrase", "geheim", "--quick-gen-key", one[0] + " <" + one[0] + "@firm.example>", one[1]);
            if (one[1].equals("rsa2048")) { // which makes no key to encrypt with
                gpg("--passphrase", "geheim", "--quick-add-key", fingerprint(one[0]), "rsa2048", "encr");
            }
        }
        // a key that has expired long since
        gpg(
                "--faked-system-time",
                "20200101T000000",
                "--passphrase",
                "geheim",
                "--quick-gen-key",
                "old <old@firm.example>",
                "future-default",
                "default",
                "1d");
        gpg(
                "--faked-system-time",
                "20200101T000000",
                "--armor",
                "--trust-model",
                "always",
                "-r",
                "old@firm.example",
                "-o",
                "old.asc",
                "--encrypt",
                "entity");
        for (String one : List.of("anna", "eva", "old")) {
            gpg("--passphrase", "geheim", "-o", one + ".gpg", "--export-secret-keys", one + "@firm.example");
            all.addAll(EscrowFile.open(Files.readAllBytes(folder.resolve(one + ".gpg")), "geheim"));
        }
        keys = List.copyOf(all);
    }

    @AfterAll
    static void endAgent() throws Exception {
        run("gpgconf --homedir gnupg --kill gpg-agent");
    }

    private static String fingerprint(String name) throws Exception {
        return gpg("--with-colons", "--list-keys", name + "@firm.example")
                .lines()
                .filter(line -> line.startsWith("fpr:"))
                .findFirst()
                .orElseThrow()
                .split(":", -1)[9];
    }

    private static String gpg(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("gpg", "--homedir", "gnupg", "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback"));
        all.addAll(List.of(arguments));
        return run(all);
    }

    private static String run(String line) throws Exception {
        return run(Arrays.asList(line.split(" ", -1)));
    }

    private static String run(List<String> words) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Process process = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s", words).isTrue();
        String said = Files.readString(out, StandardCharsets.ISO_8859_1);
        assertThat(process.exitValue()).as("%s: %s", words, said).isZero();
        return said;
    }

    /// A mail with what the program has written as its MIME entity.
    private static Content mail(String entity) {
        return Content.of(("From: Bert <bert@firm.example>\nSubject: secret\nMessage-ID: <s@x>\n" + entity)
                .replace("\r\n", "\n")
                .replace("\n", "\r\n")
                .getBytes(UTF_8));
    }

    private static Decryption decrypt(String entity) throws Exception {
        return new Decrypter(keys, MARK).decrypt(mail(entity));
    }

    private static String read(String file) throws IOException {
        return Files.readString(folder.resolve(file), StandardCharsets.ISO_8859_1);
    }

    private static String text(Decryption.Clear clear) throws IOException {
        return new String(clear.content().toByteArray(1_000_000), UTF_8);
    }

    private static List<String> signatures(Decryption.Clear clear) {
        return clear.account().signatures().stream()
                .map(one -> one.state().word() + " " + one.form().word() + " " + one.signer())
                .toList();
    }

    // ---- OpenSSL

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            -aes-256-cbc | anna.pem                                     | aes-256-cbc | false
            -aes-128-cbc | anna.pem                                     | aes-128-cbc | false
            -des3        | anna.pem                                     | 3des-cbc    | false
            -aes-256-gcm | anna.pem                                     | aes-256-gcm | true
            -aes-256-gcm | -recip anna.pem -keyopt rsa_padding_mode:oaep | aes-256-gcm | true
            -aes-256-cbc | -recip anna.pem -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256 | aes-256-cbc | false
            -aes-256-cbc | eva.pem                                      | aes-256-cbc | false
            -aes-256-gcm | -recip eva.pem -keyopt ecdh_kdf_md:sha256    | aes-256-gcm | true
            -aes-256-cbc | bert.pem eva.pem anna.pem                    | aes-256-cbc | false
            -aes-256-cbc -keyid | anna.pem                              | aes-256-cbc | false
            """)
    void whatOpensslEncrypts(String cipher, String recipients, String name, boolean integrity) throws Exception {
        run("openssl cms -encrypt -in entity -out mail " + cipher + " " + recipients);
        Decryption.Clear clear = (Decryption.Clear) decrypt(read("mail"));
        assertThat(clear.account()).isEqualTo(new Decryption.Account(Form.SMIME, name, integrity, List.of()));
        assertThat(text(clear)).endsWith("MIME-Version: 1.0\r\n" + CLEAR_END);
    }

    @Test
    void whatSomebodyHasChangedInGcmIsNotDecrypted() throws Exception {
        run("openssl cms -encrypt -in entity -outform DER -out mail.der -aes-256-gcm anna.pem");
        byte[] der = Files.readAllBytes(folder.resolve("mail.der"));
        Decrypter decrypter = new Decrypter(keys, MARK);
        assertThat(decrypter.decrypt(Sealing.smime(der))).isInstanceOf(Decryption.Clear.class);
        for (int fromEnd : List.of(1, 16, 30, 60)) { // the tag, and the ciphertext before it
            assertThat(decrypter.decrypt(Sealing.smime(Sealing.flipped(der, fromEnd))))
                    .as("changed %s octets before the end", fromEnd)
                    .isInstanceOfSatisfying(
                            Decryption.Refused.class,
                            refused -> assertThat(refused.why()).isEqualTo(Decryption.Why.CHANGED));
        }
    }

    @Test
    void whatOpensslEncryptsToAnOutsiderIsLeftAlone() throws Exception {
        run("openssl cms -encrypt -in entity -out mail -aes-256-cbc bert.pem");
        assertThat(decrypt(read("mail"))).isEqualTo(new Decryption.LeftAlone(Form.SMIME));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-nodetach"})
    void whatOpensslSignsAndEncrypts(String detach) throws Exception {
        run(("openssl cms -sign -in entity -out signed -signer bert.pem -inkey bert.key " + detach).strip());
        run("openssl cms -encrypt -in signed -out mail -aes-256-gcm anna.pem");
        Decryption.Clear clear = (Decryption.Clear) decrypt(read("mail"));
        assertThat(signatures(clear)).containsExactly("valid smime bert <bert@firm.example>");
        assertThat(text(clear)).contains("Der Wasserfall f\u00e4llt.\r\nSecond line.\r\n");
        // and when somebody has changed it in between
        Files.writeString(
                folder.resolve("signed"),
                read("signed").replace("Second line", "Second lie").replace("IFNlY29uZ", "IFNlY29uY"));
        if (detach.isEmpty()) {
            run("openssl cms -encrypt -in signed -out mail -aes-256-gcm anna.pem");
            assertThat(signatures((Decryption.Clear) decrypt(read("mail"))))
                    .containsExactly("invalid smime bert <bert@firm.example>");
        }
    }

    @Test
    void withoutItsCertificateASignatureIsOfAnUnknownKey() throws Exception {
        run("openssl cms -sign -nocerts -in entity -out signed -signer bert.pem -inkey bert.key");
        run("openssl cms -encrypt -in signed -out mail -aes-256-cbc anna.pem");
        assertThat(signatures((Decryption.Clear) decrypt(read("mail")))).containsExactly("unknown-key smime ");
    }

    // ---- GnuPG

    private static Decryption encrypted(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--armor", "--trust-model", "always", "-o", "mail"));
        all.addAll(List.of(arguments));
        gpg(all.toArray(String[]::new));
        return decrypt(Sealing.pgpMime(read("mail")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-r anna@firm.example",
                "-r eva@firm.example",
                "-R eva@firm.example",
                "-R anna@firm.example",
                "-r bert@firm.example -r eva@firm.example",
                "-r eva@firm.example --compress-algo bzip2",
                "-r eva@firm.example --compress-algo none",
                "-r eva@firm.example --cipher-algo TWOFISH"
            })
    void whatGnupgEncrypts(String to) throws Exception {
        List<String> words = new ArrayList<>(Arrays.asList(to.split(" ", -1)));
        words.addAll(List.of("--encrypt", "entity"));
        Decryption.Clear clear = (Decryption.Clear) encrypted(words.toArray(String[]::new));
        assertThat(clear.account().integrity()).isTrue();
        assertThat(clear.account().signatures()).isEmpty();
        assertThat(text(clear)).endsWith("MIME-Version: 1.0\r\n" + CLEAR_END);
    }

    @ParameterizedTest
    @CsvSource({
        "anna@firm.example, valid openpgp anna <anna@firm.example>",
        "eva@firm.example, valid openpgp eva <eva@firm.example>",
        "bert@firm.example, unknown-key openpgp ''"
    })
    void whatGnupgSignsAndEncrypts(String signer, String expected) throws Exception {
        Decryption.Clear clear = (Decryption.Clear) encrypted(
                "--passphrase", "geheim", "-u", signer, "-r", "eva@firm.example", "--sign", "--encrypt", "entity");
        assertThat(signatures(clear)).containsExactly(expected.replace("''", ""));
        assertThat(text(clear)).endsWith(CLEAR_END);
    }

    /// RFC 3156, 6.1: signed as MIME, then encrypted.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSignatureOfMimeWithin(boolean intact) throws Exception {
        gpg(
                "--passphrase",
                "geheim",
                "--armor",
                "-u",
                "anna@firm.example",
                "-o",
                "entity.asc",
                "--detach-sign",
                "entity");
        String signed = "Content-Type: multipart/signed; micalg=pgp-sha512; protocol=\"application/pgp-signature\";"
                + " boundary=s\r\n\r\n--s\r\n" + read("entity") + (intact ? "" : "more") + "\r\n--s\r\n"
                + "Content-Type: application/pgp-signature\r\n\r\n" + read("entity.asc") + "\r\n--s--\r\n";
        Files.writeString(folder.resolve("signed"), signed, StandardCharsets.ISO_8859_1);
        Decryption.Clear clear = (Decryption.Clear) encrypted("-r", "eva@firm.example", "--encrypt", "signed");
        assertThat(signatures(clear))
                .containsExactly((intact ? "valid" : "invalid") + " openpgp anna <anna@firm.example>");
        assertThat(text(clear)).contains("boundary=s\r\n", "application/pgp-signature");
    }

    @Test
    void whatGnupgEncryptsToAnOutsiderIsLeftAlone() throws Exception {
        assertThat(encrypted("-r", "bert@firm.example", "--encrypt", "entity"))
                .isEqualTo(new Decryption.LeftAlone(Form.OPENPGP));
        assertThat(encrypted("-R", "bert@firm.example", "--encrypt", "entity"))
                .isEqualTo(new Decryption.LeftAlone(Form.OPENPGP));
        assertThat(encrypted("--passphrase", "x", "--symmetric", "entity"))
                .isEqualTo(new Decryption.LeftAlone(Form.OPENPGP));
    }

    @Test
    void aKeyThatHasExpiredDecrypts() throws Exception {
        assertThat(text((Decryption.Clear) decrypt(Sealing.pgpMime(read("old.asc")))))
                .endsWith(CLEAR_END);
    }
}
