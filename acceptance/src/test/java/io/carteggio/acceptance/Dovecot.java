package io.carteggio.acceptance;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A real Dovecot on loopback with maildirs, IMAP and POP3, with and without TLS. Any user may log in
/// with the password `secret`. Needs to be root, as Dovecot does.
final class Dovecot implements AutoCloseable {
    /// What Dovecot says it can, less what a test takes away.
    private static final List<String> CAPABILITIES = List.of(
            "IMAP4rev1",
            "SASL-IR",
            "LOGIN-REFERRALS",
            "ID",
            "ENABLE",
            "IDLE",
            "LITERAL+",
            "UNSELECT",
            "UIDPLUS",
            "MOVE",
            "NAMESPACE",
            "CHILDREN",
            "ESEARCH",
            "QUOTA");

    private final Path directory;
    private final int imap;
    private final int imaps;
    private final int pop3;
    private final int pop3s;

    private Dovecot(Path directory, int imap, int imaps, int pop3, int pop3s) {
        this.directory = directory;
        this.imap = imap;
        this.imaps = imaps;
        this.pop3 = pop3;
        this.pop3s = pop3s;
    }

    /// Whether there is one on this machine that we may start.
    static boolean available() {
        return Files.isExecutable(Path.of("/usr/sbin/dovecot"))
                && Files.exists(Path.of("/usr/lib/dovecot/imap"))
                && Files.exists(Path.of("/usr/lib/dovecot/pop3"))
                && "root".equals(System.getProperty("user.name"));
    }

    /// Starts one that can all it can.
    static Dovecot start(String... settings) throws IOException, InterruptedException {
        return startWithout(List.of(), settings);
    }

    /// Starts one that tells clients of fewer capabilities.
    ///
    /// @param settings lines of `dovecot.conf` that come after ours and so win
    static Dovecot startWithout(List<String> missing, String... settings) throws IOException, InterruptedException {
        // not below target: the mail system's users must be able to walk there
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "carteggio-dovecot-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(directory.resolve("run"));
        Files.createDirectories(directory.resolve("mail"));
        run("chown", "mail:mail", directory.resolve("mail").toString());
        certificate(directory, Instant.now().plus(Duration.ofDays(30)));
        Dovecot dovecot = new Dovecot(directory, FreePort.next(), FreePort.next(), FreePort.next(), FreePort.next());
        List<String> capabilities = new ArrayList<>(CAPABILITIES);
        capabilities.removeAll(missing);
        Files.writeString(
                dovecot.configuration(),
                String.join(
                        "\n",
                        "base_dir = " + directory.resolve("run"),
                        "state_dir = " + directory.resolve("run"),
                        "log_path = " + directory.resolve("dovecot.log"),
                        "protocols = imap pop3",
                        "listen = 127.0.0.1",
                        "ssl = yes",
                        "ssl_cert = <" + directory.resolve("cert.pem"),
                        "ssl_key = <" + directory.resolve("cert.key"),
                        "disable_plaintext_auth = no",
                        "auth_mechanisms = plain login",
                        "auth_failure_delay = 0 secs",
                        "first_valid_uid = 1",
                        "mail_location = maildir:" + directory + "/mail/%u",
                        "mail_uid = mail",
                        "mail_gid = mail",
                        "mail_max_userip_connections = 100",
                        // who mistook the password may try again at once
                        "service anvil {",
                        "  unix_listener anvil-auth-penalty {",
                        "    mode = 0",
                        "  }",
                        "}",
                        "pop3_uidl_format = %08Xu%08Xv",
                        missing.isEmpty() ? "" : "imap_capability = " + String.join(" ", capabilities),
                        "passdb {",
                        "  driver = static",
                        "  args = password=secret",
                        "}",
                        "userdb {",
                        "  driver = static",
                        "  args = uid=mail gid=mail home=" + directory + "/mail/%u allow_all_users=yes",
                        "}",
                        "service imap-login {",
                        "  inet_listener imap {",
                        "    port = " + dovecot.imap,
                        "  }",
                        "  inet_listener imaps {",
                        "    port = " + dovecot.imaps,
                        "  }",
                        "}",
                        "service pop3-login {",
                        "  inet_listener pop3 {",
                        "    port = " + dovecot.pop3,
                        "  }",
                        "  inet_listener pop3s {",
                        "    port = " + dovecot.pop3s,
                        "  }",
                        "}",
                        "namespace inbox {",
                        "  inbox = yes",
                        "  separator = /",
                        "}",
                        String.join("\n", settings),
                        ""));
        dovecot.startAgain();
        return dovecot;
    }

    private Path configuration() {
        return directory.resolve("dovecot.conf");
    }

