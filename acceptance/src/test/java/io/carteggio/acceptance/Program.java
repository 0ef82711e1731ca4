package io.carteggio.acceptance;

import io.carteggio.mail.Content;
import io.carteggio.server.command.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The built program on one data directory, used by its script ([#run], [#start], [#serve]): each command is a process
/// of its own, which takes a second or two to start.
///
/// A test that is not about the process may [#ask] instead: the same command from its first word to its exit code, in
/// the test's process. It goes to a running server by its socket as any other.
///
/// Safe for many threads.
final class Program {
    static final JsonMapper JSON = JsonMapper.shared();

    /// How long a command may take before the test gives up on it.
    private static final int PATIENCE_SECONDS = 180;

    private static final String DATA_VARIABLE = "CARTEGGIO_DATA";

    private final Path data;
    private final Map<String, String> environment;

    /// What a command gave back.
    record Ran(List<String> command, int exit, Content printed, String err) {
        /// What was printed, as it is.
        byte[] octets() {
            try {
                return printed.toByteArray(Integer.MAX_VALUE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String out() {
            return new String(octets(), StandardCharsets.UTF_8);
        }

        /// The one JSON object that was printed.
        JsonNode json() {
            return JSON.readTree(octets());
        }

        /// The JSON objects that were printed, one a line.
        List<JsonNode> jsonLines() {
            return out().lines()
                    .filter(line -> !line.isBlank())
                    .map(JSON::readTree)
                    .toList();
        }

        /// This, if the command was done; else the test fails and tells what was said.
        Ran done() {
            return exit(0);
        }

        Ran exit(int expected) {
            if (exit != expected) {
                throw new AssertionError(command + " ended with " + exit + ", not " + expected + "\n" + shortened(out())
                        + "\n" + shortened(err));
            }
            return this;
        }

        private static String shortened(String text) {
            return text.length() < 4_000 ? text : text.substring(0, 4_000) + "…";
        }
    }

    private Program(Path data, Map<String, String> environment) {
        this.data = data;
        this.environment = Map.copyOf(environment);
    }

    /// The program on a data directory, which it makes where there is none.
    static Program on(Path data) {
        return new Program(data, Map.of());
    }

    /// The same with options for its Java machine, such as `-Xmx128m`.
    Program withJavaOptions(String options) {
        Map<String, String> more = new HashMap<>(environment);
        more.put("CARTEGGIO_JAVA_OPTS", options);
        return new Program(data, more);
    }

    /// The same with more in its environment.
    Program withEnvironment(Map<String, String> added) {
        Map<String, String> more = new HashMap<>(environment);
        more.putAll(added);
        return new Program(data, more);
    }

    Path data() {
        return data;
    }

    /// The project's root, where the script lies.
    static Path root() {
        return Path.of(System.getProperty("carteggio.root", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /// A fresh directory below `target`; nothing of an earlier run is in it.
    static Path freshDirectory(String name) throws IOException {
        Path parent = root().resolve("acceptance/target/data");
        Files.createDirectories(parent);
        return Files.createTempDirectory(parent, name + "-");
    }

    /// Runs a command to its end: its name and arguments, without `--data`.
    Ran run(String... arguments) {
        return run(InputStream.nullInputStream(), List.of(arguments));
    }

    Ran runWithInput(String input, String... arguments) {
        return run(new java.io.ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), List.of(arguments));
    }

    /// What [#run] does, but in this process. Options for a Java machine mean nothing to it, nor does a
    /// [TroubledDisk].
    Ran ask(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Map<String, String> variables = new HashMap<>(environment);
        variables.put(DATA_VARIABLE, data.toString());
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                exit.complete(Main.run(
                        InputStream.nullInputStream(),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        variables,
                        arguments));
            } catch (RuntimeException | Error e) {
                exit.completeExceptionally(e);
            }
        });
        try {
            return new Ran(
                    List.of(arguments),
                    exit.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join(),
                    Content.of(out.toByteArray()),
                    err.toString(StandardCharsets.UTF_8));
        } catch (CompletionException e) {
            throw new AssertionError(List.of(arguments) + " did not end well", e);
        }
    }

    private Ran run(InputStream input, List<String> arguments) {
        List<String> command = command(arguments);
        try {
            Process process = builder(command).start();
            CompletableFuture<byte[]> out = CompletableFuture.supplyAsync(() -> all(process.getInputStream()));
            CompletableFuture<byte[]> err = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
            try (OutputStream in = process.getOutputStream()) {
                input.transferTo(in);
            } catch (IOException notRead) {
                // a command that asks for nothing has ended already
            }
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " did not end within " + PATIENCE_SECONDS + " s");
            }
            return new Ran(
                    List.copyOf(arguments),
                    process.exitValue(),
                    Content.of(out.join()),
                    new String(err.join(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Starts a command and does not wait for its end. What it says is lost.
    Process start(String... arguments) throws IOException {
        return builder(command(List.of(arguments)))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static byte[] all(InputStream in) {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Starts the server at any free ports of loopback and waits until it says where it listens.
    Serving serve(String... more) throws IOException, InterruptedException {
        return serveAt(0, more);
    }

    /// The same, but mail is taken at a port that others know already; 0 for any.
    Serving serveAt(int smtp, String... more) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("serve", "--http", "127.0.0.1:0", "--smtp", "127.0.0.1:" + smtp));
        arguments.addAll(List.of(more));
        return Serving.start(builder(command(arguments)), this);
    }

    /// The same, but a server that ends before it listens is no failure of the test.
    Optional<Serving> tryServe() throws IOException, InterruptedException {
        return Serving.tryStart(
                builder(command(List.of("serve", "--http", "127.0.0.1:0", "--smtp", "127.0.0.1:0"))), this);
    }

    private List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(root().resolve("carteggio").toString());
        command.addAll(arguments);
        return command;
    }

    private ProcessBuilder builder(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(root().toFile());
        builder.environment().put(DATA_VARIABLE, data.toString());
        builder.environment().putAll(environment);
        return builder;
    }

    // ---- what tests ask often ----

    /// The books.
    JsonNode stats() {
        return ask("stats", "--json").done().json();
    }

    /// The lines of letters that somebody finds.
    List<JsonNode> search(String as, String query) {
        return ask("search", query, "--as", as, "--limit", "1000", "--json").done().jsonLines().stream()
                .filter(line -> line.has("id"))
                .toList();
    }

    /// The id of the one letter that somebody finds; empty where she finds none.
    Optional<String> find(String as, String query) {
        List<JsonNode> found = search(as, query);
        if (found.size() > 1) {
            throw new AssertionError(as + " finds " + found.size() + " letters for " + query + ": " + found);
        }
        return found.stream().map(line -> line.path("id").stringValue()).findFirst();
    }

    /// Waits until everything taken is in the index.
    void awaitIndexed() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (stats().path("indexLag").longValue() > 0) {
            if (System.nanoTime() > until) {
                throw new AssertionError("the index still lags behind");
            }
            Thread.sleep(50);
        }
    }

    /// Fails where the books do not balance (P3).
    static void assertBalanced(JsonNode books) {
        assertRowBalanced(books);
        for (JsonNode source : books.path("sources")) {
            assertRowBalanced(source);
        }
    }

    private static void assertRowBalanced(JsonNode row) {
        long received = row.path("received").longValue();
        long accounted = row.path("letters").longValue()
                + row.path("evidence").longValue()
                + row.path("notices").longValue()
                + row.path("quarantined").longValue()
                + row.path("discarded").longValue();
        if (received != accounted) {
            throw new AssertionError("the books do not balance: " + row);
        }
    }
}
