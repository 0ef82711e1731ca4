package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks this server, after its start, for the pages that people open first, for nobody: so that the first who
/// asks waits no longer than the tenth. All that a page takes has been gone through then, and compiled: the
/// connection, the session, the index, the frames of letters, the template.
///
/// It comes through the listener as a browser does, in a session that only it knows and no list has, as
/// somebody who reads her own letters: nothing of that is an act, and nothing is written. One page at a time,
/// and after each a pause as long as the page took, which leaves others at least one processor and a half of
/// two: what answers runs on the server's own threads, and no niceness reaches those.
///
/// [#run] belongs to one thread; [#close] may come from any.
final class Rehearsal implements AutoCloseable {
    /// Where nobody has letters, what stands behind the pages is gone through for so long.
    private static final Duration WITHOUT_PAGES = Duration.ofSeconds(2);

    /// Among so many people one is looked for who has many letters.
    private static final int PEOPLE_LIMIT = 20;

    /// A letter above this size is not opened.
    private static final long LETTER_LIMIT_BYTES = 256 * 1024;

    /// A page is not waited for any longer.
    private static final int PATIENCE_MILLIS = 5_000;

    private static final Pattern WORD = Pattern.compile("\\b[A-Za-z]{4,20}\\b");
    private static final Pattern HTML_FRAME = Pattern.compile("/letters/[a-z2-7]{32}/html\\?pass=[\\w-]+");

    private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

    private final Site site;
    private final IntSupplier port;
    private volatile boolean closed;

    /// @param port where the server listens
    Rehearsal(Site site, IntSupplier port) {
        this.site = site;
        this.port = port;
    }

    /// Returns when it is over, whatever comes in its way: whoever asks next hears of that, too.
    ///
    /// @param atMost so long after its first page it ends
    /// @return how many pages were answered
    int run(Duration atMost) {
        long began = System.nanoTime();
        int pages = 0;
        try {
            Optional<Reader> reader = reader();
            if (reader.isPresent()) {
                String cookie = site.sessions().begin(reader.get().id(), "", new How.Rehearsal(), Instant.EPOCH);
                try {
                    pages = ask(reader.get().paths(), cookie, System.nanoTime() + atMost.toNanos());
                } finally {
                    site.sessions().end(cookie);
                }
            } else {
                site.desk().reading().warmUp(WITHOUT_PAGES, () -> closed);
            }
            LOG.info(
                    "warmed up: {} pages for nobody in {} ms",
                    pages,
                    Duration.ofNanos(System.nanoTime() - began).toMillis());
        } catch (ArchiveException | IOException | RuntimeException e) {
            if (!closed) {
                LOG.warn("the pages could not be warmed up: {}", e.toString());
            }
        }
        return pages;
    }

    /// Ends it soon.
    @Override
    public void close() {
        closed = true;
    }

    /// Who is to read.
    ///
    /// @param id the person's
    /// @param paths of the pages
    private record Reader(String id, List<String> paths) {}

    private Optional<Reader> reader() throws ArchiveException {
        Optional<Reader> most = Optional.empty();
        long letters = 0;
        int looked = 0;
        for (Person person : site.desk().people().directory().people()) {
            if (closed || looked == PEOPLE_LIMIT) {
                break;
            }
            if (person.mayLogIn() && !person.holdings().isEmpty()) {
                looked++;
                Reading.Results found = site.desk()
                        .reading()
                        .search(new Viewer.Owner(person), new Query.All(), "", SearchPages.PAGE, Long.MAX_VALUE);
                if (found.total() > letters) {
                    letters = found.total();
                    most = Optional.of(new Reader(person.id(), paths(found.results())));
                }
            }
        }
        return most;
    }

    /// Pages with all kinds of questions: words, phrases, people, days.
    private List<String> paths(List<Reading.Result> letters) {
        List<String> paths = new ArrayList<>();
        for (Reading.Result letter : letters) {
            Hit hit = letter.hit();
            paths.add("/search");
            List<String> words = WORD.matcher(
                            hit.subject().orElse("") + " " + hit.snippet().orElse(""))
                    .results()
                    .map(word -> word.group())
                    .limit(3)
                    .toList();
            words.forEach(word -> paths.add(search(word)));
            if (words.size() > 1) {
                paths.add(search(words.get(0) + " " + words.get(1)));
                paths.add(search("\"" + words.get(0) + " " + words.get(1) + "\""));
                paths.add(search(words.get(0).substring(0, 3) + "*"));
            }
            hit.from().filter(Narrowing::isTypeable).ifPresent(from -> paths.add(search("from:" + from)));
            LocalDate day = LocalDate.ofInstant(hit.date(), site.config().zone());
            paths.add(search("after:" + day.minusDays(30) + " before:" + day.plusDays(1)));
            if (hit.sizeBytes() <= LETTER_LIMIT_BYTES) {
                paths.add("/letters/" + letter.id());
            }
        }
        return paths;
    }

    private static String search(String text) {
        return "/search?q=" + SearchPages.encoded(text);
    }

    private int ask(List<String> paths, String cookie, long end) throws IOException {
        int pages = 0;
        while (!closed && System.nanoTime() - end < 0) {
            long asked = System.nanoTime();
            String page = ask(paths.get(pages % paths.size()), cookie);
            Matcher frame = HTML_FRAME.matcher(page);
            if (frame.find()) {
                ask(frame.group(), cookie);
            }
            pages++;
            pause(System.nanoTime() - asked);
        }
        return pages;
    }

    private static void pause(long nanos) throws IOException {
        try {
            Thread.sleep(Duration.ofNanos(nanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the server stops", e);
        }
    }

    private String ask(String path, String cookie) throws IOException {
        InetAddress host = InetAddress.getByName(site.config().host());
        try (Socket socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(
                            host.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : host, port.getAsInt()),
                    PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: "
                    + Visit.sessionCookie(site.config().secure()) + "=" + cookie + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
