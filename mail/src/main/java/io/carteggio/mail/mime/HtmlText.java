package io.carteggio.mail.mime;

import java.util.Map;
import java.util.Set;

/// HTML to plain text, for search and previews: tolerant, linear in time, without a tree.
///
/// Not a browser's reading: what styles hide is text here too, which is what a search wants. Says nothing about safety;
/// what comes out is plain text and must be escaped where it is shown.
public final class HtmlText {
    /// Elements whose content is no text; [Markup] leaves none of them open.
    private static final Set<String> SKIPPED = Set.of("script", "style", "noembed");

    /// Elements that stand on lines of their own.
    private static final Set<String> BLOCKS = Set.of(
            "address",
            "article",
            "aside",
            "blockquote",
            "body",
            "br",
            "center",
            "dd",
            "dir",
            "div",
            "dl",
            "dt",
            "fieldset",
            "figcaption",
            "figure",
            "footer",
            "form",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "header",
            "hr",
            "html",
            "li",
            "main",
            "menu",
            "nav",
            "ol",
            "option",
            "p",
            "pre",
            "section",
            "table",
            "tbody",
            "tfoot",
            "thead",
            "title",
            "tr",
            "ul");

    /// Table cells: parted by a blank.
    private static final Set<String> CELLS = Set.of("td", "th");

    /// A tag's name is not longer.
    private static final int NAME_CHARS = 20;

    private final String s;
    private final int limit;
    private final StringBuilder out;
    private int i;
    private boolean blankPending;
    private boolean linePending;

    private HtmlText(String html, int limitChars) {
        this.s = Markup.shown(html);
        this.limit = limitChars;
        this.out = new StringBuilder(Math.min(limitChars, Math.max(16, s.length() / 3)));
    }

    /// The text of a whole HTML document or a piece of one, at most `limitChars` characters: lines parted by `\n`,
    /// runs of white space as one blank.
    public static String of(String html, int limitChars) {
        return new HtmlText(html, limitChars).text();
    }

    private String text() {
        int length = s.length();
        while (i < length && out.length() < limit) {
            char c = s.charAt(i);
            if (c == '<') {
                tag();
            } else if (c == '&') {
                entity();
            } else {
                put(c);
                i++;
            }
        }
        out.setLength(Math.min(out.length(), limit));
        return out.toString();
    }

    private void put(char c) {
        if (c <= ' ' || c == '\u00A0') {
            blankPending = true;
            return;
        }
        if (c == '\u00AD' || c == '\u200B' || c == '\u200C' || c == '\uFEFF' || c == '\u034F') {
            return; // invisible padding of newsletters; within words it would hide them from search
        }
        if (linePending) {
            if (!out.isEmpty()) {
                out.append('\n');
            }
        } else if (blankPending && !out.isEmpty()) {
            out.append(' ');
        }
        linePending = false;
        blankPending = false;
        out.append(c);
    }

    private void tag() {
        int start = i;
        boolean closing = s.startsWith("/", start + 1);
        int nameStart = closing ? start + 2 : start + 1;
        if (nameStart >= s.length() || !isLetter(s.charAt(nameStart))) {
            put('<'); // within a title or the like
            i = start + 1;
            return;
        }
        int nameEnd = nameStart;
        while (nameEnd < s.length() && nameEnd - nameStart <= NAME_CHARS && !endsName(s.charAt(nameEnd))) {
            nameEnd++;
        }
        String name = Node.lower(s.substring(nameStart, nameEnd));
        i = tagEnd(nameEnd);
        if (BLOCKS.contains(name)) {
            linePending = true;
        } else if (CELLS.contains(name)) {
            blankPending = true;
        } else if (!closing && SKIPPED.contains(name)) {
            skipTo(name);
        }
    }

