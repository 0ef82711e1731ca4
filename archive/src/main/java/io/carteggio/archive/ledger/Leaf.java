package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/// What of a frame is hashed into the tree: its kind, its number, and for each record its type and its commitment.
///
/// Nothing of it tells what a record holds, and nothing of it goes when a record is erased.
///
/// @param kind code of the frame's kind
/// @param frame number of the frame, from 1; the leaf's index is one less
public record Leaf(int kind, long frame, List<Entry> entries) {
    /// One of the frame's records.
    ///
    /// @param type code of the record's type
    public record Entry(int type, Sha256 commitment) {
        public Entry {
            if (type < 0 || type > 0xff) {
                throw new IllegalArgumentException("record type " + type);
            }
        }
    }

    public static final int RECORDS_LIMIT = 0xffff;
    private static final int HEAD_BYTES = 11;
    private static final int ENTRY_BYTES = 33;

    public Leaf {
        entries = List.copyOf(entries);
        if (kind < 0 || kind > 0xff || frame < 1 || entries.isEmpty() || entries.size() > RECORDS_LIMIT) {
            throw new IllegalArgumentException(
                    "no leaf: kind " + kind + ", frame " + frame + ", " + entries.size() + " records");
        }
    }

    /// What a frame says of one of its records: SHA-256 of salt ‖ type ‖ SHA-256 of the content.
    ///
    /// @param salt 32 octets that nobody can guess; they go when the record is erased
    public static Sha256 commitment(Sha256 salt, int type, Sha256 content) {
        MessageDigest digest = Sha256.digest();
        digest.update(salt.toBytes());
        digest.update((byte) type);
        digest.update(content.toBytes());
        return Sha256.finish(digest);
    }

    public long index() {
        return frame - 1;
    }

    /// u8 kind ‖ u64 frame ‖ u16 count ‖ for each record (u8 type ‖ 32 octets commitment), numbers big-endian.
    public byte[] data() {
        ByteBuffer b = ByteBuffer.allocate(HEAD_BYTES + entries.size() * ENTRY_BYTES);
        b.put((byte) kind).putLong(frame).putShort((short) entries.size());
        for (Entry entry : entries) {
            b.put((byte) entry.type()).put(entry.commitment().toBytes());
        }
        return b.array();
    }

    public Sha256 hash() {
        return TreeHash.leaf(data());
    }

    /// The leaf whose [#data] this is; the vault's own, so anything else is a broken promise.
    public static Leaf of(byte[] data) {
        try {
            return parse(data);
        } catch (MalformedException e) {
            throw new IllegalArgumentException(e.why(), e);
        }
    }

    static Leaf parse(byte[] data) throws MalformedException {
        if (data.length < HEAD_BYTES + ENTRY_BYTES) {
            throw new MalformedException("the leaf ends after " + data.length + " octets");
        }
        ByteBuffer b = ByteBuffer.wrap(data);
        int kind = b.get() & 0xff;
        long frame = b.getLong();
        int count = b.getShort() & 0xffff;
        if (frame < 1 || count < 1 || data.length != HEAD_BYTES + count * ENTRY_BYTES) {
            throw new MalformedException("the leaf is of no frame");
        }
        List<Entry> entries = new ArrayList<>(count);
        byte[] commitment = new byte[Sha256.SIZE_BYTES];
        for (int i = 0; i < count; i++) {
            int type = b.get() & 0xff;
            b.get(commitment);
            entries.add(new Entry(type, Sha256.ofSum(commitment)));
        }
        return new Leaf(kind, frame, entries);
    }
}
