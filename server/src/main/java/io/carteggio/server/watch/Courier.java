package io.carteggio.server.watch;

import io.carteggio.server.watch.Alarms.Due;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings alarms to people, through each channel that is set. One thread calls [#deliver]; a channel that
/// fails is tried again, later each time, and says so.
final class Courier {
    static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    static final Duration LAST_RETRY = Duration.ofHours(1);
    private static final Logger LOG = LoggerFactory.getLogger(Courier.class);

    private final Alarms alarms;
    private final Supplier<List<Channel>> channels;
    private final Clock clock;
    private final Map<String, Failing> failing = new HashMap<>(); // guarded by this

    /// A channel that did not work the last time.
    private record Failing(int times, Instant next, String why) {}

    Courier(Alarms alarms, Supplier<List<Channel>> channels, Clock clock) {
        this.alarms = alarms;
        this.channels = channels;
        this.clock = clock;
    }

    /// Tells what is due, one message a channel.
    void deliver() {
        for (Channel channel : channels.get()) {
            List<Due> due = alarms.due(channel.name());
            if (due.isEmpty() || !mayTry(channel.name())) {
                continue;
            }
            try {
                channel.tell(due);
                alarms.told(channel.name(), due);
                worked(channel.name());
            } catch (IOException | RuntimeException e) {
                failed(channel.name(), String.valueOf(e.getMessage()));
            }
        }
    }

    private synchronized boolean mayTry(String channel) {
        Failing known = failing.get(channel);
        return known == null || !clock.instant().isBefore(known.next());
    }

    synchronized void worked(String channel) {
        failing.remove(channel);
    }

    private synchronized void failed(String channel, String why) {
        Failing known = failing.get(channel);
        int times = known == null ? 1 : known.times() + 1;
        long seconds = Math.min(LAST_RETRY.toSeconds(), FIRST_RETRY.toSeconds() << Math.min(times - 1, 10));
        failing.put(channel, new Failing(times, clock.instant().plusSeconds(seconds), why));
        LOG.warn("alarms could not be told by {}; again in {} s: {}", channel, seconds, why);
    }

    /// Which channels do not work, in sentences.
    synchronized List<String> trouble() {
        List<String> trouble = new ArrayList<>();
        failing.forEach((channel, f) ->
                trouble.add("alarms cannot be told by " + channel + ", " + f.times() + " times in a row: " + f.why()));
        return trouble;
    }
}
