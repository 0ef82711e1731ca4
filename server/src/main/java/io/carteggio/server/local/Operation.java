package io.carteggio.server.local;

import io.carteggio.archive.ArchiveException;
import java.io.IOException;

/// Something the archive does for a command. Safe for many threads: every call may come on a thread of its own.
@FunctionalInterface
public interface Operation {
    /// Does it.
    ///
    /// An operation that takes a body reads it to its end before the first word of its reply; one that does not
    /// leaves it alone. Where the peer goes away in the middle, reading the body and writing the reply throw an
    /// [IOException]; a body that was cut off never looks like one that ended.
    ///
    /// @return whether the answer is yes
    Outcome run(Request request, Reply reply) throws ArchiveException, IOException, Refusal;
}
