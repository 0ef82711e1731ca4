package io.carteggio.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A private Sendmail on loopback that asks a filter and puts mail into maildirs. Debian's package of it and that of
/// Postfix exclude each other, so `./check` unpacks it below `acceptance/target/sendmail` and does not install it.
/// Needs to be root. Nobody logs in there: that would need a SASL database beside.
final class Sendmail implements MailSystem {
    private static final Path UNPACKED = Program.root().resolve("acceptance/target/sendmail");
    private static final Path BINARY = UNPACKED.resolve("usr/libexec/sendmail/sendmail");

    private final Path directory;
    private final int port;

    private Sendmail(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /// Whether there is one on this machine that we may start.
    static boolean available() {
        return Files.isExecutable(BINARY) && "root".equals(System.getProperty("user.name"));
    }

    /// Starts one for the domain `firm.example`, with the aliases of [MailHouse]. It takes mail for that one and for
    /// `elsewhere.example`, and refuses `nobody`.
    ///
    /// @param mailboxes where the maildirs are
    /// @param filter the port of the filter
    static Sendmail start(Path mailboxes, int filter) throws IOException, InterruptedException {
        // below target: it takes no settings from below a folder that anybody may write to, as /tmp is
        Path directory = Program.freshDirectory("sendmail-mta");
        Files.createDirectories(directory.resolve("queue"));
        Files.setPosixFilePermissions(directory.resolve("queue"), PosixFilePermissions.fromString("rwx------"));
        Path program = Files.copy(BINARY, directory.resolve("sendmail"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x")); // without setgid
        Path box = Files.writeString(directory.resolve("box"), """
                #!/bin/sh
                umask 077
                d="MAILBOXES/$1"
                f=$(date +%s%N).$$.mta
                mkdir -p "$d/tmp" "$d/new" "$d/cur" && cat >"$d/tmp/$f" && chown -R mail:mail "$d" && mv "$d/tmp/$f" "$d/new/$f"
                """.replace("MAILBOXES", mailboxes.toString()));
        Files.setPosixFilePermissions(box, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(directory.resolve("switch"), "hosts files\naliases files\npasswd files\n");
        Files.writeString(directory.resolve("aliases"), """
                sales: bruno, inner
                inner: carla
                eva: \\eva, mobile@carrier.example
                gone: lost@nowhere.example
                postmaster: anna
                MAILER-DAEMON: postmaster
                """);
        int port = FreePort.next();
        Path settings = Files.writeString(directory.resolve("sendmail.mc"), """
                divert(-1)
                include(`CF/m4/cf.m4')dnl
                OSTYPE(`linux')dnl
                define(`confDOMAIN_NAME', `mta.firm.example')dnl
                define(`confCW_FILE', `-o DIRECTORY/none')dnl
                define(`confCT_FILE', `-o DIRECTORY/none')dnl
                define(`confPID_FILE', `DIRECTORY/sendmail.pid')dnl
                define(`confSERVICE_SWITCH_FILE', `DIRECTORY/switch')dnl
                define(`STATUS_FILE', `DIRECTORY/status')dnl
                define(`HELP_FILE', `')dnl
                define(`QUEUE_DIR', `DIRECTORY/queue')dnl
                define(`ALIAS_FILE', `DIRECTORY/aliases')dnl
                define(`confDONT_PROBE_INTERFACES', `True')dnl
                define(`confTO_IDENT', `0')dnl
                define(`confMAX_MESSAGE_SIZE', `262144000')dnl
                define(`confMIN_FREE_BLOCKS', `0')dnl
                define(`confREFUSE_LA', `1000')dnl
                define(`confQUEUE_LA', `1000')dnl
                define(`confMIN_QUEUE_AGE', `0')dnl
                define(`confDELIVERY_MODE', `background')dnl
                FEATURE(`no_default_msa')dnl
                FEATURE(`nocanonify')dnl
                FEATURE(`accept_unresolvable_domains')dnl
                DAEMON_OPTIONS(`Name=MTA, Addr=127.0.0.1, Port=PORT')dnl
                INPUT_MAIL_FILTER(`carteggio', `S=inet:FILTER@127.0.0.1, F=T, T=C:1m;S:1m;R:5m;E:10m')dnl
                LOCAL_DOMAIN(`firm.example')dnl
                define(`LOCAL_MAILER_PATH', `DIRECTORY/box')dnl
                define(`LOCAL_MAILER_ARGS', `box $u@firm.example')dnl
                define(`LOCAL_MAILER_FLAGS', `SPn')dnl
                MODIFY_MAILER_FLAGS(`LOCAL', `-w-5-:-|-@-/-m-D-F-M-E-h-q')dnl
                MAILER(`local')dnl
                LOCAL_CONFIG
                C{O}outside.example carrier.example elsewhere.example
                MAILER_DEFINITIONS
                Mbox, P=DIRECTORY/box, F=lsSPnu, S=EnvFromL/HdrFromL, R=EnvToL/HdrToL, T=DNS/RFC822/X-Unix, A=box $u
                LOCAL_RULE_0
                R$+ < @ nowhere.example . >	$#error $@ 5.1.2 $: "550 no such domain"
                R$+ < @ nowhere.example >	$#error $@ 5.1.2 $: "550 no such domain"
                R$+ < @ $=O . >	$#box $: $1 @ $2
                R$+ < @ $=O >	$#box $: $1 @ $2
                LOCAL_RULESETS
                SLocal_check_rcpt
                R$*	$: $>CanonAddr $1
                Rnobody < @ firm.example $* >	$#error $@ 5.7.1 $: "550 refused"
                R$* < @ firm.example $* >	$#OK
                R$* < @ elsewhere.example $* >	$#OK
                R$*	$#error $@ 5.7.1 $: "550 relaying denied"
                """.replace(
                        "CF", UNPACKED.resolve("usr/share/sendmail/cf").toString())
                .replace("DIRECTORY", directory.toString())
                .replace("PORT", Integer.toString(port))
                .replace("FILTER@", filter + "@"));
        OwnProcesses.run(List.of(
                "sh",
                "-c",
                "m4 -D_CF_DIR_=\"$0/\" \"$1\" >\"$2\"",
                UNPACKED.resolve("usr/share/sendmail/cf").toString(),
                settings.toString(),
                directory.resolve("sendmail.cf").toString()));
        Sendmail sendmail = new Sendmail(directory, port);
        sendmail.run("-bi");
        sendmail.startAgain();
        return sendmail;
    }

    /// Under a host name with a dot in it: without one, it waits a minute for the name to get one.
    private void run(String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("unshare", "--uts", "sh", "-c", "hostname mta.firm.example && exec \"$@\"", "sh", own(), "-C"));
        command.add(directory.resolve("sendmail.cf").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-X", directory.resolve("transcript").toString()));
        OwnProcesses.run(command);
    }

    private String own() {
        return directory.resolve("sendmail").toString();
    }

    @Override
    public void startAgain() throws IOException, InterruptedException {
        run("-bd", "-q2s");
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (socket.getInputStream().read() > 0) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > until) {
                    throw new IOException("Sendmail does not listen: " + log(), e);
                }
            }
            Thread.sleep(50);
        }
    }

    @Override
    public void kill() throws InterruptedException {
        OwnProcesses.kill(ProcessHandle.allProcesses()
                .filter(process ->
                        process.info().command().filter(own()::equals).isPresent())
                .toList());
    }

    @Override
    public InetSocketAddress smtp() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /// What was said over SMTP: its log proper goes to the system's.
    @Override
    public List<String> log() throws IOException {
        Path transcript = directory.resolve("transcript");
        if (!Files.exists(transcript)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(transcript, StandardCharsets.ISO_8859_1)) {
            return lines.toList();
        }
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
