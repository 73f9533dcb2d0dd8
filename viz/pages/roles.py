"""What every head of a model does: read from beside its weights, or measured here while somebody waits.

Worth knowing: a measurement is shared. Who comes while it runs watches the same one, and whoever opens the atlas afterwards
finds its marks there.
"""

import re
import threading
from collections.abc import Callable

import streamlit as st

from model.evidence.roles.rows import Heads, ScoreRow
from model.reading.place import Place
from model.reading.recorded import measured_heads
from viz.figures import colours as palette
from viz.pages import session

OTHERWISE = ("long_distance", "semantic")  # scores that are no shares: words, and a correlation
GROUPS = ("grammar", "semantic", "long_distance", "position", "rest")  # "none" is no clear role


class Measurement:
    """What the heads of a model do, once it is known; before that, None."""

    def __init__(self, model: str):
        self.model, self.lock = model, threading.Lock()
        self.result = shipped(model)

    def measure(self, tick: Callable[[int, int], None]) -> None:
        """Measures, unless somebody has by now. tick is called with sentences done, and how many there are."""
        from model.evidence.roles.heads import head_roles

        with self.lock:
            if self.result is None:
                self.result = head_roles(session.translator(self.model), progress=tick)


def shipped(model: str) -> Heads | None:
    """What stands beside the weights; None where there is nothing, or something an older version wrote."""
    try:
        return Heads.of(measured_heads(model))
    except (KeyError, TypeError, ValueError):
        return None


@st.cache_resource(show_spinner=False)
def measurement(model: str) -> Measurement:
    return Measurement(model)


def by_part(model: str, lang: str) -> dict[str, list]:
    """For the atlas: by part, head after head and layer after layer, [name of its role, group]; empty if not measured."""
    found, words = measurement(model).result, session.strings(lang)["heads"]["roles"]
    rows = sorted(found.rows if found else (), key=lambda row: row.place[1:])
    parts = dict.fromkeys(row.place.part for row in rows)
    return {part: [[words[row.label], row.group] for row in rows if row.place.part == part] for part in parts}


def groups(lang: str) -> dict[str, list[str]]:
    """[name, letter] of each group."""
    words = session.strings(lang)["heads"]
    return {group: [words["groups"][group], words["letters"][group]] for group in GROUPS}


def colours(group: str) -> tuple[str, str]:
    """On light paper and on dark."""
    return palette.GROUPS[group], palette.DARK_GROUPS[group]


# --- how things are called; words: the strings of the page, with the names of the parts under "parts" ---


def head_name(words: dict, place: Place) -> str:
    part, layer, head = place
    return words["head_name"].format(part=words["parts"][part], layer=layer + 1, head=head + 1)


def score_name(words: dict, name: str) -> str:
    return words["scores"].get(name) or words["roles"][name]


def rule_name(words: dict, score: ScoreRow) -> str:
    """What a baseline is, in words: "offset +1", "word 2 from the end"; a rule that has none here keeps its own."""
    rule = score.rule
    number = re.search(r"[+-]?\d+", rule)
    name = "_".join(re.sub(r"[+-]?\d+", "", rule).split())
    return words["rules"].get(name, rule).format(number=number and number[0])


def nearness(score: ScoreRow) -> tuple:
    """To sort by: passing scores first, then those nearest to their threshold."""
    return not score.passes, -(score.value - (score.threshold or 2))
