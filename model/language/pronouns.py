"""The generated pronoun corpus: English sentences with one "it", French ones whose il or elle shows what it stands for.

    python -m model.language.pronouns --split test --count 1000 --seed 0 --out pairs.tsv

A minimal pair differs in one English word ("too tired" / "too wide"); its sentences point at nouns of different gender.
Worth knowing: every draw is made here, in a fixed order, so that a draw added or moved changes every sentence
after it. The words and their grammar are in french.py.
"""

import argparse
import csv
import hashlib
import random
import re
from bisect import bisect
from dataclasses import dataclass
from functools import cache
from itertools import cycle, islice

from model.language.french import (
    SUBJUNCTIVE,
    Clause,
    Noun,
    Predicate,
    capitals,
    clauses_of,
    load_lexicon,
    load_templates,
    noun_phrase,
    nouns_called,
    polished,
    predicates_called,
    render_state,
    template_rows,
    weighted,
)

__all__ = ["SPLITS", "PronounExample", "examples", "load_lexicon", "minimal_pairs", "split_of", "write_tsv"]

SPLITS = ("training", "validation", "test")
NOTHING = Noun("", "", "m", "", frozenset())

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


# --- templates: families of nouns that meet ---

NOT_SOLID = {"idea", "group", "drink", "room", "road", "waters", "spot", "climbed", "shines"}
# Both nouns are of one kind and the role alone decides: a harder problem, which would crowd out the rest.
SYMMETRIC = {"replace", "replace_thing", "trade_vehicle", "trade_home", "wear", "prefer_food", "works", "contest"}


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


@cache
def load_families() -> tuple[tuple[Family, ...], tuple[Family, ...]]:
    """The families written by hand, then those made from any two kinds of noun."""
    written = (_written_family(name, rows) for name, rows in load_templates().items() if rows[0][0] == "nouns")
    return tuple(written), tuple(_kind_families())


def _written_family(name: str, rows: tuple) -> Family:
    says = {row: set(one.split()) for row, one, *_ in rows if row in ("A", "B")}
    # Sorted, because the order of a set changes from run to run and a draw depends on it.
    says_noun, says_other = (predicates_called(sorted(keys)) for keys in (says["A"] - says["B"], says["B"] - says["A"]))
    groups = tuple(clauses_of(row) for row in rows if row[0] in ("verb", "raw"))
    _, nouns, others, plain, _ = rows[0]
    return Family(name, nouns_called(nouns), nouns_called(others), groups, says_noun, says_other, bool(plain))


def _kind_families():
    """For any two kinds, what one can be and the other cannot: a sleeping animal, a parked car."""
    kinds = {kind: (own.split(), f"{own} {maybe}".split()) for kind, own, maybe, _ in template_rows("kinds", "kind")}
    for kind, other in ((kind, other) for kind in kinds for other in kinds if kind < other):
        says_noun = predicates_called(key for key in kinds[kind][0] if key not in kinds[other][1])
        says_other = predicates_called(key for key in kinds[other][0] if key not in kinds[kind][1])
        solid = not {kind, other} & NOT_SOLID
        groups = tuple(
            weighted([(Clause(english, french, tense, ("neutral",)), 1)])
            for where, english, french, tense in template_rows("see", "see")
            if solid or where == "*"
        )
        if min(len(says_noun), len(says_other)) > 1:
            nouns = nouns_called(kind), nouns_called(other)
            yield Family(f"see_{kind}_{other}", *nouns, groups, says_noun, says_other, True)


# --- pairs of nouns and their splits ---


@cache
def _weighted_families() -> tuple:
    """Families with cumulative weights: 16 % made from two kinds; a symmetric one a third as often as another."""
    written, made = load_families()
    weights = [1 if family.name in SYMMETRIC else 3 for family in written]
    share = 0.16 / 0.84 * sum(weights) / len(made)
    return weighted([*zip(written, weights), *((family, share) for family in made)])


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


def _drawn(rng, choices):
    """One of (items, cumulative weights)."""
    items, cumulative = choices
    return items[bisect(cumulative, rng.random() * cumulative[-1])]


def _draw(rng, split, same_gender):
    """A family, a clause of it, and two nouns that fit."""
    while True:
        family = _drawn(rng, _weighted_families())
        clause = _drawn(rng, rng.choice(family.groups))
        pairs = _noun_pairs(family.nouns, family.others, split, same_gender)
        if pairs:
            noun, other = rng.choice(pairs)
            if not clause.only or clause.only in other.tags | {other.english}:
                return family, clause, noun, other


