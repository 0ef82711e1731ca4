package io.carteggio.mail.mime;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.Letter.Note;
import io.carteggio.mail.tnef.Tnef;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What lies in the TNEF parts of a letter (`winmail.dat`): files that the sender attached, and the text where MIME
/// has none. In the order of the parts.
record Enclosed(List<File> files, List<Tnef> streams) {
    /// A part that is transfer-encoded is decoded in memory up to this size; a larger one is not looked into.
    private static final int DECODED_BYTES = 16 * 1024 * 1024;

    /// @param stream the decoded part
    record File(Content stream, Tnef.Enclosure enclosure) {
        InputStream open() throws IOException {
            return enclosure.in(stream).open();
        }

        Attachment attachment(int index) throws IOException {
            return new Attachment(
                    index,
                    enclosure.name().or(() -> enclosure.message() ? Optional.of("message.tnef") : Optional.empty()),
                    enclosure.type().orElse(enclosure.message() ? "application/ms-tnef" : "application/octet-stream"),
                    enclosure.sizeBytes(),
                    Sha256.of(enclosure.in(stream)),
                    false,
                    enclosure.contentId(),
                    nature());
        }

        private Nature nature() throws IOException {
            try (InputStream in = open()) {
                byte[] head = in.readNBytes(Nature.HEAD_BYTES);
                return Nature.of(head, head.length);
            }
        }
    }

    /// What the TNEF parts of a mail hold.
    static Enclosed in(Content mail, Inventory inventory, Set<Note> notes) throws IOException {
        Enclosed enclosed = new Enclosed(new ArrayList<>(), new ArrayList<>());
        for (Node node : inventory.leaves()) {
            if (isTnef(node)) {
                Optional<Content> stream = stream(mail, node);
                if (stream.isEmpty() || !enclosed.take(stream.get(), notes)) {
                    notes.add(Note.DAMAGED_TNEF);
                }
            }
        }
        return enclosed;
    }

    /// What a letter holds that is TNEF itself.
    static Enclosed of(Content stream, Set<Note> notes) throws IOException {
        Enclosed enclosed = new Enclosed(new ArrayList<>(), new ArrayList<>());
        enclosed.take(stream, notes);
        return enclosed;
    }

    private boolean take(Content stream, Set<Note> notes) throws IOException {
        Optional<Tnef> tnef = Tnef.read(stream);
        tnef.ifPresent(t -> {
            streams.add(t);
            t.enclosures().forEach(e -> files.add(new File(stream, e)));
            if (!t.sound()) {
                notes.add(Note.DAMAGED_TNEF);
            }
            if (t.rtf() && t.text().isEmpty() && t.html().isEmpty()) {
                notes.add(Note.UNREAD_RTF);
            }
        });
        return tnef.isPresent();
    }

    private static boolean isTnef(Node node) {
        if (node.type.is("application/ms-tnef") || node.type.is("application/vnd.ms-tnef")) {
            return true;
        }
        String name = Node.lower(node.name().orElse(""));
        return name.equals("winmail.dat") || name.equals("win.dat");
    }

    private static Optional<Content> stream(Content mail, Node node) throws IOException {
        if (node.encoding() == TransferEncoding.IDENTITY) {
            return Optional.of(mail.slice(node.bodyStart, node.length()));
        }
        try (InputStream in = LetterReader.open(mail, node)) {
            byte[] octets = in.readNBytes(DECODED_BYTES + 1);
            return octets.length > DECODED_BYTES
                    ? Optional.empty()
                    : Optional.of(Content.owning(octets, octets.length));
        }
    }

    List<Attachment> attachments(int firstIndex) throws IOException {
        List<Attachment> attachments = new ArrayList<>();
        for (File file : files) {
            attachments.add(file.attachment(firstIndex + attachments.size()));
        }
        return attachments;
    }

    /// The text of the streams, for a letter that has no other.
    Optional<String> text() {
        return streams.stream().flatMap(t -> t.text().stream()).findFirst();
    }

    Optional<String> html() {
        return streams.stream().flatMap(t -> t.html().stream()).findFirst();
    }

    /// Searched text with that of the streams behind it, cut as it is.
    String searchText(String before, ReadLimits limits, Set<Note> notes) {
        StringBuilder all = new StringBuilder(before);
        for (Tnef tnef : streams) {
            tnef.text().ifPresent(t -> append(all, t, limits, notes));
            if (tnef.text().isEmpty()) {
                tnef.html().ifPresent(h -> append(all, HtmlText.of(h, limits.textChars()), limits, notes));
            }
        }
        return all.toString();
    }

    private static void append(StringBuilder all, String text, ReadLimits limits, Set<Note> notes) {
        int room = Math.max(0, limits.textChars() - all.length() - 1);
        if (!all.isEmpty() && room > 0) {
            all.append('\n');
        }
        if (text.length() > room) {
            notes.add(Note.TEXT_TRUNCATED);
        }
        all.append(text, 0, Math.min(text.length(), room));
    }
}
