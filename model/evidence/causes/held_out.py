"""What an intervention does to pronouns, or to what else is measured, over many pairs, beside the same done at random.

Worth knowing: one sentence is an anecdote. Whatever is claimed of a head or an edge is measured here, on pairs whose nouns
never met in training; a pair counts where the network, with nothing done to it, lets the changed word change the pronoun.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from model.evidence.causes.compare import NONSENSE, random_interventions
from model.evidence.causes.interventions import Edge, Intervention, altered
from model.evidence.causes.outcome import Measure
from model.evidence.causes.pairs import align
from model.evidence.causes.questions import (
    PRONOUN,
    Question,
    answer,
    leanings,
    question_of,
    token_log_probabilities,
    translations,
)
from model.language.pronouns import PronounExample, minimal_pairs
from model.language.tokenizer import END
from model.reading.measures import bootstrap, wilson
from model.reading.passes import padded
from model.reading.readers.own import Translator
from model.reading.run import BEAMS, Axis
from model.reading.search import search

CONTROLS = 10  # how often the same is done at random

# P pairs. A kept leaning: log-odds, their sign turned so that they are positive for what was written at first.
# A pair's separation, the sum of its two: how far the changed word moves the log-odds, in nats.


@dataclass(frozen=True)
class Member:
    """One sentence of a pair as the network translates it when nothing is done to it.

    answer: the word it wrote where something is measured ("il" or "elle"); changed: words the other sentence lacks.
    """

    example: PronounExample
    translation: tuple[int, ...]
    question: Question
    answer: str
    axis: Axis
    changed: tuple[int, ...]


@dataclass(frozen=True)
class Pairs:
    """Pairs to measure on. excluded: pairs that were generated too, but a translation has no answer (no il or elle), or both
    have the same."""

    pairs: tuple[tuple[Member, Member], ...]
    excluded: int
    measure: Measure = PRONOUN

    @property
    def members(self) -> list[Member]:
        return [member for pair in self.pairs for member in pair]


def gather(
    translator: Translator, pairs: Sequence[tuple[PronounExample, PronounExample]], measure: Measure = PRONOUN
) -> Pairs:
    """The pairs with their translations; those are kept in which the changed word changes the answer."""
    texts = [example.source for pair in pairs for example in pair]
    found = iter(translations(translator, translator.network, texts))
    made = [members_of(translator, pair, (next(found), next(found)), measure) for pair in pairs]
    kept = tuple(pair for pair in made if pair and pair[0].answer != pair[1].answer)
    return Pairs(kept, len(made) - len(kept), measure)


def generated(translator: Translator, split: str, seed: int, count: int) -> Pairs:
    return gather(translator, minimal_pairs(split, seed, count))


def members_of(translator: Translator, pair: tuple, found: tuple, measure: Measure) -> tuple[Member, Member] | None:
    axes = [translator.source_axis(example.source) for example in pair]
    alignment, members = align(*axes), []
    for example, ids, axis, changed in zip(pair, found, axes, alignment.changed, strict=True):
        asked = question_of(translator, example.source, ids, measure)
        if asked is None:
            return None
        words = tuple(word for word, other in enumerate(changed) if other)
        said = answer(translator, example.source, ids, measure)
        members.append(Member(example, tuple(ids), asked, said, axis, words))
    return tuple(members)


# --- edges by what the words are ---


def edge(name: str) -> Callable[[Translator, Member], Intervention]:
    """An edge that every sentence has, in all heads of all layers.

    name: "it_to_antecedent", "it_to_distractor", "it_to_changed" (the word in which the pair differs), all three in the encoder,
    or "cross_to_it" (from every word of the translation).
    """

    def cut(translator: Translator, member: Member) -> Intervention:
        it = tuple(i for i, token in enumerate(member.axis.tokens) if token.id in translator.it_ids)[:1]
        if name == "cross_to_it":
            return Intervention(edges=(Edge("cross", it),))
        words = {
            "it_to_antecedent": lambda: [noun_in(member.axis, member.example.antecedent)],
            "it_to_distractor": lambda: [noun_in(member.axis, member.example.distractor)],
            "it_to_changed": lambda: member.changed,
        }[name]()
        keys = tuple(i for word in words for i in member.axis.tokens_of(word))
        return Intervention(edges=(Edge("encoder", keys, it),))

    return cut


def noun_in(axis: Axis, noun: str) -> int:
    """The word of a sentence that is this noun, the last one of "washing machine"."""
    return next(i for i, word in enumerate(axis.words) if word.text.lower() == noun.lower().split()[-1])


# --- measuring ---


def in_batches(members: Sequence[Member], size: int = 64) -> Iterator[list[int]]:
    """Indices of members of like length together: padding costs time."""
    order = sorted(range(len(members)), key=lambda i: len(members[i].question.source))
    return (order[start : start + size] for start in range(0, len(order), size))


def kept_leanings(
    translator: Translator, pairs: Pairs, interventions: Sequence[Intervention], means=None
) -> np.ndarray:
    """(P, 2): every sentence's leaning. interventions: one for all sentences, or one for each."""
    members = pairs.members
    result = np.zeros(len(members))
    for rows in in_batches(members):
        chosen = [interventions[i] for i in rows] if len(interventions) > 1 else interventions
        network = altered(translator.network, *chosen, means=means)
        result[rows] = leanings(network, [members[i].question for i in rows])
    signs = np.array([one.question.outcome.side(one.translation[one.question.step]) for one in members])
    return (result * signs).reshape(-1, 2)


