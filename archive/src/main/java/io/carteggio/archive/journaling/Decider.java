package io.carteggio.archive.journaling;

import io.carteggio.archive.attribution.Contact;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.journaling.Decision.Reason;
import io.carteggio.archive.journaling.Decision.Report;
import io.carteggio.archive.journaling.Decision.Verdict;
import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Decides which messages are journaled: a function of the message, the directory, the rules and an instant, as
/// `docs/journaling.md` has it in a table (JOURNAL-FORMATS 8.2 to 8.4). What a rule's recipient means is worked
/// out once, so one of these is used for many messages of about the same time. Immutable; safe for many
/// threads.
public final class Decider {
    private final Directory directory;
    private final RuleBook book;
    private final Instant at;
    private final Set<String> forReports;

    /// By rule: the keys of all addresses that its recipient has. None for a rule about everybody.
    private final Map<JournalRule, Set<String>> whose = new HashMap<>();

    public Decider(Directory directory, RuleBook book, Instant at) {
        this.directory = directory;
        this.book = book;
        this.at = at;
        this.forReports = book.forReports();
        for (JournalRule rule : book.rules()) {
            rule.recipient().ifPresent(recipient -> whose.put(rule, keys(recipient)));
        }
    }

    /// Decides about one message.
    public Decision decide(Submission mail) {
        if (mail.ownReport()) {
            return never("it is a journal report of this agent");
        }
        if (!mail.rcptTo().isEmpty() && mail.rcptTo().stream().allMatch(to -> forReports.contains(to.key()))) {
            return never("it goes to journaling mailboxes alone");
        }
        boolean senderInside =
                mail.mailFrom().map(directory::isInside).orElse(mail.authenticated() || mail.ownSystem());
        return decided(new Envelope(mail.mailFrom(), onBehalfOf(mail), recipients(mail)), senderInside);
    }

    /// Decides about a message that went its way already, by who sent it and who got it in the end: nobody is
    /// looked for behind a group or a forwarding any more. The null sender counts as outside.
    public Decision decide(Envelope came) {
        if (!came.recipients().isEmpty()
                && came.recipients().stream()
                        .allMatch(one -> forReports.contains(one.address().key()))) {
            return never("it goes to journaling mailboxes alone");
        }
        return decided(came, came.sender().filter(directory::isInside).isPresent());
    }

    private Decision decided(Envelope mail, boolean senderInside) {
        List<Recipient> all = mail.recipients();
        List<Recipient> inside = new ArrayList<>();
        List<Recipient> outside = new ArrayList<>();
        all.forEach(one -> (directory.isInside(one.address()) ? inside : outside).add(one));
        List<Verdict> verdicts = new ArrayList<>();
        Map<String, Draft> drafts = new LinkedHashMap<>();
        for (JournalRule rule : book.rules()) {
            List<Recipient> about = switch (rule.scope()) {
                case GLOBAL -> all;
                case INTERNAL -> senderInside ? inside : List.of();
                case EXTERNAL -> senderInside ? outside : all;
            };
            Verdict verdict = verdict(rule, mail.sender(), about, senderInside);
            verdicts.add(verdict);
            if (verdict.fires()) {
                drafts.computeIfAbsent(rule.mailbox().key(), key -> new Draft(rule.mailbox()))
                        .add(rule, about);
            }
        }
        List<Report> reports = new ArrayList<>();
        for (Draft draft : drafts.values()) {
            reports.add(new Report(
                    draft.mailbox,
                    draft.rules,
                    new Envelope(
                            mail.sender(),
                            mail.onBehalfOf(),
                            all.stream().filter(draft.recipients::contains).toList()),
                    draft.rules.stream()
                            .flatMap(rule -> book.alternateOf(rule).stream())
                            .findFirst()));
        }
        return new Decision(Optional.empty(), verdicts, reports);
    }

    private static Decision never(String why) {
        return new Decision(Optional.of(why), List.of(), List.of());
    }

    private static final class Draft {
        private final Address mailbox;
        private final List<JournalRule> rules = new ArrayList<>();
        private final Set<Recipient> recipients = new HashSet<>();

        Draft(Address mailbox) {
            this.mailbox = mailbox;
        }

        void add(JournalRule rule, List<Recipient> about) {
            rules.add(rule);
            recipients.addAll(about);
        }
    }

