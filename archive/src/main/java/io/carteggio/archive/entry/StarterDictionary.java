package io.carteggio.archive.entry;

import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Octets;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.Dialect;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a new archive compresses against until it has letters enough to train a dictionary of its
/// own: strings of the protocols and of the programs that write mail, everyday words, and manifests of
/// invented arrivals. Nothing in it is of anybody's mail.
///
/// Segments carry their own copy of what they were compressed against, so this may change with any version.
public final class StarterDictionary {
    private static final String WORDS = "starter-dictionary.txt";
    private static final Instant SOME_TIME = Instant.ofEpochMilli(0x19000000000L);

    private StarterDictionary() {}

    public static Dictionary make() {
        return new Dictionary(octets());
    }

    /// Raw content (RFC 8878 section 5), what is needed most at the end.
    public static byte[] octets() {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        octets.writeBytes(words());
        octets.writeBytes(EntryCodec.encode(imported()));
        octets.writeBytes(EntryCodec.encode(reported(ON_LINE, Role.RECIPIENT)));
        octets.writeBytes(EntryCodec.encode(reported(ON_PREMISES, Role.TO)));
        return octets.toByteArray();
    }

    /// The words of the resource, with the line ends of mail.
    private static byte[] words() {
        try (InputStream in = StarterDictionary.class.getResourceAsStream(WORDS)) {
            if (in == null) {
                throw new IllegalStateException(WORDS + " is not in the program");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The report of Exchange Online (JOURNAL-FORMATS 2.4), without what differs in each.
    private static final String ON_LINE = """
            Received: from .outbound.protection.outlook.com () by  with ESMTPS id ;
            Content-Type: multipart/mixed;
            \tboundary="__"
            Subject:\s
            To: <>
            From:  <>
            MIME-Version: 1.0
            Sender:
            \t<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@.onmicrosoft.com>
            Message-ID: <@journal.report.generator>
            Date: Mon, 01 Jan 2024 10:00:00 +0000
            X-MS-PublicTrafficType: Email
            X-MS-Journal-Report:
            X-MS-Exchange-Parent-Message-Id:
            \t<>
            Auto-Submitted: auto-generated
            X-MS-Exchange-Generated-Message-Source: Journal Agent
            X-MS-TrafficTypeDiagnostic: :JournalingReport
            X-LD-Processed: ,ExtAddr
            X-OriginatorOrg: .onmicrosoft.com
            X-MS-Exchange-CrossTenant-FromEntityHeader: Hosted
            X-MS-Exchange-CrossTenant-Network-Message-Id:
            \t
            X-MS-Exchange-Transport-CrossTenantHeadersStamped:\s

            --__
            Content-Type: text/plain; charset="us-ascii"
            Content-Transfer-Encoding: 7bit

            Sender:\s
            Subject:\s
            Message-Id: <>
            Recipient:\s
            Recipient: , Forwarded:\s

            --__
            Content-Type: message/rfc822


            --__--
            """;

    /// The report of Exchange Server.
    private static final String ON_PREMISES = """
            Received: from  () by  () with Microsoft SMTP Server id 15.1.2507.35; Mon, 1 Jan 2024 10:00:00 +0000
            From: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@>
            Sender: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@>
            To: <>
            Subject:\s
            Date: 1 Jan 2024 10:00:00 +0000
            Message-ID: <@journal.report.generator>
            X-MS-Exchange-Parent-Message-Id: <>
            X-MS-Journal-Report:
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="__"

            --__
            Content-Type: text/plain; charset="utf-8"
            Content-Transfer-Encoding: 7bit

            Sender:\s
            On-Behalf-Of:\s
            Subject: Re:\s
            Message-Id: <>
            To:\s
            To: , Expanded:\s
            Cc:\s
            Bcc:\s

            --__
            Content-Type: message/rfc822


            --__--
            """;

    private static ArrivalEntry reported(String evidence, Role role) {
        Address journal = new Address("journal-@");
        return entry(
                Family.REPORT,
                new Provenance(
                        Optional.of("10.0.0.1"),
                        Optional.of("mail"),
                        Optional.of("TLSv1.3 TLS_AES_256_GCM_SHA384"),
                        Optional.of(new Address("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@")),
                        List.of(journal),
                        Optional.empty()),
                Optional.of(Dialect.EXCHANGE_2007.word()),
                List.of(role, Role.CC, role),
                Optional.of(Octets.of(evidence.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII))));
    }

    private static ArrivalEntry imported() {
        return entry(
                Family.AUTO,
                Provenance.ofItem(".eml"),
                Optional.empty(),
                List.of(Role.TO, Role.CC, Role.TO),
                Optional.empty());
    }

    private static ArrivalEntry entry(
            Family family,
            Provenance provenance,
            Optional<String> dialect,
            List<Role> roles,
            Optional<Octets> evidence) {
        Address nobody = new Address("@");
        LetterRef letter = new LetterRef(
                Sha256.ofSum(new byte[32]),
                5_000,
                "original",
                true,
                evidence.map(e -> (long) e.sizeBytes()),
                Optional.of(SOME_TIME),
                Optional.of(Long.MAX_VALUE),
                Optional.of(Long.MAX_VALUE),
                List.of());
        return new ArrivalEntry(
                family == Family.REPORT ? "journal" : "import",
                family,
                provenance,
                SOME_TIME,
                Optional.of(SOME_TIME),
                Disposition.LETTERS,
                Optional.empty(),
                dialect,
                Optional.empty(),
                6_000,
                Optional.of(Long.MIN_VALUE),
                false,
                Optional.of(nobody),
                Optional.empty(),
                roles.stream()
                        .map(r -> new Addressee(
                                new Recipient(r, nobody, Optional.empty(), Optional.empty()),
                                r == Role.RECIPIENT ? Role.TO : r))
                        .toList(),
                List.of(letter),
                List.of(),
                evidence,
                List.of(),
                Optional.empty(),
                Optional.empty());
    }
}
