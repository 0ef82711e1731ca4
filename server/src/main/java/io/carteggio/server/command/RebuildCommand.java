package io.carteggio.server.command;

import io.carteggio.embedded.vault.SegmentFileVault.Loss;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Outcome;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "rebuild",
        description = {
            "Makes catalogue and index anew from the vault, beside the old ones, then puts them in their place.",
            "Needs the archive for itself; with --compare it does not."
        })
final class RebuildCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Option(
            names = "--compare",
            description = "Only prove that the catalogue would come out the same; nothing is put in place.")
    private boolean compare;

    @Option(
            names = "--accept-loss",
            description = {
                "Go on where segments at the end of the vault are missing for good. What lay in them is lost, and 'check'",
                "says so from then on; should they be found, they can still be put back."
            })
    private boolean acceptLoss;

    RebuildCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("rebuild", () -> {
            if (!compare) {
                return new Rebuilding(
                                carteggio.directory(),
                                carteggio.masterKey(),
                                acceptLoss ? Loss.ACCEPTED : Loss.REFUSED,
                                carteggio.console())
                        .run(Lines.printing(carteggio, this::print));
            }
            try (Access access = carteggio.access(false)) {
                return access.call("rebuild.compare", Json.object(), Lines.printing(carteggio, this::printComparison));
            }
        });
    }

    private void print(ObjectNode line) {
        carteggio
                .console()
                .line("made anew: " + line.path("letters").asLong(0) + " letters from "
                        + line.path("frames").asLong(0) + " frames");
    }

    private void printComparison(ObjectNode line) {
        carteggio
                .console()
                .line(
                        line.path("equal").asBoolean(false)
                                ? "it would come out the same: "
                                        + line.path("letters").asLong(0) + " letters from "
                                        + line.path("frames").asLong(0) + " frames"
                                : "it would come out different in: "
                                        + Json.texts(line.path("different")).collect(Collectors.joining(", ")));
    }

    /// How it ended.
    static Outcome outcome(long damages) {
        return damages == 0
                ? Outcome.DONE
                : Outcome.failed(
                        io.carteggio.server.local.Exit.NO,
                        damages + " damages in the vault; what they held is missing. 'carteggio check' tells more");
    }
}
