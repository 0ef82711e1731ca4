package io.carteggio.server.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.local.Wire.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

@Timeout(30)
class LocalServerTest {
    private static final Duration STILL = Duration.ofMillis(400);

    @TempDir
    Path folder = Path.of("");

    private final AtomicReference<Optional<Exception>> lastTrouble = new AtomicReference<>(Optional.empty());
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    private final Operations operations = new Operations(new HashMap<>(Map.of(
            "echo", this::echo,
            "refuse",
                    (request, reply) -> {
                        throw Refusal.no("there is no " + request.text("what"));
                    },
            "trouble",
                    (request, reply) -> {
                        throw new ArchiveException("the disk is full", true);
                    },
            "fault",
                    (request, reply) -> {
                        throw new IllegalStateException("broken\nin two lines");
                    },
            "breakOff",
                    (request, reply) -> {
                        reply.offer(object());
                        reply.octets(new byte[10], 0, 10);
                        throw new IOException("the segment is unreadable");
                    },
            "wait",
                    (request, reply) -> {
                        begun.countDown();
                        await(mayEnd);
                        return Outcome.DONE;
                    })));

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Gives the body back as often as asked, if wanted.
    private Outcome echo(Request request, Reply reply) throws IOException, Refusal {
        byte[] body;
        try {
            body = request.body().readAllBytes();
        } catch (IOException e) {
            lastTrouble.set(Optional.of(e));
            begun.countDown();
            throw e;
        }
        reply.line(object().put("bytes", body.length));
        for (int i = 0; i < request.number("times", 1); i++) {
            ObjectNode line = object().put("number", i);
            if (request.flag("unasked") ? reply.give(line) : reply.offer(line)) {
                reply.all(new ByteArrayInputStream(body), body.length);
            }
        }
        return request.flag("no") ? Outcome.NO : Outcome.DONE;
    }

    /// What came of a call.
    private static final class Heard implements Reply {
        private final List<ObjectNode> lines = new ArrayList<>();
        private final ByteArrayOutputStream octets = new ByteArrayOutputStream();
        private int ends;
        private boolean wanted = true;

        @Override
        public void line(ObjectNode line) {
            lines.add(line);
        }

        @Override
        public boolean offer(ObjectNode line) {
            lines.add(line);
            return wanted;
        }

        @Override
        public void octets(byte[] bytes, int offset, int length) {
            octets.write(bytes, offset, length);
        }

        @Override
        public void end() {
            ends++;
        }
    }

    private Path socket() {
        return folder.resolve("carteggio.sock");
    }

    private static InputStream stream(byte[] bytes) {
        return new ByteArrayInputStream(bytes);
    }

    private List<Access> bothWays() throws IOException {
        return List.of(new InProcess(operations), OverSocket.connect(socket()));
    }

    @Test
    void bothWaysGiveTheSame() throws Exception {
        byte[] mail = new byte[200_000];
        new Random(3).nextBytes(mail);
        try (LocalServer _ = LocalServer.start(operations, socket())) {
            for (Access access : bothWays()) {
                try (access) {
                    Heard heard = new Heard();
                    Outcome outcome = access.call("echo", object().put("times", 2), stream(mail), heard);
                    assertThat(outcome).isEqualTo(Outcome.DONE);
                    assertThat(heard.lines.getFirst().path("bytes").intValue()).isEqualTo(mail.length);
                    assertThat(heard.octets.size()).isEqualTo(2 * mail.length);
                    assertThat(heard.ends).isEqualTo(2);

                    Heard uninterested = new Heard();
                    uninterested.wanted = false;
                    assertThat(access.call("echo", object().put("no", true), stream(mail), uninterested))
                            .isEqualTo(Outcome.NO);
                    assertThat(uninterested.octets.size()).isZero();

                    Heard unasked = new Heard();
                    ObjectNode many = object().put("times", 500).put("unasked", true);
                    assertThat(access.call("echo", many, stream("Ciao".getBytes(StandardCharsets.US_ASCII)), unasked))
                            .isEqualTo(Outcome.DONE);
                    assertThat(unasked.lines).hasSize(501);
                    assertThat(unasked.octets.toString(StandardCharsets.US_ASCII))
                            .isEqualTo("Ciao".repeat(500));
                    assertThat(unasked.ends).isEqualTo(500);
                    unasked.wanted = false;
                    assertThat(access.call("echo", many, stream(mail), unasked)).isEqualTo(Outcome.DONE);
                    assertThat(unasked.octets.size())
                            .as("a peer may change its mind")
                            .isEqualTo(2000);
                }
            }
        }
    }

