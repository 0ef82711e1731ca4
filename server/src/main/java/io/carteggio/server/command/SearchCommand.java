package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "search",
        description = {
            "Finds letters, newest first or by relevance.",
            "For example: from:anna subject:\"Q3 numbers\" has:attachment after:2024-01-01 invoice*"
        })
final class SearchCommand implements Callable<Integer> {
    private static final int SUBJECT_CHARACTERS = 60;
    private static final int DEFAULT_LIMIT = 50;

    private final Carteggio carteggio;

    @Parameters(paramLabel = "QUERY", arity = "0..*", description = "Words and conditions; '' for every letter.")
    private List<String> query = new ArrayList<>();

    @Mixin
    private ViewerOptions viewer = new ViewerOptions();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "At most this many letters; " + DEFAULT_LIMIT + " if not given.")
    private long limit = DEFAULT_LIMIT;

    @Option(names = "--sort", paramLabel = "HOW", description = "newest or relevance; newest if not given.")
    private Optional<String> sort = Optional.empty();

    @Option(
            names = "--conversations",
            description = "Of each conversation only the first letter that matches, with how many there are.")
    private boolean conversations;

    @Option(
            names = "--around",
            description = "What stands around the words in each letter, also where that is deep in it.")
    private boolean around;

    @Option(
            names = "--saved",
            paramLabel = "NAME",
            description = "The search that the person of --as saved by this name.")
    private Optional<String> saved = Optional.empty();

    SearchCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        if (query.isEmpty() == saved.isEmpty()) {
            return carteggio.work("search", () -> {
                throw Refusal.usage("search takes a QUERY, '' for every letter, or --saved NAME");
            });
        }
        ObjectNode params = Json.object()
                .put("limit", limit)
                .put("conversations", conversations)
                .put("around", around);
        saved.ifPresentOrElse(name -> params.put("saved", name), () -> params.put("query", String.join(" ", query)));
        sort.ifPresent(how -> params.put("sort", how));
        viewer.into(params);
        return carteggio.ask("search", "search", params, new Lines(this::print));
    }

    private void print(ObjectNode line) {
        Console console = carteggio.console();
        if (!line.has("id")) {
            sayWhatIsMissing(line);
        } else if (carteggio.json()) {
            console.json(line);
        } else {
            List<String> to = Stream.concat(Json.texts(line.path("to")), Json.texts(line.path("cc")))
                    .toList();
            String recipients = to.isEmpty()
                    ? "(nobody)"
                    : to.getFirst() + (to.size() > 1 ? " and " + (to.size() - 1) + " more" : "");
            console.line(line.path("id").asString("") + "  "
                    + line.path("date").asString("").replace("T", " ").replace("Z", "") + "  "
                    + Sizes.of(line.path("bytes").asLong(0)));
            console.line("    " + Json.optional(line, "from").orElse("(no sender)") + " to " + recipients);
            console.line("    " + shortened(Json.optional(line, "subject").orElse("(no subject)")));
            if (line.has("variants")) {
                console.line("    one message in " + line.path("variants").size() + " variants, for "
                        + line.path("recipients").size() + " recipients"
                        + (line.path("allVariants").asBoolean(true) ? "" : ", and there are more"));
            }
            if (line.has("conversation")) {
                ObjectNode of = (ObjectNode) line.path("conversation");
                console.line("    " + of.path("matching").asLong(1) + " of "
                        + of.path("letters").asLong(1) + " letters of a conversation"
                        + (of.path("complete").asBoolean(true) ? "" : ", or more"));
            }
            Json.optional(line, "around").ifPresent(text -> console.line("    " + text));
            if (line.path("protected").asBoolean(false)) {
                console.line("    encrypted; there is no clear copy");
            }
            if (!line.path("attachments").isEmpty()) {
                console.line("    "
                        + line.path("attachments")
                                .valueStream()
                                .map(a -> a.path("name").asString("") + " ("
                                        + Sizes.of(a.path("bytes").asLong(0)) + ")")
                                .collect(Collectors.joining(", ")));
            }
        }
    }

    private void sayWhatIsMissing(ObjectNode line) {
        long partly = line.path("notFullySearched").asLong(0);
        long waiting = line.path("indexLag").asLong(0);
        String more = (partly == 0 ? "" : "; " + partly + " letters could not be searched wholly")
                + (waiting == 0 ? "" : "; " + waiting + " letters wait for the index and were not searched");
        if (!carteggio.json() || !more.isEmpty()) {
            carteggio.console().complain(line.path("total").asLong(0) + " found" + more);
        }
    }

    private static String shortened(String subject) {
        return subject.codePointCount(0, subject.length()) <= SUBJECT_CHARACTERS
                ? subject
                : subject.substring(0, subject.offsetByCodePoints(0, SUBJECT_CHARACTERS)) + "…";
    }
}
