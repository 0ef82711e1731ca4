package io.carteggio.server.fetch.imap;

import static io.carteggio.server.fetch.DriverTests.account;
import static io.carteggio.server.fetch.DriverTests.trouble;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.DriverTests.Taken;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.RemoteMailbox.Listing;
import io.carteggio.server.fetch.RemoteMailbox.Removal;
import io.carteggio.server.fetch.ScriptedServer;
import io.carteggio.server.fetch.Steps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The driver against servers that do not behave as Dovecot does.
@Tag("slow")
class ImapMailboxTest {
    private static final String IN = """
            S: * OK [CAPABILITY IMAP4rev1] hello
            C: c1 CAPABILITY
            S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN CAPABILITIES
            S: c1 OK
            C: c2 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
            S: c2 OK [CAPABILITY IMAP4rev1 CAPABILITIES] in
            C: c3 SELECT "INBOX"
            S: * 3 EXISTS
            S: * OK [UIDVALIDITY 17] ok
            S: * OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] ok
            S: c3 OK [READ-WRITE] selected
            """;

    @TempDir
    Path directory = Path.of("");

    private interface Scene {
        void play(RemoteMailbox mailbox) throws ArchiveException, IOException;
    }

    private static String in(String capabilities) {
        return IN.replace("CAPABILITIES", capabilities);
    }

    private static RemoteMailbox open(Account account) throws ArchiveException {
        return new ImapProtocol().open(account, Steps.SILENT);
    }

    private static void play(String script, Scene scene) throws ArchiveException, IOException {
        try (ScriptedServer server = new ScriptedServer(script)) {
            try (RemoteMailbox mailbox = open(account(server))) {
                scene.play(mailbox);
            }
            assertThat(server.failure()).isEmpty();
        }
    }

    private static FetchException refused(String script, String... settings) throws IOException {
        try (ScriptedServer server = new ScriptedServer(script)) {
            FetchException trouble =
                    trouble(() -> open(account(server, settings)).close());
            assertThat(server.failure()).isEmpty();
            assertThat(trouble.getMessage()).doesNotContain("secret").doesNotContain("tok");
            return trouble;
        }
    }

    // ---- large mails

    private static void playInPieces(String script, Scene scene) throws ArchiveException, IOException {
        try (ScriptedServer server = new ScriptedServer(script)) {
            try (RemoteMailbox mailbox = ImapMailbox.open(account(server), Steps.SILENT, new Copied(), 10)) {
                scene.play(mailbox);
            }
            assertThat(server.failure()).isEmpty();
        }
    }

    /// Cut off in the second piece: the rest is asked for over another connection.
    @Test
    void aLargeMailComesInPiecesAlsoOverAConnectionThatBreaks() throws Exception {
        playInPieces(in("UIDPLUS") + """
                C: c4 UID FETCH 1:3 \\(UID INTERNALDATE BODY.PEEK\\[]<0.10>\\)
                S~ * 1 FETCH (UID 1 BODY[]<0> {10}\\r\\n0123456789)\\r\\n
                S~ * 2 FETCH (UID 2 BODY[]<0> {4}\\r\\nabcd)\\r\\n
                S~ * 3 FETCH (UID 3 BODY[]<0> {10}\\r\\nexactly10.)\\r\\n
                S: c4 OK
                C: c5 UID FETCH 1 \\(UID BODY.PEEK\\[]<10.10>\\)
                S~ * 1 FETCH (UID 1 BODY[]<10> {10}\\r\\nABCDE
                X
                --
                """ + in("UIDPLUS") + """
                C: c4 UID FETCH 1 \\(UID BODY.PEEK\\[]<15.10>\\)
                S~ * 1 FETCH (UID 1 BODY[]<15> {10}\\r\\nFGHIJKLMNO)\\r\\n
                S: c4 OK
                C: c5 UID FETCH 1 \\(UID BODY.PEEK\\[]<25.10>\\)
                S~ * 1 FETCH (UID 1 BODY[]<25> {1}\\r\\nP)\\r\\n
                S: c5 OK
                C: c6 UID FETCH 3 \\(UID BODY.PEEK\\[]<10.10>\\)
                S: * 3 FETCH (UID 3 BODY[]<10> "")
                S: c6 OK
                """, mailbox -> {
            Taken taken = new Taken(directory);
            mailbox.fetch(List.of("1", "2", "3"), taken);
            assertThat(taken.mails)
                    .isEqualTo(Map.of("1", "0123456789ABCDEFGHIJKLMNOP", "2", "abcd", "3", "exactly10."));
        });
    }

