package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Vault;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Fills a catalogue that nobody else uses from the vault, from where it stands.
final class Replay {
    private static final int BATCH_FRAMES = 2_000;

    private Replay() {}

    /// @param damages told of everything in the vault that cannot be read, which is then missing in the catalogue
    static void replay(Vault vault, Catalogue catalogue, Consumer<Vault.Damage> damages) throws ArchiveException {
        List<Registration> batch = new ArrayList<>();
        vault.walk(catalogue.position(), new Vault.Walker() {
            @Override
            public void frame(Kept kept) throws ArchiveException {
                batch.add(Projection.registration(kept));
                if (batch.size() == BATCH_FRAMES) {
                    catalogue.register(batch);
                    batch.clear();
                }
            }

            @Override
            public void damaged(Vault.Damage damage) {
                damages.accept(damage);
            }
        });
        if (!batch.isEmpty()) {
            catalogue.register(batch);
        }
    }
}
