package io.carteggio.mail.outlook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.mail.Content;
import io.carteggio.mail.structure.CorpusFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Files that lie: each gets a clear answer, in bounded time and memory.
@Tag("slow")
class HostileOutlookTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /// An item may become somewhat larger than its file by its transfer encodings, which take threefold at most.
    private static final int LARGER = 4;

    private static byte[] msg() {
        byte[] noise = new byte[9_000];
        new Random(1).nextBytes(noise);
        return MsgMaker.message("subject")
                .from("a", "a@example.com")
                .recipient(1, "b", "SMTP", "b@example.com")
                .text(0x1000, "text".repeat(2_000))
                .file("noise.bin", noise)
                .item(MsgMaker.message("inner").text(0x1000, "x"))
                .make();
    }

    private static byte[] patched(byte[] file, int at, int value) {
        byte[] bad = file.clone();
        ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return bad;
    }

    /// Where the octets of a sector begin, in a file of sectors of 512.
    private static int sector(int number) {
        return (number + 1) * 512;
    }

    @Test
    void damagedMsgFilesAreNamed() {
        byte[] good = msg();
        ByteBuffer head = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN);
        int table = head.getInt(76);
        int directory = head.getInt(48);
        Map<String, byte[]> cases = Map.ofEntries(
                Map.entry("it ends before", new byte[0]),
                Map.entry("another signature", new byte[600]),
                Map.entry("sectors of 2^200 octets", patched(good, 30, 200)),
                Map.entry("runs in a circle", patched(good, sector(table) + 4 * directory, directory)),
                Map.entry("lies outside the file", patched(good, 76, 0x00ffffff)),
                Map.entry("leads out of the file", patched(good, 48, 0x00ffffff)),
                Map.entry("it has no root", patched(good, sector(directory) + 64, 0x00010016)),
                Map.entry("is no tree", patched(good, sector(directory) + 76, 0x7fffffff)),
                Map.entry("no properties", patched(good, sector(directory) + 76, -1)));
        cases.forEach((why, file) -> assertThatThrownBy(() -> Outlook.msg(Content.of(file)))
                .as(why)
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining(why));
    }

    @Test
    void aCutMsgFileIsNamedOrLacksSomethingAndSaysSo() throws Exception {
        byte[] good = msg();
        int whole = Recomposed.of(Outlook.msg(Content.of(good))).source().length();
        for (int length = good.length - 512; length > 512; length -= 512) {
            try {
                Recomposed cut = Recomposed.of(Outlook.msg(Content.of(Arrays.copyOf(good, length))));
                if (cut.troubles().isEmpty()) {
                    assertThat(cut.source().length()).as("cut at %d", length).isEqualTo(whole);
                }
            } catch (DamagedException e) {
                assertThat(e.getMessage()).as("cut at %d", length).isNotBlank();
            }
        }
    }

    @Test
    void anItemWithinAnItemHasALimit() throws Exception {
        MsgMaker deep = MsgMaker.message("0");
        for (int i = 1; i <= OutlookItem.DEPTH_LIMIT + 5; i++) {
            deep = MsgMaker.message(String.valueOf(i)).item(deep);
        }
        Recomposed mail = Recomposed.of(deep);
        assertThat(mail.troubles()).singleElement().asString().contains("deep in each other");
    }

    @Test
    void whatIsTheSameAgainAndAgainIsTooMuch() throws Exception {
        Budget budget = new Budget(10);
        Properties six = new Properties(Map.of(1, Value.of(Value.BINARY, new Bytes(new byte[6]))), CodePages.WESTERN);
        budget.take(six);
        assertThatThrownBy(() -> budget.take(six)).isInstanceOf(DamagedException.class);
        assertThat(budget.spent()).isTrue();
        Budget members = new Budget(10);
        for (int i = 0; i < OutlookItem.MEMBERS_LIMIT; i++) {
            members.member();
        }
        assertThatThrownBy(members::member).isInstanceOf(DamagedException.class);
    }

    @Test
    void filesThatAreNoPstAreNamed() {
        byte[] head = new byte[600];
        head[0] = '!';
        head[1] = 'B';
        head[2] = 'D';
        head[3] = 'N';
        Map<String, byte[]> cases = Map.of(
                "it ends before",
                Arrays.copyOf(head, 100),
                "another signature",
                new byte[600],
                "of unknown version 99",
                patched(head, 10, 99),
                "export it as PST",
                patched(head, 10, 36),
                "encrypted in a way that is not known",
                patched(patched(head, 10, 23), 513, 16),
                "no page of a tree",
                patched(head, 10, 14));
        cases.forEach((why, file) -> assertThatThrownBy(() -> walk(file, damage -> {}))
                .as(why)
                .isInstanceOf(DamagedException.class)
                .hasMessageContaining(why));
    }

    @Test
    void theCyclicEncodingIsItsOwnInverse() {
        byte[] octets = new byte[70_000];
        new Random(2).nextBytes(octets);
        byte[] twice = octets.clone();
        PstEncoding.decode(PstEncoding.CYCLIC, twice, 0x12345678);
        assertThat(twice).isNotEqualTo(octets);
        PstEncoding.decode(PstEncoding.CYCLIC, twice, 0x12345678);
        assertThat(twice).isEqualTo(octets);
    }

    private static final class Counting extends OutputStream {
        private long count;

        @Override
        public void write(int octet) {
            count++;
        }

        @Override
        public void write(byte[] octets, int offset, int length) {
            count += length;
        }
    }

    private static void recompose(OutlookItem item, int fileBytes) throws IOException {
        Counting out = new Counting();
        Recomposer.write(item, out);
        assertThat(out.count).isLessThan((long) LARGER * fileBytes + 100_000);
    }

    private static int walk(byte[] file, Consumer<String> damage) throws IOException {
        int[] items = {0};
        Outlook.pst(Content.of(file), new Outlook.Finder() {
            @Override
            public void item(List<String> folder, String id, Outlook.Opener opener) throws IOException {
                try {
                    recompose(opener.open(), file.length);
                    items[0]++;
                } catch (DamagedException e) {
                    damage.accept(String.valueOf(e.getMessage()));
                }
            }

            @Override
            public void damaged(String folder, String why) {
                damage.accept(why);
            }
        });
        return items[0];
    }

    /// A few octets changed, or a stretch put elsewhere, or the end cut off.
    private static byte[] mutated(byte[] good, Random random) {
        byte[] bad = good.clone();
        for (int n = random.nextInt(8); n >= 0; n--) {
            int at = random.nextInt(bad.length);
            switch (random.nextInt(4)) {
                case 0 -> bad[at] = (byte) random.nextInt();
                case 1 -> bad[at] = (byte) (random.nextBoolean() ? 0xff : 0);
                case 2 -> bad[at] ^= (byte) (1 << random.nextInt(8));
                default -> {
                    int length = Math.min(random.nextInt(600), bad.length - at);
                    System.arraycopy(good, random.nextInt(good.length - length), bad, at, length);
                }
            }
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(bad, random.nextInt(bad.length)) : bad;
    }

    @Test
    void noMutationOfAMsgUpsetsTheReader() {
        List<byte[]> good = new ArrayList<>(List.of(msg()));
        corpus("msg", good);
        long seed = 20_261_128;
        Random random = new Random(seed);
        Assertions.assertTimeout(PATIENCE, () -> {
            for (int i = 0; i < 6_000; i++) {
                byte[] bad = mutated(good.get(i % good.size()), random);
                try {
                    recompose(Outlook.msg(Content.of(bad)), bad.length);
                } catch (DamagedException e) {
                    assertThat(e.getMessage()).isNotBlank();
                } catch (RuntimeException | StackOverflowError e) {
                    throw new AssertionError("seed " + seed + ", number " + i, e);
                }
            }
        });
    }

    @Test
    void noMutationOfAPstUpsetsTheReader() throws IOException {
        CorpusFiles.root();
        List<byte[]> good = new ArrayList<>();
        corpus("pst", good);
        long seed = 42;
        Random random = new Random(seed);
        int[] answers = {0};
        Assertions.assertTimeout(PATIENCE, () -> {
            for (int i = 0; i < 1_500; i++) {
                byte[] bad = mutated(good.get(i % good.size()), random);
                try {
                    walk(bad, why -> answers[0]++);
                } catch (DamagedException e) {
                    answers[0]++;
                } catch (RuntimeException | StackOverflowError e) {
                    throw new AssertionError("seed " + seed + ", number " + i, e);
                }
            }
        });
        assertThat(answers[0]).isGreaterThan(100);
    }

    private static void corpus(String kind, List<byte[]> into) {
        try {
            for (String path : CorpusFiles.files(kind)) {
                byte[] octets = CorpusFiles.bytes(path);
                if (octets.length < 1_000_000) {
                    into.add(octets);
                }
            }
        } catch (IOException | org.opentest4j.TestAbortedException e) {
            assertThat(into).as("without a corpus, what the test makes itself").isNotEmpty();
        }
    }
}
