package io.carteggio.server.fetch.ews;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/// Reads what a server says, an element at a time, in bounded memory. XML without document types and
/// entities, whoever sends it.
///
/// Whoever is at an element goes through it by exactly one of: [#child] until it is false, [#text],
/// [#base64], [#skip].
final class SoapReader {
    static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    static final String MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages";
    static final String TYPES = "http://schemas.microsoft.com/exchange/services/2006/types";
    static final String ERRORS = "http://schemas.microsoft.com/exchange/services/2006/errors";

    /// Elements within elements.
    static final int DEPTH_LIMIT = 64;

    /// Of an element that is no mail.
    static final int TEXT_LIMIT = 64 * 1024;

    /// A tag, a comment: what the parser takes in whole. Text comes in pieces.
    static final int MARKUP_LIMIT_BYTES = 256 * 1024;

    /// Of elements that are stepped over, in all of an answer.
    static final int EVENT_LIMIT = 2_000_000;

    private final Octets octets;
    private final XMLStreamReader xml;
    private int depth;
    private int events;

    /// The other side says what it must not.
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }

        Malformed(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /// Knows how the octets ended, for the parser wraps what it hears; and how many it took since it last
    /// had something to say.
    private static final class Octets extends FilterInputStream {
        private Optional<IOException> trouble = Optional.empty();
        private boolean ended;
        private long sinceEvent;

        Octets(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                if (sinceEvent > MARKUP_LIMIT_BYTES) {
                    throw new Malformed("more than " + MARKUP_LIMIT_BYTES + " octets in one tag or comment");
                }
                int n = super.read(into, offset, length);
                ended |= n < 0;
                sinceEvent += Math.max(n, 0);
                return n;
            } catch (IOException e) {
                trouble = Optional.of(e);
                throw e;
            }
        }
    }

    SoapReader(InputStream in) throws IOException {
        octets = new Octets(in);
        try {
            xml = factory().createXMLStreamReader(octets, "UTF-8");
        } catch (XMLStreamException e) {
            throw meaning(e);
        }
    }

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false); // a mail is one text
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        factory.setXMLResolver((_, _, _, _) -> {
            throw new XMLStreamException("nothing outside is looked up");
        });
        return factory;
    }

    private int next() throws IOException {
        try {
            octets.sinceEvent = 0;
            int event = xml.next();
            if (++events > EVENT_LIMIT && event != XMLStreamConstants.CHARACTERS) {
                throw new Malformed("more than " + EVENT_LIMIT + " elements");
            }
            switch (event) {
                case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE ->
                    throw new Malformed("a document type or an entity");
                case XMLStreamConstants.START_ELEMENT -> {
                    if (++depth > DEPTH_LIMIT) {
                        throw new Malformed("elements more than " + DEPTH_LIMIT + " deep");
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> {}
            }
            return event;
        } catch (XMLStreamException e) {
            throw meaning(e);
        } catch (RuntimeException e) { // the JDK's parser has been seen to throw these on broken octets
            throw octets.trouble.orElseGet(() -> new Malformed("XML that cannot be parsed: " + e, e));
        }
    }

    private IOException meaning(XMLStreamException e) {
        if (octets.trouble.isPresent()) {
            return octets.trouble.get();
        }
        if (octets.ended) {
            EOFException cut = new EOFException("the answer ends in the middle");
            cut.initCause(e);
            return cut;
        }
        return new Malformed("no good XML: " + e.getMessage(), e);
    }

    /// Goes to the next element in the one we are in; at the beginning, to the root.
    ///
    /// @return false where there is none: we are behind the one we were in
    boolean child() throws IOException {
        while (true) {
            switch (next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    return true;
                }
                case XMLStreamConstants.END_ELEMENT, XMLStreamConstants.END_DOCUMENT -> {
                    return false;
                }
                default -> {}
            }
        }
    }

    boolean is(String namespace, String name) {
        return xml.getLocalName().equals(name) && namespace.equals(xml.getNamespaceURI());
    }

    String name() {
        return xml.getLocalName();
    }

    /// An attribute of the element we are at.
    Optional<String> attribute(String name) {
        return Optional.ofNullable(xml.getAttributeValue(null, name));
    }

    /// The text of the element we are at, without that of elements in it.
    String text() throws IOException {
        StringBuilder text = new StringBuilder();
        int within = depth;
        while (true) {
            switch (next()) {
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE -> {
                    if (depth == within) {
                        text.append(xml.getTextCharacters(), xml.getTextStart(), xml.getTextLength());
                    }
                    if (text.length() > TEXT_LIMIT) {
                        throw new Malformed("more than " + TEXT_LIMIT + " characters in one element");
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> {
                    if (depth < within) {
                        return text.toString().strip();
                    }
                }
                case XMLStreamConstants.END_DOCUMENT -> throw new EOFException("the answer ends in the middle");
                default -> {}
            }
        }
    }

    /// The octets that the element we are at has as base64.
    ///
    /// @return what is wrong with them, if anything
    Optional<String> base64(OutputStream out) throws IOException {
        Base64Text decoder = new Base64Text(out);
        int within = depth;
        boolean mixed = false;
        while (true) {
            switch (next()) {
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA, XMLStreamConstants.SPACE ->
                    decoder.take(xml.getTextCharacters(), xml.getTextStart(), xml.getTextLength());
                case XMLStreamConstants.START_ELEMENT -> mixed = true;
                case XMLStreamConstants.END_ELEMENT -> {
                    if (depth < within) {
                        Optional<String> fault = decoder.end();
                        return mixed ? Optional.of("elements within it") : fault;
                    }
                }
                case XMLStreamConstants.END_DOCUMENT -> throw new EOFException("the answer ends in the middle");
                default -> {}
            }
        }
    }

    /// Steps over the element we are at.
    void skip() throws IOException {
        int within = depth;
        while (depth >= within) {
            if (next() == XMLStreamConstants.END_DOCUMENT) {
                throw new EOFException("the answer ends in the middle");
            }
        }
    }

    /// Reads on to the end of the document: what is behind the root must be good too.
    void finish() throws IOException {
        try {
            while (xml.hasNext()) {
                if (next() == XMLStreamConstants.END_DOCUMENT) {
                    return;
                }
            }
        } catch (XMLStreamException e) {
            throw meaning(e);
        }
    }
}
