package io.carteggio.server.fetch.ews;

import io.carteggio.embedded.spool.Spool;
import io.carteggio.embedded.spool.Spools;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.DriverTests.Known;
import io.carteggio.server.fetch.OAuthTokens;
import io.carteggio.server.fetch.Receiver;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Steps;
import io.carteggio.server.secret.Secrets;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A program of its own, to be run with little memory: fetches one mail and tells of it.
final class LargeMail {
    private LargeMail() {}

    /// Port, certificate's sum, directory; the password comes by the standard input.
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String password = Optional.ofNullable(in.readLine()).orElseThrow();
        Spools spools = Spools.in(Path.of(arguments[2]), 1 << 20);
        Account account = new Account(
                "large",
                new Settings(Map.of(
                        "host",
                        "localhost",
                        "port",
                        arguments[0],
                        "certificate",
                        "sha256:" + arguments[1],
                        "user",
                        "FIRM\\journal")),
                new Known(Map.of(Secrets.PASSWORD, password)),
                new OAuthTokens(Clock.systemUTC()),
                Clock.systemUTC());
        try (RemoteMailbox mailbox = new EwsProtocol().open(account, Steps.SILENT)) {
            mailbox.fetch(List.of("large"), new Receiver() {
                @Override
                public Spool begin() {
                    return spools.open();
                }

                @Override
                public void mail(String key, Spool mail, Optional<Instant> received) {
                    try (mail;
                            InputStream octets = mail.content().open()) {
                        boolean all = true;
                        byte[] piece = new byte[64 * 1024];
                        for (int n = octets.read(piece); n >= 0; n = octets.read(piece)) {
                            for (int i = 0; i < n; i++) {
                                all &= piece[i] == 'x';
                            }
                        }
                        System.out.println(key + ": " + mail.sizeBytes() + " octets, " + (all ? "all x" : "not all x"));
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public void vanished(String key) {
                    System.out.println(key + " vanished");
                }

                @Override
                public void unreadable(String key, String why) {
                    System.out.println(key + ": " + why);
                }
            });
        }
    }
}