    @Test
    void troubleIsOneLineAndAnExitCode() throws Exception {
        try (LocalServer _ = LocalServer.start(operations, socket())) {
            for (Access access : bothWays()) {
                try (access) {
                    assertThat(access.call("nothing", object(), new Heard()))
                            .isEqualTo(Outcome.failed(Exit.USAGE, "the archive knows no operation 'nothing'"));
                    assertThat(access.call("refuse", object().put("what", "letter"), new Heard()))
                            .isEqualTo(Outcome.failed(Exit.NO, "there is no letter"));
                    assertThat(access.call("refuse", object(), new Heard()).exit())
                            .isEqualTo(Exit.USAGE);
                    assertThat(access.call("echo", object().put("times", "many"), new Heard())
                                    .exit())
                            .isEqualTo(Exit.USAGE);
                    assertThat(access.call("trouble", object(), new Heard()).error())
                            .hasValue("the disk is full (trying again later may help)");
                    assertThat(access.call("fault", object(), new Heard())
                                    .error()
                                    .orElse(""))
                            .startsWith("a fault of this program in 'fault'");
                    // and after all this it still answers
                    assertThat(access.call("echo", object(), stream(new byte[3]), new Heard()))
                            .isEqualTo(Outcome.DONE);
                }
            }
        }
    }

    @Test
    void anArchiveThatCannotGoOnIsNotTakenForDone() throws Exception {
        try (LocalServer _ = LocalServer.start(operations, socket());
                Access access = OverSocket.connect(socket())) {
            assertThatThrownBy(() -> access.call("breakOff", object(), new Heard()))
                    .isInstanceOf(PeerGoneException.class)
                    .hasMessageContaining("the segment is unreadable");
            assertThat(access.call("echo", object(), new Heard())).isEqualTo(Outcome.DONE);
        }
    }

    @Test
    void nobodyElseMayOpenTheSocket() throws Exception {
        try (LocalServer _ = LocalServer.start(operations, socket())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
        }
        assertThat(socket()).doesNotExist();
    }

    @Test
    void aSocketThatADeadProcessLeftIsReplaced() throws Exception {
        Files.writeString(socket(), "left over");
        try (LocalServer _ = LocalServer.start(operations, socket());
                Access access = OverSocket.connect(socket())) {
            assertThat(access.call("echo", object(), new Heard())).isEqualTo(Outcome.DONE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 60, 150})
    void aFolderMayBeOfAnyDepth(int characters) throws Exception {
        Path deep = Files.createDirectories(folder.resolve("d".repeat(characters)));
        Path socket = deep.resolve("carteggio.sock");
        try (LocalServer _ = LocalServer.start(operations, socket);
                Access access = OverSocket.connect(socket)) {
            assertThat(access.call("echo", object(), new Heard())).isEqualTo(Outcome.DONE);
        }
    }

    @Test
    void manyCallsRunBesideEachOther() throws Exception {
        byte[] mail = new byte[50_000];
        new Random(5).nextBytes(mail);
        try (LocalServer _ = LocalServer.start(operations, socket());
                Access access = OverSocket.connect(socket())) {
            List<CompletableFuture<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                CompletableFuture<Integer> sum = new CompletableFuture<>();
                calls.add(sum);
                Thread.ofVirtual().start(() -> {
                    try {
                        int total = 0;
                        for (int n = 0; n < 20; n++) {
                            Heard heard = new Heard();
                            access.call("echo", object(), stream(mail), heard);
                            total += heard.octets.size();
                        }
                        sum.complete(total);
                    } catch (IOException | RuntimeException e) {
                        sum.completeExceptionally(e);
                    }
                });
            }
            for (CompletableFuture<Integer> call : calls) {
                assertThat(call.get(20, TimeUnit.SECONDS)).isEqualTo(20 * mail.length);
            }
        }
    }

