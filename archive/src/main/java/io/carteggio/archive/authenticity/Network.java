package io.carteggio.archive.authenticity;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// A range of network addresses in CIDR form (RFC 4632, RFC 4291 section 2.3).
///
/// @param base the first address; its octets behind the prefix are zero
/// @param prefixBits how many leading bits an address has in common with it
public record Network(InetAddress base, int prefixBits) {
    private static final Pattern IPV4 = Pattern.compile("(?:0|[1-9]\\d{0,2})(?:\\.(?:0|[1-9]\\d{0,2})){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");
    private static final Pattern PREFIX = Pattern.compile("0|[1-9]\\d{0,2}");

    /// No address is written in more characters (RFC 4291, 2.2, the form with an IPv4 tail), nor with a
    /// prefix.
    private static final int LONGEST = 49;

    public Network {
        int most = 8 * base.getAddress().length;
        if (prefixBits < 0 || prefixBits > most) {
            throw new IllegalArgumentException("a prefix has 0 to " + most + " bits, not " + prefixBits);
        }
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or one address alone.
    ///
    /// @throws IllegalArgumentException where it is neither, with a line for people
    public static Network parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        InetAddress base = address(address)
                .orElseThrow(() -> new IllegalArgumentException("not a network such as 192.0.2.0/24: '"
                        + (text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…") + "'"));
        int all = 8 * base.getAddress().length;
        if (all == 32 && address.indexOf(':') >= 0) {
            throw new IllegalArgumentException("write " + address + " in the form of IPv4: " + base.getHostAddress());
        }
        if (slash < 0) {
            return new Network(base, all);
        }
        String prefix = text.substring(slash + 1);
        if (!PREFIX.matcher(prefix).matches() || Integer.parseInt(prefix) > all) {
            throw new IllegalArgumentException("the prefix of " + address + " has 0 to " + all + " bits");
        }
        Network network = new Network(base, Integer.parseInt(prefix));
        if (!network.holds(base, network.cut(base.getAddress()))) {
            // who wrote it meant another network than he would get, or a single host
            throw new IllegalArgumentException(address + " has bits behind a prefix of " + prefix);
        }
        return network;
    }

    /// An address as it is written in digits; no name is ever looked up. IPv4 inside IPv6 (`::ffff:192.0.2.1`)
    /// is the IPv4 address, and the zone of a link (`%eth0`) is no part of it.
    public static Optional<InetAddress> address(String text) {
        int zone = text.indexOf('%');
        String digits = zone > 0 && text.indexOf(':') >= 0 ? text.substring(0, zone) : text;
        if (digits.length() > LONGEST
                || !(IPV4.matcher(digits).matches() || IPV6.matcher(digits).matches())) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(digits));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // 300.0.0.1, 1::2::3
        }
    }

    /// Whether an address lies in it.
    public boolean holds(InetAddress address) {
        byte[] octets = address.getAddress();
        return octets.length == base.getAddress().length && holds(base, cut(octets));
    }

    private boolean holds(InetAddress first, byte[] cut) {
        return Arrays.equals(first.getAddress(), cut);
    }

    /// The address with zeros behind the prefix.
    private byte[] cut(byte[] octets) {
        byte[] cut = octets.clone();
        for (int i = 0; i < cut.length; i++) {
            int here = Math.clamp(prefixBits - 8L * i, 0, 8);
            cut[i] &= (byte) (0xff << (8 - here));
        }
        return cut;
    }

    /// As it is written, such as `192.0.2.0/24`; a single address without its prefix.
    @Override
    public String toString() {
        String address = base.getHostAddress().toLowerCase(Locale.ROOT);
        return prefixBits == 8 * base.getAddress().length ? address : address + "/" + prefixBits;
    }
}
