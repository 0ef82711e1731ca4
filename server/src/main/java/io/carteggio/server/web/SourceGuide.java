package io.carteggio.server.web;

import io.carteggio.server.web.language.Texts;
import io.carteggio.server.web.page.SourceView.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The steps that make a mail system send its mail here, filled in. A function of its arguments.
final class SourceGuide {
    private SourceGuide() {}

    /// What the steps are filled in with.
    ///
    /// @param name of the source
    /// @param host where this archive is reached
    /// @param port of its listener
    /// @param alternate the alternate journaling mailbox, or what stands for it
    record Facts(String name, String address, String domain, String host, int port, String alternate) {}

    static List<Step> of(Texts texts, MailSystem system, Facts facts) {
        List<Step> steps = new ArrayList<>();
        for (int step = 1; step <= system.steps(); step++) {
            steps.add(new Step(texts.rich("guide." + system.word() + "." + step), lines(system, step, facts)));
        }
        return steps;
    }

    private static Optional<String> lines(MailSystem system, int step, Facts f) {
        String lines = switch (system) {
            case MICROSOFT_365 ->
                switch (step) {
                    case 2 -> "Connect-ExchangeOnline\n" + alternate(f);
                    case 3 -> rule(f);
                    case 5 -> "Set-IRMConfiguration -JournalReportDecryptionEnabled $true";
                    case 7 ->
                        "Get-TransportConfig | Format-List JournalingReportNdrTo\n"
                                + "Get-JournalRule | Format-List Name,JournalEmailAddress,Recipient,Scope,Enabled";
                    default -> "";
                };
            case EXCHANGE_SERVER ->
                switch (step) {
                    case 1 ->
                        "New-SendConnector -Name 'Carteggio' -Usage Custom -AddressSpaces " + quoted(f.domain())
                                + " -DNSRoutingEnabled $false -SmartHosts " + quoted(f.host());
                    case 2 -> alternate(f);
                    case 3 -> rule(f);
                    case 4 ->
                        "New-MailContact -Name " + quoted(f.name()) + " -ExternalEmailAddress " + quoted(f.address())
                                + "\nGet-MailboxDatabase | Set-MailboxDatabase -JournalRecipient " + quoted(f.name());
                    default -> "";
                };
            case POSTFIX ->
                switch (step) {
                    case 1 -> "always_bcc = " + f.address() + "\ntransport_maps = hash:/etc/postfix/transport";
                    case 2 -> f.domain() + "    smtp:[" + f.host() + "]:" + f.port();
                    case 3 -> "postmap /etc/postfix/transport && postfix reload";
                    default -> "";
                };
            case EXIM ->
                switch (step) {
                    case 1 -> "system_filter = /etc/exim4/carteggio.filter\nsystem_filter_user = Debian-exim";
                    case 2 -> "# Exim filter\nif first_delivery then\n  unseen deliver " + f.address() + "\nendif";
                    case 3 ->
                        "carteggio:\n  driver = manualroute\n  domains = " + f.domain()
                                + "\n  transport = remote_smtp\n  route_list = * " + f.host() + "::" + f.port()
                                + " byname";
                    default -> "";
                };
            case GOOGLE_WORKSPACE, OTHER, MAILBOX -> "";
        };
        return lines.isEmpty() ? Optional.empty() : Optional.of(lines);
    }

    private static String alternate(Facts f) {
        return "Set-TransportConfig -JournalingReportNdrTo " + quoted(f.alternate());
    }

    /// Everybody, and all messages: no recipient is named.
    private static String rule(Facts f) {
        return "New-JournalRule -Name " + quoted(f.name()) + " -JournalEmailAddress " + quoted(f.address())
                + " -Scope Global -Enabled $true";
    }

    /// A text of PowerShell in which nothing is filled in.
    private static String quoted(String text) {
        return "'" + text.replaceAll("['\u2018\u2019\u201a\u201b]", "$0$0") + "'";
    }
}
