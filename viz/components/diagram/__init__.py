"""A diagram that answers pointer and keyboard, and the strips of a sentence on its way through it.

Worth knowing: the browser draws a step by itself. All strips are sent once, as signed bytes, and no word goes to the server while
the slider is dragged; only a chosen block, cell, word or fold does, and comes back as a new Choice.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from viz.components.explorer import with_length

HERE = Path(__file__).parent
WIRE_BYTES = 1_000_000  # what all strips may weigh; where they would weigh more, fewer numbers of each vector are sent
LEAST = 64  # numbers of a vector that are sent in any case
SHARE = 98  # percent of a strip's numbers that lie within its full colour

_mount = st.components.v2.component(
    "monojog_diagram",
    html='<div class="md-root"></div>\n',
    css=(HERE / "diagram.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / name).read_text(encoding="utf-8") for name in ("steps.js", "diagram.js")),
    isolate_styles=False,
)


def pack_strips(vectors: Mapping[str, np.ndarray]) -> tuple[list[dict], bytes]:
    """Vectors by block for the wire: what is said of each strip, and all numbers as signed bytes, ±127 at ±full.

    vectors: (tokens, width). Each strip has its own full colour, printed beside it: the stream grows a hundredfold on its way.
    """
    about, codes = [], []
    rows = sum(len(values) for values in vectors.values())
    for block, values in vectors.items():
        count = min(values.shape[1], max(LEAST, WIRE_BYTES // max(rows, 1)))
        shown = values[:, np.linspace(0, values.shape[1] - 1, count).astype(int)]
        full = float(np.percentile(np.abs(shown), SHARE)) or 1.0
        codes.append(np.rint(np.clip(shown / full, -1, 1) * 127).astype(np.int8).tobytes())
        about.append({"block": block, "rows": len(shown), "columns": count, "width": values.shape[1], "full": full})
    return about, b"".join(codes)


def pack_diagram(svg: str, steps: Mapping | None = None, vectors: Mapping[str, np.ndarray] | None = None) -> bytes:
    """What depends on the sentence alone, ready for the wire: the drawing, and the steps with their strips.

    steps: "stages" as [block, strip, row, rows], "kinds" of blocks, "tokens" and "ids" of "source" and "target", for each target
    token its "alternatives" as [text, probability], and "weights" of an additive attention or None.
    """
    strips, codes = pack_strips(vectors or {})
    return with_length({"svg": svg, "steps": steps, "strips": strips}) + codes


def diagram(picture: bytes, state: Mapping, *, key: str, on_act: Callable[[], None]) -> None:
    """Show a drawing. picture: from pack_diagram; state: "id" of what is shown, "block", "stage", "strings", "wide".

    What a person does comes back as st.session_state[key]["act"]: {"block", "cell", "fold" or "word": its name}.
    """
    data = with_length(dict(state)) + picture
    _mount(key=key, data=data, default={"act": None}, on_act_change=on_act, height="content")


def stage_rows(stages: Sequence) -> list[list]:
    """Stages of a trace as plain rows: [block, strip, row, rows]."""
    return [[stage.block, stage.strip, stage.row, stage.rows] for stage in stages]
