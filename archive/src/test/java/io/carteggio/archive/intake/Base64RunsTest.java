package io.carteggio.archive.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.intake.Base64Runs.Run;
import io.carteggio.archive.vault.Recipe;
import io.carteggio.archive.vault.Recipe.Base64Form;
import io.carteggio.mail.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Against a reading that takes the mail apart into lines and looks at each with a pattern.
class Base64RunsTest {
    private static final int MAILS = 3_000;

    @Test
    void anyMail() throws IOException {
        long seed = Long.getLong("carteggio.seed", new Random().nextLong());
        System.out.println("Base64RunsTest seed " + seed);
        Random random = new Random(seed);
        int found = 0;
        for (int i = 0; i < MAILS; i++) {
            byte[] mail = mail(random);
            List<Run> runs = Base64Runs.find(inBites(mail, random));
            assertThat(runs).as("seed %d, mail %d", seed, i).isEqualTo(naive(mail));
            for (Run run : runs) {
                byte[] stretch = Arrays.copyOfRange(mail, (int) run.offset(), (int) (run.offset() + run.lengthBytes()));
                byte[] decoded = Recipe.decode(stretch, run.form());
                assertThat(decoded)
                        .as("seed %d, mail %d", seed, i)
                        .hasSize((int) run.decodedBytes())
                        .isEqualTo(Base64.getMimeDecoder().decode(stretch));
                found++;
            }
        }
        assertThat(found).isGreaterThan(MAILS / 4);
    }

    private static byte[] mail(Random random) throws IOException {
        ByteArrayOutputStream mail = new ByteArrayOutputStream();
        for (int n = random.nextInt(5); n >= 0; n--) {
            boolean crlf = random.nextInt(4) > 0;
            int line = random.nextInt(8) == 0 ? 4 * (8 + random.nextInt(30)) : 76;
            byte[] octets = new byte[random.nextInt(5) == 0 ? random.nextInt(200) : random.nextInt(3_000)];
            random.nextBytes(octets);
            Base64Form form = new Base64Form(line, crlf, random.nextInt(5) > 0);
            byte[] stretch =
                    form.encode(new ByteArrayInputStream(octets), octets.length).readAllBytes();
            for (int damaged = random.nextInt(6) == 0 ? 1 + random.nextInt(3) : 0; damaged > 0; damaged--) {
                if (stretch.length > 0) {
                    stretch[random.nextInt(stretch.length)] =
                            "\r\n= A\0\u00e9-".getBytes(StandardCharsets.ISO_8859_1)[random.nextInt(8)];
                }
            }
            mail.write(stretch);
            if (random.nextBoolean()) {
                mail.write(("some text\r\n".repeat(random.nextInt(3)) + "\n\rmore" + (random.nextBoolean() ? "\n" : ""))
                        .getBytes(StandardCharsets.US_ASCII));
            }
        }
        return mail.toByteArray();
    }

    /// The same octets, which come a few at a time.
    private static Content inBites(byte[] mail, Random random) {
        if (random.nextBoolean()) {
            return Content.of(mail);
        }
        int bite = 1 + random.nextInt(200);
        return new Content() {
            @Override
            public long sizeBytes() {
                return mail.length;
            }

            @Override
            public InputStream open(long offset, long length) {
                return new ByteArrayInputStream(mail, (int) offset, (int) length) {
                    @Override
                    public synchronized int read(byte[] into, int off, int len) {
                        return super.read(into, off, Math.min(len, bite));
                    }
                };
            }
        };
    }

    private record Line(long offset, String text, String end) {
        boolean fits() {
            return text.matches("[A-Za-z0-9+/]+={0,2}") && text.length() % 4 == 0;
        }

        boolean isFull() {
            return fits() && !text.endsWith("=");
        }
    }

    private static List<Run> naive(byte[] mail) {
        List<Line> lines = new ArrayList<>();
        String all = new String(mail, StandardCharsets.ISO_8859_1);
        for (int at = 0; at < all.length(); ) {
            int lf = all.indexOf('\n', at);
            String line = lf < 0 ? all.substring(at) : all.substring(at, lf);
            String end = lf < 0 ? "" : line.endsWith("\r") ? "\r\n" : "\n";
            lines.add(new Line(at, end.equals("\r\n") ? line.substring(0, line.length() - 1) : line, end));
            at = lf < 0 ? all.length() : lf + 1;
        }
        List<Run> runs = new ArrayList<>();
        int i = 0;
        while (i < lines.size()) {
            Line first = lines.get(i);
            int length = first.text().length();
            if (!first.isFull() || length < 40 || length > 1_000 || first.end().isEmpty()) {
                i++;
                continue;
            }
            int full = 1;
            while (i + full < lines.size()
                    && lines.get(i + full).isFull()
                    && lines.get(i + full).text().length() == length
                    && lines.get(i + full).end().equals(first.end())) {
                full++;
            }
            int next = i + full;
            int lastLength = 0;
            int pads = 0;
            boolean ended = true;
            if (next < lines.size()) {
                Line last = lines.get(next);
                boolean sameEnd = last.end().equals(first.end()) || last.end().isEmpty();
                if (last.fits() && sameEnd && last.text().length() <= length) {
                    lastLength = last.text().length();
                    pads = (int) last.text().chars().filter(c -> c == '=').count();
                    ended = !last.end().isEmpty();
                    next++;
                }
            }
            long decoded = (long) full * length / 4 * 3 + lastLength / 4 * 3L - pads;
            if (full >= 2 && decoded >= Base64Runs.LEAST_DECODED_BYTES) {
                runs.add(new Run(
                        first.offset(),
                        decoded,
                        new Base64Form(length, first.end().equals("\r\n"), ended)));
            }
            i = next;
        }
        return runs;
    }
}
