"""The generated pronoun corpus: English sentences with one "it", French ones whose il or elle shows what it stands for.

A minimal pair differs in one English word ("too tired" / "too wide"); its sentences point at nouns of different gender.
The words are in tables beside this file: lexicon.tsv (nouns), predicates.tsv (what is said of "it"), templates.tsv (the
rest). There {A} and {B} are the candidates, {P} a person who acts. A word with a slash is a verb to conjugate
("cross/" regular, "go/goes/went/gone" not); "*" marks a French verb with être, "~" a reflexive one.
"""

import argparse
import csv
import hashlib
import random
import re
from bisect import bisect
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, cycle, islice
from pathlib import Path

SPLITS = ("training", "validation", "test")
HERE = Path(__file__).parent
VOWELS = tuple("aeiouhéèêàâîôûœ")

# The one override of the hash: the demonstrations and the classic examples are never trained on.
KEPT_FOR_TEST = {
    frozenset(pair.split()) for pair in ("animal street", "trophy suitcase", "cat box", "ball window", "robot table")
}


@dataclass(frozen=True)
class PronounExample:
    """One sentence and its translation."""

    source: str  # English, with exactly one "it" (or "it's")
    target: str
    antecedent: str  # the English noun it stands for; "" when it stands for nothing
    distractor: str  # the other noun it could have been, or ""
    pronoun: str  # "il" or "elle"; for an object le or la, that noun's il or elle
    template: str


@dataclass(frozen=True)
class Noun:
    english: str
    french: str
    gender: str  # "m" or "f"
    kind: str
    tags: frozenset

    @property
    def pronoun(self) -> str:
        return "il" if self.gender == "m" else "elle"

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
    opposite: str


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


@dataclass(frozen=True)
class Family:
    """A way in which two nouns meet, and what can then be said of one only."""

    name: str
    nouns: tuple
    others: tuple
    groups: tuple  # for each verb: (clauses, cumulative weights)
    says_noun: tuple
    says_other: tuple
    plain: bool  # no "too" and no "not enough": nobody eats a cake because it is too delicious


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


def _feminine(masculine: str) -> str:
    for ending, feminine in (("e", "e"), ("x", "se"), ("if", "ive"), ("er", "ère")):
        if masculine.endswith(ending):
            return masculine.removesuffix(ending) + feminine
    return masculine + "e"


@cache
def load_predicates() -> dict[str, Predicate]:
    """Predicates by key; a feminine that follows the rule is not in the table."""
    predicates = (Predicate(*(value.strip() for value in row.values())) for row in _rows("predicates"))
    return {
        one.key: Predicate(one.key, one.type, one.masculine, one.feminine or _feminine(one.masculine), one.opposite)
        for one in predicates
    }


@cache
def _templates() -> dict[str, tuple]:
    table = {}
    for row in _rows("templates"):
        family, *rest = (value or "" for value in row.values())
        table.setdefault(family, []).append(tuple(rest))
    return {family: tuple(rows) for family, rows in table.items()}


@cache
def _words(family: str, row: str) -> tuple:
    """Rows of one family and name as (one, two, three, four)."""
    return tuple(rest for name, *rest in _templates()[family] if name == row)


@cache
def _pool(words: str) -> tuple[Noun, ...]:
    """Nouns named by a tag, a kind or themselves."""
    wanted = set(words.split())
    return tuple(noun for noun in load_lexicon() if wanted & (noun.tags | {noun.kind, noun.english}))


def _known(keys) -> tuple[Predicate, ...]:
    return tuple(load_predicates()[key] for key in keys if key in load_predicates())


