package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static ByteArrayInputStream octets(byte[] header) {
        byte[] all = Arrays.copyOf(header, header.length + 4);
        System.arraycopy("EHLO".getBytes(StandardCharsets.US_ASCII), 0, all, header.length, 4);
        return new ByteArrayInputStream(all);
    }

    private static String client(byte[] header) throws IOException {
        ByteArrayInputStream in = octets(header);
        ProxyHeader read = ProxyHeader.read(in);
        assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
                .as("what follows is not touched")
                .isEqualTo("EHLO");
        return read.client().map(InetAddress::getHostAddress).orElse("nobody");
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 192.0.2.7 198.51.100.1 56324 25, 192.0.2.7",
        "PROXY TCP6 2001:db8::7 2001:db8::1 56324 25, 2001:db8:0:0:0:0:0:7",
        "PROXY UNKNOWN, nobody",
        "PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535, nobody",
    })
    void readsTheFirstVersion(String line, String client) throws IOException {
        assertThat(client((line + "\r\n").getBytes(StandardCharsets.US_ASCII))).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource({
        "2111000cc0000207c633640100dc0019, 192.0.2.7", // TCP over IPv4
        "21110013c0000207c633640100dc0019040004deadbeef, 192.0.2.7", // something behind the addresses
        "2121002420010db800000000000000000000000720010db800000000000000000000000100dc0019, 2001:db8:0:0:0:0:0:7",
        "20000000, nobody", // the balancer itself, asking whether we live
        "2011000cc0000207c633640100dc0019, nobody",
        "21000000, nobody", // unspecified
        "213100020000, nobody", // a Unix socket
    })
    void readsTheSecondVersion(String hex, String client) throws IOException {
        assertThat(client(HexFormat.of().parseHex(SIGNATURE + hex))).isEqualTo(client);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "EHLO client.example.com\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 56324 25\n",
                "PROXY TCP4 192.0.2.7\r\n",
                "PROXY TCP4 2001:db8::7 2001:db8::1 1 25\r\n",
                "PROXY TCP6 192.0.2.7 198.51.100.1 1 25\r\n",
                "PROXY TCP4 client.example.com 198.51.100.1 1 25\r\n",
                "PROXY TCP4  192.0.2.7 198.51.100.1 1 25\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 1 25 \r\n",
                "PROXY UNIX /a /b 1 25\r\n",
                "PROXY\r\n",
                "proxy UNKNOWN\r\n",
                "PROXY UNKNOWN",
                ""
            })
    void refusesWhatIsNoneOfTheFirst(String line) {
        assertThatThrownBy(() -> ProxyHeader.read(new ByteArrayInputStream(line.getBytes(StandardCharsets.US_ASCII))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void refusesALineWithoutEnd() {
        byte[] line = ("PROXY UNKNOWN " + "x".repeat(200) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> ProxyHeader.read(octets(line))).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1111000cc0000207c633640100dc0019", // version 1 in the form of 2
                "2211000cc0000207c633640100dc0019", // no such command
                "2111000bc0000207c633640100dc00", // too short for two addresses
                "2112000cc0000207c633640100dc0019", // datagrams
                "2111000cc000", // cut
                "2111ffff", // longer than anybody needs
                "21",
                ""
            })
    void refusesWhatIsNoneOfTheSecond(String hex) {
        byte[] octets = HexFormat.of().parseHex(SIGNATURE + hex);
        assertThatThrownBy(() -> ProxyHeader.read(new ByteArrayInputStream(octets)))
                .isInstanceOf(IOException.class);
    }

    /// Whatever comes: an answer, or an [IOException].
    @Test
    void neverFailsOtherwise() {
        Random random = new Random(25);
        byte[] begin = HexFormat.of().parseHex(SIGNATURE);
        for (int i = 0; i < 20_000; i++) {
            byte[] octets = new byte[random.nextInt(80)];
            random.nextBytes(octets);
            if (random.nextBoolean()) {
                System.arraycopy(begin, 0, octets, 0, Math.min(octets.length, begin.length));
            }
            try {
                assertThat(ProxyHeader.read(new ByteArrayInputStream(octets)).client())
                        .isNotNull();
            } catch (IOException refused) {
                assertThat(refused.getMessage()).contains("PROXY protocol");
            }
        }
    }
}
