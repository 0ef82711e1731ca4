#!/usr/bin/python3
"""Checks an archive's proof for a letter, with nothing but Python and the archive's public key.

    verify_proof.py PROOF PUBLICKEY [LETTER.eml]

PUBLICKEY is the key's text (carteggio/0123...+89abcdef+AQ...) or a file that holds it. Written from ledger.md, C2SP
signed-note, tlog-checkpoint and tlog-proof, RFC 9162 (2.1) and RFC 8032 (5.1). Exit 0: proven. 1: not. 2: wrong usage."""

import base64, hashlib, os, re, sys

RECORD_TYPES = {1: "a manifest", 2: "a letter", 3: "the evidence for letters", 4: "a mail kept whole", 5: "a part of letters"}

class Unproven(Exception): pass

def need(condition, why):
    if not condition:
        raise Unproven(why)

# --- Ed25519, RFC 8032 section 5.1 and its appendix A

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def recover_x(y, odd):
    need(y < P, "the key is no point of the curve")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need((x * x - square) % P == 0 and not (x == 0 and odd), "the key or the signature is no point of the curve")
    return P - x if x & 1 != odd else x

def add(p, q):
    """Points are x, y, z, t with x = X/z, y = Y/z, x*y = t/z."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, p):
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = add(total, p)
        p = add(p, p)
        n >>= 1
    return total

def point(octets):
    n = int.from_bytes(octets, "little")
    y = n & (2**255 - 1)
    x = recover_x(y, n >> 255)
    return x, y, 1, x * y % P

BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)

def ed25519_verified(key, message, signature):
    if len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(point(signature[:32]), times(k, point(key)))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0

# --- texts: each thing has one spelling

def strict_base64(text, what):
    try:
        octets = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Unproven(what + " is not base64")
    need(base64.b64encode(octets).decode() == text, what + " is not base64 in its one form")
    return octets

def strict_hash(text, what):
    octets = strict_base64(text, what)
    need(len(octets) == 32, what + " is no hash")
    return octets

def strict_number(text, what):
    need(re.fullmatch("0|[1-9][0-9]{0,18}", text) and int(text) < 2**62, what + " is no number")
    return int(text)

def sha256(*octets):
    return hashlib.sha256(b"".join(octets)).digest()

def public_key(text):
    parts = text.strip().split("+", 2)
    need(len(parts) == 3, "the public key is none")
    typed = strict_base64(parts[2], "the public key")
    key_id = sha256(parts[0].encode(), b"\n", typed)[:4]
    need(len(typed) == 33 and typed[0] == 1 and key_id.hex() == parts[1], "the public key is none")
    return parts[0], key_id, typed[1:]

def checkpoint(note, name, key_id, key):
    """Size and root of the tree, signed with the key."""
    need(len(note) <= 65536 and not re.search("[\x00-\x09\x0b-\x1f]", note), "the checkpoint is malformed")
    text, blank, lines = note.rpartition("\n\n")
    need(blank and lines.endswith("\n") and lines != "\n", "the checkpoint has no signatures")
    text += "\n"
    signed = False
    for line in lines[:-1].split("\n"):
        words = line.split(" ")
        need(len(words) == 3 and words[0] == "\u2014", "the checkpoint has a line that is no signature")
        octets = strict_base64(words[2], "a signature")
        need(len(octets) > 4, "a signature ends too early")
        if words[1] == name and octets[:4] == key_id:
            need(ed25519_verified(key, text.encode(), octets[4:]), "the checkpoint's signature is wrong")
            signed = True
    need(signed, "the checkpoint is not signed with the key " + name)
    lines = text.split("\n")[:-1]
    need(len(lines) >= 3 and all(lines) and lines[0] == name, "the checkpoint is not of " + name)
    return strict_number(lines[1], "the tree's size"), strict_hash(lines[2], "the tree's root")

def root_of(leaf, index, size, path):
    """RFC 9162, 2.1.3.2."""
    need(0 <= index < size and len(path) <= 62, "the path does not fit leaf and tree")
    node, last = index, size - 1
    for beside in path:
        need(last > 0, "the path is too long")
        if node & 1 or node == last:
            leaf = sha256(b"\1", beside, leaf)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = sha256(b"\1", leaf, beside)
        node, last = node >> 1, last >> 1
    need(last == 0, "the path is too short")
    return leaf

def verify(proof, key_text, letter_sum):
    name, key_id, key = public_key(key_text)
    head, _, note = proof.decode("utf-8").partition("\n\n")
    lines = head.split("\n")
    need(len(lines) >= 3 and lines[0] == "c2sp.org/tlog-proof@v1" and lines[1].startswith("extra ")
         and lines[2].startswith("index "), "the file is no proof of this archive's form")
    size, root = checkpoint(note, name, key_id, key)
    index = strict_number(lines[2][6:], "the index")
    path = [strict_hash(line, "the path") for line in lines[3:]]
    extra = strict_base64(lines[1][6:], "the extra line").decode("utf-8").split("\n")
    need(len(extra) >= 4 and extra[0] == "carteggio proof 1" and extra[1].startswith("leaf ") and extra[-1] == "",
         "the extra line is not of this archive's form")
    leaf = strict_base64(extra[1][5:], "the leaf")
    frame, count = int.from_bytes(leaf[1:9], "big"), int.from_bytes(leaf[9:11], "big")
    need(count >= 1 and len(leaf) == 11 + 33 * count, "the leaf is of no frame")
    need(frame == index + 1, "the leaf is of another frame than its place")
    need(root_of(sha256(b"\0", leaf), index, size, path) == root, "the path does not lead to the signed root")
    said, contents, once = [], [], set()
    for line in extra[2:-1]:
        word = line.partition(" ")[0]
        opened = re.fullmatch("record (0|[1-9][0-9]{0,4}) ([0-9a-f]{64}) ([0-9a-f]{64})", line)
        if opened and int(opened[1]) < count:
            kind, commitment = leaf[11 + 33 * int(opened[1])], leaf[12 + 33 * int(opened[1]):44 + 33 * int(opened[1])]
            content = bytes.fromhex(opened[3])
            need(sha256(bytes.fromhex(opened[2]), bytes([kind]), content) == commitment,
                 "record " + opened[1] + " does not hold what the proof says")
            contents.append(content)
            said.append("%s with SHA-256 %s" % (RECORD_TYPES.get(kind, "a record of type %d" % kind), opened[3]))
        else:
            need(word not in once and (re.fullmatch("letter [a-z2-7]{32}", line) or word == "timestamp"
                 and strict_base64(line[10:], "the time stamp")), "the extra line says what this program does not understand")
            once.add(word)
    need(said, "the proof opens no record")
    need(letter_sum is None or letter_sum in contents, "the proof is for another letter")
    return "Frame %d of %s holds %s; the archive signed this when it had %d frames.%s" % (
        frame, name, " and ".join(said), size,
        " The time stamp was not checked here (ledger.md says how)." if "timestamp" in once else "")

def main(arguments):
    if len(arguments) not in (2, 3):
        return print(__doc__, file=sys.stderr) or 2
    try:
        with open(arguments[0], "rb") as file:
            proof = file.read(8 * 1024 * 1024 + 1)
        need(len(proof) <= 8 * 1024 * 1024, "the file is too long for a proof")
        key = arguments[1]
        if os.path.exists(key):
            with open(key, encoding="utf-8") as file:
                key = file.read(4096)
        letter_sum = None
        if len(arguments) == 3:
            letter_sum = hashlib.sha256()
            with open(arguments[2], "rb") as file:
                for block in iter(lambda: file.read(65536), b""):
                    letter_sum.update(block)
            letter_sum = letter_sum.digest()
        print("Proven. " + verify(proof, key, letter_sum))
        return 0
    except (Unproven, OSError, ValueError) as e:
        print("NOT PROVEN: %s." % e)
        return 1

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
