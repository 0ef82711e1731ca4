package io.carteggio.mail.outlook;

import io.carteggio.mail.Content;
import io.carteggio.mail.outlook.OutlookItem.Attached;
import io.carteggio.mail.outlook.PstStore.Node;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads a PST ([MS-PST] 2.4): folders within folders, items in them, recipients and attachments in those.
final class PstReader {
    private static final int STORE = 0x21;
    private static final int ROOT_FOLDER = 0x122;
    private static final int FOLDERS_IN = 0x0D;
    private static final int ITEMS_IN = 0x0E;
    private static final int KIND = 0x1f;
    private static final int FOLDER = 0x02;
    private static final int SEARCH_FOLDER = 0x03;
    private static final int ITEM = 0x04;
    private static final int RECIPIENTS = 0x692;
    private static final int ATTACHMENTS = 0x671;

    private static final int DISPLAY_NAME = 0x3001;
    private static final int TOP_OF_FOLDERS = 0x35E0;
    private static final int ATTACHED = 0x3701;

    /// How deep folders may lie in folders.
    static final int FOLDER_DEPTH_LIMIT = 200;

    private final PstStore store;
    private final Outlook.Finder finder;
    private final Set<Integer> seen = new HashSet<>();
    private final int top;

    private PstReader(PstStore store, Outlook.Finder finder) throws IOException {
        this.store = store;
        this.finder = finder;
        this.top = top();
    }

    static void read(Content file, Outlook.Finder finder) throws IOException {
        PstStore store = new PstStore(file);
        store.begin();
        PstReader reader = new PstReader(store, finder);
        Node root =
                reader.store.node(ROOT_FOLDER).orElseThrow(() -> new DamagedException("the PST has no root folder"));
        reader.folder(root, List.of(), 0);
    }

    /// The folder that Outlook shows as the top one. Its name is the file's, not a folder's.
    private int top() throws IOException {
        try {
            Optional<Node> node = store.node(STORE);
            if (node.isPresent()) {
                Optional<byte[]> id = properties(node.get(), CodePages.WESTERN).octets(TOP_OF_FOLDERS);
                if (id.isPresent() && id.get().length == 24) {
                    return new Bytes(id.get()).int4(20);
                }
            }
        } catch (DamagedException e) {
            finder.damaged("", "which folder is the top one cannot be read: " + e.getMessage());
        }
        return ROOT_FOLDER;
    }

    private Properties properties(Node node, Charset charset) throws IOException {
        return Properties.of(new PstHeap(store, node, PstHeap.PROPERTIES).properties(), charset);
    }

    private void folder(Node node, List<String> path, int depth) throws IOException {
        String where = String.join("/", path);
        if (!seen.add(node.number())) {
            finder.damaged(where, "a folder lies in itself or in two others");
            return;
        }
        if (depth > FOLDER_DEPTH_LIMIT) {
            finder.damaged(where, "folders lie more than " + FOLDER_DEPTH_LIMIT + " deep");
            return;
        }
        for (int number : members(node, ITEMS_IN, ITEM, where)) {
            String id = Integer.toHexString(number);
            finder.item(path, id, () -> item(number));
        }
        for (int number : members(node, FOLDERS_IN, FOLDER, where)) {
            if ((number & KIND) != FOLDER) {
                continue; // a search folder, whose items lie elsewhere
            }
            store.begin();
            try {
                Node folder = store.node(number).orElseThrow(() -> new DamagedException("the folder is missing"));
                folder(folder, below(folder, path), depth + 1);
            } catch (DamagedException e) {
                finder.damaged(where, "folder " + Integer.toHexString(number) + ": " + e.getMessage());
            }
        }
    }

    private List<String> below(Node folder, List<String> path) throws IOException {
        if (folder.number() == top) {
            return List.of();
        }
        String name;
        try {
            name = properties(folder, CodePages.WESTERN)
                    .text(DISPLAY_NAME)
                    .orElseGet(() -> Integer.toHexString(folder.number()));
        } catch (DamagedException e) {
            name = Integer.toHexString(folder.number());
            finder.damaged(String.join("/", path), "the name of folder " + name + ": " + e.getMessage());
        }
        List<String> below = new ArrayList<>(path);
        below.add(name);
        return below;
    }

