"""Which two nouns meet, in what way, and in which split: the families of the generated pronoun corpus.

Worth knowing: the split depends on the two nouns alone (a hash), so whatever else changes, a pair that was tested on
is never trained on.
"""

import hashlib
from bisect import bisect
from dataclasses import dataclass
from functools import cache

from model.language.french import Clause, Grammar, Noun, clauses_of, weighted

SPLITS = ("training", "validation", "test")
NOTHING = Noun("", "", "m", "", frozenset())

# The one override of the hash: the demonstrations and the classic examples are never trained on.
KEPT_FOR_TEST = {
    frozenset(pair.split()) for pair in ("animal street", "trophy suitcase", "cat box", "ball window", "robot table")
}


# --- templates: families of nouns that meet ---

NOT_SOLID = {"idea", "group", "drink", "room", "road", "waters", "spot", "climbed", "shines"}
# Both nouns are of one kind and the role alone decides: a harder problem, which would crowd out the rest.
SYMMETRIC = {"replace", "replace_thing", "trade_vehicle", "trade_home", "wear", "prefer_food", "works", "contest"}
EVENT = 8  # families in which something happens to "it" are few; this is how much more often they come


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
def load_families(words: Grammar) -> tuple[tuple[Family, ...], tuple[Family, ...]]:
    """The families written by hand, then those made from any two kinds of noun."""
    written = (_written_family(words, name, rows) for name, rows in words.templates.items() if rows[0][0] == "nouns")
    return tuple(written), tuple(_kind_families(words))


def _written_family(words: Grammar, name: str, rows: tuple) -> Family:
    says = {row: set(one.split()) for row, one, *_ in rows if row in ("A", "B")}
    # Sorted, because the order of a set changes from run to run and a draw depends on it.
    says_noun, says_other = (
        words.predicates_called(sorted(keys)) for keys in (says["A"] - says["B"], says["B"] - says["A"])
    )
    groups = tuple(clauses_of(words, row) for row in rows if row[0] in ("verb", "raw"))
    _, nouns, others, plain, _ = rows[0]
    return Family(
        name, words.nouns_called(nouns), words.nouns_called(others), groups, says_noun, says_other, bool(plain)
    )


def _kind_families(words: Grammar):
    """For any two kinds, what one can be and the other cannot: a sleeping animal, a parked car."""
    kinds = {kind: (own.split(), f"{own} {maybe}".split()) for kind, own, maybe, _ in words.rows("kinds", "kind")}
    for kind, other in ((kind, other) for kind in kinds for other in kinds if kind < other):
        says_noun = words.predicates_called(key for key in kinds[kind][0] if key not in kinds[other][1])
        says_other = words.predicates_called(key for key in kinds[other][0] if key not in kinds[kind][1])
        solid = not {kind, other} & NOT_SOLID
        groups = tuple(
            weighted([(Clause(english, french, tense, ("neutral",)), 1)])
            for where, english, french, tense in words.rows("see", "see")
            if solid or where == "*"
        )
        if min(len(says_noun), len(says_other)) > 1:
            nouns = words.nouns_called(kind), words.nouns_called(other)
            yield Family(f"see_{kind}_{other}", *nouns, groups, says_noun, says_other, True)


# --- pairs of nouns and their splits ---


@cache
def _weighted_families(words: Grammar) -> tuple:
    """Families with cumulative weights: 16 % made from two kinds; a symmetric one a third as often as another."""
    written, made = load_families(words)
    weights = [1 if family.name in SYMMETRIC else EVENT if family.name.startswith("ev_") else 3 for family in written]
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
def noun_pairs(nouns: tuple, others: tuple, split: str, same_gender: bool) -> tuple:
    return tuple(
        (noun, other)
        for noun in nouns
        for other in others
        if noun != other
        and (noun.gender == other.gender) == same_gender
        and split_of(noun.english, other.english) == split
    )


def drawn(rng, choices):
    """One of (items, cumulative weights)."""
    items, cumulative = choices
    return items[bisect(cumulative, rng.random() * cumulative[-1])]


def draw_situation(words, rng, split, same_gender):
    """A family, a clause of it, and two nouns that fit."""
    while True:
        family = drawn(rng, _weighted_families(words))
        clause = drawn(rng, rng.choice(family.groups))
        pairs = noun_pairs(family.nouns, family.others, split, same_gender)
        if pairs:
            noun, other = rng.choice(pairs)
            if not clause.only or clause.only in other.tags | {other.english}:
                return family, clause, noun, other
