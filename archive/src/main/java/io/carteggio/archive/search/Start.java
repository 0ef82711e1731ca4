package io.carteggio.archive.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// In which order results come, and where among them a page begins. A page that begins where another ended goes on
/// exactly there, whatever comes into the archive or is erased meanwhile: newest first that is so by number, best first
/// because the words weigh what they weighed on the first page ([Ranking]), and what came since is left out.
public sealed interface Start {
    /// Newest first, the first page.
    static Start newest() {
        return new Newest(Long.MAX_VALUE);
    }

    /// Best first, the first page.
    static Start best() {
        return new Best();
    }

    /// Newest first.
    ///
    /// @param before only letters with smaller numbers
    record Newest(long before) implements Start {}

    /// Best first, from the beginning.
    record Best() implements Start {}

    /// Best first, behind a letter.
    record BestAfter(Ranking ranking, long score, long letter) implements Start {}

    /// By what letters are ranked.
    ///
    /// @param upTo only letters with numbers up to this one
    /// @param weights of the words looked for, in their order in the query
    record Ranking(long upTo, List<Integer> weights) {
        /// Most words that count; those behind find letters, too, but do not rank them.
        public static final int WORDS_LIMIT = 32;

        /// The weight of a word goes up to this.
        public static final int WEIGHT_LIMIT = 9_999;

        public Ranking {
            weights = List.copyOf(weights);
            if (weights.size() > WORDS_LIMIT || weights.stream().anyMatch(w -> w < 0 || w > WEIGHT_LIMIT)) {
                throw new IllegalArgumentException("weights " + weights);
            }
        }
    }

    /// Whether the newest come first.
    default boolean isNewestFirst() {
        return this instanceof Newest;
    }

    /// For an address or a program, to come back with.
    default String text() {
        return switch (this) {
            case Newest(long before) -> before == Long.MAX_VALUE ? "" : Long.toString(before);
            case Best() -> "best";
            case BestAfter(Ranking(long upTo, List<Integer> weights), long score, long letter) -> {
                StringBuilder text = new StringBuilder("best." + upTo + "." + score + "." + letter);
                weights.forEach(w -> text.append('.').append(w));
                yield text.toString();
            }
        };
    }

    /// Reads what [#text] wrote; empty where it is something else.
    static Optional<Start> parse(String text) {
        if (text.isEmpty()) {
            return Optional.of(newest());
        }
        if (text.equals("best")) {
            return Optional.of(best());
        }
        if (Form.NUMBER.matcher(text).matches()) {
            return Optional.of(new Newest(Long.parseLong(text)));
        }
        if (!Form.BEST.matcher(text).matches()) {
            return Optional.empty();
        }
        String[] parts = text.split("\\.", -1);
        List<Integer> weights = new ArrayList<>();
        for (int i = 4; i < parts.length; i++) {
            weights.add(Integer.parseInt(parts[i]));
        }
        return Optional.of(new BestAfter(
                new Ranking(Long.parseLong(parts[1]), weights), Long.parseLong(parts[2]), Long.parseLong(parts[3])));
    }

    /// How cursors look.
    final class Form {
        private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");
        private static final Pattern BEST = Pattern.compile(
                "best\\.[0-9]{1,18}\\.[0-9]{1,15}\\.[0-9]{1,18}(\\.[0-9]{1,4}){0," + Ranking.WORDS_LIMIT + "}");

        private Form() {}
    }
}
