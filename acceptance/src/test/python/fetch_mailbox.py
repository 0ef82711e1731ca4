"""Fetches all mails of an IMAP mailbox into a directory, as the server gives them: python3 fetch_mailbox.py PORT USER DIRECTORY"""
import imaplib
import pathlib
import sys

port, user, directory = int(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
imap = imaplib.IMAP4("127.0.0.1", port)
imap.login(user, "secret")
imap.select("INBOX", readonly=True)
_, found = imap.search(None, "ALL")
for number in found[0].split():
    _, answer = imap.fetch(number, "(BODY.PEEK[])")
    (directory / f"{int(number):06}.eml").write_bytes(answer[0][1])
imap.logout()