    /// The position after the tag's `>`; quotes in attributes count.
    private int tagEnd(int from) {
        char quote = 0;
        for (int k = from; k < s.length(); k++) {
            char c = s.charAt(k);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '>') {
                return k + 1;
            } else if (c == '"' || c == '\'') {
                quote = c;
            }
        }
        return s.length();
    }

    /// Steps over the content of a skipped element.
    private void skipTo(String name) {
        int k = s.indexOf("</", i);
        while (k >= 0 && !isEnd(name, k + 2)) {
            k = s.indexOf("</", k + 2);
        }
        i = k < 0 ? s.length() : k;
    }

    private boolean isEnd(String name, int at) {
        int end = at + name.length();
        return end < s.length() && s.regionMatches(true, at, name, 0, name.length()) && endsName(s.charAt(end));
    }

    /// HTML 13.2.5.8.
    private static boolean endsName(char c) {
        return " \t\n\f\r/>".indexOf(c) >= 0;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isNameChar(char c) {
        return isLetter(c) || (c >= '0' && c <= '9') || c == ':' || c == '-';
    }

    private void entity() {
        int start = i;
        int end = start + 1;
        while (end < s.length() && end - start < 12 && (isNameChar(s.charAt(end)) || s.charAt(end) == '#')) {
            end++;
        }
        String name = s.substring(start + 1, end);
        int code = name.startsWith("#") ? number(name) : ENTITIES.getOrDefault(name, -1);
        if (code < 0) {
            put('&');
            i = start + 1;
            return;
        }
        i = end < s.length() && s.charAt(end) == ';' ? end + 1 : end;
        if (code < 0x10000) {
            put((char) code);
        } else {
            put(Character.highSurrogate(code));
            put(Character.lowSurrogate(code));
        }
    }

    /// The code point of `#123` or `#x7b`; -1 where it is none.
    private static int number(String name) {
        boolean hex = name.length() > 2 && (name.charAt(1) == 'x' || name.charAt(1) == 'X');
        int radix = hex ? 16 : 10;
        int code = 0;
        for (int k = hex ? 2 : 1; k < name.length(); k++) {
            int digit = Character.digit(name.charAt(k), radix);
            if (digit < 0) {
                return -1;
            }
            code = Math.min(code * radix + digit, Character.MAX_CODE_POINT + 1);
        }
        if (code >= 0x80 && code < 0xA0) {
            // HTML 13.2.5.80: these mean windows-1252
            return Charsets.decode("windows-1252", new byte[] {(byte) code}, 1)
                    .text()
                    .charAt(0);
        }
        return code > 0 && Character.isValidCodePoint(code) && (code < 0xD800 || code > 0xDFFF) ? code : -1;
    }

    /// The entities that occur in mail: those of HTML 4 that are letters or common signs.
    private static final Map<String, Integer> ENTITIES = entities();

    private static Map<String, Integer> entities() {
        Map<String, Integer> map = new java.util.HashMap<>();
        String latin1 =
                "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2"
                        + " sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc"
                        + " Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve"
                        + " Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute"
                        + " acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde"
                        + " ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
        int code = 0xA0;
        for (String name : latin1.split(" ", -1)) {
            map.put(name, code++);
        }
        String greek = "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho - Sigma"
                + " Tau Upsilon Phi Chi Psi Omega";
        code = 0x391;
        for (String name : greek.split(" ", -1)) {
            map.put(name, code);
            map.put(Node.lower(name), code + 0x20);
            code++;
        }
        map.remove("-");
        map.put("sigmaf", 0x3C2);
        map.putAll(Map.ofEntries(
                Map.entry("amp", (int) '&'),
                Map.entry("AMP", (int) '&'),
                Map.entry("lt", (int) '<'),
                Map.entry("LT", (int) '<'),
                Map.entry("gt", (int) '>'),
                Map.entry("GT", (int) '>'),
                Map.entry("quot", (int) '"'),
                Map.entry("QUOT", (int) '"'),
                Map.entry("apos", (int) '\''),
                Map.entry("euro", 0x20AC),
                Map.entry("hellip", 0x2026),
                Map.entry("mdash", 0x2014),
                Map.entry("ndash", 0x2013),
                Map.entry("lsquo", 0x2018),
                Map.entry("rsquo", 0x2019),
                Map.entry("sbquo", 0x201A),
                Map.entry("ldquo", 0x201C),
                Map.entry("rdquo", 0x201D),
                Map.entry("bdquo", 0x201E),
                Map.entry("lsaquo", 0x2039),
                Map.entry("rsaquo", 0x203A),
                Map.entry("bull", 0x2022),
                Map.entry("dagger", 0x2020),
                Map.entry("permil", 0x2030),
                Map.entry("trade", 0x2122),
                Map.entry("larr", 0x2190),
                Map.entry("uarr", 0x2191),
                Map.entry("rarr", 0x2192),
                Map.entry("darr", 0x2193),
                Map.entry("OElig", 0x152),
                Map.entry("oelig", 0x153),
                Map.entry("Scaron", 0x160),
                Map.entry("scaron", 0x161),
                Map.entry("Yuml", 0x178),
                Map.entry("fnof", 0x192),
                Map.entry("circ", 0x2C6),
                Map.entry("tilde", 0x2DC),
                Map.entry("ensp", (int) ' '),
                Map.entry("emsp", (int) ' '),
                Map.entry("thinsp", (int) ' '),
                Map.entry("zwnj", 0x200C),
                Map.entry("zwj", 0x200D),
                Map.entry("minus", 0x2212),
                Map.entry("ne", 0x2260),
                Map.entry("le", 0x2264),
                Map.entry("ge", 0x2265),
                Map.entry("infin", 0x221E)));
        return Map.copyOf(map);
    }
}
