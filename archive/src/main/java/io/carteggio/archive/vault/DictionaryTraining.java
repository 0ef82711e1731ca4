package io.carteggio.archive.vault;

import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// Makes a dictionary of what many letters have in common.
///
/// A dictionary outlives the letters it was made from, so nothing may get into it that could tell of
/// one of them: only strings that stand in at least [#LETTERS] letters of at least [#SENDERS]
/// unrelated senders (DESIGN 4, "Sealing"). What stands both in a letter and in its manifest stands in
/// one letter, and all senders of one [#house] are one sender. The tables of frequencies that zstd puts
/// before the strings come from the samples as they are; they hold counts of octets, no strings.
/// Belongs to one thread.
public final class DictionaryTraining {
    /// A string must stand in so many letters.
    public static final int LETTERS = 20;

    /// A string must come from so many senders.
    public static final int SENDERS = 10;

    /// Of each sample so much is looked at: the head of a mail, where likeness lies.
    public static final int SAMPLE_BYTES = 8 * 1024;

    /// Strings that are shorter are not worth their place, and none shorter is ever looked for.
    static final int STRING_LEAST = 6;

    private static final int STRINGS_BYTES = 96 * 1024;
    private static final int STRINGS_LEAST_BYTES = 1024;

    /// So much is looked at in all; it takes about six times as much memory.
    private static final int SAMPLES_BYTES = 16 << 20;

    private static final int TABLE_BITS = 22;

    /// So many octets of samples tell the frequencies well enough.
    private static final int TABLES_FROM_BYTES = 4 << 20;

    private static final int TABLES_BYTES = 64 * 1024;

    /// Lengths of the strings that are counted, in tokens: a token is a run of letters and digits, or
    /// one other octet. Each is at most twice as long as the one before, so that the shorter ones at its ends
    /// leave nothing out.
    private static final int[] LENGTHS = {3, 6, 12, 24, 48, 96};

    /// What zstd writes behind its tables: the three offsets it begins with.
    private static final byte[] BEFORE_CONTENT = {1, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0};

    /// Under a country's domain, what many register under.
    private static final Set<String> SECOND_LEVELS = Set.of("ac", "co", "com", "edu", "gov", "net", "or", "org");

    private static final long BASE = 0x100000001b3L;
    private static final long[] POWERS = powers();

    /// A sample, with where its tokens begin and the polynomial sums up to there, from which any
    /// stretch's hash comes at once.
    private static final class Sample {
        private final String octets;
        private final long arrival;
        private final int house;
        private final int[] starts;
        private final long[] sums;

        Sample(String octets, long arrival, int house) {
            this.octets = octets;
            this.arrival = arrival;
            this.house = house;
            this.starts = startsOf(octets);
            this.sums = new long[starts.length];
            long sum = 0;
            int token = 0;
            for (int i = 0; token < starts.length; i++) {
                if (starts[token] == i) {
                    sums[token++] = sum;
                }
                sum = i < octets.length() ? sum * BASE + octets.charAt(i) + 1 : sum;
            }
        }

        /// How many tokens it has.
        int tokens() {
            return starts.length - 1;
        }

        String string(int token, int tokens) {
            return octets.substring(starts[token], starts[token + tokens]);
        }

        int lengthBytes(int token, int tokens) {
            return starts[token + tokens] - starts[token];
        }

        long hash(int token, int tokens) {
            int length = lengthBytes(token, tokens);
            long hash = sums[token + tokens] - sums[token] * POWERS[length];
            hash = (hash ^ length) * 0xbf58476d1ce4e5b9L;
            return (hash ^ (hash >>> 31)) * 0x94d049bb133111ebL;
        }
    }

    private static long[] powers() {
        long[] powers = new long[SAMPLE_BYTES + 1];
        powers[0] = 1;
        for (int i = 1; i < powers.length; i++) {
            powers[i] = powers[i - 1] * BASE;
        }
        return powers;
    }

