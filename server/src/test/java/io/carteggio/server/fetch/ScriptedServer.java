package io.carteggio.server.fetch;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// A server that plays a script and misbehaves on order. Strict: a line of the client that the script
/// does not have is a failure. It knows no protocol, and shares no code with the clients it tests.
///
/// A script has a line a step: `S: text` says a line, `S~ text` the text alone (`\r`, `\n`, `\0` written
/// out), `D: text` dribbles it, `C: regex` hears a line, `W: millis` waits, `X` closes, `--` begins the
/// next connection.
public final class ScriptedServer implements AutoCloseable {
    private final ServerSocket listener;
    private final Thread thread;
    private final AtomicReference<String> failure = new AtomicReference<>("");

    public ScriptedServer(String script) throws IOException {
        listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        List<List<String>> connections = new ArrayList<>(List.of(new ArrayList<>()));
        script.lines().filter(line -> !line.isBlank()).forEach(line -> {
            if (line.equals("--")) {
                connections.add(new ArrayList<>());
            } else {
                connections.getLast().add(line);
            }
        });
        thread = Thread.ofVirtual().start(() -> {
            for (List<String> steps : connections) {
                try (Socket socket = listener.accept()) {
                    play(steps, socket);
                } catch (IOException e) {
                    if (!listener.isClosed()) {
                        failed("the connection broke: " + e);
                    }
                }
            }
        });
    }

    public int port() {
        return listener.getLocalPort();
    }

    private void play(List<String> steps, Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        for (String step : steps) {
            String text = step.length() > 3 ? step.substring(3) : "";
            switch (step.substring(0, Math.min(2, step.length()))) {
                case "S:" -> out.write((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
                case "S~" -> out.write(octets(text));
                case "D:" -> {
                    for (byte octet : octets(text)) {
                        out.write(octet);
                        out.flush();
                        pause(150);
                    }
                }
                case "C:" -> {
                    String line = line(in);
                    if (!line.matches(text)) {
                        failed("heard '" + line + "', not '" + text + "'");
                        return;
                    }
                }
                case "W:" -> pause(Long.parseLong(text));
                case "X" -> {
                    return;
                }
                default -> throw new IllegalArgumentException(step);
            }
            out.flush();
        }
        line(in); // what else the client says as it leaves is of no interest, but it may wait for an answer
    }

    private static byte[] octets(String text) {
        return text.replace("\\r", "\r")
                .replace("\\n", "\n")
                .replace("\\0", "\0")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int c = in.read();
            if (c < 0) {
                return line + "<end>";
            }
            if (c == '\n') {
                return line.toString().replaceFirst("\r$", "");
            }
            line.append((char) c);
        }
    }

    private void failed(String why) {
        failure.compareAndSet("", why);
    }

    /// What the client said that it should not have said; empty where it kept to the script.
    public String failure() {
        return failure.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        thread.interrupt();
    }
}