    /// A server that knows nothing of pieces gives all of it; one that gives others than were asked for is not
    /// believed, and the mail is named.
    @Test
    void piecesThatAreNotWhatWasAskedForAreNotPutTogether() throws Exception {
        playInPieces(in("UIDPLUS") + """
                C: c4 UID FETCH 1:2 \\(UID INTERNALDATE BODY.PEEK\\[]<0.10>\\)
                S~ * 1 FETCH (UID 1 BODY[] {12}\\r\\n0123456789ab)\\r\\n
                S~ * 2 FETCH (UID 2 BODY[]<0> {10}\\r\\n0123456789)\\r\\n
                S: c4 OK
                C: c5 UID FETCH 2 \\(UID BODY.PEEK\\[]<10.10>\\)
                S~ * 2 FETCH (UID 2 BODY[]<0> {10}\\r\\n0123456789)\\r\\n
                S: c5 OK
                C: c6 UID FETCH 2 \\(UID INTERNALDATE BODY.PEEK\\[]<0.10>\\)
                S~ * 2 FETCH (UID 2 BODY[]<0> {10}\\r\\n0123456789)\\r\\n
                S: c6 OK
                C: c7 UID FETCH 2 \\(UID BODY.PEEK\\[]<10.10>\\)
                S: c7 NO no such octets
                C: c8 UID SEARCH UID 2
                S: * SEARCH 2
                S: c8 OK
                """, mailbox -> {
            Taken taken = new Taken(directory);
            mailbox.fetch(List.of("1", "2"), taken);
            assertThat(taken.mails).isEqualTo(Map.of("1", "0123456789ab"));
            assertThat(taken.unreadable).containsOnlyKeys("2");
        });
    }

    // ---- the way in

    @Test
    void aPasswordThatQuotesCannotHoldGoesAsALiteral() throws Exception {
        try (ScriptedServer server = new ScriptedServer("""
                S: * OK hello
                C: c1 CAPABILITY
                S: * CAPABILITY IMAP4rev1
                S: c1 OK
                C: c2 LOGIN "a \\\\"b" \\{8\\}
                S: + go on
                C: s\u00c3\u00a9cr\u00c3\u00a9t
                S: c2 OK
                C: c3 CAPABILITY
                S: * CAPABILITY IMAP4rev1
                S: c3 OK
                C: c4 SELECT "INBOX"
                S: * OK [UIDVALIDITY 1] ok
                S: c4 OK
                """)) {
            Account plain = account(server, "user", "a \"b");
            plain.secrets().put("password", "s\u00e9cr\u00e9t");
            open(plain).close();
            assertThat(server.failure()).isEmpty();
        }
    }

    /// RFC 7888: such a server sends no `+`.
    @Test
    void aLiteralWaitsForNobodyWhereTheServerSaysSo() throws Exception {
        for (String capability : List.of("LITERAL+", "LITERAL-")) {
            try (ScriptedServer server = new ScriptedServer("""
                    S: * OK [CAPABILITY IMAP4rev1 CAPABILITY] hello
                    C: c1 CAPABILITY
                    S: * CAPABILITY IMAP4rev1 CAPABILITY
                    S: c1 OK
                    C: c2 LOGIN "anna" \\{8\\+\\}
                    C: s\u00c3\u00a9cr\u00c3\u00a9t
                    S: c2 OK [CAPABILITY IMAP4rev1] in
                    C: c3 SELECT "INBOX"
                    S: * OK [UIDVALIDITY 1] ok
                    S: c3 OK
                    """.replace("rev1 CAPABILITY", "rev1 " + capability))) {
                Account plain = account(server, "user", "anna");
                plain.secrets().put("password", "s\u00e9cr\u00e9t");
                open(plain).close();
                assertThat(server.failure()).as(capability).isEmpty();
            }
        }
    }

