package io.carteggio.embedded.index;

import io.carteggio.archive.search.Answering;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Hit.FoundAttachment;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.SearchIndex.Link;
import io.carteggio.embedded.index.Envelopes.As;
import io.carteggio.embedded.index.Envelopes.Line;
import io.carteggio.embedded.index.TextSeal.Sealed;
import io.carteggio.mail.Address;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.HeaderField;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.Letter.Note;
import io.carteggio.mail.mime.LetterHeader;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.Mailbox;
import io.carteggio.mail.mime.ReadLimits;
import io.carteggio.mail.mime.UnreadParts;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.util.SmallFloat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes of a letter what the index keeps of it. Whatever the letter's bytes do, a document comes of it: what
/// cannot be read is left out, and the letter is marked as not fully searched.
final class DocumentMaker {
    /// Characters of text that a page of results shows.
    static final int SNIPPET_CHARS = 160;

    /// Most addresses of `To` and of `Cc`, and most attachments, that a page of results shows. All are
    /// searched.
    static final int SHOWN_LIMIT = 1_000;

    /// Longest name or subject that a page of results shows.
    static final int SHOWN_CHARS = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(DocumentMaker.class);

    private static final LetterHeader NO_HEADER = new LetterHeader(
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(),
            true);

    private DocumentMaker() {}

    /// @param attached what is in the attachments, where anybody has read them
    static Document of(LetterDocument source, Optional<Sealed> attached) {
        Optional<Letter> letter = read(source);
        LetterHeader header = letter.map(Letter::header).orElse(NO_HEADER);
        Envelopes envelopes = Envelopes.of(source.testimonies(), header.bcc());

        Document document = new Document();
        long number = source.letter().number();
        Instant date = date(source, header);
        document.add(new Field(Fields.KEY, Fields.key(number), Fields.KEYS));
        document.add(NumericDocValuesField.indexedField(Fields.NUMBER, number));
        document.add(new Field(Fields.ID, Ids.ofLetter(source.letter().id()), Fields.KEYS));
        header.messageId().ifPresent(id -> document.add(new Field(Fields.ID, Ids.ofMessage(id), Fields.KEYS)));
        document.add(NumericDocValuesField.indexedField(Fields.DATE, date.getEpochSecond()));
        document.add(new NumericDocValuesField(Fields.SIZE, source.letter().sizeBytes()));
        people(document, header, envelopes);
        header.subject().ifPresent(s -> document.add(new Field(Fields.SUBJECT, new WordStream(s), Fields.WORDS)));
        letter.ifPresent(l -> content(document, l));
        document.add(new NumericDocValuesField(Fields.LENGTH, length(header, letter)));
        Answering answering = Answering.of(header, source.letter().id());
        switch (answering.kind()) {
            case BEGINS -> {}
            case ANSWERS -> document.add(new Field(Fields.LINK, Ids.ofLink(Link.TO, answering.to()), Fields.KEYS));
            case RESUMES -> document.add(new Field(Fields.LINK, Ids.ofLink(Link.SUBJECT, answering.to()), Fields.KEYS));
        }
        attached(document, letter, attached);
        Set<Shortfall> shortfalls = shortfalls(source, letter, attached);
        if (!shortfalls.isEmpty()) {
            document.add(new Field(Fields.FLAG, Fields.FLAG_NOT_FULLY_SEARCHED, Fields.KEYS));
        }
        for (Shortfall why : shortfalls) {
            document.add(new Field(Fields.FLAG, Fields.FLAG_SHORTFALL + why.word(), Fields.KEYS));
        }
        document.add(new StoredField(Fields.SHOWN, Shown.encode(shown(source, header, letter, date, answering))));
        return document;
    }

    /// In the one octet that Lucene keeps of a length: exact up to 39, then to an eighth.
    private static long length(LetterHeader header, Optional<Letter> letter) {
        int chars = header.subject().map(String::length).orElse(0)
                + letter.map(l -> l.searchText().length()).orElse(0);
        return SmallFloat.intToByte4(chars) & 0xff;
    }

    private static Optional<Letter> read(LetterDocument source) {
        try {
            return Optional.of(LetterReader.read(source.bytes(), ReadLimits.DEFAULT));
        } catch (IOException e) {
            LOG.warn(
                    "letter {} is not searchable by its text: {}",
                    source.letter().id(),
                    e.toString());
        } catch (RuntimeException | StackOverflowError e) { // a fault of ours that one mail brings to light
            LOG.warn("letter {} is not searchable by its text", source.letter().id(), e);
        }
        return Optional.empty();
    }