@cache
def load_families() -> tuple[tuple[Family, ...], tuple[Family, ...]]:
    """The families written by hand, then those made from any two kinds of noun."""
    families = []
    for name, rows in _templates().items():
        if rows[0][0] == "nouns":
            says = {row: set(one.split()) for row, one, *_ in rows if row in ("A", "B")}
            noun_says, other_says = sorted(says["A"] - says["B"]), sorted(says["B"] - says["A"])
            groups = tuple(_group(row) for row in rows if row[0] in ("verb", "raw"))
            _, one, two, plain, _ = rows[0]
            pools = _pool(one), _pool(two)
            families.append(Family(name, *pools, groups, _known(noun_says), _known(other_says), bool(plain)))
    return tuple(families), tuple(_kind_families())


def _kind_families():
    """For any two kinds, what one can be and the other cannot: a sleeping animal, a parked car."""
    kinds = {kind: (own.split(), f"{own} {maybe}".split()) for kind, own, maybe, _ in _words("kinds", "kind")}
    for kind, other in ((kind, other) for kind in kinds for other in kinds if kind < other):
        noun_says = _known(key for key in kinds[kind][0] if key not in kinds[other][1])
        other_says = _known(key for key in kinds[other][0] if key not in kinds[kind][1])
        solid = not {kind, other} & {"idea", "group", "drink", "room", "place"}
        groups = tuple(
            ((Clause(english, french, tense, ("neutral",)),), (1,))
            for where, english, french, tense in _words("see", "see")
            if solid or where == "*"
        )
        if min(len(noun_says), len(other_says)) > 1:
            yield Family(f"see_{kind}_{other}", _pool(kind), _pool(other), groups, noun_says, other_says, True)


# --- verbs ---


def _liaison(text: str) -> str:
    """ne, je and se before a vowel: ne a = n'a, je ai = j'ai, se approcher = s'approcher."""
    return re.sub(r"\b([njs])e (?=[aeiouéèêâî])", r"\1'", text)


def _english_forms(spec: str) -> dict:
    base, *others = spec.split("/")
    if len(others) != 3:
        past = base.removesuffix("e") + "ed"
        others = [base + ("es" if base.endswith(("sh", "ch", "ss", "x")) else "s"), past, past]
    return dict(zip(("base", "third", "past", "perfect"), (base, *others)))


def _french_forms(spec: str, person: str, voice: list[str], agreement: str) -> dict:
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


def _group(row: tuple) -> tuple:
    """All tenses and persons of one row, with cumulative weights."""
    name, one, two, options, _ = row
    options = options.split()
    only = next((option[2:] for option in options if option.startswith("B:")), "")
    relations = tuple(word for word in options if word in ("but", "until", "though", "neutral")) or ("because",)
    if name == "raw":
        french = two.replace("{b}", "{eB}")
        return (Clause(one, french, options[0], relations, False, only),), (1,)
    weighted = []
    for share, person, french_voice, english_voice in _voices():
        if one.startswith("{P}") or person == "3s":
            for weight, clause in _conjugated(one, two, person, french_voice, english_voice, options, relations, only):
                weighted.append((weight * share, clause))
    return tuple(clause for _, clause in weighted), tuple(accumulate(weight for weight, _ in weighted))


def _voices():
    return [(int(weight), *rest[:3]) for weight, *rest in _templates()["voice"]]


def _conjugated(one, two, person, french_voice, english_voice, options, relations, only):
    """(weight, clause) for every mode of the verb that this person has."""
    subject, verb, *rest = one.split(" ", 2)
    french_subject, french_verb, *french_rest = two.split(" ", 2)
    agreement = {"{A}": "{eA}", "{B}": "{eB}"}.get(subject, "")
    pronoun, *voice = french_voice.split()
    french = _french_forms(french_verb, person, voice, agreement)
    english = _english_forms(verb) | dict(zip(("I", "has", "was"), english_voice.split()))
    if subject == "{P}":
        subject, french_subject = english["I"], pronoun
    for mode, pattern, french_pattern, tense, flags in _templates()["mode"]:
        weight, *flags = flags.split()
        if mode not in options or ("3s" in flags and person != "3s") or ("simple" in options and "simple" not in flags):
            continue
        target = _liaison(" ".join((french_subject, _slots(french_pattern, french), *french_rest)))
        source = " ".join((subject, _slots(pattern, english), *rest))
        links = relations
        if pattern == "why":
            source, links = " ".join(("why didn't", subject, english["base"], *rest)), ("why",)
            target = f"pourquoi est-ce que {target}"
        yield int(weight), Clause(source, target, tense, links, mode == "neg", only, person)


