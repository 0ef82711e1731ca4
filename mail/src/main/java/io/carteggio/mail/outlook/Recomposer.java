package io.carteggio.mail.outlook;

import io.carteggio.mail.outlook.OutlookItem.Attached;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Makes a mail of an item: the same octets for the same item, always, so that it is one letter however often it comes.
///
/// Its header is the one that the item kept from its transport, where it did, less what told of the lost MIME body;
/// what is missing there comes from the item's properties, and nothing else is made up. Bodies and attachments are
/// transfer-encoded so that no line of theirs can look like a boundary. An item attached to it becomes a
/// `message/rfc822` part that has exactly the octets which that item alone would have.
public final class Recomposer {
    /// The field that tells what the mail is; whoever reads an exported letter must not take it for the original.
    public static final String MARK = "X-Carteggio-Recomposed";

    private static final String MARK_TEXT = "of an Outlook item; not the octets that were sent";

    /// Longest header that is kept from the transport.
    private static final int HEADER_LIMIT_CHARS = 8 * 1024 * 1024;

    private static final Pattern FIELD = Pattern.compile("[!-9;-~]{1,200}[ \\t]*:.*", Pattern.DOTALL);
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, d MMM uuuu HH:mm:ss '+0000'", Locale.ENGLISH);

    private static final int SUBJECT = 0x0037;
    private static final int IMPORTANCE = 0x0017;
    private static final int SUBMITTED = 0x0039;
    private static final int DELIVERED = 0x0E06;
    private static final int CREATED = 0x3007;
    private static final int TRANSPORT_HEADERS = 0x007D;
    private static final int MESSAGE_ID = 0x1035;
    private static final int REFERENCES = 0x1039;
    private static final int IN_REPLY_TO = 0x1042;
    private static final int TEXT = 0x1000;
    private static final int REPORT_TEXT = 0x1001;
    private static final int RTF = 0x1009;
    private static final int HTML = 0x1013;

    private static final int ROLE = 0x0C15;
    private static final int NAME = 0x3001;
    private static final int ADDRESS_TYPE = 0x3002;
    private static final int ADDRESS = 0x3003;
    private static final int SMTP_ADDRESS = 0x39FE;

    private static final int DATA = 0x3701;
    private static final int SHORT_FILE = 0x3704;
    private static final int METHOD = 0x3705;
    private static final int LONG_FILE = 0x3707;
    private static final int PATH = 0x3708;
    private static final int LONG_PATH = 0x370D;
    private static final int MEDIA_TYPE = 0x370E;
    private static final int CONTENT_ID = 0x3712;
    private static final int DISPLAY_NAME = 0x3001;

    private static final Person SENT_FOR = new Person(0x0042, 0x0064, 0x0065, 0x5D02);
    private static final Person SENT_BY = new Person(0x0C1A, 0x0C1E, 0x0C1F, 0x5D01);
    private static final Person ADDRESSEE = new Person(NAME, ADDRESS_TYPE, ADDRESS, SMTP_ADDRESS);

    private static final int MARK_OF_ROLE = 0xf;
    private static final String[] ROLES = {"To", "Cc", "Bcc"};

    /// Which properties tell of somebody.
    private record Person(int name, int type, int address, int smtp) {}

    /// A body of the item.
    private record Body(String type, boolean isText, Bytes octets) {}

    private final MimeWriter out;
    private final List<String> troubles;

    private Recomposer(OutputStream out, List<String> troubles) {
        this.out = new MimeWriter(out);
        this.troubles = troubles;
    }

    /// Writes the mail.
    ///
    /// @return what of the item could not be read; the mail says so too
    public static List<String> write(OutlookItem item, OutputStream out) throws IOException {
        List<String> troubles = new ArrayList<>();
        new Recomposer(out, troubles).item(item);
        return List.copyOf(troubles);
    }

    private void item(OutlookItem item) throws IOException {
        List<String> notes = new ArrayList<>();
        item.trouble().ifPresent(notes::add);
        List<Body> bodies = bodies(item.properties(), notes);
        List<String> fields = fields(item, notes);
        out.line(MARK + ": " + MARK_TEXT);
        for (String field : fields) {
            out.line(field);
        }
        out.line("MIME-Version: 1.0");
        content(item, bodies, notes);
    }

