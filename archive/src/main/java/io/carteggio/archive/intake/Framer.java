package io.carteggio.archive.intake;

import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.LetterRef;
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

    static Frame frame(ArrivalEntry entry, Reading reading) throws IOException {
        List<FrameRecord> records = new ArrayList<>();
        byte[] manifest = EntryCodec.encode(entry);
        records.add(new FrameRecord(
                FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.owning(manifest, manifest.length)));
        for (int i = 0; i < entry.letters().size(); i++) {
            LetterRef letter = entry.letters().get(i);
            if (letter.fresh()) {
                records.add(new FrameRecord(
                        FrameRecord.Type.LETTER,
                        letter.sum(),
                        reading.letters().get(i).content()));
            }
        }
        if (reading.evidence().isPresent() && entry.evidence().isEmpty()) {
            Content evidence = reading.evidence().get();
            records.add(new FrameRecord(FrameRecord.Type.EVIDENCE, Sha256.of(evidence), evidence));
        }
        if (reading.letters().isEmpty() && entry.disposition() != Disposition.DISCARDED) {
            records.add(new FrameRecord(FrameRecord.Type.WHOLE, Sha256.of(reading.mail()), reading.mail()));
        }
        return new Frame(Frame.Kind.ARRIVAL, records);
    }
}
