"""What the two evidence pages ask of the model, kept by names; and the marks that both of them write.

Worth knowing: everything here is made once and shared. A patching fills in step by step, and whoever looks at it takes the
next step; nobody else has to wait for the whole of it.
"""

import csv
import io
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from model.evidence.causes.pairs import Alignment, align, difference
from model.reading.place import Link, Place
from model.reading.run import Run
from viz.pages import session, stacks

STYLE = Path(__file__).parent / "evidence.css"


# --- two sentences ---


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


def comparable(runs: tuple[Run, Run]) -> bool:
    return align(runs[0].source, runs[1].source).shared


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

    with session.GATE:
        return left_to_right(session.translator(model), first, second, word)


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
            with self.lock, session.GATE:
                for effect in self.coming:
                    self.effects.append((effect.part, effect.layer, effect.head, effect.effect))
                    if effect.head is None:
                        break
            yield self.effects


@st.cache_resource(show_spinner=False, max_entries=64)
def filling(model: str, first: str, second: str, beams: int, _runs: tuple[Run, Run]) -> Filling:
    from model.evidence.causes.patching import patching

    with session.GATE:
        return Filling(patching(session.translator(model), *_runs))


def writes_pronoun(model: str, run: Run) -> bool:
    """Whether the translation has the il or elle of "it", where the leaning can be read."""
    from model.evidence.causes.questions import question

    return question(session.translator(model), run) is not None


# --- something done to the network ---


@st.cache_resource(show_spinner=False)
def mean_values(model: str):
    from model.evidence.causes.compare import mean_values

    with session.GATE:
        return mean_values(session.translator(model))


@st.cache_resource(show_spinner=False, max_entries=256)
def comparison(model: str, text: str, beams: int, off: tuple[Place, ...], how: str, cut: tuple[Link, ...], _run: Run):
    """The Comparison of a Run before and after. off, cut: as in a Choice, and all of them there."""
    from model.evidence.causes.compare import compare
    from model.evidence.causes.interventions import Edge, Intervention

    edges = tuple(Edge(link.part, *tokens_of_link(_run, link), link.layer, link.head) for link in cut)
    means = mean_values(model) if off and how == "mean" else None
    with session.GATE:
        return compare(session.translator(model), _run, Intervention(off, how, edges), means=means)


def tokens_of_link(run: Run, link: Link) -> tuple[tuple[int, ...], tuple[int, ...] | None]:
    """The tokens of both words: keys, and queries or None for all of them."""
    axes = run.maps[link.part]
    queries = None if link.query is None else tuple(axes.query_axis.tokens_of(link.query))
    return tuple(axes.key_axis.tokens_of(link.key)), queries


def has_link(run: Run, link: Link) -> bool:
    """Whether both words of a link are there, with tokens to cut, and the head if it names one."""
    axes = run.maps[link.part]
    fits = (link.query or 0) < len(axes.query_axis.words) and link.key < len(axes.key_axis.words)
    fits &= link.place is None or has_head(run, link.place)
    return fits and all(tokens != () for tokens in tokens_of_link(run, link))


def has_head(run: Run, place: Place) -> bool:
    return place.layer < run.maps[place.part].layers and place.head < run.maps[place.part].heads


def all_heads(run: Run) -> tuple[Place, ...]:
    return tuple(
        sorted(
            Place(part, layer, head)
            for part, maps in run.maps.items()
            for layer in range(maps.layers)
            for head in range(maps.heads)
        )
    )


def pronoun(run: Run) -> int | None:
    """The word of the translation that holds the il or elle of "it"."""
    from model.evidence.causes.pronoun import pronoun_step

    step = pronoun_step(run.text, run.target)
    return None if step is None else run.target.tokens[step].word


def pronoun_text(run: Run) -> tuple[str, str]:
    """il, elle or nothing, and its probability in percent."""
    from model.evidence.causes.pronoun import pronoun_step

    step = pronoun_step(run.text, run.target)
    if step is None:
        return "", ""
    return run.target.tokens[step].text.strip().lower(), session.percent(run.probabilities[step])


# --- marks on the page ---


def plain(text: str) -> str:
    """A text as it is, where Streamlit would read Markdown: a typed "![](address)" must not fetch anything."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)  # every ASCII sign


def signed(number: float, digits: int = 1) -> str:
    """A number with its sign, a real minus among them."""
    return f"{round(number, digits) + 0:+.{digits}f}".replace("-", "−")


def word_probabilities(run: Run, log_p: Sequence[float] | None = None) -> list[float]:
    """One for each word of the translation: the product over its tokens. log_p: of the tokens, if not the Run's own."""
    own = np.exp(log_p) if log_p is not None else np.array(run.probabilities)
    return [float(np.prod(own[run.target.tokens_of(word)])) for word in range(len(run.target.words))]


def translation_html(label: str, run: Run, probabilities: Sequence[float], changed: Sequence[bool]) -> str:
    """A translation with a bar and a percentage under each word; changed words are marked, the pronoun is framed."""
    here = pronoun(run)
    spans = []
    for place, (word, probability) in enumerate(zip(run.target.words, probabilities, strict=True)):
        if word.kind == "special":
            continue
        kinds = ["mj-changed"] * bool(changed[place]) + ["mj-framed"] * (place == here)
        spans.append(
            f'<span class="mj-out {" ".join(kinds)}"><span dir=auto>{escape(word.text)}</span>'
            f'<span class=mj-share><i style="width:{100 * probability:.0f}%"></i></span>'
            f"<small>{session.percent(probability)}</small></span>"
        )
    return f"<div class=mj-answer><span class=mj-of>{escape(label)}</span><div lang=fr>{''.join(spans)}</div></div>"


def csv_button(label: str, name: str, header: Sequence[str], rows: Sequence[Sequence], key: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    st.download_button(
        label,
        data=text.getvalue(),
        file_name=name,
        mime="text/csv",
        key=key,
        type="tertiary",
        icon=":material/download:",
    )
