package io.carteggio.archive.audit;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The one way for an act into the vault: forced there before it takes effect. Safe for many threads.
public final class Acts {
    private final Vault vault;
    private final Projection projection;
    private final Clock clock;

    public Acts(Vault vault, Projection projection, Clock clock) {
        this.vault = vault;
        this.projection = projection;
        this.clock = clock;
    }

    /// Keeps the act; when this returns it is in force.
    ///
    /// @param records what is kept with it
    /// @return the number of its frame
    public long keep(Act act, FrameRecord... records) throws ArchiveException {
        byte[] manifest = EntryCodec.encode(act);
        List<FrameRecord> all = new ArrayList<>();
        all.add(new FrameRecord(
                FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.owning(manifest, manifest.length)));
        all.addAll(List.of(records));
        Kept kept = vault.append(new Frame(Frame.Kind.ACT, all));
        projection.await(kept.number());
        return kept.number();
    }

    /// An entry of the audit trail, of what was done at the machine itself.
    public void audit(String by, String what, String object, Optional<String> reason) throws ArchiveException {
        audit(by, what, object, reason, Optional.empty());
    }

    /// The same.
    ///
    /// @param from the peer's address, where it came over a network
    public void audit(String by, String what, String object, Optional<String> reason, Optional<String> from)
            throws ArchiveException {
        keep(new Act.Audited(now(), by, what, object, reason, from));
    }

    /// The same of somebody.
    public void audit(Actor actor, String what, String object, Optional<String> reason) throws ArchiveException {
        audit(actor.name(), what, object, reason, actor.from());
    }

    /// Our clock, to the millisecond that manifests keep.
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