    /// What a folder's table lists; where that cannot be read, what says to lie in the folder.
    private List<Integer> members(Node folder, int table, int kind, String where) throws IOException {
        store.begin();
        try {
            Optional<Node> node = store.node((folder.number() & ~KIND) | table);
            if (node.isPresent()) {
                return new PstHeap(store, node.get(), PstHeap.TABLE).rowNumbers();
            }
            if ((folder.number() & KIND) == SEARCH_FOLDER) {
                return List.of();
            }
            finder.damaged(where, "the list of what is in the folder is missing; looked for it elsewhere");
        } catch (DamagedException e) {
            finder.damaged(where, "the list of what is in the folder: " + e.getMessage() + "; looked for it elsewhere");
        }
        try {
            return store.nodesOf(folder.number()).stream()
                    .map(Node::number)
                    .filter(n -> (n & KIND) == kind && n != folder.number())
                    .toList();
        } catch (DamagedException e) {
            finder.damaged(where, "what is in the folder cannot be found: " + e.getMessage());
            return List.of();
        }
    }

    private OutlookItem item(int number) throws IOException {
        store.begin();
        Node node = store.node(number).orElseThrow(() -> new DamagedException("the item is missing"));
        return item(node, CodePages.WESTERN, 0, new Budget(store.sizeBytes()));
    }

    private OutlookItem item(Node node, Charset charset, int depth, Budget budget) throws IOException {
        PstHeap heap = new PstHeap(store, node, PstHeap.PROPERTIES);
        Properties properties = Properties.of(heap.properties(), charset);
        budget.take(properties);
        Optional<String> trouble = Optional.empty();
        List<Properties> recipients = new ArrayList<>();
        List<Attached> attachments = new ArrayList<>();
        try {
            Optional<Node> table = Optional.ofNullable(heap.subnodes().get(RECIPIENTS));
            if (table.isPresent()) {
                for (Map<Integer, Value> row : new PstHeap(store, table.get(), PstHeap.TABLE).rows()) {
                    budget.member();
                    recipients.add(new Properties(row, properties.charset()));
                    budget.take(recipients.getLast());
                }
            }
        } catch (DamagedException e) {
            rethrowWhenSpent(budget, e);
            trouble = Optional.of("the recipients cannot be read: " + e.getMessage());
        }
        try {
            Optional<Node> table = Optional.ofNullable(heap.subnodes().get(ATTACHMENTS));
            if (table.isPresent()) {
                for (int number : new PstHeap(store, table.get(), PstHeap.TABLE).rowNumbers()) {
                    budget.member();
                    attachments.add(attached(heap.subnodes(), number, properties.charset(), depth, budget));
                }
            }
        } catch (DamagedException e) {
            rethrowWhenSpent(budget, e);
            trouble = Optional.of("the attachments cannot be read: " + e.getMessage());
        }
        return new OutlookItem(properties, recipients, attachments, trouble);
    }

    private Attached attached(Map<Integer, Node> nodes, int number, Charset charset, int depth, Budget budget)
            throws IOException {
        Properties properties = new Properties(Map.of(), charset);
        try {
            Node node = Optional.ofNullable(nodes.get(number))
                    .orElseThrow(() -> new DamagedException("the attachment is missing"));
            PstHeap heap = new PstHeap(store, node, PstHeap.PROPERTIES);
            properties = Properties.of(heap.properties(), charset);
            budget.take(properties);
            Optional<Value> object = properties.value(ATTACHED).filter(v -> v.type() == Value.OBJECT);
            if (object.isEmpty()) {
                return new Attached(properties, Optional.empty(), Optional.empty());
            }
            if (depth == OutlookItem.DEPTH_LIMIT) {
                throw new DamagedException("items lie more than " + OutlookItem.DEPTH_LIMIT + " deep in each other");
            }
            int inside = object.get().read(64).int4(0);
            Node embedded = Optional.ofNullable(heap.subnodes().get(inside))
                    .orElseThrow(() -> new DamagedException("the item within is missing"));
            return new Attached(properties, Optional.of(item(embedded, charset, depth + 1, budget)), Optional.empty());
        } catch (DamagedException e) {
            rethrowWhenSpent(budget, e);
            return new Attached(properties, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private static void rethrowWhenSpent(Budget budget, DamagedException e) throws DamagedException {
        if (budget.spent()) {
            throw e; // not the fault of one part alone
        }
    }
}
