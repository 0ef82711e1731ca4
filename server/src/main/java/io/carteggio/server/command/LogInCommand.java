package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import io.carteggio.server.secret.Secrets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "login",
        description = {
            "How people log in on the pages: by a password here, with an OpenID provider, by an LDAP directory.",
            "These commands work whatever is set; 'login password on' lets passwords in again."
        },
        synopsisSubcommandLabel = "COMMAND")
final class LogInCommand implements Runnable {
    private final CommandLine line;

    LogInCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        CommandLine oidc = new CommandLine(new Oidc());
        oidc.addSubcommand(new SetOidc(carteggio));
        oidc.addSubcommand("show", new Show(carteggio, Optional.of("oidc")));
        oidc.addSubcommand("off", new Off(carteggio, "oidc"));
        oidc.addSubcommand(new TestOidc(carteggio));
        CommandLine ldap = new CommandLine(new Ldap());
        ldap.addSubcommand(new SetLdap(carteggio));
        ldap.addSubcommand("show", new Show(carteggio, Optional.of("ldap")));
        ldap.addSubcommand("off", new Off(carteggio, "ldap"));
        ldap.addSubcommand(new TestLdap(carteggio));
        line.addSubcommand("show", new Show(carteggio, Optional.empty()));
        line.addSubcommand(oidc);
        line.addSubcommand(ldap);
        line.addSubcommand(new Password(carteggio));
        line.addSubcommand(new Passkey(carteggio));
        line.addSubcommand(new Forget(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "show, oidc, ldap, password, passkey or forget?");
    }

