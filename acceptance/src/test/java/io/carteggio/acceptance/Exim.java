package io.carteggio.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A private Exim on loopback that puts mail into maildirs. Debian's package of it and that of Postfix exclude each
/// other, so `./check` unpacks it below `acceptance/target/exim` and does not install it. Needs to be root, to become
/// the user `mail`.
final class Exim implements MailSystem {
    private static final Path UNPACKED = Program.root().resolve("acceptance/target/exim/usr/sbin/exim4");

    private final Path directory;
    private final int port;

    private Exim(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /// Whether there is one on this machine that we may start.
    static boolean available() {
        return Files.isExecutable(UNPACKED) && "root".equals(System.getProperty("user.name"));
    }

    /// Starts one for the domain `firm.example`, whose users log in as `anna` with `secret`. It relays for them alone.
    ///
    /// @param boxes a file with lines `address: directory below mailboxes`
    /// @param aliases a file with lines `address: address, address`
    /// @param mailboxes where the maildirs are
    /// @param relayed domains that anybody may write to besides
    static Exim start(Path boxes, Path aliases, Path mailboxes, String... relayed)
            throws IOException, InterruptedException {
        // not below target: the user mail must be able to walk there
        Path directory = Files.createTempDirectory(Path.of("/tmp"), "carteggio-exim-");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path program = directory.resolve("exim");
        Files.copy(UNPACKED, program, StandardCopyOption.REPLACE_EXISTING);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x")); // without setuid
        for (String name : List.of("spool", "log")) {
            Files.createDirectory(directory.resolve(name));
        }
        OwnProcesses.run(List.of(
                "chown",
                "mail:mail",
                directory.resolve("spool").toString(),
                directory.resolve("log").toString()));
        int port = FreePort.next();
        Files.writeString(directory.resolve("exim.conf"), """
                exim_path = DIRECTORY/exim
                spool_directory = DIRECTORY/spool
                log_file_path = DIRECTORY/log/%slog
                pid_file_path = DIRECTORY/spool/exim.pid
                primary_hostname = mta.firm.example
                local_interfaces = 127.0.0.1
                daemon_smtp_ports = PORT
                exim_user = mail
                exim_group = mail
                never_users =
                deliver_drop_privilege = true
                keep_environment =
                add_environment = PATH=/usr/bin
                message_size_limit = 250M
                smtputf8_advertise_hosts = *
                chunking_advertise_hosts = *
                tls_advertise_hosts =
                host_lookup =
                rfc1413_hosts =
                acl_smtp_rcpt = recipient
                acl_smtp_data = mail

                begin acl
                recipient:
                  deny recipients = nobody@firm.example
                  accept authenticated = *
                  accept domains = firm.example RELAYED
                  deny message = relay not permitted
                mail:
                  deny condition = ${if match{$h_Subject:}{forbidden}}
                       message = nothing of the kind
                  accept

                begin routers
                aliases:
                  driver = redirect
                  data = ${lookup{$local_part@$domain}lsearch{ALIASES}}
                boxes:
                  driver = accept
                  address_data = ${lookup{$local_part@$domain}lsearch{BOXES}{$value}fail}
                  transport = box

                begin transports
                box:
                  driver = appendfile
                  directory = MAILBOXES/$address_data
                  maildir_format
                  mode = 0600

                begin retry
                * * F,1h,2s

                begin authenticators
                plain:
                  driver = plaintext
                  public_name = PLAIN
                  server_prompts = :
                  server_condition = ${if and{{eq{$auth2}{anna}}{eq{$auth3}{secret}}}}
                  server_set_id = $auth2
                  server_advertise_condition = true
                """.replace("DIRECTORY", directory.toString())
                .replace("PORT", Integer.toString(port))
                .replace("RELAYED", relayed.length == 0 ? "" : ": " + String.join(" : ", relayed))
                .replace("ALIASES", aliases.toString())
                .replace("MAILBOXES", mailboxes.toString())
                .replace("BOXES", boxes.toString()));
        Exim exim = new Exim(directory, port);
        exim.startAgain();
        return exim;
    }

    @Override
    public void startAgain() throws IOException, InterruptedException {
        OwnProcesses.run(List.of(
                directory.resolve("exim").toString(),
                "-C",
                directory.resolve("exim.conf").toString(),
                "-bd",
                "-q2s"));
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.getInputStream().read() == '2') {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > until) {
                    throw new IOException("Exim does not listen: " + log(), e);
                }
            }
            Thread.sleep(50);
        }
    }

    /// Also those who deliver, which are no longer children of the first.
    @Override
    public void kill() throws InterruptedException {
        String own = directory.resolve("exim").toString();
        OwnProcesses.kill(ProcessHandle.allProcesses()
                .filter(process -> process.info().command().filter(own::equals).isPresent())
                .toList());
    }

    @Override
    public InetSocketAddress smtp() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public List<String> log() throws IOException {
        Path log = directory.resolve("log/mainlog");
        return Files.exists(log) ? Files.readAllLines(log, StandardCharsets.ISO_8859_1) : List.of();
    }

    @Override
    public void close() throws IOException {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        OwnProcesses.remove(directory);
    }
}
