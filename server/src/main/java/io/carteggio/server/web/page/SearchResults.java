package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// The search page.
///
/// @param query as typed
/// @param mistake where the query cannot be understood
/// @param summary how many letters there are, in words
/// @param count where that is told to the last letter, if it is not here
/// @param notFullySearched the honest line
/// @param empty what to do where nothing was found
/// @param next the next page
/// @param first the first page, where this is a later one
/// @param narrow where it can be narrowed
/// @param ways how else it can be seen
/// @param saved searches saved before
public record SearchResults(
        String query,
        Optional<Mistake> mistake,
        String summary,
        Optional<String> count,
        Optional<String> notFullySearched,
        List<Row> rows,
        Optional<Empty> empty,
        Optional<String> next,
        Optional<String> first,
        Optional<String> narrow,
        Ways ways,
        List<Saved> saved) {
    /// A way to see the same letters otherwise.
    public record Way(String label, String url, boolean current) {}

    /// All of them, and what the search form carries on.
    ///
    /// @param around where what stands around the words is shown
    /// @param aroundPart the same for scripts, without the ids of the letters
    public record Ways(
            List<Way> order,
            List<Way> together,
            Optional<String> sort,
            Optional<String> conversations,
            String around,
            String aroundPart) {
        public Ways {
            order = List.copyOf(order);
            together = List.copyOf(together);
        }
    }

    /// A search that was saved.
    public record Saved(String name, String url) {}

    /// Whether what stands around the words lies deeper in some letter than what is shown of it.
    public boolean isDeep() {
        return rows.stream().anyMatch(row -> row.deep().isPresent());
    }

    /// What cannot be understood: the query in three pieces, the middle one the mistake.
    public record Mistake(String before, String at, String after, String what) {}

    /// One letter found.
    ///
    /// @param fromName the sender's name, else the address
    /// @param fromAddress the address, where a name is shown
    /// @param message what there is to say of a message that is not one plain letter
    /// @param together what there is to say of its conversation
    /// @param deep the letter's id, where none of the words stands in what is shown of it
    public record Row(
            String url,
            String isoDate,
            String date,
            String time,
            List<Piece> fromName,
            Optional<String> fromAddress,
            String to,
            List<Piece> subject,
            List<Piece> snippet,
            Optional<String> message,
            Optional<String> together,
            Optional<String> deep,
            String size,
            List<String> attachments) {
        public Row {
            fromName = List.copyOf(fromName);
            subject = List.copyOf(subject);
            snippet = List.copyOf(snippet);
            attachments = List.copyOf(attachments);
        }
    }

    /// Nothing to show, and what to do about it.
    public record Empty(String heading, List<String> hints) {
        public Empty {
            hints = List.copyOf(hints);
        }
    }

    public SearchResults {
        rows = List.copyOf(rows);
        saved = List.copyOf(saved);
    }
}
