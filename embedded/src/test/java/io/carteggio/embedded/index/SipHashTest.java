package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipHashTest {
    /// The authors' own: key 00 01 … 0f, input 00 01 … of each length (`vectors_sip64` of their reference code;
    /// that of 15 octets is in the paper).
    @ParameterizedTest
    @CsvSource({
        "0, 726fdb47dd0e0e31",
        "1, 74f839c593dc67fd",
        "7, ab0200f58b01d137",
        "8, 93f5f5799a932462",
        "15, a129ca6149be45e5",
        "16, 3f2acc7f57c29bdb"
    })
    void hashesAsItsAuthorsSay(int length, String hash) {
        byte[] input = new byte[length + 5];
        for (int i = 0; i < length; i++) {
            input[3 + i] = (byte) i;
        }
        SipHash keyed = new SipHash(0x0706_0504_0302_0100L, 0x0f0e_0d0c_0b0a_0908L);
        assertThat(keyed.of(input, 3, length)).isEqualTo(Long.parseUnsignedLong(hash, 16));
    }
}
