package io.carteggio.mail.milter;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One thing that the mail system says. On the wire: four octets of length (without themselves), a letter, data.
public sealed interface MilterCommand {
    /// More octets of a packet than this are not taken: a header field of Postfix has 100 KB at most, a piece of a body
    /// 64.
    int PACKET_BYTES_LIMIT = 4 << 20;

    /// What both can do.
    ///
    /// @param actions what the filter may ask for
    /// @param steps what the mail system can leave out
    record Negotiate(int version, int actions, int steps) implements MilterCommand {}

    /// Facts of the mail system's own, by name without braces.
    ///
    /// @param of the command that they belong to, by its letter
    record Macros(char of, Map<String, String> values) implements MilterCommand {
        public Macros {
            values = Map.copyOf(values);
        }
    }

    /// Somebody has connected.
    ///
    /// @param address in digits; absent where it came by no network
    record Connect(String host, Optional<String> address) implements MilterCommand {}

    record Helo(String name) implements MilterCommand {}

    /// A mail begins.
    ///
    /// @param from empty for the null reverse path
    record MailFrom(Optional<Address> from) implements MilterCommand {}

    record RcptTo(Address to) implements MilterCommand {}

    record Data() implements MilterCommand {}

    /// A field of the header.
    ///
    /// @param octets as the field stands in the mail, with its line breaks
    record Field(Content octets) implements MilterCommand {}

    record EndOfHeader() implements MilterCommand {}

    /// The next octets of the body.
    record Body(Content octets) implements MilterCommand {}

    /// The mail is whole, and waits for what the filter says.
    ///
    /// @param octets the last of the body
    record EndOfBody(Content octets) implements MilterCommand {}

    /// Nothing becomes of this mail; another may follow.
    record Abort() implements MilterCommand {}

    /// The mail system goes.
    record Quit() implements MilterCommand {}

    /// The client has gone; another follows over the same connection.
    record NextClient() implements MilterCommand {}

    /// What does not concern a filter that takes what comes: a command that the mail system did not know.
    record Other(char letter) implements MilterCommand {}

    /// Not in the protocol: nobody knows what follows.
    record Broken(String why) implements MilterCommand {}

    /// Reads one packet's letter and data, which nobody touches again.
    static MilterCommand parse(char letter, byte[] data) {
        try {
            return switch (letter) {
                case 'O' -> negotiate(data);
                case 'D' -> macros(data);
                case 'C' -> connect(data);
                case 'H' -> new Helo(strings(data).getFirst());
                case 'M' -> new MailFrom(address(strings(data).getFirst()));
                case 'R' ->
                    address(strings(data).getFirst())
                            .<MilterCommand>map(RcptTo::new)
                            .orElseGet(() -> new Broken("a recipient without an address"));
                case 'T' -> new Data();
                case 'L' -> field(data);
                case 'N' -> new EndOfHeader();
                case 'B' -> new Body(Content.owning(data, data.length));
                case 'E' -> new EndOfBody(Content.owning(data, data.length));
                case 'A' -> new Abort();
                case 'Q' -> new Quit();
                case 'K' -> new NextClient();
                case 'U' -> new Other(letter);
                default -> new Broken("no command of the protocol: " + (int) letter);
            };
        } catch (IllegalArgumentException e) {
            return new Broken(letter + ": " + e.getMessage());
        }
    }

    private static MilterCommand negotiate(byte[] data) {
        if (data.length < 12) {
            throw new IllegalArgumentException("it ends early");
        }
        ByteBuffer numbers = ByteBuffer.wrap(data);
        return new Negotiate(numbers.getInt(), numbers.getInt(), numbers.getInt());
    }

    private static MilterCommand macros(byte[] data) {
        if (data.length == 0) {
            throw new IllegalArgumentException("it ends early");
        }
        List<String> texts = data.length == 1 ? List.of() : strings(data, 1);
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i + 1 < texts.size(); i += 2) {
            String name = texts.get(i);
            boolean braced = name.length() > 2 && name.startsWith("{") && name.endsWith("}");
            values.put(braced ? name.substring(1, name.length() - 1) : name, texts.get(i + 1));
        }
        return new Macros((char) (data[0] & 0xff), values);
    }

    /// Host, NUL, family; of a family with addresses: port in two octets, address, NUL.
    private static MilterCommand connect(byte[] data) {
        int end = indexOfNul(data, 0);
        String host = text(data, 0, end);
        if (end + 1 >= data.length) {
            throw new IllegalArgumentException("it ends early");
        }
        char family = (char) (data[end + 1] & 0xff);
        if (family != '4' && family != '6') {
            return new Connect(host, Optional.empty());
        }
        if (end + 4 > data.length) {
            throw new IllegalArgumentException("it ends early");
        }
        String address = text(data, end + 4, indexOfNul(data, end + 4));
        String digits = address.regionMatches(true, 0, "IPv6:", 0, 5) ? address.substring(5) : address;
        return new Connect(host, digits.isEmpty() ? Optional.empty() : Optional.of(digits));
    }

    /// The name, NUL, what stands behind the colon, NUL; line breaks in it are LF alone.
    private static MilterCommand field(byte[] data) {
        int nameEnd = indexOfNul(data, 0);
        int valueEnd = indexOfNul(data, nameEnd + 1);
        int breaks = 0;
        for (int i = nameEnd + 1; i < valueEnd; i++) {
            breaks += isBareLf(data, i) ? 1 : 0;
        }
        byte[] octets = new byte[nameEnd + 1 + (valueEnd - nameEnd - 1) + breaks + 2];
        System.arraycopy(data, 0, octets, 0, nameEnd);
        int at = nameEnd;
        octets[at++] = ':';
        for (int i = nameEnd + 1; i < valueEnd; i++) {
            if (isBareLf(data, i)) {
                octets[at++] = '\r';
            }
            octets[at++] = data[i];
        }
        octets[at++] = '\r';
        octets[at] = '\n';
        return new Field(Content.owning(octets, octets.length));
    }

    private static boolean isBareLf(byte[] data, int at) {
        return data[at] == '\n' && data[at - 1] != '\r'; // a NUL stands before the first
    }

    /// An address in angle brackets or without; empty for none.
    private static Optional<Address> address(String text) {
        String bare = text.strip();
        if (bare.startsWith("<") && bare.endsWith(">")) {
            bare = bare.substring(1, bare.length() - 1);
        }
        return bare.isEmpty() ? Optional.empty() : Optional.of(new Address(bare));
    }

    private static List<String> strings(byte[] data) {
        return strings(data, 0);
    }

    private static List<String> strings(byte[] data, int from) {
        List<String> texts = new ArrayList<>();
        for (int at = from; at < data.length; ) {
            int end = indexOfNul(data, at);
            texts.add(text(data, at, end));
            at = end + 1;
        }
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("it says nothing");
        }
        return texts;
    }

    private static String text(byte[] data, int from, int to) {
        return new String(data, from, to - from, StandardCharsets.UTF_8);
    }

    private static int indexOfNul(byte[] data, int from) {
        for (int i = from; i < data.length; i++) {
            if (data[i] == 0) {
                return i;
            }
        }
        throw new IllegalArgumentException("a text without its end");
    }
}
