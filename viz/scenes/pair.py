"""Two sentences: what can be chosen, what both Runs are side by side, and what of it is looked at.

Worth knowing: `texts` are those of the page. Words are those of the first sentence, from 0, wherever nothing else is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.evidence.causes.pairs import Alignment, align, candidates, most_moved_candidates, most_moved_word
from model.reading.recorded import EXAMPLES, suggestions
from model.reading.run import Run
from viz.scenes.fields import Field, between_commas, count_from_one, one_of, several, two

if TYPE_CHECKING:
    from viz.scenes.choice import Choice

PROOFS = ("causal", "patching")  # sections that are computed on demand

FIELDS = (
    Field("second", EXAMPLES[1], str, "the sentence to compare with", read=str, widget="second"),
    Field(
        "nouns",
        None,
        tuple[int, int] | None,
        "two words between which a row may move",
        read=lambda value: two(between_commas(count_from_one)(value)),
    ),
    Field("opened", (), tuple[str, ...], "the proofs that were asked for", read=several(one_of(PROOFS))),
)


Runs = tuple[Run, Run]


@dataclass(frozen=True)
class Both:
    """Two Runs side by side, word by word, in the encoder.

    alignment: of the sentences; answers: of the translations. rows: for each sentence (layer, head, query word, key word),
    as shares of `largest`, which is 1 for weights; changes: (layer, head, query, key) first - second, for aligned words that
    `labels` names.
    """

    alignment: Alignment
    answers: Alignment
    rows: tuple[np.ndarray, np.ndarray]
    changes: np.ndarray
    labels: tuple[str, ...]
    largest: float

    @property
    def aligned(self) -> list[int]:
        """The words that have a counterpart in the second sentence."""
        return [one for one, _ in self.alignment.words]

    def text_of(self, word: int) -> str:
        return self.labels[self.aligned.index(word)]


@dataclass(frozen=True)
class Look:
    """What the page shows of two Runs. meaning: of the numbers; word: whose row; nouns: between which it moves."""

    runs: Runs
    both: Both
    meaning: str
    word: int
    nouns: tuple[int, int]
    hide: bool = True

    def text_of(self, word: int) -> str:
        return self.both.text_of(word)

    def shown(self, kinds: Sequence[str], *kept: int) -> list[int]:
        """The places of words that are drawn."""
        return [place for place, kind in enumerate(kinds) if kind == "word" or not self.hide or place in kept]

    def row(self, layer: int, head: int) -> tuple[float, float, float, float]:
        """The weights on both nouns, in the first sentence and in the second."""
        to, (one, other) = dict(self.both.alignment.words), self.both.rows
        first = (one[layer, head, self.word, noun] for noun in self.nouns)
        second = (other[layer, head, to[self.word], to[noun]] for noun in self.nouns)
        return *first, *second


def comparable(runs: Runs) -> bool:
    return align(runs[0].source, runs[1].source).shared


# --- which sentences ---


def known_pairs(model: str) -> list[list[str]]:
    return [pair["sentences"] for pair in suggestions(model).get("pairs", ())] or [list(EXAMPLES[:2])]


def other_half(model: str, text: str) -> str:
    """The other half of a sentence's pair; a sentence that has none stands twice, to be changed."""
    other = [pair[1 - pair.index(text)] for pair in known_pairs(model) if text in pair]
    return (other or [text])[0]


def differing(first: str, second: str) -> str:
    """What tells two sentences apart, as "tired / wide"."""
    lists = [[word.strip(".,;?!") for word in text.split()] for text in (first, second)]
    return " / ".join(" ".join(word for word in one if word not in other) for one, other in (lists, lists[::-1]))


def unaligned(both: Both, runs: Runs) -> tuple[int, int]:
    """How many words each sentence has alone."""
    return tuple(
        sum(place not in {pair[side] for pair in both.alignment.words} for place in range(len(run.source.words)))
        for side, run in enumerate(runs)
    )


# --- what is looked at ---


def word_of(choice: Choice, runs: Runs, both: Both) -> tuple[int, list[str]]:
    """The chosen word if both sentences have it, else "it", else the word whose row moves most; and what to say of that:
    "no_word" where the chosen one is missing, "no_it" where there is none."""
    if choice.word and choice.word - 1 in both.aligned:
        return choice.word - 1, []
    missing = ["no_word"] if choice.word else []
    if runs[0].antecedents and runs[0].antecedents[0].word in both.aligned:
        return runs[0].antecedents[0].word, missing
    return most_moved_word(runs[0].source, both.alignment, both.changes), [*missing, "no_it"]


def nouns_of(choice: Choice, runs: Runs, both: Both, word: int) -> tuple[tuple[int, int], str]:
    """The chosen candidates; else what the model itself says "it" is; else the words between which the row moves most. And
    what to say of it, as for the word."""
    if choice.nouns and all(noun - 1 in both.aligned for noun in choice.nouns):
        return tuple(noun - 1 for noun in choice.nouns), ""
    missing, named = "no_word" if choice.nouns else "", candidates(*runs)
    if named and word == runs[0].antecedents[0].word:
        return named, missing
    return most_moved_candidates(both.alignment, both.changes, word), missing


def opened_head(choice: Choice, both: Both, ranked: Sequence) -> tuple[int, int]:
    """(layer, head) that was chosen, if the model has it; else the one that moves most."""
    layers, heads = both.changes.shape[:2]
    if choice.layer and choice.layer <= layers and heads == 1:
        return choice.layer - 1, 0
    if choice.layer and choice.heads and choice.layer <= layers and choice.heads[0] <= heads:
        return choice.layer - 1, choice.heads[0] - 1
    return ranked[0].layer, ranked[0].head


def hidden_share(run: Run, rows: np.ndarray) -> float:
    """rows: (layer, head, key word). Of all that the rows hold, the share at signs and special tokens."""
    signs = np.array([one.kind != "word" for one in run.source.words])
    return float(rows[..., signs].sum() / (rows.sum() or 1))


def head_name(layer: int, head: int, meaning: str, texts: Mapping) -> str:
    """Rollout has one map a layer, of all heads together."""
    return texts["layer_name" if meaning == "rollout" else "head_name"].format(layer=layer + 1, head=head + 1)
