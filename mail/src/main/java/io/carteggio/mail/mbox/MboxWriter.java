package io.carteggio.mail.mbox;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.OctetSearch;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/// Writes a mailbox with mboxrd quoting: a `From ` line, the message with `>` before each of its lines `From `,
/// `>From ` and so on, a line break where its last line has none, and a blank line.
///
/// Nothing else of the message changes, also not its line breaks: a message with CRLF keeps them between `From ` lines
/// that end in LF. Belongs to one thread; buffers a little, so the caller buffers the stream if he likes, and closes
/// it.
public final class MboxWriter {
    private static final DateTimeFormatter ASCTIME = // as C's asctime writes it, always in UTC (RFC 4155)
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss uuuu", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);
    private static final byte[] FROM = "From ".getBytes(US_ASCII);
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final Instant FIRST_DATE = Instant.parse("1000-01-01T00:00:00Z");
    private static final Instant LAST_DATE = Instant.parse("9999-12-31T23:59:59Z");

    private final OutputStream out;
    private final byte[] octets = new byte[BUFFER_BYTES]; // of the message
    private final byte[] buffer = new byte[BUFFER_BYTES]; // of the mailbox
    private int filled;

    private int quotes; // '>' at the beginning of the current line
    private int matched; // octets of "From " behind them; -1 where the line is known to be no such line

    public MboxWriter(OutputStream out) {
        this.out = out;
    }

    /// Writes one message.
    ///
    /// @param sender for the `From ` line; `MAILER-DAEMON` where it is empty
    /// @param date for the `From ` line
    /// @return what the manifest must say of the message, so that it can be read back exactly
    public MboxManifest.Entry write(Optional<Address> sender, Instant date, Content message) throws IOException {
        MessageDigest digest = Sha256.digest();
        long size = write(sender, date, message, digest::update);
        return new MboxManifest.Entry(size, Sha256.finish(digest));
    }

    /// Writes one message of which the caller knows how large it is and what its sum is.
    public void writeKnown(Optional<Address> sender, Instant date, Content message) throws IOException {
        write(sender, date, message, (octets, from, length) -> {});
    }

    private interface Onlooker {
        void see(byte[] octets, int from, int length);
    }

    private long write(Optional<Address> sender, Instant date, Content message, Onlooker onlooker) throws IOException {
        put(fromLine(sender, date).getBytes(US_ASCII));
        long size = 0;
        int last = '\n';
        startLine();
        try (InputStream in = message.open()) {
            for (int n = in.read(octets); n >= 0; n = in.read(octets)) {
                onlooker.see(octets, 0, n);
                size += n;
                take(n);
                last = n > 0 ? octets[n - 1] : last;
            }
        }
        endLine();
        if (last != '\n') {
            put((byte) '\n');
        }
        put((byte) '\n');
        flush();
        return size;
    }

    /// The line that begins a message, with its LF.
    static String fromLine(Optional<Address> sender, Instant date) {
        StringBuilder name = new StringBuilder();
        for (char c : sender.map(Address::raw).orElse("").toCharArray()) {
            name.append(c > ' ' && c < 0x7f ? c : '_'); // a blank would end it, and the line is ASCII
        }
        // asctime has four digits for the year; a forged Date may have more
        Instant shown = date.isAfter(LAST_DATE) ? LAST_DATE : date.isBefore(FIRST_DATE) ? FIRST_DATE : date;
        return "From " + (name.isEmpty() ? "MAILER-DAEMON" : name) + " " + ASCTIME.format(shown) + "\n";
    }

    private void startLine() {
        quotes = 0;
        matched = 0;
    }

    private void take(int length) throws IOException {
        for (int i = 0; i < length; ) {
            if (matched < 0) { // no need to look at the rest of the line
                int end = plain(i, length);
                put(octets, i, end - i);
                if (octets[end - 1] == '\n') {
                    startLine();
                }
                i = end;
            } else {
                take(octets[i++]);
            }
        }
    }

    /// Where what is written as it is ends: before the next line that may have to be quoted.
    private int plain(int from, int length) {
        for (int i = from; i < length; ) {
            int end = OctetSearch.indexOf(octets, i, length, (byte) '\n');
            if (end < 0) {
                return length;
            }
            i = end + 1;
            if (i == length || octets[i] == '>' || octets[i] == FROM[0]) {
                return i;
            }
        }
        return length;
    }

    private void take(byte c) throws IOException {
        if (matched >= 0) {
            if (matched == 0 && c == '>') {
                quotes++;
                return;
            }
            if (c == FROM[matched]) {
                if (++matched == FROM.length) {
                    quotes++;
                    endLine();
                    matched = -1;
                }
                return;
            }
            endLine();
            matched = -1;
        }
        put(c);
        if (c == '\n') {
            startLine();
        }
    }

    /// Writes what was held back of the line.
    private void endLine() throws IOException {
        for (; quotes > 0; quotes--) {
            put((byte) '>');
        }
        for (int i = 0; i < matched; i++) {
            put(FROM[i]);
        }
        matched = 0;
    }

    private void put(byte[] octets) throws IOException {
        put(octets, 0, octets.length);
    }

    private void put(byte[] octets, int offset, int length) throws IOException {
        for (int done = 0; done < length; ) {
            if (filled == buffer.length) {
                flush();
            }
            int n = Math.min(buffer.length - filled, length - done);
            System.arraycopy(octets, offset + done, buffer, filled, n);
            filled += n;
            done += n;
        }
    }

    private void put(byte c) throws IOException {
        if (filled == buffer.length) {
            flush();
        }
        buffer[filled++] = c;
    }

    private void flush() throws IOException {
        out.write(buffer, 0, filled);
        filled = 0;
    }
}
