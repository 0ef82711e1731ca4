package io.carteggio.server.web;

import io.carteggio.archive.access.Correspondent;
import io.carteggio.archive.search.Query;
import io.carteggio.mail.Address;
import io.carteggio.server.web.language.Texts;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// By what a search can be narrowed: each choice is a condition in the query language, so what it leaves is what the
/// same words typed by hand would leave. A function of its arguments.
final class Narrowing {
    private static final int YEARS = 12;
    private static final int PEOPLE = 6;

    private Narrowing() {}

    /// One way to narrow it.
    ///
    /// @param condition in the query language
    record Choice(String label, String condition) {}

    /// Choices of one kind.
    record Group(String heading, List<Choice> choices) {
        Group {
            choices = List.copyOf(choices);
        }
    }

    /// @param people whom the newest of the letters found name
    /// @param own the viewer's addresses
    /// @param ours domains whose mail is ours
    static List<Group> of(Texts texts, Instant now, List<Correspondent> people, List<Address> own, List<String> ours) {
        List<Group> groups = new ArrayList<>();
        groups.add(new Group(texts.say("narrow.year"), years(texts, now)));
        groups.add(new Group(
                texts.say("narrow.from"),
                people.stream()
                        .filter(p -> p.sent() > 0)
                        .sorted((a, b) -> Long.compare(b.sent(), a.sent()))
                        .limit(PEOPLE)
                        .flatMap(p -> person(p, "from:"))
                        .toList()));
        groups.add(new Group(
                texts.say("narrow.to"),
                people.stream()
                        .filter(p -> p.got() > 0)
                        .sorted((a, b) -> Long.compare(b.got(), a.got()))
                        .limit(PEOPLE)
                        .flatMap(p -> person(p, "to:"))
                        .toList()));
        groups.add(new Group(texts.say("narrow.direction"), direction(texts, own, ours)));
        groups.add(new Group(texts.say("narrow.attachments"), attached(texts)));
        groups.add(new Group(texts.say("narrow.size"), sizes(texts)));
        return groups;
    }

    private static List<Choice> years(Texts texts, Instant now) {
        int last = now.atZone(ZoneOffset.UTC).getYear();
        List<Choice> years = new ArrayList<>();
        years.add(new Choice(texts.say("narrow.later"), "after:" + (last + 1)));
        for (int year = last; year > last - YEARS; year--) {
            years.add(new Choice(Integer.toString(year), "on:" + year));
        }
        years.add(new Choice(
                texts.say("narrow.before", Integer.toString(last - YEARS + 1)), "before:" + (last - YEARS + 1)));
        return years;
    }

    private static List<Choice> attached(Texts texts) {
        return List.of(
                new Choice(texts.say("narrow.any"), "has:attachment"),
                new Choice(texts.say("narrow.pdf"), "filename:pdf"),
                new Choice(texts.say("narrow.texts"), "filename:(doc or docx or odt or rtf)"),
                new Choice(texts.say("narrow.sheets"), "filename:(xls or xlsx or ods or csv)"),
                new Choice(texts.say("narrow.slides"), "filename:(ppt or pptx or odp)"),
                new Choice(texts.say("narrow.pictures"), "type:image"),
                new Choice(texts.say("narrow.packed"), "filename:(zip or rar or 7z or gz)"));
    }

    private static List<Choice> sizes(Texts texts) {
        return List.of(
                new Choice(texts.say("narrow.small"), "smaller:100K"),
                new Choice(texts.say("narrow.large"), "larger:1M"),
                new Choice(texts.say("narrow.huge"), "larger:10M"));
    }

    private static Stream<Choice> person(Correspondent person, String operator) {
        return isTypeable(person.address().raw())
                ? Stream.of(new Choice(
                        person.name()
                                .filter(n -> !n.isBlank())
                                .orElse(person.address().raw()),
                        operator + person.address().raw()))
                : Stream.empty();
    }

    /// Whether it is one word of the query language.
    static boolean isTypeable(String address) {
        return address.chars()
                .allMatch(c -> c >= 0x80
                        ? !Character.isWhitespace(c) && !Character.isSpaceChar(c) && "“”„«»".indexOf(c) < 0
                        : c > ' ' && c < 127 && "()|\"*".indexOf(c) < 0);
    }

    private static List<Choice> direction(Texts texts, List<Address> own, List<String> ours) {
        List<Choice> choices = new ArrayList<>();
        List<String> mine =
                own.stream().map(Address::raw).filter(Narrowing::isTypeable).toList();
        if (!mine.isEmpty()) {
            choices.add(new Choice(texts.say("narrow.by-me"), any("from:", mine)));
            choices.add(new Choice(texts.say("narrow.to-me"), "-" + any("from:", mine)));
        }
        if (!ours.isEmpty()) {
            List<String> domains = ours.stream().map(d -> "@" + d).toList();
            choices.add(new Choice(texts.say("narrow.from-us"), any("from:", domains)));
            choices.add(new Choice(texts.say("narrow.from-outside"), "-" + any("from:", domains)));
        }
        return choices;
    }

    private static String any(String operator, List<String> of) {
        return of.size() == 1
                ? operator + of.getFirst()
                : of.stream().collect(Collectors.joining(" or ", operator + "(", ")"));
    }

    /// What was typed, and a condition more.
    static String narrowed(String text, String condition) {
        if (text.isBlank()) {
            return condition;
        }
        boolean either = Query.parse(text) instanceof Query.Parsed.Good(Query.Or _);
        return (either ? "(" + text + ")" : text) + " " + condition;
    }
}
