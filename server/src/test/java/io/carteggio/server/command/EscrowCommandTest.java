package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.agent.EscrowStore;
import io.carteggio.server.agent.JournalAgent;
import io.carteggio.server.agent.Message;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.Shell.Said;
import io.carteggio.server.escrow.Sealing;
import io.carteggio.server.escrow.Sealing.Integrity;
import io.carteggio.server.escrow.Sealing.Person;
import io.carteggio.server.escrow.Sealing.PgpPerson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `rule escrow`: keys that are held, what is told of them, and what the agent does with them.
class EscrowCommandTest {
    private static final String PASSWORD = "quite a secret word";
    private static final Instant IN_FORCE = Instant.parse("2049-01-01T00:00:00Z");

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));
    private Path file = Path.of("");
    private Path password = Path.of("");
    private Optional<Person> anna = Optional.empty();

    @BeforeEach
    void begin() throws Exception {
        shell = new Shell(folder.resolve("data"));
        anna = Optional.of(Sealing.person("anna@firm.example", IN_FORCE));
        file = Files.write(folder.resolve("firm.p12"), anna().pkcs12(PASSWORD));
        password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
        shell.done("domain", "add", "firm.example");
        shell.done("source", "add", "agent", "--smtp", "journal@archive.example");
        shell.done("rule", "add", "All", "--to", "agent");
    }

    private Person anna() {
        return anna.orElseThrow();
    }

    private Said add(Path which, String... more) {
        String[] all = new String[more.length + 6];
        System.arraycopy(new String[] {"rule", "escrow", "add", which.toString(), "--password-file"}, 0, all, 0, 5);
        all[5] = password.toString();
        System.arraycopy(more, 0, all, 6, more.length);
        return shell.run(all);
    }

    private List<JsonNode> listed() {
        return shell.done("rule", "escrow", "list", "--json").lines();
    }

    @Test
    void keysAreTakenListedAndForgotten() throws Exception {
        Said said = add(file);
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(said.out()).contains("firm", "smime", "anna <anna@firm.example>, until 2049-01-01T00:00:00Z");
        PgpPerson pgp = Sealing.pgpPerson("Anna <anna@firm.example>");
        Path ring = Files.write(folder.resolve("ring.gpg"), pgp.keyring(PASSWORD));
        Said typed = shell.runWith(PASSWORD + "\n", "rule", "escrow", "add", ring.toString(), "--name", "anna-pgp");
        assertThat(typed.exit()).as(typed.err()).isZero();
        assertThat(listed()).hasSize(3);
        assertThat(listed().get(0).path("name").asString("")).isEqualTo("anna-pgp");
        assertThat(listed().get(0).path("form").asString("")).isEqualTo("openpgp");
        assertThat(listed().get(2).path("on").asBoolean(true))
                .as("off by default")
                .isFalse();

        Said again = add(file);
        assertThat(again.exit()).isEqualTo(1);
        assertThat(again.err()).contains("keys named firm are held in escrow already");
        shell.done("rule", "escrow", "on");
        assertThat(shell.done("rule", "settings").out()).contains("escrow              encrypted mail is decrypted");
        shell.done("rule", "escrow", "remove", "firm");
        assertThat(listed()).hasSize(2);
        assertThat(shell.run("rule", "escrow", "remove", "firm").exit()).isEqualTo(1);
        shell.done("rule", "escrow", "off");
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            EscrowStore store = new EscrowStore(archive.keyring());
            assertThat(store.has("firm")).isFalse();
            assertThat(store.open("anna-pgp").orElseThrow()).hasSize(1);
            assertThat(archive.keyring().secrets()).containsExactly("escrow-password:anna-pgp", "escrow:anna-pgp");
        }
        assertThat(shell.done("audit", "list").out())
                .contains("escrow-keys-added", "escrow-keys-removed", "escrow=on", "escrow=off");
        assertThat(shell.done("audit", "list", "--json").out() + said.out() + typed.out() + again.err())
                .doesNotContain(PASSWORD);
    }

    @Test
    void whatCannotBeOpenedIsNotKept() throws IOException {
        Path wrong = Files.writeString(folder.resolve("wrong"), "another word\n");
        Said said = shell.run("rule", "escrow", "add", file.toString(), "--password-file", wrong.toString());
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err()).contains("its password is another one");
        assertThat(shell.run("rule", "escrow", "add", password.toString(), "--no-password")
                        .exit())
                .isEqualTo(1);
        assertThat(add(file, "--name", "../x").err()).contains("a name is");
        assertThat(add(folder.resolve("nowhere")).err()).contains("no such file");
        assertThat(listed()).hasSize(1);
    }

    /// They lie in the keyring, under the master key, and come back with a backup of it.
    @Test
    void nothingSecretLiesInTheOpenAndABackupHasIt() throws Exception {
        assertThat(add(file).exit()).isZero();
        String secret = new String(anna().pair().getPrivate().getEncoded(), StandardCharsets.ISO_8859_1);
        for (Path one : Shell.filesBelow(shell.data())) {
            assertThat(new String(Files.readAllBytes(one), StandardCharsets.ISO_8859_1))
                    .as(one.toString())
                    .doesNotContain(PASSWORD, secret.substring(60, 100));
        }
        Path backup = folder.resolve("backup");
        shell.done("backup", "--to", backup.toString(), "--with-master-key");
        Path data = folder.resolve("restored");
        shell.done("restore", "--from", backup.toString(), "--data", data.toString());
        try (Archive archive = Archive.open(data, Clock.systemUTC()).orElseThrow()) {
            assertThat(new EscrowStore(archive.keyring()).open("firm").orElseThrow())
                    .hasSize(1);
        }
    }

    private void journal(Content mail) throws Exception {
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            new JournalAgent(archive, "mx.firm.example", Clock.systemUTC())
                    .journal(
                            new Message(
                                    Optional.of(new Address("bert@partner.example")),
                                    List.of(new Address("anna@firm.example")),
                                    false,
                                    false,
                                    mail,
                                    Optional.empty()),
                            false);
            assertThat(archive.indexer().awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        }
    }

    private List<JsonNode> found(String text) {
        return shell.done("search", text, "--json").lines().stream()
                .filter(line -> line.has("id"))
                .toList();
    }

    @Test
    void encryptedMailIsFoundByItsWordsAndKeptAsItWasSent() throws Exception {
        assertThat(add(file).exit()).isZero();
        Content mail = Sealing.smime(Sealing.enveloped(
                Sealing.octets(Sealing.cms(
                        "signed-data",
                        Sealing.signed(
                                Sealing.octets(Sealing.ENTITY),
                                Sealing.person("bert@partner.example", IN_FORCE),
                                true,
                                true))),
                anna()));
        journal(mail);
        assertThat(found("Wasserfall")).as("switched off").isEmpty();
        assertThat(found("outside"))
                .singleElement()
                .satisfies(line ->
                        assertThat(line.path("protected").asBoolean(false)).isTrue());
        shell.done("rule", "escrow", "on");
        journal(mail);
        List<JsonNode> letters = found("Wasserfall");
        assertThat(letters).hasSize(1);
        assertThat(found("outside")).as("one message").hasSize(1);
        String id = letters.getFirst().path("id").asString("");
        JsonNode shown = shell.done("show", id, "--json").json();
        assertThat(shown.path("variants").valueStream().map(v -> v.path("kind").asString("")))
                .containsExactly("clear", "protected");
        assertThat(shown.path("protected").asBoolean(false)).isFalse();
        assertThat(Json.texts(shown.path("notes")))
                .containsExactly(
                        "Decrypted by the journaling agent (S/MIME, aes-256-cbc); the mail as it was sent is kept beside it.",
                        "This encryption has no integrity check: what was changed on its way, nobody would notice.",
                        "Signed with S/MIME by bert <bert@partner.example>; the signature matches. Who vouches for that"
                                + " key was not examined.");
        String original = shown.path("variants").get(1).path("id").asString("");
        assertThat(shell.done("show", original, "--raw").octets())
                .as("as it was sent")
                .isEqualTo(mail.toByteArray(100_000));
        assertThat(shell.done("check").out()).doesNotContain("damaged");
    }

    @Test
    void whatIsNotDecryptedIsJournaledAllTheSame() throws Exception {
        PgpPerson pgp = Sealing.pgpPerson("Anna <anna@firm.example>");
        Path ring = Files.write(folder.resolve("ring.gpg"), pgp.keyring(PASSWORD));
        assertThat(add(ring).exit()).isZero();
        shell.done("rule", "escrow", "on");
        byte[] packets = Sealing.literal(Sealing.octets(Sealing.ENTITY));
        journal(Sealing.pgp(
                Sealing.encrypted(packets, Integrity.NONE, pgp.pair().getPublicKey())));
        assertThat(found("Wasserfall")).isEmpty();
        assertThat(found("outside")).hasSize(1);
        journal(Sealing.smime(Sealing.enveloped(Sealing.octets(Sealing.ENTITY), anna())));
        assertThat(found("Wasserfall")).as("to a key that is not held").isEmpty();
        assertThat(found("outside")).hasSize(2);
        journal(Sealing.pgp(Sealing.encrypted(packets, Integrity.MDC, pgp.pair().getPublicKey())));
        assertThat(found("Wasserfall")).hasSize(1);
    }
}
