package io.carteggio.embedded.index;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.mail.Address;
import io.carteggio.mail.mime.Mailbox;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.util.BytesRef;

/// What all testimonies of a letter say of its people, and which of it a viewer may know (P5): the same rule as
/// [Scope], by which a test compares it.
///
/// @param all the different envelopes
/// @param open the lines that everybody sees who sees any of the testimonies: not blind, and in all of
/// them. They are
///     found by fields of their own, so that [#shows] need not look at them
/// @param blindHeader what the original's own `Bcc:` says; treated like blind lines of the envelope
record Envelopes(List<One> all, Set<Line> open, List<Mailbox> blindHeader) {
    enum As {
        SENDER(0),
        TO(1),
        CC(2),
        BCC(3);

        private final int code;

        As(int code) {
            this.code = code;
        }
    }

    /// Someone in an envelope.
    record Line(As as, Address address, Optional<Address> expanded, Optional<Address> forwarded) {}

    /// What one testimony says.
    ///
    /// @param labels the folders that it lay in
    /// @param labelsOf whose mailbox that was; where it is not known, the labels are nobody's own
    /// @param namesGroups [ArrivalEntry#namesGroups]
    record One(Instant at, List<Line> lines, List<String> labels, Optional<Address> labelsOf, boolean namesGroups) {}

    private static final As[] BY_CODE = {As.SENDER, As.TO, As.CC, As.BCC};

    static Envelopes of(List<Testimony> testimonies, List<Mailbox> blindHeader) {
        Set<One> all = new LinkedHashSet<>();
        for (Testimony testimony : testimonies) {
            ArrivalEntry entry = testimony.entry();
            List<Line> lines = new ArrayList<>(entry.addressees().size() + 1);
            entry.sender().ifPresent(a -> lines.add(sender(a)));
            entry.onBehalfOf().ifPresent(a -> lines.add(sender(a)));
            for (Addressee a : entry.addressees()) {
                lines.add(new Line(
                        as(a), a.told().address(), a.told().expanded(), a.told().forwarded()));
            }
            List<String> labels = entry.provenance().labels();
            all.add(new One(
                    entry.at(),
                    lines,
                    labels,
                    labels.isEmpty() ? Optional.empty() : entry.mailboxOwner(),
                    entry.namesGroups()));
        }
        return new Envelopes(List.copyOf(all), open(List.copyOf(all)), blindHeader);
    }

    private static Line sender(Address address) {
        return new Line(As.SENDER, address, Optional.empty(), Optional.empty());
    }

    private static As as(Addressee addressee) {
        return switch (addressee.seenAs()) {
            case TO -> As.TO;
            case CC -> As.CC;
            case BCC -> As.BCC;
            case RECIPIENT -> throw new IllegalStateException("an addressee is seen as to, cc or bcc");
        };
    }

    private static Set<Line> open(List<One> all) {
        Set<Line> open = new LinkedHashSet<>();
        if (!all.isEmpty()) {
            for (Line line : all.getFirst().lines()) {
                if (line.as() != As.BCC) {
                    open.add(line);
                }
            }
            for (One other : all.subList(1, all.size())) {
                open.retainAll(new HashSet<>(other.lines()));
            }
        }
        return open;
    }

    /// The instant of all testimonies, if there is one and it is a whole number of milliseconds as the vault
    /// keeps it.
    Optional<Long> atMillis() {
        Set<Instant> instants = new HashSet<>();
        all.forEach(one -> instants.add(one.at()));
        if (instants.size() != 1) {
            return Optional.empty();
        }
        Instant at = instants.iterator().next();
        try {
            long millis = at.toEpochMilli();
            return Instant.ofEpochMilli(millis).equals(at) ? Optional.of(millis) : Optional.empty();
        } catch (ArithmeticException farAway) {
            return Optional.empty();
        }
    }

    /// Whether one of the testimonies lets the viewer see the letter.
    boolean seenBy(Scope.Own own) {
        return all.stream().anyMatch(one -> isSeen(own, one));
    }

