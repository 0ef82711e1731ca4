package io.carteggio.mail.mime;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.Letter.Note;
import io.carteggio.mail.tnef.Tnef;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads letters. Every sequence of octets can be read: damage becomes a [Note], and the only exception is the
/// `IOException` of the content itself. Memory is bounded by the limits, not by the mail; time is linear in its size.
///
/// A first line `From …`, as mailboxes in mbox form have it, is no part of the header. (RFC 5322, 2045 to 2047, 2231.)
public final class LetterReader {
    /// Mail up to this size is read once and then looked at in memory.
    private static final int SMALL_BYTES = 1024 * 1024;

    private LetterReader() {}

    /// Only the header: reads no further than its end.
    public static LetterHeader header(Content mail) throws IOException {
        Optional<Tnef> tnef = Tnef.read(mail);
        if (tnef.isPresent()) {
            return mimeHeader(tnef.get().header());
        }
        return mimeHeader(mail);
    }

    private static LetterHeader mimeHeader(Content mail) throws IOException {
        HeaderCollector collector = Structure.header(mail);
        return Headers.of(collector.finish(), collector.truncated());
    }

    /// The whole letter.
    public static Letter read(Content mail, ReadLimits limits) throws IOException {
        Content at = small(mail);
        if (Tnef.begins(at)) {
            return tnef(at, limits);
        }
        Structure structure = Structure.of(at, limits, 0, 0);
        Set<Note> notes = EnumSet.noneOf(Note.class);
        notes.addAll(structure.notes());
        Runnable onDamage = () -> notes.add(Note.DAMAGED_ENCODING);

        Texts texts = new Texts(limits, notes);
        texts.collect(at, structure);
        Inventory inventory = Inventory.of(structure.root(), texts.shown());
        List<Attachment> attachments = new ArrayList<>();
        List<Attachment> otherParts = new ArrayList<>();
        int index = 0;
        for (Node node : inventory.attachments()) {
            attachments.add(attachment(at, node, index++, onDamage));
        }
        for (Node node : inventory.others()) {
            otherParts.add(attachment(at, node, index++, onDamage));
        }
        List<NestedLetter> nested = new ArrayList<>();
        for (Node node : inventory.nested()) {
            nested.add(nestedLetter(at, node, nested.size(), onDamage));
        }
        Enclosed enclosed = Enclosed.in(at, inventory, notes);
        boolean textless = texts.text().isEmpty() && texts.html().isEmpty();
        Secrets secrets = Secrets.of(structure.root(), texts.text());
        secrets.note(notes);
        return new Letter(
                Headers.of(structure.root().fields, notes.contains(Note.HEADER_TRUNCATED)),
                attachments,
                otherParts,
                enclosed.attachments(index),
                nested,
                textless ? enclosed.text() : texts.text(),
                textless ? enclosed.html() : texts.html(),
                enclosed.searchText(texts.searchText(), limits, notes),
                texts.attachedText(),
                List.copyOf(notes),
                secrets.signed(),
                secrets.encrypted());
    }

    /// Only what is searched of its text, as [Letter#searchText] but for what lies in TNEF parts: nothing attached is
    /// looked at. Takes the beginning of a letter for a letter.
    public static String searchText(Content mail, ReadLimits limits) throws IOException {
        Content at = small(mail);
        if (Tnef.begins(at)) {
            return tnef(at, limits).searchText();
        }
        Texts texts = new Texts(limits, EnumSet.noneOf(Note.class));
        texts.collect(at, Structure.of(at, limits, 0, 0));
        return texts.searchText();
    }

    /// A letter that is TNEF itself: a message that a report in TNEF carried.
    private static Letter tnef(Content stream, ReadLimits limits) throws IOException {
        Set<Note> notes = EnumSet.noneOf(Note.class);
        Enclosed enclosed = Enclosed.of(stream, notes);
        Optional<String> text = enclosed.text().map(t -> cut(t, limits, notes));
        Optional<String> html = enclosed.html().map(h -> cut(h, limits, notes));
        return new Letter(
                header(stream),
                enclosed.attachments(0),
                List.of(),
                List.of(),
                List.of(),
                text,
                html,
                enclosed.searchText("", limits, notes),
                "",
                List.copyOf(notes),
                false,
                false);
    }

    private static String cut(String text, ReadLimits limits, Set<Note> notes) {
        if (text.length() <= limits.textChars()) {
            return text;
        }
        notes.add(Note.TEXT_TRUNCATED);
        return text.substring(0, limits.textChars());
    }

    /// One attachment or other part alone, by its [Attachment#index]; empty where the letter has no such part. Measures
    /// only this one, where [#read] measures all.
    public static Optional<Attachment> attachment(Content mail, int index) throws IOException {
        Content at = small(mail);
        Inventory inventory = Tnef.begins(at) ? Inventory.NONE : Inventory.of(at);
        int leaves = inventory.leaves().size();
        if (index >= 0 && index < leaves) {
            return Optional.of(attachment(at, inventory.leaf(index), index, () -> {}));
        }
        List<Enclosed.File> files = index < 0 ? List.of() : enclosed(at, inventory);
        return index >= 0 && index - leaves < files.size()
                ? Optional.of(files.get(index - leaves).attachment(index))
                : Optional.empty();
    }

    private static List<Enclosed.File> enclosed(Content mail, Inventory inventory) throws IOException {
        Set<Note> notes = EnumSet.noneOf(Note.class);
        return (Tnef.begins(mail) ? Enclosed.of(mail, notes) : Enclosed.in(mail, inventory, notes)).files();
    }

