package io.carteggio.server.web.language;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// A language that pages are written in.
public enum Language {
    ENGLISH(Locale.UK, "English"),
    ITALIAN(Locale.ITALY, "Italiano"),
    GERMAN(Locale.GERMANY, "Deutsch");

    private static final int ASKED_LIMIT_CHARS = 1_000;

    private final Locale locale;
    private final String ownName;

    Language(Locale locale, String ownName) {
        this.locale = locale;
        this.ownName = ownName;
    }

    /// By which numbers and dates are written.
    public Locale locale() {
        return locale;
    }

    /// What the language is called in itself.
    public String ownName() {
        return ownName;
    }

    /// The language in BCP 47, as in `lang` of HTML.
    public String word() {
        return locale.getLanguage();
    }

    public static Optional<Language> ofWord(String word) {
        return Stream.of(values()).filter(l -> l.word().equals(word)).findFirst();
    }

    /// What a browser likes best of what there is (RFC 9110 12.5.4, by the look-up of RFC 4647 3.4); English where it
    /// likes none of it, or says nothing that can be understood.
    ///
    /// @param asked the value of `Accept-Language`
    public static Language asked(String asked) {
        if (asked.isBlank() || asked.length() > ASKED_LIMIT_CHARS) {
            return ENGLISH;
        }
        List<Locale.LanguageRange> ranges;
        try {
            ranges = Locale.LanguageRange.parse(asked);
        } catch (IllegalArgumentException e) {
            return ENGLISH;
        }
        String best =
                Locale.lookupTag(ranges, Stream.of(values()).map(Language::word).toList());
        return best == null ? ENGLISH : ofWord(best).orElse(ENGLISH);
    }
}
