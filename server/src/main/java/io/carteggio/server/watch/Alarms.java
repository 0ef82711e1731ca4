package io.carteggio.server.watch;

import io.carteggio.embedded.disk.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All alarms, standing and past. Safe for many threads.
///
/// Raising one only notes it in memory; a thread of its own forces it to the file a moment later, so whoever
/// raises it waits for no disk. A file that cannot be written is tried again: alarms are told all the same.
public final class Alarms implements AutoCloseable {
    /// Past alarms beyond this number are forgotten, oldest first.
    static final int KEPT = 1_000;

    /// An event is over when it has not happened for so long.
    static final Duration EVENT_LASTS = Duration.ofHours(24);

    /// What ended and begins again within this time goes on as the same alarm.
    static final Duration SAME = Duration.ofHours(1);

    /// Who was told that an alarm stands is reminded.
    static final Duration REMINDER = Duration.ofHours(24);

    /// An alarm that comes and goes is told no more often.
    static final Duration BETWEEN = Duration.ofMinutes(15);

    private static final Duration GATHER = Duration.ofMillis(200);
    private static final Duration RETRY = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(Alarms.class);

    private final Path directory;
    private final Path file;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final List<Alarm> alarms; // oldest first
    private long next;
    private boolean dirty;
    private boolean closing;

    private final Thread writer;

    /// What is to be told through a channel now.
    ///
    /// @param reminder whether the same was told before
    public record Due(Alarm alarm, boolean reminder) {}

    private Alarms(Path directory, Path file, List<Alarm> alarms, Clock clock) {
        this.directory = directory;
        this.file = file;
        this.alarms = new ArrayList<>(alarms);
        this.next = alarms.stream().mapToLong(Alarm::number).max().orElse(0) + 1;
        this.clock = clock;
        this.writer = Thread.ofVirtual().name("alarms").unstarted(this::write);
    }

