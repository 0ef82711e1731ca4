package io.carteggio.mail.outlook;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What an RTF says: the HTML or text that Outlook wrapped in it ([MS-OXRTFEX]), or else the text of the document
/// itself.
final class RtfBody {
    /// Deepest nesting of groups.
    private static final int DEPTH_LIMIT = 1_000;

    private static final Set<String> SKIPPED = Set.of(
            "fonttbl",
            "colortbl",
            "stylesheet",
            "info",
            "pict",
            "object",
            "themedata",
            "datastore",
            "header",
            "footer",
            "xmlnstbl",
            "listtable",
            "listoverridetable",
            "rsidtbl",
            "generator",
            "pntext");

    enum Kind {
        HTML,
        TEXT,
        DOCUMENT
    }

    /// @param text HTML where the kind says so
    record Read(Kind kind, String text) {}

    /// What a bracket opened and its end undoes.
    private record State(boolean skipped, boolean inTag, boolean hidden, boolean fonts, int font, int fallback) {}

    private final byte[] rtf;
    private final StringBuilder out = new StringBuilder();
    private final Map<Integer, Charset> fonts = new HashMap<>();
    private final Deque<State> above = new ArrayDeque<>();
    private State state = new State(false, false, false, false, 0, 1);
    private Kind kind = Kind.DOCUMENT;
    private Charset charset = CodePages.WESTERN;
    private byte[] pending = new byte[64];
    private int pendingCount;
    private int fallbackLeft;
    private int at;

    private RtfBody(byte[] rtf) {
        this.rtf = rtf;
    }

    static Optional<Read> read(byte[] rtf) {
        if (rtf.length < 5 || !new String(rtf, 0, 5, StandardCharsets.US_ASCII).equals("{\\rtf")) {
            return Optional.empty();
        }
        RtfBody body = new RtfBody(rtf);
        body.run();
        return Optional.of(new Read(body.kind, body.out.toString()));
    }

