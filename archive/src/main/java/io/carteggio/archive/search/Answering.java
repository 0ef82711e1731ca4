package io.carteggio.archive.search;

import io.carteggio.archive.LetterId;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.LetterHeader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// What a letter's own header says of the conversation it is in: one letter that it goes back to, or none. So a letter
/// decides where it stands itself, and never joins the conversations of others, whatever it names (RFC 5322, 3.6.4; the
/// idea of grouping by `References`, then by subject, is Jamie Zawinski's).
///
/// Messages are told apart by keys, the first six octets of a digest of their `Message-ID`: enough to find them again,
/// and too few to say what they are. Whoever can make two with the same key could as well have used the same id twice.
///
/// @param own the key of the letter's `Message-ID`; of the letter itself where it has none
/// @param to the key of the first message in `References`, else in `In-Reply-To`, that is not the letter's own; with
///     [Kind#RESUMES] that of the subject; 0 where it begins a conversation
public record Answering(long own, Kind kind, long to) {
    /// Octets of a key.
    public static final int KEY_BYTES = 6;

    /// How it goes back to another.
    public enum Kind {
        /// It names no other, and its subject is not that of an answer.
        BEGINS,
        /// It names another.
        ANSWERS,
        /// It names none, and its subject is that of an answer.
        RESUMES
    }

    public Answering {
        if (own >>> (8 * KEY_BYTES) != 0 || to >>> (8 * KEY_BYTES) != 0) {
            throw new IllegalArgumentException("a key has " + KEY_BYTES + " octets");
        }
    }

    /// What the header says.
    public static Answering of(LetterHeader header, LetterId letter) {
        long own = header.messageId().map(Answering::keyOfMessage).orElseGet(() -> key("letter " + letter.text()));
        Optional<Long> to = first(header.references(), own).or(() -> first(header.inReplyTo(), own));
        if (to.isPresent()) {
            return new Answering(own, Kind.ANSWERS, to.get());
        }
        Optional<String> resumed = header.subject()
                .map(AnswerSubject::of)
                .filter(AnswerSubject::isAnswer)
                .map(AnswerSubject::base)
                .filter(AnswerSubject::isTelling);
        return resumed.map(base -> new Answering(own, Kind.RESUMES, keyOfSubject(base)))
                .orElse(new Answering(own, Kind.BEGINS, 0));
    }

    private static Optional<Long> first(Iterable<String> ids, long own) {
        for (String id : ids) {
            long key = keyOfMessage(id);
            if (key != own) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /// The key of a message.
    ///
    /// @param id a `Message-ID` without angle brackets
    public static long keyOfMessage(String id) {
        return key("message " + id);
    }

    /// The key of a subject.
    ///
    /// @param base what [AnswerSubject#base] gives
    public static long keyOfSubject(String base) {
        return key("subject " + base);
    }

    private static long key(String text) {
        byte[] sum = Sha256.of(text.getBytes(StandardCharsets.UTF_8)).toBytes();
        long key = 0;
        for (int i = 0; i < KEY_BYTES; i++) {
            key = key << 8 | (sum[i] & 0xff);
        }
        return key;
    }
}
