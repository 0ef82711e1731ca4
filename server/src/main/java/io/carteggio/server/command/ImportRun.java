package io.carteggio.server.command;

import io.carteggio.archive.entry.Disposition;
import io.carteggio.embedded.spool.Spools;
import io.carteggio.mail.Sha256;
import io.carteggio.server.command.MailFiles.Mail;
import io.carteggio.server.local.Access;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.PeerGoneException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.databind.node.ObjectNode;

/// One import: finds mails on one thread and gives them to the archive on several, so that many share one forced write.
///
/// A file that cannot be read is named and counted, and the rest goes on. Where the archive itself refuses one
/// mail after another, or is gone, the run stops: what came after would only fail too.
final class ImportRun implements MailFiles.Finder {
    private static final int AT_ONCE = 8;
    private static final int QUEUE = 32;
    private static final long SCRATCH_IN_MEMORY_BYTES = 32L * 1024 * 1024;

    /// Refused in a row: then it is not the mail's fault.
    private static final int REFUSALS_IN_A_ROW = 10;

    private final Access access;
    private final String source;
    private final ImportProgress progress;
    private final ProgressLine shown;
    private final ImportReport report;
    private final Console console;
    private final BlockingQueue<Mail> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicReference<Optional<String>> stopped = new AtomicReference<>(Optional.empty());
    private final AtomicInteger inARow = new AtomicInteger();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();
    private final AtomicLong incomplete = new AtomicLong();
    private volatile boolean allFound;

    /// How a run ended.
    ///
    /// @param failed files and mails that are not in the archive, for whatever reason
    /// @param refused those of them that the archive refused
    /// @param skipped files in folders, and items, that are no mail
    /// @param incomplete mails in the archive that lack a part of the item they were recomposed of
    /// @param stopped why it did not come to its end
    record Result(long failed, long refused, long skipped, long incomplete, Optional<String> stopped) {}

    ImportRun(
            Access access,
            String source,
            ImportProgress progress,
            ProgressLine shown,
            ImportReport report,
            Console console) {
        this.access = access;
        this.source = source;
        this.progress = progress;
        this.shown = shown;
        this.report = report;
        this.console = console;
    }

    /// Where mails are looked for.
    @FunctionalInterface
    interface Search {
        /// Gives what it finds.
        ///
        /// @param spools for what must be put aside
        void find(MailFiles.Finder finder, Spools spools) throws IOException;
    }

