package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources.Mailbox;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Unwrapper;
import io.carteggio.mail.report.Warning;
import io.carteggio.server.fetch.RemoteMailbox.Listing;
import io.carteggio.server.fetch.RemoteMailbox.Rights;
import io.carteggio.server.fetch.Settings.After;
import io.carteggio.server.fetch.Steps.Step;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tries a fetched source step by step, and changes nothing: nothing is archived, nothing removed.
public final class ConnectionTrial {
    private static final Logger LOG = LoggerFactory.getLogger(ConnectionTrial.class);

    /// Mails that are looked into for the marker of a report.
    private static final int SAMPLE = 3;

    private final FetchJobs fetches;
    private final Supplier<Spool> spools;

    public ConnectionTrial(FetchJobs fetches, Supplier<Spool> spools) {
        this.fetches = fetches;
        this.spools = spools;
    }

    /// How a step went.
    public enum Outcome {
        OK,
        FAILED,
        /// It was not come to.
        SKIPPED;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// One step.
    ///
    /// @param detail for people
    public record Result(Step step, Outcome outcome, String detail, List<String> warnings) {
        public Result {
            warnings = List.copyOf(warnings);
        }
    }

    /// Hears each step, in order.
    @FunctionalInterface
    public interface Results {
        void result(Result result) throws IOException;
    }

    /// Runs all steps.
    ///
    /// @return whether all of them went well
    public boolean run(Source source, Mailbox mailbox, Results results) throws IOException {
        Told told = new Told();
        boolean good = true;
        try (RemoteMailbox open = fetches.open(source, mailbox, told)) {
            told.begin(Step.RIGHTS);
            Rights rights = open.rights();
            boolean needed = new Settings(mailbox.settings()).after() instanceof After.Remove;
            if (needed && !rights.delete()) {
                throw new FetchException(
                        FetchException.Kind.RIGHTS,
                        "archived mails are to leave the folder, and may not: " + rights.detail());
            }
            told.done(rights.delete() ? "mails may be removed (" + rights.detail() + ")" : rights.detail());
            told.begin(Step.MARKER);
            told.done(marker(source, open));
        } catch (ArchiveException e) {
            told.failed(String.valueOf(e.getMessage()));
            good = false;
        }
        for (Result result : told.results) {
            results.result(result);
        }
        for (Step step : Step.values()) {
            if (told.results.stream().noneMatch(r -> r.step() == step)) {
                results.result(new Result(step, Outcome.SKIPPED, "", List.of()));
            }
        }
        return good;
    }

    /// What the newest of the oldest mails are. Looks at a few, for people to see that the right mailbox
    /// was named.
    private String marker(Source source, RemoteMailbox open) throws ArchiveException {
        Listing listing = open.list(Optional.empty(), key -> false, Fetch.LISTING_LIMIT);
        List<String> keys = listing.unknown();
        if (keys.isEmpty()) {
            return "no report yet: the folder is empty";
        }
        Sample sample = new Sample(spools);
        open.fetch(keys.subList(Math.max(0, keys.size() - SAMPLE), keys.size()), sample);
        return sample.said(source);
    }

    private static final class Sample implements Receiver {
        private final Supplier<Spool> spools;
        private int reports;
        private int stripped;
        private int returned;
        private int others;

        Sample(Supplier<Spool> spools) {
            this.spools = spools;
        }

        @Override
        public Spool begin() {
            return spools.get();
        }

        @Override
        public void mail(String key, Spool mail, Optional<Instant> received) {
            try (mail) {
                switch (Unwrapper.unwrap(mail.content())) {
                    case Unwrapped.Report report -> {
                        boolean bare =
                                report.warnings().stream().anyMatch(w -> w.code() == Warning.Code.MARKER_STRIPPED);
                        reports += bare ? 0 : 1;
                        stripped += bare ? 1 : 0;
                    }
                    case Unwrapped.Ndr _ -> returned++;
                    default -> others++;
                }
            } catch (IOException e) {
                LOG.warn("a mail of a test cannot be read back", e);
                others++;
            }
        }

        @Override
        public void vanished(String key) {}

        @Override
        public void unreadable(String key, String why) {
            others++;
        }

        String said(Source source) {
            int all = reports + stripped + returned + others;
            List<String> parts = new ArrayList<>();
            if (reports > 0) {
                parts.add("marker seen in " + reports);
            }
            if (stripped > 0) {
                parts.add("marker stripped from " + stripped + " reports");
            }
            if (returned > 0) {
                parts.add(returned + " returned");
            }
            if (others > 0) {
                parts.add(others + " are no journal reports");
            }
            return "of " + all + " mails: " + String.join(", ", parts) + " (source is "
                    + source.family().word() + ")";
        }
    }

    /// Collects the steps.
    private static final class Told implements Steps {
        private final List<Result> results = new ArrayList<>();
        private Optional<Step> current = Optional.empty();

        @Override
        public void begin(Step step) {
            current = Optional.of(step);
        }

        @Override
        public void done(String detail) {
            current.ifPresent(step -> results.add(new Result(step, Outcome.OK, detail, List.of())));
            current = Optional.empty();
        }

        @Override
        public void warn(String text) {
            if (!results.isEmpty()) {
                Result last = results.removeLast();
                List<String> warnings = new ArrayList<>(last.warnings());
                warnings.add(text);
                results.add(new Result(last.step(), last.outcome(), last.detail(), warnings));
            }
        }

        void failed(String why) {
            results.add(new Result(current.orElse(Step.CONNECT), Outcome.FAILED, why, List.of()));
        }
    }
}
