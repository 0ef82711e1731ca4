package io.carteggio.mail.report;

import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.structure.Field;
import io.carteggio.mail.structure.Header;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// What a plain mail's header tells of who got it, for sources that no report comes from (JOURNAL-FORMATS 5.3):
/// copies that Postfix, Exim, qmail, Zimbra, Google Workspace or a provider hands over.
///
/// @param findings one for each field of the order that names anybody, in the order
/// @param people what the author wrote
/// @param returnPath the sender of the transport, for mail whose header names no author
public record HeaderEvidence(List<Finding> findings, HeaderPeople people, Optional<Address> returnPath) {
    /// A longer local part has no prefix worth looking for.
    private static final int LONGEST_PREFIXED = 320;

    public HeaderEvidence {
        findings = List.copyOf(findings);
    }

    /// What one field tells.
    ///
    /// @param recipients roles are `RECIPIENT` where the field knows none
    public record Finding(String field, List<Recipient> recipients) {
        public Finding {
            recipients = List.copyOf(recipients);
        }
    }

    /// Who sent and got it, and which field said so; none where nobody in any of them is known, and all count.
    public record Decision(Envelope envelope, Optional<String> field) {}

    /// Reads the header.
    ///
    /// @param ignored keys of addresses that tell nothing: the journaling address itself
    public static HeaderEvidence of(Header header, HeaderOrder order, Set<String> ignored) {
        HeaderPeople people = HeaderPeople.of(header);
        List<Finding> findings = new ArrayList<>();
        for (String field : order.fields()) {
            List<Recipient> told = told(header, field, people).stream()
                    .filter(r -> !ignored.contains(r.address().key()))
                    .toList();
            if (!told.isEmpty()) {
                findings.add(new Finding(field, told));
            }
        }
        Optional<Address> returnPath = Optional.empty();
        for (String field : List.of("X-Envelope-From", "X-MAILFROM", "Return-Path")) {
            returnPath = returnPath.or(
                    () -> header.text(field).flatMap(v -> addresses(v).stream().findFirst()));
        }
        return new HeaderEvidence(findings, people, returnPath);
    }

    private static List<Recipient> told(Header header, String field, HeaderPeople people) {
        if (field.equalsIgnoreCase(HeaderOrder.TO)) {
            return people.written();
        }
        if (field.equalsIgnoreCase(HeaderOrder.RESENT_TO)) {
            return people.resent();
        }
        if (field.equalsIgnoreCase(HeaderOrder.RECEIVED)) {
            return header.text(field).flatMap(HeaderEvidence::receivedFor).stream()
                    .map(a -> new Recipient(Role.RECIPIENT, a))
                    .toList();
        }
        Map<String, Recipient> recipients = new LinkedHashMap<>();
        for (Field one : header.fields()) {
            if (one.is(field)) {
                for (Address a : addresses(one.text())) {
                    recipients.putIfAbsent(a.key(), new Recipient(Role.RECIPIENT, a));
                }
            }
        }
        return List.copyOf(recipients.values());
    }

    /// Only the topmost `Received` is asked: the host that handed the mail to us wrote it, and an outsider all
    /// below. It names a recipient only where there was but one (RFC 5321, 4.4).
    private static Optional<Address> receivedFor(String received) {
        int semicolon = received.lastIndexOf(';');
        String clauses = semicolon < 0 ? received : received.substring(0, semicolon);
        int depth = 0;
        for (int i = 0; i + 5 < clauses.length(); i++) {
            char c = clauses.charAt(i);
            depth += c == '(' ? 1 : c == ')' && depth > 0 ? -1 : 0;
            if (depth == 0 && (c == ' ' || c == '\t') && clauses.regionMatches(true, i + 1, "for", 0, 3)) {
                char after = clauses.charAt(i + 4);
                if (after == ' ' || after == '\t' || after == '<') {
                    return addresses(clauses.substring(i + 4)).stream().findFirst();
                }
            }
        }
        return Optional.empty();
    }

    /// Addresses in a list that may be parted by commas, semicolons or blanks, in angle brackets or not; what has
    /// no `@` outside quotes is somebody's name, or nobody's.
    static List<Address> addresses(String list) {
        List<Address> addresses = new ArrayList<>();
        StringBuilder token = new StringBuilder();
        boolean quoted = false;
        boolean at = false;
        for (int i = 0; i <= list.length(); i++) {
            boolean end = i == list.length(); // there a quote that was not closed ends too
            char c = end ? ',' : list.charAt(i);
            if (end || (!quoted && (c == ',' || c == ';' || c == ' ' || c == '\t' || c == '<' || c == '>'))) {
                if (at && token.charAt(0) != '@') {
                    addresses.add(new Address(token.toString()));
                }
                token.setLength(0);
                at = false;
                continue;
            }
            if (c == '\\' && quoted && i + 1 < list.length()) {
                token.append(c).append(list.charAt(++i));
                continue;
            }
            quoted ^= c == '"';
            at |= c == '@' && !quoted;
            token.append(c);
        }
        return addresses;
    }

    /// Decides who got it: the first field counts that names anybody known, as that one is this site's own; what
    /// stands behind it may be anyone's. Where none does, everybody whom any of them names counts, for who is
    /// unknown today may be known tomorrow.
    ///
    /// @param known whether somebody of this archive holds the address
    public Decision decide(Predicate<Address> known) {
        for (Finding finding : findings) {
            List<Recipient> recipients = finding.field().equalsIgnoreCase("Delivered-To")
                    ? finding.recipients().stream()
                            .map(r -> withoutPrefix(r, known))
                            .toList()
                    : finding.recipients();
            if (recipients.stream().anyMatch(r -> known.test(r.address()))) {
                return new Decision(envelope(recipients), Optional.of(finding.field()));
            }
        }
        Map<String, Recipient> all = new LinkedHashMap<>();
        for (Finding finding : findings) {
            for (Recipient r : finding.recipients()) {
                // what the author wrote has a role, which says more
                all.merge(r.address().key(), r, (a, b) -> a.role() == Role.RECIPIENT ? b : a);
            }
        }
        return new Decision(envelope(List.copyOf(all.values())), Optional.empty());
    }

    /// qmail and virtual domains put a prefix before the local part: `mbox-example-com-anna@example.com`.
    private static Recipient withoutPrefix(Recipient recipient, Predicate<Address> known) {
        String raw = recipient.address().raw();
        int end = raw.lastIndexOf('@');
        if (end < 0 || end > LONGEST_PREFIXED || known.test(recipient.address())) {
            return recipient;
        }
        for (int hyphen = raw.indexOf('-'); hyphen >= 0 && hyphen + 1 < end; hyphen = raw.indexOf('-', hyphen + 1)) {
            Address rest = new Address(raw.substring(hyphen + 1));
            if (known.test(rest)) {
                return new Recipient(recipient.role(), rest);
            }
        }
        return recipient;
    }

    private Envelope envelope(List<Recipient> recipients) {
        Envelope written = people.envelope();
        return new Envelope(written.sender().or(() -> returnPath), written.onBehalfOf(), recipients);
    }
}
