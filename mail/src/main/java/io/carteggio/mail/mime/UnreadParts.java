package io.carteggio.mail.mime;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.Letter.Note;
import io.carteggio.mail.tnef.Tnef;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The parts of a letter that may hold words and of which [Letter] has none: documents, archives, all that is
/// neither text nor picture. Those of letters inside, and inside `winmail.dat`, too. Another program must read
/// them.
///
/// @param complete false where there are more than [#PARTS_LIMIT], or they lie deeper than [#DEPTH_LIMIT]
public record UnreadParts(List<UnreadPart> parts, boolean complete) {
    /// Most parts of one letter.
    public static final int PARTS_LIMIT = 1_000;

    /// Letters inside letters: deeper ones are not looked into.
    public static final int DEPTH_LIMIT = 20;

    public UnreadParts {
        parts = List.copyOf(parts);
    }

    /// A part that another program must read.
    ///
    /// @param name as the sender wrote it: may hold anything
    /// @param type as the sender claims
    /// @param sum of its decoded octets
    public record UnreadPart(Optional<String> name, String type, long sizeBytes, Sha256 sum, Octets octets) {
        /// Its decoded octets, anew each time; the caller closes the stream.
        public InputStream open() throws IOException {
            return octets.open();
        }
    }

    /// Where octets come from.
    @FunctionalInterface
    public interface Octets {
        InputStream open() throws IOException;
    }

    /// All of a letter, in document order.
    public static UnreadParts of(Content mail) throws IOException {
        Collector collector = new Collector();
        collector.letter(mail, 0);
        return new UnreadParts(collector.parts, collector.complete);
    }

    /// Whether a letter has any; cheaper than [#of] for a letter that was read already.
    public static boolean anyIn(Content mail, Letter letter) throws IOException {
        return letter.attachments().stream().anyMatch(UnreadParts::isUnread)
                || letter.otherParts().stream().anyMatch(UnreadParts::isUnread)
                || letter.enclosed().stream().anyMatch(UnreadParts::isUnreadFile)
                || (!letter.nested().isEmpty() && !of(mail).parts().isEmpty());
    }

    /// A part of MIME. Texts were read with the letter, whatever they are in truth unless that is told by their
    /// first octets; signatures and keys hold no words; what is encrypted as a whole stands among the letter's
    /// notes.
    static boolean isUnread(Attachment part) {
        if (part.sizeBytes() == 0 || part.nature() == Nature.MEDIA) {
            return false;
        }
        String name = Node.lower(part.name().orElse(""));
        boolean rich = part.type().equals("text/rtf") || part.type().equals("text/richtext");
        boolean read = (part.type().startsWith("text/") && !rich) || part.type().startsWith("message/");
        return switch (part.type()) {
            case "application/pkcs7-signature",
                    "application/x-pkcs7-signature",
                    "application/pkcs7-mime",
                    "application/x-pkcs7-mime",
                    "application/pgp-signature",
                    "application/pgp-encrypted",
                    "application/pgp-keys",
                    "application/x-microsoft-rpmsg-message",
                    "application/ms-tnef",
                    "application/vnd.ms-tnef" -> false;
            default ->
                !name.equals("winmail.dat") && !name.equals("win.dat") && (!read || part.nature() == Nature.DOCUMENT);
        };
    }

    /// A file inside TNEF: nobody has read it yet, also where it is plain text.
    private static boolean isUnreadFile(Attachment file) {
        return file.sizeBytes() > 0 && file.nature() != Nature.MEDIA;
    }

    private static final class Collector {
        private final List<UnreadPart> parts = new ArrayList<>();
        private boolean complete = true;

        void letter(Content mail, int depth) throws IOException {
            if (depth > DEPTH_LIMIT) {
                complete = false;
                return;
            }
            Content at = LetterReader.small(mail);
            Set<Note> notes = EnumSet.noneOf(Note.class);
            if (Tnef.begins(at)) {
                files(Enclosed.of(at, notes), depth);
                return;
            }
            Inventory inventory = Inventory.of(at);
            for (Node node : inventory.leaves()) {
                Attachment part = LetterReader.attachment(at, node, 0, () -> {});
                if (isUnread(part)) {
                    add(part, () -> LetterReader.open(at, node));
                }
            }
            files(Enclosed.in(at, inventory, notes), depth);
            for (Node node : inventory.nested()) {
                letter(nested(at, node), depth + 1);
            }
        }

        private static Content nested(Content mail, Node node) throws IOException {
            return node.encoding() == TransferEncoding.IDENTITY
                    ? mail.slice(node.bodyStart, node.length())
                    : LetterReader.decoded(mail, node, Texts.NESTED_BYTES);
        }

        private void files(Enclosed enclosed, int depth) throws IOException {
            for (Enclosed.File file : enclosed.files()) {
                if (file.enclosure().message()) {
                    letter(file.enclosure().in(file.stream()), depth + 1);
                } else {
                    Attachment part = file.attachment(0);
                    if (isUnreadFile(part)) {
                        add(part, file::open);
                    }
                }
            }
        }

        private void add(Attachment part, Octets octets) {
            if (parts.size() == PARTS_LIMIT) {
                complete = false;
            } else {
                parts.add(new UnreadPart(part.name(), part.type(), part.sizeBytes(), part.sha256(), octets));
            }
        }
    }
}
