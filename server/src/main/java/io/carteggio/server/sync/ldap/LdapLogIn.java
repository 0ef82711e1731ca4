package io.carteggio.server.sync.ldap;

import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import io.carteggio.mail.Address;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Lines;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.CertificateCheck;
import io.carteggio.server.fetch.Settings.Tls;
import io.carteggio.server.secret.Secrets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// Whether a password is the one that an LDAP directory has for somebody: looks the account up as the
/// archive's own user, then binds as what was found (RFC 4513, 5.1.3). Safe for many threads.
///
/// Never with an empty password, which would bind as nobody and look like success (RFC 4513, 5.1.2). What
/// is typed never becomes a filter but a value in one. Where nobody is found, or nobody whom the archive
/// knows, it binds all the same, as somebody that there is not: the round trips tell nothing.
public final class LdapLogIn {
    /// Where its secrets lie in the keyring.
    public static final String SECRETS = "login/ldap/";

    /// What is typed is no longer.
    static final int TYPED_LIMIT_CHARS = 320;

    private static final Set<String> NAMES = Set.of(
            "host",
            "port",
            "tls",
            "certificate",
            "user",
            "timeout",
            "connect-timeout",
            "base",
            "people-filter",
            "account-attributes",
            "address-attributes",
            "kind",
            "directory",
            "trust-address");

    private static final List<String> AD_ACCOUNTS = List.of("sAMAccountName", "userPrincipalName", "mail");
    private static final List<String> ACCOUNTS = List.of("uid", "mail");
    private static final List<String> KEYS = List.of("objectGUID", "entryUUID", "nsUniqueId", "ipaUniqueID");
    private static final int AT_ONCE = 8;
    private static final long PATIENCE_SECONDS = 10;

    private final Semaphore atOnce = new Semaphore(AT_ONCE, true);

    /// An entry of the directory.
    ///
    /// @param key what the directory knows it by for good, as a synchronisation with it has it, too
    public record Found(String key, String name, List<Address> addresses) {
        public Found {
            addresses = List.copyOf(addresses);
        }
    }

    /// Refuses settings that cannot work.
    ///
    /// @throws IllegalArgumentException with a line for people
    public static void check(Map<String, String> map) {
        for (String name : map.keySet()) {
            if (!NAMES.contains(name)) {
                throw new IllegalArgumentException("log-in by LDAP has no setting '" + name + "'");
            }
        }
        Settings settings = new Settings(map);
        boolean here = Set.of("127.0.0.1", "localhost", "::1").contains(settings.host());
        if (settings.tls() == Tls.NONE && !here) {
            throw new IllegalArgumentException("people's passwords go there: by TLS, or to this machine alone");
        }
        if (settings.certificate() instanceof CertificateCheck.Ignored) {
            throw new IllegalArgumentException("people's passwords go there: system, sha256:… or authority:…");
        }
        var _ = settings.needed("base");
        var _ = settings.port(1);
        var _ = settings.timeout();
        var _ = settings.connectTimeout();
        var _ = LdapDirectory.kind(settings);
        var _ = LdapDirectory.filter(settings, "people-filter");
        if (settings.text("directory").isEmpty() && !isTrusted(settings)) {
            throw new IllegalArgumentException(
                    "by what is somebody known here: by the synchronisation with the same"
                            + " directory (directory), or by its addresses, if nobody there can change her own (trust-address)");
        }
        for (String attribute : attributes(settings, "account-attributes", ACCOUNTS)) {
            if (!attribute.matches("[A-Za-z][A-Za-z0-9-]{0,63}")) {
                throw new IllegalArgumentException("no attribute's name: " + attribute);
            }
        }
    }

    private static boolean isTrusted(Settings settings) {
        return settings.text("trust-address").orElse("no").equals("yes");
    }

    private static List<String> attributes(Settings settings, String name, List<String> usual) {
        return settings.text(name)
                .map(text -> Arrays.asList(text.split("[;,\\s]+", -1)))
                .orElse(usual);
    }

    /// People wait for it, so it may not take as long as a synchronisation.
    private static Settings impatient(Map<String, String> map) {
        Map<String, String> all = new TreeMap<>(map);
        all.putIfAbsent("connect-timeout", "5s");
        all.putIfAbsent("timeout", "10s");
        return new Settings(all);
    }

    /// Tries an account and a password.
    ///
    /// @param known whether the archive has somebody for an entry: nobody else's password is tried there
    /// @return whose password it is
    /// @throws FetchException where the directory cannot be asked
    public Optional<Found> logIn(
            Map<String, String> map, Secrets secrets, String account, String password, Predicate<Found> known)
            throws FetchException {
        if (password.isEmpty() || account.isBlank() || account.length() > TYPED_LIMIT_CHARS) {
            return Optional.empty();
        }
        acquire();
        Settings settings = impatient(map);
        try (LDAPConnection connection = LdapDirectory.connected(settings, secrets)) {
            LdapDirectory.bind(connection, settings, secrets);
            Optional<SearchResultEntry> entry = find(connection, settings, account);
            Optional<Found> found = entry.flatMap(e -> found(settings, e));
            boolean tried = found.isPresent() && known.test(found.get());
            String dn = tried
                    ? entry.get().getDN()
                    : new RDN("cn", "nobody-" + UUID.randomUUID()) + "," + settings.needed("base");
            String said = tried ? password : UUID.randomUUID().toString();
            boolean right = isRight(connection, dn, said);
            return tried && right ? found : Optional.empty();
        } catch (LDAPException e) {
            throw LdapDirectory.translated(e, settings);
        } finally {
            atOnce.release();
        }
    }

