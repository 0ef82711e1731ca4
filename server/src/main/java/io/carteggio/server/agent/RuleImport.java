package io.carteggio.server.agent;

import io.carteggio.archive.entry.JournalScope;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads journal rules from what PowerShell writes of them (JOURNAL-FORMATS 9): CSV, JSON, CLIXML, Format-List, the
/// desired state of Microsoft365DSC, and tolerantly the rule collection in XML, whose form is published nowhere.
///
/// A file that is none of these is refused with a sentence; a rule that says too little comes out with what it says.
/// Nothing is ever looked up or fetched because of a file: no document types, no entities.
public final class RuleImport {
    /// Larger files are no lists of rules.
    public static final int FILE_BYTES_LIMIT = 16 << 20;

    private static final int RULES_LIMIT = 10_000;
    private static final int DEPTH_LIMIT = 100;

    private static final Pattern LINE = Pattern.compile("^([A-Za-z][A-Za-z0-9]*)\\s*:\\s?(.*)$");
    private static final Pattern BLOCK =
            Pattern.compile("\\bEXOJournalRule\\s+(?:'(?:[^']|'')*'|\"[^\"]*\"|[^\\s{]+)\\s*\\{([^{}]*)\\}");
    private static final Pattern ASSIGNMENT =
            Pattern.compile("([A-Za-z]+)\\s*=\\s*(\"(?:[^\"`]|`.)*\"|'(?:[^']|'')*'|\\$[A-Za-z]+|[^;\\s]+)");
    private static final Pattern ADDRESS = Pattern.compile("[^\\s<>@:;,\"']+@[^\\s<>@:;,\"']+");

    private RuleImport() {}

    /// Reads a file.
    ///
    /// @throws IllegalArgumentException where it is in none of the forms, with the reason
    public static List<ForeignRule> read(byte[] file) {
        if (file.length > FILE_BYTES_LIMIT) {
            throw new IllegalArgumentException("a file of " + file.length + " octets is no list of rules");
        }
        String text = text(file);
        String begin = text.stripLeading();
        List<ForeignRule> rules;
        if (begin.startsWith("<")) {
            rules = xml(text);
        } else if (begin.startsWith("{") || begin.startsWith("[")) {
            rules = json(text);
        } else if (BLOCK.matcher(text).find()) {
            rules = desiredState(text);
        } else if (isTable(begin)) {
            rules = table(begin);
        } else if (text.lines().anyMatch(line -> line.matches("(?i)\\s*Name\\s*:.*"))) {
            rules = list(text);
        } else {
            throw new IllegalArgumentException(
                    "no journal rules were found: expected is what Get-JournalRule gives as CSV,"
                            + " JSON, CLIXML or Format-List, a Microsoft365DSC state, or an exported rule collection");
        }
        if (rules.isEmpty()) {
            throw new IllegalArgumentException("the file has no journal rule in it");
        }
        return rules;
    }

    /// PowerShell writes UTF-16 or UTF-8, with a mark in front or without.
    private static String text(byte[] file) {
        Charset charset = StandardCharsets.UTF_8;
        int from = 0;
        if (file.length >= 2 && (file[0] & 0xff) == 0xff && (file[1] & 0xff) == 0xfe) {
            charset = StandardCharsets.UTF_16LE;
            from = 2;
        } else if (file.length >= 2 && (file[0] & 0xff) == 0xfe && (file[1] & 0xff) == 0xff) {
            charset = StandardCharsets.UTF_16BE;
            from = 2;
        } else if (file.length >= 3
                && (file[0] & 0xff) == 0xef
                && (file[1] & 0xff) == 0xbb
                && (file[2] & 0xff) == 0xbf) {
            from = 3;
        } else if (file.length >= 2 && file[0] != 0 && file[1] == 0) {
            charset = StandardCharsets.UTF_16LE;
        }
        return new String(file, from, file.length - from, charset);
    }

    private static ForeignRule rule(Map<String, String> said) {
        String scope = said.getOrDefault("scope", said.getOrDefault("rulescope", "Global"))
                .strip();
        String enabled = said.getOrDefault("enabled", "True").strip();
        return new ForeignRule(
                said.getOrDefault("name", "").strip(),
                scope(scope),
                address(said.getOrDefault("recipient", "")),
                address(said.getOrDefault("journalemailaddress", "")).orElse(""),
                !enabled.equalsIgnoreCase("False") && !enabled.equalsIgnoreCase("$False") && !enabled.equals("0"));
    }

    private static Optional<JournalScope> scope(String text) {
        if (text.isEmpty()) {
            return Optional.of(JournalScope.GLOBAL);
        }
        try {
            return Optional.of(JournalScope.ofWord(text));
        } catch (IllegalArgumentException numberOrUnknown) {
            return Optional.empty();
        }
    }

