package io.carteggio.archive.attribution;

import io.carteggio.archive.entry.Change.Member;
import io.carteggio.mail.Address;
import java.util.Optional;
import java.util.Set;

/// Where a person, a group or a contact comes from, and what somebody decided by hand that no
/// synchronisation undoes.
///
/// @param origin the synchronisation that brought her; absent where that was done by hand
/// @param links what synchronisations call her
/// @param namedByHand whether the name was chosen by hand
/// @param keptByHand whether it was decided by hand that she is there, or gone
/// @param withheld what somebody ended or took away by hand: no synchronisation gives it again
public record Ties(
        Optional<String> origin, Set<Link> links, boolean namedByHand, boolean keptByHand, Set<String> withheld) {
    /// By hand, from the beginning.
    public static final Ties NONE = new Ties(Optional.empty(), Set.of(), true, true, Set.of());

    public Ties {
        links = Set.copyOf(links);
        withheld = Set.copyOf(withheld);
    }

    /// A name in another directory.
    ///
    /// @param sync the synchronisation with it
    public record Link(String sync, String key) {}

    /// Whether no synchronisation is to give this address.
    public boolean withholds(Address address) {
        return withheld.contains(withheld(address));
    }

    /// Whether no synchronisation is to make this one a member.
    public boolean withholds(Member member) {
        return withheld.contains(withheld(member));
    }

    static String withheld(Address address) {
        return "address " + address.key();
    }

    static String withheld(Member member) {
        return "member " + Directory.memberKey(member);
    }

    static Ties of(Optional<String> origin) {
        return new Ties(origin, Set.of(), origin.isEmpty(), origin.isEmpty(), Set.of());
    }

    Ties withLinks(Set<Link> now) {
        return new Ties(origin, now, namedByHand, keptByHand, withheld);
    }

    Ties named(boolean byHand) {
        return new Ties(origin, links, byHand, keptByHand, withheld);
    }

    Ties kept(boolean byHand) {
        return new Ties(origin, links, namedByHand, byHand, withheld);
    }

    Ties withholding(Set<String> now) {
        return new Ties(origin, links, namedByHand, keptByHand, now);
    }
}
