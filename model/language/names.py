"""Names of people and places: tables of many cultures, freshly made-up ones, and the exchange of names in a sentence pair.

Worth knowing: a name in French may change the word before it ("de Tom", "d'Ahmed"), a name in Bengali the letters after it
("টমের", "তানিয়ার"). A small network copies a name only if it has seen many; so every pair may be shown with others.
"""

import functools
import random
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

TABLES = Path(__file__).parent / "tables" / "copying"

VOWELS = "aeiouàâäáãåæéèêëíìîïóòôöõøœúùûü"  # h and y take no elision before a name: "de Hana", "de Yasmin"


@dataclass(frozen=True)
class Name:
    """text: Latin spelling; gender: m, f or any; bengali: its Bengali spelling, "" where we know none."""

    text: str
    gender: str = "any"
    bengali: str = ""


def listed(words: str) -> list[str]:
    return words.split()


def composed(text: str) -> str:
    """One spelling for what can be written in two ways (é, and Bengali য় as one or two characters), as in normalise()."""
    return unicodedata.normalize("NFC", text)


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of tables/copying/NAME.tsv, each a column -> text."""
    header, *rows = composed((TABLES / f"{name}.tsv").read_text(encoding="utf-8")).splitlines()
    columns = header.split("\t")
    return [dict(zip(columns, row.split("\t"), strict=True)) for row in rows]


@functools.cache
def first_names(gender: str, bengali: bool = False) -> tuple[Name, ...]:
    """First names that fit a gender ("any": all of them); with bengali only those whose Bengali spelling is known."""
    names = [Name(row["name"], row["gender"], row["bengali"]) for row in read_table("first_names")]
    fitting = [name for name in names if gender == "any" or name.gender in (gender, "any")]
    return tuple(name for name in fitting if name.bengali or not bengali)


@functools.cache
def surnames(bengali: bool = False) -> tuple[Name, ...]:
    names = [Name(row["name"], "any", row["bengali"]) for row in read_table("surnames")]
    return tuple(name for name in names if name.bengali or not bengali)


@functools.cache
def cities(bengali: bool = False) -> tuple[Name, ...]:
    """Cities spelt alike in English and French."""
    rows = [row for row in read_table("cities") if row["english"] == row["french"]]
    names = [Name(row["english"], "city", row["bengali"]) for row in rows]
    return tuple(name for name in names if name.bengali or not bengali)


# --- names nobody has heard of ---

PLAIN_ONSETS = listed("b c d f g h j k l m n p r s t v w x y z b d f k l m n r s t v z")
ONSETS = listed(
    "bl br ch cl cr dr dw fl fr gl gr gw kh kl kr kw ll mb ml mw nd ng ph pl pr ps qu rh sc sch sh sk sl sm sn sp spr "
    "st str sv sw th tr ts tw ty vl vr wh zh zw ny"
)
PLAIN_SOUNDS = listed("a e i o u a e i o a e o u")
VOWEL_SOUNDS = listed("ai au ay ea ee ei ey ia ie io oa oi oo ou oy ua ue ui uo y eau aa uu")
PLAIN_CODAS = listed("l m n r s t n r b d f g k p v x z")
CODAS = listed(
    "ck ch ff ft gh ks ld lk ll lm lt mp nd ng nk nn ns nt ph rd rk rl rm rn rr rs rt sh sk ss st th tt tz wn zz"
)
ACCENTS = dict(zip("aeioucnsz", ("áàâãåä", "éèêë", "íîï", "óôöø", "úûü", "ç", "ñ", "š", "ž"), strict=True))
STARTS = ["O'", "D'", "Mc", "Mac", "Mb", "Ng", "Nd", "Van", "El", "Ab", "Al", "Fitz", "Xi", "Qu", "Tch", "Dj", "Kh"]
MALE_ENDS = ["o", "us", "ek", "or", "an", "ik", "ar", "im", "os", "ov", "el", "un", "ert", "ald", "in", "olf", "io"]
FEMALE_ENDS = ["a", "ia", "ella", "ine", "ina", "ette", "elle", "ya", "ika", "issa", "andra", "ora", "una", "ea", "ie"]
PLACE_ENDS = ["ville", "burg", "grad", "stad", "pur", "nagar", "mouth", "berg", "ford", "polis", "abad", "by", "a", "o"]
ANY_ENDS = ["", "", "", "", "son", "sen", "ez", "ski", "enko", "ian", "idis", "wala", "moto", "chuk", "ley", "well"]
ENDS = {"m": MALE_ENDS, "f": FEMALE_ENDS, "city": PLACE_ENDS, "any": ANY_ENDS}
LETTERS = "aaabcdeeefghiiijklmnooopqrstuuvwxyz"


def _syllables(rng: random.Random, count: int) -> str:
    """Mostly plain syllables, so that a name can be said; any cluster may stand anywhere."""
    parts = []
    for position in range(count):
        if position or rng.random() < 0.8:
            parts.append(rng.choice(ONSETS if rng.random() < 0.25 else PLAIN_ONSETS))
        parts.append(rng.choice(VOWEL_SOUNDS if rng.random() < 0.2 else PLAIN_SOUNDS))
        if rng.random() < 0.35:
            parts.append(rng.choice(CODAS if rng.random() < 0.4 else PLAIN_CODAS))
    return "".join(parts)


UNFIT = re.compile(
    r"fuc?k|shit|cunt|ni+g+[aeu]|fag|coc?k|dic?k|put[aei]|merd|bit[ec]|cul|con$|pen[iu]s|sex|porn|rape|nazi|kak|anus",
    re.I,
)


def made_up(rng: random.Random, gender: str = "any") -> str:
    """A fresh name from syllables or, one in ten, from letters alone; its ending fits the gender (m, f, city, any)."""
    while True:
        name = _any_name(rng, gender)
        if not UNFIT.search(name):
            return name


def _any_name(rng: random.Random, gender: str) -> str:
    if rng.random() < 0.1:
        stem = "".join(rng.choice(LETTERS) for _ in range(rng.randint(3, 7)))
    else:
        stem = _syllables(rng, rng.choice((1, 1, 2, 2, 2, 3)))
    end = rng.choice(ENDS[gender])
    if end and end[0] in VOWELS:
        stem = stem.rstrip("aeiouy") or rng.choice("bdklmnrstvz") + rng.choice("aeiou") + "r"
    name = stem[:9] + end
    if len(name) < 3:
        name += rng.choice(("ra", "lan", "vo", "mi", "ster"))
    if rng.random() < 0.12:
        name = _accented(rng, name)
    name = name[0].upper() + name[1:]
    if rng.random() < 0.1:
        start = rng.choice(STARTS)
        name = start + (name if start in ("O'", "D'", "Mc", "Mac") else name.lower())
    if rng.random() < 0.04:
        name += "-" + made_up(rng, gender)
    return name


def _accented(rng: random.Random, name: str) -> str:
    places = [place for place, letter in enumerate(name) if letter in ACCENTS]
    if not places:
        return name
    place = rng.choice(places)
    return name[:place] + rng.choice(ACCENTS[name[place]]) + name[place + 1 :]


def acronym(rng: random.Random) -> str:
    """Capitals as things are called: "NASA"-like, sometimes with a figure."""
    letters = "".join(rng.choice("ABCDEFGHIKLMNOPQRSTUVWXZ") for _ in range(rng.randint(2, 5)))
    return letters + (str(rng.randint(2, 99)) if rng.random() < 0.2 else "")


def model_name(rng: random.Random) -> str:
    """A name as models and machines bear: "GPT-7"-like."""
    stem = acronym(rng) if rng.random() < 0.5 else made_up(rng)
    number = rng.choice(
        (str(rng.randint(2, 99)), f"{rng.randint(1, 9)}.{rng.randint(1, 9)}", str(rng.randint(100, 9000)))
    )
    return f"{stem}-{number}"


def fresh_name(rng: random.Random, gender: str, language: str) -> Name:
    """A name of that class (m, f, any, surname, city). French: made up half of the time. Bengali: spelling known."""
    if language == "fr" and rng.random() < 0.5:
        made = rng.choice("mf") if gender == "any" else {"surname": "any"}.get(gender, gender)
        return Name(made_up(rng, made), made)
    if gender == "surname":
        return rng.choice(surnames(language == "bn"))
    if gender == "city":
        return rng.choice(cities(language == "bn"))
    return rng.choice(first_names(gender, language == "bn"))


# --- the border of a name ---

ELIDED = "de|que|jusque|lorsque|puisque|quoique"


def begins_with_vowel(word: str) -> bool:
    return word[:1].lower() in VOWELS


# Bengali vowels as they end a word: independent letters and vowel signs. ই and উ are heard as glides: দুবাইয়ের.
GLIDES = "ইঈউঊঐঔৈৌং"


def bengali_case(word: str, case: str) -> str:
    """word with the ending of a case: of (genitive), ke (object), in (place), "" (none)."""
    return composed(_with_ending(composed(word).removesuffix("্"), case))


def _with_ending(word: str, case: str) -> str:
    last, second = word[-1:], word[-2:]
    open_end = last in "ািীুূৃেোঅআএওঋৃ"
    glide = last in GLIDES
    if case == "ke":
        return word + "কে"
    if case == "of":
        if second == "\u09af\u09bc":
            return word + "ের"
        return word + ("র" if open_end else "য়ের" if glide else "ের") if last != "ৎ" else word[:-1] + "তের"
    if case == "in":
        if second == "\u09af\u09bc":
            return word + "ে"
        if last == "া" or last == "আ":
            return word + "য়"
        if last == "ৎ":
            return word[:-1] + "তে"
        if last == "ং":
            return word + "য়ে"
        return word + ("তে" if open_end or glide else "ে")
    return word


# --- exchange ---

OLD = {
    "m": "Tom John Jack Bob Jim Ken Mike Bill Paul Peter George Michael Charles Fred Harry Dick Sam Steve Dan Nick",
    "f": "Mary Marie Susan Jane Alice Nancy Betty Emily Helen Linda Lucy Kate Ann Anne Judy Manuela Magda Karima",
    "surname": "Jackson Smith Wilson Scott Kennedy Turner Adams Brown Tanaka Yamada Inoue",
    "city": "Boston Tokyo Kyoto Osaka Chicago Kobe Nagoya Yokohama Nara Istanbul Ankara Dallas Milan Seattle Sydney",
}
CLASS = {name: group for group, names in OLD.items() for name in names.split()}
BENGALI_OLD = {
    "Tom": ("টম",),
    "Mary": ("মেরি", "ম্যারি", "মেরী"),
    "Jackson": ("জ্যাকসন",),
    "Boston": ("বস্টন", "বোস্টন"),
    "Tokyo": ("টোকিও",),
    "Osaka": ("ওসাকা",),
    "Kyoto": ("কিয়োটো",),
}
OTHER_CAPITALS = frozenset(
    listed(
        "I I'm I'll I've I'd French English Spanish German Japanese Chinese Russian Italian Latin Greek Monday Tuesday "
        "Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October "
        "November December Christmas"
    )
)
BEFORE = r"(?<![\w'’-])(?<!New )(?<!Saint )(?<!St\. )(?<!San )(?<!Big )(?<!Little )"
ENGLISH_NAME = re.compile(rf"{BEFORE}({'|'.join(CLASS)})(?![\w-])(?:(?= ([A-Z][\w']*)))?")


def _known(english: str) -> list[str]:
    """Names of the list in the sentence, in order; without those that are part of a longer name (John Lennon)."""
    found, longer = [], set()
    for match in ENGLISH_NAME.finditer(english):
        name, following = match.groups()
        if following and following.removesuffix("'s") not in CLASS and following not in OTHER_CAPITALS:
            longer.add(name)
        if name not in found:
            found.append(name)
    return [name for name in found if name not in longer]


def _french(text: str, old: str, new: str) -> str:
    """text with old replaced by new, elision done or undone before it."""

    def change(match: re.Match) -> str:
        lead = match[1] or ""
        word = lead.rstrip(" '’")
        if not word:
            return new
        whole = word if lead.endswith(" ") else word + "e"
        return whole[:-1] + "'" + new if begins_with_vowel(new) else whole + " " + new

    elided = "|".join(word[:-1] for word in ELIDED.split("|"))
    return re.sub(rf"(?i:\b((?:{ELIDED}) |(?:{elided})['’]))?(?<![\w-]){old}(?![\w-])", change, text)


def _bengali(text: str, old: tuple[str, ...], new: str) -> str | None:
    """text with old replaced by new under the same ending; None where an ending is unknown or the name is absent."""
    endings = {"": "", "ের": "of", "র": "of", "কে": "ke", "ে": "in", "তে": "in", "ও": "ও", "ই": "ই"}
    pattern = re.compile(rf"(?<![\u0980-\u09ff])({'|'.join(old)})([\u0980-\u09ff]*)")
    found = list(pattern.finditer(text))
    if not found or any(match[2] not in endings for match in found):
        return None

    def change(match: re.Match) -> str:
        case = endings[match[2]]
        return new + case if case in ("ও", "ই") else bengali_case(new, case)

    return pattern.sub(change, text)


def rename(english: str, other: str, language: str, rng: random.Random) -> tuple[str, str]:
    """The pair with other names of the same class, the same on both sides; language: "fr" or "bn".

    A name that stands on one side only stays. Mary is also found as Marie. Bengali: the whole pair stays as it is where
    an ending is not understood. French: "de Tom" becomes "d'Ahmed", "d'Alice" becomes "de Zorvek".
    """
    taken = set(re.findall(r"\w+", english))
    pairs = []
    for old in _known(english):
        forms = _forms(old, other, language)
        if not forms:
            if language == "bn":
                return english, other
            continue
        plain = language == "fr" and re.search(rf"(?i:\b(le|la|ce|ma|ta|sa|beau|vieux|nouveau)) {forms[0]}\b", other)
        new = _draw(rng, old, language, taken, bool(plain))
        taken.add(new.text)
        pairs.append((old, forms, new))
    result = other
    marks = {}
    for number, (_, forms, new) in enumerate(pairs):
        if language == "fr":
            # Old names go out through marks, or a new "Kate" would be exchanged again for the old Kate.
            mark = ("A" if begins_with_vowel(new.text) else "Z") + f"\uf8ff{number}\uf8ff"
            marks[mark] = new.text
            result = _french(result, forms[0], mark)
        else:
            changed = _bengali(result, forms, new.bengali)
            if changed is None:
                return english, other
            result = changed
    for mark, text in marks.items():
        result = result.replace(mark, text)
    replacements = {old: new.text for old, _, new in pairs}
    return ENGLISH_NAME.sub(lambda match: replacements.get(match[1], match[1]), english), result


def _forms(old: str, other: str, language: str) -> tuple[str, ...]:
    """How old is written in the other sentence; () where it is not there or stands after an article in l'."""
    if language == "bn":
        return tuple(composed(form) for form in BENGALI_OLD.get(old, ()))
    spellings = ("Mary", "Marie") if old == "Mary" else (old,)
    for spelling in spellings:
        if re.search(rf"(?<![\w-]){spelling}(?![\w-])", other):
            return () if re.search(rf"(?i:\b[lsnmtjc])['’]{spelling}\b", other) else (spelling,)
    return ()


def _draw(rng: random.Random, old: str, language: str, taken: set, plain: bool) -> Name:
    while True:
        new = fresh_name(rng, CLASS[old], language)
        if new.text not in taken and not (plain and begins_with_vowel(new.text)):
            return new
