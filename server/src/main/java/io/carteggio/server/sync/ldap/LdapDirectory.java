package io.carteggio.server.sync.ldap;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.RootDSE;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.controls.SimplePagedResultsControl;
import com.unboundid.ldap.sdk.extensions.StartTLSExtendedRequest;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.synchronisation.Snapshot;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Lines;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.Tls;
import io.carteggio.server.fetch.Trust;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.sync.RemoteDirectory;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// People, groups and contacts by LDAP (RFC 4511), read in pages. Active Directory is told from others by what
/// it says of itself. A search that does not come to its end is a failure: half of a directory would look as if
/// people were gone.
public final class LdapDirectory implements RemoteDirectory {
    static final int PAGE = 500;

    /// So many entries of one search; nobody has more.
    static final int ENTRIES_LIMIT = 2_000_000;

    private static final int PORT_TLS = 636;
    private static final int PORT = 389;
    private static final String ACTIVE_DIRECTORY = "1.2.840.113556.1.4.800";

    private static final Filter AD_PEOPLE = Filter.createANDFilter(
            Filter.createEqualityFilter("objectCategory", "person"),
            Filter.createEqualityFilter("objectClass", "user"),
            Filter.createORFilter(Filter.createPresenceFilter("proxyAddresses"), Filter.createPresenceFilter("mail")));
    private static final Filter AD_GROUPS = Filter.createEqualityFilter("objectClass", "group");
    private static final Filter AD_CONTACTS = Filter.createANDFilter(
            Filter.createEqualityFilter("objectClass", "contact"),
            Filter.createORFilter(Filter.createPresenceFilter("proxyAddresses"), Filter.createPresenceFilter("mail")));
    private static final Filter PEOPLE = Filter.createORFilter(
            Filter.createEqualityFilter("objectClass", "inetOrgPerson"),
            Filter.createEqualityFilter("objectClass", "posixAccount"));
    private static final Filter GROUPS = Filter.createORFilter(
            Filter.createEqualityFilter("objectClass", "groupOfNames"),
            Filter.createEqualityFilter("objectClass", "groupOfUniqueNames"),
            Filter.createEqualityFilter("objectClass", "nisMailAlias"),
            Filter.createEqualityFilter("objectClass", "mailGroup"));

    static final List<String> AD_ADDRESSES = List.of("mail");
    static final List<String> ADDRESSES = List.of("mail", "mailAlternateAddress", "mailLocalAddress");

    private static final List<String> ALL = List.of(
            "objectGUID",
            "entryUUID",
            "nsUniqueId",
            "ipaUniqueID",
            "objectSid",
            "displayName",
            "cn",
            "uid",
            "proxyAddresses",
            "userAccountControl",
            "primaryGroupID",
            "rfc822MailMember",
            "mgrpRFC822MailMember");

    @Override
    public String word() {
        return "ldap";
    }

    @Override
    public Set<String> settings() {
        return Set.of(
                "host",
                "port",
                "tls",
                "certificate",
                "user",
                "timeout",
                "connect-timeout",
                "base",
                "groups-base",
                "people-filter",
                "groups-filter",
                "address-attributes",
                "kind");
    }

    @Override
    public void check(Settings settings) {
        var _ = settings.host();
        var _ = settings.port(PORT_TLS);
        var _ = settings.tls();
        var _ = settings.certificate();
        var _ = settings.timeout();
        var _ = settings.connectTimeout();
        var _ = settings.needed("base");
        var _ = kind(settings);
        var _ = filter(settings, "people-filter");
        var _ = filter(settings, "groups-filter");
        if (settings.text("only-licensed").orElse("no").equals("yes")) {
            throw new IllegalArgumentException("LDAP does not tell who has a licence");
        }
    }

    static String kind(Settings settings) {
        String kind = settings.text("kind").orElse("auto");
        if (!List.of("auto", "ad", "openldap").contains(kind)) {
            throw new IllegalArgumentException("the kind is auto, ad or openldap");
        }
        return kind;
    }

