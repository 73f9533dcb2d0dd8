"""Explore: how the picture is looked at, which the browser answers by itself; and where it starts when nobody has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.reading.place import PARTS
from model.reading.run import Run
from viz.scenes.fields import Field, between_commas, count_from_one, one_of, share, written, yes_or_no
from viz.scenes.models import best_head
from viz.scenes.texts import texts

if TYPE_CHECKING:
    from viz.scenes.choice import Choice

VIEWS = ("lines", "atlas", "matrix")
UNITS = ("words", "tokens")
MEANINGS = ("weights", "moved", "rollout", "gradient")  # of a colour

FIELDS = (
    Field("part", "encoder", str, "the stack whose attention is shown", read=one_of(PARTS)),
    Field("view", "lines", str, "how it is drawn", read=one_of(VIEWS)),
    Field("unit", "words", str, "what a row is", read=one_of(UNITS)),
    Field("threshold", 0.05, float, "the least weight that is drawn, from 0 to 1", read=share),
    Field("hide", True, bool, "whether signs and special tokens are hidden", read=yes_or_no),
    Field("layer", None, int | None, "the layer that is shown", read=count_from_one),
    Field(
        "heads",
        None,
        tuple[int, ...] | None,
        "its heads; () is all of them",
        read=lambda value: () if value == "all" else between_commas(count_from_one)(value),
        write=lambda value: written(value) or "all",
    ),
    Field(
        "word",
        None,
        int | None,
        "the pinned word; 0 is none",
        read=lambda value: 0 if value == "none" else count_from_one(value),
        write=lambda value: str(value) if value else "none",
    ),
    Field("step", None, int | None, "of the translation", read=count_from_one),
    Field("meaning", "weights", str, "of a colour", read=one_of(MEANINGS)),
)


def state(run: Run, choice: Choice) -> dict:
    """The Choice as it stands, what the explorer starts from where nothing was chosen, and its texts."""
    suggested, usual = {part: suggestion(run, part) for part in run.maps}, type(choice)
    return {
        "choice": view_state(choice, suggested),
        "defaults": view_state(usual(part=choice.part), suggested) | {"part": usual.part},
        "suggested": suggested,
        "strings": texts(choice.lang)["explorer"],
    }


def suggestion(run: Run, part: str) -> dict:
    """Where to look first: all heads of the last layer; in the encoder at *it*, with the head that follows *it* best."""
    start = {"layer": run.maps[part].layers, "heads": [], "word": None}
    if part != "encoder":
        return start
    if head := best_head(run.model):
        start |= {"layer": head["layer"] + 1, "heads": [head["head"] + 1]}
    return start | {"word": run.antecedents[0].word if run.antecedents else None}


def view_state(choice: Choice, suggested: dict[str, dict]) -> dict:
    """The parts of a Choice that the browser answers by itself. Words and steps count from 0 here, layers and heads from 1."""
    first = suggested.get(choice.part, {})
    return {
        "part": choice.part,
        "view": choice.view,
        "unit": choice.unit,
        "threshold": choice.threshold,
        "hide": choice.hide,
        "layer": first.get("layer") if choice.layer is None else choice.layer,
        "heads": first.get("heads", []) if choice.heads is None else list(choice.heads),
        "word": first.get("word") if choice.word is None else choice.word - 1 if choice.word else None,
        "step": None if choice.step is None else choice.step - 1,
        "meaning": choice.meaning,
    }
