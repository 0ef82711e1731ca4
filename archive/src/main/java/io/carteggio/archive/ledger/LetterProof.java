package io.carteggio.archive.ledger;

import io.carteggio.archive.LetterId;
import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// All that a third party needs, beside the archive's public key, to see that a letter was archived and when
/// at the latest: a text of the form C2SP tlog-proof, with what leads from the letter to the tree's leaf in
/// its `extra` line.
///
/// `docs/format/verify_proof.py` checks it without us. It says nothing about the letters in the same tree.
///
/// @param openings what lies in some of the frame's records; at least one
/// @param letter the archive's name for the letter, for finding it again; nothing proves it
/// @param timestamp an RFC 3161 response over the checkpoint's note, in base64; checked elsewhere
public record LetterProof(
        Leaf leaf,
        List<Opening> openings,
        Optional<LetterId> letter,
        InclusionProof inclusion,
        SignedCheckpoint checkpoint,
        Optional<String> timestamp) {
    /// What opens a record's commitment.
    ///
    /// @param record number of the record in its frame, from 0
    /// @param content SHA-256 of what lies in the record
    public record Opening(int record, Sha256 salt, Sha256 content) {}

    /// What came of checking a proof.
    public sealed interface Verdict {
        record Proven(LetterProof proof) implements Verdict {}

        record Refused(String why) implements Verdict {}
    }

    public static final int SIZE_LIMIT_BYTES = 8 * 1024 * 1024;
    private static final String FORM = "c2sp.org/tlog-proof@v1";
    private static final String EXTRA_FORM = "carteggio proof 1";

    /// A path to a root over 2^62 leaves.
    private static final int PATH_LIMIT = 62;

    private static final Pattern OPENING = Pattern.compile("record (0|[1-9][0-9]{0,4}) ([0-9a-f]{64}) ([0-9a-f]{64})");

    public LetterProof {
        openings = List.copyOf(openings);
    }

    /// The proof as it is written into a file.
    public byte[] bytes() {
        StringBuilder extra = new StringBuilder(EXTRA_FORM + '\n');
        extra.append("leaf ").append(base64(leaf.data())).append('\n');
        for (Opening o : openings) {
            extra.append("record " + o.record() + ' ' + o.salt() + ' ' + o.content() + '\n');
        }
        letter.ifPresent(id -> extra.append("letter " + id + '\n'));
        timestamp.ifPresent(token -> extra.append("timestamp " + token + '\n'));
        StringBuilder text = new StringBuilder(FORM + '\n');
        text.append("extra ")
                .append(base64(extra.toString().getBytes(StandardCharsets.UTF_8)))
                .append('\n');
        text.append("index ").append(inclusion.index()).append('\n');
        inclusion.path().forEach(hash -> text.append(base64(hash.toBytes())).append('\n'));
        text.append('\n').append(checkpoint.note());
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Checks a proof: the signature, the path, the leaf, what the records hold.
    ///
    /// @param letter where it is given, the letter that must be the proven one
    public static Verdict verify(byte[] file, VerifierKey key, Optional<Sha256> letter) {
        try {
            LetterProof proof = parse(file, key);
            Sha256 root = proof.inclusion
                    .root(proof.leaf.hash())
                    .orElseThrow(() -> new MalformedException("the path does not fit leaf and tree"));
            if (!root.equals(proof.checkpoint.checkpoint().root())) {
                throw new MalformedException("the path does not lead to the signed root");
            }
            for (Opening o : proof.openings) {
                Leaf.Entry entry = proof.leaf.entries().get(o.record());
                if (!Leaf.commitment(o.salt(), entry.type(), o.content()).equals(entry.commitment())) {
                    throw new MalformedException("record " + o.record() + " does not hold what the proof says");
                }
            }
            if (letter.isPresent()
                    && proof.openings.stream().noneMatch(o -> o.content().equals(letter.get()))) {
                throw new MalformedException("the proof is for another letter");
            }
            return new Verdict.Proven(proof);
        } catch (MalformedException e) {
            return new Verdict.Refused(e.why());
        }
    }

    private static LetterProof parse(byte[] file, VerifierKey key) throws MalformedException {
        if (file.length > SIZE_LIMIT_BYTES) {
            throw new MalformedException("the proof is too long");
        }
        String text = SignedNote.utf8(file);
        int blank = text.indexOf("\n\n");
        String[] lines = text.substring(0, Math.max(0, blank)).split("\n", -1);
        if (!lines[0].equals(FORM)
                || lines.length < 3
                || !lines[1].startsWith("extra ")
                || !lines[2].startsWith("index ")) {
            throw new MalformedException("the file is no proof of this archive's form");
        }
        SignedCheckpoint checkpoint = SignedCheckpoint.parse(text.substring(blank + 2), key);
        long index = Strict.number(lines[2].substring("index ".length()), "the index");
        if (lines.length - 3 > PATH_LIMIT) {
            throw new MalformedException("the path is too long");
        }
        List<Sha256> path = new ArrayList<>();
        for (int i = 3; i < lines.length; i++) {
            path.add(Strict.hash(lines[i], "the path"));
        }
        String extra = SignedNote.utf8(Strict.base64(lines[1].substring("extra ".length()), "the extra line"));
        return parseExtra(
                extra, new InclusionProof(index, checkpoint.checkpoint().size(), path), checkpoint);
    }

    private static LetterProof parseExtra(String extra, InclusionProof inclusion, SignedCheckpoint checkpoint)
            throws MalformedException {
        String[] lines = extra.split("\n", -1);
        if (lines.length < 4
                || !lines[0].equals(EXTRA_FORM)
                || !lines[1].startsWith("leaf ")
                || !lines[lines.length - 1].isEmpty()) {
            throw new MalformedException("the extra line is not of this archive's form");
        }
        Leaf leaf = Leaf.parse(Strict.base64(lines[1].substring("leaf ".length()), "the leaf"));
        if (leaf.index() != inclusion.index()) {
            throw new MalformedException("the leaf is of frame " + leaf.frame() + ", its place is of another");
        }
        List<Opening> openings = new ArrayList<>();
        Optional<LetterId> letter = Optional.empty();
        Optional<String> timestamp = Optional.empty();
        for (String line : List.of(lines).subList(2, lines.length - 1)) {
            Matcher opening = OPENING.matcher(line);
            String id = line.startsWith("letter ") ? line.substring("letter ".length()) : "";
            if (opening.matches()
                    && Integer.parseInt(opening.group(1)) < leaf.entries().size()) {
                openings.add(new Opening(
                        Integer.parseInt(opening.group(1)),
                        Sha256.parse(opening.group(2)),
                        Sha256.parse(opening.group(3))));
            } else if (LetterId.looksLike(id) && id.equals(id.toLowerCase(Locale.ROOT)) && letter.isEmpty()) {
                letter = Optional.of(new LetterId(id));
            } else if (line.startsWith("timestamp ") && timestamp.isEmpty()) {
                String token = line.substring("timestamp ".length());
                if (Strict.base64(token, "the time stamp").length == 0) {
                    throw new MalformedException("the time stamp is empty");
                }
                timestamp = Optional.of(token);
            } else {
                throw new MalformedException("the extra line says what this program does not understand");
            }
        }
        if (openings.isEmpty()) {
            throw new MalformedException("the proof opens no record");
        }
        return new LetterProof(leaf, openings, letter, inclusion, checkpoint, timestamp);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
