package io.carteggio.mail.mime;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A letter's HTML without what would let its words vanish: what search ([HtmlText]) and the sanitiser of its page both
/// read, so that what the one finds the other shows.
///
/// Both read HTML more coarsely than browsers do, and where they differ a sender could hide text from whoever reads the
/// archive: after `<script/>` within `svg`, after the comment `<!-->`, after an element of code, a comment or a quoted
/// attribute that nothing closes. Here such a thing hides nothing: its opening is left out, and what follows is text.
/// Comments go, and what stands in `noscript` is shown, as where scripts do not run. Too much is shown rather than too
/// little: that of code which is never closed, for one.
///
/// Nothing here makes HTML harmless; that is the sanitiser's work, which sees all that comes out. Linear in time.
public final class Markup {
    /// Elements whose content the sanitiser takes for text without markup up to their end (HTML 13.1.2).
    private static final Set<String> RAW =
            Set.of("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes");

    /// In these a browser knows no such elements, and `/>` ends one (HTML 13.2.6.5).
    private static final Set<String> FOREIGN = Set.of("svg", "math");

    /// What is in them stands there for readers without scripts and plug-ins, as ours are.
    private static final Set<String> INSTEAD = Set.of("noscript", "object");

    private static final String CDATA = "<![CDATA[";

    private final String s;
    private final StringBuilder out;

    /// Behind it nothing is closed any more.
    private final int lastEnd;

    private int i;
    private int foreign;

    /// Where the next end of an element is, by the element's name; the text's length where none comes any more.
    private final Map<String, Integer> ends = new HashMap<>();

    /// The same for what ends a comment.
    private int commentEnd = -1;

    /// Whether no `]]>` comes any more.
    private boolean dataNeverEnds;

    /// Whether a quote was found that nothing closes: then none is looked for beyond a tag's first `>`.
    private boolean quotesBroken;

    private Markup(String html) {
        this.s = html;
        this.out = new StringBuilder(html.length() + 16);
        this.lastEnd = html.lastIndexOf('>');
    }

    /// The same HTML with every comment gone, every tag's quotes closed and every element of code closed or gone.
    public static String shown(String html) {
        return new Markup(html).read();
    }

    private String read() {
        while (i < s.length()) {
            int tag = s.indexOf('<', i);
            if (tag < 0) {
                tag = s.length();
            }
            out.append(s, i, tag);
            i = tag;
            if (i < s.length()) {
                markup();
            }
        }
        return out.toString();
    }

    private void markup() {
        char next = i + 1 < s.length() ? s.charAt(i + 1) : ' ';
        if (i > lastEnd) {
            out.append("&lt;");
            i++;
        } else if (s.startsWith("<!--", i)) {
            comment();
        } else if (foreign > 0 && s.startsWith(CDATA, i)) {
            characterData();
        } else if (isLetter(next) || (next == '/' && i + 2 < s.length() && isLetter(s.charAt(i + 2)))) {
            tag(next == '/');
        } else if (next == '!' || next == '?' || s.startsWith("</>", i)) { // HTML 13.2.5.41: up to the first `>`
            i = s.indexOf('>', i) + 1;
        } else {
            out.append("&lt;");
            i++;
        }
    }

    /// HTML 13.2.5.43 and after: `<!-->` and `<!--->` are whole comments, `--!>` ends one as well.
    private void comment() {
        int from = i + 4;
        if (s.startsWith(">", from) || s.startsWith("->", from)) {
            i = s.indexOf('>', from) + 1;
            return;
        }
        if (commentEnd < from) {
            commentEnd = from;
            while (commentEnd < s.length()
                    && !(s.startsWith("--", commentEnd)
                            && (s.startsWith(">", commentEnd + 2) || s.startsWith("!>", commentEnd + 2)))) {
                commentEnd++;
            }
        }
        i = commentEnd < s.length() ? s.indexOf('>', commentEnd) + 1 : from;
    }

