package io.carteggio.mail.mime;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;

/// What of a letter's parts is an attachment, another part, a nested letter; in document order. Parts inside nested
/// letters are not the outer one's.
record Inventory(List<Node> attachments, List<Node> others, List<Node> nested) {
    static final Inventory NONE = new Inventory(List.of(), List.of(), List.of());

    static Inventory of(Content mail) throws IOException {
        Content at = LetterReader.small(mail);
        Structure structure = Structure.of(at, ReadLimits.DEFAULT, 0, 0);
        return of(structure.root(), Texts.shownOf(structure.root()));
    }

    static Inventory of(Node root, Set<Node> shown) {
        Inventory inventory = new Inventory(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Node node : leaves(root)) {
            if (node.isNestedLetter()) {
                inventory.nested.add(node);
            } else if (node.isAttachment()) {
                inventory.attachments.add(node);
            } else if (!shown.contains(node)) {
                inventory.others.add(node);
            }
        }
        return inventory;
    }

    /// The parts of this letter that hold no parts of it, in document order.
    static List<Node> leaves(Node root) {
        List<Node> leaves = new ArrayList<>();
        Deque<Node> open = new ArrayDeque<>();
        open.push(root);
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (node.kind == Node.Kind.MULTIPART) {
                for (int i = node.children.size() - 1; i >= 0; i--) {
                    open.push(node.children.get(i));
                }
            } else {
                leaves.add(node);
            }
        }
        return leaves;
    }

    Node leaf(int index) {
        return index < attachments.size() ? attachments.get(index) : others.get(index - attachments.size());
    }

    List<Node> leaves() {
        List<Node> all = new ArrayList<>(attachments);
        all.addAll(others);
        return all;
    }
}
