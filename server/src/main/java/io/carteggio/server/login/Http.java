package io.carteggio.server.login;

import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Lines;
import io.carteggio.server.fetch.Trust;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Asks a provider. An answer has a size and a time within which it is there whole, and no request is sent
/// on to where an answer points. Safe for many threads.
final class Http implements AutoCloseable {
    static final int ANSWER_LIMIT_BYTES = 1 << 20;

    private final HttpClient client;
    private final Duration timeout;

    /// An answer.
    record Answer(int status, String body) {}

    Http(OpenIdSettings settings) throws FetchException {
        timeout = settings.timeout();
        try {
            client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(timeout)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .sslContext(new Trust(settings.certificate()).context())
                    .build();
        } catch (GeneralSecurityException e) {
            throw new FetchException(Kind.TLS, "TLS cannot begin: " + Lines.of(e), e);
        }
    }

    Answer send(HttpRequest request) throws FetchException {
        String host = request.uri().getHost();
        CompletableFuture<HttpResponse<byte[]>> asked =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), ANSWER_LIMIT_BYTES));
        try {
            HttpResponse<byte[]> answer = asked.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8));
        } catch (TimeoutException e) {
            asked.cancel(true);
            throw new FetchException(
                    Kind.UNREACHABLE, host + " does not answer within " + timeout.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw failed(host, cause);
        } catch (InterruptedException e) {
            asked.cancel(true);
            Thread.currentThread().interrupt();
            throw new FetchException(Kind.CUT, "interrupted", e);
        }
    }

    private static FetchException failed(String host, Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof CertificateException) {
                return new FetchException(
                        Kind.CERTIFICATE, "the certificate of " + host + " is not good: " + Lines.of(at), cause);
            }
        }
        return cause instanceof IOException
                ? new FetchException(Kind.UNREACHABLE, host + " does not answer: " + Lines.of(cause), cause)
                : new FetchException(Kind.PROTOCOL, host + ": " + Lines.of(cause), cause);
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
