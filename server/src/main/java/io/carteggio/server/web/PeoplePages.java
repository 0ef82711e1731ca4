package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.Roles;
import io.carteggio.mail.Address;
import io.carteggio.server.web.ApprovalPages.Danger;
import io.carteggio.server.web.page.PeopleView;
import io.carteggio.server.web.page.PeopleView.Held;
import io.carteggio.server.web.page.PeopleView.PersonRow;
import io.carteggio.server.web.page.PeopleView.Typed;
import io.carteggio.server.web.page.PeopleView.TypedAddress;
import io.carteggio.server.web.page.PersonView;
import io.javalin.http.HttpStatus;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The administrator's pages of people and their dated addresses.
final class PeoplePages {
    private static final int ADDRESS_ROWS = 3;

    private final Site site;

    PeoplePages(Site site) {
        this.site = site;
    }

    void list(Visit visit) {
        list(visit, HttpStatus.OK, Optional.empty(), new Typed("", PersonRole.USER.word(), blankRows(List.of())));
    }

    private void list(Visit visit, HttpStatus status, Optional<String> fault, Typed typed) {
        List<PersonRow> rows = site.desk().people().directory().people().stream()
                .sorted(Comparator.comparing(p -> p.name().toLowerCase(Locale.ROOT)))
                .map(p -> row(site, visit.words(), p))
                .toList();
        List<String> roles =
                Arrays.stream(PersonRole.values()).map(PersonRole::word).toList();
        visit.page(status, "people", visit.say("people.title"), new PeopleView(rows, fault, typed, roles));
    }

    void add(Visit visit) throws ArchiveException {
        Typed typed = new Typed(visit.field("name"), visit.field("role"), typedAddresses(visit));
        try {
            Optional<String> nameFault = LogInPages.nameFault(visit, typed.name());
            if (nameFault.isPresent()) {
                throw new IllegalArgumentException(nameFault.get());
            }
            List<Holding> holdings = new ArrayList<>();
            for (TypedAddress row : typed.addresses()) {
                if (!row.equals(TypedAddress.BLANK)) {
                    holdings.add(holding(visit, row));
                }
            }
            boolean known = site.desk().people().directory().people().stream()
                    .anyMatch(p -> p.name().equals(typed.name()));
            if (known) {
                throw new IllegalArgumentException(visit.say("people.known", typed.name()));
            }
            List<String> dangers = new ArrayList<>();
            if (role(visit, typed.role()) != PersonRole.USER) {
                dangers.add("the role " + typed.role());
            }
            for (Holding h : holdings) {
                if (site.desk().reading().hasMail(h.address())) {
                    dangers.add(opens(h));
                }
            }
            PersonRole role = role(visit, typed.role());
            String[] id = {""};
            Gate.Deed add = () -> id[0] =
                    site.desk().people().add(site.desk().acts(), visit.self().name(), typed.name(), role, holdings);
            Danger danger = new Danger(
                    "person.add",
                    "give " + typed.name() + " " + String.join(" and ", dangers),
                    typed.name() + " " + typed.role() + " " + holdings);
            if (isDone(visit, !dangers.isEmpty(), danger, add)) {
                visit.loggedIn().tell(visit.say("people.added", typed.name()));
                visit.redirect("/people/" + id[0]);
            }
        } catch (IllegalArgumentException e) {
            list(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    Optional.of(visit.sentence(e)),
                    new Typed(typed.name(), typed.role(), blankRows(typed.addresses())));
        }
    }

    /// Does it at once where it is not dangerous, else by way of the gate.
    ///
    /// @return whether it was done; if not, the visit is answered
    private boolean isDone(Visit visit, boolean dangerous, Danger danger, Gate.Deed deed) throws ArchiveException {
        if (dangerous) {
            return ApprovalPages.isDone(site, visit, danger, deed);
        }
        deed.run();
        return true;
    }

    void person(Visit visit) {
        Optional<Person> person = asked(visit);
        if (person.isPresent()) {
            person(visit, HttpStatus.OK, person.get(), Optional.empty(), Optional.empty(), TypedAddress.BLANK);
        } else {
            visit.notFound();
        }
    }

    private void person(
            Visit visit,
            HttpStatus status,
            Person person,
            Optional<String> link,
            Optional<String> fault,
            TypedAddress typed) {
        person(visit, status, person, link, fault, typed, Optional.empty());
    }

