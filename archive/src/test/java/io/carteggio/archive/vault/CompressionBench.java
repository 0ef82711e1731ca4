package io.carteggio.archive.vault;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDictCompress;
import io.carteggio.archive.entry.StarterDictionary;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What compression and dictionaries make of the records of an archive, without a server: octets by
/// kind of record, CPU time. A program, not a test; the records come from `RecordsDump` in the module
/// `embedded`. Run by hand, a line of settings a run:
///
/// ```
/// java -cp … io.carteggio.archive.vault.CompressionBench RECORDS
///     ["level=6 alone=3 moments=1000,8000 starter=0|1 kib=96 frames=1500 lengths=3,6,12 upto=24000 serves=32768
/// joint=1 dump=FILE" …]
/// ```
final class CompressionBench {
    private static final int LOOK_BACK = 50_000;

    private CompressionBench() {}

    /// @param octets as they are before compression; none where only the length is known
    /// @param bytes their length, or negative, the length they have compressed
    private record Entry(int type, String sender, Octets octets, int bytes) {}

    private static final class Settings {
        private final Map<String, String> given = new HashMap<>();

        Settings(String line) {
            for (String word : line.trim().split(" +", -1)) {
                if (!word.isEmpty()) {
                    given.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
                }
            }
        }

        String text(String name, String otherwise) {
            return given.getOrDefault(name, otherwise);
        }

        int number(String name, int otherwise) {
            return Integer.parseInt(text(name, Integer.toString(otherwise)));
        }
    }

    public static void main(String[] args) throws IOException {
        List<List<Entry>> frames = load(Path.of(args[0]));
        for (String line : Arrays.asList(args).subList(1, args.length)) {
            run(frames, new Settings(line), line, System.out);
        }
    }

