package io.carteggio.mail.report;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.TransferEncoding;
import io.carteggio.mail.report.Original.Kind;
import io.carteggio.mail.report.Original.Span;
import io.carteggio.mail.structure.Entity;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.MediaType;
import io.carteggio.mail.structure.Part;
import io.carteggio.mail.structure.Structure;
import io.carteggio.mail.tnef.Tnef;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// A report that Exchange wrapped in TNEF, because the archive's domain is allowed it (JOURNAL-FORMATS 3.2): the
/// envelope is the body, the original an attached message of MAPI or a file.
///
/// The octets of an original are those of the attachment. Of a message of MAPI they are TNEF in their turn: there
/// is no mail to be had, and to make one up would be to alter the evidence.
///
/// @param text what may be the envelope
record TnefReport(String text, List<Original> originals) {
    /// Streams of transfer-encoded parts are held in memory up to this size; larger ones are decoded anew for each
    /// original.
    private static final int IN_MEMORY_BYTES = 16 * 1024 * 1024;

    /// A report has one original, or two where one is protected.
    private static final int MOST_ORIGINALS = 16;

    TnefReport {
        originals = List.copyOf(originals);
    }

    static boolean isTnef(MediaType type, Header header) {
        if (type.type().equals("application") && type.subtype().endsWith("ms-tnef")) {
            return true;
        }
        String name = Unwrapper.fileName(type, header);
        return name.equals("winmail.dat") || name.equals("win.dat");
    }

    /// The first part of the report that is TNEF, or the report's whole body.
    ///
    /// @param spans whether offsets in `whole` are offsets in the mail
    static Optional<TnefReport> in(Content whole, Entity top, List<Part> parts, boolean spans) throws IOException {
        List<Part> candidates = new ArrayList<>(parts);
        if (isTnef(top.type(), top.header())) {
            candidates.addFirst(top.self());
        }
        for (Part part : candidates) {
            boolean inPlace = Unwrapper.encoding(part) == TransferEncoding.IDENTITY;
            Content stream = stream(whole, part);
            Optional<Tnef> tnef = Tnef.read(stream);
            if (tnef.isPresent()) {
                return Optional.of(of(tnef.get(), stream, inPlace && spans ? part.bodyOffset() : -1));
            }
        }
        return Optional.empty();
    }

    private static Content stream(Content whole, Part part) throws IOException {
        Content stored = whole.slice(part.bodyOffset(), part.bodySizeBytes());
        TransferEncoding encoding = Unwrapper.encoding(part);
        if (encoding == TransferEncoding.IDENTITY) {
            return stored;
        }
        Content decoded = DecodedContent.of(stored, encoding);
        if (decoded.sizeBytes() > IN_MEMORY_BYTES) {
            return decoded;
        }
        try (InputStream in = decoded.open()) {
            byte[] octets = in.readNBytes(IN_MEMORY_BYTES);
            return Content.owning(octets, octets.length);
        }
    }

    /// @param at where the stream lies in the mail as it is; -1 where it does not
    private static TnefReport of(Tnef tnef, Content stream, long at) throws IOException {
        List<Original> originals = new ArrayList<>();
        for (Tnef.Enclosure e : tnef.enclosures()) {
            if (originals.size() < MOST_ORIGINALS && (e.message() || isMail(e))) {
                Content octets = e.in(stream);
                originals.add(new Original(
                        Kind.ORIGINAL,
                        octets,
                        at < 0 ? Optional.empty() : Optional.of(new Span(at + e.offset(), e.sizeBytes())),
                        head(octets)));
            }
        }
        String text = tnef.text().or(() -> tnef.html().map(Html::text)).orElse("");
        return new TnefReport(text, originals);
    }

    private static boolean isMail(Tnef.Enclosure e) {
        return e.type().filter(t -> t.equals("message/rfc822")).isPresent()
                || e.name()
                        .filter(n -> n.toLowerCase(Locale.ROOT).endsWith(".eml"))
                        .isPresent();
    }

    /// The header of an original; that of a message of MAPI is made of what it says.
    private static Part head(Content octets) throws IOException {
        Optional<Tnef> message = Tnef.read(octets);
        return message.isEmpty()
                ? Structure.head(octets)
                : new Part(Structure.head(message.get().header()).header(), 0, 0, octets.sizeBytes());
    }
}
