package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carteggio.mail.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.stream.RecursionMode;
import org.junit.jupiter.api.Test;

/// A third reader as a witness: where a mail is not damaged, mime4j must see the same parts with the same octets.
class Mime4jComparisonTest {
    /// What mime4j does not read, and why ours is right.
    private static final Map<String, String> FOREIGN = Map.of(
            "cpython--msg_15.txt.eml",
                    "an inner multipart with the outer one's boundary: both have parts (RFC 2046 5.1.2)",
            "spamscope--mail_malformed_1.eml", "the same",
            "stalwart-mp--malformed-005.eml", "a boundary that ends with two hyphens",
            "cpython--msg_33.txt.eml", "a boundary in RFC 2231 form");

    @Test
    void seesTheSamePartsInUndamagedMail() throws IOException {
        Optional<Path> corpus = CorpusExpectations.corpus();
        assumeTrue(corpus.isPresent(), "the corpus of mail by others is not on this machine");
        List<Path> mails;
        try (Stream<Path> files = Files.walk(corpus.orElseThrow())) {
            mails = files.filter(file -> file.toString().endsWith(".eml"))
                    .sorted()
                    .toList();
        }
        int compared = 0;
        List<String> different = new ArrayList<>();
        for (Path file : mails) {
            byte[] octets = Files.readAllBytes(file);
            Content mail = Content.of(octets);
            Structure structure = Structure.of(mail, ReadLimits.DEFAULT, 0, 0);
            boolean undamaged = LetterReader.read(mail, ReadLimits.DEFAULT).notes().stream()
                    .noneMatch(note -> note.name().startsWith("DAMAGED"));
            String name = String.valueOf(file.getFileName());
            if (!undamaged || FOREIGN.containsKey(name) || isForeignToMime4j(octets, structure)) {
                continue;
            }
            compared++;
            List<String> ours = ours(octets, structure);
            List<String> theirs = theirs(octets);
            if (!ours.equals(theirs)) {
                different.add(name + "\n  ours   " + ours + "\n  theirs " + theirs);
            }
        }
        assertThat(compared).isGreaterThan(1_000);
        assertThat(different).isEmpty();
    }

    /// Old Macintosh files, whose lines end with CR, and uuencode, which was never a standard.
    private static boolean isForeignToMime4j(byte[] octets, Structure structure) {
        return !Latin1.string(octets, 0, octets.length).contains("\n")
                || Inventory.leaves(structure.root()).stream()
                        .anyMatch(node -> node.encoding() == TransferEncoding.UUENCODE);
    }

    private static List<String> ours(byte[] octets, Structure structure) throws IOException {
        List<String> parts = new ArrayList<>();
        for (Node node : Inventory.leaves(structure.root())) {
            try (InputStream in = LetterReader.open(Content.of(octets), node)) {
                parts.add(part(node.type.value(), in.readAllBytes()));
            }
        }
        return parts;
    }

    private static List<String> theirs(byte[] octets) throws IOException {
        MimeConfig config = MimeConfig.custom()
                .setMaxLineLen(-1)
                .setMaxHeaderLen(1 << 20)
                .setMaxHeaderCount(10_000)
                .setMaxContentLen(-1)
                .build();
        MimeTokenStream stream = new MimeTokenStream(config);
        stream.setRecursionMode(RecursionMode.M_NO_RECURSE);
        List<String> parts = new ArrayList<>();
        try {
            stream.parse(new ByteArrayInputStream(octets));
            for (EntityState state = stream.getState(); state != EntityState.T_END_OF_STREAM; state = stream.next()) {
                if (state == EntityState.T_BODY) {
                    parts.add(part(
                            stream.getBodyDescriptor().getMimeType(),
                            stream.getDecodedInputStream().readAllBytes()));
                }
            }
        } catch (MimeException e) {
            parts.add(e.toString());
        }
        return parts;
    }

    /// Line ends are left out: mime4j's quoted-printable changes them.
    private static String part(String type, byte[] octets) {
        int kept = 0;
        int hash = 0;
        for (byte octet : octets) {
            if (octet != '\r' && octet != '\n') {
                kept++;
                hash = hash * 31 + octet;
            }
        }
        return type + " " + kept + " " + hash;
    }
}
