package io.carteggio.embedded.intake;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Who held which address and was in which group, as sets of the few instants that a test looks at; and who owns a
/// letter by that. Shares no code with the program: where the two disagree, one of them is wrong.
///
/// Instants are numbers from 0 up to a last one, addresses are keys, holders are ids.
final class PlainFacts {
    /// What somebody told.
    ///
    /// @param who held or, of memberships, the group
    /// @param what an address, or `person ID`, `group ID`, `address KEY`
    /// @param undated whether without any date
    /// @param byHand whether by hand, not by a synchronisation
    private record Fact(String who, String what, BitSet when, boolean undated, boolean byHand) {
        boolean says(Fact other) {
            return who.equals(other.who)
                    && what.equals(other.what)
                    && undated == other.undated
                    && when.equals(other.when);
        }
    }

    /// What vouches for a letter.
    ///
    /// @param report whether it tells itself who got it by way of a group
    /// @param senders who sent it, and for whom
    record Word(long arrival, boolean report, int at, List<String> senders, List<Line> lines) {}

    /// Who got it.
    record Line(String key, boolean blind) {}

    final Set<String> people = new LinkedHashSet<>();
    final Set<String> groups = new LinkedHashSet<>();
    final Set<String> gone = new HashSet<>();
    private final int instants;
    private final Map<String, String> became = new HashMap<>();
    private List<Fact> held = new ArrayList<>();
    private List<Fact> joined = new ArrayList<>();

    PlainFacts(int instants) {
        this.instants = instants;
    }

    // ---- what is asked

    /// Whether the address counts as this holder's at an instant: told with dates by these; without, always but for
    /// when another person or group had it with dates.
    boolean holds(String holder, String key, int at) {
        boolean anothers = held.stream()
                .anyMatch(f -> !f.who.equals(holder) && f.what.equals(key) && !f.undated && f.when.get(at));
        return held.stream()
                .anyMatch(f -> f.who.equals(holder) && f.what.equals(key) && (f.undated ? !anothers : f.when.get(at)));
    }

    private boolean isIn(String person, String group, int at, Set<String> seen) {
        if (!seen.add(group)) {
            return false;
        }
        for (Fact f : joined) {
            if (!f.who.equals(group) || !f.when.get(at)) {
                continue;
            }
            String id = f.what.substring(f.what.indexOf(' ') + 1);
            boolean is = switch (f.what.charAt(0)) {
                case 'p' -> id.equals(person);
                case 'g' -> isIn(person, id, at, seen);
                default -> holds(person, id, at) || isInOneWith(person, id, at, seen);
            };
            if (is) {
                return true;
            }
        }
        return false;
    }

    private boolean isInOneWith(String person, String key, int at, Set<String> seen) {
        return groups.stream().anyMatch(g -> holds(g, key, at) && isIn(person, g, at, seen));
    }

    /// Whether mail for the one address came to the other by way of groups.
    boolean comesThrough(String groups, String key, int at) {
        return this.groups.stream().anyMatch(g -> holds(g, groups, at) && reaches(g, key, at, new HashSet<>()));
    }

    private boolean reaches(String group, String key, int at, Set<String> seen) {
        if (!seen.add(group)) {
            return false;
        }
        return joined.stream()
                .filter(f -> f.who.equals(group) && f.when.get(at))
                .anyMatch(f -> {
                    String id = f.what.substring(f.what.indexOf(' ') + 1);
                    return switch (f.what.charAt(0)) {
                        case 'p' -> holds(id, key, at);
                        case 'g' -> reaches(id, key, at, seen);
                        default ->
                            id.equals(key)
                                    || people.stream().anyMatch(p -> holds(p, id, at) && holds(p, key, at))
                                    || groups.stream().anyMatch(g -> holds(g, id, at) && reaches(g, key, at, seen));
                    };
                });
    }

    /// Whether what went to the address came to her.
    boolean got(String person, String key, Word word) {
        return holds(person, key, word.at) || (!word.report && isInOneWith(person, key, word.at, new HashSet<>()));
    }

    boolean sent(String person, Word word) {
        return word.senders.stream().anyMatch(s -> holds(person, s, word.at));
    }

    /// Whether this makes the letter hers.
    boolean owns(String person, Word word) {
        return people.contains(person)
                && (sent(person, word) || word.lines.stream().anyMatch(l -> got(person, l.key, word)));
    }

