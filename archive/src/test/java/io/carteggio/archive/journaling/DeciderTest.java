package io.carteggio.archive.journaling;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Contact;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Ties;
import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.journaling.Decision.Report;
import io.carteggio.archive.journaling.RuleBook.Forwarding;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.report.HeaderPeople;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The decision table of `docs/journaling.md`.
class DeciderTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final Instant BEFORE = NOW.minusSeconds(86_400);

    private static final Person ANNA = person("anna", "anna@firm.example", "a.bauer@firm.example");
    private static final Person BOB = person("bob", "bob@firm.example");
    private static final Person EVE = person("eve", "eve@firm.example");
    private static final Contact PARTNER = new Contact(
            "partner",
            "Partner",
            List.of(holding("partner@elsewhere.example"), holding("p@other.example")),
            Optional.empty(),
            Ties.NONE);
    private static final Group INNER = group("inner", "inner@firm.example", new Member.OfPerson("bob"));
    private static final Group SALES = group(
            "sales",
            "sales@firm.example",
            new Member.OfPerson("anna"),
            new Member.OfGroup("inner"),
            new Member.OfAddress(new Address("partner@elsewhere.example")),
            new Member.OfGroup("sales")); // in itself
    private static final Group EMPTY = group("empty", "empty@firm.example");
    private static final Directory DIRECTORY = new Directory(
            List.of(ANNA, BOB, EVE),
            List.of(SALES, INNER, EMPTY),
            List.of(PARTNER),
            List.of(
                    new AcceptedDomain("firm.example", DomainKind.AUTHORITATIVE, false),
                    new AcceptedDomain("relay.example", DomainKind.INTERNAL_RELAY, true)));

    private static Person person(String id, String... addresses) {
        return new Person(
                id,
                id,
                PersonRole.USER,
                Arrays.stream(addresses).map(DeciderTest::holding).toList());
    }

    private static Holding holding(String address) {
        return new Holding(new Address(address), Optional.empty(), Optional.empty());
    }

    private static Group group(String id, String address, Member... members) {
        return new Group(
                id,
                id,
                List.of(holding(address)),
                Arrays.stream(members)
                        .map(member -> new Membership(member, Span.ALWAYS, Optional.empty()))
                        .toList());
    }

    private static JournalRule rule(String name, JournalScope scope, Member... recipient) {
        return rule(name, scope, "j@archive.example", recipient);
    }

    private static JournalRule rule(String name, JournalScope scope, String mailbox, Member... recipient) {
        return new JournalRule(
                name, scope, Arrays.stream(recipient).findFirst(), new Address(mailbox), Optional.empty(), false, true);
    }

    private static RuleBook book(JournalRule... rules) {
        return new RuleBook(List.of(rules), Map.of(), AgentSettings.USUAL);
    }

    private static final HeaderPeople NOBODY = new HeaderPeople(
            List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());

    private static Submission mail(String from, String... to) {
        return new Submission(
                from.equals("<>") ? Optional.empty() : Optional.of(new Address(from)),
                Stream.of(to).map(Address::new).toList(),
                false,
                false,
                NOBODY,
                false);
    }

    private static Submission loggedIn(Submission mail, List<String> to, List<String> cc) {
        HeaderPeople people = new HeaderPeople(
                mail.mailFrom().stream().toList(),
                List.of(),
                to.stream().map(Address::new).toList(),
                cc.stream().map(Address::new).toList(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        return new Submission(mail.mailFrom(), mail.rcptTo(), true, false, people, false);
    }

    private static Decision decide(RuleBook book, Submission mail) {
        return new Decider(DIRECTORY, book, NOW).decide(mail);
    }

    private static String lines(Report report) {
        return String.join(
                " | ",
                report.envelope().recipients().stream().map(DeciderTest::line).toList());
    }

    private static String line(Recipient one) {
        return one.role().word() + " " + one.address()
                + one.expanded().map(group -> " of " + group).orElse("")
                + one.forwarded().map(by -> " by " + by).orElse("");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # scope   | from                | to                                       | recipients in the report; none: no report
            GLOBAL    | anna@firm.example   | bob@firm.example                         | bob@firm.example
            GLOBAL    | x@out.example       | bob@firm.example                         | bob@firm.example
            GLOBAL    | anna@firm.example   | x@out.example                            | x@out.example
            GLOBAL    | x@out.example       | y@out.example                            | y@out.example
            GLOBAL    | anna@firm.example   | bob@firm.example x@out.example           | bob@firm.example x@out.example
            INTERNAL  | anna@firm.example   | bob@firm.example                         | bob@firm.example
            INTERNAL  | anna@firm.example   | x@out.example                            |
            INTERNAL  | x@out.example       | bob@firm.example                         |
            INTERNAL  | anna@firm.example   | bob@firm.example x@out.example           | bob@firm.example
            INTERNAL  | ANNA@Firm.Example   | BOB@FIRM.EXAMPLE                         | BOB@FIRM.EXAMPLE
            # MAIL FROM decides, also where it is spoofed (JOURNAL-FORMATS 8.2)
            INTERNAL  | ceo@firm.example    | bob@firm.example                         | bob@firm.example
            EXTERNAL  | ceo@firm.example    | bob@firm.example                         |
            EXTERNAL  | anna@firm.example   | bob@firm.example                         |
            EXTERNAL  | anna@firm.example   | x@out.example                            | x@out.example
            EXTERNAL  | x@out.example       | bob@firm.example                         | bob@firm.example
            EXTERNAL  | anna@firm.example   | bob@firm.example x@out.example           | x@out.example
            EXTERNAL  | x@out.example       | bob@firm.example y@out.example           | bob@firm.example y@out.example
            # a null sender is outside, unless the message began here
            INTERNAL  | <>                  | bob@firm.example                         |
            EXTERNAL  | <>                  | bob@firm.example                         | bob@firm.example
            # domains below an accepted one are ours only where that was said
            INTERNAL  | anna@firm.example   | x@sub.firm.example                       |
            EXTERNAL  | anna@firm.example   | x@sub.firm.example                       | x@sub.firm.example
            INTERNAL  | anna@firm.example   | x@a.b.relay.example                      | x@a.b.relay.example
            INTERNAL  | anna@firm.example   | x@notrelay.example                       |
            # without a domain: nobody's
            EXTERNAL  | anna@firm.example   | postmaster                               | postmaster
            """)
    void scopes(JournalScope scope, String from, String to, @Nullable String expected) {
        Decision decision = decide(book(rule("r", scope)), mail(from, to.split(" ", -1)));
        assertThat(decision.never()).isEmpty();
        assertThat(decision.reports().stream()
                        .flatMap(report -> report.envelope().recipients().stream())
                        .map(one -> one.address().raw())
                        .toList())
                .isEqualTo(expected == null ? List.of() : List.of(expected.split(" ", -1)));
        assertThat(decision.verdicts()).singleElement().satisfies(verdict -> {
            assertThat(verdict.fires()).isEqualTo(expected != null);
            assertThat(verdict.why()).isNotBlank();
        });
    }

    @Test
    void aNullSenderIsInsideWhereTheMessageBeganHere() {
        RuleBook internal = book(rule("r", JournalScope.INTERNAL));
        Submission bounce = mail("<>", "bob@firm.example");
        Submission own = new Submission(bounce.mailFrom(), bounce.rcptTo(), false, true, NOBODY, false);
        assertThat(decide(internal, own).reports()).hasSize(1);
        assertThat(decide(internal, own).reports().getFirst().envelope().sender())
                .isEmpty();
        assertThat(decide(internal, bounce).reports()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # of        | from                      | to                          | fires
            anna        | a.bauer@firm.example      | x@out.example               | true
            anna        | x@out.example             | A.Bauer@firm.example        | true
            anna        | bob@firm.example          | x@out.example               | false
            anna        | x@out.example             | sales@firm.example          | true
            bob         | x@out.example             | sales@firm.example          | true
            sales       | anna@firm.example         | x@out.example               | true
            sales       | bob@firm.example          | x@out.example               | true
            sales       | x@out.example             | bob@firm.example            | true
            sales       | eve@firm.example          | p@other.example             | true
            sales       | eve@firm.example          | x@out.example               | false
            sales       | eve@firm.example          | sales@firm.example          | true
            inner       | anna@firm.example         | x@out.example               | false
            empty       | anna@firm.example         | bob@firm.example            | false
            p@other.example | eve@firm.example      | partner@elsewhere.example   | true
            z@out.example   | z@out.example         | bob@firm.example            | true
            z@out.example   | bob@firm.example      | y@out.example               | false
            """)
    void recipients(String whose, String from, String to, boolean fires) {
        Member of = whose.contains("@")
                ? new Member.OfAddress(new Address(whose))
                : DIRECTORY.group(whose).isPresent() ? new Member.OfGroup(whose) : new Member.OfPerson(whose);
        Decision decision = decide(book(rule("r", JournalScope.GLOBAL, of)), mail(from, to));
        assertThat(decision.verdicts().getFirst().fires())
                .as(decision.verdicts().getFirst().why())
                .isEqualTo(fires);
        assertThat(decision.reports()).hasSize(fires ? 1 : 0);
    }

    /// An internal rule about somebody is about the internal part of a message alone.
    @Test
    void aRuleAboutSomebodyLooksAtItsScopesRecipients() {
        RuleBook about = book(rule("r", JournalScope.INTERNAL, new Member.OfAddress(new Address("x@out.example"))));
        assertThat(decide(about, mail("anna@firm.example", "bob@firm.example", "x@out.example"))
                        .reports())
                .isEmpty();
    }

    @Test
    void allRulesFireAndOneReportIsMadeForEachMailbox() {
        RuleBook book = book(
                rule("one", JournalScope.INTERNAL, "j@archive.example"),
                rule("two", JournalScope.EXTERNAL, "J@Archive.example"),
                rule("three", JournalScope.GLOBAL, "other@archive.example"),
                rule("four", JournalScope.GLOBAL, "third@archive.example", new Member.OfPerson("eve")),
                rule("five", JournalScope.GLOBAL, "j@archive.example").withEnabled(false));
        Decision decision = decide(book, mail("anna@firm.example", "bob@firm.example", "x@out.example"));
        assertThat(decision.reports()).hasSize(2);
        assertThat(decision.reports().getFirst().rules())
                .extracting(JournalRule::name)
                .containsExactly("one", "two");
        assertThat(lines(decision.reports().getFirst()))
                .isEqualTo("recipient bob@firm.example | recipient x@out.example");
        assertThat(decision.reports().getLast().rules())
                .extracting(JournalRule::name)
                .containsExactly("three");
        assertThat(decision.verdicts())
                .extracting(Decision.Verdict::fires)
                .containsExactly(true, true, true, false, false);
    }

    @Test
    void groupsAreTheirMembersAndTheOneThatWasWrittenToIsNamed() {
        Decision decision = decide(
                book(rule("r", JournalScope.GLOBAL)),
                mail(
                        "x@out.example",
                        "sales@firm.example",
                        "empty@firm.example",
                        "eve@firm.example",
                        "EVE@firm.example"));
        assertThat(lines(decision.reports().getFirst()))
                .isEqualTo("recipient anna@firm.example of sales@firm.example"
                        + " | recipient bob@firm.example of sales@firm.example"
                        + " | recipient partner@elsewhere.example of sales@firm.example"
                        + " | recipient empty@firm.example | recipient eve@firm.example");
    }

    @Test
    void whoWasAMemberIsNoneNow() {
        Group past = new Group(
                "g",
                "g",
                List.of(holding("g@firm.example")),
                List.of(
                        new Membership(
                                new Member.OfPerson("anna"),
                                Span.ALWAYS.before(BEFORE).orElseThrow(),
                                Optional.empty()),
                        new Membership(new Member.OfPerson("bob"), Span.since(BEFORE), Optional.empty())));
        Directory directory = new Directory(DIRECTORY.people(), List.of(past), List.of(), DIRECTORY.domains());
        RuleBook book = book(rule("r", JournalScope.GLOBAL, new Member.OfGroup("g")));
        Decider now = new Decider(directory, book, NOW);
        assertThat(lines(now.decide(mail("x@out.example", "g@firm.example"))
                        .reports()
                        .getFirst()))
                .isEqualTo("recipient bob@firm.example of g@firm.example");
        assertThat(now.decide(mail("anna@firm.example", "x@out.example")).reports())
                .isEmpty();
        Decider then = new Decider(directory, book, BEFORE.minusSeconds(1));
        assertThat(then.decide(mail("anna@firm.example", "x@out.example")).reports())
                .hasSize(1);
    }

    @Test
    void mailThatGoesOnNamesWhoHasItSentOn() {
        Map<String, Forwarding> forwardings = new HashMap<>();
        forwardings.put("eve@firm.example", forwarding("eve@firm.example", true, "mobile@carrier.example"));
        forwardings.put(
                "bob@firm.example", forwarding("bob@firm.example", false, "anna@firm.example", "loop@firm.example"));
        forwardings.put(
                "loop@firm.example", forwarding("loop@firm.example", false, "bob@firm.example", "end@out.example"));
        RuleBook book = new RuleBook(
                List.of(rule("r", JournalScope.GLOBAL, new Member.OfPerson("bob"))), forwardings, AgentSettings.USUAL);
        assertThat(decide(book, mail("x@out.example", "eve@firm.example")).reports())
                .isEmpty();
        assertThat(lines(decide(book, mail("x@out.example", "bob@firm.example", "eve@firm.example"))
                        .reports()
                        .getFirst()))
                .isEqualTo("recipient anna@firm.example by bob@firm.example"
                        + " | recipient end@out.example by bob@firm.example"
                        + " | recipient eve@firm.example | recipient mobile@carrier.example by eve@firm.example");
    }

    private static Forwarding forwarding(String address, boolean copy, String... to) {
        return new Forwarding(
                new Address(address), Stream.of(to).map(Address::new).toList(), copy);
    }

    @Test
    void rolesAreBelievedOfWhoHasLoggedIn() {
        Submission mail = mail(
                "eve@firm.example", "anna@firm.example", "sales@firm.example", "bob@firm.example", "x@out.example");
        RuleBook book = book(rule("r", JournalScope.GLOBAL));
        Submission trusted =
                loggedIn(mail, List.of("anna@firm.example", "never@got.it"), List.of("sales@firm.example"));
        assertThat(lines(decide(book, trusted).reports().getFirst()))
                .isEqualTo("to anna@firm.example | cc anna@firm.example of sales@firm.example"
                        + " | cc bob@firm.example of sales@firm.example"
                        + " | cc partner@elsewhere.example of sales@firm.example"
                        + " | bcc bob@firm.example | bcc x@out.example");
        assertThat(lines(decide(book, loggedIn(mail("eve@firm.example", "bob@firm.example"), List.of(), List.of()))
                        .reports()
                        .getFirst()))
                .isEqualTo("bcc bob@firm.example");
        Submission forged = new Submission(trusted.mailFrom(), trusted.rcptTo(), false, true, trusted.people(), false);
        assertThat(lines(decide(book, forged).reports().getFirst())).doesNotContain("to ", "cc ");
    }

    @Test
    void aDelegateSendsOnBehalfOfTheAuthor() {
        HeaderPeople people = new HeaderPeople(
                List.of(new Address("ceo@firm.example")),
                List.of(new Address("Eve@firm.example")),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        RuleBook book = book(rule("r", JournalScope.GLOBAL));
        Optional<Address> sender = Optional.of(new Address("eve@firm.example"));
        List<Address> to = List.of(new Address("x@out.example"));
        assertThat(decide(book, new Submission(sender, to, true, false, people, false))
                        .reports()
                        .getFirst()
                        .envelope()
                        .onBehalfOf())
                .contains(new Address("ceo@firm.example"));
        assertThat(decide(book, new Submission(sender, to, false, false, people, false))
                        .reports()
                        .getFirst()
                        .envelope()
                        .onBehalfOf())
                .isEmpty();
    }

    /// JOURNAL-FORMATS 8.4: nobody evades journaling by what he writes to or into a message.
    @Test
    void whatIsNeverJournaled() {
        JournalRule rule = new JournalRule(
                "r",
                JournalScope.GLOBAL,
                Optional.empty(),
                new Address("j@firm.example"),
                Optional.of(new Address("ndr@firm.example")),
                true,
                true);
        RuleBook book = new RuleBook(
                List.of(
                        rule,
                        rule("off", JournalScope.GLOBAL, "off@archive.example").withEnabled(false)),
                Map.of(),
                AgentSettings.of(Map.of("alternate", "all@firm.example", "sender", "agent@firm.example")));
        for (String alone : List.of(
                "j@firm.example",
                "NDR@firm.example",
                "all@firm.example",
                "agent@firm.example",
                "off@archive.example")) {
            assertThat(decide(book, mail("<>", alone)).never()).as(alone).isPresent();
            assertThat(decide(book, mail("<>", alone)).reports()).isEmpty();
            assertThat(decide(book, mail("anna@firm.example", alone, "bob@firm.example"))
                            .reports())
                    .as("with somebody else: %s", alone)
                    .hasSize(1);
        }
        Submission own =
                new Submission(Optional.empty(), List.of(new Address("bob@firm.example")), false, false, NOBODY, true);
        assertThat(decide(book, own).never()).isPresent();
    }

    @Test
    void theAlternateIsTheRulesElseThatOfAll() {
        RuleBook book = new RuleBook(
                List.of(
                        rule("one", JournalScope.GLOBAL, "one@archive.example"),
                        new JournalRule(
                                "two",
                                JournalScope.GLOBAL,
                                Optional.empty(),
                                new Address("two@archive.example"),
                                Optional.of(new Address("own@firm.example")),
                                false,
                                true)),
                Map.of(),
                AgentSettings.of(Map.of("alternate", "all@firm.example")));
        assertThat(decide(book, mail("anna@firm.example", "bob@firm.example")).reports())
                .extracting(Report::alternate)
                .containsExactly(
                        Optional.of(new Address("all@firm.example")), Optional.of(new Address("own@firm.example")));
        assertThat(book.warnings()).isEmpty();
        assertThat(book(rule("r", JournalScope.GLOBAL)).warnings())
                .singleElement()
                .asString()
                .contains("no alternate");
    }
}
