package io.carteggio.server.web;

import io.carteggio.mail.mime.Markup;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.owasp.html.CssSchema;
import org.owasp.html.Handler;
import org.owasp.html.HtmlPolicyBuilder;
import org.owasp.html.HtmlSanitizer;
import org.owasp.html.HtmlStreamRenderer;

/// A letter's HTML made harmless: only known elements and attributes pass, styles without addresses, links to the web
/// and to mailboxes, pictures of the letter itself. Nothing is ever loaded from elsewhere. Words do not vanish: but for
/// code, comments and titles, which no browser shows, all text of the letter comes through ([Markup]).
///
/// This is the first of three walls; the others are the sandboxed frame and the frame's own policy
/// ([SecurityHeaders#LETTER]).
///
/// @param html a whole document
/// @param blockedPictures how many pictures would have been loaded from elsewhere
/// @param cut whether the letter's HTML was over the limit
record MailHtml(String html, int blockedPictures, boolean cut) {
    /// What lies beyond is not shown; the original has it.
    static final int LIMIT_CHARS = 2_000_000;

    private static final String[] ELEMENTS = {
        "a",
        "abbr",
        "acronym",
        "address",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "dir",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "menu",
        "nav",
        "nobr",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr"
    };

    private static final List<String> LINE_ELEMENTS = List.of("<br", "<p", "<li", "<tr", "<h", "<div", "<blockquote");

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,5}%?");
    private static final Pattern WORD = Pattern.compile("[a-zA-Z-]{1,20}");
    private static final Pattern COLOUR = Pattern.compile("#?[0-9a-zA-Z]{1,30}");
    private static final Pattern FONT = Pattern.compile("[\\p{L}0-9 ,'_-]{1,200}");
    private static final Pattern LANGUAGE = Pattern.compile("[a-zA-Z0-9-]{1,40}");
    private static final Pattern DATA_PICTURE =
            Pattern.compile("data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\\s]*", Pattern.CASE_INSENSITIVE);
    private static final Pattern REMOTE_IN_STYLE =
            Pattern.compile("url\\s*\\(\\s*['\"]?\\s*(https?:|//)", Pattern.CASE_INSENSITIVE);

    private static final String DOCUMENT_START = "<!doctype html><html lang=\"\"><head><meta charset=\"utf-8\">"
            + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Text of the letter</title>"
            + "<style>html{color-scheme:light;background:#fff;color:#1c1b19}"
            + "body{margin:1rem;font:16px/1.5 \"Segoe UI\",-apple-system,\"Noto Sans\",\"Noto Sans CJK JP\",system-ui,"
            + "sans-serif;overflow-wrap:anywhere}img{max-width:100%;height:auto}table,td,div{max-width:100%!important}pre{white-space:pre-wrap}"
            + "blockquote{margin:.5rem 0 .5rem .25rem;padding-left:.75rem;border-left:3px solid #d6d1c7}"
            + "a{color:#1d4f86}</style></head><body>";
    private static final String DOCUMENT_END = "</body></html>";

    /// Counts what one letter would have loaded.
    private static final class Counter {
        private int blocked;
    }

    /// Makes HTML harmless.
    ///
    /// @param pictures the address under which we serve the picture that `cid:` names, by its content id
    static MailHtml of(String hostile, Function<String, Optional<String>> pictures) {
        boolean cut = hostile.length() > LIMIT_CHARS;
        String source = Markup.shown(cut ? hostile.substring(0, LIMIT_CHARS) : hostile);
        Counter counter = new Counter();
        StringBuilder out = new StringBuilder(Math.min(source.length() + 1024, 1 << 20)).append(DOCUMENT_START);
        HtmlStreamRenderer renderer = HtmlStreamRenderer.create(out, Handler.DO_NOTHING);
        // also closes what was left open, and lets elements lie inside each other 256 deep at most
        HtmlSanitizer.sanitize(source, policy(pictures, counter).build(renderer));
        return new MailHtml(out.append(DOCUMENT_END).toString(), counter.blocked, cut);
    }

    /// The same with something of ours before it.
    ///
    /// @param ours HTML, escaped already
    String after(String ours) {
        return DOCUMENT_START + ours + html.substring(DOCUMENT_START.length());
    }

    /// A document of something of ours alone.
    ///
    /// @param ours HTML, escaped already
    static String document(String ours) {
        return DOCUMENT_START + ours + DOCUMENT_END;
    }

    /// How much room it will want, as far as a glance tells: `short`, `medium` or `long`.
    String room() {
        int lines = 0;
        int line = 0;
        boolean inTag = false;
        for (int i = DOCUMENT_START.length(); i < html.length() && lines < 40; i++) {
            char c = html.charAt(i);
            if (c == '<') {
                inTag = true;
                if (html.startsWith("<img", i)) {
                    lines += 4;
                } else if (startsLine(i)) {
                    lines++;
                    line = 0;
                }
            } else if (c == '>') {
                inTag = false;
            } else if (!inTag && ++line == 60) {
                lines++;
                line = 0;
            }
        }
        return lines < 10 ? "short" : lines < 24 ? "medium" : "long";
    }

    private boolean startsLine(int at) {
        return LINE_ELEMENTS.stream().anyMatch(element -> html.startsWith(element, at));
    }

    private static HtmlPolicyBuilder policy(Function<String, Optional<String>> pictures, Counter counter) {
        return new HtmlPolicyBuilder()
                .allowElements(ELEMENTS)
                .allowElements(
                        (element, attributes) -> {
                            // opened elsewhere, and never told where from
                            if (attributes.contains("href")) {
                                attributes.addAll(List.of("target", "_blank"));
                            }
                            return element;
                        },
                        "a")
                .allowElements(MailHtml::picture, "img")
                .allowWithoutAttributes("a", "font", "img", "span")
                .requireRelsOnLinks("noopener", "noreferrer", "nofollow")
                .allowUrlProtocols("http", "https", "mailto", "data", "cid")
                .allowAttributes("href")
                .matching((element, attribute, value) -> link(value).orElse(null))
                .onElements("a")
                .allowAttributes("src")
                .matching((element, attribute, value) ->
                        source(value, pictures, counter).orElse(null))
                .onElements("img")
                .allowAttributes("background")
                .matching((element, attribute, value) -> {
                    count(value, counter);
                    return null;
                })
                .onElements("table", "td", "th", "tr", "div")
                .allowAttributes("style")
                .matching((element, attribute, value) -> {
                    counter.blocked +=
                            (int) REMOTE_IN_STYLE.matcher(value).results().count();
                    return value;
                })
                .globally()
                .allowStyling(CssSchema.DEFAULT)
                .allowAttributes("alt", "title", "summary")
                .globally()
                .allowAttributes("lang")
                .matching(LANGUAGE)
                .globally()
                .allowAttributes("dir", "align", "valign", "clear", "type", "scope")
                .matching(WORD)
                .globally()
                .allowAttributes(
                        "width",
                        "height",
                        "border",
                        "cellpadding",
                        "cellspacing",
                        "colspan",
                        "rowspan",
                        "hspace",
                        "vspace",
                        "size",
                        "start",
                        "span")
                .matching(NUMBER)
                .globally()
                .allowAttributes("color", "bgcolor")
                .matching(COLOUR)
                .globally()
                .allowAttributes("face")
                .matching(FONT)
                .onElements("font");
    }

    /// A picture that is not shown keeps its words, not its place: a blank frame of 600 pixels says nothing.
    private static String picture(String element, List<String> attributes) {
        if (!attributes.contains("src")) {
            for (int i = attributes.size() - 2; i >= 0; i -= 2) {
                if (!attributes.get(i).equals("alt") && !attributes.get(i).equals("title")) {
                    attributes.subList(i, i + 2).clear();
                }
            }
        }
        return element;
    }

    private static Optional<String> link(String value) {
        String url = value.strip();
        String lower = url.toLowerCase(Locale.ROOT);
        boolean good = lower.startsWith("http://") || lower.startsWith("https://") || lower.startsWith("mailto:");
        return good ? Optional.of(url) : Optional.empty();
    }

    private static Optional<String> source(String value, Function<String, Optional<String>> pictures, Counter counter) {
        String url = value.strip();
        if (url.regionMatches(true, 0, "cid:", 0, 4)) {
            return pictures.apply(url.substring(4));
        }
        if (DATA_PICTURE.matcher(url).matches()) {
            return Optional.of(url);
        }
        count(url, counter);
        return Optional.empty();
    }

    private static void count(String value, Counter counter) {
        String url = value.strip().toLowerCase(Locale.ROOT);
        if (url.startsWith("http:") || url.startsWith("https:") || url.startsWith("//")) {
            counter.blocked++;
        }
    }
}
