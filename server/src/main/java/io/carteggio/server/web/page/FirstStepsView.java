package io.carteggio.server.web.page;

import java.util.List;

/// What a new archive needs, one after the other.
///
/// @param progress how far it is
/// @param done whether nothing is left
public record FirstStepsView(String progress, boolean done, List<Step> steps) {
    /// A step.
    ///
    /// @param state `done`, `skipped`, `next` or `open`
    /// @param says the state in words
    public record Step(String word, String title, String text, String state, String says, List<Way> ways) {
        public Step {
            ways = List.copyOf(ways);
        }

        public boolean isOpen() {
            return state.equals("next") || state.equals("open");
        }
    }

    /// A page where the step is done.
    public record Way(String label, String url) {}

    public FirstStepsView {
        steps = List.copyOf(steps);
    }
}
