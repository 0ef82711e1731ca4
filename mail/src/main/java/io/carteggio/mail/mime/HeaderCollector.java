package io.carteggio.mail.mime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/// Collects the fields of one header from its lines, within limits: what is over one is dropped, and marked.
final class HeaderCollector {
    /// Octets of one header block.
    static final int BLOCK_BYTES = 8 * 1024 * 1024;

    /// Octets of one field.
    static final int FIELD_BYTES = 1024 * 1024;

    /// Fields of one header.
    static final int FIELDS = 10_000;

    private final Predicate<String> wanted;
    private final List<HeaderField> fields = new ArrayList<>();
    private final int blockLimitBytes;
    private final Map<Integer, byte[]> legacy = new HashMap<>(0);
    private byte[] value = new byte[256];
    private int valueLength;
    private String name = "";
    private boolean open;
    private int blockBytes;
    private boolean truncated;

    HeaderCollector(Predicate<String> wanted, int blockLimitBytes) {
        this.wanted = wanted;
        this.blockLimitBytes = blockLimitBytes;
    }

    /// Takes the first piece of a line, a field's or the continuation of one. False where it is neither.
    boolean takeLine(byte[] b, int from, int to) {
        if (isBlank(b[from])) {
            append(b, from, to);
            return true;
        }
        return takeField(b, from, to);
    }

    /// Takes the first piece of a field's first line. False where the line is none.
    boolean takeField(byte[] b, int from, int to) {
        int colon = colonAfterName(b, from, to);
        if (colon < 0) {
            return false;
        }
        endField();
        if (fields.size() >= FIELDS) {
            truncated = true;
            return true;
        }
        int nameEnd = colon;
        while (nameEnd > from && isBlank(b[nameEnd - 1])) {
            nameEnd--;
        }
        name = Latin1.string(b, from, nameEnd);
        open = wanted.test(name);
        append(b, colon + 1, to);
        return true;
    }

    /// A name is printable US-ASCII but colon (RFC 5322 2.2); blanks before the colon are obsolete (4.5.1), not wrong.
    private static int colonAfterName(byte[] b, int from, int to) {
        int i = from;
        while (i < to && b[i] > ' ' && b[i] < 127 && b[i] != ':') {
            i++;
        }
        int nameEnd = i;
        while (i < to && isBlank(b[i])) {
            i++;
        }
        return nameEnd > from && i < to && b[i] == ':' ? i : -1;
    }

    private static boolean isBlank(byte octet) {
        return octet == ' ' || octet == '\t';
    }

    /// Takes a further piece of the value of the field that is open.
    void append(byte[] b, int from, int to) {
        if (!open) {
            return;
        }
        int n = Math.min(to - from, Math.min(FIELD_BYTES - valueLength, blockLimitBytes - blockBytes));
        if (n < to - from) {
            truncated = true;
        }
        if (n <= 0) {
            return;
        }
        if (value.length - valueLength < n) {
            value = Arrays.copyOf(value, Math.max(value.length * 2, valueLength + n));
        }
        System.arraycopy(b, from, value, valueLength, n);
        valueLength += n;
        blockBytes += n;
    }

    private void endField() {
        if (open) {
            Optional<String> text = Charsets.headerIfKnown(value, valueLength);
            if (text.isEmpty()) {
                legacy.put(fields.size(), Arrays.copyOf(value, valueLength));
            }
            fields.add(new HeaderField(name, text.orElse("").strip()));
            valueLength = 0;
            open = false;
        }
    }

    /// All fields. Raw octets that are not UTF-8 are read in the charset of the mail's own text, where it names one:
    /// programs that write raw octets write the same charset above and below.
    List<HeaderField> finish() {
        endField();
        if (!legacy.isEmpty()) {
            String charset = fields.stream()
                    .filter(field -> field.is("Content-Type"))
                    .findFirst()
                    .flatMap(field -> ContentType.parse(field.raw()).token("charset"))
                    .orElse("us-ascii");
            legacy.forEach((index, octets) -> {
                String text = Charsets.decodeWord(charset, octets, octets.length);
                fields.set(index, new HeaderField(fields.get(index).name(), text.strip()));
            });
            legacy.clear();
        }
        return fields;
    }

    boolean truncated() {
        return truncated;
    }

    int blockBytes() {
        return blockBytes;
    }
}
