#!/usr/bin/python3
"""Looks for octets in all that a data directory holds: where they stand, and what whoever has the master key can open.

    find_words.py READER DATA KEYFILE HEX...      a line for each find; READER is docs/format/read_segment.py

Without regard to upper and lower case, also in UTF-16. Looked at are the octets of every file; everything in them that
zstd, gzip, zlib or, where the index keeps what a page shows, bare deflate can unpack; every cell of every table of the
catalogue; what stands in the sidecars, and the content of every record, before and after its recipe. A
record that is said to be erased and opens all the same is a find too."""
import re, sqlite3, sys, zlib
from pathlib import Path

reader, data, keyfile, *needles = sys.argv[1:]
exec(compile(Path(reader).read_text().rsplit("\nsys.exit(", 1)[0], reader, "exec"))  # all of it but its last line
sys.excepthook = sys.__excepthook__
needles = [bytes.fromhex(each).lower() for each in needles]
for each in [n for n in needles if n.isascii()]:
    needles += [each.decode().encode("utf-16-le"), each.decode().encode("utf-16-be")]
UNPACKED_LIMIT, PIECE = 1 << 22, 1 << 16

def look(where, octets):
    octets = octets.lower()
    for needle in needles:
        if needle in octets:
            print(needle.decode("latin-1").encode("unicode_escape").decode(), "in", where)

def unpacked(octets, name):
    """What can be unpacked from anywhere in a file."""
    for found in re.finditer(re.escape(b"\x28\xb5\x2f\xfd"), octets):
        try:
            yield zstandard.ZstdDecompressor().decompressobj().decompress(octets[found.start():])
        except zstandard.ZstdError:
            pass
    starts = [(31 if found.group()[0] == 0x1f else 15, found.start())
              for found in re.finditer(b"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", octets)]
    if name.endswith((".fdt", ".cfs")):
        starts += [(-15, at) for at in range(len(octets))]
    for window, at in starts:
        unpacking = zlib.decompressobj(window)
        try:
            yield unpacking.decompress(octets[at:at + PIECE], UNPACKED_LIMIT)
        except zlib.error:
            pass

for path in sorted(Path(data).rglob("*")):
    look(f"the name of {path}", path.name.encode())
    if path.is_file():
        octets = path.read_bytes()
        look(path, octets)
        for each in unpacked(octets, path.name):
            look(f"{path}, unpacked", each)

for path in sorted(Path(data).glob("*.db")):
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    base.text_factory = bytes
    for (table,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in base.execute(f"SELECT * FROM {table.decode()}"):
            for cell in row:
                look(f"{path}, {table.decode()}", cell if isinstance(cell, bytes) else str(cell).encode())

class Opened(Segment):
    def sidecar(self, octets, which, entry):
        order, side = super().sidecar(octets, which, entry)
        for each in side.get("erased", []):
            look(f"tombstone of frame {each['frame']}", each.get("tombstone", b""))
        return order, side

vault, secret = Path(data, "vault"), Path(keyfile).read_bytes().rstrip(b"\r\n")
archive, entries = better((vault / "keyring", vault / "keyring.copy"), lambda octets: keyring(octets, secret))
entries, segments, follows = {each["segment"]: each for each in entries}, [], (1, bytes(32))
files = sorted(vault.glob("*.seg"))
for path in files:
    segments.append(Opened(path, archive, entries[int(path.stem)]))
    follows = segments[-1].walk(path == files[-1], *follows)
    if segments[-1].dictionary:
        look(f"dictionary of {path}", segments[-1].dictionary.as_bytes())
for segment in segments:
    for frame in segment.frames:
        for index in range(len(segment.frames[frame][1])):
            gone = (frame, index) in segment.erased
            for packed in (True, False):
                try:
                    look(f"record {frame}/{index}", content(segments, frame, index, packed))
                    if gone:
                        print("opened though erased: record", f"{frame}/{index}")
                except (ValueError, InvalidTag, zstandard.ZstdError) as e:
                    if not gone:
                        report(f"frame {frame}, record {index}: {e}")
sys.exit(1 if damaged else 0)
