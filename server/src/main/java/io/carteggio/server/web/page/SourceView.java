package io.carteggio.server.web.page;

import io.carteggio.server.web.language.Texts;
import java.util.List;
import java.util.Optional;

/// One source: what it needs, and what has arrived.
///
/// @param url its page
/// @param address where its mail comes in; absent where it is fetched or imported
/// @param systems for which there are steps
/// @param steps of the mail system that was chosen
/// @param guide where all of it stands at length
/// @param protect the command that lets only the right host deliver
/// @param job whether it is fetched
/// @param tried what a test of the connection found
/// @param warnings what is not as it should be
public record SourceView(
        String name,
        String url,
        String family,
        Optional<String> address,
        List<Choice> systems,
        List<Step> steps,
        Optional<String> guide,
        Optional<String> protect,
        boolean job,
        List<Check> tried,
        List<String> warnings,
        State state) {
    /// A mail system.
    public record Choice(String word, String title, String hint, String url) {}

    /// A step.
    ///
    /// @param lines to be copied
    public record Step(List<Texts.Run> text, Optional<String> lines) {
        public Step {
            text = List.copyOf(text);
        }
    }

    /// Something that is looked at.
    ///
    /// @param found `good`, `bad` or `unknown`
    public record Check(String found, String says, String label, String detail) {}

    /// What has arrived.
    ///
    /// @param arrived whether anything has
    public record State(
            String url,
            boolean arrived,
            String says,
            Optional<String> quarantined,
            Optional<LetterView.Moment> last,
            List<Check> checks) {
        public State {
            checks = List.copyOf(checks);
        }
    }

    public SourceView {
        systems = List.copyOf(systems);
        steps = List.copyOf(steps);
        tried = List.copyOf(tried);
        warnings = List.copyOf(warnings);
    }
}
