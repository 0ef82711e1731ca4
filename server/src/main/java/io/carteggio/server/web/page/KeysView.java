package io.carteggio.server.web.page;

import io.carteggio.server.web.language.Texts;
import java.util.List;
import java.util.Optional;

/// What opens the archive, and what it signs with. Never a key but the public one.
///
/// @param from where the master key comes from
/// @param warnings what is not as it should be about that
/// @param keep what must be kept outside of this machine
/// @param renewable whether the page can put another key in the place of the old one's file
/// @param commands the ways at the machine
public record KeysView(
        List<Fact> facts,
        List<Texts.Run> from,
        List<String> warnings,
        String ledgerKey,
        List<List<Texts.Run>> keep,
        boolean renewable,
        boolean twoPersons,
        List<String> commands,
        Optional<String> fault) {
    /// Something known.
    public record Fact(String label, String value) {}

    /// What is printed and put into the safe. Without secrets.
    ///
    /// @param blanks what is filled in by hand
    /// @param steps of bringing the archive back
    /// @param printed when the sheet was made
    public record Sheet(String printed, List<Fact> facts, String ledgerKey, List<String> blanks, List<Step> steps) {
        public Sheet {
            facts = List.copyOf(facts);
            blanks = List.copyOf(blanks);
            steps = List.copyOf(steps);
        }
    }

    /// A step.
    ///
    /// @param lines to be typed
    public record Step(String text, Optional<String> lines) {}

    public KeysView {
        facts = List.copyOf(facts);
        from = List.copyOf(from);
        warnings = List.copyOf(warnings);
        keep = List.copyOf(keep);
        commands = List.copyOf(commands);
    }
}
