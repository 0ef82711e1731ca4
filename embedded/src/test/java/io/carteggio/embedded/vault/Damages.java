package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import java.util.ArrayList;
import java.util.List;

/// What a vault, walked through with all its records, says is damaged.
final class Damages {
    private Damages() {}

    /// A line for each, with the segment before it.
    static List<String> of(SegmentFileVault vault) throws ArchiveException {
        List<String> damages = new ArrayList<>();
        vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept frame) {
                // read one by one
            }

            @Override
            public void damaged(Vault.Damage damage) {
                damages.add(damage.segment() + ": " + damage.what());
            }

            @Override
            public boolean deep() {
                return true;
            }
        });
        return damages;
    }
}
