package io.carteggio.server.web.page;

import io.carteggio.server.web.language.Texts;
import io.carteggio.server.web.page.LetterView.Moment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The directories that people are synchronised with.
public record SyncView(List<Row> rows) {
    /// One of them.
    ///
    /// @param kind in words
    public record Row(String name, String url, String kind, State state) {}

    /// How one stands.
    ///
    /// @param word of its state
    /// @param says the same in words
    public record State(
            String url,
            String word,
            String says,
            String schedule,
            Optional<Moment> success,
            Optional<Moment> next,
            Optional<String> trouble,
            Optional<String> last) {
        public boolean isFailing() {
            return word.equals("failing");
        }
    }

    /// The form of a new one.
    ///
    /// @param protocol `ldap` or `graph`
    /// @param steps what is to be done at the other end first
    /// @param typed what it held when it was refused, and what is proposed at first
    public record Form(
            String protocol,
            String title,
            List<List<Texts.Run>> steps,
            Map<String, String> typed,
            Optional<String> fault) {
        public Form {
            steps = List.copyOf(steps);
            typed = Map.copyOf(typed);
        }

        /// What a field holds.
        public String held(String field) {
            return typed.getOrDefault(field, "");
        }

        /// Whether a choice is the one that was made.
        public boolean is(String field, String value) {
            return held(field).equals(value);
        }
    }

    /// One with all that is set.
    ///
    /// @param secrets the names of those that are kept
    /// @param schedules to choose from
    public record One(
            Row row,
            List<Setting> settings,
            List<String> secrets,
            String history,
            List<Choice> schedules,
            boolean readsAFile,
            Optional<String> fault) {
        public One {
            settings = List.copyOf(settings);
            secrets = List.copyOf(secrets);
            schedules = List.copyOf(schedules);
        }
    }

    /// Something that is set.
    public record Setting(String name, String value) {}

    /// Something to choose.
    public record Choice(String value, String label, boolean chosen) {}

    /// What a run would change.
    ///
    /// @param at when it was looked at
    /// @param stop why a run stops unless somebody confirms it
    /// @param cut whether there were more changes than are kept for looking at
    public record Plan(
            String name,
            String url,
            Moment at,
            String summary,
            Optional<String> stop,
            List<Kind> kinds,
            List<Change> changes,
            List<String> remarks,
            Optional<String> earlier,
            Optional<String> later,
            boolean cut) {
        public Plan {
            kinds = List.copyOf(kinds);
            changes = List.copyOf(changes);
            remarks = List.copyOf(remarks);
        }
    }

    /// A kind of change, with how many there are.
    public record Kind(String label, String count, String url, boolean chosen) {}

    /// A change.
    public record Change(String kind, String who, String what) {}

    public SyncView {
        rows = List.copyOf(rows);
    }
}
