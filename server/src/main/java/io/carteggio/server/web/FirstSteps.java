package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.intake.Source;
import io.carteggio.server.web.page.FirstStepsView;
import io.carteggio.server.web.page.FirstStepsView.Step;
import io.carteggio.server.web.page.FirstStepsView.Way;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The way from the set-up link to an archive that is in order: each step is done where it belongs, or skipped.
/// Whether one is done is asked of the archive itself; what an administrator skips, and that she wants to see
/// no more of it, is a preference of hers, kept as an act.
final class FirstSteps {
    static final String URL = "/first-steps";

    /// The name of the preference.
    private static final String PREFERENCE = "first-steps";

    private static final String DISMISSED = "dismissed";

    /// A step.
    enum What {
        DOMAINS,
        PEOPLE,
        SOURCE,
        ALARMS,
        BACKUP;

        /// The pages where it is done.
        List<String> ways() {
            return switch (this) {
                case DOMAINS -> List.of("/domains");
                case PEOPLE -> List.of("/people", SyncPages.URL);
                case SOURCE -> List.of("/sources/new");
                case ALARMS -> List.of("/alarms");
                case BACKUP -> List.of("/backup");
            };
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<What> ofWord(String word) {
            return Stream.of(values()).filter(w -> w.word().equals(word)).findFirst();
        }
    }

    private final Site site;

    FirstSteps(Site site) {
        this.site = site;
    }

    // ---- how far they are

    private Set<What> done(Visit visit) throws ArchiveException, IOException {
        Set<What> done = EnumSet.noneOf(What.class);
        var directory = site.desk().people().directory();
        if (!directory.domains().isEmpty()) {
            done.add(What.DOMAINS);
        }
        boolean others = directory.people().size() > 1
                || !Calls.run(site, visit, "sync.list", Calls.params()).lines().isEmpty();
        if (others) {
            done.add(What.PEOPLE);
        }
        for (Source source : site.desk().sources().all()) {
            if (site.desk().catalogue().lastReport(source.name()).isPresent()) {
                done.add(What.SOURCE);
                break;
            }
        }
        boolean told = Calls.run(site, visit, "watch.show", Calls.params()).lines().stream()
                .anyMatch(line -> Calls.text(line, "subject")
                                .filter(s -> s.equals("mail") || s.equals("webhook"))
                                .isPresent()
                        && !line.path("settings").isEmpty());
        if (told) {
            done.add(What.ALARMS);
        }
        if (Calls.run(site, visit, "backup.show", Calls.params())
                .first()
                .path("last")
                .isObject()) {
            done.add(What.BACKUP);
        }
        return done;
    }

    private String preference(Visit visit) {
        return site.desk().preferences().get(visit.self().id(), PREFERENCE).orElse("");
    }

    private static Set<What> skipped(String preference) {
        return Arrays.stream(preference.split(",", -1))
                .flatMap(word -> What.ofWord(word).stream())
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(What.class)));
    }

    /// How far they are, for other pages; empty once nothing is left, or she wants to see no more of it.
    Optional<String> progress(Visit visit) throws ArchiveException, IOException {
        String preference = preference(visit);
        if (preference.equals(DISMISSED)) {
            return Optional.empty();
        }
        Set<What> settled = done(visit);
        settled.addAll(skipped(preference));
        return settled.size() == What.values().length
                ? Optional.empty()
                : Optional.of(visit.say("steps.progress", settled.size(), What.values().length));
    }

    // ---- the page

    void list(Visit visit) throws ArchiveException, IOException {
        Set<What> done = done(visit);
        Set<What> skipped = skipped(preference(visit));
        Optional<What> next = Stream.of(What.values())
                .filter(w -> !done.contains(w) && !skipped.contains(w))
                .findFirst();
        List<Step> steps = Stream.of(What.values())
                .map(w -> step(
                        visit,
                        w,
                        done.contains(w)
                                ? "done"
                                : skipped.contains(w)
                                        ? "skipped"
                                        : next.filter(w::equals).isPresent() ? "next" : "open"))
                .toList();
        long settled = steps.stream().filter(s -> !s.isOpen()).count();
        visit.page(
                "first-steps",
                visit.say("steps.title"),
                new FirstStepsView(visit.say("steps.progress", settled, steps.size()), next.isEmpty(), steps));
    }

    private static Step step(Visit visit, What what, String state) {
        return new Step(
                what.word(),
                visit.say("steps." + what.word()),
                visit.say("steps." + what.word() + ".text"),
                state,
                visit.say("steps.state." + state),
                what.ways().stream()
                        .map(url -> new Way(
                                visit.say("steps." + what.word() + ".way"
                                        + (what.ways().indexOf(url) + 1)),
                                url))
                        .toList());
    }

    /// Skips a step, or comes back to it.
    void skip(Visit visit) throws ArchiveException {
        Optional<What> what = What.ofWord(visit.path("step"));
        if (what.isEmpty()) {
            visit.notFound();
            return;
        }
        Set<What> skipped = skipped(preference(visit));
        if (visit.field("again").equals("yes")) {
            skipped.remove(what.get());
        } else {
            skipped.add(what.get());
        }
        keep(visit, skipped.stream().map(What::word).collect(Collectors.joining(",")));
        visit.redirect(URL);
    }

    /// No more of it.
    void dismiss(Visit visit) throws ArchiveException {
        keep(visit, DISMISSED);
        visit.loggedIn().tell(visit.say("steps.dismissed"));
        visit.redirect(Areas.ALL);
    }

    private void keep(Visit visit, String value) throws ArchiveException {
        site.desk()
                .preferences()
                .set(site.desk().acts(), visit.self().name(), visit.self().id(), PREFERENCE, value);
    }
}
