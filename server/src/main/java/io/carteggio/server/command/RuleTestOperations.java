package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.archive.journaling.Decider;
import io.carteggio.archive.journaling.Decision;
import io.carteggio.archive.journaling.JournalRule;
import io.carteggio.archive.journaling.PastMail;
import io.carteggio.archive.journaling.RuleBook;
import io.carteggio.archive.journaling.Submission;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.report.HeaderPeople;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `rule test`: what the rules say to a message, and what they would have caught of the letters of the last
/// days. Both take a rule that is only thought of, too, and change nothing.
final class RuleTestOperations {
    private static final long DAYS_LIMIT = 36_500;

    /// Letters that are looked at where nobody says how many.
    private static final long USUAL_LETTERS = 100_000;

    private final Desk desk;
    private final RuleOperations rules;

    RuleTestOperations(Desk desk, RuleOperations rules) {
        this.desk = desk;
        this.rules = rules;
    }

    /// What the rules say to a message from `from` (empty: nobody) to `to`. Nothing is sent.
    Outcome test(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        List<Address> to = new ArrayList<>();
        Optional<Address> from;
        List<Address> headerTo = new ArrayList<>();
        List<Address> headerCc = new ArrayList<>();
        try {
            String sender = request.optionalText("from").orElse("").strip().replaceAll("^<|>$", "");
            from = sender.isEmpty() ? Optional.empty() : Optional.of(AgentSettings.address(sender));
            for (String one : request.texts("to")) {
                to.add(AgentSettings.address(one));
            }
            for (String one : request.texts("headerTo")) {
                headerTo.add(AgentSettings.address(one));
            }
            for (String one : request.texts("headerCc")) {
                headerCc.add(AgentSettings.address(one));
            }
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(Optional.ofNullable(e.getMessage()).orElse("not an address"));
        }
        if (to.isEmpty()) {
            throw Refusal.usage("rule test: at least one recipient (--to)");
        }
        boolean named = !headerTo.isEmpty() || !headerCc.isEmpty();
        HeaderPeople people = new HeaderPeople(
                from.stream().toList(),
                List.of(),
                named ? headerTo : to,
                headerCc,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        Decision decision = new Decider(
                        desk.people().directory(),
                        rules.thought(request),
                        desk.acts().now())
                .decide(new Submission(
                        from, to, request.flag("authenticated"), request.flag("ownSystem"), people, false));
        if (decision.never().isPresent()) {
            reply.line(Json.object().put("never", decision.never().get()));
        }
        for (Decision.Verdict verdict : decision.verdicts()) {
            ObjectNode line = Json.object()
                    .put("rule", verdict.rule().name())
                    .put("fires", verdict.fires())
                    .put("reason", verdict.reason().word());
            line.set("at", Json.address(verdict.at()));
            reply.line(line.put("why", verdict.why()));
        }
        for (Decision.Report report : decision.reports()) {
            reply.line(line(report));
        }
        return decision.reports().isEmpty() ? Outcome.NO : Outcome.DONE;
    }

    private ObjectNode line(Decision.Report report) {
        ObjectNode line = Json.object().put("mailbox", report.mailbox().raw());
        line.set("source", Json.text(desk.sources().at(report.mailbox()).map(Source::name)));
        line.set("alternate", Json.address(report.alternate()));
        line.set("rules", Json.texts(report.rules().stream().map(JournalRule::name)));
        line.set("sender", Json.address(report.envelope().sender()));
        line.set(
                "recipients",
                Json.objects(report.envelope().recipients().stream().map(RuleTestOperations::line)));
        return line;
    }

    private static ObjectNode line(Recipient one) {
        ObjectNode line = Json.object()
                .put("role", one.role().word())
                .put("address", one.address().raw());
        line.set("expanded", Json.address(one.expanded()));
        line.set("forwarded", Json.address(one.forwarded()));
        return line;
    }

    /// A line for each rule with what it would have caught, and one with what was looked at. With `progress`,
    /// lines with how far it is come before.
    Outcome past(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        long days = request.number("days", 0);
        long most = request.number("most", USUAL_LETTERS);
        if (days < 1 || days > DAYS_LIMIT) {
            throw Refusal.usage("the past has 1 to " + DAYS_LIMIT + " days here, not " + days);
        }
        if (most < 1) {
            throw Refusal.usage("at least one letter is looked at, not " + most);
        }
        boolean one = request.optionalText("rule").isPresent()
                || request.optionalText("mailbox").isPresent();
        RuleBook book = rules.thought(request);
        if (one) {
            String name = rules.name(request);
            book = new RuleBook(book.named(name).stream().toList(), book.forwardings(), book.settings());
        }
        Instant since = desk.acts().now().minus(Duration.ofDays(days));
        boolean progress = request.flag("progress");
        PastMail past = new PastMail(
                desk.catalogue(), desk.people().directory(), desk.people().domains(), book);
        PastMail.Count count = past.count(since, most, (letters, bytes) -> {
            if (progress) {
                say(reply, letters, bytes);
            }
        });
        for (PastMail.Caught caught : count.caught()) {
            reply.line(Json.object()
                    .put("rule", caught.rule().name())
                    .put("letters", caught.letters())
                    .put("bytes", caught.bytes()));
        }
        reply.line(Json.object()
                .put("since", Json.instant(count.since()))
                .put("whole", count.whole())
                .put("letters", count.letters())
                .put("bytes", count.bytes())
                .put("withoutEnvelope", count.withoutEnvelope())
                .put("withoutSender", count.withoutSender())
                .put("unreadable", count.unreadable()));
        return Outcome.DONE;
    }

    private static void say(Reply reply, long letters, long bytes) throws ArchiveException {
        try {
            reply.line(Json.object().put("looked", letters).put("lookedBytes", bytes));
        } catch (IOException e) {
            throw new ArchiveException("nobody listens any more", true, e);
        }
    }
}
