package io.carteggio.archive.authenticity;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What strangers wrote, in a sentence of ours: bounded, and without characters that would change how the rest
/// of the line looks.
final class Foreign {
    static final int CHARACTERS = 100;

    /// So many values of one kind are shown.
    static final int VALUES = 3;

    /// Controls, directions of writing, halves of characters, whatever has no shape.
    private static final Pattern SHAPELESS = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");

    private Foreign() {}

    static String shown(String value) {
        boolean cut = value.length() > CHARACTERS;
        String some = cut ? value.substring(0, CHARACTERS) : value;
        return "'" + SHAPELESS.matcher(some).replaceAll("\ufffd") + (cut ? "…'" : "'");
    }

    static String shown(List<String> values) {
        String some = values.stream().limit(VALUES).map(Foreign::shown).collect(Collectors.joining(", "));
        return values.size() > VALUES ? some + " and " + (values.size() - VALUES) + " more" : some;
    }
}
