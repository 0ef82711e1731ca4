package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "show", description = "Shows a letter, its octets, the reports that vouch for it, or its conversation.")
final class ShowCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Parameters(paramLabel = "ID", description = "The letter's id, as 'search' gives it.")
    private String id = "";

    @Mixin
    private ViewerOptions viewer = new ViewerOptions();

    @Option(names = "--raw", description = "The letter byte for byte.")
    private boolean raw;

    @Option(names = "--evidence", description = "The reports that vouch for it, without the letter in them.")
    private boolean evidence;

    @Option(
            names = "--arrival",
            paramLabel = "N",
            description = "With --evidence: only the report of this arrival, byte for byte.")
    private long arrival;

    @Option(names = "--conversation", description = "The letters of its conversation, oldest first.")
    private boolean conversation;

    ShowCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        ObjectNode params = Json.object().put("id", id);
        viewer.into(params);
        if ((raw ? 1 : 0) + (evidence ? 1 : 0) + (conversation ? 1 : 0) > 1) {
            return carteggio.work("show", () -> {
                throw Refusal.usage("--raw, --evidence and --conversation do not go together");
            });
        }
        if (conversation) {
            return carteggio.ask("show", "conversation", params, Lines.printing(carteggio, this::printOne));
        }
        if (raw) {
            return carteggio.ask("show", "raw", params, new OctetReply(carteggio.console(), false));
        }
        if (evidence) {
            params.put("arrival", arrival);
            return carteggio.ask("show", "evidence", params, new OctetReply(carteggio.console(), arrival == 0));
        }
        return carteggio.ask("show", "show", params, Lines.printing(carteggio, this::print));
    }

    private void printOne(ObjectNode line) {
        Console console = carteggio.console();
        if (line.has("id")) {
            console.line((line.path("id").asString("").equals(id) ? "> " : "  ")
                    + line.path("id").asString("") + "  "
                    + line.path("date").asString("").replace("T", " ").replace("Z", "") + "  "
                    + Json.optional(line, "from").orElse("(no sender)"));
            console.line("    " + Json.optional(line, "subject").orElse("(no subject)"));
        } else {
            console.complain(line.path("letters").asLong(1) + " letters"
                    + (line.path("complete").asBoolean(true) ? "" : ", or more"));
        }
    }

    private void print(ObjectNode letter) {
        Console console = carteggio.console();
        field("id", letter.path("id").asString(""));
        field("date", Json.optional(letter, "date").orElse(""));
        field("from", person(letter));
        field("to", Json.texts(letter.path("to")).collect(Collectors.joining(", ")));
        field("cc", Json.texts(letter.path("cc")).collect(Collectors.joining(", ")));
        field("subject", Json.optional(letter, "subject").orElse(""));
        field("size", Sizes.of(letter.path("bytes").asLong(0)));
        field("sha256", letter.path("sha256").asString(""));
        for (JsonNode a : letter.path("attachments")) {
            field(
                    "attachment",
                    Json.optional(a, "name").orElse("(no name)") + ", "
                            + a.path("type").asString("") + ", "
                            + Sizes.of(a.path("bytes").asLong(0)));
        }
        for (JsonNode v : letter.path("variants")) {
            field(
                    "variant",
                    v.path("id").asString("") + ", " + v.path("kind").asString("") + ", "
                            + Sizes.of(v.path("bytes").asLong(0)));
        }
        if (!letter.path("allVariants").asBoolean(true)) {
            field("variant", "and more, which are not looked at");
        }
        if (letter.path("protected").asBoolean(false)) {
            field("protected", "it is encrypted; there is no clear copy");
        }
        Json.texts(letter.path("otherVersions"))
                .forEach(other -> field("differs", other + " has the same Message-ID and another content"));
        for (JsonNode envelope : letter.path("envelopes")) {
            print(envelope);
        }
        Json.texts(letter.path("notes")).forEach(note -> field("note", note));
        console.line("");
        String text = Json.optional(letter, "text")
                .orElseGet(() -> letter.path("searchText").asString(""));
        text.lines().forEach(console::line);
    }

    private void print(JsonNode envelope) {
        Console console = carteggio.console();
        field(
                "vouched by",
                envelope.path("source").asString("") + ", "
                        + envelope.path("at").asString("") + ", arrival "
                        + envelope.path("arrival").asLong(0)
                        + Json.optional(envelope, "via").map(v -> ", via " + v).orElse("")
                        + (envelope.path("redelivery").asBoolean(false) ? ", delivered again" : ""));
        Json.optional(envelope, "outOfQuarantine").ifPresent(how -> console.line("    out of quarantine: " + how));
        Json.optional(envelope, "recomposed")
                .ifPresent(of -> console.line(
                        "    recomposed of an Outlook item (" + of + "): these are not the octets that were sent"));
        Json.texts(envelope.path("labels")).forEach(label -> console.line("    folder      " + label));
        console.line("    sender      " + Json.optional(envelope, "sender").orElse("(none)")
                + Json.optional(envelope, "onBehalfOf")
                        .map(o -> " on behalf of " + o)
                        .orElse(""));
        for (JsonNode r : envelope.path("recipients")) {
            console.line("    " + String.format("%-11s ", r.path("role").asString(""))
                    + r.path("address").asString("")
                    + Json.optional(r, "expanded")
                            .map(g -> ", expanded from " + g)
                            .orElse("")
                    + Json.optional(r, "forwarded")
                            .map(g -> ", forwarded from " + g)
                            .orElse(""));
        }
        if (!envelope.path("complete").asBoolean(true)) {
            console.line("    (there may be others, whom only the sender and an auditor see)");
        }
    }

    private static String person(ObjectNode letter) {
        String address = Json.optional(letter, "from").orElse("");
        return Json.optional(letter, "fromName")
                .filter(n -> !n.isBlank())
                .map(n -> n + " <" + address + ">")
                .orElse(address);
    }

    private void field(String name, String value) {
        if (!value.isBlank()) {
            carteggio.console().line(String.format("%-12s", name) + value);
        }
    }
}
