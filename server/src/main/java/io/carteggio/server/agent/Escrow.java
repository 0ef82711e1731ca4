package io.carteggio.server.agent;

import io.carteggio.archive.journaling.EscrowedKeys;
import io.carteggio.archive.journaling.JournalRules;
import io.carteggio.mail.Content;
import io.carteggio.server.escrow.ClearMark;
import io.carteggio.server.escrow.Decrypter;
import io.carteggio.server.escrow.Decryption;
import io.carteggio.server.escrow.EscrowKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes clear copies of mail that is encrypted to keys held in escrow, where that is switched on. Whatever
/// goes wrong with it, the mail is journaled as it is. Safe for many threads.
final class Escrow {
    private static final Logger LOG = LoggerFactory.getLogger(Escrow.class);

    private final JournalRules rules;
    private final EscrowStore store;
    private final ClearMark mark;
    private Optional<Opened> opened = Optional.empty(); // guarded by this

    /// What is held, opened: that takes some time, so it is done when it changes.
    private record Opened(List<EscrowedKeys> held, Decrypter decrypter) {}

    /// What a report tells of decrypting.
    ///
    /// @param clear the clear copy, where there is one
    /// @param said what came of it, for a person
    record Result(Optional<Content> clear, Optional<String> said) {
        static final Result NOTHING = new Result(Optional.empty(), Optional.empty());
    }

    Escrow(JournalRules rules, EscrowStore store, ClearMark mark) {
        this.rules = rules;
        this.store = store;
        this.mark = mark;
    }

    /// What comes of a mail.
    ///
    /// @throws IOException only where the mail cannot be read
    Result decrypt(Content mail) throws IOException {
        if (!rules.book().settings().escrow() || rules.escrowed().isEmpty()) {
            return Result.NOTHING;
        }
        Decryption decryption;
        try {
            decryption = decrypter().decrypt(mail);
        } catch (RuntimeException e) { // a broken promise of ours is no reason to lose a report
            LOG.error("a message is journaled without its clear copy, which could not be made", e);
            return new Result(Optional.empty(), Optional.of("not decrypted: an error of the journaling agent's"));
        }
        return switch (decryption) {
            case Decryption.NotEncrypted _ -> Result.NOTHING;
            case Decryption.LeftAlone(var form) ->
                said(form.word() + "; left alone: encrypted to no key that is held in escrow");
            case Decryption.Refused(var form, var why, String detail) -> {
                LOG.warn("a message is journaled without a clear copy ({}): {}", form.title(), detail);
                yield said(form.word() + "; not decrypted (" + why.word() + "): " + detail);
            }
            case Decryption.Clear(Content clear, var account) ->
                new Result(Optional.of(clear), Optional.of(account.form().word() + "; decrypted"));
        };
    }

    private static Result said(String what) {
        return new Result(Optional.empty(), Optional.of(what));
    }

    @SuppressWarnings("ReferenceEquality") // the list is made anew when it changes, and only then
    private synchronized Decrypter decrypter() {
        List<EscrowedKeys> held = rules.escrowed();
        if (opened.isPresent() && opened.get().held() == held) {
            return opened.get().decrypter();
        }
        List<EscrowKey> keys = new ArrayList<>();
        for (EscrowedKeys one : held) {
            try {
                store.open(one.name())
                        .ifPresentOrElse(
                                keys::addAll,
                                () -> LOG.error("the keyring lacks the keys in escrow named {}", one.name()));
            } catch (IllegalArgumentException e) {
                LOG.error("the keys in escrow named {} cannot be opened: {}", one.name(), e.getMessage());
            }
        }
        Decrypter made = new Decrypter(keys, mark);
        opened = Optional.of(new Opened(held, made));
        return made;
    }
}
