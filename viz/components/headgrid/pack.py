"""What the grid of heads is sent, and what draws it."""

import base64
from collections.abc import Iterable, Sequence

import numpy as np

from viz.components.scripts import Scripts
from viz.figures.colours import difference_colorscale

TOP = 127  # code of 1; 0 is -1

SCRIPTS = Scripts(
    name="monojog_headgrid",
    root="grid",
    style="headgrid/headgrid.css",
    files=("shared/node.js", "shared/colours.js", "headgrid/decode.js", "headgrid/headgrid.js"),
)


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


def packed(parts: Sequence[dict], chosen: Iterable[str], strings: dict, opens: bool) -> dict:
    """All that is sent. parts: from grid_part; the rest is what `head_grid` takes."""
    return {"parts": list(parts), "chosen": list(chosen), "strings": strings, "opens": opens, "palettes": PALETTES}
