package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class ProxyConnectionTest {
    @Test
    void anAddressIsSaidWithoutItsZone() throws Exception {
        byte[] octets = HexFormat.of().parseHex("fe800000000000000000000000000001");
        assertThat(ProxyConnection.said(Inet6Address.getByAddress("client.example", octets, 3)))
                .isEqualTo("IPV6:fe80:0:0:0:0:0:0:1");
        assertThat(ProxyConnection.said(InetAddress.ofLiteral("192.0.2.7"))).isEqualTo("192.0.2.7");
    }
}
