package io.carteggio.server.web;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Names and types under which files are handed to a browser. What a letter says of a file is hostile.
final class FileNames {
    private static final int LIMIT_CHARS = 120;
    private static final String FORBIDDEN = "/\\:*?\"<>|";
    private static final String ATTR_CHARS = "!#$&+-.^_`|~";

    /// Types that a browser may know of a download; everything else is just octets.
    private static final Set<String> SAFE =
            Set.of("application/pdf", "image/gif", "image/jpeg", "image/png", "image/webp", "text/plain", "text/csv");

    /// Picture formats by their first octets; only these are shown within a letter. No SVG: that is a document.
    private static final Map<String, String> PICTURES =
            Map.of("image/png", "89504e47", "image/jpeg", "ffd8ff", "image/gif", "47494638", "image/webp", "52494646");

    private static final byte[] PDF = "%PDF-".getBytes(StandardCharsets.US_ASCII);

    /// So much of a file is looked at to tell what it is.
    static final int LOOKED_AT = 8 * 1024;

    private FileNames() {}

    /// Whether what claims this type is worth trying to show in a browser.
    static boolean isShown(String claimed) {
        return isPicture(claimed) || claimed.equals("application/pdf") || isText(claimed);
    }

    /// Text that is text and no document: HTML and XML are not shown.
    private static boolean isText(String claimed) {
        return claimed.startsWith("text/") && !claimed.contains("html") && !claimed.contains("xml");
    }

    /// The type under which a browser shows it, by its first octets; empty where it does not.
    static java.util.Optional<String> shownType(String claimed, byte[] firstOctets) {
        if (isPicture(claimed)) {
            return pictureType(java.util.Arrays.copyOf(firstOctets, Math.min(12, firstOctets.length)));
        }
        if (claimed.equals("application/pdf")) {
            boolean is = firstOctets.length >= PDF.length
                    && java.util.Arrays.equals(firstOctets, 0, PDF.length, PDF, 0, PDF.length);
            return is ? java.util.Optional.of(claimed) : java.util.Optional.empty();
        }
        boolean binary = false;
        for (byte b : firstOctets) {
            binary |= b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f';
        }
        if (!isText(claimed) || binary) {
            return java.util.Optional.empty();
        }
        return java.util.Optional.of("text/plain; charset=" + (isUtf8(firstOctets) ? "utf-8" : "windows-1252"));
    }

    /// Whether it is UTF-8 but for a character that may be cut at the end.
    private static boolean isUtf8(byte[] octets) {
        try {
            int end = octets.length;
            while (end > 0 && end > octets.length - 3 && octets[end - 1] < 0) {
                end--;
            }
            var _ = StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(octets, 0, end));
            return true;
        } catch (java.nio.charset.CharacterCodingException e) {
            return false;
        }
    }

    /// The value of `Content-Disposition` for a download (RFC 6266, RFC 8187).
    static String attachment(String name) {
        String safe = safe(name);
        StringBuilder ascii = new StringBuilder();
        StringBuilder encoded = new StringBuilder();
        for (byte octet : safe.getBytes(StandardCharsets.UTF_8)) {
            int c = octet & 0xff;
            if (c < 0x80 && (Character.isLetterOrDigit(c) || ATTR_CHARS.indexOf(c) >= 0)) {
                encoded.append((char) c);
            } else {
                encoded.append(String.format(Locale.ROOT, "%%%02X", c));
            }
        }
        safe.codePoints().forEach(c -> ascii.appendCodePoint(c >= 0x20 && c < 0x7f && c != '%' ? c : '_'));
        return "attachment; filename=\"" + ascii + "\"; filename*=UTF-8''" + encoded;
    }

    /// A name that is one: no path, no control or direction characters, not hidden, not endless.
    static String safe(String name) {
        StringBuilder safe = new StringBuilder();
        name.codePoints().limit(4 * LIMIT_CHARS).forEach(c -> {
            int type = Character.getType(c);
            if (FORBIDDEN.indexOf(c) >= 0) {
                safe.append('_');
            } else if (Character.isSpaceChar(c)) {
                safe.append(' ');
            } else if (type != Character.CONTROL
                    && type != Character.FORMAT
                    && type != Character.SURROGATE
                    && type != Character.UNASSIGNED) {
                safe.appendCodePoint(c);
            }
        });
        String stripped = safe.toString().strip().replaceAll("^[.\\s]+|[.\\s]+$", "");
        if (stripped.codePointCount(0, stripped.length()) > LIMIT_CHARS) {
            stripped = shortened(stripped);
        }
        return stripped.isEmpty() ? "unnamed" : stripped;
    }

    /// Keeps the ending, which tells what the file is.
    private static String shortened(String name) {
        int dot = name.lastIndexOf('.');
        String ending = dot > 0 && name.length() - dot <= 12 ? name.substring(dot) : "";
        int end = name.offsetByCodePoints(0, LIMIT_CHARS - ending.length());
        return name.substring(0, end) + ending;
    }

    /// The type under which a download is sent.
    static String downloadType(String claimed) {
        if (!SAFE.contains(claimed)) {
            return "application/octet-stream";
        }
        return claimed.startsWith("text/") ? claimed + "; charset=utf-8" : claimed;
    }

    /// Whether a part that claims this type may be shown as a picture.
    static boolean isPicture(String claimed) {
        return PICTURES.containsKey(claimed.equals("image/jpg") ? "image/jpeg" : claimed);
    }

    /// The picture's type by its first octets; empty where it is none that we show.
    static java.util.Optional<String> pictureType(byte[] firstOctets) {
        String hex = java.util.HexFormat.of().formatHex(firstOctets);
        return PICTURES.entrySet().stream()
                .filter(p -> hex.startsWith(p.getValue()))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
