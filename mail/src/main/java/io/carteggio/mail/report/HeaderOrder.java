package io.carteggio.mail.report;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Which fields of a plain mail's header are asked, and in what order, for who really got it (JOURNAL-FORMATS 5.3).
///
/// Each mail system writes its own field, and what a site's own system does not overwrite an outsider can write: so
/// the order belongs to a source. Three names stand for more than their field: `To` for `To`, `Cc` and `Bcc`,
/// `Resent-To` for the three `Resent-` fields, `Received` for the `for` of the topmost `Received`.
///
/// @param fields at least one, no two alike
public record HeaderOrder(List<String> fields) {
    public static final String TO = "To";
    public static final String RESENT_TO = "Resent-To";
    public static final String RECEIVED = "Received";

    /// Fields of one order.
    public static final int MOST_FIELDS = 50;

    private static final Pattern NAME = Pattern.compile("[!-9;-~]{1,100}"); // RFC 5322, 3.6.8

    /// What is asked where the source says nothing: fields that delivering hosts write first, then what the path
    /// tells, at last what the author wrote.
    public static final HeaderOrder DEFAULT = new HeaderOrder(List.of(
            "X-Envelope-To", // Zimbra with amavis, many providers
            "X-Envelope-Recipients",
            "X-Rcpt-To", // providers
            "X-RcptTo",
            "X-MDRcpt-To", // MDaemon
            "X-Real-To", // CommuniGate
            "Envelope-To", // Exim
            "X-Original-To", // Postfix
            "Delivered-To", // Postfix, qmail, Gmail
            "X-Delivered-To",
            "X-Apparently-To",
            "Apparently-To",
            "X-Forwarded-To",
            "X-Gm-Original-To", // routing rules of Google Workspace
            "X-Resolved-To",
            RECEIVED,
            RESENT_TO,
            TO));

    public HeaderOrder {
        fields = List.copyOf(fields);
        if (fields.isEmpty() || fields.size() > MOST_FIELDS) {
            throw new IllegalArgumentException("a header order has 1 to " + MOST_FIELDS + " fields");
        }
        Set<String> seen = new LinkedHashSet<>();
        for (String field : fields) {
            if (!NAME.matcher(field).matches()) {
                throw new IllegalArgumentException("no name of a header field: '" + field + "'");
            }
            if (!seen.add(field.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(field + " stands twice in the header order");
            }
        }
    }
}
