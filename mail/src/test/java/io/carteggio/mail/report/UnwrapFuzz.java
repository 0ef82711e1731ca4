package io.carteggio.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mbox.MboxReader;
import io.carteggio.mail.structure.Fingerprint;
import io.carteggio.mail.structure.Structure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Any octets, read as a journal report, as a mail with people in its header and as an mbox. Called by
/// [HostileTest] and by Jazzer in `./check --long`.
public final class UnwrapFuzz {
    private UnwrapFuzz() {}

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] octets) throws IOException {
        read(octets);
    }

    /// Whatever the octets are: an answer, soon, and originals that are windows onto the mail.
    static Unwrapped read(byte[] octets) throws IOException {
        Content mail = Content.of(octets);
        Unwrapper.Explained explained = Unwrapper.explain(mail);
        assertThat(explained.why()).isNotEmpty();
        Unwrapped unwrapped = explained.what();
        List<Original> originals = new ArrayList<>();
        switch (unwrapped) {
            case Unwrapped.Report report -> originals.addAll(report.originals());
            case Unwrapped.Ndr ndr -> {
                ndr.returned().ifPresent(originals::add);
                ndr.report().ifPresent(report -> originals.addAll(report.originals()));
            }
            case Unwrapped.Delay ignored -> {}
            case Unwrapped.Delivered ignored -> {}
            case Unwrapped.Plain ignored -> {}
            case Unwrapped.Unreadable unreadable -> assertThat(unreadable.why()).isNotBlank();
        }
        for (Original original : originals) {
            if (original.span().isPresent()) {
                Original.Span span = original.span().get();
                assertThat(span.end()).isLessThanOrEqualTo(octets.length);
                byte[] expected = Arrays.copyOfRange(octets, (int) span.offset(), (int) span.end());
                assertThat(original.bytes().toByteArray(octets.length)).isEqualTo(expected);
            } else {
                assertThat(Sha256.of(original.bytes())).isEqualTo(Sha256.of(original.bytes()));
            }
        }
        HeaderPeople.of(mail).envelope();
        HeaderEvidence evidence =
                HeaderEvidence.of(Structure.head(mail).header(), HeaderOrder.DEFAULT, Set.of("journal@a.example"));
        evidence.decide(a -> false);
        evidence.decide(a -> a.raw().length() % 2 == 0);
        Fingerprint.of(mail);
        MboxReader.read(new ByteArrayInputStream(octets), (from, message) -> message.skip(10));
        return unwrapped;
    }
}
