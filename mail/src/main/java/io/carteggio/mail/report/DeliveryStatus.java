package io.carteggio.mail.report;

import io.carteggio.mail.mime.MailDate;
import io.carteggio.mail.structure.Field;
import io.carteggio.mail.structure.Header;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a `message/delivery-status` part says (RFC 3464).
///
/// @param reportingMta without its type
/// @param recipients in their order
/// @param complete false where a limit of [Structure] cut the list
public record DeliveryStatus(
        Optional<String> reportingMta, Optional<Instant> arrivalDate, List<PerRecipient> recipients, boolean complete) {
    public static final DeliveryStatus EMPTY = new DeliveryStatus(Optional.empty(), Optional.empty(), List.of(), true);

    public DeliveryStatus {
        recipients = List.copyOf(recipients);
    }

    /// What became of the mail for one recipient (RFC 3464, 2.3.3).
    public enum Action {
        FAILED,
        DELAYED,
        DELIVERED,
        RELAYED,
        EXPANDED,
        /// Not said, or in a word that RFC 3464 does not know.
        UNKNOWN;

        static Action parse(String value) {
            String word = value.strip().toLowerCase(Locale.ROOT);
            for (Action action : values()) {
                if (action != UNKNOWN && word.startsWith(action.word())) {
                    return action;
                }
            }
            return UNKNOWN;
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What the notice says of one recipient (RFC 3464, 2.3).
    ///
    /// @param finalRecipient address without its type; as written, may be anything
    /// @param originalRecipient address without its type
    /// @param status class.subject.detail of RFC 3463, as written
    /// @param diagnostic without its type, on one line
    /// @param remoteMta without its type
    public record PerRecipient(
            Optional<String> finalRecipient,
            Optional<String> originalRecipient,
            Action action,
            Optional<String> status,
            Optional<String> diagnostic,
            Optional<String> remoteMta) {}

    /// Whether some recipient is late and none has failed.
    boolean delayed() {
        return recipients.stream().anyMatch(r -> r.action() == Action.DELAYED) && !failed();
    }

    /// Whether all recipients are done with, and well.
    boolean delivered() {
        return !recipients.isEmpty()
                && recipients.stream().allMatch(r -> switch (r.action()) {
                    case DELIVERED, RELAYED, EXPANDED -> true;
                    case FAILED, DELAYED, UNKNOWN -> false;
                });
    }

    private boolean failed() {
        return recipients.stream().anyMatch(r -> r.action() == Action.FAILED || r.action() == Action.UNKNOWN);
    }

    /// Reads blocks of fields. Foreign fields may stand among them, and blocks may be cut at the wrong places.
    static DeliveryStatus of(List<Header> blocks) {
        Optional<String> reportingMta = Optional.empty();
        Optional<Instant> arrived = Optional.empty();
        List<PerRecipient> recipients = new ArrayList<>();
        Draft draft = new Draft();
        boolean complete = true;
        for (Header block : blocks) {
            complete &= block.complete();
            for (Field field : block.fields()) {
                String value = field.text();
                switch (field.name().toLowerCase(Locale.ROOT)) {
                    case "reporting-mta" -> reportingMta = reportingMta.or(() -> untyped(value));
                    case "arrival-date" -> arrived = arrived.or(() -> MailDate.parse(value));
                    case "original-recipient" -> {
                        if (draft.originalRecipient.isPresent() || draft.finalRecipient.isPresent()) {
                            draft = draft.finish(recipients);
                        }
                        draft.originalRecipient = untyped(value);
                        draft.any = true;
                    }
                    case "final-recipient" -> {
                        if (draft.finalRecipient.isPresent()) {
                            draft = draft.finish(recipients);
                        }
                        draft.finalRecipient = untyped(value);
                        draft.any = true;
                    }
                    case "action" -> {
                        draft.action = draft.action == Action.UNKNOWN ? Action.parse(value) : draft.action;
                        draft.any = true;
                    }
                    case "status" -> draft.status = draft.status.or(() -> some(value));
                    case "diagnostic-code" -> draft.diagnostic = draft.diagnostic.or(() -> untyped(value));
                    case "remote-mta" -> draft.remoteMta = draft.remoteMta.or(() -> untyped(value));
                    default -> {} // a field that says nothing to us
                }
            }
        }
        draft.finish(recipients);
        return new DeliveryStatus(reportingMta, arrived, recipients, complete);
    }

    private static final class Draft {
        Optional<String> finalRecipient = Optional.empty();
        Optional<String> originalRecipient = Optional.empty();
        Action action = Action.UNKNOWN;
        Optional<String> status = Optional.empty();
        Optional<String> diagnostic = Optional.empty();
        Optional<String> remoteMta = Optional.empty();
        boolean any;

        Draft finish(List<PerRecipient> recipients) {
            if (any) {
                recipients.add(
                        new PerRecipient(finalRecipient, originalRecipient, action, status, diagnostic, remoteMta));
            }
            return new Draft();
        }
    }

    /// `rfc822;anna@example.com` without what stands before the semicolon.
    private static Optional<String> untyped(String value) {
        int semicolon = value.indexOf(';');
        String rest = (semicolon < 0 ? value : value.substring(semicolon + 1)).strip();
        if (rest.length() > 2 && rest.startsWith("<") && rest.endsWith(">")) {
            rest = rest.substring(1, rest.length() - 1);
        }
        return some(rest);
    }

    private static Optional<String> some(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }
}
