package io.carteggio.server.web.page;

import io.carteggio.server.web.page.LetterView.Moment;
import java.util.List;
import java.util.Optional;

/// What is wrong now, the most urgent first, and how everything stands.
///
/// @param found `good`, `fair` where nothing of it is urgent, or `bad`
/// @param fault why it cannot be told
public record HealthView(String says, String found, List<Group> groups, List<Fact> facts, Optional<String> fault) {
    /// Findings that are as urgent as each other.
    public record Group(String word, String label, List<Finding> findings) {
        public Group {
            findings = List.copyOf(findings);
        }
    }

    /// Something that is not as it should be.
    ///
    /// @param text as it was written down, in English; empty where the title says all
    /// @param help what to do
    /// @param gap the number of a report that is missing, which can be answered for here
    public record Finding(
            String title,
            String subject,
            String text,
            String help,
            Optional<Moment> since,
            Optional<Way> way,
            Optional<String> gap) {}

    /// Where something is done about it.
    public record Way(String label, String url) {}

    /// How something stands.
    ///
    /// @param found `good`, `bad` or `plain`
    public record Fact(String label, String value, String found) {}

    public HealthView {
        groups = List.copyOf(groups);
        facts = List.copyOf(facts);
    }
}
