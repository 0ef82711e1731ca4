package io.carteggio.server.demo;

import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.server.demo.DemoMail.Disposition;
import io.carteggio.server.demo.DemoMail.Expectation;
import io.carteggio.server.demo.DemoMail.Original;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The firm's mail system: an Exchange Online that puts its traces into each mail and sends a journal report for it
/// (JOURNAL-FORMATS 2.4 to 2.6), or a report of non-delivery (7.1).
///
/// What is random in traces comes from the [Chance] handed in; the system itself keeps no state.
final class Post {
    /// Where Exchange sends what it cannot deliver of reports; the reverse path of every report (JOURNAL-FORMATS 1,
    /// fact 4).
    static final String NDR_ADDRESS = "journal.ndr@" + House.DOMAIN;

    static final String TENANT = "meridiana.onexchange.example";

    /// A fixed name of Exchange 2007 and later.
    private static final String SYSTEM = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@" + TENANT;

    private static final String TENANT_ID = "5b0b2a1e-7c3d-4c57-9d0e-2f6d2b7f9c41";

    private final House house;

    Post(House house) {
        this.house = house;
    }

    /// A mail as it lies in its report.
    ///
    /// @param draft what it was made from: its header's values are copied to the report
    @SuppressWarnings("ArrayRecordComponent") // never compared, never leaves the package
    record Posted(Draft draft, byte[] bytes) {
        Original original() {
            return new Original(
                    Sha256.of(bytes), bytes.length, draft.subject(), draft.id(), draft.said(), draft.attachments());
        }
    }

    // ---- the ways of a mail

    /// Mail from outside: whom it reached is known, how it was addressed is not (2.3), so all are `Recipient`.
    ///
    /// @param addresses those of ours that the outside server named in RCPT TO
    DemoMail inbound(String what, Draft draft, List<String> addresses, Chance chance) {
        Instant arrived = draft.said().plusSeconds(chance.between(3, 40));
        Posted posted = new Posted(
                draft,
                draft.mail(arrivalTraces(draft, arrived, chance), inboundTraces(draft, addresses, arrived, chance)));
        return report(
                what,
                Disposition.LETTERS,
                List.of(posted),
                new Envelope(
                        Optional.of(new Address(draft.from().address())),
                        Optional.empty(),
                        reached(Role.RECIPIENT, addresses, draft.said())),
                arrived.plusSeconds(chance.between(1, 20)),
                chance);
    }

    /// Mail by one of ours: how each recipient was addressed is known.
    DemoMail submitted(String what, Draft draft, List<String> bcc, Chance chance) {
        Posted posted = new Posted(draft, draft.mail(submissionTraces(draft, chance), innerTraces(draft, chance)));
        return report(
                what,
                Disposition.LETTERS,
                List.of(posted),
                submittedEnvelope(draft, bcc),
                draft.said().plusSeconds(chance.between(2, 15)),
                chance);
    }

    Envelope submittedEnvelope(Draft draft, List<String> bcc) {
        List<Recipient> recipients = new ArrayList<>();
        recipients.addAll(
                reached(Role.TO, draft.to().stream().map(Party::address).toList(), draft.said()));
        recipients.addAll(
                reached(Role.CC, draft.cc().stream().map(Party::address).toList(), draft.said()));
        recipients.addAll(reached(Role.BCC, bcc, draft.said()));
        Party presser = draft.sender().orElse(draft.from());
        return new Envelope(
                Optional.of(new Address(presser.address())),
                draft.sender().map(_ -> new Address(draft.from().address())),
                once(recipients));
    }

    List<Recipient> reached(Role role, List<String> addresses, Instant when) {
        List<Recipient> recipients = new ArrayList<>();
        addresses.forEach(a -> recipients.addAll(house.deliver(role, a, when)));
        return once(recipients);
    }

    /// One line a final recipient: whoever is addressed and a member of a list, too, gets the mail once.
    private static List<Recipient> once(List<Recipient> recipients) {
        Set<String> seen = new HashSet<>();
        return recipients.stream().filter(r -> seen.add(r.address().key())).toList();
    }

