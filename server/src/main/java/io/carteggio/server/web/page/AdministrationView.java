package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// All of the administrator's pages, with a word on each.
public record AdministrationView(List<Group> groups) {
    /// What belongs together.
    public record Group(String word, String label, List<Place> places) {
        public Group {
            places = List.copyOf(places);
        }
    }

    /// A page.
    ///
    /// @param state what is there now, in a word
    /// @param bad whether that needs somebody
    public record Place(String url, String label, String hint, Optional<String> state, boolean bad) {}

    public AdministrationView {
        groups = List.copyOf(groups);
    }
}
