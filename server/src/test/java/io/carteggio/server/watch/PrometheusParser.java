package io.carteggio.server.watch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A parser of Prometheus' text format 0.0.4 that takes nothing it need not take, written from its
/// description ("Exposition formats") and sharing nothing with the writer.
public final class PrometheusParser {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern LABEL = Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|[+-]?Inf");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary", "untyped");

    private final Map<String, Family> families = new LinkedHashMap<>();

    /// A metric with all its samples.
    private static final class Family {
        private final String name;
        private Optional<String> help = Optional.empty();
        private Optional<String> type = Optional.empty();
        private final Map<Sample, Double> samples = new LinkedHashMap<>();

        private Family(String name) {
            this.name = name;
        }
    }

    private record Sample(String name, Map<String, String> labels) {}

    private PrometheusParser() {}

    /// Parses a whole scrape.
    ///
    /// @throws IllegalArgumentException naming the line that is not as the format has it
    public static PrometheusParser parse(String text) {
        PrometheusParser parser = new PrometheusParser();
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new IllegalArgumentException("the last line has no line feed");
        }
        Optional<Family> current = Optional.empty();
        for (String line : text.split("\n", -1)) {
            try {
                if (!line.isEmpty()) {
                    current = Optional.of(parser.line(line, current));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(e.getMessage() + ": " + line, e);
            }
        }
        parser.families.values().forEach(PrometheusParser::check);
        return parser;
    }

    /// The value of a sample; labels as `name`, `value`, `name`, `value`.
    public double value(String name, String... labels) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            wanted.put(labels[i], labels[i + 1]);
        }
        for (Family family : families.values()) {
            Double value = family.samples.get(new Sample(name, wanted));
            if (value != null) {
                return value;
            }
        }
        throw new AssertionError("no sample " + name + wanted + " among " + families.keySet());
    }

    /// The type of a metric.
    public String type(String name) {
        return Objects.requireNonNull(families.get(name), name).type.orElseThrow();
    }

    private Family line(String line, Optional<Family> current) {
        if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
            String rest = line.substring(7);
            int blank = rest.indexOf(' ');
            require(blank > 0, "no text after the name");
            String name = rest.substring(0, blank);
            String text = rest.substring(blank + 1);
            require(NAME.matcher(name).matches(), "not a name");
            Family family = families.get(name);
            if (family == null) {
                family = new Family(name);
                families.put(name, family);
            } else {
                require(current.isPresent() && current.get() == family, "the family began before");
            }
            require(family.samples.isEmpty(), "its samples came before");
            if (line.startsWith("# HELP ")) {
                require(family.help.isEmpty(), "a second HELP");
                require(text.replace("\\\\", "").replace("\\n", "").indexOf('\\') < 0, "a wrong escape");
                family.help = Optional.of(text);
            } else {
                require(family.type.isEmpty(), "a second TYPE");
                require(TYPES.contains(text), "an unknown type");
                family.type = Optional.of(text);
            }
            return family;
        }
        require(!line.startsWith("#"), "a comment that nobody needs");
        require(current.isPresent(), "a sample before its TYPE");
        sample(line, current.get());
        return current.get();
    }

    private static void sample(String line, Family family) {
        Matcher name = NAME.matcher(line);
        require(name.lookingAt(), "no name");
        int at = name.end();
        Map<String, String> labels = new TreeMap<>();
        if (at < line.length() && line.charAt(at) == '{') {
            at++;
            while (true) {
                Matcher label = LABEL.matcher(line).region(at, line.length());
                require(label.lookingAt(), "no label");
                at = label.end();
                require(line.startsWith("=\"", at), "no value of a label");
                StringBuilder value = new StringBuilder();
                for (at += 2; ; at++) {
                    require(at < line.length(), "a value without end");
                    char c = line.charAt(at);
                    if (c == '"') {
                        at++;
                        break;
                    }
                    if (c == '\\') {
                        at++;
                        require(at < line.length(), "a value without end");
                        c = switch (line.charAt(at)) {
                            case '\\' -> '\\';
                            case '"' -> '"';
                            case 'n' -> '\n';
                            default -> throw new IllegalArgumentException("a wrong escape");
                        };
                    }
                    value.append(c);
                }
                require(labels.put(label.group(), value.toString()) == null, "a label twice");
                require(at < line.length(), "labels without end");
                char next = line.charAt(at++);
                if (next == '}') {
                    break;
                }
                require(next == ',', "neither comma nor brace");
            }
        }
        require(at < line.length() && line.charAt(at) == ' ', "no value");
        String number = line.substring(at + 1);
        require(NUMBER.matcher(number).matches(), "not a number");
        double value = number(number);
        String suffix = name.group().startsWith(family.name) ? name.group().substring(family.name.length()) : "?";
        boolean belongs = family.type.equals(Optional.of("histogram"))
                ? Set.of("_bucket", "_sum", "_count").contains(suffix)
                : suffix.isEmpty();
        require(belongs, "a sample of another family");
        require(family.samples.put(new Sample(name.group(), labels), value) == null, "a sample twice");
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    private static void check(Family family) {
        require(family.help.isPresent() && family.type.isPresent(), "no HELP or no TYPE: " + family.name);
        switch (family.type.get()) {
            case "counter" -> {
                require(family.name.endsWith("_total"), "a counter's name ends with _total: " + family.name);
                family.samples.forEach((s, v) -> require(v >= 0, "a counter below zero: " + s));
            }
            case "histogram" -> histogram(family);
            default -> {}
        }
    }

    private static void histogram(Family family) {
        Map<Map<String, String>, List<Double>> bounds = new LinkedHashMap<>();
        Map<Map<String, String>, Double> last = new LinkedHashMap<>();
        Set<Map<String, String>> sums = new HashSet<>();
        Map<Map<String, String>, Double> counts = new LinkedHashMap<>();
        family.samples.forEach((sample, value) -> {
            Map<String, String> labels = new TreeMap<>(sample.labels());
            if (sample.name().endsWith("_bucket")) {
                String bound = Objects.requireNonNull(labels.remove("le"), () -> "a bucket without le: " + sample);
                List<Double> before = bounds.computeIfAbsent(labels, l -> new ArrayList<>());
                require(before.isEmpty() || before.getLast() < number(bound), "bounds do not rise: " + sample);
                before.add(number(bound));
                require(last.getOrDefault(labels, 0.0) <= value, "buckets do not add up: " + sample);
                last.put(labels, value);
            } else if (sample.name().endsWith("_sum")) {
                sums.add(labels);
            } else {
                counts.put(labels, value);
            }
        });
        bounds.forEach((labels, list) -> {
            require(list.getLast() == Double.POSITIVE_INFINITY, "no bucket for all: " + labels);
            require(sums.contains(labels), "no sum: " + labels);
            require(Objects.equals(last.get(labels), counts.get(labels)), "count and last bucket differ: " + labels);
        });
        require(counts.keySet().equals(bounds.keySet()), "counts without buckets: " + family.name);
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException(what);
        }
    }
}