    @Test
    void aWrongPasswordIsRefused() throws IOException {
        FetchException trouble = refused("""
                S: * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello
                C: c1 CAPABILITY
                S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
                S: c1 OK
                C: c2 AUTHENTICATE PLAIN
                S: +
                C: AGFubmEAc2VjcmV0
                S: c2 NO [AUTHENTICATIONFAILED] Authentication failed.
                """);
        assertThat(trouble.kind()).isEqualTo(Kind.LOG_IN);
        assertThat(trouble).hasMessageContaining("anna").hasMessageContaining("Authentication failed.");
    }

    @Test
    void noPasswordIsSaidWhereItMustNot() throws IOException {
        assertThat(refused("""
                        S: * OK hello
                        C: c1 CAPABILITY
                        S: * CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS
                        S: c1 OK
                        """).kind()).isEqualTo(Kind.LOG_IN);
        assertThat(refused("""
                        S: * OK hello
                        C: c1 CAPABILITY
                        S: * CAPABILITY IMAP4rev1 AUTH=PLAIN
                        S: c1 OK
                        """, "tls", "starttls").kind()).as("no STARTTLS").isEqualTo(Kind.TLS);
        assertThat(refused("S: * PREAUTH welcome", "tls", "starttls").kind()).isEqualTo(Kind.TLS);
        assertThat(refused("""
                        S: * OK hello
                        C: c1 CAPABILITY
                        S: * CAPABILITY IMAP4rev1 STARTTLS
                        S: c1 OK
                        C: c2 STARTTLS
                        S~ c2 OK go\\r\\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\\r\\n
                        """, "tls", "starttls"))
                .as("put in by who stands in between")
                .hasMessageContaining("in the clear");
    }

    @Test
    void errorsOfTokensAreHeardToTheirEnd() throws IOException {
        String script = """
                S: * OK hello
                C: c1 CAPABILITY
                S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER
                S: c1 OK
                C: c2 AUTHENTICATE MECHANISM [A-Za-z0-9+/=]+
                S: + eyJzdGF0dXMiOiI0MDEifQ==
                C: ANSWER
                S: c2 NO AUTHENTICATE failed.
                """;
        assertThat(refused(script.replace("MECHANISM", "XOAUTH2").replace("ANSWER", ""), "auth", "xoauth2")
                        .kind())
                .isEqualTo(Kind.LOG_IN);
        assertThat(refused(script.replace("MECHANISM", "OAUTHBEARER").replace("ANSWER", "AQ=="), "auth", "oauthbearer")
                        .kind())
                .isEqualTo(Kind.LOG_IN);
    }

    @Test
    void whoIsNotLetInIsToldWhy() throws IOException {
        assertThat(refused("S: * BYE too many connections").kind()).isEqualTo(Kind.BUSY);
        assertThat(refused("S: 220 mail.example ESMTP").kind()).isEqualTo(Kind.PROTOCOL);
        assertThat(refused("X", "host", "nowhere.invalid").getMessage()).contains("there is no host nowhere.invalid");
        assertThat(refused("S: * HELLO\nX").kind()).isEqualTo(Kind.PROTOCOL);
        assertThat(refused("X").kind()).isEqualTo(Kind.CUT);
        assertThat(refused("W: 4000").kind()).as("silent").isEqualTo(Kind.CUT);
        assertThat(refused("D: " + "* OK and then it takes its time to say so").kind())
                .as("dribbles")
                .isEqualTo(Kind.CUT);
        assertThat(refused(in("").replaceAll("(?s)S: \\* 3 EXISTS.*", "S: c3 NO [NONEXISTENT] no such\n"))
                        .kind())
                .isEqualTo(Kind.FOLDER);
        assertThat(refused(in("").replaceAll("S: \\* OK \\[UIDVALIDITY 17] ok\n", ""))
                        .kind())
                .isEqualTo(Kind.PROTOCOL);
        FetchException throttled = refused(in("").replaceAll(
                        "(?s)S: \\* 3 EXISTS.*",
                        "S: c3 BAD Request is throttled. Suggested Backoff Time: 297749 milliseconds\n"));
        assertThat(throttled.kind()).isEqualTo(Kind.BUSY);
        assertThat(throttled.retryAfter()).contains(Duration.ofMillis(297_749));
    }

