package io.carteggio.server.command;

import io.carteggio.server.local.Access;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "export",
        description = {
            "Writes letters out, byte for byte, newest first, with a manifest of their ids, sums and sizes.",
            "When an export to files is interrupted, the same command goes on where it stopped."
        })
final class ExportCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Parameters(paramLabel = "QUERY", arity = "0..*", description = "As for 'search'; every letter if not given.")
    private List<String> query = new ArrayList<>();

    @Option(
            names = "--to",
            required = true,
            paramLabel = "PATH",
            description = "A folder for eml, a new file for mbox and zip.")
    private Path to = Path.of("");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "eml (if not given): a file a letter; mbox: one mailbox, mboxrd; zip: the files in one.")
    private Format format = Format.EML;

    @Option(
            names = "--proof",
            description = "With each letter the proof that it was archived, for 'verify-proof'; not in an mbox.")
    private boolean proof;

    @Mixin
    private ViewerOptions viewer = new ViewerOptions();

    /// The forms of an export.
    enum Format {
        EML,
        MBOX,
        ZIP
    }

    ExportCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("export", this::run);
    }

    private Outcome run() throws io.carteggio.archive.ArchiveException, IOException, Refusal {
        if (proof && format == Format.MBOX) {
            throw Refusal.usage("an mbox has no place for proofs: --proof goes with eml and zip");
        }
        ObjectNode params = Json.object().put("query", String.join(" ", query)).put("proof", proof);
        viewer.into(params);
        try (Access access = carteggio.access(false);
                Letters letters = letters();
                ProgressLine shown = new ProgressLine(carteggio.console(), "letters", 0)) {
            params.put("unasked", letters.wantsAll());
            Taker taker = new Taker(letters, shown);
            Outcome outcome = access.call("export", params, taker);
            if (outcome.error().isPresent()) {
                return outcome;
            }
            letters.finish();
            shown.clear();
            tell(taker, letters);
            return taker.failed == 0
                    ? outcome
                    : Outcome.failed(Exit.NO, taker.failed + " letters could not be given, named above");
        }
    }

    private Letters letters() throws IOException, Refusal {
        return switch (format) {
            case EML -> LetterFolder.open(to);
            case MBOX -> LetterMbox.create(to);
            case ZIP -> LetterZip.create(to);
        };
    }

    private void tell(Taker taker, Letters letters) {
        ObjectNode line = Json.object()
                .put("letters", taker.letters)
                .put("bytes", taker.bytes)
                .put("thereBefore", taker.thereBefore)
                .put("failed", taker.failed)
                .put("to", to.toString())
                .put("manifest", letters.manifest().toString());
        if (carteggio.json()) {
            carteggio.console().json(line);
        } else {
            carteggio
                    .console()
                    .line(taker.letters + " letters, " + Sizes.of(taker.bytes) + ", in " + to
                            + (taker.thereBefore > 0 ? " (" + taker.thereBefore + " of them were there before)" : ""));
        }
    }

    /// Where letters are written. Belongs to one thread.
    interface Letters extends AutoCloseable {
        /// Whether nothing is there already, so that the archive need not ask letter by letter.
        boolean wantsAll();

        /// Begins a letter.
        ///
        /// @return whether its octets are wanted; if not, it is there already
        boolean begin(Exported letter) throws IOException;

        void octets(byte[] bytes, int offset, int length) throws IOException;

        /// The letter is whole.
        void end() throws IOException;

        /// No more letters come: what was written gets its name.
        void finish() throws IOException;

        Path manifest();

        /// Without [#finish] before, takes away what must not be taken for whole.
        @Override
        void close() throws IOException;
    }

    /// Gives what the archive offers to where it is written.
    private final class Taker implements Reply {
        private final Letters target;
        private final ProgressLine shown;
        private long letters;
        private long bytes;
        private long thereBefore;
        private long failed;

        Taker(Letters target, ProgressLine shown) {
            this.target = target;
            this.shown = shown;
        }

        @Override
        public void line(ObjectNode line) {
            failed++;
            shown.clear();
            carteggio
                    .console()
                    .complain("letter " + line.path("id").asString("") + ": "
                            + line.path("error").asString("not given"));
        }

        @Override
        public boolean offer(ObjectNode line) throws IOException {
            Exported letter = Exported.of(line);
            boolean wanted = target.begin(letter);
            letters++;
            bytes += letter.bytes();
            thereBefore += wanted ? 0 : 1;
            shown.done(1, letter.bytes());
            return wanted;
        }

        @Override
        public void octets(byte[] octets, int offset, int length) throws IOException {
            target.octets(octets, offset, length);
        }

        @Override
        public void end() throws IOException {
            target.end();
        }
    }
}
