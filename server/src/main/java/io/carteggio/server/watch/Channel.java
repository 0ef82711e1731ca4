package io.carteggio.server.watch;

import io.carteggio.server.watch.Alarms.Due;
import java.io.IOException;
import java.util.List;

/// A way to tell a person. Called by one thread; may take its time, within limits.
interface Channel {
    /// One word: `mail`, `webhook`.
    String name();

    /// Tells all of these in one message.
    ///
    /// @throws IOException where nobody may have been told; it is tried again
    void tell(List<Due> due) throws IOException;
}
