package io.carteggio.mail.tnef;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.charset.Charset;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// One pass over the attributes of a stream ([MS-OXTNEF] 2.1). Belongs to one thread.
final class TnefReader {
    static final long SIGNATURE = 0x223E9F78L;

    private static final int NAME_BYTES = 4 * 1024;
    private static final int FIELD_BYTES = 64 * 1024;
    private static final int HEADER_BYTES = 1024 * 1024;
    private static final int MOST_RECIPIENTS = 10_000;
    private static final int GUID_BYTES = 16;

    /// 1601-01-01, where file times begin, in seconds of Unix.
    private static final long FILE_TIME_EPOCH = -11_644_473_600L;

    private final LittleEndian in;
    private Charset charset = codepage(1252);
    private final Map<Integer, String> said = new HashMap<>();
    private Optional<Instant> sent = Optional.empty();
    private boolean rtf;
    private final List<Recipient> recipients = new ArrayList<>();
    private final List<Tnef.Enclosure> enclosures = new ArrayList<>();
    private Enclosing enclosing = new Enclosing();
    private boolean sound = true;

    TnefReader(LittleEndian in) {
        this.in = in;
    }

    Tnef read() throws IOException {
        long size = in.left();
        in.skip(6); // the signature, and a key by which nothing here is named
        while (in.left() > 0) {
            int level = in.octet();
            int id = in.int2();
            in.int2(); // the type of the attribute, which its id implies
            long length = in.int4();
            if (in.beyond() || (level != 1 && level != 2)) {
                sound = false; // no attribute: so it cannot be told where another begins
                break;
            }
            long end = Math.min(in.at() + length, size);
            sound &= end == in.at() + length;
            in.sum();
            in.limit(end);
            attribute(id, end - in.at());
            sound &= !in.beyond();
            in.limit(end);
            in.skip(in.left());
            int sum = in.sum();
            in.limit(size);
            sound &= in.int2() == sum;
        }
        enclosing.end();
        return tnef();
    }

    private void attribute(int id, long length) throws IOException {
        switch (id) {
            case 0x9007 -> charset = codepage(in.int4()); // attOemCodepage
            case 0x8008 -> said.putIfAbsent(Property.MESSAGE_CLASS, text(length, NAME_BYTES)); // attMessageClass
            case 0x8004 -> said.putIfAbsent(Property.SUBJECT, text(length, FIELD_BYTES)); // attSubject
            case 0x800C -> said.putIfAbsent(Property.BODY, text(length, Tnef.TEXT_BYTES)); // attBody
            case 0x8000 -> sender(); // attFrom
            case 0x8005 -> dateSent(); // attDateSent
            case 0x9003 -> properties(new OfMessage()); // attMAPIProps
            case 0x9004 -> recipients(); // attRecipTable
            case 0x9002 -> { // attAttachRendData: here an attachment begins
                enclosing.end();
                enclosing = new Enclosing();
            }
            case 0x8010 -> enclosing.said.putIfAbsent(Property.TITLE, text(length, NAME_BYTES)); // attAttachTitle
            case 0x800F -> enclosing.lies(in.at(), length, false); // attAttachData
            case 0x9005 -> properties(enclosing); // attAttachment
            default -> {} // stepped over
        }
    }

    // ---- properties ----------------------------------------------------------------------------------------------

    /// A message, a recipient or an attachment is told its properties.
    private interface Taker {
        default void number(int id, long value) {}

        /// @param length octets that may be read now; what is not read of them is stepped over
        void value(int id, int type, long length) throws IOException;
    }

    private void properties(Taker taker) throws IOException {
        long count = in.int4();
        for (long i = 0; i < count && !in.beyond(); i++) {
            if (!property(taker)) {
                sound = false;
                return;
            }
        }
    }

    /// False where the property is of a type that nobody knows, so that its end cannot be told.
    private boolean property(Taker taker) throws IOException {
        int type = in.int2();
        int id = in.int2();
        if (id >= 0x8000) { // named, by a set and a number or a string; none of these is read
            in.skip(GUID_BYTES);
            boolean numbered = in.int4() == 0;
            in.skip(numbered ? 4 : padded(in.int4()));
            id = 0;
        }
        boolean several = (type & 0x1000) != 0;
        int one = type & ~0x1000;
        int fixedBytes = fixedBytes(one);
        if (fixedBytes == 0 && !isVariable(one)) {
            return false;
        }
        long values = several || fixedBytes == 0 ? in.int4() : 1;
        for (long v = 0; v < values && !in.beyond(); v++) {
            if (fixedBytes == 4 || fixedBytes == 8) {
                taker.number(id, fixedBytes == 4 ? in.int4() : in.int8());
            } else if (fixedBytes > 0) {
                in.skip(fixedBytes);
            } else {
                long length = in.int4();
                long end = in.at() + padded(length);
                sound &= length <= in.left();
                taker.value(id, one, Math.min(length, in.left()));
                in.skip(end - in.at());
            }
        }
        return true;
    }

