package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/// `key` and the archive's part in `backup`.
final class KeyOperations {
    /// A key or a passphrase is not longer.
    private static final int SECRET_BYTES = 64 * 1024;

    private final Desk desk;

    KeyOperations(Desk desk) {
        this.desk = desk;
    }

    Outcome show(Request request, Reply reply) throws IOException {
        tell(reply);
        return Outcome.DONE;
    }

    /// The body is the new key's digits, or the new passphrase: a secret belongs in no parameter, which might be
    /// shown where a request is told of.
    Outcome rotate(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String kind = request.text("kind");
        byte[] secret = request.body().readNBytes(SECRET_BYTES);
        String words = new String(secret, StandardCharsets.UTF_8);
        desk.keyring()
                .rotate(
                        switch (kind) {
                            case "key" -> new MasterKey.Digits(words);
                            case "passphrase" -> new MasterKey.Passphrase(words);
                            default -> throw Refusal.usage("key.rotate: 'kind' is not key or passphrase");
                        });
        tell(reply);
        return Outcome.DONE;
    }

    /// Closes the open segment. What was kept until now then lies in segments that are not written on.
    Outcome beginBackup(Request request, Reply reply) throws ArchiveException, IOException {
        desk.rollVault();
        var end = desk.vault().end();
        reply.line(Json.object()
                .put("directory", desk.directory().toAbsolutePath().toString())
                .put("frames", end.frames())
                .put("open", end.segment()));
        return Outcome.DONE;
    }

    private void tell(Reply reply) throws IOException {
        Keyring keyring = desk.keyring();
        reply.line(Json.object()
                .put("kind", keyring.underPassphrase() ? "passphrase" : "key")
                .put("fingerprint", keyring.fingerprint())
                .put("archive", HexFormat.of().formatHex(keyring.archiveId()))
                .put("revision", keyring.revision()));
    }
}
