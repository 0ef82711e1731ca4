package io.carteggio.server.web;

/// What the lines of operations have in them. The operations make them in `server.command`; `ApiAnswersTest` holds what
/// they make against this.
final class ApiShapes {
    private static final Shape COUNTS = Shape.NOTHING.number(
            "unknown",
            "fetched",
            "letters",
            "evidence",
            "notices",
            "quarantined",
            "discarded",
            "vanished",
            "unreadable",
            "left",
            "removed",
            "bytes");

    static final Shape RUN = Shape.named("Run")
            .number("run")
            .text("job", "by")
            .instant("started", "ended?")
            .text("outcome", "reason?")
            .and(COUNTS);
    private static final Shape PROGRESS = Shape.named("Progress")
            .number("run")
            .flag("progress")
            .instant("started")
            .text("stage")
            .and(COUNTS);
    private static final Shape FILL = Shape.named("MailboxFill")
            .number("mails", "usedBytes?", "limitBytes?")
            .instant("oldest?", "at")
            .text("alarm?");
    static final Shape JOB = Shape.named("Job")
            .text("name", "protocol?", "schedule")
            .word("state", "running", "paused", "failing", "listening", "waiting")
            .flag("paused")
            .number("failures")
            .flag("alarm")
            .instant("failingSince?")
            .text("trouble?")
            .instant("next?", "lastSuccess?")
            .one("lastRun?", RUN)
            .one("mailbox?", FILL)
            .one("progress~", PROGRESS);

    private static final Shape HOLDING =
            Shape.named("HeldAddress").text("address").instant("from?", "to?").text("origin?");
    private static final Shape HOLDER = Shape.NOTHING
            .text("id", "name")
            .instant("gone?")
            .text("origin?")
            .texts("syncs")
            .list("addresses", HOLDING);
    private static final Shape TENURE = Shape.named("CountedAddress")
            .text("address")
            .instant("from?", "to?")
            .flag("throughGroup");
    static final Shape PERSON = Shape.named("Person")
            .and(HOLDER)
            .text("role")
            .texts("roles")
            .flag("password", "locked")
            .texts("held~", "groups~")
            .list("counts~", TENURE);
    static final Shape CONTACT = Shape.named("Contact").and(HOLDER).flag("contact");
    private static final Shape MEMBER = Shape.named("GroupMember")
            .word("kind", "person", "group", "address")
            .text("name")
            .instant("from?", "to?")
            .text("origin?");
    static final Shape GROUP = Shape.named("Group")
            .and(HOLDER)
            .flag("dynamic")
            .list("members", MEMBER)
            .instant("at")
            .texts("everyone");
    static final Shape GROUP_ROW =
            Shape.named("GroupRow").and(HOLDER).flag("dynamic").number("members");
    static final Shape DOMAIN = Shape.named("Domain")
            .text("domain")
            .word("kind", "authoritative", "internal-relay")
            .flag("subdomains");

    static final Shape GRANT = Shape.named("Grant")
            .text("grant", "role", "person", "name", "by")
            .instant("at", "until?")
            .text("reason?")
            .texts("whose~")
            .instant("from~?", "to~?")
            .flag("inForce")
            .instant("withdrawn~")
            .text("withdrawnBy~", "withdrawnFor~");
    static final Shape ASKED = Shape.named("ApprovalRequest")
            .text("request")
            .word("state", "open", "approved", "refused", "expired", "used")
            .text("operation", "object", "by", "reason?")
            .instant("at", "expires", "used?")
            .text("decidedBy~", "decidedFor~", "params~")
            .instant("decidedAt~");
    static final Shape MODE =
            Shape.named("Mode").word("mode", "two-person", "single").texts("approvers");
    static final Shape ENTRY =
            Shape.named("AuditEntry").number("number").instant("at").text("by", "from?", "what", "object", "reason?");
    static final Shape NEXT = Shape.named("NextAuditPage").number("next");
    static final Shape RETENTION = Shape.named("Retention").number("copiesKeptDays", "minimumDays?", "maximumDays?");
    static final Shape ERASURE = Shape.named("Erasure")
            .number("act", "records")
            .instant("erasedAt", "everywhereFrom")
            .text("by", "reason")
            .flag("complete");
    static final Shape RIGHT = Shape.named("Right").text("kind", "whose", "what");
    static final Shape REVIEW =
            Shape.named("Review").instant("reviewed?", "due?").text("reviewedBy?");
    static final Shape TOKEN = Shape.named("Token")
            .text("token", "name", "person", "of", "by")
            .instant("at", "expires", "revoked?")
            .texts("scopes")
            .text("secret~");
    static final Shape REVOKED = Shape.named("RevokedToken").text("revoked");

