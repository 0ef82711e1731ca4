package io.carteggio.mail.outlook;

import io.carteggio.mail.outlook.PstStore.Data;
import io.carteggio.mail.outlook.PstStore.Node;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The upper half of a PST ([MS-PST] 2.3): a heap of small things in a node's blocks, and in it a list of properties or
/// a table.
final class PstHeap {
    static final int PROPERTIES = 0xBC;
    static final int TABLE = 0x7C;

    private static final int HEAP = 0xEC;
    private static final int TREE = 0xB5;

    /// Most rows of a table: items of one folder.
    private static final int ROWS_LIMIT = 10_000_000;

    /// Deepest index of a tree in a heap.
    private static final int DEPTH_LIMIT = 8;

    private final PstStore store;
    private final Data data;
    private final long subnodesAt;
    private final Map<Integer, Bytes> blocks = new HashMap<>();
    private final int root;
    private Optional<Map<Integer, Node>> subnodes = Optional.empty();

    PstHeap(PstStore store, Node node, int kind) throws IOException {
        this.store = store;
        this.data = store.data(node.data());
        this.subnodesAt = node.subnodes();
        Bytes first = block(0);
        if (first.octet(2) != HEAP || first.octet(3) != kind) {
            throw new DamagedException("node " + Integer.toHexString(node.number()) + " has no "
                    + (kind == TABLE ? "table" : "properties"));
        }
        this.root = first.int4(4);
    }

    private Bytes block(int number) throws IOException {
        Bytes known = blocks.get(number);
        if (known == null) {
            known = data.block(number);
            blocks.put(number, known);
        }
        return known;
    }

    /// Nodes within this node.
    Map<Integer, Node> subnodes() throws IOException {
        if (subnodes.isEmpty()) {
            subnodes = Optional.of(store.subnodes(subnodesAt));
        }
        return subnodes.get();
    }

    /// A thing in the heap; zero is an empty one.
    private Bytes item(int id) throws IOException {
        if (id == 0) {
            return new Bytes(new byte[0]);
        }
        if ((id & 0x1f) != 0) {
            throw new DamagedException("no place in a heap: " + Integer.toHexString(id));
        }
        Bytes block = block(id >>> 16);
        int map = block.int2(0);
        int index = (id >>> 5) & 0x7ff;
        if (index == 0 || index > block.int2(map)) {
            throw new DamagedException("a heap has no thing " + index);
        }
        int start = block.int2(map + 4L + 2L * (index - 1));
        int end = block.int2(map + 4L + 2L * index);
        if (start > end) {
            throw new DamagedException("the map of a heap is damaged");
        }
        return block.slice(start, end - start);
    }

    /// Takes an entry of a tree: its key, and what follows.
    @FunctionalInterface
    private interface Sink {
        void take(Bytes octets, int at) throws IOException;
    }

    private void tree(int id, int keyBytes, Sink sink) throws IOException {
        Bytes head = item(id);
        if (head.octet(0) != TREE || head.octet(1) != keyBytes || head.octet(3) > DEPTH_LIMIT) {
            throw new DamagedException("a tree in a heap is damaged");
        }
        int entryBytes = keyBytes + head.octet(2);
        long[] left = {data.sizeBytes() / (keyBytes + 1)}; // no honest tree has more entries and branches
        tree(head.int4(4), keyBytes, entryBytes, head.octet(3), left, sink);
    }

    private void tree(int id, int keyBytes, int entryBytes, int level, long[] left, Sink sink) throws IOException {
        Bytes items = item(id);
        int size = level == 0 ? entryBytes : keyBytes + 4;
        for (int at = 0; at + size <= items.length(); at += size) {
            if (--left[0] < 0) {
                throw new DamagedException("a tree in a heap runs in a circle");
            }
            if (level == 0) {
                sink.take(items, at);
            } else {
                tree(items.int4(at + (long) keyBytes), keyBytes, entryBytes, level - 1, left, sink);
            }
        }
    }

    /// The properties in this node.
    Map<Integer, Value> properties() throws IOException {
        Map<Integer, Value> values = new HashMap<>();
        tree(root, 2, (octets, at) -> {
            if (values.size() == Properties.COUNT_LIMIT) {
                throw new DamagedException("more than " + Properties.COUNT_LIMIT + " properties");
            }
            values.put(octets.int2(at), value(octets.int2(at + 2L), octets.slice(at + 4L, 4)));
        });
        return values;
    }