    /// Whom two people that became one are now.
    String now(String person) {
        String id = person;
        while (became.containsKey(id)) {
            id = became.getOrDefault(id, id);
        }
        return id;
    }

    boolean everHeld(String holder, String key) {
        return held.stream().anyMatch(f -> f.who.equals(holder) && f.what.equals(key));
    }

    List<String> everHeld(String holder) {
        return held.stream()
                .filter(f -> f.who.equals(holder))
                .map(Fact::what)
                .distinct()
                .toList();
    }

    // ---- what is told

    private static void tell(List<Fact> facts, Fact more) {
        for (int i = 0; i < facts.size(); i++) {
            Fact f = facts.get(i);
            if (f.says(more)) {
                facts.set(i, new Fact(f.who, f.what, f.when, f.undated, f.byHand || more.byHand));
                return;
            }
        }
        facts.add(more);
    }

    private Fact fact(String who, String what, Optional<Integer> from, Optional<Integer> to, boolean byHand) {
        BitSet when = new BitSet();
        when.set(from.orElse(0), to.orElse(instants));
        return new Fact(who, what, when, from.isEmpty() && to.isEmpty(), byHand);
    }

    void give(String holder, String key, Optional<Integer> from, Optional<Integer> to, boolean byHand) {
        tell(held, fact(holder, key, from, to, byHand));
    }

    void join(String group, String member, Optional<Integer> from, Optional<Integer> to, boolean byHand) {
        tell(joined, fact(group, member, from, to, byHand));
    }

    /// Cuts facts at an instant.
    ///
    /// @param thenByHand whether what is cut counts as told by hand
    private static List<Fact> cut(List<Fact> facts, Predicate<Fact> which, int end, boolean thenByHand) {
        List<Fact> left = new ArrayList<>();
        for (Fact f : facts) {
            BitSet before = (BitSet) f.when.clone();
            before.clear(end, Math.max(end, before.length()));
            if (!which.test(f) || before.equals(f.when)) {
                tell(left, f);
            } else if (!before.isEmpty()) {
                tell(left, new Fact(f.who, f.what, before, false, thenByHand || f.byHand));
            }
        }
        return left;
    }

    private static Predicate<Fact> of(String who, String what) {
        return f -> f.who.equals(who) && f.what.equals(what);
    }

    /// What is held of an address ends; says whether that changed anything.
    boolean end(String holder, String key, int end) {
        List<Fact> before = held;
        held = cut(held, of(holder, key), end, true);
        return !before.equals(held);
    }

    boolean leave(String group, String member, int end) {
        List<Fact> before = joined;
        joined = cut(joined, of(group, member), end, true);
        return !before.equals(joined);
    }

    boolean deny(String holder, String key) {
        return held.removeIf(of(holder, key));
    }

    boolean denyMember(String group, String member) {
        return joined.removeIf(of(group, member));
    }

    /// What a synchronisation told of it ends.
    void syncEnds(String holder, String key, int end) {
        held = cut(held, of(holder, key).and(f -> !f.byHand), end, false);
    }

    void goes(String holder, int end, boolean byHand) {
        Predicate<Fact> told = f -> byHand || !f.byHand;
        held = cut(held, told.and(f -> f.who.equals(holder)), end, false);
        joined = cut(
                joined,
                told.and(f ->
                        f.who.equals(holder) || f.what.equals("person " + holder) || f.what.equals("group " + holder)),
                end,
                false);
        gone.add(holder);
    }

    void merge(String person, String into) {
        people.remove(person);
        became.put(person, into);
        held = renamed(held, f -> f.who.equals(person) ? new Fact(into, f.what, f.when, f.undated, f.byHand) : f);
        String member = "person " + person;
        joined = renamed(
                joined,
                f -> f.what.equals(member) ? new Fact(f.who, "person " + into, f.when, f.undated, f.byHand) : f);
    }

    void split(String person, String newOne, Set<String> keys) {
        people.add(newOne);
        held = renamed(
                held,
                f -> f.who.equals(person) && keys.contains(f.what)
                        ? new Fact(newOne, f.what, f.when, f.undated, true)
                        : f);
    }

    private static List<Fact> renamed(List<Fact> facts, java.util.function.UnaryOperator<Fact> how) {
        List<Fact> left = new ArrayList<>();
        facts.forEach(f -> tell(left, how.apply(f)));
        return left;
    }
}
