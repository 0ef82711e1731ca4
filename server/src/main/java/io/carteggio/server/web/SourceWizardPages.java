package io.carteggio.server.web;

import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.server.smtp.MailExchangers.Answer;
import io.carteggio.server.web.page.SourcesView;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The wizard that makes a source: which mail system, and what has to be known of it.
final class SourceWizardPages {
    private static final Pattern DOMAIN =
            Pattern.compile("(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9-]{2,63}");
    private static final List<String> FIELDS = List.of(
            "name", "domain", "ndr", "protocol", "host", "tls", "certificate", "user", "folder", "family", "after");

    private final Site site;

    SourceWizardPages(Site site) {
        this.site = site;
    }

    void choose(Visit visit) {
        visit.page(
                "source-systems",
                visit.say("system.title"),
                new SourcesView.Systems(SourcePages.choices(visit, system -> "/sources/new/" + system.word())));
    }

    void form(Visit visit) {
        Optional<MailSystem> system = MailSystem.ofWord(visit.path("system"));
        if (system.isEmpty()) {
            visit.notFound();
            return;
        }
        Map<String, String> proposed = new LinkedHashMap<>();
        proposed.put("name", proposedName(system.get()));
        proposed.put("domain", proposedDomain(visit));
        proposed.put("protocol", "imap");
        proposed.put("tls", "implicit");
        proposed.put("folder", "INBOX");
        proposed.put("family", "report");
        proposed.put("after", "delete");
        form(visit, HttpStatus.OK, system.get(), proposed, Optional.empty());
    }

    private static void form(
            Visit visit, HttpStatus status, MailSystem system, Map<String, String> typed, Optional<String> fault) {
        String title = visit.say("system." + system.word());
        visit.page(
                status,
                "source-new",
                visit.say("source.new", title),
                new SourcesView.Form(
                        system.word(), title, system == MailSystem.MAILBOX, system.hasAlternate(), typed, fault));
    }

    private String proposedName(MailSystem system) {
        String name = system.word();
        for (int more = 2; site.desk().sources().named(name).isPresent(); more++) {
            name = system.word() + "-" + more;
        }
        return name;
    }

    /// A name below a domain of the firm's own, for whose mail this server can be named.
    private String proposedDomain(Visit visit) {
        return site.desk().people().directory().domains().stream()
                .map(AcceptedDomain::domain)
                .findFirst()
                .map(domain -> "archive." + domain)
                .orElseGet(() -> {
                    String host = SourcePages.host(visit);
                    return DOMAIN.matcher(host).matches() && !host.matches("[0-9.]+") ? host : "";
                });
    }

    void create(Visit visit) throws IOException {
        Optional<MailSystem> system = MailSystem.ofWord(visit.path("system"));
        if (system.isEmpty()) {
            visit.notFound();
            return;
        }
        Map<String, String> typed = new LinkedHashMap<>();
        FIELDS.forEach(field -> typed.put(field, visit.field(field)));
        Optional<String> fault =
                system.get() == MailSystem.MAILBOX ? fetched(visit, typed) : listening(visit, system.get(), typed);
        if (fault.isPresent()) {
            form(visit, HttpStatus.UNPROCESSABLE_CONTENT, system.get(), typed, fault);
            return;
        }
        visit.loggedIn().tell(visit.say("source.added", held(typed, "name")));
        String ndr = held(typed, "ndr");
        visit.redirect(SourcePages.url(held(typed, "name")) + "?for="
                + system.get().word() + (ndr.isEmpty() ? "" : "&ndr=" + SearchPages.encoded(ndr)));
    }

    /// Makes a journaling address.
    ///
    /// @return what is wrong
    private Optional<String> listening(Visit visit, MailSystem system, Map<String, String> typed) throws IOException {
        String domain = held(typed, "domain").toLowerCase(Locale.ROOT);
        if (!DOMAIN.matcher(domain).matches()) {
            return Optional.of(visit.say("form.address", "@" + domain));
        }
        String ndr = held(typed, "ndr");
        if (!ndr.isEmpty()) {
            Optional<String> fault = LogInPages.addressFault(visit, ndr);
            if (fault.isPresent()) {
                return fault;
            }
        }
        if (system == MailSystem.MICROSOFT_365) {
            if (isExchangeOnline(domain)) {
                return Optional.of(visit.say("source.exchange-online", domain));
            }
            String there = ndr.substring(ndr.lastIndexOf('@') + 1);
            if (!ndr.isEmpty() && isExchangeOnline(there)) {
                return Optional.of(visit.say("source.ndr.exchange-online", there));
            }
        }
        ObjectNode params = JsonNodeFactory.instance
                .objectNode()
                .put("by", visit.self().name())
                .put("name", held(typed, "name"))
                .put("smtp", "@" + domain)
                .put("family", system.family().word());
        return SourcePages.said(Calls.run(site, visit, "source.add", params, new byte[0]));
    }

    static boolean isDomain(String text) {
        return DOMAIN.matcher(text).matches();
    }

    private static String held(Map<String, String> typed, String field) {
        return typed.getOrDefault(field, "");
    }

    private boolean isExchangeOnline(String domain) {
        return site.desk().exchangers().of(domain) instanceof Answer.Hosts hosts && hosts.areExchangeOnline();
    }

    /// Makes a source that is fetched.
    ///
    /// @return what is wrong
    private Optional<String> fetched(Visit visit, Map<String, String> typed) throws IOException {
        ObjectNode settings = JsonNodeFactory.instance.objectNode();
        String host = held(typed, "host");
        int colon = host.lastIndexOf(':');
        boolean port = colon > 0 && host.substring(colon + 1).matches("[0-9]{1,5}");
        settings.put("host", port ? host.substring(0, colon) : host);
        if (port) {
            settings.put("port", host.substring(colon + 1));
        }
        for (String name : List.of("tls", "certificate", "user", "after")) {
            if (!held(typed, name).isEmpty()) {
                settings.put(name, held(typed, name));
            }
        }
        if (!held(typed, "protocol").equals("pop3") && !held(typed, "folder").isEmpty()) {
            settings.put("folder", held(typed, "folder"));
        }
        ObjectNode params = JsonNodeFactory.instance
                .objectNode()
                .put("by", visit.self().name())
                .put("name", held(typed, "name"))
                .put("protocol", held(typed, "protocol"))
                .put("family", held(typed, "family"));
        params.set("settings", settings);
        String secrets = JsonNodeFactory.instance
                .objectNode()
                .put("password", visit.rawField("password"))
                .toString();
        return SourcePages.said(
                Calls.run(site, visit, "source.fetch", params, secrets.getBytes(StandardCharsets.UTF_8)));
    }
}
