package io.carteggio.embedded.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.Tile;
import io.carteggio.archive.ledger.TileStore;
import io.carteggio.embedded.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;

/// Tiles as files, in the layout of C2SP tlog-tiles. Safe for many readers and one writer.
public final class TileFiles implements TileStore {
    private final Disk disk;
    private final Path directory;

    /// @param directory the ledger's; `tile` is made in it
    public TileFiles(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    @Override
    public boolean has(Tile tile) throws ArchiveException {
        try {
            return disk.exists(file(tile));
        } catch (IOException e) {
            throw failed(tile, e);
        }
    }

    @Override
    public byte[] read(Tile tile) throws ArchiveException {
        try {
            if (disk.sizeBytes(file(tile)) != Tile.SIZE_BYTES) {
                throw new IOException("it has " + disk.sizeBytes(file(tile)) + " octets, not " + Tile.SIZE_BYTES);
            }
            return disk.readAll(file(tile));
        } catch (IOException e) {
            throw failed(tile, e);
        }
    }

    /// Forced before it has its name, so that no tile is ever there in part.
    @Override
    public void write(Tile tile, byte[] hashes) throws ArchiveException {
        Path file = file(tile);
        try {
            Path above = file.getParent();
            if (above != null) {
                disk.createDirectories(above); // also where it is there: its name must be forced before a tile's
            }
            disk.replace(file, hashes);
        } catch (IOException e) {
            throw failed(tile, e);
        }
    }

    private Path file(Tile tile) {
        return directory.resolve(tile.path());
    }

    private static ArchiveException failed(Tile tile, IOException e) {
        return new ArchiveException("the ledger's " + tile.path() + ": " + e.getMessage(), true, e);
    }
}
