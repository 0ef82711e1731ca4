package io.carteggio.server.web.page;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the journaling agent works: its settings, where reports are delivered by which server, where mail goes
/// on to.
///
/// @param held what the fields of the settings hold, by their names
public record AgentView(
        Map<String, String> held,
        List<Route> routes,
        List<Forward> forwards,
        Map<String, String> typed,
        Optional<String> fault) {
    /// By which server mail for a domain goes.
    public record Route(String domain, String server) {}

    /// Where mail for an address goes on to.
    public record Forward(String address, String says) {}

    public AgentView {
        held = Map.copyOf(held);
        routes = List.copyOf(routes);
        forwards = List.copyOf(forwards);
        typed = Map.copyOf(typed);
    }

    public String held(String name) {
        return held.getOrDefault(name, "");
    }

    /// What a form held that was refused.
    public String typed(String name) {
        return typed.getOrDefault(name, "");
    }

    /// Rules from Exchange, as they would be added.
    ///
    /// @param octets the file, in base64; empty before one was given
    public record Import(
            List<Rule> rules,
            String says,
            String octets,
            String scope,
            String mailbox,
            boolean addable,
            Optional<String> fault) {
        public Import {
            rules = List.copyOf(rules);
        }
    }

    /// A rule of the file.
    ///
    /// @param refused why it cannot be added, in English
    public record Rule(String name, String says, boolean enabled, Optional<String> refused) {}
}
