package io.carteggio.mail.report;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.MailDate;
import io.carteggio.mail.mime.TransferEncoding;
import io.carteggio.mail.report.Original.Kind;
import io.carteggio.mail.report.Original.Span;
import io.carteggio.mail.structure.Entity;
import io.carteggio.mail.structure.Field;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.MediaType;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Tells what a mail is, and takes a journal report apart (JOURNAL-FORMATS 2.8, 3.1, 5.4 steps 1 to 5, 7.2).
///
/// Pure and safe for many threads. Reads the mail about twice, in bounded memory, and copies no original: each is a
/// window onto the mail. Whether a source may send reports at all is the caller's to decide *before* it asks here: to
/// anyone's mailbox an outsider can send a mail that has the marker of a report (5.4).
public final class Unwrapper {
    /// How deep the envelope text may lie; reports have it at 1, those of Exchange 2003 at 2.
    private static final int ENVELOPE_DEPTH = 3;

    /// Recipients of a notice that are named in the explanation.
    private static final int STATUS_STEPS = 5;

    /// HTML and text in wide charsets cannot be read line by line.
    private static final int CONVERTED_BYTES = 16 * 1024 * 1024;

    private static final String SYSTEM_SENDER = "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e";
    private static final String REPORT_ID_DOMAIN = "@journal.report.generator";

    private Unwrapper() {}

    /// Tells what the mail is.
    ///
    /// @throws IOException only where the content itself cannot be read
    public static Unwrapped unwrap(Content mail) throws IOException {
        return explain(mail).what();
    }

    /// What a mail is, and why.
    ///
    /// @param why what was seen, step by step in the order of the detection (JOURNAL-FORMATS 5.4), for a person;
    ///     holds text of the mail
    public record Explained(Unwrapped what, List<String> why) {
        public Explained {
            why = List.copyOf(why);
        }
    }

    /// Tells what the mail is, and why.
    ///
    /// @throws IOException only where the content itself cannot be read
    public static Explained explain(Content mail) throws IOException {
        Steps steps = new Steps();
        Entity top = Structure.scan(mail);
        List<Part> status = statusParts(top);
        Unwrapped what;
        if (!status.isEmpty() || isBareNotice(top)) {
            steps.add(
                    top.type().is("multipart", "report")
                            ? "the mail is a multipart/report" + (status.isEmpty() ? "" : " with a delivery status")
                            : "the mail has X-MS-Exchange-Message-Is-Ndr"
                                    + (status.isEmpty() ? "" : " and a delivery status"));
            what = ndr(mail, top, status, steps);
        } else {
            steps.add("no delivery status notice: it is neither a multipart/report nor an NDR of Exchange");
            what = report(mail, top, true, steps);
        }
        return new Explained(what, steps.list());
    }

    // ---- notices -------------------------------------------------------------------------------------------------

    /// The parts that make the mail a delivery status notice; RFC 6522 knows one, some programs write several.
    private static List<Part> statusParts(Entity top) {
        if (!top.type().is("multipart", "report") && !top.header().has("X-MS-Exchange-Message-Is-Ndr")) {
            return List.of();
        }
        return top.children().stream()
                .filter(child -> {
                    MediaType type = child.header().contentType();
                    return type.is("message", "delivery-status") || type.is("message", "global-delivery-status");
                })
                .toList();
    }

    /// A notice that lost its status part, but still says what it is.
    private static boolean isBareNotice(Entity top) {
        boolean typed = top.type().is("multipart", "report")
                && top.type()
                        .parameter("report-type")
                        .filter(type -> type.equalsIgnoreCase("delivery-status"))
                        .isPresent();
        boolean claimed = typed || top.header().has("X-MS-Exchange-Message-Is-Ndr");
        return claimed && top.children().stream().anyMatch(child -> isReturned(child));
    }

    private static boolean isReturned(Part child) {
        MediaType type = child.header().contentType();
        return type.isMessage() || isHeadersOnly(type);
    }

    private static boolean isHeadersOnly(MediaType type) {
        return type.is("text", "rfc822-headers")
                || type.is("message", "rfc822-headers")
                || type.is("message", "global-headers");
    }