# --- clauses around two nouns ---

DETERMINERS = ["the"] * 36 + ["a", "this"] * 3 + ["that"] * 2 + ["my"] * 4 + ["your", "his", "her", "our", "their"]
UNOWNED = {"nature", "place", "plant", "drink", "animal", "housepart", "group", "thing"}
UNCOUNTED = {"place", "nature", "drink", "idea", "group"}
COLOURED = {"vehicle", "container", "furniture", "clothing", "toy", "machine", "tool", "game", "thing", "document"}
AGES = {"old", "new", "young", "modern"}
INDOORS = {"container", "food", "drink", "clothing", "machine", "document", "furniture", "tool", "toy", "game", "thing"}
LANDMARKS = "landmark tall_plant house fence wall gate statue"


def _phrase(rng, noun, negative=False, taken=()):
    """taken: predicate keys that the sentence uses, so that no old thing is "too old"."""
    determiner, adjective, after = rng.choice(DETERMINERS), (), False
    if determiner == "a" and (negative or "mass" in noun.tags or noun.kind in UNCOUNTED):
        determiner = "the"
    if determiner not in ("the", "a", "this", "that") and noun.kind in UNOWNED and not noun.tags & {"pet", "farmed"}:
        determiner = "the"
    if rng.random() < 0.16 and noun.kind not in ("nature", "drink", "idea") and "mass" not in noun.tags:
        after = noun.kind in COLOURED and rng.random() < 0.6
        adjective = rng.choice(template_rows("adjective", "after" if after else "before"))
        clash = adjective[0] in taken or (adjective[0] in AGES and AGES & set(taken))
        if clash or (determiner == "a" and adjective[0] == "other"):
            adjective = ()
    return noun_phrase(noun, determiner, adjective, after)


def _place(rng, noun, other):
    """A place whose noun "it" cannot mean: no candidate, nor of their kinds. ("", "") if the draw fails."""
    indoors = {noun.kind, other.kind} <= INDOORS
    landmark = rng.choice(nouns_called("room" if indoors and rng.random() < 0.6 else LANDMARKS))
    if landmark.kind in (noun.kind, other.kind) or "nature" in (noun.kind, other.kind):
        return "", ""
    inside = "inside" if landmark.kind == "room" else "place"
    preposition, french_preposition, *_ = rng.choice(template_rows("word", inside))
    english, french = noun_phrase(landmark, "the")
    return f" {preposition} {english}", f" {french_preposition} {french}"


def _fill(text, noun, other, person):
    return text.replace("{A}", noun).replace("{B}", other).replace("{P}", person)


def _clause(rng, clause, noun, other, taken=(), may_open=True):
    """A clause with its nouns and its person, and sometimes one more noun, a time or "Tom said that"."""
    phrase, phrase_french = _phrase(rng, noun, clause.negative, taken)
    rival, rival_french = _phrase(rng, other, clause.negative, taken)
    person, person_french, *_ = rng.choice(template_rows("person", "3p" if clause.person == "3p" else "3s"))
    chance, tail, front = rng.random(), ("", ""), ("", "")
    compound = re.search(r"\b(has|have|had|will|won't|nearly)\b", clause.english)
    if chance < 0.45 and clause.relations != ("neutral",):  # "It was flooded" could be the place
        tail = _place(rng, noun, other)
        if clause.english.startswith("{A}") and chance < 0.2:
            phrase, phrase_french, tail = phrase + tail[0], phrase_french + tail[1], ("", "")
    elif chance < 0.57 and may_open and not compound and clause.relations != ("why",):
        opener = "prefix" if chance > 0.53 else clause.tense
        english, french, *_ = rng.choice(template_rows("word", opener))
        gap = " " if opener == "prefix" else ", "
        front = (english + gap, french + gap)
    french = clause.french.replace("{eA}", "e" * noun.feminine).replace("{eB}", "e" * other.feminine)
    source = front[0] + _fill(clause.english, phrase, rival, person) + tail[0]
    return source, front[1] + _fill(french, phrase_french, rival_french, person_french) + tail[1]


# --- frames: the words around what is said of "it" ---

PLAIN = (("", ""),) * 6 + (("already", "déjà"), ("completely", "complètement"), ("still", "encore"))
SEEM = {"past": (("looked", "semblait"), ("seemed", "semblait")), "present": (("looks", "semble"), ("seems", "semble"))}
BEING = {"grade", "state", "done", "verb"}
DENIED = {"past": ("didn't", "didn't", "couldn't"), "present": ("doesn't", "doesn't", "can't")}


