package io.carteggio.server.web;

import static io.carteggio.server.web.ApiOperation.act;
import static io.carteggio.server.web.ApiOperation.look;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The operations that programs may call, with what they take and answer. No operation that reads letters is among
/// them, and none that takes long but the test of a connection, a synchronisation, and reading all of the quarantine
/// again. `ApiParametersTest` holds what is said here against what the operations ask for.
final class ApiOperations {
    private static final Shape NAME = Shape.NOTHING.text("name");
    private static final Shape ALL = Shape.NOTHING.flag("all~");
    private static final Shape SPAN = Shape.NOTHING.instant("from~", "to~");

    private ApiOperations() {}

    private static final List<ApiOperation> LIST = List.of(
            // ---- the books
            look("stats", "The books, which balance, and how large everything is.")
                    .gives(ApiShapes.BOOKS),
            look("alarm.list", "Alarms that stand; `all`: also those that are over.")
                    .takes(ALL)
                    .gives(ApiShapes.ALARM),
            look("gap.list", "Journal reports that are known to be missing; `all`: also those that are settled.")
                    .takes(ALL)
                    .gives(ApiShapes.GAP),
            look("ledger.show", "How far the ledger is signed, time-stamped and lodged.")
                    .gives(ApiShapes.LEDGER),
            look("text.show", "How far the text of attachments is read, and what could not be.")
                    .gives(ApiShapes.TEXTS),
            act("text.again", "Reads attachments once more that could not be read for one of these reasons.")
                    .takes(Shape.NOTHING.texts("why"))
                    .gives(ApiShapes.AGAIN),
            act("alarm.test", "Sends a test message to everybody who would be told of an alarm.")
                    .gives(ApiShapes.CHANNEL),
            look("watch.show", "Who is told, where alarms begin, and the test messages.")
                    .gives(ApiShapes.WATCHING),
            act("watch.set", "Sets one of them anew; without settings: no longer.")
                    .takes(Shape.NOTHING
                            .word("subject", "mail", "webhook", "limits", "canary", "alternate-canary")
                            .textsByName("settings~"))
                    .withSecrets()
                    .gives(ApiShapes.WATCHING),
            look("canary.show", "How the last test messages fared.").gives(ApiShapes.CANARY),
            act("canary.run", "Sends a test message; waits until it is back unless `noWait`.")
                    .takes(Shape.NOTHING.flag("alternate~", "noWait~"))
                    .gives(ApiShapes.FLIGHT),
            act("gap.close", "Answers for a report that will not come.")
                    .takes(Shape.NOTHING.number("gap").text("reason"))
                    .gives(ApiShapes.GAP_CLOSED),
            look("health.show", "How everything stands, then what is wrong, the most urgent first.")
                    .gives(ApiShapes.HEALTH, ApiShapes.FINDING),
            look("backup.show", "The last backups, and whether another is due.").gives(ApiShapes.BACKUPS),
            look("retention.show", "How long letters are kept at least and at most, and copies of the keyring at most.")
                    .ofOverseers()
                    .gives(ApiShapes.RETENTION),
            look(
                            "erasure.list",
                            "Erasures that copies of the keyring may still undo, the newest first, each with the instant from which none can; `all`: also the others.")
                    .takes(ALL)
                    .ofOverseers()
                    .gives(ApiShapes.ERASURE),
            look("key.show", "What opens the archive; never a key.").gives(ApiShapes.KEY),
            act("key.renew", "Puts a new master key in the place of the old one's file.")
                    .onlyInPerson()
                    .gives(ApiShapes.KEY),

            // ---- the journaling agent
            look("rule.list", "The journal rules, and how they fare.").gives(ApiShapes.RULE),
            look("rule.show", "One of them.").takes(NAME).gives(ApiShapes.RULE),
            act("rule.add", "A new rule. `mailbox` is an address, or a source of this archive by its name.")
                    .takes(NAME.text("mailbox", "scope~", "recipient~", "alternate~")
                            .flag("dedicated~", "disabled~"))
                    .gives(ApiShapes.RULE),
            act("rule.set", "Changes a rule; what is not given stays, an empty `recipient` or `alternate` is none.")
                    .takes(NAME.text("mailbox~", "scope~", "recipient~", "alternate~")
                            .flag("dedicated~"))
                    .gives(ApiShapes.RULE),
            act("rule.enable", "Puts a rule to work.").takes(NAME).gives(ApiShapes.RULE),
            act("rule.disable", "Stops a rule.").takes(NAME).gives(ApiShapes.RULE),
            act("rule.remove", "A rule is no more; what it journaled stays.")
                    .takes(NAME)
                    .gives(ApiShapes.REMOVED),
            look(
                            "rule.test",
                            "What the rules say to a message, and which reports would be made. Nothing is sent. With `mailbox`, another rule is among them, in the place of the one that `rule` names.")
                    .takes(Shape.NOTHING
                            .text("from~")
                            .texts("to", "headerTo~", "headerCc~")
                            .flag("authenticated~", "ownSystem~")
                            .text("rule~", "mailbox~", "scope~", "recipient~", "alternate~")
                            .flag("dedicated~"))
                    .gives(ApiShapes.NEVER, ApiShapes.VERDICT, ApiShapes.REPORT),
            look(
                            "rule.past",
                            "What rules would have caught of the letters of the last days: all, the one that `rule` names, or one that is given by `mailbox` and is not yet added.")
                    .takes(Shape.NOTHING
                            .number("days", "most~")
                            .text("rule~", "mailbox~", "scope~", "recipient~", "alternate~")
                            .flag("dedicated~", "progress~"))
                    .gives(ApiShapes.LOOKED, ApiShapes.CAUGHT, ApiShapes.PAST),
            act("rule.settings", "How the agent works; with `settings` sets those, empty ones back to the usual.")
                    .takes(Shape.NOTHING.textsByName("settings~"))
                    .gives(ApiShapes.AGENT),
            act("rule.forward", "Where mail goes on to; with `address` sets that, nowhere without `to`.")
                    .takes(Shape.NOTHING.text("address~").texts("to~").flag("copy~"))
                    .gives(ApiShapes.FORWARDING),
            look(
                            "rule.queue",
                            "Mailboxes that are in the way of reports, reports that are not delivered, and how many.")
                    .takes(Shape.NOTHING.number("after~", "limit~").text("state~"))
                    .gives(ApiShapes.IN_THE_WAY, ApiShapes.BACKLOG, ApiShapes.QUEUED, ApiShapes.QUEUE),
            act("rule.again", "Sends reports again that were returned or reached nobody: `ids`, or `all`.")
                    .takes(Shape.NOTHING.numbers("ids~").flag("all~"))
                    .gives(ApiShapes.REPORTS_AGAIN),
            act("rule.resume", "Tries a mailbox that is in the way, and all that waits for it, now.")
                    .takes(Shape.NOTHING.text("mailbox"))
                    .gives(ApiShapes.RESUMED),

            // ---- sources and jobs
            look("source.list", "The places that mail comes from.").gives(ApiShapes.SOURCE_ROW),
            look("source.show", "One source with its settings.").takes(NAME).gives(ApiShapes.SOURCE),
            act(
                            "source.add",
                            "Makes a journaling address. `smtp` is an address, or `@` and a domain, or `@` alone: then one is made up that nobody can guess.")
                    .takes(Shape.NOTHING
                            .text("name", "smtp", "family~")
                            .texts("headers~")
                            .textsByName("settings~"))
                    .gives(ApiShapes.SOURCE),
            act("source.fetch", "Makes a source whose mail is fetched from a mailbox of another server.")
                    .takes(Shape.NOTHING.text("name", "protocol", "family~").textsByName("settings~"))
                    .withSecrets()
                    .gives(ApiShapes.SOURCE),
            act("source.set", "Changes settings of a source; an empty one is taken away.")
                    .takes(NAME.text("family~").textsByName("settings~"))
                    .withSecrets()
                    .gives(ApiShapes.SOURCE),
            act("source.remove", "No more mail comes from this source; what came stays.")
                    .takes(NAME)
                    .gives(ApiShapes.REMOVED),
            act("source.test", "Tries the connection to a mailbox, step by step.")
                    .takes(NAME)
                    .gives(ApiShapes.STEP),
            look("source.networks", "Lists of networks that sources may name.").gives(ApiShapes.NETWORKS),
            look("job.list", "What runs by itself.").gives(ApiShapes.JOB),
            look("job.show", "One job.").takes(NAME).gives(ApiShapes.JOB),
            look("job.history", "The runs of a job, the newest first.")
                    .takes(NAME.number("limit~"))
                    .gives(ApiShapes.RUN),
            act("job.start", "Begins a run, and does not wait for its end.")
                    .takes(NAME)
                    .gives(ApiShapes.JOB),
            act("job.pause", "Lets a job rest.").takes(NAME).gives(ApiShapes.JOB),
            act("job.resume", "Ends the rest of a job.").takes(NAME).gives(ApiShapes.JOB),
            act("job.cancel", "Ends the run that is going on.").takes(NAME).gives(ApiShapes.JOB),

            // ---- the quarantine
            look("quarantine.list", "Mail in quarantine, the oldest first: envelope and reason.")
                    .takes(Shape.NOTHING.flag("left~", "notices~"))
                    .gives(ApiShapes.QUARANTINED),
            look("quarantine.show", "One mail in quarantine, and why it would stay today.")
                    .takes(Shape.NOTHING.number("arrival"))
                    .gives(ApiShapes.QUARANTINED),
            act("quarantine.retry", "Reads mail again as today: the arrivals named, or `all`.")
                    .takes(Shape.NOTHING.numbers("arrivals~").flag("all~"))
                    .gives(ApiShapes.DECIDED),
            act("quarantine.release", "Accepts a mail that a person looked at.")
                    .takes(Shape.NOTHING.number("arrival").text("why").flag("asLetter~"))
                    .gives(ApiShapes.DECIDED),
            act("quarantine.discard", "Closes a mail that is of no use, with a reason.")
                    .takes(Shape.NOTHING.number("arrival").text("why"))
                    .gives(ApiShapes.DECIDED),

            // ---- people, contacts, groups, domains
            look(
                            "person.list",
                            "Everyone; `at`: who held an address at that instant; `known`: as it was known at that instant.")
                    .takes(Shape.NOTHING.instant("at~", "known~"))
                    .gives(ApiShapes.PERSON),
            look("person.show", "A person or contact: what counts as hers when, and by way of which groups.")
                    .takes(Shape.NOTHING.text("person").instant("at~"))
                    .gives(ApiShapes.PERSON, ApiShapes.CONTACT),
            act("person.add", "A new person with addresses, which count from and to these instants.")
                    .takes(NAME.text("role~").texts("addresses~").and(SPAN))
                    .gives(ApiShapes.PERSON),
            act("person.rename", "Another name for a person.")
                    .takes(Shape.NOTHING.text("person", "name"))
                    .gives(ApiShapes.PERSON, ApiShapes.CONTACT),
            act("person.give", "Addresses of a person, which count from and to these instants.")
                    .takes(Shape.NOTHING.text("person").texts("addresses").and(SPAN))
                    .gives(ApiShapes.PERSON, ApiShapes.CONTACT),
            act("person.end", "Addresses are no longer hers from `at` on; `wrong`: they never were.")
                    .takes(Shape.NOTHING
                            .text("person")
                            .texts("addresses")
                            .instant("at~")
                            .flag("wrong~"))
                    .gives(ApiShapes.PERSON, ApiShapes.CONTACT),
            act("person.gone", "She left.")
                    .takes(Shape.NOTHING.text("person").instant("at~"))
                    .gives(ApiShapes.PERSON, ApiShapes.CONTACT),
            act("person.return", "She is back.")
                    .takes(Shape.NOTHING.text("person"))
                    .gives(ApiShapes.PERSON, ApiShapes.CONTACT),
            act("person.merge", "Two are one.")
                    .takes(Shape.NOTHING.text("person", "into"))
                    .gives(ApiShapes.PERSON, ApiShapes.CONTACT),
            act("person.split", "One is two: some addresses are of a new person.")
                    .takes(Shape.NOTHING.text("person", "name").texts("addresses"))
                    .gives(ApiShapes.PERSON, ApiShapes.CONTACT),
            look("contact.list", "Contacts: people of elsewhere.").gives(ApiShapes.CONTACT),
            act("contact.add", "A new contact.").takes(NAME.texts("addresses")).gives(ApiShapes.CONTACT),
            look("group.list", "Groups, each with how many members it has.").gives(ApiShapes.GROUP_ROW),
            look("group.show", "One group, with everyone in it at that instant.")
                    .takes(Shape.NOTHING.text("group").instant("at~"))
                    .gives(ApiShapes.GROUP),
            act("group.add", "A new group.")
                    .takes(NAME.texts("addresses~").and(SPAN))
                    .gives(ApiShapes.GROUP),
            act("group.member", "Members of a group; `end`: no longer; `wrong`: never.")
                    .takes(Shape.NOTHING
                            .text("group")
                            .texts("members")
                            .and(SPAN)
                            .instant("at~")
                            .flag("end~", "wrong~"))
                    .gives(ApiShapes.GROUP),
            act("group.rename", "Another name for a group.")
                    .takes(Shape.NOTHING.text("group", "name"))
                    .gives(ApiShapes.GROUP),
            act("group.give", "Addresses of a group.")
                    .takes(Shape.NOTHING.text("group").texts("addresses").and(SPAN))
                    .gives(ApiShapes.GROUP),
            act("group.end", "Addresses are no longer the group's.")
                    .takes(Shape.NOTHING
                            .text("group")
                            .texts("addresses")
                            .instant("at~")
                            .flag("wrong~"))
                    .gives(ApiShapes.GROUP),
            act("group.remove", "The group is no more.")
                    .takes(Shape.NOTHING.text("group").instant("at~"))
                    .gives(ApiShapes.GROUP),
            act("group.return", "The group is there again.")
                    .takes(Shape.NOTHING.text("group"))
                    .gives(ApiShapes.GROUP),
            look("domain.list", "The domains whose mail is ours.").gives(ApiShapes.DOMAIN),
            act("domain.add", "A domain of ours; the answer has all of them.")
                    .takes(Shape.NOTHING.text("domain", "kind~").flag("subdomains~"))
                    .gives(ApiShapes.DOMAIN),
            act("domain.remove", "No longer a domain of ours; the answer has all that are left.")
                    .takes(Shape.NOTHING.text("domain"))
                    .gives(ApiShapes.DOMAIN),
            look("unknown.list", "Letters that nobody owns, by address, with a guess whose they are; first the sums.")
                    .takes(Shape.NOTHING
                            .flag("all~")
                            .texts("kinds~")
                            .text("domain~")
                            .number("limit~"))
                    .gives(ApiShapes.UNKNOWN, ApiShapes.SUGGESTION),
            act(
                            "unknown.assign",
                            "Gives addresses to a person, or each address of some kinds to whom it seems to be of; `dryRun`: only says so.")
                    .takes(Shape.NOTHING
                            .text("person~")
                            .texts("addresses~", "kinds~")
                            .and(SPAN)
                            .flag("dryRun~"))
                    .gives(ApiShapes.GIVEN),

            // ---- synchronisation
            look("sync.list", "The directories that people are synchronised with.")
                    .gives(ApiShapes.SYNC),
            look("sync.show", "One of them.").takes(NAME).gives(ApiShapes.SYNC),
            act("sync.add", "A directory to synchronise with; not a file, which is named at the machine.")
                    .takes(NAME.text("protocol").textsByName("settings~"))
                    .withSecrets()
                    .gives(ApiShapes.SYNC),
            act("sync.set", "Changes settings; an empty one is taken away.")
                    .takes(NAME.textsByName("settings~"))
                    .withSecrets()
                    .gives(ApiShapes.SYNC),
            act("sync.remove", "Synchronises with it no longer; people stay.")
                    .takes(NAME)
                    .gives(ApiShapes.REMOVED),
            act("person.sync", "Synchronises with one, or with all; `dryRun`: only says what would change.")
                    .takes(Shape.NOTHING.text("name~").flag("dryRun~", "confirm~"))
                    .gives(ApiShapes.CHANGE, ApiShapes.REMARK, ApiShapes.SYNCED),

            // ---- rights
            look("role.list", "Who may do what; `all`: also what ended.")
                    .takes(ALL)
                    .ofOverseers()
                    .gives(ApiShapes.GRANT),
            act(
                            "role.grant",
                            "Gives a role. An auditor's may be bound to people (`whose`; `everyone`) and to letters `from` and `to`.")
                    .takes(Shape.NOTHING
                            .text("person", "role", "reason")
                            .instant("until~")
                            .texts("whose~")
                            .and(SPAN))
                    .onlyInPerson()
                    .gives(ApiShapes.GRANT),
            act("role.withdraw", "Takes a role away.")
                    .takes(Shape.NOTHING.text("grant", "reason"))
                    .onlyInPerson()
                    .gives(ApiShapes.GRANT),
            look("approval.list", "What waits for a second person; `all`: also what is over.")
                    .takes(ALL)
                    .ofOverseers()
                    .gives(ApiShapes.ASKED),
            look("approval.show", "One request, with exactly what is to be done.")
                    .takes(Shape.NOTHING.text("request"))
                    .ofOverseers()
                    .gives(ApiShapes.ASKED),
            act("approval.approve", "Approves a request of somebody else.")
                    .takes(Shape.NOTHING.text("request", "reason"))
                    .ofOverseers()
                    .onlyInPerson()
                    .gives(ApiShapes.ASKED),
            act("approval.refuse", "Refuses a request.")
                    .takes(Shape.NOTHING.text("request", "reason"))
                    .ofOverseers()
                    .onlyInPerson()
                    .gives(ApiShapes.ASKED),
            look("mode.show", "Whether what is dangerous takes two.")
                    .ofOverseers()
                    .gives(ApiShapes.MODE),
            act("mode.set", "Whether what is dangerous takes two.")
                    .takes(Shape.NOTHING.word("mode", "two-person", "single").text("reason"))
                    .ofOverseers()
                    .onlyInPerson()
                    .gives(ApiShapes.MODE),
            look(
                            "audit.list",
                            "The audit trail, the newest first; last a line with `next`, to be given as `before`, where there is more.")
                    .takes(Shape.NOTHING
                            .number("limit~", "before~")
                            .text("who~", "what~", "object~", "text~")
                            .instant("since~", "until~"))
                    .ofOverseers()
                    .gives(ApiShapes.ENTRY, ApiShapes.NEXT),
            look("access.review", "Everyone with rights, and every account of the archive elsewhere.")
                    .ofOverseers()
                    .gives(ApiShapes.RIGHT, ApiShapes.REVIEW),
            act("access.sign", "The same, and that it was looked at; the next one is due in `days`.")
                    .takes(Shape.NOTHING.text("reason").number("days~"))
                    .ofOverseers()
                    .onlyInPerson()
                    .gives(ApiShapes.RIGHT, ApiShapes.REVIEW),
            look("token.list", "Tokens of programs; `all`: also those that ended.")
                    .takes(ALL)
                    .gives(ApiShapes.TOKEN),
            act("token.add", "A token for who asks. The answer has its `secret`, which nobody is told again.")
                    .takes(NAME.texts("scopes").instant("expires"))
                    .onlyInPerson()
                    .gives(ApiShapes.TOKEN),
            act("token.revoke", "Ends a token.")
                    .takes(Shape.NOTHING.text("token"))
                    .onlyInPerson()
                    .gives(ApiShapes.REVOKED),

            // ---- logging in
            look("login.show", "How people log in besides by a password here.")
                    .takes(Shape.NOTHING.word("subject~", "oidc", "ldap", "password", "passkey"))
                    .gives(ApiShapes.WAY, ApiShapes.ACCOUNTS),
            act("login.set", "Changes settings of a way to log in; `off`: no longer that way.")
                    .takes(Shape.NOTHING
                            .word("subject", "oidc", "ldap", "password", "passkey")
                            .textsByName("settings~")
                            .flag("off~"))
                    .withSecrets()
                    .onlyInPerson()
                    .gives(ApiShapes.WAY, ApiShapes.WAY_OFF),
            act("login.test", "Tries a way to log in, step by step.")
                    .takes(Shape.NOTHING
                            .word("subject", "oidc", "ldap", "password", "passkey")
                            .text("redirect~", "account~"))
                    .gives(ApiShapes.STEP),
            act("login.forget", "Forgets which accounts elsewhere are a person's.")
                    .takes(Shape.NOTHING.text("person"))
                    .onlyInPerson()
                    .gives(ApiShapes.FORGOTTEN));

    private static final Map<String, ApiOperation> BY_NAME = LIST.stream()
            .collect(Collectors.toMap(
                    ApiOperation::name,
                    o -> o,
                    (one, other) -> {
                        throw new IllegalStateException("twice: " + one.name());
                    },
                    LinkedHashMap::new));

    static List<ApiOperation> all() {
        return LIST;
    }

    static Optional<ApiOperation> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    static Set<String> names() {
        return Set.copyOf(BY_NAME.keySet());
    }
}
