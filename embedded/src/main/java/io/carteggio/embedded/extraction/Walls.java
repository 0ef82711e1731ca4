package io.carteggio.embedded.extraction;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// What a reading program cannot get over. Where this machine lets us make name spaces (`unshare`), it has no
/// network and a file system of its own in memory, which nobody else sees and which ends with it; else a folder
/// in memory that we empty. It runs at a low priority, makes no core file, and has few files and a bounded
/// address space.
sealed interface Walls {
    /// A file system in memory, on any Linux.
    Path MEMORY = Path.of("/dev/shm");

    /// Where the program may write.
    Path folder();

    /// The command that starts a program behind the walls.
    List<String> around(List<String> command, ReaderLimits limits);

    /// What of the walls this machine does not have.
    Optional<String> notice();

    /// Removes what a program may have left behind that is not running any more.
    void tidy() throws IOException;

    /// Those that this machine has.
    ///
    /// @param whose names the folder, where there must be one: two archives do not share it
    static Walls of(Path whose) throws ArchiveException {
        if (works(new NameSpaces().around(List.of("/bin/true"), ReaderLimits.DEFAULT))) {
            return new NameSpaces();
        }
        try {
            FileStore store = Files.getFileStore(MEMORY);
            if (store.type().equals("tmpfs")) {
                String name = Sha256.of(whose.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8))
                        .toString();
                return new InMemory(MEMORY.resolve("carteggio-" + name.substring(0, 16)));
            }
        } catch (IOException e) {
            throw new ArchiveException("attachments are not read: this machine has no file system in memory", false, e);
        }
        throw new ArchiveException("attachments are not read: " + MEMORY + " is not in memory", false);
    }

    private static boolean works(List<String> command) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(10, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// `exec` throughout: the process that we start becomes the program, so ending it ends the program.
    private static List<String> shell(String first, List<String> command) {
        // blocks of 512 octets, KiB of addresses: a bound for what the heap's limit does not see
        String script = first + "ulimit -c 0 && ulimit -n 256 && ulimit -v 4194304 && exec nice -n 15 \"$@\"";
        List<String> all = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
        all.addAll(command);
        return all;
    }

    /// With name spaces of its own.
    record NameSpaces() implements Walls {
        @Override
        public Path folder() {
            return MEMORY;
        }

        @Override
        public List<String> around(List<String> command, ReaderLimits limits) {
            List<String> all = new ArrayList<>(List.of("unshare", "--user", "--map-root-user", "--net", "--mount"));
            all.addAll(shell(
                    "mount -t tmpfs -o nosuid,nodev,noexec,mode=0700,size=" + limits.folderMebibytes() + "m carteggio "
                            + MEMORY + " && cd " + MEMORY + " && ",
                    command));
            return all;
        }

        @Override
        public Optional<String> notice() {
            return Optional.empty();
        }

        @Override
        public void tidy() {
            // the file system ended with its process
        }
    }

    /// With a folder in memory, and the machine's network.
    record InMemory(Path folder) implements Walls {
        @Override
        public List<String> around(List<String> command, ReaderLimits limits) {
            int blocks = limits.folderMebibytes() * 2048;
            return shell("cd " + folder + " && ulimit -f " + blocks + " && ", command);
        }

        @Override
        public Optional<String> notice() {
            return Optional.of("this machine lets no name spaces be made (unshare): what reads attachments is not kept"
                    + " from the network");
        }

        @Override
        public void tidy() throws IOException {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (Stream<Path> left = Files.walk(folder)) {
                for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
                    if (!each.equals(folder)) {
                        Files.deleteIfExists(each);
                    }
                }
            }
        }
    }
}