@cache
def _degrees(plain: bool) -> tuple:
    rows = (row for row in template_rows("degree", "degree") if not (plain and "too" in row[0]))
    return weighted((row[:2], int(row[2])) for row in rows)


def compatible(first: Predicate, second: Predicate) -> bool:
    """Whether both fit one English frame, so that a pair differs in one word only."""
    same_frame = first.type == second.type or {first.type, second.type} <= BEING
    return same_frame and "phrase" not in (first.type, second.type) and first.key != second.key


def choose_frame(rng, first: Predicate, second: Predicate, clause: Clause, relation: str, plain: bool) -> tuple:
    """The words around the predicate: (name, English, French or degree), the same for both members of a pair."""
    types, chance, past = {first.type, second.type}, rng.random(), clause.tense == "past"
    if types & {"neg", "phrase"}:
        return (first.type, rng.choice(DENIED[clause.tense]), "")
    if relation not in SUBJUNCTIVE:
        if types == {"grade"}:
            return _grade_frame(rng, first, second, clause, relation, plain, chance)
        if types == {"verb"} and past and chance < 0.3:
            return ("kept", "kept", "n'arrêtait pas")
        if types == {"done"} and past and chance < 0.35:
            return ("done", "had just been", "venait d'être") if chance < 0.2 else ("done", "had been", "avait été")
        if types == {"done"}:
            return ("be", "", rng.choice(PLAIN))
    return ("be", "", ("", ""))


def _grade_frame(rng, first, second, clause, relation, plain, chance):
    """For adjectives that take a degree: "is too wide", "is not wide enough", "seems very wide", "had become wide"."""
    opposites = first.opposite and second.opposite and (first == second or first.opposite != second.opposite)
    fails = clause.negative or "n't" in clause.english or " not " in clause.english
    because = relation == "because"
    if chance < 0.25 and opposites and fails and because and not plain:
        return ("enough", "", "")
    degree = _drawn(rng, _degrees(plain))
    if chance > 0.9 and because:
        return ("seem", rng.choice(SEEM[clause.tense]), degree)
    become = chance > 0.87 and clause.tense == "past" and because and degree[0] != "still"
    return ("become" if become else "be", "", degree)


# --- sentences, and minimal pairs of them ---


@cache
def _joins(relation: str, so: bool) -> tuple:
    """Ways to join a clause {C} and what is said {S} of it, with cumulative weights; so: whether S has "so"."""
    rows = (row for row in template_rows("join", relation) if not (so and ", so " in row[0]))
    return weighted((row[:2], int(row[2])) for row in rows)


def _sentences(rng, family, clause, noun, other, members, relation):
    """One sentence for each (who is meant, who is not, predicate) of members, alike but for that."""
    frame = choose_frame(rng, members[0][2], members[-1][2], clause, relation, family.plain)
    states = [render_state(predicate, meant, clause.tense, frame, relation) for meant, _, predicate in members]
    english, french = _drawn(rng, _joins(relation, states[0][0].split()[1] == "so"))
    taken = tuple(word for said, _ in states for word in said.split())
    main = _clause(rng, clause, noun, other, taken, english.startswith("{C}"))
    contracted = clause.tense == "present" and rng.random() < 0.35
    for (meant, rival, _), state in zip(members, states):
        source = english.replace("{C}", main[0]).replace("{S}", state[0])
        source = re.sub(r"\b([Ii])t is ", r"\1t's ", source) if contracted else source
        target = french.replace("{C}", main[1]).replace("{S}", state[1]).replace("{I}", meant.pronoun)
        texts = capitals(source), polished(target)
        yield PronounExample(*texts, meant.english, rival.english, meant.pronoun, family.name)


def _fits(predicate: Predicate, relation: str) -> bool:
    """bien que and jusqu'à ce que take a subjunctive, which only être has here."""
    return relation not in SUBJUNCTIVE or predicate.type in ("grade", "state", "done")


def _minimal_pair(rng, split):
    while True:
        family, clause, noun, other = _draw(rng, split, same_gender=False)
        first, second = rng.choice(family.says_noun), rng.choice(family.says_other)
        relation = rng.choice(clause.relations)
        if compatible(first, second) and _fits(first, relation) and _fits(second, relation):
            members = ((noun, other, first), (other, noun, second))
            return tuple(_sentences(rng, family, clause, noun, other, members, relation))


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
            return next(_sentences(rng, family, clause, noun, other, ((meant, rival, predicate),), relation))


