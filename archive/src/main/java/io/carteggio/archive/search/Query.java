package io.carteggio.archive.search;

import io.carteggio.mail.extract.Shortfall;
import java.time.Instant;
import java.util.List;

/// What a user's text means. The whole language with its reasons: `docs/search.md`.
///
/// A query says nothing about who asks: only together with a scope does it find letters ([SearchIndex#find]), and
/// what the asker may not see is for her not there, so its negation holds as well. All values are immutable.
public sealed interface Query {
    /// Longest text that [#parse] reads, in UTF-16 units.
    int TEXT_LIMIT_CHARS = 4_000;

    /// Deepest nesting of brackets and negations.
    int DEPTH_LIMIT = 50;

    /// Most words, phrases and other conditions in one query.
    int CONDITIONS_LIMIT = 500;

    /// Every letter.
    record All() implements Query {}

    /// Words that stand next to each other in this order; one word alone is the plain case. What a word is, and which
    /// letters and accents count as equal, is for the index to say.
    ///
    /// @param text as the user wrote it, without quotes and without the star
    /// @param prefix whether the last word may go on
    record Words(Where where, String text, boolean prefix) implements Query {}

    /// It has a part with a name or marked as an attachment, or a letter inside.
    record HasAttachment() implements Query {}

    /// The index could not read all of it: encrypted, damaged, or over a limit.
    record NotFullySearched() implements Query {}

    /// Words may be in it that were not read, for this reason.
    record Unsearched(Shortfall why) implements Query {}

    /// It has more octets than that.
    record Larger(long bytes) implements Query {}

    /// It has fewer octets than that.
    record Smaller(long bytes) implements Query {}

    /// Its date lies in the span: what its header says, or where that says nothing, when it came.
    ///
    /// @param from inclusive; [Instant#MIN] where the span has no beginning
    /// @param to exclusive; [Instant#MAX] where it has no end
    record Dated(Instant from, Instant to) implements Query {}

    /// The one letter with this id, or those with this `Message-ID` (angle brackets or not).
    record Id(String text) implements Query {}

    record And(List<Query> parts) implements Query {
        public And {
            parts = List.copyOf(parts);
        }
    }

    record Or(List<Query> choices) implements Query {
        public Or {
            choices = List.copyOf(choices);
        }
    }

    record Not(Query query) implements Query {}

    /// Where words are looked for. People are found by whole address, by `@domain`, and by words of name or address.
    enum Where {
        /// In text, subject, attachments and their names, and people and lists as far as the asker may see
        /// them.
        ANYWHERE,
        SUBJECT,
        FILENAME,
        /// The text of attachments.
        ATTACHMENT,
        /// Media types of attachments.
        TYPE,
        /// The header's `From` and `Sender`, the envelope's sender and whom he sent for.
        FROM,
        /// Everybody who got it as far as the asker may see: `To`, `Cc` and blind copies.
        TO,
        CC,
        /// Blind copies that the asker may see: the sender all, a recipient her own.
        BCC,
        /// Groups that the envelope's recipients were expanded from, and the header's `List-Id`.
        LIST,
        /// Names of the folders that it lay in: her own mailbox's alone, where the asker reads for herself.
        LABEL
    }

    /// Reads what a user typed. Never throws: a mistake is a value that points at its place.
    static Parsed parse(String text) {
        return QueryParser.parse(text);
    }

    /// What came of reading a text.
    sealed interface Parsed {
        record Good(Query query) implements Parsed {}

        /// A mistake, and where.
        ///
        /// @param position of the mistake in the text, in UTF-16 units from 0 to its length
        /// @param about what the sentence about it names
        record Bad(int position, Flaw flaw, List<String> about) implements Parsed {
            public Bad {
                about = List.copyOf(about);
            }

            /// An English sentence for the user.
            public String message() {
                return flaw.sentence(about);
            }
        }
    }
}