    private Verdict verdict(JournalRule rule, Optional<Address> sender, List<Recipient> about, boolean senderInside) {
        if (!rule.enabled()) {
            return new Verdict(rule, Reason.DISABLED);
        }
        if (about.isEmpty()) {
            return new Verdict(
                    rule,
                    switch (rule.scope()) {
                        case GLOBAL -> Reason.NO_RECIPIENT;
                        case INTERNAL -> senderInside ? Reason.ALL_OUTSIDE : Reason.SENDER_OUTSIDE;
                        case EXTERNAL -> Reason.ALL_INSIDE;
                    });
        }
        if (rule.recipient().isEmpty()) {
            return new Verdict(rule, Reason.EVERYBODY);
        }
        Set<String> keys = whose.getOrDefault(rule, Set.of());
        if (sender.filter(from -> keys.contains(from.key())).isPresent()) {
            return new Verdict(rule, Reason.SENT);
        }
        Optional<Address> got = about.stream()
                .filter(one -> keys.contains(one.address().key())
                        || one.forwarded().filter(by -> keys.contains(by.key())).isPresent())
                .map(Recipient::address)
                .findFirst();
        return new Verdict(rule, got.isPresent() ? Reason.GOT : Reason.NEITHER, got);
    }

    /// Who gets it in the end. Whom somebody wrote to who has logged in is told by the header; of anybody
    /// else's mail the header proves nothing.
    private List<Recipient> recipients(Submission mail) {
        Set<String> seen = new HashSet<>();
        List<Recipient> addressed = new ArrayList<>();
        for (Address to : mail.rcptTo()) {
            if (seen.add(to.key())) {
                addressed.add(new Recipient(Role.RECIPIENT, to));
            }
        }
        List<Recipient> said = mail.authenticated() ? roles(mail, addressed) : addressed;
        return new Expansion(directory, book.forwardings(), at).of(said);
    }

    /// A blind copy is also whoever was written to where the header names nobody at all.
    private static List<Recipient> roles(Submission mail, List<Recipient> addressed) {
        boolean named = !mail.people().to().isEmpty() || !mail.people().cc().isEmpty();
        return named
                ? mail.people().withRoles(addressed)
                : addressed.stream()
                        .map(one -> new Recipient(Role.BCC, one.address()))
                        .toList();
    }

    /// For whom a delegate sent: she has logged in and is named as the sender, another as the author (RFC 5322, 3.6.2).
    private static Optional<Address> onBehalfOf(Submission mail) {
        Optional<Address> agent = mail.people().sender().stream().findFirst();
        Optional<Address> author = mail.people().from().stream().findFirst();
        boolean delegate = mail.authenticated()
                && agent.isPresent()
                && mail.mailFrom()
                        .filter(from -> from.key().equals(agent.get().key()))
                        .isPresent();
        return delegate
                ? author.filter(address -> !address.key().equals(agent.get().key()))
                : Optional.empty();
    }

    private Set<String> keys(Member recipient) {
        Set<String> keys = new HashSet<>();
        switch (recipient) {
            case Member.OfPerson(String id) -> directory.byId(id).ifPresent(person -> addKeys(person, keys));
            case Member.OfGroup(String id) ->
                directory.group(id).ifPresent(group -> addMembers(group, new LinkedHashSet<>(), keys));
            case Member.OfAddress(Address address) -> addAddress(address, keys);
        }
        return keys;
    }

    private void addKeys(Person person, Set<String> keys) {
        directory.tenures(person).stream()
                .filter(tenure -> tenure.covers(at))
                .forEach(tenure -> keys.add(tenure.addressKey()));
    }

    private void addMembers(Group group, Set<String> seen, Set<String> keys) {
        if (!seen.add(group.id())) {
            return;
        }
        for (Membership membership : group.members()) {
            if (!membership.span().covers(at)) {
                continue;
            }
            switch (membership.member()) {
                case Member.OfPerson(String id) -> directory.byId(id).ifPresent(person -> addKeys(person, keys));
                case Member.OfGroup(String id) -> directory.group(id).ifPresent(inner -> addMembers(inner, seen, keys));
                case Member.OfAddress(Address address) -> {
                    addAddress(address, keys);
                    directory.groupsAt(address.key(), at).forEach(inner -> addMembers(inner, seen, keys));
                }
            }
        }
    }

    /// The address, and all others of whoever has it: a person, or a contact.
    private void addAddress(Address address, Set<String> keys) {
        keys.add(address.key());
        keys.addAll(directory.aliases(address.key(), at));
        for (Contact contact : directory.contacts()) {
            List<Address> all = Expansion.addressesAt(contact, at);
            if (contact.gone().isEmpty()
                    && all.stream().anyMatch(one -> one.key().equals(address.key()))) {
                all.forEach(one -> keys.add(one.key()));
            }
        }
    }
}
