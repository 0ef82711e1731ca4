package io.carteggio.server.command;

import java.nio.file.Path;
import java.util.List;
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

@Command(name = "alarm", description = "What needs a person, and who is told.", synopsisSubcommandLabel = "COMMAND")
final class AlarmCommand implements Runnable {
    private final CommandLine line;

    AlarmCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Test(carteggio));
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Mail(carteggio).line());
        line.addSubcommand(new Webhook(carteggio).line());
        line.addSubcommand(new Limits(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "list, test, show, mail, webhook or limits?");
    }

    /// One alarm in words.
    static void print(Carteggio carteggio, JsonNode alarm) {
        long times = alarm.path("times").asLong(1);
        carteggio
                .console()
                .line(String.format(
                        "%s %-12s %-20s %s%s",
                        alarm.path("opened").asString(""),
                        alarm.path("kind").asString(""),
                        alarm.path("subject").asString(""),
                        alarm.path("text").asString(""),
                        (times > 1 ? " (" + times + " times)" : "")
                                + Json.optional((ObjectNode) alarm, "closed")
                                        .map(at -> "  over since " + at)
                                        .orElse("")));
    }

    static void printSettings(Carteggio carteggio, ObjectNode line) {
        StringBuilder text = new StringBuilder(line.path("subject").asString(""));
        if (line.path("settings").isEmpty()) {
            text.append(line.path("subject").asString("").equals("limits") ? ": as they come" : ": off");
        }
        line.path("settings")
                .properties()
                .forEach(e -> text.append("  ")
                        .append(e.getKey())
                        .append("=")
                        .append(e.getValue().asString("")));
        carteggio.console().line(text.toString());
    }

    /// Sets a subject anew.
    static int set(Carteggio carteggio, String command, String subject, ObjectNode settings) {
        ObjectNode params = Json.object().put("subject", subject);
        params.set("settings", settings);
        return carteggio.ask(
                command, "watch.set", params, Lines.printing(carteggio, line -> printSettings(carteggio, line)));
    }

    /// A mail server that takes messages of ours.
    static final class ServerOptions {
        @Option(
                names = "--server",
                required = true,
                paramLabel = "HOST[:PORT]",
                description = "Where it is handed over by SMTP; port 25 if not given.")
        private String server = "";

        @Option(
                names = "--tls",
                paramLabel = "none|opportunistic|verified",
                description = "Opportunistic if not given; verified checks the server's certificate.")
        private Optional<String> tls = Optional.empty();

        @Option(names = "--user", paramLabel = "NAME", description = "For logging in; needs --tls verified.")
        private Optional<String> user = Optional.empty();

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "A file whose first line is the password; it is read each time and never kept.")
        private Optional<Path> password = Optional.empty();

        ObjectNode settings() {
            ObjectNode settings = Json.object().put("server", server);
            tls.ifPresent(t -> settings.put("tls", t));
            user.ifPresent(u -> settings.put("user", u));
            password.ifPresent(
                    p -> settings.put("passwordFile", p.toAbsolutePath().toString()));
            return settings;
        }
    }

    @Command(name = "list", description = "The alarms that stand, newest first.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--all", description = "Also those that are over.")
        private boolean all;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "alarm list",
                    "alarm.list",
                    Json.object().put("all", all),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "test", description = "Sends a test message to everybody who would be told of an alarm.")
    static final class Test implements Callable<Integer> {
        private final Carteggio carteggio;

        Test(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "alarm test",
                    "alarm.test",
                    Json.object(),
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line(line.path("channel").asString("") + ": "
                                            + Json.optional(line, "trouble").orElse("works"))));
        }
    }

    @Command(name = "show", description = "Who is told, and where alarms begin.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "alarm show",
                    "watch.show",
                    Json.object(),
                    Lines.printing(carteggio, line -> printSettings(carteggio, line)));
        }
    }

    @Command(name = "off", description = "No longer.")
    static final class Off implements Callable<Integer> {
        private final Carteggio carteggio;
        private final String command;
        private final String subject;

        Off(Carteggio carteggio, String command, String subject) {
            this.carteggio = carteggio;
            this.command = command;
            this.subject = subject;
        }

        @Override
        public Integer call() {
            return set(carteggio, command, subject, Json.object());
        }
    }

    @Command(name = "mail", description = "Alarms by e-mail.", synopsisSubcommandLabel = "COMMAND")
    static final class Mail implements Runnable {
        private final CommandLine line;

        Mail(Carteggio carteggio) {
            line = new CommandLine(this);
            line.addSubcommand(new Mail.Set(carteggio));
            line.addSubcommand(new Off(carteggio, "alarm mail off", "mail"));
        }

        CommandLine line() {
            return line;
        }

        @Override
        public void run() {
            throw new ParameterException(line, "set or off?");
        }

        @Command(name = "set", description = "Whom alarms are sent to, and by which mail server.")
        static final class Set implements Callable<Integer> {
            private final Carteggio carteggio;

            @Mixin
            private ServerOptions server = new ServerOptions();

            @Option(names = "--from", required = true, paramLabel = "ADDRESS", description = "The sender.")
            private String from = "";

            @Option(
                    names = "--to",
                    required = true,
                    split = ",",
                    paramLabel = "ADDRESS",
                    description = "Who is told; several with commas.")
            private List<String> to = List.of();

            Set(Carteggio carteggio) {
                this.carteggio = carteggio;
            }

            @Override
            public Integer call() {
                return set(
                        carteggio,
                        "alarm mail set",
                        "mail",
                        server.settings().put("from", from).put("to", String.join(",", to)));
            }
        }
    }

    @Command(name = "webhook", description = "Alarms posted as JSON.", synopsisSubcommandLabel = "COMMAND")
    static final class Webhook implements Runnable {
        private final CommandLine line;

        Webhook(Carteggio carteggio) {
            line = new CommandLine(this);
            line.addSubcommand(new Webhook.Set(carteggio));
            line.addSubcommand(new Off(carteggio, "alarm webhook off", "webhook"));
        }

        CommandLine line() {
            return line;
        }

        @Override
        public void run() {
            throw new ParameterException(line, "set or off?");
        }

        @Command(name = "set", description = "Where alarms are posted to.")
        static final class Set implements Callable<Integer> {
            private final Carteggio carteggio;

            @Parameters(paramLabel = "URL", description = "Any answer of 200 to 299 means that somebody was told.")
            private String url = "";

            @Option(
                    names = "--token-file",
                    paramLabel = "FILE",
                    description = "A file whose first line is a token that goes along as a bearer's (RFC 6750), or"
                            + " - for standard input; it is kept sealed. If not given, none goes along.")
            private Optional<Path> token = Optional.empty();

            Set(Carteggio carteggio) {
                this.carteggio = carteggio;
            }

            @Override
            public Integer call() {
                return carteggio.work("alarm webhook set", () -> {
                    ObjectNode secrets = Json.object();
                    if (token.isPresent()) {
                        secrets.put("secret", LogInOptions.secret(token.get(), carteggio.console()));
                    }
                    ObjectNode params = Json.object().put("subject", "webhook");
                    params.set("settings", Json.object().put("url", url));
                    try (var access = carteggio.access(false)) {
                        return access.call(
                                "watch.set",
                                params,
                                LogInOptions.body(secrets),
                                Lines.printing(carteggio, line -> printSettings(carteggio, line)));
                    }
                });
            }
        }
    }

    @Command(name = "limits", description = "Sets where some alarms begin; what is not given is as it comes.")
    static final class Limits implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--disk-free", paramLabel = "OCTETS", description = "Less room; 5 GiB if not given.")
        private Optional<Long> diskFree = Optional.empty();

        @Option(names = "--quarantined", paramLabel = "N", description = "So many within a day; 10 if not given.")
        private Optional<Integer> quarantined = Optional.empty();

        @Option(
                names = "--certificate-days",
                paramLabel = "N",
                description = "So long before the certificate ends; 21 if not given.")
        private Optional<Integer> certificateDays = Optional.empty();

        @Option(
                names = "--backup-days",
                paramLabel = "N",
                description = "So long after the last backup; 8 if not given. Where none was ever made, there is none.")
        private Optional<Integer> backupDays = Optional.empty();

        Limits(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode settings = Json.object();
            diskFree.ifPresent(n -> settings.put("diskFree", n.toString()));
            quarantined.ifPresent(n -> settings.put("quarantined", n.toString()));
            certificateDays.ifPresent(n -> settings.put("certificateDays", n.toString()));
            backupDays.ifPresent(n -> settings.put("backupDays", n.toString()));
            return set(carteggio, "alarm limits", "limits", settings);
        }
    }
}
