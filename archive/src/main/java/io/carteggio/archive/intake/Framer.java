package io.carteggio.archive.intake;

import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.intake.Reader.Reading;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One arrival as one commit frame: the manifest, the letters the archive did not know, the evidence.
/// Pure.
final class Framer {
    private Framer() {}

    /// Whether the mail is kept as it came: where no letter was found in it, but for one that must
    /// not come again.
    static boolean keepsWhole(Reading reading) {
        return reading.letters().isEmpty() && reading.otherwise() != Disposition.DISCARDED;
    }

    /// @param letters the fresh letters, in the manifest's order
    /// @param parts what they share, to lie behind all other records
    static Frame frame(ArrivalEntry entry, Reading reading, List<FrameRecord> letters, List<FrameRecord> parts)
            throws IOException {
        List<FrameRecord> records = new ArrayList<>();
        byte[] manifest = EntryCodec.encode(entry);
        records.add(new FrameRecord(
                FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.owning(manifest, manifest.length)));
        records.addAll(letters);
        if (reading.evidence().isPresent() && entry.evidence().isEmpty()) {
            Content evidence = reading.evidence().get();
            records.add(new FrameRecord(FrameRecord.Type.EVIDENCE, Sha256.of(evidence), evidence));
        }
        if (keepsWhole(reading)) {
            records.add(new FrameRecord(FrameRecord.Type.WHOLE, Sha256.of(reading.mail()), reading.mail()));
        }
        records.addAll(parts);
        boolean ofOneLetter = entry.letters().size() == 1 && letters.size() == 1;
        return new Frame(Frame.Kind.ARRIVAL, records, ofOneLetter);
    }
}