    /// The same for an auditor.
    boolean seenBy(Scope.Across across) {
        return all.stream().anyMatch(one -> isSeen(across, one));
    }

    /// Whether the viewer may see somebody who is what is looked for, open lines left aside.
    boolean shows(Scope scope, Where where, Predicate<List<List<String>>> wanted) {
        return switch (scope) {
            case Scope.Everything() ->
                all.stream()
                                .anyMatch(one -> one.lines().stream()
                                        .anyMatch(line -> !open.contains(line) && is(line, where, wanted)))
                        || blindHeader.stream().anyMatch(m -> isBlind(m, where, wanted));
            case Scope.Own own -> all.stream().anyMatch(one -> shows(own, one, where, wanted));
            case Scope.Across across ->
                all.stream()
                        .filter(one -> isSeen(across, one))
                        .anyMatch(one ->
                                one.lines().stream().anyMatch(line -> !open.contains(line) && is(line, where, wanted))
                                        || blindHeader.stream().anyMatch(m -> isBlind(m, where, wanted)));
        };
    }

    private boolean shows(Scope.Own own, One one, Where where, Predicate<List<List<String>>> wanted) {
        if (!isSeen(own, one)) {
            return false;
        }
        boolean whole = one.lines().stream().anyMatch(l -> l.as() == As.SENDER && holds(own, l.address(), one.at()));
        for (Line line : one.lines()) {
            if (!open.contains(line)
                    && (whole || line.as() != As.BCC || got(own, line.address(), one))
                    && is(line, where, wanted)) {
                return true;
            }
        }
        for (Mailbox mailbox : blindHeader) {
            if ((whole || got(own, mailbox.address(), one)) && isBlind(mailbox, where, wanted)) {
                return true;
            }
        }
        return false;
    }

    /// Every label, each once.
    List<String> labels() {
        return all.stream().flatMap(one -> one.labels().stream()).distinct().toList();
    }

    /// Whether a label of the viewer's own mailbox is what is looked for. How others sort theirs is not her
    /// business.
    boolean isLabelled(Scope.Own own, Predicate<List<List<String>>> wanted) {
        return all.stream()
                .anyMatch(one -> one.labelsOf().isPresent()
                        && holds(own, one.labelsOf().get(), one.at())
                        && one.labels().stream().anyMatch(label -> wanted.test(Words.slots(label))));
    }

    /// An auditor sees the labels of all that vouches for the letter to her.
    boolean isLabelled(Scope.Across across, Predicate<List<List<String>>> wanted) {
        return all.stream()
                .anyMatch(one -> isSeen(across, one)
                        && one.labels().stream().anyMatch(label -> wanted.test(Words.slots(label))));
    }

    private static boolean isSeen(Scope.Across across, One one) {
        return across.spans().stream().anyMatch(span -> span.covers(one.at())) || isSeen(across.people(), one);
    }

    private static boolean isSeen(Scope.Own own, One one) {
        return one.lines().stream()
                .anyMatch(line ->
                        line.as() == As.SENDER ? holds(own, line.address(), one.at()) : got(own, line.address(), one));
    }

    private static boolean holds(Scope.Own own, Address address, Instant at) {
        for (Tenure tenure : own.byKey().getOrDefault(address.key(), List.of())) {
            if (!tenure.throughGroup() && tenure.covers(at)) {
                return true;
            }
        }
        return false;
    }

    private static boolean got(Scope.Own own, Address address, One one) {
        for (Tenure tenure : own.byKey().getOrDefault(address.key(), List.of())) {
            if (tenure.covers(one.at()) && (!tenure.throughGroup() || one.namesGroups())) {
                return true;
            }
        }
        return false;
    }

