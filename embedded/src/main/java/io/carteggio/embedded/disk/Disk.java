package io.carteggio.embedded.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/// What the vault asks of a file system, and no more: so that a test can put a disk in its place that loses,
/// tears, reorders or corrupts whatever was not forced.
///
/// The rules a real disk keeps, and the vault relies on: after [DiskFile#force] the octets and the length of the file
/// survive a power cut; after [#forceDirectory] the names in it do; a rename is seen wholly or not at all.
/// Anything else may be lost, in any order and in part. Safe for many threads.
public interface Disk {
    /// Makes an empty file, readable by its owner alone.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException where there is one of this name
    DiskFile create(Path file) throws IOException;

    /// Opens a file that is there.
    DiskFile open(Path file, Access access) throws IOException;

    boolean exists(Path file) throws IOException;

    boolean isDirectory(Path path) throws IOException;

    long sizeBytes(Path file) throws IOException;

    /// What lies in a directory, sorted by name.
    List<Path> list(Path directory) throws IOException;

    /// Gives a file another name in the same file system; a file that had it is gone.
    void rename(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    /// Makes a directory, open to its owner alone, in one that is there. Its name is not forced.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException where there is anything of this name
    void createDirectory(Path directory) throws IOException;

    /// Forces the names in a directory.
    void forceDirectory(Path directory) throws IOException;

    /// What a file is opened for.
    enum Access {
        READ,
        WRITE
    }

    /// An open file. Reads may come from many threads, writes from one at a time.
    interface DiskFile extends Closeable {
        long sizeBytes() throws IOException;

        /// Reads at a place until the buffer is full or the file ends.
        ///
        /// @return how many octets were read; less than the buffer had room for only at the end of the file
        int read(ByteBuffer into, long at) throws IOException;

        /// Writes all octets of the buffer at a place. When it throws, any part of them may have been written.
        void write(ByteBuffer from, long at) throws IOException;

        void truncate(long sizeBytes) throws IOException;

        /// Forces octets and length to stable storage.
        void force() throws IOException;
    }

    /// Makes a directory, open to its owner alone, with all above it that are missing, and forces their names.
    ///
    /// The name of one that is there is forced all the same: whoever made it may have been killed before he
    /// did, and without it a power cut takes all that is in it, forced or not. Directories above that one need
    /// it no more: nothing was made in them before their own names were forced.
    default void createDirectories(Path directory) throws IOException {
        Path above = directory.toAbsolutePath().getParent();
        if (above == null) {
            return; // the root
        }
        if (!isDirectory(directory)) {
            createDirectories(above);
            createDirectory(directory);
            forceDirectory(above);
            return;
        }
        try {
            forceDirectory(above);
        } catch (AccessDeniedException notOurs) {
            // who may not read the directory above has been given this one, and not made it
        }
    }

    /// Puts a small file in place, wholly or not at all: write beside, force, rename, force the directory.
    default void replace(Path file, byte[] bytes) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        if (exists(beside)) {
            delete(beside);
        }
        try (DiskFile written = create(beside)) {
            written.write(ByteBuffer.wrap(bytes), 0);
            written.force();
        }
        rename(beside, file);
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null) {
            throw new IOException(file + " lies in no directory");
        }
        forceDirectory(directory);
    }

    /// All octets of a small file.
    default byte[] readAll(Path file) throws IOException {
        try (DiskFile open = open(file, Access.READ)) {
            ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(open.sizeBytes()));
            open.read(all, 0);
            return Arrays.copyOf(all.array(), all.position());
        }
    }
}
