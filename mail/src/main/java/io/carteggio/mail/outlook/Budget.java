package io.carteggio.mail.outlook;

/// What one item of a file may have in all, so that structures which name the same thing again and again do not make of
/// a small file an endless mail: no honest item has more octets than its file.
final class Budget {
    private int members = OutlookItem.MEMBERS_LIMIT;
    private long octets;

    Budget(long fileBytes) {
        this.octets = fileBytes;
    }

    /// One more recipient, attachment or item within.
    void member() throws DamagedException {
        if (--members < 0) {
            throw new DamagedException("more than " + OutlookItem.MEMBERS_LIMIT + " recipients and attachments");
        }
    }

    void take(Properties properties) throws DamagedException {
        for (Value value : properties.values().values()) {
            octets -= value.sizeBytes();
            if (octets < 0) {
                throw new DamagedException("it says to have more octets than its file");
            }
        }
    }

    boolean spent() {
        return members < 0 || octets < 0;
    }
}
