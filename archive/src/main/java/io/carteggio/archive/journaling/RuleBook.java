package io.carteggio.archive.journaling;

import io.carteggio.mail.Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// All rules and what goes with them, as they are at one moment.
///
/// @param forwardings by [Address#key]
public record RuleBook(List<JournalRule> rules, Map<String, Forwarding> forwardings, AgentSettings settings) {
    public static final RuleBook EMPTY = new RuleBook(List.of(), Map.of(), AgentSettings.USUAL);

    /// Mail for an address goes on to others.
    ///
    /// @param copy whether the address itself gets it, too
    public record Forwarding(Address address, List<Address> to, boolean copy) {
        public Forwarding {
            to = List.copyOf(to);
        }
    }

    public RuleBook {
        rules = List.copyOf(rules);
        forwardings = Map.copyOf(forwardings);
    }

    /// The rule of a name, case aside.
    public Optional<JournalRule> named(String name) {
        return rules.stream()
                .filter(rule -> JournalRule.key(rule.name()).equals(JournalRule.key(name)))
                .findFirst();
    }

    /// Where reports of this rule go that do not reach its mailbox.
    public Optional<Address> alternateOf(JournalRule rule) {
        return rule.alternate().or(settings::alternate);
    }

    /// The keys of all addresses that are there for reports: mail for those alone is not journaled.
    public Set<String> forReports() {
        Set<String> keys = mailboxes();
        settings.sender().ifPresent(address -> keys.add(address.key()));
        return keys;
    }

    /// The keys of all mailboxes that reports go to: journaling mailboxes, also of rules that are disabled, and
    /// alternate ones.
    public Set<String> mailboxes() {
        Set<String> keys = alternates();
        rules.forEach(rule -> keys.add(rule.mailbox().key()));
        return keys;
    }

    /// The keys of all alternate journaling mailboxes.
    public Set<String> alternates() {
        Set<String> keys = new HashSet<>();
        settings.alternate().ifPresent(address -> keys.add(address.key()));
        rules.forEach(rule -> rule.alternate().ifPresent(address -> keys.add(address.key())));
        return keys;
    }

    /// Where reports for a journaling mailbox go that do not reach it.
    public Optional<Address> alternateOf(Address mailbox) {
        return rules.stream()
                .filter(rule -> rule.mailbox().key().equals(mailbox.key()))
                .flatMap(rule -> alternateOf(rule).stream())
                .findFirst();
    }

    /// What works and should not be left so, a sentence each.
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        Map<String, List<String>> byAlternate = new TreeMap<>();
        Map<String, Address> alternates = new LinkedHashMap<>();
        for (JournalRule rule : rules) {
            Optional<Address> alternate = alternateOf(rule);
            if (alternate.isEmpty()) {
                warnings.add("rule " + rule.name() + " has no alternate journaling mailbox: a report that cannot be"
                        + " delivered is kept here and nowhere else, until somebody sends it again");
            } else {
                byAlternate
                        .computeIfAbsent(alternate.get().key(), key -> new ArrayList<>())
                        .add(rule.name());
                alternates.putIfAbsent(alternate.get().key(), alternate.get());
            }
        }
        byAlternate.forEach((key, names) -> {
            if (names.size() > 1) {
                warnings.add("the alternate journaling mailbox " + alternates.get(key) + " is shared by the rules "
                        + String.join(", ", names) + ": whoever reads it sees the reports of all of them");
            }
        });
        return warnings;
    }
}