def _single(rng, split, pronoun):
    """One noun only."""
    _, english, french, tense = rng.choice(template_rows("single", "single"))
    kind, own, *_ = rng.choice(template_rows("kinds", "kind"))
    noun = rng.choice([noun for noun in nouns_called(kind) if noun.pronoun == pronoun])
    predicate = rng.choice(predicates_called(own.split()))
    clause, family = Clause(english, french, tense, ("alone",)), Family("single", (), (), (), (), (), True)
    return next(_sentences(rng, family, clause, noun, NOTHING, ((noun, NOTHING, predicate),), "alone"))


def _object(rng, split, pronoun):
    """The girl takes the apple and eats it: le or la, in the present, where it shows."""
    while True:
        _, words, english, french, *_ = rng.choice(load_templates()["object"])
        wanted, _, beside = words.partition(";")
        noun, other = rng.choice(nouns_called(wanted)), rng.choice(nouns_called(beside)) if beside else NOTHING
        if noun.pronoun == pronoun and noun != other and (not beside or split_of(noun.english, other.english) == split):
            break
    person, person_french, *_ = rng.choice(template_rows("person", "3s"))
    phrase, rival = _phrase(rng, noun, "doesn't" in english), _phrase(rng, other) if beside else ("", "")
    source = f"{person} {_fill(english, phrase[0], rival[0], '')}."
    target = polished(f"{person_french} {_fill(french, phrase[1], rival[1], '')}.")
    target = target.replace("{l}", "la" if noun.feminine else "le")  # after de le = du
    return PronounExample(capitals(source), target, noun.english, other.english, pronoun, "object")


def _impersonal(rng, split):
    """It stands for nothing: weather, time, "it is easy to", also around clauses with nouns it could be taken for."""
    row, _, english, french, words = rng.choice(load_templates()["impersonal"])
    if row == "to":
        phrase = noun_phrase(rng.choice(nouns_called(words)), "the")
        english, french = english.replace("{N}", phrase[0]) + ".", french.replace("{N}", phrase[1]) + "."
    elif row != "fixed":
        english, french = _impersonal_and_clause(rng, split, row, (english, french))
    return PronounExample(capitals(english), polished(french), "", "", "il", f"impersonal_{row}")


def _impersonal_and_clause(rng, split, row, impersonal):
    clause = None
    while not clause or clause.tense != "past" or clause.relations != ("because",):
        _, clause, noun, other = _draw(rng, split, rng.random() < 0.5)
    main = _clause(rng, clause, noun, other, may_open=False)
    link, french_link = {"when": (" when", " quand"), "that": ("", ""), "cause": (" because", " parce que")}[row]
    first, second = (main, impersonal) if row == "cause" else (impersonal, main)
    return f"{first[0]}{link} {second[0]}.", f"{first[1]}{french_link} {second[1]}."


def examples(split: str, seed: int, count: int) -> list[PronounExample]:
    """60 % in minimal pairs, 20 % other pairs of nouns, 7 % one noun, 5 % object, 8 % "it rains".

    Every kind of personal sentence has as many il as elle. Depends on its arguments only; raises as minimal_pairs does.
    """
    _check(split, count)
    rng = random.Random(seed)
    mixture = [example for pair in minimal_pairs(split, seed, count * 30 // 100) for example in pair]
    for make, share in ((_other_pair, 20), (_single, 7), (_object, 5)):
        mixture += [make(rng, split, pronoun) for pronoun in islice(cycle(("il", "elle")), count * share // 100)]
    mixture += [_impersonal(rng, split) for _ in range(count - len(mixture))]
    rng.shuffle(mixture)
    return mixture


# --- the command line ---


def write_tsv(pairs, path) -> None:
    """Pairs as lines sentence, antecedent, distractor, pronoun under a header; a pair is two lines that follow."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("sentence", "antecedent", "distractor", "pronoun"))
        writer.writerows((one.source, one.antecedent, one.distractor, one.pronoun) for pair in pairs for one in pair)


def main() -> None:
    """Write minimal pairs of one split and seed to the file named by --out."""
    parser = argparse.ArgumentParser(description="Write minimal pairs as a table.")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--count", type=int, default=1000, help="number of pairs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True)
    arguments = parser.parse_args()
    write_tsv(minimal_pairs(arguments.split, arguments.seed, arguments.count), arguments.out)


if __name__ == "__main__":
    main()