    private void run() {
        boolean afterBracket = false; // and perhaps \*
        boolean starred = false;
        while (at < rtf.length) {
            char c = (char) (rtf[at++] & 0xff);
            switch (c) {
                case '{' -> {
                    flush();
                    if (above.size() == DEPTH_LIMIT) {
                        return;
                    }
                    above.push(state);
                    afterBracket = true;
                    starred = false;
                    fallbackLeft = 0;
                    continue;
                }
                case '}' -> {
                    flush();
                    if (above.isEmpty()) {
                        return;
                    }
                    state = above.pop();
                    fallbackLeft = 0;
                }
                case '\\' -> {
                    if (at == rtf.length) {
                        return;
                    }
                    char next = (char) (rtf[at] & 0xff);
                    if (next == '*') {
                        at++;
                        starred = true;
                        continue;
                    }
                    if (isLetter(next)) {
                        word(afterBracket, starred);
                    } else {
                        at++;
                        symbol(next);
                    }
                }
                case '\r', '\n' -> {
                    continue; // means nothing in RTF
                }
                default -> octet(rtf[at - 1]);
            }
            afterBracket = false;
            starred = false;
        }
        flush();
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private void word(boolean first, boolean starred) {
        int start = at;
        while (at < rtf.length && isLetter((char) (rtf[at] & 0xff)) && at - start < 32) {
            at++;
        }
        String word = new String(rtf, start, at - start, StandardCharsets.US_ASCII);
        int from = at;
        if (at < rtf.length && rtf[at] == '-') {
            at++;
        }
        while (at < rtf.length && rtf[at] >= '0' && rtf[at] <= '9' && at - from < 11) {
            at++;
        }
        Optional<Integer> number = number(from);
        if (at < rtf.length && rtf[at] == ' ') {
            at++;
        }
        if (first && destination(word, starred)) {
            return;
        }
        control(word, number);
    }

    private Optional<Integer> number(int from) {
        try {
            return from == at
                    ? Optional.empty()
                    : Optional.of(Integer.parseInt(new String(rtf, from, at - from, StandardCharsets.US_ASCII)));
        } catch (NumberFormatException e) {
            return Optional.empty(); // a lone sign, or more than a number can be
        }
    }

    /// Whether the word says what a group is for.
    private boolean destination(String word, boolean starred) {
        switch (word) {
            case "htmltag" -> state = new State(false, true, false, false, state.font(), state.fallback());
            case "fonttbl" -> state = new State(false, false, false, true, state.font(), state.fallback());
            default -> {
                if (!starred && !SKIPPED.contains(word)) {
                    return false;
                }
                state = new State(true, false, false, false, state.font(), state.fallback());
            }
        }
        return true;
    }

    private void control(String word, Optional<Integer> number) {
        switch (word) {
            case "fromhtml" -> kind = Kind.HTML;
            case "fromtext" -> kind = Kind.TEXT;
            case "ansicpg" -> charset = number.flatMap(CodePages::of).orElse(charset);
            case "f", "deff" -> {
                flush();
                state = new State(
                        state.skipped(),
                        state.inTag(),
                        state.hidden(),
                        state.fonts(),
                        number.orElse(0),
                        state.fallback());
            }
            case "fcharset" -> {
                if (state.fonts()) {
                    number.flatMap(CodePages::ofFont).ifPresent(c -> fonts.put(state.font(), c));
                }
            }
            case "htmlrtf" -> {
                flush();
                state = new State(
                        state.skipped(),
                        state.inTag(),
                        number.orElse(1) != 0,
                        state.fonts(),
                        state.font(),
                        state.fallback());
            }
            case "uc" ->
                state = new State(
                        state.skipped(),
                        state.inTag(),
                        state.hidden(),
                        state.fonts(),
                        state.font(),
                        Math.clamp(number.orElse(1), 0, 100));
            case "u" -> {
                flush();
                say(String.valueOf((char) (int) number.orElse(0)));
                fallbackLeft = state.fallback();
            }
            case "bin" -> at = (int) Math.min(rtf.length, at + (long) Math.max(0, number.orElse(0)));
            case "par", "line", "row", "sect", "page" -> character("\r\n");
            case "tab", "cell" -> character("\t");
            case "lquote" -> character(html("&lsquo;", "\u2018"));
            case "rquote" -> character(html("&rsquo;", "\u2019"));
            case "ldblquote" -> character(html("&ldquo;", "\u201c"));
            case "rdblquote" -> character(html("&rdquo;", "\u201d"));
            case "bullet" -> character(html("&bull;", "\u2022"));
            case "endash" -> character(html("&ndash;", "\u2013"));
            case "emdash" -> character(html("&mdash;", "\u2014"));
            default -> {} // how it looks
        }
    }

    private String html(String entity, String text) {
        return kind == Kind.HTML ? entity : text;
    }

    private void character(String text) {
        flush();
        if (fallbackLeft > 0) {
            fallbackLeft--;
        } else {
            say(text);
        }
    }

    private void symbol(char symbol) {
        switch (symbol) {
            case '\'' -> {
                if (at + 2 <= rtf.length) {
                    int octet = (Character.digit(rtf[at], 16) << 4) | Character.digit(rtf[at + 1], 16);
                    at += 2;
                    if (octet >= 0) {
                        octet((byte) octet);
                    }
                }
            }
            case '{', '}', '\\' -> octet((byte) symbol);
            case '~' -> character(html("&nbsp;", "\u00a0"));
            case '_' -> character(html("&shy;", "\u00ad"));
            case '\r', '\n' -> character("\r\n");
            default -> {} // - : and others: how it looks
        }
    }

    private void octet(byte octet) {
        if (fallbackLeft > 0) {
            fallbackLeft--;
            return;
        }
        if (state.skipped() || state.hidden() || state.fonts()) {
            return;
        }
        if (pendingCount == pending.length) {
            pending = Arrays.copyOf(pending, 2 * pendingCount);
        }
        pending[pendingCount++] = octet;
    }

    private void flush() {
        if (pendingCount > 0) {
            int count = pendingCount;
            pendingCount = 0;
            say(new String(pending, 0, count, fonts.getOrDefault(state.font(), charset)));
        }
    }

    private void say(String text) {
        if (!state.skipped() && !state.hidden() && !state.fonts()) {
            out.append(text);
        }
    }
}
