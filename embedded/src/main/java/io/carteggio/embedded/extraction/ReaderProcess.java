package io.carteggio.embedded.extraction;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.extract.ExtractRequest;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.mime.UnreadParts.UnreadPart;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One reading program that runs. It reads one attachment at a time; [#end] may be called by any thread.
///
/// A thread of its own speaks with it, so that nobody waits for a program that neither answers nor dies, nor
/// for descendants of it that hold the pipe.
final class ReaderProcess {
    private static final Duration GREETING = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final int PIPE_BYTES = 32 * 1024;

    private final Process process;
    private final OutputStream to;
    private final InputStream from;
    private final ReaderLimits limits;
    private final ExecutorService speaking = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("reader-pipe").daemon().factory());
    private volatile boolean ended;
    private int read;
    private long idleSinceNanos = System.nanoTime();

    /// What came of an attachment.
    sealed interface Outcome {
        record Answered(Extracted extracted) implements Outcome {}

        /// It took more than it may, and the program was ended.
        record TooMuch() implements Outcome {}

        /// The program ended, or said what it never should.
        record Gone() implements Outcome {}

        /// The archive could not give the octets.
        record Unreadable() implements Outcome {}
    }

    private ReaderProcess(Process process, ReaderLimits limits) {
        this.process = process;
        this.limits = limits;
        this.to = new BufferedOutputStream(process.getOutputStream(), PIPE_BYTES);
        this.from = new BufferedInputStream(process.getInputStream(), PIPE_BYTES);
    }

    /// Starts one and waits until it greets.
    static ReaderProcess start(ReaderProgram program, Walls walls, ReaderLimits limits)
            throws ArchiveException, InterruptedException {
        ReaderProcess reader;
        try {
            walls.tidy();
            ProcessBuilder builder = new ProcessBuilder(walls.around(command(program, walls, limits), limits))
                    .directory(Path.of("/").toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD); // it may quote mail
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            builder.environment().put("LANG", "C.UTF-8");
            reader = new ReaderProcess(builder.start(), limits);
        } catch (IOException e) {
            throw new ArchiveException("the program that reads attachments cannot be started: " + e, true, e);
        }
        try {
            String version = reader.speaking
                    .submit(() -> ExtractWire.greeting(reader.from))
                    .get(GREETING.toMillis(), TimeUnit.MILLISECONDS);
            if (!version.equals(ExtractWire.READER)) {
                throw new ArchiveException(
                        "the program that reads attachments is " + printable(version) + ", and should be "
                                + ExtractWire.READER,
                        false);
            }
            return reader;
        } catch (ExecutionException | TimeoutException e) {
            reader.end();
            throw new ArchiveException("the program that reads attachments does not start", true, e);
        } catch (InterruptedException | ArchiveException e) {
            reader.end();
            throw e;
        }
    }

    private static String printable(String version) {
        return version.replaceAll("[^A-Za-z0-9._-]", "?");
    }

    private static List<String> command(ReaderProgram program, Walls walls, ReaderLimits limits) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + limits.heapMebibytes() + "m",
                "-Xms8m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:MaxDirectMemorySize=32m",
                "-XX:MaxMetaspaceSize=192m",
                "-XX:CompressedClassSpaceSize=64m",
                "-XX:ReservedCodeCacheSize=48m",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=/dev/null",
                "-XX:+DisableAttachMechanism",
                "-Xlog:disable",
                "-Djava.awt.headless=true",
                "-Djava.io.tmpdir=" + walls.folder(),
                "-Duser.home=" + walls.folder(),
                "-Dpdfbox.fontcache=" + walls.folder()));
        command.addAll(program.javaOptions());
        command.addAll(List.of("-cp", program.classPath(), program.mainClass()));
        return command;
    }

    /// Reads one attachment. After any other outcome than an answer the program has ended.
    Outcome read(UnreadPart part, int textChars) throws InterruptedException {
        read++;
        ExtractRequest request = new ExtractRequest(
                part.name().orElse(""),
                part.type(),
                part.sizeBytes(),
                textChars,
                limits.wall().plus(FAREWELL));
        Future<Extracted> answer = speaking.submit(() -> {
            try (InputStream octets = new Source(part.open())) {
                ExtractWire.ask(to, request, octets);
            } catch (IOException e) {
                throw e instanceof SourceException ? e : new PipeException(e);
            }
            return ExtractWire.answer(from, textChars);
        });
        long began = System.nanoTime();
        Duration before = processor();
        try {
            while (true) {
                try {
                    Extracted extracted = answer.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                    idleSinceNanos = System.nanoTime();
                    return new Outcome.Answered(extracted);
                } catch (TimeoutException stillReading) {
                    boolean tooLong = System.nanoTime() - began > limits.wall().toNanos();
                    boolean tooMuch = processor().minus(before).compareTo(limits.processor()) > 0;
                    if (tooLong || tooMuch) {
                        return new Outcome.TooMuch();
                    }
                }
            }
        } catch (ExecutionException e) {
            return e.getCause() instanceof SourceException ? new Outcome.Unreadable() : new Outcome.Gone();
        } finally {
            if (!answer.isDone() || answer.state() != Future.State.SUCCESS) {
                end();
            }
        }
    }

    /// The time of a processor that it has taken by now.
    private Duration processor() {
        return process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// Ends it, with all that it may have started. Does not wait.
    void end() {
        ended = true;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        speaking.shutdownNow();
    }

    /// Whether it can read another one.
    boolean isFit() {
        return !ended && process.isAlive() && read < limits.attachments();
    }

    boolean isIdleFor(Duration time) {
        return System.nanoTime() - idleSinceNanos > time.toNanos();
    }

    /// Octets of memory that it takes; 0 where nobody knows.
    long residentBytes() {
        try {
            for (String line : Files.readAllLines(
                    Path.of("/proc", Long.toString(process.pid()), "status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("VmRSS:")) {
                    return 1024L * Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException | NumberFormatException gone) {
            return 0;
        }
        return 0;
    }

    long pid() {
        return process.pid();
    }

    /// The archive's own octets could not be read, in the midst of giving them.
    private static final class SourceException extends IOException {
        private static final long serialVersionUID = 1;

        SourceException(IOException cause) {
            super(cause);
        }
    }

    /// The program does not listen any more.
    private static final class PipeException extends IOException {
        private static final long serialVersionUID = 1;

        PipeException(IOException cause) {
            super(cause);
        }
    }

    /// Tells the archive's trouble from the program's.
    private static final class Source extends FilterInputStream {
        Source(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                throw new SourceException(e);
            }
        }

        @Override
        public int read(byte[] octets, int offset, int length) throws IOException {
            try {
                return super.read(octets, offset, length);
            } catch (IOException e) {
                throw new SourceException(e);
            }
        }
    }
}