    /// Why words may be in the letter that were not read.
    private static Set<Shortfall> shortfalls(
            LetterDocument source, Optional<Letter> letter, Optional<Sealed> attached) {
        Set<Shortfall> shortfalls = EnumSet.noneOf(Shortfall.class);
        if (letter.isEmpty()) {
            shortfalls.add(Shortfall.DAMAGED);
        }
        letter.ifPresent(l -> l.notes().forEach(note -> hidden(note).ifPresent(shortfalls::add)));
        if (attached.isPresent()) {
            shortfalls.addAll(attached.get().texts().shortfalls());
        } else if (letter.isPresent()) {
            try {
                if (UnreadParts.anyIn(source.bytes(), letter.get())) {
                    shortfalls.add(Shortfall.WAITING);
                }
            } catch (IOException | RuntimeException | StackOverflowError e) {
                shortfalls.add(Shortfall.DAMAGED);
            }
        }
        if (source.testimonies().stream()
                .anyMatch(t -> t.entry().hasClearCopyOf(source.letter().sum()))) {
            shortfalls.remove(Shortfall.ENCRYPTED);
        }
        return shortfalls;
    }

    /// What this means for searching.
    private static Optional<Shortfall> hidden(Note note) {
        return switch (note) {
            case HEADER_TRUNCATED, TEXT_TRUNCATED, TOO_DEEP, TOO_MANY_PARTS, NESTED_TRUNCATED ->
                Optional.of(Shortfall.CUT);
            case DAMAGED_ENCODING, UNKNOWN_CHARSET, DAMAGED_TNEF -> Optional.of(Shortfall.DAMAGED);
            case ENCRYPTED_SMIME, ENCRYPTED_PGP, PROTECTED_RIGHTS -> Optional.of(Shortfall.ENCRYPTED);
            case UNREAD_RTF, OPAQUE_SIGNATURE -> Optional.of(Shortfall.UNKNOWN);
            case DAMAGED_STRUCTURE, DAMAGED_HEADER -> Optional.empty(); // all there is was read
        };
    }

    private static void attached(Document document, Optional<Letter> letter, Optional<Sealed> attached) {
        String own = letter.map(Letter::attachedText).orElse("");
        String read = attached.map(a -> a.texts().text()).orElse("");
        String words = own.isEmpty() || read.isEmpty() ? own + read : own + "\n" + read;
        if (!words.isEmpty()) {
            document.add(new Field(Fields.ATTACHED, new WordStream(words), Fields.WORDS));
        }
        if (attached.isPresent()) {
            document.add(new Field(Fields.READER, attached.get().texts().reader(), Fields.KEYS));
            document.add(new BinaryDocValuesField(Fields.SEALED, attached.get().octets()));
        }
    }

    private static Instant date(LetterDocument source, LetterHeader header) {
        return header.date()
                .or(() -> source.testimonies().stream()
                        .findFirst()
                        .map(t -> t.entry().at()))
                .orElse(Instant.EPOCH);
    }

    private static void people(Document document, LetterHeader header, Envelopes envelopes) {
        Set<Line> open = envelopes.open();
        words(document, Fields.FROM, joined(List.of(header.from(), header.sender()), open, As.SENDER));
        words(document, Fields.TO, joined(List.of(header.to()), open, As.TO));
        words(document, Fields.CC, joined(List.of(header.cc()), open, As.CC));
        words(document, Fields.LIST, lists(header, open));

        Set<Address> hidden = new LinkedHashSet<>();
        Set<String> who = new LinkedHashSet<>();
        Set<String> named = new LinkedHashSet<>();
        for (Envelopes.One one : envelopes.all()) {
            for (Line line : one.lines()) {
                who.add(PeopleWords.bounded(line.address().key()));
                if (one.namesGroups() && line.as() != As.SENDER) {
                    named.add(PeopleWords.bounded(line.address().key()));
                }
                if (!open.contains(line)) {
                    hidden.add(line.address());
                    line.expanded().ifPresent(hidden::add);
                    line.forwarded().ifPresent(hidden::add);
                }
            }
        }
        terms(document, Fields.WHO, who);
        terms(document, Fields.NAMED, named);
        List<Mailbox> apart = new ArrayList<>(envelopes.blindHeader());
        hidden.forEach(a -> apart.add(new Mailbox("", a)));
        words(document, Fields.HIDDEN, apart);

        Optional<Long> at = envelopes.atMillis();
        at.ifPresent(millis -> document.add(new NumericDocValuesField(Fields.AT, millis)));
        if (at.isEmpty()) {
            document.add(new Field(Fields.FLAG, Fields.FLAG_SEVERAL_INSTANTS, Fields.KEYS));
        }
        List<String> labels = envelopes.labels();
        words(document, Fields.LABEL, labels, Words::slots);
        if (at.isEmpty() || !apart.isEmpty() || !labels.isEmpty()) {
            document.add(new BinaryDocValuesField(Fields.ENVELOPES, envelopes.encode()));
        }
    }