    // ---- what there is

    @Test
    void aListingGivesTheLowestUnknown() throws Exception {
        play(in("") + """
                C: c4 UID SEARCH ALL
                S: * SEARCH 9 3 5 7
                S: c4 OK
                C: c5 UID SEARCH ALL
                S: * SEARCH 3 5
                S: * SEARCH 7 9
                S: c5 OK
                C: c6 UID SEARCH UID 10:\\*
                S: * SEARCH 9
                S: c6 OK
                """, mailbox -> {
            Listing all = mailbox.list(Optional.empty(), key -> key.equals("5"), 10);
            assertThat(all.unknown()).containsExactly("3", "7", "9");
            assertThat(all.complete()).isTrue();
            assertThat(all.cursor()).contains("9");
            assertThat(all.mails()).isEqualTo(3);
            Listing some = mailbox.list(Optional.empty(), key -> false, 2);
            assertThat(some.unknown()).containsExactly("3", "5");
            assertThat(some.more()).isTrue();
            assertThat(some.cursor()).isEmpty();
            Listing none = mailbox.list(Optional.of("9"), key -> false, 2);
            assertThat(none.unknown()).as("n:* always names the last one").isEmpty();
            assertThat(none.complete()).isFalse();
        });
    }

    @Test
    void oneBadMailDoesNotStopTheOthers() throws Exception {
        Taken taken = new Taken(directory);
        play(in("") + """
                C: c4 UID FETCH 1:4,9 \\(UID INTERNALDATE BODY.PEEK\\[]<0.16777216>\\)
                S: * 1 FETCH (INTERNALDATE "17-Jul-2018 14:13:28 +0200" BODY[] {6}
                S~ one\\r\\n\\0 UID 1)\\r\\n
                S: * 2 FETCH (FLAGS (\\Seen))
                S: * 3 FETCH (UID 3 BODY[] NIL)
                S: * 7 FETCH (UID 77 BODY[] "nobody asked")
                S: c4 NO [SERVERBUG] internal
                """.replace("[SERVERBUG]", "[CANNOT]") + """
                C: c5 UID FETCH 2 .*
                S: * 2 FETCH (UID 2 BODY[] "two")
                S: c5 OK
                C: c6 UID FETCH 3 .*
                S: * 3 FETCH (UID 3 BODY[] NIL)
                S: c6 OK
                C: c7 UID SEARCH UID 3
                S: * SEARCH 3
                S: c7 OK
                C: c8 UID FETCH 4 .*
                S: c8 NO damaged
                C: c9 UID FETCH 9 .*
                S: c9 OK
                C: c10 UID SEARCH UID 9
                S: * SEARCH
                S: c10 OK
                """, mailbox -> {
            mailbox.fetch(List.of("4", "3", "2", "1", "9"), taken);
            assertThat(taken.mails).isEqualTo(Map.of("1", "one\r\n\0", "2", "two"));
            assertThat(taken.received).isEqualTo(Map.of("1", Instant.parse("2018-07-17T12:13:28Z")));
            assertThat(taken.vanished).containsExactly("9");
            assertThat(taken.unreadable).containsOnlyKeys("3", "4");
            assertThat(mailbox.place("1")).isEqualTo("imap://127.0.0.1/INBOX;UIDVALIDITY=17/;UID=1");
        });
    }

    @Test
    void aMailThatIsCutIsNotHandedOn() throws Exception {
        Taken taken = new Taken(directory);
        play(in("") + """
                C: c4 UID FETCH 1:2 .*
                S: * 1 FETCH (UID 1 BODY[] {3}
                S~ one)\\r\\n* 2 FETCH (UID 2 BODY[] {300}\\r\\nonly this
                X
                """, mailbox -> {
            assertThat(trouble(() -> mailbox.fetch(List.of("1", "2"), taken)).kind())
                    .isEqualTo(Kind.CUT);
            assertThat(taken.mails).isEqualTo(Map.of("1", "one"));
        });
    }

