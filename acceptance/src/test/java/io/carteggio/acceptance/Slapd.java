package io.carteggio.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A real OpenLDAP on loopback with what a test puts into it. `cn=admin,dc=example,dc=org` logs in with
/// `secret`.
final class Slapd implements AutoCloseable {
    private final Path directory;
    private final Process process;
    private final int port;

    private Slapd(Path directory, Process process, int port) {
        this.directory = directory;
        this.process = process;
        this.port = port;
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
                        "0",
                        "-f",
                        directory.resolve("slapd.conf").toString(),
                        "-h",
                        "ldap://127.0.0.1:" + port + "/")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return new Slapd(directory, process, port);
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
