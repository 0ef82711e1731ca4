import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Sends the mails of a pack over SMTP or LMTP, each connection the next one as soon as its last was accepted.
///
///     java Load.java PORT smtp|lmtp CONNECTIONS PACK FIRST COUNT RECIPIENT[,RECIPIENT…] [pipelining]
///
/// A pack is a row of mails, each behind its length (four octets, highest first), just as they go over the wire
/// behind DATA: CRLF, dots doubled, the final dot. It is mapped, not read, so that the client costs little. Only
/// the loopback interface is spoken to. Several recipients take turns, one a mail.
///
/// A mail counts when its final 250 has come; the time taken is from MAIL FROM to there. Prints one line of JSON.
final class Load {
    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final int port;
    private final boolean lmtp;
    private final boolean pipelining;
    private final MemorySegment pack;
    private final long[] offsets;
    private final String[] recipients;
    private final long[] nanos;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final AtomicReference<String> firstFailure = new AtomicReference<>("");

    private Load(int port, boolean lmtp, boolean pipelining, MemorySegment pack, int first, int count, String[] to) {
        this.port = port;
        this.lmtp = lmtp;
        this.pipelining = pipelining;
        this.pack = pack;
        this.recipients = to;
        List<Long> found = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < first + count && at < pack.byteSize(); i++) {
            if (i >= first) {
                found.add(at);
            }
            at += 4L + pack.get(LENGTH, at);
        }
        offsets = found.stream().mapToLong(Long::longValue).toArray();
        nanos = new long[offsets.length];
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 7) {
            System.err.println("java Load.java PORT smtp|lmtp CONNECTIONS PACK FIRST COUNT RECIPIENTS [pipelining]");
            System.exit(2);
        }
        MemorySegment pack;
        try (FileChannel file = FileChannel.open(Path.of(args[3]))) {
            pack = file.map(FileChannel.MapMode.READ_ONLY, 0, file.size(), Arena.global());
        }
        Load load = new Load(
                Integer.parseInt(args[0]),
                args[1].equals("lmtp"),
                args.length > 7 && args[7].equals("pipelining"),
                pack,
                Integer.parseInt(args[4]),
                Integer.parseInt(args[5]),
                args[6].split(","));
        load.run(Integer.parseInt(args[2]));
    }

    private void run(int connections) throws InterruptedException {
        long bytes = 0;
        for (long offset : offsets) {
            bytes += pack.get(LENGTH, offset);
        }
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = system.getProcessCpuTime();
        long started = System.nanoTime();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            threads.add(Thread.ofPlatform().start(this::converse));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        double wall = (System.nanoTime() - started) / 1e9;
        long[] times = Arrays.stream(nanos).filter(n -> n > 0).sorted().toArray();
        int n = times.length;
        System.out.printf(
                Locale.ROOT,
                "{\"mails\": %d, \"bytes\": %d, \"wall_s\": %.3f, \"mails_per_s\": %.1f, \"p50_ms\": %.3f,"
                        + " \"p99_ms\": %.3f, \"max_ms\": %.1f, \"failed\": %d, \"failure\": \"%s\","
                        + " \"client_cpu_s\": %.2f}%n",
                n,
                bytes,
                wall,
                n / wall,
                n == 0 ? 0 : times[n / 2] / 1e6,
                n == 0 ? 0 : times[(int) (n * 0.99)] / 1e6,
                n == 0 ? 0 : times[n - 1] / 1e6,
                failed.get(),
                firstFailure.get().replaceAll("[\"\\\\\\p{Cntrl}]", "_"),
                (system.getProcessCpuTime() - cpu) / 1e9);
    }

    private void converse() {
        try (Conversation peer = new Conversation(port)) {
            peer.expect('2');
            peer.say((lmtp ? "LHLO" : "EHLO") + " client.example.com\r\n");
            peer.expect('2');
            for (int i = next.getAndIncrement(); i < offsets.length; i = next.getAndIncrement()) {
                long started = System.nanoTime();
                String from = "MAIL FROM:<sender@example.com>\r\n";
                String to = "RCPT TO:<" + recipients[i % recipients.length] + ">\r\n";
                if (pipelining) {
                    peer.say(from + to + "DATA\r\n");
                    peer.expect('2');
                    peer.expect('2');
                } else {
                    peer.say(from);
                    peer.expect('2');
                    peer.say(to);
                    peer.expect('2');
                    peer.say("DATA\r\n");
                }
                peer.expect('3');
                peer.send(pack.asSlice(offsets[i] + 4, pack.get(LENGTH, offsets[i])).asByteBuffer());
                peer.expect('2');
                nanos[i] = System.nanoTime() - started;
            }
            peer.say("QUIT\r\n");
            peer.expect('2');
        } catch (IOException | RuntimeException e) {
            failed.incrementAndGet();
            firstFailure.compareAndSet("", String.valueOf(e));
        }
    }

    private static final class Conversation implements AutoCloseable {
        private final SocketChannel channel;
        private final InputStream in;
        private final byte[] buffer = new byte[4096];
        private int from;
        private int to;

        Conversation(int port) throws IOException {
            channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            in = Channels.newInputStream(channel);
        }

        void say(String line) throws IOException {
            send(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
        }

        void send(ByteBuffer octets) throws IOException {
            while (octets.hasRemaining()) {
                channel.write(octets);
            }
        }

        /// Reads a reply, which may have several lines, and fails where it is of another kind.
        void expect(char kind) throws IOException {
            while (true) {
                int end = lineEnd();
                boolean last = end - from < 4 || buffer[from + 3] != '-';
                if (buffer[from] != kind) {
                    throw new IOException(new String(buffer, from, end - from, StandardCharsets.ISO_8859_1));
                }
                from = end;
                if (last) {
                    return;
                }
            }
        }

        private int lineEnd() throws IOException {
            int searched = from;
            while (true) {
                for (; searched < to; searched++) {
                    if (buffer[searched] == '\n') {
                        return searched + 1;
                    }
                }
                if (from > 0) {
                    System.arraycopy(buffer, from, buffer, 0, to - from);
                    searched -= from;
                    to -= from;
                    from = 0;
                }
                int read = to == buffer.length ? -1 : in.read(buffer, to, buffer.length - to);
                if (read < 0) {
                    throw new IOException("closed");
                }
                to += read;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
