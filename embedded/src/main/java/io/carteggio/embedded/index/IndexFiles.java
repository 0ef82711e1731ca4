package io.carteggio.embedded.index;

import io.carteggio.archive.ArchiveException;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of an index: whether what lies in it can be used, and what to do where it cannot.
public final class IndexFiles {
    /// Under this name a commit says how its letters are laid out.
    static final String SCHEMA = "carteggio.schema";

    /// A file that says that the rest must not be trusted any more.
    private static final String DAMAGED = "DAMAGED";

    private static final Logger LOG = LoggerFactory.getLogger(IndexFiles.class);

    private IndexFiles() {}

    /// Reads the checksums of an index's files, which may be open meanwhile.
    ///
    /// @return what is not as it was written
    public static List<String> problems(Path folder) throws ArchiveException {
        try (Directory directory = FSDirectory.open(folder)) {
            if (!DirectoryReader.indexExists(directory)) {
                return List.of();
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    leaf.reader().checkIntegrity();
                }
            }
            return List.of();
        } catch (IOException | IllegalArgumentException e) {
            if (isDamage(e)) {
                return List.of("the index is damaged: " + e.getMessage());
            }
            throw new ArchiveException("the index's files cannot be read: " + e, true, e);
        }
    }

    /// Why what is in the folder cannot be used.
    static Optional<String> unusable(Path folder) throws IOException {
        if (Files.exists(folder.resolve(DAMAGED))) {
            return Optional.of("it was found damaged");
        }
        try (Directory directory = FSDirectory.open(folder)) {
            if (!DirectoryReader.indexExists(directory)) {
                return Optional.empty();
            }
            String schema =
                    SegmentInfos.readLatestCommit(directory).getUserData().getOrDefault(SCHEMA, "none");
            return schema.equals(Fields.SCHEMA)
                    ? Optional.empty()
                    : Optional.of("its schema is " + schema + ", this program's is " + Fields.SCHEMA);
        } catch (IOException | IllegalArgumentException e) {
            if (isDamage(e)) {
                return Optional.of(e.toString());
            }
            throw e;
        }
    }

    /// Whether files are not as they were written, by this program.
    static boolean isDamage(Exception e) {
        return e instanceof CorruptIndexException
                || e instanceof IndexFormatTooOldException
                || e instanceof IndexFormatTooNewException
                || e instanceof EOFException
                || e instanceof NoSuchFileException
                || e instanceof FileNotFoundException
                || e instanceof IllegalArgumentException; // a codec of another Lucene
    }

    /// Removes all of an index that nobody has open.
    static void empty(Path folder) throws IOException {
        try (Directory directory = FSDirectory.open(folder);
                var lock = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
            lock.ensureValid();
            for (String file : directory.listAll()) {
                if (!file.equals(IndexWriter.WRITE_LOCK_NAME) && !file.equals(DAMAGED)) {
                    directory.deleteFile(file);
                }
            }
            Files.deleteIfExists(folder.resolve(DAMAGED));
        }
    }

    /// A damaged file shows when it is read. The index goes on answering from what is sound, and the
    /// next opening makes it anew.
    static void distrust(Path folder, Exception e) {
        try {
            LOG.error("the index in {} is damaged and will be made anew at the next start", folder, e);
            Files.writeString(folder.resolve(DAMAGED), e + "\n");
        } catch (IOException cannotEvenSaySo) {
            e.addSuppressed(cannotEvenSaySo);
        }
    }

    static long bytes(Directory directory) throws IOException {
        long bytes = 0;
        for (String file : directory.listAll()) {
            bytes += lengthOrGone(directory, file);
        }
        return bytes;
    }

    private static long lengthOrGone(Directory directory, String file) throws IOException {
        try {
            return directory.fileLength(file);
        } catch (NoSuchFileException | FileNotFoundException mergedAwayMeanwhile) {
            return 0;
        }
    }
}
