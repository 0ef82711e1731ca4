package io.carteggio.archive.search;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Scope;
import java.util.List;

/// The full-text index's driver. [#put] and [#commit] are called by one thread, questions may be asked by many.
public interface SearchIndex extends AutoCloseable {
    /// Takes letters, each in place of what it knew of the same letter. They are found when this returns, and are
    /// still
    /// there after a crash once [#commit] has returned.
    void put(List<LetterDocument> letters) throws ArchiveException;

    /// Forces what was put to stable storage.
    void commit() throws ArchiveException;

    /// The letters that match and that the scope lets through: an address of the scope in the envelope of one
    /// testimony
    /// at
    /// an instant that the tenure covers, tested per testimony. Newest first.
    ///
    /// @param limit 1 to 200 hits
    /// @param beforeLetter only letters with smaller numbers, for the next page; [Long#MAX_VALUE] for the first
    Found find(Query query, Scope scope, int limit, long beforeLetter) throws ArchiveException;

    /// How many letters the index has.
    long size() throws ArchiveException;

    /// Octets on disk.
    long storedBytes() throws ArchiveException;

    /// Removes everything, for making it anew.
    void clear() throws ArchiveException;

    @Override
    void close() throws ArchiveException;

    /// An answer.
    ///
    /// @param total how many letters match within the scope
    /// @param notFullySearched how many of the scope's letters could not be searched wholly (encrypted, damaged,
    ///     cut)
    record Found(List<Hit> hits, long total, long notFullySearched) {
        public Found {
            hits = List.copyOf(hits);
        }
    }
}
