"""The generated English-Bengali corpus: sentences with one "it", the same situations as the pronoun corpus in French.

    for example in examples("training", 0, 3): print(example.source, example.target)

Bengali has no gender: "it" that acts is always এটি, "it" that is acted upon always সেটি (an animal's সেটিকে), and "it"
of the weather is not said at all. Worth knowing: the order is subject, object, verb, so {A} and {B} take endings ({Ak}
object, {Ar} possessor, {At} place) that depend on the last letter, and a [verb] agrees with the person who acts.
The words are in tables/bengali; a pair of nouns is in the split that pronouns.split_of gives it.
"""

import random
import re
import unicodedata
from bisect import bisect
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from model.language.bengali_words import (
    NEGATIVE,
    NOTHING,
    POSITIVE,
    Predicate,
    conjugated,
    english_forms,
    fill,
    inflected,
    noun_phrase,
    nouns_called,
    predicates,
    predicates_called,
    render_state,
    table,
    words,
)
from model.language.pronouns import SPLITS, PronounExample, split_of

__all__ = ["examples", "minimal_pairs"]

# --- who acts, clauses and families ---


@dataclass(frozen=True)
class Person:
    """Who acts. number: 1, 2, 3 or H (said with respect), then p for a plural."""

    english: str
    bengali: str
    number: str

    @property
    def plural(self) -> bool:
        return self.number in ("1", "2", "1p", "3p", "Hp")  # for English: I have, you have


@dataclass(frozen=True)
class Clause:
    """A clause with the slots {A}, {B} and {P}, in one tense and form."""

    english: str
    bengali: str
    tense: str  # of what is said of "it": past or present
    relation: str  # because, but, though, until, neutral, why, alone
    person: Person
    negative: bool = False
    positive: bool = False  # it happened in the past, so that "it was raining when" can be said


@dataclass(frozen=True)
class Family:
    """A way in which two nouns meet, and what can then be said of one only."""

    name: str
    nouns: tuple
    others: tuple
    says_noun: tuple
    says_other: tuple
    plain: bool  # no "too": nobody eats a cake because it is too delicious
    rows: tuple  # (row, English, Bengali, options)


@cache
def families() -> tuple[Family, ...]:
    """The families of the table; those of two kinds of noun seen together come last and have the row "see"."""
    by_name = {}
    for name, *row in table("families"):
        by_name.setdefault(name, []).append(tuple(row))
    found = []
    for name, rows in by_name.items():
        if rows[0][0] == "nouns":
            _, one, other, plain = rows[0]
            says = next(row for row in rows if row[0] == "says")
            said = (predicates_called(keys.split()) for keys in says[1:3])
            clauses = tuple(row for row in rows if row[0] in ("verb", "raw"))
            found.append(Family(name, nouns_called(one), nouns_called(other), *said, bool(plain), clauses))
    return tuple(found) + tuple(_seen_together(by_name["kinds"], tuple(by_name["see"])))


def _seen_together(kinds, rows):
    for index, (_, kind, said, _) in enumerate(kinds):
        for _, other, said_other, _ in kinds[:index]:
            one, two = nouns_called(kind), nouns_called(other)
            own, others = said.split(), said_other.split()
            if not set(one) & set(two) and not set(own) & set(others):
                says = predicates_called(own), predicates_called(others)
                yield Family(f"see_{kind}_{other}", one, two, *says, True, rows)


# --- clauses around two nouns ---


def _after_subject(text: str, word: str) -> str:
    subject, rest = text.split(" ", 1)
    return f"{subject} {word} {rest}"


@cache
def _people(sort: str) -> tuple[Person, ...]:
    everybody = [Person(*row) for row in words("person")]
    wanted = {"I": "1", "we": "1p", "you": "2", "one": "3H", "many": ("3p", "Hp")}[sort]
    return tuple(one for one in everybody if one.number in wanted and (sort != "we" or one.number == "1p"))


def _person(rng, sort=""):
    return rng.choice(_people(sort or rng.choices(("I", "you", "one", "we", "many"), (22, 3, 58, 8, 9))[0]))


