package io.carteggio.server.sync.graph;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.synchronisation.Snapshot;
import io.carteggio.archive.synchronisation.Snapshot.RemoteContact;
import io.carteggio.archive.synchronisation.Snapshot.RemoteGroup;
import io.carteggio.archive.synchronisation.Snapshot.RemoteMember;
import io.carteggio.archive.synchronisation.Snapshot.RemotePerson;
import io.carteggio.archive.vault.Key;
import io.carteggio.mail.Address;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.OAuthTokens;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.sync.RemoteDirectory;
import io.carteggio.server.sync.graph.GraphClient.GoneException;
import io.carteggio.server.sync.graph.GraphMemory.State;
import io.carteggio.server.sync.graph.GraphMemory.User;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;

/// People, groups and contacts of Microsoft Entra ID (JOURNAL-FORMATS 11). Users are asked for by delta: the first
/// run reads all of them, later ones what has changed since, also after a start. Needs the application permissions
/// `User.Read.All`, `GroupMember.Read.All` and `OrgContact.Read.All`.
public final class GraphDirectory implements RemoteDirectory {
    /// The secret that is a certificate and its key, PEM.
    public static final String CLIENT_KEY = Secrets.CLIENT_KEY;

    static final String BASE = "https://graph.microsoft.com/v1.0";
    static final String SCOPE = "https://graph.microsoft.com/.default";

    /// Groups whose members are asked for at a time.
    private static final int GROUPS_AT_ONCE = 4;

    /// Pages of one listing; a server that gives more gives them without end.
    private static final int PAGES_LIMIT = 100_000;

    private static final String USERS =
            "/users/delta?$select=id,displayName,userPrincipalName,mail,proxyAddresses,otherMails,accountEnabled";

    private final OAuthTokens tokens;
    private final GraphClient.Pause pause;
    private final GraphMemory memory;

    /// @param folder for what it keeps from one run to the next
    /// @param key what seals that
    public GraphDirectory(Clock clock, Path folder, Key key) {
        this(clock, folder, key, Thread::sleep);
    }

    GraphDirectory(Clock clock, Path folder, Key key, GraphClient.Pause pause) {
        this.tokens = new OAuthTokens(clock);
        this.memory = new GraphMemory(folder, key);
        this.pause = pause;
    }

    @Override
    public void forget(String name) throws ArchiveException {
        memory.forget(name);
    }

    @Override
    public String word() {
        return "graph";
    }

    @Override
    public Set<String> settings() {
        return Set.of("tenant", "client-id", "token-url", "scope", "url", "timeout", "connect-timeout");
    }

    @Override
    public void check(Settings settings) {
        var _ = whole(settings).tokenUrl();
        var _ = settings.needed("client-id");
        var _ = settings.timeout();
        var _ = settings.connectTimeout();
        var _ = base(settings);
    }

    private static URI base(Settings settings) {
        URI base;
        try {
            base = URI.create(settings.text("url").orElse(BASE));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the setting 'url' is no address", e);
        }
        boolean local = "127.0.0.1".equals(base.getHost()) || "localhost".equals(base.getHost());
        if (base.getHost() == null
                || base.getRawQuery() != null
                || base.getRawUserInfo() != null
                || !("https".equals(base.getScheme()) || (local && "http".equals(base.getScheme())))) {
            throw new IllegalArgumentException("the setting 'url' is not an https address");
        }
        return base;
    }

    /// With what follows from the tenant.
    private static Settings whole(Settings settings) {
        String tenant = settings.needed("tenant");
        if (!tenant.matches("[A-Za-z0-9.-]{1,255}")) {
            throw new IllegalArgumentException("the tenant is its id or one of its domains");
        }
        Map<String, String> all = new HashMap<>(settings.all());
        all.putIfAbsent("token-url", "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token");
        all.putIfAbsent("scope", SCOPE);
        return new Settings(all);
    }

