#!/usr/bin/python3
"""Reads a Carteggio archive without Carteggio. Written from segment.md alone, to show that the page suffices.

    read_segment.py DATA KEYFILE list             a line for each letter: sha256 (or "erased"), octets, frame/record
    read_segment.py DATA KEYFILE extract OUTDIR   each letter byte for byte, in a file named by its sha256

KEYFILE holds the master key, 64 hexadecimal digits, or the passphrase. Debian packages: python3-cbor2, python3-crc32c,
python3-cryptography, python3-zstandard, for a passphrase python3-argon2. Damage: on stderr, and the exit code is 1."""
import base64, cbor2, hashlib, mmap, re, struct, sys, zstandard
from pathlib import Path
from crc32c import crc32c
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LETTER, DICTIONARY, MUST_KNOW, MAGIC = 2, 6, {1, 2, 3, 4, 5}, re.compile(b"FRM2")
damaged = []
sys.excepthook = lambda kind, e, _: print(f"read_segment.py: {str(e) or kind.__name__}", file=sys.stderr)

def report(what):
    damaged.append(what)
    print("damage:", what, file=sys.stderr)

def need(right, what):
    if not right:
        raise ValueError(what)

def number(octets):
    return int.from_bytes(octets, "big")

def sha256(*octets):
    return hashlib.sha256(b"".join(octets)).digest()

def better(paths, read):
    """What read makes of two copies of one file: the newer good one; a bad one beside it is reported."""
    good, bad = [], []
    for path in paths:
        try:
            good.append(read(path.read_bytes()))
        except (OSError, ValueError, IndexError, struct.error, InvalidTag) as e:
            bad.append(f"{path}: {str(e) or 'its key does not open it'}")
    need(good, "; ".join(bad))
    [report(line) for line in bad]
    return max(good, key=lambda copy: copy[0])[1:]

def keyring(octets, secret):
    lines = octets.splitlines(True)
    need(len(lines) == 6 and lines[0] == b"carteggio keyring, format 2\n", "no keyring of format 2")
    need(lines[5].split()[1] == sha256(*lines[:5]).hex().encode(), "its sum is wrong")
    if lines[2].startswith(b"master passphrase argon2id "):
        from argon2.low_level import hash_secret_raw, Type
        m, t, p, salt = (word.split(b"=")[1].decode() for word in lines[2].split()[3:])
        key = hash_secret_raw(secret, bytes.fromhex(salt), int(t), int(m), int(p), 32, Type.ID)
    else:
        key = bytes.fromhex(secret.decode())
    box = base64.b64decode(lines[4].split()[1])
    ring = cbor2.loads(AESGCM(key).decrypt(box[:12], box[12:], b"".join(lines[:4])))
    return int(lines[3].split()[1]), bytes.fromhex(lines[1].split()[1].decode()), ring["segments"]

