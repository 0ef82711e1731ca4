package io.carteggio.server.sync.ldap;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPException;
import io.carteggio.archive.synchronisation.Snapshot;
import io.carteggio.archive.synchronisation.Snapshot.RemoteContact;
import io.carteggio.archive.synchronisation.Snapshot.RemoteGroup;
import io.carteggio.archive.synchronisation.Snapshot.RemoteMember;
import io.carteggio.archive.synchronisation.Snapshot.RemotePerson;
import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What entries of an LDAP directory say of people, groups and contacts. Belongs to one run; does no I/O.
final class LdapEntries {
    /// userAccountControl: the account is disabled (MS-ADTS 2.2.16).
    private static final long ACCOUNT_DISABLE = 0x2;

    /// groupType: the members are worked out elsewhere; none of Active Directory's own is.
    private static final List<String> MEMBERS = List.of("member", "uniqueMember");

    private final List<String> addressAttributes;
    private final Map<String, RemotePerson> people = new LinkedHashMap<>();
    private final Map<String, RemoteContact> contacts = new LinkedHashMap<>();
    private final List<Raw> groups = new ArrayList<>();
    private final Map<String, String> keyOfDn = new HashMap<>();
    private final Map<String, List<String>> byPrimaryGroup = new HashMap<>(); // keys of people by a group's number
    private final List<String> remarks = new ArrayList<>();

    /// A group whose members are not looked up yet.
    private record Raw(Entry entry, String key, List<String> members) {}

    LdapEntries(List<String> addressAttributes) {
        this.addressAttributes = addressAttributes;
    }

    void person(Entry entry) {
        Optional<String> key = key(entry);
        List<Address> addresses = addresses(entry);
        if (key.isEmpty() || addresses.isEmpty()) {
            return;
        }
        long control = entry.hasAttribute("userAccountControl")
                ? Optional.ofNullable(entry.getAttributeValueAsLong("userAccountControl"))
                        .orElse(0L)
                : 0;
        boolean enabled = (control & ACCOUNT_DISABLE) == 0;
        note(entry, key.get());
        people.put(key.get(), new RemotePerson(key.get(), name(entry), addresses, enabled, true));
        value(entry, "primaryGroupID")
                .ifPresent(group -> byPrimaryGroup
                        .computeIfAbsent(group, _ -> new ArrayList<>())
                        .add(key.get()));
    }

    void contact(Entry entry) {
        Optional<String> key = key(entry);
        if (key.isPresent()) {
            note(entry, key.get());
            contacts.put(key.get(), new RemoteContact(key.get(), name(entry), addresses(entry)));
        }
    }

    /// @param members their DNs, all of them
    void group(Entry entry, List<String> members) {
        Optional<String> key = key(entry);
        if (key.isPresent()) {
            note(entry, key.get());
            groups.add(new Raw(entry, key.get(), members));
        }
    }

    private void note(Entry entry, String key) {
        keyOfDn.put(normal(entry.getDN()), key);
    }

    Snapshot snapshot() {
        List<RemoteGroup> all = new ArrayList<>();
        for (Raw raw : groups) {
            List<RemoteMember> members = new ArrayList<>();
            for (String dn : raw.members) {
                Optional.ofNullable(keyOfDn.get(normal(dn))).ifPresent(key -> members.add(new RemoteMember.OfKey(key)));
            }
            for (String attribute : List.of("rfc822MailMember", "mgrpRFC822MailMember")) {
                for (String text : values(raw.entry, attribute)) {
                    Snapshot.address(text).ifPresent(address -> members.add(new RemoteMember.OfAddress(address)));
                }
            }
            // a primary group's members do not stand in the group
            relativeId(raw.entry)
                    .ifPresent(rid -> byPrimaryGroup
                            .getOrDefault(rid, List.of())
                            .forEach(key -> members.add(new RemoteMember.OfKey(key))));
            all.add(new RemoteGroup(raw.key, name(raw.entry), addresses(raw.entry), false, members));
        }
        return new Snapshot(List.copyOf(people.values()), all, List.copyOf(contacts.values()), remarks);
    }

    /// The last part of a security identifier (MS-DTYP 2.4.2.2): what `primaryGroupID` names a group by.
    private static Optional<String> relativeId(Entry entry) {
        byte[] sid = entry.getAttributeValueBytes("objectSid");
        if (sid == null || sid.length < 12 || sid.length != 8 + 4 * (sid[1] & 0xff)) {
            return Optional.empty();
        }
        long rid = 0;
        for (int i = 3; i >= 0; i--) {
            rid = rid << 8 | (sid[sid.length - 4 + i] & 0xff);
        }
        return Optional.of(Long.toString(rid));
    }

    static List<String> memberAttributes() {
        return MEMBERS;
    }

    /// By what the directory knows an entry for good, also where it is renamed or moved; else by where it is.
    static Optional<String> key(Entry entry) {
        byte[] guid = entry.getAttributeValueBytes("objectGUID");
        if (guid != null && guid.length == 16) {
            return Optional.of(HexFormat.of().formatHex(guid));
        }
        return value(entry, "entryUUID")
                .or(() -> value(entry, "nsUniqueId"))
                .or(() -> value(entry, "ipaUniqueID"))
                .or(() -> Optional.of(normal(entry.getDN())));
    }

    static String name(Entry entry) {
        return value(entry, "displayName")
                .or(() -> value(entry, "cn"))
                .or(() -> value(entry, "uid"))
                .orElse("");
    }

    List<Address> addresses(Entry entry) {
        List<Address> addresses = new ArrayList<>(Snapshot.proxyAddresses(values(entry, "proxyAddresses")));
        for (String attribute : addressAttributes) {
            for (String text : values(entry, attribute)) {
                Optional<Address> address = Snapshot.address(text.replaceFirst("(?i)^smtp:", ""));
                if (address.isPresent()) {
                    addresses.add(address.get());
                } else if (remarks.size() < 100) {
                    remarks.add("no address, in " + attribute + " of " + entry.getDN());
                }
            }
        }
        return addresses;
    }

    private static List<String> values(Entry entry, String attribute) {
        String[] values = entry.getAttributeValues(attribute);
        return values == null ? List.of() : List.of(values);
    }

    private static Optional<String> value(Entry entry, String attribute) {
        return Optional.ofNullable(entry.getAttributeValue(attribute))
                .map(String::strip)
                .filter(text -> !text.isEmpty());
    }

    private static String normal(String dn) {
        try {
            return DN.normalize(dn);
        } catch (LDAPException e) {
            return dn.toLowerCase(Locale.ROOT); // compared as it is
        }
    }
}