    @Override
    public Snapshot read(String name, Settings given, Secrets secrets) throws ArchiveException {
        Settings settings = whole(given);
        URI base = base(settings);
        try (GraphClient client = new GraphClient(base, name, settings, secrets, tokens, pause)) {
            boolean licences = settings.text("only-licensed").orElse("no").equals("yes");
            Map<String, User> users = users(client, name, base + " " + licences + settings.needed("tenant"), licences);
            List<RemotePerson> people = new ArrayList<>();
            users.forEach((id, user) -> people.add(new RemotePerson(
                    id, user.name(), addresses(user.proxies(), user.mail()), user.enabled(), user.licensed())));
            List<RemoteContact> contacts = new ArrayList<>();
            for (JsonNode contact : all(client, "/contacts?$select=id,displayName,mail,proxyAddresses")) {
                contacts.add(new RemoteContact(
                        contact.path("id").asString(""),
                        text(contact, "displayName", ""),
                        addresses(texts(contact.path("proxyAddresses")), text(contact, "mail", ""))));
            }
            return new Snapshot(people, groups(client, settings), contacts, List.of());
        }
    }

    private static List<Address> addresses(List<String> proxies, String mail) {
        List<Address> addresses = new ArrayList<>(Snapshot.proxyAddresses(proxies));
        Snapshot.address(mail).filter(a -> !addresses.contains(a)).ifPresent(addresses::add);
        return addresses;
    }

    // ---- users

    private Map<String, User> users(GraphClient client, String name, String of, boolean licences)
            throws ArchiveException {
        Optional<State> before = memory.recall(name).filter(s -> s.of().equals(of));
        Optional<URI> fresh = Optional.empty();
        for (int tries = 0; tries < 2; tries++) {
            try {
                URI start = before.isPresent()
                        ? client.link(before.get().delta())
                        : fresh.orElse(client.at(USERS.replace("$", "%24") + (licences ? ",assignedLicenses" : "")));
                State now = delta(client, of, before.map(State::users).orElse(Map.of()), start);
                memory.keep(name, now);
                return now.users();
            } catch (GoneException e) { // it remembers no longer: all of it, from the beginning
                before = Optional.empty();
                fresh = e.instead();
            } catch (FetchException e) {
                if (before.isEmpty() || e.kind() != Kind.PROTOCOL) {
                    throw e;
                }
                before = Optional.empty(); // nothing that we kept may be in the way for ever
            }
        }
        throw new FetchException(Kind.PROTOCOL, "Graph wants all read anew, again and again");
    }

    /// A user with what a delta tells: a property that is absent is as it was; one that is null is empty.
    private static User with(User before, JsonNode told) {
        return new User(
                text(told, "displayName", text(told, "userPrincipalName", before.name())),
                text(told, "mail", before.mail()),
                told.has("proxyAddresses") ? texts(told.path("proxyAddresses")) : before.proxies(),
                told.has("accountEnabled") ? told.path("accountEnabled").asBoolean(true) : before.enabled(),
                told.has("assignedLicenses") ? !told.path("assignedLicenses").isEmpty() : before.licensed());
    }

    private static State delta(GraphClient client, String of, Map<String, User> before, URI start)
            throws ArchiveException, GoneException {
        Map<String, User> users = new LinkedHashMap<>(before);
        URI at = start;
        for (int page = 0; page < PAGES_LIMIT; page++) {
            JsonNode answer = client.get(at);
            for (JsonNode user : values(answer)) {
                String id = user.path("id").asString("");
                if (id.isEmpty()) {
                    throw new FetchException(Kind.PROTOCOL, "a user without an id");
                }
                if (user.has("@removed")) {
                    users.remove(id);
                } else {
                    users.put(id, with(users.getOrDefault(id, User.NEW), user));
                }
            }
            String delta = answer.path("@odata.deltaLink").asString("");
            if (!delta.isEmpty()) {
                var _ = client.link(delta);
                return new State(of, users, delta);
            }
            String next = answer.path("@odata.nextLink").asString("");
            if (next.isEmpty()) {
                throw new FetchException(Kind.PROTOCOL, "a page that is neither the last nor leads to another");
            }
            at = client.link(next);
        }
        throw new FetchException(Kind.PROTOCOL, "more than " + PAGES_LIMIT + " pages");
    }