def _clause_of(rng, row) -> Clause:
    """One tense and person of a row of a family."""
    kind, english, bengali, options = row
    if kind in ("raw", "see", "single"):
        relation = {"raw": "because", "see": "neutral", "single": "alone"}[kind]
        person = _person(rng, "one")
        form = "past" if options == "past" else "present"
        return Clause(english, conjugated(bengali, form, person.number), options, relation, person)
    options = options.split()
    relation = next((one for one in ("but", "though", "until") if one in options), "because")
    acts = english.startswith("{P}")
    person = _person(rng, "" if acts and relation != "until" else "one")
    third = not acts or not person.plural
    simple = "simple" in options
    modes = [
        mode
        for mode in (NEGATIVE if "neg" in options else POSITIVE)
        if not (simple and "S" not in mode[4] and not ("W" in mode[4] and "will" in options))
        and ("3" not in mode[4] or third)
    ]
    _, pattern, form, tense, _ = rng.choices(modes, [mode[0] for mode in modes])[0]
    if relation == "until":
        pattern, form, tense = "{past}", "kept", "past"
    subject, verb, rest = english.split(" ", 2)
    forms = english_forms(verb, acts and person.plural, person.number == "1")
    bengali = conjugated(bengali, form, person.number if acts else "3")
    if pattern == "why":
        said = f"why didn't {subject} {forms['base']} {rest}"
        return Clause(said, _after_subject(bengali, "কেন"), tense, "why", person, True)
    bengali = _after_subject(bengali, "কখনো") if pattern.startswith("never") else bengali
    negative, positive = "neg" in options, form == "past"
    return Clause(f"{subject} {pattern.format(**forms)} {rest}", bengali, tense, relation, person, negative, positive)


DETERMINERS = ["the"] * 36 + ["a", "this"] * 3 + ["that"] * 2 + ["my"] * 4 + ["your", "his", "her", "our", "their"]
UNOWNED = {"nature", "place", "plant", "drink", "animal", "housepart", "group", "thing", "idea", "room"}
COLOURED = {"vehicle", "container", "furniture", "clothing", "toy", "machine", "tool", "game"}


def _phrase(rng, noun, negative=False, taken=()):
    """A noun with its determiner and perhaps an adjective; taken: English words said of "it", not to be repeated."""
    determiner, adjective = rng.choice(DETERMINERS), ("", "")
    bare, owned = "bare" in noun.tags, noun.kind not in UNOWNED or noun.tags & {"pet", "farmed"}
    if (determiner == "a" and (negative or (bare and noun.kind != "place"))) or not (
        owned or determiner in ("the", "a", "this", "that")
    ):
        determiner = "the"
    kind = "animal" if noun.kind == "animal" else "coloured" if noun.kind in COLOURED else ""
    if kind and not bare and rng.random() < 0.16:
        adjective = rng.choice([row for row in words("adjective") if row[2] == kind])
        if adjective[0] in taken or (adjective[0] in ("old", "new") and {"old", "new", "young", "modern"} & set(taken)):
            adjective = ("", "")
    return noun_phrase(noun, determiner, adjective)


def _place(rng, noun, other):
    """A place whose noun "it" cannot mean, in both languages; ("", "") if a candidate is a building."""
    landmark = rng.choice(nouns_called("landmark"))
    if landmark.kind != "building" or {noun.kind, other.kind} & {"building", "nature", "room", "idea", "group"}:
        return "", ""
    preposition, postposition, _ = rng.choice(words("place"))
    return f" {preposition} the {landmark.english}", f"{inflected(landmark.bengali, 'r')} {postposition} "


def _said(rng, clause, noun, other, taken=(), may_open=True):
    """The clause with its nouns and person, and perhaps a place, a time or "Tom said that"."""
    one, two = _phrase(rng, noun, clause.negative, taken), NOTHING
    two = _phrase(rng, other, clause.negative, taken) if other.english else ("", "")
    chance, tail, front = rng.random(), ("", ""), ("", "")
    if chance < 0.3 and clause.relation in ("because", "but", "though", "why"):
        tail = _place(rng, noun, other)
    elif (
        chance < 0.42
        and may_open
        and clause.relation != "why"
        and not re.search(r"\b(ha[sd]|have|will|won't)\b|^look|^I remember", clause.english)
    ):
        english, bengali, _ = rng.choice(words("prefix" if chance > 0.38 else clause.tense))
        front = (english + (" " if chance > 0.38 else ", "), bengali + " ")
    english = fill(clause.english, {"A": (one[0], False), "B": (two[0], False), "P": (clause.person.english, False)})
    slots = {"A": (one[1], noun.animate), "B": (two[1], other.animate), "P": (clause.person.bengali, True)}
    return front[0] + english + tail[0], front[1] + tail[1] + fill(clause.bengali, slots)


# --- the words around what is said of "it" ---

SEEM = {
    "past": (("looked", "দেখাচ্ছিল"), ("seemed", "মনে হচ্ছিল")),
    "present": (("looks", "দেখাচ্ছে"), ("seems", "মনে হচ্ছে")),
}
BEING = {"grade", "state", "done", "verb"}
DENIED = {"past": ("didn't", "didn't", "couldn't"), "present": ("doesn't", "doesn't", "can't")}


