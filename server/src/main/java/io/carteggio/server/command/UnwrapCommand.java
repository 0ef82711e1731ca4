package io.carteggio.server.command;

import io.carteggio.embedded.disk.FileContent;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.Original;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Unwrapper;
import io.carteggio.mail.report.Warning;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "unwrap",
        description =
                "Tells what a journal report says, and why it is taken for one. Needs no archive and changes nothing.")
final class UnwrapCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Parameters(paramLabel = "FILE", description = "A mail.")
    private Path file = Path.of("");

    UnwrapCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("unwrap", this::unwrap);
    }

    private Outcome unwrap() throws IOException, Refusal {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) {
            throw Refusal.no("not a file: " + file);
        }
        Content mail = new FileContent(file, 0, Files.size(file));
        Unwrapper.Explained explained = Unwrapper.explain(mail);
        List<String> why = explained.why();
        return switch (explained.what()) {
            case Unwrapped.Report report -> told(report, "report", why);
            case Unwrapped.Ndr ndr
            when ndr.report().isPresent() -> told(ndr.report().get(), "ndr", why);
            case Unwrapped.Ndr ndr ->
                refused("ndr", "a non-delivery notice without a journal report inside", ndr.warnings(), why);
            case Unwrapped.Delay _ -> refused("delay", "a notice that mail is late, no journal report", List.of(), why);
            case Unwrapped.Delivered _ ->
                refused("delivered", "a notice of delivery, no journal report", List.of(), why);
            case Unwrapped.Plain _ -> refused("plain", "no journal report", List.of(), why);
            case Unwrapped.Unreadable unreadable ->
                refused(
                        "unreadable",
                        "a journal report that cannot be read: " + unreadable.why(),
                        unreadable.warnings(),
                        why);
        };
    }

    /// The answer is no; with `--json` the object says so too, so that a script learns why.
    private Outcome refused(String kind, String what, List<Warning> warnings, List<String> why)
            throws IOException, Refusal {
        if (carteggio.json()) {
            ObjectNode line = Json.object().put("kind", kind).put("reason", what);
            line.set("warnings", Json.texts(warnings.stream().map(Warning::toString)));
            line.set("why", Json.texts(why.stream()));
            carteggio.console().json(line);
        } else {
            why.forEach(w -> carteggio.console().complain("because: " + w));
            warnings.forEach(w -> carteggio.console().complain("warning: " + w));
        }
        throw Refusal.no(file + ": " + what);
    }

    private Outcome told(Unwrapped.Report report, String kind, List<String> why) throws IOException {
        ObjectNode line = Json.object().put("dialect", report.dialect().word()).put("kind", kind);
        line.set("sender", Json.address(report.envelope().sender()));
        line.set("onBehalfOf", Json.address(report.envelope().onBehalfOf()));
        line.set("subject", Json.text(report.subject()));
        line.set("messageId", Json.text(report.messageId()));
        line.set("label", Json.text(report.label()));
        line.set("mailbox", Json.text(report.mailbox()));
        line.set("sentUtc", Json.text(report.sentUtc()));
        line.set("receivedUtc", Json.text(report.receivedUtc()));
        line.set("journaled", Json.instant(report.journaled()));
        line.set("reportId", Json.text(report.reportId()));
        line.set(
                "recipients",
                Json.objects(report.envelope().recipients().stream().map(ReadingOperations::recipient)));
        Stream.Builder<ObjectNode> originals = Stream.builder();
        for (Original original : report.originals()) {
            originals.add(Json.object()
                    .put("bytes", original.bytes().sizeBytes())
                    .put("sha256", Sha256.of(original.bytes()).toString())
                    .put("kind", original.kind().word()));
        }
        line.set("originals", Json.objects(originals.build()));
        line.set("warnings", Json.texts(report.warnings().stream().map(Warning::toString)));
        line.set("why", Json.texts(why.stream()));
        Lines.printing(carteggio, this::print).line(line);
        return Outcome.DONE;
    }

    private void print(ObjectNode report) {
        for (String name : List.of(
                "dialect",
                "sender",
                "onBehalfOf",
                "subject",
                "messageId",
                "label",
                "mailbox",
                "sentUtc",
                "receivedUtc")) {
            Json.optional(report, name).ifPresent(value -> field(name, value));
        }
        for (JsonNode r : report.path("recipients")) {
            field(
                    r.path("role").asString(""),
                    r.path("address").asString("")
                            + Json.optional(r, "expanded")
                                    .map(g -> ", expanded from " + g)
                                    .orElse("")
                            + Json.optional(r, "forwarded")
                                    .map(g -> ", forwarded from " + g)
                                    .orElse(""));
        }
        for (JsonNode original : report.path("originals")) {
            field(
                    original.path("kind").asString(""),
                    original.path("bytes").asLong(0) + " octets, sha256 "
                            + original.path("sha256").asString(""));
        }
        Json.texts(report.path("warnings")).forEach(warning -> field("warning", warning));
        Json.texts(report.path("why")).forEach(because -> field("because", because));
    }

    private void field(String name, String value) {
        carteggio.console().line(String.format("%-12s", name) + value);
    }
}