    private static final Shape ACCOUNT =
            Shape.named("OutsideAccount").text("person", "issuer", "account").instant("since");
    static final Shape WAY =
            Shape.named("LogInWay").text("subject").textsByName("settings").texts("secrets");
    static final Shape WAY_OFF = Shape.named("LogInWayOff").text("subject").flag("off");
    static final Shape ACCOUNTS = Shape.named("OutsideAccounts").list("accounts", ACCOUNT);
    static final Shape FORGOTTEN =
            Shape.named("ForgottenAccounts").text("person").number("forgotten");
    static final Shape STEP = Shape.named("TrialStep")
            .text("step")
            .word("result", "ok", "failed", "skipped")
            .text("detail")
            .texts("warnings~");

    static final Shape SOURCE_ROW = Shape.named("SourceRow")
            .text("name", "address?", "family", "protocol?")
            .texts("headers~");
    static final Shape SOURCE = Shape.named("Source")
            .text("name", "address?", "family", "protocol~?")
            .texts("headers~", "secrets~", "warnings")
            .textsByName("settings");
    static final Shape NETWORKS = Shape.named("NetworkList")
            .text("name", "date", "origin", "file", "fault?")
            .texts("networks", "sources");
    static final Shape REMOVED = Shape.named("Removed").text("name").flag("removed");

    static final Shape SYNC = Shape.named("Synchronisation")
            .text("name", "protocol", "job")
            .textsByName("settings")
            .texts("secrets");
    static final Shape CHANGE =
            Shape.named("DirectoryChange").text("change", "kind", "who", "what").instant("from?");
    static final Shape REMARK = Shape.named("DirectoryRemark").text("remark");
    static final Shape SYNCED = Shape.named("SynchronisationResult")
            .text("sync", "summary", "needsConfirmation?")
            .flag("dryRun")
            .numbersByName("counts")
            .number("known", "vanishing");

    private static final Shape LEFT =
            Shape.named("LeftQuarantine").number("arrival").instant("at?").text("by?", "why?", "source?", "reason?");
    static final Shape QUARANTINED = Shape.named("QuarantinedMail")
            .number("arrival", "bytes~")
            .text("disposition", "reason?", "source~", "mailFrom~?")
            .instant("arrived~")
            .one("left~", LEFT)
            .text("family~", "peer~?", "helo~?", "tls~?", "item~?", "today~?")
            .texts("rcptTo~", "warnings~");
    static final Shape DECIDED = Shape.named("QuarantineDecision")
            .number("arrival", "now~", "fresh~")
            .word("result", "out", "already", "stays", "unknown")
            .text("disposition~", "reason~?")
            .texts("letters~");

    static final Shape TEXTS = Shape.named("AttachmentText")
            .flag("reading")
            .text("reader", "notice~", "trouble~")
            .number("waiting", "outdated", "notFullySearched", "again~")
            .numbersByName("unsearched", "sinceStart~", "readers~");
    static final Shape AGAIN = Shape.named("ReadAgain").number("again");

    static final Shape UNKNOWN = Shape.named("UnknownDesk")
            .number("letters", "addresses", "indexLag")
            .numbersByName("kinds");
    static final Shape SUGGESTION = Shape.named("UnknownAddress")
            .text("address", "kind", "person?", "personId?", "like?")
            .number("letters", "sent")
            .instant("first", "last");
    static final Shape GIVEN = Shape.named("GivenAddress")
            .text("address", "person", "id")
            .flag("given")
            .instant("from?", "to?");

    static final Shape ALARM = Shape.named("Alarm")
            .number("number", "times")
            .text("kind", "subject", "text")
            .instant("opened", "last", "closed?")
            .texts("told");
    static final Shape GAP = Shape.named("Gap")
            .number("gap", "found~")
            .text("source", "why", "reportId?", "messageId?", "recipient?", "by?", "reason?")
            .instant("told", "journaled?", "closed?");
    static final Shape LEDGER = Shape.named("Ledger")
            .text("key", "root?", "trouble?", "timestampUrl?", "lodgedIn?")
            .number("frames", "signed", "stamped")
            .instant("stampedAt?")
            .flag("timestampTrusted")
            .texts("custodyTrouble");
    private static final Shape BOOKED = Shape.NOTHING.number(
            "received",
            "letters",
            "evidence",
            "notices",
            "quarantined",
            "discarded",
            "originals",
            "rawBytes",
            "redeliveries",
            "refused");
    private static final Shape BOOKS_ACCOUNT =
            Shape.named("SourceAccount").text("name").and(BOOKED);
    static final Shape BOOKS = Shape.named("Books")
            .and(BOOKED)
            .number("storedBytes", "indexBytes", "indexLag", "notFullySearched", "attachmentsWaiting", "gapsOpen")
            .list("sources", BOOKS_ACCOUNT)
            .text("trouble~")
            .list("alarms", ALARM)
            .texts("warnings", "concerns");

