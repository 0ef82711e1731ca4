package io.carteggio.archive.journaling;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Contact;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.journaling.RuleBook.Forwarding;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The journal rules, as all acts so far have made them. Safe for many threads.
public final class JournalRules {
    /// As Exchange has it (JOURNAL-FORMATS 8.6).
    private static final int NAME_CHARS = 64;

    private static final int FORWARDINGS = 1_000;

    /// They lie in the keyring, which is written anew with each segment.
    private static final int ESCROW_FILES = 200;

    private final Map<String, JournalRule> byName = new LinkedHashMap<>(); // guarded by this
    private final Map<String, Forwarding> forwardings = new TreeMap<>(); // guarded by this
    private Map<String, String> settings = Map.of(); // guarded by this
    private final Map<String, EscrowedKeys> escrow = new TreeMap<>(); // guarded by this
    private volatile RuleBook book = RuleBook.EMPTY;
    private volatile List<EscrowedKeys> escrowed = List.of();

    /// Takes an act into account. Others are ignored.
    public synchronized void apply(Act act) {
        switch (act) {
            case Act.JournalRuleSet a ->
                byName.put(
                        JournalRule.key(a.name()),
                        new JournalRule(
                                a.name(),
                                a.scope(),
                                a.recipient(),
                                a.mailbox(),
                                a.alternate(),
                                a.dedicated(),
                                a.enabled()));
            case Act.JournalRuleRemoved a -> byName.remove(JournalRule.key(a.name()));
            case Act.ForwardingSet a -> {
                if (a.to().isEmpty()) {
                    forwardings.remove(a.address().key());
                } else {
                    forwardings.put(a.address().key(), new Forwarding(a.address(), a.to(), a.copy()));
                }
            }
            case Act.AgentSet a -> settings = a.settings();
            case Act.EscrowKeysAdded a -> {
                escrow.put(a.name(), new EscrowedKeys(a.name(), a.form(), a.keys(), a.at()));
                escrowed = List.copyOf(escrow.values());
                return;
            }
            case Act.EscrowKeysRemoved a -> {
                escrow.remove(a.name());
                escrowed = List.copyOf(escrow.values());
                return;
            }
            case Act _ -> {
                return;
            }
        }
        book = new RuleBook(List.copyOf(byName.values()), forwardings, kept(settings));
    }

    /// What a later program may have set is not a reason to stop journaling.
    private static AgentSettings kept(Map<String, String> settings) {
        try {
            return AgentSettings.of(settings);
        } catch (IllegalArgumentException notOurs) {
            return settings.containsKey(AgentSettings.ALTERNATE)
                    ? AgentSettings.of(
                            Map.of(AgentSettings.ALTERNATE, settings.getOrDefault(AgentSettings.ALTERNATE, "")))
                    : AgentSettings.USUAL;
        }
    }

    /// All of them now.
    public RuleBook book() {
        return book;
    }

    /// What was set of the agent, by name.
    public synchronized Map<String, String> settings() {
        return settings;
    }

    /// The files of keys that are held in escrow, by name; the same list until that changes.
    public List<EscrowedKeys> escrowed() {
        return escrowed;
    }

    /// Says that keys are held in escrow; whoever calls has kept them.
    ///
    /// @throws IllegalArgumentException where there are keys of that name
    public void addEscrow(Acts acts, String by, EscrowedKeys keys) throws ArchiveException {
        checkEscrow(keys.name());
        acts.keep(new Act.EscrowKeysAdded(acts.now(), by, keys.name(), keys.form(), keys.keys()));
    }

