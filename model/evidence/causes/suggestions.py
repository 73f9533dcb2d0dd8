"""Which heads carry *it*: found on generated validation pairs by really switching them off, reported on test pairs.

Worth knowing: a set is grown one head at a time, always by the head whose removal, not an estimate of it, makes the
wrong pronoun most probable. What is reported comes from other sentences, whose nouns never met in the ones searched on.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from model.evidence.causes.compare import compare
from model.evidence.causes.held_out import (
    Member,
    Pairs,
    edge,
    flip_rate,
    gather,
    generated,
    held_out,
    kept_leanings,
)
from model.evidence.causes.interventions import Intervention, all_heads
from model.evidence.causes.pairs import candidates, shifts
from model.language.pronouns import PronounExample
from model.reading.place import Place
from model.reading.readers.own import Translator
from model.reading.recorded import EXAMPLES, fingerprint

LARGEST = 6  # heads in a set
SEARCHED = 24  # heads that the search tries to add: those that change most alone
ENOUGH = 0.95  # of what the largest set flips; the smallest set that flips as much is taken
SEARCH = ("validation", 5, 60)  # split, seed and number of the pairs to search on
TEST = ("test", 11, 150)  # of those to report on
TO_TRY = ("test", 21, 200)  # of those among which ten are chosen to try
EDGES = ("it_to_antecedent", "it_to_distractor", "it_to_changed", "cross_to_it")
CLASSIC = tuple(
    PronounExample(text, "", noun, other, pronoun, "classic")
    for text, noun, other, pronoun in zip(EXAMPLES, ("animal", "street"), ("street", "animal"), ("il", "elle"))
)


# --- the search ---


def strongest(translator: Translator, pairs: Pairs, how: str = "zero") -> list[Place]:
    """All heads, that which leaves least of the separation when switched off alone first."""
    left = {
        head: kept_leanings(translator, pairs, [Intervention((head,), how)]).sum(1).mean()
        for head in all_heads(translator.network)
    }
    return sorted(left, key=left.get)


def grow(translator: Translator, pairs: Pairs, heads: Sequence[Place], how: str = "zero", largest: int = LARGEST):
    """Sets of 1 to `largest` heads, each the last one and one more: that after which the wrong pronoun is most probable.

    Yields each set with what it did on these pairs; the last is that after which every pair leans wrongly somewhere.
    """
    chosen, rate = (), 0.0
    while len(chosen) < min(largest, len(heads)) and rate < 1:
        tried = {
            head: kept_leanings(translator, pairs, [Intervention((*chosen, head), how)])
            for head in heads
            if head not in chosen
        }
        best = max(tried, key=lambda head: wrong_probability(tried[head]))
        chosen, rate = (*chosen, best), flip_rate(tried[best])
        yield chosen, {"separation": float(tried[best].sum(1).mean()), "leaning_flip_rate": rate}


def wrong_probability(leaning: np.ndarray) -> float:
    """leaning: (pair, 2). Of il and elle, the probability of the one not written at first, in the worse sentence of a pair."""
    return float((1 / (1 + np.exp(leaning.min(1)))).mean())


# --- pairs to try ---


def pairs_to_try(translator: Translator, heads: Intervention, count: int = 10, words: int = 13) -> list[dict]:
    """The classic pair, then test pairs that show most: pronouns right, the most certain first, all of them different.

    Different: no noun, changed word or template twice. Of each is kept what switching the heads off does, whatever it is.
    """
    classic = gather(translator, [CLASSIC])
    pairs = generated(translator, *TO_TRY)
    certain = kept_leanings(translator, pairs, [Intervention()]).min(1)
    chosen = list(classic.pairs)
    for number in (-certain).argsort():
        pair = pairs.pairs[number]
        if len(chosen) < count and right(pair, words) and not any(alike(pair, other) for other in chosen):
            chosen.append(pair)
    return [pair_record(translator, pair, heads) for pair in chosen]


def right(pair: tuple[Member, Member], words: int) -> bool:
    """Whether both pronouns are those the generator wrote, behind the same words, in sentences to be read at a glance."""
    same = pair[0].question.prefix == pair[1].question.prefix
    return same and all(
        one.answer == one.example.pronoun and len(one.axis.words) <= words + 2 for one in pair
    )  # "." and </s>


def alike(pair: tuple[Member, Member], other: tuple[Member, Member]) -> bool:
    return bool(marks(pair) & marks(other))


def marks(pair: tuple[Member, Member]) -> set[str]:
    changed = {one.axis.words[word].text for one in pair for word in one.changed}
    return changed | {pair[0].example.antecedent, pair[0].example.distractor, pair[0].example.template}


def pair_record(translator: Translator, pair: tuple[Member, Member], heads: Intervention) -> dict:
    """A pair with its translations, the head whose row of "it" moves most, and what switching the heads off does."""
    done = [compare(translator, one.example.source, heads, random_sets=0) for one in pair]
    runs = [one.before for one in done]
    nouns = candidates(*runs)
    moves = shifts(*runs, runs[0].antecedents[0].word, nouns)[0] if nouns else None
    return {
        "sentences": [one.example.source for one in pair],
        "nouns": [one.example.antecedent for one in pair],
        "pronouns": [one.answer for one in pair],
        "translations": [run.translation for run in runs],
        "before": [one.log_odds and one.log_odds[0] for one in done],
        "after": [one.log_odds and one.log_odds[1] for one in done],
        "translations_after": [one.after.translation for one in done],
        "head": moves and Place("encoder", moves.layer, moves.head).record | {"flip": moves.flip},
    }


# --- all of it ---


def suggest(translator: Translator, progress=lambda line: None) -> dict:
    """What a page and the command line need: heads that carry *it*, how they were found, what they do elsewhere, pairs.

    encoder: the same, when only heads of the encoder may be taken. edges: the same measured for edges, which says what else
    decides the pronoun.
    """
    searched, tested = generated(translator, *SEARCH), generated(translator, *TEST)
    order = strongest(translator, searched)
    result = carried(translator, searched, tested, order[:SEARCHED], progress)
    encoder = [head for head in order if head.part == "encoder"]
    result["encoder"] = carried(translator, searched, tested, encoder[:SEARCHED], progress)
    result["edges"] = {}
    for name in EDGES:
        result["edges"][name] = held_out(translator, tested, edge(name))
        progress(f"{name}: {result['edges'][name]}")
    result["test"] = {"split": TEST[0], "seed": TEST[1]}
    heads = Intervention(tuple(map(Place.of, result["heads"])))
    result["pairs"] = pairs_to_try(translator, heads)
    return result


def carried(translator: Translator, searched: Pairs, tested: Pairs, heads: Sequence[Place], progress) -> dict:
    """The smallest set of these heads that flips nearly as many pairs as the largest, and what it does on other pairs."""
    path = []
    for chosen, done in grow(translator, searched, heads):
        path.append((chosen, done))
        progress(f"{[tuple(head) for head in chosen]}: {done}")
    most = max(done["leaning_flip_rate"] for _, done in path)
    chosen = next(some for some, done in path if done["leaning_flip_rate"] >= ENOUGH * most)
    measured = held_out(translator, tested, lambda *_: Intervention(chosen))
    progress(f"held out: {measured}")
    return {
        "heads": [head.record for head in chosen],
        "how": "zero",
        "held_out": measured,
        "search": {
            "split": SEARCH[0],
            "seed": SEARCH[1],
            "n": len(searched.pairs),
            "excluded": searched.excluded,
            "separation_before": float(kept_leanings(translator, searched, [Intervention()]).sum(1).mean()),
            "path": [{"heads": [head.record for head in some]} | done for some, done in path],
        },
    }


def write(translator: Translator, path: Path, progress=lambda line: None) -> dict:
    """The suggestions for a checkpoint, with the command that makes them and the weights they belong to."""
    found = {
        "model": translator.name,
        "command": f"python -m model.evidence.causal --model {translator.name} --suggest --out {path}",
        "fingerprint": fingerprint(translator.name),
    } | suggest(translator, progress)
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return found
