package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A new mbox with its manifest beside it, written as a [MboxExport] gives them. Belongs to one thread.
final class MboxFile implements ExportCommand.Target {
    private final Path path;
    private final NewFile mbox;
    private final NewFile manifest;

    private MboxFile(Path path, NewFile mbox, NewFile manifest) {
        this.path = path;
        this.mbox = mbox;
        this.manifest = manifest;
    }

    /// @throws Refusal where a file is in the place of either
    static MboxFile create(Path path) throws IOException, Refusal {
        NewFile mbox = NewFile.at(path);
        try {
            MboxFile file = new MboxFile(path, mbox, NewFile.at(Manifest.pathBeside(path)));
            file.lines(Manifest.HEADING + "\n");
            return file;
        } catch (IOException | Refusal e) {
            mbox.close();
            throw e;
        }
    }

    void octets(byte[] octets, int offset, int length) throws IOException {
        mbox.out().write(octets, offset, length);
    }

    /// Lines of the manifest.
    void lines(String lines) throws IOException {
        manifest.out().write(lines.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void finish() throws IOException {
        manifest.finish();
        mbox.finish();
    }

    @Override
    public Path manifest() {
        return Manifest.pathBeside(path);
    }

    @Override
    public void close() throws IOException {
        try (mbox) {
            manifest.close();
        }
    }
}
