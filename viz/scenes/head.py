"""Inside one head: what can be chosen, the head and the tokens that are followed, and what was worked out for them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.reading.place import PARTS
from model.reading.run import Axis, Run
from viz.figures.head import kept_keys
from viz.scenes.fields import Field, count_from_one, one_of
from viz.scenes.models import best_head

if TYPE_CHECKING:
    from model.inside.head import Steps
    from viz.scenes.choice import Choice

CHANGES = ("none", "unscaled", "temperature", "unmasked", "unplaced")
TEMPERATURES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)

FIELDS = (
    Field("query", None, int | None, "the token that asks", read=count_from_one),
    Field("key", None, int | None, "and the one that answers", read=count_from_one),
    Field("change", "none", str, "what the head does otherwise than the model", read=one_of(CHANGES)),
    Field("temperature", 2.0, float, "of the softmax, where that is changed", read=one_of(TEMPERATURES, float)),
)

Missing = list[tuple[str, int]]  # what the address asked for in vain, counted from 1


# --- what was asked for, and what there is ---


@dataclass(frozen=True)
class Spot:
    """Where to look, counted from 0: a head, and the row of the token that asks."""

    part: str
    layer: int
    head: int
    row: int

    @property
    def names(self) -> tuple[str, int, int, int]:
        return self.part, self.layer, self.head, self.row


def spot_of(run: Run, choice: Choice) -> tuple[Spot, Missing]:
    """The head and the token that the Choice names; what is not there is replaced by what the page suggests, and named."""
    part = choice.part if choice.part in run.maps else next(part for part in PARTS if part in run.maps)
    maps, best, missing = run.maps[part], best_head(run.model), []
    if part != "encoder" or not best or best["layer"] >= maps.layers or best["head"] >= maps.heads:
        best = {"layer": maps.layers - 1, "head": 0}

    def among(count: int, wanted: int | None, usual: int, what: str) -> int:
        if wanted is None:
            return usual
        if wanted <= count:
            return wanted - 1
        missing.append((what, wanted))
        return usual

    layer = among(maps.layers, choice.layer, best["layer"], "layer")
    number = among(maps.heads, choice.heads[0] if choice.heads else None, best["head"], "head")
    row = among(len(maps.query_axis), choice.query, usual_row(run, part, choice), "word")
    return Spot(part, layer, number, row), missing


def usual_row(run: Run, part: str, choice: Choice) -> int:
    """The word pinned in Explore; else *it*; else the last word."""
    axis = run.maps[part].query_axis
    if choice.word and choice.word <= len(axis.words):
        return axis.tokens_of(choice.word - 1)[0]
    if part == "encoder" and run.antecedents:
        return axis.tokens_of(run.antecedents[0].word)[0]
    return max((i for i, token in enumerate(axis.tokens) if axis.words[token.word].kind == "word"), default=0)


def change_of(choice: Choice, part: str) -> tuple[str, float]:
    """What is changed, for only the decoder has a mask to take off; and the temperature of the softmax."""
    change = "none" if choice.change == "unmasked" and part != "decoder" else choice.change
    return change, choice.temperature if change == "temperature" else 1.0


def changes_in(part: str) -> list[str]:
    return [name for name in CHANGES if name != "unmasked" or part == "decoder"]


# --- what was worked out ---


@dataclass(frozen=True)
class Worked:
    """One head and one token that asks, worked through. own: as the model does it; changed: with one thing changed.

    keys: the tokens that answer; query: the one that asks, and stands_at where it stands: to write a word the decoder stands at
    the word before it. key: the answer that is followed; kept: the answers that are drawn.
    heat: the temperature of the softmax, 1 where it is not changed.
    """

    spot: Spot
    change: str
    heat: float
    own: Steps
    changed: Steps
    keys: list[str]
    query: str
    stands_at: str
    key: int
    kept: list[int]

    @property
    def variants(self) -> tuple[Steps, ...]:
        return (self.own, self.changed) if self.change != "none" else (self.own,)

    @property
    def shown(self) -> Steps:
        """The one whose numbers stand in the formulas."""
        return self.variants[-1]

    def differs(self, values) -> bool:
        """Whether the change has reached this step."""
        return self.change != "none" and not np.array_equal(values(self.own), values(self.changed))


def worked(run: Run, choice: Choice, spot: Spot, steps: tuple[Steps, Steps]) -> tuple[Worked, Missing]:
    """What the page shows. steps: as the model does it, and changed."""
    own, changed = steps
    maps, wanted = run.maps[spot.part], choice.key
    keys, query = token_texts(maps.key_axis), maps.query_axis.tokens[spot.row].text
    stands_at = query if spot.part == "encoder" else run.maps["decoder"].key_axis.tokens[spot.row].text
    here = bool(wanted and wanted <= len(keys))
    key = wanted - 1 if here else int(own.weights.argmax())
    kept = kept_keys(np.maximum(own.weights, changed.weights), keep=(key,))
    missing = [("word", wanted)] if wanted and not here else []
    change = change_of(choice, spot.part)
    return Worked(spot, *change, own, changed, keys, query, stands_at, key, kept), missing


def token_texts(axis: Axis) -> list[str]:
    return [token.text for token in axis.tokens]


def as_csv(work: Worked) -> str:
    """One line a key: product, score and weight, as the model does it and changed."""
    out = io.StringIO()
    writer = csv.writer(out)
    names = ("product", "score", "weight")
    changed = [f"{name}_{work.change}" for name in names if work.change != "none"]
    writer.writerow(["place", "key", *names, *changed])
    for place, text in enumerate(work.keys):
        numbers = [row[place] for steps in work.variants for row in (steps.products, steps.scores, steps.weights)]
        writer.writerow([place + 1, text, *(f"{value:.9g}" for value in numbers)])
    return out.getvalue()
