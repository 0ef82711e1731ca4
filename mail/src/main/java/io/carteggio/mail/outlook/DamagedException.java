package io.carteggio.mail.outlook;

import java.io.IOException;

/// The file or the item does not say what its format promises, or is over a limit. The rest can be read all the same.
public final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(String what) {
        super(what);
    }
}
