package io.carteggio.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JsonLogTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Logger logger = logger();

    private Logger logger() {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        JsonLog log = new JsonLog();
        log.setContext(context);
        log.start();
        OutputStreamAppender<ch.qos.logback.classic.spi.ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setEncoder(log);
        appender.setOutputStream(out);
        appender.start();
        Logger made = context.getLogger("io.carteggio.test");
        made.addAppender(appender);
        made.setLevel(Level.INFO);
        return made;
    }

    private List<JsonNode> lines() {
        return out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(JsonMapper.shared()::readTree)
                .toList();
    }

    @Test
    void aLineIsAnObjectWithTheNamedValues() {
        logger.info("mail kept after {} ms, id={} bytes={} peer={}", 7, "k7q3", 6_470L, List.of("::1"));
        JsonNode line = lines().getFirst();
        assertThat(Instant.parse(line.path("at").stringValue())).isBeforeOrEqualTo(Instant.now());
        assertThat(line.path("level").stringValue()).isEqualTo("INFO");
        assertThat(line.path("logger").stringValue()).isEqualTo("io.carteggio.test");
        assertThat(line.path("thread").stringValue())
                .isEqualTo(Thread.currentThread().getName());
        assertThat(line.path("message").stringValue()).isEqualTo("mail kept after 7 ms, id=k7q3 bytes=6470 peer=[::1]");
        assertThat(line.path("fields").toString()).isEqualTo("{\"id\":\"k7q3\",\"bytes\":6470,\"peer\":\"[::1]\"}");
        assertThat(line.has("stack")).isFalse();
    }

    /// Whoever writes a mail chooses what stands in some messages: he must not write lines of the log.
    @Test
    void whatOthersWroteStaysInItsLine() {
        logger.warn("refused, to={}", "a\r\n{\"level\":\"INFO\",\"message\":\"all is well\"}\u2028\u0000\ud800 {}");
        logger.warn("no values here: {} x={}");
        logger.warn("{}", new Object[] {null});
        assertThat(lines()).hasSize(3);
        assertThat(lines().getFirst().path("fields").path("to").stringValue()).startsWith("a\r\n{\"level\"");
        assertThat(lines().get(1).has("fields")).isFalse();
    }

    @Test
    void whatWasThrownIsTold() {
        logger.error("failed, peer={}", "a", new IllegalStateException("no room", new java.io.IOException("disk")));
        JsonNode line = lines().getFirst();
        assertThat(line.path("fields").path("peer").stringValue()).isEqualTo("a");
        assertThat(line.path("stack").stringValue())
                .contains("IllegalStateException: no room", "Caused by: java.io.IOException: disk", "JsonLogTest");
    }
}
