"""The simplest fetchers, to measure Carteggio's beside: one that only reads, and one that keeps each mail in a file of its
own, forced to disk, and sums it up."""
import hashlib
import os
import re
import socket
import time

BATCH = 200
LITERAL = re.compile(rb'\{(\d+)\}\r\n$')


class Sink:
    """What becomes of a mail: nothing, or a file."""

    def __init__(self, folder=None):
        self.folder = folder
        self.mails = self.octets = 0
        if folder:
            os.makedirs(folder)

    def take(self, mail):
        self.mails += 1
        self.octets += len(mail)
        if self.folder:
            hashlib.sha256(mail).digest()
            with open(os.path.join(self.folder, f'{self.mails}.eml'), 'wb') as f:
                f.write(mail)
                f.flush()
                os.fsync(f.fileno())


def imap(port, user, password, sink, most):
    """Reads at most so many mails of INBOX, BATCH at a time; gives seconds."""
    with socket.create_connection(('127.0.0.1', port)) as s, s.makefile('rb', 1 << 20) as f:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        f.readline()
        tags = iter(range(1, 1 << 30))

        def said(command):
            tag = b't%d ' % next(tags)
            s.sendall(tag + command + b'\r\n')
            line = f.readline()
            while not line.startswith(tag):
                yield line
                line = f.readline()
            if not line.startswith(tag + b'OK'):
                raise SystemExit(f'bench: {line!r}')

        for command in b'LOGIN %s %s' % (user.encode(), password.encode()), b'SELECT INBOX':
            list(said(command))
        uids = [int(u) for line in said(b'UID SEARCH ALL') for u in line.split()[2:]][:most]
        started = time.monotonic()
        for first in range(0, len(uids), BATCH):
            some = uids[first:first + BATCH]
            for line in said(b'UID FETCH %d:%d (UID INTERNALDATE BODY.PEEK[])' % (some[0], some[-1])):
                literal = LITERAL.search(line)
                if literal:
                    sink.take(f.read(int(literal.group(1))))
        return time.monotonic() - started


def pop3(port, user, password, sink, most):
    """Reads at most so many mails, one after the other; gives seconds."""
    with socket.create_connection(('127.0.0.1', port)) as s, s.makefile('rb', 1 << 20) as f:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        f.readline()

        def ask(command):
            s.sendall(command + b'\r\n')
            line = f.readline()
            if not line.startswith(b'+OK'):
                raise SystemExit(f'bench: {line!r}')
            return line

        ask(b'USER ' + user.encode())
        ask(b'PASS ' + password.encode())
        mails = min(most, int(ask(b'STAT').split()[1]))
        started = time.monotonic()
        for number in range(1, mails + 1):
            ask(b'RETR %d' % number)
            lines = []
            line = f.readline()
            while line != b'.\r\n':
                lines.append(line[1:] if line.startswith(b'.') else line)
                line = f.readline()
            sink.take(b''.join(lines))
        return time.monotonic() - started
