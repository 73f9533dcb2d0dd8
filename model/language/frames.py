"""Freshly made sentence pairs that hold names, numbers, countries and technical words: frames with slots.

A frame is a row of tables/copying/frames.tsv. What stands in it:
    {P}          a slot: its letters say which table, the same slot is the same thing in both sentences
    {P.form}     the thing in a form; "form" may be another slot, then its gender decides ({J.P}: as P is a man or a woman)
    <P:il|elle>  the first for a masculine P, the second for a feminine one (a third: masculine before a vowel)
    [1:a|b]      the same choice everywhere in the pair
    de~          elision or contraction with what follows: d'Inde, du Japon, des États-Unis
Worth knowing: a form that is not known (no capital, no Bengali spelling) is empty, and then the draw starts again.
"""

import functools
import random
import re
from dataclasses import dataclass, field

from .names import (
    acronym,
    begins_with_vowel,
    bengali_case,
    composed,
    fresh_name,
    listed,
    made_up,
    model_name,
    read_table,
)
from .numbers import BENGALI

MUTE = "\u0001"  # before a French noun in mute h, so that de~ becomes d'
MONTHS = tuple(
    zip(
        listed("January February March April May June July August September October November December"),
        listed("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        listed("জানুয়ারি ফেব্রুয়ারি মার্চ এপ্রিল মে জুন জুলাই আগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর"),
        strict=True,
    )
)
WEEKDAYS = tuple(
    zip(
        listed("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        listed("lundi mardi mercredi jeudi vendredi samedi dimanche"),
        listed("সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার"),
        strict=True,
    )
)


@dataclass(frozen=True)
class Thing:
    """What fills a slot. english, other: form -> text ("" is the bare form); gender: m or f; key: what must differ."""

    key: str
    gender: str = ""
    english: dict = field(default_factory=dict)
    other: dict = field(default_factory=dict)


class Unknown(Exception):
    """A form that this filler does not have."""


# --- forms ---


def indefinite(word: str) -> str:
    yod = re.match(r"u[gkr]|uni|us|eu", word.lower())  # a Ugandan, a unit: heard with y
    return ("an " if word[0].lower() in "aeiou" and not yod else "a ") + word


def english_plural(word: str) -> str:
    if re.search(r"(?:s|x|z|ch|sh)$", word):
        return word + "es"
    return word[:-1] + "ies" if re.search(r"[^aeiou]y$", word) else word + "s"


def french_plural(word: str) -> str:
    if word[-1] in "sxz":
        return word
    if word.endswith("eau"):
        return word + "x"
    return word[:-2] + "aux" if word.endswith("al") else word + "s"


def french_feminine(masculine: str) -> str:
    """Of an adjective that is built by rule: -en/-on double the n, -e stays, else + e."""
    if masculine.endswith(("en", "on")):
        return masculine + "ne"
    return masculine if masculine.endswith("e") else masculine + "e"


def french_noun(noun: str, gender: str, plural: str = "") -> dict[str, str]:
    """The forms of a French noun: le, un, ce, son, du, bare, plural. gender "mh", "fh": h aspiré."""
    h = noun[0] == "h" and len(gender) == 1
    soft = h or begins_with_vowel(noun)
    man = gender[0] == "m"
    many = plural or french_plural(noun)
    mute = MUTE if h else ""
    return {
        "": mute + noun,
        "x": noun,
        "le": "l'" + noun if soft else ("le " if man else "la ") + noun,
        "un": ("un " if man else "une ") + noun,
        "ce": ("cet " if soft else "ce ") + noun if man else "cette " + noun,
        "son": ("son " if man or soft else "sa ") + noun,
        "du": "de l'" + noun if soft else ("du " if man else "de la ") + noun,
        "p": mute + many,
        "px": many,
        "les": "les " + many,
    }


def bengali_noun(noun: str) -> dict[str, str]:
    if not noun:
        return {}
    cases = {case: bengali_case(noun, case) for case in ("of", "ke", "in")}
    marked = {"ti": "টি", "tir": "টির", "tike": "টিকে", "gulo": "গুলো"}
    return {"": noun, **cases, **{form: noun + ending for form, ending in marked.items()}}


def english_noun(noun: str, plural: str = "") -> dict[str, str]:
    return {"": noun, "a": indefinite(noun), "s": plural or english_plural(noun)}


# --- tables ---


def _nouns(table: str, language: str) -> list[tuple[Thing, dict]]:
    things = []
    for row in read_table(table):
        english = english_noun(row["english"], row.get("plural", ""))
        if language == "fr":
            other = french_noun(row["french"], row["gender"], row.get("plural_french", ""))
        else:
            other = bengali_noun(row["bengali"])
        things.append((Thing(row["english"], row["gender"][0], english, other), row))
    return things


def _terms(language: str, count: str, tag: str = "") -> list[Thing]:
    rows = _nouns("terms", language)
    return [thing for thing, row in rows if row["count"] == count and (not tag or tag in row["tags"])]


def _jobs(language: str) -> list[Thing]:
    things = []
    for row in read_table("jobs"):
        if language == "fr":
            man = french_noun(row["french"], "m")
            other = {"": man["x"], "m": man["x"], "f": row["feminine"], "le": man["le"]}
        else:
            other = {**bengali_noun(row["bengali"]), "ti": row["bengali"]}
        things.append(Thing(row["english"], "m", english_noun(row["english"]), other))
    return things


def _adjectives(table: str, language: str) -> list[Thing]:
    things = []
    for row in read_table(table):
        forms = {"m": row["french"], "f": row["feminine"]}
        forms |= {"p" + gender: french_plural(text) for gender, text in forms.items()}
        other = forms if language == "fr" else {"": row["bengali"]}
        things.append(Thing(row["english"], "", {"": row["english"]}, other))
    return things


def _languages(language: str) -> list[Thing]:
    things = []
    for row in read_table("languages"):
        french = french_noun(row["french"], "m" if row["french"] == "hébreu" else "mh")
        other = french if language == "fr" else bengali_noun(row["bengali"])
        things.append(Thing(row["english"], "m", {"": row["english"]}, other))
    return things


def country_forms(name: str, gender: str) -> dict[str, str]:
    """A country with its article: in ("au Japon"), from ("du Japon", "d'Inde"), est, deviens ("le Japon est devenu ...").

    gender: m f mp fp; 0: no article, "à Cuba"; e: no article, "en Israël".
    """
    bare = re.sub(r"^(?:le |la |les |l')", "", name)
    soft = begins_with_vowel(bare)
    if gender in ("mp", "fp"):
        inside, origin = "aux " + bare, "des " + bare
    elif gender == "m" and not soft:
        inside, origin = "au " + bare, "du " + bare
    else:
        inside = ("à " if gender == "0" else "en ") + bare
        origin = ("d'" if soft else "de ") + bare
    plural = len(gender) == 2
    free = "indépendant" + ("e" if gender[0] == "f" else "") + ("s" if plural else "")
    become = ("sont devenu" if plural else "est devenu") + ("e" if gender[0] == "f" else "") + ("s" if plural else "")
    verb = "sont" if plural else "est"
    return {"": name, "in": inside, "from": origin, "be": f"{name} {verb}", "deviens": f"{name} {become} {free}"}


def _countries(language: str) -> list[Thing]:
    things = []
    for row in read_table("countries"):
        english = {
            "": row["english"],
            "adj": row["adjective"],
            "a": indefinite(row["adjective"]),
            "cap": row["capital"],
        }
        if language == "fr":
            man = row["adjective_french"]
            other = country_forms(row["french"], row["gender"])
            other |= {"m": man, "f": row["feminine"] or french_feminine(man), "cap": row["capital_french"]}
        else:
            other = bengali_noun(row["bengali"]) | {"adj": row["adjective_bengali"], "cap": row["capital_bengali"]}
        things.append(Thing(row["english"], row["gender"][0], english, other))
    return things


def _cities(language: str) -> list[Thing]:
    rows = [(row["english"], row["french"], row["bengali"]) for row in read_table("cities")]
    rows += [(row["capital"], row["capital_french"], row["capital_bengali"]) for row in read_table("countries")]
    things = []
    for english, french, bengali in rows:
        if english and not french.startswith(("Le ", "La ")):
            other = {"": french} if language == "fr" else bengali_noun(bengali)
            things.append(Thing(english, "f", {"": english}, other))
    return things


@functools.cache
def pools(language: str) -> dict[str, list[Thing]]:
    """Slot letters -> what may fill them, for everything that comes from a table."""
    pools = {"J": _jobs(language), "L": _languages(language), "K": _countries(language), "V": _cities(language)}
    pools["N"] = [thing for thing in pools["K"] if thing.other.get("cap") and thing.english["cap"]]
    pools["E"], pools["F"] = _adjectives("adjectives", language), _adjectives("front_adjectives", language)
    for letter, table in (("B", "animals"), ("T", "things"), ("O", "foods")):
        pools[letter] = [thing for thing, _ in _nouns(table, language)]
    for tag in ("", "w", "m", "i", "o"):
        pools["C" + tag] = pools["D" + tag] = _terms(language, "c", tag)
    for tag in ("", "s", "u", "e"):
        pools["G" + tag] = pools["H" + tag] = _terms(language, "m", tag)
    return pools


# --- fillers made on the spot ---


def _person(rng: random.Random, letters: str, language: str) -> Thing:
    gender = letters[1:] or rng.choice("mf")
    name = fresh_name(rng, gender, language)
    if letters[0] == "U":
        name = fresh_name(rng, "surname", language)
    text, bengali = name.text, name.bengali
    if letters[0] == "R" or (letters[0] != "U" and rng.random() < 0.1):
        surname = fresh_name(rng, "surname", language)
        text, bengali = f"{text} {surname.text}", f"{bengali} {surname.bengali}"
    other = {"": text} if language == "fr" else bengali_noun(bengali)
    # A name that men and women bear tells the reader no gender: such a sentence is not made.
    return Thing(text, "" if name.gender == "any" else name.gender, {"": text}, other)


def _invented(rng: random.Random, letters: str) -> Thing:
    text = {"Xa": acronym, "Xm": model_name, "Xc": lambda rng: made_up(rng, "city")}[letters](rng)
    return Thing(text, "m", {"": text}, {"": text})


def _calendar(rng: random.Random, letters: str, language: str) -> Thing:
    column = 1 if language == "fr" else 2
    if letters in ("M", "Y"):
        row = rng.choice(MONTHS if letters == "M" else WEEKDAYS)
        return Thing(row[0], "", {"": row[0], "s": row[0] + "s"}, {"": row[column], "bare": row[column]})
    month = rng.choice(MONTHS)
    day = rng.randint(1, 31 if month[0] not in "February April June September November" else 28)
    year = rng.randint(1400, 2049) if rng.random() < 0.3 else rng.randint(1900, 2030)
    english, french = f"{month[0]} {day}", f"{'1er' if day == 1 else day} {month[1]}"
    bengali = f"{day} {month[2]}"
    if letters == "Zd":
        english, french, bengali = f"{english}, {year}", f"{french} {year}", f"{year} সালের {bengali}"
    return Thing(english, "", {"": english}, {"": french if language == "fr" else bengali.translate(BENGALI)})


def _clock(rng: random.Random, letters: str, language: str) -> Thing:
    hour = rng.randint(2, 11)
    minute = rng.choice((5 * rng.randint(1, 11), rng.randint(1, 59), 0 if language == "fr" else 30))
    english, shown = f"{hour}:{minute:02d}", f"{minute:02d}"
    if letters == "Zq":
        english, hour = english + " p.m.", hour + 12
    if language == "fr":
        other = f"{hour} h {shown}" if minute else f"{hour} h"
    else:
        other = f"{hour}টা {minute} মিনিটে".translate(BENGALI)
    return Thing(english, "", {"": english}, {"": other})


def _number(rng: random.Random, letters: str, language: str) -> Thing:
    """Zn small, Zh hundreds, Zb big, Za age, Zy year, Zw percent, Zc decimal, Zm price, Zp telephone."""
    limit = 3_000_000 if language == "fr" else 99_999  # above, Bengali groups by lakh (১২,৫০,০০০)
    value = {
        "Zn": lambda: rng.randint(2, 99),
        "Zh": lambda: rng.randint(100, 999),
        "Zb": lambda: int(rng.randint(1100, limit) // (step := rng.choice((1, 10, 100, 1000))) * step) or 1100,
        "Za": lambda: rng.randint(5, 95),
        "Zy": lambda: rng.randint(1900, 2040) if rng.random() < 0.7 else rng.randint(1100, 1899),
        "Zw": lambda: rng.randint(2, 99),
        "Zc": lambda: rng.randint(21, 999) / 10 if rng.random() < 0.6 else rng.randint(201, 9999) / 100,
        "Zm": lambda: rng.randint(2, 900) if rng.random() < 0.6 else rng.randint(201, 9999) / 100,
        "Zp": lambda: _phone(rng),
    }[letters]()
    if isinstance(value, str):
        english = other = value
    elif isinstance(value, float):
        english = f"{value:.2f}" if letters == "Zm" else f"{value:g}"
        other = english.replace(".", ",") if language == "fr" else english
    elif letters == "Zb":
        english = f"{value:,}"
        other = english.replace(",", " ") if language == "fr" else english
    else:
        english = other = str(value)
    return Thing(english, "", {"": english}, {"": other.translate(BENGALI) if language == "bn" else other})


def _phone(rng: random.Random) -> str:
    shape = rng.choice(("555-####", "### ### ####", "0# ## ## ## ##", "+880 1### ######", "01###-######", "##########"))
    return re.sub("#", lambda _: str(rng.randint(0, 9)), shape)


# --- from a frame to a pair ---

CHOICE = re.compile(r"\[(\d):([^\]]*)\]")
GENDERED = re.compile(r"<(\w+):([^>]*)>")
SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
JOIN = re.compile(r"(?i:\b(de|que|jusque|lorsque|puisque|quoique|le|la|à|les|des))~(" + MUTE + r"?)(\S+)( ?)")


def _join(match: re.Match) -> str:
    """de~le -> du, à~les -> aux, que~Ahmed -> qu'Ahmed; the article may be a word of its own or l'."""
    word, mute, following, space = match.groups()
    low = word.lower()
    contracted = {"de le": "du", "de les": "des", "à le": "au", "à les": "aux"}.get(f"{low} {following}")
    if contracted and space:
        return contracted + space
    if low in ("à", "les", "des") or not (mute or begins_with_vowel(following)):
        return f"{word} {following}{space}"
    return f"{word[:-1]}'{following}{space}"


class Draw:
    """The fillers of one pair, drawn when they are first asked for."""

    def __init__(self, language: str, rng: random.Random):
        self.language, self.rng = language, rng
        self.things: dict[str, Thing] = {}
        self.choices: dict[str, int] = {}

    def thing(self, slot: str) -> Thing:
        if slot not in self.things:
            taken = {thing.key for thing in self.things.values()}
            for _ in range(20):
                thing = self._make(slot.rstrip("0123456789"))
                if thing.key not in taken:
                    break
            self.things[slot] = thing
        return self.things[slot]

    def _make(self, letters: str) -> Thing:
        rng, language = self.rng, self.language
        if letters[0] in "PQSRU":
            return _person(rng, letters, language)
        if letters[0] == "X":
            return _invented(rng, letters)
        if letters in ("M", "Y", "Zd", "Ze"):
            return _calendar(rng, letters, language)
        if letters in ("Zt", "Zq"):
            return _clock(rng, letters, language)
        return _number(rng, letters, language) if letters[0] == "Z" else rng.choice(pools(language)[letters])

    def _choose(self, match: re.Match) -> str:
        items = match[2].split("|")
        if match[1] not in self.choices:
            self.choices[match[1]] = self.rng.randrange(len(items))
        return items[self.choices[match[1]]]

    def _gender(self, slot: str) -> str:
        gender = self.thing(slot).gender
        if gender not in ("m", "f"):
            raise Unknown(slot)
        return gender

    def _agree(self, match: re.Match) -> str:
        items = match[2].split("|")
        if self._gender(match[1]) == "f":
            return items[1]
        before_vowel = len(items) > 2 and self.thing(match[1]).other["ce"].startswith("cet ")
        return items[2 if before_vowel else 0]

    def fill(self, frame: str, side: str) -> str:
        """A frame with everything filled in; side: "english" or "other". Raises Unknown if a form is missing."""

        def form(match: re.Match) -> str:
            forms, wanted = getattr(self.thing(match[1]), side), match[2] or ""
            if wanted[:1].isupper():
                wanted = self._gender(wanted)
            elif wanted[1:2].isupper() and wanted[0] == "p":
                wanted = "p" + self._gender(wanted[1:])
            if not forms.get(wanted):
                raise Unknown(f"{match[0]} in {frame!r}")
            return forms[wanted]

        text = SLOT.sub(form, GENDERED.sub(self._agree, CHOICE.sub(self._choose, frame)))
        if side == "other" and self.language == "fr":
            text = JOIN.sub(_join, text).replace(MUTE, "")
        text = composed(text).replace("p.m..", "p.m.")
        return re.sub(r"(^|[.?!] - )(\w)", lambda match: match[1] + match[2].upper(), text)


@functools.cache
def frames(language: str) -> tuple[tuple[str, str], ...]:
    """(English frame, French or Bengali frame)."""
    column = {"fr": "french", "bn": "bengali"}[language]
    return tuple((row["english"], row[column]) for row in read_table("frames") if row[column])


@functools.cache
def _weights(language: str) -> tuple[int, ...]:
    """A frame without slots says little that is new: it comes a twelfth as often as one with two."""
    return tuple(1 + 6 * min(2, len(set(SLOT.findall(english)))) for english, _ in frames(language))


def pair(frame: tuple[str, str], language: str, rng: random.Random) -> tuple[str, str]:
    """One frame filled. Draws again until every form is known; RuntimeError if that never comes."""
    for _ in range(200):
        draw = Draw(language, rng)
        try:
            return draw.fill(frame[0], "english"), draw.fill(frame[1], "other")
        except Unknown as missing:
            reason = missing
    raise RuntimeError(f"no fillers for {frame}: {reason}")


def sentences(language: str, seed: int, count: int) -> list[tuple[str, str]]:
    """count pairs (English, other) made from frames; language: "fr" or "bn". The same arguments, the same pairs."""
    rng = random.Random(f"copying {language} {seed}")
    chosen = rng.choices(frames(language), _weights(language), k=count)
    return [pair(frame, language, rng) for frame in chosen]
