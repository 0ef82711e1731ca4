package io.carteggio.mail.extract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.mail.extract.ExtractWire.BrokenWireException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExtractWireTest {
    private static final int CHARS = 1_000;

    private static InputStream hex(String hex) {
        return new ByteArrayInputStream(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void whatIsSaidIsHeard() throws Exception {
        ByteArrayOutputStream pipe = new ByteArrayOutputStream();
        ExtractWire.greet(pipe);
        assertThat(ExtractWire.greeting(new ByteArrayInputStream(pipe.toByteArray())))
                .isEqualTo(ExtractWire.READER);

        pipe.reset();
        byte[] octets = "octets".getBytes(StandardCharsets.US_ASCII);
        ExtractRequest request =
                new ExtractRequest("Angebot € 5.pdf", "application/pdf", 6, CHARS, Duration.ofSeconds(9));
        ExtractWire.ask(pipe, request, new ByteArrayInputStream(octets));
        InputStream heard = new ByteArrayInputStream(pipe.toByteArray());
        assertThat(ExtractWire.request(heard)).contains(request);
        assertThat(heard.readAllBytes()).isEqualTo(octets);
        assertThat(ExtractWire.request(InputStream.nullInputStream())).isEmpty();

        pipe.reset();
        Extracted answer = new Extracted("Grüße, 東京 \ud83d\ude00", Set.of(Shortfall.CUT, Shortfall.ENCRYPTED));
        ExtractWire.answer(pipe, answer);
        assertThat(ExtractWire.answer(new ByteArrayInputStream(pipe.toByteArray()), CHARS))
                .isEqualTo(answer);
    }

    @Test
    void aLongNameIsCutBetweenCharacters() {
        String name = "x".repeat(ExtractRequest.NAME_CHARS - 1) + "\ud83d\ude00";
        assertThat(new ExtractRequest(name, "", 0, 1, Duration.ZERO).name())
                .isEqualTo("x".repeat(ExtractRequest.NAME_CHARS - 1));
    }

    @Test
    void anAttachmentThatIsShorterThanItSaidIsNotFilledUp() {
        ExtractRequest request = new ExtractRequest("a", "b", 7, CHARS, Duration.ZERO);
        assertThatThrownBy(() ->
                        ExtractWire.ask(new ByteArrayOutputStream(), request, new ByteArrayInputStream(new byte[6])))
                .isInstanceOf(EOFException.class);
    }

    /// What a reader that was taken over may say.
    @ParameterizedTest
    @CsvSource({
        "'', EOFException",
        "'42', BrokenWireException",
        "'41', EOFException",
        "'41 ff', BrokenWireException", // more shortfalls than there are
        "'41 01 09', BrokenWireException", // one that there is not
        "'41 01 00', BrokenWireException", // that nobody has read it is not for the reader to say
        "'41 00 7fffffff', BrokenWireException", // a text of 2 GiB: nothing is allocated
        "'41 00 ffffffff', BrokenWireException",
        "'41 00 00000bb9', BrokenWireException", // an octet more than 1,000 characters can take
        "'41 00 00000bb8', EOFException",
        "'41 00 00000002 61', EOFException",
        "'41 00 00000002 c328', BrokenWireException", // not UTF-8
        "'41 00 00000003 eda080', BrokenWireException", // half a character
    })
    void answersAreNotBelieved(String said, String trouble) {
        assertThatThrownBy(() -> ExtractWire.answer(hex(said), CHARS))
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(trouble));
    }

    @ParameterizedTest
    @CsvSource({
        "'', EOFException",
        "'43585432 0001 61', BrokenWireException",
        "'43585431 ffff', BrokenWireException",
        "'43585431 0005 61', EOFException",
    })
    void greetingsAreNotBelieved(String said, String trouble) {
        assertThatThrownBy(() -> ExtractWire.greeting(hex(said)))
                .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(trouble));
    }

    @ParameterizedTest
    @CsvSource({
        "'00', BrokenWireException",
        "'52 ffff', BrokenWireException",
        "'52 0000 0000 00000000 00000000 0000000000000000', BrokenWireException", // no characters
        "'52 0000 0000 7fffffff 00000000 0000000000000000', BrokenWireException",
        "'52 0000 0000 00000001 ffffffff 0000000000000000', BrokenWireException",
        "'52 0000 0000 00000001 00000000 ffffffffffffffff', BrokenWireException",
        "'52 0000 0000 00000001 00000000', EOFException",
    })
    void requestsAreNotBelieved(String said, String trouble) {
        assertThatThrownBy(() -> ExtractWire.request(hex(said)))
                .satisfies(e -> assertThat(e.getClass().getSimpleName()).isEqualTo(trouble));
    }

    /// A true answer with octets changed, and pure noise: an answer within its bounds, or an IOException.
    @Test
    void noiseIsAnAnswerWithinBoundsOrTrouble() throws Exception {
        long seed = new Random().nextLong();
        Random chance = new Random(seed);
        ByteArrayOutputStream true1 = new ByteArrayOutputStream();
        ExtractWire.answer(true1, new Extracted("some words of a text\n".repeat(20), Set.of(Shortfall.SCAN)));
        for (int round = 0; round < 20_000; round++) {
            byte[] said = true1.toByteArray();
            if (round % 2 == 0) {
                for (int i = chance.nextInt(1, 5); i > 0; i--) {
                    said[chance.nextInt(chance.nextBoolean() ? 8 : said.length)] = (byte) chance.nextInt();
                }
                said = Arrays.copyOf(said, chance.nextInt(said.length + 10));
            } else {
                said = new byte[chance.nextInt(200)];
                chance.nextBytes(said);
                if (said.length > 1) {
                    said[0] = 'A';
                    said[1] = (byte) chance.nextInt(3);
                }
            }
            try {
                Extracted answer = ExtractWire.answer(new ByteArrayInputStream(said), CHARS);
                assertThat(answer.text().length()).as("seed " + seed).isLessThanOrEqualTo(CHARS);
            } catch (IOException refused) {
                assertThat(refused).as("seed " + seed).isInstanceOfAny(BrokenWireException.class, EOFException.class);
            }
        }
    }
}
