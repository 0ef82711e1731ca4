package io.carteggio.server.fetch.ews;

import io.carteggio.server.tls.SelfSigned;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.bouncycastle.crypto.digests.MD4Digest;
import org.bouncycastle.crypto.digests.MD5Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.w3c.dom.Attr;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/// The web services of an Exchange Server with one mailbox, over TLS, written from JOURNAL-FORMATS.md 10.3
/// and 10.5 (and, for the folders, from the published schema). Shares no code with the client that it
/// tests. Strict: an element, attribute or order that the schema does not have, a missing `SOAPAction` or
/// `Content-Type`, is refused and stands in [#refusals].
///
/// Misbehaves on order: [#next] says what becomes of the next request of an operation.
public final class ExchangeSimulator implements AutoCloseable {
    private static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    private static final String M = "http://schemas.microsoft.com/exchange/services/2006/messages";
    private static final String T = "http://schemas.microsoft.com/exchange/services/2006/types";
    private static final Set<String> KNOWN_FIELDS = Set.of(
            "host",
            "user-agent",
            "content-length",
            "content-type",
            "accept",
            "soapaction",
            "authorization",
            "x-anchormailbox");

    /// What is in a folder.
    ///
    /// @param type the element's name: not all are messages
    /// @param copies how often the octets come after each other, for a very large mail
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Item(String id, byte[] octets, int copies, Instant received, String type) {}

    /// Who may come in, and how.
    public enum Door {
        BASIC,
        NTLM,
        /// NTLM under the name Negotiate, with Extended Protection.
        NEGOTIATE_BOUND,
        /// NTLM with Extended Protection, as Exchange 2019 CU14 and later have it; and Basic beside it.
        NTLM_BOUND,
        BEARER
    }

    /// What becomes of a request that is in order.
    public interface Instead {
        /// Says something on the connection.
        ///
        /// @return whether the connection stays
        boolean answer(OutputStream out) throws IOException;
    }

    private final ServerSocket listener;
    private final byte[] binding;
    private final String certificateSum;
    private final Map<String, Map<String, Item>> folders = new LinkedHashMap<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, Deque<Optional<Instead>>> orders = new ConcurrentHashMap<>();
    private final Map<String, Deque<String>> errors = new ConcurrentHashMap<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<String> refusals = new CopyOnWriteArrayList<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private volatile Door door = Door.NTLM_BOUND;
    private volatile Set<String> tokens = Set.of();
    private volatile Optional<String> impersonated = Optional.empty();
    private volatile int pageLimit = 1_000;
    private volatile boolean closesAfterEach;
    private volatile boolean proxyInBetween;
    private volatile boolean mayDelete = true;
    private volatile boolean tellsSize = true;