    private static boolean is(Line line, Where where, Predicate<List<List<String>>> wanted) {
        boolean place = switch (where) {
            case ANYWHERE, LIST -> true;
            case FROM -> line.as() == As.SENDER;
            case TO -> line.as() != As.SENDER;
            case CC -> line.as() == As.CC;
            case BCC -> line.as() == As.BCC;
            case SUBJECT, FILENAME, ATTACHMENT, TYPE, LABEL -> false;
        };
        boolean group = where == Where.LIST || where == Where.ANYWHERE;
        return place
                && ((where != Where.LIST && matches(Optional.of(line.address()), wanted))
                        || (where != Where.LIST && matches(line.forwarded(), wanted))
                        || (group && matches(line.expanded(), wanted)));
    }

    private static boolean matches(Optional<Address> address, Predicate<List<List<String>>> wanted) {
        return address.isPresent() && wanted.test(PeopleWords.slots(address.get()));
    }

    private static boolean isBlind(Mailbox mailbox, Where where, Predicate<List<List<String>>> wanted) {
        return switch (where) {
            case ANYWHERE, TO, BCC -> wanted.test(PeopleWords.slots(mailbox));
            case FROM, CC, LIST, SUBJECT, FILENAME, ATTACHMENT, TYPE, LABEL -> false;
        };
    }

    BytesRef encode() {
        ByteBuffersDataOutput out = ByteBuffersDataOutput.newResettableInstance();
        try {
            out.writeVInt(all.size());
            for (One one : all) {
                Shown.write(out, one.at());
                out.writeVInt(one.lines().size());
                for (Line line : one.lines()) {
                    int more = (line.expanded().isPresent() ? 4 : 0)
                            | (line.forwarded().isPresent() ? 8 : 0);
                    out.writeByte((byte) (line.as().code | more));
                    out.writeString(line.address().raw());
                    write(out, line.expanded());
                    write(out, line.forwarded());
                }
                out.writeVInt(one.labels().size());
                for (String label : one.labels()) {
                    out.writeString(label);
                }
                out.writeByte((byte) (one.labelsOf().isPresent() ? 1 : 0));
                write(out, one.labelsOf());
                out.writeByte((byte) (one.namesGroups() ? 1 : 0));
            }
            out.writeVInt(blindHeader.size());
            for (Mailbox mailbox : blindHeader) {
                out.writeString(mailbox.name());
                out.writeString(mailbox.address().raw());
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory can be written", e);
        }
        return new BytesRef(out.toArrayCopy());
    }

    private static void write(DataOutput out, Optional<Address> address) throws IOException {
        if (address.isPresent()) {
            out.writeString(address.get().raw());
        }
    }

    static Envelopes decode(BytesRef octets) throws IOException {
        DataInput in = new ByteArrayDataInput(octets.bytes, octets.offset, octets.length);
        List<One> all = new ArrayList<>();
        Set<Line> open = new HashSet<>();
        for (int i = in.readVInt(); i > 0; i--) {
            Instant at = Shown.readInstant(in);
            int count = in.readVInt();
            List<Line> lines = new ArrayList<>(count);
            for (int n = 0; n < count; n++) {
                int head = in.readByte();
                Line line = new Line(
                        BY_CODE[head & 3],
                        new Address(in.readString()),
                        (head & 4) != 0 ? Optional.of(new Address(in.readString())) : Optional.empty(),
                        (head & 8) != 0 ? Optional.of(new Address(in.readString())) : Optional.empty());
                lines.add(line);
                if ((head & 16) != 0) {
                    open.add(line);
                }
            }
            List<String> labels = new ArrayList<>();
            for (int n = in.readVInt(); n > 0; n--) {
                labels.add(in.readString());
            }
            Optional<Address> labelsOf =
                    in.readByte() != 0 ? Optional.of(new Address(in.readString())) : Optional.empty();
            all.add(new One(at, lines, labels, labelsOf, in.readByte() != 0));
        }
        List<Mailbox> blindHeader = new ArrayList<>();
        for (int i = in.readVInt(); i > 0; i--) {
            blindHeader.add(new Mailbox(in.readString(), new Address(in.readString())));
        }
        return new Envelopes(all, open, blindHeader);
    }
}
