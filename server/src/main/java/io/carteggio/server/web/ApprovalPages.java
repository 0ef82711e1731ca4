package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.approval.Asked;
import io.carteggio.archive.approval.Asked.State;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.approval.Gate.Passage;
import io.carteggio.archive.attribution.Person;
import io.carteggio.server.web.page.ApprovalsView;
import io.carteggio.server.web.page.ApprovalsView.Row;
import io.javalin.http.HttpStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What waits for a second person, what became of such requests, and the mode.
final class ApprovalPages {
    private static final int RECENT = 50;

    private final Site site;

    ApprovalPages(Site site) {
        this.site = site;
    }

    /// Something dangerous that a form wants.
    ///
    /// @param object to what, in words for the second person
    /// @param exactly what, so that nothing else is done once it is approved
    record Danger(String operation, String object, String exactly, String reason) {
        Danger(String operation, String object, String exactly) {
            this(operation, object, exactly, "");
        }
    }

    /// Does what a form wants, by way of the gate: the last thing that is asked, after all that can be wrong with
    /// the form. Where it waits for a second person the visit is answered so, and the form is sent again later.
    ///
    /// @return whether it was done
    /// @throws IllegalArgumentException where it is refused, with nothing done and no approval used up
    static boolean isDone(Site site, Visit visit, Danger danger, Gate.Deed deed) throws ArchiveException {
        Passage passage = site.desk()
                .gate()
                .pass(
                        visit.actor(),
                        danger.operation(),
                        danger.object(),
                        danger.exactly(),
                        Optional.of(danger.reason()).filter(r -> !r.isBlank()),
                        deed);
        if (passage instanceof Passage.Waiting) {
            visit.loggedIn().tell(visit.say("approvals.waits"));
            visit.redirect("/approvals");
            return false;
        }
        return true;
    }

    void list(Visit visit) {
        list(visit, HttpStatus.OK, Optional.empty());
    }

    private void list(Visit visit, HttpStatus status, Optional<String> fault) {
        Instant now = site.clock().instant();
        List<Asked> all = site.desk().gate().approvals().all();
        visit.page(
                status,
                "approvals",
                visit.say("approvals.title"),
                new ApprovalsView(
                        site.desk().gate().approvals().twoPersons(),
                        site.desk().gate().approvers().stream()
                                .map(id -> site.desk()
                                        .people()
                                        .directory()
                                        .byId(id)
                                        .map(Person::name)
                                        .orElse(id))
                                .toList(),
                        all.stream()
                                .filter(r -> r.state(now) == State.OPEN)
                                .map(r -> row(visit, r, now))
                                .toList(),
                        all.stream()
                                .filter(r -> r.state(now) != State.OPEN)
                                .limit(RECENT)
                                .map(r -> row(visit, r, now))
                                .toList(),
                        fault));
    }

    private Row row(Visit visit, Asked r, Instant now) {
        return new Row(
                r.id(),
                visit.say("approvals.state." + Asked.word(r.state(now))),
                r.operation(),
                r.object(),
                r.by(),
                visit.words().exact(r.at()),
                r.reason().orElse(""),
                visit.words().exact(r.expires()),
                r.params(),
                r.decision()
                        .map(d -> visit.say(
                                d.approved() ? "approvals.approved" : "approvals.refused",
                                d.by(),
                                visit.words().exact(d.at()).text(),
                                d.reason())),
                r.person().equals(Optional.of(visit.self().id())));
    }

    void decide(Visit visit) throws ArchiveException {
        boolean approve = visit.field("decision").equals("approve");
        try {
            Asked asked =
                    site.desk().gate().decide(visit.actor(), visit.path("request"), approve, visit.field("reason"));
            visit.loggedIn()
                    .tell(
                            approve
                                    ? visit.say("approvals.told.approved", asked.by())
                                    : visit.say("approvals.told.refused"));
            visit.redirect("/approvals");
        } catch (IllegalArgumentException e) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.sentence(e)));
        }
    }

    void mode(Visit visit) throws ArchiveException {
        boolean two = visit.field("mode").equals("two-person");
        try {
            Passage passage = site.desk().gate().setMode(visit.actor(), two, visit.field("reason"));
            visit.loggedIn()
                    .tell(
                            passage instanceof Passage.Waiting
                                    ? visit.say("approvals.told.mode-waits")
                                    : visit.say("approvals.told.mode"));
            visit.redirect("/approvals");
        } catch (IllegalArgumentException e) {
            list(visit, HttpStatus.UNPROCESSABLE_CONTENT, Optional.of(visit.sentence(e)));
        }
    }
}
