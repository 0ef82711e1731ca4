package io.carteggio.mail.mime;

/// What the first octets of a part tell of it, whatever it claims to be.
public enum Nature {
    /// A picture, sound or film: there are no words in it that a reader of text could find.
    MEDIA,
    /// A document, archive or container of a known form: never plain text.
    DOCUMENT,
    /// Nothing.
    UNTOLD;

    /// So many octets are looked at.
    static final int HEAD_BYTES = 16;

    private static final String[] MEDIA_HEADS = {
        "ffd8ff", // JPEG
        "89504e470d0a1a0a", // PNG
        "474946383761", // GIF87a
        "474946383961", // GIF89a
        "49492a00", // TIFF
        "4d4d002a",
        "00000100", // ICO
        "494433", // MP3 with a tag
        "fffb", // MP3
        "4f676753", // Ogg
        "664c6143", // FLAC
        "1a45dfa3", // Matroska, WebM
        "2321414d52", // AMR
    };

    private static final String[] DOCUMENT_HEADS = {
        "25504446", // PDF
        "504b0304", // zip, and so OOXML and OpenDocument
        "504b0506", // an empty one
        "d0cf11e0a1b11ae1", // OLE 2: Office before 2007, .msg
        "7b5c727466", // RTF
        "1f8b", // gzip
        "425a68", // bzip2
        "377abcaf271c", // 7z
        "526172211a07", // RAR
        "fd377a585a00", // xz
        "789f3e22", // TNEF
    };

    /// Looks at the first octets of a part.
    ///
    /// @param length how many of the octets are the part's; those after [#HEAD_BYTES] do not count
    static Nature of(byte[] head, int length) {
        int n = Math.min(length, HEAD_BYTES);
        if (begins(head, n, MEDIA_HEADS) || isNamedContainer(head, n) || isBitmap(head, n)) {
            return MEDIA;
        }
        return begins(head, n, DOCUMENT_HEADS) ? DOCUMENT : UNTOLD;
    }

    private static boolean begins(byte[] head, int length, String[] heads) {
        for (String hex : heads) {
            boolean same = hex.length() / 2 <= length;
            for (int i = 0; same && i < hex.length() / 2; i++) {
                same = (head[i] & 0xFF) == Integer.parseInt(hex, 2 * i, 2 * i + 2, 16);
            }
            if (same) {
                return true;
            }
        }
        return false;
    }

    /// RIFF (WAV, AVI, WebP), and ISO media (MP4, MOV, HEIC), which name themselves further on.
    private static boolean isNamedContainer(byte[] head, int length) {
        return (length >= 12 && is(head, 0, "RIFF") && !is(head, 8, "RDIB")) || (length >= 12 && is(head, 4, "ftyp"));
    }

    /// "BM" alone may begin any text: two fields that are zero stand behind its size.
    private static boolean isBitmap(byte[] head, int length) {
        return length >= 14 && is(head, 0, "BM") && head[6] == 0 && head[7] == 0 && head[8] == 0 && head[9] == 0;
    }

    private static boolean is(byte[] head, int at, String ascii) {
        for (int i = 0; i < ascii.length(); i++) {
            if (head[at + i] != ascii.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
