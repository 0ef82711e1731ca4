package io.carteggio.server.giveback;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Concatenation;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CarrierTest {
    private static final Carrier CARRIER = new Carrier(
            new Address("archive@firm.example"),
            new Address("anna@firm.example"),
            "x@firm.example",
            Instant.parse("2026-03-01T10:00:00Z"),
            new GiveBack.Note("Dall’archivio: è lei", "Ecco.\nÈ in allegato.", "Fattura \"n. 7\" (è)"));

    @Test
    void whateverTheLetterIsItComesOutOfTheMailAsItWas() throws IOException {
        byte[] binary = new byte[70_000];
        new Random(7).nextBytes(binary);
        List<byte[]> letters = List.of(
                octets("Subject: a\r\n\r\nplain\r\n"),
                octets("Subject: a\r\n\r\nno end of the line"),
                octets("Subject: a\n\nlines of Unix\n"),
                octets("Subject: a\r\n\r\ncafé\r\n"),
                octets("Subject: a\r\n\r\n" + "x".repeat(999) + "\r\n"),
                octets("Subject: a\r\n\r\nbare \r return\r\n"),
                octets("Subject: a\r\n\r\n--carteggio-boundary--\r\n.\r\n"),
                new byte[0],
                binary);
        for (byte[] letter : letters) {
            Content mail = CARRIER.carrying(Content.of(letter));
            try (InputStream in = mail.open()) {
                assertThat(in.readAllBytes().length).isEqualTo(mail.sizeBytes());
            }
            assertThat(Carrier.isPlain(mail))
                    .as("passes through any mail system")
                    .isTrue();
            Letter read = LetterReader.read(mail, ReadLimits.DEFAULT);
            assertThat(read.header().subject()).contains("Dall’archivio: è lei");
            assertThat(read.text().orElse("")).contains("È in allegato.");
            boolean nested = !read.nested().isEmpty();
            try (InputStream in = nested
                    ? LetterReader.openNested(mail, read.nested().getFirst().index())
                    : LetterReader.openAttachment(mail, read.files().getFirst().index())) {
                assertThat(in.readAllBytes()).isEqualTo(letter);
            }
            if (!nested) {
                assertThat(read.files().getFirst().name()).contains("Fattura \"n. 7\" (è).eml");
            }
        }
    }

    @Test
    void aPieceOfItIsThatPiece() throws IOException {
        Random random = new Random();
        long seed = random.nextLong();
        System.out.println("CarrierTest seed " + seed);
        random.setSeed(seed);
        for (int i = 0; i < 300; i++) {
            byte[] plain = new byte[random.nextInt(400)];
            random.nextBytes(plain);
            Content content = new Concatenation(List.of(
                    Content.of(octets("head")), new Base64Content(Content.of(plain)), Content.of(octets("tail"))));
            byte[] all;
            try (InputStream in = content.open()) {
                all = in.readAllBytes();
            }
            assertThat(all).hasSize((int) content.sizeBytes());
            int from = random.nextInt(all.length + 1);
            int to = from + random.nextInt(all.length - from + 1);
            try (InputStream in = content.open(from, to - from)) {
                assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(all, from, to));
            }
        }
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
