"""What a diagram is sent, and what draws it: the drawing, and the strips of a sentence on its way through it.

Worth knowing: the browser draws a step by itself. All strips are sent once, as signed bytes, and no word goes to the server while
the slider is dragged; only a chosen block, cell, word or fold does, and comes back as a new Choice.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from viz.components.scripts import Scripts
from viz.components.wire import with_length

WIRE_BYTES = 1_000_000  # what all strips may weigh; where they would weigh more, fewer numbers of each vector are sent
LEAST = 64  # numbers of a vector that are sent in any case
SHARE = 98  # percent of a strip's numbers that lie within its full colour

SCRIPTS = Scripts(
    name="monojog_diagram",
    root="md-root",
    style="diagram/diagram.css",
    files=(
        *("shared/node.js", "shared/wire.js", "shared/page.js"),
        *("diagram/decode.js", "diagram/stage.js"),
        *("diagram/steps.js", "diagram/transport.js", "diagram/input.js", "diagram/diagram.js"),
    ),
    isolated=False,
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


def stage_rows(stages: Sequence) -> list[list]:
    """Stages of a trace as plain rows: [block, strip, row, rows]."""
    return [[stage.block, stage.strip, stage.row, stage.rows] for stage in stages]


def packed(state: Mapping, picture: bytes) -> bytes:
    """All that is sent. state: what `diagram` takes; picture: from pack_diagram."""
    return with_length(dict(state)) + picture
