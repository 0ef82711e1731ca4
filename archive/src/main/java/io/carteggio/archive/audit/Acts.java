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
    public void keep(Act act) throws ArchiveException {
        byte[] manifest = EntryCodec.encode(act);
        FrameRecord record = new FrameRecord(
                FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.owning(manifest, manifest.length));
        Kept kept = vault.append(new Frame(Frame.Kind.ACT, List.of(record)));
        projection.await(kept.number());
    }

    /// An entry of the audit trail.
    public void audit(String by, String what, String object, Optional<String> reason) throws ArchiveException {
        keep(new Act.Audited(now(), by, what, object, reason));
    }

    /// Our clock, to the millisecond that manifests keep.
    public Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
