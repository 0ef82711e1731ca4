package io.carteggio.archive.search;

import java.text.MessageFormat;
import java.util.List;
import java.util.Locale;

/// What can be wrong with a query, each with its English sentence.
public enum Flaw {
    TOO_LONG("A query has at most {0} characters."),
    CLOSING_BRACKET("No bracket is open that this one could close."),
    TOO_DEEP("Brackets and negations are nested at most {0} deep."),
    AND_BEFORE("“and” needs something before it; in quotes it is a word like any other."),
    AND_AFTER("“and” needs something after it; in quotes it is a word like any other."),
    NOT_AFTER("“not” needs something after it; in quotes it is a word like any other."),
    NOTHING("There is nothing to search for here."),
    TOO_MANY("A query has at most {0} conditions."),
    EMPTY_QUOTES("There is no word between these quotes."),
    INSIDE("“{0}:” cannot stand inside the brackets of another."),
    EMPTY_BRACKETS("There is nothing between these brackets."),
    OPEN_BRACKET("This bracket is never closed."),
    NO_SUCH_NAME("There is no “{0}:”. There are {1}; put words with a colon in quotes."),
    ONLY("“{0}:” knows only {1}."),
    ID("“id:” needs a letter’s id or a Message-ID right after it."),
    WORD("“{0}:” needs a word right after it."),
    STAR("“*” can only end a word."),
    OPEN_QUOTE("This quote is never closed."),
    SIZE("“{0}:” needs a size such as 500, 10k, 5M or 1.5G."),
    NO_SUCH_DAY("There is no such day: {0}."),
    DATE("“{0}:” needs a date such as 2024, 2024-03 or 2024-03-31 (UTC).");

    private final String sentence;

    Flaw(String sentence) {
        this.sentence = sentence;
    }

    /// Names it, for good.
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String sentence(List<String> about) {
        return new MessageFormat(sentence, Locale.ROOT).format(about.toArray());
    }
}
