package io.carteggio.embedded.extraction;

import java.time.Duration;

/// What reading an attachment may cost.
///
/// @param attachmentBytes larger ones are not read
/// @param processor time of a processor for one attachment; the program is ended when it takes more
/// @param wall time for one attachment by the clock, however little of the processor it had
/// @param heapMebibytes of the program; when it needs more, it ends itself
/// @param folderMebibytes that it may write, in memory
/// @param attachments after which a program is replaced by a fresh one
/// @param idle after which one that has nothing to read is ended
public record ReaderLimits(
        long attachmentBytes,
        Duration processor,
        Duration wall,
        int heapMebibytes,
        int folderMebibytes,
        int attachments,
        Duration idle) {
    /// 32 MiB; 20 s of a processor, 2 minutes by the clock; 256 and 160 MiB of memory; 500 attachments; a
    /// minute.
    public static final ReaderLimits DEFAULT = new ReaderLimits(
            32L << 20, Duration.ofSeconds(20), Duration.ofMinutes(2), 256, 160, 500, Duration.ofMinutes(1));
}
