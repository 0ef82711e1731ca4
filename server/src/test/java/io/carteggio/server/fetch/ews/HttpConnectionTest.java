package io.carteggio.server.fetch.ews;

import static io.carteggio.server.fetch.DriverTests.account;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.server.fetch.ScriptedServer;
import io.carteggio.server.fetch.Steps;
import io.carteggio.server.fetch.ews.HttpConnection.Answer;
import io.carteggio.server.fetch.ews.HttpConnection.Field;
import io.carteggio.server.fetch.ews.HttpConnection.Stale;
import io.carteggio.server.fetch.ews.SoapReader.Malformed;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// HTTP as servers speak it, and as they must not.
class HttpConnectionTest {
    private static final String ASKED = """
            C: POST /x HTTP/1\\.1
            C: Host: 127\\.0\\.0\\.1:\\d+
            C: User-Agent: Carteggio
            C: Content-Length: 0
            C: A: b
            C:\s
            """;

    private static String body(ScriptedServer server, int times) throws Exception {
        StringBuilder bodies = new StringBuilder();
        try (HttpConnection http = HttpConnection.open(account(server).settings(), "/x", Steps.SILENT)) {
            for (int i = 0; i < times; i++) {
                Answer answer = http.post(List.of(new Field("A", "b")), new byte[0]);
                bodies.append(answer.status())
                        .append(new String(answer.body().readAllBytes(), StandardCharsets.ISO_8859_1));
                bodies.append(http.drained(answer) ? "+" : "-");
            }
        }
        return bodies.toString();
    }

    private static String body(String... answers) throws Exception {
        StringBuilder script = new StringBuilder();
        for (String answer : answers) {
            script.append(ASKED).append("S~ ").append(answer).append('\n');
        }
        try (ScriptedServer server = new ScriptedServer(script + "X\n")) {
            String bodies = body(server, answers.length);
            assertThat(server.failure()).isEmpty();
            return bodies;
        }
    }

    @Test
    void bodiesEndInThreeWays() throws Exception {
        assertThat(body(
                        "HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nabc",
                        "HTTP/1.1 401 No\\r\\ncontent-length:0\\r\\n\\r\\n"))
                .isEqualTo("200abc+401+");
        assertThat(body(
                        "HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200\\r\\nTransfer-Encoding: Chunked\\r\\n\\r\\n3;x=y\\r\\nabc\\r\\n"
                                + "A\\r\\n0123456789\\r\\n0\\r\\nTrailer: t\\r\\n\\r\\n",
                        "HTTP/1.1 200 OK\\nContent-Length: 1\\n\\nz"))
                .isEqualTo("200abc0123456789+200z+");
        assertThat(body("HTTP/1.1 200 OK\\r\\n\\r\\nto the end")).isEqualTo("200to the end-");
        assertThat(body("HTTP/1.1 200 OK\\r\\nConnection: Close\\r\\nContent-Length: 1\\r\\n\\r\\na"))
                .isEqualTo("200a-");
        assertThat(body("HTTP/1.0 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\na")).isEqualTo("200a-");
    }

