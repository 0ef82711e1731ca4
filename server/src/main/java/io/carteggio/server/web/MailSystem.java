package io.carteggio.server.web;

import io.carteggio.archive.entry.Family;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// What a firm's mail runs on, as the wizard for sources knows it.
enum MailSystem {
    MICROSOFT_365(Family.REPORT, 7),
    EXCHANGE_SERVER(Family.REPORT, 5),
    GOOGLE_WORKSPACE(Family.MULTIDROP, 4),
    POSTFIX(Family.MULTIDROP, 4),
    EXIM(Family.MULTIDROP, 4),
    OTHER(Family.REPORT, 2),
    MAILBOX(Family.REPORT, 2);

    private final Family family;
    private final int steps;

    MailSystem(Family family, int steps) {
        this.family = family;
        this.steps = steps;
    }

    /// What its mail is taken for.
    Family family() {
        return family;
    }

    int steps() {
        return steps;
    }

    /// Whether reports that cannot be delivered go to a mailbox of their own.
    boolean hasAlternate() {
        return this == MICROSOFT_365 || this == EXCHANGE_SERVER;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The name of its guide in `docs/guides`.
    String guide() {
        return switch (this) {
            case OTHER -> "any-other";
            case MAILBOX -> "existing-mailbox";
            case MICROSOFT_365, EXCHANGE_SERVER, GOOGLE_WORKSPACE, POSTFIX, EXIM -> word();
        };
    }

    static Optional<MailSystem> ofWord(String word) {
        return Stream.of(values()).filter(s -> s.word().equals(word)).findFirst();
    }
}
