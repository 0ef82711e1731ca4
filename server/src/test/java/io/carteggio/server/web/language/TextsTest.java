package io.carteggio.server.web.language;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.approval.Asked;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.search.Flaw;
import io.carteggio.mail.mime.Letter;
import io.carteggio.server.login.Accounts;
import io.carteggio.server.watch.AlarmKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every text is there in every language, is used, and is filled in alike; and no page says
/// anything by itself.
class TextsTest {
    private static final Path MAIN = Path.of("src/main");
    private static final Path TEMPLATES = MAIN.resolve("jte");

    /// A key as it stands in our sources.
    private static final Pattern KEY = Pattern.compile("\"([a-z]+(?:-[a-z]+)*(?:\\.[a-z0-9]+(?:-[a-z0-9]+)*)+)\"");

    private static final Pattern PLACE = Pattern.compile("\\{(\\d)[^}]*}");

    /// What other parts of the program say in English.
    private static final Set<String> SAID_ELSEWHERE = Set.of("flaw", "note", "refusal");

    /// Words that are the same in two languages, or no words at all.
    private static final Set<String> SAME = Set.of(
            "Administrator",
            "PDF",
            "Cc",
            "SHA-256",
            "Text",
            "Name",
            "Original",
            "Originals",
            "Link",
            "Code",
            "Password",
            "Index",
            "Quarantine",
            "Microsoft 365",
            "Exchange Server",
            "Google Workspace",
            "Postfix",
            "Exim",
            "STARTTLS",
            "POP3",
            "Backup",
            "Person",
            "Server",
            "Passkeys");

    @Test
    void everyLanguageHasEveryText() {
        Set<String> english = Texts.in(Language.ENGLISH).keys();
        assertThat(english).hasSizeGreaterThan(500);
        for (Language language : Language.values()) {
            Set<String> keys = Texts.in(language).keys().stream()
                    .filter(key -> !SAID_ELSEWHERE.contains(family(key)))
                    .collect(Collectors.toSet());
            assertThat(missing(english, keys)).as("not in " + language).isEmpty();
            assertThat(missing(keys, english)).as("only in " + language).isEmpty();
        }
    }

    @Test
    void everyTextIsTranslatedAndHasTheSamePlaces() {
        Texts english = Texts.in(Language.ENGLISH);
        for (Language language : List.of(Language.ITALIAN, Language.GERMAN)) {
            Texts texts = Texts.in(language);
            for (String key : english.keys()) {
                String said = english.pattern(key);
                String other = texts.pattern(key);
                assertThat(places(other)).as(key + " in " + language).isEqualTo(places(said));
                boolean words = said.replaceAll("\\{[^}]*}", "").chars().anyMatch(Character::isLetter)
                        && !key.startsWith("form.")
                        && !SAME.contains(said);
                assertThat(words && other.equals(said))
                        .as(key + " is not translated into " + language)
                        .isFalse();
            }
        }
    }

    @Test
    void everyTextIsAWellFormedPattern() {
        for (Language language : Language.values()) {
            Texts texts = Texts.in(language);
            for (String key : texts.keys()) {
                String pattern = texts.pattern(key);
                assertThat(pattern).as(key + " in " + language).isNotBlank().doesNotContain("'");
                assertThat(new MessageFormat(pattern, language.locale()).format(new Object[] {"a", "b", "c", "d"}))
                        .as(key + " in " + language)
                        .doesNotContain("{");
                assertThat(texts.rich(key, "a", "b", "c").stream()
                                .map(Texts.Run::text)
                                .collect(Collectors.joining()))
                        .as(key + " in " + language)
                        .doesNotContain("`");
            }
        }
    }

