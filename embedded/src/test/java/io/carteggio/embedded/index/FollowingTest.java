package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Marks;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.role.Roles;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Indexer;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Parsed;
import io.carteggio.embedded.catalogue.SqliteCatalogue;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.vault.SegmentFileVault;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The way from an arrival to a hit, over the real vault, catalogue and index.
class FollowingTest {
    @TempDir
    Path folder;

    private static final String ANNA = "anna@firm.it";

    @Test
    void whatArrivesIsFoundByItsPeopleOnly() throws Exception {
        try (Node node = new Node(folder)) {
            node.people.add(node.acts, "test", "Anna", PersonRole.USER, List.of(held(ANNA)));
            node.people.add(node.acts, "test", "Bob", PersonRole.USER, List.of(held("bob@firm.it")));
            node.take("From: anna@firm.it\r\nTo: carl@firm.it\r\nSubject: first\r\n\r\nquixozephyr\r\n");
            node.take("From: carl@firm.it\r\nTo: bob@firm.it\r\nSubject: second\r\n\r\nquixozephyr\r\n");
            assertThat(node.indexer.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
            assertThat(node.subjects("Anna", "quixozephyr")).containsExactly("first");
            assertThat(node.subjects("Bob", "quixozephyr")).containsExactly("second");
            assertThat(node.subjects("Anna", "second")).isEmpty();
        }
    }

    /// P6: "Catalogue and index rebuild from the vault alone."
    @Test
    void aDeletedIndexIsFilledFromTheVault() throws Exception {
        try (Node node = new Node(folder)) {
            node.people.add(node.acts, "test", "Anna", PersonRole.USER, List.of(held(ANNA)));
            for (int i = 0; i < 20; i++) {
                node.take("From: anna@firm.it\r\nTo: carl@firm.it\r\nSubject: n" + i + "\r\n\r\nx\r\n");
            }
            assertThat(node.indexer.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
        }
        Path index;
        try (DataDirectory directory = DataDirectory.open(folder).orElseThrow()) {
            index = directory.index();
        }
        delete(index);
        try (Node node = new Node(folder)) {
            assertThat(node.indexer.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
            assertThat(node.subjects("Anna", "from:anna")).hasSize(20).startsWith("n19", "n18");
        }
        try (Node node = new Node(folder)) { // and once more with what it has
            assertThat(node.index.size()).isEqualTo(20);
            assertThat(node.catalogue.outboxSize()).isZero();
        }
    }

    private static Holding held(String address) {
        return new Holding(new Address(address), Optional.empty(), Optional.empty());
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /// All of one node that letters pass through.
    private static final class Node implements AutoCloseable {
        final People people = new People();
        final Sources sources = new Sources();
        final DataDirectory directory;
        final SqliteCatalogue catalogue;
        final SegmentFileVault vault;
        final Projection projection;
        final LuceneIndex index;
        final Indexer indexer;
        final Acts acts;
        final Intake intake;
        final Reading reading;

        Node(Path folder) throws Exception {
            Clock clock = Clock.systemUTC();
            directory = DataDirectory.open(folder).orElseThrow();
            LetterId.Maker ids = directory.ids();
            catalogue = SqliteCatalogue.open(directory.catalogue(), ids);
            vault = directory.openVault(catalogue.position(), clock);
            projection = Projection.start(vault, catalogue, act -> {
                people.apply(act);
                sources.apply(act);
            });
            index = LuceneIndex.open(directory.index());
            indexer = Indexer.start(vault, catalogue, index);
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
            reading = new Reading(vault, catalogue, index, people, new Roles(), acts);
        }

        void take(String mail) throws Exception {
            Source source = new Source("auto", Optional.empty(), Family.AUTO);
            Content bytes = Content.of(mail.getBytes(StandardCharsets.US_ASCII));
            intake.take(new Arrival(source, bytes, Provenance.ofItem("test")));
            indexer.signal();
        }

        List<String> subjects(String person, String text) throws Exception {
            Query query = ((Parsed.Good) Query.parse(text)).query();
            Viewer viewer = new Viewer.Owner(people.directory()
                    .named(person, Clock.systemUTC().instant())
                    .orElseThrow());
            return reading.search(viewer, query, text, 50, Long.MAX_VALUE).results().stream()
                    .map(Reading.Result::hit)
                    .map(Hit::subject)
                    .flatMap(Optional::stream)
                    .toList();
        }

        @Override
        public void close() throws ArchiveException {
            indexer.close();
            index.close();
            vault.close();
            projection.close();
            catalogue.close();
            directory.close();
        }
    }
}
