package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressListTest {
    /// The right column is `name <address>` for each, parted by `|`.
    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            emptyValue = "",
            value = {
                "a@b.c                                    ~ ` <a@b.c>`",
                "<a@b.c>                                  ~ ` <a@b.c>`",
                "Anna B. <a@b.c>                          ~ `Anna B. <a@b.c>`",
                "\"B, Anna\" <a@b.c>, d@e                 ~ `B, Anna <a@b.c>| <d@e>`",
                "\"say \\\"hi\\\"\" <a@b.c>               ~ `say \"hi\" <a@b.c>`",
                "a@b.c (Anna (B.))                        ~ `Anna (B.) <a@b.c>`",
                "Pete(A nice \\) chap) <pete(his)@silly.test(his host)> ~ `Pete <pete@silly.test>`",
                // groups, also nested in lists, empty, unfinished
                "A Group:Ed <e@x>,j@x,John <jd@x>;        ~ `Ed <e@x>| <j@x>|John <jd@x>`",
                "undisclosed-recipients:;                 ~ ``",
                "a@b, team: c@d, e@f; , g@h               ~ ` <a@b>| <c@d>| <e@f>| <g@h>`",
                "team: c@d                                ~ ` <c@d>`",
                // obsolete syntax (RFC 5322 4.4)
                "<@hop1.x,@hop2.x:a@b.c>                  ~ ` <a@b.c>`",
                "a . b @ c . d                            ~ ` <a.b@c.d>`",
                "Joe Q. Public <john . q @ x . com>       ~ `Joe Q. Public <john.q@x.com>`",
                ", a@b,, c@d,                             ~ ` <a@b>| <c@d>`",
                "a@b; c@d                                 ~ ` <a@b>| <c@d>`",
                // encoded words (RFC 2047), also where they must not be
                "=?UTF-8?Q?J=C3=BCrgen?= <j@x>            ~ `Jürgen <j@x>`",
                "\"=?UTF-8?Q?J=C3=BCrgen?=\" <j@x>        ~ `Jürgen <j@x>`",
                "=?UTF-8?Q?a,_b?= <j@x>                   ~ `a, b <j@x>`",
                "=?UTF-8?Q?x=40evil?= <j@x>               ~ `x@evil <j@x>`",
                "=?UTF-8?Q?j=40x?=                        ~ ` <j@x>`",
                // raw letters, international addresses (RFC 6532)
                "Jürgen <jürgen@bücher.example>           ~ `Jürgen <jürgen@bücher.example>`",
                // quoted local parts, address literals
                "\"a b\"@c                                ~ ` <\"a b\"@c>`",
                "\"a@b\"@c                                ~ ` <\"a@b\"@c>`",
                "<\"a>b\"@c>                              ~ ` <\"a>b\"@c>`",
                "a@[1.2.3.4]                              ~ ` <a@[1.2.3.4]>`",
                "a@[IPv6:2001:db8::1]                     ~ ` <a@[IPv6:2001:db8::1]>`",
                // what no standard allows
                "MAILER-DAEMON                            ~ ` <MAILER-DAEMON>`",
                "Anna a@b.c                               ~ `Anna <a@b.c>`",
                "a@b c@d                                  ~ ` <a@b>| <c@d>`",
                "Anna a@b, Bert c@d e@f                   ~ `Anna <a@b>|Bert <c@d>|Bert <e@f>`",
                "A <a@b> <c@d>                            ~ `A <a@b>| <c@d>`",
                "\"joe@x.example\"                         ~ ` <joe@x.example>`",
                "O\"Brien <o@b>, c@d                       ~ `O\"Brien <o@b>| <c@d>`",
                "\"joe@x\" <joe@x>                         ~ `joe@x <joe@x>`",
                "<mailto:a@b>                             ~ ` <a@b>`",
                "a@b@c                                    ~ ` <a@b@c>`",
                "a@b.c, <                                 ~ ` <a@b.c>`",
                "Anna <a@b.c                              ~ `Anna <a@b.c>`",
                "Anna <a@b.c, d@e                         ~ `Anna <a@b.c>| <d@e>`",
                "Anna <<a@b.c>>                           ~ `Anna <a@b.c>`",
                "(never closed a@b                        ~ `(never closed <a@b>`",
                "\"never closed <a@b>                     ~ `\"never closed <a@b>`",
                "<>                                       ~ ``",
                "Anna                                     ~ ` <Anna>`",
                "two words                                ~ ``",
                "''                                       ~ ` <''>`",
                "@                                        ~ ` <@>`",
            })
    void reads(String written, String meant) {
        List<Mailbox> found = AddressList.parse(written);
        assertThat(found.stream()
                        .map(m -> m.name() + " <" + m.address().raw() + ">")
                        .collect(Collectors.joining("|")))
                .isEqualTo(meant);
    }

    @Test
    void theShortWayReadsTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "anna",
                "B.",
                "a@b.c",
                "<a@b.c>",
                "\"B, Anna\"",
                "\"",
                "(x)",
                "(",
                ")",
                "<",
                ">",
                ",",
                ", ",
                " ",
                "  ",
                "=?utf-8?q?a=2Cb?=",
                "=",
                "x=y@z",
                ";",
                ":",
                "\\\\",
                "\t",
                "ä",
                "@",
                "mailto:",
                "[1.2]",
                "''");
        for (int i = 0; i < 50_000; i++) {
            StringBuilder field = new StringBuilder();
            for (int n = random.nextInt(7); n > 0; n--) {
                field.append(pieces.get(random.nextInt(pieces.size())));
            }
            String text = field.toString();
            assertThat(AddressList.parse(text)).as("seed %d: %s", seed, text).isEqualTo(AddressList.parseAny(text));
        }
    }
}
