package io.carteggio.archive.search;

import io.carteggio.archive.search.Query.Parsed;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.mail.extract.Shortfall;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads the query language of `docs/search.md` by recursive descent: `or` binds least, then `and` or nothing, then
/// `not` and `-`.
final class QueryParser {
    private static final Map<String, Where> PLACES = Map.of(
            "subject", Where.SUBJECT,
            "filename", Where.FILENAME,
            "attachment", Where.ATTACHMENT,
            "type", Where.TYPE,
            "from", Where.FROM,
            "to", Where.TO,
            "cc", Where.CC,
            "bcc", Where.BCC,
            "list", Where.LIST,
            "label", Where.LABEL);

    private static final Pattern DATE = Pattern.compile("(\\d{4})(?:[-/.](\\d{1,2})(?:[-/.](\\d{1,2}))?)?");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,6})?)([kKmMgGtT]?)(?:i?[bB])?");

    private static final String NAMES = "from, to, cc, bcc, list, subject, filename, attachment, type, label, has,"
            + " is, unsearched, larger, smaller, after, before, on, id";

    private final String text;
    private int at;
    private int conditions;

    private QueryParser(String text) {
        this.text = text;
    }

    static Parsed parse(String text) {
        if (text.length() > Query.TEXT_LIMIT_CHARS) {
            return new Parsed.Bad(
                    Query.TEXT_LIMIT_CHARS, Flaw.TOO_LONG, List.of(Integer.toString(Query.TEXT_LIMIT_CHARS)));
        }
        try {
            return new Parsed.Good(new QueryParser(text).whole());
        } catch (Mistake m) {
            return new Parsed.Bad(m.position, m.flaw, m.about);
        }
    }

    private Query whole() throws Mistake {
        skipBlanks();
        if (atEnd()) {
            return new Query.All();
        }
        Query query = choices(0, Where.ANYWHERE);
        if (!atEnd()) { // only a bracket ends it earlier
            throw new Mistake(at, Flaw.CLOSING_BRACKET);
        }
        return query;
    }

    private Query choices(int depth, Where where) throws Mistake {
        if (depth > Query.DEPTH_LIMIT) {
            throw new Mistake(at, Flaw.TOO_DEEP, Query.DEPTH_LIMIT);
        }
        List<Query> choices = new ArrayList<>();
        choices.add(together(depth, where));
        while (takeOr()) {
            choices.add(together(depth, where));
        }
        return choices.size() == 1 ? choices.getFirst() : new Query.Or(choices);
    }

    private Query together(int depth, Where where) throws Mistake {
        List<Query> parts = new ArrayList<>();
        skipBlanks();
        int start = at;
        int after = -1; // where an `and` stands that nothing follows yet
        while (true) {
            skipBlanks();
            if (atEnd() || peek() == ')' || peeksOr()) {
                break;
            }
            if (peeksWord("and")) {
                if (parts.isEmpty()) {
                    throw new Mistake(at, Flaw.AND_BEFORE);
                }
                after = at;
                at += 3;
                continue;
            }
            Optional<Query> part = negatable(depth, where);
            if (part.isPresent()) {
                parts.add(part.get());
                after = -1;
            }
        }
        if (after >= 0) {
            throw new Mistake(after, Flaw.AND_AFTER);
        }
        if (parts.isEmpty()) {
            throw new Mistake(start, Flaw.NOTHING);
        }
        return parts.size() == 1 ? parts.getFirst() : new Query.And(parts);
    }

    private Optional<Query> negatable(int depth, Where where) throws Mistake {
        boolean negated = false;
        int negation = at;
        while (true) { // a loop, so that a long row of them costs no stack
            if (peeksWord("not")) {
                negated = !negated;
                at += 3;
                skipBlanks();
                if (atEnd() || peek() == ')' || peeksOr() || peeksWord("and")) {
                    throw new Mistake(negation, Flaw.NOT_AFTER);
                }
            } else if (peek() == '-') {
                at++;
                negated = !negated;
                if (atEnd() || isBlank(peek()) || peek() == ')') {
                    return Optional.empty(); // a dash between words
                }
            } else {
                break;
            }
        }
        boolean not = negated;
        return condition(depth, where).map(q -> not ? new Query.Not(q) : q);
    }

    /// One condition; empty where there is only punctuation, as in `salt & pepper`.
    private Optional<Query> condition(int depth, Where where) throws Mistake {
        if (++conditions > Query.CONDITIONS_LIMIT) {
            throw new Mistake(at, Flaw.TOO_MANY, Query.CONDITIONS_LIMIT);
        }
        char c = peek();
        if (c == '(') {
            return Optional.of(bracketed(depth, where));
        }
        if (isOpeningQuote(c)) {
            int start = at;
            String words = quoted();
            if (!isSearchable(words)) {
                throw new Mistake(start, Flaw.EMPTY_QUOTES);
            }
            return Optional.of(new Query.Words(where, words, false));
        }
        int start = at;
        int nameEnd = at;
        while (nameEnd < text.length() && isAsciiLetter(text.charAt(nameEnd))) {
            nameEnd++;
        }
        if (nameEnd > at && nameEnd < text.length() && text.charAt(nameEnd) == ':') {
            String name = text.substring(at, nameEnd).toLowerCase(Locale.ROOT);
            boolean known = PLACES.containsKey(name) || isOther(name);
            char next = nameEnd + 1 < text.length() ? text.charAt(nameEnd + 1) : ' ';
            boolean slip = !isBlank(next) && next != ')' && next != '|' && next != '/';
            // "Re: offer" and "http://…" are pasted text, "form:anna" is a slip that must not find nothing in silence
            if (known || slip) {
                if (where != Where.ANYWHERE) {
                    throw new Mistake(start, Flaw.INSIDE, name);
                }
                at = nameEnd + 1;
                return Optional.of(named(name, start, depth));
            }
        }
        return word(where, start);
    }

    private static boolean isOther(String name) {
        return switch (name) {
            case "has", "is", "unsearched", "larger", "smaller", "after", "before", "on", "id" -> true;
            default -> false;
        };
    }

    private Query bracketed(int depth, Where where) throws Mistake {
        int start = at;
        at++;
        skipBlanks();
        if (!atEnd() && peek() == ')') {
            throw new Mistake(start, Flaw.EMPTY_BRACKETS);
        }
        Query inside = choices(depth + 1, where);
        if (atEnd()) {
            throw new Mistake(start, Flaw.OPEN_BRACKET);
        }
        at++;
        return inside;
    }

    private Query named(String name, int start, int depth) throws Mistake {
        Optional<Where> place = Optional.ofNullable(PLACES.get(name));
        if (place.isPresent()) {
            return somewhere(name, place.get(), start, depth);
        }
        if (!isOther(name)) {
            throw new Mistake(start, Flaw.NO_SUCH_NAME, name, NAMES);
        }
        int valueAt = at;
        String value = atEnd() ? "" : isOpeningQuote(peek()) ? quoted() : rawWord(!name.equals("id"));
        return switch (name) {
            case "has" ->
                switch (value.toLowerCase(Locale.ROOT)) {
                    case "attachment", "attachments" -> new Query.HasAttachment();
                    default -> throw new Mistake(valueAt, Flaw.ONLY, "has", "has:attachment");
                };
            case "is" ->
                switch (value.toLowerCase(Locale.ROOT)) {
                    case "unsearched" -> new Query.NotFullySearched();
                    default -> throw new Mistake(valueAt, Flaw.ONLY, "is", "is:unsearched");
                };
            case "unsearched" ->
                Shortfall.ofWord(value)
                        .map(Query.Unsearched::new)
                        .orElseThrow(() -> new Mistake(
                                valueAt,
                                Flaw.ONLY,
                                "unsearched",
                                Arrays.stream(Shortfall.values())
                                        .map(Shortfall::word)
                                        .collect(Collectors.joining(", "))));
            case "larger" -> new Query.Larger(size(name, value, valueAt));
            case "smaller" -> new Query.Smaller(size(name, value, valueAt));
            case "after" -> new Query.Dated(span(name, value, valueAt).from(), Instant.MAX);
            case "before" ->
                new Query.Dated(Instant.MIN, span(name, value, valueAt).from());
            case "on" -> span(name, value, valueAt);
            case "id" -> {
                String id = value.strip();
                if (id.startsWith("<") && id.endsWith(">") && id.length() > 2) {
                    id = id.substring(1, id.length() - 1);
                }
                if (id.isEmpty()) {
                    throw new Mistake(start, Flaw.ID);
                }
                yield new Query.Id(id);
            }
            default -> throw new IllegalStateException("no such name: " + name);
        };
    }

    private Query somewhere(String name, Where where, int start, int depth) throws Mistake {
        if (!atEnd() && peek() == '(') {
            return bracketed(depth, where);
        }
        if (!atEnd() && isOpeningQuote(peek())) {
            int quoteAt = at;
            String words = quoted();
            if (!isSearchable(words)) {
                throw new Mistake(quoteAt, Flaw.EMPTY_QUOTES);
            }
            return new Query.Words(where, words, false);
        }
        Optional<Query> word = atEnd() || isBoundary(peek()) ? Optional.empty() : word(where, at);
        if (word.isEmpty() || word.get() instanceof Query.All) {
            throw new Mistake(start, Flaw.WORD, name);
        }
        return word.get();
    }

    private Optional<Query> word(Where where, int start) throws Mistake {
        String word = rawWord(true);
        if (word.isEmpty()) { // a closing quote without an opening one, or the like
            at++;
            return Optional.empty();
        }
        if (word.equals("*")) {
            return Optional.of(new Query.All());
        }
        boolean prefix = word.endsWith("*");
        String stem = prefix ? word.substring(0, word.length() - 1) : word;
        int star = stem.indexOf('*');
        if (star >= 0 && isSearchable(stem)) {
            throw new Mistake(start + star, Flaw.STAR);
        }
        return isSearchable(stem) ? Optional.of(new Query.Words(where, stem, prefix)) : Optional.empty();
    }

    /// What stands up to the next blank, and, where it is a word, up to a bracket, a quote or a bar.
    private String rawWord(boolean boundaries) {
        int start = at;
        while (!atEnd() && !(boundaries ? isBoundary(peek()) : isBlank(peek()) || peek() == ')')) {
            at++;
        }
        return text.substring(start, at);
    }

    private String quoted() throws Mistake {
        int start = at;
        char open = text.charAt(at++);
        while (!atEnd()) {
            if (closes(open, peek())) {
                return text.substring(start + 1, at++);
            }
            at++;
        }
        throw new Mistake(start, Flaw.OPEN_QUOTE);
    }

    private static long size(String name, String value, int valueAt) throws Mistake {
        Matcher m = SIZE.matcher(value);
        if (!m.matches()) {
            throw new Mistake(valueAt, Flaw.SIZE, name);
        }
        int shift = switch (m.group(2).toLowerCase(Locale.ROOT)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            case "t" -> 40;
            default -> 0;
        };
        BigDecimal bytes = new BigDecimal(m.group(1)).multiply(BigDecimal.valueOf(1L << shift));
        return bytes.min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue();
    }

    /// A year, a month or a day in UTC.
    private static Query.Dated span(String name, String value, int valueAt) throws Mistake {
        Matcher m = DATE.matcher(value);
        if (m.matches()) {
            try {
                int year = Integer.parseInt(m.group(1));
                LocalDate from;
                LocalDate to;
                if (m.group(2) == null) {
                    from = LocalDate.of(year, 1, 1);
                    to = from.plusYears(1);
                } else if (m.group(3) == null) {
                    from = YearMonth.of(year, Integer.parseInt(m.group(2))).atDay(1);
                    to = from.plusMonths(1);
                } else {
                    from = LocalDate.of(year, Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)));
                    to = from.plusDays(1);
                }
                return new Query.Dated(
                        from.atStartOfDay(ZoneOffset.UTC).toInstant(),
                        to.atStartOfDay(ZoneOffset.UTC).toInstant());
            } catch (DateTimeException e) {
                throw new Mistake(valueAt, Flaw.NO_SUCH_DAY, value);
            }
        }
        throw new Mistake(valueAt, Flaw.DATE, name);
    }

    private boolean takeOr() {
        skipBlanks();
        if (!atEnd() && peek() == '|') {
            while (!atEnd() && peek() == '|') {
                at++;
            }
            return true;
        }
        if (peeksWord("or")) {
            at += 2;
            return true;
        }
        return false;
    }

    private boolean peeksOr() {
        return !atEnd() && (peek() == '|' || peeksWord("or"));
    }

    private boolean peeksWord(String word) {
        int end = at + word.length();
        return text.regionMatches(true, at, word, 0, word.length())
                && (end == text.length() || isBoundary(text.charAt(end)));
    }

    private void skipBlanks() {
        while (!atEnd() && isBlank(peek())) {
            at++;
        }
    }

    private boolean atEnd() {
        return at >= text.length();
    }

    private char peek() {
        return text.charAt(at);
    }

    private static boolean isBlank(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c);
    }

    private static boolean isBoundary(char c) {
        return isBlank(c) || c == '(' || c == ')' || c == '|' || isOpeningQuote(c);
    }

    /// Word processors turn straight quotes into these.
    private static boolean isOpeningQuote(char c) {
        return c == '"' || c == '“' || c == '”' || c == '„' || c == '«' || c == '»';
    }

    private static boolean closes(char open, char c) {
        return switch (open) {
            case '«' -> c == '»';
            case '»' -> c == '«';
            default -> c == '"' || c == '“' || c == '”';
        };
    }

    private static boolean isAsciiLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isSearchable(String words) {
        return words.chars().anyMatch(c -> c >= 0x80 ? !isBlank((char) c) : Character.isLetterOrDigit(c));
    }

    private static final class Mistake extends Exception {
        private static final long serialVersionUID = 1L;

        private final int position;
        private final transient Flaw flaw;
        private final transient List<String> about;

        Mistake(int position, Flaw flaw, Object... about) {
            super(flaw.name(), null, false, false);
            this.position = position;
            this.flaw = flaw;
            this.about = Stream.of(about).map(Object::toString).toList();
        }
    }
}
