package io.carteggio.server.command;

import io.carteggio.embedded.disk.FileContent;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.mbox.MboxWriter;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// All letters in one mbox, its manifest beside it.
///
/// A letter is collected before it is written, small ones in memory, since the writer takes content that can be read
/// again.
final class LetterMbox implements ExportCommand.Letters {
    private static final int IN_MEMORY_BYTES = 1 << 20;

    private final Path path;
    private final NewFile mbox;
    private final NewFile manifest;
    private final MboxWriter writer;
    private final Path large;
    private Optional<Exported> current = Optional.empty();
    private byte[] small = new byte[0];
    private int filled;
    private OutputStream file = OutputStream.nullOutputStream();

    private LetterMbox(Path path, NewFile mbox, NewFile manifest, Path large) {
        this.path = path;
        this.mbox = mbox;
        this.manifest = manifest;
        this.writer = new MboxWriter(mbox.out());
        this.large = large;
    }

    static LetterMbox create(Path path) throws IOException, Refusal {
        NewFile mbox = NewFile.at(path);
        try {
            NewFile manifest = NewFile.at(Manifest.pathBeside(path));
            manifest.out().write((Manifest.HEADING + "\n").getBytes(StandardCharsets.UTF_8));
            return new LetterMbox(path, mbox, manifest, Files.createTempFile("carteggio", ".part"));
        } catch (IOException | Refusal e) {
            mbox.close();
            throw e;
        }
    }

    @Override
    public boolean wantsAll() {
        return true;
    }

    @Override
    public boolean begin(Exported letter) throws IOException {
        current = Optional.of(letter);
        filled = 0;
        if (isSmall(letter)) {
            small = small.length < letter.bytes() ? new byte[(int) letter.bytes()] : small;
        } else {
            file = Files.newOutputStream(large);
        }
        return true;
    }

    private static boolean isSmall(Exported letter) {
        return letter.bytes() <= IN_MEMORY_BYTES;
    }

    @Override
    public void octets(byte[] bytes, int offset, int length) throws IOException {
        if (isSmall(current.orElseThrow())) {
            if (length > small.length - filled) {
                throw new IOException("letter " + current.get().id() + " is longer than was said");
            }
            System.arraycopy(bytes, offset, small, filled, length);
            filled += length;
        } else {
            file.write(bytes, offset, length);
        }
    }

    @Override
    public void end() throws IOException {
        Exported letter = current.orElseThrow();
        file.close();
        Content content =
                isSmall(letter) ? Content.owning(small, filled) : new FileContent(large, 0, Files.size(large));
        var entry = writer.write(letter.sender().filter(s -> !s.isEmpty()).map(Address::new), letter.date(), content);
        if (!entry.sum().toString().equals(letter.sha256())) {
            throw new IOException("letter " + letter.id() + " did not come as it was promised");
        }
        manifest.out().write((letter.manifestLine("") + "\n").getBytes(StandardCharsets.UTF_8));
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
        file.close();
        Files.deleteIfExists(large);
        mbox.close();
        manifest.close();
    }
}
