package io.carteggio.server.watch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.mail.Address;
import io.carteggio.server.secret.Secrets;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who is told of alarms, where they begin, and the canary, as all acts so far have set it. Safe for many
/// threads.
public final class Settings {
    private static final Logger LOG = LoggerFactory.getLogger(Settings.class);

    private final Map<String, Map<String, String>> bySubject = new HashMap<>(); // guarded by this

    /// What is set, by the subject of its act.
    public enum Subject {
        MAIL,
        WEBHOOK,
        LIMITS,
        CANARY,
        ALTERNATE_CANARY,
        /// By which server letters are sent to who reads them.
        GIVE_BACK_SMTP,
        /// Where the mailboxes are that letters are put back into.
        GIVE_BACK_IMAP;

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// How a connection to a mail server is secured.
    public enum Tls {
        /// In the clear.
        NONE,
        /// Where the server offers it; nobody's certificate is checked (RFC 7435).
        OPPORTUNISTIC,
        /// Always, and the certificate must be the server's.
        VERIFIED;

        static Tls ofWord(String word) {
            return choice(Tls.class, word);
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The value of a setting that stands for a secret: what it is lies sealed in the keyring.
    public static final String SEALED = "sealed";

    /// Before the names of these secrets in the keyring, with the subject's word and a slash behind it.
    public static final String SECRETS = "watch/";

    /// A mail server that takes messages of ours.
    ///
    /// @param user for logging in; the password is the first line of a file, read each time, or lies in the keyring
    public record Server(String host, int port, Tls tls, Optional<String> user, Optional<Path> passwordFile) {
        InetSocketAddress address() {
            return new InetSocketAddress(host, port);
        }

        /// The name of the password in the keyring: it is of this user at this server and goes to no other.
        public String secret() {
            return Secrets.PASSWORD + " of " + user.orElse("") + " at " + host + ":" + port;
        }

        static Server of(Map<String, String> settings) {
            String text = required(settings, "server");
            int colon = text.lastIndexOf(':');
            boolean bare = colon < 0 || text.endsWith("]");
            int port = bare ? 25 : (int) number(text.substring(colon + 1), 1, 65_535, "a port");
            String host = (bare ? text : text.substring(0, colon)).replaceAll("^\\[|]$", "");
            if (host.isBlank()) {
                throw new IllegalArgumentException("no mail server: '" + text + "'");
            }
            Tls tls = Tls.ofWord(settings.getOrDefault("tls", "opportunistic"));
            Optional<String> user = Optional.ofNullable(settings.get("user"));
            Optional<Path> password =
                    Optional.ofNullable(settings.get("passwordFile")).map(Path::of);
            boolean sealed = isSealed(settings, "password");
            if (user.isPresent() != (password.isPresent() || sealed) || (password.isPresent() && sealed)) {
                throw new IllegalArgumentException("a user comes with a password or with a file that has it");
            }
            if (password.isPresent() && !password.get().isAbsolute()) {
                throw new IllegalArgumentException("not an absolute path: " + password.get());
            }
            if (user.isPresent() && tls != Tls.VERIFIED) {
                throw new IllegalArgumentException("a password goes to a server whose certificate is verified alone");
            }
            return new Server(host, port, tls, user, password);
        }
    }

    /// Alarms posted to an address.
    ///
    /// @param signed whether a token that lies in the keyring goes along (RFC 6750)
    public record Webhook(URI url, boolean signed) {
        static Webhook of(Map<String, String> settings) {
            Webhook webhook = new Webhook(Settings.url(settings), isSealed(settings, "secret"));
            boolean near = Set.of("127.0.0.1", "[::1]", "localhost")
                    .contains(webhook.url().getHost().toLowerCase(Locale.ROOT));
            if (webhook.signed()
                    && !near
                    && !"https".equalsIgnoreCase(webhook.url().getScheme())) {
                throw new IllegalArgumentException("a token goes to an address of https, or to this machine, alone");
            }
            return webhook;
        }

        /// The name of the token in the keyring: it goes to this address and to no other.
        public String secret() {
            return Secrets.TOKEN + " for " + url;
        }
    }

    private static boolean isSealed(Map<String, String> settings, String name) {
        Optional<String> value = Optional.ofNullable(settings.get(name));
        if (value.isPresent() && !value.get().equals(SEALED)) {
            throw new IllegalArgumentException("'" + name + "' is no setting: it is given as a secret");
        }
        return value.isPresent();
    }

    /// Alarms by e-mail.
    public record Mail(Server server, Address from, List<Address> to) {
        public Mail {
            to = List.copyOf(to);
        }

        static Mail of(Map<String, String> settings) {
            List<Address> to = new ArrayList<>();
            for (String one : required(settings, "to").split(",", -1)) {
                to.add(address(one));
            }
            return new Mail(Server.of(settings), address(required(settings, "from")), to);
        }
    }

    /// Where some alarms begin.
    ///
    /// @param diskFreeBytes less room than this
    /// @param quarantined so many within a day
    /// @param certificateDays so long before it ends
    /// @param backupDays so long after the last backup
    public record Limits(long diskFreeBytes, int quarantined, int certificateDays, int backupDays) {
        static Limits of(Map<String, String> settings) {
            return new Limits(
                    number(settings.getOrDefault("diskFree", "5368709120"), 0, Long.MAX_VALUE, "octets"),
                    (int) number(settings.getOrDefault("quarantined", "10"), 1, 1_000_000, "a number of mails"),
                    (int) number(settings.getOrDefault("certificateDays", "21"), 0, 3650, "a number of days"),
                    (int) number(settings.getOrDefault("backupDays", "8"), 1, 3650, "a number of days"));
        }
    }

    /// A test message: through the customer's own mail system, or to the alternate journaling mailbox.
    ///
    /// @param every how often
    /// @param within how soon it must be back
    /// @param source the source that must bring it back as its mail is: a report, or a copy where its
    ///     family is that of copies; none, in settings of before sources were named here: the only one of
    ///     reports or copies, else any of reports, else any of copies
    /// @param alternate the source that must bring it as it is; none: it comes back as a report
    public record Canary(
            Server server,
            Address from,
            Address to,
            Duration every,
            Duration within,
            Optional<String> source,
            Optional<String> alternate) {
        static Canary of(Map<String, String> settings) {
            Canary canary = new Canary(
                    Server.of(settings),
                    address(required(settings, "from")),
                    address(required(settings, "to")),
                    Duration.ofSeconds(number(settings.getOrDefault("every", "3600"), 60, 604_800, "seconds")),
                    Duration.ofSeconds(number(settings.getOrDefault("within", "600"), 1, 86_400, "seconds")),
                    Optional.ofNullable(settings.get("source")),
                    Optional.ofNullable(settings.get("alternate")));
            if (canary.within().compareTo(canary.every()) > 0) {
                throw new IllegalArgumentException("a canary is not sent before the last one is due back");
            }
            return canary;
        }
    }

    /// Letters sent to who reads them.
    public record GiveBackSmtp(Server server, Address from) {
        static GiveBackSmtp of(Map<String, String> settings) {
            if (isSealed(settings, "password")) {
                throw new IllegalArgumentException("this one's password lies in a file");
            }
            return new GiveBackSmtp(Server.of(settings), address(required(settings, "from")));
        }
    }

    /// Letters put into mailboxes.
    ///
    /// @param server as of a fetched mailbox
    public record GiveBackImap(Map<String, String> server, String folder) {
        public GiveBackImap {
            server = Map.copyOf(server);
        }

        static GiveBackImap of(Map<String, String> settings) {
            Map<String, String> server = new TreeMap<>(settings);
            String folder = Optional.ofNullable(server.remove("folder")).orElse("INBOX");
            if (!Set.of("host", "port", "tls", "certificate").containsAll(server.keySet())) {
                throw new IllegalArgumentException("there are host, port, tls, certificate and folder");
            }
            required(server, "host");
            number(server.getOrDefault("port", "993"), 1, 65_535, "a port");
            if (!Set.of("implicit", "starttls", "none").contains(server.getOrDefault("tls", "implicit"))) {
                throw new IllegalArgumentException("'tls' is implicit, starttls or none");
            }
            if (!server.getOrDefault("certificate", "system").matches("system|ignore|sha256:[0-9A-Fa-f:]{64,95}")) {
                throw new IllegalArgumentException("'certificate' is system, sha256: and 64 digits, or ignore");
            }
            return new GiveBackImap(server, folder);
        }
    }

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.WatchSet a) {
            bySubject.put(a.subject(), a.settings());
        }
    }