    @Command(
            name = "oidc",
            description = "With an OpenID provider: Microsoft Entra ID, Keycloak and their like.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Oidc implements Runnable {
        @CommandLine.Spec
        private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(
                    java.util.Objects.requireNonNull(spec).commandLine(), "set, show, off or test?");
        }
    }

    @Command(name = "ldap", description = "By the passwords of an LDAP directory.", synopsisSubcommandLabel = "COMMAND")
    static final class Ldap implements Runnable {
        @CommandLine.Spec
        private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(
                    java.util.Objects.requireNonNull(spec).commandLine(), "set, show, off or test?");
        }
    }

    private static void print(Carteggio carteggio, ObjectNode answer) {
        Console console = carteggio.console();
        String subject = answer.path("subject").asString("");
        if (answer.path("off").asBoolean(false)) {
            console.line(
                    switch (subject) {
                        case "password" -> "people log in by a password here";
                        case "passkey" -> "people log in by a passkey";
                        default -> "nobody logs in by " + subject;
                    });
            return;
        }
        if (answer.has("accounts")) {
            for (JsonNode account : answer.path("accounts")) {
                console.line(account.path("person").asString("") + " is "
                        + account.path("account").asString("") + " of "
                        + account.path("issuer").asString("") + " since "
                        + account.path("since").asString(""));
            }
            return;
        }
        if (subject.equals("password")) {
            console.line("nobody logs in by a password here");
            return;
        }
        if (subject.equals("passkey")) {
            console.line("nobody logs in by a passkey");
            return;
        }
        console.line(subject);
        answer.path("settings")
                .properties()
                .forEach(s ->
                        console.line("    " + s.getKey() + " " + s.getValue().asString("")));
        Json.texts(answer.path("secrets")).forEach(secret -> console.line("    " + secret + " is kept"));
    }

    private static void step(Carteggio carteggio, ObjectNode step) {
        carteggio
                .console()
                .line(String.format(
                        "%-10s %-8s %s",
                        step.path("step").asString(""),
                        step.path("result").asString(""),
                        step.path("detail").asString("")));
    }

    private static int set(
            Carteggio carteggio,
            String subject,
            Map<String, Optional<String>> given,
            String secret,
            Optional<Path> file,
            Optional<Path> authority) {
        return carteggio.work("login " + subject + " set", () -> {
            ObjectNode settings = Json.object();
            given.forEach((name, value) -> value.ifPresent(v -> settings.put(name, v)));
            ObjectNode secrets = Json.object();
            if (file.isPresent()) {
                secrets.put(secret, LogInOptions.secret(file.get(), carteggio.console()));
            }
            LogInOptions.authority(authority, settings, secrets);
            ObjectNode params = Json.object().put("subject", subject);
            params.set("settings", settings);
            try (var access = carteggio.access(false)) {
                return access.call(
                        "login.set",
                        params,
                        LogInOptions.body(secrets),
                        Lines.printing(carteggio, line -> print(carteggio, line)));
            }
        });
    }

    @Command(
            name = "set",
            description = {
                "Sets it, or changes it; an empty value removes a setting.",
                "At the provider: a web application, the code flow, and this address to come back to:",
                "https://YOUR-ARCHIVE/log-in/oidc/callback"
            })
    static final class SetOidc implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--issuer",
                paramLabel = "URL",
                description = "The provider, as it calls itself, to the letter.")
        private Optional<String> issuer = Optional.empty();

        @Option(names = "--client-id", paramLabel = "ID", description = "As whom we are registered there.")
        private Optional<String> client = Optional.empty();

        @Option(
                names = "--client-secret-file",
                paramLabel = "FILE",
                description = "A file whose first line is the client's secret; - for the standard input.")
        private Optional<Path> secret = Optional.empty();

        @Option(names = "--name", paramLabel = "TEXT", description = "How people call it; else its host.")
        private Optional<String> name = Optional.empty();

        @Option(names = "--scope", paramLabel = "SCOPE", description = "openid email profile, if not given.")
        private Optional<String> scope = Optional.empty();

        @Option(
                names = "--address-claim",
                paramLabel = "CLAIM",
                description = "Where the e-mail address stands: email, if not given.")
        private Optional<String> addressClaim = Optional.empty();

        @Option(
                names = "--trust-address",
                paramLabel = "yes|no",
                description = "Whether the provider's addresses count although it does not say it verified them; no, if"
                        + " not given.")
        private Optional<String> trust = Optional.empty();

        @Option(
                names = "--account-claim",
                paramLabel = "sub|oid",
                description = "What names an account for good: sub, if not given; oid at Entra ID.")
        private Optional<String> accountClaim = Optional.empty();

        @Option(
                names = "--directory",
                paramLabel = "NAME",
                description =
                        "The synchronisation with the same directory: who it brought is known by the account claim.")
        private Optional<String> directory = Optional.empty();

        @Option(
                names = "--groups-claim",
                paramLabel = "CLAIM",
                description = "Where groups stand: groups, if not given.")
        private Optional<String> groupsClaim = Optional.empty();

        @Option(
                names = "--role",
                paramLabel = "GROUP=ROLE",
                description =
                        "This group makes administrators or data-protection-officers, several times for several; an"
                                + " empty one: no group gives anything.")
        private List<String> roles = new ArrayList<>();

        @Option(names = "--certificate", paramLabel = "CHECK", description = "system (if not given), sha256:HEX.")
        private Optional<String> certificate = Optional.empty();

        @Option(names = "--timeout", paramLabel = "TIME", description = "How long an answer may take: 10s.")
        private Optional<String> timeout = Optional.empty();

        SetOidc(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            Map<String, Optional<String>> all = new LinkedHashMap<>();
            all.put("issuer", issuer);
            all.put("client-id", client);
            all.put("name", name);
            all.put("scope", scope);
            all.put("address-claim", addressClaim);
            all.put("trust-address", trust);
            all.put("account-claim", accountClaim);
            all.put("directory", directory);
            all.put("groups-claim", groupsClaim);
            all.put("roles", roles.isEmpty() ? Optional.empty() : Optional.of(String.join(";", roles)));
            all.put("certificate", certificate);
            all.put("timeout", timeout);
            return set(carteggio, "oidc", all, Secrets.CLIENT_SECRET, secret, Optional.empty());
        }
    }

    @Command(
            name = "set",
            description = {
                "Sets it, or changes it; an empty value removes a setting.",
                "An account is looked up as --user, then its password is tried there."
            })
    static final class SetLdap implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--url",
                paramLabel = "URL",
                description = "ldaps://HOST[:PORT]; ldap://HOST[:PORT] with STARTTLS.")
        private Optional<String> url = Optional.empty();

        @Option(names = "--tls", paramLabel = "MODE", description = "implicit, starttls; none on this machine alone.")
        private Optional<String> tls = Optional.empty();

        @Option(
                names = "--certificate",
                paramLabel = "CHECK",
                description = "system (if not given), sha256:HEX, authority:HEX (with --authority-file by itself).")
        private Optional<String> certificate = Optional.empty();

        @Option(
                names = "--authority-file",
                paramLabel = "FILE",
                description = "A PEM file with the certificates of the only authority that is believed there.")
        private Optional<Path> authority = Optional.empty();

        @Option(names = "--base", paramLabel = "DN", description = "Below which people are looked for.")
        private Optional<String> base = Optional.empty();

        @Option(names = "--user", paramLabel = "DN", description = "As whom we look; if not given, as nobody.")
        private Optional<String> user = Optional.empty();

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "A file whose first line is that user's password; - for the standard input.")
        private Optional<Path> password = Optional.empty();

        @Option(names = "--people-filter", paramLabel = "FILTER", description = "Who may log in, as (ou=Sales).")
        private Optional<String> filter = Optional.empty();

        @Option(
                names = "--account-attributes",
                paramLabel = "NAME;…",
                description = "What people type; uid and mail, or at Active Directory sAMAccountName, userPrincipalName"
                        + " and mail, if not given.")
        private Optional<String> accounts = Optional.empty();

        @Option(names = "--address-attributes", paramLabel = "NAME;…", description = "Where addresses stand.")
        private Optional<String> addresses = Optional.empty();

        @Option(
                names = "--directory",
                paramLabel = "NAME",
                description = "The synchronisation with the same directory: who it brought is known by her entry.")
        private Optional<String> directory = Optional.empty();

        @Option(
                names = "--trust-address",
                paramLabel = "yes|no",
                description = "Whether people are known by the addresses of their entries; only where nobody can change"
                        + " her own.")
        private Optional<String> trust = Optional.empty();

        @Option(names = "--kind", paramLabel = "KIND", description = "auto (if not given), ad, openldap.")
        private Optional<String> kind = Optional.empty();

        @Option(names = "--timeout", paramLabel = "TIME", description = "How long an answer may take: 10s.")
        private Optional<String> timeout = Optional.empty();

        SetLdap(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            Map<String, Optional<String>> all = new LinkedHashMap<>();
            if (url.isPresent()) {
                boolean starttls = url.get().startsWith("ldap://");
                String server = url.get().replaceFirst("^ldaps?://", "").replaceFirst("/$", "");
                if (server.isEmpty() || server.contains("/") || server.contains("@")) {
                    return carteggio.work("login ldap set", () -> {
                        throw Refusal.usage("an address is such as ldaps://dc.example.com");
                    });
                }
                int colon = server.lastIndexOf(':');
                boolean port = colon > 0 && (server.indexOf(':') == colon || server.charAt(colon - 1) == ']');
                all.put("host", Optional.of((port ? server.substring(0, colon) : server).replaceAll("^\\[|]$", "")));
                all.put("port", Optional.of(port ? server.substring(colon + 1) : ""));
                all.put("tls", Optional.of(starttls ? "starttls" : "implicit"));
            }
            if (tls.isPresent()) {
                all.put("tls", tls);
            }
            all.put("certificate", certificate);
            all.put("base", base);
            all.put("user", user);
            all.put("people-filter", filter);
            all.put("account-attributes", accounts);
            all.put("address-attributes", addresses);
            all.put("directory", directory);
            all.put("trust-address", trust);
            all.put("kind", kind);
            all.put("timeout", timeout);
            return set(carteggio, "ldap", all, Secrets.PASSWORD, password, authority);
        }
    }

    @Command(description = "Shows how it is set; never a secret.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;
        private final Optional<String> subject;

        Show(Carteggio carteggio, Optional<String> subject) {
            this.carteggio = carteggio;
            this.subject = subject;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object();
            subject.ifPresent(s -> params.put("subject", s));
            return carteggio.ask(
                    "login show", "login.show", params, Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(description = "Nobody logs in this way any more; its settings and its secret are forgotten.")
    static final class Off implements Callable<Integer> {
        private final Carteggio carteggio;
        private final String subject;

        Off(Carteggio carteggio, String subject) {
            this.carteggio = carteggio;
            this.subject = subject;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "login " + subject + " off",
                    "login.set",
                    Json.object().put("subject", subject).put("off", true),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "test", description = "Tries it step by step. Nobody is logged in.")
    static final class TestOidc implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--redirect",
                paramLabel = "URL",
                description = "The address to come back to that the provider knows, where it looks at that first.")
        private Optional<String> redirect = Optional.empty();

        TestOidc(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("subject", "oidc");
            redirect.ifPresent(r -> params.put("redirect", r));
            return carteggio.ask(
                    "login oidc test", "login.test", params, Lines.printing(carteggio, line -> step(carteggio, line)));
        }
    }

    @Command(name = "test", description = "Tries it step by step. Nobody is logged in.")
    static final class TestLdap implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--account", paramLabel = "ACCOUNT", description = "One to look up; no password is tried.")
        private Optional<String> account = Optional.empty();

        TestLdap(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("subject", "ldap");
            account.ifPresent(a -> params.put("account", a));
            return carteggio.ask(
                    "login ldap test", "login.test", params, Lines.printing(carteggio, line -> step(carteggio, line)));
        }
    }

    @Command(
            name = "password",
            description = {
                "Whether people log in on the pages by a password here: on, or off.",
                "Off needs an administrator who has logged in another way; on works always."
            })
    static final class Password implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "on|off", description = "Which.")
        private String which = "";

        Password(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return onOrOff(carteggio, "password", which);
        }
    }

    @Command(
            name = "passkey",
            description = "Whether people log in on the pages by a passkey: on (if nobody said anything), or off.")
    static final class Passkey implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "on|off", description = "Which.")
        private String which = "";

        Passkey(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return onOrOff(carteggio, "passkey", which);
        }
    }

    private static int onOrOff(Carteggio carteggio, String subject, String which) {
        String command = "login " + subject;
        if (!which.equals("on") && !which.equals("off")) {
            return carteggio.work(command, () -> {
                throw Refusal.usage("on or off?");
            });
        }
        ObjectNode params = Json.object().put("subject", subject).put("off", which.equals("on"));
        if (which.equals("off")) {
            params.set("settings", Json.object().put("people", "no"));
        }
        return carteggio.ask(command, "login.set", params, Lines.printing(carteggio, line -> print(carteggio, line)));
    }

    @Command(
            name = "forget",
            description = "Forgets which accounts elsewhere are a person's: the next one with her address is.")
    static final class Forget implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "PERSON", description = "Whose.")
        private String person = "";

        Forget(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "login forget",
                    "login.forget",
                    Json.object().put("person", person),
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line(line.path("person").asString("") + ": "
                                            + line.path("forgotten").asString("0") + " accounts forgotten")));
        }
    }
}
