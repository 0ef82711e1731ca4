package io.carteggio.mail.imap;

import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// One thing a server says.
public sealed interface Response {
    /// How a command went, or how the server is.
    enum Status {
        OK,
        NO,
        BAD,
        PREAUTH,
        BYE
    }

    /// A code in brackets: `[UIDVALIDITY 17]`.
    ///
    /// @param name in capitals
    /// @param arguments what follows it, as it is; empty where nothing does
    record Code(String name, String arguments) {
        /// The first argument as a number; empty where it is none.
        public Optional<Long> number() {
            String first = arguments.strip().split(" ", 2)[0];
            return first.matches("\\d{1,18}") ? Optional.of(Long.parseLong(first)) : Optional.empty();
        }
    }

    /// `+`: go on.
    record GoOn(String text) implements Response {}

    /// The end of a command.
    record Done(String tag, Status status, Optional<Code> code, String text) implements Response {}

    /// `* OK …` and the like: not the end of a command.
    record Told(Status status, Optional<Code> code, String text) implements Response {}

    /// What the server can.
    ///
    /// @param words in capitals
    record Capabilities(Set<String> words) implements Response {
        public Capabilities {
            words = Set.copyOf(words);
        }
    }

    /// `* 3 EXISTS`, `* 4 EXPUNGE`, `* 0 RECENT`.
    record Count(long number, String what) implements Response {}

    /// The end of a list of numbers that a search found; each was told as it came.
    record Found(long many) implements Response {}

    /// Something of a mail.
    ///
    /// @param number in the folder's order at this moment
    /// @param flags as the server writes them
    /// @param body where the mail's octets were written; empty where none came
    /// @param none whether the server said that there are none (`NIL`)
    /// @param origin where in the mail they begin, if they are a piece of it: `BODY[]<0>`
    record Fetched(
            long number,
            Optional<Long> uid,
            Optional<Instant> received,
            Set<String> flags,
            Optional<OutputStream> body,
            boolean none,
            Optional<Long> origin)
            implements Response {
        public Fetched {
            flags = Set.copyOf(flags);
        }

        public boolean flagged(String flag) {
            return flags.stream().anyMatch(f -> f.toLowerCase(Locale.ROOT).equals(flag.toLowerCase(Locale.ROOT)));
        }
    }

    /// Anything else, its words in a row, brackets left out.
    ///
    /// @param name in capitals
    record Other(String name, List<String> words) implements Response {
        public Other {
            words = List.copyOf(words);
        }
    }
}
