package io.carteggio.server.command;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.mbox.MboxWriter;
import io.carteggio.server.local.Reply;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/// Gives letters as stretches of one mbox, each followed by what is in it. Belongs to one thread.
final class MboxExport implements ExportOperation.Way {
    /// A stretch that has grown so large is ended, so that progress is seen; a letter is never divided.
    private static final int STRETCH_BYTES = 1 << 20;

    private static final int BUFFER_BYTES = 1 << 16;

    private final Reply reply;
    private final OutputStream out;
    private final MboxWriter writer;
    private final StringBuilder manifest = new StringBuilder();
    private long letters;
    private long bytes;

    MboxExport(Reply reply) {
        this.reply = reply;
        this.out = new BufferedOutputStream(new Octets(reply), BUFFER_BYTES);
        this.writer = new MboxWriter(out);
    }

    @Override
    public void letter(Exported letter, Content content) throws IOException {
        if (letters == 0 && !reply.give(Json.object().put("format", "mbox"))) {
            throw new IOException("the peer wants nothing of the mbox that it asked for");
        }
        Optional<Address> sender = letter.sender().filter(s -> !s.isEmpty()).map(Address::new);
        if (content instanceof Content.InMemory) { // the very octets that were compared when it was opened
            writer.writeKnown(sender, letter.date(), content);
        } else if (!writer.write(sender, letter.date(), content)
                .sum()
                .toString()
                .equals(letter.sha256())) {
            throw new IOException("letter " + letter.id() + " was not read as it was archived");
        }
        manifest.append(letter.manifestLine("")).append('\n');
        letters++;
        bytes += letter.bytes();
        if (bytes >= STRETCH_BYTES) {
            finish();
        }
    }

    @Override
    public void finish() throws IOException {
        if (letters == 0) {
            return;
        }
        out.flush();
        reply.end();
        reply.line(Json.object().put("letters", letters).put("bytes", bytes).put("manifest", manifest.toString()));
        manifest.setLength(0);
        letters = 0;
        bytes = 0;
    }

    private static final class Octets extends OutputStream {
        private final Reply reply;

        Octets(Reply reply) {
            this.reply = reply;
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            reply.octets(octets, offset, length);
        }
    }
}
