package io.carteggio.server.command;

import io.carteggio.embedded.disk.FileContent;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.embedded.spool.Spools;
import io.carteggio.mail.Content;
import io.carteggio.mail.mbox.MboxManifest;
import io.carteggio.mail.mbox.MboxReader;
import io.carteggio.mail.outlook.DamagedException;
import io.carteggio.mail.outlook.Outlook;
import io.carteggio.mail.outlook.OutlookItem;
import io.carteggio.mail.outlook.Recomposer;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// Finds the mails in files and folders, always in the same order: folders by name, all else by place.
///
/// In a folder or an archive a file counts as mail if its name ends in `.eml` or if it begins like a mail; everything
/// else there is named as skipped. A file that the user names is mail, whatever it looks like. An mbox is known by its
/// suffix or by a first line of the kind that parts the mails of one; a file `.eml` is always one mail, also with such
/// a line. A folder with `cur` and `new` is a maildir: its `tmp` holds what is not yet mail. `.gz` is undone. Outlook's
/// `.pst` and `.msg` hold items, of which mails are recomposed; `.zip`, `.tar`, `.tar.gz` and `.tgz` hold any of these.
///
/// What must be unpacked goes to a spool, never to a file of a name that an archive chose.
final class MailFiles {
    /// A message of an mbox up to this size is read ahead, so that others can be taken beside it.
    private static final int SMALL_BYTES = 256 * 1024;

    /// How deep archives may lie in each other.
    static final int ARCHIVE_DEPTH_LIMIT = 2;

    /// A folder's name is cut to this many characters where it becomes a label.
    static final int LABEL_LIMIT_CHARS = 1_000;

    /// Who is told what was found.
    interface Finder {
        /// Whether this mail is to be given at all.
        boolean wants(String item, String stamp);

        void mail(Mail mail) throws IOException;

        /// What is no mail.
        void skipped(String item, String why);

        /// What cannot be read.
        void failed(String item, IOException why);
    }

    /// A mail in a file.
    ///
    /// @param item how to name it: the file, and the place in it
    /// @param stamp changes when the file does
    /// @param fileBytes how much of the file it takes up
    /// @param passing whether it can be opened only until [Finder#mail] returns
    record Mail(String item, String stamp, long fileBytes, boolean passing, About about, Opener opener) {}

    /// What the file tells of a mail beside its octets.
    ///
    /// @param labels the folder that it lay in, if any
    /// @param recomposed of what it was recomposed, if it was: `pst`, `msg`
    /// @param troubles what of it could not be read
    /// @param received when the server that it is on got it, if it is on one that says so
    record About(List<String> labels, Optional<String> recomposed, List<String> troubles, Optional<Instant> received) {
        About {
            labels = List.copyOf(labels);
            troubles = List.copyOf(troubles);
        }

        static About in(List<String> folders) {
            return in(folders, Optional.empty());
        }

        static About in(List<String> folders, Optional<Instant> received) {
            return new About(label(folders), Optional.empty(), List.of(), received);
        }

        private static List<String> label(List<String> folders) {
            String path =
                    String.join("/", folders).replaceAll("\\p{Cntrl}+", " ").strip();
            int end = Math.min(path.length(), LABEL_LIMIT_CHARS);
            boolean split = end < path.length() && Character.isHighSurrogate(path.charAt(end - 1));
            return path.isEmpty() ? List.of() : List.of(path.substring(0, split ? end - 1 : end));
        }
    }

    /// Opens a mail's octets; may be called on any thread. The caller closes the stream.
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    private final Finder finder;
    private final Spools spools;
    private final Deque<Path> above = new ArrayDeque<>();

    MailFiles(Finder finder, Spools spools) {
        this.finder = finder;
        this.spools = spools;
    }

