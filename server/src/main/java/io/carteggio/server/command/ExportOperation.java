package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.search.Query;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/// `export`: all letters that a query finds, newest first, as letters or as one mbox. Safe for many threads.
///
/// As letters: an offer for each, as [Exported]; given without waiting for the peer where it says `unasked`.
/// With `format` `mbox`: stretches of the mbox as octets, and after each a line with the `letters` and `bytes`
/// that are in it and their lines of the `manifest`. Where a letter cannot be given, a line with `id` and
/// `error` instead, and the answer is no.
final class ExportOperation {
    /// How long it waits for letters that came in just now.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final Desk desk;

    ExportOperation(Desk desk) {
        this.desk = desk;
    }

    Outcome run(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Viewer viewer = Viewers.of(request, desk);
        String text = request.text("query");
        Query query = Queries.parse(text);
        Way way = way(request, reply);
        Viewers.note(desk, request, viewer, text);
        if (!desk.awaitIndexed(PATIENCE)) { // to leave letters out without a word would be worse than to refuse
            throw Refusal.no(desk.indexLag() + " letters wait for the index and would be missing; try again later");
        }
        Walk walk = new Walk(reply, way, request.flag("proof"));
        try {
            desk.reading().each(viewer, query, text, "export", walk);
            way.finish();
        } catch (BrokenWalk e) {
            throw e.peer;
        }
        return walk.failed == 0 ? Outcome.DONE : Outcome.NO;
    }

    private static Way way(Request request, Reply reply) throws Refusal {
        return switch (request.optionalText("format").orElse("letters")) {
            case "letters" -> new OneByOne(reply, request.flag("unasked"));
            case "mbox" -> new MboxExport(reply);
            default -> throw Refusal.usage("export: 'format' is 'letters' or 'mbox'");
        };
    }

    /// How letters go to the peer. Belongs to one thread.
    interface Way {
        void letter(Exported letter, Content bytes) throws IOException;

        /// What was begun is ended: something else is told, or nothing more comes.
        void finish() throws IOException;
    }

    private record OneByOne(Reply reply, boolean unasked) implements Way {
        @Override
        public void letter(Exported letter, Content bytes) throws IOException {
            if (unasked ? reply.give(letter.json()) : reply.offer(letter.json())) {
                try (InputStream in = bytes.open()) {
                    reply.all(in, bytes.sizeBytes());
                }
            }
        }

        @Override
        public void finish() {}
    }

    private final class Walk implements Reading.Sink {
        private final Reply reply;
        private final Way way;
        private final boolean proofs;
        private long failed;

        Walk(Reply reply, Way way, boolean proofs) {
            this.reply = reply;
            this.way = way;
            this.proofs = proofs;
        }

        @Override
        public void take(Reading.Step step) throws ArchiveException {
            try {
                give(step);
            } catch (IOException e) {
                throw new BrokenWalk(e);
            }
        }

        private void give(Reading.Step step) throws IOException {
            OpenLetter open;
            Exported letter;
            try {
                open = step.opening().letter();
                letter = exported(step, open);
            } catch (ArchiveException e) {
                failed++;
                way.finish();
                reply.line(Json.object().put("id", step.id().text()).put("error", Operations.oneLine(e)));
                return;
            }
            way.letter(letter, open.bytes());
        }

        private Exported exported(Reading.Step step, OpenLetter open) throws ArchiveException {
            return new Exported(
                    step.id().text(),
                    open.letter().sum().toString(),
                    open.bytes().sizeBytes(),
                    step.date(),
                    open.envelopes().stream()
                            .findFirst()
                            .flatMap(view -> view.sender().map(Address::raw)),
                    proofs ? Optional.of(proof(open.letter())) : Optional.empty());
        }

        private String proof(CataloguedLetter letter) throws ArchiveException {
            byte[] bytes = desk.prover()
                    .prove(letter.id(), letter.sum(), letter.places())
                    .bytes();
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /// Carries an [IOException] through [Reading#each].
    private static final class BrokenWalk extends ArchiveException {
        private static final long serialVersionUID = 1L;

        private final transient IOException peer;

        BrokenWalk(IOException peer) {
            super("the export was broken off", true, peer);
            this.peer = peer;
        }
    }
}
