package io.carteggio.archive.vault;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The part of CBOR (RFC 8949) that manifests use: integers, octet strings, text, arrays, maps with
/// text keys, booleans. Definite lengths and shortest heads only, so equal values have equal bytes
/// (RFC 8949 4.2.1 but for the order of keys, which is that of writing).
///
/// Values are `Long`, `String`, `byte[]`, `Boolean`, `List`, `Map`. Text that is not valid Unicode is
/// written with replacement characters: what must be exact is kept as octets.
public final class Cbor {
    /// Nesting deeper than this is refused when reading.
    static final int DEPTH_LIMIT = 16;

    private Cbor() {}

    /// A map under construction; absent values leave no key.
    public static final class MapWriter {
        private final Map<String, Object> map = new LinkedHashMap<>();

        public MapWriter put(String key, long value) {
            map.put(key, value);
            return this;
        }

        public MapWriter put(String key, boolean value) {
            if (value) {
                map.put(key, true);
            }
            return this;
        }

        public MapWriter put(String key, String value) {
            map.put(key, value);
            return this;
        }

        public MapWriter put(String key, byte[] value) {
            map.put(key, value);
            return this;
        }

        public MapWriter put(String key, Optional<?> value) {
            value.ifPresent(v -> map.put(key, v instanceof Instant i ? (Object) i.toEpochMilli() : v));
            return this;
        }

        public MapWriter put(String key, Instant value) {
            map.put(key, value.toEpochMilli());
            return this;
        }

        public <T> MapWriter putAll(String key, List<T> values, Function<T, ?> each) {
            if (!values.isEmpty()) {
                List<Object> list = new ArrayList<>(values.size());
                for (T value : values) {
                    Object item = each.apply(value);
                    list.add(item instanceof MapWriter w ? w.map : item);
                }
                map.put(key, list);
            }
            return this;
        }

        public byte[] toBytes() {
            return Cbor.write(map);
        }
    }

    /// A map that was read, with typed views. A field of another type than asked for is an
    /// [IllegalArgumentException]: the frame's sums were right, so it was written so, by a newer or a broken
    /// program.
    public static final class MapReader {
        private final Map<?, ?> map;

        private MapReader(Map<?, ?> map) {
            this.map = map;
        }

        public long number(String key) {
            return get(key, Long.class).orElseThrow(() -> missing(key));
        }

        public Optional<Long> optionalNumber(String key) {
            return get(key, Long.class);
        }

        public String text(String key) {
            return get(key, String.class).orElseThrow(() -> missing(key));
        }

        public Optional<String> optionalText(String key) {
            return get(key, String.class);
        }

        public byte[] octets(String key) {
            return get(key, byte[].class).orElseThrow(() -> missing(key));
        }

        public Optional<byte[]> optionalOctets(String key) {
            return get(key, byte[].class);
        }

        public boolean flag(String key) {
            return get(key, Boolean.class).orElse(false);
        }

        public Instant instant(String key) {
            return Instant.ofEpochMilli(number(key));
        }

        public Optional<Instant> optionalInstant(String key) {
            return get(key, Long.class).map(Instant::ofEpochMilli);
        }

        public List<String> texts(String key) {
            return get(key, List.class).map(l -> copy(l, String.class)).orElse(List.of());
        }

        public List<byte[]> octetStrings(String key) {
            return get(key, List.class).map(l -> copy(l, byte[].class)).orElse(List.of());
        }

        public List<Long> numbers(String key) {
            return get(key, List.class).map(l -> copy(l, Long.class)).orElse(List.of());
        }

        public List<MapReader> maps(String key) {
            List<?> items = get(key, List.class).orElse(List.of());
            return copy(items, Map.class).stream()
                    .map(m -> new MapReader((Map<?, ?>) m))
                    .toList();
        }

        private <T> Optional<T> get(String key, Class<T> type) {
            Object value = map.get(key);
            if (value != null && !type.isInstance(value)) {
                throw new IllegalArgumentException(
                        "field '" + key + "' is " + value.getClass().getSimpleName());
            }
            return Optional.ofNullable(type.cast(value));
        }

        private static <T> List<T> copy(List<?> list, Class<T> type) {
            List<T> copy = new ArrayList<>(list.size());
            for (Object item : list) {
                if (!type.isInstance(item)) {
                    throw new IllegalArgumentException("a list of " + type.getSimpleName() + " has another item");
                }
                copy.add(type.cast(item));
            }
            return copy;
        }

