package io.carteggio.mail.smtp;

import io.carteggio.mail.Address;
import java.util.List;
import java.util.Optional;

/// One turn of a conversation.
///
/// @param reply empty only before [Action.ReceiveChunk]
/// @param refused a mail that was turned away for its size, for the books
public record Step(State state, Optional<Reply> reply, Action action, Optional<Refused> refused) {
    /// A mail that a limit of ours kept out.
    ///
    /// @param to who would have got it; empty where `MAIL` already declared too much
    /// @param bytes what was declared, or had come when the limit was reached
    public record Refused(Optional<Address> from, List<Address> to, long bytes) {
        public Refused {
            to = List.copyOf(to);
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
