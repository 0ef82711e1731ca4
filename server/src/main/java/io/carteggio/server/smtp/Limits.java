package io.carteggio.server.smtp;

import java.time.Duration;

/// How much of us one client, and all of them, may have (DESIGN 5).
///
/// @param maxMailBytes the largest mail; beyond: 552 5.3.4
/// @param maxSwallowBytes how much of a mail already refused is read so that the client hears why
/// @param maxRecipients recipients of one mail; beyond: 452 4.5.3
/// @param maxLineBytes a command line with its CRLF; beyond: 500 5.5.2
/// @param maxCommands commands without a kept mail; beyond: 421 4.7.0
/// @param maxBadCommands wrong commands without a kept mail; beyond: 421 4.7.0
/// @param maxUnknownRecipients unknown recipients without a kept mail; beyond: 421 4.7.0
/// @param maxConnections connections at a time; beyond: 421 4.3.2
/// @param idle how long we wait for the next octet: 421 4.4.2
/// @param command how long a command line may take from the reply before it to its end: 421 4.4.2
/// @param withoutMail how long a connection may last since its start or its last mail until the next is begun, whatever
/// it says meanwhile: 421 4.4.2
/// @param mail how long a mail may take from DATA or the first BDAT to its end: 421 4.4.2
/// @param handshake how long the TLS handshake may take
/// @param stop how long [SmtpServer#close] waits for mails that are being kept
public record Limits(
        long maxMailBytes,
        long maxSwallowBytes,
        int maxRecipients,
        int maxLineBytes,
        int maxCommands,
        int maxBadCommands,
        int maxUnknownRecipients,
        int maxConnections,
        Duration idle,
        Duration command,
        Duration withoutMail,
        Duration mail,
        Duration handshake,
        Duration stop) {

    /// The limits of a server in use. 2048 octets for a line leave room for the longest path of RFC 5321 (256
    /// octets) in UTF-8 with all parameters of RFC 3461; 5 minutes are what RFC 5321 section 4.5.3.2.7 asks of a
    /// server; at 250 MiB an hour means 73 kB/s.
    public static final Limits DEFAULT = new Limits(
            250L << 20,
            1L << 30,
            100,
            2048,
            100,
            20,
            20,
            500,
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(10));

    public Limits {
        if (maxLineBytes < 512) { // RFC 5321 section 4.5.3.1.4
            throw new IllegalArgumentException("a command line has at least 512 octets");
        }
        if (maxConnections < 1) {
            throw new IllegalArgumentException("a limit that lets no client in");
        }
    }

    /// These limits, with other sizes of a mail.
    public Limits withMailBytes(long max, long swallow) {
        return new Limits(
                max,
                swallow,
                maxRecipients,
                maxLineBytes,
                maxCommands,
                maxBadCommands,
                maxUnknownRecipients,
                maxConnections,
                idle,
                command,
                withoutMail,
                mail,
                handshake,
                stop);
    }

    /// These limits, with another number of connections.
    public Limits withConnections(int max) {
        return new Limits(
                maxMailBytes,
                maxSwallowBytes,
                maxRecipients,
                maxLineBytes,
                maxCommands,
                maxBadCommands,
                maxUnknownRecipients,
                max,
                idle,
                command,
                withoutMail,
                mail,
                handshake,
                stop);
    }

    /// These limits, with other times.
    public Limits withTimes(Duration idleTime, Duration commandTime, Duration withoutMailTime, Duration mailTime) {
        return new Limits(
                maxMailBytes,
                maxSwallowBytes,
                maxRecipients,
                maxLineBytes,
                maxCommands,
                maxBadCommands,
                maxUnknownRecipients,
                maxConnections,
                idleTime,
                commandTime,
                withoutMailTime,
                mailTime,
                handshake,
                stop);
    }
}
