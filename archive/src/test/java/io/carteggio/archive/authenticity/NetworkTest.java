package io.carteggio.archive.authenticity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.LocalDate;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24,        192.0.2.0,            true",
        "192.0.2.0/24,        192.0.2.255,          true",
        "192.0.2.0/24,        192.0.3.0,            false",
        "192.0.2.0/24,        192.0.1.255,          false",
        "192.0.2.128/25,      192.0.2.127,          false",
        "192.0.2.7,           192.0.2.7,            true",
        "192.0.2.7/32,        192.0.2.6,            false",
        "0.0.0.0/0,           203.0.113.9,          true",
        "0.0.0.0/0,           2001:db8::1,          false",
        "::/0,                2001:db8::1,          true",
        "::/0,                192.0.2.1,            false",
        "40.92.0.0/15,        40.93.255.255,        true",
        "40.92.0.0/15,        40.94.0.0,            false",
        "2a01:111:f400::/48,  2a01:111:f400:7::1,   true",
        "2a01:111:f400::/48,  2a01:111:f401::1,     false",
        "2001:db8::/33,       2001:db8:7fff::1,     true",
        "2001:db8::/33,       2001:db8:8000::1,     false",
        "::1,                 0:0:0:0:0:0:0:1,      true",
        "::1,                 ::1%lo,               true",
        "192.0.2.0/24,        ::ffff:192.0.2.9,     true",
        "2001:DB8::/32,       2001:db8::9,          true"
    })
    void holds(String network, String address, boolean inside) {
        assertThat(Network.parse(network).holds(Network.address(address).orElseThrow()))
                .isEqualTo(inside);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/24",
                "192.0.2.0/",
                "192.0.2.0/33",
                "192.0.2.0/-1",
                "192.0.2.0/024",
                "192.0.2.0/99999999999",
                "192.0.2.0/24/24",
                "192.0.2.1/24", // bits behind the prefix: which one was meant?
                "2001:db8::1/64",
                "192.0.2",
                "192.0.2.0.0",
                "192.0.2.256",
                "0192.0.2.1", // octal for some, decimal for others
                "0x7f.0.0.1",
                "3221225985",
                "localhost",
                "mail.protection.outlook.com",
                "::ffff:192.0.2.0/120", // IPv4 is written as IPv4
                "1::2::3",
                "::g",
                ":",
                "[::1]",
                "::/129",
                "fe80::%eth0/x",
                "192.0.2.0 /24",
                "192.0.2.0/24,",
                "１９２.0.2.0",
                "\u0000"
            })
    void refuses(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Network.parse(text))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
    }

    @Test
    void anAddressIsNeverLookedUp() {
        assertThat(Network.address("localhost")).isEmpty();
        assertThat(Network.address("a.example")).isEmpty();
        assertThat(Network.address("1".repeat(100_000))).isEmpty();
    }

    @Test
    void comesBackAsItIsWritten() {
        assertThat(Network.parse("192.0.2.0/24")).hasToString("192.0.2.0/24");
        assertThat(Network.parse("192.0.2.1/32")).hasToString("192.0.2.1");
        Network six = Network.parse("2001:DB8::/32");
        assertThat(Network.parse(six.toString())).isEqualTo(six);
    }

    /// Whatever stands there is a network that holds its own base, or is refused.
    @Test
    void fuzz() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String letters = "0123456789abcdefF:./%[] -xgé";
        for (int round = 0; round < 50_000; round++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "" : "2001:db8::/32");
            for (int n = random.nextInt(12); n > 0; n--) {
                text.insert(random.nextInt(text.length() + 1), letters.charAt(random.nextInt(letters.length())));
            }
            try {
                Network network = Network.parse(text.toString());
                assertThat(network.holds(network.base()))
                        .as("seed %d: %s", seed, text)
                        .isTrue();
                assertThat(Network.parse(network.toString()))
                        .as("seed %d: %s", seed, text)
                        .isEqualTo(network);
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).as("seed %d: %s", seed, text).isNotBlank();
            }
        }
    }

    @Test
    void theListThatComesWithTheProgramIsTheOneOfTheReference() {
        NetworkList list = NetworkLists.SHIPPED.named("exchange-online").orElseThrow();
        assertThat(list.date()).isEqualTo(LocalDate.of(2026, 8, 14));
        assertThat(list.origin()).isEqualTo("shipped");
        assertThat(list.networks())
                .extracting(Network::toString)
                .startsWith("40.92.0.0/15", "40.107.0.0/16", "52.100.0.0/14", "104.47.0.0/17")
                .hasSize(6);
        assertThat(list.holds(Network.address("40.107.5.6").orElseThrow())).isTrue();
        assertThat(list.holds(Network.address("2a01:111:f403:2::7").orElseThrow()))
                .isTrue();
        assertThat(list.holds(Network.address("8.8.8.8").orElseThrow())).isFalse();
    }

    @Test
    void aListOfOnesOwn() {
        NetworkList list = NetworkList.parse(
                "# ours\r\n\r\n  date 2026-11-01  # today\n192.0.2.0/24\n\t2001:db8::/32 # the other building\n",
                "file");
        assertThat(list.date()).isEqualTo(LocalDate.of(2026, 11, 1));
        assertThat(list.networks()).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                      | no line such as 'date
            192.0.2.0/24                            | no line such as 'date
            date 2026-11-01                         | names no network
            date 2026-02-30;192.0.2.0/24            | line 1: a date
            date today;192.0.2.0/24                 | line 1: a date
            date 2026-11-01;date 2026-11-02;::/0    | line 2: a second date
            date 2026-11-01;;mail.example.com       | line 3: not a network
            date 2026-11-01;192.0.2.0/24 10.0.0.0/8 | line 2:
            date 2026-11-01;[{"id": 1}]             | line 2: not a network
            """)
    void aListThatIsNone(String lines, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetworkList.parse(lines.replace(';', '\n'), "file"))
                .withMessageContaining(why);
    }

    @Test
    void aListHasAnEnd() {
        String lines = "date 2026-11-01\n" + "192.0.2.0/24\n".repeat(NetworkList.LINES - 1);
        assertThat(NetworkList.parse(lines, "file").networks()).hasSize(NetworkList.LINES - 1);
        assertThatIllegalArgumentException().isThrownBy(() -> NetworkList.parse(lines + "192.0.2.0/24\n", "file"));
    }
}