    // ---- the report

    /// The journal report of one or two mails, byte for byte as in JOURNAL-FORMATS 2.4.
    DemoMail report(
            String what,
            Disposition disposition,
            List<Posted> originals,
            Envelope envelope,
            Instant journaled,
            Chance chance) {
        Instant vouched = journaled.truncatedTo(ChronoUnit.SECONDS);
        byte[] report = reportBytes(originals, envelope, vouched, chance);
        return new DemoMail(
                NDR_ADDRESS,
                report,
                vouched,
                what,
                new Expectation(
                        disposition,
                        originals.stream().map(Posted::original).toList(),
                        envelope,
                        vouched,
                        house.owners(envelope, vouched)));
    }

    byte[] reportBytes(List<Posted> originals, Envelope envelope, Instant vouched, Chance chance) {
        Draft first = originals.getFirst().draft();
        String boundary = "_" + chance.guid() + "_";
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(reportHead(first, boundary, vouched, chance).bytes());
        write(out, "\r\n");
        envelopePart(out, boundary, first, envelope, chance);
        for (Posted original : originals) {
            write(out, "\r\n--" + boundary + "\r\nContent-Type: message/rfc822\r\n");
            if (Part.over127(original.bytes())) {
                write(out, "Content-Transfer-Encoding: 8bit\r\n"); // 2.9: Exchange says so only where it must
            }
            write(out, "\r\n");
            out.writeBytes(original.bytes());
        }
        write(out, "\r\n--" + boundary + "--\r\n");
        return out.toByteArray();
    }

    /// The header of a report, without the blank line after it.
    Head reportHead(Draft original, String boundary, Instant vouched, Chance chance) {
        String server = server(chance);
        Head head = new Head();
        head.raw("Content-Type", " multipart/mixed;\r\n\tboundary=\"" + boundary + "\"");
        head.add("Subject", original.subjectValue());
        head.add("To", original.toValue());
        head.add("From", original.fromValue());
        head.add("MIME-Version", "1.0");
        head.raw("Sender", "\r\n\t<" + SYSTEM + ">");
        head.add("Message-ID", "<" + chance.guid() + "@journal.report.generator>");
        head.add("Date", OfficeTime.rfc5322(vouched));
        head.add("X-MS-PublicTrafficType", "Email");
        head.raw("X-MS-Journal-Report", chance.oneIn(6) ? " " : ""); // 2.4: empty, sometimes one blank
        original.id().ifPresent(id -> head.raw("X-MS-Exchange-Parent-Message-Id", "\r\n\t" + id));
        head.add("Auto-Submitted", "auto-generated");
        head.add("X-MS-Exchange-Generated-Message-Source", "Journal Agent");
        head.add("X-MS-TrafficTypeDiagnostic", server + ":JournalingReport");
        head.add("X-OriginatorOrg", TENANT);
        head.raw("X-MS-Exchange-CrossTenant-Network-Message-Id", "\r\n\t" + chance.guid());
        head.add("X-MS-Exchange-Transport-CrossTenantHeadersStamped", server);
        return head;
    }

