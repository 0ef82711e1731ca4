package io.carteggio.mail.structure;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// What is left of a mail without the trace that hosts on the way write into it: equal for the forks of one message
/// (JOURNAL-FORMATS 8.5). A forged Message-ID makes nothing equal: author, date, subject, recipients, all fields of
/// MIME and the whole body count.
///
/// It only groups for display and for erasure; what is kept never depends on it (P4).
public final class Fingerprint {
    /// Fields that hosts add on the way; those that begin with `x-` or `arc-` count as such too.
    private static final Set<String> TRACE = Set.of(
            "received",
            "return-path",
            "delivered-to",
            "envelope-to",
            "delivery-date",
            "authentication-results",
            "received-spf",
            "dkim-signature",
            "domainkey-signature",
            "autoforwarded",
            "status");

    private Fingerprint() {}

    /// The fingerprint of a mail.
    ///
    /// @throws IOException only where the content itself cannot be read
    public static Sha256 of(Content mail) throws IOException {
        Part head = Structure.head(mail);
        return of(mail, head, Sha256.of(mail.slice(head.bodyOffset(), mail.sizeBytes() - head.bodyOffset())));
    }

    /// The same, where the header was read and the sum of the body is known.
    public static Sha256 of(Content mail, Part head, Sha256 body) throws IOException {
        MessageDigest digest = Sha256.digest();
        if (isWhole(mail, head)) {
            digest.update((byte) 1);
            for (String field : fields(head.header())) {
                digest.update(field.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
        } else { // what is not known of a header may be what differs, so every octet of it counts
            digest.update((byte) 2);
            mail.slice(head.offset(), head.bodyOffset() - head.offset()).digest(digest);
        }
        digest.update(body.toBytes());
        return Sha256.finish(digest);
    }

    /// Whether the header is nothing but fields, all of them known, and the blank line behind them.
    private static boolean isWhole(Content mail, Part head) throws IOException {
        long at = head.offset();
        for (Field field : head.header().fields()) {
            if (field.offset() != at) {
                return false;
            }
            at += field.sizeBytes();
        }
        long others = head.bodyOffset() - at;
        if (!head.header().complete() || others < 0 || others > 2) {
            return false;
        }
        try (InputStream in = mail.open(head.bodyOffset() - others, others)) {
            for (byte octet : in.readAllBytes()) {
                if (octet != '\r' && octet != '\n') {
                    return false;
                }
            }
        }
        return true;
    }

    /// Sorted: some hosts put the fields in another order.
    private static List<String> fields(Header header) {
        return header.fields().stream()
                .filter(f -> !isTrace(f))
                .map(f -> f.name().toLowerCase(Locale.ROOT) + ":" + f.unfolded())
                .sorted()
                .toList();
    }

    private static boolean isTrace(Field field) {
        String name = field.name().toLowerCase(Locale.ROOT);
        return TRACE.contains(name) || name.startsWith("x-") || name.startsWith("arc-");
    }
}
