package io.carteggio.server.fetch.pop3;

import static io.carteggio.server.fetch.DriverTests.account;
import static io.carteggio.server.fetch.DriverTests.trouble;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.DriverTests.Taken;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.RemoteMailbox.Listing;
import io.carteggio.server.fetch.RemoteMailbox.Removal;
import io.carteggio.server.fetch.RemoteMailbox.Removed;
import io.carteggio.server.fetch.ScriptedServer;
import io.carteggio.server.fetch.Steps;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The driver against servers that do not behave as Dovecot does.
@Tag("slow")
class Pop3MailboxTest {
    private static final String IN = """
            S: +OK hello
            C: CAPA
            S: -ERR what?
            C: USER anna
            S: +OK
            C: PASS secret
            S: +OK
            C: STAT
            S: +OK 3 300
            """;

    private static final String UIDL = """
            C: UIDL
            S: +OK
            S: 1 a
            S: 2 b
            S: 3 c
            S: .
            """;

    @TempDir
    Path directory = Path.of("");

    private interface Scene {
        void play(RemoteMailbox mailbox) throws ArchiveException, IOException;
    }

    private static void play(String script, Scene scene) throws ArchiveException, IOException {
        try (ScriptedServer server = new ScriptedServer(script)) {
            try (RemoteMailbox mailbox = new Pop3Protocol().open(account(server), Steps.SILENT)) {
                scene.play(mailbox);
            }
            assertThat(server.failure()).isEmpty();
        }
    }

    private static FetchException refused(String script, String... settings) throws IOException {
        try (ScriptedServer server = new ScriptedServer(script)) {
            FetchException trouble = trouble(() -> new Pop3Protocol()
                    .open(account(server, settings), Steps.SILENT)
                    .close());
            assertThat(server.failure()).isEmpty();
            assertThat(trouble.getMessage()).doesNotContain("secret");
            return trouble;
        }
    }

    @Test
    void whoIsNotLetInIsToldWhy() throws IOException {
        assertThat(refused("S: -ERR [SYS/TEMP] later").kind()).isEqualTo(Kind.BUSY);
        assertThat(refused("S: * OK this is IMAP").kind()).isEqualTo(Kind.PROTOCOL);
        assertThat(refused("W: 4000").kind()).isEqualTo(Kind.CUT);
        assertThat(refused(IN.replaceAll("(?s)S: \\+OK\nC: STAT.*", "S: -ERR [AUTH] no\n"))
                        .kind())
                .isEqualTo(Kind.LOG_IN);
        assertThat(refused(IN.replaceAll("(?s)S: \\+OK\nC: STAT.*", "S: -ERR [IN-USE] locked\n"))
                        .kind())
                .isEqualTo(Kind.BUSY);
        assertThat(refused("S: +OK\nC: CAPA\nS: +OK\nS: USER\nS: .\n", "tls", "starttls")
                        .kind())
                .isEqualTo(Kind.TLS);
        assertThat(refused(
                        "S: +OK\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS~ +OK\\r\\n+OK in the clear\\r\\n\n",
                        "tls",
                        "starttls"))
                .hasMessageContaining("in the clear");
    }

