package io.carteggio.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs each `.dialog` file beside this class (its README tells the form) against the pure machine.
class DialogTest {
    static Stream<String> files() throws IOException, URISyntaxException {
        Path here = Path.of(Objects.requireNonNull(DialogTest.class.getResource("README.md"))
                .toURI());
        List<String> names;
        try (Stream<Path> all = Files.list(here.resolveSibling(""))) {
            names = all.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".dialog"))
                    .sorted()
                    .toList();
        }
        assertThat(names).hasSizeGreaterThan(10);
        return names.stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyDialogGoesAsWritten(String file) throws IOException {
        String text;
        try (var in = Objects.requireNonNull(DialogTest.class.getResourceAsStream(file))) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Map<String, Long> limits = new HashMap<>();
        List<String> lines = text.lines().toList();
        for (String line : lines) {
            if (line.startsWith("rules ")) {
                for (String rule : line.substring(6).split(" ", -1)) {
                    limits.put(
                            rule.substring(0, rule.indexOf('=')), Long.valueOf(rule.substring(rule.indexOf('=') + 1)));
                }
            }
        }
        Talk talk = new Talk(limits);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String where = file + ":" + (i + 1) + " " + line;
            String rest = line.length() > 5 ? line.substring(5) : "";
            if (line.startsWith("c -> ")) {
                talk.send((rest + "\r\n").getBytes(StandardCharsets.UTF_8));
            } else if (line.startsWith("c => ")) {
                talk.send(unescape(rest));
            } else if (line.startsWith("c <- ")) {
                assertThat(talk.replies.poll()).as(where).isEqualTo(rest);
            } else if (line.startsWith("c <~ ")) {
                assertThat(talk.replies.poll()).as(where).isNotNull().matches("(?s)" + rest + ".*");
            } else if (line.startsWith("k <- ")) {
                assertThat(talk.kept.poll()).as(where).isEqualTo(unescape(rest));
            } else if (line.startsWith("r <- ")) {
                assertThat(talk.refused.poll()).as(where).isEqualTo(Long.parseLong(rest));
            } else if (line.equals("c closed")) {
                assertThat(talk.closed).as(where).isTrue();
            } else if (!line.startsWith("#") && !line.startsWith("rules ") && !line.equals("c tls")) {
                throw new IllegalArgumentException(where);
            }
        }
        assertThat(talk.replies).as("replies nobody asked for").isEmpty();
        assertThat(talk.refused).isEmpty();
    }

    /// Half sense, half nonsense: the machine never throws, and each line gets exactly one reply, in order.
    @Test
    void everyLineGetsOneReply() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] lines = {
            "EHLO x",
            "HELO x",
            "MAIL FROM:<a@b>",
            "MAIL FROM:<> SIZE=9",
            "MAIL FROM:<a@b> SIZE=900",
            "RCPT TO:<a@b>",
            "RCPT TO:<journal@archive.example>",
            "RCPT TO:<r1@archive.example>",
            "DATA",
            "BDAT 4",
            "BDAT 0",
            "BDAT 4 LAST",
            "BDAT 40",
            "RSET",
            "NOOP",
            "STARTTLS",
            "VRFY a",
            "\0",
            "",
            "BDAT",
            "x".repeat(100)
        };
        for (int round = 0; round < 5_000; round++) {
            Talk talk = new Talk(Map.of("mail", 10L, "swallow", 50L, "recipients", 1L, "commands", 12L));
            talk.replies.clear();
            StringBuilder said = new StringBuilder();
            for (int n = 0; n < 20 && !talk.closed; n++) {
                String line = lines[random.nextInt(lines.length)];
                said.append(line).append(" | ");
                talk.send((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                if (line.startsWith("BDAT ")) {
                    String size = line.substring(5).replace(" LAST", "");
                    talk.send(
                            "x".repeat(talk.closed ? 0 : Integer.parseInt(size)).getBytes(StandardCharsets.US_ASCII));
                }
                String first = talk.replies.getFirst();
                long replies = talk.replies.stream()
                        .filter(one -> one.charAt(3) == ' ')
                        .count();
                assertThat(replies).as("seed %d: %s", seed, said).isEqualTo(1);
                if (first.startsWith("354 ")) {
                    talk.replies.clear();
                    talk.send(("x".repeat(random.nextInt(20)) + "\r\n.\r\n").getBytes(StandardCharsets.US_ASCII));
                    assertThat(talk.replies).as("seed %d: %s", seed, said).hasSize(1);
                }
                talk.replies.clear();
            }
        }
    }

    private static byte[] unescape(String s) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) != '\\') {
                out.write(s.charAt(i));
                continue;
            }
            switch (s.charAt(++i)) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case 't' -> out.write('\t');
                case '0' -> out.write(0);
                case '\\' -> out.write('\\');
                case 'x' -> {
                    out.write(Integer.parseInt(s.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> throw new IllegalArgumentException(s);
            }
        }
        return out.toByteArray();
    }

    /// What the server does, without a socket: feeds the machine with what has come and follows its actions.
    private static final class Talk {
        final Deque<String> replies = new ArrayDeque<>();
        final Deque<byte[]> kept = new ArrayDeque<>();
        final Deque<Long> refused = new ArrayDeque<>();
        final long maxMailBytes;
        boolean closed;
        private final Dialog dialog;
        private Step step;
        private byte[] pending = new byte[0];
        private ByteArrayOutputStream mail = new ByteArrayOutputStream();
        private DataDecoder decoder = new DataDecoder();
        private int count;

        Talk(Map<String, Long> limits) {
            maxMailBytes = limits.getOrDefault("mail", 250L << 20);
            Rules rules = new Rules(
                    "archive.example",
                    limits.getOrDefault("tls", 1L) > 0,
                    maxMailBytes,
                    limits.getOrDefault("swallow", 1L << 30),
                    limits.getOrDefault("recipients", 100L).intValue(),
                    limits.getOrDefault("commands", 100L).intValue(),
                    limits.getOrDefault("bad", 20L).intValue(),
                    limits.getOrDefault("unknown", 20L).intValue());
            dialog = new Dialog(rules, DialogTest::known);
            step = take(dialog.open());
        }

        void send(byte[] octets) {
            int had = pending.length;
            pending = Arrays.copyOf(pending, had + octets.length);
            System.arraycopy(octets, 0, pending, had, octets.length);
            while (!closed && goOn()) {}
        }

        private boolean goOn() {
            State state = step.state();
            return switch (step.action()) {
                case Action.Listen() -> line(state);
                case Action.ReceiveData(long max) -> {
                    int used = decoder.decode(pending, 0, pending.length, mail::write);
                    if (!decoder.ended()) {
                        pending = new byte[0];
                        yield false;
                    }
                    decoder = new DataDecoder();
                    Transfer end = mail.size() > max ? new Transfer.TooLarge(mail.size()) : keep();
                    mail = new ByteArrayOutputStream();
                    yield next(dialog.afterData(state, end), used);
                }
                case Action.ReceiveChunk chunk -> {
                    if (pending.length < chunk.sizeBytes()) {
                        yield false;
                    }
                    mail.write(pending, 0, (int) chunk.sizeBytes());
                    Transfer end = chunk.last() ? keep() : new Transfer.Taken();
                    yield next(dialog.afterChunk(state, chunk, end), (int) chunk.sizeBytes());
                }
                case Action.SwallowChunk(long sizeBytes) -> {
                    if (pending.length < sizeBytes) {
                        yield false;
                    }
                    step.reply().ifPresent(this::answer);
                    step = new Step(state, step.reply(), new Action.Listen(), step.refused());
                    pending = Arrays.copyOfRange(pending, (int) sizeBytes, pending.length);
                    yield true;
                }
                case Action.StartTls() -> {
                    if (pending.length > 0) {
                        yield next(dialog.afterInjection(state), 0);
                    }
                    step.reply().ifPresent(this::answer);
                    step = new Step(dialog.afterHandshake(state), step.reply(), new Action.Listen(), step.refused());
                    yield false;
                }
                case Action.Close() -> throw new IllegalStateException("closed already");
            };
        }

        private boolean line(State state) {
            for (int i = 0; i < pending.length; i++) {
                boolean cr = i > 0 && pending[i - 1] == '\r';
                if (pending[i] == '\n' && !cr) {
                    return next(dialog.on(state, new Line.Broken("Bare LF in command")), i + 1);
                } else if (cr && pending[i] != '\n') {
                    return next(dialog.on(state, new Line.Broken("Bare CR in command")), i + 1);
                } else if (cr) {
                    return next(dialog.on(state, Line.of(pending, 0, i - 1)), i + 1);
                }
            }
            return false;
        }

        private Transfer keep() {
            kept.add(mail.toByteArray());
            mail = new ByteArrayOutputStream();
            return new Transfer.Kept("id-" + ++count);
        }

        private boolean next(Step then, int used) {
            pending = Arrays.copyOfRange(pending, used, pending.length);
            step = take(then);
            return true;
        }

        private Step take(Step then) {
            then.refused().ifPresent(mailRefused -> refused.add(mailRefused.bytes()));
            if (then.state().mail().isEmpty()) {
                mail = new ByteArrayOutputStream();
            }
            switch (then.action()) {
                case Action.Listen(), Action.ReceiveData(long _) -> then.reply().ifPresent(this::answer);
                case Action.Close() -> {
                    then.reply().ifPresent(this::answer);
                    closed = true;
                }
                // answered in goOn: after the octets, or when it is known that nothing followed
                case Action.ReceiveChunk _, Action.SwallowChunk _, Action.StartTls _ -> {}
            }
            return then;
        }

        private void answer(Reply reply) {
            new String(reply.wire(), StandardCharsets.UTF_8).lines().forEach(replies::add);
        }
    }

    private static Admission known(Address address) {
        return address.key().equals("secured@archive.example")
                ? Admission.TAKEN_OVER_TLS
                : address.key().matches("(journal|r[1-9])@archive\\.example") ? Admission.TAKEN : Admission.UNKNOWN;
    }
}
