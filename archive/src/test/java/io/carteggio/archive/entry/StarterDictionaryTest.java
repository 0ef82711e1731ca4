package io.carteggio.archive.entry;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Dictionary;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StarterDictionaryTest {
    private static final Dictionary STARTER = StarterDictionary.make();

    private static String text() {
        return new String(STARTER.toBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void isTheSameEachTime() {
        assertThat(StarterDictionary.make()).isEqualTo(STARTER);
    }

    @Test
    void isRawContentOfAModestSize() {
        assertThat(Compression.servesAsRaw(STARTER.toBytes())).isTrue();
        assertThat(STARTER.toBytes()).hasSizeBetween(16 * 1024, 48 * 1024);
    }

    /// Nothing of anybody's mail: no address but the one that Exchange itself has.
    @Test
    void namesNobody() {
        Matcher address = Pattern.compile("[\\w.+-]+@[\\w-]+\\.[a-z]+").matcher(text());
        while (address.find()) {
            assertThat(address.group()).as("an address").isIn("image001.png@01DA0000.00000000");
        }
    }

    @Test
    void servesForALetterThatNobodyHasSeen() throws Exception {
        byte[] letter = """
                Received: from mail.rossi.example (unknown [192.0.2.7])
                \tby mx.example.net (Postfix) with ESMTP id 4F3A21
                \tfor <b@example.net>; Fri, 12 Jul 2024 09:12:44 +0200 (CEST)
                From: "Anna Rossi" <anna@rossi.example>
                To: "Bert" <b@example.net>
                Subject: Re: offer
                Date: Fri, 12 Jul 2024 09:12:40 +0200
                Message-ID: <a1b2c3@rossi.example>
                In-Reply-To: <d4e5f6@example.net>
                MIME-Version: 1.0
                Content-Type: text/plain; charset="utf-8"
                Content-Transfer-Encoding: quoted-printable
                Content-Language: it-IT

                Buongiorno, please find attached our offer.

                Cordiali saluti,
                Anna
                """.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        byte[] with = Compression.compress(letter, letter.length, Optional.of(STARTER))
                .orElseThrow();
        byte[] without =
                Compression.compress(letter, letter.length, Optional.empty()).orElseThrow();
        assertThat(with.length).isLessThan(without.length * 3 / 4);
        assertThat(Compression.decompress(with, 0, Optional.of(STARTER), letter.length))
                .isEqualTo(letter);
    }
}
