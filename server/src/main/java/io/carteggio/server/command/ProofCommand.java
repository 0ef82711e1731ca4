package io.carteggio.server.command;

import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "proof",
        description = {
            "Prints the proof that a letter was archived: 'proof ID > letter.proof'.",
            "Anybody can check it with the archive's public key ('ledger key') and docs/format/verify_proof.py."
        })
final class ProofCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Parameters(paramLabel = "ID", description = "The letter's id, as 'search' gives it.")
    private String id = "";

    @Mixin
    private ViewerOptions viewer = new ViewerOptions();

    ProofCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        ObjectNode params = Json.object().put("id", id);
        viewer.into(params);
        return carteggio.ask("proof", "proof", params, new Printed());
    }

    private final class Printed implements Reply {
        @Override
        public void line(ObjectNode line) {}

        @Override
        public boolean offer(ObjectNode line) {
            return true;
        }

        @Override
        public void octets(byte[] bytes, int offset, int length) throws IOException {
            carteggio.console().out().write(bytes, offset, length);
            if (carteggio.console().out().checkError()) {
                throw new IOException("the output was closed");
            }
        }

        @Override
        public void end() {}
    }
}