    private static Unwrapped ndr(Content mail, Entity top, List<Part> statusParts, Steps steps) throws IOException {
        DeliveryStatus status = status(mail, statusParts);
        status.recipients().stream()
                .limit(STATUS_STEPS)
                .forEach(r -> steps.add(r.finalRecipient().orElse("somebody") + ": "
                        + r.action().word() + r.status().map(c -> " " + c).orElse("")));
        if (status.delayed()) {
            return new Unwrapped.Delay(status);
        }
        if (status.delivered()) {
            return new Unwrapped.Delivered(status);
        }
        Warnings warnings = new Warnings();
        long after = statusParts.isEmpty() ? 0 : statusParts.getFirst().bodyEnd();
        Optional<Part> part = top.children().stream()
                .filter(child -> child.offset() >= after && isReturned(child))
                .findFirst();
        if (part.isEmpty()) {
            steps.add("the notice carries no mail");
            return new Unwrapped.Ndr(
                    status,
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    answeredReport(top.header())
                            .map(id -> new Unwrapped.Gap(
                                    Optional.of(id),
                                    Optional.empty(),
                                    Optional.empty(),
                                    "the notice carries nothing of the report")),
                    warnings.list());
        }
        Original returned = original(mail, part.get(), Kind.ORIGINAL, warnings);
        Content whole = returned.span().isPresent() ? mail : returned.bytes();
        Span span = returned.span().orElse(new Span(0, whole.sizeBytes()));
        Entity inner = Structure.scan(whole, span.offset(), span.end());
        boolean headersOnly = isHeadersOnly(part.get().header().contentType()) || bodyless(whole, inner.self());
        steps.add(
                "the notice carries " + (headersOnly ? "the header of a mail" : "a mail") + "; that one is looked at");
        Unwrapped inside = report(whole, inner, returned.span().isPresent(), steps);
        Optional<Unwrapped.Report> report =
                inside instanceof Unwrapped.Report found ? Optional.of(found) : Optional.empty();
        Optional<Unwrapped.Gap> gap = Optional.empty();
        if (report.isEmpty() && (inside instanceof Unwrapped.Unreadable || saysReport(inner.header()))) {
            String why = inside instanceof Unwrapped.Unreadable(String reason, List<Warning> ignored) && !headersOnly
                    ? reason
                    : "the notice carries only the header of the report";
            gap = Optional.of(new Unwrapped.Gap(
                    id(inner.header(), "Message-ID"),
                    id(inner.header(), "X-MS-Exchange-Parent-Message-Id"),
                    inner.header().text("Date").flatMap(MailDate::parse),
                    why));
        }
        return new Unwrapped.Ndr(status, Optional.of(returned), headersOnly, report, gap, warnings.list());
    }

    private static DeliveryStatus status(Content mail, List<Part> parts) throws IOException {
        List<Header> blocks = new ArrayList<>();
        for (Part part : parts) {
            Content body = mail.slice(part.bodyOffset(), part.bodySizeBytes());
            TransferEncoding encoding = encoding(part);
            if (encoding != TransferEncoding.IDENTITY) {
                body = DecodedContent.of(body, encoding);
            }
            blocks.add(part.header()); // fields may have slipped into it where the blank line is missing
            blocks.addAll(Structure.blocks(body, 0, body.sizeBytes()));
        }
        return DeliveryStatus.of(blocks);
    }

    /// Whether the mail has nothing but blanks after its header.
    private static boolean bodyless(Content whole, Part entity) throws IOException {
        if (entity.bodySizeBytes() > 1024) {
            return false;
        }
        try (InputStream in = whole.open(entity.bodyOffset(), entity.bodySizeBytes())) {
            for (byte c : in.readNBytes(1024)) {
                if (c < 0 || c > ' ') {
                    return false;
                }
            }
        }
        return true;
    }

    /// The Message-ID of the journal report that this mail answers.
    private static Optional<String> answeredReport(Header header) {
        return id(header, "In-Reply-To")
                .filter(id -> id.toLowerCase(Locale.ROOT).endsWith(REPORT_ID_DOMAIN));
    }

    // ---- reports -------------------------------------------------------------------------------------------------

    private static boolean hasMarker(Header header) {
        return marked(header).isPresent();
    }

    private record Marked(Dialect dialect, String field) {}

