"""The generated pronoun corpus: English sentences with one "it", French translations whose il or elle shows what it means.

A minimal pair differs in one English word ("too tired" / "too wide") and its two sentences point at different nouns of
different gender. Nouns, predicates and clauses live in lexicon.tsv, predicates.tsv and templates.tsv beside this file; here is
only how they are put together. In the tables {A} and {B} are the two candidates and {P} is a person who acts; a word with a slash
is a verb to conjugate ("cross/" regular, "go/goes/went/gone" not), "*" marks a French verb with être and "~" a reflexive one.
"""

import argparse
import csv
import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

SPLITS = ("training", "validation", "test")
HERE = Path(__file__).parent
VOWELS = tuple("aeiouhéèêàâîôûœAEIOUHÉÈÊÀÂÎÔÛŒ")

# The one override of the hash: the demonstrations and the classic examples are never trained on.
KEPT_FOR_TEST = {frozenset(pair) for pair in (("animal", "street"), ("trophy", "suitcase"), ("cat", "box"), ("ball", "window"), ("robot", "table"))}


@dataclass(frozen=True)
class PronounExample:
    """One sentence and its translation. antecedent and distractor are English nouns as they stand in source, "" when there is none."""

    source: str
    target: str
    antecedent: str
    distractor: str
    pronoun: str
    template: str


@dataclass(frozen=True)
class Noun:
    english: str
    french: str
    gender: str
    kind: str
    tags: frozenset

    @property
    def pronoun(self) -> str:
        return "il" if self.gender == "m" else "elle"

    @property
    def elides(self) -> bool:
        """Whether le and la become l' before it: a vowel or a mute h."""
        return self.french.startswith(VOWELS) and "aspirated" not in self.tags


@dataclass(frozen=True)
class Predicate:
    """What can be said of "it". type: grade (takes "too"), state, done (a participle), verb, neg (a verb denied), phrase."""

    key: str
    type: str
    masculine: str
    feminine: str
    opposite: str


@dataclass(frozen=True)
class Clause:
    """A main clause with slots. tense is that of the sentence about "it"; relation says which connectives fit."""

    english: str
    french: str
    tense: str
    relations: tuple
    negative: bool = False
    only: str = ""
    person: str = "3s"


@dataclass(frozen=True)
class Family:
    """A way two nouns meet. groups: one tuple of (clauses, cumulative weights) for each verb."""

    name: str
    nouns: tuple
    others: tuple
    groups: tuple
    says_noun: tuple
    says_other: tuple


# --- reading the tables --------------------------------------------------------------------------------------------------


