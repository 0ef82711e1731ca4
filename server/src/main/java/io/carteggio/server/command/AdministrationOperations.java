package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.role.Roles;
import io.carteggio.mail.Address;
import io.carteggio.mail.report.HeaderOrder;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// `person`, and the list of sources: people with their dated addresses, places that mail comes from. Every
/// change is an act.
final class AdministrationOperations {
    private final Desk desk;

    AdministrationOperations(Desk desk) {
        this.desk = desk;
    }

    Outcome addPerson(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        PersonRole role = role(request.optionalText("role").orElse("user"));
        Optional<Instant> from = request.optionalInstant("from");
        Optional<Instant> to = request.optionalInstant("to");
        String id;
        try {
            List<Holding> holdings = new ArrayList<>();
            for (String address : request.texts("addresses")) {
                holdings.add(new Holding(address(address), from, to));
            }
            id = desk.people().add(desk.acts(), request.by(), request.text("name"), role, holdings);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(said(e));
        }
        Person person = desk.people()
                .directory()
                .byId(id)
                .orElseThrow(() -> Refusal.no("the person is kept, but the catalogue cannot show her now"));
        reply.line(person(person));
        return Outcome.DONE;
    }

    Outcome setPassword(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Person person = Viewers.person(
                desk.people(), request.text("person"), desk.acts().now());
        String password = request.text("password");
        desk.people().setCredential(desk.acts(), request.by(), person.id(), desk.credential(password));
        reply.line(person(person));
        return Outcome.DONE;
    }

    /// All that is told of a person, but never what she logs in with.
    ObjectNode person(Person person) {
        Set<PersonRole> roles = desk.roles().rolesOf(person.id(), desk.acts().now());
        ObjectNode line = Json.object();
        line.put("id", person.id())
                .put("name", person.name())
                .put("role", Roles.words(roles).getFirst())
                .put("password", desk.people().credential(person.id()).isPresent());
        line.set("roles", Json.texts(Roles.words(roles).stream()));
        line.put("locked", person.locked());
        DirectoryOperations.tell(line, person);
        return line;
    }

    Outcome listSources(Request request, Reply reply) throws IOException {
        for (Source source : desk.sources().all()) {
            ObjectNode line = source(source);
            line.set("protocol", Json.text(desk.sources().mailbox(source.name()).map(m -> m.protocol())));
            reply.line(line);
        }
        return Outcome.DONE;
    }

    private static ObjectNode source(Source source) {
        ObjectNode line = Json.object();
        line.put("name", source.name());
        line.set("address", Json.address(source.address()));
        line.put("family", source.family().word());
        if (!source.headers().equals(HeaderOrder.DEFAULT)) {
            line.set("headers", Json.texts(source.headers().fields().stream()));
        }
        return line;
    }

    static Address address(String text) throws Refusal {
        String address = text.strip();
        if (address.isEmpty() || address.chars().anyMatch(c -> Character.isISOControl(c) || c == '<' || c == '>')) {
            throw Refusal.usage("not an address: '" + text + "'");
        }
        return new Address(address);
    }

    static PersonRole role(String word) throws Refusal {
        try {
            return PersonRole.ofWord(word);
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(
                    "no role '" + word + "': there are user, administrator, auditor and data-protection-officer");
        }
    }

    private static String said(IllegalArgumentException e) {
        return Optional.ofNullable(e.getMessage()).orElse("refused");
    }
}