    /// By presence, not by value: the marker of Exchange is empty (JOURNAL-FORMATS 1, fact 3). Where several are
    /// there, the first of JOURNAL-FORMATS 5.4 counts.
    private static Optional<Marked> marked(Header header) {
        return markers(header).stream().min(Comparator.comparing(Marked::dialect));
    }

    private static List<Marked> markers(Header header) {
        List<Marked> found = new ArrayList<>(1);
        for (Field field : header.fields()) {
            switch (field.name().toLowerCase(Locale.ROOT)) {
                case "x-ms-journal-report", "x-ms-exchange-organization-journal-report", "x-ms-gcc-journal-report" ->
                    found.add(new Marked(Dialect.EXCHANGE_2007, field.name()));
                case "x-wm-journal-report" -> found.add(new Marked(Dialect.WORKMAIL, field.name()));
                case "content-identifier", "content-identifer" -> {
                    if (field.unfolded().equalsIgnoreCase("ExJournalReport")) {
                        found.add(new Marked(Dialect.EXCHANGE_2003, field.name() + ": ExJournalReport"));
                    }
                }
                default -> {} // says nothing about reports
            }
        }
        return found;
    }

    /// What a provider that strips the marker leaves in place.
    private static boolean saysReport(Header header) {
        return hasMarker(header)
                || id(header, "Message-ID")
                        .filter(id -> id.toLowerCase(Locale.ROOT).endsWith(REPORT_ID_DOMAIN))
                        .isPresent()
                || header.text("Sender")
                        .filter(sender -> sender.toLowerCase(Locale.ROOT).contains(SYSTEM_SENDER))
                        .isPresent()
                || header.text("X-MS-Exchange-Generated-Message-Source")
                        .filter(source -> source.equalsIgnoreCase("Journal Agent"))
                        .isPresent();
    }

