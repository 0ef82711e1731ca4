package io.carteggio.mail.outlook;

import java.io.IOException;
import java.io.InputStream;

/// What a property is: its octets, wherever they lie.
///
/// @param type one of [MS-OXCDATA] 2.11.1
record Value(int type, long sizeBytes, Opener opener) {
    static final int SHORT = 0x0002;
    static final int LONG = 0x0003;
    static final int BOOLEAN = 0x000B;
    static final int OBJECT = 0x000D;
    static final int STRING8 = 0x001E;
    static final int UNICODE = 0x001F;
    static final int TIME = 0x0040;
    static final int BINARY = 0x0102;

    /// Opens the octets; the caller closes them.
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    static Value of(int type, Bytes octets) {
        return new Value(type, octets.length(), octets::open);
    }

    /// A property that is there and cannot be read.
    static Value damaged(int type, DamagedException why) {
        return new Value(type, 0, () -> {
            throw new DamagedException(String.valueOf(why.getMessage()));
        });
    }

    Bytes read(int limitBytes) throws IOException {
        if (sizeBytes > limitBytes) {
            throw new DamagedException("a property of " + sizeBytes + " octets is over the limit of " + limitBytes);
        }
        try (InputStream in = opener.open()) {
            byte[] all = in.readNBytes((int) sizeBytes);
            if (all.length != sizeBytes) {
                throw new DamagedException("a property ends at " + all.length + " of " + sizeBytes + " octets");
            }
            return new Bytes(all);
        }
    }
}
