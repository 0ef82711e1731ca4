package io.carteggio.mail.imap;

import java.util.ArrayList;
import java.util.List;

/// UIDs as commands name them: `3:7,9`.
public final class UidSet {
    /// A command's line should stay well below the 8,192 octets that every server takes.
    public static final int LENGTH_LIMIT = 4_000;

    private UidSet() {}

    /// One or more sets that together name exactly these, none longer than [#LENGTH_LIMIT].
    ///
    /// @param uids ascending, each once
    public static List<String> of(List<Long> uids) {
        List<String> sets = new ArrayList<>();
        StringBuilder set = new StringBuilder();
        int i = 0;
        while (i < uids.size()) {
            int last = i;
            while (last + 1 < uids.size() && uids.get(last + 1) == uids.get(last) + 1) {
                last++;
            }
            String range = last == i ? uids.get(i).toString() : uids.get(i) + ":" + uids.get(last);
            if (set.length() + 1 + range.length() > LENGTH_LIMIT) {
                sets.add(set.toString());
                set.setLength(0);
            }
            set.append(set.isEmpty() ? "" : ",").append(range);
            i = last + 1;
        }
        if (!set.isEmpty()) {
            sets.add(set.toString());
        }
        return sets;
    }
}
