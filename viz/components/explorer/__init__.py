"""The attention explorer. Everything that answers a pointer runs in the browser; Python sends one payload a run.

The scripts are joined in the order given here into one module; only the last one exports.
"""

from pathlib import Path

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


def explorer(payload: dict, *, key: str) -> None:
    """Show one run. payload: run, bits, encoder, decoder, cross, choice, defaults, suggested, figure and strings.

    The arrays are one-dimensional uint8 or uint16 in (layer, head, query, key) order;
    code = round(sqrt(weight) * (2**bits - 1)).
    Raises ValueError if an array does not fit its map.
    """
    for part, about in payload["run"]["maps"].items():
        expected = about["layers"] * about["heads"] * len(about["query"]["tokens"]) * len(about["key"]["tokens"])
        if payload[part].shape != (expected,):
            raise ValueError(f"{part} must hold {expected} codes for its tokens; got shape {payload[part].shape}")
    _mount(key=key, data=payload | {"colours": COLOURS}, height="content")
