package io.carteggio.server.command;

import io.carteggio.server.local.Access;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "check",
        description = {
            "Reads back every octet and compares the catalogue and the index with the vault.",
            "Says what is damaged, by letter; changes nothing."
        })
final class CheckCommand implements Callable<Integer> {
    /// Problems in the JSON; all of them are on the error stream.
    private static final int LISTED = 1_000;

    private final Carteggio carteggio;

    @Option(
            names = "--fast",
            description = "Frames and what they say, without the octets of letters; of the index only the number.")
    private boolean fast;

    @Option(
            names = "--vault",
            description = {
                "The vault, its keys and its ledger, every octet; not whether catalogue and index are",
                "what the vault makes of them, which takes many times as long."
            })
    private boolean vault;

    @Option(
            names = "--witness",
            paramLabel = "FILE",
            description = {
                "A checkpoint, or many, that was kept where the archive's administrator cannot reach:",
                "shows an archive that was rolled back or signed anew."
            })
    private Optional<Path> witness = Optional.empty();

    CheckCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("check", () -> {
            try (Access access = carteggio.access(false);
                    ProgressLine shown = new ProgressLine(carteggio.console(), "steps", 0)) {
                Heard heard = new Heard(shown);
                Outcome outcome = check(access, heard);
                shown.clear();
                if (outcome.error().isPresent() || heard.result.isEmpty()) {
                    return outcome;
                }
                tell(heard.result.get(), heard.listed);
                return outcome.exit() == Exit.DONE
                        ? outcome
                        : Outcome.failed(
                                Exit.NO, heard.result.get().path("problems").asLong(0) + " problems found");
            }
        });
    }

    private Outcome check(Access access, Heard heard) throws IOException {
        ObjectNode params = Json.object().put("fast", fast).put("vault", vault).put("witness", witness.isPresent());
        try (InputStream notes =
                witness.isPresent() ? Files.newInputStream(witness.get()) : InputStream.nullInputStream()) {
            return access.call("check", params, notes, new Lines(heard::line));
        }
    }

    private final class Heard {
        private final ProgressLine shown;
        private final ArrayNode listed = Json.texts(java.util.stream.Stream.empty());
        private Optional<ObjectNode> result = Optional.empty();
        private long frames;
        private long bytes;

        Heard(ProgressLine shown) {
            this.shown = shown;
        }

        private void line(ObjectNode line) {
            if (line.has("ok")) {
                result = Optional.of(line);
            } else if (line.has("problem")) {
                shown.clear();
                carteggio.console().complain(line.path("problem").asString(""));
                if (listed.size() < LISTED) {
                    listed.add(line);
                }
            } else {
                shown.done(
                        line.path("frames").asLong(0) - frames,
                        line.path("bytes").asLong(0) - bytes);
                frames = line.path("frames").asLong(0);
                bytes = line.path("bytes").asLong(0);
            }
        }
    }

    private void tell(ObjectNode result, ArrayNode listed) {
        if (carteggio.json()) {
            result.set("damaged", listed);
            carteggio.console().json(result);
            return;
        }
        if (result.path("ok").asBoolean(false)) {
            carteggio
                    .console()
                    .line("all is well: " + result.path("letters").asLong(0) + " letters, "
                            + result.path("arrivals").asLong(0) + " arrivals, "
                            + Sizes.of(result.path("bytes").asLong(0))
                            + (fast ? " (the octets of letters were not read)" : " read back"));
        }
        Json.texts(result.path("unproven")).forEach(what -> carteggio.console().line("unproven: " + what));
    }
}