    @Test
    void everyTextIsUsedAndEveryUsedTextIsThere() throws IOException {
        Set<String> keys = Texts.in(Language.ENGLISH).keys();
        Map<String, String> named = new TreeMap<>();
        Set<String> families = families();
        for (Path file : sources()) {
            String source = Files.readString(file);
            for (MatchResult key : KEY.matcher(source).results().toList()) {
                named.putIfAbsent(key.group(1), file.getFileName().toString());
            }
        }
        Set<String> unused = new TreeSet<>(keys);
        unused.removeIf(key -> named.containsKey(key)
                || named.containsKey(key.replaceAll("\\.(one|other)$", ""))
                || key.matches("form\\.(day|time|full|exact)")
                || families.stream().anyMatch(family -> key.startsWith(family + ".")));
        assertThat(unused).as("in no page").isEmpty();

        Set<String> said = new TreeSet<>();
        for (Path file : sources()) {
            Pattern saying = Pattern.compile("(?:say|rich|count)\\(\\s*(?:[a-z.()]+ \\? )?\"([a-z0-9.-]+)\"");
            saying.matcher(Files.readString(file)).results().forEach(m -> said.add(m.group(1)));
        }
        said.removeIf(key -> keys.contains(key) || keys.contains(key + ".one") || key.endsWith("."));
        assertThat(said).as("said, but nowhere written").isEmpty();
    }

    /// Those whose last word is made by the program: each has all the words that it can make.
    @Test
    void whatIsMadeOfWordsIsThereForEachWord() throws IOException {
        for (PersonRole role : PersonRole.values()) {
            english("role." + role.word());
        }
        for (Asked.State state : Asked.State.values()) {
            english("approvals.state." + Asked.word(state));
        }
        for (AlarmKind kind : AlarmKind.values()) {
            english("alarm." + kind.word());
        }
        for (Family family : Family.values()) {
            english("source.family." + family.word());
        }
        for (Accounts.Why why : Accounts.Why.values()) {
            english("openid.nobody." + why.word());
        }
        for (Flaw flaw : Flaw.values()) {
            others("flaw." + flaw.word());
        }
        for (Letter.Note note : Letter.Note.values()) {
            others("note." + note.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        Pattern refusal = Pattern.compile("new Unacceptable\\(\\s*\"([a-z-]+)\"");
        Set<String> refusals = new HashSet<>();
        for (Path file : javaFiles(Path.of("../archive/src/main/java"))) {
            refusal.matcher(Files.readString(file)).results().forEach(m -> refusals.add(m.group(1)));
        }
        assertThat(refusals).hasSizeGreaterThan(15);
        refusals.forEach(word -> others("refusal." + word));
        for (Language language : List.of(Language.ITALIAN, Language.GERMAN)) {
            assertThat(Texts.in(language).keys().stream()
                            .filter(key -> key.startsWith("refusal."))
                            .map(key -> key.substring("refusal.".length())))
                    .containsExactlyInAnyOrderElementsOf(refusals);
        }
    }

    private static void english(String key) {
        assertThat(Texts.in(Language.ENGLISH).say(key)).isNotBlank();
    }

    private static void others(String key) {
        assertThat(Texts.in(Language.ENGLISH).keys()).doesNotContain(key);
        assertThat(Texts.in(Language.ITALIAN).pattern(key)).isNotBlank();
        assertThat(Texts.in(Language.GERMAN).pattern(key)).isNotBlank();
    }

    /// What a template says stands in the bundles: between its tags, and in what is read out or
    /// shown of them.
    @Test
    void noTemplateSaysAnythingByItself() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : templates()) {
            String text = Files.readString(file)
                    .replaceAll("(?m)^@(import|param)[^\n]*", "")
                    .replaceAll("(?s)<svg.*?</svg>|<(code|kbd)>[^$<]*</\\1>", "")
                    .replace("· Carteggio", "")
                    .replace("<span>Carteggio</span>", "");
            text = withoutCode(text);
            Pattern.compile("(?:placeholder|aria-label|title|alt)=\"([^\"]*\\p{L}{2}[^\"]*)\"")
                    .matcher(text)
                    .results()
                    .forEach(m -> found.add(file.getFileName() + ": " + m.group(1)));
            for (String piece : text.replaceAll("<[^>]*>", "\n").split("\n", -1)) {
                if (piece.strip().matches(".*\\p{L}{2}.*")) {
                    found.add(file.getFileName() + ": " + piece.strip());
                }
            }
        }
        assertThat(found).isEmpty();
    }

