package io.carteggio.server.watch;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.HeaderText;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import io.carteggio.server.tls.TlsContexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/// Writes small mails of our own and hands them to a mail server.
public final class Submission {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    /// Dates of headers (RFC 5322 3.3).
    public static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss xx", Locale.ENGLISH);

    private Submission() {}

    /// A message of plain text (RFC 5322, RFC 2047). Nobody answers it by itself (RFC 3834).
    ///
    /// @param id without angle brackets
    /// @param more lines for the header
    static Content message(
            Address from, List<Address> to, String subject, String id, Instant at, List<String> more, String text) {
        boolean ascii = isAscii(text) && text.lines().allMatch(line -> line.length() < 900);
        byte[] utf8 = text.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        String body = ascii
                ? new String(utf8, StandardCharsets.UTF_8)
                : Base64.getMimeEncoder().encodeToString(utf8) + "\r\n";
        List<String> lines = new ArrayList<>(List.of(
                "Date: " + DATE.format(at.atOffset(ZoneOffset.UTC)),
                "From: Carteggio <" + from.raw() + ">",
                "To: " + String.join(",\r\n ", to.stream().map(Address::raw).toList()),
                "Subject: " + HeaderText.encoded(subject),
                "Message-ID: <" + id + ">",
                "Auto-Submitted: auto-generated"));
        lines.addAll(more);
        lines.addAll(List.of(
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: " + (ascii ? "7bit" : "base64"),
                "",
                body));
        byte[] octets = String.join("\r\n", lines).getBytes(StandardCharsets.UTF_8);
        return Content.owning(octets, octets.length);
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x7f && (c >= ' ' || c == '\n' || c == '\t'));
    }

    /// The name of this host, as it introduces itself.
    public static String host() {
        try {
            String name = InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT);
            return name.matches("[a-z0-9.-]+") ? name : "localhost";
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /// Hands a mail over.
    ///
    /// @param secrets has the password of a server that has one in no file
    /// @throws IOException where the server did not take it for everybody
    public static void send(Settings.Server server, Secrets secrets, Address from, List<Address> to, Content mail)
            throws IOException {
        try (SmtpClient client = SmtpClient.connect(server.address(), host(), TIMEOUT)) {
            switch (server.tls()) {
                case NONE -> {}
                case OPPORTUNISTIC -> {
                    if (client.offers("STARTTLS")) {
                        client.startTls(TlsContexts.opportunisticClient());
                    }
                }
                case VERIFIED -> client.startTls(trusted(), server.host());
            }
            if (server.user().isPresent()) {
                logIn(client, server.user().get(), password(server, secrets));
            }
            SmtpClient.Outcome outcome = client.send(Optional.of(from), to, mail, Way.DATA);
            if (!outcome.kept()) {
                Reply refusal = Stream.concat(outcome.recipients().stream(), Stream.of(outcome.end()))
                        .filter(reply -> !reply.positive())
                        .findFirst()
                        .orElse(outcome.end());
                throw new IOException("the mail server answered " + refusal);
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be used: " + e.getMessage(), e);
        }
    }

    private static SSLContext trusted() throws NoSuchAlgorithmException {
        return SSLContext.getDefault();
    }

    private static String password(Settings.Server server, Secrets secrets) throws IOException {
        if (server.passwordFile().isEmpty()) {
            return secrets.get(server.secret())
                    .orElseThrow(() -> new IOException("the password is not in the keyring: give it again"));
        }
        Path file = server.passwordFile().get();
        return Files.readAllLines(file).stream()
                .findFirst()
                .orElseThrow(() -> new IOException("no password in " + file));
    }

    private static void logIn(SmtpClient client, String user, String password) throws IOException {
        String token = "\0" + user + "\0" + password;
        Reply reply = client.command(
                "AUTH PLAIN " + Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8)));
        if (reply.code() != 235) {
            throw new IOException("the mail server does not let us in: " + reply);
        }
    }
}
