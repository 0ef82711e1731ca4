package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.ledger.GrowthProof;
import io.carteggio.archive.ledger.LetterProof;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.embedded.ledger.TimestampFiles;
import io.carteggio.mail.Content;
import io.carteggio.server.ledger.Custody;
import io.carteggio.server.ledger.TimestampAuthority;
import io.carteggio.server.ledger.TimestampReply;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `proof` and `ledger`: what the archive gives to those who do not want to believe it.
final class LedgerOperations {
    private final Desk desk;
    private final ReadingOperations reading;

    LedgerOperations(Desk desk, ReadingOperations reading) {
        this.desk = desk;
        this.reading = reading;
    }

    /// Offers the proof of a letter, as octets. Whoever may open the letter may have its proof.
    Outcome proof(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        OpenLetter open = reading.open(request);
        LetterProof proof = desk.prover()
                .prove(open.letter().id(), open.letter().sum(), open.letter().places());
        byte[] bytes = proof.bytes();
        ObjectNode line = Json.object()
                .put("id", open.letter().id().text())
                .put("frame", proof.leaf().frame())
                .put("size", proof.checkpoint().checkpoint().size())
                .put("stamped", proof.timestamp().isPresent());
        if (reply.offer(line)) {
            try (InputStream in = Content.owning(bytes, bytes.length).open()) {
                reply.all(in, bytes.length);
            }
        }
        return Outcome.DONE;
    }

    /// How the ledger stands: one line.
    Outcome show(Request request, Reply reply) throws ArchiveException, IOException {
        Custody.Settings settings = desk.arrangements().settings();
        ObjectNode line = Json.object().put("key", desk.ledger().key().toString());
        head(desk, line);
        line.set("trouble", Json.text(desk.ledger().standing().trouble()));
        line.set("timestampUrl", Json.text(settings.authority().map(a -> a.url().toString())));
        line.put(
                "timestampTrusted",
                settings.authority().map(a -> !a.trusted().isEmpty()).orElse(false));
        line.set("lodgedIn", Json.text(settings.place().map(Path::toString)));
        line.set("custodyTrouble", Json.texts(desk.custody().trouble().stream()));
        reply.line(line);
        return Outcome.DONE;
    }

    /// What the tree is now, what of it is signed, and the last time stamp.
    static void head(Desk desk, ObjectNode line) throws ArchiveException {
        Optional<SignedCheckpoint> latest = desk.ledger().latest();
        long stamped = desk.stamps().sizes().stream().reduce(0L, (a, b) -> b);
        line.put("frames", desk.ledger().size())
                .put("signed", latest.map(c -> c.checkpoint().size()).orElse(0L));
        line.set(
                "root",
                Json.text(latest.map(c ->
                        Base64.getEncoder().encodeToString(c.checkpoint().root().toBytes()))));
        line.put("stamped", stamped);
        line.set("stampedAt", Json.instant(stampedAt(desk, stamped)));
    }

    /// When the authority says that it stamped a tree; absent where nothing is stamped, or the stamp says
    /// nothing that is understood, which `check` tells.
    private static Optional<Instant> stampedAt(Desk desk, long size) throws ArchiveException {
        if (size == 0) {
            return Optional.empty();
        }
        TimestampFiles.Stamped stamp = desk.stamps().read(size);
        return TimestampReply.read(
                                stamp.reply(),
                                stamp.note(),
                                desk.arrangements()
                                        .settings()
                                        .authority()
                                        .map(TimestampAuthority::trusted)
                                        .orElse(List.of()))
                        instanceof TimestampReply.Reading.Stamped stamped
                ? Optional.of(stamped.at())
                : Optional.empty();
    }

    /// The newest checkpoint, signed now where something came in since: one line with `note`.
    Outcome checkpoint(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        SignedCheckpoint newest =
                desk.ledger().sign(true).orElseThrow(() -> Refusal.no("nothing was ever kept, so nothing is signed"));
        reply.line(Json.object().put("size", newest.checkpoint().size()).put("note", newest.note()));
        return Outcome.DONE;
    }

    /// That a later checkpoint follows an earlier one: one line with `proof`, a [GrowthProof].
    Outcome consistency(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        SignedCheckpoint earlier = note("since", request.text("since"));
        Optional<String> until = request.optionalText("until");
        SignedCheckpoint later = until.isPresent()
                ? note("until", until.get())
                : desk.ledger().sign(true).orElseThrow(() -> Refusal.no("nothing was ever kept, so nothing is signed"));
        long from = earlier.checkpoint().size();
        long to = later.checkpoint().size();
        if (from > to) {
            throw Refusal.no("the earlier checkpoint is over " + from + " frames, the later one over " + to);
        }
        if (to > desk.ledger().size()) {
            throw Refusal.no("the archive has " + desk.ledger().size() + " frames, fewer than the " + to
                    + " that were signed: run 'check --witness' with that checkpoint");
        }
        GrowthProof proof = new GrowthProof(desk.ledger().consistency(from, to), later);
        if (!proof.growth()
                .proves(earlier.checkpoint().root(), later.checkpoint().root())) {
            throw Refusal.no(
                    "what was signed then is not the beginning of what is here: run 'check --witness' with both"
                            + " checkpoints");
        }
        reply.line(Json.object().put("from", from).put("size", to).put("proof", proof.text()));
        return Outcome.DONE;
    }

    private SignedCheckpoint note(String name, String text) throws Refusal {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        return switch (SignedCheckpoint.read(octets, desk.ledger().key())) {
            case SignedCheckpoint.Reading.Good(SignedCheckpoint read) -> read;
            case SignedCheckpoint.Reading.Refused(String why) -> throw Refusal.no("--" + name + ": " + why);
        };
    }

    /// Names the time-stamp authority, and asks it for a stamp at once; or, without `url`, nobody.
    Outcome timestamp(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        try {
            desk.arrangements()
                    .setAuthority(
                            desk.acts(),
                            request.by(),
                            request.optionalText("url"),
                            request.optionalText("certificates"));
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()));
        }
        return now(desk.custody().stamp(), reply);
    }

    /// Names the place where checkpoints are lodged, and lodges one at once; or, without
    /// `directory`, none.
    Outcome lodge(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        try {
            desk.arrangements()
                    .setPlace(
                            desk.acts(),
                            request.by(),
                            request.optionalText("directory").map(Path::of));
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()));
        }
        return now(desk.custody().lodge(), reply);
    }

    private static Outcome now(Optional<SignedCheckpoint> done, Reply reply) throws IOException {
        reply.line(
                Json.object().put("size", done.map(c -> c.checkpoint().size()).orElse(0L)));
        return Outcome.DONE;
    }
}