    private void content(OutlookItem item, List<Body> bodies, List<String> notes) throws IOException {
        List<Attached> inline = new ArrayList<>();
        List<Attached> others = new ArrayList<>();
        String html = bodies.stream()
                .filter(b -> b.type().startsWith("text/html"))
                .map(b -> new String(b.octets().toArray(), StandardCharsets.ISO_8859_1))
                .findFirst()
                .orElse("");
        for (Attached a : item.attachments()) {
            Optional<String> id = text(a.properties(), CONTENT_ID);
            boolean shown = id.isPresent() && a.item().isEmpty() && html.contains("cid:" + id.get());
            (shown ? inline : others).add(a);
        }
        int height = item.height();
        if (others.isEmpty() && notes.isEmpty()) {
            related(bodies, inline, height);
            return;
        }
        String boundary = "=_mixed_" + height + "_=";
        multipart("mixed", boundary, "");
        if (!bodies.isEmpty() || !inline.isEmpty()) {
            out.line("--" + boundary);
            related(bodies, inline, height);
        }
        for (Attached a : others) {
            out.line("--" + boundary);
            attached(a, "attachment", boundary);
        }
        for (String note : notes) {
            note(note, boundary);
        }
        out.line("--" + boundary + "--");
    }

    private void multipart(String kind, String boundary, String more) throws IOException {
        out.line("Content-Type: multipart/" + kind + ";\r\n boundary=\"" + boundary + "\"" + more);
        out.line("");
    }

    private void related(List<Body> bodies, List<Attached> inline, int height) throws IOException {
        if (inline.isEmpty()) {
            alternative(bodies, height);
            return;
        }
        String boundary = "=_related_" + height + "_=";
        multipart(
                "related",
                boundary,
                ";\r\n type=\"" + (bodies.size() > 1 ? "multipart/alternative" : "text/html") + "\"");
        out.line("--" + boundary);
        alternative(bodies, height);
        for (Attached a : inline) {
            out.line("--" + boundary);
            attached(a, "inline", boundary);
        }
        out.line("--" + boundary + "--");
    }

    private void alternative(List<Body> bodies, int height) throws IOException {
        if (bodies.size() == 1) {
            body(bodies.getFirst());
        } else if (bodies.isEmpty()) {
            body(new Body("text/plain; charset=us-ascii", true, new Bytes(new byte[0])));
        } else {
            String boundary = "=_alternative_" + height + "_=";
            multipart("alternative", boundary, "");
            for (Body body : bodies) {
                out.line("--" + boundary);
                body(body);
            }
            out.line("--" + boundary + "--");
        }
    }

    private void body(Body body) throws IOException {
        out.line("Content-Type: " + body.type());
        out.line("Content-Transfer-Encoding: " + (body.isText() ? "quoted-printable" : "base64"));
        out.line("");
        if (body.isText()) {
            out.quotedPrintable(body.octets().toArray());
        } else {
            out.base64(body.octets().open());
        }
    }

    /// A part in the place of what could not be read.
    private void note(String what, String boundary) throws IOException {
        troubles.add(what);
        out.line("--" + boundary);
        out.line("Content-Type: text/plain; charset=utf-8");
        out.line("Content-Transfer-Encoding: quoted-printable");
        out.line("");
        out.text("[Carteggio: " + MimeWriter.clean(what) + "]\n");
    }

    // ---- header --------------------------------------------------------------------------------------------------

    private List<String> fields(OutlookItem item, List<String> notes) throws IOException {
        Properties of = item.properties();
        List<String> fields = new ArrayList<>(transported(text(of, TRANSPORT_HEADERS, notes)));
        Set<String> there = new HashSet<>();
        for (String field : fields) {
            there.add(field.substring(0, field.indexOf(':')).strip().toLowerCase(Locale.ROOT));
        }
        Optional<String> sentFor = mailbox(of, SENT_FOR);
        Optional<String> sentBy = mailbox(of, SENT_BY);
        Optional<String> from = sentFor.or(() -> sentBy);
        if (from.isPresent() && there.add("from")) {
            fields.add("From: " + from.get());
            if (sentFor.isPresent() && sentBy.isPresent() && !sentBy.equals(sentFor) && there.add("sender")) {
                fields.add("Sender: " + sentBy.get());
            }
        }
        recipients(item, there, fields);
        Optional<Instant> date = of.instant(SUBMITTED);
        date = date.isPresent() ? date : of.instant(DELIVERED);
        date = date.isPresent() ? date : of.instant(CREATED);
        if (date.isPresent() && there.add("date")) {
            fields.add("Date: " + DATE.format(date.get().atOffset(ZoneOffset.UTC)));
        }
        Optional<String> subject = text(of, SUBJECT, notes).map(Recomposer::withoutPrefixMark);
        if (subject.isPresent() && there.add("subject")) {
            fields.add("Subject: " + MimeWriter.unstructured(subject.get()));
        }
        id(of, MESSAGE_ID, "Message-ID", there, fields);
        id(of, IN_REPLY_TO, "In-Reply-To", there, fields);
        id(of, REFERENCES, "References", there, fields);
        Optional<Integer> importance = of.number(IMPORTANCE).filter(i -> i == 0 || i == 2);
        if (importance.isPresent() && there.add("importance")) {
            fields.add("Importance: " + (importance.get() == 0 ? "low" : "high"));
        }
        return fields;
    }

