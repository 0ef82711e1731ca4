package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "erase",
        description = {
            "Erases the message that a letter belongs to, for good: the letter, its variants, what vouched for them.",
            "Refused while a hold or the minimum retention keeps it."
        })
final class EraseCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Parameters(paramLabel = "ID", arity = "0..1", description = "The letter's id, as 'search' gives it.")
    private Optional<String> id = Optional.empty();

    @Option(
            names = "--arrival",
            paramLabel = "NUMBER",
            description = "Erase quarantined mail or a notice, by the number that 'quarantine' gives it.")
    private Optional<Long> arrival = Optional.empty();

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept in the audit trail.")
    private String reason = "";

    @Option(
            names = "--unsearched",
            description = {
                "Go on where the index could not read all of it while holds stand:",
                "you have looked, and none of them means it."
            })
    private boolean unsearched;

    @Option(
            names = "--readmit",
            paramLabel = "MARK",
            description = "Erase nothing; let the erased letter with this mark come again.")
    private Optional<String> readmit = Optional.empty();

    EraseCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        if (Stream.of(id, arrival, readmit).filter(Optional::isPresent).count() != 1) {
            return carteggio.work("erase", () -> {
                throw Refusal.usage("give either a letter's ID, or --arrival NUMBER, or --readmit MARK");
            });
        }
        ObjectNode params = Json.object().put("reason", reason).put("unsearched", unsearched);
        if (readmit.isPresent()) {
            params.put("mark", readmit.get());
            return carteggio.ask(
                    "erase",
                    "erase.readmit",
                    params,
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line("the letter with mark "
                                            + line.path("readmitted").asString("") + " may come again")));
        }
        if (arrival.isPresent()) {
            params.put("arrival", arrival.get());
            return carteggio.ask("erase", "erase.whole", params, Lines.printing(carteggio, this::print));
        }
        params.put("id", id.orElse(""));
        return carteggio.ask("erase", "erase", params, Lines.printing(carteggio, this::print));
    }

    private static String numbers(ObjectNode done, String field) {
        return done.path(field).valueStream().map(JsonNode::toString).collect(Collectors.joining(", "));
    }

    private void print(ObjectNode done) {
        Console console = carteggio.console();
        console.line("erased: letters " + done.path("letters").asLong(0) + ", arrivals "
                + done.path("arrivals").asLong(0) + ", records "
                + done.path("records").asLong(0) + " (act "
                + done.path("act").asLong(0) + ")");
        if (!done.path("whole").isEmpty()) {
            console.line("with it went mail that was kept whole and had it inside: arrivals " + numbers(done, "whole"));
        }
        if (!done.path("suspects").isEmpty()) {
            console.line("NOT erased: mail that was kept whole and names its Message-ID, arrivals "
                    + numbers(done, "suspects")
                    + ". A part of it may lie there: look with 'quarantine show NUMBER --raw', then 'erase --arrival'");
        }
        if (!done.path("closed").isEmpty()) {
            console.line("NOT looked into: mail that was kept whole and is encrypted, damaged or too deep, arrivals "
                    + numbers(done, "closed"));
        }
        console.line("complete once copies of the keyring older than "
                + done.path("erasedAt").asString("") + " have expired (they are kept "
                + done.path("copiesKeptDays").asLong(0) + " days: "
                + done.path("everywhereFrom").asString("") + ")");
        console.line("known again by: " + Json.texts(done.path("marks")).collect(Collectors.joining(", ")));
        console.line("'carteggio compact' gives back the space");
    }
}
