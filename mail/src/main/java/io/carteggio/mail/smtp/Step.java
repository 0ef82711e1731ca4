package io.carteggio.mail.smtp;

import io.carteggio.mail.Address;
import java.util.List;
import java.util.Optional;

/// One turn of a conversation.
///
/// @param reply empty only before [Action.ReceiveChunk]
/// @param refused a mail that was turned away, for the books
public record Step(State state, Optional<Reply> reply, Action action, Optional<Refused> refused) {
    /// A mail that a rule of ours kept out.
    ///
    /// @param to who would have got it; empty where `MAIL` already declared too much
    /// @param bytes what was declared, or had come when the limit was reached; 0 where nothing was asked for
    public record Refused(Optional<Address> from, List<Address> to, long bytes, Cause cause) {
        /// Which rule.
        public enum Cause {
            /// It was too large.
            SIZE,
            /// It was about to come in the clear, for a recipient whose mail comes over TLS.
            IN_THE_CLEAR
        }

        public Refused {
            to = List.copyOf(to);
        }

        static Refused forSize(Optional<Address> from, List<Address> to, long bytes) {
            return new Refused(from, to, bytes, Cause.SIZE);
        }

        static Refused inTheClear(Optional<Address> from, Address to) {
            return new Refused(from, List.of(to), 0, Cause.IN_THE_CLEAR);
        }
    }

    Step(State state, Reply reply, Action action) {
        this(state, Optional.of(reply), action, Optional.empty());
    }

    static Step listen(State state, int code, String status, String text) {
        return new Step(state, new Reply(code, status, text), new Action.Listen());
    }

    static Step close(State state, int code, String status, String text) {
        return new Step(state, new Reply(code, status, text), new Action.Close());
    }

    Step refusing(Refused mail) {
        return new Step(state, reply, action, Optional.of(mail));
    }
}
