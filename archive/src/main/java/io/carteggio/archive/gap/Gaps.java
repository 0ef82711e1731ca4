package io.carteggio.archive.gap;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Arrivals;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.GapEntry;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.DeliveryStatus.PerRecipient;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Unwrapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Gap records: listed, closed by hand, and closed when the report arrives after all.
public final class Gaps {
    /// A report may have come before the notice that says it did not: so many frames before a gap are compared
    /// with it as well. A notice comes up to two days after its report was given up; a firm of a thousand
    /// people takes about that many in the time.
    static final long LOOK_BACK_FRAMES = 100_000;

    /// How the reason of a notice begins that opens a gap.
    public static final String REASON = "a journal report came back without its original: ";

    private final Vault vault;
    private final Arrivals arrivals;
    private final Catalogue catalogue;
    private final Acts acts;

    // Guarded by this. A flood of tens of thousands is compared by name, not each with each.
    private final Map<Long, Gap> open = new LinkedHashMap<>();
    private final Map<String, Set<Long>> byName = new HashMap<>();
    private final RecentNames recent = new RecentNames(LOOK_BACK_FRAMES);

    public Gaps(Vault vault, Catalogue catalogue, Acts acts) {
        this.vault = vault;
        this.arrivals = new Arrivals(vault);
        this.catalogue = catalogue;
        this.acts = acts;
    }

    /// All gaps, oldest first.
    ///
    /// @param closed also those that were closed
    public List<Gap> list(boolean closed) throws ArchiveException {
        List<Gap> gaps = new ArrayList<>();
        for (GapEntry entry : closed ? catalogue.gaps() : catalogue.openGaps()) {
            Optional<Gap> gap = read(entry);
            gap.ifPresent(gaps::add);
        }
        return gaps;
    }