    /// The envelope part (2.2), as the writer profile of 2.9 encodes it where the subject is not ASCII.
    private static void envelopePart(
            ByteArrayOutputStream out, String boundary, Draft original, Envelope envelope, Chance chance) {
        StringBuilder lines = new StringBuilder();
        lines.append("Sender: ")
                .append(envelope.sender().map(Address::raw).orElse("<>"))
                .append("\r\n");
        envelope.onBehalfOf()
                .ifPresent(a -> lines.append("On-Behalf-Of: ").append(a.raw()).append("\r\n"));
        lines.append("Subject: ").append(original.subject()).append("\r\n");
        original.id().ifPresent(id -> lines.append("Message-Id: ").append(id).append("\r\n"));
        for (Recipient recipient : envelope.recipients()) {
            String word = recipient.role().word();
            lines.append(word.substring(0, 1).toUpperCase(Locale.ROOT))
                    .append(word.substring(1))
                    .append(": ")
                    .append(recipient.address().raw());
            recipient.expanded().ifPresent(g -> lines.append(", Expanded: ").append(g.raw()));
            recipient.forwarded().ifPresent(u -> lines.append(", Forwarded: ").append(u.raw()));
            lines.append("\r\n");
        }
        boolean ascii = lines.chars().allMatch(c -> c < 0x80);
        byte[] utf8 = lines.toString().getBytes(StandardCharsets.UTF_8);
        int draw = chance.between(0, 9);
        String transfer = ascii ? "7bit" : draw < 6 ? "quoted-printable" : draw < 9 ? "8bit" : "base64";
        write(
                out,
                "--" + boundary + "\r\nContent-Type: text/plain; charset=\"" + (ascii ? "us-ascii" : "utf-8")
                        + "\"\r\nContent-Transfer-Encoding: " + transfer + "\r\n\r\n");
        out.writeBytes(
                switch (transfer) {
                    case "quoted-printable" -> Head.quotedPrintable(utf8);
                    case "base64" -> Head.base64(utf8);
                    default -> utf8;
                });
    }

    // ---- reports of non-delivery

    /// A report of non-delivery for a journal report (7.1).
    ///
    /// @param report the one that could not be delivered, attached where `attach`
    DemoMail nonDelivery(
            String what, DemoMail report, boolean attach, Disposition disposition, Instant when, Chance chance) {
        Instant vouched = when.truncatedTo(ChronoUnit.SECONDS);
        String id = messageId(report.report());
        String text = "Your message to journal@archive.example couldn't be delivered.\n\n"
                + "The receiving system did not answer in time.\n\nDiagnostic information for administrators:\n"
                + "Generating server: " + server(chance) + "\n"
                + "550 5.4.316 Message expired, connection refused\n";
        String status = "Reporting-MTA: dns;" + server(chance) + "\r\nArrival-Date: "
                + OfficeTime.rfc5322(report.expectation().vouched())
                + "\r\n\r\nFinal-Recipient: rfc822;journal@archive.example\r\nAction: failed\r\nStatus: 5.4.316\r\n"
                + "Diagnostic-Code: smtp;550 5.4.316 Message expired, connection refused\r\n"
                + "Remote-MTA: dns;archive.example\r\n";
        List<Part> parts = new ArrayList<>(List.of(
                new Part.Multi(
                        "alternative; differences=Content-Type",
                        chance.guid(),
                        List.of(Part.Text.utf8("plain", text), Part.Text.utf8("html", html("en", text)))),
                status(status)));
        if (attach) {
            parts.add(attachedMail(report.report()));
        }
        return new DemoMail(
                "",
                systemMail("Undeliverable: journal report", parts, id, vouched, "auto-replied", chance),
                vouched,
                what,
                attach
                        ? new Expectation(
                                disposition,
                                report.expectation().originals(),
                                report.expectation().envelope(),
                                report.expectation().vouched(),
                                report.expectation().owners())
                        : new Expectation(disposition, List.of(), Envelope.EMPTY, vouched, Set.of()));
    }

    /// A notice that a report is late (RFC 3464 2.3.3, `delayed`).
    DemoMail delay(DemoMail report, Instant when, Chance chance) {
        Instant vouched = when.truncatedTo(ChronoUnit.SECONDS);
        String text = "Delivery to journal@archive.example has been delayed. No action is required on your part.\n";
        String status = "Reporting-MTA: dns;" + server(chance) + "\r\n\r\n"
                + "Final-Recipient: rfc822;journal@archive.example\r\nAction: delayed\r\nStatus: 4.4.316\r\n"
                + "Diagnostic-Code: smtp;450 4.4.316 Connection refused\r\nWill-Retry-Until: "
                + OfficeTime.rfc5322(vouched.plusSeconds(44 * 3_600)) + "\r\n";
        return new DemoMail(
                "",
                systemMail(
                        "Delivery delayed: journal report",
                        List.of(Part.Text.utf8("plain", text), status(status)),
                        messageId(report.report()),
                        vouched,
                        "auto-replied",
                        chance),
                vouched,
                "delay",
                new Expectation(Disposition.NOTICE, List.of(), Envelope.EMPTY, vouched, Set.of()));
    }

