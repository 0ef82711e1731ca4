package io.carteggio.server.command;

import java.time.Instant;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// What an export is told of a letter before its octets.
///
/// @param proof that it was archived, as text, where it was asked for
record Exported(String id, String sha256, long bytes, Instant date, Optional<String> sender, Optional<String> proof) {
    /// Long enough for every file system, and sorts by date.
    private static final int STAMP_CHARACTERS = "2024-03-01T12:34:56".length();

    ObjectNode json() {
        ObjectNode line = Json.object()
                .put("id", id)
                .put("date", Json.instant(date))
                .put("sha256", sha256)
                .put("bytes", bytes);
        sender.ifPresent(s -> line.put("sender", s));
        proof.ifPresent(p -> line.put("proof", p));
        return line;
    }

    static Exported of(ObjectNode line) {
        return new Exported(
                line.path("id").asString(""),
                line.path("sha256").asString(""),
                line.path("bytes").asLong(0),
                Instant.parse(line.path("date").asString("1970-01-01T00:00:00Z")),
                Json.optional(line, "sender"),
                Json.optional(line, "proof"));
    }

    /// A name for a file of this letter: `2024-03-01T123456-ID.eml`. A forged date may have a year of any length; it
    /// stays a name all the same.
    String fileName() {
        String date = Json.instant(date());
        String stamp = date.length() == STAMP_CHARACTERS + 1 ? date.substring(0, STAMP_CHARACTERS) : "undated";
        return stamp.replace(":", "") + "-" + id + ".eml";
    }

    /// The name of the file with its proof, beside [#fileName].
    String proofName() {
        return fileName() + ".proof";
    }

    String manifestLine(String file) {
        return Manifest.line(id, sha256, bytes, Json.instant(date), file);
    }
}