    /// @param spans whether offsets in `whole` are offsets in the mail that was asked about
    private static Unwrapped report(Content whole, Entity top, boolean spans, Steps steps) throws IOException {
        Optional<Marked> marked = marked(top.header());
        marked.ifPresentOrElse(
                m -> steps.add("it has the marker " + m.field() + ": dialect "
                        + m.dialect().word()),
                () -> steps.add("it has no marker of a journal report"));
        if (marked.isEmpty() && !saysReport(top.header())) {
            steps.add("nor has it anything else of one: neither a Message-ID …" + REPORT_ID_DOMAIN
                    + ", nor the Journal Agent as its source, nor Microsoft Exchange as its Sender");
            return new Unwrapped.Plain();
        }
        Warnings warnings = new Warnings();
        Parts parts = parts(whole, top);
        Optional<TnefReport> tnef =
                parts.originals.isEmpty() ? TnefReport.in(whole, top, parts.tnef, spans) : Optional.empty();
        steps.add(parts.found(tnef));
        if (marked.isEmpty()) {
            // 5.4, step 5: all three must hold, else it is somebody's mail.
            if (!looksLikeReport(whole, parts, tnef)) {
                steps.add("it has a Message-ID, source or Sender of a report, but not both an original and a text that"
                        + " begins with Sender: so it is somebody's mail");
                return new Unwrapped.Plain();
            }
            steps.add("the marker was stripped on the way: all else of a report is there");
            warnings.add(Warning.Code.MARKER_STRIPPED, "");
        }
        if (parts.originals.isEmpty()
                && tnef.filter(t -> !t.originals().isEmpty()).isEmpty()) {
            return new Unwrapped.Unreadable(
                    tnef.isPresent()
                            ? "the report came as TNEF, and there is no original in it"
                            : top.children().isEmpty()
                                    ? "a report must be a multipart with an original in it"
                                    : "there is no original in the report",
                    warnings.list());
        }
        Optional<String> parentId = id(top.header(), "X-MS-Exchange-Parent-Message-Id");
        Content text;
        EnvelopePart envelope;
        if (tnef.isPresent()) {
            warnings.add(Warning.Code.TNEF, "");
        }
        if (tnef.isPresent() && (parts.text.isEmpty() || !beginsWithSender(whole, parts.text.get()))) {
            String octets = tnef.get().text();
            steps.add("the envelope is read from the text of the TNEF");
            text = Content.of(octets.getBytes(UTF_8));
            envelope = read(octets, parentId, warnings);
        } else if (parts.text.isPresent()) {
            steps.add("the envelope is read from the first part of plain text");
            text = body(whole, parts.text.get());
            envelope = envelope(whole, parts.text.get(), parentId, warnings);
        } else if (parts.html.isPresent()) {
            steps.add("the envelope is read from HTML, for there is no plain text");
            text = body(whole, parts.html.get());
            warnings.add(Warning.Code.HTML_ENVELOPE, "");
            if (text.sizeBytes() > CONVERTED_BYTES) {
                return new Unwrapped.Unreadable("the HTML that holds the envelope is too large", warnings.list());
            }
            envelope = htmlEnvelope(whole, parts.html.get(), parentId, warnings);
        } else {
            return new Unwrapped.Unreadable("there is no text that could hold the envelope", warnings.list());
        }
        if (!envelope.anything()) {
            return new Unwrapped.Unreadable("the text part holds no envelope", warnings.list());
        }
        if (envelope.tooManyRecipients()) {
            return new Unwrapped.Unreadable(
                    "the report names more than " + EnvelopePart.MOST_RECIPIENTS + " recipients", warnings.list());
        }
        if (!top.complete() || !top.header().complete()) {
            warnings.add(Warning.Code.OVER_LIMIT, "the report has more fields or parts than are read");
        }
        if (!top.closed() && top.type().isMultipart()) {
            warnings.add(Warning.Code.NOT_CLOSED, "");
        }
        int others = parts.others - (tnef.isPresent() ? parts.tnef.size() : 0);
        if (others > 0) {
            warnings.add(Warning.Code.OTHER_PARTS, Integer.toString(others));
        }
        List<Original> originals = tnef.isPresent() && parts.originals.isEmpty()
                ? judged(tnef.get().originals(), spans, envelope.messageId(), warnings)
                : originals(whole, parts.originals, spans, envelope.messageId(), warnings);
        for (Original o : originals) {
            steps.add("an original of " + o.bytes().sizeBytes() + " octets"
                    + switch (o.kind()) {
                        case ORIGINAL -> "";
                        case PROTECTED ->
                            Protection.of(o.bytes(), o.head())
                                    .map(by -> ", protected by " + by.title())
                                    .orElse("");
                        case CLEAR -> ", the clear copy of a protected one";
                    });
        }
        steps.add("nothing in an original is unwrapped in its turn, whatever it says of itself");
        return new Unwrapped.Report(
                marked.map(Marked::dialect).orElse(Dialect.EXCHANGE_2007),
                envelope.envelope(),
                envelope.subject(),
                envelope.messageId(),
                envelope.label(),
                envelope.mailbox(),
                envelope.sentUtc(),
                envelope.receivedUtc(),
                top.header().text("Date").flatMap(MailDate::parse),
                id(top.header(), "Message-ID"),
                parentId,
                text,
                originals,
                warnings.list());
    }

    private static boolean looksLikeReport(Content whole, Parts parts, Optional<TnefReport> tnef) throws IOException {
        boolean original = !parts.originals.isEmpty()
                || tnef.filter(t -> !t.originals().isEmpty()).isPresent();
        return original
                && ((parts.text.isPresent() && beginsWithSender(whole, parts.text.get()))
                        || tnef.filter(t -> isSender(t.text())).isPresent());
    }

    private static boolean isSender(String text) {
        return text.stripLeading().regionMatches(true, 0, "Sender:", 0, 7);
    }

    private static Content body(Content whole, Part part) {
        return whole.slice(part.bodyOffset(), part.bodySizeBytes());
    }

    private static Optional<String> id(Header header, String name) {
        return header.text(name).map(EnvelopePart::unbracketed).filter(id -> !id.isEmpty());
    }

    /// The parts of a report by what they are for.
    private static final class Parts {
        Optional<Part> text = Optional.empty();
        Optional<Part> html = Optional.empty();
        final List<Part> originals = new ArrayList<>();
        final List<Part> tnef = new ArrayList<>();
        int others;

