package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Position;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.keys.Keyring;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/// A vault whose segments are soon full, for tests of what lies about it.
public final class SmallSegments {
    private SmallSegments() {}

    /// As [SegmentFileVault#open].
    ///
    /// @param segmentBytes from which on a segment is closed
    public static SegmentFileVault open(
            Disk disk, Path directory, Keyring keyring, Position acknowledged, Clock clock, long segmentBytes)
            throws ArchiveException {
        return SegmentFileVault.open(disk, directory, keyring, acknowledged, Optional.empty(), clock, segmentBytes);
    }
}
