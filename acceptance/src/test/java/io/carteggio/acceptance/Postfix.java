package io.carteggio.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A private Postfix on loopback that hands everything on to one SMTP server, over TLS or not at all. Needs to be root,
/// as Postfix does.
final class Postfix implements MailSystem {
    private final Path directory;
    private final int port;

    private Postfix(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /// Whether there is one on this machine that we may start.
    static boolean available() {
        return Files.isExecutable(Path.of("/usr/sbin/postfix")) && "root".equals(System.getProperty("user.name"));
    }

    /// Starts one.
    ///
    /// @param settings lines of `main.cf` that come after ours and so win
    static Postfix start(InetSocketAddress next, String... settings) throws IOException, InterruptedException {
        // not below target: the mail system's users must be able to walk there
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "carteggio-postfix-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String name : List.of("etc", "queue", "data")) {
            Files.createDirectory(directory.resolve(name));
        }
        run("chown", "postfix", directory.resolve("data").toString());
        int port = FreePort.next();
        // each name once: Postfix' own log writer warns of a second by way of itself, and may wait for itself for good
        Map<String, String> main = new LinkedHashMap<>();
        List<String> ours = List.of(
                "compatibility_level = 3.6",
                "queue_directory = " + directory.resolve("queue"),
                "data_directory = " + directory.resolve("data"),
                "command_directory = /usr/sbin",
                "daemon_directory = /usr/lib/postfix/sbin",
                "mail_owner = postfix",
                "setgid_group = postdrop",
                "inet_interfaces = 127.0.0.1",
                "inet_protocols = ipv4",
                "myhostname = mta.firm.example",
                "mydestination =",
                "local_recipient_maps =",
                "alias_maps =",
                "relayhost = [127.0.0.1]:" + next.getPort(),
                "disable_dns_lookups = yes",
                "default_transport = smtp",
                "mynetworks = 127.0.0.0/8",
                "maillog_file = " + directory.resolve("queue/mail.log"),
                "maillog_file_prefixes = " + directory,
                "message_size_limit = 262144000",
                "smtp_tls_security_level = encrypt",
                "smtp_tls_loglevel = 1",
                "smtputf8_enable = yes",
                "minimal_backoff_time = 2s",
                "queue_run_delay = 2s");
        Stream.concat(ours.stream(), Stream.of(settings))
                .forEach(line -> main.put(line.replaceFirst(" *=.*", ""), line));
        Files.write(directory.resolve("etc/main.cf"), main.values());
        String master = Files.readString(Path.of("/usr/share/postfix/master.cf.dist"))
                .replaceFirst("(?m)^smtp  *inet .*$", "127.0.0.1:" + port + " inet n - n - - smtpd")
                .replaceAll("(?m)^([a-z]*  *unix  *[-n]  *[-n]  *)y", "$1n");
        if (!master.contains("postlog")) {
            master += "postlog unix-dgram n - n - 1 postlogd\n";
        }
        Files.writeString(directory.resolve("etc/master.cf"), master);
        String configuration = directory.resolve("etc").toString();
        run("postfix", "-c", configuration, "start"); // which checks them, too
        return new Postfix(directory, port);
    }

    /// A folder for sockets that Postfix is to find: what is made there belongs to its group.
    static Path folderForItsGroup(Path folder) throws IOException, InterruptedException {
        Files.createDirectory(folder);
        run("chgrp", "postfix", folder.toString());
        run("chmod", "2750", folder.toString());
        return folder;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        OwnProcesses.run(List.of(command));
    }

    @Override
    public void kill() throws IOException, InterruptedException {
        OwnProcesses.kill(directory.resolve("queue/pid/master.pid"));
    }

    @Override
    public void startAgain() throws IOException, InterruptedException {
        run("postfix", "-c", directory.resolve("etc").toString(), "start");
    }

    @Override
    public InetSocketAddress smtp() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public List<String> log() throws IOException {
        Path log = directory.resolve("queue/mail.log");
        return Files.exists(log) ? Files.readAllLines(log, StandardCharsets.UTF_8) : List.of();
    }

    /// Waits for a line of the log.
    String await(Predicate<String> wanted) throws IOException, InterruptedException {
        return await(1, wanted).getFirst();
    }

    /// Waits for a number of such lines.
    List<String> await(int number, Predicate<String> wanted) throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(40);
        while (System.nanoTime() < until) {
            List<String> found = log().stream().filter(wanted).toList();
            if (found.size() >= number) {
                return found;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("Postfix has not logged it:\n" + String.join("\n", log()));
    }

    @Override
    public void close() throws IOException {
        try {
            kill(); // told to stop it is asked once a second whether it has
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        OwnProcesses.remove(directory);
    }
}
