package io.carteggio.mail.outlook;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/// Writes what mails consist of: fields, parameters, bodies. Everything but the values of fields that are
/// handed through is ASCII in short lines.
final class MimeWriter {
    private static final int LINE = 76;

    /// Octets of text in one encoded word (RFC 2047 allows 75 characters in all).
    private static final int WORD_BYTES = 42;

    private static final int PARAMETER_CHARACTERS = 60;
    private static final String PARAMETER_SPECIALS = "()<>@,;:\\\"/[]?= \t";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final OutputStream out;

    MimeWriter(OutputStream out) {
        this.out = out;
    }

    void line(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.write('\r');
        out.write('\n');
    }

    /// A text as the value of a field, in encoded words where it is not plain ASCII.
    static String unstructured(String text) {
        String clean = clean(text);
        return isPlain(clean) && clean.length() <= 900 ? clean : words(clean);
    }

    /// A name before an address.
    static String phrase(String text) {
        String clean = clean(text);
        return isPlain(clean) && clean.length() <= 900
                ? '"' + clean.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
                : words(clean);
    }

    /// Without line breaks and other controls, which have no place in a field.
    static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> clean.appendCodePoint(
                        Character.isISOControl(c) ? ' ' : c >= 0xd800 && c <= 0xdfff ? 0xfffd : c));
        return clean.toString().strip();
    }

    private static boolean isPlain(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 127) && !text.contains("=?");
    }

    private static String words(String text) {
        StringBuilder words = new StringBuilder();
        StringBuilder now = new StringBuilder();
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int size = Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
            if (bytes + size > WORD_BYTES) {
                words.append(word(now)).append("\r\n ");
                now.setLength(0);
                bytes = 0;
            }
            now.appendCodePoint(c);
            bytes += size;
            i += Character.charCount(c);
        }
        return words.append(word(now)).toString();
    }

    private static String word(StringBuilder text) {
        byte[] octets = text.toString().getBytes(StandardCharsets.UTF_8);
        return "=?utf-8?B?" + Base64.getEncoder().encodeToString(octets) + "?=";
    }

    /// A parameter of a field (RFC 2231), on a line of its own or more.
    static String parameter(String name, String value) {
        String clean = clean(value);
        if (isPlain(clean) && clean.length() <= PARAMETER_CHARACTERS) {
            return ";\r\n " + name + "=\"" + clean.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        }
        StringBuilder all = new StringBuilder();
        StringBuilder now = new StringBuilder("utf-8''");
        int section = 0;
        for (byte b : clean.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean literal = c > ' ' && c < 127 && PARAMETER_SPECIALS.indexOf(c) < 0 && "*'%".indexOf(c) < 0;
            if (now.length() >= PARAMETER_CHARACTERS) {
                all.append(";\r\n ")
                        .append(name)
                        .append('*')
                        .append(section++)
                        .append("*=")
                        .append(now);
                now.setLength(0);
            }
            now.append(literal ? String.valueOf(c) : "%" + HEX.toHexDigits(b));
        }
        return all.append(";\r\n ")
                .append(name)
                .append(section == 0 ? "*=" : "*" + section + "*=")
                .append(now)
                .toString();
    }

    /// Text in quoted-printable; its line breaks, of whatever kind, become line breaks.
    void text(String text) throws IOException {
        String lines = text.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
        quotedPrintable(lines.getBytes(StandardCharsets.UTF_8));
    }

    /// Octets in quoted-printable (RFC 2045, 6.7), which come out again exactly but for a line break at
    /// their end.
    void quotedPrintable(byte[] octets) throws IOException {
        StringBuilder line = new StringBuilder(LINE + 4);
        for (int i = 0; i < octets.length; i++) {
            int b = octets[i] & 0xff;
            boolean atBreak = b == '\r' && i + 1 < octets.length && octets[i + 1] == '\n';
            if (atBreak) {
                line(line.toString());
                line.setLength(0);
                i++;
                continue;
            }
            boolean blankAtEnd = (b == ' ' || b == '\t')
                    && (i + 1 == octets.length || octets[i + 1] == '\r' || octets[i + 1] == '\n');
            boolean literal = ((b >= ' ' && b < 127 && b != '=') || b == '\t') && !blankAtEnd;
            String put = literal ? String.valueOf((char) b) : "=" + HEX.toHexDigits((byte) b);
            if (line.length() + put.length() > LINE - 1) {
                line(line + "=");
                line.setLength(0);
            }
            if (line.isEmpty() && (put.equals(".") || put.equals("F"))) {
                put = "=" + HEX.toHexDigits((byte) b); // neither SMTP's dot nor mbox's From is met by it
            }
            line.append(put);
        }
        if (!line.isEmpty()) {
            line(line + "="); // the line break is the part's, not the text's
        }
    }

    /// A stream in base64.
    void base64(InputStream in) throws IOException {
        try (OutputStream encoder =
                Base64.getMimeEncoder(LINE, new byte[] {'\r', '\n'}).wrap(new Open(out))) {
            in.transferTo(encoder);
        }
        line("");
    }

    /// Leaves the stream below open.
    private static final class Open extends FilterOutputStream {
        Open(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            out.write(octets, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