    /// The fields of the transport's header but those of MIME, each with its folds.
    private static List<String> transported(Optional<String> header) {
        List<StringBuilder> fields = new ArrayList<>();
        boolean in = false;
        String text = header.orElse("");
        for (String line :
                text.substring(0, Math.min(text.length(), HEADER_LIMIT_CHARS)).split("\r\n|\n|\r", -1)) {
            String clean = line.indexOf(0) < 0 ? line : line.replace("\0", "");
            if (clean.isBlank()) {
                if (!fields.isEmpty()) {
                    break; // some programs kept the headers of parts behind it
                }
            } else if (clean.charAt(0) == ' ' || clean.charAt(0) == '\t') {
                if (in) {
                    fields.getLast().append("\r\n").append(clean);
                }
            } else {
                in = FIELD.matcher(clean).matches();
                if (in) {
                    fields.add(new StringBuilder(clean));
                }
            }
        }
        return fields.stream()
                .map(StringBuilder::toString)
                .filter(f -> {
                    String name = f.substring(0, f.indexOf(':')).strip().toLowerCase(Locale.ROOT);
                    return !name.startsWith("content-") && !name.equals("mime-version") && !name.equalsIgnoreCase(MARK);
                })
                .toList();
    }

    /// Outlook writes two characters before a subject that begins with `Re:` and the like ([MS-OXCMSG] 2.2.1.10).
    private static String withoutPrefixMark(String subject) {
        return subject.length() >= 2 && subject.charAt(0) == 1 ? subject.substring(2) : subject;
    }

    private void id(Properties of, int tag, String name, Set<String> there, List<String> fields) throws IOException {
        Optional<String> id = text(of, tag).map(MimeWriter::clean).filter(i -> !i.isEmpty());
        if (id.isPresent() && there.add(name.toLowerCase(Locale.ROOT))) {
            fields.add(name + ": " + id.get());
        }
    }

