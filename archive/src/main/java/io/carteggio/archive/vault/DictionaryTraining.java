package io.carteggio.archive.vault;

import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Makes a dictionary of what many letters have in common.
///
/// A dictionary outlives the letters it was made from, so nothing may get into it that could tell of
/// one of them: only strings that stand in at least [#LETTERS] letters of at least [#SENDERS]
/// unrelated senders (DESIGN 4, "Sealing"). The tables of frequencies that zstd puts before the
/// strings come from the samples as they are; they hold counts of octets, no strings. Belongs to one
/// thread.
public final class DictionaryTraining {
    /// A string must stand in so many letters.
    public static final int LETTERS = 20;

    /// A string must come from so many senders.
    public static final int SENDERS = 10;

    private static final int DICTIONARY_BYTES = 96 * 1024;

    /// Of each sample so much is looked at: the head of a mail, where likeness lies.
    private static final int SAMPLE_BYTES = 8 * 1024;

    private static final int SAMPLES_MOST = 4_000;
    private static final int TABLE_BITS = 22;

    /// Lengths of the strings that are counted, in tokens: a token is a run of letters and digits, or
    /// one other octet.
    private static final int[] LENGTHS = {96, 48, 24, 12, 6, 3};

    private static final int STRING_LEAST = 6;

    /// What zstd writes behind its tables: the three offsets it begins with.
    private static final byte[] BEFORE_CONTENT = {1, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0};

    private static final long BASE = 0x100000001b3L;
    private static final long[] POWERS = powers();

    /// A sample, with where its tokens begin and the polynomial sums from which any stretch's hash
    /// comes at once.
    private static final class Sample {
        private final String octets;
        private final String sender;
        private final int[] starts;
        private final long[] sums;

        Sample(String octets, String sender) {
            this.octets = octets;
            this.sender = sender;
            this.starts = startsOf(octets);
            this.sums = new long[octets.length() + 1];
            for (int i = 0; i < octets.length(); i++) {
                sums[i + 1] = sums[i] * BASE + octets.charAt(i) + 1;
            }
        }

        String octets() {
            return octets;
        }

        String sender() {
            return sender;
        }

        int[] starts() {
            return starts;
        }

        long[] sums() {
            return sums;
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

    /// Takes a sample, if there are not enough yet.
    ///
    /// @param octets of a record as they are to be compressed
    /// @param sender who sent it; strings of one sender count once
    public void sample(byte[] octets, String sender) {
        if (samples.size() < SAMPLES_MOST) {
            String text = new String(octets, 0, Math.min(octets.length, SAMPLE_BYTES), StandardCharsets.ISO_8859_1);
            samples.add(new Sample(text, sender));
        }
    }

    public int samples() {
        return samples.size();
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
        Map<String, Integer> strings = common();
        byte[] content = content(strings);
        Optional<byte[]> tables = tables();
        if (content.length < 1024 || tables.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Dictionary(ByteBuffer.allocate(tables.get().length + content.length)
                .put(tables.get())
                .put(content)
                .array()));
    }

    /// Strings that are common enough, each with the octets it would save: how often a sample would
    /// use it.
    private Map<String, Integer> common() {
        Map<String, Integer> uses = new HashMap<>();
        List<boolean[]> covered = new ArrayList<>();
        samples.forEach(s -> covered.add(new boolean[s.starts().length]));
        for (int tokens : LENGTHS) {
            Map<Long, Common> counted = count(tokens);
            for (int i = 0; i < samples.size(); i++) {
                Sample sample = samples.get(i);
                boolean[] taken = covered.get(i);
                for (int t = 0; t + tokens < sample.starts().length; t++) {
                    if (taken[t] || taken[t + tokens - 1]) {
                        continue;
                    }
                    Common common = counted.get(hash(sample, t, tokens));
                    if (common != null && common.enough()) {
                        String string = string(sample, t, tokens);
                        uses.merge(string, string.length(), Integer::sum);
                        for (int k = t; k < t + tokens; k++) {
                            taken[k] = true;
                        }
                        t += tokens - 1;
                    }
                }
            }
        }
        return uses;
    }

    private static String string(Sample sample, int token, int tokens) {
        return sample.octets().substring(sample.starts()[token], sample.starts()[token + tokens]);
    }

    private static final class Common {
        private int letters;
        private int lastSample = -1;
        private final Set<String> senders = new HashSet<>();

        boolean enough() {
            return letters >= LETTERS && senders.size() >= SENDERS;
        }
    }

    /// In how many samples of how many senders each string of so many tokens stands. Two passes: a
    /// rough count first, so that only strings that may be common enough are counted for sure.
    private Map<Long, Common> count(int tokens) {
        int[] rough = new int[1 << TABLE_BITS];
        int[] last = new int[1 << TABLE_BITS];
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            for (int t = 0; t + tokens < sample.starts().length; t++) {
                int slot = slot(hash(sample, t, tokens));
                if (last[slot] != i + 1) {
                    last[slot] = i + 1;
                    rough[slot]++;
                }
            }
        }
        Map<Long, Common> counted = new HashMap<>();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            for (int t = 0; t + tokens < sample.starts().length; t++) {
                long hash = hash(sample, t, tokens);
                int length = sample.starts()[t + tokens] - sample.starts()[t];
                if (rough[slot(hash)] >= LETTERS && length >= STRING_LEAST) {
                    Common common = counted.computeIfAbsent(hash, _ -> new Common());
                    if (common.lastSample != i) {
                        common.lastSample = i;
                        common.letters++;
                        if (common.senders.size() < SENDERS) {
                            common.senders.add(sample.sender());
                        }
                    }
                }
            }
        }
        return counted;
    }

    private static int slot(long hash) {
        return (int) (hash >>> (Long.SIZE - TABLE_BITS));
    }

    private static long hash(Sample sample, int token, int tokens) {
        long[] sums = sample.sums();
        int from = sample.starts()[token];
        int to = sample.starts()[token + tokens];
        long hash = sums[to] - sums[from] * POWERS[to - from];
        hash = (hash ^ (to - from)) * 0xbf58476d1ce4e5b9L;
        return (hash ^ (hash >>> 31)) * 0x94d049bb133111ebL;
    }

    /// The strings that save most, the best last, where zstd names them with the fewest bits. Between
    /// two of them stands a line end, so that no string comes about that nobody wrote.
    private static byte[] content(Map<String, Integer> strings) {
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
            if (all.length() + string.length() + 1 > DICTIONARY_BYTES) {
                break;
            }
            all.append(string).append('\n');
            chosen.add(string);
        }
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (String string : chosen.reversed()) {
            content.writeBytes(string.getBytes(StandardCharsets.ISO_8859_1));
            content.write('\n');
        }
        return content.toByteArray();
    }

    /// The head of a dictionary that zstd makes of the samples, up to where its strings begin.
    private Optional<byte[]> tables() {
        int total = samples.stream().mapToInt(s -> s.octets().length()).sum();
        ZstdDictTrainer trainer = new ZstdDictTrainer(total, 16 * 1024, Dictionary.LEVEL);
        samples.forEach(s -> trainer.addSample(s.octets().getBytes(StandardCharsets.ISO_8859_1)));
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
