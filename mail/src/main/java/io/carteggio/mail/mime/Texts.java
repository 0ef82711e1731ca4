package io.carteggio.mail.mime;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.Letter.Note;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The texts of a letter: those to show, and all of them to search.
final class Texts {
    /// So much of an encoded letter inside a letter is looked into.
    static final int NESTED_BYTES = 8 * 1024 * 1024;

    /// So much of it is decoded for its header alone.
    static final int NESTED_HEADER_BYTES = 256 * 1024;

    private final ReadLimits limits;
    private final Set<Note> notes;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder html = new StringBuilder();
    private final StringBuilder search = new StringBuilder();
    private final StringBuilder attached = new StringBuilder();
    private boolean hasText;
    private boolean hasHtml;
    private Set<Node> shown = Set.of();
    private int parts;
    /// The plain text that was searched last, as long as nothing came after it, and where it begins.
    private @Nullable Node lastPlain;
    private int lastPlainFrom;

    Texts(ReadLimits limits, Set<Note> notes) {
        this.limits = limits;
        this.notes = notes;
    }

    /// The parts whose text is the letter's body: plain text and HTML that is no attachment.
    static Set<Node> shownOf(Node root) {
        Set<Node> shown = new HashSet<>();
        for (Node leaf : Inventory.leaves(root)) {
            if (isBodyText(leaf) && !leaf.isAttachment()) {
                shown.add(leaf);
            }
        }
        return shown;
    }

    private static boolean isBodyText(Node leaf) {
        // a multipart without parts is shown as it lies there, rather than not at all
        return leaf.type.is("text/plain")
                || leaf.type.is("text/html")
                || leaf.type.is("text/enriched")
                || leaf.type.isMultipart();
    }

    void collect(Content mail, Structure structure) throws IOException {
        shown = shownOf(structure.root());
        parts = structure.parts();
        letter(mail, structure.root(), 0);
    }

    /// All texts of a letter in document order. Not recursive but for letters that are encoded inside encoded ones,
    /// whose number is limited by the depth.
    private void letter(Content mail, Node root, int depth) throws IOException {
        List<Node> open = new ArrayList<>();
        open.add(root);
        while (!open.isEmpty() && !isFull()) {
            Node node = open.removeLast();
            if (node == root ? depth > 0 : node.isMessage) {
                nestedHeader(node);
            }
            for (int i = node.children.size() - 1; i >= 0; i--) {
                open.add(node.children.get(i));
            }
            if (!node.children.isEmpty()) {
                continue;
            }
            if (node.isNestedLetter() && node.encoding() != TransferEncoding.IDENTITY) {
                encodedLetter(mail, node, depth);
            } else if (isSearchable(node)) {
                text(mail, node);
            }
        }
        if (!open.isEmpty()) {
            notes.add(Note.TEXT_TRUNCATED);
        }
    }

    private boolean isFull() {
        return search.length() >= limits.textChars();
    }

    private static boolean isSearchable(Node node) {
        return node.type.isText()
                || node.type.isMultipart()
                || (node.type.isMessage() && node.encoding() != TransferEncoding.UUENCODE);
    }

    private void nestedHeader(Node message) {
        lastPlain = null;
        for (String name : List.of("Subject", "From", "To", "Cc", "Date")) {
            message.field(name).ifPresent(raw -> append(search, EncodedWords.decode(raw)));
        }
    }

    private void encodedLetter(Content mail, Node node, int depth) throws IOException {
        int inside = depth + node.depth + 1;
        if (inside >= limits.depth() || parts >= limits.parts()) {
            notes.add(Note.TOO_DEEP);
            return;
        }
        Content nested = LetterReader.decoded(mail, node, NESTED_BYTES);
        if (nested.sizeBytes() == NESTED_BYTES) {
            notes.add(Note.NESTED_TRUNCATED);
        }
        ReadLimits rest = new ReadLimits(limits.textChars(), limits.depth(), limits.parts() - parts);
        Structure structure = Structure.of(nested, rest, node.level + 1, inside);
        parts += structure.parts();
        notes.addAll(structure.notes());
        letter(nested, structure.root(), inside);
    }

    private void text(Content mail, Node node) throws IOException {
        if (node.isAttachment() && attached.length() >= limits.textChars()) {
            notes.add(Note.TEXT_TRUNCATED);
            return;
        }
        String charset = node.type.token("charset").orElse("us-ascii");
        String decoded = decode(mail, node, charset);
        boolean isHtml = node.type.is("text/html");
        if (shown.contains(node)) {
            if (isHtml) {
                hasHtml = true;
                append(html, decoded);
            } else {
                hasText = true;
                append(text, decoded);
            }
        }
        if (node.isAttachment()) {
            lastPlain = null;
            append(attached, isHtml ? HtmlText.of(decoded, limits.textChars()) : decoded);
        } else if (isHtml) {
            searchHtml(node, HtmlText.of(decoded, limits.textChars()));
        } else {
            lastPlainFrom = search.length();
            lastPlain = node;
            append(search, decoded);
        }
    }

    /// The HTML form of a text that stands there as plain text already says it twice: only what has more words is
    /// searched; both, where each has words of its own.
    private void searchHtml(Node node, String fromHtml) {
        Node plain = lastPlain;
        if (plain != null
                && plain.parent != null
                && plain.parent.type.is("multipart/alternative")
                && node.isIn(plain.parent)) {
            Set<String> plainWords = words(search.substring(lastPlainFrom));
            Set<String> htmlWords = words(fromHtml);
            if (plainWords.containsAll(htmlWords)) {
                return;
            }
            if (htmlWords.containsAll(plainWords)) {
                search.setLength(lastPlainFrom);
            }
        }
        lastPlain = null;
        append(search, fromHtml);
    }

    private static Set<String> words(String text) {
        Set<String> words = new HashSet<>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || !Character.isLetterOrDigit(text.charAt(i))) {
                if (i > start) {
                    words.add(text.substring(start, i));
                }
                start = i + 1;
            }
        }
        return words;
    }

    private String decode(Content mail, Node node, String charset) throws IOException {
        // four octets a character is the most that a charset of mail takes
        long wanted = Math.min(node.length(), 4L * limits.textChars() + 4);
        byte[] octets;
        try (InputStream in = LetterReader.open(mail, node, () -> notes.add(Note.DAMAGED_ENCODING))) {
            octets = in.readNBytes((int) Math.min(wanted, Integer.MAX_VALUE - 16));
            if (octets.length == wanted && in.read() >= 0) {
                notes.add(Note.TEXT_TRUNCATED);
            }
        }
        Charsets.Decoded decoded = Charsets.decode(charset, octets, octets.length);
        if (!decoded.asClaimed()) {
            notes.add(Note.UNKNOWN_CHARSET);
        }
        return decoded.text();
    }

    private void append(StringBuilder to, String more) {
        if (!to.isEmpty() && !more.isEmpty() && to.charAt(to.length() - 1) != '\n') {
            to.append('\n');
        }
        int room = limits.textChars() - to.length();
        if (room < more.length()) {
            notes.add(Note.TEXT_TRUNCATED);
        }
        to.append(more, 0, Math.clamp(room, 0, more.length()));
    }

    Set<Node> shown() {
        return shown;
    }

    Optional<String> text() {
        return hasText ? Optional.of(text.toString()) : Optional.empty();
    }

    Optional<String> html() {
        return hasHtml ? Optional.of(html.toString()) : Optional.empty();
    }

    String searchText() {
        return search.toString();
    }

    String attachedText() {
        return attached.toString();
    }
}