def _slots(pattern: str, forms: dict) -> str:
    """Like format, but keeps {P}, {eA} and {eB} for later."""
    return re.sub(r"\{([a-z]+)\}", lambda match: forms[match[1]], pattern)


# --- noun phrases ---

DETERMINERS = ["the"] * 36 + ["a", "this"] * 3 + ["that"] * 2 + ["my"] * 4 + ["your", "his", "her", "our", "their"]
UNOWNED = {"nature", "place", "plant", "drink", "animal", "housepart", "group", "thing"}
UNCOUNTED = {"place", "nature", "drink", "idea", "group"}
COLOURED = {"vehicle", "container", "furniture", "clothing", "toy", "machine", "tool", "game", "thing", "document"}
AGES = {"old", "new", "young", "modern"}


def noun_phrase(noun: Noun, determiner: str, adjective: tuple = (), after: bool = False) -> tuple[str, str]:
    """A noun in both languages.

    adjective: English, masculine, feminine, masculine before a vowel; after: whether it follows the French noun.
    """
    feminine, elides, words = noun.gender == "f", noun.elides, noun.french
    if adjective:
        english, masculine, feminine_form, before_vowel = adjective
        form = feminine_form if feminine else before_vowel if elides and not after else masculine
        words = f"{words} {form}" if after else f"{form} {words}"
        elides = elides if after else form[0] in VOWELS
    if determiner == "the":
        french = "l'" + words if elides else ("la " if feminine else "le ") + words
    elif determiner == "a":
        french = ("une " if feminine else "un ") + words
    elif determiner in ("this", "that"):
        french = ("cette " if feminine else "cet " if elides else "ce ") + words
    else:
        forms = next(row[1:] for row in _words("possessive", "possessive") if row[0] == determiner)
        french = f"{forms[feminine and not elides]} {words}"
    english = f"{adjective[0]} {noun.english}" if adjective else noun.english
    if determiner == "a" and english.startswith(("a", "e", "i", "o", "u")) and not english.startswith("uni"):
        determiner = "an"
    return f"{determiner} {english}", french


def _phrase(rng, noun, negative=False, taken=()):
    """taken: predicate keys that the sentence uses, so that no old thing is "too old"."""
    determiner, adjective, after = rng.choice(DETERMINERS), (), False
    if determiner == "a" and (negative or "mass" in noun.tags or noun.kind in UNCOUNTED):
        determiner = "the"
    if determiner not in ("the", "a", "this", "that") and noun.kind in UNOWNED and not noun.tags & {"pet", "farmed"}:
        determiner = "the"
    if rng.random() < 0.16 and noun.kind not in ("nature", "drink", "idea") and "mass" not in noun.tags:
        after = noun.kind in COLOURED and rng.random() < 0.6
        adjective = rng.choice(_words("adjective", "after" if after else "before"))
        clash = adjective[0] in taken or (adjective[0] in AGES and AGES & set(taken))
        if clash or (determiner == "a" and adjective[0] == "other"):
            adjective = ()
    return noun_phrase(noun, determiner, adjective, after)


# --- what is said of "it" ---

PLAIN = (("", ""),) * 6 + (("already", "déjà"), ("completely", "complètement"), ("still", "encore"))
BE = {"past": ("was", "était"), "present": ("is", "est")}
SEEM = {"past": (("looked", "semblait"), ("seemed", "semblait")), "present": (("looks", "semble"), ("seems", "semble"))}
BEING = {"grade", "state", "done", "verb"}
DENIED = {"past": ("didn't", "didn't", "couldn't"), "present": ("doesn't", "doesn't", "can't")}


