package io.carteggio.mail.mime;

import java.io.InputStream;

/// Undoes quoted-printable (RFC 2045 6.7). Line ends stay as they are (mime4j's decoder makes every one CRLF); blanks
/// at the end of a line are padding of the way and go; an equals sign that begins nothing stands for itself.
final class QuotedPrintableStream extends DecodingStream {
    /// Blanks held back until it is known whether the line ends after them; more than that are text.
    private static final int BLANKS = 1_000;

    private enum State {
        TEXT,
        EQUALS,
        /// After an equals sign and a hexadecimal digit.
        HEX,
        /// After an equals sign and blanks: only a line end may follow.
        EQUALS_BLANK,
        /// After an equals sign and CR.
        EQUALS_CR
    }

    private State state = State.TEXT;
    private final byte[] blanks = new byte[BLANKS];
    private int blankCount;
    private int firstDigit;

    QuotedPrintableStream(InputStream in, Runnable onDamage) {
        super(in, onDamage);
    }

    @Override
    void decode(byte[] piece, int length) {
        for (int i = 0; i < length; i++) {
            byte octet = piece[i];
            switch (state) {
                case TEXT -> text(octet);
                case EQUALS -> equals(octet);
                case HEX -> hex(octet);
                case EQUALS_BLANK -> equalsBlank(octet);
                case EQUALS_CR -> {
                    state = State.TEXT;
                    if (octet != '\n') {
                        text(octet); // a bare CR ends the line too
                    }
                }
            }
        }
    }

    private void text(byte octet) {
        if (octet == ' ' || octet == '\t') {
            if (blankCount == BLANKS) {
                putBlanks();
            }
            blanks[blankCount++] = octet;
        } else if (octet == '=') {
            putBlanks();
            state = State.EQUALS;
        } else {
            if (octet == '\n' || octet == '\r') {
                blankCount = 0;
            } else {
                putBlanks();
            }
            put(octet);
        }
    }

    private void equals(byte octet) {
        if (octet == '\n') {
            state = State.TEXT;
        } else if (octet == '\r') {
            state = State.EQUALS_CR;
        } else if (octet == ' ' || octet == '\t') {
            state = State.EQUALS_BLANK;
            blanks[blankCount++] = octet;
        } else if (digit(octet) >= 0) {
            firstDigit = octet;
            state = State.HEX;
        } else {
            literalEquals(octet);
        }
    }

    private void hex(byte octet) {
        if (digit(octet) >= 0) {
            put(digit((byte) firstDigit) << 4 | digit(octet));
            state = State.TEXT;
            return;
        }
        damage();
        put('=');
        put(firstDigit);
        state = State.TEXT;
        text(octet);
    }

    private void equalsBlank(byte octet) {
        if (octet == '\n' || octet == '\r') {
            blankCount = 0;
            state = octet == '\n' ? State.TEXT : State.EQUALS_CR;
        } else if ((octet == ' ' || octet == '\t') && blankCount < BLANKS) {
            blanks[blankCount++] = octet;
        } else {
            literalEquals(octet);
        }
    }

    private void literalEquals(byte octet) {
        damage();
        put('=');
        state = State.TEXT;
        text(octet);
    }

    private void putBlanks() {
        for (int i = 0; i < blankCount; i++) {
            put(blanks[i]);
        }
        blankCount = 0;
    }

    /// An equals sign at the very end is a soft line end whose line end got lost.
    @Override
    void finish() {
        if (state == State.HEX) {
            damage();
            put('=');
            put(firstDigit);
        }
        blankCount = 0;
    }

    private static int digit(byte octet) {
        return octet < 0 ? -1 : ContentType.hex((char) octet);
    }
}
