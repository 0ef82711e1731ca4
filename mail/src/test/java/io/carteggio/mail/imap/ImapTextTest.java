package io.carteggio.mail.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImapTextTest {
    @Test
    void foldersAreInModifiedUtf7() {
        assertThat(ImapText.folder("INBOX")).isEqualTo("\"INBOX\"");
        assertThat(ImapText.folder("a \"b\" \\c")).isEqualTo("\"a \\\"b\\\" \\\\c\"");
        assertThat(ImapText.folder("Tom & Co")).isEqualTo("\"Tom &- Co\"");
        assertThat(ImapText.folder("~peter/mail/台北/日本語")).isEqualTo("\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""); // RFC 3501
        assertThat(ImapText.folder("Archivé")).isEqualTo("\"Archiv&AOk-\"");
    }

    @Test
    void whatCannotStandInQuotesIsRefused() {
        assertThat(ImapText.quotable("pass\"word\\")).isTrue();
        for (String bad : List.of("a\r\nb", "a\0", "ä", "x".repeat(1_001))) {
            assertThat(ImapText.quotable(bad)).isFalse();
            assertThatThrownBy(() -> ImapText.quoted(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void setsNameExactlyTheUids() {
        assertThat(UidSet.of(List.of())).isEmpty();
        assertThat(UidSet.of(List.of(7L))).containsExactly("7");
        assertThat(UidSet.of(List.of(1L, 2L, 3L, 5L, 7L, 8L))).containsExactly("1:3,5,7:8");
        List<Long> odd = new ArrayList<>();
        for (long uid = 1; uid < 4_000; uid += 2) {
            odd.add(uid);
        }
        List<String> sets = UidSet.of(odd);
        assertThat(sets)
                .hasSizeGreaterThan(1)
                .allSatisfy(set -> assertThat(set.length()).isLessThanOrEqualTo(UidSet.LENGTH_LIMIT));
        assertThat(String.join(",", sets))
                .isEqualTo(String.join(",", odd.stream().map(String::valueOf).toList()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INBOX | INBOX",
                "Tom &- Co | Tom & Co",
                "~peter/mail/&U,BTFw-/&ZeVnLIqe- | ~peter/mail/台北/日本語",
                "Archiv&AOk- | Archivé",
                "&2D3eAA- | 😀",
                "& | &",
                "a&b | a&b",
                "a&AOk | a&AOk",
                "&A- | &A-",
                "&AOkA- | &AOkA-",
                "&AO k- | &AO k-",
                "&AOkx-x&- | &AOkx-x&-",
            })
    void aFoldersNameIsReadAndAWrongOneStaysAsItIs(String raw, String name) {
        assertThat(ImapText.decoded(raw)).isEqualTo(name);
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder name = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                name.appendCodePoint(random.nextBoolean() ? ' ' + random.nextInt(95) : 0xa0 + random.nextInt(0x2000));
            }
            String quoted = ImapText.folder(name.toString());
            String raw = quoted.substring(1, quoted.length() - 1).replaceAll("\\\\(.)", "$1");
            assertThat(ImapText.decoded(raw)).isEqualTo(name.toString());
        }
    }
}