    /// Finds all mails at a path.
    ///
    /// @throws IOException only what the finder throws
    void find(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            folder(path, List.of());
        } else {
            file(path, List.of(), true);
        }
    }

    private void folder(Path folder, List<String> labels) throws IOException {
        Path real;
        String[] names;
        try {
            real = folder.toRealPath();
            names = names(folder);
        } catch (IOException e) {
            finder.failed(folder.toString(), e);
            return;
        }
        if (above.contains(real)) {
            finder.skipped(folder.toString(), "a link to a folder above it");
            return;
        }
        above.push(real);
        boolean maildir = Files.isDirectory(folder.resolve("cur")) && Files.isDirectory(folder.resolve("new"));
        for (String name : names) {
            Path inside = folder.resolve(name);
            if (Files.isDirectory(inside)) {
                if (!maildir || !name.equals("tmp")) {
                    folder(inside, below(labels, name, maildir));
                }
            } else if (maildir) {
                finder.skipped(inside.toString(), "beside the mail of a maildir");
            } else {
                file(inside, labels, false);
            }
        }
        above.pop();
    }

    /// The labels of a folder in a folder. A maildir's own folders have none, `.A.B` in one is `A/B`; Thunderbird keeps
    /// what lies below the mailbox `A` in `A.sbd`.
    private static List<String> below(List<String> labels, String name, boolean maildir) {
        List<String> below = new ArrayList<>(labels);
        if (maildir && name.startsWith(".")) {
            Arrays.stream(name.substring(1).split("\\.", -1))
                    .filter(n -> !n.isEmpty())
                    .forEach(below::add);
        } else if (!maildir || !(name.equals("cur") || name.equals("new"))) {
            below.add(name.endsWith(".sbd") ? name.substring(0, name.length() - 4) : name);
        }
        return below;
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

    private void file(Path file, List<String> labels, boolean named) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException e) {
            finder.failed(file.toString(), e);
            return;
        }
        if (!attributes.isRegularFile()) {
            if (named) {
                finder.failed(file.toString(), new IOException("not a file"));
            } else {
                finder.skipped(file.toString(), "no file");
            }
            return;
        }
        look(new FoundFile(
                file.toString(),
                String.valueOf(file.getFileName()),
                labels,
                attributes.size() + " " + attributes.lastModifiedTime(),
                named,
                false,
                new FileContent(file, 0, attributes.size()),
                Optional.empty(),
                0));
    }

    /// What is in a file; what cannot be read of it is told to the finder.
    private void look(FoundFile found) throws IOException {
        try {
            switch (found.kind()) {
                case MAIL -> {
                    if (finder.wants(found.item(), found.stamp())) {
                        finder.mail(new Mail(
                                found.item(),
                                found.stamp(),
                                found.content().sizeBytes(),
                                found.passing(),
                                About.in(found.folders()),
                                found::open));
                    }
                }
                case MBOX -> mbox(found);
                case MSG -> {
                    if (finder.wants(found.item(), found.stamp())) {
                        whole(
                                found,
                                content -> recomposed(
                                        found,
                                        found.item(),
                                        found.folders(),
                                        "msg",
                                        () -> Outlook.msg(new UserFile.UserContent(content))));
                    }
                }
                case PST -> whole(found, content -> pst(found, content));
                case ZIP -> whole(found, content -> zip(found, content));
                case TAR -> tar(found);
                case OTHER -> finder.skipped(found.item(), "no mail");
            }
        } catch (UserFile.UnreadableException e) {
            finder.failed(found.item(), e.why);
        } catch (DamagedException e) {
            finder.failed(found.item(), e);
        }
    }

    // ---- mboxes --------------------------------------------------------------------------------------------------

    private void mbox(FoundFile found) throws IOException {
        List<String> folders = new ArrayList<>(found.folders());
        if (!found.named()) {
            folders.add(found.plainName().replaceFirst("(?i)\\.mbo?x$", ""));
        }
        About about = About.in(folders);
        try (Manifest.Reader manifest = manifest(found);
                InputStream in = found.openMarked()) {
            long[] number = {0};
            MboxReader.read(in, (fromLine, message) -> {
                String item = found.item() + "#" + ++number[0];
                Optional<MboxManifest.Entry> entry = manifest.next();
                if (finder.wants(item, found.stamp())) {
                    message(item, found.stamp(), about, message, entry);
                }
            });
        }
    }

    /// Only beside a file of the user's own.
    private static Manifest.Reader manifest(FoundFile found) throws IOException {
        if (found.archives() > 0 || !(found.content() instanceof FileContent(Path file, long offset, long size))) {
            return new Manifest.Reader(Optional.empty());
        }
        try {
            return Manifest.beside(file);
        } catch (IOException e) {
            throw new UserFile.UnreadableException(e);
        }
    }

    private void message(
            String item, String stamp, About about, InputStream message, Optional<MboxManifest.Entry> entry)
            throws IOException {
        byte[] begin = message.readNBytes(SMALL_BYTES);
        if (begin.length < SMALL_BYTES) {
            Content small = restored(Content.owning(begin, begin.length), entry);
            finder.mail(new Mail(item, stamp, begin.length, false, about, small::open));
        } else if (entry.isEmpty()) {
            InputStream whole = new SequenceInputStream(new ByteArrayInputStream(begin), message);
            finder.mail(new Mail(item, stamp, begin.length, true, about, () -> whole));
        } else {
            try (Spool copy = spools.open()) { // only the whole tells whether the manifest fits
                copy.write(begin);
                message.transferTo(copy);
                Content large = restored(copy.content(), entry);
                finder.mail(new Mail(item, stamp, large.sizeBytes(), true, about, large::open));
            }
        }
    }

    private static Content restored(Content read, Optional<MboxManifest.Entry> entry) throws IOException {
        return entry.isPresent() ? entry.get().restore(read).orElse(read) : read;
    }

    // ---- Outlook -------------------------------------------------------------------------------------------------

    private void pst(FoundFile found, Content content) throws IOException {
        try {
            walk(found, content);
        } catch (RuntimeException | StackOverflowError e) {
            throw new UserFile.UnreadableException(new IOException("a fault of this program at a PST: " + e, e));
        }
    }

    private void walk(FoundFile found, Content content) throws IOException {
        Outlook.pst(new UserFile.UserContent(content), new Outlook.Finder() {
            @Override
            public void item(List<String> folder, String id, Outlook.Opener opener) throws IOException {
                String item = found.item() + "!" + String.join("/", folder) + "#" + id;
                if (finder.wants(item, found.stamp())) {
                    recomposed(found, item, folder, "pst", opener);
                }
            }

            @Override
            public void damaged(String folder, String why) {
                finder.failed(found.item() + "!" + folder, new IOException(why));
            }
        });
    }

    /// Recomposes the mail of an item. An item that is more than this program can bear is named like any other that
    /// cannot be read, and those after it follow.
    private void recomposed(FoundFile found, String item, List<String> folders, String form, Outlook.Opener opener)
            throws IOException {
        try (Spool mail = spools.open()) {
            About about;
            try {
                OutlookItem read = opener.open();
                Optional<String> other = read.notMail();
                if (other.isPresent()) {
                    finder.skipped(item, "no mail but " + other.get());
                    return;
                }
                List<String> troubles = Recomposer.write(read, mail);
                about = new About(About.label(folders), Optional.of(form), troubles, Optional.empty());
            } catch (DamagedException e) {
                finder.failed(item, e);
                return;
            } catch (RuntimeException | StackOverflowError e) {
                finder.failed(item, new IOException("a fault of this program at an item: " + e, e));
                return;
            }
            Content content = mail.content();
            finder.mail(new Mail(
                    item, found.stamp(), content.sizeBytes(), content instanceof FileContent, about, content::open));
        }
    }

    // ---- archives ------------------------------------------------------------------------------------------------

    private Unpacking unpacking(FoundFile archive) throws UserFile.UnreadableException {
        if (archive.archives() == ARCHIVE_DEPTH_LIMIT) {
            throw new UserFile.UnreadableException(
                    new IOException("archives lie more than " + ARCHIVE_DEPTH_LIMIT + " deep; unpack the outer ones"));
        }
        return archive.unpacking()
                .orElseGet(() -> new Unpacking(archive.content().sizeBytes()));
    }

    private void zip(FoundFile archive, Content content) throws IOException {
        Unpacking unpacking = unpacking(archive);
        if (content instanceof FileContent(Path file, long offset, long size)) {
            zip(archive, file, unpacking);
            return;
        }
        Path copy = Files.createTempFile("carteggio", ".part"); // what unpacks a zip wants a file
        try {
            try (InputStream in = content.open()) {
                Files.copy(in, copy, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
            zip(archive, copy, unpacking);
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    private void zip(FoundFile archive, Path file, Unpacking unpacking) throws IOException {
        try (ZipFile zip = opened(file)) {
            Set<String> seen = new HashSet<>();
            Enumeration<? extends ZipEntry> entries = zip.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                unpacking.file();
                if (entry.isDirectory()) {
                    continue;
                }
                if (!seen.add(entry.getName())) {
                    finder.failed(
                            archive.item() + "!" + entry.getName(),
                            new IOException("a second file of this name in the archive; unpack it by hand"));
                    continue;
                }
                CRC32 sum = new CRC32();
                try (Spool copy = spools.open()) {
                    try (InputStream in = new CheckedInputStream(zip.getInputStream(entry), sum)) {
                        unpacking.unpack(new UserFile(in), copy);
                    }
                    if (sum.getValue() != entry.getCrc()) {
                        throw new UserFile.UnreadableException(
                                new ZipException("damaged or encrypted: its sum is wrong"));
                    }
                    packed(archive, entry.getName(), unpacking, copy.content());
                } catch (UserFile.OverLimitException e) {
                    throw e;
                } catch (UserFile.UnreadableException | ZipException e) { // this file's trouble alone
                    finder.failed(
                            archive.item() + "!" + entry.getName(),
                            e instanceof UserFile.UnreadableException u ? u.why : e);
                }
            }
        }
    }

    /// Names are UTF-8, or else those of DOS.
    private static ZipFile opened(Path file) throws UserFile.UnreadableException {
        try {
            return new ZipFile(file.toFile(), StandardCharsets.UTF_8);
        } catch (IOException | RuntimeException e) {
            try {
                return new ZipFile(file.toFile(), Charset.forName("IBM437"));
            } catch (IOException | RuntimeException still) {
                throw new UserFile.UnreadableException(
                        new IOException("no zip, or a damaged one: " + still.getMessage(), still));
            }
        }
    }

    private void tar(FoundFile archive) throws IOException {
        Unpacking unpacking = unpacking(archive);
        try (InputStream in = new BufferedInputStream(archive.openMarked(), 64 * 1024)) {
            TarReader.read(in, new TarReader.Finder() {
                @Override
                public void file(String name, long sizeBytes, InputStream octets) throws IOException {
                    unpacking.file();
                    try (Spool copy = spools.open()) {
                        unpacking.unpack(octets, copy);
                        packed(archive, name, unpacking, copy.content());
                    }
                }

                @Override
                public void other(String name) {
                    finder.skipped(archive.item() + "!" + name, "neither file nor folder");
                }
            });
        } catch (TarReader.DamagedTarException e) {
            throw new UserFile.UnreadableException(e);
        }
    }

    /// Looks what is in a file that lay in an archive.
    private void packed(FoundFile archive, String name, Unpacking unpacking, Content content) throws IOException {
        String item = archive.item() + "!" + name;
        List<String> folders = new ArrayList<>();
        String[] path = name.replace('\\', '/').split("/", -1);
        for (int i = 0; i < path.length - 1; i++) {
            boolean last = i == path.length - 2;
            boolean maildir = last && (path[i].equals("cur") || path[i].equals("new"));
            if (!path[i].isEmpty() && !path[i].equals(".") && !path[i].equals("..") && !maildir) {
                folders.add(path[i]);
            }
        }
        look(new FoundFile(
                item,
                path[path.length - 1],
                folders,
                archive.stamp(),
                false,
                content instanceof FileContent,
                content,
                Optional.of(unpacking),
                archive.archives() + 1));
    }

    @FunctionalInterface
    private interface Use {
        void of(Content content) throws IOException;
    }

    /// Gives a file's content to something that reads here and there in it.
    private void whole(FoundFile found, Use use) throws IOException {
        if (!found.packed()) {
            use.of(found.content());
            return;
        }
        Unpacking unpacking =
                found.unpacking().orElseGet(() -> new Unpacking(found.content().sizeBytes()));
        try (Spool copy = spools.open()) {
            try (InputStream in = found.openMarked()) {
                unpacking.unpack(in, copy);
            }
            use.of(copy.content());
        }
    }
}
