package io.carteggio.server.demo;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// Somebody in a mail's header: an address with a name, and how she or he writes.
///
/// @param name may be empty
/// @param setting how this party's program writes mail
record Party(
        String name, String first, String last, String address, String firm, Tongue tongue, Tongue.Setting setting) {
    private static final Tongue.Setting PLAIN =
            new Tongue.Setting(StandardCharsets.UTF_8, Part.Transfer.QUOTED_PRINTABLE, false);

    static Party of(String first, String last, String address, String firm, Tongue tongue, Tongue.Setting setting) {
        String name = tongue == Tongue.JA ? last + " " + first : first + " " + last;
        return new Party(name, first, last, address, firm, tongue, setting);
    }

    /// An address that no person stands behind: a list, a robot.
    static Party plain(String name, String address, Tongue tongue) {
        return new Party(name, name, "", address, name, tongue, PLAIN);
    }

    Party at(String otherAddress) {
        return new Party(name, first, last, otherAddress, firm, tongue, setting);
    }

    String domain() {
        return address.substring(address.lastIndexOf('@') + 1);
    }

    String mailbox(Head.Words words) {
        return Head.mailbox(name, address, words);
    }

    static String mailboxes(List<Party> parties, Head.Words words) {
        return String.join(", ", parties.stream().map(p -> p.mailbox(words)).toList());
    }
}
