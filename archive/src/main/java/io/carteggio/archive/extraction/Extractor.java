package io.carteggio.archive.extraction;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.mime.UnreadParts.UnreadPart;
import java.util.Optional;

/// Finds the words of attachments. Whatever an attachment does to the program that reads it, the archive does
/// not notice but by the answer. Safe for many threads.
public interface Extractor extends AutoCloseable {
    /// Reads one attachment. That it cannot be read is an answer too.
    ///
    /// @param textChars most characters of the answer
    /// @throws ArchiveException where nothing can be read at the moment, whatever it is
    Extracted read(UnreadPart part, int textChars) throws ArchiveException, InterruptedException;

    /// The version of what reads: what another one has read is read again.
    String reader();

    /// How many attachments are read at the same time, at most.
    int width();

    /// Nothing is to be read for a while: gives back what waiting costs.
    void rest();

    /// Keeps nothing of what was read by now, in no memory of any process.
    void forget();

    Condition condition();

    /// Ends what is being read.
    @Override
    void close();

    /// How the reading programs fare.
    ///
    /// @param running how many there are
    /// @param started how many were started by now
    /// @param killed how many were ended for what they read took, or ended themselves over it
    /// @param residentBytes what those that run take of memory
    /// @param notice what is not as it should be, though they work: a wall that this machine does not have
    record Condition(int running, long started, long killed, long residentBytes, Optional<String> notice) {}
}
