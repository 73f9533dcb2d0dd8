"""The attention explorer. Everything that answers a pointer runs in the browser; Python sends one payload a run.

The scripts are joined in the order given here into one module; only the last one exports.
"""

import json
import struct
from pathlib import Path

import numpy as np
import streamlit as st

from viz.figures.colours import DARK_HEADS, DARK_MASKED, HEADS, MASKED, weight_colorscale

HERE = Path(__file__).parent
SCRIPTS = ("decode.js", "sentence.js", "lines.js", "atlas.js", "matrix.js", "save.js", "explorer.js")

COLOURS = {
    "light": {"heads": HEADS, "scale": weight_colorscale(), "masked": MASKED[0], "hatch": MASKED[1]},
    "dark": {
        "heads": DARK_HEADS,
        "scale": weight_colorscale(dark=True),
        "masked": DARK_MASKED[0],
        "hatch": DARK_MASKED[1],
    },
}

_mount = st.components.v2.component(
    "monojog_explorer",
    html='<div class="mj-root"></div>\n',
    css=(HERE / "explorer.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS),
    isolate_styles=False,
)


def pack_picture(run: dict, bits: int, figure: dict, codes: dict[str, np.ndarray]) -> bytes:
    """What depends on the run alone, ready for the wire: packed once, sent to everybody who asks for it.

    codes: by part, one-dimensional uint8 or uint16 in (layer, head, query, key) order, round(sqrt(weight) * (2**bits - 1)).
    Raises ValueError if they do not fit the run's maps.
    """
    for part, about in run["maps"].items():
        expected = about["layers"] * about["heads"] * len(about["query"]["tokens"]) * len(about["key"]["tokens"])
        if codes[part].shape != (expected,):
            raise ValueError(f"{part} must hold {expected} codes for its tokens; got shape {codes[part].shape}")
    about = {"run": run, "bits": bits, "figure": figure, "counts": {part: len(codes[part]) for part in run["maps"]}}
    return with_length(about) + b"".join(codes[part].tobytes() for part in run["maps"])


def with_length(record: dict) -> bytes:
    """JSON behind its length in four bytes."""
    text = json.dumps(record, ensure_ascii=False).encode()
    return struct.pack("<I", len(text)) + text


def explorer(picture: bytes, state: dict, *, key: str) -> None:
    """Show one run. picture: from pack_picture; state: choice, defaults, suggested and strings.

    All in one piece of bytes, because turning arrays and records into anything else cost 14 of 19 ms a click.
    """
    _mount(key=key, data=with_length(state | {"colours": COLOURS}) + picture, height="content")
