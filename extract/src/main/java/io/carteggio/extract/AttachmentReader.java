package io.carteggio.extract;

import io.carteggio.mail.extract.ExtractRequest;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.extract.Shortfall;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.tika.detect.DefaultDetector;
import org.apache.tika.detect.DefaultEncodingDetector;
import org.apache.tika.detect.Detector;
import org.apache.tika.detect.EncodingDetector;
import org.apache.tika.exception.EncryptedDocumentException;
import org.apache.tika.exception.TikaException;
import org.apache.tika.exception.UnsupportedFormatException;
import org.apache.tika.exception.ZeroByteFileException;
import org.apache.tika.extractor.EmbeddedDocumentExtractor;
import org.apache.tika.io.TikaInputStream;
import org.apache.tika.metadata.Metadata;
import org.apache.tika.metadata.TikaCoreProperties;
import org.apache.tika.mime.MediaType;
import org.apache.tika.mime.MediaTypeRegistry;
import org.apache.tika.parser.ParseContext;
import org.apache.tika.parser.Parser;
import org.apache.tika.parser.csv.TextAndCSVParser;
import org.apache.tika.parser.epub.EpubParser;
import org.apache.tika.parser.html.JSoupParser;
import org.apache.tika.parser.mail.RFC822Parser;
import org.apache.tika.parser.mbox.MboxParser;
import org.apache.tika.parser.microsoft.EMFParser;
import org.apache.tika.parser.microsoft.OfficeParser;
import org.apache.tika.parser.microsoft.OfficeParserConfig;
import org.apache.tika.parser.microsoft.OldExcelParser;
import org.apache.tika.parser.microsoft.TNEFParser;
import org.apache.tika.parser.microsoft.WMFParser;
import org.apache.tika.parser.microsoft.ooxml.OOXMLParser;
import org.apache.tika.parser.microsoft.ooxml.xwpf.ml2006.Word2006MLParser;
import org.apache.tika.parser.microsoft.rtf.RTFParser;
import org.apache.tika.parser.microsoft.xml.SpreadsheetMLParser;
import org.apache.tika.parser.microsoft.xml.WordMLParser;
import org.apache.tika.parser.odf.FlatOpenDocumentParser;
import org.apache.tika.parser.odf.OpenDocumentParser;
import org.apache.tika.parser.pdf.PDFParser;
import org.apache.tika.parser.pdf.PDFParserConfig;
import org.apache.tika.parser.pkg.CompressorParser;
import org.apache.tika.parser.pkg.PackageParser;
import org.apache.tika.parser.wordperfect.WordPerfectParser;
import org.apache.tika.parser.xml.DcXMLParser;
import org.xml.sax.ContentHandler;
import org.xml.sax.SAXException;

/// Finds the words of an attachment, and of what lies in it: archives, letters, embedded documents. The parsers
/// are named here one by one, so that none comes in by lying on the class path: no pictures are read (OCR),
/// nothing is fetched, no other program is called. Belongs to one thread.
final class AttachmentReader {
    /// Documents in documents.
    static final int DEPTH_LIMIT = 10;

    /// Documents in one attachment.
    static final int DOCUMENTS_LIMIT = 2_000;

    private static final int ARMOUR_BYTES = 4_096;

    private static final Set<String> WORDLESS = Set.of("image", "audio", "video", "font", "model");

    private final Detector detector = new DefaultDetector();
    private final MediaTypeRegistry registry = MediaTypeRegistry.getDefaultRegistry();
    private final EncodingDetector encodings = new DefaultEncodingDetector();
    private final Map<MediaType, Parser> parsers = new HashMap<>();

    AttachmentReader() {
        ParseContext none = new ParseContext();
        List<Parser> all = List.of( // those of general forms first: a later one takes its forms from them
                new TextAndCSVParser(encodings),
                new DcXMLParser(),
                new JSoupParser(encodings),
                new CompressorParser(),
                new PackageParser(),
                new PDFParser(),
                new OfficeParser(),
                new OldExcelParser(),
                new OOXMLParser(),
                new RTFParser(),
                new WordMLParser(),
                new SpreadsheetMLParser(),
                new Word2006MLParser(),
                new EMFParser(),
                new WMFParser(),
                new TNEFParser(),
                new OpenDocumentParser(),
                new FlatOpenDocumentParser(),
                new EpubParser(),
                new WordPerfectParser(),
                new RFC822Parser(),
                new MboxParser());
        for (Parser parser : all) {
            for (MediaType type : parser.getSupportedTypes(none)) {
                parsers.put(registry.normalize(type), parser);
            }
        }
    }

    /// Reads one. Whatever it is, an answer comes of it, unless the machine gives out.
    Extracted read(Path file, ExtractRequest request) throws IOException {
        Optional<Extracted> armoured = armoured(file);
        if (armoured.isPresent()) {
            return armoured.get();
        }
        Metadata metadata = new Metadata();
        if (!request.name().isBlank()) {
            metadata.set(TikaCoreProperties.RESOURCE_NAME_KEY, request.name());
        }
        if (!request.type().isBlank() && !request.type().equals("application/octet-stream")) {
            metadata.set(Metadata.CONTENT_TYPE, request.type());
        }
        Reading reading = new Reading(new WordSink(request.textChars()));
        try (TikaInputStream octets = TikaInputStream.get(file, metadata)) {
            reading.document(octets, reading.sink, metadata);
        } catch (SAXException full) {
            reading.shortfalls.add(Shortfall.CUT);
        }
        if (reading.sink.full()) {
            reading.shortfalls.add(Shortfall.CUT);
        }
        return new Extracted(reading.sink.words(), reading.shortfalls);
    }

