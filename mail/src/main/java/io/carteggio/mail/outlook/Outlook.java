package io.carteggio.mail.outlook;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.util.List;

/// Recognises and reads Outlook's files. Each call belongs to one thread.
public final class Outlook {
    private Outlook() {}

    /// Who is told what is in a PST.
    public interface Finder {
        /// An item in a folder.
        ///
        /// @param folder the names of the folders it lies in, the outermost first
        /// @param id what tells it from all others in the file
        /// @param opener reads it; [DamagedException] where it cannot be read
        void item(List<String> folder, String id, Opener opener) throws IOException;

        /// A part of the file that cannot be read; the rest is.
        void damaged(String folder, String why) throws IOException;
    }

    /// Reads an item, as long as the walk through its file goes on.
    @FunctionalInterface
    public interface Opener {
        OutlookItem open() throws IOException;
    }

    /// Whether a file that begins so is a PST (or OST).
    public static boolean looksLikePst(byte[] begin) {
        return PstStore.looksLikeOne(begin);
    }

    /// Whether a file that begins so is a compound file, as a `.msg` is; Word and Excel made such files too.
    public static boolean looksLikeCompoundFile(byte[] begin) {
        return CompoundFile.looksLikeOne(begin);
    }

    /// Reads a `.msg`.
    ///
    /// @throws DamagedException where it is none
    public static OutlookItem msg(Content file) throws IOException {
        return MsgReader.read(file);
    }

    /// Walks through a PST, folder by folder, always in the same order.
    ///
    /// @throws DamagedException where it is none
    public static void pst(Content file, Finder finder) throws IOException {
        PstReader.read(file, finder);
    }
}