    @Test
    void saslIsTakenWhereItIsOffered() throws Exception {
        try (ScriptedServer server = new ScriptedServer("""
                S: +OK hello
                C: CAPA
                S: +OK
                S: SASL PLAIN XOAUTH2
                S: .
                C: AUTH XOAUTH2
                S: +
                C: dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHRvawEB
                S: + eyJzdGF0dXMiOiI0MDEifQ==
                C:\s
                S: -ERR no
                """)) {
            assertThat(trouble(() -> new Pop3Protocol().open(account(server, "auth", "xoauth2"), Steps.SILENT))
                            .kind())
                    .isEqualTo(Kind.LOG_IN);
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void mailsComeAndGo() throws Exception {
        Taken taken = new Taken(directory);
        play(IN + UIDL + """
                C: RETR 1
                S: +OK 5 octets
                S~ ..one\\r\\n.\\r\\n
                C: RETR 3
                S: -ERR damaged
                """ + UIDL + """
                C: DELE 1
                S: +OK
                C: DELE 3
                S: -ERR no
                C: QUIT
                S: +OK
                --
                """ + IN + """
                C: UIDL
                S: +OK
                S: 1 c
                S: .
                C: QUIT
                S: +OK
                """, mailbox -> {
            Listing listing = mailbox.list(Optional.empty(), key -> key.equals("b"), 10);
            assertThat(listing.unknown()).containsExactly("a", "c");
            assertThat(listing.complete()).isTrue();
            mailbox.fetch(listing.unknown(), taken);
            assertThat(taken.mails).isEqualTo(Map.of("a", ".one\r\n"));
            assertThat(taken.unreadable).containsOnlyKeys("c");
            Removed removed = mailbox.remove(List.of("a", "c", "gone"), new Removal.Delete());
            assertThat(removed.gone()).as("named, confirmed, or not there").containsExactlyInAnyOrder("a", "gone");
            assertThat(removed.left().orElseThrow())
                    .satisfies(why -> assertThat(why.kind()).isEqualTo(Kind.UNREMOVED))
                    .hasMessageContaining("to delete a mail: no");
            assertThat(mailbox.list(Optional.empty(), key -> false, 10).unknown())
                    .containsExactly("c");
        });
    }

    /// "commit in batches …; a dropped connection deletes nothing"
    @Test
    void whatWasNotConfirmedIsNotRemoved() throws Exception {
        play(IN + UIDL + """
                C: DELE 1
                S: +OK
                C: DELE 2
                S: +OK
                C: QUIT
                S: -ERR some deleted messages not removed
                """, mailbox -> {
            mailbox.list(Optional.empty(), key -> false, 10);
            Removed removed = mailbox.remove(List.of("a", "b"), new Removal.Delete());
            assertThat(removed.gone()).isEmpty();
            assertThat(removed.left().orElseThrow()).hasMessageContaining("some deleted messages not removed");
        });
        play(IN + UIDL + """
                C: DELE 1
                S: +OK
                C: QUIT
                X
                """, mailbox -> {
            mailbox.list(Optional.empty(), key -> false, 10);
            assertThat(trouble(() -> mailbox.remove(List.of("a"), new Removal.Delete()))
                            .kind())
                    .isEqualTo(Kind.CUT);
        });
    }

    @Test
    void aMailThatIsCutIsNotHandedOn() throws Exception {
        Taken taken = new Taken(directory);
        play(IN + UIDL + """
                C: RETR 1
                S: +OK
                S~ one\\r\\n.
                X
                """, mailbox -> {
            mailbox.list(Optional.empty(), key -> false, 10);
            assertThat(trouble(() -> mailbox.fetch(List.of("a"), taken)).kind()).isEqualTo(Kind.CUT);
            assertThat(taken.mails).isEmpty();
        });
    }

    /// RFC 1939 forbids it; a server that does it must not cost a mail.
    @Test
    void anIdThatComesTwiceIsTwoMails() throws Exception {
        Taken taken = new Taken(directory);
        play(IN + UIDL.replace("3 c", "3 a") + """
                C: RETR 1
                S: +OK
                S~ one\\r\\n.\\r\\n
                C: RETR 2
                S: +OK
                S~ two\\r\\n.\\r\\n
                C: RETR 3
                S: +OK
                S~ three\\r\\n.\\r\\n
                """, mailbox -> {
            mailbox.fetch(mailbox.list(Optional.empty(), key -> false, 10).unknown(), taken);
            assertThat(taken.mails.values()).containsExactly("one\r\n", "two\r\n", "three\r\n");
        });
    }

    @Test
    void withPipeliningManyAreAskedForAtOnce() throws Exception {
        Taken taken = new Taken(directory);
        play(IN.replace("S: -ERR what?", "S: +OK\nS: PIPELINING\nS: UIDL\nS: .") + UIDL + """
                C: RETR 1
                C: RETR 2
                C: RETR 3
                S: +OK
                S~ one\\r\\n.\\r\\n
                S: +OK
                S~ two\\r\\n.\\r\\n
                S: +OK
                S~ three\\r\\n.\\r\\n
                """, mailbox -> {
            mailbox.fetch(mailbox.list(Optional.empty(), key -> false, 10).unknown(), taken);
            assertThat(taken.mails).isEqualTo(Map.of("a", "one\r\n", "b", "two\r\n", "c", "three\r\n"));
        });
    }

    /// The oldest mail is asked for by its header, which a server need not give, and which may be anything.
    @Test
    void theOldestMailIsToldByItsHeader() throws Exception {
        String can = IN.replace("S: -ERR what?", "S: +OK\nS: CAPABILITY\nS: .");
        Map<String, String> headers = Map.of(
                "S: Received: by x; Tue, 3 Mar 2026 10:00:00 +0100",
                "2026-03-03T09:00:00Z",
                "S: Received: by x\nS: Date: Tue, 3 Mar 2026 10:00:00 +0000",
                "2026-03-03T10:00:00Z",
                "S: Date: yesterday",
                "",
                "S: Subject: " + "x".repeat(20_000),
                "",
                "S: Subject: " + ("y".repeat(900) + "\nS:  ").repeat(200) + "\nS: Date: Tue, 3 Mar 2026 10:00:00 +0000",
                "",
                "S: \nS: Date: Tue, 3 Mar 2026 10:00:00 +0000",
                "");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            play(
                    can.replace("CAPABILITY", "TOP") + "C: STAT\nS: +OK 3 300\nC: TOP 1 0\nS: +OK\n" + header.getKey()
                            + "\nS: \nS: .\nC: STAT\nS: +OK 0 0\n",
                    mailbox -> {
                        assertThat(mailbox.fill().oldest().map(Object::toString).orElse(""))
                                .isEqualTo(header.getValue());
                        assertThat(mailbox.fill())
                                .as("the session goes on")
                                .isEqualTo(
                                        new RemoteMailbox.Fill(0, Optional.of(0L), Optional.empty(), Optional.empty()));
                    });
        }
        play(
                can.replace("CAPABILITY", "UIDL") + "C: STAT\nS: +OK 3 300\n",
                mailbox -> assertThat(mailbox.fill())
                        .as("it has no TOP")
                        .isEqualTo(new RemoteMailbox.Fill(3, Optional.of(300L), Optional.empty(), Optional.empty())));
        play(
                IN + "C: STAT\nS: +OK 3 300\nC: TOP 1 0\nS: -ERR what?\n",
                mailbox -> assertThat(mailbox.fill().oldest()).as("nor this").isEmpty());
    }
}
