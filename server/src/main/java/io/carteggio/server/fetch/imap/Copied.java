package io.carteggio.server.fetch.imap;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Mails of one source that were copied to the folder they are to move to, and have not left theirs yet. It
/// outlives the session, not the program: after a restart such a mail is copied once more. Safe for many threads.
final class Copied {
    /// So many are remembered; of mails beyond these more than one copy may be made.
    static final int LIMIT = 10_000;

    private final Set<Long> uids = new HashSet<>(); // guarded by this
    private Way way = new Way("", "", "", 0, ""); // guarded by this

    /// From where to where; UIDs mean nothing on another.
    ///
    /// @param validity the UIDVALIDITY of the folder that mails leave
    record Way(String host, String user, String folder, long validity, String target) {}

    /// Those of some mails that are still to be copied. What was copied another way is forgotten.
    synchronized List<Long> missing(Way now, List<Long> named) {
        if (!way.equals(now)) {
            way = now;
            uids.clear();
        }
        return named.stream().filter(uid -> !uids.contains(uid)).toList();
    }

    synchronized void add(List<Long> some) {
        some.stream().limit(Math.max(0, LIMIT - uids.size())).forEach(uids::add);
    }

    synchronized void gone(List<Long> some) {
        some.forEach(uids::remove);
    }
}