    // ---- what goes

    @Test
    void withUidplusExactlyTheNamedGo() throws Exception {
        play(
                in("UIDPLUS") + """
                C: c4 UID STORE 1:2,7 \\+FLAGS.SILENT \\(\\\\Deleted\\)
                S: c4 OK
                C: c5 UID EXPUNGE 1:2,7
                S: * 1 EXPUNGE
                S: c5 OK
                """,
                mailbox -> assertThat(mailbox.remove(List.of("7", "1", "2"), new Removal.Delete())
                                .gone())
                        .isEqualTo(Set.of("1", "2", "7")));
    }

    @Test
    void aRemovalThatIsRefusedIsSaidAndTheSessionGoesOn() throws Exception {
        play(in("UIDPLUS") + """
                C: c4 UID STORE 1 .*
                S: c4 NO [NOPERM] not you
                C: c5 UID STORE 1 .*
                S: c5 OK
                C: c6 UID EXPUNGE 1
                S: c6 NO not now
                C: c7 UID SEARCH ALL
                S: * SEARCH 1
                S: c7 OK
                """, mailbox -> {
            for (String why : List.of("to mark mails as deleted: [NOPERM] not you", "to remove mails: not now")) {
                FetchException trouble = trouble(() -> mailbox.remove(List.of("1"), new Removal.Delete()));
                assertThat(trouble.kind()).isEqualTo(Kind.RIGHTS);
                assertThat(trouble).hasMessageContaining(why);
            }
            assertThat(mailbox.list(Optional.empty(), _ -> false, 10).unknown()).containsExactly("1");
        });
    }

    /// "removes the named mails and no others, whatever the server lacks for that": a plain EXPUNGE
    /// comes only while nothing else is marked (JOURNAL-FORMATS.md 10.1).
    @Test
    void withoutUidplusNothingGoesThatAnotherClientMarked() throws Exception {
        play(
                in("") + """
                C: c4 UID STORE 1 \\+FLAGS.SILENT \\(\\\\Deleted\\)
                S: c4 OK
                C: c5 UID SEARCH DELETED
                S: * SEARCH 1 5 7 8
                S: c5 OK
                C: c6 UID STORE 5,7:8 -FLAGS.SILENT \\(\\\\Deleted\\)
                S: c6 OK
                C: c7 UID SEARCH DELETED
                S: * SEARCH 1 6
                S: c7 OK
                C: c8 UID STORE 6 -FLAGS.SILENT \\(\\\\Deleted\\)
                S: c8 OK
                C: c9 UID SEARCH DELETED
                S: * SEARCH 1
                S: c9 OK
                C: c10 EXPUNGE
                S: * 1 EXPUNGE
                S: c10 OK
                C: c11 UID STORE 5,7:8 \\+FLAGS.SILENT \\(\\\\Deleted\\)
                S: c11 OK
                C: c12 UID STORE 6 \\+FLAGS.SILENT \\(\\\\Deleted\\)
                S: c12 OK
                """,
                mailbox -> assertThat(mailbox.remove(List.of("1"), new Removal.Delete())
                                .gone())
                        .containsExactly("1"));
        play(
                in("") + """
                C: c4 UID STORE 1 .*
                S: c4 OK
                C: c5 UID SEARCH DELETED
                S: * SEARCH 1 5
                S: c5 OK
                C: c6 UID STORE 5 -FLAGS.SILENT .*
                S: c6 NO not yours
                C: c7 UID STORE 5 \\+FLAGS.SILENT .*
                S: c7 NO not yours
                """,
                mailbox -> assertThat(trouble(() -> mailbox.remove(List.of("1"), new Removal.Delete()))
                                .kind())
                        .as("and no EXPUNGE")
                        .isEqualTo(Kind.RIGHTS));
        play(
                in("") + """
                C: c4 UID COPY 1 "Done"
                S: c4 OK
                C: c5 UID STORE 1 \\+FLAGS.*
                S: c5 OK
                C: c6 UID SEARCH DELETED
                S: * SEARCH 1
                S: c6 OK
                C: c7 EXPUNGE
                S: c7 OK
                """,
                mailbox -> assertThat(mailbox.remove(List.of("1"), new Removal.MoveTo("Done"))
                                .gone())
                        .containsExactly("1"));
    }