    /// Opens the file in a directory. One that cannot be read is set aside: it must not keep the archive from
    /// taking mail.
    public static Alarms open(Path directory, Clock clock) throws IOException {
        Path file = directory.resolve("alarms.json");
        List<Alarm> known = List.of();
        if (Files.exists(file)) {
            try {
                known = AlarmFile.read(Files.readString(file));
            } catch (IllegalArgumentException | IOException e) {
                LOG.error("{} cannot be read and is set aside; past alarms are forgotten: {}", file, e.getMessage());
                Files.move(file, file.resolveSibling("alarms.json.damaged"), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Alarms alarms = new Alarms(directory, file, known, clock);
        alarms.writer.start();
        return alarms;
    }

    /// Something needs a person. Where the same alarm stands already, it goes on, with this text.
    public void raise(AlarmKind kind, String subject, String text) {
        raise(kind, subject, text, 0);
    }

    /// The same of what can become worse: who was told already is told anew when the grade has risen.
    ///
    /// @param grade how bad it is, from 0, in few steps
    public void raise(AlarmKind kind, String subject, String text, int grade) {
        Instant now = clock.instant();
        lock.lock();
        try {
            int at = -1;
            for (int i = 0; i < alarms.size(); i++) {
                boolean goesOn = alarms.get(i)
                        .closed()
                        .map(closed -> closed.plus(SAME).isAfter(now))
                        .orElse(true);
                if (alarms.get(i).isAbout(kind, subject) && goesOn) {
                    at = i;
                }
            }
            if (at < 0) {
                alarms.add(new Alarm(next++, kind, subject, text, now, now, 1, grade, Optional.empty(), List.of()));
                LOG.error("ALARM: {} {}: {}", kind.word(), subject, text);
            } else {
                Alarm known = alarms.get(at);
                if (known.stands() && !kind.isEvent() && known.text().equals(text) && known.grade() == grade) {
                    return; // as it was
                }
                boolean again = kind.isEvent() || !known.stands() || grade > known.grade();
                Alarm renewed = known.again(text, now, again ? 1 : 0, grade);
                alarms.set(at, renewed);
                if (again && isWorthALine(renewed.times())) {
                    LOG.error("ALARM: {} {}: {}", kind.word(), subject, text);
                }
            }
            touch();
        } finally {
            lock.unlock();
        }
    }

    /// The grade of something that is there so many times: it rises at ten, a hundred and so on.
    public static int gradeOf(long number) {
        return Long.toString(Math.max(0, number)).length() - 1;
    }

    /// A flood of fifty thousand is told in some dozen lines of the log.
    private static boolean isWorthALine(long times) {
        return times <= 10 || Long.bitCount(times) == 1;
    }

    /// It is over, if it stood.
    public void clear(AlarmKind kind, String subject) {
        lock.lock();
        try {
            alarms.replaceAll(a -> a.stands() && a.isAbout(kind, subject) ? over(a) : a);
        } finally {
            lock.unlock();
        }
    }

    /// Events that have not happened for a while are over.
    void expire() {
        Instant before = clock.instant().minus(EVENT_LASTS);
        lock.lock();
        try {
            alarms.replaceAll(a -> a.stands() && a.kind().isEvent() && a.last().isBefore(before) ? over(a) : a);
        } finally {
            lock.unlock();
        }
    }

    /// The subjects of a kind have other names from now on. Where two that stand become one, the later goes on
    /// and the earlier is over.
    public void rename(AlarmKind kind, UnaryOperator<String> names) {
        Instant now = clock.instant();
        Set<String> standing = new HashSet<>();
        boolean same = true;
        lock.lock();
        try {
            for (int i = alarms.size() - 1; i >= 0; i--) {
                Alarm known = alarms.get(i);
                if (known.kind() != kind) {
                    continue;
                }
                Alarm renamed = known.about(names.apply(known.subject()));
                if (renamed.stands() && !standing.add(renamed.subject())) {
                    renamed = renamed.closedAt(now);
                }
                same &= renamed.equals(known);
                alarms.set(i, renamed);
            }
            if (!same) {
                touch();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The alarms of this kind whose subject is none of these are over: what they were about is gone.
    public void retain(AlarmKind kind, Collection<String> subjects) {
        lock.lock();
        try {
            alarms.replaceAll(a -> a.stands() && a.kind() == kind && !subjects.contains(a.subject()) ? over(a) : a);
        } finally {
            lock.unlock();
        }
    }

    private Alarm over(Alarm alarm) {
        touch();
        LOG.info("alarm {} {} is over", alarm.kind().word(), alarm.subject());
        return alarm.closedAt(clock.instant());
    }

    private void touch() {
        int past = alarms.size() - KEPT;
        for (int i = 0; past > 0 && i < alarms.size(); ) {
            if (alarms.get(i).stands()) {
                i++;
            } else {
                alarms.remove(i);
                past--;
            }
        }
        dirty = true;
        changed.signalAll();
    }

    /// Every alarm that is known, newest first.
    public List<Alarm> all() {
        lock.lock();
        try {
            return alarms.reversed().stream().toList();
        } finally {
            lock.unlock();
        }
    }

    /// Those that stand, newest first.
    public List<Alarm> standing() {
        return all().stream().filter(Alarm::stands).toList();
    }

    /// What a channel has to tell now, oldest first: what is new, what became worse, what is over, and a reminder a
    /// day of what stands.
    List<Due> due(String channel) {
        Instant now = clock.instant();
        lock.lock();
        try {
            List<Due> due = new ArrayList<>();
            for (Alarm alarm : alarms) {
                Optional<Alarm.Told> told = alarm.lastTold(channel);
                if (told.isEmpty()) {
                    // a channel that is new need not hear of what was over long before
                    if (alarm.closed().map(c -> c.plus(REMINDER).isAfter(now)).orElse(true)) {
                        due.add(new Due(alarm, false));
                    }
                } else if (told.get().standing() != alarm.stands()
                        || (alarm.stands() && alarm.grade() > told.get().grade())) {
                    if (!told.get().at().plus(BETWEEN).isAfter(now)) {
                        due.add(new Due(alarm, false));
                    }
                } else if (alarm.stands() && !told.get().at().plus(REMINDER).isAfter(now)) {
                    due.add(new Due(alarm, true));
                }
            }
            return due;
        } finally {
            lock.unlock();
        }
    }

    /// A channel has told these.
    void told(String channel, List<Due> due) {
        Instant now = clock.instant();
        lock.lock();
        try {
            for (Due one : due) {
                for (int i = 0; i < alarms.size(); i++) {
                    Alarm known = alarms.get(i);
                    if (known.number() == one.alarm().number()) {
                        // what changed while the message was under way is still to be told
                        boolean same = known.stands() == one.alarm().stands()
                                && known.grade() == one.alarm().grade();
                        Alarm as = same ? known : one.alarm();
                        alarms.set(i, known.told(as.toldBy(channel, now).told()));
                    }
                }
            }
            touch();
        } finally {
            lock.unlock();
        }
    }

    private void write() {
        while (true) {
            String text;
            lock.lock();
            try {
                while (!dirty && !closing) {
                    changed.await();
                }
                if (!dirty) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            } finally {
                lock.unlock();
            }
            pause(GATHER); // many alarms, one force
            lock.lock();
            try {
                text = AlarmFile.text(alarms);
                dirty = false;
            } finally {
                lock.unlock();
            }
            try {
                DurableFiles.createDirectories(directory);
                DurableFiles.write(file, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            } catch (IOException e) {
                LOG.error("alarms cannot be written; they stand in memory until they can: {}", e.getMessage());
                if (isClosing()) {
                    return;
                }
                lock.lock();
                try {
                    dirty = true;
                } finally {
                    lock.unlock();
                }
                pause(RETRY);
            }
        }
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return closing;
        } finally {
            lock.unlock();
        }
    }

    /// Waits, unless it is to end.
    private void pause(Duration time) {
        long left = time.toNanos();
        lock.lock();
        try {
            while (left > 0 && !closing) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Writes what is not written yet.
    @Override
    public void close() {
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
