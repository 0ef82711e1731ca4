package io.carteggio.mail.tnef;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import java.io.IOException;
import java.util.Optional;

/// Any octets, read as TNEF and as a letter that is TNEF. Called by [TnefTest] and by Jazzer in `./check --long`.
public final class TnefFuzz {
    private TnefFuzz() {}

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] octets) throws IOException {
        byte[] stream = new byte[octets.length + 4];
        stream[0] = 0x78;
        stream[1] = (byte) 0x9f;
        stream[2] = 0x3e;
        stream[3] = 0x22;
        System.arraycopy(octets, 0, stream, 4, octets.length);
        read(stream);
    }

    static void read(byte[] octets) throws IOException {
        Content content = Content.of(octets);
        Optional<Tnef> tnef = Tnef.read(content);
        if (tnef.isPresent()) {
            for (Tnef.Enclosure e : tnef.get().enclosures()) {
                assertThat(e.offset() + e.sizeBytes()).isLessThanOrEqualTo(octets.length);
                e.in(content).toByteArray(octets.length);
            }
            LetterReader.header(tnef.get().header());
        }
        LetterReader.read(content, ReadLimits.DEFAULT);
    }
}