    private void recipients(OutlookItem item, Set<String> there, List<String> fields) throws IOException {
        boolean told = there.contains("to") || there.contains("cc");
        List<List<String>> byRole = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Properties recipient : item.recipients()) {
            int role = recipient.number(ROLE).orElse(1) & MARK_OF_ROLE;
            Optional<String> mailbox = mailbox(recipient, ADDRESSEE);
            if (mailbox.isPresent() && role >= 1 && role <= 3) {
                byRole.get(role - 1).add(mailbox.get());
            }
        }
        for (int i = 0; i < ROLES.length; i++) {
            boolean blind = i == 2; // the header of a mail that was sent never tells of them, the sender's copy does
            String name = ROLES[i].toLowerCase(Locale.ROOT);
            if (!byRole.get(i).isEmpty() && (blind || !told) && there.add(name)) {
                fields.add(ROLES[i] + ": " + String.join(",\r\n ", byRole.get(i)));
            }
        }
    }

    /// A name with an address. Without an address that mail could go to, the one that Exchange used inside stands in
    /// the form that it gives to such addresses outside; without any, the name alone, as a group of nobody.
    private Optional<String> mailbox(Properties of, Person person) throws IOException {
        Optional<String> name = text(of, person.name()).map(MimeWriter::clean).filter(n -> !n.isEmpty());
        Optional<String> smtp = text(of, person.smtp()).map(MimeWriter::clean).filter(Recomposer::isAddress);
        Optional<String> address =
                text(of, person.address()).map(MimeWriter::clean).filter(a -> !a.isEmpty());
        Optional<String> usable =
                smtp.or(() -> address.filter(Recomposer::isAddress)).or(() -> name.filter(Recomposer::isAddress));
        if (usable.isEmpty() && address.isPresent()) {
            String type = text(of, person.type())
                    .map(t -> t.replaceAll("[^A-Za-z0-9]", "").toUpperCase(Locale.ROOT))
                    .filter(t -> !t.isEmpty())
                    .orElse("X");
            usable = Optional.of("IMCEA" + type + "-" + encapsulated(address.get()) + "@outlook.invalid");
        }
        if (usable.isEmpty()) {
            return name.map(n -> MimeWriter.phrase(n) + ":;");
        }
        String plain = usable.get();
        return Optional.of(name.filter(n -> !n.equals(plain))
                        .map(n -> MimeWriter.phrase(n) + " ")
                        .orElse("") + "<" + plain + ">");
    }

    private static boolean isAddress(String text) {
        int at = text.lastIndexOf('@');
        return at > 0
                && at < text.length() - 1
                && text.length() < 900
                && text.chars().noneMatch(c -> c <= ' ' || "<>(),;:\\\"[]".indexOf(c) >= 0);
    }

    /// As Exchange does ([MS-OXOABK], IMCEA): letters and digits, `_` for `/`, all else `+xx`.
    private static String encapsulated(String address) {
        StringBuilder out = new StringBuilder();
        for (byte b : address.substring(0, Math.min(400, address.length())).getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c < 128 && (Character.isLetterOrDigit(c) || c == '-' || c == '=')) {
                out.append(c);
            } else if (c == '/') {
                out.append('_');
            } else {
                out.append(String.format(Locale.ROOT, "+%02X", (int) c));
            }
        }
        return out.toString();
    }

    // ---- bodies --------------------------------------------------------------------------------------------------

    /// Plainest first, as RFC 2046 wants it. RTF stays where it is no mere dress of another body.
    private List<Body> bodies(Properties of, List<String> notes) throws IOException {
        Optional<String> text = text(of, TEXT, notes);
        if (text.isEmpty()) {
            text = text(of, REPORT_TEXT, notes);
        }
        Optional<Body> html = html(of, notes);
        Optional<byte[]> rtf = html.isPresent() ? Optional.empty() : rtf(of, notes);
        Optional<RtfBody.Read> read = rtf.flatMap(RtfBody::read);
        List<Body> bodies = new ArrayList<>();
        if (read.isPresent() && read.get().kind() == RtfBody.Kind.HTML) {
            html = Optional.of(body("text/html", read.get().text()));
        }
        if (text.isEmpty() && html.isEmpty()) {
            text = read.map(RtfBody.Read::text);
        }
        text.map(t -> body("text/plain", t)).ifPresent(bodies::add);
        html.ifPresent(bodies::add);
        if (html.isEmpty() && rtf.isPresent() && (read.isEmpty() || read.get().kind() == RtfBody.Kind.DOCUMENT)) {
            bodies.add(new Body("application/rtf", false, new Bytes(rtf.get())));
        }
        return bodies;
    }

    private static Body body(String type, String text) {
        String lines = text.replace("\r\n", "\n").replace('\r', '\n').replace("\n", "\r\n");
        return new Body(type + "; charset=utf-8", true, new Bytes(lines.getBytes(StandardCharsets.UTF_8)));
    }

    private Optional<Body> html(Properties of, List<String> notes) throws IOException {
        Optional<Value> value = of.value(HTML);
        try {
            if (value.isPresent() && value.get().type() == Value.UNICODE) {
                return of.text(HTML).map(t -> body("text/html", t));
            }
            Optional<byte[]> octets = of.octets(HTML).filter(o -> o.length > 0);
            Charset charset = of.internetCharset().orElse(of.charset());
            return octets.map(
                    o -> new Body("text/html; charset=" + charset.name().toLowerCase(Locale.ROOT), true, new Bytes(o)));
        } catch (DamagedException e) {
            notes.add("the HTML of the message cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<byte[]> rtf(Properties of, List<String> notes) throws IOException {
        try {
            Optional<byte[]> octets = of.octets(RTF).filter(o -> o.length > 0);
            return octets.isEmpty() ? Optional.empty() : Optional.of(CompressedRtf.decompress(octets.get()));
        } catch (DamagedException e) {
            notes.add("the RTF of the message cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }

    // ---- attachments ---------------------------------------------------------------------------------------------

    private void attached(Attached attached, String disposition, String boundary) throws IOException {
        Properties of = attached.properties();
        Optional<String> name = text(of, LONG_FILE);
        name = name.isPresent() ? name : text(of, SHORT_FILE);
        name = name.isPresent() || attached.item().isEmpty() ? name : text(of, DISPLAY_NAME);
        name = name.map(MimeWriter::clean).filter(n -> !n.isEmpty());
        if (attached.item().isPresent()) {
            out.line("Content-Type: message/rfc822");
            out.line("Content-Disposition: " + disposition
                    + name.map(n -> MimeWriter.parameter("filename", n)).orElse(""));
            out.line("");
            item(attached.item().get());
            out.line("");
            return;
        }
        Optional<Value> data = of.value(DATA).filter(v -> v.type() == Value.BINARY);
        Optional<String> trouble = attached.trouble();
        if (trouble.isEmpty() && data.isEmpty()) {
            trouble = Optional.of(missing(of));
        }
        String called = name.map(n -> "attachment '" + n + "'").orElse("an attachment without a name");
        if (trouble.isPresent()) {
            String what = called + " is not here: " + trouble.get();
            troubles.add(what);
            out.line("Content-Type: text/plain; charset=utf-8");
            out.line("Content-Transfer-Encoding: quoted-printable");
            out.line("");
            out.text("[Carteggio: " + MimeWriter.clean(what) + "]\n");
            return;
        }
        String type = text(of, MEDIA_TYPE)
                .map(t -> t.strip().toLowerCase(Locale.ROOT))
                .filter(t -> t.matches("[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}"))
                // what is put in base64 may not be one of these (RFC 2046 5.1, 5.2.2); a whole mail may: as it came
                .filter(t -> !t.startsWith("multipart/") && (!t.startsWith("message/") || t.equals("message/rfc822")))
                .orElse("application/octet-stream");
        out.line("Content-Type: " + type
                + name.map(n -> MimeWriter.parameter("name", n)).orElse(""));
        out.line("Content-Transfer-Encoding: base64");
        out.line("Content-Disposition: " + disposition
                + name.map(n -> MimeWriter.parameter("filename", n)).orElse(""));
        Optional<String> id = text(of, CONTENT_ID).map(MimeWriter::clean).filter(i -> i.matches("[!-~&&[^<>]]{1,200}"));
        if (id.isPresent()) {
            out.line("Content-ID: <" + id.get() + ">");
        }
        out.line("");
        Remembering octets = new Remembering(data.get());
        try (octets) {
            out.base64(octets);
        }
        if (octets.trouble.isPresent()) {
            note(called + " is cut: " + octets.trouble.get(), boundary);
        }
    }

    private static String missing(Properties of) throws IOException {
        Optional<String> elsewhere = text(of, LONG_PATH);
        elsewhere = elsewhere.isPresent() ? elsewhere : text(of, PATH);
        return elsewhere
                .map(p -> "it lay elsewhere, at " + p)
                .orElse("the item has no octets of it (method "
                        + of.number(METHOD).orElse(0) + ")");
    }

    /// Ends where the octets cannot be read, and remembers why.
    private static final class Remembering extends FilterInputStream {
        private Optional<String> trouble = Optional.empty();

        Remembering(Value value) throws IOException {
            super(InputStream.nullInputStream());
            try {
                in = value.opener().open();
            } catch (DamagedException e) {
                trouble = Optional.of(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return trouble.isPresent() ? -1 : in.read(into, offset, length);
            } catch (DamagedException e) {
                trouble = Optional.of(String.valueOf(e.getMessage()));
                return -1;
            }
        }
    }

    /// A short text; what cannot be read is not there.
    private static Optional<String> text(Properties of, int tag) throws IOException {
        return text(of, tag, new ArrayList<>());
    }

    private static Optional<String> text(Properties of, int tag, List<String> notes) throws IOException {
        try {
            return of.text(tag);
        } catch (DamagedException e) {
            notes.add("property " + Integer.toHexString(tag) + " cannot be read: " + e.getMessage());
            return Optional.empty();
        }
    }
}
