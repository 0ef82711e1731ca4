"""Reads journal reports with Python's email package and says what is in them: python3 read_reports.py DIRECTORY

A line `FILE name` each, then `DEFECT` for what the package finds wrong with the report, `PART` with each part's type,
`LINE` with each line of the envelope part, `ORIGINAL` with size and SHA-256 of what is attached. read_reports.pl says the
same by another reader.
"""
import email
import email.policy
import hashlib
import pathlib
import sys

RFC822 = b"\r\nContent-Type: message/rfc822\r\n"


def defects(part):
    found = list(part.defects)
    for name in part.keys():
        if name.lower() in ("content-type", "content-transfer-encoding", "mime-version", "date", "message-id"):
            found += part[name].defects
    return found


def tell(octets):
    report = email.message_from_bytes(octets, policy=email.policy.SMTP)
    for part in [report, *report.get_payload()]:
        for defect in defects(part):
            print("DEFECT", part.get_content_type(), type(defect).__name__)
    for part in report.get_payload():
        print("PART", part.get_content_type())
    for line in report.get_payload()[0].get_content().rstrip("\r\n").split("\n"):
        print("LINE", line.rstrip("\r"))
    # Python takes attached messages apart and would write them anew: as octets it leaves them alone
    opaque = octets.replace(RFC822, b"\r\nContent-Type: application/octet-stream\r\n", 1)
    original = email.message_from_bytes(opaque, policy=email.policy.SMTP).get_payload()[1]
    octets = original.get_payload(decode=True)
    print("ORIGINAL", len(octets), hashlib.sha256(octets).hexdigest())


sys.stdout.reconfigure(encoding="utf-8", newline="\n")
for file in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    print("FILE", file.name)
    tell(file.read_bytes())
