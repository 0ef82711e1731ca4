package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where mail for a domain goes, by its records.
class MxRecordsTest {
    @ParameterizedTest
    @CsvSource({
        "20 b.example./10 a.example., a.example/b.example",
        "9 a.example./10 b.example./100 c.example., a.example/b.example/c.example",
        "10 b.example./10 a.example., b.example/a.example",
        "10 a.example, a.example",
        // no mail: never the machine itself
        "0 ., ''",
        "0 , ''",
        "0 ./10 a.example., a.example",
        // what no name service should say
        "a.example., ''",
        "x a.example., ''",
        "-1 a.example., ''",
        "999999 a.example., ''",
        "10 a b.example., ''",
        "'', ''",
    })
    void thePreferredIsFirst(String records, String hosts) {
        assertThat(String.join("/", MxRecords.hosts(List.of(records.split("/", -1)))))
                .isEqualTo(hosts);
    }
}