    private static List<List<Entry>> load(Path records) throws IOException {
        List<List<Entry>> frames = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(records)))) {
            while (true) {
                int n = in.readUnsignedByte();
                List<Entry> frame = new ArrayList<>(n);
                for (int i = 0; i < n; i++) {
                    int type = in.readUnsignedByte();
                    in.readBoolean();
                    String sender = in.readUTF();
                    int bytes = in.readInt();
                    frame.add(new Entry(type, sender, Octets.of(in.readNBytes(Math.max(0, bytes))), bytes));
                }
                frames.add(frame);
            }
        } catch (EOFException end) {
            return frames;
        }
    }

    private static void run(List<List<Entry>> frames, Settings settings, String line, PrintStream out)
            throws IOException {
        int level = settings.number("level", Dictionary.LEVEL);
        List<Integer> moments = new ArrayList<>();
        for (String moment : settings.text("moments", "1000,8000").split(",", -1)) {
            moments.add(Integer.parseInt(moment));
        }
        Optional<Dictionary> dictionary =
                settings.number("starter", 0) == 1 ? Optional.of(StarterDictionary.make()) : Optional.empty();
        int upTo = Math.min(frames.size(), settings.number("upto", Integer.MAX_VALUE));
        int serves = settings.number("serves", Dictionary.SERVES_UP_TO_BYTES);
        boolean joint = settings.number("joint", 0) == 1;
        Map<String, long[]> sums = new TreeMap<>();
        StringBuilder said = new StringBuilder();
        long cpu = 0;
        ZstdCompressCtx context = new ZstdCompressCtx();
        Optional<ZstdDictCompress> with = dictionary.map(d -> new ZstdDictCompress(d.toBytes(), level));
        long dictionaries = 0;
        long first = 0;
        for (int i = 0; i < upTo; i++) {
            if (moments.contains(i)) {
                long start = cpuNanos();
                DictionaryTraining training = training(frames, i, settings);
                Optional<Dictionary> trained = training.train();
                said.append(String.format(
                        Locale.ROOT,
                        " [at %d: %d samples, %d octets, %.1f s]",
                        i,
                        training.samples(),
                        trained.map(t -> t.toBytes().length).orElse(0),
                        (cpuNanos() - start) / 1e9));
                if (trained.isPresent()) {
                    dictionaries += trained.get().toBytes().length;
                    with = Optional.of(new ZstdDictCompress(trained.get().toBytes(), level));
                    if (!settings.text("dump", "").isEmpty()) {
                        Files.write(
                                Path.of(settings.text("dump", "")),
                                trained.get().toBytes());
                    }
                }
            }
            long start = cpuNanos();
            for (int k = 0; k < frames.get(i).size(); k++) {
                Entry entry = frames.get(i).get(k);
                long[] sum = sums.computeIfAbsent(kind(entry), _ -> new long[3]);
                sum[0]++;
                sum[1] += Math.abs(entry.bytes());
                if (entry.bytes() < 0) {
                    sum[2] -= entry.bytes();
                } else if (joint
                        && k == 0
                        && frames.get(i).size() > 1
                        && frames.get(i).get(1).type() == 2
                        && frames.get(i).get(1).bytes() >= 0
                        && frames.get(i).get(1).bytes() < serves - 4096) {
                    sum[2] += 0;
                } else {
                    byte[] octets = entry.octets().toBytes();
                    if (joint && k == 1 && entry.type() == 2 && octets.length < serves - 4096) {
                        byte[] head = frames.get(i).getFirst().octets().toBytes();
                        byte[] letter = octets;
                        octets = Arrays.copyOf(head, head.length + letter.length);
                        System.arraycopy(letter, 0, octets, head.length, letter.length);
                    }
                    boolean suited = with.isPresent() && octets.length <= serves;
                    context.reset();
                    context.setLevel(suited ? level : settings.number("alone", 3));
                    context.setDictID(false);
                    context.setChecksum(false);
                    if (suited) {
                        context.loadDict(with.get());
                    }
                    byte[] to = new byte[(int) Zstd.compressBound(octets.length)];
                    sum[2] += Math.min(
                            octets.length, context.compressByteArray(to, 0, to.length, octets, 0, octets.length));
                }
            }
            cpu += cpuNanos() - start;
            if (i == 999) {
                first = sums.values().stream().mapToLong(s -> s[2]).sum();
            }
        }
        long records = sums.values().stream().mapToLong(s -> s[0]).sum();
        long compressed = sums.values().stream().mapToLong(s -> s[2]).sum();
        long framing = upTo * (64L + 4 + 4 + 6 + 32 + 115) + records * (48 + 16);
        out.printf(
                Locale.ROOT,
                "%s%n   %d frames: compressed %.2f MB (the first 1000: %d KB), framing, ledger and catalogue %.2f MB,"
                        + " dictionaries %.2f; %.4f ms CPU a frame%s%n",
                line,
                upTo,
                compressed / 1e6,
                first / 1000,
                framing / 1e6,
                dictionaries / 1e6,
                cpu / 1e6 / upTo,
                said);
        sums.forEach((kind, s) ->
                out.printf(Locale.ROOT, "   %-12s %6d: %d -> %d octets each%n", kind, s[0], s[1] / s[0], s[2] / s[0]));
        context.close();
    }

    private static String kind(Entry entry) {
        String type = FrameRecord.Type.ofCode(entry.type()).map(Enum::name).orElse("?");
        return Math.abs(entry.bytes()) > Dictionary.SERVES_UP_TO_BYTES ? type + ">32K" : type;
    }

    /// As the keeper takes its samples.
    private static DictionaryTraining training(List<List<Entry>> frames, int end, Settings settings) {
        int[] lengths = Arrays.stream(
                        settings.text("lengths", "3,6,12,24,48,96").split(",", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        DictionaryTraining training = new DictionaryTraining(
                settings.number("base", 1) == 1 ? StarterDictionary.octets() : new byte[0],
                settings.number("kib", 96) * 1024,
                lengths);
        int first = Math.max(0, end - LOOK_BACK);
        int step = Math.max(1, (end - first) / settings.number("frames", 1500));
        for (int i = first; i < end; i += step) {
            for (Entry entry : frames.get(i)) {
                if (entry.bytes() > 0 && entry.type() <= 2) {
                    training.sample(entry.octets().toBytes(), i, entry.sender());
                }
            }
        }
        return training;
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
