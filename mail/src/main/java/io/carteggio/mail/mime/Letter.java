package io.carteggio.mail.mime;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a mail contains.
///
/// @param attachments leaf parts, not `message/*`, that have a file name or are marked `attachment`; those of
///     nested letters are not among them
/// @param otherParts leaf parts that are neither attachments nor the text shown: unnamed images, delivery status
///     and the like; their indexes go on after those of the attachments
/// @param enclosed files inside TNEF parts (`winmail.dat`), as Outlook hides the attachments of a mail; their
///     indexes go on after those of the other parts
/// @param nested letters attached to this one
/// @param text the body as plain text, where the letter has one
/// @param html the body as HTML, where the letter has one; hostile until sanitised
/// @param searchText all text of the letter and of the letters in it but for attachments, HTML turned into
///     plain text
/// @param attachedText the text of attachments that are text, HTML turned into plain text; of other
///     attachments:
///     [UnreadParts]
/// @param notes what a reader should know: what was damaged, cut, too deep, or cannot be looked into
/// @param signed whether it carries a signature (S/MIME, PGP); nothing is verified
/// @param encrypted whether text is hidden by encryption
public record Letter(
        LetterHeader header,
        List<Attachment> attachments,
        List<Attachment> otherParts,
        List<Attachment> enclosed,
        List<NestedLetter> nested,
        Optional<String> text,
        Optional<String> html,
        String searchText,
        String attachedText,
        List<Note> notes,
        boolean signed,
        boolean encrypted) {
    private static final Pattern BLANKS = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

    public Letter {
        attachments = List.copyOf(attachments);
        otherParts = List.copyOf(otherParts);
        enclosed = List.copyOf(enclosed);
        nested = List.copyOf(nested);
        notes = List.copyOf(notes);
    }

    /// All files that came with it: attachments, and those inside TNEF.
    public List<Attachment> files() {
        return enclosed.isEmpty()
                ? attachments
                : Stream.concat(attachments.stream(), enclosed.stream()).toList();
    }

    /// The beginning of the body as one line of plain text, for lists; empty where the letter has no text.
    public String preview(int chars) {
        // four times as much is enough for most mail, whose first characters are blanks and line ends in part
        String start = text.map(t -> t.substring(0, Math.min(t.length(), 4 * chars)))
                .filter(t -> !t.isBlank())
                .or(() -> html.map(h -> HtmlText.of(h, chars)))
                .orElse("");
        String line = BLANKS.matcher(start).replaceAll(" ").strip();
        return line.substring(0, Math.min(line.length(), chars));
    }

    /// Something that a reader should know about a letter. Each kind occurs at most once a letter.
    public enum Note {
        /// The header was over a limit and is cut.
        HEADER_TRUNCATED("The header is over a limit and is shown in part."),
        /// A text was over the limit and is cut.
        TEXT_TRUNCATED("The text is over a limit; the rest of it was not read."),
        /// Parts are nested more deeply than the limit.
        TOO_DEEP("Parts are nested too deeply; the innermost were not looked into."),
        /// There are more parts than the limit.
        TOO_MANY_PARTS("There are too many parts; the last were not looked into."),
        /// An encoded letter inside is too large to be looked into as a whole.
        NESTED_TRUNCATED("A letter inside is too large and was looked into in part."),
        /// A multipart has no boundary, no parts or no end.
        DAMAGED_STRUCTURE("The parts are damaged: a boundary is missing."),
        /// The header ends without an empty line.
        DAMAGED_HEADER("The header is damaged: it does not end as it should."),
        /// A transfer encoding has errors or is unknown.
        DAMAGED_ENCODING("A part's transfer encoding is damaged or unknown."),
        /// A character set is unknown, or the text is not in the one it claims.
        UNKNOWN_CHARSET("A text's character set is unknown or wrong."),
        /// A TNEF part (`winmail.dat`) is damaged, too large or none.
        DAMAGED_TNEF("A winmail.dat is damaged or too large; what is in it was read in part or not at all."),
        /// The body is there as compressed RTF only.
        UNREAD_RTF("The text is in Outlook's compressed RTF only, which was not read."),
        /// Text is hidden by S/MIME encryption (RFC 8551).
        ENCRYPTED_SMIME("Encrypted with S/MIME; what it hides was not read."),
        /// Text is hidden by PGP encryption (RFC 3156, RFC 9580).
        ENCRYPTED_PGP("Encrypted with PGP; what it hides was not read."),
        /// Text is hidden by Microsoft's rights management (`message.rpmsg`).
        PROTECTED_RIGHTS("Protected by rights management; what it hides was not read."),
        /// Text is wrapped in an opaque S/MIME signature.
        OPAQUE_SIGNATURE("Wrapped in an opaque S/MIME signature, which was not looked into.");

        private final String sentence;

        Note(String sentence) {
            this.sentence = sentence;
        }

        /// The note as an English sentence.
        public String sentence() {
            return sentence;
        }
    }
}
