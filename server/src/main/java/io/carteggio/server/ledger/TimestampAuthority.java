package io.carteggio.server.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;

/// Someone who says when he saw a hash (RFC 3161 over HTTP, 3.4). He gets the hash and nothing else.
///
/// @param url `http` or `https`; the reply is signed, so plain HTTP does no harm and is what most authorities
///     offer
/// @param trusted his certificate or that of who certifies him; empty: whoever answers is believed, and
///     readings say so
public record TimestampAuthority(URI url, List<X509Certificate> trusted) {
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    /// A reply with a chain of certificates has some 6 KiB.
    public static final int REPLY_LIMIT_BYTES = 64 * 1024;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BITS = 64;

    public TimestampAuthority {
        trusted = List.copyOf(trusted);
        String scheme = Optional.ofNullable(url.getScheme()).orElse("");
        if ((!scheme.equals("http") && !scheme.equals("https")) || url.getHost() == null) {
            throw new IllegalArgumentException("no address of a time-stamp authority: " + url);
        }
    }

    /// Gets a stamp for these octets, verified.
    ///
    /// @return the reply as it came, which [TimestampReply#read] accepts for the same octets
    /// @throws ArchiveException where the authority cannot be reached, refuses, or replies with what is no
    ///     stamp for them
    public byte[] stamp(byte[] octets) throws ArchiveException {
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            TimeStampRequestGenerator generator = new TimeStampRequestGenerator();
            generator.setCertReq(true);
            TimeStampRequest query = generator.generate(
                    TSPAlgorithms.SHA256, Sha256.of(octets).toBytes(), new BigInteger(NONCE_BITS, RANDOM));
            HttpRequest request = HttpRequest.newBuilder(url)
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/timestamp-query")
                    .header("Accept", "application/timestamp-reply")
                    .POST(BodyPublishers.ofByteArray(query.getEncoded()))
                    .build();
            HttpResponse<byte[]> response =
                    client.send(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), REPLY_LIMIT_BYTES));
            if (response.statusCode() != 200) {
                throw new ArchiveException(url + " answers with HTTP status " + response.statusCode(), true);
            }
            return switch (TimestampReply.read(response.body(), octets, trusted, Optional.of(query))) {
                case TimestampReply.Reading.Stamped _ -> response.body();
                case TimestampReply.Reading.Refused(String why) -> throw new ArchiveException(url + ": " + why, true);
            };
        } catch (IOException e) {
            throw new ArchiveException(
                    url + " gives no time stamp: "
                            + Optional.ofNullable(e.getMessage())
                                    .orElse(e.getClass().getSimpleName()),
                    true,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        }
    }
}