    private static byte[] systemMail(
            String subject, List<Part> parts, String about, Instant when, String automatic, Chance chance) {
        Head more = new Head();
        more.raw("X-MS-Exchange-Message-Is-Ndr", "");
        more.add("Content-Language", "en-US");
        more.add("Auto-Submitted", automatic);
        Party system = Party.plain("Microsoft Outlook", "postmaster@" + TENANT, Tongue.EN);
        return new Draft(
                        system,
                        Optional.empty(),
                        List.of(Party.plain("", NDR_ADDRESS, Tongue.EN)),
                        List.of(),
                        subject,
                        when,
                        ZoneOffset.UTC,
                        Optional.of("<" + chance.guid() + "@" + server(chance) + ">"),
                        List.of(about),
                        Head.Words.UTF8_B,
                        more,
                        new Part.Multi("report; report-type=delivery-status", chance.guid(), parts))
                .mail(new Head(), new Head());
    }

    static Part status(String fields) {
        return new Part.Octets(
                new Head().add("Content-Type", "message/delivery-status"), fields.getBytes(StandardCharsets.US_ASCII));
    }

    static Part attachedMail(byte[] mail) {
        Head fields = new Head().add("Content-Type", "message/rfc822");
        if (Part.over127(mail)) {
            fields.add("Content-Transfer-Encoding", "8bit");
        }
        return new Part.Octets(fields, mail);
    }

    private static String messageId(byte[] report) {
        String head = new String(report, 0, Math.min(report.length, 4_000), StandardCharsets.ISO_8859_1);
        int at = head.indexOf("\r\nMessage-ID: ") + "\r\nMessage-ID: ".length();
        return head.substring(at, head.indexOf("\r\n", at));
    }

    static String html(String language, String text) {
        StringBuilder out = new StringBuilder("<!DOCTYPE html>\n<html lang=\"" + language
                + "\"><head><meta charset=\"utf-8\">" + "</head>\n<body>\n");
        for (String paragraph : text.strip().split("\n\n", -1)) {
            out.append("<p>")
                    .append(Enclosures.xml(paragraph).replace("\n", "<br>\n"))
                    .append("</p>\n");
        }
        return out.append("</body></html>\n").toString();
    }

    // ---- traces

    /// What the servers between an outside author and ours wrote, the youngest on top (2.6).
    Head arrivalTraces(Draft draft, Instant arrived, Chance chance) {
        String domain = draft.from().domain();
        String client = "198.51.100." + chance.between(2, 250);
        String front = "AM6EUR05FT0" + chance.between(10, 99) + ".eop-eur05.prod.protection.exchange.example";
        String server = server(chance);
        String version = "(version=TLS1_3, cipher=TLS_AES_256_GCM_SHA384) id 15.20." + chance.between(7_000, 9_999)
                + "." + chance.between(10, 40);
        Head head = new Head();
        head.add(
                "Received",
                "from " + front + " (2001:db8:20b:" + chance.hex(3) + "::" + chance.hex(2) + ") by " + server
                        + " (2001:db8:10a6:" + chance.hex(3) + "::" + chance.hex(2)
                        + ") with Microsoft SMTP Server " + version + "; " + OfficeTime.rfc5322(arrived));
        head.add(
                "Authentication-Results",
                "spf=pass (sender IP is " + client + ") smtp.mailfrom=" + domain
                        + "; dkim=pass (signature was verified) header.d=" + domain
                        + ";dmarc=pass action=none header.from=" + domain + ";compauth=pass reason=100");
        head.add(
                "Received-SPF",
                "Pass (protection.exchange.example: domain of " + domain + " designates " + client
                        + " as permitted sender) receiver=protection.exchange.example; client-ip=" + client
                        + "; helo=mx1." + domain + "; pr=C");
        head.add(
                "Received",
                "from mx1." + domain + " (" + client + ") by " + front + " (10.233.241.7) with Microsoft SMTP Server "
                        + version + " via Frontend Transport; " + OfficeTime.rfc5322(arrived));
        head.add(
                "DKIM-Signature",
                "v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + domain
                        + "; s=m2023; h=from:to:subject:date:message-id; bh=" + base64(32, chance) + "; b="
                        + base64(66, chance) + " " + base64(66, chance) + " " + base64(60, chance));
        head.add(
                "Received",
                "from [192.0.2." + chance.between(2, 250) + "] (helo=desk" + chance.between(1, 40) + "." + domain
                        + ") by mx1." + domain + " with ESMTPSA id " + chance.upperHex(11) + "; "
                        + OfficeTime.rfc5322(draft.said().plusSeconds(1), draft.zone()));
        return head;
    }

