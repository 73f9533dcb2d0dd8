"""What the two evidence pages ask of the model, shared between people and kept by names.

Worth knowing: a patching fills in step by step, and whoever looks at it takes the next step; nobody else has to wait for the
whole of it.
"""

import threading
from collections.abc import Iterator

import streamlit as st

from model.evidence.causes.pairs import align, difference
from model.reading.place import Link, Place
from model.reading.run import Run
from viz.scenes.pair import Both
from viz.scenes.switch import tokens_of_link
from viz.session import caches, stacks

# --- two sentences ---


@st.cache_resource(show_spinner=False, max_entries=128)
def both(model: str, first: str, second: str, beams: int, meaning: str, _runs: tuple[Run, Run]) -> Both:
    numbers = [stacks.encoder_words(run, meaning) for run in _runs]
    shares = meaning in ("weights", "rollout")
    largest = 1.0 if shares else float(max(one.max() for one in numbers)) or 1.0
    rows = tuple(one / largest for one in numbers)
    found = difference(*(run.maps["encoder"] for run in _runs), rows)
    answers = align(_runs[0].target, _runs[1].target)
    return Both(align(_runs[0].source, _runs[1].source), answers, rows, found.values, found.queries, largest)


@st.cache_resource(show_spinner=False, max_entries=256)
def left_to_right(model: str, first: str, second: str, word: int):
    from model.evidence.causes.left_to_right import left_to_right

    with caches.GATE:
        return left_to_right(caches.translator(model), first, second, word)


class Filling:
    """A patching under way. effects: what is known so far, (part, layer, head or None, effect)."""

    def __init__(self, patching):
        self.patching, self.effects = patching, []
        self.coming, self.lock = patching.effects(), threading.Lock()

    def fill(self) -> Iterator[list]:
        """The effects so far, after each step until all are there. A step is one layer: its heads, then all of them."""
        if len(self.effects) == self.patching.steps:
            yield self.effects
        while len(self.effects) < self.patching.steps:
            with self.lock, caches.GATE:
                for effect in self.coming:
                    self.effects.append((effect.part, effect.layer, effect.head, effect.effect))
                    if effect.head is None:
                        break
            yield self.effects


@st.cache_resource(show_spinner=False, max_entries=64)
def filling(model: str, first: str, second: str, beams: int, _runs: tuple[Run, Run]) -> Filling:
    from model.evidence.causes.patching import patching

    with caches.GATE:
        return Filling(patching(caches.translator(model), *_runs))


def writes_pronoun(model: str, run: Run) -> bool:
    """Whether the translation has the il or elle of "it", where the leaning can be read."""
    from model.evidence.causes.questions import question

    return question(caches.translator(model), run) is not None


# --- something done to the network ---


@st.cache_resource(show_spinner=False)
def mean_values(model: str):
    from model.evidence.causes.compare import mean_values

    with caches.GATE:
        return mean_values(caches.translator(model))


@st.cache_resource(show_spinner=False, max_entries=256)
def comparison(model: str, text: str, beams: int, off: tuple[Place, ...], how: str, cut: tuple[Link, ...], _run: Run):
    """The Comparison of a Run before and after. off, cut: as in a Choice, and all of them there."""
    from model.evidence.causes.compare import compare
    from model.evidence.causes.interventions import Edge, Intervention

    edges = tuple(Edge(link.part, *tokens_of_link(_run, link), link.layer, link.head) for link in cut)
    means = mean_values(model) if off and how == "mean" else None
    with caches.GATE:
        return compare(caches.translator(model), _run, Intervention(off, how, edges), means=means)
