"""The generated pronoun corpus: English sentences with one "it", French ones whose il or elle shows what it stands for.

    python -m model.language.pronouns --split test --count 1000 --seed 0 --version 2 --out pairs.tsv
    python -m model.language.pronouns --check --version 2

A minimal pair differs in one English word or phrase ("too tired" / "too wide"); its sentences point at nouns of different
gender. Worth knowing: every draw is made in a fixed order, so that a draw added or moved changes every sentence after it.
Which nouns meet is in families.py, how a sentence is built in sentences.py, the words and their grammar in french.py.
"""

import argparse
import csv
import random
import re
from dataclasses import replace
from itertools import cycle, islice

from model.language.check import problems
from model.language.families import NOTHING, SPLITS, Family, draw_situation, split_of
from model.language.french import VERSIONS, Clause, capitals, elided, grammar, noun_phrase, polished
from model.language.objects import object_pair
from model.language.sentences import PronounExample, compatible, draw_clause, draw_phrase, fill, fits, sentences


def _minimal_pair(words, rng, split):
    while True:
        family, clause, noun, other = draw_situation(words, rng, split, same_gender=False)
        first, second = rng.choice(family.says_noun), rng.choice(family.says_other)
        relation = rng.choice(clause.relations)
        if compatible(first, second, words.version) and fits(first, relation) and fits(second, relation):
            members = ((noun, other, first), (other, noun, second))
            return tuple(sentences(words, rng, family, clause, noun, other, members, relation))


def minimal_pairs(split: str, seed: int, count: int, version: int = 1) -> list[tuple[PronounExample, PronounExample]]:
    """count different pairs that differ in one word, with antecedent and distractor swapped and the other pronoun.

    version: of the grammar. Depends on its arguments only. Raises ValueError for an unknown split or a negative count.
    """
    _check(split, count)
    words, rng, pairs = grammar(version), random.Random(seed), {}
    while len(pairs) < count:
        pair = _minimal_pair(words, rng, split)
        pairs.setdefault(frozenset(one.source for one in pair), pair)
    return list(pairs.values())


def _check(split, count):
    if split not in SPLITS:
        raise ValueError(f"split must be one of {', '.join(SPLITS)}; got {split!r}")
    if count < 0:
        raise ValueError(f"count must be 0 or more; got {count}")


# --- the rest of the mixture ---


def _other_pair(words, rng, split, pronoun):
    """A sentence on its own: nouns of one gender, or a predicate of several words that no pair can have."""
    while True:
        family, clause, noun, other = draw_situation(words, rng, split, rng.random() < 0.6)
        swap = rng.random() < 0.5
        meant, rival = (other, noun) if swap else (noun, other)
        predicate, relation = rng.choice(family.says_other if swap else family.says_noun), rng.choice(clause.relations)
        if meant.pronoun == pronoun and fits(predicate, relation):
            return next(sentences(words, rng, family, clause, noun, other, ((meant, rival, predicate),), relation))


def _single(words, rng, split, pronoun):
    """One noun only."""
    _, english, french, tense = rng.choice(words.rows("single", "single"))
    kind, own, *_ = rng.choice(words.rows("kinds", "kind"))
    noun = rng.choice([noun for noun in words.nouns_called(kind) if noun.pronoun == pronoun])
    predicate = rng.choice(words.predicates_called(own.split()))
    clause, family = Clause(english, french, tense, ("alone",)), Family("single", (), (), (), (), (), True)
    return next(sentences(words, rng, family, clause, noun, NOTHING, ((noun, NOTHING, predicate),), "alone"))


def _object(words, rng, split, pronoun):
    """The girl takes the apple and eats it: le or la, in the present, where it shows."""
    while True:
        _, both, english, french, *_ = rng.choice(words.templates["object"])
        wanted, _, beside = both.partition(";")
        noun = rng.choice(words.nouns_called(wanted))
        other = rng.choice(words.nouns_called(beside)) if beside else NOTHING
        if noun.pronoun == pronoun and noun != other and (not beside or split_of(noun.english, other.english) == split):
            break
    person, person_french, *_ = rng.choice(words.rows("person", "3s"))
    phrase = draw_phrase(words, rng, noun, "doesn't" in english)
    rival = draw_phrase(words, rng, other) if beside else ("", "")
    source = f"{person} {fill(english, phrase[0], rival[0], '')}."
    french = re.sub(r"\{l\} (?=[aeiouéèêâîô])", "l'", french)
    target = polished(f"{person_french} {fill(french, phrase[1], rival[1], '')}.")
    target = target.replace("{l}", "la" if noun.feminine else "le")  # after de le = du
    target = target if words.version == 1 else elided(target)
    return PronounExample(capitals(source), target, noun.english, other.english, pronoun, "object")


