package io.carteggio.mail;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class OctetSearchTest {
    @Test
    void findsWhatALoopFinds() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] octets = new byte[random.nextInt(40)];
            for (int i = 0; i < octets.length; i++) {
                octets[i] = (byte) (random.nextInt(4) - 2 + (random.nextBoolean() ? 0 : 128)); // neighbours and signs
            }
            int from = random.nextInt(octets.length + 1);
            int to = from + random.nextInt(octets.length - from + 1);
            byte wanted = (byte) (random.nextInt(4) - 2 + (random.nextBoolean() ? 0 : 128));
            int expected = -1;
            for (int i = from; i < to && expected < 0; i++) {
                expected = octets[i] == wanted ? i : -1;
            }
            assertThat(OctetSearch.indexOf(octets, from, to, wanted))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(expected);
        }
    }
}
