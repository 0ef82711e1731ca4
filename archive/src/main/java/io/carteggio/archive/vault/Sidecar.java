package io.carteggio.archive.vault;

import io.carteggio.mail.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/// What opens a closed segment: what is left of its key tree, and what stands for the frames that
/// were erased (`docs/format/segment.md`, "Sidecar"). Immutable.
///
/// @param erased by frame
public record Sidecar(long segment, long generation, KeyTree keys, Map<Long, Tombstone> erased) {
    private static final byte[] MAGIC = "CARTKEYS".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 2;
    private static final int HEAD_BYTES = 48;
    private static final int NONCE_AT = 28;
    private static final int NONCE_BYTES = 12;
    private static final int ASSOCIATED_BYTES = 40;

    /// What is left of a frame after an erasure.
    ///
    /// @param records what is gone
    /// @param act the number of the frame that says so
    /// @param manifest what now counts as the frame's manifest; absent where the manifest itself
    ///     still stands
    public record Tombstone(long frame, List<Gone> records, long act, Optional<Octets> manifest) {
        public Tombstone {
            records = List.copyOf(records);
        }

        /// Whether a record's key was destroyed.
        public boolean covers(int record) {
            return records.stream().anyMatch(g -> g.record() == record);
        }

        /// Whether a record's octets are missing in this edition of the segment.
        public boolean missing(int record, int edition) {
            return records.stream().anyMatch(g -> g.record() == record && g.edition() <= edition);
        }
    }

    /// A record whose key was destroyed.
    ///
    /// @param edition of the segment from which on its octets are not there either
    public record Gone(int record, int edition) {}

    public Sidecar {
        erased = new TreeMap<>(erased);
    }

    /// The sidecar's file.
    public byte[] toBytes(Key generationKey, byte[] archiveId) {
        Cbor.MapWriter map = Cbor.map()
                .putAll(
                        "nodes",
                        keys.nodes(),
                        n -> Cbor.map()
                                .put("depth", n.depth())
                                .put("path", n.path())
                                .put("key", n.key().toBytes()))
                .putAll("erased", new ArrayList<>(erased.values()), Sidecar::tombstone);
        byte[] plain = map.toBytes();
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        ByteBuffer b = ByteBuffer.allocate(HEAD_BYTES + plain.length + RecordSeal.TAG_BYTES + Sha256.SIZE_BYTES);
        b.put(MAGIC)
                .putShort((short) VERSION)
                .putShort((short) 0)
                .putLong(segment)
                .putLong(generation);
        b.put(nonce).putLong(plain.length + (long) RecordSeal.TAG_BYTES);
        b.put(seal(Cipher.ENCRYPT_MODE, generationKey, b.array(), archiveId, plain, 0, plain.length));
        b.put(Sha256.of(Arrays.copyOf(b.array(), b.position())).toBytes());
        return b.array();
    }

    private static Cbor.MapWriter tombstone(Tombstone t) {
        return Cbor.map()
                .put("frame", t.frame())
                .putAll(
                        "records",
                        t.records(),
                        g -> Cbor.map().put("index", g.record()).put("edition", g.edition()))
                .put("act", t.act())
                .put("tombstone", t.manifest().map(Octets::toBytes));
    }

    /// The generation that a sidecar's file says it has, if the file is as it was written.
    public static Optional<Long> generation(byte[] file, long segment) {
        if (file.length < HEAD_BYTES + Sha256.SIZE_BYTES) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(file);
        byte[] magic = new byte[MAGIC.length];
        b.get(magic);
        byte[] sum = Arrays.copyOfRange(file, file.length - Sha256.SIZE_BYTES, file.length);
        boolean good = Arrays.equals(magic, MAGIC)
                && b.getShort() == VERSION
                && b.getLong(12) == segment
                && Arrays.equals(
                        sum,
                        Sha256.of(Arrays.copyOf(file, file.length - Sha256.SIZE_BYTES))
                                .toBytes());
        return good ? Optional.of(b.getLong(20)) : Optional.empty();
    }

    /// Reads a sidecar's file; empty where it is damaged, of another segment, or not sealed under
    /// this key.
    public static Optional<Sidecar> read(byte[] file, long segment, Key generationKey, byte[] archiveId) {
        Optional<Long> generation = generation(file, segment);
        if (generation.isEmpty()) {
            return Optional.empty();
        }
        int length = file.length - HEAD_BYTES - Sha256.SIZE_BYTES;
        if (ByteBuffer.wrap(file).getLong(ASSOCIATED_BYTES) != length) {
            return Optional.empty();
        }
        try {
            Cbor.MapReader map =
                    Cbor.readMap(seal(Cipher.DECRYPT_MODE, generationKey, file, archiveId, file, HEAD_BYTES, length));
            List<KeyTree.Node> nodes = map.maps("nodes").stream()
                    .map(n -> new KeyTree.Node(
                            Math.toIntExact(n.number("depth")), n.number("path"), Key.of(n.octets("key"))))
                    .toList();
            Map<Long, Tombstone> erased = new TreeMap<>();
            for (Cbor.MapReader t : map.maps("erased")) {
                erased.put(
                        t.number("frame"),
                        new Tombstone(
                                t.number("frame"),
                                t.maps("records").stream()
                                        .map(g -> new Gone(
                                                Math.toIntExact(g.number("index")),
                                                Math.toIntExact(g.number("edition"))))
                                        .toList(),
                                t.number("act"),
                                t.optionalOctets("tombstone").map(Octets::of)));
            }
            return Optional.of(new Sidecar(segment, generation.get(), new KeyTree(nodes), erased));
        } catch (IllegalArgumentException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static byte[] seal(int mode, Key key, byte[] head, byte[] archiveId, byte[] octets, int from, int length) {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            byte[] nonce = Arrays.copyOfRange(head, NONCE_AT, NONCE_AT + NONCE_BYTES);
            cipher.init(mode, key.aes(), new GCMParameterSpec(RecordSeal.TAG_BYTES * Byte.SIZE, nonce));
            cipher.updateAAD(head, 0, ASSOCIATED_BYTES);
            cipher.updateAAD(archiveId);
            return cipher.doFinal(octets, from, length);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("not sealed under this key", e);
        }
    }
}