    /// PGP in letters: what it hides is not read, and what it proves has no words.
    private static Optional<Extracted> armoured(Path file) throws IOException {
        String head;
        try (InputStream in = Files.newInputStream(file)) {
            head = new String(in.readNBytes(ARMOUR_BYTES), StandardCharsets.ISO_8859_1);
        }
        if (head.contains("-----BEGIN PGP MESSAGE-----")) {
            return Optional.of(Extracted.nothing(Shortfall.ENCRYPTED));
        }
        boolean proof = head.stripLeading().startsWith("-----BEGIN PGP SIGNATURE-----")
                || head.stripLeading().startsWith("-----BEGIN PGP PUBLIC KEY");
        return proof ? Optional.of(new Extracted("", Set.of())) : Optional.empty();
    }

    private Optional<Parser> parser(MediaType type) {
        MediaType at = registry.normalize(type.getBaseType());
        while (at != null) {
            Parser parser = parsers.get(at);
            if (parser != null) {
                return Optional.of(parser);
            }
            at = registry.getSupertype(at);
        }
        return Optional.empty();
    }

    /// One attachment with all that is in it.
    private final class Reading implements EmbeddedDocumentExtractor {
        private final WordSink sink;
        private final Set<Shortfall> shortfalls = EnumSet.noneOf(Shortfall.class);
        private int depth;
        private int documents;

        Reading(WordSink sink) {
            this.sink = sink;
        }

        private ParseContext context() {
            ParseContext context = new ParseContext();
            context.set(EmbeddedDocumentExtractor.class, this);
            context.set(EncodingDetector.class, encodings);
            PDFParserConfig pdf = new PDFParserConfig();
            pdf.setOcrStrategy(PDFParserConfig.OCR_STRATEGY.NO_OCR);
            pdf.setExtractInlineImages(false);
            context.set(PDFParserConfig.class, pdf);
            OfficeParserConfig office = new OfficeParserConfig();
            office.setExtractMacros(false);
            office.setUseSAXDocxExtractor(true);
            office.setUseSAXPptxExtractor(true);
            context.set(OfficeParserConfig.class, office);
            return context;
        }

        /// Reads a document, and notes what goes wrong.
        ///
        /// @throws SAXException where there are enough words
        void document(TikaInputStream octets, ContentHandler handler, Metadata metadata)
                throws SAXException, IOException {
            MediaType type;
            int start = sink.length();
            try {
                type = detector.detect(octets, metadata);
                Optional<Parser> parser = parser(type);
                if (WORDLESS.contains(type.getType()) && !isDrawing(type)) {
                    return;
                }
                if (parser.isEmpty()) {
                    shortfalls.add(Shortfall.UNKNOWN);
                    return;
                }
                metadata.set(Metadata.CONTENT_TYPE, type.toString());
                parser.get().parse(octets, handler, metadata, context());
            } catch (EncryptedDocumentException e) {
                shortfalls.add(Shortfall.ENCRYPTED);
                return;
            } catch (ZeroByteFileException nothing) {
                return;
            } catch (UnsupportedFormatException e) {
                shortfalls.add(Shortfall.UNKNOWN);
                return;
            } catch (SAXException | TikaException | IOException | RuntimeException | StackOverflowError e) {
                if (sink.full()) {
                    throw new WordSink.FullException();
                }
                shortfalls.add(isEncrypted(e) ? Shortfall.ENCRYPTED : Shortfall.DAMAGED);
                return;
            } catch (LinkageError e) { // a form that needs a library which is left out
                shortfalls.add(Shortfall.UNKNOWN);
                return;
            }
            embeddedTrouble(metadata);
            if (type.getSubtype().equals("pdf") && sink.isBlankFrom(start)) {
                shortfalls.add(Shortfall.SCAN);
            }
        }

        /// Vector pictures have text in them.
        private static boolean isDrawing(MediaType type) {
            return type.getSubtype().contains("svg")
                    || type.getSubtype().equals("emf")
                    || type.getSubtype().equals("wmf");
        }

        private static boolean isEncrypted(Throwable e) {
            for (Throwable at = e; at != null; at = at.getCause()) {
                String name = at.getClass().getSimpleName();
                if (name.contains("Encrypted") || name.equals("InvalidPasswordException")) {
                    return true;
                }
            }
            return false;
        }

        /// What parsers say beside, of entries that they passed over.
        private void embeddedTrouble(Metadata metadata) {
            for (String name : metadata.names()) {
                if (name.startsWith(TikaCoreProperties.TIKA_META_EXCEPTION_PREFIX)) {
                    for (String value : metadata.getValues(name)) {
                        shortfalls.add(value.contains("ncrypted") ? Shortfall.ENCRYPTED : Shortfall.DAMAGED);
                    }
                }
            }
        }

        @Override
        public boolean shouldParseEmbedded(Metadata metadata) {
            if (depth >= DEPTH_LIMIT || documents >= DOCUMENTS_LIMIT) {
                shortfalls.add(Shortfall.CUT);
                return false;
            }
            return true;
        }

        @Override
        public void parseEmbedded(InputStream octets, ContentHandler handler, Metadata metadata, boolean html)
                throws SAXException, IOException {
            documents++;
            depth++;
            sink.part();
            try {
                TikaInputStream inner = TikaInputStream.cast(octets);
                if (inner != null) {
                    document(inner, sink, metadata);
                } else {
                    // not closed: the container's parser goes on with what it is made of
                    try (TikaInputStream own = TikaInputStream.get(new Kept(octets))) {
                        document(own, sink, metadata);
                    }
                }
            } finally {
                depth--;
            }
        }
    }

    /// A stream that is another's to close.
    private static final class Kept extends java.io.FilterInputStream {
        Kept(InputStream in) {
            super(in);
        }

        @Override
        public void close() {
            // its owner does
        }
    }
}