    /// Without `${...}`, `!{...}` and `@word(...)`, whatever brackets there are inside.
    private static String withoutCode(String template) {
        StringBuilder left = new StringBuilder();
        int at = 0;
        while (at < template.length()) {
            char c = template.charAt(at);
            boolean expression = (c == '$' || c == '!') && template.startsWith("{", at + 1);
            if (expression) {
                at = end(template, at + 1);
            } else if (c == '@' && at + 1 < template.length() && Character.isLetter(template.charAt(at + 1))) {
                boolean layout = template.startsWith("@template.layout(", at);
                int word = at + 1;
                while (word < template.length()
                        && (Character.isLetterOrDigit(template.charAt(word))
                                || ".-".indexOf(template.charAt(word)) >= 0)) {
                    word++;
                }
                at = layout
                        ? template.indexOf("@`", word) + 2
                        : template.startsWith("(", word) ? end(template, word) : word;
            } else {
                left.append(c == '`' ? ' ' : c);
                at++;
            }
        }
        return left.toString();
    }

    /// Behind the bracket that closes the one at this place.
    private static int end(String text, int open) {
        int depth = 0;
        boolean quoted = false;
        for (int i = open; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == '(' || c == '{')) {
                depth++;
            } else if (!quoted && (c == ')' || c == '}') && --depth == 0) {
                return i + 1;
            }
        }
        throw new AssertionError("nothing closes the bracket at " + open);
    }

    @Test
    void whatStandsOutIsKnown() {
        assertThat(Texts.in(Language.ENGLISH).rich("books.imbalance").stream()
                        .map(Texts.Run::kind)
                        .toList())
                .containsExactly(Texts.Kind.STRONG, Texts.Kind.PLAIN, Texts.Kind.CODE, Texts.Kind.PLAIN);
        assertThat(Texts.in(Language.ENGLISH).rich("account.role", "*no* `star`"))
                .contains(new Texts.Run(Texts.Kind.STRONG, "*no* `star`"));
    }

    @Test
    void aBrowserIsAskedForWhatItLikesBest() {
        String[][] table = {
            {"it", "it"},
            {"it-CH, de;q=0.8", "it"},
            {"fr, de;q=0.9, en;q=0.1", "de"},
            {"fr", "en"},
            {"", "en"},
            {"*", "en"},
            {"en;q=0.1, IT-it;q=0.9", "it"},
            {"it;q=0, de", "de"},
            {"ä;;;q=x", "en"},
            {"it," + "x".repeat(2_000), "en"},
        };
        for (String[] row : table) {
            assertThat(Language.asked(row[0]).word()).as(row[0]).isEqualTo(row[1]);
        }
    }

    @Test
    void whatIsCountedHasItsNumber() {
        assertThat(Texts.in(Language.ENGLISH).count("search.letters", 1)).isEqualTo("1 letter");
        assertThat(Texts.in(Language.ITALIAN).count("search.letters", 1_234)).isEqualTo("1.234 lettere");
        assertThat(Texts.in(Language.GERMAN).count("search.letters", 0)).isEqualTo("0 Briefe");
    }

    // ---- where we look ----

    private static Set<String> families() throws IOException {
        Set<String> families = new HashSet<>();
        for (Path file : sources()) {
            Pattern.compile("\"([a-z-]+(?:\\.[a-z-]+)*)\\.\" \\+")
                    .matcher(Files.readString(file))
                    .results()
                    .forEach(m -> families.add(m.group(1)));
        }
        return families;
    }

    private static List<Path> sources() throws IOException {
        List<Path> files = new ArrayList<>(javaFiles(MAIN.resolve("java/io/carteggio/server/web")));
        files.addAll(templates());
        return files;
    }

    private static List<Path> templates() throws IOException {
        try (Stream<Path> files = Files.list(TEMPLATES)) {
            return files.sorted().toList();
        }
    }

    private static List<Path> javaFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(f -> f.toString().endsWith(".java")).toList();
        }
    }

    private static String family(String key) {
        return key.substring(0, key.indexOf('.'));
    }

    private static Set<String> missing(Set<String> these, Set<String> in) {
        Set<String> left = new TreeSet<>(these);
        left.removeAll(in);
        return left;
    }

    private static Set<String> places(String pattern) {
        return PLACE.matcher(pattern).results().map(m -> m.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}
