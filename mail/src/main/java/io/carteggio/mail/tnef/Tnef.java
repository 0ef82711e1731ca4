package io.carteggio.mail.tnef;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a TNEF stream says.
///
/// @param messageClass such as `IPM.Note`
/// @param transportHeader the header of the mail that the message once was, where the stream has it
/// @param from an address, with a name where there is one
/// @param to addresses or, where the stream has none, names; `cc` and `bcc` alike
/// @param text the body as plain text
/// @param html the body as HTML
/// @param rtf whether there is a body in compressed RTF, which is not read
/// @param enclosures files and messages inside, in their order
/// @param sound false where the stream is cut, damaged or over a limit: then this is what could be read
public record Tnef(
        Optional<String> messageClass,
        Optional<String> transportHeader,
        Optional<String> from,
        List<String> to,
        List<String> cc,
        List<String> bcc,
        Optional<String> subject,
        Optional<Instant> sent,
        Optional<String> messageId,
        Optional<String> text,
        Optional<String> html,
        boolean rtf,
        List<Enclosure> enclosures,
        boolean sound) {
    /// Octets of a text that are kept; the envelope of 100,000 recipients has room.
    public static final int TEXT_BYTES = 16 * 1024 * 1024;

    /// Files and messages of one stream; more are not looked at.
    public static final int MOST_ENCLOSURES = 1_000;

    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss Z", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    public Tnef {
        to = List.copyOf(to);
        cc = List.copyOf(cc);
        bcc = List.copyOf(bcc);
        enclosures = List.copyOf(enclosures);
    }

    /// A file or a message inside.
    ///
    /// @param type the media type, where the stream says one, in lower case
    /// @param message whether this is a message in TNEF in its turn (attach method 5), not a file
    /// @param offset where it lies in the stream
    public record Enclosure(
            Optional<String> name,
            Optional<String> type,
            Optional<String> contentId,
            boolean message,
            long offset,
            long sizeBytes) {
        /// Its octets.
        public Content in(Content stream) {
            return stream.slice(offset, sizeBytes);
        }
    }

    /// Whether the octets begin as a TNEF stream does.
    public static boolean begins(Content octets) throws IOException {
        if (octets.sizeBytes() < 4) {
            return false;
        }
        try (InputStream in = octets.open(0, 4)) {
            return new LittleEndian(in, 4).int4() == TnefReader.SIGNATURE;
        }
    }

    /// Reads a stream; empty where the octets are none.
    ///
    /// @throws IOException only where the content itself cannot be read
    public static Optional<Tnef> read(Content stream) throws IOException {
        if (!begins(stream)) {
            return Optional.empty();
        }
        try (InputStream in = stream.open()) {
            return Optional.of(new TnefReader(new LittleEndian(in, stream.sizeBytes())).read());
        }
    }

    /// The header that this message has or would have as a mail, in UTF-8, with the blank line behind it.
    public Content header() {
        StringBuilder text = new StringBuilder();
        if (transportHeader.filter(h -> !h.isBlank()).isPresent()) {
            transportHeader
                    .get()
                    .strip()
                    .lines()
                    .takeWhile(l -> !l.isBlank())
                    .forEach(l -> text.append(l).append("\r\n"));
        } else {
            from.ifPresent(f -> field(text, "From", f));
            people(text, "To", to);
            people(text, "Cc", cc);
            people(text, "Bcc", bcc);
            subject.ifPresent(s -> field(text, "Subject", s));
            sent.ifPresent(d -> field(text, "Date", DATE.format(d)));
            messageId.ifPresent(id -> field(text, "Message-ID", id));
        }
        byte[] octets = text.append("\r\n").toString().getBytes(UTF_8);
        return Content.owning(octets, octets.length);
    }

    private static void people(StringBuilder text, String name, List<String> people) {
        if (!people.isEmpty()) {
            field(text, name, people.stream().collect(Collectors.joining(", ")));
        }
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(name).append(": ");
        value.chars().map(c -> c < ' ' || c == 0x7f ? ' ' : c).forEach(c -> text.append((char) c));
        text.append("\r\n");
    }
}
