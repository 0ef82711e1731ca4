package io.carteggio.server.web.page;

import io.carteggio.server.web.page.LetterView.Moment;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Alarms, who is told of them, where they begin, and the test messages that prove the way.
///
/// @param isNobodyTold whether there is no way to tell anybody
/// @param tested what a test of the ways found
/// @param ways the sources whose way a test message may prove, those of reports first
/// @param alternates the sources that an alternate mailbox is fetched by
public record AlarmsView(
        List<Row> standing,
        List<Row> past,
        List<String> warnings,
        boolean isNobodyTold,
        Map<String, Form> forms,
        List<Tested> tested,
        List<Canary> canaries,
        List<String> ways,
        List<String> alternates,
        Optional<String> later) {
    /// An alarm.
    public record Row(
            String kind,
            String subject,
            String text,
            Moment opened,
            Optional<Moment> closed,
            String times,
            String told) {}

    /// A form, as it is set or as it was typed.
    ///
    /// @param set whether anything is set
    /// @param locked whether it logs in with a password that the machine has, so that a part of it
    ///     is not changed here
    /// @param sealed whether a secret of it lies in the keyring
    public record Form(
            String subject,
            boolean set,
            boolean locked,
            boolean sealed,
            Map<String, String> typed,
            Optional<String> fault) {
        public Form {
            typed = Map.copyOf(typed);
        }

        public String held(String field) {
            return typed.getOrDefault(field, "");
        }

        public boolean is(String field, String value) {
            return held(field).equals(value);
        }
    }

    /// What came of trying a way.
    public record Tested(String channel, boolean works, String says) {}

    /// How the last test message fared.
    public record Canary(String subject, String title, boolean set, String says, boolean bad, Optional<Moment> sent) {}

    public AlarmsView {
        standing = List.copyOf(standing);
        past = List.copyOf(past);
        warnings = List.copyOf(warnings);
        forms = Map.copyOf(forms);
        tested = List.copyOf(tested);
        canaries = List.copyOf(canaries);
        ways = List.copyOf(ways);
        alternates = List.copyOf(alternates);
    }

    /// Whether a form holds none of several sources: the first of them is nobody's choice.
    public boolean isToBeChosen(String subject, String field, List<String> sources) {
        return sources.size() > 1 && !sources.contains(form(subject).held(field));
    }

    /// The form of a subject.
    public Form form(String subject) {
        return Optional.ofNullable(forms.get(subject))
                .orElseThrow(() -> new IllegalStateException("no form for " + subject));
    }
}
