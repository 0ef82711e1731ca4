package io.carteggio.acceptance;

import io.carteggio.mail.Content;
import java.nio.charset.StandardCharsets;

/// A notice that a mail could not be delivered, as Exchange Online sends one to the alternate journaling mailbox.
///
/// @param action `failed` or `delayed`
/// @param recipient whom the mail could not be delivered to
/// @param third the third part's header and body; nothing: there is none
record Ndr(String id, String action, String recipient, String third) {
    /// With the whole mail in it.
    static Ndr whole(String id, String recipient, Content mail) throws java.io.IOException {
        return new Ndr(id, "failed", recipient, "Content-Type: message/rfc822\r\n\r\n" + text(mail));
    }

    /// With the mail's header alone, as for one that is too large to attach.
    static Ndr headerOnly(String id, String recipient, Content mail) throws java.io.IOException {
        String text = text(mail);
        return new Ndr(
                id,
                "failed",
                recipient,
                "Content-Type: text/rfc822-headers\r\n\r\n" + text.substring(0, text.indexOf("\r\n\r\n") + 2));
    }

    /// It is not given up yet.
    static Ndr delay(String id, String recipient) {
        return new Ndr(id, "delayed", recipient, "");
    }

    private static String text(Content mail) throws java.io.IOException {
        return new String(mail.toByteArray(1 << 20), StandardCharsets.ISO_8859_1);
    }

    Content mail() {
        String boundary = "ndr-" + id;
        String status = action.equals("failed") ? "5.4.316" : "4.4.316";
        String mail = String.join(
                "\r\n",
                "Return-Path: <>",
                "MIME-Version: 1.0",
                "From: <postmaster@firm.onmicrosoft.example>",
                "To: <journal.ndr@firm.example>",
                "Date: Thu, 19 Mar 2026 09:12:05 +0000",
                "Content-Type: multipart/report; report-type=delivery-status;",
                "\tboundary=\"" + boundary + "\"",
                "X-MS-Exchange-Message-Is-Ndr:",
                "Content-Language: en-US",
                "Message-ID: <" + id + "@ndr.firm.example>",
                "Subject: Undeliverable: " + id,
                "Auto-Submitted: auto-replied",
                "",
                "--" + boundary,
                "Content-Type: text/plain; charset=\"us-ascii\"",
                "",
                "Delivery has failed to these recipients or groups:",
                recipient,
                "--" + boundary,
                "Content-Type: message/delivery-status",
                "",
                "Reporting-MTA: dns;SERVER.mail.protection.outlook.example",
                "Arrival-Date: Tue, 17 Mar 2026 09:12:05 +0000",
                "",
                "Final-Recipient: rfc822;" + recipient,
                "Action: " + action,
                "Status: " + status,
                "Diagnostic-Code: smtp;550 " + status + " Message expired, connection refused",
                "",
                third.isEmpty()
                        ? "--" + boundary + "--\r\n"
                        : "--" + boundary + "\r\n" + third + "\r\n--" + boundary + "--\r\n");
        return Content.of(mail.getBytes(StandardCharsets.ISO_8859_1));
    }
}
