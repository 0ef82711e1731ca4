package io.carteggio.archive.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CborTest {
    /// Examples of RFC 8949, appendix A, for the forms we use.
    @Test
    void bytesAreThoseOfTheRfc() {
        Object[][] table = {
            {0L, "00"},
            {23L, "17"},
            {24L, "1818"},
            {100L, "1864"},
            {1000L, "1903e8"},
            {1000000L, "1a000f4240"},
            {1000000000000L, "1b000000e8d4a51000"},
            {-1L, "20"},
            {-1000L, "3903e7"},
            {false, "f4"},
            {true, "f5"},
            {new byte[] {1, 2, 3, 4}, "4401020304"},
            {"IETF", "6449455446"},
            {"ü", "62c3bc"},
            {List.of(1L, List.of(2L, 3L)), "8201820203"},
            {Map.of("a", 1L), "a1616101"},
        };
        for (Object[] row : table) {
            assertThat(HexFormat.of().formatHex(Cbor.write(row[0]))).isEqualTo(row[1]);
        }
    }

    @Test
    void aMapComesBack() {
        byte[] bytes = Cbor.map()
                .put("n", Long.MAX_VALUE)
                .put("minus", Long.MIN_VALUE)
                .put("text", "Überblick 東京")
                .put("octets", new byte[] {0, -1})
                .put("yes", true)
                .put("no", false)
                .put("absent", Optional.empty())
                .putAll("list", List.of("a", "b"), x -> x)
                .putAll("none", List.of(), x -> x)
                .toBytes();
        Cbor.MapReader map = Cbor.readMap(bytes);
        assertThat(map.number("n")).isEqualTo(Long.MAX_VALUE);
        assertThat(map.number("minus")).isEqualTo(Long.MIN_VALUE);
        assertThat(map.text("text")).isEqualTo("Überblick 東京");
        assertThat(map.octets("octets")).containsExactly(0, -1);
        assertThat(map.flag("yes")).isTrue();
        assertThat(map.flag("no")).isFalse();
        assertThat(map.optionalText("absent")).isEmpty();
        assertThat(map.texts("list")).containsExactly("a", "b");
        assertThat(map.texts("none")).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> map.number("text"));
        assertThatIllegalArgumentException().isThrownBy(() -> map.text("missing"));
    }

    @Test
    void whateverTheBytesTheAnswerIsAMapOrARefusal() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] good = Cbor.map()
                .put("text", "abc")
                .putAll("list", List.of(1, 2), i -> Cbor.map().put("k", i))
                .toBytes();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = random.nextBoolean()
                    ? Arrays.copyOf(good, random.nextInt(good.length + 4))
                    : new byte[random.nextInt(30)];
            for (int k = random.nextInt(4); k > 0 && bytes.length > 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                Cbor.readMap(bytes);
            } catch (IllegalArgumentException refused) {
                assertThat(refused.getMessage()).as("seed %d", seed).isNotBlank();
            }
        }
    }

    @Test
    void deepNestingAndHugeLengthsAreRefused() {
        byte[] deep = new byte[10_000];
        Arrays.fill(deep, (byte) 0x81);
        assertThatIllegalArgumentException().isThrownBy(() -> Cbor.readMap(deep));
        byte[] huge = HexFormat.of().parseHex("a1617a5b7fffffffffffffff");
        assertThatIllegalArgumentException().isThrownBy(() -> Cbor.readMap(huge));
        byte[] manyItems = HexFormat.of().parseHex("a1617a9b7fffffffffffffff");
        assertThatIllegalArgumentException().isThrownBy(() -> Cbor.readMap(manyItems));
    }
}
