package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.extraction.Extractor;
import io.carteggio.archive.extraction.TextFollower;
import io.carteggio.archive.extraction.TextFollower.Standing;
import io.carteggio.archive.search.SearchIndex.Coverage;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The text of attachments: what could not be searched, how reading them goes on, and reading some once more.
/// Tells numbers and reasons, nobody's words.
final class TextOperations {
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final long SECONDS_LIMIT = 100_000;

    private final Desk desk;

    TextOperations(Desk desk) {
        this.desk = desk;
    }

    /// One line.
    Outcome show(Request request, Reply reply) throws ArchiveException, IOException {
        reply.line(line());
        return Outcome.DONE;
    }

    private ObjectNode line() throws ArchiveException {
        Optional<TextFollower> follower = desk.texts();
        ObjectNode line = Json.object().put("reading", follower.isPresent()).put("reader", ExtractWire.READER);
        coverage(line, desk.index().coverage(ExtractWire.READER));
        if (follower.isPresent()) {
            Standing standing = follower.get().standing();
            line.put("again", standing.again());
            ObjectNode since = Json.object()
                    .put("letters", standing.letters())
                    .put("attachments", standing.attachments())
                    .put("known", standing.known());
            standing.shortfalls().forEach((why, n) -> since.put(why.word(), n));
            line.set("sinceStart", since);
            Extractor.Condition readers = follower.get().extractor().condition();
            line.set(
                    "readers",
                    Json.object()
                            .put("running", readers.running())
                            .put("started", readers.started())
                            .put("ended", readers.killed())
                            .put("residentBytes", readers.residentBytes()));
            readers.notice().ifPresent(notice -> line.put("notice", notice));
            standing.trouble().ifPresent(why -> line.put("trouble", why));
        }
        return line;
    }

    /// What could not be searched, also for `stats`.
    static void coverage(ObjectNode line, Coverage coverage) {
        line.put("waiting", coverage.of(Shortfall.WAITING)).put("outdated", coverage.outdated());
        line.put("notFullySearched", coverage.notFullySearched());
        ObjectNode reasons = Json.object();
        for (Shortfall why : Shortfall.values()) {
            reasons.put(why.word(), coverage.of(why));
        }
        line.set("unsearched", reasons);
    }

    /// Has all read that waits, and waits for it, `seconds` at most; a line each second and at the end.
    Outcome read(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        long seconds = Math.clamp(request.number("seconds", SECONDS_LIMIT), 0, SECONDS_LIMIT);
        TextFollower follower = desk.readAttachments()
                .orElseThrow(() -> Refusal.no("what reads attachments is not part of this installation"));
        desk.awaitIndexed(Duration.ofSeconds(Math.min(seconds, 60)));
        try {
            long until = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
            boolean done = follower.awaitCaughtUp(LOOK);
            while (!done && System.nanoTime() - until < 0) {
                reply.line(line());
                done = follower.awaitCaughtUp(LOOK);
            }
            reply.line(line());
            return done ? Outcome.DONE : Outcome.NO;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        }
    }

    /// Reads the attachments once more of letters with one of the reasons in `why`.
    Outcome again(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Set<Shortfall> reasons = EnumSet.noneOf(Shortfall.class);
        for (JsonNode word : request.params().path("why")) {
            reasons.add(Shortfall.ofWord(word.asString(""))
                    .filter(why -> why != Shortfall.WAITING)
                    .orElseThrow(() -> Refusal.usage("no reason: '" + word.asString("") + "'")));
        }
        if (reasons.isEmpty()) {
            throw Refusal.usage("for which reason? one or more of large, encrypted, damaged, slow, crashed, unknown,"
                    + " scan, cut");
        }
        TextFollower follower = desk.texts()
                .orElseThrow(() -> Refusal.no("nobody reads attachments: a running server does, unless it was told not"
                        + " to; 'text read' does it now"));
        reply.line(Json.object().put("again", follower.again(reasons)));
        return Outcome.DONE;
    }
}
