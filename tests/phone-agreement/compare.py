"""Generates spellings of phone numbers and compares ours with the reference: compare.py BINARY SPELLINGS SEED."""

import random
import re
import subprocess
import sys

import phonenumbers

HOME_REGIONS = {"US", "PR", "VI", "GU", "MP", "AS"}
STATES = "212 213 305 312 402 415 442 480 501 505 512 602 617 646 702 714 760 801 808 813 907 917 949 973 984 207".split()
TERRITORIES = "787 939 340 671 670 684".split()
NEIGHBOURS = "416 604 514 867 242 246 876 868".split()
NONE = "000 011 100 199 211 311 555 666 911 999 123".split()
FOREIGN = [
    "+44 20 7946 4391", "+49 30 901820", "+33 1 42 68 53 00", "+52 55 5093 1234", "+61 2 9374 4000", "+81 3-6384-9000",
    "+91 22 6173 7000", "+55 11 2395 8400", "+442079464391", "00442079464391", "011 44 20 7946 4391", "+7 495 644 1414",
    "+39 06 698 12345", "+800 1234 5678", "+44 7911 123456", "+64 9 887 6986",
]
LABELS = ["Cell", "cell", "Mobile", "mobile", "Home", "home", "H", "h", "W", "w", "C", "c", "M", "m", "Work", "Office", "Phone", "Ph", "Tel", "Main"]
KEYPAD = {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"}
LETTERS = {digit: list(keys) for digit, keys in KEYPAD.items()}


def digits(draw):
    """Ten digits, valid or nearly so."""
    pick = draw.random()
    area = draw.choice(STATES if pick < 0.72 else TERRITORIES if pick < 0.78 else NEIGHBOURS if pick < 0.84 else NONE)
    if draw.random() < 0.1:
        area = f"{draw.randrange(0, 1000):03}"
    exchange = f"{draw.randrange(200, 1000)}" if draw.random() < 0.93 else f"{draw.randrange(0, 200):03}"
    return area + exchange + f"{draw.randrange(0, 10000):04}"


def punctuated(draw, ten):
    a, b, c = ten[:3], ten[3:6], ten[6:]
    space = draw.choice([" ", " ", " ", "\u00a0", "\u2009", "  ", "\u3000"])
    dash = draw.choice(["-", "-", "-", "\u2010", "\u2011", "\u2013", "\u2014", "."])
    return draw.choice([
        ten, ten, f"({a}) {b}-{c}", f"({a}) {b}-{c}", f"{a}-{b}-{c}", f"{a}.{b}.{c}", f"{a}{space}{b}{space}{c}", f"({a}){b}{c}",
        f"{a}{dash}{b}{dash}{c}", f"{a}/{b}-{c}", f"{a} {b}{c}", f"({a}){space}{b}{dash}{c}", f"[{a}] {b}-{c}", f"{a}-{b}{c}",
        f"{a} - {b} - {c}", f"( {a} ) {b} {c}", f"{a}){b}-{c}",
    ])


def prefixed(draw, text):
    return draw.choice(["", "", "", "1", "1-", "1 ", "+1", "+1 ", "+1-", "1.", "+1.", "001", "011 1 ", "+ 1 ", "(1) ", "+1(", "0", "\uff0b1"]) + text


def extended(draw, text):
    number = draw.choice(["1", "12", "123", "4567", "45678"])
    return text + draw.choice([f" x{number}", f"x{number}", f" ext {number}", f" ext. {number}", f" Ext. {number}", f" extension {number}", f" #{number}", f";ext={number}", f", ext {number}", f" X {number}", f" ext:{number}", f" extn {number}"])


def lettered(draw, ten):
    word = "".join(draw.choice(LETTERS[d]) if d in LETTERS else d for d in ten[6:])
    middle = "".join(draw.choice(LETTERS[d]) if d in LETTERS else d for d in ten[3:6])
    return draw.choice([f"{ten[:3]}-{ten[3:6]}-{word}", f"1-{ten[:3]}-{middle}{word}", f"({ten[:3]}) {middle}-{word.lower()}", f"{ten[:3]}{middle}{word}"])


def spelling(draw):
    """A spelling, and what the reference is to read in its place."""
    ten = digits(draw)
    kind = draw.random()
    if kind < 0.40:
        text = punctuated(draw, ten)
    elif kind < 0.60:
        text = prefixed(draw, punctuated(draw, ten))
    elif kind < 0.70:
        text = extended(draw, punctuated(draw, ten))
    elif kind < 0.75:
        text = lettered(draw, ten)
    elif kind < 0.78:
        text = "tel:" + draw.choice(["+1", "+1-", ""]) + punctuated(draw, ten)
    elif kind < 0.81:
        text = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() and draw.random() < 0.9 else c for c in punctuated(draw, ten))
    elif kind < 0.86:
        cut = draw.randrange(1, 10)
        text = draw.choice([punctuated(draw, ten)[:-cut], ten[:cut], ten[3:], f"{ten[3:6]}-{ten[6:]}", ten + ten[:cut], ten + "0", "1" + ten + "00"])
    elif kind < 0.89:
        text = draw.choice(FOREIGN)
    elif kind < 0.91:
        text = draw.choice(["n/a", "N/A", "none", "-", "unknown", "see notes", "x", "0", "#N/A", "(none)", "tbd", "do not have", "."])
    elif kind < 0.93:
        text = draw.choice([" ", "  ", "\u202a", "\u200e", "\ufeff"]) + punctuated(draw, ten) + draw.choice([" ", "\u202c", "\u00a0", ""])
    else:
        return repaired(draw, ten)
    # Every space of Unicode separates; libphonenumber knows some of them.
    return text, text.replace("\u2009", " ")


def repaired(draw, ten):
    """Spellings that the importer repairs and libphonenumber refuses."""
    kind = draw.randrange(0, 5)
    if kind == 0:
        text = draw.choice(["", "1"]) + ten + draw.choice([".0", ".00"])
        return text, text.split(".")[0]
    if kind == 1:
        stripped = ten.rstrip("0")
        if ten[0] == "0" or len(stripped) < 8:
            return ten, ten
        return f"{ten[0]}.{stripped[1:]}E+09", ten
    if kind == 2:
        return "'" + ten, ten
    label = draw.choice(LABELS)
    text = punctuated(draw, ten)
    return draw.choice([f"{label}: {text}", f"{label} {text}", f"{text} ({label})", f"{text} {label}"]), text.replace("\u2009", " ")


def reference(text):
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return "-"
    region = phonenumbers.region_code_for_number(number)
    if number.country_code != 1 or region not in HOME_REGIONS or not phonenumbers.is_valid_number(number):
        return "-"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def main():
    binary, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    draw = random.Random(seed)
    pairs = [spelling(draw) for _ in range(count)]
    given = "".join(text + "\n" for text, _ in pairs).encode()
    ours = subprocess.run([binary], input=given, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    assert len(ours) == count, f"{len(ours)} answers to {count} spellings"
    wrong = [(text, ref, our) for (text, read), our in zip(pairs, ours) if (ref := reference(read)) != our]
    taken = sum(our != "-" for our in ours)
    print(f"{count} spellings, seed {seed}: {taken} usable, {count - len(wrong)} agree ({100 * (count - len(wrong)) / count:.3f} %)")
    mask = (lambda text: text) if "--plain" in sys.argv else (lambda text: re.sub(r"\d", "9", text))
    for text, ref, our in wrong[:20]:
        print(f"  {mask(text)!r}: reference {mask(ref)}, ours {mask(our)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