    public ExchangeSimulator(Path directory) throws Exception {
        var tls = SelfSigned.contextFor("localhost", directory);
        String pem = Files.readString(directory.resolve("smtp-tls.pem"));
        byte[] certificate = Base64.getMimeDecoder()
                .decode(pem.replaceAll("(?s).*-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----.*", "$1"));
        byte[] sum = MessageDigest.getInstance("SHA-256").digest(certificate);
        certificateSum = HexFormat.of().formatHex(sum);
        binding = bindingOf(sum);
        listener = tls.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        folders.put("inbox", new LinkedHashMap<>());
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = listener.accept();
                    opened.incrementAndGet();
                    connections.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    /// JOURNAL-FORMATS.md 10.3: "MD5 of the GSS channel-binding structure with `tls-server-end-point:` + SHA-256 of
    /// the server certificate".
    private static byte[] bindingOf(byte[] sum) {
        ByteArrayOutputStream struct = new ByteArrayOutputStream();
        struct.writeBytes(new byte[16]);
        byte[] data = "tls-server-end-point:".getBytes(StandardCharsets.US_ASCII);
        struct.writeBytes(new byte[] {(byte) (data.length + sum.length), 0, 0, 0});
        struct.writeBytes(data);
        struct.writeBytes(sum);
        return md5(struct.toByteArray());
    }

    private static byte[] md5(byte[] octets) {
        MD5Digest digest = new MD5Digest();
        digest.update(octets, 0, octets.length);
        byte[] sum = new byte[16];
        digest.doFinal(sum, 0);
        return sum;
    }

    // ---- orders ----

    public int port() {
        return listener.getLocalPort();
    }

    public String certificateSum() {
        return certificateSum;
    }

    public void door(Door way) {
        door = way;
    }

    public void tokens(String... good) {
        tokens = Set.of(good);
    }

    public void impersonated(String address) {
        impersonated = Optional.of(address);
    }

    public void pageLimit(int limit) {
        pageLimit = limit;
    }

    public void closesAfterEach() {
        closesAfterEach = true;
    }

    public void proxyInBetween() {
        proxyInBetween = true;
    }

    public void mayNotDelete() {
        mayDelete = false;
    }

    public void mayDeleteAgain() {
        mayDelete = true;
    }

    public void tellsNoSize() {
        tellsSize = false;
    }

    public synchronized void put(Item item) {
        in("inbox").put(item.id(), item);
    }

    public synchronized void take(String id) {
        in("inbox").remove(id);
    }

    private Map<String, Item> in(String folder) {
        return folders.computeIfAbsent(folder, _ -> new LinkedHashMap<>());
    }

    /// The ids in a folder, by its display name; `inbox` for that.
    public synchronized List<String> folder(String name) {
        return List.copyOf(in(name.equals("inbox") ? name : names.getOrDefault(name, "nowhere"))
                .keySet());
    }

    public synchronized void makeFolder(String name) {
        String id = "AAMkF" + names.size() + "+/&=";
        names.put(name, id);
        folders.put(id, new LinkedHashMap<>());
    }

    /// The next request of this operation is answered by this; each order once, in their order.
    public void next(String operation, Instead instead) {
        orders.computeIfAbsent(operation, _ -> new ArrayDeque<>()).add(Optional.of(instead));
    }

    /// The next request of this operation is answered as it should be, before later orders count.
    public void nextWell(String operation) {
        orders.computeIfAbsent(operation, _ -> new ArrayDeque<>()).add(Optional.empty());
    }

    /// The next times an item is asked for, moved or removed, the answer is this code, once each.
    public void error(String id, String... codes) {
        errors.computeIfAbsent(id, _ -> new ArrayDeque<>()).addAll(List.of(codes));
    }

    /// What was not to the letter of the schema.
    public List<String> refusals() {
        return refusals;
    }

    /// The operations that were asked for, with the number of items each names.
    public List<String> asked() {
        return asked;
    }

    public int connectionsOpened() {
        return opened.get();
    }

    public static Instead http(int status, String fields, String body) {
        return out -> {
            out.write(
                    ("HTTP/1.1 " + status + " X\r\n" + fields + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.ISO_8859_1));
            return true;
        };
    }

    /// The second shape of throttling.
    public static Instead busyFault(String milliseconds) {
        return fault("ErrorServerBusy", milliseconds);
    }

    public static Instead fault(String code, String milliseconds) {
        return http(500, "Content-Type: text/xml; charset=utf-8\r\n", """
                <?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="%s"><s:Body><s:Fault>\
                <faultcode xmlns:a="%s">a:%s</faultcode><faultstring xml:lang="en-US">busy</faultstring>\
                <detail><e:ResponseCode xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">%s\
                </e:ResponseCode><e:Message xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors">busy\
                </e:Message>%s</detail></s:Fault></s:Body></s:Envelope>""".formatted(
                        SOAP,
                        T,
                        code,
                        code,
                        milliseconds.isEmpty()
                                ? ""
                                : "<t:MessageXml xmlns:t=\"" + T + "\"><t:Value Name=\"BackOffMilliseconds\">"
                                        + milliseconds + "</t:Value></t:MessageXml>"));
    }

    /// A SOAP answer of these octets.
    public static Instead xml(String body) {
        return http(200, "Content-Type: text/xml; charset=utf-8\r\n", body);
    }

    /// An answer with one response message of this inside.
    public static Instead message(String operation, String responseClass, String inside) {
        return xml(envelope("<m:" + operation + "Response><m:ResponseMessages><m:" + operation
                + "ResponseMessage ResponseClass=\"" + responseClass + "\">" + inside + "</m:" + operation
                + "ResponseMessage></m:ResponseMessages></m:" + operation + "Response>"));
    }

    private static String envelope(String body) {
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"" + SOAP + "\"><s:Header>"
                + "<h:ServerVersionInfo MajorVersion=\"15\" xmlns:h=\"" + T + "\"/></s:Header>"
                + "<s:Body xmlns:m=\"" + M + "\" xmlns:t=\"" + T + "\">" + body + "</s:Body></s:Envelope>";
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : connections) {
            socket.close();
        }
    }

    // ---- HTTP ----

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Request(String line, Map<String, String> fields, byte[] body) {}