    // ---- groups

    private static List<RemoteGroup> groups(GraphClient client, Settings settings) throws ArchiveException {
        List<String> named = List.of(settings.text("only-groups").orElse("").split("\\s*;\\s*", -1));
        List<JsonNode> wanted = new ArrayList<>();
        for (JsonNode group :
                all(client, "/groups?$select=id,displayName,mail,mailEnabled,proxyAddresses,groupTypes")) {
            if (group.path("mailEnabled").asBoolean(false)
                    || named.stream()
                            .anyMatch(n -> n.equalsIgnoreCase(text(group, "displayName", ""))
                                    || n.equalsIgnoreCase(group.path("id").asString("")))) {
                wanted.add(group);
            }
        }
        List<RemoteGroup> groups = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newFixedThreadPool(GROUPS_AT_ONCE, Thread.ofVirtual().factory())) {
            List<Future<RemoteGroup>> asked = new ArrayList<>();
            wanted.forEach(group -> asked.add(threads.submit(() -> group(client, group))));
            try {
                for (Future<RemoteGroup> one : asked) {
                    groups.add(one.get());
                }
            } catch (ExecutionException e) {
                threads.shutdownNow();
                throw e.getCause() instanceof ArchiveException a
                        ? a
                        : new ArchiveException("a fault of this program: " + e.getCause(), false, e);
            } catch (InterruptedException e) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new FetchException(Kind.CUT, "interrupted", e);
            }
        }
        return groups;
    }

    /// With everyone in it, also by way of groups in it. Those are not kept as groups in it: one without an address,
    /// as most security groups are, is not asked for, and what it held would be missing. Who joins or leaves one in
    /// between is dated by the run all the same.
    private static RemoteGroup group(GraphClient client, JsonNode group) throws ArchiveException {
        String id = group.path("id").asString("");
        List<RemoteMember> members = new ArrayList<>();
        for (JsonNode member : all(client, "/groups/" + id + "/transitiveMembers?$select=id")) {
            if (!member.path("@odata.type").asString("").endsWith(".group")) {
                members.add(new RemoteMember.OfKey(member.path("id").asString("")));
            }
        }
        return new RemoteGroup(
                id,
                text(group, "displayName", ""),
                addresses(texts(group.path("proxyAddresses")), text(group, "mail", "")),
                texts(group.path("groupTypes")).contains("DynamicMembership"),
                members);
    }

    // ---- pages

    /// All values of a listing; none where it is there no longer.
    private static List<JsonNode> all(GraphClient client, String path) throws ArchiveException {
        List<JsonNode> all = new ArrayList<>();
        URI at = client.at(path.replace("$", "%24"));
        try {
            for (int page = 0; page < PAGES_LIMIT; page++) {
                JsonNode answer = client.get(at);
                all.addAll(values(answer));
                String next = answer.path("@odata.nextLink").asString("");
                if (next.isEmpty()) {
                    return all;
                }
                at = client.link(next);
            }
        } catch (GoneException e) {
            if (!e.isState() && all.isEmpty()) {
                return List.of(); // removed between two questions
            }
            throw new FetchException(Kind.CUT, "a listing ends in the middle: " + e.getMessage(), e);
        }
        throw new FetchException(Kind.PROTOCOL, "more than " + PAGES_LIMIT + " pages");
    }

    private static List<JsonNode> values(JsonNode answer) throws FetchException {
        if (!answer.path("value").isArray()) {
            throw new FetchException(Kind.PROTOCOL, "an answer without values");
        }
        return List.copyOf(answer.path("value").valueStream().toList());
    }

    private static String text(JsonNode object, String field, String otherwise) {
        return object.has(field) ? object.path(field).asString("") : otherwise;
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream()
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .toList();
    }
}
