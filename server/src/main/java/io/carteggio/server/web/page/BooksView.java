package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// The administrator's first page: the books, the archive's condition, the sources.
///
/// @param total the sum of all accounts
/// @param trouble why nothing new is taken
/// @param alarms that stand, newest first
/// @param warnings what is set up in a way that may cost mail one day
/// @param isNobodyTold whether there is no way to tell anybody of alarms
/// @param concerns what else needs somebody, in sentences
public record BooksView(
        boolean balanced,
        Account total,
        List<Account> accounts,
        List<Measure> measures,
        Optional<String> trouble,
        List<AlarmRow> alarms,
        List<String> warnings,
        boolean isNobodyTold,
        List<String> concerns,
        List<SourceRow> sources,
        List<QuarantineRow> quarantine,
        List<TrailRow> trail,
        Optional<Chart> days) {
    /// Reports a day, as a picture.
    ///
    /// @param most how many the highest bar stands for
    /// @param summary the same in words
    /// @param growth what that comes to
    public record Chart(int width, int height, List<Bar> bars, String most, String summary, Optional<String> growth) {
        public Chart {
            bars = List.copyOf(bars);
        }
    }

    /// A day: where its bar stands, and what it says.
    public record Bar(int x, int y, int height, String day, String count) {}

    /// One source's account, numbers grouped for reading.
    ///
    /// @param sum the right side of the balance
    /// @param refused mails over the size limit: no arrivals, so outside of the balance
    public record Account(
            String source,
            String received,
            String letters,
            String evidence,
            String notices,
            String quarantined,
            String discarded,
            String sum,
            String originals,
            String bytes,
            String refused,
            boolean balances) {}

    /// An alarm that stands.
    public record AlarmRow(String kind, String subject, String text, LetterView.Moment since, String times) {}

    /// Something measured.
    public record Measure(String label, String value, String note) {}

    /// A source and where its mail comes in.
    public record SourceRow(String name, String address, String family) {}

    /// An arrival that is kept whole because nobody could read it: envelope and reason only.
    public record QuarantineRow(
            String number,
            LetterView.Moment arrived,
            String source,
            String sender,
            String recipients,
            String reason,
            String size) {}

    /// An entry of the audit trail.
    public record TrailRow(LetterView.Moment at, String by, String what, String object, String reason) {}

    public BooksView {
        accounts = List.copyOf(accounts);
        measures = List.copyOf(measures);
        alarms = List.copyOf(alarms);
        warnings = List.copyOf(warnings);
        concerns = List.copyOf(concerns);
        sources = List.copyOf(sources);
        quarantine = List.copyOf(quarantine);
        trail = List.copyOf(trail);
    }
}
