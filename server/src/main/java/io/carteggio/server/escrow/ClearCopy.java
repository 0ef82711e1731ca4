package io.carteggio.server.escrow;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.HeaderField;
import io.carteggio.mail.mime.HeaderText;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.structure.Field;
import io.carteggio.mail.structure.MediaType;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import io.carteggio.server.escrow.Decryption.Account;
import io.carteggio.server.escrow.Decryption.Why;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The clear copy of an encrypted mail: the mail's own header, with what was encrypted in the place of its
/// body, octet for octet. Before it stands the account of what was done, which nobody else can write.
///
/// ```
/// X-Journal-Clear: the mark over all that follows
/// X-Journal-Decrypted: smime; cipher=aes-256-cbc; integrity=no
/// X-Journal-Signature: valid smime 9f86d0… Bert Example <bert@partner.example>
/// ```
public final class ClearCopy {
    private static final String MARK = "X-Journal-Clear";
    private static final String DECRYPTED = "X-Journal-Decrypted";
    private static final String SIGNATURE = "X-Journal-Signature";
    private static final String CRLF = "\r\n";

    /// What the mail itself says by these names is left out; `mime-version` is said anew.
    private static final Set<String> OURS = Set.of(
            MARK.toLowerCase(Locale.ROOT),
            DECRYPTED.toLowerCase(Locale.ROOT),
            SIGNATURE.toLowerCase(Locale.ROOT),
            "mime-version");

    private ClearCopy() {}

    /// Writes one; the same for the same mail whenever it is written.
    ///
    /// @param mail as it was sent
    /// @param decrypted what was encrypted: an entity of MIME, or a text alone
    /// @throws NotDecryptedException where the mail's header is too large to be copied
    static Content write(Content mail, byte[] decrypted, Account account, ClearMark mark)
            throws NotDecryptedException, IOException {
        byte[] entity = withMailsLines(decrypted);
        Part outer = Structure.head(mail);
        Content inside = Content.owning(entity, entity.length);
        boolean mime = beginsWithHeader(entity);
        Part inner = Structure.head(inside);
        if (!outer.header().complete() || (mime && !inner.header().complete())) {
            throw new NotDecryptedException(Why.TOO_LARGE, "its header is over a limit");
        }
        Optional<Field> subject = mime ? protectedSubject(inner) : Optional.empty();
        ByteArrayOutputStream out = new ByteArrayOutputStream(entity.length + 16 * 1024);
        out.writeBytes(text(account).getBytes(US_ASCII));
        for (Field field : outer.header().fields()) {
            if (field.is("Subject") && subject.isPresent()) {
                copy(inside, subject.get(), out);
            } else if (!describesBody(field)) {
                copy(mail, field, out);
            }
        }
        out.writeBytes(("MIME-Version: 1.0" + CRLF).getBytes(US_ASCII));
        if (mime) {
            for (Field field : inner.header().fields()) {
                if (field.name().toLowerCase(Locale.ROOT).startsWith("content-")) {
                    copy(inside, field, out);
                }
            }
        }
        out.writeBytes(CRLF.getBytes(US_ASCII));
        int body = mime ? Math.toIntExact(inner.bodyOffset()) : 0;
        out.write(entity, body, entity.length - body);
        byte[] rest = out.toByteArray();
        byte[] first = (MARK + ": " + mark.of(Sha256.of(rest)) + CRLF).getBytes(US_ASCII);
        ByteArrayOutputStream whole = new ByteArrayOutputStream(first.length + rest.length);
        whole.writeBytes(first);
        whole.writeBytes(rest);
        byte[] copy = whole.toByteArray();
        return Content.owning(copy, copy.length);
    }