    private void person(
            Visit visit,
            HttpStatus status,
            Person person,
            Optional<String> link,
            Optional<String> fault,
            TypedAddress typed,
            Optional<String> roleFault) {
        Optional<String> until = link.map(l -> visit.words()
                .full(site.clock().instant().plus(Invitations.VALID))
                .text());
        visit.page(
                status,
                "person",
                person.name(),
                new PersonView(
                        row(site, visit.words(), person),
                        link,
                        until,
                        fault,
                        typed,
                        RolePages.rows(site, visit.words(), person),
                        RolePages.GIVEN,
                        roleFault,
                        site.sessions().of(person).size(),
                        site.secondFactors().isOn(person.id()),
                        site.desk().passkeys().of(person.id()).size()));
    }

    /// The person's page again, because a role cannot be given or withdrawn like that.
    void roleRefused(Visit visit, Person person, String why) {
        person(
                visit,
                HttpStatus.UNPROCESSABLE_CONTENT,
                person,
                Optional.empty(),
                Optional.empty(),
                TypedAddress.BLANK,
                Optional.of(why));
    }

    void give(Visit visit) throws ArchiveException {
        Optional<Person> person = asked(visit);
        if (person.isEmpty()) {
            visit.notFound();
            return;
        }
        TypedAddress typed = new TypedAddress(visit.field("address"), visit.field("from"), visit.field("to"));
        try {
            Holding h = holding(visit, typed);
            String id = person.get().id();
            Gate.Deed give = () -> site.desk()
                    .people()
                    .give(site.desk().acts(), visit.self().name(), id, h.address(), h.from(), h.to());
            Danger danger = new Danger("person.give", "give " + person.get().name() + " " + opens(h), id + " " + h);
            if (!isDone(visit, site.desk().reading().hasMail(h.address()), danger, give)) {
                return;
            }
        } catch (IllegalArgumentException e) {
            person(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    person.get(),
                    Optional.empty(),
                    Optional.of(visit.sentence(e)),
                    typed);
            return;
        }
        visit.loggedIn()
                .tell(visit.say("person.given", typed.address(), person.get().name()));
        visit.redirect("/people/" + person.get().id());
    }

    /// Logs somebody out everywhere.
    void endSessions(Visit visit) throws ArchiveException {
        Optional<Person> person = asked(visit);
        if (person.isEmpty()) {
            visit.notFound();
            return;
        }
        visit.audit("sessions-ended", person.get().name(), Optional.empty());
        site.sessions().endAll(person.get().id());
        visit.redirect("/people/" + person.get().id());
    }

    /// For who lost the device and the recovery codes: a password is enough again.
    void endSecondFactor(Visit visit) throws ArchiveException {
        Optional<Person> person = asked(visit);
        if (person.isEmpty() || !site.secondFactors().isOn(person.get().id())) {
            visit.notFound();
            return;
        }
        Set<PersonRole> roles =
                site.desk().roles().rolesOf(person.get().id(), site.clock().instant());
        String id = person.get().id();
        Danger danger = new Danger(
                "person.second-factor",
                "take the second factor from " + person.get().name(),
                id);
        try {
            if (isDone(visit, roles.size() > 1, danger, () -> {
                site.secondFactors().turnOff(id);
                visit.audit("second-factor-off", person.get().name(), Optional.empty());
            })) {
                visit.redirect("/people/" + id);
            }
        } catch (IllegalArgumentException e) {
            roleRefused(visit, person.get(), visit.sentence(e));
        }
    }

    /// For who lost a device: none of her passkeys opens anything any more.
    void endPasskeys(Visit visit) throws ArchiveException {
        Optional<Person> person = asked(visit);
        if (person.isEmpty() || site.desk().passkeys().of(person.get().id()).isEmpty()) {
            visit.notFound();
            return;
        }
        String id = person.get().id();
        Set<PersonRole> roles = site.desk().roles().rolesOf(id, site.clock().instant());
        Danger danger = new Danger(
                "person.passkeys", "take the passkeys from " + person.get().name(), id);
        try {
            if (isDone(visit, roles.size() > 1, danger, () -> PasskeyPages.removeAll(site, visit, person.get()))) {
                visit.redirect("/people/" + id);
            }
        } catch (IllegalArgumentException e) {
            roleRefused(visit, person.get(), visit.sentence(e));
        }
    }

    private String opens(Holding h) {
        return "the address " + h.address().raw() + " (" + span(site.kept(), h) + "), which has mail";
    }

