package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// All letters as files in one zip, the manifest last. Streamed: neither letters nor the manifest are kept in
/// memory.
final class LetterZip implements ExportCommand.Letters {
    private final NewFile file;
    private final ZipOutputStream zip;
    private final Path path;
    private final Path lines;
    private final BufferedWriter manifest;

    private LetterZip(Path path, NewFile file, Path lines, BufferedWriter manifest) {
        this.path = path;
        this.file = file;
        this.zip = new ZipOutputStream(file.out());
        this.lines = lines;
        this.manifest = manifest;
    }

    static LetterZip create(Path path) throws IOException, Refusal {
        NewFile file = NewFile.at(path);
        try {
            Path lines = Files.createTempFile("carteggio", ".tsv");
            BufferedWriter manifest =
                    new BufferedWriter(new OutputStreamWriter(Files.newOutputStream(lines), StandardCharsets.UTF_8));
            manifest.write(Manifest.HEADING + "\n");
            return new LetterZip(path, file, lines, manifest);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public boolean wantsAll() {
        return true;
    }

    @Override
    public boolean begin(Exported letter) throws IOException {
        if (letter.proof().isPresent()) {
            ZipEntry proof = new ZipEntry("letters/" + letter.proofName());
            proof.setTime(letter.date().toEpochMilli());
            zip.putNextEntry(proof);
            zip.write(letter.proof().get().getBytes(StandardCharsets.UTF_8));
            zip.closeEntry();
        }
        ZipEntry entry = new ZipEntry("letters/" + letter.fileName());
        entry.setTime(letter.date().toEpochMilli());
        zip.putNextEntry(entry);
        manifest.write(letter.manifestLine(entry.getName()) + "\n");
        return true;
    }

    @Override
    public void octets(byte[] bytes, int offset, int length) throws IOException {
        zip.write(bytes, offset, length);
    }

    @Override
    public void end() throws IOException {
        zip.closeEntry();
    }

    @Override
    public void finish() throws IOException {
        manifest.close();
        zip.putNextEntry(new ZipEntry(Manifest.NAME));
        try (InputStream in = Files.newInputStream(lines)) {
            in.transferTo(zip);
        }
        zip.closeEntry();
        zip.finish();
        file.finish();
    }

    /// Inside the zip.
    @Override
    public Path manifest() {
        return path.resolve(Manifest.NAME);
    }

    @Override
    public void close() throws IOException {
        manifest.close();
        Files.deleteIfExists(lines);
        file.close();
    }
}