    /// A text of Unix, in which every line ends in LF alone, in lines of CRLF, as it should have been encrypted (RFC
    /// 8551, 3.1.1; RFC 3156, 3): else the report would need a way that carries binary mail. All else stays.
    private static byte[] withMailsLines(byte[] entity) {
        int lines = 0;
        for (byte c : entity) {
            if (c == '\r' || c == 0) {
                return entity;
            }
            lines += c == '\n' ? 1 : 0;
        }
        if (lines == 0) {
            return entity;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(entity.length + lines);
        for (byte c : entity) {
            if (c == '\n') {
                out.write('\r');
            }
            out.write(c);
        }
        return out.toByteArray();
    }

    /// Some programs encrypt a text as it is, without the header that RFC 8551 (3.1) wants.
    private static boolean beginsWithHeader(byte[] entity) {
        int end = 0;
        while (end < entity.length && end < 1_000 && entity[end] != '\n') {
            end++;
        }
        String line = new String(entity, 0, end, ISO_8859_1).strip();
        return line.isEmpty() || line.matches("[!-9;-~]+[ \\t]*:.*");
    }

    private static boolean describesBody(Field field) {
        String name = field.name().toLowerCase(Locale.ROOT);
        return name.startsWith("content-") || OURS.contains(name);
    }

    /// The subject proper, where the one outside is only a placeholder (RFC 9788; the drafts before it).
    private static Optional<Field> protectedSubject(Part inner) {
        MediaType type = inner.header().contentType();
        boolean says = type.parameter("hp").isPresent()
                || type.parameter("protected-headers").isPresent();
        return says ? inner.header().first("Subject") : Optional.empty();
    }

    private static void copy(Content from, Field field, ByteArrayOutputStream out) throws IOException {
        try (InputStream in = from.open(field.offset(), field.sizeBytes())) {
            byte[] octets = in.readAllBytes();
            out.writeBytes(octets);
            if (octets.length == 0 || octets[octets.length - 1] != '\n') {
                out.writeBytes(CRLF.getBytes(US_ASCII));
            }
        }
    }

    private static String text(Account account) {
        StringBuilder text = new StringBuilder(200);
        text.append(DECRYPTED)
                .append(": ")
                .append(account.form().word())
                .append("; cipher=")
                .append(account.cipher())
                .append("; integrity=")
                .append(account.integrity() ? "yes" : "no")
                .append(CRLF);
        for (Signature one : account.signatures()) {
            text.append(SIGNATURE)
                    .append(": ")
                    .append(one.state().word())
                    .append(' ')
                    .append(one.form().word())
                    .append(' ')
                    .append(one.key());
            if (!one.signer().isEmpty()) {
                text.append(CRLF).append(' ').append(HeaderText.encoded(one.signer()));
            }
            text.append(CRLF);
        }
        return text.toString();
    }

    /// What this archive's agent says of a letter that it has decrypted; empty for every other letter,
    /// whatever that says of itself.
    public static Optional<Account> read(Content letter, ClearMark mark) throws IOException {
        Part head = Structure.head(letter);
        if (head.header().fields().isEmpty()) {
            return Optional.empty();
        }
        Field first = head.header().fields().getFirst();
        if (first.offset() != 0 || !first.is(MARK)) {
            return Optional.empty();
        }
        Sha256 rest = Sha256.of(letter.slice(first.sizeBytes(), letter.sizeBytes() - first.sizeBytes()));
        if (!mark.isOf(rest, first.unfolded())) {
            return Optional.empty();
        }
        List<HeaderField> fields = LetterReader.header(letter).fields();
        List<Signature> signatures = new ArrayList<>();
        for (HeaderField field : fields) {
            if (field.name().equalsIgnoreCase(SIGNATURE)) {
                signature(field.decoded()).ifPresent(signatures::add);
            }
        }
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(DECRYPTED))
                .findFirst()
                .flatMap(field -> account(field.decoded(), signatures));
    }

    private static Optional<Account> account(String value, List<Signature> signatures) {
        String[] words = value.split(";", -1);
        if (words.length != 3) {
            return Optional.empty();
        }
        return Form.ofWord(words[0].strip())
                .map(form -> new Account(
                        form,
                        words[1].strip().replaceFirst("^cipher=", ""),
                        words[2].strip().equals("integrity=yes"),
                        signatures));
    }

    private static Optional<Signature> signature(String value) {
        String[] words = value.strip().split("\\s+", 4);
        if (words.length < 3) {
            return Optional.empty();
        }
        return Signature.State.ofWord(words[0])
                .flatMap(state -> Form.ofWord(words[1])
                        .map(form -> new Signature(state, form, words[2], words.length > 3 ? words[3] : "")));
    }
}
