package io.carteggio.server.web;

import io.carteggio.server.web.page.Frame;
import io.carteggio.server.web.page.Frame.NavItem;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The administrator's pages by what they are about: the second row of ways on each of them, and the page that
/// lists all.
final class Areas {
    static final String ALL = "/administration";

    /// A page.
    ///
    /// @param word of its texts, `area.WORD` and `area.WORD.hint`
    record Place(String word, String url) {
        private boolean holds(String path) {
            return path.equals(url) || path.startsWith(url + "/");
        }
    }

    /// What belongs together.
    ///
    /// @param word of its text, `areas.WORD`
    record Group(String word, List<Place> places) {}

    static final List<Group> GROUPS = List.of(
            new Group(
                    "state",
                    List.of(
                            new Place("health", "/health"),
                            new Place("books", "/books"),
                            new Place("alarms", "/alarms"))),
            new Group(
                    "mail",
                    List.of(
                            new Place("sources", "/sources"),
                            new Place("jobs", "/jobs"),
                            new Place("quarantine", "/quarantine"),
                            new Place("rules", RulePages.URL),
                            new Place("reports", ReportPages.URL))),
            new Group(
                    "people",
                    List.of(
                            new Place("people", "/people"),
                            new Place("sync", "/people/sync"),
                            new Place("domains", "/domains"),
                            new Place("unknown", "/unknown"))),
            new Group(
                    "safety",
                    List.of(
                            new Place("backup", "/backup"),
                            new Place("retention", RetentionPages.URL),
                            new Place("keys", "/keys"))));

    private Areas() {}

    /// The page that a path belongs to: `/people/sync/hr` is of the synchronisations, not of the people.
    static Optional<Place> of(String path) {
        return GROUPS.stream()
                .flatMap(g -> g.places().stream())
                .filter(p -> p.holds(path))
                .max(Comparator.comparingInt(p -> p.url().length()));
    }

    /// Whether a path is one of the administrator's pages.
    static boolean hold(String path) {
        return of(path).isPresent() || path.equals(ALL) || path.equals(FirstSteps.URL);
    }

    /// The second row on a page.
    static List<Frame.Area> row(Words words, String path) {
        Optional<Place> here = of(path);
        return GROUPS.stream()
                .map(g -> new Frame.Area(
                        words.say("areas." + g.word()),
                        g.places().stream()
                                .map(p -> new NavItem(
                                        words.say("area." + p.word()),
                                        p.url(),
                                        here.filter(p::equals).isPresent()))
                                .toList()))
                .toList();
    }
}
