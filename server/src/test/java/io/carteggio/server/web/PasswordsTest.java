package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Passwords are kept as Argon2id and nothing else opens.
class PasswordsTest {
    private final Passwords passwords = new Passwords();

    @Test
    void aHashCarriesItsParametersAndMatchesItsPasswordOnly() throws Exception {
        String hash = passwords.hash("una sera d’inverno è");
        assertThat(hash).matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
        assertThat(passwords.matches(Optional.of(hash), "una sera d’inverno è")).isTrue();
        // the same letters typed on another keyboard: e and a combining accent
        assertThat(passwords.matches(Optional.of(hash), "una sera d’inverno e\u0300"))
                .isTrue();
        assertThat(passwords.matches(Optional.of(hash), "una sera d’inverno")).isFalse();
        assertThat(passwords.matches(Optional.of(hash), "")).isFalse();
        assertThat(passwords.hash("una sera d’inverno è")).isNotEqualTo(hash);
    }

    @Test
    void anotherProgramsHashIsUnderstood() throws Exception {
        // RFC 9106's algorithm with parameters of its own; made with the reference implementation:
        // printf 'password' | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
        String reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assertThat(passwords.matches(Optional.of(reference), "password")).isTrue();
        assertThat(passwords.matches(Optional.of(reference), "Password")).isFalse();
    }

    @Test
    void nothingElseOpens() throws Exception {
        for (String credential : new String[] {
            "",
            "password",
            "$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$AAAA",
            "$argon2i$v=19$m=16,t=2,p=1$YQ$YQ",
            "$argon2id$v=19$m=65536,t=99,p=1$c29tZXNhbHQ$AAAA"
        }) {
            assertThat(passwords.matches(Optional.of(credential), "password"))
                    .as(credential)
                    .isFalse();
        }
        assertThat(passwords.matches(Optional.empty(), "")).isFalse();
    }

    @Test
    void aNewPasswordIsLongEnough() {
        assertThat(Passwords.fault(Texts.in(Language.ENGLISH), "elevenchars"))
                .hasValueSatisfying(f -> assertThat(f).contains("at least 12"));
        assertThat(Passwords.fault(Texts.in(Language.ENGLISH), "twelve chars")).isEmpty();
        assertThat(Passwords.fault(Texts.in(Language.ENGLISH), "aaaaaaaaaaaa")).isPresent();
        assertThat(Passwords.fault(Texts.in(Language.ENGLISH), "x1y2".repeat(64)))
                .isEmpty();
        assertThat(Passwords.fault(Texts.in(Language.ENGLISH), "x1y2".repeat(64) + "z"))
                .isPresent();
        assertThat(Passwords.fault(Texts.in(Language.ENGLISH), "\uD83D\uDE00".repeat(11)))
                .isPresent();
    }
}
