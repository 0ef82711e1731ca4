package io.carteggio.extract;

import io.carteggio.mail.extract.ExtractRequest;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.extract.Extracted;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.stream.Stream;

/// Reads one attachment after the other: requests come on the standard input, answers go to the standard
/// output.
///
/// The thread that hears requests does nothing else, so it notices at once when nobody asks any more, and ends
/// the process, whatever the other thread is lost in. A third ends it when a request takes too long, for the
/// case that whoever asked was stopped.
public final class Main {
    /// The archive ends it sooner; this is for an archive that cannot.
    private static final int ORPHAN_EXIT = 4;

    private static final int FAULT_EXIT = 5;

    private record Job(ExtractRequest request, Path file, long deadlineNanos) {}

    private final Path folder;
    private final OutputStream out;
    private final SynchronousQueue<Job> jobs = new SynchronousQueue<>();
    private volatile long deadlineNanos = Long.MAX_VALUE;

    private Main(Path folder, OutputStream out) {
        this.folder = folder;
        this.out = out;
    }

    /// Runs until the standard input ends.
    public static void main(String[] arguments) throws Exception {
        InputStream in = new BufferedInputStream(new FileInputStream(FileDescriptor.in));
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out));
        System.setIn(InputStream.nullInputStream());
        System.setOut(System.err); // a library that prints must not speak into the pipe
        Main main = new Main(Path.of(System.getProperty("java.io.tmpdir", "/dev/shm")), out);
        try {
            main.run(in);
        } catch (IOException | RuntimeException gone) {
            main.end(FAULT_EXIT);
        }
        main.end(0);
    }

    private void run(InputStream in) throws IOException, InterruptedException {
        Thread.ofPlatform().name("reading").daemon().start(this::work);
        Thread.ofPlatform().name("deadline").daemon().start(this::watch);
        ExtractWire.greet(out);
        for (Optional<ExtractRequest> next = ExtractWire.request(in);
                next.isPresent();
                next = ExtractWire.request(in)) {
            ExtractRequest request = next.get();
            Path file = folder.resolve("attachment");
            spool(in, request.sizeBytes(), file);
            jobs.put(new Job(request, file, System.nanoTime() + request.time().toNanos()));
        }
    }

    private static void spool(InputStream in, long size, Path file) throws IOException {
        try (OutputStream to = Files.newOutputStream(file)) {
            byte[] buffer = new byte[16 * 1024];
            long left = size;
            while (left > 0) {
                int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n < 0) {
                    throw new EOFException("a request breaks off");
                }
                to.write(buffer, 0, n);
                left -= n;
            }
        }
    }

    private void work() {
        try {
            AttachmentReader reader = new AttachmentReader();
            while (true) {
                Job job = jobs.take();
                deadlineNanos = job.deadlineNanos;
                Extracted extracted = reader.read(job.file, job.request);
                empty();
                deadlineNanos = Long.MAX_VALUE;
                ExtractWire.answer(out, extracted);
            }
        } catch (IOException | InterruptedException | RuntimeException | LinkageError e) {
            end(FAULT_EXIT); // nobody hears us, or it cannot even begin
        }
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(1_000);
                if (deadlineNanos != Long.MAX_VALUE && System.nanoTime() - deadlineNanos > 0) {
                    end(ORPHAN_EXIT);
                }
            }
        } catch (InterruptedException e) {
            end(FAULT_EXIT);
        }
    }

    /// Nothing of an attachment is left behind, where the folder is not this process's alone.
    private void empty() {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                if (!each.equals(folder)) {
                    Files.deleteIfExists(each);
                }
            }
        } catch (IOException | RuntimeException e) {
            Runtime.getRuntime().halt(FAULT_EXIT); // what is left goes with the folder
        }
    }

    private void end(int exit) {
        empty();
        Runtime.getRuntime().halt(exit);
    }
}
