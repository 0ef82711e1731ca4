package io.carteggio.archive.entry;

import io.carteggio.archive.entry.Act.ErasedFrame;
import io.carteggio.archive.vault.Cbor;
import io.carteggio.archive.vault.Cbor.MapReader;
import io.carteggio.archive.vault.Cbor.MapWriter;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Entries to manifest bytes and back. The names of the fields are part of the format
/// (`docs/format/segment.md`, "Manifests"); a field once used is never given another meaning.
public final class EntryCodec {
    private EntryCodec() {}

    public static byte[] encode(ArrivalEntry e) {
        Optional<ClientCertificate> client = e.provenance().client();
        Optional<Revision> revision = e.revision();
        MapWriter map = Cbor.map()
                .put("source", e.source())
                .put("family", e.family().word())
                .put("arrived", e.arrived())
                .put("vouched", e.vouched())
                .put("disposition", e.disposition().word())
                .put("reason", e.reason())
                .put("dialect", e.dialect())
                .put("via", e.via())
                .put("rawBytes", e.rawBytes())
                .put("envelopeMark", e.envelopeMark())
                .put("redelivery", e.redelivery())
                .put("sender", e.sender().map(Address::raw))
                .put("onBehalfOf", e.onBehalfOf().map(Address::raw))
                .putAll("addressees", e.addressees(), EntryCodec::addressee)
                .putAll("letters", e.letters(), EntryCodec::letter)
                .putAll("warnings", e.warnings(), w -> w)
                .put("peer", e.provenance().peer())
                .put("helo", e.provenance().helo())
                .put("tls", e.provenance().tls())
                .put("mailFrom", e.provenance().mailFrom().map(Address::raw))
                .putAll("rcptTo", e.provenance().rcptTo(), Address::raw)
                .put("item", e.provenance().item())
                .putAll("labels", e.provenance().labels(), l -> l)
                .put("recomposed", e.provenance().recomposed())
                .put("clientSubject", client.map(ClientCertificate::subject))
                .put("clientSum", client.map(c -> c.sum().toBytes()))
                .put("clientTrusted", client.map(ClientCertificate::trusted).orElse(false))
                .put("received", e.provenance().received())
                .put("evidence", e.evidence().map(Octets::toBytes))
                .putAll("parts", e.parts(), p -> p)
                .put("erased", e.erased())
                .put("revises", revision.map(Revision::arrival))
                .put("revisedSource", revision.map(Revision::source))
                .put("revisedWas", revision.map(r -> r.was().word()))
                .put("revisedAt", revision.map(r -> r.at().toEpochMilli()))
                .put("revisedBy", revision.map(Revision::by))
                .put("revisedWhy", revision.flatMap(Revision::why));
        return map.toBytes();
    }

    /// Reads what [#encode(ArrivalEntry)] wrote.
    ///
    /// @throws IllegalArgumentException where the bytes say something else
    public static ArrivalEntry arrival(byte[] manifest) {
        MapReader map = Cbor.readMap(manifest);
        return new ArrivalEntry(
                map.text("source"),
                Family.ofWord(map.text("family")),
                new Provenance(
                        map.optionalText("peer"),
                        map.optionalText("helo"),
                        map.optionalText("tls"),
                        map.optionalText("mailFrom").map(Address::new),
                        map.texts("rcptTo").stream().map(Address::new).toList(),
                        map.optionalText("item"),
                        map.texts("labels"),
                        map.optionalText("recomposed"),
                        client(map),
                        map.optionalInstant("received")),
                map.instant("arrived"),
                map.optionalInstant("vouched"),
                Disposition.ofWord(map.text("disposition")),
                map.optionalText("reason"),
                map.optionalText("dialect"),
                map.optionalText("via"),
                map.number("rawBytes"),
                map.optionalNumber("envelopeMark"),
                map.flag("redelivery"),
                map.optionalText("sender").map(Address::new),
                map.optionalText("onBehalfOf").map(Address::new),
                map.maps("addressees").stream().map(EntryCodec::addressee).toList(),
                map.maps("letters").stream().map(EntryCodec::letter).toList(),
                map.texts("warnings"),
                map.optionalOctets("evidence").map(Octets::of),
                map.numbers("parts"),
                map.optionalNumber("erased"),
                map.optionalNumber("revises").map(arrival -> revision(arrival, map)));
    }

