package io.carteggio.mail.milter;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MilterCommandTest {
    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Stream<Arguments> commands() {
        return Stream.of(
                Arguments.of('O', "\0\0\0\6\0\0\1\377\0\0\1\2", new MilterCommand.Broken("")),
                Arguments.of(
                        'D',
                        "Mi\0abc\0{auth_authen}\0anna\0",
                        new MilterCommand.Macros('M', Map.of("i", "abc", "auth_authen", "anna"))),
                Arguments.of('D', "C", new MilterCommand.Macros('C', Map.of())),
                Arguments.of('D', "Cj\0", new MilterCommand.Macros('C', Map.of())),
                Arguments.of('D', "", new MilterCommand.Broken("")),
                Arguments.of(
                        'C', "mx\0004\1\002192.0.2.1\0", new MilterCommand.Connect("mx", Optional.of("192.0.2.1"))),
                Arguments.of(
                        'C',
                        "mx\0006\1\2IPv6:2001:db8::1\0",
                        new MilterCommand.Connect("mx", Optional.of("2001:db8::1"))),
                Arguments.of('C', "localhost\0L\0\0/run/x\0", new MilterCommand.Connect("localhost", Optional.empty())),
                Arguments.of('C', "mx\0U", new MilterCommand.Connect("mx", Optional.empty())),
                Arguments.of('C', "mx\0", new MilterCommand.Broken("")),
                Arguments.of('C', "mx\0004\1", new MilterCommand.Broken("")),
                Arguments.of('C', "mx\0004\1\2no end", new MilterCommand.Broken("")),
                Arguments.of('C', "no end", new MilterCommand.Broken("")),
                Arguments.of('H', "there\0", new MilterCommand.Helo("there")),
                Arguments.of('H', "", new MilterCommand.Broken("")),
                Arguments.of('M', "<>\0", new MilterCommand.MailFrom(Optional.empty())),
                Arguments.of('M', "<a@b>\0SIZE=1\0", new MilterCommand.MailFrom(Optional.of(new Address("a@b")))),
                Arguments.of('M', "a@b\0", new MilterCommand.MailFrom(Optional.of(new Address("a@b")))),
                Arguments.of('M', "<a@b>", new MilterCommand.Broken("")),
                Arguments.of('R', "<a@b>\0ORCPT=x\0", new MilterCommand.RcptTo(new Address("a@b"))),
                Arguments.of('R', "<>\0", new MilterCommand.Broken("")),
                Arguments.of('T', "", new MilterCommand.Data()),
                Arguments.of('N', "", new MilterCommand.EndOfHeader()),
                Arguments.of('A', "", new MilterCommand.Abort()),
                Arguments.of('Q', "", new MilterCommand.Quit()),
                Arguments.of('K', "", new MilterCommand.NextClient()),
                Arguments.of('U', "FOO\0", new MilterCommand.Other('U')),
                Arguments.of('x', "", new MilterCommand.Broken("")),
                Arguments.of('\0', "", new MilterCommand.Broken("")));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void isReadOrRefused(char letter, String data, MilterCommand expected) {
        MilterCommand read = MilterCommand.parse(letter, octets(data));
        if (letter == 'O') {
            assertThat(read).isInstanceOf(MilterCommand.Negotiate.class);
        } else if (expected instanceof MilterCommand.Broken) {
            assertThat(read).isInstanceOf(MilterCommand.Broken.class);
        } else {
            assertThat(read).isEqualTo(expected);
        }
    }

    @Test
    void aFieldIsWhatItWas() throws IOException {
        assertThat(field("Subject\0 a\n\tb\0")).isEqualTo("Subject: a\r\n\tb\r\n");
        assertThat(field("Subject\0 a\r\n\tb\0")).isEqualTo("Subject: a\r\n\tb\r\n");
        assertThat(field("Subject\0\0")).isEqualTo("Subject:\r\n");
        assertThat(field("X\0\n y\0")).isEqualTo("X:\r\n y\r\n");
        assertThat(field("X\0  two blanks \0")).isEqualTo("X:  two blanks \r\n");
        assertThat(MilterCommand.parse('L', octets("X\0no end"))).isInstanceOf(MilterCommand.Broken.class);
        assertThat(MilterCommand.parse('L', octets("X"))).isInstanceOf(MilterCommand.Broken.class);
    }

    private static String field(String data) throws IOException {
        MilterCommand.Field field = (MilterCommand.Field) MilterCommand.parse('L', octets(data));
        return new String(field.octets().toByteArray(1000), StandardCharsets.UTF_8);
    }

    @Test
    void nothingThatComesBreaksTheReader() {
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            byte[] data = new byte[random.nextInt(40)];
            random.nextBytes(data);
            for (int k = 0; k < data.length; k++) {
                data[k] = random.nextInt(4) == 0 ? 0 : data[k];
            }
            char letter = "ODCHMRTLNBEAQKUxyz".charAt(random.nextInt(18));
            assertThat(MilterCommand.parse(letter, data)).isNotNull();
        }
    }

    @Test
    void answersAreFramed() {
        assertThat(MilterAnswer.goOn()).containsExactly(0, 0, 0, 1, 'c');
        assertThat(new String(MilterAnswer.later("100% ü\r\nx"), StandardCharsets.ISO_8859_1))
                .isEqualTo("\0\0\0\25y451 4.3.0 100? ???x\0");
        assertThat(Arrays.copyOfRange(MilterAnswer.negotiated(3), 4, 17))
                .containsExactly('O', 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 3);
    }
}