def _rows(name: str) -> list[dict]:
    with open(HERE / f"{name}.tsv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@lru_cache(maxsize=None)
def load_lexicon() -> tuple[Noun, ...]:
    """All nouns, in the table's order."""
    return tuple(Noun(row["english"], row["french"], row["gender"], row["kind"], frozenset(row["tags"].split())) for row in _rows("lexicon"))


def _feminine(masculine: str) -> str:
    for ending, feminine in (("e", "e"), ("x", "se"), ("if", "ive"), ("er", "ère")):
        if masculine.endswith(ending):
            return masculine[: len(masculine) - len(ending)] + feminine
    return masculine + "e"


@lru_cache(maxsize=None)
def load_predicates() -> dict[str, Predicate]:
    """Predicates by key; verbs keep their comma-separated forms in masculine (English) and feminine (French)."""
    return {
        row["key"]: Predicate(row["key"], row["type"], row["masculine"], row["feminine"] or _feminine(row["masculine"]), row["opposite"])
        for row in _rows("predicates")
    }


def _pool(words: str) -> tuple[Noun, ...]:
    wanted = set(words.split())
    return tuple(noun for noun in load_lexicon() if wanted & (noun.tags | {noun.kind, noun.english}))


@lru_cache(maxsize=None)
def load_families() -> tuple[tuple[Family, ...], tuple[Family, ...]]:
    """The families written by hand, then those made from any two kinds of noun."""
    table, known = {}, load_predicates()
    for row in _rows("templates"):
        table.setdefault(row["family"], []).append(row)
    families = []
    for name, rows in table.items():
        if rows[0]["row"] != "nouns":
            continue
        groups = tuple(_group(row) for row in rows if row["row"] in ("verb", "raw"))
        says = {row["row"]: tuple(known[key] for key in row["one"].split() if key in known) for row in rows if row["row"] in "AB"}
        families.append(Family(name, _pool(rows[0]["one"]), _pool(rows[0]["two"]), groups, says["A"], says["B"]))
    return tuple(families), tuple(_kind_families(table["kinds"], table["see"]))


def _kind_families(kinds: list[dict], clauses: list[dict]):
    """For any two kinds, the predicates that one can take and the other cannot: a sleeping animal, a parked car."""
    known = load_predicates()
    says = {row["one"]: (row["two"].split(), set((row["two"] + " " + row["three"]).split())) for row in kinds}
    for kind, (own, possible) in says.items():
        for other, (other_own, other_possible) in says.items():
            noun_says = tuple(known[key] for key in own if key not in other_possible and key in known)
            other_says = tuple(known[key] for key in other_own if key not in possible and key in known)
            if kind >= other or min(len(noun_says), len(other_says)) < 2:
                continue
            solid = not {kind, other} & {"idea", "group", "drink", "room", "place"}
            groups = tuple(
                ((Clause(row["two"], row["three"], "present" if row["two"].split()[1] in ("looks", "like", "is", "stands") else "past", ("neutral",)),), (1,))
                for row in clauses
                if solid or row["one"] == "*"
            )
            yield Family(f"see_{kind}_{other}", _pool(kind), _pool(other), groups, noun_says, other_says)


# --- verbs ---------------------------------------------------------------------------------------------------------------

PERSONS = {  # pronoun, then avoir, avais, pouvais, peux, vais
    "1s": ("je", "ai", "avais", "pouvais", "peux", "vais"),
    "2s": ("tu", "as", "avais", "pouvais", "peux", "vas"),
    "3s": ("{P}", "a", "avait", "pouvait", "peut", "va"),
    "1p": ("nous", "avons", "avions", "pouvions", "pouvons", "allons"),
    "3p": ("{P}", "ont", "avaient", "pouvaient", "peuvent", "vont"),
}
ENGLISH_PERSONS = {"1s": "I", "2s": "you", "3s": "{P}", "1p": "we", "3p": "{P}"}
PERSON_WEIGHTS = {"1s": 25, "2s": 3, "3s": 55, "1p": 8, "3p": 9}


def _regular(base: str) -> list[str]:
    if base.endswith("e"):
        return [base, base + "s", base + "d", base + "d"]
    return [base, base + ("es" if base.endswith(("sh", "ch", "ss", "x")) else "s"), base + "ed", base + "ed"]


def _english_forms(spec: str) -> list[str]:
    forms = spec.split("/")
    return forms if len(forms) == 4 and forms[1] else _regular(forms[0])


def _french_forms(spec: str) -> tuple[str, str, str, str]:
    """Infinitive, present, participle, and "avoir", "être" or "reflexive"."""
    auxiliary = {"*": "être", "~": "reflexive"}.get(spec[0], "avoir")
    forms = spec.lstrip("*~").split("/")
    infinitive = forms[0]
    present, participle = forms[1:] if forms[1] else (infinitive[:-1], infinitive[:-2] + "é")
    if auxiliary == "reflexive":
        infinitive, present = _before("se", infinitive), _before("se", present)
    return infinitive, present, participle, auxiliary


def _before(word: str, following: str) -> str:
    """word with its e elided before a vowel: se + approche = s'approche, ne + a = n'a, je + ai = j'ai."""
    elided = following.startswith(VOWELS[:5] + VOWELS[6:16])
    return word[:-1] + "'" + following if elided else word + " " + following


def _not(word: str, rest: str, adverb: str = "pas") -> str:
    return f"{_before('ne', word)} {adverb} {rest}".rstrip()


def _subject(person: str, rest: str) -> str:
    pronoun = PERSONS[person][0]
    return _before(pronoun, rest) if pronoun == "je" else f"{pronoun} {rest}"


def _compound(person: str, participle: str, auxiliary: str, agreement: str) -> tuple[str, str, str]:
    """Auxiliary in the present and the imperfect, and the participle that agrees."""
    _, has, had, *_ = PERSONS[person]
    if auxiliary == "avoir":
        return has, had, participle
    return ("est", "était", participle + agreement) if auxiliary == "être" else ("s'est", "s'était", participle + agreement)


def _positive_modes(person, english, french, agreement):
    base, third, past, perfect = english
    infinitive, present, participle, auxiliary = french
    has, had, participle = _compound(person, participle, auxiliary, agreement)
    goes, third_person = PERSONS[person][5], person == "3s"
    yield 10, past, f"{has} {participle}", "past"
    yield 1, ("has " if third_person else "have ") + perfect, f"{has} {participle}", "past"
    yield 1, "had " + perfect, f"{had} {participle}", "past"
    yield 1, "will " + base, f"{goes} {infinitive}", "present"
    if third_person:
        yield 3, third, present, "present"
        yield 1, "nearly " + past, f"a failli {infinitive}", "past"


def _negative_modes(person, english, french, agreement, simple):
    base, _, past, perfect = english
    infinitive, present, participle, auxiliary = french
    has, _, participle = _compound(person, participle, auxiliary, agreement)
    _, have, _, could, can, goes = PERSONS[person]
    third_person = person == "3s"
    yield 8, "didn't " + base, _not(has, participle), "past"
    yield 2, "did not " + base, _not(has, participle), "past"
    if third_person:
        yield 4, "doesn't " + base, _not(present, ""), "present"
        yield 1, "does not " + base, _not(present, ""), "present"
    if simple:
        return
    yield 5, "couldn't " + base, _not(could, infinitive), "past"
    yield 2, "could not " + base, _not(could, infinitive), "past"
    yield 3, "can't " + base, _not(can, infinitive), "present"
    yield 2, "cannot " + base, _not(can, infinitive), "present"
    yield 2, "won't " + base, _not(goes, infinitive), "present"
    yield 1, ("hasn't " if third_person else "haven't ") + perfect, _not(has, participle), "past"
    yield 1, ("was" if third_person or person == "1s" else "were") + " not able to " + base, _not(have, f"pu {infinitive}"), "past"
    yield 1, "never " + past, _not(has, participle, "jamais"), "past"
    if third_person:
        yield 1, "why didn't", _not(has, participle), "past"


def _group(row: dict) -> tuple:
    """All tenses and persons of one row of the table, with cumulative weights."""
    options = row["three"].split()
    only = next((option[2:] for option in options if option.startswith("B:")), "")
    relations = tuple(option for option in options if option in ("but", "until", "though", "neutral")) or ("because",)
    if row["row"] == "raw":
        french = row["two"].replace("{b}", "{eB}")
        return (Clause(row["one"], french, options[0], relations, False, only),), (1,)
    weighted = []
    for person in PERSONS if row["one"].startswith("{P}") else ("3s",):
        share = PERSON_WEIGHTS[person] if row["one"].startswith("{P}") else 1
        for weight, clause in _conjugated(row, person, options, relations, only):
            weighted.append((weight * share, clause))
    return tuple(clause for _, clause in weighted), tuple(accumulate(weight for weight, _ in weighted))


def _conjugated(row, person, options, relations, only):
    subject, verb, *rest = row["one"].split(" ", 2)
    french_subject, french_verb, *french_rest = row["two"].split(" ", 2)
    rest, french_rest = " ".join(rest), " ".join(french_rest)
    english, french = _english_forms(verb), _french_forms(french_verb)
    agreement = {"{A}": "{eA}", "{B}": "{eB}"}.get(subject, "")
    if subject == "{P}":
        subject = ENGLISH_PERSONS[person]
    modes = [(False, mode) for mode in _positive_modes(person, english, french, agreement)] if "pos" in options else []
    if "neg" in options:
        modes += [(True, mode) for mode in _negative_modes(person, english, french, agreement, "simple" in options)]
    for negative, (weight, verb_english, verb_french, tense) in modes:
        sentence = _subject(person, f"{verb_french} {french_rest}") if french_subject == "{P}" else f"{french_subject} {verb_french} {french_rest}"
        if verb_english == "why didn't":
            question = f"why didn't {subject} {english[0]} {rest}"
            yield weight, Clause(question, f"pourquoi est-ce que {sentence}", tense, ("why",), negative, only, person)
        else:
            yield weight, Clause(f"{subject} {verb_english} {rest}", sentence, tense, relations, negative, only, person)


# --- noun phrases --------------------------------------------------------------------------------------------------------

DETERMINERS = ["the"] * 24 + ["a"] * 3 + ["this"] * 3 + ["that"] * 2 + ["my"] * 4 + ["your", "his", "her", "our", "our", "their"]
POSSESSIVES = {"my": ("mon", "ma"), "your": ("ton", "ta"), "his": ("son", "sa"), "her": ("son", "sa"), "our": ("notre",) * 2, "their": ("leur",) * 2}
UNOWNED = {"nature", "place", "plant", "drink", "animal", "housepart", "group", "thing"}
COLOURED = {"vehicle", "container", "furniture", "clothing", "toy", "machine", "tool", "game", "thing", "document"}
COLOURS = (("black", "noir", "noire"), ("white", "blanc", "blanche"), ("red", "rouge", "rouge"), ("green", "vert", "verte"), ("blue", "bleu", "bleue"),
           ("yellow", "jaune", "jaune"), ("grey", "gris", "grise"))
BEFORE_NOUN = (("old", "vieux", "vieil", "vieille"), ("beautiful", "beau", "bel", "belle"), ("new", "nouveau", "nouvel", "nouvelle"),
               ("other", "autre", "autre", "autre"))


def noun_phrase(noun: Noun, determiner: str, adjective: tuple = ()) -> tuple[str, str]:
    """A noun in both languages. adjective: () or one entry of COLOURS (stands after it in French) or BEFORE_NOUN (before it)."""
    feminine, elides, words = noun.gender == "f", noun.elides, noun.french
    if len(adjective) == 3:
        words = f"{words} {adjective[1 + feminine]}"
    elif adjective:
        first = adjective[3] if feminine else adjective[1 + elides]
        words, elides = f"{first} {words}", first == "autre"
    if determiner == "the":
        french = "l'" + words if elides else ("la " if feminine else "le ") + words
    elif determiner == "a":
        french = ("une " if feminine else "un ") + words
    elif determiner in ("this", "that"):
        french = ("cette " if feminine else "cet " if elides else "ce ") + words
    else:
        french = f"{POSSESSIVES[determiner][feminine and not elides]} {words}"
    english = f"{adjective[0]} {noun.english}" if adjective else noun.english
    if determiner == "a" and english[0] in "aeiou" and not english.startswith(("uni", "use")):
        determiner = "an"
    return f"{determiner} {english}", french


def _random_phrase(rng, noun, negative=False, taken=()):
    """taken: predicate keys that the sentence uses, so that no old thing is "too old"."""
    determiner = rng.choice(DETERMINERS) if rng.random() < 0.8 else "the"
    if determiner == "a" and (negative or "mass" in noun.tags or noun.kind in ("place", "nature", "drink", "idea", "group")):
        determiner = "the"
    if determiner in POSSESSIVES and noun.kind in UNOWNED and not noun.tags & {"pet", "farm"}:
        determiner = "the"
    adjective = ()
    if rng.random() < 0.16 and noun.kind not in ("nature", "drink", "idea") and "mass" not in noun.tags:
        adjective = rng.choice(COLOURS if noun.kind in COLOURED and rng.random() < 0.6 else BEFORE_NOUN)
        if adjective[0] in taken or taken and adjective[0] in ("old", "new") and {"old", "new", "young", "modern"} & set(taken):
            adjective = ()
        if adjective and adjective[0] == "other" and determiner not in ("the", "my", "this"):
            adjective = ()
    return noun_phrase(noun, determiner, adjective)


# --- the part about "it" -------------------------------------------------------------------------------------------------

DEGREES = (("too", "trop", 30), ("very", "très", 10), ("so", "si", 8), ("", "", 26), ("really", "vraiment", 4), ("quite", "assez", 3), ("rather", "plutôt", 2),
           ("extremely", "extrêmement", 2), ("far too", "beaucoup trop", 3), ("much too", "bien trop", 3), ("a little too", "un peu trop", 2), ("still", "encore", 2))
DEGREE_WEIGHTS = tuple(accumulate(weight for *_, weight in DEGREES))
PLAIN = (("", ""),) * 10 + (("still", "encore"), ("already", "déjà"), ("completely", "complètement"), ("almost", "presque"))
BE = {"past": ("was", "était"), "present": ("is", "est")}
SEEM = {"past": (("looked", "semblait"), ("seemed", "semblait")), "present": (("looks", "semble"), ("seems", "semble"))}
BEING = {"grade", "state", "done", "verb"}


def compatible(first: Predicate, second: Predicate) -> bool:
    """Whether both fit one English frame, so that a pair differs in one word only."""
    return first.type == second.type or (first.type in BEING and second.type in BEING)


def choose_frame(rng, first: Predicate, second: Predicate, tense: str, relation: str):
    """Picks the words around the predicate: (name, English, French), the same for both members of a pair."""
    types, chance = {first.type, second.type}, rng.random()
    if types == {"neg"}:
        return ("neg", rng.choice(("didn't", "didn't", "couldn't") if tense == "past" else ("doesn't", "doesn't", "can't")), "")
    if types == {"phrase"}:
        return ("phrase", "", "")
    if types == {"verb"} and chance < 0.3 and tense == "past":
        return ("kept", "kept", "n'arrêtait pas de")
    if types == {"grade"} and relation != "until":
        if chance < 0.1 and first.opposite and second.opposite and relation == "because":
            return ("enough", "", "")
        degree = DEGREES[_weighted(rng, DEGREE_WEIGHTS)]
        if chance > 0.9 and relation == "because":
            return ("seem", rng.choice(SEEM[tense]), degree)
        return ("become", "had become", degree) if chance > 0.86 and tense == "past" and relation == "because" else ("be", "", degree)
    if types == {"done"} and tense == "past" and chance < 0.35:
        return ("just", "had just been", "venait d'être") if chance < 0.2 else ("been", "had been", "avait été")
    return ("be", "", ("", "") if "verb" in types or relation == "until" else rng.choice(PLAIN))


def _weighted(rng, cumulative) -> int:
    target = rng.random() * cumulative[-1]
    return next(index for index, bound in enumerate(cumulative) if target < bound)


def render_state(predicate: Predicate, noun: Noun, tense: str, frame, relation: str) -> tuple[str, str]:
    """English after "it" and French after il or elle."""
    name, english, extra = frame
    feminine = noun.gender == "f"
    if name == "phrase":
        index, agreement = tense == "present", "e" if feminine else ""
        return predicate.masculine.split(",")[index], predicate.feminine.split(",")[index].replace("{e}", agreement)
    if name == "neg":
        return _denied(predicate, tense, english)
    if predicate.type == "verb":
        infinitive, past, present = predicate.feminine.split(",")
        if name == "kept":
            return f"kept {predicate.key}", _elided(f"n'arrêtait pas de {infinitive}")
        return f"{BE[tense][0]} {predicate.key}", past if tense == "past" else present
    adjective = predicate.feminine if feminine else predicate.masculine
    if name in ("just", "been"):
        return f"{english} {predicate.key}", f"{extra} {adjective}"
    if name == "enough":
        opposite = load_predicates()[predicate.opposite]
        adjective = opposite.feminine if feminine else opposite.masculine
        return f"{BE[tense][0]} not {opposite.key} enough", f"{_not(BE[tense][1], 'assez ' + adjective)}"
    be = {"be": BE[tense], "seem": english, "become": ("had become", "était devenu" + "e" * feminine)}[name]
    be = (be[0], "soit") if relation in ("until", "though") else be
    return f"{be[0]} {extra[0]} {predicate.key}".replace("  ", " "), f"{be[1]} {extra[1]} {adjective}".replace("  ", " ")


def _denied(predicate, tense, auxiliary):
    infinitive, past, present = predicate.feminine.split(",")
    if auxiliary in ("couldn't", "can't"):
        verb = _not("pouvait" if tense == "past" else "peut", infinitive)
    else:
        verb = _not(past if tense == "past" else present, "")
    return f"{auxiliary} {predicate.key[1:]}", verb


# --- whole sentences -----------------------------------------------------------------------------------------------------

# {C} the clause, {S} what is said of it, {I} il or elle
JOINS = {
    "because": (("{C} because it {S}.", "{C} parce que {I} {S}.", 40), ("{C}. It {S}.", "{C}. {I} {S}.", 16), ("{C} since it {S}.", "{C} puisque {I} {S}.", 6),
                ("{C}, as it {S}.", "{C}, car {I} {S}.", 6), ("Because it {S}, {C}.", "Parce que {I} {S}, {C}.", 9), ("As it {S}, {C}.", "Comme {I} {S}, {C}.", 4),
                ("Since it {S}, {C}.", "Comme {I} {S}, {C}.", 4), ("{C}; it {S}.", "{C}; {I} {S}.", 3), ("It {S}, so {C}.", "{I} {S}, donc {C}.", 4)),
    "but": (("{C} but it {S}.", "{C} mais {I} {S}.", 5), ("{C}, but it {S}.", "{C}, mais {I} {S}.", 4), ("{C}. But it {S}.", "{C}. Mais {I} {S}.", 2),
            ("{C}. However, it {S}.", "{C}. Cependant, {I} {S}.", 1), ("{C}. Unfortunately, it {S}.", "{C}. Malheureusement, {I} {S}.", 1)),
    "though": (("{C} although it {S}.", "{C} bien que {I} {S}.", 5), ("{C} even though it {S}.", "{C} bien que {I} {S}.", 4), ("Although it {S}, {C}.", "Bien que {I} {S}, {C}.", 2)),
    "until": (("{C} until it {S}.", "{C} jusqu'à ce que {I} {S}.", 1),),
    "neutral": (("{C}. It {S}.", "{C}. {I} {S}.", 6), ("{C}, and it {S}.", "{C}, et {I} {S}.", 3), ("{C}, but it {S}.", "{C}, mais {I} {S}.", 2), ("{C}. I think it {S}.", "{C}. Je crois que {I} {S}.", 1)),
    "why": (("{C}? Because it {S}.", "{C}? Parce que {I} {S}.", 3), ("{C}? It {S}.", "{C}? {I} {S}.", 1)),
}
JOIN_WEIGHTS = {name: tuple(accumulate(weight for *_, weight in joins)) for name, joins in JOINS.items()}
PEOPLE = {
    "3s": (("Tom", "Tom"), ("Mary", "Marie"), ("John", "John"), ("the man", "l'homme"), ("the woman", "la femme"), ("my mother", "ma mère"), ("my father", "mon père"),
           ("my brother", "mon frère"), ("my sister", "ma sœur"), ("the teacher", "le professeur"), ("the boy", "le garçon"), ("the girl", "la fille"), ("he", "il"), ("she", "elle"),
           ("our neighbor", "notre voisin"), ("the doctor", "le médecin"), ("the farmer", "le fermier"), ("his wife", "sa femme"), ("Paul", "Paul"), ("my friend", "mon ami"),
           ("the old man", "le vieil homme"), ("the child", "l'enfant"), ("someone", "quelqu'un"), ("the thief", "le voleur"), ("Susan", "Susan"), ("my uncle", "mon oncle")),
    "3p": (("the children", "les enfants"), ("they", "ils"), ("my parents", "mes parents"), ("the workers", "les ouvriers"), ("the students", "les étudiants"), ("the men", "les hommes")),
}
PLACE_WORDS = (("near", "près de"), ("in front of", "devant"), ("behind", "derrière"), ("next to", "à côté de"))
ADDITIONS = (("with my brother", "avec mon frère"), ("with a friend", "avec un ami"), ("after lunch", "après le déjeuner"), ("before dinner", "avant le dîner"), ("at night", "la nuit"))
PAST_TIMES = (("yesterday", "hier"), ("this morning", "ce matin"), ("last night", "la nuit dernière"), ("last week", "la semaine dernière"), ("in the end", "finalement"), ("one day", "un jour"), ("on Monday", "lundi"))
PRESENT_TIMES = (("today", "aujourd'hui"), ("this time", "cette fois"), ("now", "maintenant"), ("at the moment", "en ce moment"))
PREFIXES = (("Tom said that", "Tom a dit que"), ("Mary told me that", "Marie m'a dit que"), ("I think that", "je pense que"), ("we saw that", "nous avons vu que"),
            ("I know that", "je sais que"), ("he said that", "il a dit que"), ("she noticed that", "elle a remarqué que"))


@lru_cache(maxsize=None)
def split_of(noun: str, other: str) -> str:
    """The split of two English nouns in either order: 80 % training, 10 % validation, 10 % test, the same on every machine."""
    first, second = sorted((noun, other))
    if frozenset((first, second)) in KEPT_FOR_TEST:
        return "test"
    number = int.from_bytes(hashlib.sha256(f"{first} {second}".encode()).digest()[:4], "big") % 10
    return "validation" if number == 8 else "test" if number == 9 else "training"


@lru_cache(maxsize=None)
def _noun_pairs(family: Family, split: str, same_gender: bool) -> tuple:
    """All noun pairs of a family that belong to the split."""
    return tuple(
        (noun, other)
        for noun in family.nouns
        for other in family.others
        if noun != other and (noun.gender == other.gender) == same_gender and split_of(noun.english, other.english) == split
    )


CONTRACTIONS = tuple((f" {long}", f" {short}") for long, short in (("de le ", "du "), ("à le ", "au "), ("de un", "d'un"), ("de a", "d'a"),
                     ("de e", "d'e"), ("de é", "d'é"), ("de o", "d'o"))) + (("que il", "qu'il"), ("que elle", "qu'elle"), ("que un", "qu'un"))


def _elided(text: str) -> str:
    """French contractions over word borders, all at once: de le = du, à le = au, que il = qu'il, de un = d'un."""
    for long, short in CONTRACTIONS:
        text = text.replace(long, short)
    return text


def _capitals(text: str) -> str:
    """A capital at the start and after a full stop or a question mark."""
    for mark in (". ", "? "):
        if mark in text:
            text = mark.join(part[:1].upper() + part[1:] for part in text.split(mark))
    return text[:1].upper() + text[1:]


@lru_cache(maxsize=None)
def _landmarks() -> tuple[Noun, ...]:
    return tuple(noun for noun in load_lexicon() if noun.tags & {"landmark", "tall_plant"} or noun.kind in ("room",) or noun.english in ("house", "fence", "wall", "gate", "statue"))


def _place(rng, noun, other):
    """A place with a noun that cannot be what "it" means: neither candidate nor of their kinds. ("", "") if the draw fails."""
    landmark = rng.choice(_landmarks())
    if landmark.kind in (noun.kind, other.kind):
        return "", ""
    preposition = ("in", "dans") if landmark.kind == "room" else rng.choice(PLACE_WORDS)
    english, french = noun_phrase(landmark, "the")
    return f" {preposition[0]} {english}", f" {preposition[1]} {french}"


def _fill(text, noun, other, person):
    return text.replace("{A}", noun).replace("{B}", other).replace("{P}", person)


def _clause(rng, clause, noun, other, taken=()):
    """A clause with its nouns, its person and sometimes an extra noun, a time or "Tom said that"."""
    phrase, phrase_french = _random_phrase(rng, noun, clause.negative, taken)
    rival, rival_french = _random_phrase(rng, other, clause.negative, taken)
    chance, tail, front = rng.random(), ("", ""), ("", "")
    if chance < 0.4:
        tail = _place(rng, noun, other)
        if clause.english.startswith("{A}") and chance < 0.2:
            phrase, phrase_french, tail = phrase + tail[0], phrase_french + tail[1], ("", "")
    elif chance < 0.5 and clause.relations != ("why",):
        time = rng.choice(PAST_TIMES if clause.tense == "past" else PRESENT_TIMES)
        front = (time[0] + ", ", time[1] + ", ")
    elif chance < 0.53 and "will" not in clause.english and "P" in clause.english:
        addition = rng.choice(ADDITIONS)
        tail = (" " + addition[0], " " + addition[1])
    elif chance < 0.57 and clause.relations != ("why",):
        prefix = rng.choice(PREFIXES)
        front = (prefix[0] + " ", prefix[1] + " ")
    person = rng.choice(PEOPLE["3p" if clause.person == "3p" else "3s"])
    french = clause.french.replace("{eA}", "e" * (noun.gender == "f")).replace("{eB}", "e" * (other.gender == "f"))
    return (
        front[0] + _fill(clause.english, phrase, rival, person[0]) + tail[0],
        front[1] + _fill(french, phrase_french, rival_french, person[1]) + tail[1],
    )


def _join(rng, relation, clause):
    joins = JOINS[relation]
    english, french, _ = joins[_weighted(rng, JOIN_WEIGHTS[relation])]
    contracted = clause.tense == "present" and rng.random() < 0.3
    return english, french, contracted


def _sentence(join, clause, state, noun, other, family) -> PronounExample:
    english, french, contracted = join
    source = english.replace("{C}", clause[0]).replace("{S}", state[0])
    if contracted:
        source = source.replace("it is ", "it's ").replace("It is ", "It's ")
    target = french.replace("{C}", clause[1]).replace("{S}", state[1]).replace("{I}", noun.pronoun)
    return PronounExample(_capitals(source), _capitals(_elided(target)), noun.english, other.english, noun.pronoun, family)


def _draw(rng, split, same_gender):
    """A family, a clause of it, and two nouns that fit."""
    written, made = load_families()
    while True:
        family = rng.choice(made) if rng.random() < 0.22 else rng.choice(written)
        clauses, weights = rng.choice(family.groups)
        clause = clauses[_weighted(rng, weights)]
        pairs = _noun_pairs(family, split, same_gender)
        if pairs:
            noun, other = rng.choice(pairs)
            if not clause.only or clause.only in other.tags:
                return family, clause, noun, other


def _minimal_pair(rng, split):
    while True:
        family, clause, noun, other = _draw(rng, split, same_gender=False)
        first, second = rng.choice(family.says_noun), rng.choice(family.says_other)
        relation = rng.choice(clause.relations)
        if not compatible(first, second) or "phrase" in (first.type, second.type):
            continue
        if relation in ("until", "though") and not {first.type, second.type} <= {"grade", "state", "done"}:
            continue
        frame = choose_frame(rng, first, second, clause.tense, relation)
        if relation in ("until", "though") and frame[0] != "be" or first.key == second.key or frame[0] == "enough" and first.opposite == second.opposite:
            continue
        sentence = _clause(rng, clause, noun, other, (first.key, second.key))
        join = _join(rng, relation, clause)
        return (
            _sentence(join, sentence, render_state(first, noun, clause.tense, frame, relation), noun, other, family.name),
            _sentence(join, sentence, render_state(second, other, clause.tense, frame, relation), other, noun, family.name),
        )


def minimal_pairs(split: str, seed: int, count: int) -> list[tuple[PronounExample, PronounExample]]:
    """count different pairs of sentences that differ in one word, with antecedent and distractor swapped and another pronoun.

    Depends on (split, seed, count) only. Raises ValueError for an unknown split or a negative count.
    """
    _check(split, count)
    rng, seen, pairs = random.Random(seed), set(), []
    while len(pairs) < count:
        pair = _minimal_pair(rng, split)
        key = frozenset((pair[0].source, pair[1].source))
        if key not in seen:
            seen.add(key)
            pairs.append(pair)
    return pairs


def _check(split, count):
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}; got {split!r}")
    if count < 0:
        raise ValueError(f"count must be 0 or more; got {count}")


