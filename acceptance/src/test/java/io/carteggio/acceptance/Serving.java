package io.carteggio.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A server that runs in a process of its own, known by what it printed.
final class Serving implements AutoCloseable {
    /// A first start may have to build the program.
    private static final int PATIENCE_SECONDS = 300;

    private static final Pattern WEB = Pattern.compile("(https?://[^/\\s]+:\\d+)/?(?=\\s|$)");
    private static final Pattern SMTP = Pattern.compile("(?i)smtp\\D*?(?:smtp://)?(127\\.0\\.0\\.1):(\\d+)");
    private static final Pattern PROXY = Pattern.compile("proxy +(127\\.0\\.0\\.1):(\\d+)");
    private static final Pattern SET_UP = Pattern.compile("https?://\\S+/set-up/\\S+");
    private static final Pattern MAILBOX = Pattern.compile("[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+[A-Za-z0-9]");

    private final Process process;
    private final Program program;
    private final StringBuilder printed = new StringBuilder(); // guarded by itself

    private Serving(Process process, Program program) {
        this.process = process;
        this.program = program;
    }

    static Serving start(ProcessBuilder builder, Program program) throws IOException, InterruptedException {
        Serving serving = new Serving(builder.redirectErrorStream(true).start(), program);
        Thread.ofVirtual().start(serving::listen);
        serving.await(SMTP);
        serving.await(WEB);
        return serving;
    }

    /// Empty where the server ends before it says where it listens.
    static Optional<Serving> tryStart(ProcessBuilder builder, Program program)
            throws IOException, InterruptedException {
        try {
            return Optional.of(start(builder, program));
        } catch (Ended before) {
            return Optional.empty();
        }
    }

    /// The server ended instead of saying something.
    static final class Ended extends AssertionError {
        private static final long serialVersionUID = 1L;

        Ended(String what) {
            super(what);
        }
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines.lines().forEach(line -> {
                synchronized (printed) {
                    printed.append(line).append('\n');
                }
            });
        } catch (IOException | RuntimeException ended) {
            // the process was killed
        }
    }

    private Matcher await(Pattern pattern) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < until) {
            Matcher found = pattern.matcher(printed());
            if (found.find()) {
                return found;
            }
            if (!process.isAlive()) {
                Thread.sleep(100);
                throw new Ended("the server ended with " + process.exitValue() + ":\n" + printed());
            }
            Thread.sleep(10);
        }
        process.destroyForcibly();
        throw new AssertionError("the server has not said " + pattern + " but only:\n" + printed());
    }

    Program program() {
        return program;
    }

    /// All that it has said so far on both streams.
    String printed() {
        synchronized (printed) {
            return printed.toString();
        }
    }

    /// Where its pages are, without a final slash.
    String url() {
        return said(WEB).group(1);
    }

    /// Where it takes mail.
    InetSocketAddress smtp() {
        Matcher found = said(SMTP);
        return new InetSocketAddress(found.group(1), Integer.parseInt(found.group(2)));
    }

    /// Where the journaling agent's proxy listens.
    InetSocketAddress proxy() {
        Matcher found = said(PROXY);
        return new InetSocketAddress(found.group(1), Integer.parseInt(found.group(2)));
    }

    private Matcher said(Pattern pattern) {
        Matcher found = pattern.matcher(printed());
        if (!found.find()) {
            throw new IllegalStateException("the server has not said " + pattern);
        }
        return found;
    }

    /// The one-time link of a first start.
    URI setUpLink() throws InterruptedException {
        return URI.create(await(SET_UP).group());
    }

    /// The journaling address of the source that a first start makes.
    Optional<String> printedMailbox() {
        Matcher found = MAILBOX.matcher(printed());
        return found.find() ? Optional.of(found.group()) : Optional.empty();
    }

    /// Waits for the process to end by itself.
    boolean ended(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    boolean alive() {
        return process.isAlive();
    }

    /// The most memory it ever had in use, in octets, as the system counts it.
    long peakMemoryBytes() throws IOException {
        return memory("VmHWM");
    }

    private long memory(String field) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    /// SIGKILL: the process has no say in it.
    void kill() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.waitFor();
    }

    /// SIGTERM, as an administrator or the system stops it.
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the server did not stop within a minute:\n" + printed());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
