package io.carteggio.server.smtp;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a balancer says of its client before anything else (the PROXY protocol of HAProxy, versions 1 and 2). Only who
/// the client is is read; what a header of version 2 has behind the addresses is passed over.
///
/// @param client empty where the balancer speaks for itself, or does not know
record ProxyHeader(Optional<InetAddress> client) {
    private static final byte[] SIGNATURE = {'\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

    /// The longest line of version 1, with its CRLF.
    private static final int LINE_OCTETS = 107;

    /// Addresses of the longest kind (Unix sockets), and room for what follows them.
    private static final int BODY_OCTETS = 4_096;

    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int IPV4 = 1;
    private static final int IPV6 = 2;
    private static final int STREAM = 1;

    private static final Pattern LINE =
            Pattern.compile("PROXY (?:UNKNOWN(?: .*)?|(TCP4|TCP6) (\\S+) (\\S+) (\\d{1,5}) (\\d{1,5}))");

    /// Reads one, and not an octet more.
    ///
    /// @throws IOException where there is none, or it is broken: then nothing that follows can be trusted
    static ProxyHeader read(InputStream in) throws IOException {
        byte[] begin = in.readNBytes(SIGNATURE.length);
        return Arrays.equals(begin, SIGNATURE) ? second(in) : first(begin, in);
    }

    private static ProxyHeader second(InputStream in) throws IOException {
        int command = octet(in);
        int transport = octet(in);
        int length = octet(in) << 8 | octet(in);
        if (command != LOCAL && command != PROXY) {
            throw new IOException("a header of the PROXY protocol with the command " + command);
        }
        if (length > BODY_OCTETS) {
            throw new IOException("a header of the PROXY protocol of " + length + " octets");
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw broken();
        }
        int octets = switch (transport >> 4) {
            case IPV4 -> 4;
            case IPV6 -> 16;
            default -> 0;
        };
        if (command == LOCAL || octets == 0) {
            return new ProxyHeader(Optional.empty());
        }
        if ((transport & 15) != STREAM || length < 2 * octets + 4) { // two addresses, two ports
            throw broken();
        }
        return new ProxyHeader(Optional.of(InetAddress.getByAddress(Arrays.copyOf(body, octets))));
    }

    private static ProxyHeader first(byte[] begin, InputStream in) throws IOException {
        byte[] line = Arrays.copyOf(begin, LINE_OCTETS);
        int length = begin.length;
        if (!new String(begin, StandardCharsets.ISO_8859_1).startsWith("PROXY ")) {
            throw broken();
        }
        while (line[length - 1] != '\n') {
            if (length == LINE_OCTETS) {
                throw broken();
            }
            line[length++] = (byte) octet(in);
        }
        if (line[length - 2] != '\r') {
            throw broken();
        }
        Matcher parts = LINE.matcher(new String(line, 0, length - 2, StandardCharsets.ISO_8859_1));
        if (!parts.matches()) {
            throw broken();
        }
        if (parts.group(1) == null) {
            return new ProxyHeader(Optional.empty());
        }
        try {
            InetAddress client = InetAddress.ofLiteral(parts.group(2));
            if (client.getAddress().length != (parts.group(1).equals("TCP4") ? 4 : 16)) {
                throw broken();
            }
            return new ProxyHeader(Optional.of(client));
        } catch (IllegalArgumentException e) {
            throw new IOException("a header of the PROXY protocol with an address that is none", e);
        }
    }

    private static int octet(InputStream in) throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw broken();
        }
        return octet;
    }

    private static IOException broken() {
        return new IOException("no header of the PROXY protocol");
    }
}
