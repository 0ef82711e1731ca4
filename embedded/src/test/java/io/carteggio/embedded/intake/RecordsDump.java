package io.carteggio.embedded.intake;

import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Marks;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.vault.DictionaryKeeper;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Writes down the records that a pack of reports (`bench/corpora.py`) becomes in the real intake, as
/// they are before compression, for `CompressionBench` in the module `archive`; and tells what they take
/// in vault and catalogue. A program, not a test; run by hand:
///
/// ```
/// java -cp … io.carteggio.embedded.intake.RecordsDump reports.pack COUNT records
/// ```
final class RecordsDump {
    private static final int IN_MEMORY_BYTES = 1 << 20;

    private RecordsDump() {}

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[1]);
        Path home = Files.createTempDirectory("records");
        long rawBytes = 0;
        try (EmbeddedArchive archive = new EmbeddedArchive(home.resolve("data"));
                DictionaryKeeper dictionaries = DictionaryKeeper.asleep(archive.vault);
                DataInputStream pack =
                        new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(args[0]))));
                DataOutputStream out =
                        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(Path.of(args[2]))))) {
            dictionaries.wake();
            Vault watched = (Vault) Proxy.newProxyInstance(
                    Vault.class.getClassLoader(), new Class<?>[] {Vault.class}, (_, method, given) -> {
                        if (method.getName().equals("append")) {
                            write(out, (Frame) given[0]);
                        }
                        try {
                            return method.invoke(archive.vault, given);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
            Intake intake = new Intake(
                    watched,
                    archive.catalogue,
                    archive.projection,
                    archive.directory.ids(),
                    new Marks(archive.directory.keyring().partKey()),
                    new ErasedMarks(archive.directory.keyring().markKey(), archive.catalogue),
                    archive.people::directory,
                    archive.sources::at,
                    () -> NetworkLists.SHIPPED,
                    Clock.systemUTC());
            Address journal = new Address("journal-f3a9c1d2e4@archive.firm.example");
            Source source = new Source("journal", Optional.of(journal), Family.REPORT);
            Provenance provenance = new Provenance(
                    Optional.of("127.0.0.1"),
                    Optional.of("load.firm.example"),
                    Optional.empty(),
                    Optional.of(new Address("MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@firm.example")),
                    List.of(journal),
                    Optional.empty());
            for (int i = 0; i < count; i++) {
                byte[] mail;
                try {
                    mail = fromTheWire(pack.readNBytes(pack.readInt()));
                } catch (EOFException end) {
                    break;
                }
                intake.accept(new Arrival(source, Content.of(mail), provenance));
                rawBytes += mail.length;
            }
        }
        long stored = 0;
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (Files.isRegularFile(file)) {
                    System.out.printf(Locale.ROOT, "%10d %s%n", Files.size(file), home.relativize(file));
                    stored += Files.size(file);
                }
                Files.delete(file);
            }
        }
        System.out.printf(Locale.ROOT, "%d of %d octets, %.4f%n", stored, rawBytes, (double) stored / rawBytes);
    }

    private static byte[] fromTheWire(byte[] wire) {
        String text = new String(wire, 0, wire.length - 3, StandardCharsets.ISO_8859_1);
        text = text.startsWith(".") ? text.substring(1) : text;
        return text.replace("\r\n..", "\r\n.").getBytes(StandardCharsets.ISO_8859_1);
    }

    /// For each record: type, sender, length of its octets, the octets; for a part and what is too
    /// large, only the length it has compressed, negative; for one kept like another, both.
    private static synchronized void write(DataOutputStream out, Frame frame) throws IOException {
        if (frame.kind() != Frame.Kind.ARRIVAL) {
            return;
        }
        ArrivalEntry entry =
                EntryCodec.arrival(frame.records().getFirst().content().toByteArray(1 << 26));
        String sender = entry.sender().map(Address::key).orElse("");
        out.writeByte(frame.records().size());
        for (FrameRecord record : frame.records()) {
            Content kept =
                    record.recipe().isPresent() ? record.recipe().get().kept(record.content()) : record.content();
            out.writeByte(record.type().code());
            out.writeBoolean(record.like().isPresent());
            out.writeUTF(sender);
            if (record.type() == FrameRecord.Type.PART || kept.sizeBytes() > IN_MEMORY_BYTES) {
                ByteArrayOutputStream compressed = new ByteArrayOutputStream();
                try (var in = kept.open();
                        var to = Compression.compressing(compressed, Optional.empty())) {
                    in.transferTo(to);
                }
                out.writeInt(-compressed.size());
            } else {
                byte[] octets = kept.toByteArray(IN_MEMORY_BYTES);
                out.writeInt(octets.length);
                out.write(octets);
            }
        }
    }
}
