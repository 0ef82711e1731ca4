package io.carteggio.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class AddressTest {
    @Test
    void equalMailboxesHaveEqualKeys() {
        String[][] table = {
            {"Anna@Example.COM", "anna@example.com"},
            {"anna@example.com.", "anna@example.com"},
            {"\"anna\"@example.com", "anna@example.com"},
            {"\"odd, name\"@example.net", "odd, name@example.net"},
            {"\"a\\\"b\"@example.net", "a\"b@example.net"},
            {"info@bücher.example", "info@xn--bcher-kva.example"},
            {"info@BÜCHER.example", "info@xn--bcher-kva.example"},
            {"info@xn--BCHER-kva.example", "info@xn--bcher-kva.example"},
            {"mu\u0308ller@example.com", "müller@example.com"},
            {"anna+tag@example.com", "anna+tag@example.com"},
            {"no-at-sign", "no-at-sign"},
            {"a@b@c.example", "a@b@c.example"},
            {"IMCEAEX-_O=ORG_CN=ANNA@example.com", "imceaex-_o=org_cn=anna@example.com"},
            {"a\u0000\r\nb@example.com", "a   b@example.com"},
            {"x@" + "ü".repeat(300) + ".example", "x@" + "ü".repeat(300) + ".example"},
            {"x@" + "ü".repeat(1_500) + ".example", "x@" + "ü".repeat(1_500) + ".example"},
        };
        for (String[] row : table) {
            assertThat(new Address(row[0]).key()).as(row[0]).isEqualTo(row[1]);
            assertThat(new Address(row[1]).key())
                    .as("key of " + row[0] + " again")
                    .isEqualTo(row[1]);
        }
    }

    /// Whatever stands in a report has a key.
    @Test
    void fuzz() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] pieces = {
            "ü",
            "a",
            ".",
            "@",
            "xn--",
            "-",
            "\u3002",
            "\ud83d\ude00",
            "\ud83d",
            "\u00ad",
            "\u0000",
            "ß",
            "ä".repeat(70),
            "x".repeat(70),
            "é".repeat(1_100),
            "\u05d0",
            "\u0660",
            "\u0308"
        };
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder("x@");
            for (int n = random.nextInt(6); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                assertThat(new Address(text.toString()).key()).isNotEmpty();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + text, e);
            }
        }
    }

    @Test
    void aTurkishLocaleChangesNothing() {
        java.util.Locale before = java.util.Locale.getDefault();
        try {
            java.util.Locale.setDefault(java.util.Locale.forLanguageTag("tr"));
            assertThat(new Address("INFO@EXAMPLE.COM").key()).isEqualTo("info@example.com");
        } finally {
            java.util.Locale.setDefault(before);
        }
    }
}
