package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.LogIns;
import io.carteggio.archive.role.LogIns.Way;
import io.carteggio.server.fetch.Authority;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.CertificateCheck;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import io.carteggio.server.login.OpenId;
import io.carteggio.server.login.OpenIdSettings;
import io.carteggio.server.secret.Sealed;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.sync.ldap.LdapLogIn;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// `login`: how people log in besides by a password here, or that they do not by one. Secrets come in the
/// body, never as a parameter, and never go out.
final class LogInOperations {
    private final Desk desk;

    LogInOperations(Desk desk) {
        this.desk = desk;
    }

    /// The way that a request is about.
    static Way way(Request request) throws Refusal {
        String word = request.text("subject");
        return Way.ofWord(word)
                .orElseThrow(() -> Refusal.usage("people log in by oidc, ldap, password or passkey, not " + word));
    }

    /// A line a way that is set: `subject`, `settings`, `secrets` (their names), and last one with
    /// `accounts`.
    Outcome show(Request request, Reply reply) throws IOException, Refusal {
        Optional<String> only = request.optionalText("subject");
        for (Way way : Way.values()) {
            Optional<Map<String, String>> settings = desk.logIns().settings(way);
            if (settings.isPresent() && only.map(way.word()::equals).orElse(true)) {
                reply.line(line(way, settings.get()));
            }
        }
        if (only.isEmpty()) {
            ObjectNode line = Json.object();
            line.set(
                    "accounts",
                    Json.objects(desk.logIns().accounts().stream()
                            .map(a -> Json.object()
                                    .put("person", name(a.person()))
                                    .put("issuer", a.issuer())
                                    .put("account", a.account())
                                    .put("since", Json.instant(a.since())))));
            reply.line(line);
        }
        return Outcome.DONE;
    }

    private String name(String person) {
        return desk.people().directory().byId(person).map(Person::name).orElse(person);
    }

    private ObjectNode line(Way way, Map<String, String> settings) {
        ObjectNode line = Json.object().put("subject", way.word());
        ObjectNode all = Json.object();
        settings.forEach(all::put);
        line.set("settings", all);
        line.set("secrets", Json.texts(sealed(way).map(Sealed::names).orElse(List.of()).stream()));
        return line;
    }

    private Optional<Sealed> sealed(Way way) {
        return switch (way) {
            case OIDC -> Optional.of(new Sealed(desk.keyring(), OpenId.SECRETS));
            case LDAP -> Optional.of(new Sealed(desk.keyring(), LdapLogIn.SECRETS));
            case PASSWORD, PASSKEY -> Optional.empty();
        };
    }

