package io.carteggio.server.sync.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.synchronisation.Snapshot;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Files as people and their programs write them.
class CsvDirectoryTest {
    @Test
    void aWholeFile() {
        Snapshot read = CsvDirectory.of("""
                \uFEFFid;Kind;Name;Addresses;Enabled;Licensed;Members;Remark
                1;person;"Rossi, Anna";"anna@e.com;a.rossi@e.com";yes;no;;"she said ""hi""
                and more"

                2;shared;Shop;shop@e.com;no;;;
                3;group;Sales;sales@e.com;;;1 stranger@e.org;
                4;dynamic-group;All;;;;3;
                5;contact;Partner;p@partner.example
                """);
        assertThat(read.people()).hasSize(2);
        assertThat(read.people().getFirst().name()).isEqualTo("Rossi, Anna");
        assertThat(read.people().getFirst().addresses()).hasSize(2);
        assertThat(read.people().getFirst().licensed()).isFalse();
        assertThat(read.people().getLast().enabled()).isFalse();
        assertThat(read.groups()).hasSize(2);
        assertThat(read.groups().getFirst().members()).hasSize(2);
        assertThat(read.groups().getLast().dynamic()).isTrue();
        assertThat(read.contacts()).hasSize(1);
    }

    @Test
    void withoutIdsTheFirstAddressIsTheKey() {
        Snapshot read = CsvDirectory.of("name,address\r\nAnna,Anna@E.com\rBert,bert@e.com");
        assertThat(read.people()).extracting(p -> p.key()).containsExactly("anna@e.com", "bert@e.com");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~|line 1: there is nothing in it",
                "a,b\\n1,2|line 1: the first line must name the columns",
                "name,address,name\\nx,y,z|line 1: two columns named name",
                "name,address\\n,a@b|line 2: no name",
                "name,address\\nAnna,nonsense|line 2: not an address",
                "name,address\\nAnna,<a@b>|line 2: not an address",
                "name,address\\nAnna,a@b\\nBert,A@B|line 3: the same id, or the same first address, as on line 2",
                "name,address,enabled\\nAnna,a@b,perhaps|line 2: enabled is yes or no",
                "name,address,kind\\nAnna,a@b,robot|line 2: a kind is",
                "name,address\\n\"Anna,a@b|line 2: a quote that is not closed",
                "name,address\\n\"Anna\"x,a@b|line 2: text after a closing quote",
            })
    void hostile(String text, String said) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CsvDirectory.of(text.replace("\\n", "\n")))
                .withMessageStartingWith(said);
    }

    @Test
    void hugeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CsvDirectory.of("name,address" + ",x".repeat(500) + "\n"))
                .withMessageContaining("fields");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CsvDirectory.of("name,address\n" + "x".repeat(200_000) + ",a@b\n"))
                .withMessageContaining("characters");
    }

    @Test
    void anythingIsReadOrRefusedInALine() {
        long seed = Long.getLong("carteggio.seed", new Random().nextLong());
        System.out.println("CsvDirectoryTest seed " + seed);
        Random random = new Random(seed);
        List<String> bits = List.of(
                "name", ",", ";", "\"", "\"\"", "\n", "\r\n", "\t", "a@b.c", "x", "address", "\uD800", " ", "id");
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "name,address\n" : "");
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(bits.get(random.nextInt(bits.size())));
            }
            try {
                assertThat(CsvDirectory.of(text.toString()).people()).doesNotContainNull();
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as("seed " + seed + ": " + text).startsWith("line ");
            }
        }
    }
}