    private static int fixedBytes(int type) {
        return switch (type) {
            case 0x0002, 0x0003, 0x0004, 0x000A, 0x000B -> 4; // the small ones are padded
            case 0x0005, 0x0006, 0x0007, 0x0014, 0x0040 -> 8;
            case 0x0048 -> GUID_BYTES;
            default -> 0;
        };
    }

    private static boolean isVariable(int type) {
        return switch (type) {
            case Property.STRING, Property.UNICODE, Property.OBJECT, Property.BINARY -> true;
            default -> false;
        };
    }

    private static long padded(long length) {
        return (length + 3) & ~3L;
    }

    private String string(int type, long length, int most) throws IOException {
        return type == Property.UNICODE ? decoded(in.octets(length, most), UTF_16LE) : text(length, most);
    }

    private String text(long length, int most) throws IOException {
        sound &= length <= most;
        return decoded(in.octets(length, most), charset);
    }

    private static String decoded(byte[] octets, Charset charset) {
        String text = new String(octets, charset);
        int nul = text.indexOf('\0');
        return nul < 0 ? text : text.substring(0, nul);
    }

    private final class OfMessage implements Taker {
        @Override
        public void number(int id, long value) {
            if (id == Property.SUBMITTED) {
                sent = fileTime(value).or(() -> sent);
            }
        }

        @Override
        public void value(int id, int type, long length) throws IOException {
            switch (id) {
                case Property.MESSAGE_CLASS,
                        Property.SUBJECT,
                        Property.MESSAGE_ID,
                        Property.SENDER_NAME,
                        Property.SENDER_ADDRESS,
                        Property.SENDER_SMTP,
                        Property.REPRESENTED_NAME,
                        Property.REPRESENTED_ADDRESS,
                        Property.REPRESENTED_SMTP,
                        Property.DISPLAY_TO,
                        Property.DISPLAY_CC -> said.put(id, string(type, length, FIELD_BYTES));
                case Property.TRANSPORT_HEADER -> said.put(id, string(type, length, HEADER_BYTES));
                case Property.BODY, Property.HTML -> said.put(id, string(type, length, Tnef.TEXT_BYTES));
                case Property.RTF -> rtf |= length > 0;
                default -> {} // stepped over
            }
        }
    }

    /// The table has a row of properties for each.
    private final class Recipient implements Taker {
        final Map<Integer, String> said = new HashMap<>();
        long type;

        @Override
        public void number(int id, long value) {
            if (id == Property.RECIPIENT_TYPE) {
                type = value;
            }
        }

        @Override
        public void value(int id, int valueType, long length) throws IOException {
            switch (id) {
                case Property.DISPLAY_NAME, Property.ADDRESS, Property.SMTP_ADDRESS ->
                    said.put(id, string(valueType, length, NAME_BYTES));
                default -> {} // stepped over
            }
        }
    }

    private void recipients() throws IOException {
        long rows = in.int4();
        for (long row = 0; row < rows && !in.beyond(); row++) {
            if (recipients.size() == MOST_RECIPIENTS) {
                sound = false;
                return;
            }
            Recipient recipient = new Recipient();
            properties(recipient);
            recipients.add(recipient);
        }
    }

    /// An attachment, as far as it was read.
    private final class Enclosing implements Taker {
        final Map<Integer, String> said = new HashMap<>();
        long offset = -1;
        long sizeBytes;
        boolean message;

        void lies(long at, long length, boolean isMessage) {
            offset = at;
            sizeBytes = length;
            message = isMessage;
        }

        @Override
        public void value(int id, int type, long length) throws IOException {
            switch (id) {
                case Property.DATA -> {
                    if (type == Property.BINARY) {
                        lies(in.at(), length, false);
                    } else if (type == Property.OBJECT && length > GUID_BYTES) {
                        in.skip(GUID_BYTES); // which interface it has: a message begins with the signature
                        long at = in.at();
                        boolean isMessage = length - GUID_BYTES >= 4 && in.int4() == SIGNATURE;
                        lies(at, length - GUID_BYTES, isMessage);
                    }
                }
                case Property.DISPLAY_NAME,
                        Property.FILE_NAME,
                        Property.LONG_FILE_NAME,
                        Property.MEDIA_TYPE,
                        Property.CONTENT_ID -> said.put(id, string(type, length, NAME_BYTES));
                default -> {} // stepped over
            }
        }

