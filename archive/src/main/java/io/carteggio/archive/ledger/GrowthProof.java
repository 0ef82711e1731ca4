package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// That the tree of a later checkpoint begins with the tree of an earlier one, as a file that an auditor keeps or
/// checks: the body of a C2SP `tlog-witness` request, so that programs for witnesses read it. The earlier checkpoint
/// is not in it: the auditor has it.
public record GrowthProof(ConsistencyProof growth, SignedCheckpoint later) {
    /// No file is longer: 63 hashes, and a note.
    public static final int SIZE_LIMIT_BYTES = 128 * 1024;

    private static final int PATH_LIMIT = 63;
    private static final String OLD = "old ";

    /// What came of checking one.
    public sealed interface Verdict {
        record Proven(GrowthProof proof) implements Verdict {}

        record Refused(String why) implements Verdict {}
    }

    /// The file.
    public String text() {
        StringBuilder text = new StringBuilder(OLD).append(growth.from()).append('\n');
        growth.path()
                .forEach(hash -> text.append(Base64.getEncoder().encodeToString(hash.toBytes()))
                        .append('\n'));
        return text.append('\n').append(later.note()).toString();
    }

    /// Checks a file: the later checkpoint's signature, and the path from the earlier root to the later one.
    ///
    /// @param earlier whose signature was checked already
    public static Verdict verify(byte[] file, SignedCheckpoint earlier, VerifierKey key) {
        try {
            GrowthProof proof = parse(file, key);
            Checkpoint from = earlier.checkpoint();
            Checkpoint to = proof.later.checkpoint();
            if (proof.growth.from() != from.size()) {
                throw new MalformedException("the proof begins with the tree of " + proof.growth.from()
                        + " frames, the earlier checkpoint has " + from.size());
            }
            if (!proof.growth.proves(from.root(), to.root())) {
                throw new MalformedException("the later tree does not begin with the earlier one");
            }
            return new Verdict.Proven(proof);
        } catch (MalformedException e) {
            return new Verdict.Refused(e.why());
        }
    }

    private static GrowthProof parse(byte[] file, VerifierKey key) throws MalformedException {
        if (file.length > SIZE_LIMIT_BYTES) {
            throw new MalformedException("the proof is too long");
        }
        String text = SignedNote.utf8(file);
        int blank = text.indexOf("\n\n");
        List<String> lines = List.of(text.substring(0, Math.max(0, blank)).split("\n", -1));
        if (!lines.getFirst().startsWith(OLD)) {
            throw new MalformedException("the file is no proof that one checkpoint follows another");
        }
        if (lines.size() - 1 > PATH_LIMIT) {
            throw new MalformedException("the path is too long");
        }
        long from = Strict.number(lines.getFirst().substring(OLD.length()), "the earlier size");
        List<Sha256> path = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            path.add(Strict.hash(line, "the path"));
        }
        SignedCheckpoint later = SignedCheckpoint.parse(text.substring(blank + 2), key);
        return new GrowthProof(new ConsistencyProof(from, later.checkpoint().size(), path), later);
    }

    public byte[] bytes() {
        return text().getBytes(StandardCharsets.UTF_8);
    }
}
