package io.carteggio.server.fetch;

import io.carteggio.server.fetch.RemoteMailbox.Removal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What an administrator set for a fetched mailbox: names and values as they stand in the act that set
/// them, and typed views of those that all protocols have. No secret is among them.
///
/// @param all in the order of their names
public record Settings(Map<String, String> all) {
    /// What every protocol understands.
    public static final Set<String> COMMON = Set.of(
            "host",
            "port",
            "tls",
            "certificate",
            "user",
            "auth",
            "token-url",
            "client-id",
            "scope",
            "folder",
            "headers",
            "connect-timeout",
            "timeout",
            "after",
            "unknown",
            "sync-first",
            "schedule",
            "quota");

    /// The longest value: a token's address, a folder's name.
    public static final int VALUE_LIMIT = 2_048;

    private static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);
    private static final long LONGEST_DELAY_DAYS = 3_650;
    private static final Pattern SECONDS = Pattern.compile("\\d{1,5}s?");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([KMGT]?)");
    private static final String SIZE_UNITS = " KMGT";
    private static final Pattern MINUTES = Pattern.compile("\\d{1,4}m");

    /// How the connection is secured.
    public enum Tls {
        /// From the first octet.
        IMPLICIT,
        /// After STARTTLS or STLS, without which nothing is done.
        STARTTLS,
        /// Not at all: password and mail can be read on the way.
        NONE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Which certificate of the server is good.
    public sealed interface CertificateCheck {
        /// One that leads to an authority this system trusts, and names the host.
        record BySystem() implements CertificateCheck {}

        /// The one with this SHA-256, whoever issued it and until whenever.
        record Pinned(String sha256) implements CertificateCheck {}

        /// One that leads to the authority whose certificates are kept and have this SHA-256, and names the host.
        /// Only where something can be kept beside the settings: see [Authority].
        record Issued(String sum) implements CertificateCheck {}

        /// Any: whoever stands in between can read and change everything.
        record Ignored() implements CertificateCheck {}
    }

    /// How the user proves who it is.
    public enum Auth {
        PASSWORD,
        XOAUTH2,
        OAUTHBEARER;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What becomes of a mail at the server once it is archived.
    public sealed interface After {
        /// It stays there.
        record Keep() implements After {}

        /// It leaves the folder.
        ///
        /// @param delay how long it stays after it was archived
        record Remove(Removal how, Duration delay) implements After {}
    }

    /// What becomes of mail of people whom nobody knows.
    public enum Unknown {
        /// It is archived like any other.
        KEEP,
        /// It is not archived; it stays at the server and is not fetched again.
        DISCARD,
        /// It is not archived, and goes at the server as archived mail does.
        DISCARD_AND_DELETE;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public Settings {
        TreeMap<String, String> sorted = new TreeMap<>(all);
        sorted.forEach((name, value) -> {
            if (value.length() > VALUE_LIMIT || value.chars().anyMatch(Character::isISOControl)) {
                throw wrong(name, "text of at most " + VALUE_LIMIT + " characters, without control characters");
            }
        });
        all = java.util.Collections.unmodifiableMap(sorted);
    }

    /// Refuses what cannot work, for a source that is being set up.
    ///
    /// @throws IllegalArgumentException with a line for people
    public void check(MailboxProtocol protocol) {
        for (String name : all.keySet()) {
            if (!COMMON.contains(name) && !protocol.settings().contains(name)) {
                throw new IllegalArgumentException(protocol.word() + " has no setting '" + name + "'");
            }
        }
        tls();
        if (certificate() instanceof CertificateCheck.Issued) {
            throw new IllegalArgumentException("an authority of one's own is for LDAP alone; here: system, sha256:…");
        }
        var _ = connectTimeout();
        var _ = timeout();
        after();
        unknown();
        var _ = quotaBytes();
        if (auth() != Auth.PASSWORD
                && text("token-url").isPresent()
                && text("client-id").isEmpty()) {
            throw new IllegalArgumentException("token-url needs client-id");
        }
        tokenUrl();
        protocol.check(this);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(all.get(name)).filter(value -> !value.isEmpty());
    }

    /// A setting that must be there.
    ///
    /// @throws IllegalArgumentException where it is missing
    public String needed(String name) {
        return text(name).orElseThrow(() -> new IllegalArgumentException("the setting '" + name + "' is missing"));
    }

    /// The server's name or address.
    public String host() {
        String host = needed("host");
        if (!host.matches("[A-Za-z0-9._:%-]{1,255}")) {
            throw wrong("host", "a host's name or address");
        }
        return host;
    }

    public int port(int otherwise) {
        Optional<String> port = text("port");
        if (port.isEmpty()) {
            return otherwise;
        }
        if (!port.get().matches("\\d{1,5}")
                || Integer.parseInt(port.get()) > 65_535
                || port.get().matches("0+")) {
            throw wrong("port", "a port");
        }
        return Integer.parseInt(port.get());
    }

    public Tls tls() {
        return choice("tls", Tls.class, Tls.IMPLICIT);
    }

    public CertificateCheck certificate() {
        String word = text("certificate").orElse("system");
        if (word.startsWith("sha256:")) {
            String hex = word.substring("sha256:".length()).replace(":", "").toLowerCase(Locale.ROOT);
            if (!hex.matches("[0-9a-f]{64}")) {
                throw wrong("certificate", "sha256: and 64 hexadecimal digits");
            }
            return new CertificateCheck.Pinned(
                    HexFormat.of().formatHex(HexFormat.of().parseHex(hex)));
        }
        if (word.startsWith(Authority.WORD)) {
            String sum = word.substring(Authority.WORD.length());
            if (!sum.matches("[0-9a-f]{64}")) {
                throw wrong("certificate", "authority: and the SHA-256 of its certificates' file");
            }
            return new CertificateCheck.Issued(sum);
        }
        return switch (word) {
            case "system" -> new CertificateCheck.BySystem();
            case "ignore" -> new CertificateCheck.Ignored();
            default -> throw wrong("certificate", "system, sha256:… or ignore");
        };
    }

    public Auth auth() {
        return choice("auth", Auth.class, Auth.PASSWORD);
    }

    public Optional<java.net.URI> tokenUrl() {
        Optional<String> url = text("token-url");
        if (url.isEmpty()) {
            return Optional.empty();
        }
        try {
            java.net.URI uri = java.net.URI.create(url.get());
            boolean local = uri.getHost() != null
                    && (uri.getHost().equals("127.0.0.1") || uri.getHost().equals("localhost"));
            if (uri.getHost() != null
                    && ("https".equals(uri.getScheme()) || (local && "http".equals(uri.getScheme())))) {
                return Optional.of(uri);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the setting 'token-url' is not an address: " + url.get(), e);
        }
        throw wrong("token-url", "an https address");
    }

    public String folder() {
        return text("folder").orElse("INBOX");
    }

    public Duration connectTimeout() {
        return duration("connect-timeout", Duration.ofSeconds(20));
    }

    /// How long the server may be silent.
    public Duration timeout() {
        return duration("timeout", Duration.ofSeconds(60));
    }

    private Duration duration(String name, Duration otherwise) {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        Duration duration;
        try {
            duration = SECONDS.matcher(text.get()).matches()
                    ? Duration.ofSeconds(Long.parseLong(text.get().replace("s", "")))
                    : MINUTES.matcher(text.get()).matches()
                            ? Duration.ofMinutes(Long.parseLong(text.get().replace("m", "")))
                            : Duration.parse(text.get());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("the setting '" + name + "' is not a time, such as 60s or 5m", e);
        }
        if (duration.compareTo(Duration.ofSeconds(1)) < 0 || duration.compareTo(LONGEST_TIMEOUT) > 0) {
            throw wrong(name, "between one second and one hour");
        }
        return duration;
    }

    /// `keep`, `delete`, `delete:DAYS` or `move:FOLDER`.
    public After after() {
        String word = text("after").orElse("keep");
        if (word.startsWith("move:") && word.length() > "move:".length()) {
            String folder = word.substring("move:".length());
            if (folder.equals(folder())) {
                throw wrong("after", "a move into another folder");
            }
            return new After.Remove(new Removal.MoveTo(folder), Duration.ZERO);
        }
        if (word.matches("delete:\\d{1,4}") && days(word) <= LONGEST_DELAY_DAYS) {
            return new After.Remove(new Removal.Delete(), Duration.ofDays(days(word)));
        }
        return switch (word) {
            case "keep" -> new After.Keep();
            case "delete" -> new After.Remove(new Removal.Delete(), Duration.ZERO);
            default -> throw wrong("after", "keep, delete, delete:DAYS or move:FOLDER");
        };
    }

    private static long days(String word) {
        return Long.parseLong(word.substring("delete:".length()));
    }

    public Unknown unknown() {
        return choice("unknown", Unknown.class, Unknown.KEEP);
    }

    /// How many octets the mailbox holds, where the server does not tell: a number, also with K, M, G or
    /// T behind it (of 1,024 each).
    ///
    /// @throws IllegalArgumentException where it is no size, or more octets than can be counted
    public Optional<Long> quotaBytes() {
        Optional<String> text = text("quota");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher size = SIZE.matcher(text.get());
        if (!size.matches() || size.group(1).matches("0+")) {
            throw wrong("quota", "a size, such as 500M or 2G");
        }
        int unit = size.group(2).isEmpty() ? 0 : SIZE_UNITS.indexOf(size.group(2));
        try {
            return Optional.of(Math.multiplyExact(Long.parseLong(size.group(1)), 1L << (10 * unit)));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("the setting 'quota' is more than can be counted: " + text.get(), e);
        }
    }

    private <E extends Enum<E>> E choice(String name, Class<E> type, E otherwise) {
        Optional<String> word = text(name);
        if (word.isEmpty()) {
            return otherwise;
        }
        for (E value : type.getEnumConstants()) {
            if (value.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(word.get())) {
                return value;
            }
        }
        StringBuilder words = new StringBuilder();
        for (E value : type.getEnumConstants()) {
            words.append(words.isEmpty() ? "" : ", ")
                    .append(value.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        throw wrong(name, "one of " + words);
    }

    private static IllegalArgumentException wrong(String name, String expected) {
        return new IllegalArgumentException("the setting '" + name + "' is not " + expected);
    }
}
