package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.embedded.spool.Spools;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.OAuthTokens;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.imap.ImapAccount.Folder;
import io.carteggio.server.fetch.imap.ImapProtocol;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.secret.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "import",
        description = {
            "Takes mail from files: .eml, folders, maildirs, mboxes, any of them also as .gz; Outlook's .pst and .msg;",
            ".zip, .tar and .tar.gz with any of these in them. Or from all folders of an account (--imap).",
            "When it is interrupted, the same command goes on where it stopped."
        })
final class ImportCommand implements Callable<Integer> {
    /// How long to wait at the end until what came in is found; what is not yet then, is by and by.
    private static final int INDEX_SECONDS = 60;

    private final Carteggio carteggio;

    @Parameters(paramLabel = "PATH", arity = "0..*", description = "Files and folders.")
    private List<Path> paths = new ArrayList<>();

    @Option(
            names = "--as",
            paramLabel = "KIND",
            description = {
                "What the mail is taken for:",
                "auto (if not given): journal reports are unwrapped, all else are letters;",
                "report, ndr: journal reports, returned reports; all else is quarantined;",
                "multidrop: letters, nothing is unwrapped;",
                "mailbox:ADDRESS: letters of this person's mailbox."
            })
    private Optional<String> as = Optional.empty();

    @Option(
            names = "--to",
            paramLabel = "PERSON",
            description = "All of it is of this person's mailbox, and hers; instead of --as.")
    private Optional<String> to = Optional.empty();

    @Option(
            names = "--imap",
            paramLabel = "HOST[:PORT]",
            description = "Takes the mails of all folders of an account there; changes nothing in it.")
    private Optional<String> imap = Optional.empty();

    @Option(
            names = "--without",
            paramLabel = "FOLDER",
            description = {
                "With --imap: leaves this folder out, and those in it; may be given more than once.",
                "\\Trash, \\Junk, \\Drafts, … is the folder that the server marks so."
            })
    private List<String> without = new ArrayList<>();

    @Mixin
    private LogInOptions logIn = new LogInOptions();

    @Option(names = "--source", paramLabel = "NAME", description = "How the books call this; 'import' if not given.")
    private Optional<String> source = Optional.empty();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Writes a line there for each item that did not become a letter, and why.")
    private Optional<Path> report = Optional.empty();

    ImportCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("import", this::run);
    }

    private Outcome run() throws ArchiveException, IOException, Refusal {
        if (imap.isEmpty() && !(logIn.named().isEmpty() && logIn.files().isEmpty())) {
            throw Refusal.usage("nobody logs in for files: where is --imap?");
        }
        if (imap.isPresent() == !paths.isEmpty()) {
            throw Refusal.usage("where is the mail: PATH, or --imap?");
        }
        if (imap.isEmpty() && !without.isEmpty()) {
            throw Refusal.usage("--without is for an account: where is --imap?");
        }
        if (imap.isPresent() && to.isEmpty() && as.isEmpty()) {
            throw Refusal.usage("whose account is it? --to PERSON");
        }
        Optional<Account> account = imap.isPresent() ? Optional.of(account(imap.get())) : Optional.empty();
        ObjectNode params = source();
        try (Access access = carteggio.access(true)) {
            AtomicReference<String> name = new AtomicReference<>("");
            Outcome ready = access.call(
                    "import.source",
                    params,
                    new Lines(line -> name.set(line.path("source").asString(""))));
            if (ready.exit() != Exit.DONE) {
                return ready;
            }
            try (ImportProgress progress =
                    ImportProgress.open(carteggio.directory().resolve("imports"), words(params, account))) {
                return account.isPresent()
                        ? run(access, name.get(), progress, account.get())
                        : run(access, name.get(), progress, this::files, watchedBytes(), 0);
            }
        }
    }

    private long watchedBytes() {
        return ProgressLine.watched(carteggio.console()) ? bytes() : 0;
    }

    private void files(MailFiles.Finder finder, Spools spools) throws IOException {
        MailFiles files = new MailFiles(finder, spools);
        for (Path path : paths) {
            files.find(path);
        }
    }

    private Account account(String server) throws IOException, Refusal {
        Map<String, String> settings = new HashMap<>(LogInOptions.server(server));
        settings.putAll(logIn.named());
        Map<String, String> secrets = logIn.secrets(carteggio.console());
        try {
            Settings checked = new Settings(settings);
            checked.check(new ImapProtocol());
            Clock clock = Clock.systemUTC();
            return new Account("import", checked, Secrets.inMemory(secrets), new OAuthTokens(clock), clock);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()));
        }
    }

    /// The way in is tried first, so that a wrong password is told before anything else is done.
    private Outcome run(Access access, String name, ImportProgress progress, Account account)
            throws IOException, Refusal {
        try (ImapMails mails = new ImapMails(account)) {
            List<Folder> folders = wanted(mails.folders());
            long total = ProgressLine.watched(carteggio.console()) ? mails.mails(folders) : 0;
            return run(
                    access,
                    name,
                    progress,
                    (finder, spools) -> mails.find(folders, finder, spools),
                    0,
                    Math.max(0, total - progress.doneBefore()));
        } catch (ArchiveException e) {
            throw Refusal.no(String.valueOf(e.getMessage()));
        }
    }

    /// A name that means nothing is more likely a slip than a wish: then nothing is taken.
    private List<Folder> wanted(List<Folder> all) throws Refusal {
        for (String left : without) {
            if (all.stream().noneMatch(f -> f.isIn(left, all))) {
                throw Refusal.no(
                        left.startsWith("\\")
                                ? "the server marks no folder as " + left + "; give its name"
                                : "there is no folder " + left + " to leave out");
            }
        }
        return all.stream()
                .filter(f -> without.stream().noneMatch(left -> f.isIn(left, all)))
                .toList();
    }

    private Outcome run(
            Access access,
            String name,
            ImportProgress progress,
            ImportRun.Search search,
            long totalBytes,
            long totalMails)
            throws IOException, Refusal {
        Console console = carteggio.console();
        if (progress.doneBefore() > 0) {
            console.complain("going on: " + progress.doneBefore() + " mails were done before");
        }
        ImportRun.Result result;
        ImportReport lines = ImportReport.open(report, progress.doneBefore() > 0);
        Path scratch = Files.createTempDirectory("carteggio-import");
        try (lines;
                ProgressLine shown = new ProgressLine(console, "mails", totalBytes, totalMails)) {
            result = new ImportRun(access, name, progress, shown, lines, console).run(search, scratch);
        } finally {
            remove(scratch);
        }
        if (lines.trouble().isPresent()) {
            console.complain("the report " + report.map(Path::toString).orElse("") + " is not whole: "
                    + Operations.oneLine(lines.trouble().get()));
        }
        if (result.stopped().isPresent()) {
            return Outcome.failed(
                    Exit.NO, result.stopped().get() + "; what was taken is kept, the same command goes on from here");
        }
        if (result.refused() == 0) { // else the next run tries those alone once more
            progress.complete();
        }
        access.call("index.await", Json.object().put("seconds", INDEX_SECONDS), new Lines(line -> {}));
        ObjectNode books = books(access, progress.tally().account(name));
        books.put("failed", result.failed())
                .put("skipped", result.skipped())
                .put("incomplete", result.incomplete())
                .put("doneBefore", progress.doneBefore());
        if (carteggio.json()) {
            console.json(books);
        } else {
            StatsCommand.print(console, books);
        }
        if (result.failed() > 0) {
            return Outcome.failed(Exit.NO, result.failed() + " files or mails could not be taken, named above");
        }
        if (result.incomplete() > 0) {
            return Outcome.failed(Exit.NO, result.incomplete() + " mails lack what could not be read, named above");
        }
        return lines.trouble().isPresent() ? Outcome.failed(Exit.NO, "the report is not whole") : Outcome.DONE;
    }

    private static void remove(Path scratch) throws IOException {
        try (Stream<Path> left = Files.list(scratch)) {
            for (Path file : left.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(scratch);
    }

    /// The run's books, with the sizes that the archive has after it.
    private static ObjectNode books(Access access, Books.Account account) throws IOException, Refusal {
        ObjectNode books = Json.object();
        BooksOperations.put(books, account);
        Outcome sizes = access.call("stats", Json.object(), new Lines(stats -> {
            for (String field : List.of("storedBytes", "indexBytes", "indexLag")) {
                books.put(field, stats.path(field).asLong(0));
            }
        }));
        if (sizes.error().isPresent()) {
            throw Refusal.no(sizes.error().get());
        }
        books.set("sources", Json.objects(Stream.of(BooksOperations.account(account))));
        return books;
    }

    private ObjectNode source() throws Refusal {
        ObjectNode params = Json.object();
        if (to.isPresent()) {
            if (as.isPresent()) {
                throw Refusal.usage("--to and --as do not go together");
            }
            source.ifPresent(name -> params.put("source", name));
            return params.put("family", "mailbox").put("person", to.get());
        }
        String kind = as.orElse("auto");
        if (kind.startsWith("mailbox:") && kind.length() > "mailbox:".length()) {
            String address = kind.substring("mailbox:".length());
            return params.put("source", source.orElse("mailbox " + address))
                    .put("family", "mailbox")
                    .put("mailbox", address);
        }
        if (!List.of("auto", "report", "ndr", "multidrop").contains(kind)) {
            throw Refusal.usage("--as takes auto, report, ndr, multidrop or mailbox:ADDRESS, not '"
                    + kind.toLowerCase(Locale.ROOT) + "'");
        }
        return params.put("source", source.orElse(kind.equals("auto") ? "import" : "import " + kind))
                .put("family", kind);
    }

    /// What makes it the same import as one that was interrupted.
    private List<String> words(ObjectNode params, Optional<Account> account) {
        List<String> words = new ArrayList<>(List.of(params.toString()));
        account.map(Account::settings)
                .ifPresent(s -> words.addAll(List.of(
                        "imap",
                        s.host(),
                        s.text("port").orElse(""),
                        s.text("user").orElse(""))));
        paths.forEach(p -> words.add(p.toAbsolutePath().normalize().toString()));
        return words;
    }

    /// How much there is to read, for the progress line. What cannot be read counts nothing here and is named later.
    private long bytes() {
        return paths.stream().mapToLong(ImportCommand::bytes).sum();
    }

    private static long bytes(Path path) {
        try (Stream<Path> files = Files.walk(path)) {
            return files.mapToLong(f -> f.toFile().isFile() ? f.toFile().length() : 0)
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }
}
