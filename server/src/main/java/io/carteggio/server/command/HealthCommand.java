package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "health",
        description = {
            "What is wrong now, the most urgent first, and how everything stands.",
            "Exit code 1 where something cannot wait."
        })
final class HealthCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    HealthCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.ask("health", "health.show", Json.object(), Lines.printing(carteggio, this::print));
    }

    private void print(ObjectNode line) {
        Console console = carteggio.console();
        if (line.has("urgency")) {
            console.line(String.format(
                    "%-4s  %-18s %-20s %s",
                    line.path("urgency").asString(""),
                    line.path("kind").asString(""),
                    line.path("subject").asString(""),
                    line.path("text").asString("")));
            return;
        }
        console.line(
                line.path("findings").asLong(0) == 0
                        ? "all is well"
                        : line.path("findings").asLong(0) + " findings, "
                                + line.path("now").asLong(0) + " cannot wait");
        line.properties().forEach(fact -> {
            if (!fact.getValue().isNull()) {
                console.line(String.format(
                        "  %-20s %s", fact.getKey(), fact.getValue().asString("")));
            }
        });
    }
}