    private final List<Sample> samples = new ArrayList<>();
    private final Map<String, Integer> houses = new HashMap<>();
    private long sampleBytes;
    private final byte[] common;
    private final int stringsBytes;
    private final int[] lengths;

    /// @param common what stands in the dictionary whatever the letters say: strings that are nobody's
    public DictionaryTraining(byte[] common) {
        this(common, STRINGS_BYTES, LENGTHS);
    }

    DictionaryTraining(byte[] common, int stringsBytes, int... lengths) {
        this.common = common.clone();
        this.stringsBytes = stringsBytes;
        this.lengths = lengths.clone();
    }

    /// Takes a sample, if there are not enough yet. Those of one arrival come one after the other.
    ///
    /// @param octets of a record as they are to be compressed
    /// @param arrival number of the frame that the record lies in
    /// @param sender the key of the address it came from, empty where nobody is named
    public void sample(byte[] octets, long arrival, String sender) {
        if (sampleBytes >= SAMPLES_BYTES) {
            return;
        }
        String text = new String(octets, 0, Math.min(octets.length, SAMPLE_BYTES), StandardCharsets.ISO_8859_1);
        sampleBytes += text.length();
        samples.add(new Sample(text, arrival, houses.computeIfAbsent(house(sender), _ -> houses.size())));
    }

    public int samples() {
        return samples.size();
    }

    /// Senders who are related have one house: the domain that was registered, as far as it can be
    /// told without a list that ages. Where it cannot be told, too many are taken to be related, never
    /// too few.
    static String house(String sender) {
        int at = sender.lastIndexOf('@');
        List<String> labels = new ArrayList<>(
                Arrays.asList(sender.substring(at + 1).toLowerCase(Locale.ROOT).split("\\.", -1)));
        labels.removeIf(String::isEmpty);
        int n = labels.size();
        if (at < 0 || n < 2) {
            return ""; // nobody in particular
        }
        boolean underCountry = n > 2 && labels.get(n - 1).length() == 2 && SECOND_LEVELS.contains(labels.get(n - 2));
        return String.join(".", labels.subList(n - (underCountry ? 3 : 2), n));
    }