def compatible(first: Predicate, second: Predicate) -> bool:
    """Whether both fit one English frame, so that a pair differs in one word only."""
    same_frame = first.type == second.type or {first.type, second.type} <= BEING
    return same_frame and first.type != "phrase" and first.key != second.key and first.bengali != second.bengali


@cache
def _weighted(row: str, skip: str = "") -> tuple:
    """(rows, cumulative weights) of words.tsv, without the rows whose English has the words skip."""
    rows = tuple(one for one in words(row) if not skip or skip not in one[0])
    return rows, tuple(accumulate(int(weight) for *_, weight in rows))


def _drawn(rng, choices):
    items, cumulative = choices
    return items[bisect(cumulative, rng.random() * cumulative[-1])]


def choose_frame(rng, first, second, clause, plain) -> tuple:
    """The words around the predicate: (name, English, Bengali), the same for both members of a pair."""
    types, chance, because = {first.type, second.type}, rng.random(), clause.relation == "because"
    if clause.relation == "until":
        return "until", ("", ""), ""
    if types == {"neg"}:
        return "neg", rng.choice(DENIED[clause.tense]), ""
    if types == {"grade"}:
        opposites = first.opposite and second.opposite and (first == second or first.opposite != second.opposite)
        if chance < 0.25 and opposites and clause.negative and because and not plain:
            return "enough", "", ""
        degree = _drawn(rng, _weighted("degree", "too" if plain else ""))
        if chance > 0.94 and because:
            return ("seem", degree, rng.choice(SEEM[clause.tense]))
        if chance > 0.9 and because and clause.tense == "past":
            return ("become", degree, "")
        return ("be", degree, "")
    if types == {"done"} and "," not in first.bengali + second.bengali:
        return ("be", _drawn(rng, _weighted("plain")), "")
    return ("be", ("", ""), "")


# --- sentences, and minimal pairs of them ---


def _capitals(text: str) -> str:
    text = re.sub(r"([.?]) ([a-z])", lambda found: f"{found[1]} {found[2].upper()}", text)
    return text[:1].upper() + text[1:]


def _example(source, target, noun, other, name) -> PronounExample:
    target = unicodedata.normalize("NFC", target)
    return PronounExample(_capitals(source), target, noun.english, other.english, "", name)


@cache
def _noun_pairs(nouns: tuple, others: tuple, split: str) -> tuple:
    pairs = ((noun, other) for noun in nouns for other in others if noun != other)
    return tuple(pair for pair in pairs if split_of(pair[0].english, pair[1].english) == split)


@cache
def _family_weights() -> tuple:
    """16 % of the draws go to two kinds of noun seen together; trades of one kind for itself a third as often."""
    weights = [0 if one.name.startswith("see_") else 1 if one.nouns == one.others else 3 for one in families()]
    made = weights.count(0)
    share = 0.16 / 0.84 * sum(weights) / made
    return families(), tuple(accumulate(weight or share for weight in weights))


def _draw(rng, split):
    """A family, a clause of it, and two nouns that fit."""
    while True:
        family = _drawn(rng, _family_weights())
        pairs = _noun_pairs(family.nouns, family.others, split)
        if pairs:
            return family, _clause_of(rng, rng.choice(family.rows)), *rng.choice(pairs)


def _sentences(rng, name, plain, clause, noun, other, members):
    """One sentence for each (who is meant, who is not, predicate) of members, alike but for that."""
    frame = choose_frame(rng, members[0][2], members[-1][2], clause, plain)
    states = [render_state(predicate, meant, clause.tense, frame) for meant, _, predicate in members]
    relation = "neutral" if clause.relation == "alone" else clause.relation
    so = states[0][0].split()[1] == "so"
    english, bengali, _ = _drawn(rng, _weighted(relation, ", so " if so else ""))
    if clause.relation == "alone":
        english, bengali = "{C}. It {S}.", "{C}। {S}।"
    taken = tuple(word for said, _ in states for word in said.split())
    main = _said(rng, clause, noun, other, taken, english.startswith("{C}"))
    contracted = clause.tense == "present" and rng.random() < 0.35
    for (meant, rival, _), state in zip(members, states):
        source = english.replace("{C}", main[0]).replace("{S}", state[0])
        source = re.sub(r"\b([Ii])t is ", r"\1t's ", source) if contracted else source
        target = bengali.replace("{C}", main[1]).replace("{S}", state[1])
        yield _example(source, target, meant, rival, name)