    /// @param scratch a folder for this run alone
    Result run(Search search, Path scratch) throws IOException {
        List<Thread> takers = java.util.stream.IntStream.range(0, AT_ONCE)
                .mapToObj(i -> Thread.ofVirtual().name("import-" + i).start(this::takeAll))
                .toList();
        try {
            search.find(this, Spools.in(scratch, SCRATCH_IN_MEMORY_BYTES));
        } catch (ImapMails.GoneException e) {
            stop(Operations.oneLine(e));
        } catch (StoppedException e) {
            // the reason is told below
        } finally {
            allFound = true;
            for (Thread taker : takers) {
                join(taker);
            }
        }
        return new Result(failed.get(), refused.get(), skipped.get(), incomplete.get(), stopped.get());
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends the search for mails.
    private static final class StoppedException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static byte[] sum(String item, String stamp) {
        return Sha256.of((item + "\0" + stamp).getBytes(StandardCharsets.UTF_8)).toBytes();
    }

    @Override
    public boolean wants(String item, String stamp) {
        return progress.doneBefore() == 0 || !progress.isDone(sum(item, stamp));
    }

    @Override
    public void mail(Mail mail) throws IOException {
        if (mail.passing()) {
            take(mail);
        } else {
            try {
                boolean queued = false;
                while (!queued && stopped.get().isEmpty()) {
                    queued = queue.offer(mail, 100, TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop("interrupted");
            }
        }
        if (stopped.get().isPresent()) {
            throw new StoppedException();
        }
    }

    @Override
    public void skipped(String item, String why) {
        skipped.incrementAndGet();
        say("skipped: " + item + ": " + why);
        report.line(item, "skipped", why);
    }

    @Override
    public void failed(String item, IOException why) {
        failed.incrementAndGet();
        say("cannot be read: " + item + ": " + Operations.oneLine(why));
        report.line(item, "unreadable", Operations.oneLine(why));
    }

    private void takeAll() {
        try {
            while (true) {
                boolean last = allFound; // looked at before the queue: what was found before it is in there
                Mail mail = queue.poll(last ? 0 : 20, TimeUnit.MILLISECONDS);
                if (mail != null) {
                    take(mail);
                } else if (last) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            stop("interrupted");
        }
    }

    private void take(Mail mail) {
        if (stopped.get().isPresent()) {
            return;
        }
        ObjectNode params = Json.object().put("source", source).put("item", mail.item());
        if (!mail.about().labels().isEmpty()) {
            params.set("labels", Json.texts(mail.about().labels().stream()));
        }
        mail.about().recomposed().ifPresent(of -> params.put("recomposed", of));
        mail.about().received().ifPresent(at -> params.put("received", at.toString()));
        AtomicReference<Optional<ObjectNode>> receipt = new AtomicReference<>(Optional.empty());
        AtomicReference<Optional<IOException>> unreadable = new AtomicReference<>(Optional.empty());
        try {
            Outcome outcome;
            try (InputStream octets = new Watched(mail.opener().open(), unreadable)) {
                outcome = access.call("import.mail", params, octets, new Lines(line -> receipt.set(Optional.of(line))));
            }
            if (outcome.exit() == Exit.DONE && receipt.get().isPresent()) {
                inARow.set(0);
                taken(mail, receipt.get().get());
            } else if (unreadable.get().isPresent()) {
                failed(mail.item(), unreadable.get().get());
            } else {
                refused(mail, outcome.error().orElse("the archive did not say why"));
            }
        } catch (PeerGoneException e) {
            stop("the archive went away (" + Operations.oneLine(e) + ")");
        } catch (IOException e) {
            failed(mail.item(), unreadable.get().orElse(e));
        } catch (RuntimeException e) {
            stop("a fault of this program at " + mail.item() + ": " + e);
        }
    }

    private void taken(Mail mail, ObjectNode receipt) throws IOException {
        Disposition disposition = Disposition.ofWord(receipt.path("disposition").asString(""));
        int fresh = receipt.path("fresh").asInt(0);
        long rawBytes = receipt.path("rawBytes").asLong(0);
        progress.tally().count(disposition, fresh, rawBytes);
        try {
            progress.done(sum(mail.item(), mail.stamp()), disposition, fresh, rawBytes);
        } catch (IOException e) {
            stop("how far the import is cannot be written down: " + Operations.oneLine(e));
        }
        if (disposition != Disposition.LETTERS) {
            String why = Json.optional(receipt, "reason")
                    .orElse(disposition == Disposition.EVIDENCE ? "its letter was in the archive" : "no reason given");
            report.line(mail.item(), disposition.word(), why);
            if (disposition == Disposition.QUARANTINED) {
                say("quarantined: " + mail.item() + ": " + why);
            }
        }
        if (!mail.about().troubles().isEmpty()) {
            String what = String.join("; ", mail.about().troubles());
            incomplete.incrementAndGet();
            say("incomplete: " + mail.item() + ": " + what);
            report.line(mail.item(), "incomplete", what);
        }
        shown.done(1, mail.fileBytes());
    }

    private void refused(Mail mail, String why) {
        failed.incrementAndGet();
        refused.incrementAndGet();
        say("not taken: " + mail.item() + ": " + why);
        report.line(mail.item(), "refused", why);
        if (inARow.incrementAndGet() >= REFUSALS_IN_A_ROW) {
            stop("the archive takes nothing: " + why);
        }
    }

    private void stop(String why) {
        stopped.compareAndSet(Optional.empty(), Optional.of(why));
    }

    private void say(String line) {
        shown.clear();
        console.complain(line);
    }

    /// Remembers that it was the file that could not be read, and not the archive that failed.
    private static final class Watched extends FilterInputStream {
        private final AtomicReference<Optional<IOException>> trouble;

        Watched(InputStream in, AtomicReference<Optional<IOException>> trouble) {
            super(in);
            this.trouble = trouble;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            try {
                return super.read(into, offset, length);
            } catch (IOException e) {
                trouble.set(Optional.of(e));
                throw e;
            }
        }
    }
}
