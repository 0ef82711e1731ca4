package io.carteggio.archive.search;

import io.carteggio.mail.extract.Shortfall;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What a reader of attachments made of all those of one letter.
///
/// @param reader its version: letters that another one has read are read again
/// @param text all words that were found
/// @param lacks why there may be more, for each attachment; of a letter with very many the first
public record AttachedTexts(String reader, String text, List<Lack> lacks) {
    /// Most characters of one attachment that are searched.
    public static final int PART_CHARS = 1_000_000;

    /// Most characters of all attachments of a letter that are searched.
    public static final int LETTER_CHARS = 4_000_000;

    /// Most attachments that are named with what is wrong with them; each shortfall is there once at least.
    public static final int LACKS_LIMIT = 100;

    /// Longest name of one.
    public static final int NAME_CHARS = 200;

    public AttachedTexts {
        lacks = List.copyOf(lacks);
    }

    /// What is wrong with an attachment.
    ///
    /// @param name as the sender wrote it, cut; empty where it has none, or the whole letter is meant
    public record Lack(String name, Shortfall why) {
        public Lack {
            name = name.length() <= NAME_CHARS ? name : name.substring(0, NAME_CHARS);
        }
    }

    public Set<Shortfall> shortfalls() {
        return lacks.stream().map(Lack::why).collect(Collectors.toCollection(() -> EnumSet.noneOf(Shortfall.class)));
    }
}
