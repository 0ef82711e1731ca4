#!/usr/bin/env python3
"""Writes the list of passwords that everybody tries first: server/src/main/resources/io/carteggio/server/web/known-passwords.txt

Made by rules alone (common words, names, places, keyboard walks, years, leet), so it is ours and can be made again:
    scripts/known-passwords.py
Only what passes the length rule of Passwords (12 characters, four different) is listed, in lower case, in order.
"""
import itertools
import pathlib

WORDS = """password passwort kennwort parola motdepasse contrasena welcome willkommen benvenuto bienvenue letmein iloveyou
sunshine princess dragon football baseball basketball superman batman monkey master shadow michael jennifer jordan
hunter ranger buster thomas robert daniel andrea marco luca giulia francesca alessandro anna maria sofia laura martina
matteo lorenzo stefano paolo peter hans klaus stefan sabine monika claudia heike petra nicole charlie jessica ashley
amanda joshua matthew andrew summer winter spring autumn sommer fruehling herbst estate inverno primavera autunno monday
friday january february march april june july august september october november december januar februar oktober
dezember gennaio febbraio settembre ottobre novembre dicembre company business office office365 outlook exchange admin
administrator root user guest test testing demo default changeme secret secure security login access system server
computer internet network router database backup archive archiv archivio carteggio mail email letter google microsoft
windows linux android samsung apple iphone amazon facebook instagram juventus milan inter roma napoli bayern borussia
barcelona realmadrid liverpool arsenal chelsea italia italien italy germany deutschland austria schweiz france espana
london berlin munich muenchen milano torino firenze venezia bolzano vienna paris madrid amore tesoro schatz liebe mama
papa bella ciao hello qwerty qwertz azerty flower butterfly rainbow chocolate cookie coffee tiger eagle falcon wolf
lion phoenix diamond silver golden purple orange banana cherry peanut freedom forever family happy lucky star stars
heaven angel devil magic wizard merlin gandalf pokemon naruto starwars matrix ferrari porsche mercedes ducati yamaha
harley guitar music rock metallica nirvana soccer hockey tennis fishing camping holiday vacation christmas natale
weihnachten easter pasqua ostern birthday""".split()
SUFFIXES = ["", "1", "12", "123", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "!", "!!", "123!",
            "1!", "01", "007", "00", "000", "111", "321", "987654321", "2000", "@123", "#1", "abc", "abc123", "qwerty", "xyz", "password"]
YEARS = [str(y) for y in range(1985, 2031)]
ROWS = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "qazwsxedcrfvtgbyhnujm", "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "abcdefghijklmnopqrstuvwxyz",
        "zyxwvutsrqponmlkjihgfedcba", "0987654321", "poiuytrewq", "lkjhgfdsa", "mnbvcxz", "!@#$%^&*()", "01234567890123456789",
        "12345678901234567890", "112233445566778899", "aabbccddeeffgg", "123qweasdzxc", "qweasdzxc123", "zaq12wsxcde34rfv"]
LEET = str.maketrans("aeios", "43105")
LEAST, MOST, DIFFERENT = 12, 64, 4


def all_of_them():
    for word in WORDS:
        for form in {word, word.translate(LEET), word.replace("o", "0")}:
            for suffix in SUFFIXES:
                yield form + suffix
            for year in YEARS:
                yield form + year
                yield form + year + "!"
            for times in (2, 3, 4):
                yield form * times
    for one, other in itertools.product(WORDS[:40], WORDS[:40]):
        yield one + other
    for row in ROWS:
        for length in range(4, len(row) + 1):
            for start in (0, len(row) - length):
                walk = row[start:start + length]
                for suffix in ("", "1", "!", "123", "1234", walk[::-1], walk):
                    yield walk + suffix
    for one, other in itertools.permutations(ROWS, 2):
        for length in (6, 7, 8):
            yield one[:length] + other[:length]
    for start in ("my", "the", "our", "i love ", "iloveyou", "this is my ", "it is my ", "mein ", "la mia ", "il mio "):
        for word in WORDS:
            yield start + word
            yield start + word + "1"
            yield start + word + "123"


lines = sorted({p.lower() for p in all_of_them() if LEAST <= len(p) <= MOST and len(set(p.lower())) >= DIFFERENT})
out = pathlib.Path(__file__).resolve().parent.parent / "server/src/main/resources/io/carteggio/server/web/known-passwords.txt"
out.parent.mkdir(parents=True, exist_ok=True)
out.write_text("\n".join(lines) + "\n", encoding="ascii")
print(len(lines), "passwords in", out.relative_to(pathlib.Path.cwd()) if out.is_relative_to(pathlib.Path.cwd()) else out)
