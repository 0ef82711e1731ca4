package io.carteggio.server.command;

import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// On whose behalf a command reads.
final class ViewerOptions {
    @Option(
            names = "--as",
            paramLabel = "PERSON",
            description = "Only what this person may see; a name or an address of hers.")
    private Optional<String> as = Optional.empty();

    @Option(
            names = "--auditor",
            paramLabel = "REASON",
            description = "As an auditor, across all people; the reason is written into the audit trail.")
    private Optional<String> auditor = Optional.empty();

    void into(ObjectNode params) {
        as.ifPresent(person -> params.put("as", person));
        auditor.ifPresent(reason -> params.put("auditor", reason));
    }
}