    private Value value(int type, Bytes here) throws IOException {
        return switch (type) {
            case Value.SHORT, Value.LONG, Value.BOOLEAN -> Value.of(type, here);
            case Value.TIME, Value.STRING8, Value.UNICODE, Value.BINARY, Value.OBJECT -> {
                try {
                    yield elsewhere(type, here.int4(0));
                } catch (DamagedException e) {
                    yield Value.damaged(type, e);
                }
            }
            default -> Value.of(type, here); // nobody asks for it
        };
    }

    private Value elsewhere(int type, int id) throws IOException {
        if ((id & 0x1f) == 0) {
            return Value.of(type, item(id));
        }
        Node node = Optional.ofNullable(subnodes().get(id))
                .orElseThrow(() -> new DamagedException("node " + Integer.toHexString(id) + " is missing"));
        Data octets = store.data(node.data());
        return new Value(type, octets.sizeBytes(), octets::open);
    }

    /// The numbers of a table's rows: the nodes that it lists.
    List<Integer> rowNumbers() throws IOException {
        Bytes info = item(root);
        if (info.octet(0) != TABLE) {
            throw new DamagedException("a table is damaged");
        }
        List<Integer> numbers = new ArrayList<>();
        int rows = info.int4(10);
        if (rows != 0) {
            tree(rows, 4, (octets, at) -> {
                if (numbers.size() == ROWS_LIMIT) {
                    throw new DamagedException("a table with more than " + ROWS_LIMIT + " rows");
                }
                numbers.add(octets.int4(at));
            });
        }
        return numbers;
    }

    /// A table's rows with the properties in them.
    List<Map<Integer, Value>> rows() throws IOException {
        Bytes info = item(root);
        if (info.octet(0) != TABLE) {
            throw new DamagedException("a table is damaged");
        }
        int columns = info.octet(1);
        int existence = info.int2(6);
        int rowBytes = info.int2(8);
        int place = info.int4(14);
        List<Map<Integer, Value>> rows = new ArrayList<>();
        if (place == 0 || rowBytes == 0) {
            return rows;
        }
        int count = rowNumbers().size();
        if (count > OutlookItem.MEMBERS_LIMIT) {
            throw new DamagedException("more than " + OutlookItem.MEMBERS_LIMIT + " rows");
        }
        Optional<Data> blocks = (place & 0x1f) == 0 ? Optional.empty() : Optional.of(rowData(place));
        int parts = blocks.map(Data::blocks).orElse(1);
        for (int i = 0; i < parts && rows.size() < count; i++) {
            Bytes block = blocks.isPresent() ? blocks.get().block(i) : item(place);
            for (int at = 0; at + rowBytes <= block.length() && rows.size() < count; at += rowBytes) {
                rows.add(row(info, columns, block.slice(at, rowBytes), existence));
            }
        }
        return rows;
    }

    private Data rowData(int place) throws IOException {
        Node node = Optional.ofNullable(subnodes().get(place))
                .orElseThrow(() -> new DamagedException("the rows of a table are missing"));
        return store.data(node.data());
    }

    private Map<Integer, Value> row(Bytes info, int columns, Bytes row, int existence) throws IOException {
        Map<Integer, Value> values = new HashMap<>();
        for (int i = 0; i < columns; i++) {
            long at = 22 + 8L * i;
            int type = info.int2(at);
            int offset = info.int2(at + 4);
            int size = info.octet(at + 6);
            int bit = info.octet(at + 7);
            if ((row.octet(existence + bit / 8) & (0x80 >> (bit % 8))) == 0) {
                continue;
            }
            switch (type) {
                case Value.SHORT, Value.LONG, Value.BOOLEAN ->
                    values.put(info.int2(at + 2), Value.of(type, row.slice(offset, size)));
                case Value.STRING8, Value.UNICODE, Value.BINARY ->
                    values.put(info.int2(at + 2), value(type, row.slice(offset, 4)));
                default -> {} // nobody asks for it
            }
        }
        return values;
    }
}