    /// What stands for an address: `smtp:` in front and brackets around it are Exchange's, `<>` is none.
    private static Optional<String> address(String text) {
        String bare = text.strip();
        if (bare.regionMatches(true, 0, "smtp:", 0, 5)) {
            bare = bare.substring(5);
        }
        bare = bare.replaceAll("^<|>$", "").strip();
        return bare.isEmpty() || bare.equalsIgnoreCase("$null") || bare.equalsIgnoreCase("null")
                ? Optional.empty()
                : Optional.of(bare);
    }

    private static void add(List<ForeignRule> rules, Map<String, String> said) {
        if (rules.size() == RULES_LIMIT) {
            throw new IllegalArgumentException("more than " + RULES_LIMIT + " rules");
        }
        rules.add(rule(said));
    }

    private static String key(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    // ---- CSV

    private static boolean isTable(String text) {
        String head = text.lines()
                .filter(line -> !line.startsWith("#TYPE"))
                .findFirst()
                .orElse("")
                .toLowerCase(Locale.ROOT);
        return head.contains("name")
                && head.contains("journalemailaddress")
                && (head.contains(",") || head.contains(";") || head.contains("\t"));
    }

    private static List<ForeignRule> table(String text) {
        String body = text.startsWith("#TYPE") ? text.substring(text.indexOf('\n') + 1) : text;
        String head = body.lines().findFirst().orElse("");
        char separator = head.indexOf('\t') >= 0 ? '\t' : head.indexOf(';') >= 0 ? ';' : ',';
        List<List<String>> rows = rows(body, separator);
        List<String> names = rows.getFirst().stream().map(RuleImport::key).toList();
        List<ForeignRule> rules = new ArrayList<>();
        for (List<String> row : rows.subList(1, rows.size())) {
            if (row.stream().allMatch(String::isBlank)) {
                continue;
            }
            Map<String, String> said = new TreeMap<>();
            for (int i = 0; i < Math.min(names.size(), row.size()); i++) {
                said.put(names.get(i), row.get(i));
            }
            add(rules, said);
        }
        return rules;
    }

    /// RFC 4180, with any line break.
    private static List<List<String>> rows(String text, char separator) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? '\n' : text.charAt(i);
            if (quoted && i < text.length()) {
                if (c != '"') {
                    cell.append(c);
                } else if (i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == separator || c == '\n') {
                row.add(cell.toString());
                cell.setLength(0);
                if (c == '\n') {
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else if (c != '\r') {
                cell.append(c);
            }
        }
        return rows;
    }

    // ---- JSON

    private static List<ForeignRule> json(String text) {
        JsonNode root;
        try {
            root = new JsonMapper().readTree(text);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("the file looks like JSON and is none: " + e.getOriginalMessage(), e);
        }
        List<ForeignRule> rules = new ArrayList<>();
        for (JsonNode one : root.isArray() ? root : List.of(root)) {
            Map<String, String> said = new TreeMap<>();
            one.properties().forEach(field -> said.put(key(field.getKey()), json(field.getValue())));
            add(rules, said);
        }
        return rules;
    }

    /// A value, or what an object of PowerShell's says of itself.
    private static String json(JsonNode value) {
        if (value.isObject()) {
            for (String name : List.of("Address", "Value", "ToString", "Name")) {
                if (value.path(name).isString()) {
                    return value.path(name).stringValue();
                }
            }
            String domain = value.path("Domain").asString("");
            return domain.isEmpty() ? "" : value.path("Local").asString("") + "@" + domain;
        }
        return value.isNull() ? "" : value.asString("");
    }

    // ---- Microsoft365DSC

    private static List<ForeignRule> desiredState(String text) {
        List<ForeignRule> rules = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(text);
        while (blocks.find()) {
            Map<String, String> said = new TreeMap<>();
            Matcher values = ASSIGNMENT.matcher(blocks.group(1));
            while (values.find()) {
                said.put(key(values.group(1)), unquoted(values.group(2)));
            }
            if (!said.getOrDefault("ensure", "Present").equalsIgnoreCase("Absent")) {
                add(rules, said);
            }
        }
        return rules;
    }

    private static String unquoted(String value) {
        if (value.length() >= 2 && value.startsWith("\"")) {
            return value.substring(1, value.length() - 1).replaceAll("`(.)", "$1");
        }
        if (value.length() >= 2 && value.startsWith("'")) {
            return value.substring(1, value.length() - 1).replace("''", "'");
        }
        return value.equalsIgnoreCase("$null") ? "" : value;
    }

    // ---- Format-List

    /// A rule ends at a blank line or where its name comes again. A value goes on in lines that are set in.
    private static List<ForeignRule> list(String text) {
        List<ForeignRule> rules = new ArrayList<>();
        Map<String, String> said = new TreeMap<>();
        String last = "";
        for (String line : text.split("\\R", -1)) {
            Matcher field = LINE.matcher(line);
            if (field.matches()) {
                String key = key(field.group(1));
                if (key.equals("name") && said.containsKey("name")) {
                    add(rules, said);
                    said = new TreeMap<>();
                }
                said.put(key, field.group(2).strip());
                last = key;
            } else if (line.isBlank()) {
                if (said.containsKey("name")) {
                    add(rules, said);
                }
                said = new TreeMap<>();
                last = "";
            } else if (!last.isEmpty() && Character.isWhitespace(line.charAt(0))) {
                said.merge(last, line.strip(), String::concat);
            }
        }
        if (said.containsKey("name")) {
            add(rules, said);
        }
        return rules;
    }

    // ---- XML

    /// One element with what is in it.
    private static final class Element {
        final String name;
        final Map<String, String> attributes = new TreeMap<>();
        final List<Element> children = new ArrayList<>();
        final StringBuilder text = new StringBuilder();

        Element(String name) {
            this.name = name;
        }

        String attribute(String wanted) {
            return attributes.getOrDefault(wanted, "");
        }
    }

    private static List<ForeignRule> xml(String text) {
        Element root = tree(text);
        List<ForeignRule> rules = new ArrayList<>();
        if (root.name.equals("objs")) {
            for (Element object : root.children) {
                if (object.name.equals("obj")) {
                    add(rules, properties(object));
                }
            }
        } else {
            collect(root, rules);
        }
        return rules;
    }

    private static Element tree(String text) {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        String body = text.replaceFirst("^\\s*<\\?xml[^>]*\\?>", ""); // what it says of its charset is no longer true
        Deque<Element> open = new ArrayDeque<>();
        Element root = new Element("");
        open.push(root);
        try {
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(body.strip()));
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        if (open.size() > DEPTH_LIMIT) {
                            throw new IllegalArgumentException("the file is nested more than " + DEPTH_LIMIT + " deep");
                        }
                        Element element = new Element(key(reader.getLocalName()));
                        for (int i = 0; i < reader.getAttributeCount(); i++) {
                            element.attributes.put(key(reader.getAttributeLocalName(i)), reader.getAttributeValue(i));
                        }
                        open.element().children.add(element);
                        open.push(element);
                    }
                    case XMLStreamConstants.END_ELEMENT -> open.pop();
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
                        open.element().text.append(reader.getText());
                    case XMLStreamConstants.DTD ->
                        throw new IllegalArgumentException("a file with a document type is not read");
                    default -> {}
                }
            }
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException(
                    "the file looks like XML and is none: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
        return root.children.getFirst();
    }

