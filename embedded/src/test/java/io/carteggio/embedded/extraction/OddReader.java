package io.carteggio.embedded.extraction;

import io.carteggio.mail.extract.ExtractRequest;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.extract.Extracted;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/// A reading program for tests: does what an attachment says, as one that was taken over might.
public final class OddReader {
    private OddReader() {}

    /// The program.
    static ReaderProgram program(String... options) {
        return new ReaderProgram(System.getProperty("java.class.path"), OddReader.class.getName(), List.of(options));
    }

    public static void main(String[] arguments) throws Exception {
        InputStream in = new BufferedInputStream(System.in);
        OutputStream out = new BufferedOutputStream(System.out);
        if (Boolean.getBoolean("odd.rude")) {
            out.write("HTTP/1.1 400".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            return;
        }
        ExtractWire.greet(out);
        int read = 0;
        for (Optional<ExtractRequest> next = ExtractWire.request(in);
                next.isPresent();
                next = ExtractWire.request(in)) {
            String octets = new String(in.readNBytes((int) next.get().sizeBytes()), StandardCharsets.UTF_8);
            out.write(answer(octets, next.get(), ++read, out));
            out.flush();
        }
    }

    private static byte[] answer(String octets, ExtractRequest request, int read, OutputStream out) throws Exception {
        String[] words = octets.split(" ", 2);
        return switch (words[0]) {
            case "spin" -> {
                for (long i = 0; ; i++) {
                    if (i == Long.MIN_VALUE) {
                        yield new byte[0];
                    }
                }
            }
            case "hang" -> {
                Thread.sleep(Duration.ofDays(1));
                yield new byte[0];
            }
            case "leave-a-child" -> { // which holds the pipe
                new ProcessBuilder("sleep", "60").inheritIO().start();
                Thread.sleep(Duration.ofDays(1));
                yield new byte[0];
            }
            case "hoard" -> {
                List<byte[]> all = new ArrayList<>();
                while (all.size() < 1_000_000) {
                    all.add(new byte[1 << 22]);
                }
                yield new byte[0];
            }
            case "exit" -> {
                System.exit(7);
                yield new byte[0];
            }
            case "exit-once" -> {
                if (read > 1) {
                    System.exit(7);
                }
                yield said("the second time");
            }
            case "noise" -> {
                byte[] noise = new byte[1 << 16];
                new Random(Long.parseLong(words[1])).nextBytes(noise);
                noise[0] = 'A';
                noise[1] = 0;
                yield noise;
            }
            case "endless" -> {
                byte[] more = new byte[1 << 16];
                while (true) {
                    out.write(more);
                }
            }
            case "too-long" -> said("x".repeat(request.textChars() + 1));
            case "half" -> {
                byte[] whole = said("half an answer");
                out.write(whole, 0, whole.length / 2);
                out.flush();
                System.exit(0);
                yield new byte[0];
            }
            case "network" -> said(Files.readString(Path.of("/proc/net/dev")));
            case "folder" -> {
                Path folder = Path.of(System.getProperty("java.io.tmpdir"));
                Files.writeString(folder.resolve("left-behind"), "words of a mail");
                yield said(folder + " " + Files.getFileStore(folder).type());
            }
            case "environment" -> said(System.getenv().keySet().toString());
            default -> said("read " + octets);
        };
    }

    private static byte[] said(String text) throws IOException {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        ExtractWire.answer(out, new Extracted(text, Set.of()));
        return out.toByteArray();
    }
}
