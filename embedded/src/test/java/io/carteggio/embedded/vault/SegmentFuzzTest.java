package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.vault.Compression;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A vault whose files hold anything ([SegmentFuzz]).
class SegmentFuzzTest {
    private static final Duration RUN = Duration.ofSeconds(Long.getLong("segment.fuzz.seconds", 4));

    @Test
    void mutatedFilesAreRefusedOrReadTruly() throws Exception {
        long seed = Long.getLong("crash.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        List<byte[]> seeds = new ArrayList<>(SegmentFuzz.seeds());
        int round = 0;
        for (long end = System.nanoTime() + RUN.toNanos(); System.nanoTime() < end; round++) {
            byte[] octets = seeds.get(random.nextInt(seeds.size())).clone();
            for (int i = random.nextInt(1, 5); i > 0; i--) {
                octets =
                        random.nextInt(4) == 0 ? Arrays.copyOf(octets, random.nextInt(octets.length + 40) + 4) : octets;
                octets[random.nextInt(octets.length)] = (byte) random.nextInt();
            }
            try {
                SegmentFuzz.fuzzerTestOneInput(octets);
            } catch (Throwable find) {
                throw new AssertionError(
                        "seed " + seed + ", round " + round + ": "
                                + HexFormat.of().formatHex(octets),
                        find);
            }
        }
        System.out.println("SegmentFuzzTest: " + round + " vaults, seed " + seed);
    }

    /// Else the fuzzer would never reach what undoes them.
    @Test
    void theVaultHasEveryCoding() {
        assertThat(SegmentFuzz.codings().stream().map(coding -> coding & Compression.MASK))
                .contains(
                        Compression.NONE,
                        Compression.ZSTD,
                        Compression.WITH_DICTIONARY,
                        Compression.WITH_RECORD,
                        Compression.BEGUN,
                        Compression.CONTINUED);
        assertThat(SegmentFuzz.codings()).anyMatch(coding -> (coding & Compression.RECIPE) != 0);
    }

    /// What was found, for good. The last two: inline base64 of a negative length, and nothing where compressed octets
    /// should be.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "0003",
                "80000000",
                "8203000000000000",
                "05040000" + "00000001" + "01" + "0000000000000006" + "004c" + "06" + "ffffffffffffffff",
                "02040000"
            })
    void finds(String octets) throws Exception {
        SegmentFuzz.fuzzerTestOneInput(HexFormat.of().parseHex(octets));
    }
}