    /// An object in CLIXML: each property is an element whose attribute `N` names it.
    private static Map<String, String> properties(Element object) {
        Map<String, String> said = new TreeMap<>();
        for (Element group : object.children) {
            if (group.name.equals("props") || group.name.equals("ms")) {
                for (Element property : group.children) {
                    said.putIfAbsent(key(property.attribute("n")), value(property));
                }
            }
        }
        return said;
    }

    private static String value(Element property) {
        if (property.name.equals("nil")) {
            return "";
        }
        if (property.name.equals("obj")) {
            return property.children.stream()
                    .filter(child -> child.name.equals("tostring"))
                    .map(child -> child.text.toString())
                    .findFirst()
                    .orElse("");
        }
        return property.text.toString();
    }

    /// Every `rule`, wherever it stands: what in it looks like a journaling address, a recipient and a scope.
    private static void collect(Element element, List<ForeignRule> rules) {
        if (element.name.equals("rule") || element.name.equals("journalrule")) {
            Map<String, String> said = new TreeMap<>();
            said.put("name", element.attribute("name"));
            if (!element.attribute("enabled").isEmpty()) {
                said.put("enabled", element.attribute("enabled"));
            }
            guess(element, "", said);
            add(rules, said);
            return;
        }
        element.children.forEach(child -> collect(child, rules));
    }

    private static void guess(Element element, String above, Map<String, String> said) {
        String where = above + " " + element.name + " " + String.join(" ", element.attributes.values());
        List<String> values = new ArrayList<>(element.attributes.values());
        values.add(element.text.toString());
        for (String value : values) {
            Matcher address = ADDRESS.matcher(value);
            String path = where.toLowerCase(Locale.ROOT);
            if (address.find()) {
                boolean journal = path.contains("journal") && !path.contains("recipient");
                said.putIfAbsent(journal ? "journalemailaddress" : "recipient", address.group());
            } else if (value.strip().matches("(?i)internal|external|global")) {
                said.putIfAbsent("scope", value.strip());
            } else if (element.name.equals("name")
                    && !value.isBlank()
                    && said.getOrDefault("name", "").isEmpty()) {
                said.put("name", value.strip());
            }
        }
        element.children.forEach(child -> guess(child, where, said));
    }

    /// The octets of a stream, up to the limit.
    ///
    /// @throws IllegalArgumentException where there are more
    public static byte[] octets(java.io.InputStream in) throws IOException {
        byte[] octets = in.readNBytes(FILE_BYTES_LIMIT + 1);
        if (octets.length > FILE_BYTES_LIMIT) {
            throw new IllegalArgumentException("more than " + FILE_BYTES_LIMIT + " octets are no list of rules");
        }
        return octets;
    }
}
