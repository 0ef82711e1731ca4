package io.carteggio.mail.outlook;

import io.carteggio.mail.Content;
import io.carteggio.mail.outlook.CompoundFile.Entry;
import io.carteggio.mail.outlook.OutlookItem.Attached;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads a `.msg` ([MS-OXMSG]): a storage with a stream for each long property, one for all short ones, and a storage
/// for each recipient and attachment.
final class MsgReader {
    private static final String SHORT_ONES = "__properties_version1.0";
    private static final String LONG_ONE = "__substg1.0_";
    private static final String EMBEDDED = LONG_ONE + "3701000D";
    private static final String RECIPIENT = "__recip_version1.0_";
    private static final String ATTACHMENT = "__attach_version1.0_";

    private static final int HEAD_OF_MESSAGE = 32;
    private static final int HEAD_OF_EMBEDDED = 24;
    private static final int HEAD_OF_MEMBER = 8;

    private final CompoundFile file;
    private final Budget budget;

    private MsgReader(CompoundFile file, Budget budget) {
        this.file = file;
        this.budget = budget;
    }

    static OutlookItem read(Content content) throws IOException {
        MsgReader reader = new MsgReader(new CompoundFile(content), new Budget(content.sizeBytes()));
        return reader.item(reader.file.children(reader.file.root()), HEAD_OF_MESSAGE, CodePages.WESTERN, 0);
    }

    private OutlookItem item(Map<String, Entry> streams, int headBytes, Charset charset, int depth) throws IOException {
        Properties properties = properties(streams, headBytes, charset);
        if (properties.values().isEmpty()) {
            throw new DamagedException("no Outlook message: it has no properties");
        }
        List<Properties> recipients = new ArrayList<>();
        List<Attached> attachments = new ArrayList<>();
        Optional<String> trouble = Optional.empty();
        for (Entry entry : streams.values()) {
            if (entry.isStorage() && entry.name().startsWith(RECIPIENT)) {
                budget.member();
                try {
                    recipients.add(properties(file.children(entry), HEAD_OF_MEMBER, properties.charset()));
                } catch (DamagedException e) {
                    if (budget.spent()) {
                        throw e;
                    }
                    trouble = Optional.of("a recipient cannot be read: " + e.getMessage());
                }
            } else if (entry.isStorage() && entry.name().startsWith(ATTACHMENT)) {
                budget.member();
                attachments.add(attached(entry, properties.charset(), depth));
            }
        }
        return new OutlookItem(properties, recipients, attachments, trouble);
    }

    private Attached attached(Entry storage, Charset charset, int depth) throws IOException {
        Properties properties = new Properties(Map.of(), charset);
        try {
            Map<String, Entry> streams = file.children(storage);
            properties = properties(streams, HEAD_OF_MEMBER, charset);
            Optional<Entry> embedded =
                    Optional.ofNullable(streams.get(EMBEDDED)).filter(Entry::isStorage);
            if (embedded.isEmpty()) {
                return new Attached(properties, Optional.empty(), Optional.empty());
            }
            if (depth == OutlookItem.DEPTH_LIMIT) {
                throw new DamagedException("items lie more than " + OutlookItem.DEPTH_LIMIT + " deep in each other");
            }
            Map<String, Entry> inside = file.children(embedded.get());
            if (!inside.containsKey(SHORT_ONES)) {
                throw new DamagedException("an OLE object, which has no octets of its own");
            }
            return new Attached(
                    properties, Optional.of(item(inside, HEAD_OF_EMBEDDED, charset, depth + 1)), Optional.empty());
        } catch (DamagedException e) {
            if (budget.spent()) {
                throw e; // not this attachment's fault alone
            }
            return new Attached(properties, Optional.empty(), Optional.of(String.valueOf(e.getMessage())));
        }
    }

    private Properties properties(Map<String, Entry> streams, int headBytes, Charset charset) throws IOException {
        Map<Integer, Value> values = new HashMap<>();
        Entry shortOnes = streams.get(SHORT_ONES);
        if (shortOnes != null && !shortOnes.isStorage()) {
            Bytes table = file.read(shortOnes, 16 * Properties.COUNT_LIMIT);
            for (int at = headBytes; at + 16 <= table.length(); at += 16) {
                int type = table.int2(at);
                if (isShort(type)) {
                    values.put(table.int2(at + 2), Value.of(type, table.slice(at + 8, type == Value.TIME ? 8 : 4)));
                }
            }
        }
        for (Entry entry : streams.values()) {
            String name = entry.name();
            if (name.startsWith(LONG_ONE) && name.length() == LONG_ONE.length() + 8 && !entry.isStorage()) {
                int tag = hex(name.substring(LONG_ONE.length()));
                int type = tag & 0xffff;
                if (type == Value.STRING8 || type == Value.UNICODE || type == Value.BINARY) {
                    values.put(tag >>> 16, file.value(type, entry));
                }
            }
        }
        Properties properties = Properties.of(values, charset);
        budget.take(properties);
        return properties;
    }

    private static boolean isShort(int type) {
        return type == Value.SHORT || type == Value.LONG || type == Value.BOOLEAN || type == Value.TIME;
    }

    private static int hex(String digits) {
        try {
            return Integer.parseUnsignedInt(digits, 16);
        } catch (NumberFormatException e) {
            return 0; // no property has this name
        }
    }
}