        String found(Optional<TnefReport> inTnef) {
            String envelope = text.isPresent() ? "a text" : html.isPresent() ? "HTML" : "no text";
            String report =
                    envelope + " and " + originals.size() + " attached mail" + (originals.size() == 1 ? "" : "s");
            return "its parts: " + report
                    + inTnef.map(t -> "; in TNEF " + t.originals().size() + " of them")
                            .orElse("")
                    + (others == 0 ? "" : "; " + others + " other");
        }
    }

    private static Parts parts(Content whole, Entity top) throws IOException {
        Parts parts = new Parts();
        for (Part child : top.children()) {
            MediaType type = child.header().contentType();
            if (isOriginal(type, child.header())) {
                parts.originals.add(child);
            } else if (!envelopeText(whole, child, type, 1, parts)) {
                parts.others++;
                if (TnefReport.isTnef(type, child.header())) {
                    parts.tnef.add(child);
                }
            }
        }
        return parts;
    }

    private static boolean isOriginal(MediaType type, Header header) {
        if (type.isMessage()) {
            return true;
        }
        return type.type().equals("application")
                && (type.subtype().equals("octet-stream") || type.subtype().startsWith("x-"))
                && fileName(type, header).endsWith(".eml");
    }

    /// In lower case; empty where the part has none.
    static String fileName(MediaType type, Header header) {
        return header.first("Content-Disposition")
                .map(Field::unfolded)
                .map(MediaType::parametersOf)
                .map(parameters -> parameters.getOrDefault("filename", ""))
                .filter(filename -> !filename.isEmpty())
                .orElse(type.parameter("name").orElse(""))
                .toLowerCase(Locale.ROOT);
    }

    /// Finds the first leaf of plain text, else of HTML; true where `part` is one or holds one.
    private static boolean envelopeText(Content whole, Part part, MediaType type, int depth, Parts parts)
            throws IOException {
        if (type.is("text", "plain") && parts.text.isEmpty()) {
            parts.text = Optional.of(part);
            return true;
        }
        if (type.is("text", "html") && parts.html.isEmpty()) {
            parts.html = Optional.of(part);
            return true;
        }
        boolean found = false;
        if (type.isMultipart() && depth < ENVELOPE_DEPTH) {
            for (Part child : Structure.scan(whole, part).children()) {
                found |= envelopeText(whole, child, child.header().contentType(), depth + 1, parts);
            }
        }
        return found;
    }

    private static boolean beginsWithSender(Content whole, Part text) throws IOException {
        try (InputStream in = decoded(whole, text)) {
            return isSender(new String(in.readNBytes(2048), ISO_8859_1));
        }
    }

    private static InputStream decoded(Content whole, Part part) throws IOException {
        InputStream in = whole.open(part.bodyOffset(), part.bodySizeBytes());
        return DecodedContent.decode(in, encoding(part));
    }

    static TransferEncoding encoding(Part part) {
        return TransferEncoding.of(
                part.header().text("Content-Transfer-Encoding").orElse(""));
    }

    private static EnvelopePart envelope(Content whole, Part text, Optional<String> parentId, Warnings warnings)
            throws IOException {
        Optional<Charset> charset = charset(text.header());
        boolean wide = charset.isPresent() && !asciiCompatible(charset.get());
        try (InputStream in = decoded(whole, text)) {
            if (!wide) {
                return new EnvelopePart(warnings, parentId, charset).read(in, text.bodySizeBytes());
            }
            byte[] octets = in.readNBytes(CONVERTED_BYTES);
            if (octets.length == CONVERTED_BYTES) {
                warnings.add(Warning.Code.OVER_LIMIT, "the envelope part was cut");
            }
            return read(new String(octets, charset.get()), parentId, warnings);
        }
    }

    private static EnvelopePart htmlEnvelope(Content whole, Part html, Optional<String> parentId, Warnings warnings)
            throws IOException {
        try (InputStream in = decoded(whole, html)) {
            byte[] octets = in.readNBytes(CONVERTED_BYTES);
            Optional<Charset> charset = charset(html.header());
            String page = charset.isPresent()
                    ? new String(octets, charset.get())
                    : Field.text(new String(octets, ISO_8859_1));
            return read(Html.text(page), parentId, warnings);
        }
    }

    private static EnvelopePart read(String text, Optional<String> parentId, Warnings warnings) throws IOException {
        byte[] octets = text.getBytes(UTF_8);
        return new EnvelopePart(warnings, parentId, Optional.empty())
                .read(new ByteArrayInputStream(octets), octets.length);
    }

