package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.CheckpointReader;
import io.carteggio.archive.ledger.LedgerCheck;
import io.carteggio.archive.ledger.LedgerCheck.Expected;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.archive.ledger.SignedCheckpoint.Reading;
import io.carteggio.archive.ledger.TreeHash;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.embedded.ledger.TimestampFiles.Stamped;
import io.carteggio.server.ledger.TimestampReply;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// What `check` does with the ledger: every frame of the vault makes the tree once more, and that must be the
/// tree of every tile, checkpoint, time stamp and witness. Belongs to one thread.
final class LedgerChecking {
    /// A witness file of a note an hour for a hundred years has fewer.
    private static final int WITNESSES_LIMIT = 1_000_000;

    private final Desk desk;
    private final Consumer<String> problems;
    private final LedgerCheck check;
    private final boolean witnessed;
    private long frames;
    private long checkpoints;
    private long witnesses;
    private long stamps;
    private long believed; // by an authority whose certificate was given
    private boolean lost;

    /// Reads all checkpoints before the vault is walked, so that none can be newer than the walk.
    ///
    /// @param witness notes that were kept outside
    LedgerChecking(Desk desk, Optional<InputStream> witness, Consumer<String> problems)
            throws ArchiveException, IOException, Refusal {
        this.desk = desk;
        this.problems = problems;
        this.witnessed = witness.isPresent();
        List<Expected> expected = new ArrayList<>();
        desk.ledger().standing().trouble().ifPresent(problems);
        desk.ledger().files().walk(note -> own(note, "the history of checkpoints", expected));
        Optional<byte[]> latest = desk.ledger().files().latest();
        if (latest.isPresent()) {
            own(latest.get(), "the latest checkpoint", expected);
        }
        for (long size : desk.stamps().sizes()) {
            stamp(size, expected);
        }
        if (witness.isPresent()) {
            witness(witness.get(), expected);
        }
        check = new LedgerCheck(desk.ledger().tiles(), expected, problems);
    }

    private void own(byte[] note, String where, List<Expected> expected) {
        switch (SignedCheckpoint.read(note, desk.ledger().key())) {
            case Reading.Good(SignedCheckpoint read) -> {
                checkpoints++;
                expected.add(new Expected(read.checkpoint(), where, false));
            }
            case Reading.Refused(String why) -> problems.accept(where + " has a note that is not ours: " + why);
        }
    }

    private void stamp(long size, List<Expected> expected) {
        try {
            Stamped stamped = desk.stamps().read(size);
            own(stamped.note(), "the time stamp over " + size + " frames", expected);
            var trusted = desk.arrangements()
                    .settings()
                    .authority()
                    .map(a -> a.trusted())
                    .orElse(List.of());
            switch (TimestampReply.read(stamped.reply(), stamped.note(), trusted)) {
                case TimestampReply.Reading.Stamped stamp -> {
                    stamps++;
                    believed += stamp.trusted() ? 1 : 0;
                }
                case TimestampReply.Reading.Refused(String why) ->
                    problems.accept("the time stamp over " + size + " frames: " + why);
            }
        } catch (ArchiveException e) {
            problems.accept(String.valueOf(e.getMessage()));
        }
    }

    /// A witness is believed for where it was kept. That it is signed with another key is worth saying, and
    /// is what an archive that was signed anew looks like.
    private void witness(InputStream in, List<Expected> expected) throws IOException, Refusal {
        CheckpointReader reader = new CheckpointReader(in);
        for (Optional<byte[]> note = reader.next(); note.isPresent(); note = reader.next()) {
            switch (SignedCheckpoint.readUnsigned(note.get())) {
                case Reading.Good(SignedCheckpoint read) -> {
                    witnesses++;
                    if (SignedCheckpoint.read(note.get(), desk.ledger().key()) instanceof Reading.Refused(String why)) {
                        problems.accept("the witness is of another archive, or this one was signed anew: " + why);
                    }
                    expected.add(new Expected(read.checkpoint(), "the witness", true));
                }
                case Reading.Refused(String why) ->
                    problems.accept("the witness file has what is no checkpoint: " + why);
            }
            if (expected.size() > WITNESSES_LIMIT) {
                throw Refusal.no("more than " + WITNESSES_LIMIT + " checkpoints to compare with");
            }
        }
        if (witnesses == 0) {
            throw Refusal.no("there is no checkpoint in the witness file");
        }
    }

    /// Takes the next frame that the vault still has.
    void frame(FrameHead head) throws ArchiveException {
        while (!lost && frames < head.number() - 1) {
            frames++;
            lost = !check.lost();
        }
        if (!lost) {
            frames = head.number();
            check.leaf(TreeHash.leaf(head.leafData()));
        }
    }

    /// Finishes after the last frame.
    ///
    /// @param end how many frames the vault had at the end of the walk
    /// @param whole whether it still has no more
    void finish(long end, boolean whole) throws ArchiveException {
        while (!lost && frames < end) {
            frames++;
            lost = !check.lost();
        }
        if (!lost) {
            check.finish(whole);
        }
    }

    long checkpoints() {
        return checkpoints;
    }

    long stamps() {
        return stamps;
    }

    long witnesses() {
        return witnesses;
    }

    /// What nobody can say from what lies in the data directory alone.
    List<String> unproven() {
        List<String> unproven = new ArrayList<>();
        if (!witnessed) {
            unproven.add("that the archive was not taken back to an earlier state or signed anew as a whole:"
                    + " give a checkpoint that was kept elsewhere, --witness FILE");
        }
        if (stamps == 0) {
            unproven.add("when anything was archived: no checkpoint bears a time stamp (ledger timestamp)");
        } else if (believed == 0) {
            unproven.add("when anything was archived: whose time stamps these are is not known, anybody can make some"
                    + " (ledger timestamp --ca FILE)");
        }
        return unproven;
    }
}