    /// The link of somebody with a role lets whoever opens it first act as her.
    void invite(Visit visit) throws ArchiveException {
        Optional<Person> person = asked(visit);
        if (person.isEmpty()) {
            visit.notFound();
            return;
        }
        if (!site.desk().logIns().byPassword()) {
            person(
                    visit,
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    person.get(),
                    Optional.empty(),
                    Optional.of(visit.say("person.invite.useless")),
                    TypedAddress.BLANK);
            return;
        }
        Set<PersonRole> roles =
                site.desk().roles().rolesOf(person.get().id(), site.clock().instant());
        String id = person.get().id();
        String[] path = {""};
        Danger danger = new Danger(
                "person.invite",
                "an invitation link for " + person.get().name() + ", who is "
                        + String.join(" and ", Roles.words(roles)),
                id);
        try {
            if (isDone(visit, roles.size() > 1, danger, () -> {
                visit.audit("invite", person.get().name(), Optional.empty());
                path[0] = "/invitation/" + site.invitations().invite(id);
            })) {
                person(
                        visit,
                        HttpStatus.OK,
                        person.get(),
                        Optional.of(visit.absolute(path[0])),
                        Optional.empty(),
                        TypedAddress.BLANK);
            }
        } catch (IllegalArgumentException e) {
            roleRefused(visit, person.get(), visit.sentence(e));
        }
    }

    Optional<Person> asked(Visit visit) {
        return site.desk().people().directory().byId(visit.path("person"));
    }

    static PersonRow row(Site site, Words words, Person person) {
        Set<PersonRole> roles =
                site.desk().roles().rolesOf(person.id(), site.clock().instant());
        return new PersonRow(
                person.id(),
                person.name(),
                String.join(
                        ", ",
                        Roles.words(roles).stream()
                                .map(word -> words.say("role." + word))
                                .toList()),
                site.desk().people().credential(person.id()).isPresent(),
                person.holdings().stream()
                        .map(h -> new Held(h.address().raw(), span(words, h)))
                        .toList());
    }

    private static String span(Words words, Holding h) {
        Optional<String> first = h.from().map(words::day);
        // held until the start of a day means: the day before was the last
        Optional<String> last = h.to().map(to -> words.day(to.minusMillis(1)));
        if (first.isPresent() && last.isPresent()) {
            return words.say("people.span", first.get(), last.get());
        }
        return first.map(f -> words.say("people.span.since", f))
                .or(() -> last.map(l -> words.say("people.span.until", l)))
                .orElse(words.say("people.span.always"));
    }

    private Holding holding(Visit visit, TypedAddress row) {
        Optional<String> fault = LogInPages.addressFault(visit, row.address());
        if (fault.isPresent()) {
            throw new IllegalArgumentException(fault.get());
        }
        Optional<Instant> from = day(visit, row.from()).map(this::startOf);
        Optional<Instant> to = day(visit, row.to()).map(d -> startOf(d.plusDays(1)));
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new IllegalArgumentException(visit.say("form.days.order", row.address()));
        }
        return new Holding(new Address(row.address()), from, to);
    }

    Instant startOf(LocalDate day) {
        return day.atStartOfDay(site.config().zone()).toInstant();
    }

    static Optional<LocalDate> day(Visit visit, String typed) {
        if (typed.isEmpty()) {
            return Optional.empty();
        }
        try {
            LocalDate day = LocalDate.parse(typed);
            if (day.getYear() < 1970 || day.getYear() > 2999) {
                throw new IllegalArgumentException(visit.say("form.day.range", typed));
            }
            return Optional.of(day);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(visit.say("form.day.none", typed), e);
        }
    }

    static PersonRole role(Visit visit, String word) {
        try {
            return PersonRole.ofWord(word);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(visit.say("person.role.choose"), e);
        }
    }

    private static List<TypedAddress> typedAddresses(Visit visit) {
        List<String> addresses = visit.fields("address");
        List<String> froms = visit.fields("from");
        List<String> tos = visit.fields("to");
        List<TypedAddress> rows = new ArrayList<>();
        for (int i = 0; i < addresses.size() && i < ADDRESS_ROWS; i++) {
            rows.add(new TypedAddress(
                    addresses.get(i), i < froms.size() ? froms.get(i) : "", i < tos.size() ? tos.get(i) : ""));
        }
        return rows;
    }

    private static List<TypedAddress> blankRows(List<TypedAddress> typed) {
        List<TypedAddress> rows = new ArrayList<>(typed);
        while (rows.size() < ADDRESS_ROWS) {
            rows.add(TypedAddress.BLANK);
        }
        return rows;
    }
}
