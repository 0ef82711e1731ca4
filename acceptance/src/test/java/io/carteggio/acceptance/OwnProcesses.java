package io.carteggio.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What tests do with processes of mail systems, which go into the background by themselves.
final class OwnProcesses {
    private OwnProcesses() {}

    /// Runs a command to its end, which must be a good one.
    ///
    /// @return what it said on both streams
    static String run(List<String> command) throws IOException, InterruptedException {
        Path said = Files.createTempFile("carteggio-command", ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile()) // a pipe would stay open for as long as what it starts
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": " + Files.readString(said));
            }
            return Files.readString(said, StandardCharsets.UTF_8);
        } finally {
            Files.delete(said);
        }
    }

    /// SIGKILL for the process of a pid file and all that it has started.
    static void kill(Path pidFile) throws IOException, InterruptedException {
        long pid = Long.parseLong(Files.readString(pidFile).strip());
        List<ProcessHandle> all = ProcessHandle.of(pid).stream()
                .flatMap(first -> Stream.concat(Stream.of(first), first.descendants()))
                .toList();
        kill(all);
    }

    static void kill(List<ProcessHandle> processes) throws InterruptedException {
        processes.forEach(ProcessHandle::destroyForcibly);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (processes.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() > until) {
                throw new AssertionError("cannot be killed: " + processes);
            }
            Thread.sleep(5);
        }
    }

    /// Removes a directory with all in it.
    static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList().reversed()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
