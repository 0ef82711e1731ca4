package io.carteggio.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataDecoderTest {
    /// `R` is CR, `N` is LF, `|` marks where the mail ends (absent: it does not).
    @ParameterizedTest
    @CsvSource({
        ".RN|,''",
        "aRN.RN|,aRN",
        "aRN.RN|bRN.RN,aRN",
        "..RN.RN|,.RN",
        ".aRN.RN|,aRN",
        "...RN.RN|,..RN",
        "RN.RN|,RN",
        "aN.RN,aN.RN",
        "aN.N,aN.N",
        "aR.R,aR.R",
        "aRN.N,aRNN",
        "aNR.RN,aNR.RN",
        "aRN.RaRN.RN|,aRNRaRN",
        "aRN.RRN.RN|,aRNRRN",
        "aRRN.RN|,aRRN",
        "aRN.RRN,aRNRRN",
        "RR.RN,RR.RN",
        ".N,N",
        ".NRN.RN|,NRN",
        "NRN.RN|,NRN",
        "aN.RNRN.RN|,aN.RNRN",
    })
    void onlyCrlfDotCrlfEnds(String input, String content) {
        byte[] octets = octets(input.replace("|", ""));
        int end = input.indexOf('|') < 0 ? octets.length : input.indexOf('|');
        for (int piece = 1; piece <= octets.length; piece++) {
            DataDecoder decoder = new DataDecoder();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            int used = run(decoder, octets, piece, out);
            assertThat(out.toByteArray()).as("in pieces of %d", piece).isEqualTo(octets(content));
            assertThat(decoder.ended()).isEqualTo(input.contains("|"));
            assertThat(used).isEqualTo(end);
        }
    }

    /// Against the plainest reading of the rule: cut at the first CRLF.CRLF, then undo the dots line by line.
    @Test
    void agreesWithThePlainestReading() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder letters = new StringBuilder();
            for (int n = random.nextInt(24); n > 0; n--) {
                letters.append("RN.x".charAt(random.nextInt(4)));
            }
            String text = letters + "RN.RNtail";
            String framed = "RN" + text; // the start of the mail counts as the start of a line
            int end = framed.indexOf("RN.RN") + 3;
            String content = framed.substring(0, end - 1).replace("RN.", "RN").substring(2);
            DataDecoder decoder = new DataDecoder();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            int used = run(decoder, octets(text), 1 + random.nextInt(8), out);
            assertThat(out.toByteArray()).as("seed %d: %s", seed, text).isEqualTo(octets(content));
            assertThat(used).as("seed %d: %s", seed, text).isEqualTo(end);
            assertThat(decoder.ended()).isTrue();
        }
    }

    @Test
    void whatTheEncoderWritesTheDecoderReads() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            StringBuilder lines = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                lines.append(new String[] {".", "..", "x", "RN", "y.", "RN."}[random.nextInt(6)]);
            }
            byte[] mail = octets(lines + (lines.isEmpty() ? "" : "RN"));
            ByteArrayOutputStream wire = new ByteArrayOutputStream();
            DataEncoder encoder = new DataEncoder(wire);
            int piece = 1 + random.nextInt(5);
            for (int i = 0; i < mail.length; i += piece) {
                encoder.write(mail, i, Math.min(piece, mail.length - i));
            }
            encoder.finish();
            DataDecoder decoder = new DataDecoder();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            int used = run(decoder, wire.toByteArray(), 1 + random.nextInt(8), out);
            assertThat(out.toByteArray()).as("seed %d: %s", seed, lines).isEqualTo(mail);
            assertThat(used).isEqualTo(wire.size());
        }
    }

    @ParameterizedTest
    @CsvSource({"aNb", "aRb", "N", "RR", "aR"})
    void theEncoderRefusesBareLineEnds(String mail) {
        DataEncoder encoder = new DataEncoder(new ByteArrayOutputStream());
        byte[] octets = octets(mail);
        assertThatThrownBy(() -> {
                    encoder.write(octets, 0, octets.length);
                    encoder.finish();
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("bare");
    }

    /// Feeds pieces until the end; says how many octets were used.
    private static int run(DataDecoder decoder, byte[] octets, int piece, ByteArrayOutputStream out) {
        int at = 0;
        while (at < octets.length && !decoder.ended()) {
            byte[] buffer = new byte[piece + 2]; // not at its start, and with something behind
            int length = Math.min(piece, octets.length - at);
            System.arraycopy(octets, at, buffer, 1, length);
            at += decoder.decode(buffer, 1, length, out::write);
        }
        return at;
    }

    private static byte[] octets(String letters) {
        return letters.replace('R', '\r').replace('N', '\n').getBytes(StandardCharsets.US_ASCII);
    }
}
