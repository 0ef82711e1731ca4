package io.carteggio.archive.ledger;

import io.carteggio.archive.ArchiveException;

/// Where full tiles lie. They come in order within a level, each once or again with the same octets, and never change.
public interface TileStore {
    boolean has(Tile tile) throws ArchiveException;

    /// The hashes of a tile.
    ///
    /// @return [Tile#SIZE_BYTES] octets
    /// @throws ArchiveException also where it is not there, or has another length
    byte[] read(Tile tile) throws ArchiveException;

    /// Puts a tile in place, wholly or not at all. Whether it outlives a power cut is left open, as long as those of a
    /// level that do are the first ones: what is missing is made again from the vault.
    void write(Tile tile, byte[] hashes) throws ArchiveException;
}