    /// Sets something; nothing in the map: no longer.
    ///
    /// @throws IllegalArgumentException where the settings make no sense, saying why
    public void set(Acts acts, String by, Subject subject, Map<String, String> settings) throws ArchiveException {
        if (!settings.isEmpty() || subject == Subject.LIMITS) {
            switch (subject) {
                case MAIL -> Mail.of(settings);
                case WEBHOOK -> Webhook.of(settings);
                case LIMITS -> Limits.of(settings);
                case CANARY -> Canary.of(settings);
                case ALTERNATE_CANARY -> alternateCanary(settings);
                case GIVE_BACK_SMTP -> GiveBackSmtp.of(settings);
                case GIVE_BACK_IMAP -> GiveBackImap.of(settings);
            }
        }
        acts.keep(new Act.WatchSet(acts.now(), by, subject.word(), settings));
    }

    /// The name in the keyring of the secret that settings of a subject need; empty where they need none.
    ///
    /// @throws IllegalArgumentException where the settings make no sense, saying why
    public static Optional<String> secret(Subject subject, Map<String, String> settings) {
        return switch (subject) {
            case MAIL, CANARY, ALTERNATE_CANARY ->
                isSealed(settings, "password") ? Optional.of(Server.of(settings).secret()) : Optional.empty();
            case WEBHOOK ->
                isSealed(settings, "secret") ? Optional.of(Webhook.of(settings).secret()) : Optional.empty();
            case LIMITS, GIVE_BACK_SMTP, GIVE_BACK_IMAP -> Optional.empty();
        };
    }

