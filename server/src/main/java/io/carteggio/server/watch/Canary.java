package io.carteggio.server.watch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Source;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Address;
import io.carteggio.mail.structure.Header;
import io.carteggio.server.secret.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A test message through the customer's own mail system that must come back as a report: the one thing that
/// proves the whole way. Another goes to the alternate journaling mailbox, whose silence proves nothing, and
/// must be found there. Safe for many threads.
///
/// It is known again by a token that nobody can guess, in its Message-ID and its subject. Where it comes
/// back as a report it is a letter like any other; in the alternate mailbox it is a notice, and nobody's letter.
public final class Canary {
    private static final int TOKEN_CHARACTERS = 26; // of 32 kinds: 130 bits
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    /// Arrivals that may be it; more than these are not looked at while one waits.
    private static final int CANDIDATES = 10_000;

    /// Of test messages before the last, so many are known again: four days of one an hour.
    private static final int EARLIER = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Canary.class);

    private final Path file;
    private final Secrets secrets;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Queue<Long> candidates = new ConcurrentLinkedQueue<>();
    private Optional<Flight> last; // guarded by this
    private List<String> earlier; // tokens that have not come back; guarded by this, oldest first

    /// The last test message.
    ///
    /// @param from its sender's address, for comparing
    /// @param source the source whose way it tests; none where the settings are of before sources were named in
    ///     them
    /// @param alternate the source that must bring it as it is
    /// @param back when it came back
    /// @param arrival the number of the arrival that brought it
    /// @param trouble why it could not even be sent
    public record Flight(
            String token,
            String from,
            Optional<String> source,
            Optional<String> alternate,
            Instant sent,
            Optional<Instant> back,
            Optional<Long> arrival,
            Optional<String> trouble) {
        static Flight of(String token, Settings.Canary settings, Instant sent) {
            return new Flight(
                    token,
                    settings.from().key(),
                    settings.source(),
                    settings.alternate(),
                    sent,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }

        Flight failed(String why) {
            return new Flight(
                    token, from, source, alternate, sent, Optional.empty(), Optional.empty(), Optional.of(why));
        }

        Flight cameBack(Instant at, long number) {
            return new Flight(
                    token, from, source, alternate, sent, Optional.of(at), Optional.of(number), Optional.empty());
        }

        /// Whether an arrival may be it. By another source it proves another way; out of a returned
        /// report, that this way was down.
        ///
        /// @param sources all there are
        boolean mayBe(ArrivalEntry entry, List<Source> sources) {
            if (alternate.isPresent()) {
                return entry.letters().isEmpty() && alternate.get().equals(entry.source());
            }
            // nothing but a report becomes a letter in the family of reports
            boolean way = way(sources)
                    .map(name -> name.equals(entry.source()))
                    .orElseGet(() -> entry.family() == anyOf(sources));
            return way
                    && entry.via().isEmpty()
                    && !entry.letters().isEmpty()
                    && entry.sender().map(Address::key).equals(Optional.of(from));
        }

        /// The source that must bring it back; empty where that was not said, and several may.
        private Optional<String> way(List<Source> sources) {
            List<Source> ways = ways(sources);
            return source.or(
                    () -> ways.size() == 1 ? Optional.of(ways.getFirst().name()) : Optional.empty());
        }

        private static Family anyOf(List<Source> sources) {
            return sources.stream().anyMatch(s -> s.family() == Family.REPORT) ? Family.REPORT : Family.MULTIDROP;
        }

        /// That it is overdue, in a sentence.
        ///
        /// @param sources all there are
        String missing(List<Source> sources) {
            String message = "The test message sent at " + sent.truncatedTo(ChronoUnit.SECONDS);
            if (alternate.isPresent()) {
                return message + " to the alternate mailbox has not come in through source " + alternate.get() + ".";
            }
            return message
                    + way(sources)
                            .map(name -> " has not come back through source " + name + ".")
                            .orElseGet(() -> " has not come back through any source of "
                                    + (anyOf(sources) == Family.REPORT ? "reports." : "copies."));
        }

        public Optional<Duration> took() {
            return back.map(at -> Duration.between(sent, at));
        }

        boolean isAwaited() {
            return back.isEmpty() && trouble.isEmpty();
        }
    }

    /// @param file where it remembers the last one
    Canary(Path file, Secrets secrets, Clock clock) {
        this.file = file;
        this.secrets = secrets;
        this.clock = clock;
        Optional<JsonNode> state = read(file);
        this.last = state.flatMap(Canary::flight);
        this.earlier = state.map(s ->
                        s.path("earlier").valueStream().map(JsonNode::asString).toList())
                .orElse(List.of());
    }

    /// The sources that a test message through the mail system may come back by: those of reports and of copies.
    public static List<Source> ways(List<Source> sources) {
        return sources.stream()
                .filter(s -> s.family() == Family.REPORT || s.family() == Family.MULTIDROP)
                .toList();
    }

    public synchronized Optional<Flight> last() {
        return last;
    }

    /// Sends one.
    ///
    /// @return how that went; not yet whether it comes back
    public Flight send(Settings.Canary settings) {
        StringBuilder token = new StringBuilder();
        for (int i = 0; i < TOKEN_CHARACTERS; i++) {
            token.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        candidates.clear();
        Flight flight = Flight.of(token.toString(), settings, now);
        keep(flight); // before it is sent: it may be back at once
        try {
            Submission.send(
                    settings.server(),
                    secrets,
                    settings.from(),
                    List.of(settings.to()),
                    Submission.message(
                            settings.from(),
                            List.of(settings.to()),
                            "Carteggio canary " + token,
                            "canary-" + token + "@" + settings.from().domain(),
                            now,
                            settings.alternate()
                                    .map(source -> List.of(Intake.TEST_FIELD + ": " + token))
                                    .orElse(List.of()),
                            settings.alternate().isPresent()
                                    ? "A test message: the archive sees whether this mailbox takes mail and gives it"
                                            + " back.\nIt is no journal report.\n"
                                    : "A test message: the archive sees whether it is journaled.\nIt may be deleted.\n"));
        } catch (IOException e) {
            flight = flight.failed(String.valueOf(e.getMessage()));
            keep(flight);
        }
        return flight;
    }

    /// Whether this is the token of a test message that was sent for a source and was not back when it was asked for
    /// last, also of one that comes so late that another is under way.
    synchronized boolean sent(String source, String token) {
        return last.filter(f -> f.alternate().equals(Optional.of(source))).isPresent()
                && ((last.get().back().isEmpty() && same(last.get().token(), token))
                        || earlier.stream().anyMatch(e -> same(e, token)));
    }

    private static boolean same(String a, String b) {
        return MessageDigest.isEqual(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    /// Notes an arrival that may be the awaited one. Quick.
    ///
    /// @return whether it may
    boolean arrived(long number, ArrivalEntry entry, Watched watched) {
        Optional<Flight> awaited = last().filter(Flight::isAwaited);
        boolean may =
                awaited.isPresent() && awaited.get().mayBe(entry, watched.sources()) && candidates.size() < CANDIDATES;
        if (may) {
            candidates.add(number);
        }
        return may;
    }

    /// Looks at the arrivals that were noted.
    void look(Watched watched) throws ArchiveException {
        Queue<Long> now = new ArrayDeque<>();
        for (Long number = candidates.poll(); number != null; number = candidates.poll()) {
            now.add(number);
        }
        for (long number : now) {
            Optional<Flight> awaited = last().filter(Flight::isAwaited);
            Optional<Header> header = awaited.isEmpty() ? Optional.empty() : watched.header(number);
            if (header.isPresent() && carries(header.get(), awaited.get().token())) {
                keep(awaited.get().cameBack(clock.instant().truncatedTo(ChronoUnit.MILLIS), number));
            }
        }
    }

    private static boolean carries(Header header, String token) {
        return header.text("Message-ID").orElse("").contains(token)
                || header.text("Subject").orElse("").contains(token);
    }

    private synchronized void keep(Flight flight) {
        boolean newer = last.isEmpty() || !flight.sent().isBefore(last.get().sent());
        if (!newer) {
            return;
        }
        boolean late = last.filter(
                        l -> !l.token().equals(flight.token()) && l.back().isEmpty())
                .isPresent();
        if (late) {
            earlier = Stream.concat(earlier.stream(), Stream.of(last.get().token()))
                    .skip(Math.max(0, earlier.size() + 1 - EARLIER))
                    .toList();
        }
        last = Optional.of(flight);
        ObjectNode line = JsonNodeFactory.instance
                .objectNode()
                .put("token", flight.token())
                .put("from", flight.from())
                .put("sent", flight.sent().toString());
        earlier.forEach(line.withArray("earlier")::add);
        flight.source().ifPresent(source -> line.put("source", source));
        flight.alternate().ifPresent(source -> line.put("alternate", source));
        flight.back().ifPresent(at -> line.put("back", at.toString()));
        flight.arrival().ifPresent(number -> line.put("arrival", number));
        flight.trouble().ifPresent(why -> line.put("trouble", why));
        try {
            DurableFiles.write(file, (line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            LOG.warn("the state of the canary cannot be written: {}", e.getMessage());
        }
    }

    private static Optional<JsonNode> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JsonMapper.shared().readTree(Files.readString(file)));
        } catch (IOException | JacksonException e) {
            return forgotten(e);
        }
    }

    private static Optional<Flight> flight(JsonNode line) {
        try {
            return Optional.of(new Flight(
                    line.path("token").stringValue(),
                    line.path("from").stringValue(),
                    text(line, "source"),
                    text(line, "alternate"),
                    Instant.parse(line.path("sent").stringValue()),
                    text(line, "back").map(Instant::parse),
                    Optional.of(line.path("arrival")).filter(JsonNode::isNumber).map(JsonNode::longValue),
                    text(line, "trouble")));
        } catch (JacksonException | DateTimeException e) {
            return forgotten(e);
        }
    }

    private static Optional<String> text(JsonNode line, String field) {
        return Optional.of(line.path(field)).filter(JsonNode::isString).map(JsonNode::stringValue);
    }

    private static <T> Optional<T> forgotten(Exception why) {
        LOG.warn("the state of the canary cannot be read, and is forgotten: {}", why.getMessage());
        return Optional.empty();
    }
}
