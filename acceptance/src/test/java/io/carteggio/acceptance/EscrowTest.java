package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Mail that OpenSSL and GnuPG have encrypted, through a real Postfix with the journaling agent beside it, which holds
/// the keys in escrow: it arrives as it was sent, and is found by its words.
@Tag("peers")
class EscrowTest {
    private static final String PASSWORD = "geheimes Wort";

    @TempDir
    static Path folder = Path.of("");

    private static Optional<MailHouse> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        MailHouse house = MailHouse.withMilter();
        started = Optional.of(house);
        Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        for (String who : List.of("anna", "stranger")) {
            run("openssl req -x509 -nodes -days 30 -newkey rsa:2048 -keyout " + who + ".key -out " + who
                    + ".pem -subj /CN=" + who + " -addext subjectAltName=email:" + who + "@firm.example");
        }
        run("openssl pkcs12 -export -inkey anna.key -in anna.pem -out anna.p12 -passout file:password");
        Files.createDirectory(
                folder.resolve("gnupg"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        for (String who : List.of("anna", "stranger")) {
            gpg(
                    "--passphrase-file",
                    "password",
                    "--quick-gen-key",
                    who + " <" + who + "@firm.example>",
                    "future-default");
        }
        gpg("--passphrase-file", "password", "-o", "anna.gpg", "--export-secret-keys", "anna@firm.example");
        for (String file : List.of("anna.p12", "anna.gpg")) {
            house.program()
                    .ask(
                            "rule",
                            "escrow",
                            "add",
                            folder.resolve(file).toString(),
                            "--name",
                            file,
                            "--password-file",
                            folder.resolve("password").toString())
                    .done();
        }
        house.program().ask("rule", "escrow", "on").done();
    }

    @AfterAll
    static void stop() throws Exception {
        if (started.isPresent()) {
            started.get().close();
            run("gpgconf --homedir gnupg --kill gpg-agent");
        }
    }

    private static MailHouse house() {
        return started.orElseThrow();
    }

    private static void gpg(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(
                List.of("gpg", "--homedir", "gnupg", "--batch", "--yes", "--quiet", "--pinentry-mode", "loopback"));
        all.addAll(List.of(arguments));
        run(all);
    }

    private static void run(String line) throws Exception {
        run(Arrays.asList(line.split(" ", -1)));
    }

    private static void run(List<String> words) throws IOException, InterruptedException {
        Path said = folder.resolve("said");
        Process process = new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s", words).isTrue();
        assertThat(process.exitValue())
                .as("%s: %s", words, Files.readString(said, StandardCharsets.ISO_8859_1))
                .isZero();
    }

    /// What is encrypted: an entity of MIME with a word in it.
    private static void entity(String word) throws IOException {
        Files.writeString(folder.resolve("entity"), """
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit

                Das Wort ist %s, über alles.
                """.formatted(word).replace("\n", "\r\n"));
    }

    private static String smime(String word, String to) throws Exception {
        entity(word);
        run("openssl cms -sign -in entity -out signed -signer stranger.pem -inkey stranger.key");
        run("openssl cms -encrypt -in signed -out mail -aes-256-gcm " + to + ".pem");
        return Files.readString(folder.resolve("mail"), StandardCharsets.ISO_8859_1);
    }

    private static String openPgp(String word, String to) throws Exception {
        entity(word);
        gpg("--armor", "--trust-model", "always", "-r", to + "@firm.example", "-o", "mail", "--encrypt", "entity");
        return """
                MIME-Version: 1.0
                Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="b"

                --b
                Content-Type: application/pgp-encrypted

                Version: 1
                --b
                Content-Type: application/octet-stream

                %s
                --b--
                """.formatted(Files.readString(folder.resolve("mail"), StandardCharsets.ISO_8859_1));
    }

    /// Sends it, and sees to it that it arrives once, octet for octet behind what the mail system puts before it.
    private static byte[] sent(String subject, String entity) throws Exception {
        String text = "From: Stranger <stranger@firm.example>\nTo: anna@firm.example\nSubject: " + subject
                + "\nMessage-ID: <" + subject + "@test>\nDate: Sun, 29 Nov 2026 12:00:00 +0000\n"
                + entity.replace("\r\n", "\n");
        byte[] octets = text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(MailHouse.send(
                                house().door(),
                                "x@outside.example",
                                Content.of(octets),
                                false,
                                Way.DATA,
                                List.of("anna@firm.example"))
                        .kept())
                .isTrue();
        assertThat(house().delivered("anna@firm.example", subject))
                .singleElement()
                .asString()
                .endsWith(new String(octets, StandardCharsets.ISO_8859_1));
        return octets;
    }

    private static JsonNode shown(String id) {
        return house().program()
                .ask("show", id, "--json", "--auditor", "test")
                .done()
                .json();
    }

    private static Stream<String> kinds(JsonNode shown) {
        return shown.path("variants").valueStream().map(one -> one.path("kind").asString(""));
    }

    private static String notes(JsonNode shown) {
        return shown.path("notes")
                .valueStream()
                .map(one -> one.asString(""))
                .toList()
                .toString();
    }

    private static void isFoundByItsWordsAndKeptAsItWasSent(String word, byte[] sent) throws Exception {
        JsonNode clear = shown(house().letter(word));
        assertThat(kinds(clear)).containsExactly("clear", "protected");
        assertThat(clear.path("text").asString("")).contains("Das Wort ist " + word + ", über alles.");
        String original = clear.path("variants").get(1).path("id").asString("");
        assertThat(house().original(original)).isEqualTo(sent);
        assertThat(house().recipients(original)).containsExactly("recipient anna@firm.example");
        assertThat(clear.path("envelopes"))
                .as("one report for each rule that fires: for all mail, and for external mail")
                .hasSize(2);
    }

    @Test
    void whatOpensslSignsAndEncrypts() throws Exception {
        byte[] sent = sent("smime-to-anna", smime("Wasserfall", "anna"));
        isFoundByItsWordsAndKeptAsItWasSent("Wasserfall", sent);
        assertThat(notes(shown(house().letter("Wasserfall"))))
                .contains("Decrypted by the journaling agent (S/MIME, aes-256-gcm)")
                .contains("by stranger <stranger@firm.example>; the signature matches");
    }

    @Test
    void whatGnupgEncrypts() throws Exception {
        byte[] sent = sent("openpgp-to-anna", openPgp("Regenbogen", "anna"));
        isFoundByItsWordsAndKeptAsItWasSent("Regenbogen", sent);
        assertThat(notes(shown(house().letter("Regenbogen"))))
                .contains("Decrypted by the journaling agent (OpenPGP,")
                .contains("It was not signed.");
    }

    @Test
    void whatIsEncryptedToStrangersIsLeftAlone() throws Exception {
        for (String subject : List.of("smime-to-strangers", "openpgp-to-strangers")) {
            byte[] sent = sent(
                    subject,
                    subject.startsWith("smime") ? smime("Nordlicht", "stranger") : openPgp("Nordlicht", "stranger"));
            String id = house().letter("subject:" + subject);
            JsonNode shown = shown(id);
            assertThat(shown.path("protected").asBoolean(false)).as(subject).isTrue();
            assertThat(kinds(shown)).isEmpty();
            assertThat(house().original(id)).isEqualTo(sent);
            assertThat(house().program()
                            .ask("show", id, "--evidence", "--auditor", "test")
                            .done()
                            .out())
                    .contains("left alone: encrypted to no key that is held in escrow");
        }
        assertThat(house().found("Nordlicht")).isEmpty();
    }
}
