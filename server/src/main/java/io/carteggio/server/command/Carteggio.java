package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import tools.jackson.databind.node.ObjectNode;

/// The root of all commands: the options that each of them takes, and what becomes of trouble.
@Command(
        name = "carteggio",
        description = "A journal and archive for e-mail that never loses, never alters and never guesses in silence.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        footer = {"", "'carteggio COMMAND --help' tells more of each."})
final class Carteggio implements Runnable {
    private static final String DATA_VARIABLE = "CARTEGGIO_DATA";

    @Option(
            names = "--data",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "The data directory; if not given, what CARTEGGIO_DATA says, or ./data.")
    private Optional<Path> data = Optional.empty();

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The master key: 64 hexadecimal digits; if not given, what CARTEGGIO_KEY_FILE, CARTEGGIO_KEY"
                    + " or CARTEGGIO_PASSPHRASE says, or the file master.key in the data directory.")
    private Optional<Path> keyFile = Optional.empty();

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "A file whose first line is the passphrase, for an archive that has one.")
    private Optional<Path> passphraseFile = Optional.empty();

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Print JSON: one object, or one a line for lists.")
    private boolean json;

    private final Console console;
    private final Opener opener;
    private final CommandLine line;

    /// Opens the way to the archive in a data directory.
    @FunctionalInterface
    interface Opener {
        /// Opens it; the caller closes it.
        ///
        /// @param create whether an archive is made where there is none
        /// @param key what opens the keyring; where absent, the master key in the directory
        Access open(Path directory, boolean create, Optional<MasterKey> key)
                throws ArchiveException, IOException, Refusal;
    }

    /// What a command does.
    @FunctionalInterface
    interface Work {
        Outcome run() throws ArchiveException, IOException, Refusal;
    }

    Carteggio(Console console, Opener opener) {
        this.console = console;
        this.opener = opener;
        line = new CommandLine(this);
        line.getCommandSpec()
                .addOption(CommandLine.Model.OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .scopeType(ScopeType.INHERIT)
                        .description("Say this and exit.")
                        .build())
                .addOption(CommandLine.Model.OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Say which version this is, and exit.")
                        .build())
                .versionProvider(() -> new String[] {version()});
        line.addSubcommand(new ServeCommand(this));
        line.addSubcommand(new ImportCommand(this));
        line.addSubcommand(new UnwrapCommand(this));
        line.addSubcommand(new SearchCommand(this));
        line.addSubcommand(new ShowCommand(this));
        line.addSubcommand(new ExportCommand(this));
        line.addSubcommand(new ProofCommand(this));
        line.addSubcommand(new VerifyProofCommand(this));
        line.addSubcommand(new StatsCommand(this));
        line.addSubcommand(new HealthCommand(this));
        line.addSubcommand(new TextCommand(this).line());
        line.addSubcommand(new QuarantineCommand(this).line());
        line.addSubcommand(new CheckCommand(this));
        line.addSubcommand(new RebuildCommand(this));
        line.addSubcommand(new EraseCommand(this));
        line.addSubcommand(new ErasuresCommand(this));
        line.addSubcommand(new HoldCommand(this).line());
        line.addSubcommand(new RetentionCommand(this).line());
        line.addSubcommand(new CompactCommand(this));
        line.addSubcommand(new BackupCommand(this));
        line.addSubcommand(new RestoreCommand(this));
        line.addSubcommand(new KeyCommand(this).line());
        line.addSubcommand(new LedgerCommand(this).line());
        line.addSubcommand(new AlarmCommand(this).line());
        line.addSubcommand(new GiveBackCommand(this).line());
        line.addSubcommand(new GapCommand(this).line());
        line.addSubcommand(new UnknownCommand(this).line());
        line.addSubcommand(new CanaryCommand(this).line());
        line.addSubcommand(new SourceCommand(this).line());
        line.addSubcommand(new JobCommand(this).line());
        line.addSubcommand(new RuleCommand(this).line());
        line.addSubcommand(new PersonCommand(this).line());
        line.addSubcommand(new RoleCommand(this).line());
        line.addSubcommand(new ApprovalCommand(this).line());
        line.addSubcommand(new AuditCommand(this).line());
        line.addSubcommand(new TokenCommand(this).line());
        line.addSubcommand(new SavedCommand(this).line());
        line.addSubcommand(new AccessCommand(this).line());
        line.addSubcommand(new LogInCommand(this).line());
        line.addSubcommand(new ApprovalCommand.Mode(this));
        line.addSubcommand(new GroupCommand(this).line());
        line.addSubcommand(new DomainCommand(this).line());
        line.addSubcommand(new SyncCommand(this).line());
        line.setOut(new PrintWriter(new OutputStreamWriter(console.out(), StandardCharsets.UTF_8), true));
        line.setErr(new PrintWriter(new OutputStreamWriter(console.err(), StandardCharsets.UTF_8), true));
        line.setUsageHelpWidth(100);
        line.setParameterExceptionHandler(this::wrongUsage);
        line.setExecutionExceptionHandler((e, command, parsed) -> fault(e, command));
        line.setCaseInsensitiveEnumValuesAllowed(true);
    }

    /// As the jar has it; classes that are in no jar have none.
    static String version() {
        String version = Carteggio.class.getPackage().getImplementationVersion();
        return "carteggio " + (version == null ? "(not from a jar)" : version) + ", on Java " + Runtime.version();
    }

    /// Runs the command that the arguments name.
    ///
    /// @return its exit code
    int run(String... arguments) {
        int exit = line.execute(arguments);
        boolean broken = console.out().checkError(); // also flushes
        return broken && exit == 0 ? Exit.NO.code() : exit;
    }

    /// No command was named.
    @Override
    public void run() {
        line.usage(console.out());
        throw new ParameterException(line, "which command?");
    }

    /// The tree of all commands.
    CommandLine commandLine() {
        return line;
    }

    Console console() {
        return console;
    }

    boolean json() {
        return json;
    }

    /// Whether the user named a data directory.
    boolean directoryGiven() {
        return data.isPresent() || console.variable(DATA_VARIABLE).isPresent();
    }

    Path directory() {
        return data.or(() -> console.variable(DATA_VARIABLE).map(Path::of)).orElse(Path.of("data"));
    }

    /// The way to the archive; the caller closes it.
    ///
    /// @param create whether one is made where there is none
    Access access(boolean create) throws ArchiveException, IOException, Refusal {
        Path directory = directory();
        KeySource.Watch watch = KeySource.watch(directory);
        Access access = opener.open(directory, create, masterKey());
        watch.tellOfNewKey(console);
        return access;
    }

    /// What opens the keyring; empty where it is the file in the data directory.
    Optional<MasterKey> masterKey() throws IOException, Refusal {
        return KeySource.of(keyFile, passphraseFile, console);
    }

    /// Runs a command's work. Whatever goes wrong becomes one line on the error stream and an exit
    /// code, here and nowhere else.
    int work(String command, Work work) {
        Outcome outcome;
        try {
            outcome = work.run();
        } catch (Refusal e) {
            outcome = Outcome.failed(e.exit(), Operations.oneLine(e));
        } catch (ArchiveException | IOException e) {
            outcome = Outcome.failed(Exit.NO, Operations.oneLine(e));
        }
        outcome.error().ifPresent(error -> console.complain("carteggio " + command + ": " + error));
        return outcome.exit().code();
    }

    /// Runs one operation and lets `reply` print its answer.
    int ask(String command, String operation, ObjectNode params, Reply reply) {
        return work(command, () -> {
            try (Access access = access(false)) {
                return access.call(operation, params, InputStream.nullInputStream(), reply);
            }
        });
    }

    private int wrongUsage(ParameterException e, String[] arguments) {
        String name = e.getCommandLine().getCommandSpec().qualifiedName();
        console.complain(name + ": " + Operations.oneLine(e) + " ('" + name + " --help' tells more)");
        return Exit.USAGE.code();
    }

    private int fault(Exception e, CommandLine command) {
        console.complain(command.getCommandSpec().qualifiedName() + ": a fault of this program: "
                + Operations.oneLine(e) + " (" + e.getClass().getSimpleName() + ")");
        return Exit.NO.code();
    }
}
