package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.unknown.Suggestion;
import io.carteggio.archive.unknown.UnknownDesk;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// `unknown`: letters that nobody owns. It tells addresses and numbers, never letters.
final class UnknownOperations {
    private final Desk desk;

    UnknownOperations(Desk desk) {
        this.desk = desk;
    }

    /// One line with the sums, then one for each address.
    Outcome list(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        UnknownDesk.State state = state();
        boolean all = request.flag("all");
        Set<Suggestion.Kind> kinds = kinds(request);
        Optional<String> domain = request.optionalText("domain").map(Address::domainKey);
        long limit = request.number("limit", UnknownDesk.ADDRESSES_LIMIT);
        Map<Suggestion.Kind, Long> counts = new EnumMap<>(Suggestion.Kind.class);
        state.suggestions().forEach(s -> counts.merge(s.kind(), 1L, Long::sum));
        ObjectNode sums = Json.object();
        sums.put("letters", state.letters()).put("addresses", state.addresses()).put("indexLag", desk.indexLag());
        ObjectNode byKind = sums.putObject("kinds");
        for (Suggestion.Kind kind : Suggestion.Kind.values()) {
            byKind.put(kind.word(), counts.getOrDefault(kind, 0L));
        }
        reply.line(sums);
        long told = 0;
        for (Suggestion s : state.suggestions()) {
            boolean wanted = kinds.isEmpty() ? all || s.kind() != Suggestion.Kind.FOREIGN : kinds.contains(s.kind());
            if (wanted
                    && told < limit
                    && (domain.isEmpty() || domain.get().equals(s.address().domain()))) {
                told++;
                reply.line(line(s));
            }
        }
        return Outcome.DONE;
    }

    /// Gives addresses to a person, or each address of some kinds to the person that it seems to be of.
    Outcome assign(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Set<Suggestion.Kind> kinds = kinds(request);
        List<String> addresses = request.texts("addresses");
        boolean dry = request.flag("dryRun");
        if (kinds.isEmpty() == addresses.isEmpty()) {
            throw Refusal.usage("either a person and addresses, or the kinds that are taken as suggested");
        }
        if (kinds.isEmpty()) {
            Person person = Viewers.person(
                    desk.people(), request.text("person"), desk.acts().now());
            Optional<Instant> from = request.optionalInstant("from");
            Optional<Instant> to = request.optionalInstant("to");
            List<Holding> holdings = new ArrayList<>();
            for (String address : addresses) {
                holdings.add(holding(address, from, to));
            }
            for (Holding holding : holdings) {
                give(request.by(), person, holding, dry, reply);
            }
            return Outcome.DONE;
        }
        if (!EnumSet.of(Suggestion.Kind.TYPO, Suggestion.Kind.OLD_DOMAIN).containsAll(kinds)) {
            throw Refusal.usage("only typo and old-domain say whose an address is; name the person for the others");
        }
        for (Suggestion s : state().suggestions()) {
            if (kinds.contains(s.kind()) && s.isAssignable()) {
                give(
                        request.by(),
                        s.person().orElseThrow(),
                        new Holding(new Address(s.address().key()), Optional.empty(), Optional.empty()),
                        dry,
                        reply);
            }
        }
        return Outcome.DONE;
    }

    private static Holding holding(String text, Optional<Instant> from, Optional<Instant> to) throws Refusal {
        String address = text.strip();
        if (address.isEmpty() || address.chars().anyMatch(c -> Character.isISOControl(c) || c == '<' || c == '>')) {
            throw Refusal.usage("not an address: '" + text + "'");
        }
        try {
            return new Holding(new Address(address), from, to);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
    }

    private void give(String by, Person person, Holding holding, boolean dry, Reply reply)
            throws ArchiveException, IOException {
        boolean has = desk.people()
                .directory()
                .byId(person.id())
                .filter(p -> p.holdings().contains(holding))
                .isPresent();
        if (!has && !dry) {
            desk.people().give(desk.acts(), by, person.id(), holding.address(), holding.from(), holding.to());
        }
        ObjectNode line = Json.object();
        line.put("address", holding.address().raw())
                .put("person", person.name())
                .put("id", person.id())
                .put("given", !has && !dry);
        line.set("from", Json.instant(holding.from()));
        line.set("to", Json.instant(holding.to()));
        reply.line(line);
    }

    private UnknownDesk.State state() throws ArchiveException {
        return new UnknownDesk(desk.people(), desk.index()).state(desk.acts().now());
    }

    private static Set<Suggestion.Kind> kinds(Request request) throws Refusal {
        Set<Suggestion.Kind> kinds = EnumSet.noneOf(Suggestion.Kind.class);
        for (String word : request.texts("kinds")) {
            try {
                kinds.add(Suggestion.Kind.ofWord(word));
            } catch (IllegalArgumentException e) {
                throw Refusal.usage("'" + word + "' is none of typo, old-domain, leaver, missing, group, foreign");
            }
        }
        return kinds;
    }

    private static ObjectNode line(Suggestion s) {
        ObjectNode line = Json.object();
        line.put("address", s.address().key())
                .put("letters", s.address().letters())
                .put("sent", s.address().sent())
                .put("first", Json.instant(s.address().first()))
                .put("last", Json.instant(s.address().last()))
                .put("kind", s.kind().word());
        line.set("person", Json.text(s.person().map(Person::name)));
        line.set("personId", Json.text(s.person().map(Person::id)));
        line.set("like", Json.text(s.like()));
        return line;
    }
}
