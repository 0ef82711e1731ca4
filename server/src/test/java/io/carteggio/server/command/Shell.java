package io.carteggio.server.command;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs commands as a user does, in this process, on one data directory.
record Shell(Path data) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// What a command left behind.
    ///
    /// @param latin1 the standard output, a character for each octet
    record Said(int exit, String latin1, String err) {
        byte[] octets() {
            return latin1.getBytes(StandardCharsets.ISO_8859_1);
        }

        String out() {
            return new String(octets(), StandardCharsets.UTF_8);
        }

        JsonNode json() {
            return JSON.readTree(out());
        }

        List<JsonNode> lines() {
            return out().lines().map(JSON::readTree).toList();
        }
    }

    Said run(String... arguments) {
        return runWith("", arguments);
    }

    /// @param input what comes on the standard input
    Said runWith(String input, String... arguments) {
        return run(input, Map.of(), arguments);
    }

    /// Runs it with more in the environment.
    Said with(Map<String, String> variables, String... arguments) {
        return run("", variables, arguments);
    }

    private Said run(String input, Map<String, String> variables, String... arguments) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("CARTEGGIO_DATA", data.toString());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                environment,
                false);
        int exit = new Carteggio(console, new ArchiveOpener()).run(arguments);
        return new Said(exit, out.toString(StandardCharsets.ISO_8859_1), err.toString(StandardCharsets.UTF_8));
    }

    /// Runs it and fails the test where it does not end well.
    Said done(String... arguments) {
        Said said = run(arguments);
        if (said.exit() != 0) {
            throw new AssertionError(String.join(" ", arguments) + " ended with " + said.exit() + ": " + said.err());
        }
        return said;
    }

    /// Mail by others, for tests; the test is skipped where it is not there.
    static Path corpus() {
        List<Path> places = new ArrayList<>();
        Optional.ofNullable(System.getenv("CARTEGGIO_SHARED")).map(Path::of).ifPresent(places::add);
        Optional.ofNullable(System.getProperty("carteggio.root"))
                .map(root -> Path.of(root).resolveSibling("shared"))
                .ifPresent(places::add);
        Optional<Path> corpus = places.stream()
                .map(place -> place.resolve("corpus"))
                .filter(Files::isDirectory)
                .findFirst();
        Assumptions.assumeTrue(corpus.isPresent(), "the corpus is not there");
        return corpus.orElseThrow();
    }

    /// A mail between two people.
    static String mail(String from, String to, String subject, String text) {
        return "From: " + from + "\r\nTo: " + to + "\r\nSubject: " + subject
                + "\r\nDate: Fri, 01 Mar 2024 12:34:56 +0100\r\nMessage-ID: <" + subject.hashCode() + "@example.com>"
                + "\r\n\r\n" + text + "\r\n";
    }

    static Path write(Path file, String text) throws IOException {
        Files.createDirectories(Optional.ofNullable(file.getParent()).orElseThrow());
        return Files.writeString(file, text, StandardCharsets.ISO_8859_1);
    }

    static List<Path> filesBelow(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