def _weighted(rng, cumulative) -> int:
    return bisect(cumulative, rng.random() * cumulative[-1])


@cache
def _degrees(plain: bool) -> tuple:
    rows = [row for row in _words("degree", "degree") if not (plain and "too" in row[0])]
    return tuple(row[:2] for row in rows), tuple(accumulate(int(row[2]) for row in rows))


def compatible(first: Predicate, second: Predicate) -> bool:
    """Whether both fit one English frame, so that a pair differs in one word only."""
    same_frame = first.type == second.type or {first.type, second.type} <= BEING
    return same_frame and "phrase" not in (first.type, second.type) and first.key != second.key


def choose_frame(rng, first: Predicate, second: Predicate, clause: Clause, relation: str, plain: bool) -> tuple:
    """The words around the predicate: (name, English, French or degree), the same for both members of a pair."""
    types, chance, tense = {first.type, second.type}, rng.random(), clause.tense
    if "neg" in types or "phrase" in types:
        return (first.type, rng.choice(DENIED[tense]), "")
    if relation in ("until", "though"):
        return ("be", "", ("", ""))
    if types == {"verb"}:
        return ("kept", "kept", "n'arrêtait pas") if chance < 0.3 and tense == "past" else ("be", "", ("", ""))
    if types == {"grade"}:
        opposites = first.opposite and second.opposite and (first == second or first.opposite != second.opposite)
        fails = clause.negative or "n't" in clause.english or " not " in clause.english
        if chance < 0.25 and opposites and fails and relation == "because" and not plain:
            return ("enough", "", "")
        degrees, weights = _degrees(plain)
        degree = degrees[_weighted(rng, weights)]
        if chance > 0.9 and relation == "because":
            return ("seem", rng.choice(SEEM[tense]), degree)
        become = chance > 0.87 and tense == "past" and relation == "because" and degree[0] != "still"
        return ("become", "", degree) if become else ("be", "", degree)
    if types == {"done"}:
        if tense == "past" and chance < 0.35:
            return ("done", "had just been", "venait d'être") if chance < 0.2 else ("done", "had been", "avait été")
        return ("be", "", rng.choice(PLAIN))
    return ("be", "", ("", ""))


def render_state(predicate: Predicate, noun: Noun, tense: str, frame: tuple, relation: str) -> tuple[str, str]:
    """English after "it" and French after il or elle."""
    (name, english, extra), feminine = frame, noun.gender == "f"
    if predicate.type in ("phrase", "neg", "verb"):
        return _render_verb(predicate, feminine, tense, name, english)
    if name == "enough":
        predicate = load_predicates()[predicate.opposite]
    adjective = predicate.feminine if feminine else predicate.masculine
    if name == "done":
        return f"{english} {predicate.key}", f"{extra} {adjective}"
    if name == "enough":
        be, french_be = BE[tense]
        return f"{be} not {predicate.key} enough", _liaison(f"ne {french_be} pas assez {adjective}")
    be = {"be": BE[tense], "seem": english, "become": ("had become", "était devenu" + "e" * feminine)}[name]
    french_be = "soit" if relation in ("until", "though") else be[1]
    degree, french_degree = extra
    source = f"{be[0]} {degree} {predicate.key}" if degree else f"{be[0]} {predicate.key}"
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


# --- whole sentences ---

INDOORS = {"container", "food", "drink", "clothing", "machine", "document", "furniture", "tool", "toy", "game", "thing"}
LANDMARKS = "landmark tall_plant house fence wall gate statue"
NOTHING = Noun("", "", "m", "", frozenset())
CONTRACTIONS = (
    (" de le ", " du "), (" à le ", " au "), (" de un", " d'un"), (" de a", " d'a"), (" de e", " d'e"),
    (" de é", " d'é"), (" de o", " d'o"), (" de hé", " d'hé"),
    ("que il", "qu'il"), ("que elle", "qu'elle"), ("que un", "qu'un"),
)  # fmt: skip


