package io.carteggio.acceptance;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A letter of the tests and the journal report around it, as Exchange Online writes one (layout and order of fields as
/// its published samples have them).
///
/// @param recipients the recipient lines of the report's envelope part, such as `Bcc: dora@firm.example`
record Post(String sender, String subject, String messageId, List<String> recipients, Content mail) {
    static final String ZONE = "+0000";

    Post {
        recipients = List.copyOf(recipients);
    }

    Post(String sender, String subject, String messageId, List<String> recipients, byte[] original) {
        this(sender, subject, messageId, recipients, Content.of(original));
    }

    /// A plain letter.
    static Post plain(String id, String sender, String to, String subject, String text, String... recipients) {
        String messageId = "<" + id + "@" + sender.substring(sender.indexOf('@') + 1) + ">";
        String letter = String.join(
                        "\r\n",
                        "Received: from outside.example by mx.firm.example with ESMTPS id " + id
                                + "; Tue, 17 Mar 2026 09:12:01 " + ZONE,
                        "From: " + sender,
                        "To: " + to,
                        "Subject: " + subject,
                        "Message-ID: " + messageId,
                        "Date: Tue, 17 Mar 2026 09:12:00 " + ZONE,
                        "MIME-Version: 1.0",
                        "Content-Type: text/plain; charset=utf-8",
                        "Content-Transfer-Encoding: 8bit",
                        "",
                        text)
                + "\r\n";
        return new Post(sender, subject, messageId, List.of(recipients), letter.getBytes(StandardCharsets.UTF_8));
    }

    /// The original's octets.
    byte[] original() {
        try {
            return mail.toByteArray(Integer.MAX_VALUE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The sum of the original: the letter's identity.
    Sha256 sum() {
        return Sha256.of(original());
    }

    /// The report, whole.
    Content report() {
        return Octets.joined(Content.of(head()), mail, Content.of(tail()));
    }

    private String boundary() {
        String hex = sum().toString();
        return "_" + hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-4" + hex.substring(13, 16) + "-8"
                + hex.substring(17, 20) + "-" + hex.substring(20, 32) + "_";
    }

    /// All of the report before the original.
    byte[] head() {
        String guid = boundary().substring(1, boundary().length() - 1);
        List<String> lines = new ArrayList<>(List.of(
                "Content-Type: multipart/mixed;",
                "\tboundary=\"" + boundary() + "\"",
                "Subject: " + encoded(subject),
                "To: <" + firstRecipient() + ">",
                "From: <" + sender + ">",
                "MIME-Version: 1.0",
                "Sender:",
                "\t<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firm.example>",
                "Message-ID: <" + guid + "@journal.report.generator>",
                "Date: Tue, 17 Mar 2026 09:12:05 " + ZONE,
                "X-MS-PublicTrafficType: Email",
                "X-MS-Journal-Report:",
                "X-MS-Exchange-Parent-Message-Id:",
                "\t" + messageId,
                "Auto-Submitted: auto-generated",
                "X-MS-Exchange-Generated-Message-Source: Journal Agent",
                "X-MS-TrafficTypeDiagnostic: XX1PR01MB0001:JournalingReport",
                "X-OriginatorOrg: firm.example",
                "",
                "--" + boundary(),
                "Content-Type: text/plain; charset=\"utf-8\"",
                "Content-Transfer-Encoding: 8bit",
                "",
                "Sender: " + sender,
                "Subject: " + subject,
                "Message-Id: " + messageId));
        lines.addAll(recipients);
        lines.addAll(List.of("", "--" + boundary(), "Content-Type: message/rfc822", "", ""));
        return String.join("\r\n", lines).getBytes(StandardCharsets.UTF_8);
    }

    /// All of the report after the original.
    byte[] tail() {
        return ("\r\n--" + boundary() + "--\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private String firstRecipient() {
        return recipients.getFirst().replaceFirst("^[^:]*: *", "").replaceFirst(",.*", "");
    }

    private static String encoded(String text) {
        return text.chars().allMatch(c -> c < 0x80)
                ? text
                : "=?utf-8?B?" + java.util.Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8))
                        + "?=";
    }
}