    private static Revision revision(long arrival, MapReader map) {
        return new Revision(
                arrival,
                map.text("revisedSource"),
                Disposition.ofWord(map.text("revisedWas")),
                map.instant("revisedAt"),
                map.text("revisedBy"),
                map.optionalText("revisedWhy"));
    }

    /// What stands for an erased manifest; empty where that was an act's.
    public static Optional<ArrivalEntry> tombstone(Octets tombstone) {
        byte[] manifest = tombstone.toBytes();
        return Cbor.readMap(manifest).optionalText("act").isPresent()
                ? Optional.empty()
                : Optional.of(arrival(manifest));
    }

    private static Optional<ClientCertificate> client(MapReader map) {
        return map.optionalOctets("clientSum")
                .map(sum ->
                        new ClientCertificate(map.text("clientSubject"), Sha256.ofSum(sum), map.flag("clientTrusted")));
    }

    private static MapWriter addressee(Addressee a) {
        Recipient r = a.told();
        return Cbor.map()
                .put("role", r.role().word())
                .put(
                        "seenAs",
                        a.seenAs() == r.role()
                                ? Optional.empty()
                                : Optional.of(a.seenAs().word()))
                .put("address", r.address().raw())
                .put("expanded", r.expanded().map(Address::raw))
                .put("forwarded", r.forwarded().map(Address::raw));
    }

    private static Addressee addressee(MapReader map) {
        Role role = Role.ofWord(map.text("role"));
        return new Addressee(
                new Recipient(
                        role,
                        new Address(map.text("address")),
                        map.optionalText("expanded").map(Address::new),
                        map.optionalText("forwarded").map(Address::new)),
                map.optionalText("seenAs").map(Role::ofWord).orElse(role));
    }

    private static MapWriter letter(LetterRef l) {
        return Cbor.map()
                .put("sum", l.sum().toBytes())
                .put("size", l.sizeBytes())
                .put("kind", l.kind())
                .put("fresh", l.fresh())
                .put("splice", l.spliceOffset())
                .put("said", l.said())
                .put("body", l.bodyMark())
                .put("message", l.messageMark())
                .putAll("uses", l.uses(), EntryCodec::place);
    }

    private static LetterRef letter(MapReader map) {
        return new LetterRef(
                Sha256.ofSum(map.octets("sum")),
                map.number("size"),
                map.text("kind"),
                map.flag("fresh"),
                map.optionalNumber("splice"),
                map.optionalInstant("said"),
                map.optionalNumber("body"),
                map.optionalNumber("message"),
                map.maps("uses").stream().map(EntryCodec::place).toList());
    }

    private static MapWriter place(Place place) {
        return Cbor.map().put("frame", place.frame()).put("index", place.record());
    }

    private static Place place(MapReader map) {
        return new Place(map.number("frame"), Math.toIntExact(map.number("index")));
    }