@cache
def split_of(noun: str, other: str) -> str:
    """The split of two English nouns in either order: 80 % training, 10 % validation, 10 % test, always the same."""
    first, second = sorted((noun, other))
    if frozenset((first, second)) in KEPT_FOR_TEST:
        return "test"
    digit = int.from_bytes(hashlib.sha256(f"{first} {second}".encode()).digest()[:4], "big") % 10
    return {8: "validation", 9: "test"}.get(digit, "training")


@cache
def _noun_pairs(nouns: tuple, others: tuple, split: str, same_gender: bool) -> tuple:
    return tuple(
        (noun, other)
        for noun in nouns
        for other in others
        if noun != other
        and (noun.gender == other.gender) == same_gender
        and split_of(noun.english, other.english) == split
    )


def _polished(text: str) -> str:
    """French contractions over word borders: de le = du, à le = au, que il = qu'il, de un = d'un."""
    for long, short in CONTRACTIONS:
        text = text.replace(long, short)
    return _capitals(text)


def _capitals(text: str) -> str:
    """A capital at the start and after a full stop or a question mark."""
    for mark in (". ", "? "):
        if mark in text:
            text = mark.join(part[:1].upper() + part[1:] for part in text.split(mark))
    return text[:1].upper() + text[1:]


def _place(rng, noun, other):
    """A place whose noun "it" cannot mean: no candidate, nor of their kinds. ("", "") if the draw fails."""
    indoors = {noun.kind, other.kind} <= INDOORS
    landmark = rng.choice(_pool("room" if indoors and rng.random() < 0.6 else LANDMARKS))
    if landmark.kind in (noun.kind, other.kind) or "nature" in (noun.kind, other.kind):
        return "", ""
    preposition, french_preposition, *_ = rng.choice(_words("word", "inside" if landmark.kind == "room" else "place"))
    english, french = noun_phrase(landmark, "the")
    return f" {preposition} {english}", f" {french_preposition} {french}"


def _fill(text, noun, other, person):
    return text.replace("{A}", noun).replace("{B}", other).replace("{P}", person)


def _clause(rng, clause, noun, other, taken=(), may_open=True):
    """A clause with its nouns and its person, and sometimes one more noun, a time or "Tom said that"."""
    phrase, phrase_french = _phrase(rng, noun, clause.negative, taken)
    rival, rival_french = _phrase(rng, other, clause.negative, taken)
    person, person_french, *_ = rng.choice(_words("person", "3p" if clause.person == "3p" else "3s"))
    chance, tail, front = rng.random(), ("", ""), ("", "")
    compound = re.search(r"\b(has|have|had|will|won't|nearly)\b", clause.english)
    if chance < 0.45:
        tail = _place(rng, noun, other)
        if clause.english.startswith("{A}") and chance < 0.2:
            phrase, phrase_french, tail = phrase + tail[0], phrase_french + tail[1], ("", "")
    elif chance < 0.57 and may_open and not compound and clause.relations != ("why",):
        opener = "prefix" if chance > 0.53 else clause.tense
        english, french, *_ = rng.choice(_words("word", opener))
        gap = " " if opener == "prefix" else ", "
        front = (english + gap, french + gap)
    french = clause.french.replace("{eA}", "e" * (noun.gender == "f")).replace("{eB}", "e" * (other.gender == "f"))
    source = front[0] + _fill(clause.english, phrase, rival, person) + tail[0]
    return source, front[1] + _fill(french, phrase_french, rival_french, person_french) + tail[1]


@cache
def _joins(relation: str, so: bool) -> tuple:
    """Ways to join a clause {C} and what is said {S} of it, with cumulative weights; so: whether S has "so"."""
    rows = [row for row in _words("join", relation) if not (so and ", so " in row[0])]
    return rows, tuple(accumulate(int(row[2]) for row in rows))


