package io.carteggio.archive.entry;

import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.Optional;

/// One change of the directory; an [Act.DirectoryChanged] has one or many, in order. Holders are people, groups
/// and contacts, each with an id of its own for good.
public sealed interface Change {
    /// From an instant on (inclusive) until another (exclusive); open where absent.
    record Span(Optional<Instant> from, Optional<Instant> to) {
        public static final Span ALWAYS = new Span(Optional.empty(), Optional.empty());

        public Span {
            if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
                throw new IllegalArgumentException("from " + from.get() + " to " + to.get() + " is never");
            }
        }

        public static Span since(Instant from) {
            return new Span(Optional.of(from), Optional.empty());
        }

        /// Whether neither end was told.
        public boolean undated() {
            return from.isEmpty() && to.isEmpty();
        }

        public boolean covers(Instant at) {
            return from.map(f -> !at.isBefore(f)).orElse(true)
                    && to.map(at::isBefore).orElse(true);
        }

        /// What is left of it before an instant; empty where that is nothing.
        public Optional<Span> before(Instant end) {
            if (from.isPresent() && !from.get().isBefore(end)) {
                return Optional.empty();
            }
            return to.isPresent() && !end.isBefore(to.get())
                    ? Optional.of(this)
                    : Optional.of(new Span(from, Optional.of(end)));
        }
    }

    /// Who is in a group.
    sealed interface Member {
        record OfPerson(String id) implements Member {}

        /// All members of another group, as they are at each instant.
        record OfGroup(String id) implements Member {}

        /// Whoever holds the address at each instant.
        record OfAddress(Address address) implements Member {}
    }

    /// Whether mail for a domain ends here.
    enum DomainKind {
        AUTHORITATIVE,
        /// Some of its mailboxes are elsewhere.
        INTERNAL_RELAY
    }

    /// A person, still without addresses.
    record PersonNew(String id, String name, PersonRole role) implements Change {}

    /// A group, still without addresses and members.
    ///
    /// @param dynamic whether another directory works out who is in it
    record GroupNew(String id, String name, boolean dynamic) implements Change {}

    /// Somebody outside, who has no letters here.
    record ContactNew(String id, String name) implements Change {}

    record Renamed(String id, String name) implements Change {}

    /// Whether the account is closed where the directory comes from: she keeps her addresses and cannot log
    /// in.
    record Locked(String id, boolean locked) implements Change {}

    /// What the synchronisation that says so calls the holder: by this key she is known again.
    record Linked(String id, String key) implements Change {}

    /// Left, or was removed: cannot log in, and all that is held ends at that instant. Where a synchronisation
    /// says so, what was given by hand stays.
    record Gone(String id, Instant from) implements Change {}

    /// Is there again. What ended stays ended.
    record Returned(String id) implements Change {}

    /// Two are one: all that the first holds is the other's, and the first is no more.
    record Merged(String id, String into) implements Change {}

    /// An address that a holder has.
    record Given(String id, Address address, Span span) implements Change {}

    /// Another span for an address that a holder has: it ends, or it was told wrongly.
    ///
    /// @param now absent: it never was
    record Redated(String id, Address address, Span was, Optional<Span> now) implements Change {}

    record Joined(String group, Member member, Span span) implements Change {}

    /// Another span for a membership.
    ///
    /// @param now absent: it never was
    record MembershipRedated(String group, Member member, Span was, Optional<Span> now) implements Change {}

    /// A domain that is ours, or other settings for one.
    ///
    /// @param subdomains whether all below it are too
    record DomainSet(String domain, DomainKind kind, boolean subdomains) implements Change {}

    record DomainRemoved(String domain) implements Change {}
}
