package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.Across;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.Grant;
import io.carteggio.archive.role.Roles;
import io.carteggio.server.web.ApprovalPages.Danger;
import io.carteggio.server.web.page.PersonView.RoleRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The part of a person's page that gives and withdraws roles.
final class RolePages {
    static final List<String> GIVEN = List.of(
            PersonRole.ADMINISTRATOR.word(), PersonRole.AUDITOR.word(), PersonRole.DATA_PROTECTION_OFFICER.word());

    private final Site site;
    private final PeoplePages people;

    RolePages(Site site, PeoplePages people) {
        this.site = site;
        this.people = people;
    }

    void give(Visit visit) throws ArchiveException {
        Optional<Person> person = people.asked(visit);
        if (person.isEmpty()) {
            visit.notFound();
            return;
        }
        try {
            PersonRole role = PeoplePages.role(visit, visit.field("role"));
            Optional<Instant> until =
                    PeoplePages.day(visit, visit.field("until")).map(d -> people.startOf(d.plusDays(1)));
            Optional<Across> across = role == PersonRole.AUDITOR ? Optional.of(across(visit)) : Optional.empty();
            String reason = visit.field("reason");
            Roles.check(site.clock().instant(), role, until, across, reason);
            String object = "the role " + role.word() + " for " + person.get().name()
                    + across.map(a -> ", " + whose(site, site.kept(), a)).orElse("")
                    + until.map(end -> ", until " + end).orElse("");
            String id = person.get().id();
            Danger danger = new Danger("role.grant", object, id + "\n" + object, reason);
            if (ApprovalPages.isDone(site, visit, danger, () -> {
                var _ = site.desk()
                        .roles()
                        .give(site.desk().acts(), visit.self().name(), id, role, until, across, reason);
            })) {
                visit.loggedIn()
                        .tell(visit.say("person.role.is", person.get().name(), visit.say("role." + role.word())));
                visit.redirect("/people/" + id);
            }
        } catch (IllegalArgumentException e) {
            people.roleRefused(visit, person.get(), visit.sentence(e));
        }
    }

    private Across across(Visit visit) {
        List<String> ids = new ArrayList<>();
        String typed = visit.field("whose");
        for (String name : typed.split("[,;\\n]", -1)) {
            if (!name.isBlank()) {
                ids.add(site.desk()
                        .people()
                        .directory()
                        .named(name.strip(), site.clock().instant())
                        .map(Person::id)
                        .orElseThrow(() -> new IllegalArgumentException(visit.say("person.nobody", name.strip()))));
            }
        }
        return new Across(
                ids.isEmpty(),
                ids,
                PeoplePages.day(visit, visit.field("from")).map(people::startOf),
                PeoplePages.day(visit, visit.field("to")).map(d -> people.startOf(d.plusDays(1))));
    }

    void withdraw(Visit visit) throws ArchiveException {
        Optional<Person> person = people.asked(visit);
        Optional<Grant> grant = person.flatMap(p -> site.desk()
                .roles()
                .grant(visit.path("grant"))
                .filter(g -> g.person().equals(p.id())));
        if (person.isEmpty() || grant.isEmpty()) {
            visit.notFound();
            return;
        }
        try {
            String id = grant.get().id();
            String reason = visit.field("reason");
            site.desk().roles().checkWithdrawal(site.desk().acts().now(), id, reason);
            Gate.Deed withdraw = () -> {
                var _ = site.desk()
                        .roles()
                        .withdraw(site.desk().acts(), visit.self().name(), id, reason);
            };
            if (grant.get().role() == PersonRole.AUDITOR) { // whom anybody may stop
                withdraw.run();
            } else {
                String object = "take the role " + grant.get().role().word() + " from "
                        + person.get().name();
                Danger danger = new Danger("role.withdraw", object, id + "\n" + object, reason);
                if (!ApprovalPages.isDone(site, visit, danger, withdraw)) {
                    return;
                }
            }
            visit.loggedIn()
                    .tell(visit.say(
                            "person.role.is-not",
                            person.get().name(),
                            visit.say("role." + grant.get().role().word())));
            visit.redirect("/people/" + person.get().id());
        } catch (IllegalArgumentException e) {
            people.roleRefused(visit, person.get(), visit.sentence(e));
        }
    }

    /// What a person holds, then what she held, newest first.
    static List<RoleRow> rows(Site site, Words words, Person person) {
        Instant now = site.clock().instant();
        return site.desk().roles().all().stream()
                .filter(g -> g.person().equals(person.id()))
                .sorted(Comparator.comparing((Grant g) -> !g.inForce(now))
                        .thenComparing(Grant::at, Comparator.reverseOrder()))
                .map(g -> new RoleRow(
                        g.id(),
                        words.say("role." + g.role().word()),
                        g.role() == PersonRole.AUDITOR ? reach(site, words, g) : "",
                        g.reason()
                                .map(why -> words.say("person.role.since.why", words.day(g.at()), g.by(), why))
                                .orElseGet(() -> words.say("person.role.since", words.day(g.at()), g.by())),
                        ended(words, g, now)))
                .toList();
    }

    private static Optional<String> ended(Words words, Grant g, Instant now) {
        return g.withdrawn()
                .map(w -> words.say("person.role.withdrawn", words.day(w.at()), w.by(), w.reason()))
                .or(() -> g.inForce(now)
                        ? Optional.empty()
                        : g.until().map(end -> words.say("person.role.ended", words.day(end.minusMillis(1)))));
    }

    /// What an auditor may read, and how long.
    static String reach(Site site, Words words, Grant g) {
        String whose = whose(site, words, g.across().orElse(Across.EVERYTHING));
        return g.until()
                .map(end -> words.say("reach.ends", whose, words.day(end.minusMillis(1))))
                .orElseGet(() -> words.say("reach.endless", whose));
    }

    private static String whose(Site site, Words words, Across across) {
        String whose = across.everyone()
                ? words.say("reach.everyone")
                : words.say(
                        "reach.of",
                        String.join(
                                ", ",
                                across.people().stream()
                                        .map(id -> site.desk()
                                                .people()
                                                .directory()
                                                .byId(id)
                                                .map(Person::name)
                                                .orElseGet(() -> words.say("reach.gone")))
                                        .toList()));
        String since = across.from()
                .map(f -> words.say("reach.from", whose, words.day(f)))
                .orElse(whose);
        return across.to()
                .map(t -> words.say("reach.until", since, words.day(t.minusMillis(1))))
                .orElse(since);
    }
}
