package io.carteggio.archive;

import java.util.List;
import java.util.stream.Stream;

/// What somebody asked for cannot be, for a reason that she can do something about. The message is a line of English;
/// by [#word] and [#about] the same can be said in other languages.
public final class Unacceptable extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String word;
    private final String[] about;

    /// @param word names the reason, for good
    /// @param about what the sentence is about, in the order of its translations
    public Unacceptable(String word, String message, Object... about) {
        super(message);
        this.word = word;
        this.about = Stream.of(about).map(Object::toString).toArray(String[]::new);
    }

    public String word() {
        return word;
    }

    public List<String> about() {
        return List.of(about);
    }
}
