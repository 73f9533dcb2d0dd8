"""Numbers in a sentence pair: found on both sides, exchanged on both sides, each in the way its language writes them.

Worth knowing: 1 stays 1 and no number becomes 0 or 1, because "1 day" has another grammar than "7 days".
"""

import random
import re
from dataclasses import dataclass

BENGALI = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
LATIN = str.maketrans("০১২৩৪৫৬৭৮৯", "0123456789")

SPACE = "[ \u00a0\u202f]"
PHONE = r"\d+(?:-\d+)+|\d{2}(?: \d{2}){3,}"
CLOCK = {
    "en": r"\d{1,2}:\d{2}(?!:)",
    "fr": rf"\d{{1,2}}(?:{SPACE}?h{SPACE}?|{SPACE}?:)\d{{2}}",
    "bn": r"\d{1,2}[:ঃ]\d{2}",
}
GROUPED = {
    "en": r"\d{1,3}(?:,\d{3})+",
    "fr": rf"\d{{1,3}}(?:\.\d{{3}})+|\d{{1,3}}(?:{SPACE}\d{{3}})+",
    "bn": r"\d{1,3}(?:,\d{3})+",
}
DECIMAL = {"en": r"\d+\.\d+", "fr": r"\d+[.,]\d+", "bn": r"\d+\.\d+"}
KINDS = ("phone", "clock", "grouped", "decimal", "plain")
ORDINAL = r"(?!\s?(?:ঠা|লা|রা|শে|তম|ই(?![\u0980-\u09ff])))"  # ৪ঠা জুন: the ending belongs to this number alone
EDGE = {"en": r"(?![\w])(?![.,:/-]\d)", "fr": r"(?![\w])(?![.,:/-]\d)", "bn": rf"(?![\dA-Za-z])(?![.,:/-]\d){ORDINAL}"}
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


@dataclass(frozen=True)
class Found:
    """A number in a text. key: what must be equal on both sides; start, end: its place."""

    kind: str
    key: tuple
    text: str
    start: int
    end: int


def _pattern(language: str) -> re.Pattern:
    parts = [PHONE, CLOCK[language], GROUPED[language], DECIMAL[language], r"\d+"]
    named = "|".join(f"(?P<{kind}>{part})" for kind, part in zip(KINDS, parts, strict=True))
    return re.compile(rf"(?<![\w.,:/+-])(?:{named}){EDGE[language]}")


PATTERNS = {language: _pattern(language) for language in CLOCK}


def _key(kind: str, text: str) -> tuple:
    digits = re.findall(r"\d+", text)
    if kind == "phone":
        return (kind, text)
    if kind == "clock":
        return (kind, int(digits[0]) % 12, digits[1])
    if kind == "decimal":
        return (kind, *digits)
    return ("whole", "".join(digits))


def find(text: str, language: str) -> list[Found]:
    """Every number of the text; Bengali digits are read as Latin ones."""
    matches = PATTERNS[language].finditer(text.translate(LATIN))
    return [Found(m.lastgroup, _key(m.lastgroup, m[0]), m[0], m.start(), m.end()) for m in matches]


def _new_digits(rng: random.Random, old: str) -> str:
    """As many digits, as many zeros at the end; first digit not 0."""
    kept = len(old) - len(old.rstrip("0"))
    free = max(1, len(old) - kept)
    digits = [str(rng.randint(0, 9)) for _ in range(free)]
    digits[0] = str(rng.randint(1, 9))
    if free > 1 and kept:
        digits[-1] = str(rng.randint(1, 9))
    return "".join(digits) + old[free:]


def _new_whole(rng: random.Random, old: str, english: str) -> str:
    value = int(old)
    if re.search(rf"\b(?:{MONTHS})\b", english) and value <= 31:
        return str(rng.randint(2, 28))
    if value <= 24 and re.search(r"o'clock|a\.m\.|p\.m\.|\bAM\b|\bPM\b| at \d", english):
        return str(rng.randint(2, 11))
    if len(old) == 4 and 1000 <= value <= 2100:
        return str(rng.randint(1500, 2049))
    if len(old) == 1:
        return str(rng.randint(2, 9))
    if value < 100:
        return str(rng.randint(10, 99))
    return _new_digits(rng, old)


def _new(rng: random.Random, key: tuple, english: str) -> tuple:
    if key[0] == "phone":
        return ("phone", re.sub(r"\d", lambda _: str(rng.randint(0, 9)), key[1]))
    if key[0] == "clock":
        return ("clock", rng.randint(1, 11), f"{rng.choice((rng.randrange(60), 5 * rng.randrange(1, 12))):02d}")
    if key[0] == "decimal":
        fraction = "".join(str(rng.randint(0, 9)) for _ in key[2][1:]) + str(rng.randint(1, 9))
        return ("decimal", _new_digits(rng, key[1]) if key[1] != "0" else "0", fraction)
    return ("whole", _new_whole(rng, key[1], english))


def _write(found: Found, new: tuple) -> str:
    """The new number in the manner of the old one: separators, leading zero, afternoon hour."""
    if new[0] == "phone":
        return new[1]
    if new[0] == "clock":
        hour, between, _ = re.match(r"(\d+)(\D+)(\d+)", found.text).groups()
        written = new[1] + (12 if int(hour) > 12 else 0)
        return (f"{written:02d}" if hour[0] == "0" else str(written)) + between + new[2]
    if new[0] == "decimal":
        return new[1] + re.search(r"\D", found.text)[0] + new[2]
    separator = re.search(r"\D", found.text)
    if separator is None:
        return new[1]
    return f"{int(new[1]):,}".replace(",", separator[0])


def _changeable(key: tuple) -> bool:
    return not (key[0] == "whole" and (key[1].startswith("0") or int(key[1]) < 2))


def renumber(english: str, other: str, language: str, rng: random.Random) -> tuple[str, str]:
    """The pair with other numbers where the same number stands equally often on both sides; language: "fr" or "bn".

    Times keep their afternoon (2:30 p.m., 14 h 30), years stay years, days of a month stay below 29. Sums are left alone.
    """
    if re.search(r"[+=×÷*]|\d ?- ?\d+ ?=", english):
        return english, other
    here, there = find(english, "en"), find(other, language)
    counts = [[found.key for found in side] for side in (here, there)]
    shared = [k for k in dict.fromkeys(counts[0]) if counts[0].count(k) == counts[1].count(k) and _changeable(k)]
    chosen: dict[tuple, tuple] = {}
    for key in shared:
        new = _new(rng, key, english)
        for _ in range(20):  # two numbers should not become one, but there are only eight figures from 2 to 9
            if new != key and new not in chosen.values():
                break
            new = _new(rng, key, english)
        chosen[key] = new
    return _put(english, here, chosen), _put(other, there, chosen)


def _put(text: str, numbers: list[Found], chosen: dict[tuple, tuple]) -> str:
    for found in reversed(numbers):
        if found.key in chosen:
            written = _write(found, chosen[found.key])
            if text[found.start] in "০১২৩৪৫৬৭৮৯":
                written = written.translate(BENGALI)
            text = text[: found.start] + written + text[found.end :]
    return text