    /// Whatever the server says no to, as long as it goes on listening.
    @Test
    void marksOfOthersArePutBackWhateverTheServerRefuses() throws Exception {
        String unmarked = in("") + """
                C: c4 UID STORE 1 \\+FLAGS.SILENT .*
                S: c4 OK
                C: c5 UID SEARCH DELETED
                S: * SEARCH 1 5
                S: c5 OK
                C: c6 UID STORE 5 -FLAGS.SILENT .*
                S: c6 OK
                """;
        String alone = """
                C: c7 UID SEARCH DELETED
                S: * SEARCH 1
                S: c7 OK
                """;
        String listing = """
                C: c10 UID SEARCH ALL
                S: * SEARCH 1 5
                S: c10 OK
                """;
        for (String back : List.of("OK", "NO [NOPERM] nor this")) {
            play(unmarked + alone + """
                    C: c8 EXPUNGE
                    S: c8 NO not now
                    C: c9 UID STORE 5 \\+FLAGS.SILENT \\(\\\\Deleted\\)
                    S: c9 ANSWER
                    """.replace("ANSWER", back) + listing, mailbox -> {
                FetchException trouble = trouble(() -> mailbox.remove(List.of("1"), new Removal.Delete()));
                assertThat(trouble).as("marks back: %s", back).hasMessageContaining("to remove mails: not now");
                assertThat(mailbox.list(Optional.empty(), _ -> false, 10).unknown())
                        .containsExactly("1", "5");
            });
        }
        play(
                unmarked + """
                C: c7 UID SEARCH DELETED
                S: c7 NO [SERVERBUG] not found
                C: c8 UID STORE 5 \\+FLAGS.SILENT .*
                S: c8 OK
                """,
                mailbox -> assertThat(trouble(() -> mailbox.remove(List.of("1"), new Removal.Delete())))
                        .hasMessageContaining("a search"));
        for (String back : List.of("S: c9 NO not yours\n", "S: * BYE\n", "X\n")) {
            play(
                    unmarked + alone + """
                    C: c8 EXPUNGE
                    S: * 1 EXPUNGE
                    S: c8 OK
                    C: c9 UID STORE 5 \\+FLAGS.SILENT .*
                    """ + back,
                    mailbox -> assertThat(mailbox.remove(List.of("1"), new Removal.Delete())
                                    .gone())
                            .as("gone all the same: %s", back)
                            .containsExactly("1"));
        }
    }

    /// Another client that marks mails faster than its marks are taken off is not waited for.
    @Test
    void whereOthersGoOnMarkingNothingIsExpunged() throws Exception {
        StringBuilder script = new StringBuilder(in("") + """
                C: c4 UID STORE 1 .*
                S: c4 OK
                """);
        int command = 5;
        for (int other = 5; other < 8; other++) {
            script.append(
                    "C: c%d UID SEARCH DELETED\nS: * SEARCH 1 %d\nS: c%d OK\n".formatted(command, other, command));
            command++;
            script.append("C: c%d UID STORE %d -FLAGS.*\nS: c%d OK\n".formatted(command, other, command));
            command++;
        }
        script.append("C: c%d UID SEARCH DELETED\nS: * SEARCH 1 5\nS: c%d OK\n".formatted(command, command));
        for (int other = 5; other < 8; other++) {
            command++;
            script.append("C: c%d UID STORE %d \\+FLAGS.*\nS: c%d OK\n".formatted(command, other, command));
        }
        play(
                script.toString(),
                mailbox -> assertThat(trouble(() -> mailbox.remove(List.of("1"), new Removal.Delete()))
                                .kind())
                        .isEqualTo(Kind.UNREMOVED));
    }

