package io.carteggio.mail.outlook;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A message, appointment or the like as it lies in an Outlook file. What it says is read from the file when it is
/// asked for, so it lives as long as that.
public final class OutlookItem {
    /// How deep items may lie in items.
    static final int DEPTH_LIMIT = 50;

    /// Most recipients, and most attachments, of one item.
    static final int MEMBERS_LIMIT = 100_000;

    private static final int MESSAGE_CLASS = 0x001A;
    private static final int TRANSPORT_HEADERS = 0x007D;

    /// Kinds of things that lie beside mail in a mailbox and are none.
    private static final Set<String> NO_MAIL = Set.of(
            "ipm.contact",
            "ipm.distlist",
            "ipm.appointment",
            "ipm.task",
            "ipm.stickynote",
            "ipm.activity",
            "ipm.configuration",
            "ipm.abchperson",
            "ipm.microsoft",
            "ipc");

    /// Something attached.
    ///
    /// @param item where it is an item
    /// @param trouble why it cannot be read
    record Attached(Properties properties, Optional<OutlookItem> item, Optional<String> trouble) {}

    private final Properties properties;
    private final List<Properties> recipients;
    private final List<Attached> attachments;
    private final Optional<String> trouble;
    private final int height;

    /// @param trouble what of it could not be read
    OutlookItem(
            Properties properties, List<Properties> recipients, List<Attached> attachments, Optional<String> trouble) {
        this.properties = properties;
        this.recipients = List.copyOf(recipients);
        this.attachments = List.copyOf(attachments);
        this.trouble = trouble;
        this.height = attachments.stream()
                .flatMap(a -> a.item().stream())
                .mapToInt(item -> item.height() + 1)
                .max()
                .orElse(0);
    }

    Properties properties() {
        return properties;
    }

    List<Properties> recipients() {
        return recipients;
    }

    List<Attached> attachments() {
        return attachments;
    }

    Optional<String> trouble() {
        return trouble;
    }

    /// How deep items lie in this one.
    int height() {
        return height;
    }

    /// What sort of thing it is where that is no mail: a contact, an appointment in somebody's calendar and the like.
    /// What was sent or received is mail whatever it is about; so is what nobody knows.
    public Optional<String> notMail() throws IOException {
        Optional<String> kind = properties.text(MESSAGE_CLASS);
        if (kind.isEmpty() || properties.value(TRANSPORT_HEADERS).isPresent()) {
            return Optional.empty();
        }
        String lower = kind.get().toLowerCase(Locale.ROOT);
        boolean no = NO_MAIL.stream().anyMatch(n -> lower.equals(n) || lower.startsWith(n + "."));
        return no ? kind : Optional.empty();
    }

    /// What could not be read of it, and of the items in it.
    public List<String> troubles() {
        List<String> all = new java.util.ArrayList<>(trouble.stream().toList());
        for (Attached a : attachments) {
            a.trouble().ifPresent(all::add);
            a.item().ifPresent(item -> all.addAll(item.troubles()));
        }
        return List.copyOf(all);
    }
}