class Segment:
    def __init__(self, path, archive, entry):
        with open(path, "rb") as file:
            self.octets = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self.path, self.archive, self.frames, head = path, archive, {}, self.octets[:104]
        need(head[:8] == b"CARTEGGI" and crc32c(head[:100]) == number(head[100:]), "its header is damaged")
        (version, hashing, sealing, packing, which, self.first, owner, self.before, sealed, tree,
         self.edition) = struct.unpack(">8x4H2Q16s32s8xI4x2H4x", head)
        need((version, hashing, sealing, packing, tree) == (2, 1, 1, 1, 1), "written by another version")
        need(which == int(path.stem) and owner == archive, "the octets of another segment")
        self.nodes, self.erased, self.body = [{"depth": 0, "path": 0, "key": entry["key"]}], {}, 104 + sealed
        if entry["generation"]:
            [side] = better((path.with_suffix(".keys"), path.with_suffix(".keys.copy")),
                            lambda octets: self.sidecar(octets, which, entry))
            self.nodes, self.erased = side.get("nodes", []), {
                (each["frame"], record["index"]): record["edition"] for each in side.get("erased", [])
                for record in each["records"]}
        words = self.unseal((1 << 24) - 1 << 16, 0, 0, DICTIONARY, 0, 104, sealed)[0] if sealed else b""
        self.dictionary = zstandard.ZstdCompressionDict(words) if words else None

    def sidecar(self, octets, which, entry):
        need(sha256(octets[:-32]) == octets[-32:], "its sum is wrong")
        need(octets[:28] == struct.pack(">8sHHQQ", b"CARTKEYS", 2, 0, which, entry["generation"]), "of another segment")
        return 0, cbor2.loads(AESGCM(entry["key"]).decrypt(octets[28:40], octets[48:-32], octets[:40] + self.archive))

    def unseal(self, place, frame, index, kind, coding, at, length):
        """The octets of a record before its sealing, and its salt. The place is the leaf of the key tree."""
        node = next((node for node in self.nodes if place >> 40 - node["depth"] == node["path"]), None)
        need(node, "its key is missing")
        leaf, plain, end = node["key"], [], at + length
        for bit in range(39 - node["depth"], -1, -1):
            leaf = sha256(leaf, bytes([place >> bit & 1]))
        box, about = AESGCM(sha256(leaf, b"\2")), self.archive + struct.pack(">QHBB", frame, index, kind, coding)
        for chunk, start in enumerate(range(at, end, 65536 + 16)):
            stop = min(start + 65536 + 16, end)
            plain.append(box.decrypt(struct.pack(">7xBI", stop == end, chunk), self.octets[start:stop], about))
        return b"".join(plain), sha256(leaf, b"\3")

    def head(self, at):
        """The frame at that offset, None if its head is not whole."""
        o, end = self.octets, at + 64 + 48 * number(self.octets[at + 6:at + 8])
        if o[at:at + 4] != b"FRM2" or crc32c(self.archive + o[at:end]) != number(o[end:end + 4]):
            return None
        which, forced, before, table, place = *struct.unpack(">8xQ8xQ32s", o[at:at + 64]), [], end + 4
        for i in range((end - at - 64) // 48):
            record = o[at + 64 + 48 * i:at + 112 + 48 * i]
            table.append((record[0], record[1], number(record[2:8]), number(record[8:16]), record[16:], place))
            place += table[i][3] if self.edition < self.erased.get((which, i), 65536) else 0
        whole = number(o[place:place + 4]) == crc32c(o[end + 4:place]) and place + 4 <= len(o)
        return which, table, forced, before, sha256(o[at:end + 4]), place + 4, whole

    def walk(self, last, expected, chain):
        """Notes where each frame is; gives the number and the chain's hash for the next segment."""
        if (self.first, self.before) != (expected, chain):
            report(f"{self.path}: does not follow the frame before it, {expected - 1}")
        o, at, found, forced, footer = self.octets, self.body, [], 0, number(self.octets[-16:-8])
        closed = o[-4:] == b"END2" and crc32c(self.archive + o[footer:-8]) == number(o[-8:-4])
        while 0 <= at < (footer if closed else len(o)):
            found.append((at, frame := self.head(at)))
            forced = max(forced, frame[2]) if frame else forced
            at = frame[5] if frame else next((i.start() for i in MAGIC.finditer(o, at + 1) if self.head(i.start())), -1)
        for at, frame in found:
            if last and not closed and at >= forced and not (frame and frame[6]):
                break  # the torn tail of a crash: never acknowledged
            if not frame or not frame[6]:
                report(f"{self.path}: no whole frame at {at}" + (f", frame {frame[0]}" if frame else ""))
            if frame:
                if (frame[0], frame[3]) != (expected, chain):
                    report(f"{self.path}: frame {frame[0]} does not follow frame {expected - 1}")
                self.frames[frame[0]], expected, chain = frame, frame[0] + 1, frame[4]
        if not closed and not last:
            report(f"{self.path}: no whole footer")
        return expected, chain

def content(segments, frame, index, packed=False):
    """A record's content, compared with its commitment; packed: without undoing step 1."""
    need(segment := next((each for each in segments if frame in each.frames), None), f"frame {frame} is missing")
    first, (kind, coding, size, sealed, commitment, at) = (segment.frames[frame][1][each] for each in (0, index))
    need(kind in MUST_KNOW or kind > 127, "written by a later version")
    octets, salt = segment.unseal(frame - segment.first << 16 | index, frame, index, kind, coding, at, sealed)
    if coding & 15:
        words = segment.dictionary if coding & 15 in (2, 4, 5) else None
        if coding & 15 == 5:
            octets = segment.unseal(frame - segment.first << 16, frame, 0, *first[:2], first[5], first[3])[0] + octets
        if coding & 15 == 3:
            base = content(segments, *struct.unpack(">QH", octets[:10]), True)
            words, octets = zstandard.ZstdCompressionDict(base, zstandard.DICT_TYPE_RAWCONTENT), octets[10:]
        unpacked = zstandard.ZstdDecompressor(words, 1 << 31).stream_reader(octets, read_across_frames=True).read()
        octets = unpacked[first[2] if coding & 15 == 5 else 0:]
    if packed:
        return octets
    if coding & 16:
        octets = recompose(segments, frame, octets)
    need(len(octets) == size and commitment == sha256(salt, bytes([kind]), sha256(octets)), "not what was committed to")
    return octets

def recompose(segments, frame, octets):
    at, pieces, letter = 4, [], []
    for _ in range(number(octets[:4])):
        form = (">xQ", ">xQHBQ", ">xQHBQH")[octets[at]]
        pieces.append(struct.unpack_from(form, octets, at))
        at += struct.calcsize(form)
    for length, *base64ed in pieces:
        if len(base64ed) == 4:
            plain = content(segments, base64ed[2] or frame, base64ed[3])
        else:
            taken = base64ed[2] if base64ed else length
            plain, at = octets[at:at + taken], at + taken
        if base64ed:
            line, end = base64ed[0], (b"", b"\n", b"\r\n")[base64ed[1] & 3]
            text = base64.b64encode(plain)
            plain = end.join(text[i:i + line] for i in range(0, len(text), line)) + (end if base64ed[1] & 4 else b"")
        letter.append(plain)
    return b"".join(letter)

def main(data, keyfile, what, out=None):
    vault, secret = Path(data, "vault"), Path(keyfile).read_bytes().rstrip(b"\r\n")
    need(Path(data, "FORMAT").read_bytes() == b"carteggio archive, format 2\n", "no archive of format 2")
    archive, entries = better((vault / "keyring", vault / "keyring.copy"), lambda octets: keyring(octets, secret))
    entries, segments, follows = {each["segment"]: each for each in entries}, [], (1, bytes(32))
    files = {int(path.stem) for path in vault.glob("*.seg")}
    for which in sorted(files | {which for which, each in entries.items() if each["generation"]}):
        try:
            segments.append(Segment(vault / f"{which:010}.seg", archive, entries[which]))
            follows = segments[-1].walk(which == max(files), *follows)
        except (OSError, ValueError, KeyError, InvalidTag) as e:
            report(f"segment {which}: {str(e) or 'its key does not open it'}")
    for segment, frame in ((segment, frame) for segment in segments for frame in segment.frames):
        for index, record in enumerate(segment.frames[frame][1]):
            gone = (frame, index) in segment.erased
            try:
                octets = b"" if gone else content(segments, frame, index)
                if record[0] == LETTER:
                    name = "erased" if gone else sha256(octets).hex()
                    print(f"{name:64} {record[2]:10} {frame}/{index}")
                    if what == "extract" and not gone:
                        Path(out, name).write_bytes(octets)
            except (ValueError, InvalidTag, zstandard.ZstdError) as e:
                report(f"frame {frame}, record {index}: {str(e) or 'its seal is broken'}")
    return 1 if damaged else 0

sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 3 else __doc__)
