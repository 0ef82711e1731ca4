package io.carteggio.acceptance;

import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A real OpenLDAP on loopback with what a test puts into it, in the clear, by STARTTLS and by TLS.
/// `cn=admin,dc=example,dc=org` logs in with `secret`.
final class Slapd implements AutoCloseable {
    private final Path directory;
    private final Process process;
    private final int port;
    private final int portTls;

    private Slapd(Path directory, Process process, int port, int portTls) {
        this.directory = directory;
        this.process = process;
        this.port = port;
        this.portTls = portTls;
    }

    /// Whether there is one on this machine.
    static boolean available() {
        return Files.isExecutable(Path.of("/usr/sbin/slapd")) && Files.exists(Path.of("/etc/ldap/schema/core.schema"));
    }

    /// Starts one.
    ///
    /// @param ldif what it holds, below its suffix `dc=example,dc=org`
    static Slapd start(String ldif) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "carteggio-slapd-");
        Files.createDirectories(directory.resolve("db"));
        int port = FreePort.next();
        int portTls = FreePort.next();
        certificate(directory);
        Files.writeString(
                directory.resolve("slapd.conf"),
                String.join(
                        "\n",
                        "include /etc/ldap/schema/core.schema",
                        "include /etc/ldap/schema/cosine.schema",
                        "include /etc/ldap/schema/inetorgperson.schema",
                        "attributetype ( 1.3.6.1.4.1.99999.1.1 NAME 'mailAlternateAddress'",
                        "  EQUALITY caseIgnoreIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )",
                        "objectclass ( 1.3.6.1.4.1.99999.2.1 NAME 'mailHolder' SUP top AUXILIARY",
                        "  MAY ( mail $ mailAlternateAddress ) )",
                        "modulepath /usr/lib/ldap",
                        "moduleload back_mdb",
                        "pidfile " + directory.resolve("slapd.pid"),
                        "sizelimit 500",
                        "TLSCertificateFile " + directory.resolve("server.pem"),
                        "TLSCertificateKeyFile " + directory.resolve("server.key"),
                        "TLSCACertificateFile " + directory.resolve("ca.pem"),
                        "database mdb",
                        "maxsize 104857600",
                        "suffix \"dc=example,dc=org\"",
                        "rootdn \"cn=admin,dc=example,dc=org\"",
                        "rootpw secret",
                        "directory " + directory.resolve("db"),
                        "index objectClass,mail eq",
                        ""));
        Path file = Files.writeString(
                directory.resolve("all.ldif"),
                "dn: dc=example,dc=org\nobjectClass: dcObject\nobjectClass: organization\no: x\ndc: example\n\n" + ldif,
                StandardCharsets.UTF_8);
        Path log = directory.resolve("slapd.log");
        Process add = new ProcessBuilder(
                        "/usr/sbin/slapadd",
                        "-q",
                        "-f",
                        directory.resolve("slapd.conf").toString(),
                        "-l",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!add.waitFor(60, TimeUnit.SECONDS) || add.exitValue() != 0) {
            throw new IOException("slapadd: " + Files.readString(log));
        }
        Process process = new ProcessBuilder(
                        "/usr/sbin/slapd",
                        "-d",
                        "256", // tells of each log-in
                        "-f",
                        directory.resolve("slapd.conf").toString(),
                        "-h",
                        "ldap://127.0.0.1:" + port + "/ ldaps://127.0.0.1:" + portTls + "/")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new Slapd(directory, process, port, portTls);
            } catch (IOException e) {
                if (System.nanoTime() > until || !process.isAlive()) {
                    process.destroyForcibly();
                    throw new IOException("slapd does not listen: " + Files.readString(log), e);
                }
            }
            Thread.sleep(50);
        }
    }

    int port() {
        return port;
    }

    /// Where TLS begins with the first octet.
    int portTls() {
        return portTls;
    }

    /// How many log-ins it was asked for until now.
    long logIns() throws IOException {
        try (Stream<String> lines = Files.lines(directory.resolve("slapd.log"), StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.contains(" BIND dn=")).count();
        }
    }

    /// An authority of our own (`ca.pem`) and what it issued for `localhost` (`server.pem`).
    private static void certificate(Path directory) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("names"), "subjectAltName=DNS:localhost\n");
        openssl(directory, "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Authority");
        openssl(directory, "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost");
        openssl(
                directory,
                "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names"
                        + " -out server.pem");
    }

    private static void openssl(Path directory, String words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(words.split(" ", -1)));
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("openssl.log").toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("openssl: " + Files.readString(directory.resolve("openssl.log")));
        }
    }

    private X509Certificate certificate(String file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(directory.resolve(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /// The SHA-256 of the certificate that it shows.
    String certificateSum() throws IOException, CertificateException {
        return Sha256.of(certificate("server.pem").getEncoded()).toString();
    }

    /// The authority that issued what it shows, PEM.
    Path authority() {
        return directory.resolve("ca.pem");
    }

    /// Another authority by the same name, PEM.
    Path otherAuthority() throws IOException, InterruptedException {
        openssl(
                directory,
                "req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 30 -subj /CN=Authority");
        return directory.resolve("other.pem");
    }

    /// Options for a Java machine that trusts the authority, and no other.
    String trusting() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("authority", certificate("ca.pem"));
        Path file = directory.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, "changeit".toCharArray());
        }
        return "-Djavax.net.ssl.trustStore=" + file + " -Djavax.net.ssl.trustStorePassword=changeit";
    }

    Path directory() {
        return directory;
    }

    /// Changes what it holds, as `ldapmodify` has it.
    void modify(String ldif) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("change.ldif"), ldif, StandardCharsets.UTF_8);
        Process modify = new ProcessBuilder(
                        "ldapmodify",
                        "-x",
                        "-H",
                        "ldap://127.0.0.1:" + port,
                        "-D",
                        "cn=admin,dc=example,dc=org",
                        "-w",
                        "secret",
                        "-f",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("modify.log").toFile())
                .start();
        if (!modify.waitFor(60, TimeUnit.SECONDS) || modify.exitValue() != 0) {
            throw new IOException("ldapmodify: " + Files.readString(directory.resolve("modify.log")));
        }
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = new ArrayList<>(files.toList());
            for (Path file : deepestFirst.reversed()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
