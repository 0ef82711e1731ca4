package io.carteggio.server.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.embedded.spool.Spools;
import io.carteggio.server.secret.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What the tests of drivers share: accounts, and a receiver that only writes down.
public final class DriverTests {
    private DriverTests() {}

    /// Secrets in the clear.
    public record Known(Map<String, String> all) implements Secrets {
        @Override
        public Optional<String> get(String name) {
            return Optional.ofNullable(all.get(name));
        }

        @Override
        public void put(String name, String secret) {
            all.put(name, secret);
        }
    }

    /// An account at a scripted server, in the clear, with short timeouts.
    public static Account account(ScriptedServer server, String... settings) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "host",
                "127.0.0.1",
                "port",
                Integer.toString(server.port()),
                "tls",
                "none",
                "user",
                "anna",
                "timeout",
                "2"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return new Account(
                "test",
                new Settings(all),
                new Known(new LinkedHashMap<>(Map.of(Secrets.PASSWORD, "secret", Secrets.TOKEN, "tok"))),
                new OAuthTokens(Clock.systemUTC()),
                Clock.systemUTC());
    }

    /// Writes down what a driver hands on.
    public static final class Taken implements Receiver {
        public final Map<String, String> mails = new LinkedHashMap<>();
        public final Map<String, Instant> received = new LinkedHashMap<>();
        public final List<String> vanished = new ArrayList<>();
        public final Map<String, String> unreadable = new LinkedHashMap<>();
        private final Spools spools;

        public Taken(Path directory) throws IOException {
            spools = Spools.in(directory.resolve("spool"), 1 << 20);
        }

        @Override
        public Spool begin() {
            return spools.open();
        }

        @Override
        public void mail(String key, Spool mail, Optional<Instant> at) {
            try (mail) {
                String before =
                        mails.put(key, new String(mail.content().toByteArray(1 << 20), StandardCharsets.ISO_8859_1));
                assertThat(before).as("mail %s comes once", key).isNull();
                at.ifPresent(instant -> received.put(key, instant));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void vanished(String key) {
            vanished.add(key);
        }

        @Override
        public void unreadable(String key, String why) {
            unreadable.put(key, why);
        }
    }

    /// What a driver is to do.
    @FunctionalInterface
    public interface Work {
        void with() throws ArchiveException;
    }

    /// The trouble that something ends in.
    public static FetchException trouble(Work work) {
        try {
            work.with();
        } catch (FetchException e) {
            return e;
        } catch (ArchiveException e) {
            throw new AssertionError("trouble of ours", e);
        }
        throw new AssertionError("no trouble at all");
    }
}
