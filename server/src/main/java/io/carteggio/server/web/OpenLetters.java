package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Viewer;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.ReadLimits;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The letter of an address, for whoever asks: opened by [io.carteggio.archive.access.Reading], so that what is not the
/// viewer's is answered like what does not exist. Safe for many threads.
final class OpenLetters {
    static final ReadLimits LIMITS = ReadLimits.DEFAULT;

    /// Letters read at the same time; each may take some 20 MB of text while it is.
    static final int READ_AT_ONCE = 4;

    private static final long PATIENCE_SECONDS = 20;

    private final Site site;
    private final Semaphore reading = new Semaphore(READ_AT_ONCE, true);

    OpenLetters(Site site) {
        this.site = site;
    }

    /// What is done with a letter that was opened.
    @FunctionalInterface
    interface Work {
        void with(OpenLetter letter) throws ArchiveException, IOException;
    }

    /// Does something with the letter of the address, if it is there and this viewer may see it; else says that there
    /// is none.
    void with(Visit visit, Work work) throws ArchiveException, IOException {
        Optional<OpenLetter> open = opened(visit);
        if (open.isEmpty()) {
            visit.notFound();
        } else {
            work.with(open.get());
        }
    }

    /// The same, in its turn: of the few that read all of a letter's text at a time.
    void read(Visit visit, Optional<OpenLetter> open, Work work) throws ArchiveException, IOException, Busy {
        if (open.isEmpty()) {
            visit.notFound();
            return;
        }
        takeTurn();
        try {
            work.with(open.get());
        } finally {
            reading.release();
        }
    }

    private void takeTurn() throws Busy {
        try {
            if (!reading.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new Busy("too many letters are being read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Busy("the server stops");
        }
    }

    /// The letter of the address, if it is there and this viewer may see it.
    Optional<OpenLetter> opened(Visit visit) throws ArchiveException {
        Optional<LetterId> id = id(visit);
        return id.isEmpty() ? Optional.empty() : site.desk().reading().open(visit.viewer(), id.get());
    }

    /// The same; what belongs to the page that this session was given a moment ago is no act of its own.
    Optional<OpenLetter> ofThePage(Visit visit) throws ArchiveException {
        Optional<LetterId> id = id(visit);
        boolean ofThePage = id.isPresent() && Tokens.same(pass(visit, id.get().text()), visit.query("pass"));
        return ofThePage ? site.desk().reading().openDuringWalk(visit.viewer(), id.get()) : opened(visit);
    }

    static Optional<LetterId> id(Visit visit) {
        String text = visit.path("id");
        return text.matches("[a-z2-7]{32}") ? Optional.of(new LetterId(text)) : Optional.empty();
    }

    /// Says that this session opened this letter as this viewer; worthless for any other.
    String pass(Visit visit, String id) {
        return pass(visit.loggedIn(), visit.viewer(), id);
    }

    String pass(Session session, Viewer viewer, String id) {
        String reason = viewer instanceof Viewer.Auditor auditor ? auditor.reason() : "";
        return site.tokens().seal("letter", session.handle(), id, reason);
    }

    /// The parts of a letter that are not its text.
    static Stream<Attachment> parts(Letter letter) {
        return Stream.concat(letter.files().stream(), letter.otherParts().stream());
    }
}
