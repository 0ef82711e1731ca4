package io.carteggio.archive.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.vault.KeyTree.Node;
import io.carteggio.archive.vault.KeyTree.RecordKeys;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Keys that can be destroyed one by one (`docs/format/segment.md`, "Key tree").
class KeyTreeTest {
    private static final Key ROOT = Key.of(new byte[Key.SIZE_BYTES]);

    /// The page's words in code, without the tree's short cuts.
    private static RecordKeys byTheBook(Key root, long leaf) throws Exception {
        byte[] node = root.toBytes();
        for (int bit = 39; bit >= 0; bit--) {
            node = sum(node, (int) (leaf >>> bit & 1));
        }
        return new RecordKeys(Key.of(sum(node, 2)), Key.of(sum(node, 3)));
    }

    private static byte[] sum(byte[] node, int octet) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(node);
        digest.update((byte) octet);
        return digest.digest();
    }

    @Test
    void keysAreThoseOfThePageInAnyOrderOfAsking() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        KeyTree tree = new KeyTree(ROOT);
        for (int i = 0; i < 300; i++) {
            long leaf = i % 3 == 0
                    ? KeyTree.leaf(i, i % 5)
                    : KeyTree.leaf(random.nextLong(KeyTree.FRAMES_LIMIT), random.nextInt(1 << 16));
            assertThat(tree.at(leaf)).isEqualTo(Optional.of(byTheBook(ROOT, leaf)));
        }
    }

    @Test
    void whatIsTakenOutIsGoneAndAllElseIsAsItWas() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Set<Long> gone = new HashSet<>();
        KeyTree tree = new KeyTree(ROOT);
        for (int round = 0; round < 20; round++) {
            List<Long> now = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(4); i++) {
                now.add(KeyTree.leaf(random.nextInt(50), random.nextInt(4)));
            }
            tree = tree.without(now);
            gone.addAll(now);
        }
        for (int frame = 0; frame < 50; frame++) {
            for (int record = 0; record < 4; record++) {
                long leaf = KeyTree.leaf(frame, record);
                assertThat(tree.at(leaf))
                        .isEqualTo(gone.contains(leaf) ? Optional.empty() : Optional.of(byTheBook(ROOT, leaf)));
            }
        }
        for (Node node : tree.nodes()) { // no node above a leaf that is gone
            for (long leaf : gone) {
                assertThat(leaf >>> (KeyTree.DEPTH - node.depth())).isNotEqualTo(node.path());
            }
        }
        KeyTree again = new KeyTree(tree.nodes().reversed());
        assertThat(again.nodes()).isEqualTo(tree.nodes());
        assertThat(tree.without(gone).nodes()).as("twice is once").isEqualTo(tree.nodes());
    }

    @Test
    void oneLeafLeavesOneNodeForEachLevel() {
        assertThat(new KeyTree(ROOT).without(List.of(KeyTree.leaf(77, 3))).nodes())
                .hasSize(KeyTree.DEPTH)
                .extracting(Node::depth)
                .doesNotHaveDuplicates();
    }

    @Test
    void theLastOnesOfATree() {
        long leaf = KeyTree.dictionaryLeaf();
        KeyTree tree = new KeyTree(List.of(new Node(KeyTree.DEPTH, leaf, ROOT)));
        assertThat(tree.at(leaf)).isPresent();
        assertThat(tree.at(leaf - 1)).isEmpty();
        assertThat(tree.without(List.of(leaf)).nodes()).isEmpty();
        assertThat(new KeyTree(List.of()).at(0)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"-1,0", "0,-1", "16777216,0", "0,65536"})
    void placesThatAreNone(long frame, int record) {
        assertThatThrownBy(() -> KeyTree.leaf(frame, record)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,0,1,0", "1,1,3,7", "40,5,40,5", "39,2,40,5"})
    void nodesThatOverlapAreRefused(int depth, long path, int otherDepth, long otherPath) {
        List<Node> nodes = new ArrayList<>(List.of(new Node(depth, path, ROOT), new Node(otherDepth, otherPath, ROOT)));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> new KeyTree(nodes)).isInstanceOf(IllegalArgumentException.class);
            Collections.reverse(nodes);
        }
    }
}
