package io.carteggio.server.watch;

import io.carteggio.archive.ArchiveException;
import java.util.List;

/// What monitors and pages see of the watch. Safe for many threads.
public interface Monitor {
    /// The warning that no way to tell anybody is set.
    String NOBODY_TOLD = "Nobody is told of alarms: set `carteggio alarm mail` or `carteggio alarm webhook`.";

    /// Whether mail is taken.
    boolean ready();

    /// The metrics in the text format of Prometheus.
    String metrics() throws ArchiveException;

    /// Whether this is the token that lets a monitor from elsewhere read them.
    boolean isToken(String token);

    /// Alarms that stand, newest first.
    List<Alarm> standing();

    /// What is set up in a way that may cost mail one day, in sentences.
    List<String> warnings();
}
