package io.carteggio.server.fetch;

import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Settings.CertificateCheck;
import io.carteggio.server.fetch.Settings.Tls;
import io.carteggio.server.fetch.Steps.Step;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/// A connection to another server: resolved, connected, secured as the settings say. Belongs to one
/// thread; what waits in it ends when that thread is interrupted.
///
/// The server may be silent for the settings' timeout, and must not dribble: in the middle of an answer
/// it has that time and a second more for each [#SLOWEST_BYTES_A_SECOND].
public final class Connection implements AutoCloseable {
    static final int SLOWEST_BYTES_A_SECOND = 1_024;

    private final Settings settings;
    private final Socket tcp;
    private final Steps steps;
    private Socket socket;
    private Optional<SSLSession> session = Optional.empty();
    private long began;
    private long allowedNanos;
    private long received;

    private Connection(Settings settings, Socket tcp, Steps steps) {
        this.settings = settings;
        this.tcp = tcp;
        this.steps = steps;
        this.socket = tcp;
    }

    /// Opens one; over TLS already where that is implicit.
    ///
    /// @param implicitPort where the protocol listens with TLS from the first octet
    /// @param port where it listens without
    public static Connection open(Settings settings, int implicitPort, int port, Steps steps) throws FetchException {
        String host = settings.host();
        int to = settings.port(settings.tls() == Tls.IMPLICIT ? implicitPort : port);
        steps.begin(Step.RESOLVE);
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new FetchException(Kind.UNREACHABLE, "there is no host " + host, e);
        }
        steps.done(addresses[0].getHostAddress()
                + (addresses.length > 1 ? " and " + (addresses.length - 1) + " more" : ""));
        steps.begin(Step.CONNECT);
        Connection connection = new Connection(settings, connected(addresses, host, to, settings), steps);
        try {
            steps.done("port " + to);
            connection.expect();
            if (settings.tls() == Tls.IMPLICIT) {
                connection.startTls();
            } else if (settings.tls() == Tls.NONE) {
                steps.begin(Step.TLS);
                steps.done("none");
                steps.warn("NOT SECURED: anybody on the way can read the password and every mail. Use tls implicit or"
                        + " starttls.");
            }
            return connection;
        } catch (FetchException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static Socket connected(InetAddress[] addresses, String host, int port, Settings settings)
            throws FetchException {
        Optional<FetchException> first = Optional.empty();
        for (InetAddress address : addresses) {
            Socket socket = new Socket();
            try {
                socket.setTcpNoDelay(true);
                socket.connect(
                        new InetSocketAddress(address, port),
                        Math.toIntExact(settings.connectTimeout().toMillis()));
                return socket;
            } catch (IOException e) {
                closeQuietly(socket);
                first = first.or(() -> Optional.of(unreachable(e, host + " port " + port, settings)));
            }
        }
        throw first.orElseGet(() -> new FetchException(Kind.UNREACHABLE, host + " has no address"));
    }

    private static FetchException unreachable(IOException e, String where, Settings settings) {
        return switch (e) {
            case SocketTimeoutException _ ->
                new FetchException(
                        Kind.UNREACHABLE,
                        "no answer from " + where + " within "
                                + settings.connectTimeout().toSeconds() + " s",
                        e);
            case ConnectException _ -> new FetchException(Kind.UNREACHABLE, "nobody listens at " + where, e);
            default -> new FetchException(Kind.UNREACHABLE, where + ": " + Lines.of(e), e);
        };
    }

    /// Secures the connection from here on. What streams were given before must not be used after.
    public void startTls() throws FetchException {
        steps.begin(Step.TLS);
        Trust trust;
        SSLSocket secured;
        try {
            trust = new Trust(settings.certificate());
            secured = (SSLSocket)
                    trust.context().getSocketFactory().createSocket(tcp, settings.host(), tcp.getPort(), true);
        } catch (GeneralSecurityException | IOException e) {
            throw new FetchException(Kind.TLS, "TLS cannot begin: " + Lines.of(e), e);
        }
        try {
            tcp.setSoTimeout(Math.toIntExact(settings.timeout().toMillis()));
            if (trust.checksName()) {
                SSLParameters parameters = secured.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secured.setSSLParameters(parameters);
            }
            secured.startHandshake();
        } catch (IOException e) {
            throw refused(e, trust);
        }
        socket = secured;
        session = Optional.of(secured.getSession());
        steps.done(secured.getSession().getProtocol() + ", certificate sha256:"
                + trust.shown().orElse("?"));
        if (settings.certificate() instanceof CertificateCheck.Ignored) {
            steps.warn("CERTIFICATE NOT CHECKED: whoever stands in between can read the password and change every"
                    + " mail. Set certificate to sha256:" + trust.shown().orElse("…") + " if that is the right one.");
        }
    }

    private FetchException refused(IOException e, Trust trust) {
        if (e instanceof SocketTimeoutException) {
            return translate(e);
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateException) {
                Throwable deepest = cause;
                while (deepest.getCause() != null) {
                    deepest = deepest.getCause();
                }
                return new FetchException(
                        Kind.CERTIFICATE,
                        "the certificate of " + settings.host() + " is not good: " + Lines.of(deepest)
                                + trust.shown()
                                        .map(sum -> "; it is sha256:" + sum)
                                        .orElse(""),
                        e);
            }
        }
        return e instanceof SSLException
                ? new FetchException(Kind.TLS, settings.host() + " and we find no common TLS: " + Lines.of(e), e)
                : translate(e);
    }