    /// What is not in order.
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why);
        }
    }

    private static final class Conversation {
        private byte[] first = new byte[0];
        private byte[] second = new byte[0];
        private boolean in;
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 32 * 1024);
            Conversation conversation = new Conversation();
            while (true) {
                Optional<Request> request = request(in);
                if (request.isEmpty()) {
                    return;
                }
                boolean stays = answer(request.get(), conversation, out);
                out.flush();
                if (!stays || closesAfterEach) {
                    return;
                }
            }
        } catch (IOException e) {
            // the client went
        }
    }

    private static Optional<Request> request(InputStream in) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        for (String field = line(in); !field.isEmpty(); field = line(in)) {
            int colon = field.indexOf(": ");
            fields.merge(
                    field.substring(0, colon).toLowerCase(Locale.ROOT),
                    field.substring(colon + 2),
                    (a, b) -> a + "," + b);
        }
        byte[] body = in.readNBytes(Integer.parseInt(fields.getOrDefault("content-length", "0")));
        return Optional.of(new Request(line, fields, body));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            line.append((char) c);
        }
        String text = line.toString();
        if (!text.isEmpty() && !text.endsWith("\r")) {
            throw new IOException("a bare LF");
        }
        return text.isEmpty() ? text : text.substring(0, text.length() - 1);
    }

    private boolean answer(Request request, Conversation conversation, OutputStream out) throws IOException {
        try {
            head(request);
            Optional<String> challenge = doorkeeper(request, conversation);
            if (challenge.isPresent()) {
                return http(401, challenge.get() + "Content-Type: text/html\r\n", "<html>no</html>")
                        .answer(out);
            }
            return answer(request, out);
        } catch (Refused e) {
            refusals.add(e.getMessage());
            return http(400, "", "").answer(out);
        }
    }

    private static void head(Request request) throws Refused {
        if (!request.line.equals("POST /EWS/Exchange.asmx HTTP/1.1")) {
            throw new Refused("request line " + request.line);
        }
        for (String field : request.fields.keySet()) {
            if (!KNOWN_FIELDS.contains(field)) {
                throw new Refused("field " + field);
            }
        }
        if (!"text/xml; charset=utf-8".equals(request.fields.get("content-type"))) {
            throw new Refused("content type " + request.fields.get("content-type"));
        }
        if (!"text/xml".equals(request.fields.get("accept")) || !request.fields.containsKey("host")) {
            throw new Refused("no Accept or no Host");
        }
    }

    // ---- who is it ----

    private Optional<String> doorkeeper(Request request, Conversation conversation) throws Refused {
        String authorization = request.fields.getOrDefault("authorization", "");
        String offer = switch (door) {
            case BASIC -> "WWW-Authenticate: Basic realm=\"mail\"\r\n";
            case NTLM -> "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n";
            case NEGOTIATE_BOUND -> "WWW-Authenticate: Negotiate\r\n";
            case NTLM_BOUND -> "WWW-Authenticate: Negotiate, NTLM\r\nWWW-Authenticate: Basic realm=\"mail\"\r\n";
            case BEARER -> "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n";
        };
        if (conversation.in && authorization.isEmpty()) {
            return Optional.empty();
        }
        if (authorization.startsWith("Basic ") && (door == Door.BASIC || door == Door.NTLM_BOUND)) {
            String pair = new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8);
            return pair.equals("FIRM\\journal:s€cret") ? Optional.empty() : Optional.of(offer);
        }
        if (authorization.startsWith("Bearer ") && door == Door.BEARER) {
            return tokens.contains(authorization.substring(7)) ? Optional.empty() : Optional.of(offer);
        }
        String word = door == Door.NEGOTIATE_BOUND ? "Negotiate " : "NTLM ";
        if (authorization.startsWith(word) && door != Door.BASIC && door != Door.BEARER) {
            return ntlm(Base64.getDecoder().decode(authorization.substring(word.length())), word, conversation, request)
                    .map(challenge -> challenge.isEmpty() ? offer : challenge);
        }
        if (!authorization.isEmpty()) {
            throw new Refused("an authorization that was not offered");
        }
        return Optional.of(offer);
    }

    private static int number(byte[] from, int at, int octets) {
        int number = 0;
        for (int i = octets - 1; i >= 0; i--) {
            number = (number << 8) | (from[at + i] & 0xff);
        }
        return number;
    }

    private static byte[] field(byte[] message, int at) {
        int offset = number(message, at + 4, 4);
        return Arrays.copyOfRange(message, offset, offset + number(message, at, 2));
    }

    private static byte[] unicode(String text) {
        return text.getBytes(StandardCharsets.UTF_16LE);
    }

    private static void attribute(ByteArrayOutputStream out, int id, byte[] value) {
        out.writeBytes(new byte[] {(byte) id, 0, (byte) value.length, 0});
        out.writeBytes(value);
    }

    private static byte[] hmac(byte[] key, byte[]... parts) {
        HMac mac = new HMac(new MD5Digest());
        mac.init(new KeyParameter(key));
        for (byte[] part : parts) {
            mac.update(part, 0, part.length);
        }
        byte[] sum = new byte[16];
        mac.doFinal(sum, 0);
        return sum;
    }

    /// @return nothing where that is right, an empty text where it is wrong, else the challenge
    private Optional<String> ntlm(byte[] message, String word, Conversation conversation, Request request)
            throws Refused {
        if (!new String(message, 0, 8, StandardCharsets.US_ASCII).equals("NTLMSSP\0")) {
            throw new Refused("no NTLM");
        }
        if (number(message, 8, 4) == 1) {
            if (request.body.length > 0) {
                throw new Refused("a body with the first message of NTLM");
            }
            conversation.first = message;
            ByteArrayOutputStream info = new ByteArrayOutputStream();
            attribute(info, 2, unicode("FIRM"));
            attribute(info, 1, unicode("MAIL"));
            attribute(info, 7, new byte[] {1, 2, 3, 4, 5, 6, (byte) 0xda, 1});
            attribute(info, 0, new byte[0]);
            ByteArrayOutputStream second = new ByteArrayOutputStream();
            second.writeBytes("NTLMSSP\0".getBytes(StandardCharsets.US_ASCII));
            second.writeBytes(new byte[] {2, 0, 0, 0});
            second.writeBytes(new byte[] {8, 0, 8, 0, 56, 0, 0, 0}); // target name
            second.writeBytes(new byte[] {0x05, (byte) 0x82, (byte) 0x89, (byte) 0xa2});
            second.writeBytes(new byte[] {1, 2, 3, 4, 5, 6, 7, (byte) opened.get()});
            second.writeBytes(new byte[8]);
            second.writeBytes(new byte[] {(byte) info.size(), 0, (byte) info.size(), 0, 64, 0, 0, 0});
            second.writeBytes(new byte[] {10, 0, 0x61, 0x4a, 0, 0, 0, 15});
            second.writeBytes(unicode("FIRM"));
            second.writeBytes(info.toByteArray());
            conversation.second = second.toByteArray();
            return Optional.of(
                    "WWW-Authenticate: " + word + Base64.getEncoder().encodeToString(conversation.second) + "\r\n");
        }
        if (number(message, 8, 4) != 3 || conversation.second.length == 0) {
            throw new Refused("an NTLM message out of turn");
        }
        boolean right = rightNtlm(message, conversation);
        conversation.second = new byte[0];
        conversation.in = right;
        return right ? Optional.empty() : Optional.of("");
    }

    private boolean rightNtlm(byte[] third, Conversation conversation) {
        byte[] response = field(third, 20);
        String domain = new String(field(third, 28), StandardCharsets.UTF_16LE);
        String user = new String(field(third, 36), StandardCharsets.UTF_16LE);
        byte[] password = unicode("s€cret");
        MD4Digest digest = new MD4Digest();
        digest.update(password, 0, password.length);
        byte[] ofPassword = new byte[16];
        digest.doFinal(ofPassword, 0);
        byte[] key = hmac(ofPassword, unicode(user.toUpperCase(Locale.ROOT) + domain));
        byte[] blob = Arrays.copyOfRange(response, 16, response.length);
        byte[] proof = hmac(key, Arrays.copyOfRange(conversation.second, 24, 32), blob);
        if (!domain.equals("FIRM") || !user.equals("journal") || !Arrays.equals(proof, Arrays.copyOf(response, 16))) {
            return false;
        }
        Map<Integer, byte[]> attributes = new HashMap<>();
        for (int at = 28; number(blob, at, 2) != 0; at += 4 + number(blob, at + 2, 2)) {
            attributes.put(number(blob, at, 2), Arrays.copyOfRange(blob, at + 4, at + 4 + number(blob, at + 2, 2)));
        }
        byte[] flags = attributes.getOrDefault(6, new byte[4]);
        byte[] mic = Arrays.copyOfRange(third, 72, 88);
        byte[] bare = third.clone();
        Arrays.fill(bare, 72, 88, (byte) 0);
        byte[] expected = hmac(hmac(key, proof), conversation.first, conversation.second, bare);
        if (flags[0] != 2 || !Arrays.equals(mic, expected)) {
            return false;
        }
        boolean needed = door == Door.NTLM_BOUND || door == Door.NEGOTIATE_BOUND;
        byte[] mine = proxyInBetween ? new byte[] {1} : binding;
        return !needed || Arrays.equals(attributes.getOrDefault(10, new byte[16]), mine);
    }

    // ---- SOAP ----

    /// Goes over the children of an element in the schema's order.
    private static final class Cursor {
        private final Element parent;
        private final List<Element> children = new ArrayList<>();
        private int at;

        Cursor(Element parent) throws Refused {
            this.parent = parent;
            for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
                if (node instanceof Element element) {
                    children.add(element);
                } else if (!children.isEmpty() && !node.getTextContent().isBlank()) {
                    throw new Refused("text beside elements in " + parent.getLocalName());
                }
            }
        }

        boolean at(String namespace, String name) {
            return at < children.size()
                    && name.equals(children.get(at).getLocalName())
                    && namespace.equals(children.get(at).getNamespaceURI());
        }

        Element must(String namespace, String name, String... attributes) throws Refused {
            if (!at(namespace, name)) {
                throw new Refused("in " + parent.getLocalName() + " stands "
                        + (at < children.size() ? children.get(at).getNodeName() : "nothing") + " and not " + name);
            }
            Element element = children.get(at++);
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                Attr attribute = (Attr) element.getAttributes().item(i);
                if (!attribute.getName().startsWith("xmlns")
                        && !List.of(attributes).contains(attribute.getName())) {
                    throw new Refused("attribute " + attribute.getName() + " of " + name);
                }
            }
            for (String attribute : attributes) {
                if (!attribute.equals("ChangeKey") && !element.hasAttribute(attribute)) {
                    throw new Refused(name + " without " + attribute);
                }
            }
            return element;
        }

        void end() throws Refused {
            if (at != children.size()) {
                throw new Refused(children.get(at).getNodeName() + " is one too many in " + parent.getLocalName());
            }
        }
    }

    private static String text(Element element) throws Refused {
        new Cursor(element).end();
        return element.getTextContent();
    }

    private static Element parse(byte[] body) throws Refused {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return factory.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(body))
                    .getDocumentElement();
        } catch (SAXException | IOException | ParserConfigurationException e) {
            throw new Refused("no XML: " + e);
        }
    }

    private boolean answer(Request request, OutputStream out) throws IOException, Refused {
        Element envelope = parse(request.body);
        if (!envelope.getLocalName().equals("Envelope") || !SOAP.equals(envelope.getNamespaceURI())) {
            throw new Refused("no envelope");
        }
        Cursor parts = new Cursor(envelope);
        header(new Cursor(parts.must(SOAP, "Header")), request);
        Element body = parts.must(SOAP, "Body");
        parts.end();
        Cursor inBody = new Cursor(body);
        if (inBody.children.size() != 1) {
            throw new Refused("not one thing in the body");
        }
        Element asking = inBody.children.getFirst();
        String operation = asking.getLocalName();
        if (!M.equals(asking.getNamespaceURI())
                || !("\"" + M + "/" + operation + "\"").equals(request.fields.get("soapaction"))) {
            throw new Refused("SOAPAction " + request.fields.get("soapaction") + " for " + operation);
        }
        Deque<Optional<Instead>> order = orders.getOrDefault(operation, new ArrayDeque<>());
        asked.add(operation);
        Optional<Instead> instead = order.isEmpty() ? Optional.empty() : order.remove();
        if (instead.isPresent()) {
            return instead.get().answer(out);
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        Out to = switch (operation) {
            case "GetItem" -> new Out(out, true);
            case "FindItem", "DeleteItem", "MoveItem", "GetFolder", "FindFolder", "CreateFolder" ->
                new Out(whole, false);
            default -> throw new Refused("operation " + operation);
        };
        if (operation.equals("GetItem")) { // it may be large: in chunks, as it comes
            List<Element> ids = new ArrayList<>();
            Shape shape = getItem(new Cursor(asking), ids);
            out.write("HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
            String[] halves = envelope(
                            "<m:GetItemResponse><m:ResponseMessages>|</m:ResponseMessages></m:GetItemResponse>")
                    .split("\\|", -1);
            to.say(halves[0]);
            for (Element id : ids) {
                item(id.getAttribute("Id"), shape, to);
            }
            to.say(halves[1]);
            to.end();
            return true;
        }
        switch (operation) {
            case "FindItem" -> findItem(asking, to);
            case "DeleteItem" -> deleteItem(asking, to);
            case "MoveItem" -> moveItem(asking, to);
            case "GetFolder" -> getFolder(asking, to);
            case "FindFolder" -> findFolder(asking, to);
            default -> createFolder(asking, to);
        }
        byte[] octets = envelope(
                        "<m:" + operation + "Response><m:ResponseMessages>" + whole.toString(StandardCharsets.UTF_8)
                                + "</m:ResponseMessages></m:" + operation + "Response>")
                .getBytes(StandardCharsets.UTF_8);
        out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: " + octets.length
                        + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.write(octets);
        return true;
    }

    /// Says text, in chunks of HTTP where that is wanted.
    private static final class Out extends OutputStream {
        private final OutputStream out;
        private final boolean chunked;

        Out(OutputStream out, boolean chunked) {
            this.out = out;
            this.chunked = chunked;
        }

        void say(String text) throws IOException {
            write(text.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            if (chunked && length > 0) {
                out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            out.write(octets, from, length);
            if (chunked && length > 0) {
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }

        void end() throws IOException {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void header(Cursor header, Request request) throws Refused {
        Element version = header.must(T, "RequestServerVersion", "Version");
        if (!version.getAttribute("Version").equals("Exchange2013_SP1")) {
            throw new Refused("version " + version.getAttribute("Version"));
        }
        Optional<String> whose = Optional.empty();
        if (header.at(T, "ExchangeImpersonation")) {
            Cursor impersonation = new Cursor(header.must(T, "ExchangeImpersonation"));
            Cursor sid = new Cursor(impersonation.must(T, "ConnectingSID"));
            whose = Optional.of(text(sid.must(T, "PrimarySmtpAddress")));
            sid.end();
            impersonation.end();
        }
        header.end();
        if (!whose.equals(impersonated) || !whose.equals(Optional.ofNullable(request.fields.get("x-anchormailbox")))) {
            throw new Refused("impersonates " + whose);
        }
    }

    // ---- operations ----

    private static void idOnly(Cursor shape) throws Refused {
        if (!text(shape.must(T, "BaseShape")).equals("IdOnly")) {
            throw new Refused("a base shape");
        }
    }

    private static Optional<String> additional(Cursor shape, String... known) throws Refused {
        Optional<String> uri = Optional.empty();
        if (shape.at(T, "AdditionalProperties")) {
            Cursor properties = new Cursor(shape.must(T, "AdditionalProperties"));
            uri = Optional.of(properties.must(T, "FieldURI", "FieldURI").getAttribute("FieldURI"));
            properties.end();
            if (!List.of(known).contains(uri.get())) {
                throw new Refused("property " + uri.get());
            }
        }
        shape.end();
        return uri;
    }

    private Optional<String> folder(Cursor parent) throws Refused {
        String id;
        if (parent.at(T, "DistinguishedFolderId")) {
            id = parent.must(T, "DistinguishedFolderId", "Id").getAttribute("Id");
            if (!Set.of("inbox", "msgfolderroot").contains(id)) {
                throw new Refused("folder " + id);
            }
        } else {
            id = parent.must(T, "FolderId", "Id").getAttribute("Id");
        }
        parent.end();
        return id.equals("msgfolderroot") || folders.containsKey(id) ? Optional.of(id) : Optional.empty();
    }

    private static List<Element> ids(Cursor asking) throws Refused {
        Cursor ids = new Cursor(asking.must(M, "ItemIds"));
        List<Element> all = new ArrayList<>();
        do {
            all.add(ids.must(T, "ItemId", "Id", "ChangeKey"));
        } while (ids.at < ids.children.size());
        asking.end();
        return all;
    }

    private static String error(String operation, String code) {
        String xml = code.equals("busy")
                ? "<m:MessageXml><t:Value Name=\"InnerErrorResponseCode\">ErrorServerBusy</t:Value>"
                        + "<t:Value Name=\"BackOffMilliseconds\">3000</t:Value></m:MessageXml>"
                : "";
        return "<m:" + operation
                + "ResponseMessage ResponseClass=\"Error\"><m:MessageText>said &amp; done</m:MessageText>"
                + "<m:ResponseCode>" + (code.equals("busy") ? "ErrorInternalServerError" : code)
                + "</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey>" + xml
                + (operation.endsWith("Folder") ? "<m:Folders/>" : operation.equals("DeleteItem") ? "" : "<m:Items/>")
                + "</m:" + operation + "ResponseMessage>";
    }

    private static String success(String operation, String inside) {
        return "<m:" + operation + "ResponseMessage ResponseClass=\"Success\"><m:ResponseCode>NoError</m:ResponseCode>"
                + inside + "</m:" + operation + "ResponseMessage>";
    }

    /// The third shape of throttling, for one thing.
    public static final String BUSY = "busy";

    private synchronized void findItem(Element asking, Out out) throws IOException, Refused {
        if (!asking.getAttribute("Traversal").equals("Shallow")) {
            throw new Refused("a traversal");
        }
        Cursor parts = new Cursor(asking);
        Cursor shape = new Cursor(parts.must(M, "ItemShape"));
        idOnly(shape);
        boolean received = additional(shape, "item:DateTimeReceived").isPresent();
        Element view = parts.must(M, "IndexedPageItemView", "MaxEntriesReturned", "Offset", "BasePoint");
        int most = Math.min(pageLimit, Integer.parseInt(view.getAttribute("MaxEntriesReturned")));
        int offset = Integer.parseInt(view.getAttribute("Offset"));
        if (!view.getAttribute("BasePoint").equals("Beginning") || most > 1_000) {
            throw new Refused("a view");
        }
        Cursor order = new Cursor(parts.must(M, "SortOrder"));
        Element field = order.must(T, "FieldOrder", "Order");
        order.end();
        Cursor fields = new Cursor(field);
        if (!fields.must(T, "FieldURI", "FieldURI").getAttribute("FieldURI").equals("item:DateTimeReceived")
                || !field.getAttribute("Order").equals("Ascending")) {
            throw new Refused("an order");
        }
        fields.end();
        Optional<String> folder = folder(new Cursor(parts.must(M, "ParentFolderIds")));
        parts.end();
        if (folder.isEmpty()) {
            out.say(error("FindItem", "ErrorFolderNotFound"));
            return;
        }
        List<Item> all = in(folder.get()).values().stream()
                .sorted(java.util.Comparator.comparing(Item::received))
                .toList();
        int to = Math.min(all.size(), offset + most);
        StringBuilder items = new StringBuilder();
        for (Item item : offset < to ? all.subList(offset, to) : List.<Item>of()) {
            items.append("<t:" + item.type() + "><t:ItemId Id=\"" + xml(item) + "\" ChangeKey=\"CQAA1\"/>"
                    + (received ? "<t:DateTimeReceived>" + item.received() + "</t:DateTimeReceived>" : "") + "</t:"
                    + item.type() + ">");
        }
        out.say(success(
                "FindItem",
                "<m:RootFolder IndexedPagingOffset=\"" + to + "\" TotalItemsInView=\"" + all.size()
                        + "\" IncludesLastItemInRange=\"" + (to >= all.size()) + "\"><t:Items>" + items
                        + "</t:Items></m:RootFolder>"));
    }

    private static String xml(Item item) {
        return item.id().replace("&", "&amp;").replace("<", "&#60;");
    }

    private record Shape(boolean mime, Optional<String> property) {}

    private static Shape getItem(Cursor parts, List<Element> ids) throws Refused {
        Cursor shape = new Cursor(parts.must(M, "ItemShape"));
        idOnly(shape);
        boolean mime = shape.at(T, "IncludeMimeContent")
                && text(shape.must(T, "IncludeMimeContent")).equals("true");
        Optional<String> property = additional(shape, "item:DateTimeReceived", "item:EffectiveRights");
        ids.addAll(ids(parts));
        return new Shape(mime, property);
    }

    private void item(String id, Shape shape, Out out) throws IOException {
        Optional<String> error = error(id);
        Optional<Item> found;
        synchronized (this) {
            found = Optional.ofNullable(in("inbox").get(id));
        }
        if (error.isPresent() || found.isEmpty()) {
            out.say(error("GetItem", error.orElse("ErrorItemNotFound")));
            return;
        }
        Item item = found.get();
        out.say("<m:GetItemResponseMessage ResponseClass=\"Success\"><m:ResponseCode>NoError</m:ResponseCode><m:Items>"
                + "<t:" + item.type() + ">");
        if (shape.mime) {
            out.say("<t:MimeContent CharacterSet=\"UTF-8\">");
            OutputStream base64 = Base64.getEncoder().wrap(new BufferedOutputStream(new Open(out), 16 * 1024));
            for (int i = 0; i < item.copies(); i++) {
                base64.write(item.octets());
            }
            base64.close();
            out.say("</t:MimeContent>");
        }
        out.say("<t:ItemId Id=\"" + xml(item) + "\" ChangeKey=\"CQAA1\"/>");
        switch (shape.property.orElse("")) {
            case "item:DateTimeReceived" -> out.say("<t:DateTimeReceived>" + item.received() + "</t:DateTimeReceived>");
            case "item:EffectiveRights" ->
                out.say("<t:EffectiveRights><t:CreateAssociated>false</t:CreateAssociated><t:Delete>" + mayDelete
                        + "</t:Delete><t:Read>true</t:Read></t:EffectiveRights>");
            default -> {}
        }
        out.say("</t:" + item.type() + "></m:Items></m:GetItemResponseMessage>");
    }

    /// Is not closed with what is wrapped around it.
    private static final class Open extends java.io.FilterOutputStream {
        Open(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] octets, int from, int length) throws IOException {
            out.write(octets, from, length);
        }

        @Override
        public void close() {}
    }

    private Optional<String> error(String id) {
        Deque<String> of = errors.getOrDefault(id, new ArrayDeque<>());
        return of.isEmpty() ? Optional.empty() : Optional.of(of.remove());
    }

    private synchronized void deleteItem(Element asking, Out out) throws IOException, Refused {
        if (!asking.getAttribute("DeleteType").equals("HardDelete")
                || asking.getAttributes().getLength() != 1) {
            throw new Refused("a way to delete");
        }
        for (Element element : ids(new Cursor(asking))) {
            String id = element.getAttribute("Id");
            Optional<String> error = error(id);
            if (error.isEmpty() && !mayDelete) {
                error = Optional.of("ErrorAccessDenied");
            }
            if (error.isEmpty() && in("inbox").remove(id) == null) {
                error = Optional.of("ErrorItemNotFound");
            }
            out.say(error.map(code -> error("DeleteItem", code)).orElse(success("DeleteItem", "")));
        }
    }

    private synchronized void moveItem(Element asking, Out out) throws IOException, Refused {
        Cursor parts = new Cursor(asking);
        Optional<String> to = folder(new Cursor(parts.must(M, "ToFolderId")));
        for (Element element : ids(parts)) {
            String id = element.getAttribute("Id");
            Optional<String> error = error(id);
            Item item = in("inbox").get(id);
            if (error.isPresent() || item == null || to.isEmpty()) {
                out.say(error("MoveItem", error.orElse(to.isEmpty() ? "ErrorToFolderNotFound" : "ErrorItemNotFound")));
                continue;
            }
            in("inbox").remove(id);
            in(to.get()).put("moved " + id, item);
            out.say(success("MoveItem", "<m:Items><t:Message><t:ItemId Id=\"moved\"/></t:Message></m:Items>"));
        }
    }

    private synchronized void getFolder(Element asking, Out out) throws IOException, Refused {
        Cursor parts = new Cursor(asking);
        Cursor shape = new Cursor(parts.must(M, "FolderShape"));
        idOnly(shape);
        boolean size = countAndSize(new Cursor(shape.must(T, "AdditionalProperties")));
        shape.end();
        Optional<String> folder = folder(new Cursor(parts.must(M, "FolderIds")));
        parts.end();
        if (folder.isEmpty()) {
            out.say(error("GetFolder", "ErrorFolderNotFound"));
            return;
        }
        Map<String, Item> items = folders.getOrDefault(folder.get(), Map.of());
        long bytes = items.values().stream()
                .mapToLong(item -> (long) item.octets().length * item.copies())
                .sum();
        out.say(success(
                "GetFolder",
                "<m:Folders><t:Folder><t:FolderId Id=\"x\" ChangeKey=\"y\"/><t:TotalCount>"
                        + items.size() + "</t:TotalCount>"
                        + (size && tellsSize
                                ? "<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag=\"0xe08\" PropertyType=\"Long\"/>"
                                        + "<t:Value>" + bytes + "</t:Value></t:ExtendedProperty>"
                                : "")
                        + "</t:Folder></m:Folders>"));
    }

    /// NonEmptyArrayOfPathsToElementType: in any order; an extended one is named by tag and type.
    private static boolean countAndSize(Cursor properties) throws Refused {
        if (!properties.must(T, "FieldURI", "FieldURI").getAttribute("FieldURI").equals("folder:TotalCount")) {
            throw new Refused("a property");
        }
        boolean size = properties.at(T, "ExtendedFieldURI");
        if (size) {
            Element extended = properties.must(T, "ExtendedFieldURI", "PropertyTag", "PropertyType");
            if (!extended.getAttribute("PropertyTag").matches("0[xX]0?[eE]08")
                    || !extended.getAttribute("PropertyType").equals("Long")) {
                throw new Refused("an extended property");
            }
        }
        properties.end();
        return size;
    }

    private synchronized void findFolder(Element asking, Out out) throws IOException, Refused {
        Cursor parts = new Cursor(asking);
        Cursor shape = new Cursor(parts.must(M, "FolderShape"));
        idOnly(shape);
        shape.end();
        Cursor restriction = new Cursor(parts.must(M, "Restriction"));
        Cursor equal = new Cursor(restriction.must(T, "IsEqualTo"));
        restriction.end();
        if (!equal.must(T, "FieldURI", "FieldURI").getAttribute("FieldURI").equals("folder:DisplayName")) {
            throw new Refused("a restriction");
        }
        Cursor constant = new Cursor(equal.must(T, "FieldURIOrConstant"));
        equal.end();
        String name = constant.must(T, "Constant", "Value").getAttribute("Value");
        constant.end();
        folder(new Cursor(parts.must(M, "ParentFolderIds")));
        parts.end();
        String id = names.get(name);
        out.say(success(
                "FindFolder",
                "<m:RootFolder TotalItemsInView=\"1\" IncludesLastItemInRange=\"true\"><t:Folders>"
                        + (id == null
                                ? ""
                                : "<t:Folder><t:FolderId Id=\"" + id.replace("&", "&amp;")
                                        + "\" ChangeKey=\"z\"/></t:Folder>")
                        + "</t:Folders></m:RootFolder>"));
    }

    private synchronized void createFolder(Element asking, Out out) throws IOException, Refused {
        Cursor parts = new Cursor(asking);
        folder(new Cursor(parts.must(M, "ParentFolderId")));
        Cursor made = new Cursor(parts.must(M, "Folders"));
        parts.end();
        Cursor folder = new Cursor(made.must(T, "Folder"));
        made.end();
        text(folder.must(T, "FolderClass"));
        String name = text(folder.must(T, "DisplayName"));
        folder.end();
        if (names.containsKey(name)) {
            out.say(error("CreateFolder", "ErrorFolderExists"));
            return;
        }
        makeFolder(name);
        out.say(success("CreateFolder", "<m:Folders><t:Folder><t:FolderId Id=\"n\"/></t:Folder></m:Folders>"));
    }
}
