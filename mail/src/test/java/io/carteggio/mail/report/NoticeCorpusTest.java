package io.carteggio.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.structure.CorpusFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the mail of the corpus is taken for. The numbers are pinned: a change of them must be understood.
class NoticeCorpusTest {
    @Test
    void theBouncesOfTheCorpus() throws Exception {
        Map<String, Integer> counts = new TreeMap<>();
        for (String path : CorpusFiles.files("dsn")) {
            counts.merge(word(Unwrapper.unwrap(Content.of(CorpusFiles.bytes(path)))), 1, Integer::sum);
        }
        System.out.println("dsn: " + counts);
        // Plain are read receipts, abuse reports, answers of people, and bounces from before RFC 1894.
        assertThat(counts)
                .isEqualTo(Map.of(
                        "delay", 9,
                        "ndr with header", 65,
                        "ndr with header, without status", 2,
                        "ndr with mail", 187,
                        "ndr with mail, without status", 7,
                        "ndr with nothing", 15,
                        "plain", 264));
    }

    static String word(Unwrapped unwrapped) {
        return switch (unwrapped) {
            case Unwrapped.Report report -> "report";
            case Unwrapped.Ndr ndr ->
                "ndr " + (ndr.returned().isEmpty() ? "with nothing" : ndr.headersOnly() ? "with header" : "with mail")
                        + (ndr.report().isPresent() ? ", a report" : "")
                        + (ndr.gap().isPresent() ? ", a gap" : "")
                        + (ndr.status().recipients().isEmpty() ? ", without status" : "");
            case Unwrapped.Delay(DeliveryStatus status) -> "delay";
            case Unwrapped.Delivered(DeliveryStatus status) -> "delivered";
            case Unwrapped.Plain() -> "plain";
            case Unwrapped.Unreadable(String why, List<Warning> warnings) -> "unreadable";
        };
    }

    @Test
    void aNoticeOfExchangeOnlineIsReadInFull() throws Exception {
        Unwrapped.Ndr ndr =
                (Unwrapped.Ndr) Unwrapper.unwrap(Content.of(CorpusFiles.bytes("dsn/flanker--bounce-office365.eml")));
        assertThat(ndr.status().recipients()).hasSize(1);
        DeliveryStatus.PerRecipient recipient = ndr.status().recipients().getFirst();
        assertThat(recipient.action()).isEqualTo(DeliveryStatus.Action.FAILED);
        assertThat(recipient.status()).isPresent();
        assertThat(ndr.report()).isEmpty();
        assertThat(ndr.gap()).isEmpty();
    }

    @Test
    void noOtherMailIsTakenForANoticeOrAReport() throws Exception {
        Path corpus = CorpusFiles.root();
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(corpus)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".eml")).sorted().toList()) {
                String path = corpus.relativize(file).toString();
                Unwrapped unwrapped = Unwrapper.unwrap(Content.of(Files.readAllBytes(file)));
                if (!path.startsWith("dsn/")
                        && !path.startsWith("journal/")
                        && !(unwrapped instanceof Unwrapped.Plain)) {
                    found.add(path + " " + word(unwrapped));
                }
            }
        }
        assertThat(found).isEmpty();
    }
}
