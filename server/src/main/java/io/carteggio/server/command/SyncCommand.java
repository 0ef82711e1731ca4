package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import io.carteggio.server.sync.graph.GraphDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "sync",
        description = {
            "Directories that people are synchronised with: a file, LDAP, Microsoft Entra ID.",
            "'person sync' does it, or a job by a schedule."
        },
        synopsisSubcommandLabel = "COMMAND")
final class SyncCommand implements Runnable {
    private final CommandLine line;

    SyncCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new Set(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Remove(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, set, list, show or remove?");
    }

    private static void print(Carteggio carteggio, JsonNode sync) {
        Console console = carteggio.console();
        if (sync.path("removed").asBoolean(false)) {
            console.line(sync.path("name").asString("") + " is removed; the people it brought stay");
            return;
        }
        console.line(
                sync.path("name").asString("") + " (" + sync.path("protocol").asString("") + ")");
        sync.path("settings")
                .properties()
                .forEach(s ->
                        console.line("    " + s.getKey() + " " + s.getValue().asString("")));
        Json.texts(sync.path("secrets")).forEach(secret -> console.line("    " + secret + " is kept"));
    }

    /// What can be set.
    static final class Options {
        private static final int KEY_BYTES = 64 * 1024;

        @Mixin
        private LogInOptions logIn = new LogInOptions();

        @Option(names = "--base", paramLabel = "DN", description = "LDAP: below which people are looked for.")
        private Optional<String> base = Optional.empty();

        @Option(names = "--groups-base", paramLabel = "DN", description = "LDAP: the same for groups; else as --base.")
        private Optional<String> groupsBase = Optional.empty();

        @Option(names = "--people-filter", paramLabel = "FILTER", description = "LDAP: which people, as (ou=Sales).")
        private Optional<String> peopleFilter = Optional.empty();

        @Option(names = "--groups-filter", paramLabel = "FILTER", description = "LDAP: which groups.")
        private Optional<String> groupsFilter = Optional.empty();

        @Option(
                names = "--address-attributes",
                paramLabel = "NAME;…",
                description = "LDAP: where addresses stand, the primary one first; else what is usual.")
        private Optional<String> attributes = Optional.empty();

        @Option(names = "--kind", paramLabel = "KIND", description = "LDAP: auto (if not given), ad, openldap.")
        private Optional<String> kind = Optional.empty();

        @Option(names = "--encoding", paramLabel = "NAME", description = "CSV: utf-8 (if not given), windows-1252.")
        private Optional<String> encoding = Optional.empty();

        @Option(
                names = "--url",
                paramLabel = "URL",
                description = "Graph: where it answers, for national clouds; else https://graph.microsoft.com/v1.0.")
        private Optional<String> url = Optional.empty();

        @Option(
                names = "--client-key-file",
                paramLabel = "FILE",
                description = "Graph: a PEM file with the application's certificate and its private key (PKCS #8), in"
                        + " the place of a secret.")
        private Optional<Path> clientKey = Optional.empty();

        @Option(
                names = "--authority-file",
                paramLabel = "FILE",
                description = "LDAP: a PEM file with the certificates of the only authority that is believed there.")
        private Optional<Path> authority = Optional.empty();

        @Option(names = "--only-groups", paramLabel = "GROUP;…", description = "Only members of these groups.")
        private Optional<String> groups = Optional.empty();

        @Option(names = "--only-domains", paramLabel = "DOMAIN;…", description = "Only addresses in these domains.")
        private Optional<String> domains = Optional.empty();

        @Option(names = "--only-licensed", paramLabel = "yes|no", description = "Only people with a licence.")
        private Optional<String> licensed = Optional.empty();

        @Option(
                names = "--share",
                paramLabel = "PERCENT",
                description = "So many people may be gone in one run without --confirm; 10 if not given.")
        private Optional<String> share = Optional.empty();

        @Option(
                names = "--schedule",
                paramLabel = "WHEN",
                description = "manual (if not given), every:1h, or five fields as in a crontab.")
        private Optional<String> schedule = Optional.empty();

        /// @param secrets gets what is kept with the settings
        ObjectNode settings(Console console, ObjectNode secrets) throws IOException, Refusal {
            Map<String, Optional<String>> all = new LinkedHashMap<>();
            all.put("base", base);
            all.put("groups-base", groupsBase);
            all.put("people-filter", peopleFilter);
            all.put("groups-filter", groupsFilter);
            all.put("address-attributes", attributes);
            all.put("kind", kind);
            all.put("encoding", encoding);
            all.put("url", url);
            all.put("only-groups", groups);
            all.put("only-domains", domains);
            all.put("only-licensed", licensed);
            all.put("share", share);
            all.put("schedule", schedule);
            ObjectNode settings = Json.object();
            logIn.named().forEach(settings::put);
            all.forEach((name, value) -> value.ifPresent(v -> settings.put(name, v)));
            LogInOptions.authority(authority, settings, secrets);
            secrets(console, secrets);
            return settings;
        }

        private void secrets(Console console, ObjectNode secrets) throws IOException, Refusal {
            logIn.secrets(console).forEach(secrets::put);
            if (clientKey.isPresent()) {
                if (!Files.exists(clientKey.get())) {
                    throw Refusal.no("no such file: " + clientKey.get());
                }
                try (InputStream in = Files.newInputStream(clientKey.get())) {
                    secrets.put(
                            GraphDirectory.CLIENT_KEY, new String(in.readNBytes(KEY_BYTES), StandardCharsets.US_ASCII));
                }
            }
        }
    }

    /// Where a directory is, by its settings.
    static final class Where {
        @Option(names = "--csv", paramLabel = "FILE", description = "A file of comma-separated values.")
        private Optional<Path> csv = Optional.empty();

        @Option(
                names = "--ldap",
                paramLabel = "URL",
                description = "HOST[:PORT] or ldaps://HOST[:PORT]; ldap://HOST[:PORT] with STARTTLS.")
        private Optional<String> ldap = Optional.empty();

        @Option(
                names = "--graph",
                paramLabel = "TENANT",
                description = "Microsoft Entra ID: the tenant's id or domain.")
        private Optional<String> graph = Optional.empty();

        /// Puts it into the settings.
        ///
        /// @return the protocol
        Optional<String> into(ObjectNode settings) throws Refusal {
            int given = (csv.isPresent() ? 1 : 0) + (ldap.isPresent() ? 1 : 0) + (graph.isPresent() ? 1 : 0);
            if (given > 1) {
                throw Refusal.usage("one of --csv, --ldap and --graph");
            }
            csv.ifPresent(file -> settings.put("file", file.toAbsolutePath().toString()));
            graph.ifPresent(tenant -> settings.put("tenant", tenant));
            if (ldap.isPresent()) {
                String text = ldap.get();
                boolean starttls = text.startsWith("ldap://");
                String host = text.replaceFirst("^ldaps?://", "").replaceFirst("/$", "");
                if (host.isEmpty() || host.contains("/") || host.contains("@")) {
                    throw Refusal.usage("an address is such as ldaps://dc.example.com");
                }
                LogInOptions.server(host).forEach(settings::put);
                if (starttls && !settings.has("tls")) {
                    settings.put("tls", "starttls");
                }
            }
            return csv.map(_ -> "csv").or(() -> ldap.map(_ -> "ldap")).or(() -> graph.map(_ -> "graph"));
        }
    }

    @Command(name = "add", description = "Adds a directory to synchronise with. Then look at 'person sync --dry-run'.")
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "How it is called here, for good.")
        private String name = "";

