"""All heads as small maps in rows of layers: click to switch heads off and on, or to open one.

Worth knowing: the browser answers a click at once and tells Python afterwards, so that several quick clicks all count.
"""

import base64
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from viz.figures.colours import difference_colorscale

HERE = Path(__file__).parent
TOP = 127  # code of 1; 0 is -1

_mount = st.components.v2.component(
    "monojog_headgrid",
    html='<div class="grid"></div>\n',
    css=(HERE / "headgrid.css").read_text(encoding="utf-8"),
    js=(HERE / "headgrid.js").read_text(encoding="utf-8"),
)


def head_grid(
    parts: Sequence[dict], chosen: Iterable[str], strings: dict, *, key: str, opens: bool, on_change: Callable[[], None]
) -> None:
    """Show the heads. parts: from grid_part; chosen: heads like "encoder.2.4", those switched off, or the one that is open.

    opens: a click opens a head instead of switching it. on_change is called when somebody has clicked; then `clicked` tells what.
    """
    data = {"parts": list(parts), "chosen": list(chosen), "strings": strings, "opens": opens, "palettes": PALETTES}
    _mount(key=key, data=data, default={"chosen": None}, on_chosen_change=on_change, height="content")


def clicked(key: str) -> tuple[str, ...]:
    """The names of the heads that the browser says are chosen now; what is no text is left out."""
    sent = (st.session_state.get(key) or {}).get("chosen") or {}
    heads = sent.get("heads", ()) if isinstance(sent, dict) else ()
    return tuple(head for head in heads if isinstance(head, str))


def grid_part(part: str, title: str, maps: np.ndarray, numbers: Sequence[str] = ()) -> dict:
    """One stack of heads for the wire. maps: (layer, head, row, column) in [-1, 1]; numbers: what to print under each head.

    A map is sent as codes in one byte, sign and root of the value, because linear bytes turn small weights into zero.
    """
    layers, heads, rows, columns = maps.shape
    codes = np.rint(TOP + TOP * np.sign(maps) * np.sqrt(np.abs(maps))).clip(0, 2 * TOP).astype(np.uint8)
    return {
        "part": part,
        "title": title,
        "layers": layers,
        "heads": heads,
        "rows": rows,
        "columns": columns,
        "codes": base64.b64encode(codes.tobytes()).decode(),
        "numbers": list(numbers),
    }


def palette(dark: bool) -> list[str]:
    """The colour of every code."""
    scale = difference_colorscale(dark)
    values = [np.sign(code - TOP) * ((code - TOP) / TOP) ** 2 for code in range(2 * TOP + 1)]
    return [scale[round((value + 1) / 2 * (len(scale) - 1))][1] for value in values]


PALETTES = {"light": palette(False), "dark": palette(True)}