        void end() {
            if (offset < 0) {
                return;
            }
            if (enclosures.size() == Tnef.MOST_ENCLOSURES) {
                sound = false;
                return;
            }
            enclosures.add(new Tnef.Enclosure(
                    first(said, Property.LONG_FILE_NAME, Property.FILE_NAME, Property.TITLE, Property.DISPLAY_NAME),
                    first(said, Property.MEDIA_TYPE).map(t -> t.toLowerCase(Locale.ROOT)),
                    first(said, Property.CONTENT_ID),
                    message,
                    offset,
                    sizeBytes));
        }
    }

    private static Optional<String> first(Map<Integer, String> said, int... ids) {
        for (int id : ids) {
            String value = said.getOrDefault(id, "").strip();
            if (!value.isEmpty()) {
                return Optional.of(value);
            }
        }
        return Optional.empty();
    }

    // ---- the old attributes --------------------------------------------------------------------------------------

    /// A triple of lengths, a name and an address such as `SMTP:anna@example.com` ([MS-OXTNEF] 2.1.3.3.15).
    private void sender() throws IOException {
        in.skip(4);
        int nameBytes = in.int2();
        int addressBytes = in.int2();
        String name = text(Math.min(nameBytes, in.left()), NAME_BYTES);
        String address = text(Math.min(addressBytes, in.left()), NAME_BYTES);
        said.putIfAbsent(Property.SENDER_NAME, name);
        said.putIfAbsent(Property.SENDER_ADDRESS, untyped(address));
    }

    private void dateSent() throws IOException {
        int[] parts = new int[6];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = in.int2();
        }
        if (sent.isEmpty()) {
            try {
                sent = Optional.of(LocalDateTime.of(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5])
                        .toInstant(ZoneOffset.UTC));
            } catch (DateTimeException noDate) {
                sound = false;
            }
        }
    }

    private static Optional<Instant> fileTime(long hundredsOfNanos) {
        return hundredsOfNanos <= 0
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(
                        FILE_TIME_EPOCH + hundredsOfNanos / 10_000_000, hundredsOfNanos % 10_000_000 * 100));
    }

    private static String untyped(String address) {
        return address.regionMatches(true, 0, "SMTP:", 0, 5) ? address.substring(5) : address;
    }

    private static Charset codepage(long number) {
        if (number == 65001) {
            return UTF_8;
        }
        for (String name : List.of("windows-" + number, "cp" + number, "x-windows-" + number)) {
            if (Charset.isSupported(name)) {
                return Charset.forName(name);
            }
        }
        return Charset.forName("windows-1252");
    }

    // ---- the answer ----------------------------------------------------------------------------------------------

    private Tnef tnef() {
        Optional<String> address = first(
                        said,
                        Property.REPRESENTED_SMTP,
                        Property.SENDER_SMTP,
                        Property.REPRESENTED_ADDRESS,
                        Property.SENDER_ADDRESS)
                .map(TnefReader::untyped);
        Optional<String> name = first(said, Property.REPRESENTED_NAME, Property.SENDER_NAME);
        return new Tnef(
                first(said, Property.MESSAGE_CLASS),
                first(said, Property.TRANSPORT_HEADER),
                address.map(a -> mailbox(name, a)).or(() -> name),
                people(1, Property.DISPLAY_TO),
                people(2, Property.DISPLAY_CC),
                people(3, 0),
                first(said, Property.SUBJECT),
                sent,
                first(said, Property.MESSAGE_ID),
                Optional.ofNullable(said.get(Property.BODY)).filter(t -> !t.isBlank()),
                Optional.ofNullable(said.get(Property.HTML)).filter(t -> !t.isBlank()),
                rtf,
                enclosures,
                sound);
    }

    private List<String> people(int type, int display) {
        List<String> people = new ArrayList<>();
        for (Recipient r : recipients) {
            if (r.type == type) {
                Optional<String> name = first(r.said, Property.DISPLAY_NAME);
                first(r.said, Property.SMTP_ADDRESS, Property.ADDRESS)
                        .map(TnefReader::untyped)
                        .map(a -> mailbox(name, a))
                        .or(() -> name)
                        .ifPresent(people::add);
            }
        }
        if (people.isEmpty()) {
            first(said, display).ifPresent(people::add);
        }
        return people;
    }

    private static String mailbox(Optional<String> name, String address) {
        return address.indexOf('@') < 0
                ? name.orElse(address)
                : name.filter(n -> !n.equals(address))
                        .map(n -> "\"" + n.replace("\\", "\\\\").replace("\"", "\\\"") + "\" <" + address + ">")
                        .orElse(address);
    }
}
