package io.carteggio.acceptance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A message, whom the reports of it name, and where it lies in the end: the same for every mail system and every way
/// in which the agent stands beside it.
///
/// @param word stands in the message and in no other
/// @param from MAIL FROM; empty for the null sender
/// @param loggedIn whether its sender logs in first
/// @param to RCPT TO
/// @param header the lines of its header that name recipients; the first is that of `To`
/// @param reported by the scope of the rule, whom its report names
/// @param delivered the mailboxes in which it lies once
record JournalCase(
        String word,
        String from,
        boolean loggedIn,
        List<String> to,
        List<String> header,
        Map<String, List<String>> reported,
        List<String> delivered) {

    /// Between `;` stands one recipient line each, before it `i` where the rule for internal mail and `e` where
    /// that for external mail names it. A short name is one of firm.example.
    private static final String TABLE = """
            # word       | sender | recipients             | header           | reported                                               | delivered to
            inbound      | x@out  | anna                   | anna             | e recipient anna                                       | anna
            unnamed      | x@out  | anna bruno             | x@out            | e recipient anna; e recipient bruno                    | anna bruno
            outbound     | anna!  | y@out                  | y@out            | e to y@out                                             | y@out
            internal     | anna!  | bruno                  | bruno            | i to bruno                                             | bruno
            itself       | anna!  | anna                   | anna             | i to anna                                              | anna
            forged       | anna   | bruno                  | bruno            | i recipient bruno                                      | bruno
            mixed        | anna!  | bruno y@out            | bruno / y@out    | i to bruno; e cc y@out                                 | bruno y@out
            secretly     | anna!  | bruno carla blind@out  | bruno            | i to bruno; i bcc carla; e bcc blind@out               | bruno carla blind@out
            allblind     | anna!  | bruno blind@out        | undisclosed-recipients:; | i bcc bruno; e bcc blind@out                           | bruno blind@out
            grouped      | x@out  | sales                  | sales            | e recipient bruno of sales; e recipient carla of sales | bruno carla
            grouping     | anna!  | sales                  | sales            | i to bruno of sales; i to carla of sales               | bruno carla
            blindgroup   | anna!  | y@out sales            | y@out            | e to y@out; i bcc bruno of sales; i bcc carla of sales | y@out bruno carla
            innermost    | x@out  | inner                  | inner            | e recipient carla of inner                             | carla
            twice        | anna!  | sales bruno            | bruno / sales    | i to bruno; i cc bruno of sales; i cc carla of sales   | bruno carla
            forwarded    | x@out  | eva                    | eva              | e recipient eva; e recipient mobile@carrier by eva     | eva mobile@carrier
            forwarding   | anna!  | eva                    | eva              | i to eva; e to mobile@carrier by eva                   | eva mobile@carrier
            notice       | <>     | anna                   | anna             | i recipient anna                                       | anna
            shouted      | x@out  | ANNA@FIRM.example      | anna             | e recipient ANNA@FIRM.example                          | anna
            partly       | x@out  | nobody anna            | anna             | e recipient anna                                       | anna
            worldly      | anna!  | j\u00fcrgen@out        | y@out            | e bcc j\u00fcrgen@out                                  | j\u00fcrgen@out
            refused      | x@out  | nobody                 | nobody           |                                                        |
            relayed      | x@out  | y@out                  | y@out            |                                                        |
            relayedalso  | x@out  | y@out anna             | y@out            | e recipient anna                                       | anna
            """;

    JournalCase {
        to = List.copyOf(to);
        header = List.copyOf(header);
        reported = Map.copyOf(reported);
        delivered = List.copyOf(delivered);
    }

    static List<JournalCase> all() {
        return TABLE.lines()
                .filter(line -> !line.startsWith("#"))
                .map(JournalCase::parse)
                .toList();
    }

    private static JournalCase parse(String line) {
        String[] cells = Arrays.stream(line.split("\\|", -1)).map(String::strip).toArray(String[]::new);
        String from = cells[1].replace("!", "").replace("<>", "");
        Map<String, List<String>> reported = new TreeMap<>();
        for (String one : split(cells[4], ";")) {
            String named = String.join(
                    " ", words(one.substring(2)).map(JournalCase::whole).toList());
            for (String source : List.of("all", one.startsWith("i ") ? "internal" : "external")) {
                reported.computeIfAbsent(source, name -> new ArrayList<>()).add(named);
            }
        }
        List<String> header =
                split(cells[3], "/").stream().map(JournalCase::address).toList();
        return new JournalCase(
                cells[0],
                from.isEmpty() ? "" : address(from),
                cells[1].endsWith("!"),
                words(cells[2]).map(JournalCase::address).toList(),
                header.size() == 1
                        ? List.of("To: " + header.getFirst())
                        : List.of("To: " + header.getFirst(), "Cc: " + header.getLast()),
                reported,
                words(cells[5]).map(JournalCase::address).toList());
    }

    private static List<String> split(String cell, String by) {
        return Arrays.stream(cell.split(by, -1))
                .map(String::strip)
                .filter(one -> !one.isEmpty())
                .toList();
    }

    private static Stream<String> words(String cell) {
        return Arrays.stream(cell.split(" +", -1)).filter(word -> !word.isEmpty());
    }

    /// A word of a recipient line: roles and what stands between addresses stay.
    private static String whole(String word) {
        return List.of("to", "cc", "bcc", "recipient", "of", "by").contains(word) ? word : address(word);
    }

    private static String address(String word) {
        if (word.endsWith("@out")) {
            return word + "side.example";
        }
        if (word.endsWith("@carrier")) {
            return word + ".example";
        }
        return word.contains("@") || word.endsWith(";") ? word : word + "@firm.example";
    }

    /// The message, in lines of LF.
    String text() {
        String author = from.isEmpty() ? "mailer-daemon@outside.example" : from;
        return MailHouse.text(word, author, String.join("\n", header).replaceFirst("^To: ", ""));
    }

    /// Stands in the message and in what encloses it.
    String messageId() {
        return "<" + word + "@test>";
    }

    /// Recipients that the mail system must refuse.
    List<String> refused() {
        return to.stream()
                .filter(one -> one.startsWith("nobody@") || (!loggedIn && one.endsWith("@outside.example")))
                .toList();
    }
}
