package io.carteggio.mail.report;

/// Whose form a journal report has.
public enum Dialect {
    /// Exchange 2007 up to Exchange Online, and all who write the same ([MS-XJRNL]).
    EXCHANGE_2007("exchange-2007"),
    /// Amazon WorkMail: the same grammar, another marker.
    WORKMAIL("workmail"),
    /// Exchange 2003 and Citadel: `Recipients:` and a list.
    EXCHANGE_2003("exchange-2003");

    private final String word;

    Dialect(String word) {
        this.word = word;
    }

    /// The word used in output.
    public String word() {
        return word;
    }
}
