package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// A letter's page.
///
/// @param subject as the header says, or a phrase where it says none
/// @param said the header's date
/// @param envelopes what each arrival tells of it, oldest first
/// @param message where the message is more than this letter
/// @param notes what was damaged, cut or hidden
/// @param body how its text is shown
/// @param printUrl the letter alone, to be printed
/// @param proofUrl the proof that it was kept
/// @param back how it can be brought back to a mailbox of hers
/// @param searchUrl back to the results it was found in
/// @param conversation where it has more letters than this
/// @param appointments what a calendar in it is about
/// @param cards visiting cards in it, a line each
public record LetterView(
        String id,
        String subject,
        Optional<Moment> said,
        List<Party> from,
        List<Party> sender,
        List<Party> to,
        List<Party> cc,
        String size,
        String sum,
        List<EnvelopeBox> envelopes,
        Optional<MessageBox> message,
        List<String> notes,
        Body body,
        List<File> attachments,
        List<File> nested,
        List<Field> fields,
        boolean fieldsCut,
        String rawUrl,
        String printUrl,
        String proofUrl,
        Optional<Back> back,
        String searchUrl,
        Optional<ConversationBox> conversation,
        List<AppointmentBox> appointments,
        List<String> cards) {
    /// An appointment that a calendar in the letter is about.
    ///
    /// @param heading what is wanted of the reader
    /// @param more what else there is to say: what is not told, or not known
    public record AppointmentBox(
            String heading,
            String title,
            Optional<String> when,
            Optional<String> where,
            Optional<String> organiser,
            Optional<String> repeats,
            List<Guest> guests,
            List<String> more) {
        public AppointmentBox {
            guests = List.copyOf(guests);
            more = List.copyOf(more);
        }
    }

    /// Who takes part.
    ///
    /// @param state what she answered
    public record Guest(String who, String state) {}

    /// The conversation that the letter is in.
    ///
    /// @param heading how many letters it has, in words
    /// @param more whether it has more than are told
    public record ConversationBox(String heading, List<Step> steps, boolean more) {
        public ConversationBox {
            steps = List.copyOf(steps);
        }
    }

    /// A letter of a conversation.
    ///
    /// @param here whether it is the one shown
    public record Step(String url, String from, Moment at, String subject, boolean here) {}

    /// An address with its name, as the header has it.
    public record Party(String name, String address) {}

    /// An instant for people and for machines.
    public record Moment(String iso, String text) {}

    /// What one arrival tells of who sent and got the letter.
    ///
    /// @param hidden what is said of lines that this viewer does not see
    /// @param reportUrl the report itself, where the viewer may see it
    public record EnvelopeBox(
            String source,
            Moment arrived,
            Optional<Moment> vouched,
            Optional<String> sender,
            Optional<String> onBehalfOf,
            List<Line> lines,
            Optional<String> hidden,
            Optional<String> dialect,
            Optional<String> reportUrl) {
        public EnvelopeBox {
            lines = List.copyOf(lines);
        }
    }

    /// A message that is several letters, or one that others pretend to be.
    ///
    /// @param lines who got it, over all variants
    /// @param variants the other letters of it
    /// @param complete whether that is all of them
    /// @param others letters with the same Message-ID and other content
    public record MessageBox(List<Line> lines, List<Variant> variants, boolean complete, List<Variant> others) {
        public MessageBox {
            lines = List.copyOf(lines);
            variants = List.copyOf(variants);
            others = List.copyOf(others);
        }
    }

    /// Another letter.
    public record Variant(String text, String url) {}

    /// One recipient.
    ///
    /// @param way through which group or mailbox the letter came
    public record Line(String role, String address, List<String> way, boolean blind) {
        public Line {
            way = List.copyOf(way);
        }
    }

    /// How the text is shown.
    ///
    /// @param frameUrl the sanitised HTML, where that is what is shown
    /// @param frameSize `short`, `medium` or `long`: how much room that HTML will want
    /// @param text paragraphs of plain text, where that is what is shown
    /// @param otherUrl the same letter shown the other way, where it has both
    /// @param blocked how many remote pictures were not loaded, in words
    public record Body(
            Optional<String> frameUrl,
            String frameSize,
            List<Block> text,
            Optional<String> otherUrl,
            Optional<String> blocked,
            Optional<String> cut) {
        /// Consecutive lines of the same quoting depth, split into words and links.
        public record Block(int depth, List<Piece> pieces) {
            public Block {
                pieces = List.copyOf(pieces);
            }
        }

        /// A piece of text, perhaps a link.
        public record Piece(String text, Optional<String> url) {}

        public Body {
            text = List.copyOf(text);
        }
    }

    /// Something to download.
    ///
    /// @param showUrl where a browser can show it
    public record File(String name, String type, String size, String url, Optional<String> showUrl) {}

    /// The ways back to a mailbox.
    ///
    /// @param url of the letter
    /// @param addresses those of hers at present
    /// @param sends whether it can be sent there
    /// @param puts whether it can be put there
    public record Back(String url, List<String> addresses, boolean sends, boolean puts) {
        public Back {
            addresses = List.copyOf(addresses);
        }
    }

    /// A field of the header.
    public record Field(String name, String value) {}

    public LetterView {
        from = List.copyOf(from);
        sender = List.copyOf(sender);
        to = List.copyOf(to);
        cc = List.copyOf(cc);
        envelopes = List.copyOf(envelopes);
        notes = List.copyOf(notes);
        attachments = List.copyOf(attachments);
        nested = List.copyOf(nested);
        fields = List.copyOf(fields);
        appointments = List.copyOf(appointments);
        cards = List.copyOf(cards);
    }
}