    /// Starts it where it was stopped.
    void startAgain() throws IOException, InterruptedException {
        run("dovecot", "-c", configuration().toString());
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), imap)) {
                if (socket.getInputStream().read() == '*') {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > until) {
                    throw new IOException("Dovecot does not listen: " + log(), e);
                }
            }
            Thread.sleep(50);
        }
    }

    void stop() throws IOException, InterruptedException {
        run("dovecot", "-c", configuration().toString(), "stop");
    }

    /// Makes a certificate for this machine, good until an instant, and the authority that issues it.
    private static void certificate(Path directory, Instant until) throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair authority = generator.generateKeyPair();
            KeyPair pair = generator.generateKeyPair();
            X500Name issuer = new X500Name("CN=authority of " + directory.getFileName());
            Date from = Date.from(Instant.now().minus(Duration.ofDays(60)));
            byte[] issuing = new JcaX509v3CertificateBuilder(
                            issuer,
                            BigInteger.ONE,
                            from,
                            Date.from(Instant.now().plus(Duration.ofDays(60))),
                            issuer,
                            authority.getPublic())
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate()))
                    .getEncoded();
            byte[] certificate = new JcaX509v3CertificateBuilder(
                            issuer,
                            BigInteger.valueOf(System.nanoTime()),
                            from,
                            Date.from(until),
                            new X500Name("CN=localhost"),
                            pair.getPublic())
                    .addExtension(
                            Extension.subjectAlternativeName,
                            false,
                            new GeneralNames(new GeneralName(GeneralName.dNSName, "localhost")))
                    .build(new JcaContentSignerBuilder("SHA256withECDSA").build(authority.getPrivate()))
                    .getEncoded();
            pem(directory.resolve("authority.pem"), "CERTIFICATE", issuing);
            pem(directory.resolve("cert.pem"), "CERTIFICATE", certificate);
            pem(directory.resolve("cert.key"), "PRIVATE KEY", pair.getPrivate().getEncoded());
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IOException(e);
        }
    }

    private static void pem(Path file, String kind, byte[] octets) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(octets);
        Files.writeString(file, "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
    }

    /// From now on it shows another certificate.
    void certificate(Instant until) throws IOException, InterruptedException {
        stop();
        certificate(directory, until);
        startAgain();
    }

    /// The SHA-256 of the certificate that it shows, in hexadecimal digits.
    String certificateSum() throws IOException {
        String pem = Files.readString(directory.resolve("cert.pem"));
        String base64 = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
        return Sha256.of(Base64.getDecoder().decode(base64)).toString();
    }

    Path directory() {
        return directory;
    }

    /// The words of a command that logs in here by IMAP over TLS.
    ///
    /// @param command its name, and what comes before the options
    String[] loggingIn(String user, String password, List<String> command, String... more) throws IOException {
        Path file = Files.writeString(directory.resolve("password"), password + "\n");
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("--imap", "localhost:" + imaps, "--certificate", "sha256:" + certificateSum()));
        words.addAll(List.of("--user", user, "--password-file", file.toString()));
        words.addAll(List.of(more));
        return words.toArray(String[]::new);
    }

    int imap() {
        return imap;
    }

    int imaps() {
        return imaps;
    }

    int pop3() {
        return pop3;
    }

    int pop3s() {
        return pop3s;
    }

    // ---- mailboxes

    private Path maildir(String user, String folder) {
        Path mailbox = directory.resolve("mail").resolve(user);
        return folder.equals("INBOX") ? mailbox : mailbox.resolve("." + folder);
    }

    /// Puts mails into a user's folder, as a delivery agent would.
    void deliver(String user, Iterable<Content> mails) throws IOException, InterruptedException {
        deliver(user, "INBOX", mails);
    }

    void deliver(String user, String folder, Iterable<Content> mails) throws IOException, InterruptedException {
        Path maildir = maildir(user, folder);
        for (String part : List.of("tmp", "new", "cur")) {
            Files.createDirectories(maildir.resolve(part));
        }
        Path arriving = Files.createTempDirectory(directory, "arriving");
        int n = 0;
        for (Content mail : mails) {
            try (InputStream octets = mail.open()) {
                Files.copy(octets, arriving.resolve(System.nanoTime() + "." + n++ + ".localhost"));
            }
        }
        run("chown", "-R", "mail:mail", maildir.toString(), arriving.toString());
        try (Stream<Path> files = Files.list(arriving)) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                Files.move(file, maildir.resolve("new").resolve(file.getFileName()));
            }
        }
        Files.delete(arriving);
    }

    /// The files of a user's folder that are mails, also those that are marked.
    List<Path> mails(String user, String folder) throws IOException {
        TreeMap<String, Path> mails = new TreeMap<>();
        for (String part : List.of("new", "cur")) {
            Path where = maildir(user, folder).resolve(part);
            if (Files.isDirectory(where)) {
                try (Stream<Path> files = Files.list(where)) {
                    files.forEach(
                            file -> mails.put(file.getFileName().toString().replaceFirst(":.*", ""), file));
                }
            }
        }
        return List.copyOf(mails.values());
    }

    List<Path> mails(String user) throws IOException {
        return mails(user, "INBOX");
    }

    /// Makes the server forget how it numbered the mails of a user.
    void renumber(String user) throws IOException, InterruptedException {
        stop();
        Path maildir = maildir(user, "INBOX");
        try (Stream<Path> files = Files.list(maildir)) {
            for (Path file : (Iterable<Path>)
                    files.filter(f -> f.getFileName().toString().startsWith("dovecot"))::iterator) {
                Files.delete(file);
            }
        }
        Thread.sleep(1_100); // the number it takes is the time in seconds
        startAgain();
    }

    /// Marks mails of a user as deleted, as another client does, without removing them.
    ///
    /// @param mails their numbers: `3`, `1:3`
    void mark(String user, String mails) throws IOException, InterruptedException {
        run(
                "doveadm",
                "-c",
                configuration().toString(),
                "flags",
                "add",
                "-u",
                user,
                "\\Deleted",
                "mailbox",
                "INBOX",
                mails);
    }

    String log() throws IOException {
        Path log = directory.resolve("dovecot.log");
        return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    }

    private static void run(String... command) throws IOException, InterruptedException {
        OwnProcesses.run(List.of(command));
    }

    @Override
    public void close() throws IOException {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            System.out.println("Dovecot was not running any more: " + e.getMessage());
        }
        OwnProcesses.remove(directory);
    }
}
