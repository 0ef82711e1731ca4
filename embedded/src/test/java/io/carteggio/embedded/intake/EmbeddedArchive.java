package io.carteggio.embedded.intake;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Marks;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.role.Roles;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.vault.SegmentFileVault;
import io.carteggio.mail.Content;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/// Vault, catalogue and intake on a directory, without the index: for tests of this module.
final class EmbeddedArchive implements AutoCloseable {
    final DataDirectory directory;
    final SegmentFileVault vault;
    final SqliteCatalogue catalogue;
    final Projection projection;
    final People people = new People();
    final Sources sources = new Sources();
    final Roles roles = new Roles();
    final Acts acts;
    final Intake intake;

    EmbeddedArchive(Path path) throws ArchiveException {
        Clock clock = Clock.systemUTC();
        directory = DataDirectory.open(path).orElseThrow();
        LetterId.Maker ids = directory.ids();
        catalogue = SqliteCatalogue.open(directory.catalogue(), ids);
        vault = directory.openVault(catalogue.position(), clock);
        projection = Projection.start(vault, catalogue, act -> {
            people.apply(act);
            sources.apply(act);
            roles.apply(act);
        });
        acts = new Acts(vault, projection, clock);
        intake = new Intake(
                vault,
                catalogue,
                projection,
                ids,
                new Marks(directory.keyring().partKey()),
                new ErasedMarks(directory.keyring().markKey(), catalogue),
                people::directory,
                sources::at,
                () -> NetworkLists.SHIPPED,
                clock);
    }

    Receipt take(Family family, String mail) throws ArchiveException {
        return take(family, mail.getBytes(StandardCharsets.ISO_8859_1));
    }

    Receipt take(Family family, byte[] mail) throws ArchiveException {
        return intake.take(new Arrival(
                new Source(family.word(), Optional.empty(), family), Content.of(mail), Provenance.ofItem("test")));
    }

    @Override
    public void close() throws ArchiveException {
        vault.close();
        projection.close();
        catalogue.close();
        directory.close();
    }
}