    /// Over sessions, as each run has its own; and each mail by itself.
    @Test
    void aMailIsCopiedOnceHoweverOftenItsRemovalIsRefused() throws Exception {
        ImapProtocol imap = new ImapProtocol();
        try (ScriptedServer server = new ScriptedServer(in("UIDPLUS") + """
                C: c4 UID COPY 1:2 "Done"
                S: c4 OK
                C: c5 UID STORE 1:2 .*
                S: c5 NO not yours
                --
                """ + in("UIDPLUS") + """
                C: c4 UID COPY 3 "Done"
                S: c4 OK
                C: c5 UID STORE 1:3 .*
                S: c5 OK
                C: c6 UID EXPUNGE 1:3
                S: c6 NO not now
                C: c7 UID STORE 1 .*
                S: c7 OK
                C: c8 UID EXPUNGE 1
                S: c8 OK
                C: c9 UID COPY 2:3 "Elsewhere"
                S: c9 NO [OVERQUOTA] full
                --
                """
                + in("UIDPLUS").replace("UIDVALIDITY 17", "UIDVALIDITY 18") + """
                C: c4 UID COPY 2 "Done"
                S: c4 OK
                C: c5 UID STORE 2 .*
                S: c5 OK
                C: c6 UID EXPUNGE 2
                S: c6 OK
                """)) {
            Removal done = new Removal.MoveTo("Done");
            try (RemoteMailbox mailbox = imap.open(account(server), Steps.SILENT)) {
                assertThat(trouble(() -> mailbox.remove(List.of("1", "2"), done)))
                        .hasMessageContaining("not yours");
            }
            try (RemoteMailbox mailbox = imap.open(account(server), Steps.SILENT)) {
                assertThat(trouble(() -> mailbox.remove(List.of("1", "2", "3"), done)))
                        .hasMessageContaining("not now");
                assertThat(mailbox.remove(List.of("1"), done).gone()).containsExactly("1");
                assertThat(trouble(() -> mailbox.remove(List.of("2", "3"), new Removal.MoveTo("Elsewhere")))
                                .kind())
                        .as("copied, but not there")
                        .isEqualTo(Kind.FULL);
            }
            try (RemoteMailbox mailbox = imap.open(account(server), Steps.SILENT)) {
                assertThat(mailbox.remove(List.of("2"), done).gone())
                        .as("another mail has that number now")
                        .containsExactly("2");
            }
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void whatWasCopiedIsRememberedUpToALimit() {
        Copied copied = new Copied();
        Copied.Way way = new Copied.Way("mail.example", "anna", "INBOX", 17, "Done");
        List<Long> many = LongStream.rangeClosed(1, Copied.LIMIT + 2).boxed().toList();
        assertThat(copied.missing(way, many)).isEqualTo(many);
        copied.add(many);
        assertThat(copied.missing(way, many)).containsExactly(Copied.LIMIT + 1L, Copied.LIMIT + 2L);
        copied.gone(List.of(1L));
        copied.add(List.of(Copied.LIMIT + 1L, Copied.LIMIT + 2L));
        assertThat(copied.missing(way, many)).containsExactly(1L, Copied.LIMIT + 2L);
    }

    @Test
    void aMoveFallsBackToACopy() throws Exception {
        play(
                in("MOVE") + """
                C: c4 UID MOVE 1 "Archiv&AOk-"
                S: c4 NO [TRYCREATE] no such mailbox
                C: c5 CREATE "Archiv&AOk-"
                S: c5 OK
                C: c6 UID MOVE 1 "Archiv&AOk-"
                S: * OK [COPYUID 4 1 9]
                S: * 1 EXPUNGE
                S: c6 OK
                """,
                mailbox -> assertThat(mailbox.remove(List.of("1"), new Removal.MoveTo("Archiv\u00e9"))
                                .gone())
                        .containsExactly("1"));
        play(
                in("UIDPLUS") + """
                C: c4 UID COPY 1 "Done"
                S: c4 OK
                C: c5 UID STORE 1 .*
                S: c5 OK
                C: c6 UID EXPUNGE 1
                S: c6 OK
                """,
                mailbox -> assertThat(mailbox.remove(List.of("1"), new Removal.MoveTo("Done"))
                                .gone())
                        .containsExactly("1"));
        play(
                in("UIDPLUS").replace("\\Deleted ", ""),
                mailbox -> assertThat(trouble(() -> mailbox.remove(List.of("1"), new Removal.MoveTo("Done")))
                                .kind())
                        .as("no copy, and one more with each run, where it could not leave")
                        .isEqualTo(Kind.RIGHTS));
        play(
                in("UIDPLUS") + """
                C: c4 UID COPY 1 "Done"
                S: c4 NO [OVERQUOTA] full
                """,
                mailbox -> assertThat(trouble(() -> mailbox.remove(List.of("1"), new Removal.MoveTo("Done")))
                                .kind())
                        .as("nothing is marked where nothing was copied")
                        .isEqualTo(Kind.FULL));
    }

    // ---- waiting, rights, fill

    @Test
    void newsEndIdle() throws Exception {
        play(in("IDLE") + """
                C: c4 IDLE
                S: + idling
                S: * OK still here
                W: 100
                S: * 4 EXISTS
                C: DONE
                S: c4 OK
                C: c5 IDLE
                S: + idling
                C: DONE
                S: c5 OK
                C: c6 IDLE
                S: + idling
                S: * BYE out of here
                """, mailbox -> {
            assertThat(mailbox.awaitNew(Duration.ofSeconds(20))).isTrue();
            assertThat(mailbox.awaitNew(Duration.ofMillis(300))).isFalse();
            assertThat(trouble(() -> mailbox.awaitNew(Duration.ofSeconds(20))).kind())
                    .isEqualTo(Kind.CUT);
        });
    }

    @Test
    void rightsAndFill() throws Exception {
        play(in("QUOTA ACL UIDPLUS") + """
                C: c4 MYRIGHTS "INBOX"
                S: * MYRIGHTS INBOX lrs
                S: c4 OK
                C: c5 GETQUOTAROOT "INBOX"
                S: * QUOTAROOT INBOX "User quota"
                S: * QUOTA "User quota" (STORAGE 10 512)
                S: c5 OK
                C: c6 FETCH 1 \\(UID INTERNALDATE\\)
                S: * 1 FETCH (UID 3 INTERNALDATE "01-Jan-2024 00:00:00 +0000")
                S: c6 OK
                """, mailbox -> {
            assertThat(mailbox.rights().delete()).isFalse();
            assertThat(mailbox.fill())
                    .isEqualTo(new RemoteMailbox.Fill(
                            3,
                            Optional.of(10_240L),
                            Optional.of(524_288L),
                            Optional.of(Instant.parse("2024-01-01T00:00:00Z"))));
        });
        play(
                in("STATUS=SIZE") + """
                C: c4 STATUS "INBOX" \\(SIZE\\)
                S: * STATUS INBOX (SIZE 4711)
                S: c4 OK
                C: c5 FETCH 1 .*
                S: c5 NO gone
                """,
                mailbox -> assertThat(mailbox.fill())
                        .as("the folder's octets where no quota is told")
                        .isEqualTo(new RemoteMailbox.Fill(3, Optional.of(4_711L), Optional.empty(), Optional.empty())));
        for (String[] row : new String[][] {
            {"UIDPLUS", "UIDPLUS"},
            {"UIDPLUS MOVE IDLE", "UIDPLUS, MOVE, IDLE"},
            {"IMAP4rev2", "IMAP4rev2, MOVE"},
            {
                "",
                "no UIDPLUS: other mails that are marked as deleted lose that mark while archived ones are removed, and"
                        + " get it back"
            }
        }) {
            play(in(row[0]), mailbox -> assertThat(mailbox.rights()).isEqualTo(new RemoteMailbox.Rights(true, row[1])));
        }
        play(
                in("").replace("READ-WRITE", "READ-ONLY"),
                mailbox -> assertThat(mailbox.rights().delete()).isFalse());
        play(
                in("").replace("\\Deleted ", ""),
                mailbox -> assertThat(mailbox.rights().delete()).isFalse());
    }
}
