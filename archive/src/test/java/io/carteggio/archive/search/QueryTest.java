package io.carteggio.archive.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.search.Query.And;
import io.carteggio.archive.search.Query.Dated;
import io.carteggio.archive.search.Query.Not;
import io.carteggio.archive.search.Query.Or;
import io.carteggio.archive.search.Query.Parsed;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.archive.search.Query.Words;
import io.carteggio.mail.extract.Shortfall;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "~~ # all",
                "~   ~ # all",
                "* # all",
                "invoice # invoice",
                "invoice* # invoice*",
                "two words # (two & words)",
                "two and words # (two & words)",
                "two AND words # (two & words)",
                "one or two three # (one | (two & three))",
                "one | two|three # (one | two | three)",
                "one OR (two three) # (one | (two & three))",
                "(one or two) three # ((one | two) & three)",
                "not draft # -draft",
                "-draft # -draft",
                "final -draft # (final & -draft)",
                "a not b or c # ((a & -b) | c)",
                "NOT (a b) # -(a & b)",
                "not not a # a",
                "--a # a",
                "-(a or b) # -(a | b)",
                "-\"two words\" # -`two words`",
                "salt & pepper # (salt & pepper)",
                "Q3 - numbers # (Q3 & numbers)",
                "e-mail # e-mail",
                "\"exact words\" # `exact words`",
                "\"or\" # `or`",
                "“exact words” # `exact words`",
                "„genaue Worte“ # `genaue Worte`",
                "«mots exacts» # `mots exacts`",
                "from:anna # from:anna",
                "FROM:anna # from:anna",
                "from:anna* # from:anna*",
                "from:\"Anna Rossi\" # from:`Anna Rossi`",
                "from:anna.rossi@example.com # from:anna.rossi@example.com",
                "from:(anna or bob) # (from:anna | from:bob)",
                "to:bob cc:x bcc:y list:z # (to:bob & cc:x & bcc:y & list:z)",
                "label:projects -label:\"a b\" # (label:projects & -label:`a b`)",
                "-to:bob # -to:bob",
                "subject:\"Q3 numbers\" # subject:`Q3 numbers`",
                "filename:pdf # filename:pdf",
                "type:image # type:image",
                "has:attachment # attachment",
                "HAS:Attachments # attachment",
                "is:unsearched # unsearched",
                "unsearched:encrypted -unsearched:Waiting # (unsearched=ENCRYPTED & -unsearched=WAITING)",
                "attachment:offer attachment:(a or b) # (attachment:offer & (attachment:a | attachment:b))",
                "larger:5M # >5242880",
                "larger:500 # >500",
                "smaller:10k # <10240",
                "smaller:10KB # <10240",
                "larger:1.5G # >1610612736",
                "larger:999999999999T # >9223372036854775807",
                "after:2024-01-01 # 2024-01-01T00:00:00Z..",
                "after:2024 # 2024-01-01T00:00:00Z..",
                "before:2024 # ..2024-01-01T00:00:00Z",
                "before:2024-03 # ..2024-03-01T00:00:00Z",
                "on:2024-03 # 2024-03-01T00:00:00Z..2024-04-01T00:00:00Z",
                "on:2024-02-29 # 2024-02-29T00:00:00Z..2024-03-01T00:00:00Z",
                "on:2024/3/9 # 2024-03-09T00:00:00Z..2024-03-10T00:00:00Z",
                "on:2024 # 2024-01-01T00:00:00Z..2025-01-01T00:00:00Z",
                "id:abcdefghijklmnopqrstuvwxyz234567 # id=abcdefghijklmnopqrstuvwxyz234567",
                "id:<a|b@c.example> # id=a|b@c.example",
                "Re: offer # (Re: & offer)",
                "http://example.com/x?y # http://example.com/x?y",
                "12:30 # 12:30",
                "東京 出張 # (東京 & 出張)",
                "android # android",
                "order notes # (order & notes)",
                "a(b c)d # (a & (b & c) & d)",
            })
    void whatATextMeans(String text, String meaning) {
        assertThat(Query.parse(text))
                .isInstanceOfSatisfying(
                        Parsed.Good.class,
                        good -> assertThat(said(good.query())).isEqualTo(meaning));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "\"open # 0 # This quote is never closed.",
                "a \"open # 2 # This quote is never closed.",
                "(a # 0 # This bracket is never closed.",
                "a (b (c) # 2 # This bracket is never closed.",
                "a) # 1 # No bracket is open that this one could close.",
                "() # 0 # There is nothing between these brackets.",
                "or a # 0 # There is nothing to search for here.",
                "a or # 4 # There is nothing to search for here.",
                "(a or ) b # 6 # There is nothing to search for here.",
                "&& # 0 # There is nothing to search for here.",
                "and a # 0 # “and” needs something before it; in quotes it is a word like any other.",
                "a and # 2 # “and” needs something after it; in quotes it is a word like any other.",
                "a not # 2 # “not” needs something after it; in quotes it is a word like any other.",
                "\"  \" # 0 # There is no word between these quotes.",
                "in*oice # 2 # “*” can only end a word.",
                "from: # 0 # “from:” needs a word right after it.",
                "a from: b # 2 # “from:” needs a word right after it.",
                "from:* # 0 # “from:” needs a word right after it.",
                "from:(a to:b) # 8 # “to:” cannot stand inside the brackets of another.",
                "has:money # 4 # “has:” knows only has:attachment.",
                "unsearched:x # 11 # “unsearched:” knows only waiting, large, encrypted, damaged, slow, crashed,"
                        + " unknown, scan, cut.",
                "is:nice # 3 # “is:” knows only is:unsearched.",
                "larger:big # 7 # “larger:” needs a size such as 500, 10k, 5M or 1.5G.",
                "x larger: # 9 # “larger:” needs a size such as 500, 10k, 5M or 1.5G.",
                "on:2024-13 # 3 # There is no such day: 2024-13.",
                "on:2023-02-29 # 3 # There is no such day: 2023-02-29.",
                "on:yesterday # 3 # “on:” needs a date such as 2024, 2024-03 or 2024-03-31 (UTC).",
                "id: # 0 # “id:” needs a letter’s id or a Message-ID right after it.",
                "form:anna # 0 # There is no “form:”. There are from, to, cc, bcc, list, subject, filename, attachment, type,"
                        + " label, has, is, unsearched, larger, smaller, after, before, on, id; put words with a colon in quotes.",
            })
    void whereAMistakeIs(String text, int position, String message) {
        assertThat(Query.parse(text)).isInstanceOfSatisfying(Parsed.Bad.class, bad -> {
            assertThat(bad.position()).isEqualTo(position);
            assertThat(bad.message()).isEqualTo(message);
        });
    }

    @Test
    void limitsHoldAtTheirEdge() {
        String longest = "x".repeat(Query.TEXT_LIMIT_CHARS);
        assertThat(Query.parse(longest)).isInstanceOf(Parsed.Good.class);
        assertThat(Query.parse(longest + "x")).isInstanceOf(Parsed.Bad.class);

        assertThat(Query.parse("(".repeat(Query.DEPTH_LIMIT) + "x" + ")".repeat(Query.DEPTH_LIMIT)))
                .isInstanceOf(Parsed.Good.class);
        assertThat(Query.parse("(".repeat(Query.DEPTH_LIMIT + 1) + "x" + ")".repeat(Query.DEPTH_LIMIT + 1)))
                .isInstanceOf(Parsed.Bad.class);
        assertThat(Query.parse("-".repeat(Query.TEXT_LIMIT_CHARS - 1) + "x")).isInstanceOf(Parsed.Good.class);

        assertThat(Query.parse("x ".repeat(Query.CONDITIONS_LIMIT))).isInstanceOf(Parsed.Good.class);
        assertThat(Query.parse("x ".repeat(Query.CONDITIONS_LIMIT + 1))).isInstanceOf(Parsed.Bad.class);
    }

    /// Whatever is typed, there is an answer, and a mistake lies within the text.
    @Test
    void nothingThrows() {
        long seed = new Random().nextLong();
        System.out.println("QueryTest.nothingThrows seed " + seed);
        Random random = new Random(seed);
        String[] pieces = {
            "(",
            ")",
            "\"",
            "“",
            "”",
            "„",
            "«",
            "»",
            "-",
            "--",
            "|",
            "*",
            ":",
            " ",
            "\t",
            "\0",
            "and",
            "or",
            "not",
            "from:",
            "to:",
            "subject:",
            "has:",
            "attachment",
            "larger:",
            "5M",
            "1e9",
            "on:",
            "2024",
            "-02-30",
            "after:",
            "id:",
            "<x>",
            "a",
            "é",
            "東",
            "\ud83d",
            "\ude00",
            "@",
            ".",
            "foo:",
            "//",
            "is:",
            "unsearched",
            "99999999999999999999"
        };
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(20); n >= 0; n--) {
                text.append(
                        random.nextInt(10) == 0
                                ? String.valueOf((char) random.nextInt(0x10000))
                                : pieces[random.nextInt(pieces.length)]);
            }
            String typed = text.toString();
            switch (Query.parse(typed)) {
                case Parsed.Good(Query query) -> assertThat(query).as(typed).isNotNull();
                case Parsed.Bad bad -> {
                    assertThat(bad.position()).as(typed).isBetween(0, typed.length());
                    assertThat(bad.message()).as(typed).endsWith(".").doesNotContain("{");
                }
            }
        }
    }

    private static String said(Query query) {
        return switch (query) {
            case Query.All() -> "all";
            case Words(Where where, String text, boolean prefix) ->
                (where == Where.ANYWHERE ? "" : where.name().toLowerCase(java.util.Locale.ROOT) + ":")
                        + (text.indexOf(' ') >= 0 || text.equals("or") ? "`" + text + "`" : text)
                        + (prefix ? "*" : "");
            case Query.HasAttachment() -> "attachment";
            case Query.NotFullySearched() -> "unsearched";
            case Query.Unsearched(Shortfall why) -> "unsearched=" + why;
            case Query.Larger(long bytes) -> ">" + bytes;
            case Query.Smaller(long bytes) -> "<" + bytes;
            case Dated(Instant from, Instant to) ->
                (from.equals(Instant.MIN) ? "" : from) + ".." + (to.equals(Instant.MAX) ? "" : to);
            case Query.Id(String text) -> "id=" + text;
            case And(var parts) -> parts.stream().map(QueryTest::said).collect(Collectors.joining(" & ", "(", ")"));
            case Or(var choices) -> choices.stream().map(QueryTest::said).collect(Collectors.joining(" | ", "(", ")"));
            case Not(Query refused) -> "-" + said(refused);
        };
    }
}
