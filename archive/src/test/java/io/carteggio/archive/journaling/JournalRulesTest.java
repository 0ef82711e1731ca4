package io.carteggio.archive.journaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Contact;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Ties;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.intake.Sources;
import io.carteggio.mail.Address;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JournalRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    private static Holding holding(String address) {
        return new Holding(new Address(address), Optional.empty(), Optional.empty());
    }

    private static final Directory DIRECTORY = new Directory(
            List.of(
                    new Person("anna", "Anna", PersonRole.USER, List.of(holding("anna@firm.example"))),
                    new Person("away", "Away", PersonRole.USER, List.of(holding("away@elsewhere.example")))),
            List.of(new Group("sales", "Sales", List.of(holding("sales@firm.example")), List.of())),
            List.of(new Contact("c", "Partner", List.of(holding("partner@out.example")), Optional.empty(), Ties.NONE)),
            List.of(new AcceptedDomain("firm.example", DomainKind.AUTHORITATIVE, false)));

    private static Sources sources() {
        Sources sources = new Sources();
        sources.apply(
                new Act.SourceAdded(NOW, "op", "journal", Optional.of(new Address("j7@firm.example")), Family.REPORT));
        sources.apply(
                new Act.SourceAdded(NOW, "op", "returned", Optional.of(new Address("ndr@firm.example")), Family.NDR));
        sources.apply(new Act.SourceAdded(
                NOW, "op", "copies", Optional.of(new Address("copies@firm.example")), Family.MULTIDROP));
        return sources;
    }

    private static RuleBook book() {
        JournalRules rules = new JournalRules();
        rules.apply(new Act.JournalRuleSet(
                NOW,
                "op",
                "All",
                JournalScope.GLOBAL,
                Optional.empty(),
                new Address("j@archive.example"),
                Optional.of(new Address("alternate@other.example")),
                false,
                true));
        rules.apply(new Act.AgentSet(NOW, "op", Map.of("alternate", "all@other.example")));
        return rules.book();
    }

    private static JournalRule rule(String name, String mailbox, @Nullable String alternate, boolean dedicated) {
        return new JournalRule(
                name,
                JournalScope.GLOBAL,
                Optional.empty(),
                new Address(mailbox),
                alternate == null ? Optional.empty() : Optional.of(new Address(alternate)),
                dedicated,
                true);
    }

    @Test
    void theBookKnowsWhereReportsGo() {
        RuleBook book = new RuleBook(
                List.of(rule("one", "J@a.example", "own@a.example", false), rule("two", "k@a.example", null, false)),
                Map.of(),
                AgentSettings.of(Map.of("alternate", "All@a.example", "sender", "agent@a.example")));
        assertThat(book.alternates()).containsExactlyInAnyOrder("own@a.example", "all@a.example");
        assertThat(book.mailboxes())
                .containsExactlyInAnyOrder("j@a.example", "k@a.example", "own@a.example", "all@a.example");
        assertThat(book.forReports()).containsAll(book.mailboxes()).hasSize(5).contains("agent@a.example");
        assertThat(book.alternateOf(new Address("j@A.example"))).contains(new Address("own@a.example"));
        assertThat(book.alternateOf(new Address("k@a.example"))).contains(new Address("All@a.example"));
        assertThat(book.alternateOf(new Address("x@a.example"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            j@elsewhere.example      |                          | false |
            j7@firm.example          |                          | false |
            J7@FIRM.example          |                          | false |
            box@firm.example         |                          | true  |
            box@firm.example         |                          | false | domain of ours
            ndr@firm.example         |                          | true  | does not take journal reports
            anna@firm.example        |                          | true  | somebody's address
            away@elsewhere.example   |                          | false | somebody's address
            sales@firm.example       |                          | true  | somebody's address
            all@other.example        |                          | false | alternate journaling mailbox
            Alternate@other.example  |                          | false | alternate journaling mailbox
            x@elsewhere.example      | x@elsewhere.example      | false | alternate journaling mailbox
            x@elsewhere.example      | j@archive.example        | false | journaling mailbox itself
            x@elsewhere.example      | y@elsewhere.example      | false |
            x@elsewhere.example      | ndr@firm.example         | false |
            x@elsewhere.example      | box@firm.example         | false |
            x@elsewhere.example      | anna@firm.example        | false | somebody's address
            x@elsewhere.example      | away@elsewhere.example   | false | somebody's address
            x@elsewhere.example      | sales@firm.example       | false | somebody's address
            x@elsewhere.example      | j7@firm.example          | false | returned reports (ndr) but report
            x@elsewhere.example      | copies@firm.example      | false | returned reports (ndr) but multidrop
            """)
    void mailboxesThatWouldLoopAreRefused(
            String mailbox, @Nullable String alternate, boolean dedicated, @Nullable String why) {
        JournalRule rule = rule("r", mailbox, alternate, dedicated);
        JournalRules.Around around = new JournalRules.Around(DIRECTORY, sources(), NOW);
        if (why == null) {
            assertThatCode(() -> JournalRules.check(rule, book(), around)).doesNotThrowAnyException();
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JournalRules.check(rule, book(), around))
                    .withMessageContaining(why);
        }
    }

    /// The one for all rules as that of each.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ndr@firm.example       |
            y@elsewhere.example    |
            j@archive.example      | journaling mailbox of rule All
            Anna@firm.example      | somebody's address
            sales@firm.example     | somebody's address
            j7@firm.example        | returned reports (ndr) but report
            copies@firm.example    | returned reports (ndr) but multidrop
            """)
    void alternateMailboxesWhoseMailIsSomethingElseAreRefused(String alternate, @Nullable String why) {
        JournalRules.Around around = new JournalRules.Around(DIRECTORY, sources(), NOW);
        AgentSettings next = AgentSettings.of(Map.of("alternate", alternate));
        if (why == null) {
            assertThatCode(() -> JournalRules.check(next, book(), around)).doesNotThrowAnyException();
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JournalRules.check(next, book(), around))
                    .withMessageContaining(why);
        }
    }

    @Test
    void namesHaveOneTo64Characters() {
        JournalRules.Around around = new JournalRules.Around(DIRECTORY, sources(), NOW);
        for (String bad : List.of("", " ", "x".repeat(65), "a\nb")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JournalRules.check(rule(bad, "x@y.example", null, false), book(), around));
        }
        JournalRules.check(rule("x".repeat(64), "x@y.example", null, false), book(), around);
        assertThat(book().named("aLL")).isPresent();
    }

    @Test
    void whomARuleIsAboutIsFoundInTheDirectory() {
        assertThat(JournalRules.recipient("Anna", DIRECTORY, NOW)).isEqualTo(new Member.OfPerson("anna"));
        assertThat(JournalRules.recipient("anna@firm.example", DIRECTORY, NOW)).isEqualTo(new Member.OfPerson("anna"));
        assertThat(JournalRules.recipient("sales", DIRECTORY, NOW)).isEqualTo(new Member.OfGroup("sales"));
        assertThat(JournalRules.recipient("partner", DIRECTORY, NOW))
                .isEqualTo(new Member.OfAddress(new Address("partner@out.example")));
        assertThat(JournalRules.recipient("x@out.example", DIRECTORY, NOW))
                .isEqualTo(new Member.OfAddress(new Address("x@out.example")));
        for (String bad : List.of("*@firm.example", "*", "", "nobody", "a b@c")) {
            assertThatIllegalArgumentException().isThrownBy(() -> JournalRules.recipient(bad, DIRECTORY, NOW));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JournalRules.recipient("*@firm.example", DIRECTORY, NOW))
                .withMessageContaining("one person");
    }

    @Test
    void rulesGoAsTheyCame() {
        JournalRules rules = new JournalRules();
        rules.apply(new Act.JournalRuleSet(
                NOW,
                "op",
                "All",
                JournalScope.GLOBAL,
                Optional.empty(),
                new Address("j@archive.example"),
                Optional.empty(),
                false,
                true));
        rules.apply(new Act.ForwardingSet(NOW, "op", new Address("Eve@x"), List.of(new Address("m@y")), true));
        assertThat(rules.book().forwardings()).containsOnlyKeys("eve@x");
        rules.apply(new Act.ForwardingSet(NOW, "op", new Address("eve@x"), List.of(), true));
        rules.apply(new Act.JournalRuleRemoved(NOW, "op", "ALL"));
        assertThat(rules.book()).isEqualTo(RuleBook.EMPTY);
    }

    @Test
    void settingsAreReadOrRefused() {
        assertThat(AgentSettings.of(Map.of())).isEqualTo(AgentSettings.USUAL);
        AgentSettings set = AgentSettings.of(Map.of(
                "alternate",
                "a@b.example",
                "limit",
                "3",
                "unable",
                "accept",
                "expire-days",
                "1",
                "sender",
                "s@b.example"));
        assertThat(set.accepts()).isTrue();
        assertThat(set.limit()).isEqualTo(3);
        assertThat(set.expiry()).isEqualTo(Duration.ofDays(1));
        for (Map<String, String> bad : List.of(
                Map.of("alternate", "nobody"),
                Map.of("alternate", "a@b\r\nRCPT"),
                Map.of("limit", "0"),
                Map.of("limit", "many"),
                Map.of("unable", "drop"),
                Map.of("expire-days", "8"),
                Map.of("else", "x"))) {
            assertThatIllegalArgumentException().isThrownBy(() -> AgentSettings.of(bad));
        }
        JournalRules rules = new JournalRules(); // a later program's
        rules.apply(new Act.AgentSet(NOW, "op", Map.of("alternate", "a@b.example", "later", "x")));
        assertThat(rules.book().settings().alternate()).contains(new Address("a@b.example"));
    }
}