    public static byte[] encode(Act act) {
        MapWriter map = Cbor.map();
        switch (act) {
            case Act.SourceAdded a ->
                map.put("act", "source-added")
                        .put("name", a.name())
                        .put("address", a.address().map(Address::raw))
                        .put("family", a.family().word())
                        .putAll("headerOrder", a.headerOrder(), field -> field)
                        .putAll("settings", List.copyOf(a.settings().entrySet()), EntryCodec::setting);
            case Act.SourceSet a ->
                map.put("act", "source-set")
                        .put("name", a.name())
                        .putAll("settings", List.copyOf(a.settings().entrySet()), EntryCodec::setting);
            case Act.MailboxSet a ->
                map.put("act", "mailbox-set")
                        .put("name", a.name())
                        .put("family", a.family().word())
                        .put("protocol", a.protocol())
                        .putAll("settings", List.copyOf(a.settings().entrySet()), EntryCodec::setting);
            case Act.SourceRemoved a -> map.put("act", "source-removed").put("name", a.name());
            case Act.PersonAdded a ->
                map.put("act", "person-added")
                        .put("person", a.person())
                        .put("name", a.name())
                        .put("role", a.role().word());
            case Act.RoleGranted a ->
                map.put("act", "role-granted")
                        .put("grant", a.grant())
                        .put("person", a.person())
                        .put("role", a.role().word())
                        .put("until", a.until())
                        .put("everyone", a.across().map(Across::everyone).orElse(false))
                        .putAll("people", a.across().map(Across::people).orElse(List.of()), person -> person)
                        .put("from", a.across().flatMap(Across::from))
                        .put("to", a.across().flatMap(Across::to))
                        .put("reason", a.reason())
                        .put("group", a.group());
            case Act.RoleWithdrawn a ->
                map.put("act", "role-withdrawn").put("grant", a.grant()).put("reason", a.reason());
            case Act.AddressGiven a ->
                map.put("act", "address-given")
                        .put("person", a.person())
                        .put("address", a.address().raw())
                        .put("from", a.from())
                        .put("to", a.to());
            case Act.DirectoryChanged a ->
                map.put("act", "directory-changed")
                        .put("sync", a.sync())
                        .putAll("changes", a.changes(), ChangeCodec::encode);
            case Act.SyncSet a ->
                map.put("act", "sync-set")
                        .put("name", a.name())
                        .put("protocol", a.protocol())
                        .putAll("settings", List.copyOf(a.settings().entrySet()), EntryCodec::setting);
            case Act.SyncRemoved a -> map.put("act", "sync-removed").put("name", a.name());
            case Act.CredentialSet a ->
                map.put("act", "credential-set").put("person", a.person()).put("hash", a.hash());
            case Act.Erased a ->
                map.put("act", "erased")
                        .put("reason", a.reason())
                        .putAll("records", a.frames(), EntryCodec::erasedFrame)
                        .putAll("marks", a.marks(), Octets::toBytes);
            case Act.Readmitted a ->
                map.put("act", "readmitted")
                        .put("reason", a.reason())
                        .put("mark", a.mark().toBytes());
            case Act.KeptAnew a -> map.put("act", "kept-anew").putAll("letters", a.letters(), EntryCodec::letter);
            case Act.HoldAdded a ->
                map.put("act", "hold-added")
                        .put("name", a.name())
                        .put("query", a.query())
                        .put("reason", a.reason());
            case Act.HoldReleased a ->
                map.put("act", "hold-released").put("name", a.name()).put("reason", a.reason());
            case Act.RetentionSet a ->
                map.put("act", "retention-set")
                        .put("minimum", a.minimumDays())
                        .put("maximum", a.maximumDays())
                        .put("copies", a.copiesDays());
            case Act.TimestampAuthoritySet a ->
                map.put("act", "timestamp-authority-set").put("url", a.url()).put("certificates", a.certificates());
            case Act.LodgingSet a -> map.put("act", "lodging-set").put("directory", a.directory());
            case Act.WatchSet a ->
                map.put("act", "watch-set")
                        .put("subject", a.subject())
                        .putAll("settings", List.copyOf(a.settings().entrySet()), EntryCodec::setting);
            case Act.GapClosed a ->
                map.put("act", "gap-closed")
                        .put("arrival", a.arrival())
                        .put("reason", a.reason())
                        .put("found", a.found());
            case Act.AccessReviewed a ->
                map.put("act", "access-reviewed")
                        .put("rights", a.rights())
                        .put("sum", a.sum())
                        .put("days", a.days())
                        .put("reason", a.reason());
            case Act.TokenAdded a ->
                map.put("act", "token-added")
                        .put("token", a.token())
                        .put("person", a.person())
                        .put("name", a.name())
                        .putAll("scopes", a.scopes(), scope -> scope)
                        .put("expires", a.expires())
                        .put("hash", a.hash());
            case Act.TokenRevoked a -> map.put("act", "token-revoked").put("token", a.token());
            case Act.SearchSaved a ->
                map.put("act", "search-saved")
                        .put("search", a.search())
                        .put("person", a.person())
                        .put("name", a.name())
                        .put("query", a.query())
                        .put("best", a.best())
                        .put("together", a.together());
            case Act.SearchForgotten a ->
                map.put("act", "search-forgotten").put("search", a.search()).put("person", a.person());
            case Act.ApprovalAsked a ->
                map.put("act", "approval-asked")
                        .put("request", a.request())
                        .put("person", a.person())
                        .put("operation", a.operation())
                        .put("object", a.object())
                        .put("params", a.params())
                        .put("reason", a.reason())
                        .put("expires", a.expires());
            case Act.ApprovalDecided a ->
                map.put("act", "approval-decided")
                        .put("request", a.request())
                        .put("person", a.person())
                        .put("approved", a.approved())
                        .put("reason", a.reason());
            case Act.ApprovalUsed a -> map.put("act", "approval-used").put("request", a.request());
            case Act.ApprovalReturned a -> map.put("act", "approval-returned").put("request", a.request());
            case Act.LogInSet a ->
                map.put("act", "log-in-set")
                        .put("subject", a.subject())
                        .putAll("settings", List.copyOf(a.settings().entrySet()), EntryCodec::setting);
            case Act.PasskeyAdded a ->
                map.put("act", "passkey-added")
                        .put("passkey", a.passkey())
                        .put("person", a.person())
                        .put("name", a.name())
                        .put("credential", a.credential().toBytes())
                        .put("key", a.key().toBytes())
                        .put("counter", a.counter())
                        .put("maker", a.maker())
                        .putAll("transports", a.transports(), way -> way)
                        .put("synced", a.synced());
            case Act.PasskeyUsed a ->
                map.put("act", "passkey-used").put("passkey", a.passkey()).put("counter", a.counter());
            case Act.PasskeyRemoved a -> map.put("act", "passkey-removed").put("passkey", a.passkey());
            case Act.PreferenceSet a ->
                map.put("act", "preference-set")
                        .put("person", a.person())
                        .put("name", a.name())
                        .put("value", a.value());
            case Act.AccountLinked a ->
                map.put("act", "account-linked")
                        .put("issuer", a.issuer())
                        .put("account", a.account())
                        .put("person", a.person());
            case Act.BackedUp a ->
                map.put("act", "backed-up")
                        .put("place", a.place())
                        .put("frames", a.frames())
                        .put("files", a.files())
                        .put("copied", a.copiedBytes())
                        .put("seconds", a.seconds())
                        .put("verified", a.verified())
                        .put("damaged", a.damaged())
                        .put("masterKey", a.masterKey());
            case Act.ModeSet a ->
                map.put("act", "mode-set").put("twoPersons", a.twoPersons()).put("reason", a.reason());
            case Act.JournalRuleSet a -> {
                map.put("act", "journal-rule-set")
                        .put("name", a.name())
                        .put("scope", a.scope().word())
                        .put("mailbox", a.mailbox().raw())
                        .put("alternate", a.alternate().map(Address::raw))
                        .put("everybody", a.recipient().isEmpty())
                        .put("dedicated", a.dedicated())
                        .put("enabled", a.enabled());
                a.recipient().ifPresent(recipient -> ChangeCodec.member(map, recipient));
            }
            case Act.JournalRuleRemoved a ->
                map.put("act", "journal-rule-removed").put("name", a.name());
            case Act.ForwardingSet a ->
                map.put("act", "forwarding-set")
                        .put("address", a.address().raw())
                        .putAll("to", a.to(), Address::raw)
                        .put("copy", a.copy());
            case Act.AgentSet a ->
                map.put("act", "agent-set")
                        .putAll("settings", List.copyOf(a.settings().entrySet()), EntryCodec::setting);
            case Act.EscrowKeysAdded a ->
                map.put("act", "escrow-keys-added")
                        .put("name", a.name())
                        .put("form", a.form())
                        .putAll("keys", a.keys(), key -> key);
            case Act.EscrowKeysRemoved a ->
                map.put("act", "escrow-keys-removed").put("name", a.name());
            case Act.Audited a ->
                map.put("act", "audited")
                        .put("what", a.what())
                        .put("object", a.object())
                        .put("reason", a.reason())
                        .put("from", a.from());
        }
        return map.put("at", act.at()).put("by", act.by()).toBytes();
    }

