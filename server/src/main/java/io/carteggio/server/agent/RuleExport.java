package io.carteggio.server.agent;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Writes journal rules in the forms that [RuleImport] reads and PowerShell gives.
public final class RuleExport {
    private RuleExport() {}

    /// The forms.
    public enum Form {
        CSV,
        JSON,
        CLIXML,
        /// The desired state of Microsoft365DSC.
        DSC,
        /// Format-List.
        LIST,
        /// A rule collection.
        XML;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The form of a word that [#word] gave, case aside.
        ///
        /// @throws IllegalArgumentException where there is none of that name
        public static Form ofWord(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT));
        }
    }

    /// Writes them.
    public static String write(List<ForeignRule> rules, Form form) {
        return switch (form) {
            case CSV -> csv(rules);
            case JSON -> json(rules);
            case CLIXML -> clixml(rules);
            case DSC -> dsc(rules);
            case LIST -> list(rules);
            case XML -> xml(rules);
        };
    }

    private static String scope(ForeignRule rule) {
        String word = rule.scope().map(Enum::name).orElse("GLOBAL");
        return word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT);
    }

    private static String enabled(ForeignRule rule) {
        return rule.enabled() ? "True" : "False";
    }

    private static String csv(List<ForeignRule> rules) {
        return "\"Name\",\"Recipient\",\"JournalEmailAddress\",\"Scope\",\"Enabled\"\r\n"
                + rules.stream()
                        .map(rule -> String.join(
                                        ",",
                                        cell(rule.name()),
                                        rule.recipient().map(RuleExport::cell).orElse(""),
                                        cell(rule.mailbox()),
                                        cell(scope(rule)),
                                        cell(enabled(rule)))
                                + "\r\n")
                        .collect(Collectors.joining());
    }

    private static String cell(String text) {
        return '"' + text.replace("\"", "\"\"") + '"';
    }

    private static String json(List<ForeignRule> rules) {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (ForeignRule rule : rules) {
            all.addObject()
                    .put("Name", rule.name())
                    .put("Recipient", rule.recipient().orElse(null))
                    .put("JournalEmailAddress", rule.mailbox())
                    .put("Scope", scope(rule))
                    .put("Enabled", rule.enabled());
        }
        return new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(all) + "\n";
    }

    private static String clixml(List<ForeignRule> rules) {
        StringBuilder out = new StringBuilder(
                "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\r\n");
        int id = 0;
        for (ForeignRule rule : rules) {
            out.append("  <Obj RefId=\"")
                    .append(id++)
                    .append("\">\r\n    <Props>\r\n")
                    .append("      <S N=\"Name\">")
                    .append(escaped(rule.name()))
                    .append("</S>\r\n")
                    .append(rule.recipient()
                            .map(text -> "      <S N=\"Recipient\">" + escaped(text) + "</S>\r\n")
                            .orElse("      <Nil N=\"Recipient\" />\r\n"))
                    .append("      <S N=\"JournalEmailAddress\">")
                    .append(escaped(rule.mailbox()))
                    .append("</S>\r\n      <Obj N=\"Scope\" RefId=\"")
                    .append(id++)
                    .append("\">\r\n        <ToString>")
                    .append(scope(rule))
                    .append("</ToString>\r\n      </Obj>\r\n      <B N=\"Enabled\">")
                    .append(rule.enabled())
                    .append("</B>\r\n    </Props>\r\n  </Obj>\r\n");
        }
        return out.append("</Objs>\r\n").toString();
    }

    private static String dsc(List<ForeignRule> rules) {
        return rules.stream()
                .map(rule -> "EXOJournalRule " + single(rule.name()) + "\r\n{\r\n"
                        + "    Name                = " + single(rule.name()) + ";\r\n"
                        + "    JournalEmailAddress = " + single(rule.mailbox()) + ";\r\n"
                        + rule.recipient()
                                .map(text -> "    Recipient           = " + single(text) + ";\r\n")
                                .orElse("")
                        + "    RuleScope           = " + single(scope(rule)) + ";\r\n"
                        + "    Enabled             = $" + enabled(rule) + ";\r\n"
                        + "    Ensure              = 'Present';\r\n}\r\n")
                .collect(Collectors.joining("\r\n"));
    }

    private static String single(String text) {
        return "'" + text.replace("'", "''") + "'";
    }

    private static String list(List<ForeignRule> rules) {
        return rules.stream()
                .map(rule -> line("Name", Optional.of(rule.name()))
                        + line("Recipient", rule.recipient())
                        + line("JournalEmailAddress", Optional.of(rule.mailbox()))
                        + line("Scope", Optional.of(scope(rule)))
                        + line("Enabled", Optional.of(enabled(rule))))
                .collect(Collectors.joining("\r\n", "\r\n", "\r\n"));
    }

    private static String line(String name, Optional<String> value) {
        return String.format(Locale.ROOT, "%-19s : %s", name, value.orElse("")) + "\r\n";
    }

    private static String xml(List<ForeignRule> rules) {
        StringBuilder out = new StringBuilder("<rules name=\"JournalingVersioned\">\r\n");
        for (ForeignRule rule : rules) {
            out.append("  <rule name=\"")
                    .append(escaped(rule.name()))
                    .append("\" enabled=\"")
                    .append(rule.enabled())
                    .append("\">\r\n    <scope>")
                    .append(scope(rule))
                    .append("</scope>\r\n")
                    .append(rule.recipient()
                            .map(text -> "    <recipient>" + escaped(text) + "</recipient>\r\n")
                            .orElse(""))
                    .append("    <journalEmailAddress>")
                    .append(escaped(rule.mailbox()))
                    .append("</journalEmailAddress>\r\n  </rule>\r\n");
        }
        return out.append("</rules>\r\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
