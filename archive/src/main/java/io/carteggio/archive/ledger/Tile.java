package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.util.Arrays;
import java.util.Locale;

/// The name of a full tile: 256 hashes of one level, side by side (C2SP tlog-tiles). Those of level 0 are
/// leaves, those of a level above are each the root of a full tile below.
///
/// @param level from 0
/// @param index within the level, from 0
public record Tile(int level, long index) {
    public static final int HEIGHT = 8;
    public static final int WIDTH = 1 << HEIGHT;
    public static final int SIZE_BYTES = WIDTH * Sha256.SIZE_BYTES;

    public Tile {
        if (level < 0 || level > 7 || index < 0) {
            throw new IllegalArgumentException("tile " + level + "/" + index);
        }
    }

    /// Where it lies: `tile/0/x001/x234/067` for level 0, index 1234067.
    public String path() {
        StringBuilder path = new StringBuilder(three(index % 1000));
        for (long rest = index / 1000; rest > 0; rest /= 1000) {
            path.insert(0, 'x' + three(rest % 1000) + '/');
        }
        return "tile/" + level + "/" + path;
    }

    private static String three(long digits) {
        return String.format(Locale.ROOT, "%03d", digits);
    }

    /// The root of 2^`height` hashes side by side in a tile, full or not, from number `first` on.
    static Sha256 hash(byte[] tile, int first, int height) {
        if (height == 0) {
            int at = first * Sha256.SIZE_BYTES;
            return Sha256.ofSum(Arrays.copyOfRange(tile, at, at + Sha256.SIZE_BYTES));
        }
        int half = 1 << (height - 1);
        return TreeHash.node(hash(tile, first, height - 1), hash(tile, first + half, height - 1));
    }
}
