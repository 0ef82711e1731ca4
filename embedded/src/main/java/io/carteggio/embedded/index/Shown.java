package io.carteggio.embedded.index;

import io.carteggio.archive.search.Answering;
import io.carteggio.archive.search.Answering.Kind;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Hit.FoundAttachment;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.util.BytesRef;

/// A [Hit] as it is stored: one run of octets, so that a page of results reads one field a letter.
final class Shown {
    private static final List<Kind> KINDS = List.of(Kind.values());

    private Shown() {}

    static BytesRef encode(Hit hit) {
        ByteBuffersDataOutput out = ByteBuffersDataOutput.newResettableInstance();
        try {
            out.writeVLong(hit.letter());
            write(out, hit.date());
            out.writeVLong(hit.sizeBytes());
            write(out, hit.from());
            write(out, hit.fromName());
            write(out, hit.subject());
            write(out, hit.snippet());
            write(out, hit.to());
            write(out, hit.cc());
            out.writeByte((byte) KINDS.indexOf(hit.answering().kind()));
            writeKey(out, hit.answering().own());
            if (hit.answering().kind() != Kind.BEGINS) {
                writeKey(out, hit.answering().to());
            }
            out.writeVInt(hit.attachments().size());
            for (FoundAttachment a : hit.attachments()) {
                out.writeString(a.name());
                out.writeString(a.type());
                out.writeVLong(a.sizeBytes());
                out.writeBytes(a.sum().toBytes(), Sha256.SIZE_BYTES);
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory can be written", e);
        }
        return new BytesRef(out.toArrayCopy());
    }

    static Hit decode(BytesRef octets) throws IOException {
        DataInput in = new ByteArrayDataInput(octets.bytes, octets.offset, octets.length);
        long letter = in.readVLong();
        Instant date = readInstant(in);
        long sizeBytes = in.readVLong();
        Optional<String> from = readOptional(in);
        Optional<String> fromName = readOptional(in);
        Optional<String> subject = readOptional(in);
        Optional<String> snippet = readOptional(in);
        List<String> to = readList(in);
        List<String> cc = readList(in);
        Answering answering = readAnswering(in);
        List<FoundAttachment> attachments = new ArrayList<>();
        for (int i = in.readVInt(); i > 0; i--) {
            String name = in.readString();
            String type = in.readString();
            long size = in.readVLong();
            byte[] sum = new byte[Sha256.SIZE_BYTES];
            in.readBytes(sum, 0, sum.length);
            attachments.add(new FoundAttachment(name, size, Sha256.ofSum(sum), type));
        }
        return new Hit(letter, date, from, fromName, to, cc, subject, sizeBytes, attachments, snippet, answering);
    }

    private static Answering readAnswering(DataInput in) throws IOException {
        int kind = in.readByte();
        if (kind < 0 || kind >= KINDS.size()) {
            throw new CorruptIndexException("a letter answers in a way that there is not: " + kind, "shown");
        }
        long own = readKey(in);
        return new Answering(own, KINDS.get(kind), KINDS.get(kind) == Kind.BEGINS ? 0 : readKey(in));
    }

    private static void writeKey(DataOutput out, long key) throws IOException {
        BytesRef octets = Ids.ofKey(key);
        out.writeBytes(octets.bytes, octets.offset, octets.length);
    }

    private static long readKey(DataInput in) throws IOException {
        long key = 0;
        for (int i = 0; i < Answering.KEY_BYTES; i++) {
            key = key << 8 | (in.readByte() & 0xff);
        }
        return key;
    }

    static void write(DataOutput out, Instant instant) throws IOException {
        long seconds = instant.getEpochSecond();
        int nanos = instant.getNano();
        out.writeZLong(seconds);
        out.writeVInt(nanos);
    }

    static Instant readInstant(DataInput in) throws IOException {
        return Instant.ofEpochSecond(in.readZLong(), in.readVInt());
    }

    private static void write(DataOutput out, Optional<String> text) throws IOException {
        write(out, text.map(List::of).orElse(List.of()));
    }

    private static void write(DataOutput out, List<String> texts) throws IOException {
        out.writeVInt(texts.size());
        for (String text : texts) {
            out.writeString(text);
        }
    }

    private static Optional<String> readOptional(DataInput in) throws IOException {
        return readList(in).stream().findFirst();
    }

    private static List<String> readList(DataInput in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int i = in.readVInt(); i > 0; i--) {
            texts.add(in.readString());
        }
        return texts;
    }
}
