package io.carteggio.archive.erasure;

import io.carteggio.mail.Content;
import io.carteggio.mail.structure.Field;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Tells whether two letters are one message: equal but for trace headers, which the hosts on the way
/// write (DESIGN 2, variants). Pure.
final class Variants {
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

    private static final int BUFFER_BYTES = 64 * 1024;

    private Variants() {}

    static boolean same(Content one, Content other) throws IOException {
        Part a = Structure.head(one);
        Part b = Structure.head(other);
        long bodyBytes = one.sizeBytes() - a.bodyOffset();
        return a.header().complete()
                && b.header().complete()
                && bodyBytes == other.sizeBytes() - b.bodyOffset()
                && fields(a).equals(fields(b))
                && equal(one.slice(a.bodyOffset(), bodyBytes), other.slice(b.bodyOffset(), bodyBytes));
    }

    /// Sorted: some hosts put the fields in another order.
    private static List<String> fields(Part head) {
        return head.header().fields().stream()
                .filter(f -> !isTrace(f))
                .map(f -> f.name().toLowerCase(Locale.ROOT) + ":" + f.unfolded())
                .sorted()
                .toList();
    }

    private static boolean isTrace(Field field) {
        String name = field.name().toLowerCase(Locale.ROOT);
        return TRACE.contains(name) || name.startsWith("x-") || name.startsWith("arc-");
    }

    private static boolean equal(Content one, Content other) throws IOException {
        byte[] a = new byte[BUFFER_BYTES];
        byte[] b = new byte[BUFFER_BYTES];
        try (InputStream first = one.open();
                InputStream second = other.open()) {
            while (true) {
                int n = first.readNBytes(a, 0, a.length);
                if (n != second.readNBytes(b, 0, b.length) || !Arrays.equals(a, 0, n, b, 0, n)) {
                    return false;
                }
                if (n < a.length) {
                    return true;
                }
            }
        }
    }
}
