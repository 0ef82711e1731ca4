package io.carteggio.mail.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SaslTest {
    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    @Test
    void plainNamesTheUserOnce() {
        assertThat(decoded(Sasl.plain("tim", "tanstaaftanstaaf"))).isEqualTo("\0tim\0tanstaaftanstaaf"); // RFC 4616
        assertThat(decoded(Sasl.plain("änne", "ß"))).isEqualTo("\0änne\0ß");
        assertThatThrownBy(() -> Sasl.plain("a\0b", "c")).isInstanceOf(IllegalArgumentException.class);
    }

    /// The example that Microsoft and Google publish.
    @Test
    void xoauth2IsTheKnownExample() {
        assertThat(Sasl.xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"))
                .isEqualTo(
                        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1sem"
                                + "RHRXVZMjl0Q2cBAQ==");
    }

    /// The example of RFC 7628, 4.1.
    @Test
    void oauthbearerIsTheExampleOfTheRfc() {
        assertThat(Sasl.oauthbearer(
                        "user@example.com", "server.example.com", 143, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="))
                .isEqualTo(
                        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdD"
                                + "RxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
        assertThat(decoded(Sasl.oauthbearer("a,b=c", "h", 1, "t"))).startsWith("n,a=a=2Cb=3Dc,");
    }

    @Test
    void aTokenCannotEndItsField() {
        assertThatThrownBy(() -> Sasl.xoauth2("u", "t\u0001auth=Bearer other"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Sasl.oauthbearer("u\u0001", "h", 1, "t")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theAnswerToAnErrorIsOneControlA() {
        assertThat(decoded(Sasl.OAUTHBEARER_FAILED)).isEqualTo("\u0001");
    }
}
