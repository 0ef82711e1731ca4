package io.carteggio.mail.extract;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// The frames in the pipe. The reader greets once; then each request, with the octets behind it, gets one
/// answer.
///
/// ```
/// greeting  "CXT1"  u16 octets of the version, the version
/// request   'R'  u16 + name  u16 + type  u32 characters  u32 milliseconds  u64 octets, then so many octets
/// answer    'A'  u8 how many shortfalls, u8 each  u32 octets of text, the text in UTF-8
/// ```
///
/// Methods belong to the thread that has the stream.
public final class ExtractWire {
    /// The version of what reads, its rules and its libraries: letters that another one has read are read
    /// again. Raise the number behind the dash when the rules change; a test compares the one before it with
    /// the library.
    public static final String READER = "tika-3.3.1-1";

    private static final byte[] GREETING = "CXT1".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION_BYTES = 100;
    private static final int STRING_BYTES = 4 * ExtractRequest.NAME_CHARS;
    private static final int REQUEST = 'R';
    private static final int ANSWER = 'A';

    /// The other side says what it never should.
    public static final class BrokenWireException extends IOException {
        private static final long serialVersionUID = 1;

        BrokenWireException(String message) {
            super(message);
        }
    }

    private ExtractWire() {}

    public static void greet(OutputStream out) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.write(GREETING);
        string(data, READER);
        data.flush();
    }

    /// Hears the greeting.
    ///
    /// @return the version of the reader
    public static String greeting(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        for (byte expected : GREETING) {
            if (data.readUnsignedByte() != expected) {
                throw new BrokenWireException("no greeting");
            }
        }
        return string(data, VERSION_BYTES);
    }

    /// Asks. The octets must give as many as the request says.
    public static void ask(OutputStream out, ExtractRequest request, InputStream octets) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.write(REQUEST);
        string(data, request.name());
        string(data, request.type());
        data.writeInt(request.textChars());
        data.writeInt((int) Math.min(Integer.MAX_VALUE, request.time().toMillis()));
        data.writeLong(request.sizeBytes());
        byte[] buffer = new byte[16 * 1024];
        long left = request.sizeBytes();
        while (left > 0) {
            int n = octets.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new EOFException("an attachment is shorter than it was");
            }
            data.write(buffer, 0, n);
            left -= n;
        }
        data.flush();
    }

    /// The next request; its octets are next in the stream. Empty where nobody asks any more.
    public static Optional<ExtractRequest> request(InputStream in) throws IOException {
        int kind = in.read();
        if (kind < 0) {
            return Optional.empty();
        }
        if (kind != REQUEST) {
            throw new BrokenWireException("no request: " + kind);
        }
        DataInputStream data = new DataInputStream(in);
        String name = string(data, STRING_BYTES);
        String type = string(data, STRING_BYTES);
        int chars = data.readInt();
        int millis = data.readInt();
        long size = data.readLong();
        if (chars < 1 || chars > ExtractRequest.TEXT_CHARS_LIMIT || millis < 0 || size < 0) {
            throw new BrokenWireException("numbers that no request has");
        }
        return Optional.of(new ExtractRequest(name, type, size, chars, Duration.ofMillis(millis)));
    }

    public static void answer(OutputStream out, Extracted extracted) throws IOException {
        DataOutputStream data = new DataOutputStream(out);
        data.write(ANSWER);
        data.write(extracted.shortfalls().size());
        for (Shortfall each : extracted.shortfalls()) {
            data.write(each.code());
        }
        byte[] text = extracted.text().getBytes(StandardCharsets.UTF_8);
        data.writeInt(text.length);
        data.write(text);
        data.flush();
    }

    /// The answer to a request for so many characters at most.
    public static Extracted answer(InputStream in, int textChars) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int kind = data.readUnsignedByte();
        if (kind != ANSWER) {
            throw new BrokenWireException("no answer: " + kind);
        }
        int count = data.readUnsignedByte();
        if (count > Shortfall.values().length) {
            throw new BrokenWireException(count + " shortfalls");
        }
        Set<Shortfall> shortfalls = EnumSet.noneOf(Shortfall.class);
        for (int i = 0; i < count; i++) {
            int code = data.readUnsignedByte();
            Shortfall why = Shortfall.ofCode(code)
                    .filter(s -> s != Shortfall.WAITING) // that is not the reader's to say
                    .orElseThrow(() -> new BrokenWireException("shortfall " + code));
            shortfalls.add(why);
        }
        int length = data.readInt();
        if (length < 0 || length > 3L * textChars) { // a character of UTF-16 takes three octets at most
            throw new BrokenWireException(length + " octets of text");
        }
        byte[] octets = data.readNBytes(length);
        if (octets.length < length) {
            throw new EOFException("a text breaks off");
        }
        String text = decoded(octets);
        if (text.length() > textChars) {
            throw new BrokenWireException("more text than was asked for");
        }
        return new Extracted(text, shortfalls);
    }

    private static void string(DataOutputStream out, String text) throws IOException {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(octets.length);
        out.write(octets);
    }

    private static String string(DataInputStream in, int limitBytes) throws IOException {
        int length = in.readUnsignedShort();
        if (length > limitBytes) {
            throw new BrokenWireException("a word of " + length + " octets");
        }
        byte[] octets = in.readNBytes(length);
        if (octets.length < length) {
            throw new EOFException("a word breaks off");
        }
        return decoded(octets);
    }

    private static String decoded(byte[] octets) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BrokenWireException("text that is not UTF-8");
        }
    }
}
