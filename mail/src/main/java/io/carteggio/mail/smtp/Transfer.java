package io.carteggio.mail.smtp;

/// What became of the octets of a mail or chunk.
public sealed interface Transfer {
    /// A chunk that is not the last was taken.
    record Taken() implements Transfer {}

    /// The mail is kept: forced to stable storage. What has no id has not been kept by anyone.
    record Kept(String id) implements Transfer {
        public Kept {
            if (id.isBlank()) {
                throw new IllegalArgumentException("a mail that is kept has an id");
            }
        }
    }

    /// The mail came to its end and was over the limit.
    record TooLarge(long bytes) implements Transfer {}

    /// The mail was over the limit, and its end not in sight when the patience to swallow it ended.
    record Endless(long bytes) implements Transfer {}

    /// We failed, not the client.
    record Failed(Trouble trouble) implements Transfer {}

    /// Why we cannot keep a mail now. Never the mail's fault, so never a 5xx.
    enum Trouble {
        /// 451 4.3.0
        LATER,
        /// 451 4.3.1: no room. Not 452, which senders read as "too many recipients" (RFC 5321 4.5.3.1.10)
        FULL,
        /// 421 4.3.2: the server stops
        STOPPING
    }
}