    private void acquire() throws FetchException {
        try {
            if (!atOnce.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new FetchException(Kind.BUSY, "too many people are logging in");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(Kind.CUT, "interrupted", e);
        }
    }

    /// The one entry of this account; nothing where there are several: nobody is guessed.
    private static Optional<SearchResultEntry> find(LDAPConnection connection, Settings settings, String account)
            throws LDAPException {
        boolean ad = LdapDirectory.isActiveDirectory(connection, settings);
        List<Filter> names = new ArrayList<>();
        for (String attribute : attributes(settings, "account-attributes", ad ? AD_ACCOUNTS : ACCOUNTS)) {
            names.add(Filter.createEqualityFilter(attribute, account)); // a value, whatever is in it
        }
        Filter whom = Filter.createORFilter(names);
        Optional<Filter> more = LdapDirectory.filter(settings, "people-filter");
        List<String> wanted = new ArrayList<>(KEYS);
        wanted.addAll(List.of("displayName", "cn", "uid", "proxyAddresses"));
        wanted.addAll(addressAttributes(settings));
        SearchRequest request = new SearchRequest(
                settings.needed("base"),
                SearchScope.SUB,
                more.isEmpty() ? whom : Filter.createANDFilter(whom, more.get()),
                wanted.toArray(String[]::new));
        request.setSizeLimit(2);
        try {
            List<SearchResultEntry> entries = Optional.ofNullable(
                            connection.search(request).getSearchEntries())
                    .orElse(List.of());
            return entries.size() == 1 ? Optional.of(entries.getFirst()) : Optional.empty();
        } catch (LDAPSearchException e) {
            if (e.getResultCode().intValue() == ResultCode.SIZE_LIMIT_EXCEEDED_INT_VALUE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static List<String> addressAttributes(Settings settings) {
        return attributes(settings, "address-attributes", LdapDirectory.ADDRESSES);
    }

    private static Optional<Found> found(Settings settings, SearchResultEntry entry) {
        return LdapEntries.key(entry)
                .map(key -> new Found(
                        key,
                        Lines.of(LdapEntries.name(entry)),
                        isTrusted(settings)
                                ? new LdapEntries(addressAttributes(settings)).addresses(entry)
                                : List.of()));
    }

    private static boolean isRight(LDAPConnection connection, String dn, String password) throws LDAPException {
        try {
            var _ = connection.bind(new SimpleBindRequest(dn, password));
            return true;
        } catch (LDAPException e) {
            return switch (e.getResultCode().intValue()) {
                case ResultCode.INVALID_CREDENTIALS_INT_VALUE,
                        ResultCode.INAPPROPRIATE_AUTHENTICATION_INT_VALUE,
                        ResultCode.UNWILLING_TO_PERFORM_INT_VALUE,
                        ResultCode.INSUFFICIENT_ACCESS_RIGHTS_INT_VALUE,
                        ResultCode.CONSTRAINT_VIOLATION_INT_VALUE,
                        ResultCode.NO_SUCH_OBJECT_INT_VALUE,
                        ResultCode.INVALID_DN_SYNTAX_INT_VALUE -> false;
                default -> throw e;
            };
        }
    }

    /// How a step of a trial went.
    ///
    /// @param good absent: it was not come to
    public record Step(String name, Optional<Boolean> good, String detail) {}

    private static final List<String> STEPS = List.of("connect", "log in", "base", "account");

    /// Tries it step by step. Nobody is logged in.
    ///
    /// @param account one to look up
    public static List<Step> test(Map<String, String> map, Secrets secrets, Optional<String> account) {
        List<Step> steps = new ArrayList<>();
        Settings settings = impatient(map);
        try (LDAPConnection connection = LdapDirectory.connected(settings, secrets)) {
            done(steps, settings.host() + ", " + (connection.getSSLSession() == null ? "without TLS" : "by TLS"));
            LdapDirectory.bind(connection, settings, secrets);
            done(steps, settings.text("user").orElse("as nobody"));
            boolean ad = LdapDirectory.isActiveDirectory(connection, settings);
            if (connection.getEntry(settings.needed("base"), "1.1") == null) {
                throw new FetchException(Kind.FOLDER, "there is no " + settings.needed("base") + ", or it is not seen");
            }
            done(steps, settings.needed("base") + (ad ? " of an Active Directory" : ""));
            if (account.isPresent()) {
                Found found = find(connection, settings, account.get())
                        .flatMap(entry -> found(settings, entry))
                        .orElseThrow(() -> new FetchException(
                                Kind.LOG_IN, "nobody, or more than one, has the account " + account.get()));
                done(
                        steps,
                        found.name() + ", " + found.key() + ", "
                                + found.addresses().stream().map(Address::raw).toList());
            }
        } catch (LDAPException e) {
            failed(steps, LdapDirectory.translated(e, settings));
        } catch (FetchException e) {
            failed(steps, e);
        }
        for (int i = steps.size(); i < STEPS.size(); i++) {
            steps.add(new Step(STEPS.get(i), Optional.empty(), ""));
        }
        return steps;
    }

    private static void done(List<Step> steps, String detail) {
        steps.add(new Step(STEPS.get(steps.size()), Optional.of(true), detail));
    }

    private static void failed(List<Step> steps, FetchException e) {
        steps.add(new Step(STEPS.get(steps.size()), Optional.of(false), String.valueOf(e.getMessage())));
    }
}
