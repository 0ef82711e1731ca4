package io.carteggio.mail.outlook;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.poi.poifs.filesystem.DirectoryEntry;
import org.apache.poi.poifs.filesystem.POIFSFileSystem;

/// Makes `.msg` files as [MS-OXMSG] wants them, in compound files that POI writes. Shares nothing with the reader.
final class MsgMaker {
    private final Map<Integer, byte[]> longOnes = new LinkedHashMap<>();
    private final Map<Integer, Long> shortOnes = new LinkedHashMap<>();
    private final List<MsgMaker> recipients = new ArrayList<>();
    private final List<MsgMaker> attachments = new ArrayList<>();
    private Optional<MsgMaker> embedded = Optional.empty();

    static MsgMaker message(String subject) {
        return new MsgMaker().text(0x001A, "IPM.Note").text(0x0037, subject);
    }

    MsgMaker text(int tag, String text) {
        longOnes.put((tag << 16) | 0x001F, text.getBytes(StandardCharsets.UTF_16LE));
        return this;
    }

    MsgMaker string8(int tag, byte[] octets) {
        longOnes.put((tag << 16) | 0x001E, octets.clone());
        return this;
    }

    MsgMaker binary(int tag, byte[] octets) {
        longOnes.put((tag << 16) | 0x0102, octets.clone());
        return this;
    }

    MsgMaker number(int tag, int number) {
        shortOnes.put((tag << 16) | 0x0003, (long) number);
        return this;
    }

    MsgMaker time(int tag, Instant at) {
        shortOnes.put((tag << 16) | 0x0040, at.getEpochSecond() * 10_000_000L + 116_444_736_000_000_000L);
        return this;
    }

    MsgMaker from(String name, String address) {
        return text(0x0042, name).text(0x0064, "SMTP").text(0x0065, address);
    }

    /// @param role 1 to, 2 cc, 3 bcc
    MsgMaker recipient(int role, String name, String type, String address) {
        recipients.add(new MsgMaker()
                .number(0x0C15, role)
                .text(0x3001, name)
                .text(0x3002, type)
                .text(0x3003, address));
        return this;
    }

    MsgMaker file(String name, byte[] octets) {
        attachments.add(new MsgMaker().number(0x3705, 1).text(0x3707, name).binary(0x3701, octets));
        return this;
    }

    MsgMaker attachment(MsgMaker attachment) {
        attachments.add(attachment);
        return this;
    }

    MsgMaker item(MsgMaker item) {
        MsgMaker attachment = new MsgMaker().number(0x3705, 5);
        attachment.embedded = Optional.of(item);
        attachments.add(attachment);
        return this;
    }

    byte[] make() {
        try (POIFSFileSystem file = new POIFSFileSystem();
                ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            into(file.getRoot(), 32);
            file.writeFilesystem(out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void into(DirectoryEntry storage, int headBytes) throws IOException {
        ByteBuffer table = ByteBuffer.allocate(headBytes + 16 * (shortOnes.size() + longOnes.size()))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(headBytes);
        shortOnes.forEach((tag, value) -> table.putInt(tag).putInt(6).putLong(value));
        longOnes.forEach(
                (tag, value) -> table.putInt(tag).putInt(6).putInt(value.length).putInt(3));
        storage.createDocument("__properties_version1.0", new ByteArrayInputStream(table.array()));
        for (Map.Entry<Integer, byte[]> e : longOnes.entrySet()) {
            storage.createDocument(
                    String.format("__substg1.0_%08X", e.getKey()), new ByteArrayInputStream(e.getValue()));
        }
        for (int i = 0; i < recipients.size(); i++) {
            recipients.get(i).into(storage.createDirectory(String.format("__recip_version1.0_#%08X", i)), 8);
        }
        for (int i = 0; i < attachments.size(); i++) {
            MsgMaker attachment = attachments.get(i);
            DirectoryEntry inside = storage.createDirectory(String.format("__attach_version1.0_#%08X", i));
            attachment.into(inside, 8);
            if (attachment.embedded.isPresent()) {
                attachment.embedded.get().into(inside.createDirectory("__substg1.0_3701000D"), 24);
            }
        }
    }
}
