"""The servers that are measured: Carteggio, and its peers from Debian, each on loopback with a folder of its own."""
import json
import os
import pwd
import shutil
import signal
import subprocess
import time

TICKS = os.sysconf('SC_CLK_TCK')


def wait_for(what, condition, seconds=60):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f'bench: {what}: not within {seconds} s')
        time.sleep(0.05)


def tree_cpu_s(root):
    """CPU seconds of a process and all below it, those it has reaped included."""
    parent, ticks = {}, {}
    for d in os.listdir('/proc'):
        if d.isdigit():
            try:
                with open(f'/proc/{d}/stat') as f:
                    rest = f.read().rpartition(')')[2].split()
            except OSError:
                continue
            parent[int(d)] = int(rest[1])
            ticks[int(d)] = sum(int(x) for x in rest[11:15])
    total = 0
    for p in ticks:
        q = p
        while q in parent and q != root:
            q = parent[q]
        total += ticks[p] if q == root else 0
    return total / TICKS


def threads_cpu_s(pid):
    """CPU seconds of each thread of a process by its name."""
    names = {}
    for t in os.listdir(f'/proc/{pid}/task'):
        try:
            with open(f'/proc/{pid}/task/{t}/stat') as f:
                stat = f.read()
        except OSError:
            continue
        name = stat[stat.index('(') + 1:stat.rindex(')')]
        rest = stat.rpartition(')')[2].split()
        names[name] = names.get(name, 0) + (int(rest[11]) + int(rest[12])) / TICKS
    return names


class Carteggio:
    """The system under test, in a data directory of its own."""
    protocol = 'smtp'

    def __init__(self, program, folder, options='', under=(), arguments=()):
        self.name = 'carteggio'
        self.under = list(under)
        self.arguments = list(arguments)
        self.program = program
        self.data = os.path.join(folder, 'data')
        self.log = os.path.join(folder, 'carteggio.log')
        self.options = options
        os.makedirs(folder, exist_ok=True)

    def environment(self):
        return dict(os.environ, CARTEGGIO_DATA=self.data, CARTEGGIO_JAVA_OPTS=self.options)

    def start(self):
        started = time.monotonic()
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(
                [*self.under, self.program, 'serve', '--json', '--smtp', '127.0.0.1:0', '--http', '127.0.0.1:0', '--hostname',
                 'bench.example', *self.arguments], env=self.environment(), stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f'bench: Carteggio did not start; see {self.log}')
        said = json.loads(line)
        self.start_s = time.monotonic() - started
        self.pid = self.process.pid
        self.port = int(said['smtp'].rsplit(':', 1)[1])
        self.http_port = int(said['http'].rstrip('/').rsplit(':', 1)[1])
        self.recipients = [s['address'] for s in said['sources'] if s['address']][:1]
        return self

    def cpu_s(self):
        return tree_cpu_s(self.pid)

    def threads_cpu_s(self):
        return threads_cpu_s(self.pid)

    def rss_mb(self):
        with open(f'/proc/{self.pid}/status') as f:
            return int(next(l for l in f if l.startswith('VmRSS')).split()[1]) / 1024

    def command(self, *args, **kw):
        """Runs a command; gives its standard output, CPU seconds and wall seconds."""
        return measured([self.program, *args], env=self.environment(), **kw)

    def stats(self):
        return json.loads(self.command('stats', '--json')[0])

    def settle(self):
        """Waits until everything is found by the search."""
        wait_for('the index', lambda: self.stats()['indexLag'] == 0, 3600)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)


def measured(command, **kw):
    before = os.times()
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw)
    wall = time.monotonic() - started
    after = os.times()
    if done.returncode:
        raise SystemExit(f'bench: {" ".join(command)}: exit {done.returncode}: {done.stderr.decode()[-2000:]}')
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return done.stdout.decode(), cpu, wall


