package io.carteggio.server.agent;

import io.carteggio.archive.vault.Key;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.ReportWriter;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;

/// Tells the agent's own reports from whatever looks like one: by a keyed mark over the report's id and all behind its
/// header. So nobody keeps a message from being journaled by a header field that he writes into it. Safe for many
/// threads.
final class ReportMark implements ReportWriter.Seal {
    private static final int OCTETS = 16;

    private final Key key;

    ReportMark(Key key) {
        this.key = key;
    }

    @Override
    public String of(String messageId, Sha256 body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key.aes());
            mac.update(messageId.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return HexFormat.of().formatHex(mac.doFinal(body.toBytes()), 0, OCTETS);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    /// Whether the mail is a report that this agent has written.
    boolean isOn(Content mail, Part head) throws IOException {
        Header header = head.header();
        Optional<String> mark = header.text(ReportWriter.MARK);
        Optional<String> id = header.text("Message-ID");
        if (mark.isEmpty() || id.isEmpty()) {
            return false;
        }
        Sha256 body = Sha256.of(mail.slice(head.bodyOffset(), head.bodySizeBytes()));
        String expected = of(id.get().replaceAll("^<|>$", ""), body);
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), mark.get().getBytes(StandardCharsets.UTF_8));
    }

    boolean isOn(Content mail) throws IOException {
        return isOn(mail, Structure.head(mail));
    }
}
