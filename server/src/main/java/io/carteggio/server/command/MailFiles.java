package io.carteggio.server.command;

import io.carteggio.embedded.disk.FileContent;
import io.carteggio.mail.Content;
import io.carteggio.mail.mbox.MboxManifest;
import io.carteggio.mail.mbox.MboxReader;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Finds the mails in files and folders, always in the same order: folders by name, an mbox by place.
///
/// In a folder a file counts as mail if its name ends in `.eml` or if it begins like a mail; everything else
/// there is named as skipped. A file that the user names is mail, whatever it looks like. An mbox is known by
/// its suffix or by a first line of the kind that parts the mails of one; a file `.eml` is always one mail,
/// also with such a line. A folder with `cur` and `new` is a maildir: its `tmp` holds what is not yet mail.
/// `.gz` is undone.
final class MailFiles {
    private static final int PEEK_BYTES = 4 * 1024;

    /// A message of an mbox up to this size is read ahead, so that others can be taken beside it.
    private static final int SMALL_BYTES = 256 * 1024;

    private static final Pattern FIELD = Pattern.compile("[!-9;-~]+[ \\t]*:.*");

    /// Who is told what was found.
    interface Finder {
        /// Whether this mail is to be given at all.
        boolean wants(String item, String stamp);

        void mail(Mail mail) throws IOException;

        /// A file in a folder that is no mail.
        void skipped(Path file, String why);

        /// What cannot be read.
        void failed(Path file, IOException why);
    }

    /// A mail in a file.
    ///
    /// @param item how to name it: the file, and the place in it
    /// @param stamp changes when the file does
    /// @param fileBytes how much of the file it takes up
    /// @param passing whether it can be opened only until [Finder#mail] returns
    record Mail(String item, String stamp, long fileBytes, boolean passing, Opener opener) {}

    /// Opens a mail's octets; may be called on any thread. The caller closes the stream.
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    private final Finder finder;
    private final Deque<Path> above = new ArrayDeque<>();

    MailFiles(Finder finder) {
        this.finder = finder;
    }

