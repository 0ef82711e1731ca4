package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Any octets, read as a mail: no exception, soon, and with answers that agree with each other. Called by
/// [FuzzTest] and by Jazzer in `./check --long`.
public final class MimeFuzz {
    private static final Duration PER_MAIL = Duration.ofSeconds(5);

    private MimeFuzz() {}

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] octets) throws IOException {
        check(Content.of(octets));
    }

    static void check(Content mail) throws IOException {
        long start = System.nanoTime();
        Letter letter = LetterReader.read(mail, ReadLimits.DEFAULT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PER_MAIL);

        assertThat(LetterReader.header(mail).fields()).isEqualTo(letter.header().fields());
        List<Attachment> parts = new ArrayList<>(letter.attachments());
        parts.addAll(letter.otherParts());
        for (Attachment part : parts) {
            assertThat(parts.indexOf(part)).isLessThanOrEqualTo(part.index());
            try (InputStream in = LetterReader.openAttachment(mail, part.index())) {
                byte[] octets = in.readAllBytes();
                assertThat(octets).hasSize((int) part.sizeBytes());
                assertThat(Sha256.of(octets)).isEqualTo(part.sha256());
            }
        }
        for (NestedLetter nested : letter.nested()) {
            try (InputStream in = LetterReader.openNested(mail, nested.index())) {
                byte[] octets = in.readAllBytes();
                assertThat(Sha256.of(octets)).isEqualTo(nested.sha256());
                if (hasBareCr(octets)) {
                    continue; // whether CR ends a line is decided by a mail's first line, and these have two
                }
                Content inner = Content.owning(octets, octets.length);
                assertThat(LetterReader.header(inner).messageId()).isEqualTo(nested.messageId());
                assertThat(LetterReader.header(inner).subject()).isEqualTo(nested.subject());
            }
        }
        letter.preview(200);
    }

    private static boolean hasBareCr(byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            if (octets[i] == '\r' && (i + 1 == octets.length || octets[i + 1] != '\n')) {
                return true;
            }
        }
        return false;
    }
}
