package io.carteggio.embedded.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.vault.Position;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCatalogueTest {
    private static final LetterId.Maker IDS = new LetterId.Maker(new byte[32]);

    @TempDir
    Path directory;

    @Test
    void aFileThatIsNoDatabaseIsMadeAnew() throws Exception {
        Path file = directory.resolve("catalogue.db");
        Files.writeString(file, "not a database at all, but longer than a header of SQLite would be".repeat(100));
        try (SqliteCatalogue catalogue = SqliteCatalogue.open(file, IDS)) {
            assertThat(catalogue.position()).isEqualTo(Position.START);
            assertThat(catalogue.letters()).isZero();
        }
    }

    @Test
    void anotherVersionIsMadeAnewAndTheSameVersionIsKept() throws Exception {
        Path file = directory.resolve("catalogue.db");
        SqliteCatalogue.open(file, IDS).close();
        try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement s = c.createStatement()) {
            s.execute("INSERT INTO outbox (letter) VALUES (7)");
        }
        try (SqliteCatalogue catalogue = SqliteCatalogue.open(file, IDS)) {
            assertThat(catalogue.outboxSize()).isEqualTo(1);
        }
        try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement s = c.createStatement()) {
            s.execute("PRAGMA user_version = 99");
        }
        try (SqliteCatalogue catalogue = SqliteCatalogue.open(file, IDS)) {
            assertThat(catalogue.outboxSize()).isZero();
        }
    }

    @Test
    void whatTheIndexHasTakenLeavesTheOutbox() throws Exception {
        Path file = directory.resolve("catalogue.db");
        SqliteCatalogue.open(file, IDS).close();
        try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement s = c.createStatement()) {
            s.execute("INSERT INTO outbox (letter) VALUES (7), (8), (7)");
        }
        try (SqliteCatalogue catalogue = SqliteCatalogue.open(file, IDS)) {
            var rows = catalogue.outbox(0, 2);
            assertThat(rows).extracting(r -> r.letter()).containsExactly(7L, 8L);
            assertThat(catalogue.outbox(rows.getLast().row(), 10))
                    .extracting(r -> r.letter())
                    .containsExactly(7L);
            catalogue.confirmOutbox(rows.getLast().row());
            assertThat(catalogue.outbox(0, 10)).extracting(r -> r.letter()).containsExactly(7L);
        }
    }
}
