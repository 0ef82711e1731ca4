package io.carteggio.mail.outlook;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// The properties of an item, a recipient or an attachment, by the upper half of their tags.
record Properties(Map<Integer, Value> values, Charset charset) {
    /// Largest text and body that is read.
    static final int TEXT_LIMIT_BYTES = 64 * 1024 * 1024;

    /// Most properties of one thing.
    static final int COUNT_LIMIT = 20_000;

    private static final long FILETIME_OF_1970 = 116_444_736_000_000_000L;
    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private static final int MESSAGE_LOCALE = 0x3FF1;
    private static final int INTERNET_CODEPAGE = 0x3FDE;
    private static final int MESSAGE_CODEPAGE = 0x3FFD;

    Properties {
        values = Map.copyOf(values);
    }

    /// With the charset that these properties themselves name for their 8-bit strings, else another's.
    static Properties of(Map<Integer, Value> values, Charset otherwise) throws IOException {
        Properties these = new Properties(values, otherwise);
        Optional<Charset> named = these.number(MESSAGE_CODEPAGE).flatMap(CodePages::of);
        if (named.isEmpty()) {
            named = these.number(MESSAGE_LOCALE).filter(l -> l != 0).map(CodePages::ofLocale);
        }
        return named.isEmpty() ? these : new Properties(values, named.get());
    }

    Optional<Value> value(int tag) {
        return Optional.ofNullable(values.get(tag));
    }

    /// A text without the zeros that some programs leave at its end; empty where it has nothing else.
    Optional<String> text(int tag) throws IOException {
        Optional<Value> value = value(tag);
        if (value.isEmpty()
                || (value.get().type() != Value.STRING8 && value.get().type() != Value.UNICODE)) {
            return Optional.empty();
        }
        byte[] octets = value.get().read(TEXT_LIMIT_BYTES).toArray();
        String text = value.get().type() == Value.UNICODE
                ? new String(octets, 0, octets.length & ~1, StandardCharsets.UTF_16LE)
                : string8(octets);
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == 0) {
            end--;
        }
        return end == 0 ? Optional.empty() : Optional.of(text.substring(0, end));
    }

    /// Some programs write UTF-8 whatever charset they name: what can be read so, and is not plain ASCII, is so.
    private String string8(byte[] octets) {
        if (charset.name().startsWith("ISO-2022")) { // of which every octet is ASCII
            return new String(octets, charset);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(octets, charset);
        }
    }

    /// The octets of a binary property, or of a text as they lie in the file.
    Optional<byte[]> octets(int tag) throws IOException {
        Optional<Value> value = value(tag);
        return value.isEmpty()
                ? Optional.empty()
                : Optional.of(value.get().read(TEXT_LIMIT_BYTES).toArray());
    }

    Optional<Integer> number(int tag) throws IOException {
        Optional<Value> value = value(tag);
        if (value.isEmpty() || value.get().sizeBytes() > 8) {
            return Optional.empty();
        }
        Bytes octets = value.get().read(8);
        return switch (value.get().type()) {
            case Value.LONG -> Optional.of(octets.int4(0));
            case Value.SHORT -> Optional.of(octets.int2(0));
            case Value.BOOLEAN -> Optional.of(octets.octet(0));
            default -> Optional.empty();
        };
    }

    /// In whole seconds, as a mail says it.
    Optional<Instant> instant(int tag) throws IOException {
        Optional<Value> value = value(tag);
        if (value.isEmpty() || value.get().type() != Value.TIME || value.get().sizeBytes() != 8) {
            return Optional.empty();
        }
        long fileTime = value.get().read(8).int8(0);
        if (fileTime <= 0) {
            return Optional.empty();
        }
        Instant instant = Instant.ofEpochSecond(Math.floorDiv(fileTime - FILETIME_OF_1970, 10_000_000L));
        return instant.isAfter(LATEST) ? Optional.empty() : Optional.of(instant);
    }

    /// The charset that the internet form of the item had.
    Optional<Charset> internetCharset() throws IOException {
        return number(INTERNET_CODEPAGE).flatMap(CodePages::of);
    }
}
