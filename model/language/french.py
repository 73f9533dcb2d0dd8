"""Words and grammar of the generated pronoun corpus, English beside French: verbs, agreement, elision, noun phrases.

Worth knowing: nothing here is random. The corpus (pronouns.py) draws; this file knows how what was drawn is said.
The words are in tables beside it: lexicon.tsv (nouns), predicates.tsv (what is said of "it"), templates.tsv (the rest).
There {A} and {B} are the candidates, {P} a person who acts. A word with a slash is a verb to conjugate ("cross/"
regular, "go/goes/went/gone" not); "*" marks a French verb with être, "~" a reflexive one.
"""

import csv
import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path

HERE = Path(__file__).parent
VOWELS = tuple("aeiouhéèêàâîôûœ")


@dataclass(frozen=True)
class Noun:
    """One noun in both languages."""

    english: str
    french: str
    gender: str  # "m" or "f"
    kind: str  # animal, vehicle, container, ...
    tags: frozenset  # what the families ask for: runs, holder, ...; "mass", "aspirated"

    @property
    def feminine(self) -> bool:
        return self.gender == "f"

    @property
    def pronoun(self) -> str:
        return "elle" if self.feminine else "il"

    @property
    def elides(self) -> bool:
        """Whether le and la become l' before it: a vowel or a mute h, but not a y (le yaourt)."""
        return self.french.startswith(VOWELS) and "aspirated" not in self.tags


@dataclass(frozen=True)
class Predicate:
    """What is said of "it". Verbs and phrases keep English forms in masculine and French ones in feminine."""

    key: str
    type: str  # grade (takes "too"), state, done (a participle), verb (-ing), neg (a verb denied), phrase
    masculine: str
    feminine: str
    opposite: str  # the key of another predicate, or ""


@dataclass(frozen=True)
class Clause:
    """A main clause with slots."""

    english: str
    french: str
    tense: str  # of what is said of "it": past or present
    relations: tuple  # which connectives fit: because, but, though, until, neutral, why
    negative: bool = False
    only: str = ""  # a tag that {B} must have
    person: str = "3s"


# --- reading the tables ---


