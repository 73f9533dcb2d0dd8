"""What every head of a model does: read from beside its weights, or measured here while somebody waits.

Worth knowing: a measurement is shared. Who comes while it runs watches the same one, and whoever opens the atlas afterwards
finds its marks there.
"""

import threading
from collections.abc import Callable

import streamlit as st

from model.evidence.roles.rows import Heads
from model.reading.recorded import measured_heads
from viz.scenes.texts import texts as texts_in
from viz.session import caches


class Measurement:
    """The heads of a model, once they are known; before that, None."""

    def __init__(self, model: str):
        self.model, self.lock = model, threading.Lock()
        shipped = measured_heads(model)
        self.result = Heads.of(shipped) if shipped else None

    def measure(self, tick: Callable[[int, int], None]) -> None:
        """Measures, unless somebody has by now. tick is called with sentences done, and how many there are."""
        from model.evidence.roles.heads import head_roles

        with self.lock:
            if self.result is None:
                self.result = head_roles(caches.translator(self.model), progress=tick)


@st.cache_resource(show_spinner=False)
def measurement(model: str) -> Measurement:
    return Measurement(model)


def by_part(model: str, lang: str) -> dict[str, list]:
    """For the atlas: by part, head after head and layer after layer, [name of its role, group]; empty if not measured."""
    found, texts = measurement(model).result, texts_in(lang)["heads"]["roles"]
    rows = sorted(found.rows if found else (), key=lambda row: row.place[1:])
    parts = dict.fromkeys(row.place.part for row in rows)
    return {part: [[texts[row.label], row.group] for row in rows if row.place.part == part] for part in parts}
