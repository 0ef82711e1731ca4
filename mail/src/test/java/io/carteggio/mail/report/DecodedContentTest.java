package io.carteggio.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.TransferEncoding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DecodedContentTest {
    /// An original is evidence: no octet of it may get lost because its encoding is not quite right.
    @Test
    void noOctetGetsLostOrChanged() throws IOException {
        assertThat(decoded("U3ViamVjdDogcw0KDQp0ZXh0IQ", TransferEncoding.BASE64))
                .isEqualTo("Subject: s\r\n\r\ntext!");
        assertThat(decoded("Subject: s\n\n=3D text=\n!", TransferEncoding.QUOTED_PRINTABLE))
                .isEqualTo("Subject: s\n\n= text!");
    }

    private static String decoded(String encoded, TransferEncoding encoding) throws IOException {
        Content content = DecodedContent.of(Content.of(encoded.getBytes(StandardCharsets.US_ASCII)), encoding);
        return new String(content.toByteArray(1_000), StandardCharsets.US_ASCII);
    }
}