# --- the rest of the mixture ---------------------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def _table(family: str) -> tuple:
    return tuple(tuple(row.values()) for row in _rows("templates") if row["family"] == family)


def _other_pair(rng, split, pronoun):
    """A sentence on its own: nouns of the same gender, or a predicate of several words that no pair can have."""
    while True:
        same_gender = rng.random() < 0.6
        family, clause, noun, other = _draw(rng, split, same_gender)
        says = family.says_noun
        if noun.pronoun != pronoun or rng.random() < 0.5:
            noun, other, says, swapped = other, noun, family.says_other, True
        else:
            swapped = False
        if noun.pronoun != pronoun:
            continue
        predicate, relation = rng.choice(says), rng.choice(clause.relations)
        if relation in ("until", "though") and predicate.type not in ("grade", "state", "done"):
            continue
        frame = choose_frame(rng, predicate, predicate, clause.tense, relation)
        if relation in ("until", "though") and frame[0] != "be":
            continue
        sentence = _clause(rng, clause, *((other, noun) if swapped else (noun, other)), (predicate.key,))
        state = render_state(predicate, noun, clause.tense, frame, relation)
        return _sentence(_join(rng, relation, clause), sentence, state, noun, other, family.name)


@lru_cache(maxsize=None)
def _kind_says(kind: str) -> tuple:
    known = load_predicates()
    return tuple(known[key] for _, _, name, own, *_ in _table("kinds") if name == kind for key in own.split() if key in known)


