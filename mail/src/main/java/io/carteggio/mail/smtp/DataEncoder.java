package io.carteggio.mail.smtp;

import java.io.IOException;
import java.io.OutputStream;

/// Writes a mail as what follows DATA: with dot-stuffing and the end (RFC 5321 section 4.5.2).
///
/// Refuses a bare CR or LF: other servers may take it for an end of line, so what they would make of the mail is
/// not ours to say. Such a mail goes by BDAT or not at all. A mail that does not end in CRLF gets one, since DATA
/// knows no other; BDAT sends every mail unaltered.
///
/// For one mail and one thread.
public final class DataEncoder {
    private final OutputStream out;
    private int before = '\n'; // the octet before this one; the start counts as the start of a line

    public DataEncoder(OutputStream out) {
        this.out = out;
    }

    /// Writes the next octets of the mail.
    ///
    /// @throws IOException where writing fails, or at a bare CR or LF; the connection must then be dropped
    public void write(byte[] octets, int offset, int length) throws IOException {
        int from = offset;
        for (int i = offset; i < offset + length; i++) {
            int c = octets[i];
            if ((c == '\n') != (before == '\r')) { // LF without CR, or CR without LF
                throw new IOException("a bare CR or LF cannot go by DATA");
            }
            if (c == '.' && before == '\n') {
                out.write(octets, from, i - from);
                out.write('.');
                from = i;
            }
            before = c;
        }
        out.write(octets, from, offset + length - from);
    }

    /// Writes the end of the mail.
    public void finish() throws IOException {
        if (before == '\r') {
            throw new IOException("a bare CR or LF cannot go by DATA");
        }
        if (before != '\n') {
            out.write('\r');
            out.write('\n');
        }
        out.write(new byte[] {'.', '\r', '\n'});
    }
}