    /// Sets `settings` of `subject` beside those it has, an empty one is removed; `off`: no longer at all.
    Outcome set(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Way way = way(request);
        if (request.flag("off")) {
            return off(way, request, reply);
        }
        Map<String, String> secrets = FetchOperations.secrets(request);
        Map<String, String> settings =
                FetchOperations.settings(request, desk.logIns().settings(way).orElse(Map.of()));
        try {
            check(way, settings, secrets);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
        if (!secrets.isEmpty() && sealed(way).isPresent()) {
            sealed(way).get().keep(secrets);
        }
        if (way == Way.LDAP) {
            forgetUnused(settings, sealed(way).orElseThrow());
        }
        desk.logIns().set(desk.acts(), request.by(), way, settings);
        reply.line(line(way, settings));
        return Outcome.DONE;
    }

    private void check(Way way, Map<String, String> settings, Map<String, String> secrets) throws Refusal {
        switch (way) {
            case OIDC -> {
                var _ = OpenIdSettings.of(settings);
                needSync(settings);
                needKnown(secrets, Set.of(Secrets.CLIENT_SECRET));
            }
            case LDAP -> {
                LdapLogIn.check(settings);
                needSync(settings);
                needKnown(secrets, Set.of(Secrets.PASSWORD, Secrets.AUTHORITY));
                Authority.check(settings, secrets, sealed(way).orElseThrow());
            }
            case PASSKEY -> {
                if (!settings.equals(Map.of("people", "no"))) {
                    throw Refusal.usage("of passkeys there is only: people no");
                }
            }
            case PASSWORD -> {
                if (!settings.equals(Map.of("people", "no"))) {
                    throw Refusal.usage("of passwords there is only: people no");
                }
                needOtherWay();
            }
        }
    }

    /// An authority that settings no longer name is kept no longer.
    static void forgetUnused(Map<String, String> settings, Sealed kept) throws ArchiveException {
        if (!(new Settings(settings).certificate() instanceof CertificateCheck.Issued)
                && kept.names().contains(Secrets.AUTHORITY)) {
            kept.keep(Map.of(Secrets.AUTHORITY, ""));
        }
    }

    private static void needKnown(Map<String, String> secrets, Set<String> known) {
        if (!known.containsAll(secrets.keySet())) {
            throw new IllegalArgumentException("the only secrets here are " + new TreeSet<>(known));
        }
    }

    private void needSync(Map<String, String> settings) throws Refusal {
        String name = settings.getOrDefault("directory", "");
        if (!name.isEmpty() && desk.syncs().named(name).isEmpty()) {
            throw Refusal.no("there is no synchronisation named " + name);
        }
    }

    /// Nobody locks everybody out.
    private void needOtherWay() throws Refusal {
        boolean other = desk.logIns().settings(Way.OIDC).isPresent()
                || desk.logIns().settings(Way.LDAP).isPresent();
        boolean administrator = desk.logIns().accounts().stream()
                .map(LogIns.Account::person)
                .anyMatch(p -> desk.roles().standing(p, desk.acts().now()).contains(PersonRole.ADMINISTRATOR));
        if (!other || !administrator) {
            throw Refusal.no(
                    "no administrator has logged in another way than by a password yet: set one up, and have one"
                            + " log in so first");
        }
    }

    private Outcome off(Way way, Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean others = Stream.of(Way.OIDC, Way.LDAP)
                .anyMatch(w -> w != way && desk.logIns().settings(w).isPresent());
        if ((way == Way.OIDC || way == Way.LDAP) && !others && !desk.logIns().byPassword()) {
            throw Refusal.no("nobody could log in any more: `login password on` first");
        }
        desk.logIns().set(desk.acts(), request.by(), way, Map.of());
        if (sealed(way).isPresent()) {
            sealed(way).get().forget();
        }
        reply.line(Json.object().put("subject", way.word()).put("off", true));
        return Outcome.DONE;
    }

    /// A line a step: `step`, `result`, `detail`. Of LDAP `account` may name one to look up.
    Outcome test(Request request, Reply reply) throws IOException, Refusal {
        Way way = way(request);
        Map<String, String> settings = desk.logIns()
                .settings(way)
                .orElseThrow(
                        () -> Refusal.no("nobody logs in by " + way.word() + ": see 'login " + way.word() + " set'"));
        boolean good = true;
        switch (way) {
            case OIDC -> {
                try (OpenId openId = desk.openId()) {
                    for (OpenId.Step step : openId.test(
                            URI.create(request.optionalText("redirect").orElse("http://127.0.0.1/")))) {
                        good &= told(step.name(), step.good(), step.detail(), reply);
                    }
                } catch (IllegalArgumentException e) {
                    throw Refusal.usage("no address: " + e.getMessage());
                }
            }
            case LDAP -> {
                Sealed secrets = new Sealed(desk.keyring(), LdapLogIn.SECRETS);
                for (LdapLogIn.Step step : LdapLogIn.test(settings, secrets, request.optionalText("account"))) {
                    good &= told(step.name(), step.good(), step.detail(), reply);
                }
            }
            case PASSWORD, PASSKEY -> throw Refusal.usage("of passwords and passkeys there is nothing to try");
        }
        return good ? Outcome.DONE : Outcome.NO;
    }

    private static boolean told(String step, Optional<Boolean> good, String detail, Reply reply) throws IOException {
        String result = good.map(g -> g ? "ok" : "failed").orElse("skipped");
        reply.line(Json.object().put("step", step).put("result", result).put("detail", detail));
        return good.orElse(true);
    }

    /// Forgets which accounts elsewhere are a person's.
    Outcome forget(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Person person = Viewers.person(
                desk.people(), request.text("person"), desk.acts().now());
        int forgotten = desk.logIns().forget(desk.acts(), request.by(), person.id());
        reply.line(Json.object().put("person", person.name()).put("forgotten", forgotten));
        return Outcome.DONE;
    }
}