        private static IllegalArgumentException missing(String key) {
            return new IllegalArgumentException("no field '" + key + "'");
        }
    }

    public static MapWriter map() {
        return new MapWriter();
    }

    /// Reads one map.
    ///
    /// @throws IllegalArgumentException where the bytes are not one CBOR map of the kind this class
    ///     writes
    public static MapReader readMap(byte[] bytes) {
        Reader reader = new Reader(bytes);
        Object value = reader.value(0);
        if (!(value instanceof Map<?, ?> map) || reader.at != bytes.length) {
            throw new IllegalArgumentException("not one CBOR map");
        }
        return new MapReader(map);
    }

    static byte[] write(Object value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        write(out, value);
        return out.toByteArray();
    }

    private static void write(ByteArrayOutputStream out, @Nullable Object value) {
        switch (value) {
            case Long n when n < 0 -> head(out, 1, -1 - n);
            case Long n -> head(out, 0, n);
            case byte[] b -> {
                head(out, 2, b.length);
                out.writeBytes(b);
            }
            case String s -> {
                byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
                head(out, 3, utf8.length);
                out.writeBytes(utf8);
            }
            case List<?> list -> {
                head(out, 4, list.size());
                list.forEach(item -> write(out, item));
            }
            case Map<?, ?> map -> {
                head(out, 5, map.size());
                map.forEach((k, v) -> {
                    write(out, k);
                    write(out, v);
                });
            }
            case Boolean b -> out.write(b ? 0xf5 : 0xf4);
            case null, default -> throw new IllegalArgumentException("no CBOR form for " + value);
        }
    }

    private static void head(ByteArrayOutputStream out, int major, long n) {
        int type = major << 5;
        if (n < 24) {
            out.write(type | (int) n);
        } else if (n < 0x100) {
            out.write(type | 24);
            out.write((int) n);
        } else if (n < 0x10000) {
            out.write(type | 25);
            bigEndian(out, n, 2);
        } else if (n < 0x1_0000_0000L) {
            out.write(type | 26);
            bigEndian(out, n, 4);
        } else {
            out.write(type | 27);
            bigEndian(out, n, 8);
        }
    }

    private static void bigEndian(ByteArrayOutputStream out, long n, int octets) {
        for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
            out.write((int) (n >>> shift));
        }
    }

    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        Object value(int depth) {
            if (depth > DEPTH_LIMIT) {
                throw new IllegalArgumentException("nested deeper than " + DEPTH_LIMIT);
            }
            int first = octet();
            int major = first >>> 5;
            if (major == 7) {
                return switch (first) {
                    case 0xf4 -> false;
                    case 0xf5 -> true;
                    default -> throw new IllegalArgumentException("CBOR simple value " + first);
                };
            }
            long n = argument(first & 31);
            return switch (major) {
                case 0 -> n;
                case 1 -> -1 - n;
                case 2 -> octets(n);
                case 3 -> new String(octets(n), StandardCharsets.UTF_8);
                case 4 -> {
                    List<Object> list = new ArrayList<>();
                    for (long i = 0; i < n; i++) {
                        list.add(value(depth + 1));
                    }
                    yield list;
                }
                case 5 -> {
                    Map<Object, Object> map = new LinkedHashMap<>();
                    for (long i = 0; i < n; i++) {
                        map.put(value(depth + 1), value(depth + 1));
                    }
                    yield map;
                }
                default -> throw new IllegalArgumentException("CBOR major type " + major);
            };
        }

        private long argument(int info) {
            if (info < 24) {
                return info;
            }
            int octets = switch (info) {
                case 24 -> 1;
                case 25 -> 2;
                case 26 -> 4;
                case 27 -> 8;
                default -> throw new IllegalArgumentException("CBOR length form " + info);
            };
            long n = 0;
            for (int i = 0; i < octets; i++) {
                n = n << 8 | octet();
            }
            if (n < 0) {
                throw new IllegalArgumentException("CBOR number over 63 bits");
            }
            return n;
        }

        private byte[] octets(long n) {
            if (n > bytes.length - at) {
                throw new IllegalArgumentException("CBOR string ends after the bytes");
            }
            byte[] part = new byte[(int) n];
            System.arraycopy(bytes, at, part, 0, part.length);
            at += part.length;
            return part;
        }

        private int octet() {
            if (at == bytes.length) {
                throw new IllegalArgumentException("CBOR ends early");
            }
            return bytes[at++] & 0xff;
        }
    }
}