    static Optional<Filter> filter(Settings settings, String name) {
        Optional<String> text = settings.text(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Filter.create(text.get()));
        } catch (LDAPException e) {
            throw new IllegalArgumentException(name + " is no filter of LDAP: " + Lines.of(e), e);
        }
    }

    @Override
    public Snapshot read(String name, Settings settings, Secrets secrets) throws ArchiveException {
        try (LDAPConnection connection = connected(settings, secrets)) {
            bind(connection, settings, secrets);
            boolean ad = isActiveDirectory(connection, settings);
            List<String> addresses = settings.text("address-attributes")
                    .map(text -> Arrays.asList(text.split("[;,\\s]+", -1)))
                    .orElse(ad ? AD_ADDRESSES : ADDRESSES);
            LdapEntries entries = new LdapEntries(addresses);
            List<String> wanted = new ArrayList<>(ALL);
            wanted.addAll(addresses);
            String base = settings.needed("base");
            search(
                    connection,
                    base,
                    and(ad ? AD_PEOPLE : PEOPLE, filter(settings, "people-filter")),
                    wanted,
                    entries::person);
            if (ad) {
                search(connection, base, AD_CONTACTS, wanted, entries::contact);
            }
            wanted.addAll(LdapEntries.memberAttributes());
            List<Entry> groups = new ArrayList<>();
            search(
                    connection,
                    settings.text("groups-base").orElse(base),
                    and(ad ? AD_GROUPS : GROUPS, filter(settings, "groups-filter")),
                    wanted,
                    groups::add);
            for (Entry group : groups) {
                entries.group(group, members(connection, group));
            }
            return entries.snapshot();
        } catch (LDAPException e) {
            throw translated(e, settings);
        }
    }

    private static Filter and(Filter usual, Optional<Filter> more) {
        return more.isEmpty() ? usual : Filter.createANDFilter(usual, more.get());
    }

    // ---- the connection

    static LDAPConnection connected(Settings settings, Secrets secrets) throws FetchException {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis(
                Math.toIntExact(settings.connectTimeout().toMillis()));
        options.setResponseTimeoutMillis(settings.timeout().toMillis());
        options.setFollowReferrals(false); // the password would go along
        int port = settings.port(settings.tls() == Tls.IMPLICIT ? PORT_TLS : PORT);
        Trust trust;
        try {
            trust = new Trust(settings.certificate(), secrets);
            if (trust.checksName()) {
                options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
            }
            if (settings.tls() == Tls.IMPLICIT) {
                return new LDAPConnection(trust.context().getSocketFactory(), options, settings.host(), port);
            }
            LDAPConnection connection = new LDAPConnection(options, settings.host(), port);
            if (settings.tls() == Tls.STARTTLS) {
                try {
                    var answer = connection.processExtendedOperation(new StartTLSExtendedRequest(trust.context()));
                    if (answer.getResultCode().intValue() != ResultCode.SUCCESS_INT_VALUE) {
                        throw new FetchException(
                                Kind.TLS, settings.host() + " offers no TLS: " + Lines.of(answer.toString()));
                    }
                } catch (LDAPException | FetchException | GeneralSecurityException e) {
                    connection.close();
                    throw e;
                }
            }
            return connection;
        } catch (GeneralSecurityException e) {
            throw new FetchException(Kind.TLS, "TLS cannot begin: " + Lines.of(e), e);
        } catch (LDAPException e) {
            throw translated(e, settings);
        }
    }

    static void bind(LDAPConnection connection, Settings settings, Secrets secrets)
            throws LDAPException, FetchException {
        Optional<String> user = settings.text("user");
        if (user.isEmpty()) {
            return; // as nobody
        }
        String password = secrets.get(Secrets.PASSWORD)
                .filter(text -> !text.isEmpty()) // a bind without one would be no log-in at all (RFC 4513, 5.1.2)
                .orElseThrow(() -> new FetchException(Kind.LOG_IN, "no password is kept for " + user.get()));
        var _ = connection.bind(new SimpleBindRequest(user.get(), password));
    }

    static boolean isActiveDirectory(LDAPConnection connection, Settings settings) throws LDAPException {
        return switch (kind(settings)) {
            case "ad" -> true;
            case "openldap" -> false;
            default -> {
                RootDSE root = connection.getRootDSE();
                String[] can = root == null ? null : root.getAttributeValues("supportedCapabilities");
                yield can != null && List.of(can).contains(ACTIVE_DIRECTORY);
            }
        };
    }

    // ---- searches

    private static void search(
            LDAPConnection connection, String base, Filter filter, List<String> attributes, Consumer<Entry> each)
            throws LDAPException, FetchException {
        Optional<ASN1OctetString> cookie = Optional.empty();
        int count = 0;
        do {
            SearchRequest request = new SearchRequest(base, SearchScope.SUB, filter, attributes.toArray(String[]::new));
            request.addControl(
                    cookie.isEmpty()
                            ? new SimplePagedResultsControl(PAGE, true)
                            : new SimplePagedResultsControl(PAGE, cookie.get(), true));
            SearchResult result = connection.search(request); // throws where it does not come to its end
            for (SearchResultEntry entry :
                    Optional.ofNullable(result.getSearchEntries()).orElse(List.of())) {
                each.accept(entry);
                if (++count > ENTRIES_LIMIT) {
                    throw new FetchException(Kind.PROTOCOL, "more than " + ENTRIES_LIMIT + " entries");
                }
            }
            SimplePagedResultsControl page = SimplePagedResultsControl.get(result);
            cookie = page == null || !page.moreResultsToReturn()
                    ? Optional.empty()
                    : Optional.ofNullable(page.getCookie());
        } while (cookie.isPresent());
    }

    /// All members of a group: Active Directory gives those of a large one in ranges (MS-ADTS 3.1.1.3.1.3.3).
    private static List<String> members(LDAPConnection connection, Entry group) throws LDAPException, FetchException {
        List<String> members = new ArrayList<>();
        for (String attribute : LdapEntries.memberAttributes()) {
            String[] all = group.getAttributeValues(attribute);
            if (all != null) {
                members.addAll(List.of(all));
            }
        }
        Entry at = group;
        while (true) {
            Optional<Attribute> range = range(at);
            if (range.isEmpty()) {
                return members;
            }
            members.addAll(List.of(range.get().getValues()));
            String last = range.get().getName().substring(range.get().getName().lastIndexOf('-') + 1);
            if (last.equals("*")) {
                return members;
            }
            if (!last.matches("\\d{1,9}") || members.size() > ENTRIES_LIMIT) {
                throw new FetchException(
                        Kind.PROTOCOL,
                        "a range of members that is none: "
                                + Lines.of(range.get().getName()));
            }
            int next = Integer.parseInt(last) + 1;
            Entry more = connection.getEntry(group.getDN(), "member;range=" + next + "-*");
            if (more == null || range(more).isEmpty()) {
                throw new FetchException(Kind.CUT, "the members of " + Lines.of(group.getDN()) + " end in the middle");
            }
            at = more;
        }
    }

    private static Optional<Attribute> range(Entry entry) {
        return entry.getAttributes().stream()
                .filter(a -> a.getName().toLowerCase(Locale.ROOT).startsWith("member;range="))
                .findFirst();
    }

    static FetchException translated(LDAPException e, Settings settings) {
        String said = Lines.of(e);
        String where = settings.host() + ": ";
        Throwable cause = e;
        while (cause != null) {
            if (cause instanceof java.security.cert.CertificateException) {
                return new FetchException(
                        Kind.CERTIFICATE,
                        "the certificate of " + settings.host() + " is not good: " + Lines.of(cause),
                        e);
            }
            cause = cause.getCause();
        }
        int code = e.getResultCode().intValue();
        if (code == ResultCode.INVALID_CREDENTIALS_INT_VALUE
                || code == ResultCode.INAPPROPRIATE_AUTHENTICATION_INT_VALUE
                || code == ResultCode.STRONG_AUTH_REQUIRED_INT_VALUE) {
            return new FetchException(Kind.LOG_IN, where + "the log-in is refused: " + said, e);
        }
        if (code == ResultCode.INSUFFICIENT_ACCESS_RIGHTS_INT_VALUE) {
            return new FetchException(Kind.RIGHTS, where + said, e);
        }
        if (code == ResultCode.NO_SUCH_OBJECT_INT_VALUE) {
            return new FetchException(Kind.FOLDER, where + "there is no such base: " + said, e);
        }
        if (code == ResultCode.BUSY_INT_VALUE
                || code == ResultCode.UNAVAILABLE_INT_VALUE
                || code == ResultCode.TIME_LIMIT_EXCEEDED_INT_VALUE) {
            return new FetchException(Kind.BUSY, where + said, e);
        }
        if (code == ResultCode.CONNECT_ERROR_INT_VALUE
                || code == ResultCode.SERVER_DOWN_INT_VALUE
                || code == ResultCode.TIMEOUT_INT_VALUE) {
            return new FetchException(Kind.UNREACHABLE, where + said, e);
        }
        return new FetchException(Kind.PROTOCOL, where + said, e);
    }
}
