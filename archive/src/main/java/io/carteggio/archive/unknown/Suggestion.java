package io.carteggio.archive.unknown;

import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.search.UnknownAddress;
import java.util.Optional;

/// What an unknown address seems to be.
///
/// @param person whose it seems to be; empty where that is nobody in the directory
/// @param like the known address that says so, or the group's name
public record Suggestion(UnknownAddress address, Kind kind, Optional<Person> person, Optional<String> like) {
    /// What may be the matter with an address.
    public enum Kind {
        /// A known address, wrongly written, or written in another order.
        TYPO("typo"),

        /// A person's address under a domain that the organisation had.
        OLD_DOMAIN("old-domain"),

        /// In a domain of ours; has been quiet for long, or was held by somebody until a day.
        LEAVER("leaver"),

        /// In a domain of ours, and in use: a person, or a mailbox of several, that the directory lacks.
        MISSING("missing"),

        /// A group's of ours, that nobody was in when these letters came, as far as is known. What it lacks is members,
        /// not an owner.
        GROUP("group"),

        /// Never ours: somebody else's.
        FOREIGN("foreign");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }

        /// The kind with this word.
        ///
        /// @throws IllegalArgumentException where there is none
        public static Kind ofWord(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of unknown address: " + word);
        }
    }

    /// Whether it names a person well enough to be taken at its word by the dozen. A leaver's address is hers until
    /// she left, and whose it was afterwards a person has to say.
    public boolean isAssignable() {
        return person.isPresent() && (kind == Kind.TYPO || kind == Kind.OLD_DOMAIN);
    }
}