    /// People of the header, and those of the envelope that the header does not name.
    private static List<Mailbox> joined(List<List<Mailbox>> header, Set<Line> open, As as) {
        List<Mailbox> people = new ArrayList<>();
        Set<String> named = new HashSet<>();
        for (List<Mailbox> field : header) {
            for (Mailbox mailbox : field) {
                if (named.add(mailbox.address().key()) || !mailbox.name().isBlank()) {
                    people.add(mailbox);
                }
            }
        }
        for (Line line : open) {
            if (line.as() == as) {
                Stream.concat(Stream.of(line.address()), line.forwarded().stream())
                        .filter(a -> named.add(a.key()))
                        .forEach(a -> people.add(new Mailbox("", a)));
            }
        }
        return people;
    }

    private static List<Mailbox> lists(LetterHeader header, Set<Line> open) {
        List<Mailbox> lists = new ArrayList<>();
        for (HeaderField field : header.all("List-Id")) { // RFC 2919: a phrase, then the id in angle brackets
            String text = field.decoded().strip();
            if (!text.isEmpty()) {
                int bracket = text.lastIndexOf('<');
                String id = bracket < 0
                        ? text
                        : text.substring(bracket + 1).replace(">", "").strip();
                String name = bracket < 0 ? "" : text.substring(0, bracket).strip();
                lists.add(new Mailbox(name, new Address(id.isEmpty() ? text : id)));
            }
        }
        Set<String> named = new HashSet<>();
        for (Line line : open) {
            line.expanded().filter(a -> named.add(a.key())).ifPresent(a -> lists.add(new Mailbox("", a)));
        }
        return lists;
    }

    private static void content(Document document, Letter letter) {
        if (!letter.searchText().isEmpty()) {
            document.add(new Field(Fields.TEXT, new WordStream(letter.searchText()), Fields.WORDS));
        }
        List<Attachment> files = letter.files();
        words(
                document,
                Fields.FILE,
                files.stream().flatMap(a -> a.name().stream()).toList(),
                Words::slots);
        words(
                document,
                Fields.TYPE,
                files.stream().map(Attachment::type).distinct().toList(),
                Words::slots);
        if (!files.isEmpty() || !letter.nested().isEmpty()) {
            document.add(new Field(Fields.FLAG, Fields.FLAG_ATTACHMENT, Fields.KEYS));
        }
    }

    private static void words(Document document, String field, List<Mailbox> people) {
        words(document, field, people, PeopleWords::slots);
    }

    private static <T> void words(Document document, String field, List<T> of, Function<T, List<List<String>>> slots) {
        if (!of.isEmpty()) {
            document.add(new Field(field, new SlotStream(of.stream().map(slots).iterator()), Fields.WORDS));
        }
    }

    private static void terms(Document document, String field, Collection<String> terms) {
        if (!terms.isEmpty()) {
            Iterator<List<List<String>>> each =
                    terms.stream().map(t -> List.of(List.of(t))).iterator();
            document.add(new Field(field, new SlotStream(each), Fields.KEY_STREAM));
        }
    }

    private static Hit shown(
            LetterDocument source, LetterHeader header, Optional<Letter> letter, Instant date, Answering answering) {
        Optional<Mailbox> from = header.from().stream().findFirst();
        return new Hit(
                source.letter().number(),
                date,
                from.map(m -> m.address().raw()).map(DocumentMaker::cut),
                from.map(Mailbox::name).filter(n -> !n.isBlank()).map(DocumentMaker::cut),
                addresses(header.to()),
                addresses(header.cc()),
                header.subject().map(DocumentMaker::cut),
                source.letter().sizeBytes(),
                letter.map(Letter::files).orElse(List.of()).stream()
                        .limit(SHOWN_LIMIT)
                        .map(a ->
                                new FoundAttachment(cut(a.name().orElse("")), a.sizeBytes(), a.sha256(), cut(a.type())))
                        .toList(),
                letter.flatMap(Snippet::of),
                answering);
    }

    private static List<String> addresses(List<Mailbox> mailboxes) {
        return mailboxes.stream()
                .limit(SHOWN_LIMIT)
                .map(m -> cut(m.address().raw()))
                .toList();
    }

    private static String cut(String text) {
        return Snippet.cut(text, SHOWN_CHARS);
    }
}