    /// Text that may have `<` in it.
    private void characterData() {
        int from = i + CDATA.length();
        int end = dataNeverEnds ? -1 : s.indexOf("]]>", from);
        if (end < 0) {
            dataNeverEnds = true;
            i = from;
            return;
        }
        out.append(s.substring(from, end).replace("&", "&amp;").replace("<", "&lt;"));
        i = end + 3;
    }

    private void tag(boolean closing) {
        int nameStart = i + (closing ? 2 : 1);
        int nameEnd = nameStart;
        while (nameEnd < s.length() && " \t\n\f\r/>".indexOf(s.charAt(nameEnd)) < 0) {
            nameEnd++;
        }
        String name = s.substring(nameStart, Math.min(nameEnd, nameStart + 16)).toLowerCase(Locale.ROOT);
        int end = end(nameEnd);
        if (end < 0) { // of what nothing closes not even the tag goes
            out.append(s.substring(i, -end).replace("&", "&amp;").replace("<", "&lt;"));
            i = -end;
            return;
        }
        boolean empty = end - 2 >= nameEnd && s.charAt(end - 2) == '/';
        if (INSTEAD.contains(name)) {
            i = end;
        } else if (!closing && RAW.contains(name)) {
            raw(name, end, empty);
        } else {
            if (FOREIGN.contains(name)) {
                foreign = Math.max(0, foreign + (closing ? -1 : empty ? 0 : 1));
            }
            put(i, end);
            i = end;
        }
    }

    /// A tag without the quotes that are none (HTML 13.2.5.33): the sanitiser would take them for some.
    private void put(int from, int to) {
        char quote = 0;
        char before = 0;
        for (int k = from; k < to; k++) {
            char c = s.charAt(k);
            boolean mark = c == '"' || c == '\'' || (c == '`' && quote == 0);
            if (quote == 0 && mark && (c == '`' || before != '=')) {
                continue;
            }
            quote = quote == 0 && mark ? c : c == quote ? 0 : quote;
            out.append(c);
            if (c > ' ') {
                before = c;
            }
        }
    }

    /// An element without markup in it, up to its own end; where that does not come, its tag goes alone.
    private void raw(String name, int from, boolean empty) {
        int end = endOf(name, from);
        boolean open = empty || end == s.length();
        for (String root : FOREIGN) {
            open |= foreign > 0 && endOf(root, from) < end;
        }
        if (!open) {
            put(i, from);
            out.append(s, from, end);
        }
        i = open ? from : end;
    }

    /// Where the next end tag of an element begins; the text's length where none comes.
    private int endOf(String name, int from) {
        int end = ends.getOrDefault(name, -1);
        while (end < from) {
            int at = s.indexOf("</", Math.max(from, end + 1));
            if (at < 0) {
                end = s.length();
            } else if (s.regionMatches(true, at + 2, name, 0, name.length())
                    && at + 2 + name.length() < s.length()
                    && " \t\n\f\r/>".indexOf(s.charAt(at + 2 + name.length())) >= 0) {
                end = at;
            } else {
                from = at + 2;
            }
        }
        ends.put(name, end);
        return end;
    }

    /// The position after a tag's `>`. Where a quote of an attribute is never closed, the one after the first `>`,
    /// negative.
    private int end(int from) {
        char quote = 0;
        char before = 0;
        int first = 0;
        for (int k = from; k < s.length(); k++) {
            char c = s.charAt(k);
            if (quote != 0) {
                if (c == quote) {
                    quote = 0;
                } else if (c == '>' && first == 0) {
                    first = k + 1;
                    if (quotesBroken) {
                        return -first;
                    }
                }
            } else if (c == '>') {
                return k + 1;
            } else if ((c == '"' || c == '\'') && before == '=') {
                quote = c;
                first = 0;
            }
            if (c > ' ') {
                before = c;
            }
        }
        quotesBroken = true;
        return -(first > 0 ? first : from); // no `>` behind it: the name alone
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
