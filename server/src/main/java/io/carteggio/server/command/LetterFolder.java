package io.carteggio.server.command;

import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Sha256;
import io.carteggio.server.local.Refusal;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// A file for each letter, in one folder with its manifest. A file gets its name when it is whole, and its line
/// in the manifest after that; a letter that has both, of the right size, is not asked for again.
final class LetterFolder implements ExportCommand.Letters {
    private static final String PART = ".letter.part";

    private final Path folder;
    private final KnownSums written;
    private final BufferedWriter manifest;
    private final boolean fresh;
    private Optional<Exported> current = Optional.empty();
    private OutputStream out = OutputStream.nullOutputStream();

    private LetterFolder(Path folder, KnownSums written, BufferedWriter manifest, boolean fresh) {
        this.fresh = fresh;
        this.folder = folder;
        this.written = written;
        this.manifest = manifest;
    }

    /// Opens a folder for an export, made if missing.
    ///
    /// @throws Refusal where it holds anything but an export
    static LetterFolder open(Path folder) throws IOException, Refusal {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw Refusal.no("not a folder: " + folder);
        }
        Path manifest = folder.resolve(Manifest.NAME);
        KnownSums written = new KnownSums();
        long whole = 0;
        boolean fresh = !Files.exists(manifest);
        if (!fresh) {
            whole = read(manifest, written);
        } else if (Files.isDirectory(folder) && !isEmpty(folder)) {
            throw Refusal.no(folder + " is not empty and holds no export; give an empty or a new folder");
        }
        Files.createDirectories(folder);
        if (!fresh) {
            try (FileChannel channel = FileChannel.open(manifest, StandardOpenOption.WRITE)) {
                channel.truncate(whole); // a line that was being written when the last export stopped
            }
        }
        BufferedWriter lines = Files.newBufferedWriter(
                manifest, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        if (whole == 0) {
            lines.write(Manifest.HEADING + "\n");
            lines.flush();
        }
        return new LetterFolder(folder, written, lines, fresh);
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        }
    }

    /// Remembers the manifest's lines.
    ///
    /// @return the length of its whole lines
    private static long read(Path manifest, KnownSums written) throws IOException, Refusal {
        long size = Files.size(manifest);
        long whole = 0;
        try (BufferedReader lines = Files.newBufferedReader(manifest, StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                long next = whole + line.getBytes(StandardCharsets.UTF_8).length + 1;
                if (whole == 0 && !line.equals(Manifest.HEADING) && next <= size) {
                    throw Refusal.no(manifest + " is no manifest of ours; give an empty or a new folder");
                }
                if (next > size) {
                    return whole;
                }
                written.add(sum(line));
                whole = next;
            }
        }
        return whole;
    }

    private static byte[] sum(String line) {
        return Sha256.of(line.getBytes(StandardCharsets.UTF_8)).toBytes();
    }

    @Override
    public boolean wantsAll() {
        return fresh;
    }

    @Override
    public boolean begin(Exported letter) throws IOException {
        writeProof(letter);
        Path file = folder.resolve(letter.fileName());
        boolean listed = written.contains(sum(letter.manifestLine(letter.fileName())));
        if (Files.exists(file)) {
            if (listed && Files.size(file) == letter.bytes()) {
                return false;
            }
            if (!listed && holds(file, letter)) { // the last export stopped between the file and its line
                list(letter);
                return false;
            }
            if (!listed) {
                throw new IOException(file + " is in the way and is not the letter of that name; nothing was changed");
            }
        }
        current = Optional.of(letter);
        out = Files.newOutputStream(folder.resolve(PART));
        return true;
    }

    /// Before the letter, so that an export that is gone on with has the proofs of all its letters. A proof
    /// that is there from the last time is as good as a new one.
    private void writeProof(Exported letter) throws IOException {
        Path file = folder.resolve(letter.proofName());
        if (letter.proof().isPresent() && !Files.exists(file)) {
            Path part = folder.resolve(PART);
            Files.writeString(part, letter.proof().get());
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static boolean holds(Path file, Exported letter) throws IOException {
        return Files.size(file) == letter.bytes()
                && Sha256.of(new io.carteggio.embedded.disk.FileContent(file, 0, letter.bytes()))
                        .toString()
                        .equals(letter.sha256());
    }

    @Override
    public void octets(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public void end() throws IOException {
        out.close();
        Exported letter = current.orElseThrow();
        current = Optional.empty();
        Path part = folder.resolve(PART);
        if (Files.size(part) != letter.bytes()) {
            throw new IOException(
                    "letter " + letter.id() + " came with " + Files.size(part) + " octets, not " + letter.bytes());
        }
        Files.move(
                part,
                folder.resolve(letter.fileName()),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        if (!written.contains(sum(letter.manifestLine(letter.fileName())))) {
            list(letter);
        }
    }

    private void list(Exported letter) throws IOException {
        manifest.write(letter.manifestLine(letter.fileName()) + "\n");
        manifest.flush();
    }

    @Override
    public void finish() throws IOException {
        manifest.close();
        DurableFiles.forceDirectory(folder);
    }

    @Override
    public Path manifest() {
        return folder.resolve(Manifest.NAME);
    }

    @Override
    public void close() throws IOException {
        out.close();
        manifest.close();
        Files.deleteIfExists(folder.resolve(PART));
    }
}
