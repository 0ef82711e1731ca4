package io.carteggio.mail.mime;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An entity of a mail (RFC 2045 2.4): the mail itself, a part, or a message inside a part; with the place of its body.
final class Node {
    enum Kind {
        LEAF,
        MULTIPART,
        /// A message/rfc822 whose octets lie in the mail unencoded; its one child is the message.
        MESSAGE
    }

    final @Nullable Node parent;
    /// How many entities this one lies in.
    final int depth;
    /// How many letters this one lies in: 0 for those of the letter itself.
    final int level;
    /// Whether this is a whole message, not only a part.
    final boolean isMessage;

    final List<Node> children = new ArrayList<>(0);
    List<HeaderField> fields = List.of();
    Kind kind = Kind.LEAF;
    ContentType type = ContentType.TEXT_PLAIN;
    long bodyStart;
    long bodyEnd;

    // While the mail is walked over:
    @Nullable
    HeaderCollector header;

    byte @Nullable [] delimiter;
    boolean closed;

    Node(@Nullable Node parent, int level, boolean isMessage) {
        this.parent = parent;
        this.depth = parent == null ? 0 : parent.depth + 1;
        this.level = level;
        this.isMessage = isMessage;
    }

    long length() {
        return bodyEnd - bodyStart;
    }

    Optional<String> field(String name) {
        for (HeaderField field : fields) {
            if (field.is(name)) {
                return Optional.of(field.raw());
            }
        }
        return Optional.empty();
    }

    TransferEncoding encoding() {
        return field("Content-Transfer-Encoding").map(TransferEncoding::of).orElse(TransferEncoding.IDENTITY);
    }

    Optional<ContentType> disposition() {
        return field("Content-Disposition").map(ContentType::parse);
    }

    Optional<String> name() {
        return disposition()
                .flatMap(d -> d.text("filename"))
                .or(() -> type.text("name"))
                .filter(name -> !name.isEmpty());
    }

    Optional<String> contentId() {
        return field("Content-ID").flatMap(MessageIds::first);
    }

    boolean isNestedLetter() {
        return type.is("message/rfc822") || type.is("message/global");
    }

    /// Whether it counts as an attachment: a leaf, not of type message, with a name or marked as attachment.
    boolean isAttachment() {
        if (kind != Kind.LEAF || type.isMessage() || type.isMultipart()) {
            return false;
        }
        return name().isPresent()
                || disposition().filter(d -> d.is("attachment")).isPresent();
    }

    /// Whether this lies in that entity, at any depth.
    boolean isIn(Node other) {
        for (Node node = parent; node != null; node = node.parent) {
            if (node == other) {
                return true;
            }
        }
        return false;
    }

    static String lower(String s) {
        return s.toLowerCase(Locale.ROOT);
    }
}
