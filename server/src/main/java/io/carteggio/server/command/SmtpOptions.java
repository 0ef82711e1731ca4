package io.carteggio.server.command;

import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// Who may deliver to a journaling address.
final class SmtpOptions {
    @Option(
            names = "--networks",
            paramLabel = "LIST",
            description = {
                "For --smtp: where mail may come from, such as 192.0.2.0/24,2001:db8::/32; exchange-online for the",
                "hosts of Exchange Online (see source networks). Other mail goes into quarantine."
            })
    private Optional<String> networks = Optional.empty();

    @Option(
            names = "--client-certificate",
            paramLabel = "WHICH",
            description = {
                "For --smtp: the certificate that the sender must show: its SHA-256, its subject",
                "(CN=mail.example.com,O=Example,C=IT), or its host (mail.example.com)."
            })
    private Optional<String> client = Optional.empty();

    @Option(
            names = "--originator-org",
            paramLabel = "DOMAIN",
            description = "For --smtp: what X-OriginatorOrg must say, such as contoso.onmicrosoft.com.")
    private Optional<String> organisation = Optional.empty();

    @Option(
            names = "--tenant",
            paramLabel = "GUID",
            description = "For --smtp: whose mail it must be, as X-MS-Exchange-CrossTenant-Id says.")
    private Optional<String> tenant = Optional.empty();

    /// Adds what was said.
    void into(ObjectNode settings) {
        networks.ifPresent(value -> settings.put("networks", value));
        client.ifPresent(value -> settings.put("client-certificate", value));
        organisation.ifPresent(value -> settings.put("originator-org", value));
        tenant.ifPresent(value -> settings.put("tenant", value));
    }
}
