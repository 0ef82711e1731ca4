package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "source", description = "The places that mail comes from.", synopsisSubcommandLabel = "COMMAND")
final class SourceCommand implements Runnable {
    private final CommandLine line;

    SourceCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Set(carteggio));
        line.addSubcommand(new Test(carteggio));
        line.addSubcommand(new Remove(carteggio));
        line.addSubcommand(new Networks(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list, show, set, test, remove or networks?");
    }

    private static void print(Carteggio carteggio, ObjectNode source) {
        carteggio
                .console()
                .line(String.format(
                        "%-28s %-10s %s",
                        source.path("name").asString(""),
                        source.path("family").asString(""),
                        Json.optional(source, "address")
                                        .or(() -> Json.optional(source, "protocol")
                                                .map(p -> "fetched by " + p))
                                        .orElse("")
                                + (source.has("headers")
                                        ? "  asks "
                                                + Json.texts(source.path("headers"))
                                                        .collect(Collectors.joining(", "))
                                        : "")));
    }

    private static void all(Carteggio carteggio, ObjectNode source) {
        Console console = carteggio.console();
        console.line("source    " + source.path("name").asString(""));
        console.line("family    " + source.path("family").asString(""));
        Json.optional(source, "address").ifPresent(address -> console.line("address   " + address));
        Json.optional(source, "protocol").ifPresent(protocol -> console.line("protocol  " + protocol));
        settings(carteggio, source);
    }

    private static void settings(Carteggio carteggio, ObjectNode source) {
        Console console = carteggio.console();
        for (var setting : source.path("settings").properties()) {
            console.line("  " + setting.getKey() + " = " + setting.getValue().asString(""));
        }
        Json.texts(source.path("secrets")).forEach(secret -> console.line("  " + secret + " is kept"));
        Json.texts(source.path("warnings")).forEach(warning -> console.complain("warning: " + warning));
    }

    @Command(
            name = "add",
            description = {
                "Makes a source: a journaling address that the listener takes mail for, or a mailbox of another server",
                "that mail is fetched from."
            })
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "How books and lists call it.")
        private String name = "";

        @ArgGroup(exclusive = true, multiplicity = "1")
        private Kind kind = new Kind();

        @Option(
                names = "--family",
                paramLabel = "FAMILY",
                description = {
                    "What its mail is taken for: report (journal reports, if not given),",
                    "ndr (returned reports), multidrop (plain copies)."
                })
        private Family family = Family.REPORT;

        @Option(
                names = "--headers",
                split = ",",
                paramLabel = "FIELD,…",
                description = {
                    "For multidrop: the header fields that tell who got a mail, in this order, such as",
                    "X-Original-To,Delivered-To,To. To stands for To, Cc and Bcc; Resent-To alike;",
                    "Received for the topmost 'for'. Name only fields that your own system overwrites."
                })
        private List<String> headers = new ArrayList<>();

        @Mixin
        private FetchOptions fetch = new FetchOptions();

        @Mixin
        private SmtpOptions smtp = new SmtpOptions();

        /// Where the mail comes from.
        static final class Kind {
            @Option(
                    names = "--smtp",
                    arity = "0..1",
                    fallbackValue = "@",
                    paramLabel = "ADDRESS",
                    description = {
                        "The journaling address. Without one, or with @DOMAIN alone, one is made up that nobody can",
                        "guess. Put --smtp behind the name."
                    })
            private Optional<String> smtp = Optional.empty();

            @Option(names = "--imap", paramLabel = "HOST[:PORT]", description = "Fetched by IMAP from this server.")
            private Optional<String> imap = Optional.empty();

            @Option(names = "--pop3", paramLabel = "HOST[:PORT]", description = "Fetched by POP3 from this server.")
            private Optional<String> pop3 = Optional.empty();

            @Option(
                    names = "--ews",
                    paramLabel = "URL|HOST",
                    description = {
                        "Fetched from Exchange Server by its web services:",
                        "https://mail.example.com/EWS/Exchange.asmx, or the host alone."
                    })
            private Optional<String> ews = Optional.empty();

            private String protocol() {
                return imap.isPresent() ? "imap" : pop3.isPresent() ? "pop3" : "ews";
            }
        }

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("source add", () -> {
                ObjectNode params = Json.object()
                        .put("name", name)
                        .put("family", family.name().toLowerCase(Locale.ROOT));
                if (kind.smtp.isPresent()) {
                    ObjectNode settings = fetch.forListener();
                    smtp.into(settings);
                    params.put("smtp", kind.smtp.get());
                    params.set("settings", settings);
                    if (!headers.isEmpty()) {
                        params.set("headers", Json.texts(headers.stream().map(String::strip)));
                    }
                    try (var access = carteggio.access(true)) {
                        return access.call("source.add", params, Lines.printing(carteggio, line -> {
                            print(carteggio, line);
                            if (!settings.isEmpty()) {
                                settings(carteggio, line);
                            }
                        }));
                    }
                }
                String server = kind.imap
                        .or(() -> kind.pop3)
                        .or(() -> kind.ews)
                        .orElseThrow(
                                () -> Refusal.usage("where does the mail come from: --smtp, --imap, --pop3 or --ews?"));
                params.put("protocol", kind.protocol());
                ObjectNode settings = fetch.settings(Optional.of(server));
                smtp.into(settings);
                if (!headers.isEmpty()) {
                    settings.put("headers", headers.stream().map(String::strip).collect(Collectors.joining(",")));
                }
                params.set("settings", settings);
                try (var access = carteggio.access(true)) {
                    return access.call(
                            "source.fetch",
                            params,
                            fetch.secrets(carteggio.console()),
                            Lines.printing(carteggio, line -> all(carteggio, line)));
                }
            });
        }
    }

    /// What a source's mail may be taken for.
    enum Family {
        REPORT,
        NDR,
        MULTIDROP
    }

    @Command(
            name = "set",
            description = "Changes settings of a source; an empty value goes back to what counts if nothing is set.")
    static final class Set implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "The source.")
        private String name = "";

        @Option(names = "--family", paramLabel = "FAMILY", description = "report, ndr or multidrop.")
        private Optional<Family> family = Optional.empty();

        @Option(names = "--server", paramLabel = "HOST[:PORT]|URL", description = "Another server.")
        private Optional<String> server = Optional.empty();

        @Mixin
        private FetchOptions fetch = new FetchOptions();

        @Mixin
        private SmtpOptions smtp = new SmtpOptions();

        Set(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("source set", () -> {
                ObjectNode params = Json.object().put("name", name);
                family.ifPresent(f -> params.put("family", f.name().toLowerCase(Locale.ROOT)));
                ObjectNode settings = fetch.settings(server);
                smtp.into(settings);
                params.set("settings", settings);
                try (var access = carteggio.access(false)) {
                    return access.call(
                            "source.set",
                            params,
                            fetch.secrets(carteggio.console()),
                            Lines.printing(carteggio, line -> all(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "show", description = "Shows a source with all its settings; never a password.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "The source.")
        private String name = "";

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "source show",
                    "source.show",
                    Json.object().put("name", name),
                    Lines.printing(carteggio, line -> all(carteggio, line)));
        }
    }

    @Command(
            name = "test",
            description = "Tries a fetched source step by step. Archives nothing, changes nothing at the server.")
    static final class Test implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "The source.")
        private String name = "";

        Test(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "source test",
                    "source.test",
                    Json.object().put("name", name),
                    Lines.printing(carteggio, line -> step(carteggio, line)));
        }

        private static void step(Carteggio carteggio, ObjectNode step) {
            carteggio
                    .console()
                    .line(String.format(
                            "%-8s %-8s %s",
                            step.path("step").asString(""),
                            step.path("result").asString(""),
                            step.path("detail").asString("")));
            Json.texts(step.path("warnings"))
                    .forEach(warning -> carteggio.console().complain("warning: " + warning));
        }
    }

    @Command(name = "remove", description = "Takes no more mail from a source. Its letters and its books stay.")
    static final class Remove implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "The source.")
        private String name = "";

        Remove(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "source remove",
                    "source.remove",
                    Json.object().put("name", name),
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line("removed " + line.path("name").asString(""))));
        }
    }

    @Command(
            name = "networks",
            description = {
                "Shows the lists of networks that --networks may name by a word: which is in force, and of which date.",
                "A file networks/NAME.txt in the data directory counts in place of the one that comes with the program."
            })
    static final class Networks implements Callable<Integer> {
        private final Carteggio carteggio;

        Networks(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "source networks", "source.networks", Json.object(), Lines.printing(carteggio, this::print));
        }

        private void print(ObjectNode list) {
            Console console = carteggio.console();
            console.line(
                    list.path("name").asString("") + ", of " + list.path("date").asString("") + ", "
                            + list.path("origin").asString(""));
            Json.texts(list.path("networks")).forEach(network -> console.line("  " + network));
            String sources = Json.texts(list.path("sources")).collect(Collectors.joining(", "));
            console.line(sources.isEmpty() ? "  no source names it" : "  named by source " + sources);
            Json.optional(list, "fault").ifPresent(fault -> console.complain("warning: " + fault));
        }
    }

    @Command(name = "list", description = "Lists all sources: journaling addresses and fetched mailboxes.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "source list",
                    "source.list",
                    Json.object(),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }
}
