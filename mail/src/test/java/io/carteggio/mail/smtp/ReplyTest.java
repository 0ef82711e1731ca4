package io.carteggio.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTest {
    @Test
    void theStatusStandsOnEachLine() {
        Reply reply = new Reply(550, "5.1.1", List.of("one", "two"));
        assertThat(new String(reply.wire(), StandardCharsets.US_ASCII)).isEqualTo("550-5.1.1 one\r\n550 5.1.1 two\r\n");
        assertThat(Reply.parse(List.of("550-5.1.1 one", "550 5.1.1 two"))).isEqualTo(reply);
    }

    @ParameterizedTest
    @ValueSource(strings = {"250", "250 ", "250 OK", "250 2.0.0", "250 5.1.1 not a status of this class"})
    void readsWhatServersSay(String line) {
        assertThat(Reply.parse(List.of(line)).code()).isEqualTo(250);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "25", "abc", "2500 x", "250-x", "199 x", "²50 x"})
    void refusesWhatIsNoReply(String line) {
        assertThatThrownBy(() -> Reply.parse(List.of(line))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingGetsIntoAReplyThatCouldEndIt() {
        assertThatThrownBy(() -> new Reply(250, "2.0.0", "a\r\n250 b")).isInstanceOf(IllegalArgumentException.class);
    }
}