    /// The next answer is waited for from now on, for the settings' timeout.
    public void expect() {
        expect(settings.timeout());
    }

    /// The same with another time.
    public void expect(Duration atMost) {
        began = System.nanoTime();
        allowedNanos = atMost.toNanos();
        received = 0;
    }

    /// What the server says. It is not buffered here.
    public InputStream in() throws FetchException {
        try {
            InputStream raw = socket.getInputStream();
            return new InputStream() {
                @Override
                public int read() throws IOException {
                    byte[] one = new byte[1];
                    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
                }

                @Override
                public int read(byte[] into, int offset, int length) throws IOException {
                    long left = allowedNanos
                            + Duration.ofSeconds(1).toNanos() * (received / SLOWEST_BYTES_A_SECOND)
                            - (System.nanoTime() - began);
                    if (left <= 0) {
                        throw new SocketTimeoutException("too slow");
                    }
                    long most = Math.max(settings.timeout().toNanos(), allowedNanos);
                    socket.setSoTimeout((int) Math.max(1, Math.min(left, most) / 1_000_000));
                    int n = raw.read(into, offset, length);
                    received += Math.max(n, 0);
                    return n;
                }
            };
        } catch (IOException e) {
            throw translate(e);
        }
    }

    /// What we say, buffered: it leaves when it is flushed.
    public OutputStream out() throws FetchException {
        try {
            return new BufferedOutputStream(socket.getOutputStream(), 8 * 1024);
        } catch (IOException e) {
            throw translate(e);
        }
    }

    /// Protocol and cipher suite; empty where the connection is in the clear.
    public Optional<String> tls() {
        return session.map(s -> s.getProtocol() + " " + s.getCipherSuite());
    }

    /// The certificate that the server showed, for a log-in that is bound to it.
    public Optional<X509Certificate> certificate() {
        return session.flatMap(s -> {
            try {
                return s.getPeerCertificates()[0] instanceof X509Certificate certificate
                        ? Optional.of(certificate)
                        : Optional.empty();
            } catch (SSLPeerUnverifiedException e) {
                return Optional.empty(); // it showed none
            }
        });
    }

    /// What an exception on this connection means.
    public FetchException translate(IOException e) {
        if (Thread.currentThread().isInterrupted()) {
            return new FetchException(Kind.CUT, "cancelled", e);
        }
        return switch (e) {
            case SocketTimeoutException _ ->
                new FetchException(
                        Kind.CUT,
                        settings.host() + " was silent or too slow for "
                                + settings.timeout().toSeconds() + " s",
                        e);
            case java.io.EOFException _ -> new FetchException(Kind.CUT, settings.host() + " closed the connection", e);
            default ->
                new FetchException(Kind.CUT, "the connection to " + settings.host() + " broke: " + Lines.of(e), e);
        };
    }

    @Override
    public void close() {
        closeQuietly(tcp); // the plain one: TLS would first wait for the peer
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is of no more use either way
        }
    }
}