class Postfix:
    """smtpd takes the mail into its queue, which is synced before the 250, and delivers to smtp-sink meanwhile."""
    protocol = 'smtp'
    port = 2625
    sink_port = 2626
    recipients = ['journal@example.com']
    milter_port = 2627  # the same, with a filter

    def __init__(self, folder, milter=None):
        self.name = 'postfix'
        self.etc = os.path.join(folder, 'etc')
        self.queue = os.path.join(folder, 'queue')
        data = os.path.join(folder, 'data')
        for d in folder, self.etc, self.queue, data:
            os.makedirs(d, exist_ok=True)
            os.chmod(d, 0o755)
        os.chown(data, pwd.getpwnam('postfix').pw_uid, -1)
        with open('/usr/share/postfix/master.cf.dist') as f:
            services = [l for l in f if not l.startswith('#')]
        with open(os.path.join(self.etc, 'master.cf'), 'w') as f:
            for line in services:
                words = line.split()
                if words and words[0] == 'smtp' and words[1] == 'inet':
                    line = f'127.0.0.1:{self.port} inet n - n - - smtpd\n'
                    if milter:
                        line += (f'127.0.0.1:{self.milter_port} inet n - n - - smtpd -o smtpd_milters={milter}'
                                 ' -o milter_default_action=tempfail\n')
                elif words and not line[0].isspace() and len(words) > 4 and words[4] == 'y':
                    words[4] = 'n'  # a chroot needs files that this folder does not have
                    line = ' '.join(words) + '\n'
                f.write(line)
        with open(os.path.join(self.etc, 'main.cf'), 'w') as f:
            f.write(f'''compatibility_level = 3.6
queue_directory = {self.queue}
data_directory = {data}
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_authorized_xforward_hosts = 127.0.0.0/8
mydestination =
myhostname = relay.example.com
relayhost = [127.0.0.1]:{self.sink_port}
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
disable_dns_lookups = yes
smtp_dns_support_level = disabled
smtp_host_lookup = native
message_size_limit = 100000000
mailbox_size_limit = 0
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
alias_maps =
alias_database =
local_recipient_maps =
''')
        # Postfix reads another folder than /etc/postfix only where that one's main.cf allows it.
        self.allowed = '/etc/postfix/main.cf'
        self.before = None
        if os.path.exists(self.allowed):
            with open(self.allowed) as f:
                self.before = f.read()
        os.makedirs('/etc/postfix', exist_ok=True)
        if not os.path.exists('/etc/postfix/postfix-files'):
            shutil.copy('/usr/share/postfix/postfix-files', '/etc/postfix/postfix-files')

    def start(self):
        with open(self.allowed, 'w') as f:
            kept = [l for l in (self.before or '').splitlines() if 'alternate_config_directories' not in l]
            f.write('\n'.join(kept + [f'alternate_config_directories = {self.etc}', '']))
        self.sink = subprocess.Popen(['smtp-sink', '-u', 'postfix', '-c', f'127.0.0.1:{self.sink_port}', '500'],
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(['postfix', '-c', self.etc, 'start'], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        pid = os.path.join(self.queue, 'pid', 'master.pid')
        wait_for('postfix', lambda: os.path.exists(pid) and open(pid).read().strip())
        self.pid = int(open(pid).read())
        time.sleep(1)
        return self

    def cpu_s(self):
        return tree_cpu_s(self.pid)

    def settle(self):
        def waiting():
            return sum(len(files) for q in ('incoming', 'active', 'maildrop', 'deferred')
                       for _, _, files in os.walk(os.path.join(self.queue, q)))
        wait_for('postfix to deliver', lambda: waiting() == 0, 300)

    def stop(self):
        subprocess.run(['postfix', '-c', self.etc, 'stop'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.sink.terminate()
        self.sink.wait()
        if self.before is None:
            os.unlink(self.allowed)
        else:
            with open(self.allowed, 'w') as f:
                f.write(self.before)


class DovecotMailboxes:
    """Maildirs of journal reports, to be fetched by IMAP and POP3 in the clear."""
    imap = 2634
    pop3 = 2635
    password = 'p'

    def __init__(self, folder):
        self.folder = folder
        self.conf = os.path.join(folder, 'dovecot.conf')
        self.run = os.path.join(folder, 'run')
        self.mail = os.path.join(folder, 'mail')
        self.owner = pwd.getpwnam('mail').pw_uid
        for d in folder, self.run, self.mail:
            os.makedirs(d, exist_ok=True)
            os.chmod(d, 0o755)
        os.chown(self.mail, self.owner, -1)
        with open(self.conf, 'w') as f:
            f.write(f'''base_dir = {self.run}
state_dir = {self.run}
log_path = {folder}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{self.mail}/%n
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
auth_username_format = %n
passdb {{
  driver = static
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={self.mail}/%n allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {self.imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
''')

    def fill(self, user, mails):
        box = os.path.join(self.mail, user)
        for d in box, *(os.path.join(box, part) for part in ('cur', 'new', 'tmp')):
            os.makedirs(d)
            os.chown(d, self.owner, -1)
        for number, mail in enumerate(mails):
            path = os.path.join(box, 'cur', f'{1700000000 + number}.M{number}.bench,S={len(mail)}:2,S')
            with open(path, 'wb') as f:
                f.write(mail)

    def start(self):
        subprocess.run(['dovecot', '-c', self.conf], check=True)
        pid = os.path.join(self.run, 'master.pid')
        wait_for('dovecot', lambda: os.path.exists(pid) and open(pid).read().strip())
        time.sleep(1)
        return self

    def stop(self):
        subprocess.run(['dovecot', '-c', self.conf, 'stop'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)


class DovecotLmtp:
    """Dovecot's LMTP into maildirs, `mail_fsync=always`; the mails go to `users` mailboxes in turn."""
    protocol = 'lmtp'
    port = 2624

    def __init__(self, folder, users=1):
        self.name = 'dovecot' if users == 1 else f'dovecot, {users} mailboxes'
        self.recipients = [f'u{i}@example.com' for i in range(users)]
        self.conf = os.path.join(folder, 'dovecot.conf')
        self.run = os.path.join(folder, 'run')
        mail = os.path.join(folder, 'mail')
        for d in folder, self.run, mail:
            os.makedirs(d, exist_ok=True)
            os.chmod(d, 0o755)
        os.chown(mail, pwd.getpwnam('mail').pw_uid, -1)
        with open(self.conf, 'w') as f:
            f.write(f'''base_dir = {self.run}
state_dir = {self.run}
log_path = {folder}/dovecot.log
protocols = lmtp
listen = 127.0.0.1
ssl = no
mail_location = maildir:{mail}/%n
mail_fsync = always
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
default_process_limit = 200
default_client_limit = 1000
auth_username_format = %n
passdb {{
  driver = static
  args = password=p
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={mail}/%n allow_all_users=yes
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {self.port}
  }}
  process_min_avail = 2
}}
''')

    def start(self):
        subprocess.run(['dovecot', '-c', self.conf], check=True)
        pid = os.path.join(self.run, 'master.pid')
        wait_for('dovecot', lambda: os.path.exists(pid) and open(pid).read().strip())
        self.pid = int(open(pid).read())
        time.sleep(1)
        return self

    def cpu_s(self):
        return tree_cpu_s(self.pid)

    def settle(self):
        pass

    def stop(self):
        subprocess.run(['dovecot', '-c', self.conf, 'stop'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.5)
