package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.EntryCodec;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Trains the vault's dictionary anew as the archive grows: first when there are [#FIRST_FRAMES],
/// then each time it has become so many times as large. Works on a thread of its own;
/// a dictionary that wins little is not taken, since each one closes a segment.
public final class DictionaryKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DictionaryKeeper.class);
    private static final long FIRST_FRAMES = 1_000;
    private static final long GROWTH = 8;
    private static final long LOOK_BACK_FRAMES = 50_000;
    private static final int SAMPLE_FRAMES = 1_500;
    private static final int TRIAL_FRAMES = 200;
    private static final int SAMPLE_BYTES = 8 * 1024;
    private static final double WORTH = 0.98;
    private static final long PAUSE_MILLIS = 2_000;

    private final SegmentFileVault vault;
    private final Thread thread;
    private volatile boolean closing;

    private DictionaryKeeper(SegmentFileVault vault) {
        this.vault = vault;
        this.thread = Thread.ofPlatform().name("dictionary").daemon().unstarted(this::run);
    }

    public static DictionaryKeeper start(SegmentFileVault vault) {
        DictionaryKeeper keeper = new DictionaryKeeper(vault);
        keeper.thread.start();
        return keeper;
    }

    private void run() {
        long next = vault.dictionarySince().map(f -> f * GROWTH).orElse(FIRST_FRAMES);
        while (!closing) {
            try {
                if (vault.end().frames() >= next) {
                    next = Math.max(next, vault.end().frames()) * GROWTH;
                    train();
                }
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            } catch (ArchiveException | IOException | RuntimeException e) {
                LOG.warn("no dictionary could be trained; records are compressed as before: {}", e.toString());
            }
        }
    }

    private record Sample(Content octets, String sender) {}

    private void train() throws ArchiveException, IOException, InterruptedException {
        long end = vault.end().frames();
        long first = Math.max(1, end - LOOK_BACK_FRAMES);
        long step = Math.max(1, (end - first) / (SAMPLE_FRAMES + TRIAL_FRAMES));
        DictionaryTraining training = new DictionaryTraining();
        List<Sample> trial = new ArrayList<>();
        int taken = 0;
        for (long frame = first; frame <= end && !closing; frame += step) {
            for (Sample sample : samples(frame)) {
                if (taken % (SAMPLE_FRAMES / TRIAL_FRAMES) == 1) {
                    trial.add(sample);
                } else {
                    training.sample(sample.octets().toByteArray(SAMPLE_BYTES), sample.sender());
                }
            }
            taken++;
        }
        Optional<Dictionary> trained = closing ? Optional.empty() : training.train();
        if (trained.isEmpty() || closing) {
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
        samples.add(new Sample(Content.owning(manifest, Math.min(manifest.length, SAMPLE_BYTES)), sender));
        for (KeptRecord record : kept.get().records()) {
            if (record.type() == FrameRecord.Type.LETTER) {
                Content letter = vault.read(record.place());
                try (InputStream in = letter.open(0, Math.min(SAMPLE_BYTES, letter.sizeBytes()))) {
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
            byte[] octets = sample.octets().toByteArray(SAMPLE_BYTES);
            bytes += Compression.compress(octets, octets.length, dictionary)
                    .map(c -> c.length)
                    .orElse(octets.length);
        }
        return bytes;
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