    /// The declared charset; empty where none, ASCII or UTF-8 is declared or nobody knows it: then UTF-8 is
    /// tried first.
    private static Optional<Charset> charset(Header header) {
        String name = header.contentType().parameter("charset").orElse("").strip();
        try {
            Charset charset = name.isEmpty() ? UTF_8 : Charset.forName(name);
            return charset.equals(UTF_8) || charset.equals(US_ASCII) ? Optional.empty() : Optional.of(charset);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return Optional.empty();
        }
    }

    private static boolean asciiCompatible(Charset charset) {
        return charset.canEncode() && new String("a\n:".getBytes(charset), ISO_8859_1).equals("a\n:");
    }

    // ---- originals -----------------------------------------------------------------------------------------------

    private static List<Original> originals(
            Content whole, List<Part> parts, boolean spans, Optional<String> messageId, Warnings warnings)
            throws IOException {
        List<Original> found = new ArrayList<>();
        for (Part part : parts) {
            found.add(original(whole, part, Kind.ORIGINAL, warnings));
        }
        return judged(found, spans, messageId, warnings);
    }

    /// Originals with what each is: protected, a clear copy, or neither.
    private static List<Original> judged(
            List<Original> originals, boolean spans, Optional<String> messageId, Warnings warnings) throws IOException {
        List<Original> found = new ArrayList<>();
        int protectedOnes = 0;
        Optional<Protection> first = Optional.empty();
        for (Original original : originals) {
            Optional<Protection> protection = Protection.of(original.bytes(), original.head());
            protectedOnes += protection.isPresent() ? 1 : 0;
            first = first.or(() -> protection);
            checkMessageId(original.head().header(), messageId, warnings);
            found.add(new Original(
                    protection.isPresent() ? Kind.PROTECTED : Kind.ORIGINAL,
                    original.bytes(),
                    spans ? original.span() : Optional.empty(),
                    original.head()));
        }
        if (found.size() == 1) {
            first.ifPresent(
                    by -> warnings.add(Warning.Code.ENCRYPTED, by == Protection.RIGHTS_MANAGEMENT ? "" : by.title()));
            return found;
        }
        if (protectedOnes == 0 || protectedOnes == found.size()) {
            warnings.add(Warning.Code.SEVERAL_ORIGINALS, Integer.toString(found.size()));
            return found;
        }
        return found.stream()
                .map(o -> o.kind() == Kind.PROTECTED ? o : new Original(Kind.CLEAR, o.bytes(), o.span(), o.head()))
                .toList();
    }

    private static void checkMessageId(Header header, Optional<String> messageId, Warnings warnings) {
        List<Field> ids = header.all("Message-ID");
        if (messageId.isPresent()
                && ids.stream()
                        .noneMatch(f -> EnvelopePart.unbracketed(f.text()).equals(messageId.get()))) {
            warnings.add(
                    Warning.Code.MESSAGE_ID_MISMATCH,
                    ids.isEmpty() ? "the original has none" : ids.getFirst().text());
        }
    }

    /// The message inside a part. RFC 2046 (5.2.1) allows it no transfer encoding that changes octets; where
    /// there is one all the same, it is undone, unless the octets show that it was only claimed.
    static Original original(Content whole, Part part, Kind kind, Warnings warnings) throws IOException {
        Content stored = whole.slice(part.bodyOffset(), part.bodySizeBytes());
        TransferEncoding encoding = encoding(part);
        if (encoding == TransferEncoding.BASE64 || encoding == TransferEncoding.QUOTED_PRINTABLE) {
            String word = encoding.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (FalseEncoding.isEncoded(stored, encoding)) {
                warnings.add(Warning.Code.ENCODED_ORIGINAL, word);
                Content decoded = DecodedContent.of(stored, encoding);
                return new Original(kind, decoded, Optional.empty(), Structure.head(decoded));
            }
            warnings.add(Warning.Code.FALSE_ENCODING, word);
        }
        Span span = new Span(part.bodyOffset(), part.bodySizeBytes());
        return new Original(kind, stored, Optional.of(span), Structure.head(stored));
    }
}