    static final Shape CHANNEL =
            Shape.named("AlarmChannel").text("channel").flag("works").text("trouble?");
    static final Shape WATCHING = Shape.named("Watching").text("subject").textsByName("settings");
    static final Shape FLIGHT = Shape.named("TestMessage")
            .instant("sent~", "back~?")
            .number("seconds~?", "arrival~")
            .text("trouble~?");
    static final Shape CANARY =
            Shape.named("Canary").text("subject").textsByName("settings").and(FLIGHT);
    static final Shape GAP_CLOSED = Shape.named("ClosedGap").number("closed");
    static final Shape HEALTH = Shape.named("Health")
            .text("version")
            .number(
                    "gaps",
                    "freeBytes",
                    "freeLimit",
                    "jobs",
                    "jobsFailing",
                    "letters",
                    "indexLag",
                    "notFullySearched",
                    "attachmentsWaiting",
                    "readers~",
                    "readersEnded~",
                    "frames",
                    "signed",
                    "stamped",
                    "syncs",
                    "findings",
                    "now")
            .instant("lastBackup?", "stampedAt?", "peopleAsOf?", "certificate?")
            .text("root?")
            .flag("reading", "serving");
    static final Shape FINDING = Shape.named("Finding")
            .word("urgency", "now", "soon", "look")
            .text("kind", "subject", "text")
            .instant("since?")
            .number("number~");
    private static final Shape BACKUP = Shape.named("Backup")
            .instant("at")
            .text("by", "place")
            .number("frames", "files", "copiedBytes", "seconds", "damaged")
            .flag("verified", "masterKey");
    static final Shape BACKUPS = Shape.named("Backups")
            .text("directory")
            .number("days")
            .flag("due")
            .one("last?", BACKUP)
            .list("recent", BACKUP);
    static final Shape KEY = Shape.named("MasterKey")
            .word("kind", "key", "passphrase")
            .text("fingerprint", "archive", "directory", "file?")
            .number("revision", "segments", "generation", "secrets")
            .flag("fileFits", "inDataDirectory");

    private static final Shape RULE_RECIPIENT = Shape.named("JournalRuleRecipient")
            .word("kind", "person", "group", "address")
            .text("name", "address?");
    static final Shape RULE = Shape.named("JournalRule")
            .text("name")
            .word("scope", "internal", "external", "global")
            .one("recipient?", RULE_RECIPIENT)
            .text("mailbox", "source?", "alternate?")
            .flag("ownAlternate", "dedicated", "enabled", "gaps")
            .word("state", "working", "disabled", "suspended", "refused", "unreachable")
            .instant("since?")
            .text("lastAnswer?");
    static final Shape NEVER = Shape.named("NeverJournaled").text("never");
    static final Shape VERDICT = Shape.named("RuleVerdict")
            .text("rule", "why", "at?")
            .word(
                    "reason",
                    "everybody",
                    "sent",
                    "got",
                    "disabled",
                    "no-recipient",
                    "all-outside",
                    "sender-outside",
                    "all-inside",
                    "neither")
            .flag("fires");
    private static final Shape NAMED =
            Shape.named("ReportedRecipient").text("role", "address", "expanded?", "forwarded?");
    static final Shape REPORT = Shape.named("ReportToCome")
            .text("mailbox", "source?", "alternate?", "sender?")
            .texts("rules")
            .list("recipients", NAMED);
    static final Shape LOOKED = Shape.named("PastLookedAt").number("looked", "lookedBytes");
    static final Shape CAUGHT = Shape.named("PastCaught").text("rule").number("letters", "bytes");
    static final Shape PAST = Shape.named("PastMail")
            .instant("since")
            .flag("whole")
            .number("letters", "bytes", "withoutEnvelope", "withoutSender", "unreadable");
    static final Shape AGENT = Shape.named("JournalingAgent")
            .text("alternate?", "sender?")
            .number("limit", "expireDays")
            .word("unable", "tempfail", "accept")
            .flag("escrow")
            .word("suspended", "queue", "disable")
            .textsByName("routes")
            .texts("warnings");
    static final Shape FORWARDING =
            Shape.named("Forwarding").text("address").flag("copy").texts("to");
    static final Shape IN_THE_WAY = Shape.named("MailboxInTheWay")
            .text("mailbox", "lastAnswer")
            .word("trouble", "suspended", "refused", "unreachable")
            .instant("since");
    static final Shape BACKLOG = Shape.named("MailboxQueue")
            .text("queueFor")
            .number("waiting", "returned", "dead", "bytes")
            .instant("oldest?", "next?");
    static final Shape QUEUED = Shape.named("QueuedReport")
            .number("id", "bytes", "attempts")
            .word("state", "pending", "waiting", "returned", "dead")
            .word("kind", "report", "notice")
            .text("mailbox", "alternate?", "report", "lastAnswer?", "remote?")
            .texts("rules")
            .instant("queued", "next");
    static final Shape QUEUE = Shape.named("ReportQueue")
            .number("pending", "waiting", "returned", "dead")
            .instant("oldest?");
    static final Shape REPORTS_AGAIN = Shape.named("ReportsAgain").number("again");
    static final Shape RESUMED = Shape.named("ResumedMailbox").text("resumed");

    private ApiShapes() {}
}