    /// Finds all mails at a path.
    ///
    /// @throws IOException only what the finder throws
    void find(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            folder(path);
        } else {
            try {
                file(path, true);
            } catch (UnreadableException e) {
                finder.failed(path, e.why);
            }
        }
    }

    private void folder(Path folder) throws IOException {
        Path real;
        String[] names;
        try {
            real = folder.toRealPath();
            names = names(folder);
        } catch (IOException e) {
            finder.failed(folder, e);
            return;
        }
        if (above.contains(real)) {
            finder.skipped(folder, "a link to a folder above it");
            return;
        }
        above.push(real);
        boolean maildir = Files.isDirectory(folder.resolve("cur")) && Files.isDirectory(folder.resolve("new"));
        for (String name : names) {
            Path inside = folder.resolve(name);
            if (Files.isDirectory(inside)) {
                if (!maildir || !name.equals("tmp")) {
                    folder(inside);
                }
            } else if (maildir) {
                finder.skipped(inside, "beside the mail of a maildir");
            } else {
                try {
                    file(inside, false);
                } catch (UnreadableException e) {
                    finder.failed(inside, e.why);
                }
            }
        }
        above.pop();
    }

    private static String[] names(Path folder) throws IOException {
        String[] names = new String[64];
        int count = 0;
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                if (count == names.length) {
                    names = Arrays.copyOf(names, 2 * count);
                }
                names[count++] = String.valueOf(entry.getFileName());
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
        }
        names = Arrays.copyOf(names, count);
        Arrays.sort(names);
        return names;
    }

    /// Trouble with a file of the user's, as opposed to trouble of the finder's.
    static final class UnreadableException extends IOException {
        private static final long serialVersionUID = 1L;

        private final IOException why;

        UnreadableException(IOException why) {
            super(why);
            this.why = why;
        }
    }

    private void file(Path file, boolean named) throws IOException {
        Kind kind;
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile() && !named) {
                finder.skipped(file, "no file");
                return;
            }
            if (!attributes.isRegularFile()) {
                throw new IOException("not a file");
            }
            kind = kind(file, named);
        } catch (IOException e) {
            throw new UnreadableException(e);
        }
        String stamp = attributes.size() + " " + attributes.lastModifiedTime();
        long size = attributes.size();
        switch (kind) {
            case MAIL -> {
                Opener opener = packed(file) ? () -> unpacked(file) : new FileContent(file, 0, size)::open;
                if (finder.wants(file.toString(), stamp)) {
                    finder.mail(new Mail(file.toString(), stamp, size, false, opener));
                }
            }
            case MBOX -> mbox(file, stamp, size);
            case OTHER -> finder.skipped(file, "no mail");
        }
    }

    private void mbox(Path file, String stamp, long size) throws IOException {
        InputStream in;
        Manifest.Reader manifest;
        try {
            manifest = Manifest.beside(file);
            in = packed(file) ? unpacked(file) : new FileContent(file, 0, size).open();
        } catch (IOException e) {
            throw new UnreadableException(e);
        }
        try (in;
                manifest) {
            long[] number = {0};
            MboxReader.read(new UserFile(in), (fromLine, message) -> {
                String item = file + "#" + ++number[0];
                Optional<MboxManifest.Entry> entry = manifest.next();
                if (finder.wants(item, stamp)) {
                    message(item, stamp, message, entry);
                }
            });
        }
    }

    private void message(String item, String stamp, InputStream message, Optional<MboxManifest.Entry> entry)
            throws IOException {
        byte[] begin = message.readNBytes(SMALL_BYTES);
        if (begin.length < SMALL_BYTES) {
            Content small = restored(Content.owning(begin, begin.length), entry);
            finder.mail(new Mail(item, stamp, begin.length, false, small::open));
        } else if (entry.isEmpty()) {
            InputStream whole = new SequenceInputStream(new ByteArrayInputStream(begin), message);
            finder.mail(new Mail(item, stamp, begin.length, true, () -> whole));
        } else {
            Path copy = Files.createTempFile("carteggio", ".part"); // only the whole tells whether the manifest fits
            try {
                try (OutputStream out = Files.newOutputStream(copy)) {
                    out.write(begin);
                    message.transferTo(out);
                }
                Content large = restored(new FileContent(copy, 0, Files.size(copy)), entry);
                finder.mail(new Mail(item, stamp, large.sizeBytes(), true, large::open));
            } finally {
                Files.deleteIfExists(copy);
            }
        }
    }

    private static Content restored(Content read, Optional<MboxManifest.Entry> entry) throws IOException {
        return entry.isPresent() ? entry.get().restore(read).orElse(read) : read;
    }

    /// Marks trouble in reading as trouble with the user's file.
    private static final class UserFile extends FilterInputStream {
        UserFile(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException e) {
                throw new UnreadableException(e);
            }
        }
    }

    private enum Kind {
        MAIL,
        MBOX,
        OTHER
    }

    private static Kind kind(Path file, boolean named) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".gz")) {
            name = name.substring(0, name.length() - 3);
        }
        boolean eml = name.endsWith(".eml");
        byte[] begin = begin(file);
        if (name.endsWith(".mbox") || name.endsWith(".mbx") || (!eml && MboxReader.looksLikeMbox(begin))) {
            return Kind.MBOX;
        }
        String first = new String(begin, StandardCharsets.ISO_8859_1)
                .lines()
                .findFirst()
                .orElse("");
        return eml || named || first.startsWith("From ") || FIELD.matcher(first).matches() ? Kind.MAIL : Kind.OTHER;
    }

    private static byte[] begin(Path file) throws IOException {
        try (InputStream in = packed(file) ? unpacked(file) : Files.newInputStream(file)) {
            return in.readNBytes(PEEK_BYTES);
        }
    }

    private static boolean packed(Path file) {
        return Optional.ofNullable(file.getFileName())
                .filter(name -> name.toString().toLowerCase(Locale.ROOT).endsWith(".gz"))
                .isPresent();
    }

    private static InputStream unpacked(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            return new GZIPInputStream(new BufferedInputStream(in), 32 * 1024);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }
}
