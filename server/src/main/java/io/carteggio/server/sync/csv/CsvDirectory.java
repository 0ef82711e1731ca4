package io.carteggio.server.sync.csv;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.synchronisation.Snapshot;
import io.carteggio.archive.synchronisation.Snapshot.RemoteContact;
import io.carteggio.archive.synchronisation.Snapshot.RemoteGroup;
import io.carteggio.archive.synchronisation.Snapshot.RemoteMember;
import io.carteggio.archive.synchronisation.Snapshot.RemotePerson;
import io.carteggio.mail.Address;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.sync.RemoteDirectory;
import io.carteggio.server.sync.csv.CsvRows.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A file with a row for each person, group or contact. The first row names the columns, in any order: `name`,
/// `addresses` (the primary one first), and where they are wanted `id`, `kind`, `enabled`, `licensed`,
/// `members`. A file that is wrong in one place is refused as a whole: half of one would look as if people were
/// gone.
public final class CsvDirectory implements RemoteDirectory {
    static final int FILE_LIMIT_BYTES = 64 << 20;

    private static final Set<String> COLUMNS =
            Set.of("id", "kind", "name", "addresses", "address", "enabled", "licensed", "members");

    @Override
    public String word() {
        return "csv";
    }

    @Override
    public Set<String> settings() {
        return Set.of("file", "encoding");
    }

    @Override
    public void check(Settings settings) {
        if (!Path.of(settings.needed("file")).isAbsolute()) {
            throw new IllegalArgumentException("the file is named by its whole path");
        }
        var _ = charset(settings);
    }

    private static Charset charset(Settings settings) {
        return switch (settings.text("encoding").orElse("utf-8").toLowerCase(Locale.ROOT)) {
            case "utf-8" -> java.nio.charset.StandardCharsets.UTF_8;
            case "windows-1252" -> Charset.forName("windows-1252");
            case "iso-8859-1" -> java.nio.charset.StandardCharsets.ISO_8859_1;
            default -> throw new IllegalArgumentException("the encoding is utf-8, windows-1252 or iso-8859-1");
        };
    }

    @Override
    public Snapshot read(String name, Settings settings, Secrets secrets) throws ArchiveException {
        Path file = Path.of(settings.needed("file"));
        byte[] octets;
        try (InputStream in = Files.newInputStream(file)) {
            octets = in.readNBytes(FILE_LIMIT_BYTES + 1);
        } catch (IOException e) {
            throw new ArchiveException("the file " + file + " cannot be read: " + e, true, e);
        }
        if (octets.length > FILE_LIMIT_BYTES) {
            throw new ArchiveException(
                    "the file " + file + " is larger than " + (FILE_LIMIT_BYTES >> 20) + " MiB", false);
        }
        try {
            String text = charset(settings)
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(octets))
                    .toString();
            return of(text);
        } catch (CharacterCodingException e) {
            throw new ArchiveException(
                    "the file " + file + " is not written in " + charset(settings) + ": set the encoding", false, e);
        } catch (IllegalArgumentException e) {
            throw new ArchiveException("the file " + file + ", " + e.getMessage(), false, e);
        }
    }

    /// What the text of such a file says. Pure.
    ///
    /// @throws IllegalArgumentException with the line that is wrong
    static Snapshot of(String text) {
        List<Row> rows = CsvRows.of(text);
        if (rows.isEmpty()) {
            throw new IllegalArgumentException("line 1: there is nothing in it");
        }
        Map<String, Integer> columns = columns(rows.getFirst());
        Map<String, RemotePerson> people = new LinkedHashMap<>();
        Map<String, RemoteGroup> groups = new LinkedHashMap<>();
        Map<String, RemoteContact> contacts = new LinkedHashMap<>();
        Map<String, Integer> lines = new HashMap<>();
        for (Row row : rows.subList(1, rows.size())) {
            Fields fields = new Fields(row, columns);
            List<Address> addresses = fields.addresses();
            String key = fields.text("id")
                    .orElseGet(() -> addresses.isEmpty()
                            ? fields.name().toLowerCase(Locale.ROOT)
                            : addresses.getFirst().key());
            Integer before = lines.putIfAbsent(key, row.line());
            if (before != null) {
                throw new IllegalArgumentException(
                        "line " + row.line() + ": the same id, or the same first address, as on line " + before);
            }
            switch (fields.text("kind").orElse("person").toLowerCase(Locale.ROOT)) {
                case "person", "shared" ->
                    people.put(
                            key,
                            new RemotePerson(
                                    key, fields.name(), addresses, fields.flag("enabled"), fields.flag("licensed")));
                case "group" ->
                    groups.put(key, new RemoteGroup(key, fields.name(), addresses, false, fields.members()));
                case "dynamic-group" ->
                    groups.put(key, new RemoteGroup(key, fields.name(), addresses, true, fields.members()));
                case "contact" -> contacts.put(key, new RemoteContact(key, fields.name(), addresses));
                default ->
                    throw new IllegalArgumentException(
                            "line " + row.line() + ": a kind is person, shared, group, dynamic-group or contact");
            }
        }
        return new Snapshot(
                List.copyOf(people.values()), List.copyOf(groups.values()), List.copyOf(contacts.values()), List.of());
    }

    private static Map<String, Integer> columns(Row row) {
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < row.fields().size(); i++) {
            String name = row.fields().get(i).strip().toLowerCase(Locale.ROOT);
            if (COLUMNS.contains(name) && columns.put(name, i) != null) {
                throw new IllegalArgumentException("line " + row.line() + ": two columns named " + name);
            }
        }
        if (!columns.containsKey("name") || !(columns.containsKey("addresses") || columns.containsKey("address"))) {
            throw new IllegalArgumentException(
                    "line " + row.line() + ": the first line must name the columns, 'name' and 'addresses' among them");
        }
        return columns;
    }

    /// The fields of one row by the names of their columns.
    private record Fields(Row row, Map<String, Integer> columns) {
        Optional<String> text(String column) {
            Integer index = columns.get(column);
            return index == null || index >= row.fields().size()
                    ? Optional.empty()
                    : Optional.of(row.fields().get(index).strip()).filter(text -> !text.isEmpty());
        }

        String name() {
            return text("name").orElseThrow(() -> wrong("no name"));
        }

        boolean flag(String column) {
            return switch (text(column).orElse("yes").toLowerCase(Locale.ROOT)) {
                case "yes", "true", "1" -> true;
                case "no", "false", "0" -> false;
                default -> throw wrong(column + " is yes or no");
            };
        }

        List<Address> addresses() {
            List<Address> addresses = new ArrayList<>();
            for (String column : List.of("addresses", "address")) {
                for (String word : words(column)) {
                    addresses.add(Snapshot.address(word).orElseThrow(() -> wrong("not an address")));
                }
            }
            return addresses;
        }

        /// Ids and addresses of the file; what is neither is an address of somebody else.
        List<RemoteMember> members() {
            List<RemoteMember> members = new ArrayList<>();
            for (String word : words("members")) {
                Optional<Address> address = Snapshot.address(word);
                members.add(
                        address.isPresent() ? new RemoteMember.OfAddress(address.get()) : new RemoteMember.OfKey(word));
            }
            return members;
        }

        private List<String> words(String column) {
            return Arrays.stream(text(column).orElse("").split("[;,\\s]+", -1))
                    .filter(word -> !word.isEmpty())
                    .toList();
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException("line " + row.line() + ": " + what);
        }
    }
}
