package io.carteggio.archive.authenticity;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/// The lists that a source may name in place of networks, as they are in force now.
public record NetworkLists(Map<String, NetworkList> byName) {
    /// The hosts of Exchange Online that deliver mail (JOURNAL-FORMATS 6.3).
    public static final String EXCHANGE_ONLINE = "exchange-online";

    /// The names of all lists there can be.
    public static final List<String> NAMES = List.of(EXCHANGE_ONLINE);

    /// Those that come with the program.
    public static final NetworkLists SHIPPED = shipped();

    public NetworkLists {
        byName = Collections.unmodifiableMap(new TreeMap<>(byName));
    }

    public Optional<NetworkList> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    private static NetworkLists shipped() {
        Map<String, NetworkList> lists = new TreeMap<>();
        for (String name : NAMES) {
            try (InputStream in = Objects.requireNonNull(NetworkLists.class.getResourceAsStream(name + ".txt"), name)) {
                lists.put(name, NetworkList.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), "shipped"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new NetworkLists(lists);
    }
}
