#!/usr/bin/python3
"""Checks that an archive's later checkpoint follows an earlier one: nothing was changed, taken out or put in between.

    verify_consistency.py EARLIER-CHECKPOINT PROOF PUBLICKEY

PROOF is what 'carteggio ledger consistency' printed. Written from ledger.md, C2SP tlog-witness and RFC 9162 (2.1.4.2).
Exit 0: proven. 1: not. 2: wrong usage."""

import os, sys

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from verify_proof import Unproven, checkpoint, need, public_key, sha256, strict_hash, strict_number  # noqa: E402

EMPTY = sha256()

def consistent(earlier, first, later, second, path):
    """Whether the tree of `second` leaves begins with the tree of `first`."""
    if first > second:
        return False
    if first == 0:
        return not path and earlier == EMPTY
    if first == second:
        return not path and earlier == later
    if first & (first - 1) == 0:
        path = [earlier] + path
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha256(b"\1", c, fr), sha256(b"\1", c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha256(b"\1", sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == earlier and sr == later

def verify(earlier_note, proof, key_text):
    name, key_id, key = public_key(key_text)
    first, earlier = checkpoint(earlier_note, name, key_id, key)
    head, blank, note = proof.partition("\n\n")
    lines = head.split("\n")
    need(blank and lines[0].startswith("old "), "the file is no proof that one checkpoint follows another")
    need(strict_number(lines[0][4:], "the earlier size") == first, "the proof begins with another tree than the checkpoint's")
    second, later = checkpoint(note, name, key_id, key)
    path = [strict_hash(line, "the path") for line in lines[1:]]
    need(consistent(earlier, first, later, second, path), "the later tree does not begin with the earlier one")
    return "The %d frames that %s had then are the first of the %d that it signed later." % (first, name, second)

def text(path, limit):
    with open(path, "rb") as file:
        octets = file.read(limit + 1)
    need(len(octets) <= limit, path + " is too long")
    return octets.decode("utf-8")

def main(arguments):
    if len(arguments) != 3:
        return print(__doc__, file=sys.stderr) or 2
    try:
        key = text(arguments[2], 4096) if os.path.exists(arguments[2]) else arguments[2]
        print("Proven. " + verify(text(arguments[0], 65536), text(arguments[1], 131072), key))
        return 0
    except (Unproven, OSError, ValueError) as e:
        print("NOT PROVEN: %s." % e)
        return 1

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
