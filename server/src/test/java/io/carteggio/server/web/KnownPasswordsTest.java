package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The shipped list: every line of it is refused, and only for being there.
class KnownPasswordsTest {
    @Test
    void itHasTenThousandDifferentPasswordsThatPassTheLengthRuleAndRefusesEach() throws Exception {
        List<String> lines;
        try (InputStream in = Objects.requireNonNull(KnownPasswords.class.getResourceAsStream("known-passwords.txt"))) {
            lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
        Set<String> different = new HashSet<>(lines);
        assertThat(different).hasSize(lines.size());
        assertThat(different.size()).isGreaterThan(10_000);
        for (String line : lines) {
            assertThat(Passwords.fault(Texts.in(Language.ENGLISH), line).orElse(""))
                    .as(line)
                    .contains("everybody tries first");
        }
        assertThat(Passwords.fault(Texts.in(Language.ENGLISH), lines.getFirst().toUpperCase(java.util.Locale.ROOT)))
                .isPresent();
        assertThat(Passwords.fault(Texts.in(Language.ENGLISH), " " + lines.getLast() + " "))
                .isPresent();
    }

    @Test
    void otherPasswordsAreNotRefused() {
        for (String good : List.of(
                Firm.PASSWORD,
                "correct horse battery staple",
                "~~~~abcd~~~~ last of all",
                "!!! first of all !!!",
                "zzzzzzzzzzyxwvut")) {
            assertThat(Passwords.fault(Texts.in(Language.ENGLISH), good))
                    .as(good)
                    .isEmpty();
        }
    }
}
