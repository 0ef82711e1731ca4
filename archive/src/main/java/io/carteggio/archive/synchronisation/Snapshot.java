package io.carteggio.archive.synchronisation;

import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What another directory says, all of it, at one moment.
///
/// @param remarks what could not be read or was left out, in sentences
public record Snapshot(
        List<RemotePerson> people, List<RemoteGroup> groups, List<RemoteContact> contacts, List<String> remarks) {
    /// The longest address that counts as one (RFC 5321, 4.5.3.1.3, with room).
    public static final int ADDRESS_LIMIT = 400;

    /// A person or a shared mailbox.
    ///
    /// @param key by which the other directory knows it for good
    /// @param addresses the primary one first
    /// @param enabled whether the account is open
    /// @param licensed whether it may use what the firm pays for; true where the directory does not tell
    public record RemotePerson(String key, String name, List<Address> addresses, boolean enabled, boolean licensed) {
        public RemotePerson {
            addresses = List.copyOf(addresses);
        }
    }

    /// A group.
    ///
    /// @param dynamic whether the directory works out the members itself
    public record RemoteGroup(
            String key, String name, List<Address> addresses, boolean dynamic, List<RemoteMember> members) {
        public RemoteGroup {
            addresses = List.copyOf(addresses);
            members = List.copyOf(members);
        }
    }

    /// Somebody outside.
    public record RemoteContact(String key, String name, List<Address> addresses) {
        public RemoteContact {
            addresses = List.copyOf(addresses);
        }
    }

    /// Who is in a group.
    public sealed interface RemoteMember {
        /// A person, a group or a contact of the snapshot; another is none of ours.
        record OfKey(String key) implements RemoteMember {}

        record OfAddress(Address address) implements RemoteMember {}
    }

    public Snapshot {
        people = List.copyOf(people);
        groups = List.copyOf(groups);
        contacts = List.copyOf(contacts);
        remarks = List.copyOf(remarks);
    }

    /// An address as another directory writes it, which may be anything; empty where mail could not go there.
    public static Optional<Address> address(String text) {
        String address = text.strip();
        int at = address.lastIndexOf('@');
        if (at < 1
                || at == address.length() - 1
                || address.length() > ADDRESS_LIMIT
                || address.codePoints()
                        .anyMatch(c -> Character.isISOControl(c)
                                || Character.isWhitespace(c)
                                || c == '<'
                                || c == '>'
                                || c == ','
                                || c == ';')) {
            return Optional.empty();
        }
        return Optional.of(new Address(address));
    }

    /// The addresses of a list in Exchange's form (`SMTP:` before the primary one, `smtp:` before others; what
    /// is no mail address has another word before it), the primary one first (JOURNAL-FORMATS 11).
    public static List<Address> proxyAddresses(List<String> proxies) {
        List<Address> addresses = new ArrayList<>();
        for (String proxy : proxies) {
            if (proxy.regionMatches(true, 0, "smtp:", 0, 5)) {
                address(proxy.substring(5))
                        .ifPresent(address -> addresses.add(proxy.startsWith("SMTP:") ? 0 : addresses.size(), address));
            }
        }
        return addresses;
    }
}
