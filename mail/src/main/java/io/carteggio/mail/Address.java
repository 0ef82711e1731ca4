package io.carteggio.mail;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;

/// An address as it was written (an addr-spec of RFC 5322 or RFC 6531, without name and angle brackets), with the one
/// form under which all addresses are compared.
///
/// Anything may be an address here, also what no standard allows: what a report names is kept as it is. [#key] of two
/// such strings is equal only if they mean the same mailbox for us.
public record Address(String raw) {
    /// A label of a domain has at most 63 octets as an A-label (RFC 5890, 2.3.2.1), and no longer one is
    /// worth a try.
    private static final int LABEL_CHARACTERS = 255;

    public Address {
        if (raw.isEmpty()) {
            throw new IllegalArgumentException("an address has at least one character");
        }
    }

    /// What comes before the last `@`, as written; the whole where there is none.
    public String localPart() {
        int at = raw.lastIndexOf('@');
        return at < 0 ? raw : raw.substring(0, at);
    }

    /// What comes after the last `@`, as written; empty where there is none.
    public String domain() {
        int at = raw.lastIndexOf('@');
        return at < 0 ? "" : raw.substring(at + 1);
    }

    /// The form for comparing: quotes of the local part undone where they change nothing, Unicode NFC, lower case in
    /// the root locale, the domain as A-labels (RFC 5891) without a trailing dot. `+tag` is part of the local part.
    /// The key holds no control characters, so it can be a column, a term, and a part of a larger key.
    public String key() {
        String local = fold(unquoted(localPart()));
        String domain = domain();
        return domain.isEmpty() ? local : local + "@" + domainKey(domain);
    }

    /// The form for comparing domains.
    public static String domainKey(String domain) {
        String d = domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
        d = fold(d);
        for (int i = 0; i < d.length(); i++) {
            if (d.charAt(i) >= 0x80) {
                if (hasEndlessLabel(d)) {
                    return d; // java.net.IDN throws more than it says for those
                }
                try {
                    return IDN.toASCII(d, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
                } catch (IllegalArgumentException notADomain) {
                    return d; // compared as it is: no two spellings of it can be known to be one
                }
            }
        }
        return d;
    }

    private static boolean hasEndlessLabel(String domain) {
        int label = 0;
        for (int i = 0; i < domain.length(); i++) {
            label = domain.charAt(i) == '.' ? 0 : label + 1;
            if (label > LABEL_CHARACTERS) {
                return true;
            }
        }
        return false;
    }

    private static String unquoted(String local) {
        if (local.length() < 2 || local.charAt(0) != '"' || local.charAt(local.length() - 1) != '"') {
            return local;
        }
        StringBuilder plain = new StringBuilder(local.length());
        for (int i = 1; i < local.length() - 1; i++) {
            char c = local.charAt(i);
            plain.append(c == '\\' && i + 1 < local.length() - 1 ? local.charAt(++i) : c);
        }
        return plain.toString();
    }

    private static String fold(String s) {
        return isPlain(s) ? s : folded(s);
    }

    /// Whether folding changes nothing: nearly all addresses are lower-case ASCII, and each is compared several times.
    private static boolean isPlain(String s) {
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            if (c < ' ' || c >= 0x7f || (c >= 'A' && c <= 'Z')) {
                return false;
            }
        }
        return true;
    }

    private static String folded(String s) {
        String folded = Normalizer.normalize(s, Normalizer.Form.NFC).toLowerCase(Locale.ROOT);
        StringBuilder clean = null;
        for (int i = 0; i < folded.length(); i++) {
            if (Character.isISOControl(folded.charAt(i))) {
                clean = clean == null ? new StringBuilder(folded) : clean;
                clean.setCharAt(i, ' ');
            }
        }
        return clean == null ? folded : clean.toString();
    }

    @Override
    public String toString() {
        return raw;
    }
}
