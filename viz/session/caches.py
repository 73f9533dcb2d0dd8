"""What is shared between people: networks, Runs, and whatever was worked out of them.

Worth knowing: a Run is the same for everybody who asks for the same model and text, so it is made once and shared, and every
cache is keyed by names, never by arrays. What a cache gives out is read, never changed: that is why nothing is copied on the
way.
"""

import gc
import threading
from functools import cache

import numpy as np
import streamlit as st

from model.reading.recorded import EXAMPLES, recordings
from model.reading.run import Run
from viz.scenes.choice import Choice
from viz.scenes.wire import packed_run

REPEATS = 5  # of a timed translation
THUMBNAIL = (32, 32)  # rows and columns of a small map, at most
GATE = threading.BoundedSemaphore(2)  # forward passes at once; more would only slow each other down


@st.cache_resource(show_spinner=False)
def translator(model: str):
    """The network, loaded once for everybody. Imports torch: the first call takes seconds, the first screen does not wait."""
    from model.reading.loading import load

    loaded = load(model)
    gc.collect()
    gc.freeze()  # a million objects of torch that no later collection needs to walk
    return loaded


@st.cache_resource(show_spinner=False, max_entries=512)
def computed_run(model: str, text: str, beams: int) -> Run:
    with GATE:
        return translator(model).read(text, beams)


@st.cache_resource(show_spinner=False, max_entries=512)
def latencies_ms(model: str, text: str, beams: int) -> list[float]:
    with GATE:
        return translator(model).latencies_ms(text, beams, REPEATS)


@st.cache_resource(show_spinner=False, max_entries=64)
def traced(model: str, text: str, beams: int, _run: Run):
    """The Trace of a Run: its translation is read once more, not searched for again."""
    from model.inside.trace import trace

    with GATE:
        return trace(translator(model), text, [token.id for token in _run.target.tokens[:-1]])


@st.cache_resource(show_spinner=False, max_entries=64)
def inside(model: str, text: str, beams: int, positions: bool, shuffled: bool, _run: Run):
    """A Run's sentence and translation read once more, opened; without positions or with its words shuffled, if so."""
    from model.inside.opened import look_inside
    from model.inside.what_if import shuffled_order

    with GATE:
        order = shuffled_order(_run) if shuffled else ()
        return look_inside(translator(model), _run, positions=positions, order=order)


@st.cache_resource(show_spinner=False, max_entries=512)
def head_steps(model: str, text: str, beams: int, place: tuple, change: str, temperature: float, _run: Run):
    """One head and one query, as the model does it and with one thing changed. place: part, layer, head, row, from 0."""
    from model.inside.what_if import compare

    usual = inside(model, text, beams, True, False, _run)
    unplaced = inside(model, text, beams, False, False, _run) if change == "unplaced" else usual
    with GATE:
        return compare(usual, unplaced, place, change, temperature)


@cache
def positions(length: int, width: int):
    """The position code (position, dimension), and its dot products by distance with their greatest deviation."""
    from model.inside.what_if import position_code, position_products

    code = position_code(length, width)
    return code, *position_products(code)


def recorded_run(choice: Choice) -> Run | None:
    return recordings(choice.model).get((choice.text, choice.beams))


@st.cache_resource(show_spinner=False)
def warm(model: str) -> threading.Thread:
    """Loads the network in the background, once for the whole server, while the recorded Run is being looked at."""

    def load() -> None:
        try:
            translator(model).read(EXAMPLES[0])
        except Exception as error:  # the page that needs the network will meet the same error and say so
            print(f"{model} was not loaded: {error}")

    thread = threading.Thread(target=load, name="warm", daemon=True)
    thread.start()
    return thread


@st.cache_resource(show_spinner=False, max_entries=512)
def picture(model: str, text: str, beams: int, _run: Run) -> bytes:
    """What the explorer draws of a Run, packed once for everybody."""
    return packed_run(_run)


@st.cache_resource(show_spinner=False, max_entries=256)
def thumbnails(model: str, text: str, beams: int, _run: Run) -> dict[str, np.ndarray]:
    """A small map of every head by part, (layer, head, row, column), strongest weight of each patch."""
    return {
        part: np.stack(
            [
                np.stack([maps.tile(layer, head, slice(None), slice(None), THUMBNAIL) for head in range(maps.heads)])
                for layer in range(maps.layers)
            ]
        )
        for part, maps in _run.maps.items()
    }