def _sentences(rng, family, clause, noun, other, states, relation):
    """One sentence for each (who is meant, who is not, (English, French)) of states, alike but for that."""
    rows, weights = _joins(relation, states[0][2][0].split()[1] == "so")
    english, french, *_ = rows[_weighted(rng, weights)]
    taken = tuple(word for _, _, (said, _) in states for word in said.split())
    main = _clause(rng, clause, noun, other, taken, english.startswith("{C}"))
    contracted = clause.tense == "present" and rng.random() < 0.35
    for meant, rival, state in states:
        source = english.replace("{C}", main[0]).replace("{S}", state[0])
        source = re.sub(r"\b([Ii])t is ", r"\1t's ", source) if contracted else source
        target = french.replace("{C}", main[1]).replace("{S}", state[1]).replace("{I}", meant.pronoun)
        texts = _capitals(source), _polished(target)
        yield PronounExample(*texts, meant.english, rival.english, meant.pronoun, family.name)


def _draw(rng, split, same_gender):
    """A family, a clause of it, and two nouns that fit."""
    written, made = load_families()
    while True:
        family = rng.choice(made if rng.random() < 0.16 else written)
        clauses, weights = rng.choice(family.groups)
        clause = clauses[_weighted(rng, weights)]
        pairs = _noun_pairs(family.nouns, family.others, split, same_gender)
        if pairs:
            noun, other = rng.choice(pairs)
            if not clause.only or clause.only in other.tags | {other.english}:
                return family, clause, noun, other


def _fits(predicate: Predicate, relation: str) -> bool:
    """bien que and jusqu'à ce que take a subjunctive, which only être has here."""
    return relation not in ("until", "though") or predicate.type in ("grade", "state", "done")


def _minimal_pair(rng, split):
    while True:
        family, clause, noun, other = _draw(rng, split, same_gender=False)
        first, second = rng.choice(family.says_noun), rng.choice(family.says_other)
        relation = rng.choice(clause.relations)
        if compatible(first, second) and _fits(first, relation) and _fits(second, relation):
            frame = choose_frame(rng, first, second, clause, relation, family.plain)
            said = [render_state(*one, clause.tense, frame, relation) for one in ((first, noun), (second, other))]
            states = ((noun, other, said[0]), (other, noun, said[1]))
            return tuple(_sentences(rng, family, clause, noun, other, states, relation))


def minimal_pairs(split: str, seed: int, count: int) -> list[tuple[PronounExample, PronounExample]]:
    """count different pairs that differ in one word, with antecedent and distractor swapped and the other pronoun.

    Depends on (split, seed, count) only. Raises ValueError for an unknown split or a negative count.
    """
    _check(split, count)
    rng, pairs = random.Random(seed), {}
    while len(pairs) < count:
        pair = _minimal_pair(rng, split)
        pairs.setdefault(frozenset(one.source for one in pair), pair)
    return list(pairs.values())


def _check(split, count):
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}; got {split!r}")
    if count < 0:
        raise ValueError(f"count must be 0 or more; got {count}")


# --- the rest of the mixture ---


def _other_pair(rng, split, pronoun):
    """A sentence on its own: nouns of one gender, or a predicate of several words that no pair can have."""
    while True:
        family, clause, noun, other = _draw(rng, split, rng.random() < 0.6)
        swap = rng.random() < 0.5
        meant, rival = (other, noun) if swap else (noun, other)
        predicate, relation = rng.choice(family.says_other if swap else family.says_noun), rng.choice(clause.relations)
        if meant.pronoun == pronoun and _fits(predicate, relation):
            frame = choose_frame(rng, predicate, predicate, clause, relation, family.plain)
            state = render_state(predicate, meant, clause.tense, frame, relation)
            return next(_sentences(rng, family, clause, noun, other, ((meant, rival, state),), relation))