    /// Somebody answers for a report that will not come.
    ///
    /// @throws IllegalArgumentException where there is no such gap, or it is closed, or no reason is given
    public synchronized void close(String by, long arrival, String reason) throws ArchiveException {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("a gap is closed for a reason");
        }
        if (catalogue.openGaps().stream().noneMatch(g -> g.arrival() == arrival)) {
            throw new IllegalArgumentException("there is no open gap " + arrival);
        }
        acts.keep(new Act.GapClosed(acts.now(), by, arrival, reason, Optional.empty()));
        forget(arrival);
    }

    private void remember(Gap gap) {
        open.put(gap.arrival(), gap);
        gap.name()
                .ifPresent(name ->
                        byName.computeIfAbsent(name, n -> new LinkedHashSet<>()).add(gap.arrival()));
    }

    private void forget(long arrival) {
        Optional.ofNullable(open.remove(arrival)).flatMap(Gap::name).ifPresent(name -> {
            Set<Long> same = byName.getOrDefault(name, new HashSet<>());
            same.remove(arrival);
            if (same.isEmpty()) {
                byName.remove(name);
            }
        });
    }

    /// How many are open, by source, as [#follow] left them.
    public synchronized Map<String, Long> open() {
        Map<String, Long> sources = new TreeMap<>();
        open.values().forEach(gap -> sources.merge(gap.source(), 1L, Long::sum));
        return sources;
    }

    /// Compares what came with what is missing, and closes the gaps whose report arrived.
    ///
    /// @param comparedTo frames up to this one were compared before, with the gaps that they opened
    /// @return up to where it is done now
    public synchronized long follow(long comparedTo) throws ArchiveException {
        long end = catalogue.position().frames();
        long from = comparedTo > end ? 0 : comparedTo; // the vault is an older one
        List<GapEntry> entries = catalogue.openGaps();
        Set<Long> still = new HashSet<>();
        entries.forEach(entry -> still.add(entry.arrival()));
        List.copyOf(open.keySet()).stream().filter(gap -> !still.contains(gap)).forEach(this::forget);
        if (entries.isEmpty()) {
            recent.restart(end);
            return end;
        }
        List<Gap> fresh = new ArrayList<>();
        long begin = from;
        for (GapEntry entry : entries) {
            boolean isFresh = entry.arrival() > from;
            if (!open.containsKey(entry.arrival())) {
                Optional<Gap> gap = read(entry);
                gap.ifPresent(this::remember);
            }
            Optional<Gap> known = Optional.ofNullable(open.get(entry.arrival()));
            if (isFresh && known.isPresent()) {
                fresh.add(known.get());
                begin = Math.clamp(entry.arrival() - 1 - LOOK_BACK_FRAMES, 0, begin);
            }
        }
        if (begin < recent.from() || from > recent.to() || recent.to() > end) {
            recent.restart(begin); // the first gap, or the first look of this process
        }
        for (long number = recent.to() + 1; number <= end && !open.isEmpty(); number++) {
            Set<String> names = names(number);
            fill(number, names);
            recent.add(number, names);
        }
        for (Gap gap : fresh) { // with what was compared before they opened
            for (long number : gap.name().map(recent::find).orElse(Set.of())) {
                if (open.containsKey(gap.arrival())) {
                    fill(number, names(number));
                }
            }
        }
        return end;
    }

    /// Closes the gaps that a report of these names fills.
    private void fill(long arrival, Set<String> names) throws ArchiveException {
        Set<Long> filled = new TreeSet<>();
        names.forEach(name -> filled.addAll(byName.getOrDefault(name, Set.of())));
        for (long gap : filled) {
            acts.keep(new Act.GapClosed(acts.now(), "watch", gap, "the report arrived", Optional.of(arrival)));
            forget(gap);
        }
    }

    /// By what names the report in a frame may be missing; none where there is no report in it.
    private Set<String> names(long number) throws ArchiveException {
        Optional<Registration.OfArrival> arrival = arrivals.of(number);
        if (arrival.isEmpty() || arrival.get().entry().letters().isEmpty()) {
            return Set.of();
        }
        Set<String> names = new TreeSet<>();
        report(arrival.get().kept(), arrival.get().entry()).ifPresent(report -> {
            report.reportId().ifPresent(id -> names.add(Gap.reportName(id)));
            report.messageId().ifPresent(id -> names.add(Gap.messageName(id)));
            report.parentMessageId().ifPresent(id -> names.add(Gap.messageName(id)));
        });
        return names;
    }

    /// The report of an arrival, read from its evidence: the originals are cut out of it, its names stand.
    private Optional<Unwrapped.Report> report(Kept kept, ArrivalEntry entry) throws ArchiveException {
        Optional<Content> evidence = entry.evidence().map(Octets::toBytes).map(Content::of);
        Optional<Place> elsewhere = kept.places(FrameRecord.Type.EVIDENCE).stream()
                .filter(place -> kept.record(place).isPresent())
                .findFirst();
        if (evidence.isEmpty() && elsewhere.isPresent()) {
            evidence = Optional.of(vault.read(elsewhere.get()));
        }
        if (evidence.isEmpty()) {
            return Optional.empty();
        }
        Unwrapped unwrapped = unwrap(evidence.get());
        if (unwrapped instanceof Unwrapped.Report report) {
            return Optional.of(report);
        }
        return unwrapped instanceof Unwrapped.Ndr ndr ? ndr.report() : Optional.empty();
    }

    private static Unwrapped unwrap(Content mail) throws ArchiveException {
        try {
            return Unwrapper.unwrap(mail);
        } catch (IOException e) {
            throw new ArchiveException("a mail of the vault cannot be read: " + e.getMessage(), true, e);
        }
    }

    /// Empty where the notice cannot be read any more: `check` says why.
    private Optional<Gap> read(GapEntry entry) throws ArchiveException {
        Optional<Registration.OfArrival> arrival = arrivals.legible(entry.arrival());
        Optional<Content> whole =
                arrival.isPresent() ? arrivals.whole(arrival.get().kept()) : Optional.empty();
        if (whole.isEmpty() || !(unwrap(whole.get()) instanceof Unwrapped.Ndr ndr)) {
            return Optional.empty();
        }
        ArrivalEntry notice = arrival.orElseThrow().entry();
        String why = notice.reason().orElse("");
        return Optional.of(new Gap(
                entry.arrival(),
                notice.source(),
                notice.arrived(),
                ndr.gap().flatMap(Unwrapped.Gap::reportId),
                ndr.gap().flatMap(Unwrapped.Gap::parentMessageId),
                ndr.gap().flatMap(Unwrapped.Gap::journaled),
                ndr.status().recipients().stream()
                        .map(PerRecipient::finalRecipient)
                        .flatMap(Optional::stream)
                        .findFirst(),
                why.startsWith(REASON) ? why.substring(REASON.length()) : why,
                entry.closed().isPresent() ? closing(entry.closed().get()) : Optional.empty()));
    }

    private Optional<Gap.Closing> closing(long act) throws ArchiveException {
        Optional<Kept> kept = vault.frame(act);
        return kept.isPresent()
                        && Projection.registration(kept.get())
                                instanceof Registration.OfAct(Kept _, Act.GapClosed closed)
                ? Optional.of(new Gap.Closing(closed.at(), closed.by(), closed.reason(), closed.found()))
                : Optional.empty();
    }
}