    @Test
    void aPeerThatGoesAwayInTheMiddleOfAMailLeavesNoMail() throws Exception {
        try (LocalServer _ = LocalServer.start(operations, socket())) {
            try (Wire wire = wire()) {
                wire.send(Kind.REQUEST, object().put("protocol", 1).put("operation", "echo"));
                wire.send(Kind.OCTETS, "Subject: hal".getBytes(StandardCharsets.US_ASCII), 0, 12);
                wire.flush();
            }
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(lastTrouble.get()).isPresent().get().isInstanceOf(PeerGoneException.class);
        }
    }

    @Test
    void aPeerThatStandsStillIsCutOff() throws Exception {
        try (LocalServer _ = LocalServer.start(operations, socket(), STILL);
                Wire wire = wire()) {
            wire.send(Kind.REQUEST, object().put("protocol", 1).put("operation", "echo"));
            wire.send(Kind.OCTETS, new byte[12], 0, 12);
            wire.flush();
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(lastTrouble.get()).isPresent();
        }
    }

    @Test
    void anOperationThatTakesLongIsNotCutOff() throws Exception {
        try (LocalServer _ = LocalServer.start(operations, socket(), STILL);
                Access access = OverSocket.connect(socket())) {
            Thread.ofVirtual().start(() -> {
                await(begun);
                pause(STILL.multipliedBy(2));
                mayEnd.countDown();
            });
            assertThat(access.call("wait", object(), new Heard())).isEqualTo(Outcome.DONE);
        }
    }

    @Test
    void closingWaitsForWhatRunsAndForNobodyElse() throws Exception {
        LocalServer server = LocalServer.start(operations, socket());
        try (Access idle = OverSocket.connect(socket());
                Access busy = OverSocket.connect(socket())) {
            CompletableFuture<Outcome> running = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    running.complete(busy.call("wait", object(), new Heard()));
                } catch (IOException | RuntimeException e) {
                    running.completeExceptionally(e);
                }
            });
            await(begun);
            Thread.ofVirtual().start(() -> {
                pause(Duration.ofMillis(300));
                mayEnd.countDown();
            });
            server.close();
            assertThat(mayEnd.getCount()).isZero();
            assertThat(running.get(5, TimeUnit.SECONDS)).isEqualTo(Outcome.DONE);
            assertThatThrownBy(() -> idle.call("echo", object(), new Heard())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anotherVersionIsToldSo() throws Exception {
        try (LocalServer _ = LocalServer.start(operations, socket());
                Wire wire = wire()) {
            wire.send(Kind.REQUEST, object().put("protocol", 99).put("operation", "echo"));
            wire.send(Kind.END);
            assertThat(wire.expect(Kind.DONE).json().path("error").stringValue())
                    .contains("another version");
        }
    }

    @Test
    void garbageHarmsNobodyElse() throws Exception {
        long seed = System.nanoTime();
        System.out.println("LocalServerTest seed " + seed);
        Random random = new Random(seed);
        try (LocalServer _ = LocalServer.start(operations, socket());
                Access access = OverSocket.connect(socket())) {
            for (int i = 0; i < 200; i++) {
                byte[] garbage = new byte[random.nextInt(200)];
                random.nextBytes(garbage);
                try (SocketPath way = SocketPath.of(socket());
                        SocketChannel channel = SocketChannel.open(way.address())) {
                    channel.write(java.nio.ByteBuffer.wrap(garbage));
                } catch (IOException closedOnUs) {
                    assertThat(closedOnUs).isNotNull();
                }
            }
            assertThat(access.call("echo", object(), new Heard())).isEqualTo(Outcome.DONE);
        }
    }

    private Wire wire() throws IOException {
        try (SocketPath way = SocketPath.of(socket())) {
            return new Wire(SocketChannel.open(way.address()));
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