def _single(rng, split, pronoun):
    """One noun only."""
    _, english, french, tense = rng.choice(_words("single", "single"))
    kind, own, *_ = rng.choice(_words("kinds", "kind"))
    noun = rng.choice([noun for noun in _pool(kind) if noun.pronoun == pronoun])
    predicate = rng.choice(_known(own.split()))
    clause = Clause(english, french, tense, ("alone",))
    frame = choose_frame(rng, predicate, predicate, clause, "alone", True)
    state = render_state(predicate, noun, tense, frame, "alone")
    family = Family("single", (), (), (), (), (), True)
    return next(_sentences(rng, family, clause, noun, NOTHING, ((noun, NOTHING, state),), "alone"))


def _object(rng, split, pronoun):
    """The girl takes the apple and eats it: le or la, in the present, where it shows."""
    while True:
        _, words, english, french, *_ = rng.choice(_templates()["object"])
        wanted, _, beside = words.partition(";")
        noun, other = rng.choice(_pool(wanted)), rng.choice(_pool(beside)) if beside else NOTHING
        if noun.pronoun == pronoun and noun != other and (not beside or split_of(noun.english, other.english) == split):
            break
    person, person_french, *_ = rng.choice(_words("person", "3s"))
    phrase, rival = _phrase(rng, noun, "doesn't" in english), _phrase(rng, other) if beside else ("", "")
    source = f"{person} {_fill(english, phrase[0], rival[0], '')}."
    target = _polished(f"{person_french} {_fill(french, phrase[1], rival[1], '')}.")
    target = target.replace("{l}", "le" if noun.gender == "m" else "la")  # after de le = du
    return PronounExample(_capitals(source), target, noun.english, other.english, pronoun, "object")


def _impersonal(rng, split):
    """It stands for nothing: weather, time, "it is easy to", also around clauses with nouns it could be taken for."""
    row, _, english, french, words = rng.choice(_templates()["impersonal"])
    if row == "to":
        phrase = noun_phrase(rng.choice(_pool(words)), "the")
        english, french = english.replace("{N}", phrase[0]) + ".", french.replace("{N}", phrase[1]) + "."
    elif row != "fixed":
        clause = None
        while not clause or clause.tense != "past" or clause.relations != ("because",):
            _, clause, noun, other = _draw(rng, split, rng.random() < 0.5)
        main = _clause(rng, clause, noun, other, may_open=False)
        link, french_link = {"when": (" when", " quand"), "that": ("", ""), "cause": (" because", " parce que")}[row]
        first, second = ((english, french), main) if row != "cause" else (main, (english, french))
        english, french = f"{first[0]}{link} {second[0]}.", f"{first[1]}{french_link} {second[1]}."
    return PronounExample(_capitals(english), _polished(french), "", "", "il", f"impersonal_{row}")


def examples(split: str, seed: int, count: int) -> list[PronounExample]:
    """60 % in minimal pairs, 20 % other pairs of nouns, 7 % one noun, 5 % object, 8 % "it rains".

    Every kind of personal sentence has as many il as elle. Depends on its arguments only; raises as above.
    """
    _check(split, count)
    rng = random.Random(seed)
    mixture = [example for pair in minimal_pairs(split, seed, count * 30 // 100) for example in pair]
    for make, share in ((_other_pair, 20), (_single, 7), (_object, 5)):
        mixture += [make(rng, split, pronoun) for pronoun in islice(cycle(("il", "elle")), count * share // 100)]
    mixture += [_impersonal(rng, split) for _ in range(count - len(mixture))]
    rng.shuffle(mixture)
    return mixture


def write_tsv(pairs, path) -> None:
    """Pairs as lines sentence, antecedent, distractor, pronoun under a header; a pair is two lines that follow."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("sentence", "antecedent", "distractor", "pronoun"))
        writer.writerows((one.source, one.antecedent, one.distractor, one.pronoun) for pair in pairs for one in pair)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write minimal pairs as a table.")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--count", type=int, default=1000, help="number of pairs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    write_tsv(minimal_pairs(arguments.split, arguments.seed, arguments.count), arguments.out)


if __name__ == "__main__":
    main()
