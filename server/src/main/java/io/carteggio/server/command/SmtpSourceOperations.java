package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.authenticity.Expected;
import io.carteggio.archive.authenticity.NetworkList;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Source;
import io.carteggio.mail.Address;
import io.carteggio.mail.report.HeaderOrder;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Journaling addresses: sources whose mail comes by itself. Every change is an act.
final class SmtpSourceOperations {
    private final Desk desk;

    SmtpSourceOperations(Desk desk) {
        this.desk = desk;
    }

    /// `smtp` is an address, or `@` and a domain, or `@` alone: then one is made up that nobody can guess.
    Outcome add(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        Family family = ImportOperations.family(request.optionalText("family").orElse("report"));
        Address address = address(request.text("smtp"));
        try {
            List<String> headers = request.texts("headers");
            desk.sources()
                    .add(
                            desk.acts(),
                            request.by(),
                            name,
                            Optional.of(address),
                            family,
                            headers.isEmpty() ? HeaderOrder.DEFAULT : new HeaderOrder(headers),
                            settings(request, Map.of()));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(said(e));
        }
        reply.line(source(name));
        return Outcome.DONE;
    }

    Outcome set(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        if (request.optionalText("family").isPresent()) {
            throw Refusal.no("what the mail of a journaling address is taken for is fixed: make another source");
        }
        try {
            desk.sources()
                    .set(
                            desk.acts(),
                            request.by(),
                            name,
                            settings(request, desk.sources().settings(name)));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(said(e));
        }
        reply.line(source(name));
        return Outcome.DONE;
    }

    /// The lists of networks that sources may name, a line each.
    Outcome networks(Request request, Reply reply) throws IOException {
        Map<String, String> faults = desk.networks().faults();
        for (Map.Entry<String, NetworkList> list :
                desk.networks().inForce().byName().entrySet()) {
            String name = list.getKey();
            ObjectNode line = Json.object()
                    .put("name", name)
                    .put("date", list.getValue().date().toString())
                    .put("origin", list.getValue().origin())
                    .put("file", desk.networks().file(name).toString());
            line.set("networks", Json.texts(list.getValue().networks().stream().map(Object::toString)));
            line.set(
                    "sources",
                    Json.texts(desk.sources().all().stream()
                            .filter(source -> source.expected().networks().contains(new Expected.Allowed.Listed(name)))
                            .map(Source::name)));
            line.set("fault", Json.text(Optional.ofNullable(faults.get(name))));
            reply.line(line);
        }
        return Outcome.DONE;
    }

    /// A source with all its settings.
    ObjectNode source(String name) {
        Source source = desk.sources().named(name).orElseThrow();
        ObjectNode line = Json.object();
        line.put("name", source.name());
        line.set("address", Json.address(source.address()));
        line.put("family", source.family().word());
        if (!source.headers().equals(HeaderOrder.DEFAULT)) {
            line.set("headers", Json.texts(source.headers().fields().stream()));
        }
        Map<String, String> shown = new LinkedHashMap<>();
        if (source.listening()) {
            shown.put("tls", "offered");
            shown.put("unknown", "keep");
        }
        shown.putAll(desk.sources().settings(name));
        ObjectNode settings = Json.object();
        shown.forEach(settings::put);
        line.set("settings", settings);
        line.set("warnings", Json.texts(warnings(source).stream()));
        return line;
    }

    /// What works and should not be left so.
    private static List<String> warnings(Source source) {
        List<String> warnings = new ArrayList<>();
        Expected expected = source.expected();
        expected.fault()
                .ifPresent(why -> warnings.add(
                        "NOT UNDERSTOOD: " + why + "; all its mail goes into quarantine until this is mended"));
        boolean placed = expected.networks().isEmpty()
                && expected.client().isEmpty()
                && expected.fault().isEmpty();
        if (source.listening() && placed) {
            boolean header =
                    expected.originatorOrg().isPresent() || expected.tenant().isPresent();
            warnings.add(
                    header
                            ? "a header proves something only together with networks or a client certificate: whoever"
                                    + " learns the address can write that header"
                            : "whoever learns the address can deliver from anywhere; set --networks");
        }
        return warnings;
    }

    /// The settings of a request over those there are; an empty value removes one.
    private static Map<String, String> settings(Request request, Map<String, String> before) throws Refusal {
        Map<String, String> settings = new TreeMap<>(before);
        for (Map.Entry<String, JsonNode> setting :
                request.params().path("settings").properties()) {
            if (!setting.getValue().isString()) {
                throw Refusal.usage("the setting '" + setting.getKey() + "' is not text");
            }
            String value = setting.getValue().stringValue().strip();
            if (value.isEmpty()) {
                settings.remove(setting.getKey());
            } else {
                settings.put(setting.getKey(), value);
            }
        }
        return settings;
    }

    private Address address(String text) throws Refusal {
        String address = text.strip();
        if (address.isEmpty() || address.chars().anyMatch(c -> Character.isISOControl(c) || c == '<' || c == '>')) {
            throw Refusal.usage("not an address: '" + text + "'");
        }
        if (address.equals("@")) {
            return JournalAddress.made(ownDomain());
        }
        if (address.lastIndexOf('@') == 0) {
            return JournalAddress.made(address.substring(1));
        }
        if (new Address(address).domain().isEmpty()) {
            throw Refusal.usage("a journaling address has a domain: " + address);
        }
        return new Address(address);
    }

    /// Where the addresses are that there are already, else this host.
    private String ownDomain() {
        return desk.sources().all().stream()
                .filter(Source::listening)
                .flatMap(source -> source.address().stream())
                .map(Address::domain)
                .findFirst()
                .orElseGet(JournalAddress::host);
    }

    private static String said(IllegalArgumentException e) {
        return Optional.ofNullable(e.getMessage()).orElse("refused");
    }
}