        @Mixin
        private Where where = new Where();

        @Mixin
        private Options options = new Options();

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("sync add", () -> {
                ObjectNode secrets = Json.object();
                ObjectNode settings = options.settings(carteggio.console(), secrets);
                String protocol =
                        where.into(settings).orElseThrow(() -> Refusal.usage("which: --csv, --ldap or --graph?"));
                ObjectNode params = Json.object().put("name", name).put("protocol", protocol);
                params.set("settings", settings);
                try (var access = carteggio.access(true)) {
                    return access.call(
                            "sync.add",
                            params,
                            LogInOptions.body(secrets),
                            Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "set", description = "Changes settings; an empty value removes one.")
    static final class Set implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "Which one.")
        private String name = "";

        @Mixin
        private Where where = new Where();

        @Mixin
        private Options options = new Options();

        Set(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("sync set", () -> {
                ObjectNode secrets = Json.object();
                ObjectNode settings = options.settings(carteggio.console(), secrets);
                var _ = where.into(settings);
                ObjectNode params = Json.object().put("name", name);
                params.set("settings", settings);
                try (var access = carteggio.access(false)) {
                    return access.call(
                            "sync.set",
                            params,
                            LogInOptions.body(secrets),
                            Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "list", description = "Lists all of them.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "sync list", "sync.list", Json.object(), Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "show", description = "Shows one with its settings.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "Which one.")
        private String name = "";

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "sync show",
                    "sync.show",
                    Json.object().put("name", name),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "remove", description = "No longer synchronises with one. The people it brought stay.")
    static final class Remove implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "Which one.")
        private String name = "";

        Remove(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "sync remove",
                    "sync.remove",
                    Json.object().put("name", name),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(
            name = "sync",
            description = "Brings people and groups up to what other directories say ('sync add' names them).")
    static final class Run implements Callable<Integer> {
        /// So many changes are printed for people; --json has all.
        private static final int SHOWN = 200;

        private final Carteggio carteggio;

        @Parameters(arity = "0..1", paramLabel = "NAME", description = "Which one; if not given, all.")
        private Optional<String> name = Optional.empty();

        @Option(names = "--dry-run", description = "Only says what would change.")
        private boolean dryRun;

        @Option(names = "--confirm", description = "Also where very many would be gone at once.")
        private boolean confirm;

        Run(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("person sync", () -> {
                ObjectNode params = Json.object().put("dryRun", dryRun).put("confirm", confirm);
                name.ifPresent(n -> params.put("name", n));
                int[] changes = {0};
                try (var access = carteggio.access(false)) {
                    return access.call("person.sync", params, Lines.printing(carteggio, line -> print(line, changes)));
                }
            });
        }

        private void print(ObjectNode line, int[] changes) {
            Console console = carteggio.console();
            Optional<String> change = Json.optional(line, "change");
            if (change.isPresent()) {
                if (changes[0]++ < SHOWN) {
                    console.line("  " + change.get());
                }
                return;
            }
            Optional<String> remark = Json.optional(line, "remark");
            if (remark.isPresent()) {
                console.line("! " + remark.get());
                return;
            }
            if (changes[0] > SHOWN) {
                console.line("  … and " + (changes[0] - SHOWN) + " more (--json tells all)");
            }
            changes[0] = 0;
            console.line(
                    line.path("sync").asString("") + ": " + line.path("summary").asString("")
                            + (line.path("dryRun").asBoolean(false) ? " (nothing was changed)" : ""));
            Json.optional(line, "needsConfirmation")
                    .ifPresent(stop -> console.line("  a run stops, unless it is confirmed: " + stop));
        }
    }
}
