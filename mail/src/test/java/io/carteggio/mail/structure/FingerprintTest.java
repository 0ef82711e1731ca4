package io.carteggio.mail.structure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
    private static final String MAIL =
            "From: a@x\r\nTo: b@x\r\nSubject: s\r\nDate: d\r\nMessage-ID: <1@x>\r\n\r\nHello\r\n";

    private static Sha256 of(String mail) throws IOException {
        return Fingerprint.of(Content.of(mail.getBytes(ISO_8859_1)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Received: from x\r\n",
                "received: from x\r\n by y\r\n",
                "X-MS-Exchange-Organization-Network-Message-Id: 1\r\n",
                "X-Original-To: a@x\r\n",
                "Delivered-To: a@x\r\n",
                "Return-Path: <a@x>\r\n",
                "Authentication-Results: x\r\n",
                "ARC-Seal: x\r\n",
                "DKIM-Signature: x\r\n"
            })
    void traceChangesNothing(String field) throws IOException {
        assertThat(of(field + MAIL)).isEqualTo(of(MAIL));
    }

    /// P4: a forged Message-ID makes nothing equal.
    @ParameterizedTest
    @ValueSource(strings = {"From: a@x", "To: b@x", "Subject: s", "Date: d", "Message-ID: <1@x>", "Hello"})
    void everythingElseCounts(String piece) throws IOException {
        assertThat(of(MAIL.replace(piece, piece + "1"))).isNotEqualTo(of(MAIL));
    }

    @Test
    void theOrderOfFieldsAndTheirFoldingDoNotCount() throws IOException {
        assertThat(of("Subject: s\r\nFrom:\r\n a@x\r\nMessage-ID: <1@x>\r\nTo: b@x\r\nDate: d\r\n\r\nHello\r\n"))
                .isEqualTo(of(MAIL));
        assertThat(of("From: a@x\r\n\r\nSubject: s")).isNotEqualTo(of("From: a@x\r\nSubject: s\r\n\r\n"));
        assertThat(of("")).isNotEqualTo(of("a"));
        assertThat(of("no field\r\n" + MAIL)).isNotEqualTo(of("no such field\r\n" + MAIL));
    }
}