    /// The decoded octets of an attachment or other part, by its [Attachment#index]. The caller closes the stream.
    ///
    /// @throws IndexOutOfBoundsException where the letter has no such part
    public static InputStream openAttachment(Content mail, int index) throws IOException {
        Inventory inventory = Tnef.begins(mail) ? Inventory.NONE : Inventory.of(mail);
        int leaves = inventory.leaves().size();
        return index < leaves
                ? open(mail, inventory.leaf(index))
                : enclosed(mail, inventory).get(index - leaves).open();
    }

    /// The decoded octets of the part that HTML names as `cid:contentId`; empty where there is none. The caller closes
    /// the stream.
    public static Optional<InputStream> openInline(Content mail, String contentId) throws IOException {
        for (Node node : Inventory.of(mail).leaves()) {
            if (node.contentId().filter(contentId::equals).isPresent()) {
                return Optional.of(open(mail, node));
            }
        }
        return Optional.empty();
    }

    /// A letter in this one, by its [NestedLetter#index], decoded. The caller closes the stream.
    ///
    /// @throws IndexOutOfBoundsException where the letter has no such letter in it
    public static InputStream openNested(Content mail, int index) throws IOException {
        return open(mail, Inventory.of(mail).nested().get(index));
    }

    static Content small(Content mail) throws IOException {
        return mail.sizeBytes() <= SMALL_BYTES
                ? Content.owning(mail.toByteArray(SMALL_BYTES), (int) mail.sizeBytes())
                : mail;
    }

    static InputStream open(Content mail, Node node) throws IOException {
        return open(mail, node, () -> {});
    }

    static InputStream open(Content mail, Node node, Runnable onDamage) throws IOException {
        return node.encoding().decode(mail.open(node.bodyStart, node.length()), onDamage);
    }

    private static int bufferBytes(long lengthBytes) {
        return Math.clamp(lengthBytes, 16, 16 * 1024);
    }

    static Attachment attachment(Content mail, Node node, int index, Runnable onDamage) throws IOException {
        Measured measured = Measured.of(mail, node, onDamage);
        return new Attachment(
                index,
                node.name(),
                node.type.value(),
                measured.sizeBytes,
                measured.sum,
                node.disposition().filter(d -> d.is("inline")).isPresent(),
                node.contentId(),
                measured.nature);
    }

    private static NestedLetter nestedLetter(Content mail, Node node, int index, Runnable onDamage) throws IOException {
        Measured measured = Measured.of(mail, node, onDamage);
        LetterHeader header;
        if (!node.children.isEmpty()) {
            header = Headers.of(node.children.getFirst().fields, false);
        } else {
            header = header(decoded(mail, node, Texts.NESTED_HEADER_BYTES));
        }
        return new NestedLetter(index, header.messageId(), header.subject(), measured.sizeBytes, measured.sum);
    }

    /// The first octets of a part, decoded.
    static Content decoded(Content mail, Node node, int limitBytes) throws IOException {
        try (InputStream in = open(mail, node)) {
            byte[] octets = in.readNBytes(limitBytes);
            return Content.owning(octets, octets.length);
        }
    }

    private record Measured(long sizeBytes, Sha256 sum, Nature nature) {
        static Measured of(Content mail, Node node, Runnable onDamage) throws IOException {
            MessageDigest digest = Sha256.digest();
            byte[] buffer = new byte[bufferBytes(node.length())];
            byte[] head = new byte[Nature.HEAD_BYTES];
            long size = 0;
            try (InputStream in = open(mail, node, onDamage)) {
                for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                    digest.update(buffer, 0, n);
                    if (size < head.length) {
                        System.arraycopy(buffer, 0, head, (int) size, (int) Math.min(n, head.length - size));
                    }
                    size += n;
                }
            }
            Nature nature = Nature.of(head, (int) Math.min(size, head.length));
            return new Measured(size, Sha256.finish(digest), nature);
        }
    }

    /// Fields to header.
    static final class Headers {
        private Headers() {}

        static LetterHeader of(List<HeaderField> fields, boolean truncated) {
            return new LetterHeader(
                    first(fields, "Message-ID").flatMap(MessageIds::first),
                    first(fields, "Subject").map(raw -> EncodedWords.decode(raw).strip()),
                    mailboxes(fields, "From"),
                    mailboxes(fields, "Sender"),
                    mailboxes(fields, "Reply-To"),
                    mailboxes(fields, "To"),
                    mailboxes(fields, "Cc"),
                    mailboxes(fields, "Bcc"),
                    date(fields),
                    ids(fields, "In-Reply-To"),
                    ids(fields, "References"),
                    fields,
                    truncated);
        }

        private static Optional<Instant> date(List<HeaderField> fields) {
            return first(fields, "Date").flatMap(MailDate::parse);
        }

        private static Optional<String> first(List<HeaderField> fields, String name) {
            for (HeaderField field : fields) {
                if (field.is(name)) {
                    return Optional.of(field.raw());
                }
            }
            return Optional.empty();
        }

        private static List<Mailbox> mailboxes(List<HeaderField> fields, String name) {
            List<Mailbox> found = new ArrayList<>(2);
            for (HeaderField field : fields) {
                if (field.is(name)) {
                    found.addAll(AddressList.parse(field.raw()));
                }
            }
            return found;
        }

        private static List<String> ids(List<HeaderField> fields, String name) {
            List<String> found = new ArrayList<>(2);
            for (HeaderField field : fields) {
                if (field.is(name)) {
                    found.addAll(MessageIds.all(field.raw()));
                }
            }
            return found;
        }
    }
}
