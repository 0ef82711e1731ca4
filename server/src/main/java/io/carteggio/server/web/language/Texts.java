package io.carteggio.server.web.language;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What pages say in one language: texts by keys, patterns of [MessageFormat] that are filled in by the language's own
/// rules. Immutable.
///
/// A key that is not there is a mistake of ours, which a test of the sources finds.
public final class Texts {
    private static final Map<Language, Texts> ALL = Stream.of(Language.values())
            .collect(Collectors.toMap(l -> l, Texts::new, (a, _) -> a, () -> new EnumMap<>(Language.class)));

    /// `*strong*`, and code between backticks.
    private static final Pattern MARKED = Pattern.compile("\\*([^*]+)\\*|`([^`]+)`");

    private final Language language;
    private final Map<String, String> patterns;
    private final Map<String, DateTimeFormatter> forms;

    /// How a piece of a text stands out.
    public enum Kind {
        PLAIN,
        STRONG,
        CODE
    }

    /// A piece of a text.
    public record Run(Kind kind, String text) {}

    private Texts(Language language) {
        this.language = language;
        Properties read = new Properties();
        String file = "texts_" + language.word() + ".properties";
        try (InputStream in = Texts.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the program was built without " + file);
            }
            read.load(new InputStreamReader(in, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.patterns = read.stringPropertyNames().stream()
                .collect(Collectors.toUnmodifiableMap(key -> key, read::getProperty));
        this.forms = Stream.of("day", "time", "full", "exact")
                .collect(Collectors.toUnmodifiableMap(
                        name -> name, name -> DateTimeFormatter.ofPattern(pattern("form." + name), language.locale())));
    }

    public static Texts in(Language language) {
        Texts texts = ALL.get(language);
        if (texts == null) {
            throw new IllegalStateException("no texts in " + language);
        }
        return texts;
    }

    public Language language() {
        return language;
    }

    /// The text of a key.
    ///
    /// @param about what stands in its places; numbers are written as the language does
    public String say(String key, Object... about) {
        return filled(pattern(key), about);
    }

    /// The text of a key with what stands out in it. Nothing of `about` stands out by itself.
    public List<Run> rich(String key, Object... about) {
        String pattern = pattern(key);
        List<Run> runs = new ArrayList<>();
        Matcher marked = MARKED.matcher(pattern);
        int from = 0;
        while (marked.find()) {
            if (marked.start() > from) {
                runs.add(new Run(Kind.PLAIN, filled(pattern.substring(from, marked.start()), about)));
            }
            boolean strong = marked.group(1) != null;
            runs.add(new Run(
                    strong ? Kind.STRONG : Kind.CODE, filled(strong ? marked.group(1) : marked.group(2), about)));
            from = marked.end();
        }
        if (from < pattern.length()) {
            runs.add(new Run(Kind.PLAIN, filled(pattern.substring(from), about)));
        }
        return runs;
    }

    /// The text of a key for so many: one, or any other number, which stands in its first place.
    public String count(String key, long number, Object... more) {
        Object[] about = new Object[more.length + 1];
        about[0] = number;
        System.arraycopy(more, 0, about, 1, more.length);
        return say(key + (number == 1 ? ".one" : ".other"), about);
    }

    /// What another part of the program says in English: itself, or the text of a key that says the same.
    public String translated(String key, String english, List<String> about) {
        return language == Language.ENGLISH || !patterns.containsKey(key) ? english : say(key, about.toArray());
    }

    /// With thousands apart.
    public String number(long number) {
        return NumberFormat.getIntegerInstance(language.locale()).format(number);
    }

    /// How instants are written: `day`, `time`, `full`, `exact`.
    public DateTimeFormatter form(String name) {
        DateTimeFormatter form = forms.get(name);
        if (form == null) {
            throw new IllegalArgumentException("no form " + name);
        }
        return form;
    }

    Set<String> keys() {
        return patterns.keySet();
    }

    String pattern(String key) {
        String pattern = patterns.get(key);
        if (pattern == null) {
            throw new IllegalStateException("no text " + key + " in " + language);
        }
        return pattern;
    }

    private String filled(String pattern, Object[] about) {
        return pattern.indexOf('{') < 0 ? pattern : new MessageFormat(pattern, language.locale()).format(about);
    }
}
