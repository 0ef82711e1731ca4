package io.carteggio.archive.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.vault.Recipe.Base64Form;
import io.carteggio.archive.vault.Recipe.PartName;
import io.carteggio.archive.vault.Recipe.Piece;
import io.carteggio.archive.vault.Sidecar.Gone;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.mail.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Records from content to sealed octets and back, and what becomes of them in wrong hands
/// (`docs/format/segment.md`, "Records" and "Sidecar").
class RecordsTest {
    private static final Key KEY = Key.of("0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII));
    private static final byte[] ARCHIVE = new byte[16];
    private static final byte[] ABOUT = RecordSeal.associatedData(ARCHIVE, 7, 1, 2, 0);

    private static byte[] octets(int length) {
        byte[] octets = new byte[length];
        new Random(length).nextBytes(octets);
        return octets;
    }

    private static byte[] sealed(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new RecordSeal.Sealer().seal(plain, plain.length, KEY, ABOUT, (octets, length) -> out.write(octets, 0, length));
        return out.toByteArray();
    }

    // ---- sealing ----

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 65_535, 65_536, 65_537, 131_072, 200_000})
    void whatIsSealedComesBack(int length) throws IOException {
        byte[] plain = octets(length);
        byte[] sealed = sealed(plain);
        assertThat(sealed.length).isEqualTo((int) RecordSeal.sealedBytes(length));
        assertThat(RecordSeal.unseal(sealed, KEY, ABOUT)).isEqualTo(plain);
        try (InputStream in = RecordSeal.unseal(new ByteArrayInputStream(sealed), KEY, ABOUT)) {
            assertThat(in.readAllBytes()).isEqualTo(plain);
        }
    }

    private static void refused(byte[] sealed, Key key, byte[] about) {
        assertThatThrownBy(() -> RecordSeal.unseal(sealed, key, about)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> RecordSeal.unseal(new ByteArrayInputStream(sealed), key, about)
                        .readAllBytes())
                .isInstanceOf(IOException.class);
    }

    @Test
    void nothingElseIsUnsealed() throws IOException {
        byte[] sealed = sealed(octets(150_000));
        int chunk = RecordSeal.CHUNK_BYTES + RecordSeal.TAG_BYTES;
        for (int at : new int[] {0, 65_535, 65_540, chunk, chunk + 9, sealed.length - 1}) {
            byte[] flipped = sealed.clone();
            flipped[at] ^= 1;
            refused(flipped, KEY, ABOUT);
        }
        refused(Arrays.copyOf(sealed, chunk), KEY, ABOUT); // cut where a chunk ends
        refused(Arrays.copyOf(sealed, sealed.length - 1), KEY, ABOUT);
        refused(Arrays.copyOf(sealed, sealed.length + 1), KEY, ABOUT);
        refused(new byte[0], KEY, ABOUT);
        byte[] swapped = sealed.clone();
        System.arraycopy(sealed, chunk, swapped, 0, chunk);
        System.arraycopy(sealed, 0, swapped, chunk, chunk);
        refused(swapped, KEY, ABOUT);
        refused(sealed, KEY.derive(0), ABOUT);
        for (byte[] about : List.of(
                RecordSeal.associatedData(octets(16), 7, 1, 2, 0),
                RecordSeal.associatedData(ARCHIVE, 8, 1, 2, 0),
                RecordSeal.associatedData(ARCHIVE, 7, 2, 2, 0),
                RecordSeal.associatedData(ARCHIVE, 7, 1, 3, 0),
                RecordSeal.associatedData(ARCHIVE, 7, 1, 2, 1))) {
            refused(sealed, KEY, about);
        }
    }

    // ---- recipes ----

    @ParameterizedTest
    @CsvSource({
        "76, true, true, 1000",
        "76, true, false, 1000",
        "76, false, true, 57",
        "76, false, false, 58",
        "72, true, true, 1",
        "4, false, true, 10",
        "64, true, false, 0",
        "65532, false, false, 100000",
        "76, true, true, 114",
    })
    void base64ComesOutAsItWas(int line, boolean crlf, boolean ended, int length) throws IOException {
        byte[] decoded = octets(length);
        Base64Form form = new Base64Form(line, crlf, ended);
        String end = crlf ? "\r\n" : "\n";
        String expected = Base64.getMimeEncoder(line, end.getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(decoded)
                + (ended && length > 0 ? end : "");
        byte[] encoded = form.encode(new ByteArrayInputStream(decoded), length).readAllBytes();
        assertThat(new String(encoded, StandardCharsets.US_ASCII)).isEqualTo(expected);
        assertThat(form.encodedBytes(length)).isEqualTo(encoded.length);

        String letter = "Subject: x\r\n\r\n" + expected + "-- \r\n" + expected + "end";
        Recipe recipe = new Recipe(List.of(
                new Piece.Inline(14),
                new Piece.InlineBase64(length, form),
                new Piece.Inline(5),
                new Piece.PartBase64(length, form, new PartName(0, 2)),
                new Piece.Inline(3)));
        byte[] kept = recipe.kept(Content.of(letter.getBytes(StandardCharsets.US_ASCII)))
                .toByteArray(1 << 20);
        byte[] composed = Recipe.compose(new ByteArrayInputStream(kept), name -> Content.of(decoded))
                .readAllBytes();
        assertThat(new String(composed, StandardCharsets.US_ASCII)).isEqualTo(letter);
        assertThat(Recipe.parts(new ByteArrayInputStream(kept))).containsExactly(new PartName(0, 2));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 75, 78, 65_536})
    void linesThatNoBase64Has(int line) {
        assertThatThrownBy(() -> new Base64Form(line, true, true)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // not even a count
                "00000001", // a piece that is missing
                "ffffffff", // more pieces than there are octets in the world
                "7fffffff",
                "00000001 03 0000000000000001", // no such kind
                "00000001 00 ffffffffffffffff", // negative
                "00000001 00 0000000000000005 61", // its octets end early
                "00000001 01 0000000000000008 004c 06 0000000000000006 6161", // so do decoded ones
                "00000001 01 0000000000000008 0000 06 0000000000000006 616161616161", // lines of nothing
                "00000001 02 0000000000000008 004c 06", // cut in a name
            })
    void hostileRecipes(String hex) {
        byte[] kept = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThatThrownBy(() -> Recipe.compose(new ByteArrayInputStream(kept), name -> Content.of(new byte[0]))
                        .readAllBytes())
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNoRecipeIsClosed() {
        AtomicBoolean closed = new AtomicBoolean();
        InputStream none = new ByteArrayInputStream(new byte[] {-1, -1, -1, -1}) {
            @Override
            public void close() {
                closed.set(true);
            }
        };
        assertThatThrownBy(() -> Recipe.compose(none, name -> Content.of(new byte[0])))
                .isInstanceOf(IOException.class);
        assertThat(closed).isTrue();
    }

    // ---- compression ----

    @Test
    void compressionAndItsLimits() throws IOException {
        byte[] text = "Dear Anna, all the best to you and yours. ".repeat(400).getBytes(StandardCharsets.US_ASCII);
        byte[] packed =
                Compression.compress(text, text.length, Optional.empty()).orElseThrow();
        assertThat(Compression.decompress(packed, 0, Optional.empty(), text.length))
                .isEqualTo(text);
        assertThatThrownBy(() -> Compression.decompress(packed, 0, Optional.empty(), text.length - 1))
                .as("a bomb")
                .isInstanceOf(IOException.class);
        byte[] flipped = packed.clone();
        flipped[1] ^= 0x7f;
        assertThatThrownBy(() -> Compression.decompress(flipped, 0, Optional.empty(), text.length))
                .isInstanceOf(IOException.class);
        byte[] noise = octets(1000);
        assertThat(Compression.compress(noise, noise.length, Optional.empty()))
                .as("what does not get smaller stays as it is")
                .isEmpty();
        byte[] fork = text.clone();
        fork[5] = 'B';
        byte[] like = Compression.compressLike(fork, fork.length, text).orElseThrow();
        assertThat(Compression.decompressLike(like, 0, text, fork.length)).isEqualTo(fork);
    }

    /// What was compressed as a stream does not say how long it is.
    @Test
    void aStreamIsUndoneInMemoryUpToTheLimit() throws IOException {
        byte[] text = "Dear Anna, all the best to you and yours. ".repeat(4_000).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream zstd = Compression.compressing(out, Optional.empty())) {
            zstd.write(text);
        }
        byte[] packed = out.toByteArray();
        assertThat(Compression.decompress(packed, 0, Optional.empty(), text.length))
                .isEqualTo(text);
        assertThatThrownBy(() -> Compression.decompress(packed, 0, Optional.empty(), text.length - 1))
                .as("a bomb")
                .isInstanceOf(IOException.class);
        byte[] cut = Arrays.copyOf(packed, packed.length - 5);
        assertThatThrownBy(() -> Compression.decompress(cut, 0, Optional.empty(), text.length))
                .isInstanceOf(IOException.class);
    }

    /// A dictionary serves from its first octet to its last, behind any number of others.
    @ParameterizedTest
    @ValueSource(ints = {1, 1_000, 262_144, 262_145, 2_097_152, 2_097_153, 8_388_608})
    void allOfAnotherRecordServes(int size) throws IOException {
        byte[] other = octets(size);
        byte[] traces = octets(500);
        byte[] fork = Arrays.copyOf(traces, Math.min(size, 8_388_108) + traces.length);
        System.arraycopy(other, 0, fork, traces.length, fork.length - traces.length);
        Optional<byte[]> like = Compression.compressLike(fork, fork.length, other);
        if (size < 1_000) {
            assertThat(like).as("nothing is won").isEmpty();
        } else {
            assertThat(like.orElseThrow()).hasSizeLessThan(2_500 + size / 700);
            assertThat(Compression.decompressLike(like.get(), 0, other, fork.length))
                    .isEqualTo(fork);
        }
    }

    // ---- sidecars ----

    @Test
    void sidecarsComeBackAndNothingElseDoes() {
        KeyTree keys = new KeyTree(KEY).without(List.of(KeyTree.leaf(3, 1)));
        Tombstone stone =
                new Tombstone(9, List.of(new Gone(1, 1)), 12, Optional.of(Octets.of(new byte[] {(byte) 0xa0})));
        Sidecar sidecar = new Sidecar(5, 2, keys, Map.of(9L, stone));
        byte[] file = sidecar.toBytes(KEY, ARCHIVE);
        Sidecar read = Sidecar.read(file, 5, KEY, ARCHIVE).orElseThrow();
        assertThat(read.keys().nodes()).isEqualTo(keys.nodes());
        assertThat(read.erased()).isEqualTo(Map.of(9L, stone));
        assertThat(Sidecar.generation(file, 5)).contains(2L);

        assertThat(Sidecar.read(file, 6, KEY, ARCHIVE)).as("another segment").isEmpty();
        assertThat(Sidecar.read(file, 5, KEY.derive(0), ARCHIVE))
                .as("another key")
                .isEmpty();
        assertThat(Sidecar.read(file, 5, KEY, octets(16))).as("another archive").isEmpty();
        assertThat(Sidecar.read(new byte[0], 5, KEY, ARCHIVE)).isEmpty();
        for (int cut = 1; cut < file.length; cut += 13) {
            assertThat(Sidecar.read(Arrays.copyOf(file, cut), 5, KEY, ARCHIVE)).isEmpty();
        }
        for (int bit = 0; bit < file.length * 8; bit += 7) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(Sidecar.read(flipped, 5, KEY, ARCHIVE)).as("bit " + bit).isEmpty();
        }
    }

    @Test
    void whichRecordsAreMissing() {
        Tombstone stone = new Tombstone(9, List.of(new Gone(1, 2)), 12, Optional.empty());
        assertThat(stone.covers(1)).isTrue();
        assertThat(stone.covers(0)).isFalse();
        assertThat(stone.missing(1, 1))
                .as("before compaction it lies there still")
                .isFalse();
        assertThat(stone.missing(1, 2)).isTrue();
        assertThat(stone.missing(1, 3)).isTrue();
    }

    @Test
    void keysAreCompared() {
        assertThat(Key.of(KEY.toBytes())).isEqualTo(KEY).hasSameHashCodeAs(KEY);
        assertThat(KEY.toString()).doesNotContain("0123456789abcdef");
        assertThatThrownBy(() -> Key.of(new byte[31])).isInstanceOf(IllegalArgumentException.class);
        assertThat(ByteBuffer.wrap(KEY.derive(0).toBytes()))
                .isNotEqualTo(ByteBuffer.wrap(KEY.derive(1).toBytes()));
    }
}
