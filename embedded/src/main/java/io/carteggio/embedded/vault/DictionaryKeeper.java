package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Background;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.StarterDictionary;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.DictionaryTraining;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Trains the vault's dictionary anew as the archive grows: first when there are [#FIRST_FRAMES],
/// then each time it has become [#GROWTH] times as large. Works on a thread of its own;
/// a dictionary that wins little is not taken, since each one closes a segment.
public final class DictionaryKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DictionaryKeeper.class);
    private static final long FIRST_FRAMES = 500;
    private static final long GROWTH = 4;
    private static final long LOOK_BACK_FRAMES = 50_000;
    private static final int SAMPLE_FRAMES = 2_000;
    private static final int TRIAL_FRAMES = 200;
    private static final double WORTH = 0.98;

    /// An archive's first thousands may come within seconds: what comes before the dictionary is kept larger.
    private static final long PAUSE_MILLIS = 200;

    private final SegmentFileVault vault;
    private final long firstFrames;
    private final long pauseMillis;
    private final Thread thread;

    /// Never an interrupt: that would close the files which this thread is reading, and look like a
    /// failing disk.
    private final CountDownLatch closing = new CountDownLatch(1);

    private final AtomicBoolean awake = new AtomicBoolean();
    private volatile boolean training;
    private volatile Optional<String> trouble = Optional.empty();

    private DictionaryKeeper(SegmentFileVault vault, long firstFrames, long pauseMillis) {
        this.vault = vault;
        this.firstFrames = firstFrames;
        this.pauseMillis = pauseMillis;
        this.thread = Background.thread("dictionary", this::run);
    }

    /// One that does nothing until [#wake]: who only reads an archive has no use for another dictionary.
    public static DictionaryKeeper asleep(SegmentFileVault vault) {
        return new DictionaryKeeper(vault, FIRST_FRAMES, PAUSE_MILLIS);
    }

    static DictionaryKeeper start(SegmentFileVault vault, long firstFrames, long pauseMillis) {
        DictionaryKeeper keeper = new DictionaryKeeper(vault, firstFrames, pauseMillis);
        keeper.wake();
        return keeper;
    }

    /// Mail comes in. Costs next to nothing when it is awake.
    public void wake() {
        if (!awake.get() && awake.compareAndSet(false, true)) {
            thread.start();
        }
    }

    private void run() {
        long next = Math.max(
                firstFrames,
                vault.dictionarySince().map(since -> since * GROWTH).orElse(0L));
        try {
            while (!closing.await(pauseMillis, TimeUnit.MILLISECONDS)) {
                if (vault.end().frames() >= next) {
                    next = Math.max(next, vault.end().frames()) * GROWTH;
                    trainOnce();
                }
            }
        } catch (InterruptedException e) {
            LOG.warn("the dictionary's thread was interrupted; there will be no other dictionary until a restart");
        }
    }

    private void trainOnce() {
        training = true;
        try {
            train();
        } catch (ArchiveException | IOException | RuntimeException e) {
            if (!closes()) {
                trouble = Optional.of(e.toString());
                LOG.warn("no dictionary could be trained; records are compressed as before: {}", e.toString());
            }
        } finally {
            training = false;
        }
    }

    private boolean closes() {
        return closing.getCount() == 0;
    }

    /// Whether it is about to read samples or to train, for tests.
    boolean isTraining() {
        return training;
    }

    /// Why the last training failed, for tests.
    Optional<String> trouble() {
        return trouble;
    }

    private record Sample(Content octets, String sender) {}

    private void train() throws ArchiveException, IOException {
        long end = vault.end().frames();
        long first = Math.max(1, end - LOOK_BACK_FRAMES);
        long step = Math.max(1, (end - first) / (SAMPLE_FRAMES + TRIAL_FRAMES));
        DictionaryTraining training = new DictionaryTraining(StarterDictionary.octets());
        List<Sample> trial = new ArrayList<>();
        int taken = 0;
        for (long frame = first; frame <= end && !closes(); frame += step) {
            for (Sample sample : legible(frame)) {
                if (taken % (SAMPLE_FRAMES / TRIAL_FRAMES) == 1) {
                    trial.add(sample);
                } else {
                    training.sample(
                            sample.octets().toByteArray(DictionaryTraining.SAMPLE_BYTES), frame, sample.sender());
                }
            }
            taken++;
        }
        Optional<Dictionary> trained = training.train(this::closes);
        if (trained.isEmpty() || closes()) {
            return;
        }
        long before = compressed(trial, vault.dictionary());
        long after = compressed(trial, trained);
        LOG.info(
                "a dictionary of {} samples compresses to {} of what the present one does",
                training.samples(),
                String.format(Locale.ROOT, "%.3f", (double) after / before));
        if (after < before * WORTH) {
            vault.use(trained.get());
        }
    }

    /// Without what cannot be read: an archive with a damaged frame needs dictionaries like any other.
    private List<Sample> legible(long frame) {
        try {
            return samples(frame);
        } catch (ArchiveException | IOException e) {
            LOG.debug("frame {} is no sample: {}", frame, e.toString());
            return List.of();
        }
    }

    private List<Sample> samples(long frame) throws ArchiveException, IOException {
        Optional<Kept> kept = vault.frame(frame);
        if (kept.isEmpty()
                || kept.get().kind() != Frame.Kind.ARRIVAL
                || kept.get().erased().isPresent()) {
            return List.of();
        }
        List<Sample> samples = new ArrayList<>();
        byte[] manifest = kept.get().manifest().toByteArray(1 << 26);
        ArrivalEntry entry = EntryCodec.arrival(manifest);
        String sender = entry.sender().map(a -> a.key()).orElse("");
        samples.add(new Sample(
                Content.owning(manifest, Math.min(manifest.length, DictionaryTraining.SAMPLE_BYTES)), sender));
        for (KeptRecord record : kept.get().records()) {
            if (record.type() == FrameRecord.Type.LETTER) {
                Content letter = vault.read(record.place());
                try (InputStream in = letter.open(0, Math.min(DictionaryTraining.SAMPLE_BYTES, letter.sizeBytes()))) {
                    byte[] start = in.readAllBytes();
                    samples.add(new Sample(Content.owning(start, start.length), sender));
                }
            }
        }
        return samples;
    }

    private static long compressed(List<Sample> trial, Optional<Dictionary> dictionary) throws IOException {
        long bytes = 1;
        for (Sample sample : trial) {
            byte[] octets = sample.octets().toByteArray(DictionaryTraining.SAMPLE_BYTES);
            bytes += Compression.compress(octets, octets.length, dictionary)
                    .map(c -> c.length)
                    .orElse(octets.length);
        }
        return bytes;
    }

    /// Ends a training that is going on; waits until its thread has gone.
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
