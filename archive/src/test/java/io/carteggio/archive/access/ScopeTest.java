package io.carteggio.archive.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Across;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// P5, line by line.
class ScopeTest {
    private static final Tenure TO_LATE =
            new Tenure("to@e.com", Instant.parse("2022-05-01T00:00:00Z").plusSeconds(1), Instant.MAX);

    private static final Instant AT = Instant.parse("2022-05-01T00:00:00Z");

    private static final Testimony LETTER = testimony(
            Optional.of(AT),
            addressee(Role.TO, Role.TO, "to@e.com"),
            addressee(Role.CC, Role.CC, "cc@e.com"),
            addressee(Role.BCC, Role.BCC, "blind1@e.com"),
            addressee(Role.RECIPIENT, Role.BCC, "blind2@e.com"));

    private static Addressee addressee(Role role, Role seenAs, String address) {
        return new Addressee(new Recipient(role, new Address(address)), seenAs);
    }

    private static Testimony testimony(Optional<Instant> vouched, Addressee... addressees) {
        return testimony(vouched, Optional.empty(), addressees);
    }

    private static Testimony testimony(Optional<Instant> vouched, Optional<String> dialect, Addressee... addressees) {
        return new Testimony(
                1,
                new ArrivalEntry(
                        "s",
                        Family.REPORT,
                        Provenance.ofItem("x"),
                        AT.plusSeconds(1_000_000),
                        vouched,
                        Disposition.LETTERS,
                        Optional.empty(),
                        dialect,
                        Optional.empty(),
                        1,
                        Optional.empty(),
                        false,
                        Optional.of(new Address("sender@e.com")),
                        Optional.of(new Address("boss@e.com")),
                        List.of(addressees),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty()),
                Optional.empty());
    }

    private static Scope own(String address) {
        return own(address, Instant.MIN, Instant.MAX);
    }

    private static Scope own(String address, Instant from, Instant to) {
        return Scope.Own.of(List.of(new Tenure(new Address(address).key(), from, to)));
    }

    private static List<String> visible(Scope scope) {
        return scope.visible(LETTER).stream().map(a -> a.told().address().raw()).toList();
    }

    @Test
    void eachSeesWhatIsHers() {
        List<String> all = List.of("to@e.com", "cc@e.com", "blind1@e.com", "blind2@e.com");
        List<String> open = List.of("to@e.com", "cc@e.com");
        assertThat(visible(new Scope.Everything())).isEqualTo(all);
        assertThat(visible(own("sender@e.com"))).isEqualTo(all);
        assertThat(visible(own("boss@e.com"))).isEqualTo(all);
        assertThat(visible(own("TO@E.com"))).isEqualTo(open);
        assertThat(visible(own("cc@e.com"))).isEqualTo(open);
        assertThat(visible(own("blind1@e.com"))).containsExactly("to@e.com", "cc@e.com", "blind1@e.com");
        assertThat(visible(own("blind2@e.com"))).containsExactly("to@e.com", "cc@e.com", "blind2@e.com");
        assertThat(visible(own("nobody@e.com"))).isEmpty();
        assertThat(visible(Scope.Own.of(List.of()))).isEmpty();
    }

    @Test
    void onlyTheSenderAndAnAuditorSeeTheReportItself() {
        assertThat(new Scope.Everything().seesEvidence(LETTER)).isTrue();
        assertThat(own("sender@e.com").seesEvidence(LETTER)).isTrue();
        assertThat(own("to@e.com").seesEvidence(LETTER)).isFalse();
        assertThat(own("blind1@e.com").seesEvidence(LETTER)).isFalse();
    }

    @Test
    void theVouchedInstantDecidesElseOurClock() {
        assertThat(own("to@e.com", AT, AT.plusMillis(1)).sees(LETTER)).isTrue();
        assertThat(own("to@e.com", AT.plusMillis(1), Instant.MAX).sees(LETTER)).isFalse();
        assertThat(own("to@e.com", Instant.MIN, AT).sees(LETTER)).isFalse();
        Testimony unvouched = testimony(Optional.empty(), addressee(Role.TO, Role.TO, "to@e.com"));
        assertThat(own("to@e.com", AT.plusMillis(1), Instant.MAX).sees(unvouched))
                .isTrue();
    }