def _impersonal(words, rng, split):
    """It stands for nothing: weather, time, "it is easy to", also around clauses with nouns it could be taken for."""
    row, _, english, french, wanted = rng.choice(words.templates["impersonal"])
    if row == "to":
        phrase = noun_phrase(rng.choice(words.nouns_called(wanted)), "the")
        english, french = english.replace("{N}", phrase[0]) + ".", french.replace("{N}", phrase[1]) + "."
    elif row != "fixed":
        english, french = _impersonal_and_clause(words, rng, split, row, (english, french))
    french = polished(french) if words.version == 1 else elided(polished(french))
    return PronounExample(capitals(english), french, "", "", "il", f"impersonal_{row}")


def _impersonal_and_clause(words, rng, split, row, impersonal):
    clause = None
    perfect = words.version > 1 and row == "when"  # "It was late when the dog has crossed" is no English
    while (
        not clause
        or clause.tense != "past"
        or clause.relations != ("because",)
        or (perfect and re.search(r"\b(has|have|had)\b", clause.english))
    ):
        _, clause, noun, other = draw_situation(words, rng, split, rng.random() < 0.5)
    main = draw_clause(words, rng, clause, noun, other, may_open=False)
    link, french_link = {"when": (" when", " quand"), "that": ("", ""), "cause": (" because", " parce que")}[row]
    first, second = (main, impersonal) if row == "cause" else (impersonal, main)
    return f"{first[0]}{link} {second[0]}.", f"{first[1]}{french_link} {second[1]}."


def examples(split: str, seed: int, count: int, version: int = 1) -> list[PronounExample]:
    """60 % in minimal pairs, 20 % other pairs of nouns, 7 % one noun, 5 % object, 8 % "it rains"; version 2: see WIDER.

    Every kind of personal sentence has as many il as elle. Depends on its arguments only; raises as minimal_pairs does.
    """
    _check(split, count)
    words, rng = grammar(version), random.Random(seed)
    if version > 1:
        mixture = _wider_mixture(words, rng, split, seed, count)
    else:
        mixture = [one for pair in minimal_pairs(split, seed, count * 30 // 100) for one in pair]
        mixture += _alternating(words, rng, split, count, ((_other_pair, 20), (_single, 7), (_object, 5)))
    mixture += [_impersonal(words, rng, split) for _ in range(count - len(mixture))]
    rng.shuffle(mixture)
    return mixture


def _alternating(words, rng, split, count, kinds):
    """As many il as elle of each kind (how it is made, percent)."""
    for make, share in kinds:
        yield from (make(words, rng, split, pronoun) for pronoun in islice(cycle(("il", "elle")), count * share // 100))


# --- what only version 2 has ---

# Percent: 42 + 8 in minimal pairs; what is left, 12, is impersonal.
WIDER = ((_other_pair, 24), (_single, 8), (_object, 6))
IN_PAIRS, OBJECT_PAIRS = 42, 8


def _wider_mixture(words, rng, split, seed, count):
    pairs = minimal_pairs(split, seed, count * IN_PAIRS // 200, words.version)
    pairs += [object_pair(words, rng, split) for _ in range(count * OBJECT_PAIRS // 200)]
    alone = ((one,) for one in _alternating(words, rng, split, count, WIDER))
    return [one for alike in (*pairs, *alone) for one in _as_typed(rng, alike)]


def _as_typed(rng, alike: tuple[PronounExample, ...]) -> tuple[PronounExample, ...]:
    """Now and then as people type, 1 % each: in capitals, or without the last full stop; both languages alike."""
    chance = rng.random()
    if chance < 0.01:
        return tuple(replace(one, source=one.source.upper(), target=one.target.upper()) for one in alike)
    if chance < 0.02 and all(one.source[-1] == one.target[-1] == "." for one in alike):
        return tuple(replace(one, source=one.source[:-1], target=one.target[:-1]) for one in alike)
    return alike


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
    parser.add_argument("--version", type=int, choices=VERSIONS, default=1, help="of the grammar")
    parser.add_argument("--check", action="store_true", help="print what is wrong with the tables, and write nothing")
    parser.add_argument("--out")
    arguments = parser.parse_args()
    if arguments.check:
        print("\n".join(problems(arguments.version)) or "no problems")
        return
    if not arguments.out:
        parser.error("--out names the file to write")
    write_tsv(minimal_pairs(arguments.split, arguments.seed, arguments.count, arguments.version), arguments.out)


if __name__ == "__main__":
    main()