    /// What is set, as it was given; empty where nothing is.
    public synchronized Map<String, String> raw(Subject subject) {
        return new TreeMap<>(bySubject.getOrDefault(subject.word(), Map.of()));
    }

    public Optional<Mail> mail() {
        return read(Subject.MAIL, Mail::of);
    }

    public Optional<Webhook> webhook() {
        return read(Subject.WEBHOOK, Webhook::of);
    }

    public Optional<Canary> canary() {
        return read(Subject.CANARY, Canary::of);
    }

    public Optional<Canary> alternateCanary() {
        return read(Subject.ALTERNATE_CANARY, Settings::alternateCanary);
    }

    public Optional<GiveBackSmtp> giveBackSmtp() {
        return read(Subject.GIVE_BACK_SMTP, GiveBackSmtp::of);
    }

    public Optional<GiveBackImap> giveBackImap() {
        return read(Subject.GIVE_BACK_IMAP, GiveBackImap::of);
    }

    static Canary alternateCanary(Map<String, String> settings) {
        required(settings, "alternate");
        return Canary.of(settings);
    }

    public Limits limits() {
        return read(Subject.LIMITS, Limits::of).orElseGet(() -> Limits.of(Map.of()));
    }

    private <T> Optional<T> read(Subject subject, java.util.function.Function<Map<String, String>, T> reader) {
        Map<String, String> settings = raw(subject);
        try {
            return settings.isEmpty() ? Optional.empty() : Optional.of(reader.apply(settings));
        } catch (IllegalArgumentException e) {
            // kept by another version of this program
            LOG.error("the settings for {} are not understood, and count as none: {}", subject.word(), e.getMessage());
            return Optional.empty();
        }
    }

    static URI url(Map<String, String> settings) {
        String text = required(settings, "url");
        try {
            URI url = new URI(text);
            boolean web = "https".equalsIgnoreCase(url.getScheme()) || "http".equalsIgnoreCase(url.getScheme());
            if (web && url.getHost() != null) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not an address of the web: " + e.getReason(), e);
        }
        throw new IllegalArgumentException("an address of the web begins with https:// or http://");
    }

    private static String required(Map<String, String> settings, String name) {
        return Optional.ofNullable(settings.get(name))
                .filter(value -> !value.isBlank())
                .orElseThrow(() -> new IllegalArgumentException("'" + name + "' is missing"));
    }

    private static Address address(String text) {
        String stripped = text.strip();
        if (!stripped.matches("[^\\s<>,\\p{Cntrl}]+@[^\\s<>,@\\p{Cntrl}]+")) {
            throw new IllegalArgumentException("not an address: '" + stripped + "'");
        }
        return new Address(stripped);
    }

    private static long number(String text, long least, long most, String what) {
        try {
            long number = Long.parseLong(text.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not " + what + ": '" + text + "'", e);
        }
        throw new IllegalArgumentException(what + " from " + least + " to " + most + ", not " + text);
    }

    private static <E extends Enum<E>> E choice(Class<E> type, String word) {
        try {
            return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + word + "' is none of " + List.of(type.getEnumConstants()), e);
        }
    }
}