def retranslated(
    translator: Translator, pairs: Pairs, interventions: Sequence[Intervention], means=None
) -> list[list[int]]:
    """Every sentence's translation under its intervention, as ids."""
    members, found = pairs.members, {}
    for rows in in_batches(members):
        network = altered(translator.network, *(interventions[i] for i in rows), means=means)
        batch = padded([members[i].question.source for i in rows], translator.device)
        found |= dict(zip(rows, search(network, *batch, BEAMS), strict=True))
    return [found[i] for i in range(len(members))]


def held_out(
    translator: Translator,
    pairs: Pairs,
    intervene: Callable[[Translator, Member], Intervention],
    means=None,
    controls: int = CONTROLS,
) -> dict:
    """What an intervention does over pairs. All rates are shares in [0, 1], separations and changes in nats.

    mean_change: of the separation, with its 95 % bootstrap interval over pairs. flip_rate: pairs in which one translation
    or both, searched for with as many beams as everywhere, have the other answer, with its 95 % Wilson interval;
    sentence_flip_rate: single translations; lost_rate: those left without any; nonsense_rate: see Comparison.
    leaning_flip_rate: as flip_rate, but where the network leans behind the same words. `random` counts that too, and gives
    the 5th, 50th and 95th percentile over random sets.
    """
    members, nothing = pairs.members, [Intervention()]
    done = [intervene(translator, member) for member in members]
    before, after = kept_leanings(translator, pairs, nothing), kept_leanings(translator, pairs, done, means)
    found = retranslated(translator, pairs, done, means)
    answers = [
        answer(translator, one.example.source, ids, pairs.measure) for one, ids in zip(members, found, strict=True)
    ]
    flipped = np.array([new not in ("", one.answer) for one, new in zip(members, answers, strict=True)]).reshape(-1, 2)
    change = (after - before).sum(1)
    low, high = bootstrap(change[:, None])
    return {
        "n": len(pairs.pairs),
        "excluded": pairs.excluded,
        "beams": BEAMS,
        "separation_before": float(before.sum(1).mean()),
        "separation_after": float(after.sum(1).mean()),
        "mean_change": float(change.mean()),
        "interval": [float(low[0]), float(high[0])],
        "flip_rate": float(flipped.any(1).mean()),
        "flip_interval": wilson(int(flipped.any(1).sum()), len(flipped)),
        "sentence_flip_rate": float(flipped.mean()),
        "lost_rate": answers.count("") / len(answers),
        "nonsense_rate": float(np.mean([plausibility(translator, *pair) < NONSENSE for pair in zip(members, found)])),
        "leaning_flip_rate": flip_rate(after),
        "random": at_random(translator, pairs, done, before, means, controls),
    }


def plausibility(translator: Translator, member: Member, target: Sequence[int]) -> float:
    own = token_log_probabilities(translator.network, member.question.source, (*target, END))
    return float(np.exp(own.mean()))


def flip_rate(leaning: np.ndarray) -> float:
    """leaning: (P, 2). The share of pairs of which a sentence leans the other way."""
    return float((leaning < 0).any(1).mean())


def at_random(
    translator: Translator, pairs: Pairs, done: list[Intervention], before: np.ndarray, means, sets: int
) -> dict:
    """The same, in random other heads of the same layers, or to random other words. Empty if there is no other choice."""
    changes, rates = [], []
    for seed in range(sets):
        drawn = [
            random_interventions(translator.network, one, lengths_of(member), 1, seed)
            for one, member in zip(done, pairs.members, strict=True)
        ]
        if not all(drawn):
            return {}
        after = kept_leanings(translator, pairs, [one for (one,) in drawn], means)
        changes.append((after - before).sum(1).mean())
        rates.append(flip_rate(after))
    percentiles = (np.percentile(values, [5, 50, 95]).tolist() for values in (changes, rates))
    return {"sets": sets} | dict(zip(("mean_change", "leaning_flip_rate"), percentiles))


def lengths_of(member: Member) -> dict[str, int]:
    source, prefix = len(member.question.source), len(member.question.prefix)
    return {"encoder": source, "cross": source, "decoder": prefix}
