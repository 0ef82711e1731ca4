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
import java.util.Optional;
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
                ProgressLine shown = new ProgressLine(carteggio.console(), "letters", 0)) {
            return switch (format) {
                case EML -> letters(access, params, LetterFolder.open(to), shown);
                case ZIP -> letters(access, params, LetterZip.create(to), shown);
                case MBOX -> mbox(access, params, MboxFile.create(to), shown);
            };
        }
    }

    private Outcome letters(Access access, ObjectNode params, Letters target, ProgressLine shown) throws IOException {
        try (target) {
            params.put("unasked", target.wantsAll());
            return take(access, params, target, new LetterTaker(target, shown));
        }
    }

    private Outcome mbox(Access access, ObjectNode params, MboxFile target, ProgressLine shown) throws IOException {
        try (target) {
            params.put("format", "mbox");
            return take(access, params, target, new MboxTaker(target, shown));
        }
    }

    private Outcome take(Access access, ObjectNode params, Target target, Taker taker) throws IOException {
        Outcome outcome = access.call("export", params, taker);
        if (outcome.error().isPresent()) {
            return outcome;
        }
        target.finish();
        taker.shown.clear();
        tell(taker, target);
        return taker.failed == 0
                ? outcome
                : Outcome.failed(Exit.NO, taker.failed + " letters could not be given, named above");
    }

    private void tell(Taker taker, Target target) {
        ObjectNode line = Json.object()
                .put("letters", taker.letters)
                .put("bytes", taker.bytes)
                .put("thereBefore", taker.thereBefore)
                .put("failed", taker.failed)
                .put("to", to.toString())
                .put("manifest", target.manifest().toString());
        if (carteggio.json()) {
            carteggio.console().json(line);
        } else {
            carteggio
                    .console()
                    .line(taker.letters + " letters, " + Sizes.of(taker.bytes) + ", in " + to
                            + (taker.thereBefore > 0 ? " (" + taker.thereBefore + " of them were there before)" : ""));
        }
    }

    /// What an export is written to. Belongs to one thread.
    interface Target extends AutoCloseable {
        /// No more letters come: what was written gets its name.
        void finish() throws IOException;

        Path manifest();

        /// Without [#finish] before, takes away what must not be taken for whole.
        @Override
        void close() throws IOException;
    }

    /// Where letters are written one by one.
    interface Letters extends Target {
        /// Whether nothing is there already, so that the archive need not ask letter by letter.
        boolean wantsAll();

        /// Begins a letter.
        ///
        /// @return whether its octets are wanted; if not, it is there already
        boolean begin(Exported letter) throws IOException;

        void octets(byte[] bytes, int offset, int length) throws IOException;

        /// The letter is whole.
        void end() throws IOException;
    }

    /// Takes what the archive gives, and counts.
    private abstract class Taker implements Reply {
        private final ProgressLine shown;
        private long letters;
        private long bytes;
        private long thereBefore;
        private long failed;

        Taker(ProgressLine shown) {
            this.shown = shown;
        }

        void count(long moreLetters, long moreBytes, long moreThereBefore) {
            letters += moreLetters;
            bytes += moreBytes;
            thereBefore += moreThereBefore;
            shown.done(moreLetters, moreBytes);
        }

        /// A letter that could not be given.
        @Override
        public void line(ObjectNode line) throws IOException {
            failed++;
            shown.clear();
            carteggio
                    .console()
                    .complain("letter " + line.path("id").asString("") + ": "
                            + line.path("error").asString("not given"));
        }
    }

    private final class LetterTaker extends Taker {
        private final Letters target;

        LetterTaker(Letters target, ProgressLine shown) {
            super(shown);
            this.target = target;
        }

        @Override
        public boolean offer(ObjectNode line) throws IOException {
            Exported letter = Exported.of(line);
            boolean wanted = target.begin(letter);
            count(1, letter.bytes(), wanted ? 0 : 1);
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

    private final class MboxTaker extends Taker {
        private final MboxFile target;

        MboxTaker(MboxFile target, ProgressLine shown) {
            super(shown);
            this.target = target;
        }

        /// What was in the stretch before it, or a letter that could not be given.
        @Override
        public void line(ObjectNode line) throws IOException {
            Optional<String> manifest = Json.optional(line, "manifest");
            if (manifest.isEmpty()) {
                super.line(line);
                return;
            }
            target.lines(manifest.get());
            count(line.path("letters").asLong(0), line.path("bytes").asLong(0), 0);
        }

        @Override
        public boolean offer(ObjectNode line) {
            return true;
        }

        @Override
        public void octets(byte[] octets, int offset, int length) throws IOException {
            target.octets(octets, offset, length);
        }

        @Override
        public void end() {}
    }
}