def _single(rng, split, pronoun):
    """One noun only."""
    while True:
        _, _, _, english, french, _ = rng.choice(_table("single"))
        noun = rng.choice(load_lexicon())
        says = _kind_says(noun.kind)
        if noun.pronoun == pronoun and says:
            break
    predicate = rng.choice(says)
    tense = "present" if english.startswith(("look", "I know", "this", "here")) or " is " in english else "past"
    clause = Clause(english, french, tense, ("neutral",))
    frame = choose_frame(rng, predicate, predicate, tense, "neutral")
    (phrase, phrase_french), person = _random_phrase(rng, noun, False, (predicate.key,)), rng.choice(PEOPLE["3s"])
    filled = (_fill(english, phrase, "", person[0]), _fill(french, phrase_french, "", person[1]))
    nothing = Noun("", "", "m", "", frozenset())
    return _sentence(_join(rng, "neutral", clause), filled, render_state(predicate, noun, tense, frame, "neutral"), noun, nothing, "single")


def _object(rng, split, pronoun):
    """The girl takes the apple and eats it: the object pronoun le or la, in the present, where it shows."""
    while True:
        _, _, words, english, french, _ = rng.choice(_table("object"))
        wanted, _, beside = words.partition(";")
        noun = rng.choice(_pool_cached(wanted))
        other = rng.choice(_pool_cached(beside)) if beside else None
        if noun.pronoun == pronoun and noun != other and (other is None or split_of(noun.english, other.english) == split):
            break
    person = rng.choice(PEOPLE["3s"])
    phrase = _random_phrase(rng, noun, "doesn't" in english)
    rival = _random_phrase(rng, other) if other else ("", "")
    source = f"{person[0]} {_fill(english, phrase[0], rival[0], '')}."
    target = f"{person[1]} {_fill(french, phrase[1], rival[1], '')}.".replace("{l}", "le" if noun.gender == "m" else "la")
    return PronounExample(_capitals(source), _capitals(_elided(target)), noun.english, other.english if other else "", pronoun, "object")


