package io.carteggio.server.command;

import io.carteggio.mail.Content;
import io.carteggio.mail.mbox.MboxReader;
import io.carteggio.mail.outlook.Outlook;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// A file of the user's, or one that lay in an archive.
///
/// @param item how to name it
/// @param folders those it lies in, below what the user named
/// @param named whether the user named it
/// @param passing whether its content is gone when the next one is looked at
/// @param unpacking absent where it lies in no archive
record FoundFile(
        String item,
        String name,
        List<String> folders,
        String stamp,
        boolean named,
        boolean passing,
        Content content,
        Optional<Unpacking> unpacking,
        int archives) {
    private static final int PEEK_BYTES = 4 * 1024;

    private static final Pattern FIELD = Pattern.compile("[!-9;-~]+[ \\t]*:.*");

    boolean packed() {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".gz") || lower.endsWith(".tgz");
    }

    /// The name of what is packed, or the name.
    String plainName() {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".gz")
                ? name.substring(0, name.length() - 3)
                : lower.endsWith(".tgz") ? name.substring(0, name.length() - 2) + "ar" : name;
    }

    InputStream open() throws IOException {
        InputStream in = content.open();
        if (!packed()) {
            return in;
        }
        try {
            return new GZIPInputStream(new BufferedInputStream(in), 32 * 1024);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /// With trouble in reading marked as trouble with the user's file.
    InputStream openMarked() throws UserFile.UnreadableException {
        try {
            return new UserFile(open());
        } catch (IOException e) {
            throw new UserFile.UnreadableException(e);
        }
    }

    /// What is in a file.
    enum Kind {
        MAIL,
        MBOX,
        MSG,
        PST,
        ZIP,
        TAR,
        OTHER
    }

    Kind kind() throws IOException {
        String name = plainName().toLowerCase(Locale.ROOT);
        byte[] begin = begin();
        boolean eml = name.endsWith(".eml");
        String first = new String(begin, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
        boolean likeMail = first.startsWith("From ") || FIELD.matcher(first).matches();
        if (!eml) {
            if (Outlook.looksLikePst(begin) || name.endsWith(".pst")) {
                return Kind.PST;
            }
            boolean compound = Outlook.looksLikeCompoundFile(begin);
            if ((name.endsWith(".msg") && (compound || !likeMail)) || (named && compound)) {
                return Kind.MSG;
            }
            if (name.endsWith(".zip")) {
                return Kind.ZIP;
            }
            if (name.endsWith(".tar")) {
                return Kind.TAR;
            }
        }
        if (name.endsWith(".mbox") || name.endsWith(".mbx") || (!eml && MboxReader.looksLikeMbox(begin))) {
            return Kind.MBOX;
        }
        return eml || named || likeMail ? Kind.MAIL : Kind.OTHER;
    }

    private byte[] begin() throws IOException {
        try (InputStream in = openMarked()) {
            return in.readNBytes(PEEK_BYTES);
        }
    }
}