def _minimal_pair(rng, split):
    while True:
        family, clause, noun, other = _draw(rng, split)
        first, second = rng.choice(family.says_noun), rng.choice(family.says_other)
        if compatible(first, second):
            members = ((noun, other, first), (other, noun, second))
            return tuple(_sentences(rng, family.name, family.plain, clause, noun, other, members))


def minimal_pairs(split: str, seed: int, count: int) -> list[tuple[PronounExample, PronounExample]]:
    """count different pairs whose English differs in one word, antecedent and distractor swapped.

    Depends on its arguments only. Raises ValueError for an unknown split or a negative count.
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


def _other_pair(rng, split):
    """A sentence on its own; its predicate may be a phrase, which no pair can have."""
    family, clause, noun, other = _draw(rng, split)
    swap = rng.random() < 0.5
    meant, rival = (other, noun) if swap else (noun, other)
    member = (meant, rival, rng.choice(family.says_other if swap else family.says_noun))
    return next(_sentences(rng, family.name, family.plain, clause, noun, other, (member,)))


def _rows(family: str) -> list:
    return [row for name, *row in table("families") if name == family]


def _single(rng, split):
    """One noun only."""
    clause = _clause_of(rng, rng.choice(_rows("single")))
    _, kind, said, _ = rng.choice(_rows("kinds"))
    noun, predicate = rng.choice(nouns_called(kind)), predicates()[rng.choice(said.split())]
    return next(_sentences(rng, "single", True, clause, noun, NOTHING, ((noun, NOTHING, predicate),)))


def _object(rng, split):
    """The girl takes the apple and eats it: সেটি, of an animal সেটিকে."""
    _, names, english, bengali = rng.choice(_rows("objects"))
    wanted, _, beside = names.partition(";")
    if beside:
        noun, other = rng.choice(_noun_pairs(nouns_called(wanted), nouns_called(beside), split))
    else:
        noun, other = rng.choice(nouns_called(wanted)), NOTHING
    person = _person(rng, "one")
    bengali = bengali.replace("{O}", "সেটিকে" if noun.animate else "সেটি").replace("{Or}", "সেটির")
    clause = Clause(english, conjugated(bengali, "present", person.number), "present", "object", person)
    source, target = _said(rng, clause, noun, other, may_open=False)
    return _example(f"{source}.", f"{target}।", noun, other, "object")


def _impersonal(rng, split):
    """It stands for nothing: weather, time, "it is easy to", also around clauses with nouns it could be taken for."""
    row = rng.choices(("when", "cause", "that", "to", "fixed"), (20, 20, 12, 34, 14))[0]
    english, bengali, option = rng.choice(words(row))
    if row == "to":
        noun = rng.choice(nouns_called(option))
        phrase = noun_phrase(noun, "the")
        english = fill(english, {"N": (phrase[0], False)}) + "."
        bengali = fill(bengali, {"N": (phrase[1], noun.animate)}) + "।"
    elif row != "fixed":
        english, bengali = _impersonal_and_clause(rng, split, row, english, bengali)
    return _example(english, bengali, NOTHING, NOTHING, f"impersonal_{row}")


def _impersonal_and_clause(rng, split, row, english, bengali):
    clause = None
    while (
        not clause or clause.tense != "past" or clause.relation != "because" or (row == "when" and not clause.positive)
    ):
        _, clause, noun, other = _draw(rng, split)
    if row == "when":
        clause = Clause(clause.english, _after_subject(clause.bengali, "যখন"), "past", "when", clause.person)
    main = _said(rng, clause, noun, other, may_open=False)
    if row == "when":
        return f"{english} when {main[0]}.", f"{main[1]}, তখন {bengali}।"
    if row == "that":
        return f"{english} {main[0]}.", f"{bengali} {main[1]}।"
    return f"{main[0]} because {english}.", f"{main[1]} কারণ {bengali}।"


def examples(split: str, seed: int, count: int) -> list[PronounExample]:
    """60 % in minimal pairs, 20 % other pairs of nouns, 7 % one noun, 5 % object, 8 % "it rains"; pronoun is "".

    Depends on its arguments only; raises as minimal_pairs does.
    """
    _check(split, count)
    rng = random.Random(seed)
    mixture = [example for pair in minimal_pairs(split, seed, count * 30 // 100) for example in pair]
    for make, share in ((_other_pair, 20), (_single, 7), (_object, 5)):
        mixture += [make(rng, split) for _ in range(count * share // 100)]
    mixture += [_impersonal(rng, split) for _ in range(count - len(mixture))]
    rng.shuffle(mixture)
    return mixture
