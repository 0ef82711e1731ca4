package io.carteggio.archive.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.vault.Cbor;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EntryCodecTest {
    private static final Instant AT = Instant.parse("2026-11-22T10:00:00.123Z");
    private static final Sha256 SUM = Sha256.of(new byte[] {1});

    @Test
    void anArrivalComesBackWithEveryField() {
        ArrivalEntry entry = new ArrivalEntry(
                "exo",
                Family.REPORT,
                new Provenance(
                        Optional.of("10.0.0.1"),
                        Optional.of("mail.example"),
                        Optional.of("TLSv1.3 TLS_AES_256_GCM_SHA384"),
                        Optional.of(new Address("ndr@contoso.example")),
                        List.of(new Address("journal-x@archive.example")),
                        Optional.of("box.mbox#12"),
                        List.of("Inbox/Projects"),
                        Optional.of("pst"),
                        Optional.of(new ClientCertificate("CN=mail.example", SUM, true)),
                        Optional.of(AT.minusSeconds(90))),
                AT,
                Optional.of(AT.minusSeconds(60)),
                Disposition.LETTERS,
                Optional.of("why"),
                Optional.of("exchange-2007"),
                Optional.of("ndr"),
                123_456_789_012L,
                Optional.of(-7L),
                true,
                Optional.of(new Address("bert@partner.example")),
                Optional.of(new Address("\"odd, name\"@example.net")),
                List.of(
                        new Addressee(
                                new Recipient(
                                        Role.RECIPIENT,
                                        new Address("anna@example.com"),
                                        Optional.of(new Address("sales@example.com")),
                                        Optional.empty()),
                                Role.CC),
                        new Addressee(
                                new Recipient(
                                        Role.BCC,
                                        new Address("東@例え.jp"),
                                        Optional.empty(),
                                        Optional.of(new Address("b@example.com"))),
                                Role.BCC)),
                List.of(
                        new LetterRef(
                                SUM,
                                0,
                                "protected",
                                true,
                                Optional.of(17L),
                                Optional.of(AT),
                                Optional.of(5L),
                                Optional.of(-6L),
                                List.of(new Place(7, 2))),
                        new LetterRef(
                                SUM,
                                99,
                                "clear",
                                false,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                List.of())),
                List.of("SUSPECT_ENVELOPE: x", "MORE"),
                Optional.of(Octets.of(new byte[] {1, 0, (byte) 200})),
                List.of(1L, Long.MIN_VALUE, -1L),
                Optional.of(99L),
                Optional.of(new Revision(
                        12, "exo-ndr", Disposition.QUARANTINED, AT.plusMillis(1), "op", Optional.of("she sent it"))));
        assertThat(EntryCodec.arrival(EntryCodec.encode(entry))).isEqualTo(entry);
    }

    @Test
    void anEmptyArrivalComesBack() {
        ArrivalEntry entry = new ArrivalEntry(
                "s",
                Family.AUTO,
                Provenance.ofItem("f"),
                AT,
                Optional.empty(),
                Disposition.QUARANTINED,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty());
        assertThat(EntryCodec.arrival(EntryCodec.encode(entry))).isEqualTo(entry);
    }

    @Test
    void everyActComesBack() {
        List<Act> acts = List.of(
                new Act.SourceAdded(AT, "op", "exo", Optional.of(new Address("j@a.example")), Family.NDR),
                new Act.SourceAdded(AT, "op", "import", Optional.empty(), Family.AUTO),
                new Act.SourceAdded(
                        AT,
                        "op",
                        "exim",
                        Optional.empty(),
                        Family.MULTIDROP,
                        List.of("Envelope-To", "To"),
                        java.util.Map.of()),
                new Act.SourceAdded(
                        AT,
                        "op",
                        "m365",
                        Optional.of(new Address("j@b.example")),
                        Family.REPORT,
                        List.of(),
                        java.util.Map.of("networks", "exchange-online", "tls", "required")),
                new Act.SourceSet(AT, "op", "m365", java.util.Map.of("unknown", "discard")),
                new Act.SourceSet(AT, "op", "m365", java.util.Map.of()),
                new Act.PersonAdded(AT, "op", "id", "Anna Ä", PersonRole.AUDITOR),
                new Act.RoleGranted(
                        AT,
                        "op",
                        "g1",
                        "id",
                        PersonRole.AUDITOR,
                        Optional.of(AT.plusSeconds(9)),
                        Optional.of(new Across(false, List.of("a", "b"), Optional.of(AT), Optional.empty())),
                        "case 7"),
                new Act.RoleGranted(
                        AT,
                        "op",
                        "g2",
                        "id",
                        PersonRole.AUDITOR,
                        Optional.of(AT.plusSeconds(9)),
                        Optional.of(Across.EVERYTHING),
                        "case 8"),
                new Act.RoleGranted(
                        AT,
                        "op",
                        "g3",
                        "id",
                        PersonRole.DATA_PROTECTION_OFFICER,
                        Optional.empty(),
                        Optional.empty(),
                        "elected"),
                new Act.AccessReviewed(AT, "op", 7, "ab", 180, "looked at it"),
                new Act.TokenAdded(
                        AT, "op", "t", "id", "nightly", List.of("job.*", "mode.show"), AT.plusSeconds(5), "ab"),
                new Act.TokenRevoked(AT, "op", "t"),
                new Act.SearchSaved(AT, "op", "s1", "id", "Offers", "offer or tender", true, false),
                new Act.SearchForgotten(AT, "op", "s1", "id"),
                new Act.ApprovalAsked(
                        AT,
                        "op",
                        "r1",
                        Optional.of("id"),
                        "erase",
                        "letter 7",
                        "{}",
                        Optional.of("GDPR 17"),
                        AT.plusSeconds(5)),
                new Act.ApprovalDecided(AT, "Ada", "r1", "ada", false, "not yet"),
                new Act.ApprovalDecided(AT, "Ada", "r2", "ada", true, "looked at it"),
                new Act.ApprovalUsed(AT, "op", "r2"),
                new Act.ApprovalReturned(AT, "op", "r2"),
                new Act.LogInSet(AT, "op", "oidc", java.util.Map.of("issuer", "https://login.example", "roles", "a=b")),
                new Act.LogInSet(AT, "op", "oidc", java.util.Map.of()),
                new Act.PasskeyAdded(
                        AT,
                        "Anna",
                        "k",
                        "p",
                        "blue key",
                        Octets.of(new byte[] {1, 2, 3}),
                        Octets.of(new byte[] {4}),
                        0,
                        "00000000-0000-0000-0000-000000000000",
                        List.of("usb", "nfc"),
                        false),
                new Act.PasskeyAdded(
                        AT,
                        "Anna",
                        "k2",
                        "p",
                        "phone",
                        Octets.of(new byte[9]),
                        Octets.of(new byte[1]),
                        7,
                        "x",
                        List.of(),
                        true),
                new Act.PasskeyUsed(AT, "Anna", "k", 4_294_967_295L),
                new Act.PasskeyRemoved(AT, "Anna", "k"),
                new Act.PreferenceSet(AT, "Anna", "p", "language", "it"),
                new Act.PreferenceSet(AT, "Anna", "p", "language", ""),
                new Act.AccountLinked(AT, "Anna", "https://login.example", "sub 7", Optional.of("p")),
                new Act.AccountLinked(AT, "op", "https://login.example", "sub 7", Optional.empty()),
                new Act.RoleGranted(
                        AT,
                        "log-in",
                        "g4",
                        "id",
                        PersonRole.ADMINISTRATOR,
                        Optional.of(AT.plusSeconds(9)),
                        Optional.empty(),
                        "said at the log-in",
                        Optional.of("archive-admins")),
                new Act.BackedUp(AT, "op", "/mnt/backup/ä b", 7, 12, 1L << 40, 3_600, true, 2, true),
                new Act.BackedUp(AT, "op", "/b", 0, 0, 0, 0, false, 0, false),
                new Act.ModeSet(AT, "op", true, "we are two now"),
                new Act.ModeSet(AT, "op", false, "she left"),
                new Act.RoleWithdrawn(AT, "op", "g1", "the case is closed"),
                new Act.Audited(AT, "op", "open", "x", Optional.empty(), Optional.of("192.0.2.9")),
                new Act.AddressGiven(
                        AT, "op", "id", new Address("a@b"), Optional.of(AT), Optional.of(AT.plusSeconds(1))),
                new Act.AddressGiven(AT, "op", "id", new Address("a@b"), Optional.empty(), Optional.empty()),
                new Act.CredentialSet(AT, "op", "id", "$argon2id$…"),
                new Act.DirectoryChanged(AT, "op", Optional.empty(), List.of()),
                new Act.DirectoryChanged(
                        AT,
                        "op",
                        Optional.of("ad"),
                        List.of(
                                new Change.PersonNew("p", "Anna Ä", PersonRole.USER),
                                new Change.GroupNew("g", "Sales", false),
                                new Change.GroupNew("g", "Everyone", true),
                                new Change.ContactNew("c", "Partner"),
                                new Change.Renamed("p", "Anna"),
                                new Change.Locked("p", true),
                                new Change.Locked("p", false),
                                new Change.Linked("p", "guid-1"),
                                new Change.Gone("p", AT),
                                new Change.Returned("p"),
                                new Change.Merged("p", "q"),
                                new Change.Given("p", new Address("a@b"), Span.ALWAYS),
                                new Change.Given("p", new Address("a@b"), Span.since(AT)),
                                new Change.Redated("p", new Address("a@b"), Span.since(AT), Optional.empty()),
                                new Change.Redated("p", new Address("a@b"), Span.ALWAYS, Optional.of(Span.ALWAYS)),
                                new Change.Redated(
                                        "p",
                                        new Address("a@b"),
                                        Span.ALWAYS,
                                        Optional.of(new Span(Optional.of(AT), Optional.of(AT.plusSeconds(1))))),
                                new Change.Joined("g", new Member.OfPerson("p"), Span.since(AT)),
                                new Change.Joined("g", new Member.OfGroup("h"), Span.ALWAYS),
                                new Change.Joined("g", new Member.OfAddress(new Address("x@y")), Span.ALWAYS),
                                new Change.MembershipRedated(
                                        "g", new Member.OfPerson("p"), Span.ALWAYS, Span.ALWAYS.before(AT)),
                                new Change.MembershipRedated(
                                        "g", new Member.OfPerson("p"), Span.ALWAYS, Optional.empty()),
                                new Change.DomainSet("e.com", DomainKind.INTERNAL_RELAY, true),
                                new Change.DomainSet("e.com", DomainKind.AUTHORITATIVE, false),
                                new Change.DomainRemoved("e.com"))),
                new Act.SyncSet(AT, "op", "ad", "ldap", java.util.Map.of("host", "dc.example.com")),
                new Act.SyncRemoved(AT, "op", "ad"),
                new Act.Erased(
                        AT,
                        "op",
                        "court order",
                        List.of(
                                new Act.ErasedFrame(7, List.of(0, 1), Optional.of(Octets.of(new byte[] {9}))),
                                new Act.ErasedFrame(8, List.of(2), Optional.empty())),
                        List.of(Octets.of(new byte[16]))),
                new Act.HoldAdded(AT, "op", "case", "from:x", "why"),
                new Act.HoldReleased(AT, "op", "case", "over"),
                new Act.RetentionSet(AT, "op", Optional.of(3650L), Optional.empty(), Optional.empty()),
                new Act.RetentionSet(AT, "op", Optional.empty(), Optional.of(3650L), Optional.of(90L)),
                new Act.TimestampAuthoritySet(AT, "op", Optional.of("http://tsa.example/"), Optional.of("PEM")),
                new Act.TimestampAuthoritySet(AT, "op", Optional.empty(), Optional.empty()),
                new Act.LodgingSet(AT, "op", Optional.of("/mnt/auditor")),
                new Act.WatchSet(AT, "op", "mail", java.util.Map.of("to", "it@firm.example", "server", "mx:25")),
                new Act.WatchSet(AT, "op", "webhook", java.util.Map.of()),
                new Act.GapClosed(AT, "op", 17, "it was a test", Optional.empty()),
                new Act.GapClosed(AT, "watch", 17, "it came", Optional.of(19L)),
                new Act.JournalRuleSet(
                        AT,
                        "op",
                        "All mail",
                        JournalScope.GLOBAL,
                        Optional.empty(),
                        new Address("j@archive.example"),
                        Optional.empty(),
                        false,
                        true),
                new Act.JournalRuleSet(
                        AT,
                        "op",
                        "Sales",
                        JournalScope.EXTERNAL,
                        Optional.of(new Member.OfGroup("g")),
                        new Address("j@archive.example"),
                        Optional.of(new Address("ndr@firm.example")),
                        true,
                        false),
                new Act.JournalRuleSet(
                        AT,
                        "op",
                        "Bob",
                        JournalScope.INTERNAL,
                        Optional.of(new Member.OfAddress(new Address("bob@partner.example"))),
                        new Address("j@archive.example"),
                        Optional.empty(),
                        false,
                        true),
                new Act.JournalRuleRemoved(AT, "op", "Sales"),
                new Act.ForwardingSet(AT, "op", new Address("eve@x"), List.of(new Address("m@y")), true),
                new Act.ForwardingSet(AT, "op", new Address("eve@x"), List.of(), false),
                new Act.AgentSet(AT, "op", java.util.Map.of("alternate", "ndr@firm.example")),
                new Act.EscrowKeysAdded(AT, "op", "firm", "smime", List.of("9f86 Firm <escrow@firm.example>")),
                new Act.EscrowKeysRemoved(AT, "op", "firm"),
                new Act.Audited(AT, "op", "search", "from:x", Optional.of("case 7")));
        for (Act act : acts) {
            assertThat(EntryCodec.act(EntryCodec.encode(act))).isEqualTo(act);
        }
    }

    @Test
    void anActOfALaterProgramIsRefusedNotGuessed() {
        byte[] later =
                Cbor.map().put("act", "teleported").put("at", 1).put("by", "x").toBytes();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EntryCodec.act(later))
                .withMessageContaining("teleported");
    }
}