    private Head inboundTraces(Draft draft, List<String> addresses, Instant arrived, Chance chance) {
        Head head = new Head();
        head.add("Return-Path", draft.from().address());
        organization(head, "Incoming", "Anonymous", "Internet", arrived, chance);
        head.add("X-MS-Exchange-Organization-OriginalEnvelopeRecipients", String.join(";", addresses));
        head.add("X-MS-Exchange-Organization-OriginalClientIPAddress", "198.51.100.7");
        processed(head, chance);
        return head;
    }

    /// Between Outlook and the transport there is one hop.
    Head submissionTraces(Draft draft, Chance chance) {
        String server = server(chance);
        return new Head()
                .add(
                        "Received",
                        "from " + server + " ([fe80::" + chance.hex(4) + ":" + chance.hex(4) + "]) by " + server
                                + " ([fe80::" + chance.hex(4) + ":" + chance.hex(4) + "%4]) with mapi id 15.20."
                                + chance.between(7_000, 9_999) + "." + chance.between(10, 40) + "; "
                                + OfficeTime.rfc5322(draft.said().plusSeconds(1)));
    }

    Head innerTraces(Draft draft, Chance chance) {
        Head head = new Head();
        head.raw("X-MS-Has-Attach", draft.attachments().isEmpty() ? "" : " yes");
        organization(head, "Originating", "Internal", "Hosted", draft.said(), chance);
        processed(head, chance);
        return head;
    }

    private static void organization(
            Head head, String direction, String as, String entity, Instant when, Chance chance) {
        String start = DateTimeFormatter.ofPattern("dd MMM yyyy HH:mm:ss.SSSS", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC)
                .format(when);
        String prefix = "X-MS-Exchange-Organization-";
        head.add(prefix + "ExpirationStartTime", start + " (UTC)");
        head.add(prefix + "ExpirationStartTimeReason", "OriginalSubmit");
        head.add(prefix + "ExpirationInterval", "1:00:00:00.0000000");
        head.add(prefix + "Network-Message-Id", chance.guid());
        head.add(prefix + "MessageScope", chance.guid());
        head.add(prefix + "Id", TENANT_ID);
        head.add(prefix + "MessageDirectionality", direction);
        head.add(prefix + "AuthSource", server(chance));
        head.add(prefix + "AuthAs", as);
        head.add(prefix + "FromEntityHeader", entity);
        head.add(prefix + "TransportTrafficType", "Email");
        head.add(prefix + "SCL", as.equals("Internal") ? "-1" : "1");
    }

    private static void processed(Head head, Chance chance) {
        if (chance.oneIn(20)) {
            // real ones reach 27 KB in one field (3.3): what a reader with small limits stumbles over
            StringBuilder index = new StringBuilder(" 1");
            for (int i = chance.between(120, 360); i > 0; i--) {
                index.append("\r\n ").append(base64(54, chance));
            }
            head.raw("X-MS-Exchange-Forest-IndexAgent-0", index.toString());
        }
        head.add("X-MS-Exchange-Organization-Processed-By-Gcc-Journaling", "Journal Agent");
    }

    static String server(Chance chance) {
        return "AS8PR01MB" + chance.between(7_000, 7_009) + ".eurprd01.prod.exchange.example";
    }

    static String base64(int octets, Chance chance) {
        return Base64.getEncoder().encodeToString(chance.bytes(octets));
    }

    private static void write(ByteArrayOutputStream out, String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
