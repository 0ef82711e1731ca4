package io.carteggio.archive.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeTest {
    /// The leaves that the test vectors of Certificate Transparency use (RFC 9162 itself gives none); roots
    /// of the first 0 … 8 of them.
    private static final String[] LEAVES = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    };

    private static final String[] ROOTS = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    };

    @Test
    void rootsAreThoseOfCertificateTransparency() throws Exception {
        TreeEdge tree = new TreeEdge(new Trees.Memory());
        assertThat(tree.root()).hasToString(ROOTS[0]);
        for (int i = 0; i < LEAVES.length; i++) {
            tree.append(TreeHash.leaf(HexFormat.of().parseHex(LEAVES[i])));
            assertThat(tree.root()).hasToString(ROOTS[i + 1]);
        }
    }

    @Test
    void pathsAreThoseOfCertificateTransparency() throws Exception {
        TreeEdge tree = new TreeEdge(new Trees.Memory());
        for (String leaf : LEAVES) {
            tree.append(TreeHash.leaf(HexFormat.of().parseHex(leaf)));
        }
        assertThat(hex(Proofs.inclusion(tree, 0, 8).path()))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(hex(Proofs.inclusion(tree, 5, 8).path()))
                .containsExactly(
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(hex(Proofs.inclusion(tree, 2, 3).path()))
                .containsExactly("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
        assertThat(hex(Proofs.inclusion(tree, 1, 5).path()))
                .containsExactly(
                        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
        assertThat(Proofs.consistency(tree, 1, 1).path()).isEmpty();
        assertThat(hex(Proofs.consistency(tree, 1, 8).path()))
                .containsExactly(
                        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
        assertThat(hex(Proofs.consistency(tree, 6, 8).path()))
                .containsExactly(
                        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7");
        assertThat(hex(Proofs.consistency(tree, 2, 5).path()))
                .containsExactly(
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b");
    }

    private static List<String> hex(List<Sha256> path) {
        return path.stream().map(Sha256::toString).toList();
    }

    /// Every tree up to 300 leaves, which is past the first full tile: root, every path, every consistency
    /// proof as the RFC's recursive definitions have them, and accepted.
    @Test
    void everySmallTreeIsAsTheRfcDefinesIt() throws Exception {
        List<Sha256> leaves = new ArrayList<>();
        TreeEdge tree = new TreeEdge(new Trees.Memory());
        List<Sha256> roots = new ArrayList<>();
        for (int n = 0; n <= 300; n++) {
            Sha256 root = Trees.root(leaves);
            roots.add(root);
            assertThat(tree.size()).isEqualTo(n);
            assertThat(tree.root()).isEqualTo(root);
            // All of a few sizes and some of all: everything of everything is a minute of hashing.
            boolean all = n <= 65 || (n >= 254 && n <= 259) || n == 300;
            for (int m = 0; m <= n; m += all ? 1 : 1 + n / 7) {
                if (m < n) {
                    InclusionProof inclusion = Proofs.inclusion(tree, m, n);
                    assertThat(inclusion.path()).isEqualTo(Trees.path(m, leaves));
                    assertThat(inclusion.proves(leaves.get(m), root)).isTrue();
                }
                ConsistencyProof consistency = Proofs.consistency(tree, m, n);
                assertThat(consistency.path()).isEqualTo(Trees.consistency(m, leaves));
                assertThat(consistency.proves(roots.get(m), root)).isTrue();
            }
            Sha256 leaf = Trees.leaf(n);
            leaves.add(leaf);
            tree.append(leaf);
        }
        for (int n = 0; n <= 300; n++) {
            assertThat(Proofs.root(tree, n)).as("the root of an earlier size").isEqualTo(roots.get(n));
        }
    }

    /// Every leaf, path or root that is not the right one is refused, as is the right one at the wrong place.
    @Test
    void noOtherProofIsAccepted() throws Exception {
        long seed = 20261122;
        Random random = new Random(seed);
        List<Sha256> leaves = new ArrayList<>();
        TreeEdge tree = new TreeEdge(new Trees.Memory());
        for (int n = 1; n <= 70; n++) {
            leaves.add(Trees.leaf(n));
            tree.append(leaves.getLast());
            Sha256 root = tree.root();
            for (int m = 0; m < n; m++) {
                Sha256 leaf = leaves.get(m);
                InclusionProof right = Proofs.inclusion(tree, m, n);
                for (List<Sha256> path : spoilt(right.path(), random, root)) {
                    refused(new InclusionProof(m, n, path), leaf, root);
                }
                refused(right, Trees.leaf(-1), root);
                refused(right, leaf, Trees.leaf(-1));
                for (long place : new long[] {m - 1, m + 1, m ^ 1, n, -1, n + (long) m, m | 1L << 40, Long.MIN_VALUE}) {
                    // A hash two levels up may stand at another place for the same root only if the sizes say
                    // so.
                    refused(new InclusionProof(place, n, right.path()), leaf, root);
                }
                int pathBits = right.path().size();
                for (long size : new long[] {0, m, -1, Long.MIN_VALUE, 1024L << pathBits}) {
                    refused(new InclusionProof(m, size, right.path()), leaf, root);
                }
                consistencyRefused(tree, m + 1, n, random);
            }
        }
    }

    private static void consistencyRefused(TreeEdge tree, int m, int n, Random random) throws ArchiveException {
        Sha256 earlier = Proofs.root(tree, m);
        Sha256 later = Proofs.root(tree, n);
        ConsistencyProof right = Proofs.consistency(tree, m, n);
        for (List<Sha256> path : spoilt(right.path(), random, later)) {
            assertThat(new ConsistencyProof(m, n, path).proves(earlier, later))
                    .as("%d to %d by %s", m, n, path)
                    .isFalse();
        }
        Sha256 other = Trees.leaf(-1);
        assertThat(right.proves(other, later)).isFalse();
        assertThat(right.proves(earlier, other)).isFalse();
        for (long from : new long[] {0, -1, n + 1, Long.MIN_VALUE}) {
            assertThat(new ConsistencyProof(from, n, right.path()).proves(earlier, later))
                    .as("%d to %d as from %d", m, n, from)
                    .isFalse();
        }
    }

    private static void refused(InclusionProof proof, Sha256 leaf, Sha256 root) {
        assertThat(proof.proves(leaf, root)).as("%s of %s", proof, leaf).isFalse();
    }

    private static List<List<Sha256>> spoilt(List<Sha256> path, Random random, Sha256 root) {
        List<List<Sha256>> spoilt = new ArrayList<>();
        for (int i = 0; i <= path.size(); i++) {
            List<Sha256> longer = new ArrayList<>(path);
            longer.add(i, i == path.size() ? root : Trees.leaf(random.nextInt()));
            spoilt.add(longer);
            if (i < path.size()) {
                List<Sha256> shorter = new ArrayList<>(path);
                shorter.remove(i);
                spoilt.add(shorter);
                List<Sha256> flipped = new ArrayList<>(path);
                byte[] hash = path.get(i).toBytes();
                hash[random.nextInt(32)] ^= (byte) (1 << random.nextInt(8));
                flipped.set(i, Sha256.ofSum(hash));
                spoilt.add(flipped);
                if (i > 0) {
                    List<Sha256> swapped = new ArrayList<>(path);
                    swapped.set(i, path.get(i - 1));
                    swapped.set(i - 1, path.get(i));
                    spoilt.add(swapped);
                }
            }
        }
        return spoilt;
    }

    /// The empty tree is the beginning of every tree and of no tree that says so with hashes.
    @Test
    void theEmptyTreeProvesNothing() {
        Sha256 root = Trees.leaf(1);
        assertThat(new ConsistencyProof(0, 1, List.of()).proves(TreeHash.EMPTY, root))
                .isTrue();
        assertThat(new ConsistencyProof(0, 0, List.of()).proves(TreeHash.EMPTY, TreeHash.EMPTY))
                .isTrue();
        assertThat(new ConsistencyProof(0, 0, List.of()).proves(TreeHash.EMPTY, root))
                .isFalse();
        assertThat(new ConsistencyProof(0, 1, List.of()).proves(root, root)).isFalse();
        assertThat(new ConsistencyProof(0, 1, List.of(root)).proves(TreeHash.EMPTY, root))
                .isFalse();
        assertThat(new InclusionProof(0, 0, List.of()).root(root)).isEmpty();
    }

    /// Past the second level of tiles: 65,536 + 1,000 leaves. The tree read anew from its tiles is the same
    /// tree.
    @Test
    void aTreeOfManyTilesComesBackFromThem() throws Exception {
        int size = Tile.WIDTH * Tile.WIDTH + 1000;
        Trees.Memory tiles = new Trees.Memory();
        TreeEdge tree = new TreeEdge(tiles);
        List<Sha256> leaves = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Sha256 leaf = Trees.leaf(i);
            leaves.add(leaf);
            tree.append(leaf);
        }
        Sha256 root = Trees.root(leaves);
        assertThat(tree.root()).isEqualTo(root);
        assertThat(tiles.tiles).hasSize(size / 256 + size / 65536);
        // What a crash leaves: the tile of level 1 not written, and leaves behind the last full tile lost.
        tiles.tiles.remove(new Tile(1, 0));
        TreeEdge again = TreeEdge.resume(tiles);
        assertThat(again.size()).isEqualTo(size - size % 256);
        assertThat(tiles.has(new Tile(1, 0))).isTrue();
        for (int i = (int) again.size(); i < size; i++) {
            again.append(leaves.get(i));
        }
        assertThat(again.root()).isEqualTo(root);
        for (int index : new int[] {0, 255, 256, 65535, 65536, size - 1}) {
            assertThat(Proofs.inclusion(again, index, size).proves(leaves.get(index), root))
                    .isTrue();
        }
        for (int from : new int[] {1, 255, 256, 257, 65535, 65536, 65537, size - 1, size}) {
            assertThat(Proofs.consistency(again, from, size).proves(Trees.root(leaves.subList(0, from)), root))
                    .isTrue();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> again.hash(0, size));
        assertThatIllegalArgumentException().isThrownBy(() -> again.hash(17, 0));
    }

    @Test
    void tilesLieWhereTheSpecificationPutsThem() {
        assertThat(new Tile(0, 0).path()).isEqualTo("tile/0/000");
        assertThat(new Tile(0, 999).path()).isEqualTo("tile/0/999");
        assertThat(new Tile(1, 1000).path()).isEqualTo("tile/1/x001/000");
        assertThat(new Tile(0, 1234067).path()).isEqualTo("tile/0/x001/x234/067");
    }

    @Test
    void aLeafIsItsDocument() {
        Sha256 one = Sha256.of(new byte[] {1});
        Sha256 two = Sha256.of(new byte[] {2});
        Leaf leaf = new Leaf(2, 0x0102030405L, List.of(new Leaf.Entry(1, one), new Leaf.Entry(0x80, two)));
        assertThat(HexFormat.of().formatHex(leaf.data()))
                .isEqualTo("02" + "0000000102030405" + "0002" + "01" + one + "80" + two);
        assertThat(Leaf.of(leaf.data())).isEqualTo(leaf);
        assertThatIllegalArgumentException().isThrownBy(() -> Leaf.of(new byte[44]));
        assertThatIllegalArgumentException().isThrownBy(() -> Leaf.of(new byte[11]));
    }
}