_pool_cached = lru_cache(maxsize=None)(_pool)


def _impersonal(rng, split):
    """It stands for nothing: weather, time, "it is easy to", also around clauses whose nouns it could be taken for."""
    _, row, _, english, french, words = rng.choice(_table("impersonal"))
    if row in ("when", "cause", "that"):
        while True:
            _, clause, noun, other = _draw(rng, split, rng.random() < 0.5)
            if clause.tense == "past" and "why" not in clause.relations and "il y avait" not in clause.french and (row != "cause" or clause.relations == ("because",)):
                break
        main = _clause(rng, clause, noun, other)
        link = {"when": (" when ", " quand "), "that": (" ", " "), "cause": (" because ", " parce que ")}[row]
        source, target = f"{english}{link[0]}{main[0]}.", f"{french}{link[1]}{main[1]}."
        if row == "cause":
            source, target = f"{main[0]}{link[0]}{english}.", f"{main[1]}{link[1]}{french}."
    elif row == "to":
        phrase = noun_phrase(rng.choice(_pool_cached(words)), "the")
        source, target = english.replace("{N}", phrase[0]) + ".", french.replace("{N}", phrase[1]) + "."
    else:
        source, target = english, french
    return PronounExample(_capitals(source), _capitals(_elided(target)), "", "", "il", "impersonal_" + row)


def examples(split: str, seed: int, count: int) -> list[PronounExample]:
    """The training mixture, shuffled: 60 % in minimal pairs, 20 % other pairs of nouns, 7 % one noun, 5 % object, 8 % impersonal.

    Every kind of personal sentence holds il and elle equally often. Depends on (split, seed, count) only. Raises as minimal_pairs.
    """
    _check(split, count)
    rng = random.Random(seed)
    mixture = [example for pair in minimal_pairs(split, seed, count * 30 // 100) for example in pair]
    for make, share in ((_other_pair, 20), (_single, 7), (_object, 5)):
        mixture += [make(rng, split, ("il", "elle")[index % 2]) for index in range(count * share // 100)]
    mixture += [_impersonal(rng, split) for _ in range(count - len(mixture))]
    rng.shuffle(mixture)
    return mixture


def write_tsv(pairs, path) -> None:
    """Pairs as lines sentence, antecedent, distractor, pronoun under a header; the two lines of a pair follow each other."""
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
