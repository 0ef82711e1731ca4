package io.carteggio.server.web.page;

import io.carteggio.server.web.page.LetterView.Moment;
import java.util.List;
import java.util.Optional;

/// What is known of backups, and how one is made and brought back.
///
/// @param says how it stands, in a sentence
/// @param due whether another one is due
/// @param daily the lines that have it made every day
/// @param tried a restore that touches nothing
/// @param copies how long a copy may live, in a sentence
public record BackupView(
        String says,
        boolean due,
        Optional<Row> last,
        List<Row> recent,
        String make,
        String daily,
        String restore,
        String tried,
        boolean keyInFile,
        String copies) {
    /// A backup.
    ///
    /// @param whole whether nothing of it is damaged
    public record Row(
            Moment at,
            String by,
            String place,
            String frames,
            String copied,
            String took,
            String readBack,
            boolean whole,
            boolean masterKey) {}

    public BackupView {
        recent = List.copyOf(recent);
    }
}
