package io.carteggio.server.web.page;

import java.util.List;

/// By what a search can be narrowed, with what that would leave.
///
/// @param searchUrl back to the results
public record NarrowingView(List<Group> groups, String searchUrl) {
    /// Choices of one kind.
    public record Group(String heading, List<Choice> choices) {
        public Group {
            choices = List.copyOf(choices);
        }
    }

    /// One choice.
    ///
    /// @param count how many letters it leaves
    public record Choice(String label, String count, String url) {}

    public NarrowingView {
        groups = List.copyOf(groups);
    }
}