    private static int[] startsOf(String text) {
        int[] starts = new int[text.length() + 1];
        int count = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean word = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (!word || !inWord) {
                starts[count++] = i;
            }
            inWord = word;
        }
        starts[count++] = text.length();
        return Arrays.copyOf(starts, count);
    }

    /// Makes the dictionary; empty where the samples have too little in common.
    public Optional<Dictionary> train() {
        return train(() -> false);
    }

    /// The same, given up soon after `cancelled` says so; then empty too.
    public Optional<Dictionary> train(BooleanSupplier cancelled) {
        byte[] content = content(chosen(cancelled));
        if (content.length < STRINGS_LEAST_BYTES || cancelled.getAsBoolean()) {
            return Optional.empty();
        }
        return tables().map(tables -> new Dictionary(ByteBuffer.allocate(tables.length + common.length + content.length)
                .put(tables)
                .put(common)
                .put(content)
                .array()));
    }

    /// The strings that the dictionary is made of, in their order there; none where
    /// cancelled.
    List<String> chosen(BooleanSupplier cancelled) {
        return best(common(cancelled)).reversed();
    }

    /// Strings that are common enough, each with the octets it would save: how often a sample would
    /// use it, if each took the longest it can.
    private Map<String, Integer> common(BooleanSupplier cancelled) {
        List<List<BitSet>> found = new ArrayList<>(lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            found.add(
                    i == 0
                            ? found(lengths[0], 0, List.of(), cancelled)
                            : found(lengths[i], lengths[i - 1], found.get(i - 1), cancelled));
            if (cancelled.getAsBoolean()) {
                return Map.of();
            }
        }
        Map<String, Integer> uses = new HashMap<>();
        for (int i = 0; i < samples.size() && !cancelled.getAsBoolean(); i++) {
            Sample sample = samples.get(i);
            BitSet covered = new BitSet(sample.tokens());
            for (int k = lengths.length - 1; k >= 0; k--) {
                int tokens = lengths[k];
                BitSet here = found.get(k).get(i);
                for (int t = here.nextSetBit(0); t >= 0; t = here.nextSetBit(t + 1)) {
                    if (sample.lengthBytes(t, tokens) >= STRING_LEAST
                            && !covered.get(t)
                            && !covered.get(t + tokens - 1)) {
                        String string = sample.string(t, tokens);
                        uses.merge(string, string.length(), Integer::sum);
                        covered.set(t, t + tokens);
                    }
                }
            }
        }
        return cancelled.getAsBoolean() ? Map.of() : uses;
    }

    /// How often a string was found. It is found by its hash, and counted where its octets are the same.
    private static final class Common {
        private final Sample firstIn;
        private final int first;
        private int letters;
        private long lastArrival = -1;
        private int senders;
        private final int[] houses = new int[SENDERS];

        Common(Sample firstIn, int first) {
            this.firstIn = firstIn;
            this.first = first;
        }

        boolean isOf(Sample sample, int token, int tokens) {
            int length = sample.lengthBytes(token, tokens);
            return length == firstIn.lengthBytes(first, tokens)
                    && firstIn.octets.regionMatches(firstIn.starts[first], sample.octets, sample.starts[token], length);
        }

        void count(Sample sample) {
            if (lastArrival == sample.arrival) {
                return;
            }
            lastArrival = sample.arrival;
            letters++;
            for (int i = 0; i < senders; i++) {
                if (houses[i] == sample.house) {
                    return;
                }
            }
            if (senders < SENDERS) {
                houses[senders++] = sample.house;
            }
        }

        boolean enough() {
            return letters >= LETTERS && senders >= SENDERS;
        }
    }

    /// Strings by their hashes; several times as fast as a map of objects.
    private static final class Counted {
        private final List<Common> strings = new ArrayList<>();
        private long[] hashes = new long[1 << 16];
        private int[] numbers = new int[hashes.length]; // in `strings`, from 1; 0 = none

        /// The string with a hash; a new one is the one that begins here.
        Common of(long hash, Sample sample, int token) {
            int slot = slot(hash);
            if (numbers[slot] == 0) {
                strings.add(new Common(sample, token));
                hashes[slot] = hash;
                numbers[slot] = strings.size();
                if (strings.size() > hashes.length / 2) {
                    grow();
                }
                return strings.getLast();
            }
            return strings.get(numbers[slot] - 1);
        }

        private int slot(long hash) {
            int mask = hashes.length - 1;
            int slot = (int) hash & mask;
            while (numbers[slot] != 0 && hashes[slot] != hash) {
                slot = (slot + 1) & mask;
            }
            return slot;
        }

        private void grow() {
            long[] before = hashes;
            int[] had = numbers;
            hashes = new long[2 * before.length];
            numbers = new int[hashes.length];
            for (int i = 0; i < before.length; i++) {
                if (had[i] != 0) {
                    int slot = slot(before[i]);
                    hashes[slot] = before[i];
                    numbers[slot] = had[i];
                }
            }
        }
    }

    /// Where in each sample a string of so many tokens begins that stands in enough letters of enough
    /// senders. A rough count first, so that only strings that may be common enough are counted for sure; and a
    /// string can only be common where the shorter ones at its two ends are.
    ///
    /// @param ends length of the shorter strings; 0 where there are none
    /// @param common where these are common
    private List<BitSet> found(int tokens, int ends, List<BitSet> common, BooleanSupplier cancelled) {
        int[] rough = new int[1 << TABLE_BITS];
        int[] last = new int[1 << TABLE_BITS];
        List<BitSet> maybe = new ArrayList<>(samples.size());
        for (int i = 0; i < samples.size() && !cancelled.getAsBoolean(); i++) {
            Sample sample = samples.get(i);
            BitSet here = new BitSet(sample.tokens());
            maybe.add(here);
            for (int t = 0; t + tokens <= sample.tokens(); t++) {
                if (ends == 0 || (common.get(i).get(t) && common.get(i).get(t + tokens - ends))) {
                    here.set(t);
                    int slot = slot(sample.hash(t, tokens));
                    if (last[slot] != i + 1) {
                        last[slot] = i + 1;
                        rough[slot]++;
                    }
                }
            }
        }
        Counted counted = new Counted();
        for (int i = 0; i < maybe.size() && !cancelled.getAsBoolean(); i++) {
            Sample sample = samples.get(i);
            BitSet here = maybe.get(i);
            for (int t = here.nextSetBit(0); t >= 0; t = here.nextSetBit(t + 1)) {
                long hash = sample.hash(t, tokens);
                if (rough[slot(hash)] < LETTERS) {
                    here.clear(t);
                    continue;
                }
                Common string = counted.of(hash, sample, t);
                if (string.isOf(sample, t, tokens)) {
                    string.count(sample);
                } else {
                    here.clear(t);
                }
            }
        }
        for (int i = 0; i < maybe.size() && !cancelled.getAsBoolean(); i++) {
            Sample sample = samples.get(i);
            BitSet here = maybe.get(i);
            for (int t = here.nextSetBit(0); t >= 0; t = here.nextSetBit(t + 1)) {
                if (!counted.of(sample.hash(t, tokens), sample, t).enough()) {
                    here.clear(t);
                }
            }
        }
        return maybe;
    }

    private static int slot(long hash) {
        return (int) (hash >>> (Long.SIZE - TABLE_BITS));
    }

    /// The strings that save most, as many as have room, the best first.
    private List<String> best(Map<String, Integer> strings) {
        List<Map.Entry<String, Integer>> best = new ArrayList<>(strings.entrySet());
        best.sort(Map.Entry.<String, Integer>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())));
        List<String> chosen = new ArrayList<>();
        StringBuilder all = new StringBuilder();
        for (Map.Entry<String, Integer> entry : best) {
            String string = entry.getKey();
            if (entry.getValue() < LETTERS * string.length() || all.indexOf(string) >= 0) {
                continue;
            }
            if (all.length() + string.length() + 1 > stringsBytes) {
                break;
            }
            all.append(string).append('\n');
            chosen.add(string);
        }
        return chosen;
    }

    /// The best stand last, where zstd names them with the fewest bits. Between two of them stands a
    /// line end, so that no string comes about that nobody wrote.
    private static byte[] content(List<String> strings) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (String string : strings) {
            content.writeBytes(string.getBytes(StandardCharsets.ISO_8859_1));
            content.write('\n');
        }
        return content.toByteArray();
    }

    /// The head of a dictionary that zstd makes of the samples, up to where its strings begin.
    private Optional<byte[]> tables() {
        ZstdDictTrainer trainer = new ZstdDictTrainer(TABLES_FROM_BYTES, TABLES_BYTES, Dictionary.LEVEL);
        long total = samples.stream().mapToLong(s -> s.octets.length()).sum();
        long step = Math.max(1, (total + TABLES_FROM_BYTES - 1) / TABLES_FROM_BYTES);
        for (int i = 0; i < samples.size(); i += (int) step) {
            trainer.addSample(samples.get(i).octets.getBytes(StandardCharsets.ISO_8859_1));
        }
        byte[] made;
        try {
            made = trainer.trainSamples();
        } catch (ZstdException tooLittle) {
            return Optional.empty();
        }
        for (int i = 8; i + BEFORE_CONTENT.length <= made.length; i++) {
            if (Arrays.equals(made, i, i + BEFORE_CONTENT.length, BEFORE_CONTENT, 0, BEFORE_CONTENT.length)) {
                return Optional.of(Arrays.copyOf(made, i + BEFORE_CONTENT.length));
            }
        }
        return Optional.empty();
    }
}