    /// Mail to a group is its members', where nobody vouches for who got it; sending as a group makes
    /// nobody a sender.
    @Test
    void aGroupsMemberSeesPlainMailToItAndNoMore() {
        Scope member = Scope.Own.of(List.of(
                new Tenure("cc@e.com", Instant.MIN, Instant.MAX, true),
                new Tenure("blind1@e.com", Instant.MIN, Instant.MAX, true),
                new Tenure("sender@e.com", Instant.MIN, Instant.MAX, true)));
        assertThat(member.sees(LETTER)).isTrue();
        assertThat(member.seesEvidence(LETTER)).as("she did not send it").isFalse();
        assertThat(member.visible(LETTER))
                .extracting(a -> a.told().address().raw())
                .containsExactly("to@e.com", "cc@e.com", "blind1@e.com");
        Testimony byHeader =
                testimony(Optional.of(AT), Optional.of("header:delivered-to"), addressee(Role.TO, Role.TO, "cc@e.com"));
        assertThat(member.sees(byHeader)).isTrue();
        Testimony report =
                testimony(Optional.of(AT), Optional.of("exchange-2007"), addressee(Role.TO, Role.TO, "cc@e.com"));
        assertThat(member.sees(report)).as("the report has told who got it").isFalse();
        Scope before = Scope.Own.of(List.of(new Tenure("cc@e.com", Instant.MIN, AT, true)));
        assertThat(before.sees(LETTER)).as("she was a member only before").isFalse();
    }

    private static Scope across(boolean everyone, List<String> people, Optional<Instant> from, Optional<Instant> to) {
        return Scope.of(List.of(new Across(everyone, people, from, to)), id -> switch (id) {
            case "to" -> List.of(new Tenure("to@e.com", Instant.MIN, Instant.MAX));
            case "late" -> List.of(TO_LATE);
            case "blind" -> List.of(new Tenure("blind1@e.com", Instant.MIN, Instant.MAX));
            default -> List.of();
        });
    }

    @Test
    void anAuditorSeesEveryLineWithinHerGrantAndNothingBeyond() {
        Optional<Instant> at = Optional.of(AT);
        Optional<Instant> next = Optional.of(AT.plusMillis(1));
        Optional<Instant> none = Optional.empty();
        for (Scope scope : List.of(
                across(true, List.of(), none, none),
                across(true, List.of(), at, none),
                across(true, List.of(), at, next),
                across(false, List.of("to"), none, none),
                across(false, List.of("blind"), at, next),
                across(false, List.of("nobody", "to"), at, none))) {
            assertThat(scope.sees(LETTER)).as("%s", scope).isTrue();
            assertThat(scope.visible(LETTER)).as("%s", scope).hasSize(4);
            assertThat(scope.seesEvidence(LETTER)).as("%s", scope).isTrue();
        }
        for (Scope scope : List.of(
                across(true, List.of(), none, at),
                across(true, List.of(), next, none),
                across(false, List.of("to"), next, none),
                across(false, List.of("to"), none, at),
                across(false, List.of("late"), none, none),
                across(false, List.of("nobody"), none, none),
                Scope.of(List.of(), id -> List.of()))) {
            assertThat(scope.sees(LETTER)).as("%s", scope).isFalse();
            assertThat(scope.visible(LETTER)).as("%s", scope).isEmpty();
            assertThat(scope.seesEvidence(LETTER)).as("%s", scope).isFalse();
        }
    }

    @Test
    void severalGrantsOpenWhatEachOfThemOpensAndNotMore() {
        Instant before = AT.minusSeconds(9);
        Scope both = Scope.of(
                List.of(
                        new Across(true, List.of(), Optional.empty(), Optional.of(before)),
                        new Across(false, List.of("to"), Optional.of(AT.plusSeconds(1)), Optional.empty())),
                id -> List.of(new Tenure("to@e.com", Instant.MIN, Instant.MAX)));
        assertThat(both.sees(LETTER)).as("of her, but of days between").isFalse();
        assertThat(Scope.of(
                        List.of(new Across(true, List.of(), Optional.empty(), Optional.of(before)), Across.EVERYTHING),
                        id -> List.of()))
                .isEqualTo(new Scope.Everything());
    }
}
