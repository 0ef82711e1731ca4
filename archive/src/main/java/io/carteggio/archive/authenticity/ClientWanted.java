package io.carteggio.archive.authenticity;

import io.carteggio.archive.entry.ClientCertificate;
import io.carteggio.mail.Sha256;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/// Which certificate a client must show.
public sealed interface ClientWanted {
    /// Exactly this one, whoever issued it.
    record Pinned(Sha256 sum) implements ClientWanted {}

    /// One that an authority issued for this subject.
    record Subject(X500Principal name) implements ClientWanted {}

    /// One that an authority issued for this host: its subject begins with that common name.
    record Host(String name) implements ClientWanted {}

    /// Nobody's subject is longer.
    int LONGEST = 1_024;

    Pattern SUM = Pattern.compile("(?:sha256:)?((?:[0-9a-f]{2}:?){31}[0-9a-f]{2})");
    Pattern HOST = Pattern.compile("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)+");

    /// Reads a fingerprint (SHA-256, 64 hexadecimal digits, with or without colons and `sha256:`), a
    /// distinguished name such as `CN=mail.example.com,O=Example,C=IT`, or the name of a host.
    ///
    /// @throws IllegalArgumentException where it is none of these, with a line for people
    static ClientWanted parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        var sum = SUM.matcher(lower);
        if (sum.matches()) {
            return new Pinned(Sha256.ofSum(HexFormat.of().parseHex(sum.group(1).replace(":", ""))));
        }
        if (text.length() <= LONGEST && text.indexOf('=') > 0) {
            try {
                return new Subject(new X500Principal(text));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("no distinguished name: '" + text + "'", e);
            }
        }
        if (text.length() <= LONGEST && HOST.matcher(lower).matches()) {
            return new Host(lower);
        }
        throw new IllegalArgumentException("a client's certificate is told by its SHA-256 (64 hexadecimal digits), its"
                + " subject (CN=mail.example.com,O=Example,C=IT) or the name of its host");
    }

    /// What is wrong with what came; empty where it is the one.
    default Optional<String> fault(ClientCertificate came) {
        boolean named = switch (this) {
            case Pinned(Sha256 sum) -> came.sum().equals(sum);
            case Subject(X500Principal name) -> principal(came).equals(Optional.of(name));
            case Host(String name) -> isOf(name, came);
        };
        if (!named) {
            return Optional.of(Foreign.shown(came.subject()) + " (sha256:" + came.sum() + ")");
        }
        // whoever makes his own certificate writes any name into it; but a sum he cannot choose
        boolean vouched = this instanceof Pinned || came.trusted();
        return vouched
                ? Optional.empty()
                : Optional.of(Foreign.shown(came.subject()) + " that no authority vouches for which this system trusts"
                        + " (sha256:" + came.sum() + ")");
    }

    private static Optional<X500Principal> principal(ClientCertificate certificate) {
        try {
            return Optional.of(new X500Principal(certificate.subject()));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // the form of RFC 2253 cannot say everything that a certificate can
        }
    }

    /// The canonical form begins with the most specific name, in lower case, and puts a backslash before what
    /// would not be one name.
    private static boolean isOf(String host, ClientCertificate certificate) {
        String subject = principal(certificate)
                .map(name -> name.getName(X500Principal.CANONICAL))
                .orElse("");
        String name = "cn=" + host;
        return subject.equals(name) || subject.startsWith(name + ",");
    }

    /// For people.
    default String words() {
        return switch (this) {
            case Pinned(Sha256 sum) -> "sha256:" + sum;
            case Subject(X500Principal name) -> name.getName();
            case Host(String name) -> name;
        };
    }
}