    /// Whether keys may be held by that name.
    ///
    /// @throws IllegalArgumentException where not, with the reason
    public void checkEscrow(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9@._-]{0,63}")) {
            throw new IllegalArgumentException(
                    "a name is 1 to " + NAME_CHARS + " letters, digits, '.', '-', '_' and '@', not '" + name + "'");
        }
        if (escrowed.stream().anyMatch(known -> known.name().equals(name))) {
            throw new IllegalArgumentException("keys named " + name + " are held in escrow already");
        }
        if (escrowed.size() >= ESCROW_FILES) {
            throw new IllegalArgumentException(ESCROW_FILES + " files of keys are held in escrow, and no more can be");
        }
    }

    /// Says that keys are held no more; whoever calls forgets them then.
    ///
    /// @throws IllegalArgumentException where there are none of that name
    public void removeEscrow(Acts acts, String by, String name) throws ArchiveException {
        if (escrowed.stream().noneMatch(known -> known.name().equals(name))) {
            throw new IllegalArgumentException("no keys named " + name + " are held in escrow");
        }
        acts.keep(new Act.EscrowKeysRemoved(acts.now(), by, name));
    }

    /// What a rule is checked against.
    public record Around(Directory directory, Sources sources, Instant now) {}

    /// Adds a rule.
    ///
    /// @throws IllegalArgumentException where it must not be, with the reason
    public void add(Acts acts, String by, JournalRule rule, Around around) throws ArchiveException {
        checkNew(rule, around);
        keep(acts, by, rule);
    }

    /// Whether a rule may be added.
    ///
    /// @throws IllegalArgumentException where not, with the reason
    public void checkNew(JournalRule rule, Around around) {
        RuleBook now = book;
        if (now.named(rule.name()).isPresent()) {
            throw new IllegalArgumentException("there is a journal rule named "
                    + now.named(rule.name()).get().name() + " already");
        }
        if (now.rules().size() >= now.settings().limit()) {
            throw new IllegalArgumentException("there are " + now.rules().size()
                    + " journal rules, which is the limit that was set: see `rule settings --limit`");
        }
        check(rule, now, around);
    }

    /// Sets a rule of that name anew.
    ///
    /// @throws IllegalArgumentException where there is none, or it must not be so
    public void set(Acts acts, String by, JournalRule rule, Around around) throws ArchiveException {
        JournalRule before = known(rule.name());
        check(rule, book, around);
        keep(
                acts,
                by,
                new JournalRule(
                        before.name(),
                        rule.scope(),
                        rule.recipient(),
                        rule.mailbox(),
                        rule.alternate(),
                        rule.dedicated(),
                        rule.enabled()));
    }

    /// Puts a rule to work, or not.
    ///
    /// @throws IllegalArgumentException where there is none of that name
    public void enable(Acts acts, String by, String name, boolean enabled) throws ArchiveException {
        JournalRule rule = known(name);
        if (rule.enabled() != enabled) {
            keep(acts, by, rule.withEnabled(enabled));
        }
    }

    /// Removes a rule.
    ///
    /// @throws IllegalArgumentException where there is none of that name
    public void remove(Acts acts, String by, String name) throws ArchiveException {
        acts.keep(new Act.JournalRuleRemoved(acts.now(), by, known(name).name()));
    }

    private static void keep(Acts acts, String by, JournalRule rule) throws ArchiveException {
        acts.keep(new Act.JournalRuleSet(
                acts.now(),
                by,
                rule.name(),
                rule.scope(),
                rule.recipient(),
                rule.mailbox(),
                rule.alternate(),
                rule.dedicated(),
                rule.enabled()));
    }

    private JournalRule known(String name) {
        return book.named(name)
                .orElseThrow(() -> new IllegalArgumentException("there is no journal rule named " + name));
    }

    /// Sets how the agent works: all settings, in place of those before.
    ///
    /// @throws IllegalArgumentException where one makes no sense
    public void set(Acts acts, String by, Map<String, String> given, Around around) throws ArchiveException {
        AgentSettings next = AgentSettings.of(given);
        check(next, book, around);
        acts.keep(new Act.AgentSet(acts.now(), by, given));
    }

    /// Whether the agent may be set so.
    ///
    /// @throws IllegalArgumentException where not, with the reason
    public static void check(AgentSettings next, RuleBook book, Around around) {
        for (JournalRule rule : book.rules()) {
            if (next.alternate()
                    .filter(a -> a.key().equals(rule.mailbox().key()))
                    .isPresent()) {
                throw new IllegalArgumentException(rule.mailbox() + " is the journaling mailbox of rule " + rule.name()
                        + ": what does not reach it would go to itself");
            }
        }
        if (next.alternate().isPresent()
                && !next.alternate().equals(book.settings().alternate())) {
            checkAlternate(next.alternate().get(), around);
        }
    }

    /// Sets where mail for an address goes on to; nowhere where `to` is empty.
    ///
    /// @throws IllegalArgumentException where that makes no sense
    public void forward(Acts acts, String by, Forwarding forwarding) throws ArchiveException {
        if (forwarding.to().size() > FORWARDINGS) {
            throw new IllegalArgumentException("mail goes on to " + FORWARDINGS + " addresses at most; make a group");
        }
        if (forwarding.to().stream()
                .anyMatch(to -> to.key().equals(forwarding.address().key()))) {
            throw new IllegalArgumentException(
                    forwarding.address() + " would go on to itself: say that it keeps a copy instead");
        }
        acts.keep(new Act.ForwardingSet(acts.now(), by, forwarding.address(), forwarding.to(), forwarding.copy()));
    }

    /// Whether a rule may be.
    ///
    /// @throws IllegalArgumentException where not, with the reason
    public static void check(JournalRule rule, RuleBook book, Around around) {
        String name = rule.name();
        if (name.isBlank() || name.length() > NAME_CHARS || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a journal rule's name has 1 to " + NAME_CHARS + " characters");
        }
        checkRecipient(rule, around);
        checkMailbox(rule, book, around);
    }

    private static void checkRecipient(JournalRule rule, Around around) {
        if (rule.recipient().isEmpty()) {
            return;
        }
        boolean known = switch (rule.recipient().get()) {
            case Member.OfPerson(String id) -> around.directory().byId(id).isPresent();
            case Member.OfGroup(String id) -> around.directory().group(id).isPresent();
            case Member.OfAddress(Address address) -> {
                if (address.raw().indexOf('*') >= 0 || address.raw().startsWith("@")) {
                    throw new IllegalArgumentException("a rule is about one person, group or contact, never about '"
                            + address + "': leave the recipient out for everybody's mail, or make a group");
                }
                yield true;
            }
        };
        if (!known) {
            throw new IllegalArgumentException("the person or group of this rule is not in the directory");
        }
    }

    private static void checkMailbox(JournalRule rule, RuleBook book, Around around) {
        Address mailbox = rule.mailbox();
        String key = mailbox.key();
        Optional<Source> own = around.sources().at(mailbox);
        if (own.isPresent() && own.get().family() != Family.REPORT) {
            throw new IllegalArgumentException(
                    mailbox + " is the source " + own.get().name()
                            + " of this archive, which does not take journal reports but "
                            + own.get().family().word());
        }
        List<Address> alternates = new ArrayList<>();
        rule.alternate().ifPresent(alternates::add);
        book.settings().alternate().ifPresent(alternates::add);
        book.rules().forEach(other -> other.alternate().ifPresent(alternates::add));
        if (alternates.stream().anyMatch(alternate -> alternate.key().equals(key))) {
            throw new IllegalArgumentException(mailbox + " is an alternate journaling mailbox: what does not reach"
                    + " a journaling mailbox must find another one there");
        }
        if (rule.alternate().isPresent()) {
            String alternate = rule.alternate().get().key();
            if (book.rules().stream().anyMatch(other -> other.mailbox().key().equals(alternate))) {
                throw new IllegalArgumentException(
                        rule.alternate().get() + " is a journaling mailbox itself: it cannot stand in for one");
            }
        }
        rule.alternate().ifPresent(alternate -> checkAlternate(alternate, around));
        boolean somebodys = own.isEmpty() && isSomebodys(key, around);
        boolean recipient = rule.recipient()
                .map(member ->
                        member instanceof Member.OfAddress(Address a) && a.key().equals(key))
                .orElse(false);
        if (somebodys || recipient) {
            throw new IllegalArgumentException(
                    mailbox + " is somebody's address: the reports about her mail would come to herself");
        }
        if (own.isEmpty() && around.directory().isInside(mailbox) && !rule.dedicated()) {
            throw new IllegalArgumentException(mailbox + " lies in a domain of ours: mail to it would be journaled to"
                    + " itself. Where it is there for reports alone, say so (`--dedicated`)");
        }
    }

    /// What comes to an alternate mailbox is never journaled, and must be taken for what it is.
    private static void checkAlternate(Address alternate, Around around) {
        Optional<Source> own = around.sources().at(alternate);
        if (own.isPresent() && own.get().family() != Family.NDR) {
            throw new IllegalArgumentException(
                    alternate + " is the source " + own.get().name()
                            + " of this archive, which does not take returned reports (ndr) but "
                            + own.get().family().word());
        }
        if (own.isEmpty() && isSomebodys(alternate.key(), around)) {
            throw new IllegalArgumentException(alternate + " is somebody's address: mail to an alternate journaling"
                    + " mailbox is not journaled, so hers would not be");
        }
    }

    private static boolean isSomebodys(String key, Around around) {
        return !around.directory().holders(key, around.now()).isEmpty()
                || !around.directory().groupsAt(key, around.now()).isEmpty();
    }

    /// Whom a name or an address means as a rule's recipient: a person or group of the directory by name, id or
    /// address, a contact by its name, else an address.
    ///
    /// @throws IllegalArgumentException where it is none of them, or more than one
    public static Member recipient(String text, Directory directory, Instant now) {
        if (text.indexOf('*') >= 0) {
            throw new IllegalArgumentException("a rule is about one person, group or contact, never about '" + text
                    + "': leave the recipient out for everybody's mail, or make a group");
        }
        var person = directory.named(text, now);
        var group = directory.groupNamed(text, now);
        List<Contact> contacts = directory.contacts().stream()
                .filter(contact -> contact.gone().isEmpty() && contact.name().equalsIgnoreCase(text))
                .toList();
        int found = (person.isPresent() ? 1 : 0) + (group.isPresent() ? 1 : 0) + contacts.size();
        if (found > 1) {
            throw new IllegalArgumentException("'" + text + "' means more than one; give an address");
        }
        if (person.isPresent()) {
            return new Member.OfPerson(person.get().id());
        }
        if (group.isPresent()) {
            return new Member.OfGroup(group.get().id());
        }
        if (!contacts.isEmpty()) {
            return new Member.OfAddress(contacts.getFirst().holdings().stream()
                    .filter(holding -> holding.span().covers(now))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("the contact " + text + " has no address now"))
                    .address());
        }
        return new Member.OfAddress(AgentSettings.address(text));
    }
}
