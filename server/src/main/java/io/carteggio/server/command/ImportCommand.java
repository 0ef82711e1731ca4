package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books.Account;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "import",
        description = {
            "Takes mail from files: .eml, folders, maildirs, mboxes, any of them also as .gz; Outlook's .pst and .msg;",
            ".zip, .tar and .tar.gz with any of these in them.",
            "When it is interrupted, the same command goes on where it stopped."
        })
final class ImportCommand implements Callable<Integer> {
    /// How long to wait at the end until what came in is found; what is not yet then, is by and by.
    private static final int INDEX_SECONDS = 60;

    private final Carteggio carteggio;

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Files and folders.")
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
    private String as = "auto";

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
        ObjectNode params = source();
        try (Access access = carteggio.access(true)) {
            Outcome ready = access.call("import.source", params, new Lines(line -> {}));
            if (ready.exit() != Exit.DONE) {
                return ready;
            }
            try (ImportProgress progress =
                    ImportProgress.open(carteggio.directory().resolve("imports"), words(params))) {
                return run(access, params.path("source").asString(""), progress);
            }
        }
    }

    private Outcome run(Access access, String name, ImportProgress progress) throws IOException, Refusal {
        Console console = carteggio.console();
        if (progress.doneBefore() > 0) {
            console.complain("going on: " + progress.doneBefore() + " mails were done before");
        }
        long total = ProgressLine.watched(console) ? bytes() : 0;
        ImportRun.Result result;
        ImportReport lines = ImportReport.open(report, progress.doneBefore() > 0);
        Path scratch = Files.createTempDirectory("carteggio-import");
        try (lines;
                ProgressLine shown = new ProgressLine(console, "mails", total)) {
            result = new ImportRun(access, name, progress, shown, lines, console).run(paths, scratch);
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
    private static ObjectNode books(Access access, Account account) throws IOException, Refusal {
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
        if (as.startsWith("mailbox:") && as.length() > "mailbox:".length()) {
            String address = as.substring("mailbox:".length());
            return params.put("source", source.orElse("mailbox " + address))
                    .put("family", "mailbox")
                    .put("mailbox", address);
        }
        if (!List.of("auto", "report", "ndr", "multidrop").contains(as)) {
            throw Refusal.usage("--as takes auto, report, ndr, multidrop or mailbox:ADDRESS, not '"
                    + as.toLowerCase(Locale.ROOT) + "'");
        }
        return params.put("source", source.orElse(as.equals("auto") ? "import" : "import " + as))
                .put("family", as);
    }

    private List<String> words(ObjectNode params) {
        List<String> words = new ArrayList<>(List.of(params.toString()));
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
