"""Words and grammar of the generated Bengali corpus: nouns and their endings, verbs, what is said of "it".

Worth knowing: nothing here is random. The corpus (bengali.py) draws; this file knows how what was drawn is said.
The words are in tables/bengali: {A} and {B} are the candidates, {P} a person who acts, {Ak} {Ar} {At} object, possessor
and place; a [verb] agrees with the person; an English verb has a slash ("cross/" regular, "go/goes/went/gone" not).
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parent / "tables" / "bengali"


# --- the tables ---


@dataclass(frozen=True)
class Noun:
    """One noun in both languages."""

    english: str
    bengali: str
    kind: str
    tags: frozenset  # what the families ask for; "mass" uncountable, "bare" said without টি

    @property
    def animate(self) -> bool:
        return self.kind in ("animal", "group")


NOTHING = Noun("", "", "", frozenset())


@dataclass(frozen=True)
class Predicate:
    """What is said of "it". Bengali with commas is a verb: (infinitive,) past, present; without, an adjective."""

    key: str
    type: str  # grade (takes "too"), state, done (a participle), verb (-ing), neg (a verb denied), phrase
    english: str
    bengali: str
    variants: str  # other words for some kinds of noun: animal=বুড়ো;plant=তাজা
    opposite: str  # the key of another predicate, or ""

    def said_of(self, noun: Noun) -> str:
        """The Bengali adjective for this noun: old is পুরোনো, but বুড়ো of an animal."""
        for variant in filter(None, self.variants.split(";")):
            kinds, word = variant.split("=")
            if noun.kind in kinds.split(","):
                return word
        return self.bengali


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """Rows of one table without their header."""
    with open(TABLES / f"{name}.tsv", encoding="utf-8", newline="") as file:
        return tuple(tuple(row) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


@cache
def words(row: str) -> tuple[tuple[str, str, str], ...]:
    """(English, Bengali, option) of one row of words.tsv."""
    return tuple(tuple(rest) for name, *rest in table("words") if name == row)


@cache
def nouns() -> tuple[Noun, ...]:
    return tuple(Noun(*row[:3], frozenset(row[3].split())) for row in table("nouns"))


@cache
def nouns_called(names: str) -> tuple[Noun, ...]:
    """Nouns named by a tag, a kind or themselves."""
    wanted = set(names.split())
    return tuple(noun for noun in nouns() if wanted & (noun.tags | {noun.kind, noun.english}))


@cache
def predicates() -> dict[str, Predicate]:
    return {row[0]: Predicate(*row) for row in table("predicates")}


def predicates_called(keys) -> tuple[Predicate, ...]:
    return tuple(predicates()[key] for key in keys)


@cache
def verbs() -> dict[str, dict[str, str]]:
    names = ("3", "1", "H", "2", "perfect", "infinitive", "future")
    return {verb: dict(zip(names, forms)) for verb, *forms in table("verbs")}


# --- nouns ---

VOWEL_SIGNS = "িীুূৃেৈোৌ"


def inflected(word: str, case: str, animate: bool = False) -> str:
    """A noun with its ending. case: "" subject, k object (unsaid of a thing), r possessor, t place.

    রাস্তা: রাস্তার, রাস্তায়; নদী: নদীর, নদীতে; বই: বইয়ের, বইয়ে; বাক্স: বাক্সের, বাক্সে.
    """
    if case in ("", "k"):
        return word + "কে" * (case == "k" and animate)
    last = word.rstrip("\u0981\u09bc")[-1]  # past the moon dot of রেস্তোরাঁ and the dot of য়
    genitive, locative = "ের", "ে"
    if last in VOWEL_SIGNS or last == "ও":
        genitive, locative = "র", "তে"
    elif last == "া" and len(word) > 2:
        genitive, locative = "র", "য়"
    elif last in "ইউএা":  # চা is one syllable: চায়ের
        genitive, locative = "য়ের", "য়ে"
    return word + (genitive if case == "r" else locative)


POINTING = {"this": "এই", "that": "ওই"}


def noun_phrase(noun: Noun, determiner: str, adjective: tuple = ("", "")) -> tuple[str, str]:
    """A noun in both languages, without its ending: this old box, এই পুরোনো বাক্সটি."""
    english = f"{adjective[0]} {noun.english}".strip()
    before = POINTING.get(determiner, "")
    if determiner == "a":
        before = "একটি"
        vowel = english[0] in "aeiou" and not english.startswith("uni")
        determiner = "an" if vowel else "a"
    elif determiner not in ("the", "this", "that"):
        before = next(bengali for one, bengali, _ in words("possessive") if one == determiner)
    definite = "" if "bare" in noun.tags or before == "একটি" else "টি"
    return f"{determiner} {english}", " ".join(filter(None, (before, adjective[1], noun.bengali + definite)))


def fill(text: str, slots: dict) -> str:
    """{A}, {Ar}, ... with slots A: (text, animate)."""
    return re.sub(
        r"\{([ABNP])([krt]?)\}", lambda found: inflected(slots[found[1]][0], found[2], slots[found[1]][1]), text
    )


# --- verbs ---

ENDINGS = {  # of the past, the perfect, the future and the simple past
    "3": ("ছিল", "ছে", "বে", "ল"), "H": ("ছিলেন", "ছেন", "বেন", "লেন"),
    "1": ("ছিলাম", "ছি", "ব", "লাম"), "2": ("ছিলে", "ছ", "বে", "লে"),
}  # fmt: skip
# weight, English, Bengali form, tense of what is said, flags: S also where "can" is not said, 3 for he and she only
NEGATIVE = (
    (8, "didn't {base}", "denied", "past", "S"), (2, "did not {base}", "denied", "past", "S"),
    (4, "doesn't {base}", "never", "present", "S3"), (1, "does not {base}", "never", "present", "S3"),
    (5, "couldn't {base}", "unable", "past", ""), (2, "could not {base}", "unable", "past", ""),
    (3, "can't {base}", "cannot", "present", ""), (2, "cannot {base}", "cannot", "present", ""),
    (2, "won't {base}", "refusing", "present", "W"), (1, "{has} not {perfect}", "denied", "past", ""),
    (1, "{was} not able to {base}", "unable", "past", ""), (1, "never {past}", "denied", "past", "S"),
    (2, "why", "denied", "past", "S"),
)  # fmt: skip
POSITIVE = (
    (10, "{past}", "past", "past", "S"), (1, "{has} {perfect}", "perfect", "past", ""),
    (1, "had {perfect}", "past", "past", ""), (1, "will {base}", "future", "present", ""),
    (3, "{third}", "present", "present", "S3"),
)  # fmt: skip


def english_forms(spec: str, plural: bool, first: bool = False) -> dict[str, str]:
    """Forms of "cross/" or "go/goes/went/gone" with has and was for this person."""
    base, *others = spec.split("/")
    if len(others) != 3:
        past = base.removesuffix("e") + "ed"
        others = [base + ("es" if base.endswith(("sh", "ch", "ss", "x")) else "s"), past, past]
    has, was = ("have", "was" if first else "were") if plural else ("has", "was")
    return dict(zip(("base", "third", "past", "perfect"), (base, *others)), has=has, was=was)


def bengali_verb(verb: str, form: str, number: str) -> str:
    """One verb: রাখা, past, H -> রেখেছিলেন; denied রাখেননি, unable রাখতে পারেননি. Raises KeyError for an unknown verb."""
    forms, who = verbs()[verb], number[0]
    past, perfect, future, simple = ENDINGS[who]
    can, stem = verbs()["পারা"][who], forms["future"].removesuffix("বে")
    return {
        "past": forms["perfect"] + past, "perfect": forms["perfect"] + perfect, "future": stem + future,
        "present": forms[who], "denied": forms[who] + "নি", "never": forms[who] + " না",
        "unable": f"{forms['infinitive']} {can}নি", "cannot": f"{forms['infinitive']} {can} না",
        "refusing": f"{stem}{future} না", "kept": f"{forms['infinitive']} থাক{simple}",
    }[form]  # fmt: skip


def conjugated(text: str, form: str, number: str) -> str:
    """The text with its [verbs] in one form."""
    return re.sub(r"\[([^]]+)\]", lambda match: bengali_verb(match[1], form, number), text)


# --- what is said of "it" ---

BE = {"past": ("was", " ছিল"), "present": ("is", "")}
FILLED = {"full": "ভরে গেল", "empty": "খালি হয়ে গেল"}


def render_state(predicate: Predicate, noun: Noun, tense: str, frame: tuple) -> tuple[str, str]:
    """English after "it", and all of the Bengali; frame as bengali.choose_frame gives it."""
    name, extra, seem = frame
    present, forms = tense == "present", predicate.bengali.split(",")
    be, copula = BE[tense]
    if predicate.type == "phrase":
        return predicate.english.split(",")[present], forms[present]
    if name == "neg":
        able = {"couldn't": "পারছিল না", "can't": "পারছে না"}.get(extra)
        return f"{extra} {predicate.english}", f"এটি {forms[0]} {able}" if able else f"এটি {forms[1 + present]} না"
    if name == "until":
        return f"was {predicate.english}", f"এটি {FILLED[predicate.key]}"
    if name == "enough":
        predicate = predicates()[predicate.opposite]
        denied = "নয়" if present else "ছিল না"
        return f"{be} not {predicate.key} enough", f"এটি যথেষ্ট {predicate.said_of(noun)} {denied}"
    said = " ".join(filter(None, (extra[0], predicate.english)))
    if len(forms) == 2:  # a verb, or what Bengali says with one: frozen, জমে গিয়েছিল
        whole = forms[present] if forms[present].startswith("এটি") else f"এটি {forms[present]}"
        return f"{be} {said}", whole
    adjective = f"{extra[1]} {predicate.said_of(noun)}".strip()
    if name == "seem":
        return f"{seem[0]} {said}", f"এটিকে {adjective} {seem[1]}"
    if name == "become":
        return f"had become {said}", f"এটি {adjective} হয়ে গিয়েছিল"
    return f"{be} {said}", f"এটি {adjective}{copula}"
