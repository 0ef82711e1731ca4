package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlTextTest {
    /// `|` stands for a line end.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "`plain`; `plain`",
                "`<p>a<p>b</p>`; `a|b`",
                "`a<br>b<BR/>c`; `a|b|c`",
                "`  a \t b\n c  `; `a b c`",
                "`a<b>b</b>c`; `abc`",
                "`<td>a</td><td>b</td>`; `a b`",
                "`<tr><td>a</td></tr><tr><td>b</td></tr>`; `a|b`",
                "`a<script>x<y</script>b`; `ab`",
                "`a<STYLE type=x>p{}</STYLE >b`; `ab`",
                "`a<script>never closed`; `anever closed`",
                "`a<style>p{} <style>b`; `ap{} b`",
                "`<svg><text>a</text><style>p{}</style></svg>b`; `ab`",
                "`<math><mi>a</mi></math>`; `a`",
                "`a<script/>b`; `ab`",
                "`<title>t</title>b`; `t|b`",
                "`a<!-- x <p> -->b`; `ab`",
                "`a<!-->b`; `ab`",
                "`a<!-- never closed b`; `a<!-- never closed b`",
                "`a<!-- never closed <p>b`; `a never closed|b`",
                "`<!DOCTYPE html><p>a`; `a`",
                "`<![if !mso]>a<![endif]>`; `a`",
                "`a &lt;b&gt; &amp;amp; &quot;c&quot;`; `a <b> &amp; \"c\"`",
                "`&uuml;&Uuml;&szlig;&euro;&hellip;`; `üÜß€…`",
                "`&alpha;&Omega;&sigmaf;`; `αΩς`",
                "`&#228;&#xE4;&#XE4;&#128;&#x1F600;`; `äää€😀`",
                "`a&nbsp;&nbsp;b`; `a b`",
                "`&unknown; &#xD800; &#0; & &`; `&unknown; &#xD800; &#0; & &`",
                "`AT&T x&copy`; `AT&T x©`",
                "`soft&shy;hyphen zero&#8203;width`; `softhyphen zerowidth`",
                "`a < b and c > d`; `a < b and c > d`",
                "`a <3 you`; `a <3 you`",
                "`a </3 you</>`; `a </3 you`",
                "`<title>a </ b</title>`; `a </ b`",
                "`<a href=\"x>y\">link</a>`; `link`",
                "`<a title='don''t'>link</a>`; `link`",
                "`<a href=\"never closed>link</a> text`; `<a href=\"never closed>link text`",
                "`text <b`; `text <b`",
                "`text <`; `text <`",
                "`text </`; `text </`",
                "`<style_x>a</style_x>b`; `ab`",
                "`<script>a</scripty>b</script>c`; `c`",
                "`<!-- a --!>b`; `b`",
                "`<svg><![CDATA[a <style> b]]></svg>c</style>`; `a <style> bc`",
                "`<template>a</template>b`; `ab`",
                "`</p></div>x`; `x`",
                "``; ``",
            })
    void readsText(String html, String text) {
        assertThat(HtmlText.of(html, 10_000)).isEqualTo(text.replace('|', '\n'));
    }

    @Test
    void stopsAtTheLimit() {
        assertThat(HtmlText.of("<p>abcdef", 3)).isEqualTo("abc");
        assertThat(HtmlText.of("<p>abcdef", 0)).isEmpty();
    }

    /// The brief: 10 MB of hostile HTML in well under 2 s. Quadratic would take hours.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "<",
                "</",
                "<a",
                "<a ",
                "<a href=\"",
                "<a href='x",
                "<!--",
                "<!",
                "<?",
                "&",
                "&#",
                "&#x",
                "&amp",
                "<div>",
                "<script>",
                "<script></",
                "<style><!--",
                "<svg><style>",
                "</script",
                "\"",
                "='",
                "<![CDATA[",
                "<p a=\"'><b c='\">",
                "\0",
                "\uD800",
            })
    void takesLinearTime(String piece) {
        String hostile = piece.repeat(10_000_000 / piece.length());
        for (String html : List.of(hostile, "<p>" + hostile + ">")) {
            assertTimeoutPreemptively(Duration.ofSeconds(10), () -> HtmlText.of(html, 1_000_000));
        }
    }
}