def _rows(name: str) -> list[dict]:
    with open(HERE / f"{name}.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def load_lexicon() -> tuple[Noun, ...]:
    """All nouns, in the table's order."""
    return tuple(
        Noun(row["english"], row["french"], row["gender"], row["kind"], frozenset(row["tags"].split()))
        for row in _rows("lexicon")
    )


@cache
def nouns_called(words: str) -> tuple[Noun, ...]:
    """Nouns named by a tag, a kind or themselves, in the table's order."""
    wanted = set(words.split())
    return tuple(noun for noun in load_lexicon() if wanted & (noun.tags | {noun.kind, noun.english}))


@cache
def load_predicates() -> dict[str, Predicate]:
    """Predicates by key; a feminine that follows the rule is not in the table."""
    predicates = (Predicate(*(value.strip() for value in row.values())) for row in _rows("predicates"))
    return {one.key: replace(one, feminine=one.feminine or _feminine(one.masculine)) for one in predicates}


def predicates_called(keys) -> tuple[Predicate, ...]:
    """The predicates of these keys, in this order; a key that the table does not have is left out."""
    return tuple(load_predicates()[key] for key in keys if key in load_predicates())


@cache
def load_templates() -> dict[str, tuple]:
    """For each family its rows, as (row, one, two, three, four)."""
    table = {}
    for row in _rows("templates"):
        family, *rest = (value or "" for value in row.values())
        table.setdefault(family, []).append(tuple(rest))
    return {family: tuple(rows) for family, rows in table.items()}


@cache
def template_rows(family: str, row: str) -> tuple:
    """Rows of one family and name, as (one, two, three, four)."""
    return tuple(rest for name, *rest in load_templates()[family] if name == row)


def weighted(pairs) -> tuple[tuple, tuple]:
    """(item, whole weight) pairs as (items, cumulative weights), so that a draw is one bisection."""
    items, weights = zip(*pairs)
    return items, tuple(accumulate(weights))


# --- agreement and elision ---

CONTRACTIONS = (
    (" de le ", " du "), (" à le ", " au "), (" de un", " d'un"), (" de a", " d'a"), (" de e", " d'e"),
    (" de é", " d'é"), (" de o", " d'o"), (" de hé", " d'hé"),
    ("que il", "qu'il"), ("que elle", "qu'elle"), ("que un", "qu'un"),
)  # fmt: skip


def _feminine(masculine: str) -> str:
    for ending, feminine in (("e", "e"), ("x", "se"), ("if", "ive"), ("er", "ère")):
        if masculine.endswith(ending):
            return masculine.removesuffix(ending) + feminine
    return masculine + "e"


def _liaison(text: str) -> str:
    """ne, je and se before a vowel: ne a = n'a, je ai = j'ai, se approcher = s'approcher."""
    return re.sub(r"\b([njs])e (?=[aeiouéèêâî])", r"\1'", text)


def polished(text: str) -> str:
    """French text with its contractions over word borders: de le = du, à le = au, que il = qu'il, de un = d'un."""
    for long, short in CONTRACTIONS:
        text = text.replace(long, short)
    return capitals(text)


def capitals(text: str) -> str:
    """The text with a capital at the start and after a full stop or a question mark."""
    for mark in (". ", "? "):
        if mark in text:
            text = mark.join(part[:1].upper() + part[1:] for part in text.split(mark))
    return text[:1].upper() + text[1:]


# --- verbs ---


def english_forms(spec: str, voice: str) -> dict:
    """Base, third person, past and perfect, with this person's pronoun, has and was."""
    base, *others = spec.split("/")
    if len(others) != 3:
        past = base.removesuffix("e") + "ed"
        others = [base + ("es" if base.endswith(("sh", "ch", "ss", "x")) else "s"), past, past]
    return dict(zip(("base", "third", "past", "perfect", "I", "has", "was"), (base, *others, *voice.split())))


def _french_forms(spec: str, voice: list[str], agreement: str) -> dict:
    """Infinitive, present and participle, with the auxiliary that goes with them."""
    infinitive, *others = spec.lstrip("*~").split("/")
    present, participle = others if len(others) == 2 else (infinitive[:-1], infinitive[:-2] + "é")
    forms = dict(zip(("ai", "avais", "pouvais", "peux", "vais"), voice), have=voice[0])
    if spec[0] in "*~":
        reflexive = spec[0] == "~"
        forms |= {"ai": "s'est", "avais": "s'était"} if reflexive else {"ai": "est", "avais": "était"}
        infinitive, present = ("se " + infinitive, "se " + present) if reflexive else (infinitive, present)
        participle += agreement
    return forms | {"inf": infinitive, "pres": present, "pp": participle}


def _slots(pattern: str, forms: dict) -> str:
    """Like format, but keeps {P}, {eA} and {eB} for later."""
    return re.sub(r"\{([a-z]+)\}", lambda match: forms[match[1]], pattern)


def clauses_of(row: tuple) -> tuple[tuple[Clause, ...], tuple[int, ...]]:
    """All tenses and persons of one row "verb" or "raw" of a family, with cumulative weights."""
    kind, english, french, options, _ = row
    options = options.split()
    only = next((option[2:] for option in options if option.startswith("B:")), "")
    relations = tuple(word for word in options if word in ("but", "until", "though", "neutral")) or ("because",)
    clause = Clause(english, french.replace("{b}", "{eB}"), options[0], relations, only=only)
    if kind == "raw":
        return weighted([(clause, 1)])
    voices = (voice for voice in load_templates()["voice"] if english.startswith("{P}") or voice[1] == "3s")
    return weighted(one for voice in voices for one in _conjugated(clause, options, voice))


def _conjugated(clause: Clause, options: list[str], voice: tuple):
    """(clause, weight) for every mode of the verb that this person has."""
    share, person, french_voice, english_voice, _ = voice
    subject, verb, *rest = clause.english.split(" ", 2)
    french_subject, french_verb, *french_rest = clause.french.split(" ", 2)
    agreement = {"{A}": "{eA}", "{B}": "{eB}"}.get(subject, "")
    pronoun, *auxiliaries = french_voice.split()
    english, french = english_forms(verb, english_voice), _french_forms(french_verb, auxiliaries, agreement)
    if subject == "{P}":
        subject, french_subject = english["I"], pronoun
    for mode, pattern, french_pattern, tense, flags in load_templates()["mode"]:
        weight, *flags = flags.split()
        if mode not in options or ("3s" in flags and person != "3s") or ("simple" in options and "simple" not in flags):
            continue
        target = _liaison(" ".join((french_subject, _slots(french_pattern, french), *french_rest)))
        source, links = " ".join((subject, _slots(pattern, english), *rest)), clause.relations
        if pattern == "why":
            source, links = " ".join(("why didn't", subject, english["base"], *rest)), ("why",)
            target = f"pourquoi est-ce que {target}"
        said = Clause(source, target, tense, links, mode == "neg", clause.only, person)
        yield said, int(weight) * int(share)


# --- noun phrases ---


def noun_phrase(noun: Noun, determiner: str, adjective: tuple = (), after: bool = False) -> tuple[str, str]:
    """A noun in both languages.

    determiner: the, a, this, that or an English possessive; after: whether the adjective follows the French noun.
    adjective: English, masculine, feminine, masculine before a vowel; () for none.
    """
    english, french, elides = noun.english, noun.french, noun.elides
    if adjective:
        word, masculine, feminine, before_vowel = adjective
        form = feminine if noun.feminine else before_vowel if elides and not after else masculine
        english = f"{word} {english}"
        french = f"{french} {form}" if after else f"{form} {french}"
        elides = elides if after else form[0] in VOWELS
    article = _french_determiner(determiner, noun.feminine, elides)
    if determiner == "a" and english.startswith(("a", "e", "i", "o", "u")) and not english.startswith("uni"):
        determiner = "an"
    return f"{determiner} {english}", article + french


def _french_determiner(determiner: str, feminine: bool, elides: bool) -> str:
    """With the space after it, which l' has not."""
    if determiner == "the":
        return "l'" if elides else "la " if feminine else "le "
    if determiner == "a":
        return "une " if feminine else "un "
    if determiner in ("this", "that"):
        return "cette " if feminine else "cet " if elides else "ce "
    forms = next(row[1:] for row in template_rows("possessive", "possessive") if row[0] == determiner)
    return f"{forms[feminine and not elides]} "


# --- what is said of "it" ---

BE = {"past": ("was", "était"), "present": ("is", "est")}
SUBJUNCTIVE = {"until", "though"}  # the relations whose French (jusqu'à ce que, bien que) asks for one


def render_state(predicate: Predicate, noun: Noun, tense: str, frame: tuple, relation: str) -> tuple[str, str]:
    """English after "it" and French after il or elle; frame as pronouns.choose_frame gives it."""
    name, english, extra = frame
    if predicate.type in ("phrase", "neg", "verb"):
        return _render_verb(predicate, noun.feminine, tense, name, english)
    if name == "enough":
        predicate = load_predicates()[predicate.opposite]
    adjective = predicate.feminine if noun.feminine else predicate.masculine
    if name == "done":
        return f"{english} {predicate.key}", f"{extra} {adjective}"
    be, french_be = BE[tense]
    if name == "enough":
        return f"{be} not {predicate.key} enough", _liaison(f"ne {french_be} pas assez {adjective}")
    if name != "be":
        be, french_be = english if name == "seem" else ("had become", "était devenu" + "e" * noun.feminine)
    french_be = "soit" if relation in SUBJUNCTIVE else french_be
    degree, french_degree = extra
    source = f"{be} {degree} {predicate.key}" if degree else f"{be} {predicate.key}"
    return source, f"{french_be} {french_degree} {adjective}" if degree else f"{french_be} {adjective}"


def _render_verb(predicate, feminine, tense, name, english):
    present = tense == "present"
    forms = predicate.feminine.split(",")
    if name == "phrase":
        return predicate.masculine.split(",")[present], forms[present].replace("{e}", "e" * feminine)
    infinitive, verb = forms[0], forms[1 + present]
    if name == "neg":
        can = "peut" if present else "pouvait"
        denied = f"ne {can} pas {infinitive}" if english in ("couldn't", "can't") else f"ne {verb} pas"
        return f"{english} {predicate.key[1:]}", _liaison(denied)
    if name == "kept":
        return f"kept {predicate.key}", f"n'arrêtait pas de {infinitive}"
    return f"{BE[tense][0]} {predicate.key}", verb
