package io.carteggio.server.demo;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A MIME entity to be written (RFC 2045, 2046): its header fields and its octets.
sealed interface Part {
    /// The entity's own header fields, without the blank line.
    void head(Head head);

    void body(ByteArrayOutputStream out);

    /// Whether the octets hold any over 127.
    boolean eightBit();

    default byte[] bodyBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        body(out);
        return out.toByteArray();
    }

    /// How text becomes octets.
    enum Transfer {
        BARE, // 7bit or 8bit, as it comes out
        QUOTED_PRINTABLE,
        BASE64
    }

    /// Text, whose lines end in LF here and in CRLF as written.
    ///
    /// @param type as `plain`, `html`, or `calendar; method=REQUEST`
    /// @param charset UTF-8 is taken where the text cannot be written in it
    record Text(String type, String text, Charset charset, Transfer transfer) implements Part {
        public Text {
            charset = charset.newEncoder().canEncode(text) ? charset : StandardCharsets.UTF_8;
            if (charset.equals(StandardCharsets.UTF_8)
                    && transfer == Transfer.BARE
                    && text.chars().allMatch(c -> c < 0x80)) {
                charset = StandardCharsets.US_ASCII;
            }
        }

        static Text utf8(String type, String text) {
            return new Text(type, text, StandardCharsets.UTF_8, Transfer.QUOTED_PRINTABLE);
        }

        private byte[] encoded() {
            String ended = text.endsWith("\n") ? text : text + "\n";
            return Head.encode(ended.replace("\n", "\r\n"), charset);
        }

        @Override
        public void head(Head head) {
            int semicolon = type.indexOf(';');
            String subtype = semicolon < 0 ? type : type.substring(0, semicolon);
            String parameters = semicolon < 0 ? "" : type.substring(semicolon);
            String name = charset.name().toLowerCase(Locale.ROOT);
            head.add("Content-Type", "text/" + subtype + "; charset=\"" + name + "\"" + parameters);
            head.add("Content-Transfer-Encoding", transferName());
        }

        private String transferName() {
            return switch (transfer) {
                case QUOTED_PRINTABLE -> "quoted-printable";
                case BASE64 -> "base64";
                case BARE -> eightBit() ? "8bit" : "7bit";
            };
        }

        @Override
        public boolean eightBit() {
            return transfer == Transfer.BARE && over127(encoded());
        }

        @Override
        public void body(ByteArrayOutputStream out) {
            out.writeBytes(
                    switch (transfer) {
                        case QUOTED_PRINTABLE -> Head.quotedPrintable(encoded());
                        case BASE64 -> Head.base64(encoded());
                        case BARE -> encoded();
                    });
        }
    }

    /// A file, attached or shown inline.
    ///
    /// @param id its Content-ID without brackets, where the text refers to it
    record File(Enclosure enclosure, boolean attached, Optional<String> id, NameStyle style) implements Part {
        static File attached(Enclosure enclosure) {
            return new File(enclosure, true, Optional.empty(), NameStyle.RFC_2231);
        }

        static File inline(Enclosure enclosure, String id) {
            return new File(enclosure, false, Optional.of(id), NameStyle.RFC_2231);
        }

        @Override
        public void head(Head head) {
            // Old Outlooks put an encoded word into the quotes, which RFC 2047 5(3) forbids and every reader accepts
            String name = style == NameStyle.ENCODED_WORD
                    ? "name=\"" + Head.encodedWords(enclosure.name(), Head.Words.UTF8_B) + "\""
                    : Head.parameter("name", enclosure.name());
            head.addTabbed("Content-Type", enclosure.type() + "; " + name);
            id.ifPresent(i -> head.add("Content-ID", "<" + i + ">"));
            head.addTabbed("Content-Disposition", (attached ? "attachment; " : "inline; ") + "file" + name);
            if (!mail()) {
                head.add("Content-Transfer-Encoding", "base64");
            } else if (eightBit()) {
                head.add("Content-Transfer-Encoding", "8bit");
            }
        }

        /// A mail inside a mail is not encoded again (RFC 2046 5.2.1).
        private boolean mail() {
            return enclosure.type().equals("message/rfc822");
        }

        @Override
        public boolean eightBit() {
            return mail() && over127(enclosure.bytes());
        }

        @Override
        public void body(ByteArrayOutputStream out) {
            out.writeBytes(mail() ? enclosure.bytes() : Head.base64(enclosure.bytes()));
        }
    }

    /// How a file name that is not ASCII is written.
    enum NameStyle {
        RFC_2231,
        ENCODED_WORD
    }

    /// Several entities.
    ///
    /// @param type as `mixed`, with further parameters behind a semicolon
    record Multi(String type, String boundary, List<Part> parts) implements Part {
        @Override
        public void head(Head head) {
            head.addTabbed("Content-Type", "multipart/" + type + "; boundary=\"" + boundary + "\"");
            if (eightBit()) {
                head.add("Content-Transfer-Encoding", "8bit"); // RFC 2045 6.4: the outer says what the inner needs
            }
        }

        @Override
        public boolean eightBit() {
            return parts.stream().anyMatch(Part::eightBit);
        }

        @Override
        public void body(ByteArrayOutputStream out) {
            String before = "--";
            for (Part part : parts) {
                Head head = new Head();
                part.head(head);
                write(out, before + boundary + "\r\n" + head + "\r\n");
                part.body(out);
                before = "\r\n--"; // this line end belongs to the delimiter (RFC 2046 5.1.1)
            }
            write(out, before + boundary + "--\r\n");
        }
    }

    /// Octets that are an entity's body already, with the fields to say so: a delivery status, a report in an NDR.
    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves the package
    record Octets(Head fields, byte[] bytes) implements Part {
        @Override
        public void head(Head head) {
            head.append(fields);
        }

        @Override
        public boolean eightBit() {
            return over127(bytes);
        }

        @Override
        public void body(ByteArrayOutputStream out) {
            out.writeBytes(bytes);
        }
    }

    static boolean over127(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return true;
            }
        }
        return false;
    }

    private static void write(ByteArrayOutputStream out, String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
