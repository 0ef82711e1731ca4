package io.carteggio.archive.intake;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.intake.Base64Runs.Run;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Recipe;
import io.carteggio.archive.vault.Recipe.PartName;
import io.carteggio.archive.vault.Recipe.Piece;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.structure.Fingerprint;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// How the letters of one frame are kept: which octets they share with what the archive has, which of
/// them others may share later. Belongs to one thread.
///
/// Large attachments become parts of their own, decoded; small ones stay in the letter, decoded; a
/// letter whose body is known is put beside the one that had it first. Whatever is taken apart is put
/// together again and compared, byte for byte, before it counts; if it is not the letter,
/// the letter is kept whole (P2).
final class LetterKeeping {
    /// Attachments from this size on, decoded, become parts.
    static final int PART_LEAST_BYTES = 12 * 1024;

    /// Bodies shorter than this are in too many letters, and win nothing.
    static final int BODY_LEAST_BYTES = 200;

    /// A letter that shares more is kept with those octets inline: a record has so many neighbours at
    /// most.
    private static final int PARTS_LIMIT = 1_000;

    private static final int DECODED_IN_MEMORY_BYTES = 8 << 20;

    private final Vault vault;
    private final SharedOctets shared;
    private final Marks marks;
    private final int firstPartIndex;
    private final List<FrameRecord> parts = new ArrayList<>();
    private final List<Long> partMarks = new ArrayList<>();

    /// A letter, ready for its frame.
    ///
    /// @param bodyMark keyed mark of its body, where it is long enough
    /// @param messageMark keyed mark of its fingerprint
    /// @param uses records of other frames that it cannot be read without
    record Letter(FrameRecord record, Optional<Long> bodyMark, long messageMark, List<Place> uses) {}

    /// @param firstPartIndex the index that the frame's first part will have
    LetterKeeping(Vault vault, SharedOctets shared, Marks marks, int firstPartIndex) {
        this.vault = vault;
        this.shared = shared;
        this.marks = marks;
        this.firstPartIndex = firstPartIndex;
    }

    /// The parts that the letters so far brought, in the order of their indices.
    List<FrameRecord> parts() {
        return parts;
    }

    List<Long> partMarks() {
        return partMarks;
    }

    Letter keep(Sha256 sum, Content letter) throws IOException, ArchiveException {
        Part head = Structure.head(letter);
        long body = head.bodyOffset();
        Sha256 bodySum = Sha256.of(letter.slice(body, letter.sizeBytes() - body));
        Optional<Long> bodyMark =
                letter.sizeBytes() - body >= BODY_LEAST_BYTES ? Optional.of(marks.of(bodySum)) : Optional.empty();
        long messageMark = marks.of(Fingerprint.of(letter, head, bodySum));
        List<Place> uses = new ArrayList<>();
        Optional<Recipe> recipe = recipe(letter, uses);
        Optional<Place> like =
                bodyMark.isPresent() ? shared.letterWithBody(bodyMark.get()).filter(vault::opens) : Optional.empty();
        like.filter(p -> !uses.contains(p)).ifPresent(uses::add);
        FrameRecord record = new FrameRecord(FrameRecord.Type.LETTER, sum, letter, recipe, like);
        return new Letter(record, bodyMark, messageMark, uses);
    }

    private Optional<Recipe> recipe(Content letter, List<Place> uses) throws IOException, ArchiveException {
        List<Run> runs = Base64Runs.find(letter);
        if (runs.isEmpty()) {
            return Optional.empty();
        }
        int partsBefore = parts.size();
        List<Piece> pieces = new ArrayList<>();
        List<Place> used = new ArrayList<>();
        long at = 0;
        for (Run run : runs) {
            if (run.offset() > at) {
                pieces.add(new Piece.Inline(run.offset() - at));
            }
            pieces.add(piece(letter, run, used));
            at = run.offset() + run.lengthBytes();
        }
        if (at < letter.sizeBytes()) {
            pieces.add(new Piece.Inline(letter.sizeBytes() - at));
        }
        Recipe recipe = new Recipe(pieces);
        if (!makes(recipe, letter)) {
            while (parts.size() > partsBefore) {
                parts.removeLast();
                partMarks.removeLast();
            }
            return Optional.empty();
        }
        uses.addAll(used);
        return Optional.of(recipe);
    }

    private Piece piece(Content letter, Run run, List<Place> used) throws IOException, ArchiveException {
        if (run.decodedBytes() < PART_LEAST_BYTES || parts.size() + used.size() >= PARTS_LIMIT) {
            return new Piece.InlineBase64(run.decodedBytes(), run.form());
        }
        Content decoded = decoded(letter.slice(run.offset(), run.lengthBytes()), run);
        Sha256 sum = Sha256.of(decoded);
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).sum().equals(sum)) {
                return new Piece.PartBase64(run.decodedBytes(), run.form(), new PartName(0, firstPartIndex + i));
            }
        }
        long mark = marks.of(sum);
        for (Place known : shared.parts(mark)) {
            if (same(known, decoded)) {
                if (!used.contains(known)) {
                    used.add(known);
                }
                return new Piece.PartBase64(
                        run.decodedBytes(), run.form(), new PartName(known.frame(), known.record()));
            }
        }
        parts.add(new FrameRecord(FrameRecord.Type.PART, sum, decoded));
        partMarks.add(mark);
        return new Piece.PartBase64(run.decodedBytes(), run.form(), new PartName(0, firstPartIndex + parts.size() - 1));
    }

    private static Content decoded(Content base64, Run run) throws IOException {
        if (run.decodedBytes() > DECODED_IN_MEMORY_BYTES) {
            return Recipe.decoded(base64, run.decodedBytes(), run.form());
        }
        byte[] octets = Recipe.decode(base64.toByteArray(2 * DECODED_IN_MEMORY_BYTES), run.form());
        return Content.owning(octets, octets.length);
    }

    private boolean same(Place known, Content decoded) throws ArchiveException {
        Content other;
        try {
            other = vault.read(known);
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            return false; // damaged there, or without keys: then it is kept here again
        }
        if (other.sizeBytes() != decoded.sizeBytes()) {
            return false;
        }
        try (InputStream one = decoded.open();
                InputStream two = other.open()) {
            return equal(one, two);
        } catch (IOException e) {
            return false; // damaged there: then it is kept here again
        }
    }

    private static boolean equal(InputStream one, InputStream two) throws IOException {
        byte[] a = new byte[64 * 1024];
        byte[] b = new byte[a.length];
        while (true) {
            int n = one.readNBytes(a, 0, a.length);
            if (n != two.readNBytes(b, 0, b.length) || !Arrays.equals(a, 0, n, b, 0, n)) {
                return false;
            }
            if (n < a.length) {
                return true;
            }
        }
    }

    /// Whether the recipe gives the letter back, byte for byte.
    private boolean makes(Recipe recipe, Content letter) throws IOException {
        try (InputStream made = Recipe.compose(recipe.kept(letter).open(), this::part);
                InputStream wanted = letter.open()) {
            return equal(wanted, made);
        }
    }

    private Content part(PartName name) throws IOException {
        if (name.frame() == 0) {
            return parts.get(name.record() - firstPartIndex).content();
        }
        try {
            return vault.read(new Place(name.frame(), name.record()));
        } catch (ArchiveException e) {
            throw new IOException("a part cannot be read: " + e.getMessage(), e);
        }
    }
}
