package io.carteggio.server.ledger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// A time-stamp authority on this machine: `openssl ts` behind a small HTTP server.
public final class OpensslAuthority implements AutoCloseable {
    private final Path directory;
    private final HttpServer server;

    /// What becomes of a reply before it is sent; a test makes it worse.
    volatile UnaryOperator<byte[]> tamper = reply -> reply;

    volatile int status = 200;

    /// @param extension the certificate's key usage, as openssl writes it
    public OpensslAuthority(Path directory, String extension) throws Exception {
        this.directory = directory;
        run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=Root"
                + " -keyout ca.key -out ca.pem");
        run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Stamps -keyout k.pem -out c.csr");
        Files.writeString(directory.resolve("ext"), "extendedKeyUsage=" + extension + "\n");
        run("openssl x509 -req -in c.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile ext -out c.pem");
        Files.writeString(directory.resolve("serial"), "01\n");
        Files.writeString(directory.resolve("tsa.cnf"), """
                [tsa]
                default_tsa=t
                [t]
                serial=serial
                crypto_device=builtin
                signer_cert=c.pem
                certs=ca.pem
                signer_key=k.pem
                signer_digest=sha256
                default_policy=1.2.3.4.1
                digests=sha256
                accuracy=secs:1
                ess_cert_id_alg=sha256
                """);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/tsa");
    }

    public List<X509Certificate> root() throws IOException {
        return TimestampReply.certificates(Files.readString(directory.resolve("ca.pem")));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Files.write(directory.resolve("q.tsq"), exchange.getRequestBody().readAllBytes());
            run("openssl ts -reply -config tsa.cnf -queryfile q.tsq -out r.tsr");
            byte[] reply = tamper.apply(Files.readAllBytes(directory.resolve("r.tsr")));
            exchange.getResponseHeaders().add("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(status, reply.length);
            exchange.getResponseBody().write(reply);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Runs a command in the directory.
    ///
    /// @return what it said
    /// @throws IOException where it fails
    String run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(List.of(command.split(" "))))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + ": " + out);
        }
        return out;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
