package io.carteggio.server.command;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "give-back",
        description = {
            "How people bring a letter back to their own mailbox from its page: sent to them with the original attached,"
                    + " or put into the mailbox as it was.",
            "Neither is offered until it is set here."
        },
        synopsisSubcommandLabel = "COMMAND")
final class GiveBackCommand implements Runnable {
    private static final String SMTP = "give-back-smtp";
    private static final String IMAP = "give-back-imap";

    private final CommandLine line;

    GiveBackCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        CommandLine smtp = new CommandLine(new Smtp());
        smtp.addSubcommand(new SetSmtp(carteggio));
        smtp.addSubcommand(new AlarmCommand.Off(carteggio, "give-back smtp off", SMTP));
        CommandLine imap = new CommandLine(new Imap());
        imap.addSubcommand(new SetImap(carteggio));
        imap.addSubcommand(new AlarmCommand.Off(carteggio, "give-back imap off", IMAP));
        line.addSubcommand(smtp);
        line.addSubcommand(imap);
        line.addSubcommand(new Show(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "smtp, imap or show?");
    }

    @Command(
            name = "smtp",
            description = "Sent to them, with the original attached.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Smtp implements Runnable {
        @CommandLine.Spec
        private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), "set or off?");
        }
    }

    @Command(
            name = "imap",
            description = "Put into the mailbox as it was, by its password.",
            synopsisSubcommandLabel = "COMMAND")
    static final class Imap implements Runnable {
        @CommandLine.Spec
        private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

        @Override
        public void run() {
            throw new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), "set or off?");
        }
    }

    @Command(name = "show", description = "What is set.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask("give-back show", "watch.show", Json.object(), Lines.printing(carteggio, line -> {
                if (line.path("subject").asString("").startsWith("give-back-")) {
                    AlarmCommand.printSettings(carteggio, line);
                }
            }));
        }
    }

    @Command(name = "set", description = "By which mail server letters are sent to who reads them.")
    static final class SetSmtp implements Callable<Integer> {
        private final Carteggio carteggio;

        @Mixin
        private AlarmCommand.ServerOptions server = new AlarmCommand.ServerOptions();

        @Option(names = "--from", required = true, paramLabel = "ADDRESS", description = "The sender.")
        private String from = "";

        SetSmtp(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return AlarmCommand.set(
                    carteggio, "give-back smtp set", SMTP, server.settings().put("from", from));
        }
    }

    @Command(
            name = "set",
            description = {
                "At which IMAP server people's mailboxes are. Somebody gives the password of the mailbox each time;"
                        + " it is not kept. The user is the address, which must be hers."
            })
    static final class SetImap implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "HOST", description = "The server.")
        private String host = "";

        @Option(names = "--port", paramLabel = "PORT", description = "993 if not given, and 143 with --tls starttls.")
        private Optional<Integer> port = Optional.empty();

        @Option(
                names = "--tls",
                paramLabel = "implicit|starttls|none",
                description = "From the first octet if not given.")
        private Optional<String> tls = Optional.empty();

        @Option(
                names = "--certificate",
                paramLabel = "system|sha256:…|ignore",
                description = "Which certificate of the server is good; what this system trusts if not given.")
        private Optional<String> certificate = Optional.empty();

        @Option(names = "--folder", paramLabel = "NAME", description = "Where letters are put; INBOX if not given.")
        private Optional<String> folder = Optional.empty();

        SetImap(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode settings = Json.object().put("host", host);
            port.ifPresent(p -> settings.put("port", Integer.toString(p)));
            tls.ifPresent(t -> settings.put("tls", t));
            certificate.ifPresent(c -> settings.put("certificate", c));
            folder.ifPresent(f -> settings.put("folder", f));
            return AlarmCommand.set(carteggio, "give-back imap set", IMAP, settings);
        }
    }
}
