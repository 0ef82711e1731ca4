package io.carteggio.embedded.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.erasure.Erasure;
import io.carteggio.archive.erasure.Finishing;
import io.carteggio.archive.erasure.Keeping;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An erasure that stops between its act and the keys is finished later, also by another process.
class ErasureResumedTest {
    private static final String MAIL =
            "From: anna@example.com\r\nTo: bob@example.org\r\nSubject: Plan\r\n\r\nIts words.\r\n";

    @TempDir
    Path folder = Path.of("");

    private final List<Long> purged = new ArrayList<>();

    private Erasure erasure(EmbeddedArchive archive, Vault vault) throws ArchiveException {
        return erasure(archive, vault, purged);
    }

    /// @param purged what the index was told to forget
    static Erasure erasure(EmbeddedArchive archive, Vault vault, List<Long> purged) throws ArchiveException {
        SearchIndex index = (SearchIndex) Proxy.newProxyInstance(
                SearchIndex.class.getClassLoader(), new Class<?>[] {SearchIndex.class}, (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                });
        return new Erasure(
                new Finishing(vault, archive.catalogue),
                archive.projection,
                archive.acts,
                index,
                new Erasure.Index() {
                    @Override
                    public boolean awaitCaughtUp(Duration atMost) {
                        return true;
                    }

                    @Override
                    public void purge(Collection<Long> letters) {
                        purged.addAll(letters);
                    }
                },
                new Keeping(),
                new ErasedMarks(archive.directory.keyring().markKey(), archive.catalogue),
                archive.intake.erasing());
    }

    private static Vault failing(Vault vault) {
        return (Vault) Proxy.newProxyInstance(
                Vault.class.getClassLoader(), new Class<?>[] {Vault.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("erase")) {
                        throw new ArchiveException("the disk is gone", true);
                    }
                    try {
                        return method.invoke(vault, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void whatWasInterruptedIsFinished() throws Exception {
        Place place;
        long number;
        try (EmbeddedArchive archive = new EmbeddedArchive(folder.resolve("data"))) {
            LetterId id = archive.take(Family.AUTO, MAIL).letters().getFirst();
            place = archive.catalogue.letter(id).orElseThrow().places().getFirst();
            number = archive.catalogue.letter(id).orElseThrow().number();
            Erasure erasure = erasure(archive, failing(archive.vault));
            assertThatThrownBy(() -> erasure.erase("test", id, "asked", false)).hasMessageContaining("disk is gone");
            assertThat(archive.catalogue.letter(id)).as("nobody is shown it").isEmpty();
            assertThat(archive.vault.read(place).sizeBytes())
                    .as("its key is there")
                    .isEqualTo(MAIL.length());
            assertThat(purged).containsExactly(number);
        }
        try (EmbeddedArchive archive = new EmbeddedArchive(folder.resolve("data"))) {
            Finishing finishing = new Finishing(archive.vault, archive.catalogue);
            finishing.resume(purged::addAll, archive.vault.end().frames());
            assertThatThrownBy(() -> archive.vault.read(place)).hasMessageContaining("erased");
            assertThat(purged).as("the index was done before").containsExactly(number);
            finishing.resume(purged::addAll, 0);
            assertThat(finishing.unfinished()).isEmpty();
        }
    }
}
