package io.carteggio.mail.report;

import java.util.regex.Pattern;

/// Something in a report that is not as it should be, but was read all the same.
///
/// @param detail what exactly, for a person; may hold text of the mail
public record Warning(Code code, String detail) {
    private static final Pattern CONTROLS = Pattern.compile("\\p{Cc}");
    private static final int DETAIL_CHARACTERS = 200;

    public Warning {
        if (detail.length() > DETAIL_CHARACTERS) {
            boolean halved = Character.isHighSurrogate(detail.charAt(DETAIL_CHARACTERS - 1));
            detail = detail.substring(0, halved ? DETAIL_CHARACTERS - 1 : DETAIL_CHARACTERS) + "…";
        }
        detail = CONTROLS.matcher(detail).replaceAll(" "); // it may be shown on a terminal
    }

    /// The kinds of warning; their names are part of the output.
    public enum Code {
        /// A line may have been smuggled in through the original's subject (JOURNAL-FORMATS 2.8, step 7).
        SUSPECT_ENVELOPE,
        /// The mail has no marker of a report, but looks like one in every other way.
        MARKER_STRIPPED,
        /// The envelope names another Message-ID than the original has.
        MESSAGE_ID_MISMATCH,
        /// A line of the envelope part that the grammar does not know.
        UNKNOWN_LINE,
        /// A line of the envelope part that continues the one before; the grammar knows no such thing.
        FOLDED_LINE,
        /// A line that names nobody, or not by an address.
        ODD_ADDRESS,
        /// One recipient with two redirections of the same kind; each got a row of its own.
        CHAINED_REDIRECTION,
        /// The envelope has no `Sender:` line.
        NO_SENDER,
        /// The envelope names no recipient.
        NO_RECIPIENTS,
        /// Several originals, and none or all of them look protected.
        SEVERAL_ORIGINALS,
        /// Only the protected mail came, no clear copy; the detail says how it is encrypted, or nothing where it is by
        /// rights management.
        ENCRYPTED,
        /// An original was transfer-encoded, which RFC 2046 (5.2.1) forbids; it was decoded.
        ENCODED_ORIGINAL,
        /// An original claims a transfer encoding that it does not have; it was taken as it is.
        FALSE_ENCODING,
        /// The close delimiter is missing: the mail may have been cut off.
        NOT_CLOSED,
        /// The envelope was taken from HTML, because there was no plain text.
        HTML_ENVELOPE,
        /// The report came as TNEF; an original that is a message of MAPI there is kept as the TNEF it is.
        TNEF,
        /// The mail has parts that are neither envelope nor original.
        OTHER_PARTS,
        /// A limit of header size or of number of fields or parts was reached.
        OVER_LIMIT,
        /// There were more warnings than are kept.
        MORE
    }

    @Override
    public String toString() {
        return detail.isEmpty() ? code.name() : code + ": " + detail;
    }
}