    @Test
    void whatIsNoHttpIsRefused() {
        Map<String, Class<? extends IOException>> table = new LinkedHashMap<>();
        String ok = "HTTP/1.1 200 OK\\r\\n";
        table.put("* OK IMAP4rev1\\r\\n", Malformed.class);
        table.put("HTTP/2 200\\r\\n", Malformed.class);
        table.put("HTTP/1.1 600 X\\r\\n", Malformed.class);
        table.put(ok + "no field\\r\\n\\r\\n", Malformed.class);
        table.put(ok + " folded: x\\r\\n\\r\\n", Malformed.class);
        table.put(ok + ": x\\r\\n\\r\\n", Malformed.class);
        table.put(ok + "A: b\\r\\n".repeat(HttpConnection.FIELDS_LIMIT + 1) + "\\r\\n", Malformed.class);
        table.put(ok + "A: " + "b".repeat(HttpConnection.HEAD_LIMIT_BYTES) + "\\r\\n\\r\\n", Malformed.class);
        table.put("HTTP/1.1 100 C\\r\\n\\r\\n".repeat(HttpConnection.INTERIM_LIMIT + 2), Malformed.class);
        table.put("HTTP/1.1 101 Up\\r\\n\\r\\n", Malformed.class);
        table.put(ok + "Content-Length: -1\\r\\n\\r\\n", Malformed.class);
        table.put(ok + "Content-Length: 1, 1\\r\\n\\r\\na", Malformed.class);
        table.put(ok + "Content-Length: 1\\r\\nContent-Length: 2\\r\\n\\r\\nab", Malformed.class);
        table.put(ok + "Content-Length: 99999999999999999999\\r\\n\\r\\n", Malformed.class);
        table.put(ok + "Content-Length: 1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n", Malformed.class);
        table.put(ok + "Transfer-Encoding: gzip, chunked\\r\\n\\r\\n", Malformed.class);
        table.put(ok + "Content-Encoding: gzip\\r\\nContent-Length: 1\\r\\n\\r\\na", Malformed.class);
        table.put(ok + "Transfer-Encoding: chunked\\r\\n\\r\\nx\\r\\n", Malformed.class);
        table.put(ok + "Transfer-Encoding: chunked\\r\\n\\r\\n-1\\r\\n", Malformed.class);
        table.put(ok + "Transfer-Encoding: chunked\\r\\n\\r\\nfffffffffffff\\r\\n", Malformed.class);
        table.put(ok + "Transfer-Encoding: chunked\\r\\n\\r\\n1\\r\\nab\\r\\n0\\r\\n\\r\\n", Malformed.class);
        table.put(ok + "Transfer-Encoding: chunked\\r\\n\\r\\n" + "0".repeat(5_000) + "\\r\\n", Malformed.class);
        table.put(ok + "Transfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nab", EOFException.class);
        table.put(ok + "Transfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nab\\r\\n", EOFException.class);
        table.put(ok + "Content-Length: 5\\r\\n\\r\\nab", EOFException.class);
        table.put(ok + "Content-Le", EOFException.class);
        table.put("HTTP/1.1 2", EOFException.class);
        table.forEach((answer, type) ->
                assertThatThrownBy(() -> body(answer)).as(answer).isInstanceOf(type));
    }

    @Test
    void onlyAConnectionThatWasUsedCanBeStale() throws Exception {
        assertThatThrownBy(() -> body("")).isExactlyInstanceOf(EOFException.class);
        assertThatThrownBy(() -> body("HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n", ""))
                .isInstanceOf(Stale.class);
    }

    @Test
    void nothingIsPutIntoTheHead() {
        for (String value : List.of("a\r\nB: c", "a\nb", "a\0", "ü", "\u007f")) {
            assertThatThrownBy(() -> new Field("A", value)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void patienceGrowsAndEnds() {
        RandomGenerator chance = new Random(1);
        Duration told = Duration.ofMillis(297_749);
        assertThat(Patience.away(1, Optional.of(told), chance)).isBetween(told, told.plusMillis(250));
        assertThat(Patience.away(1, Optional.of(Duration.ofDays(9_999)), chance))
                .isEqualTo(Patience.LONGEST_TOLD);
        assertThat(Patience.away(1, Optional.of(Duration.ofDays(-1)), chance)).isLessThan(Duration.ofSeconds(1));
        long[][] table = {{1, 5, 10}, {2, 10, 20}, {3, 20, 40}, {6, 160, 320}, {7, 300, 600}, {1_000, 300, 600}};
        for (long[] row : table) {
            assertThat(Patience.away((int) row[0], Optional.empty(), chance))
                    .isBetween(Duration.ofSeconds(row[1]), Duration.ofSeconds(row[2]));
        }
        assertThat(Patience.here(Patience.TIMES - 1, Patience.LONGEST_HERE)).isTrue();
        assertThat(Patience.here(Patience.TIMES, Duration.ZERO)).isFalse();
        assertThat(Patience.here(1, Patience.LONGEST_HERE.plusMillis(1))).isFalse();
    }
}
