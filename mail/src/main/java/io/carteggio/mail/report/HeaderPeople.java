package io.carteggio.mail.report;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.mime.AddressList;
import io.carteggio.mail.structure.Field;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The people whom a mail's own header names (RFC 5322, 3.6.2, 3.6.3, 3.6.6). Anyone can write anything there:
/// this is what the mail says, not what happened to it.
///
/// All lists are in the order of the header, over all fields of the name (also where there should be one), groups
/// flattened, without empty addresses.
public record HeaderPeople(
        List<Address> from,
        List<Address> sender,
        List<Address> to,
        List<Address> cc,
        List<Address> bcc,
        List<Address> resentFrom,
        List<Address> resentTo,
        List<Address> resentCc,
        List<Address> resentBcc) {
    public HeaderPeople {
        from = List.copyOf(from);
        sender = List.copyOf(sender);
        to = List.copyOf(to);
        cc = List.copyOf(cc);
        bcc = List.copyOf(bcc);
        resentFrom = List.copyOf(resentFrom);
        resentTo = List.copyOf(resentTo);
        resentCc = List.copyOf(resentCc);
        resentBcc = List.copyOf(resentBcc);
    }

    /// Reads the mail's header, no further.
    ///
    /// @throws IOException only where the content itself cannot be read
    public static HeaderPeople of(Content mail) throws IOException {
        return of(Structure.head(mail).header());
    }

    public static HeaderPeople of(Header header) {
        return new HeaderPeople(
                named(header, "From"),
                named(header, "Sender"),
                named(header, "To"),
                named(header, "Cc"),
                named(header, "Bcc"),
                named(header, "Resent-From"),
                named(header, "Resent-To"),
                named(header, "Resent-Cc"),
                named(header, "Resent-Bcc"));
    }

    private static List<Address> named(Header header, String name) {
        List<Address> addresses = new ArrayList<>();
        for (Field field : header.fields()) {
            if (field.is(name)) {
                AddressList.parse(field.text()).forEach(mailbox -> addresses.add(mailbox.address()));
            }
        }
        return addresses;
    }

    /// The envelope that the header suggests, for mail that came without one. The sender is whom `From` names;
    /// where `Sender` names another, that one sent it on behalf of the first (RFC 5322, 3.6.2). Whoever got it
    /// by being resent has the one who resent it as the mailbox it was forwarded from.
    public Envelope envelope() {
        Optional<Address> author = from.stream().findFirst();
        Optional<Address> agent = sender.stream().findFirst();
        boolean differ = author.isPresent()
                && agent.isPresent()
                && !author.get().key().equals(agent.get().key());
        List<Recipient> recipients = new ArrayList<>(written());
        recipients.addAll(resent());
        return differ
                ? new Envelope(agent, author, recipients)
                : new Envelope(author.or(() -> agent), Optional.empty(), recipients);
    }

    /// Whom `To`, `Cc` and `Bcc` name.
    List<Recipient> written() {
        List<Recipient> recipients = new ArrayList<>();
        to.forEach(address -> recipients.add(new Recipient(Role.TO, address)));
        cc.forEach(address -> recipients.add(new Recipient(Role.CC, address)));
        bcc.forEach(address -> recipients.add(new Recipient(Role.BCC, address)));
        return recipients;
    }

    /// Who got it by being resent.
    List<Recipient> resent() {
        Optional<Address> forwarder = resentFrom.stream().findFirst();
        List<Recipient> recipients = new ArrayList<>();
        resentTo.forEach(a -> recipients.add(new Recipient(Role.TO, a, Optional.empty(), forwarder)));
        resentCc.forEach(a -> recipients.add(new Recipient(Role.CC, a, Optional.empty(), forwarder)));
        resentBcc.forEach(a -> recipients.add(new Recipient(Role.BCC, a, Optional.empty(), forwarder)));
        return recipients;
    }

    /// A report's recipients with the roles that the report could not tell, as far as this header shows them.
    ///
    /// Whoever is in To or Cc himself, or got it through a group or a mailbox that is, has that role.
    /// Everybody else whose role is unknown was a blind copy (JOURNAL-FORMATS 2.8, step 9). Recipients whose
    /// role the report tells stay as they are, and all stay unknown where the header has neither To nor Cc:
    /// then it shows nothing.
    public List<Recipient> withRoles(List<Recipient> recipients) {
        return withRoles(recipients, to, cc);
    }

    static List<Recipient> withRoles(List<Recipient> recipients, List<Address> to, List<Address> cc) {
        Set<String> toKeys = keys(to);
        Set<String> ccKeys = keys(cc);
        List<Recipient> recovered = new ArrayList<>(recipients.size());
        for (Recipient recipient : recipients) {
            recovered.add(
                    recipient.role() == Role.RECIPIENT
                            ? new Recipient(
                                    role(recipient, toKeys, ccKeys),
                                    recipient.address(),
                                    recipient.expanded(),
                                    recipient.forwarded())
                            : recipient);
        }
        return List.copyOf(recovered);
    }

    private static Role role(Recipient recipient, Set<String> to, Set<String> cc) {
        List<String> ways = new ArrayList<>(3);
        ways.add(recipient.address().key());
        recipient.expanded().ifPresent(group -> ways.add(group.key()));
        recipient.forwarded().ifPresent(mailbox -> ways.add(mailbox.key()));
        if (ways.stream().anyMatch(to::contains)) {
            return Role.TO;
        }
        if (ways.stream().anyMatch(cc::contains)) {
            return Role.CC;
        }
        return to.isEmpty() && cc.isEmpty() ? Role.RECIPIENT : Role.BCC;
    }

    private static Set<String> keys(List<Address> addresses) {
        Set<String> keys = new HashSet<>();
        addresses.forEach(address -> keys.add(address.key()));
        return keys;
    }
}
