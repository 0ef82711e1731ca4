package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.GrowthProof;
import io.carteggio.archive.ledger.LetterProof;
import io.carteggio.archive.ledger.LetterProof.Verdict;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.archive.ledger.VerifierKey;
import io.carteggio.mail.Sha256;
import io.carteggio.server.ledger.TimestampReply;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "verify-proof",
        description = {
            "Checks a proof that 'proof' or, with --since, 'ledger consistency' has printed. With --key no archive is"
                    + " asked, and none need be there.",
            "Exit code 0: proven; 1: not."
        })
final class VerifyProofCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Parameters(paramLabel = "FILE", description = "The proof.")
    private Path file = Path.of("");

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "The archive's public key, or a file that holds it; if not given, that of the archive here.")
    private Optional<String> key = Optional.empty();

    @Option(names = "--letter", paramLabel = "FILE", description = "The letter that must be the proven one.")
    private Optional<Path> letter = Optional.empty();

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Certificates (PEM) that the time stamp's authority must lead to.")
    private Optional<Path> ca = Optional.empty();

    @Option(
            names = "--since",
            paramLabel = "FILE",
            description = "The checkpoint that somebody kept, where the proof is that a later one follows it.")
    private Optional<Path> since = Optional.empty();

    VerifyProofCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("verify-proof", () -> {
            if (since.isPresent() && (letter.isPresent() || ca.isPresent())) {
                throw Refusal.usage("--since is for the proof of a checkpoint, --letter and --ca for that of a letter");
            }
            VerifierKey trusted = key();
            if (since.isPresent()) {
                return follows(since.get(), trusted);
            }
            Optional<Sha256> sum = letter.isPresent() ? Optional.of(sum(letter.get())) : Optional.empty();
            byte[] proof = SmallFiles.octets(file, LetterProof.SIZE_LIMIT_BYTES);
            return switch (LetterProof.verify(proof, trusted, sum)) {
                case Verdict.Refused(String why) -> refused(why);
                case Verdict.Proven(LetterProof proven) -> proven(proven, stamp(proven));
            };
        });
    }

    private Outcome follows(Path earlier, VerifierKey trusted) throws IOException, Refusal {
        SignedCheckpoint.Reading read =
                SignedCheckpoint.read(SmallFiles.text(earlier).getBytes(StandardCharsets.UTF_8), trusted);
        return switch (read) {
            case SignedCheckpoint.Reading.Refused(String why) -> refused(why);
            case SignedCheckpoint.Reading.Good(SignedCheckpoint known) ->
                switch (GrowthProof.verify(SmallFiles.octets(file, GrowthProof.SIZE_LIMIT_BYTES), known, trusted)) {
                    case GrowthProof.Verdict.Refused(String why) -> refused(why);
                    case GrowthProof.Verdict.Proven(GrowthProof proof) -> follows(proof);
                };
        };
    }

    private Outcome follows(GrowthProof proof) {
        long from = proof.growth().from();
        long to = proof.growth().to();
        String origin = proof.later().checkpoint().origin();
        if (carteggio.json()) {
            carteggio
                    .console()
                    .json(Json.object()
                            .put("proven", true)
                            .put("from", from)
                            .put("size", to)
                            .put("origin", origin));
        } else {
            carteggio
                    .console()
                    .line("proven: the " + from + " frames that " + origin + " had then are the first of the " + to
                            + " that it signed later");
        }
        return Outcome.DONE;
    }

    private Outcome refused(String why) {
        if (carteggio.json()) {
            carteggio.console().json(Json.object().put("proven", false).put("why", why));
            return Outcome.NO;
        }
        return Outcome.failed(Exit.NO, "not proven: " + why);
    }

    private Optional<TimestampReply.Reading> stamp(LetterProof proof) throws IOException, Refusal {
        if (proof.timestamp().isEmpty()) {
            return Optional.empty();
        }
        List<X509Certificate> authorities = List.of();
        if (ca.isPresent()) {
            try {
                authorities = TimestampReply.certificates(Files.readString(ca.get(), StandardCharsets.ISO_8859_1));
            } catch (IllegalArgumentException e) {
                throw Refusal.usage(ca.get() + ": " + e.getMessage());
            }
        }
        byte[] reply = Base64.getDecoder().decode(proof.timestamp().get());
        return Optional.of(TimestampReply.read(reply, proof.checkpoint().bytes(), authorities));
    }

    private Outcome proven(LetterProof proof, Optional<TimestampReply.Reading> stamp) {
        String sum = proof.openings().getFirst().content().toString();
        String origin = proof.checkpoint().checkpoint().origin();
        long size = proof.checkpoint().checkpoint().size();
        List<String> said = new ArrayList<>();
        said.add("proven: frame " + proof.leaf().frame() + " of " + origin + " holds the letter with SHA-256 " + sum
                + "; the archive signed this when it had " + size + " frames");
        ObjectNode line = Json.object()
                .put("proven", true)
                .put("sha256", sum)
                .put("frame", proof.leaf().frame())
                .put("size", size)
                .put("origin", origin);
        line.putNull("stampedAt").putNull("stampedBy").put("stampTrusted", false);
        boolean good = true;
        if (stamp.isPresent()) {
            switch (stamp.get()) {
                case TimestampReply.Reading.Stamped s -> {
                    line.put("stampedAt", Json.instant(s.at()))
                            .put("stampedBy", s.authority())
                            .put("stampTrusted", s.trusted());
                    said.add("time stamp: not later than " + Json.instant(s.at()) + ", says " + s.authority()
                            + (s.trusted() ? "" : " (whether to believe that, --ca tells)"));
                }
                case TimestampReply.Reading.Refused(String why) -> {
                    good = false;
                    line.put("proven", false).put("why", why);
                    said.add("but its time stamp is worth nothing: " + why);
                }
            }
        } else if (ca.isPresent()) {
            good = false;
            line.put("proven", false).put("why", "there is no time stamp in it");
            said.add("but there is no time stamp in it");
        }
        if (carteggio.json()) {
            carteggio.console().json(line);
        } else {
            said.forEach(carteggio.console()::line);
        }
        return good ? Outcome.DONE : Outcome.NO;
    }

    private VerifierKey key() throws ArchiveException, IOException, Refusal {
        String text;
        if (key.isPresent()) {
            text = key.get();
            if (!text.contains("+") || Files.exists(Path.of(text))) {
                text = SmallFiles.text(Path.of(text));
            }
        } else {
            text = ownKey();
        }
        return VerifierKey.parse(text).orElseThrow(() -> Refusal.usage("--key is no public key of a ledger"));
    }

    private String ownKey() throws ArchiveException, IOException, Refusal {
        String[] found = {""};
        try (Access access = carteggio.access(false)) {
            Outcome outcome = access.call(
                    "ledger.show",
                    Json.object(),
                    new Lines(line -> found[0] = line.path("key").asString("")));
            if (outcome.error().isPresent()) {
                throw Refusal.no(outcome.error().get());
            }
        }
        return found[0];
    }

    private static Sha256 sum(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return Sha256.finish(digest);
    }
}