    /// Reads what [#encode(Act)] wrote.
    ///
    /// @throws IllegalArgumentException where the bytes say something else, also an act this program
    ///     does not know
    public static Act act(byte[] manifest) {
        MapReader map = Cbor.readMap(manifest);
        var at = map.instant("at");
        String by = map.text("by");
        return switch (map.text("act")) {
            case "source-added" ->
                new Act.SourceAdded(
                        at,
                        by,
                        map.text("name"),
                        map.optionalText("address").map(Address::new),
                        Family.ofWord(map.text("family")),
                        map.texts("headerOrder"),
                        settings(map));
            case "source-set" -> new Act.SourceSet(at, by, map.text("name"), settings(map));
            case "mailbox-set" ->
                new Act.MailboxSet(
                        at,
                        by,
                        map.text("name"),
                        Family.ofWord(map.text("family")),
                        map.text("protocol"),
                        settings(map));
            case "source-removed" -> new Act.SourceRemoved(at, by, map.text("name"));
            case "person-added" ->
                new Act.PersonAdded(at, by, map.text("person"), map.text("name"), PersonRole.ofWord(map.text("role")));
            case "role-granted" -> {
                PersonRole role = PersonRole.ofWord(map.text("role"));
                yield new Act.RoleGranted(
                        at,
                        by,
                        map.text("grant"),
                        map.text("person"),
                        role,
                        map.optionalInstant("until"),
                        role == PersonRole.AUDITOR
                                ? Optional.of(new Across(
                                        map.flag("everyone"),
                                        map.texts("people"),
                                        map.optionalInstant("from"),
                                        map.optionalInstant("to")))
                                : Optional.empty(),
                        map.text("reason"),
                        map.optionalText("group"));
            }
            case "role-withdrawn" -> new Act.RoleWithdrawn(at, by, map.text("grant"), map.text("reason"));
            case "address-given" ->
                new Act.AddressGiven(
                        at,
                        by,
                        map.text("person"),
                        new Address(map.text("address")),
                        map.optionalInstant("from"),
                        map.optionalInstant("to"));
            case "directory-changed" ->
                new Act.DirectoryChanged(
                        at,
                        by,
                        map.optionalText("sync"),
                        map.maps("changes").stream().map(ChangeCodec::decode).toList());
            case "sync-set" -> new Act.SyncSet(at, by, map.text("name"), map.text("protocol"), settings(map));
            case "sync-removed" -> new Act.SyncRemoved(at, by, map.text("name"));
            case "credential-set" -> new Act.CredentialSet(at, by, map.text("person"), map.text("hash"));
            case "erased" ->
                new Act.Erased(
                        at,
                        by,
                        map.text("reason"),
                        map.maps("records").stream()
                                .map(EntryCodec::erasedFrame)
                                .toList(),
                        map.octetStrings("marks").stream().map(Octets::of).toList());
            case "readmitted" -> new Act.Readmitted(at, by, map.text("reason"), Octets.of(map.octets("mark")));
            case "kept-anew" ->
                new Act.KeptAnew(
                        at,
                        by,
                        map.maps("letters").stream().map(EntryCodec::letter).toList());
            case "hold-added" -> new Act.HoldAdded(at, by, map.text("name"), map.text("query"), map.text("reason"));
            case "hold-released" -> new Act.HoldReleased(at, by, map.text("name"), map.text("reason"));
            case "retention-set" ->
                new Act.RetentionSet(
                        at,
                        by,
                        map.optionalNumber("minimum"),
                        map.optionalNumber("maximum"),
                        map.optionalNumber("copies"));
            case "timestamp-authority-set" ->
                new Act.TimestampAuthoritySet(at, by, map.optionalText("url"), map.optionalText("certificates"));
            case "lodging-set" -> new Act.LodgingSet(at, by, map.optionalText("directory"));
            case "watch-set" -> new Act.WatchSet(at, by, map.text("subject"), settings(map));
            case "gap-closed" ->
                new Act.GapClosed(at, by, map.number("arrival"), map.text("reason"), map.optionalNumber("found"));
            case "access-reviewed" ->
                new Act.AccessReviewed(
                        at, by, map.number("rights"), map.text("sum"), map.number("days"), map.text("reason"));
            case "token-added" ->
                new Act.TokenAdded(
                        at,
                        by,
                        map.text("token"),
                        map.text("person"),
                        map.text("name"),
                        map.texts("scopes"),
                        map.instant("expires"),
                        map.text("hash"));
            case "token-revoked" -> new Act.TokenRevoked(at, by, map.text("token"));
            case "search-saved" ->
                new Act.SearchSaved(
                        at,
                        by,
                        map.text("search"),
                        map.text("person"),
                        map.text("name"),
                        map.text("query"),
                        map.flag("best"),
                        map.flag("together"));
            case "search-forgotten" -> new Act.SearchForgotten(at, by, map.text("search"), map.text("person"));
            case "approval-asked" ->
                new Act.ApprovalAsked(
                        at,
                        by,
                        map.text("request"),
                        map.optionalText("person"),
                        map.text("operation"),
                        map.text("object"),
                        map.text("params"),
                        map.optionalText("reason"),
                        map.instant("expires"));
            case "approval-decided" ->
                new Act.ApprovalDecided(
                        at, by, map.text("request"), map.text("person"), map.flag("approved"), map.text("reason"));
            case "approval-used" -> new Act.ApprovalUsed(at, by, map.text("request"));
            case "approval-returned" -> new Act.ApprovalReturned(at, by, map.text("request"));
            case "log-in-set" -> new Act.LogInSet(at, by, map.text("subject"), settings(map));
            case "passkey-added" ->
                new Act.PasskeyAdded(
                        at,
                        by,
                        map.text("passkey"),
                        map.text("person"),
                        map.text("name"),
                        Octets.of(map.octets("credential")),
                        Octets.of(map.octets("key")),
                        map.number("counter"),
                        map.text("maker"),
                        map.texts("transports"),
                        map.flag("synced"));
            case "passkey-used" -> new Act.PasskeyUsed(at, by, map.text("passkey"), map.number("counter"));
            case "passkey-removed" -> new Act.PasskeyRemoved(at, by, map.text("passkey"));
            case "backed-up" ->
                new Act.BackedUp(
                        at,
                        by,
                        map.text("place"),
                        map.number("frames"),
                        map.number("files"),
                        map.number("copied"),
                        map.number("seconds"),
                        map.flag("verified"),
                        map.number("damaged"),
                        map.flag("masterKey"));
            case "preference-set" ->
                new Act.PreferenceSet(at, by, map.text("person"), map.text("name"), map.text("value"));
            case "account-linked" ->
                new Act.AccountLinked(at, by, map.text("issuer"), map.text("account"), map.optionalText("person"));
            case "mode-set" -> new Act.ModeSet(at, by, map.flag("twoPersons"), map.text("reason"));
            case "journal-rule-set" ->
                new Act.JournalRuleSet(
                        at,
                        by,
                        map.text("name"),
                        JournalScope.ofWord(map.text("scope")),
                        map.flag("everybody") ? Optional.empty() : Optional.of(ChangeCodec.member(map)),
                        new Address(map.text("mailbox")),
                        map.optionalText("alternate").map(Address::new),
                        map.flag("dedicated"),
                        map.flag("enabled"));
            case "journal-rule-removed" -> new Act.JournalRuleRemoved(at, by, map.text("name"));
            case "forwarding-set" ->
                new Act.ForwardingSet(
                        at,
                        by,
                        new Address(map.text("address")),
                        map.texts("to").stream().map(Address::new).toList(),
                        map.flag("copy"));
            case "agent-set" -> new Act.AgentSet(at, by, settings(map));
            case "escrow-keys-added" ->
                new Act.EscrowKeysAdded(at, by, map.text("name"), map.text("form"), map.texts("keys"));
            case "escrow-keys-removed" -> new Act.EscrowKeysRemoved(at, by, map.text("name"));
            case "audited" ->
                new Act.Audited(
                        at,
                        by,
                        map.text("what"),
                        map.text("object"),
                        map.optionalText("reason"),
                        map.optionalText("from"));
            case String other -> throw new IllegalArgumentException("an act this program does not know: " + other);
        };
    }

    private static MapWriter setting(Map.Entry<String, String> setting) {
        return Cbor.map().put("name", setting.getKey()).put("value", setting.getValue());
    }

    private static Map<String, String> settings(MapReader map) {
        return map.maps("settings").stream().collect(Collectors.toMap(m -> m.text("name"), m -> m.text("value")));
    }

    private static MapWriter erasedFrame(ErasedFrame f) {
        return Cbor.map()
                .put("frame", f.frame())
                .putAll("indices", f.records(), Integer::longValue)
                .put("tombstone", f.tombstone().map(Octets::toBytes));
    }

    private static ErasedFrame erasedFrame(MapReader map) {
        return new ErasedFrame(
                map.number("frame"),
                map.numbers("indices").stream().map(Math::toIntExact).toList(),
                map.optionalOctets("tombstone").map(Octets::of));
    }
}
