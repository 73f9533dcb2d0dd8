"""The attention explorer. Everything that answers a pointer runs in the browser; Python sends one payload a run.

The scripts are joined in the order given here into one module; only the last one exports.
"""

import json
import struct
from pathlib import Path

import numpy as np
import streamlit as st

from viz.figures.colours import DARK_GROUPS, DARK_HEADS, DARK_MASKED, GROUPS, HEADS, MASKED, weight_colorscale

HERE = Path(__file__).parent
SCRIPTS = ("decode.js", "sentence.js", "lines.js", "atlas.js", "matrix.js", "save.js", "explorer.js")

COLOURS = {
    "light": {
        "heads": HEADS,
        "groups": GROUPS,
        "scale": weight_colorscale(),
        "masked": MASKED[0],
        "hatch": MASKED[1],
    },
    "dark": {
        "heads": DARK_HEADS,
        "groups": DARK_GROUPS,
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


def pack_stack(about: dict, bits: int, stacks: dict[str, np.ndarray]) -> bytes:
    """Other numbers for the same maps than the weights, ready for the wire.

    about: run (its id), meaning, words (of the translation the numbers were made for; none if they hold for all) and word,
    the one to show if none is chosen. stacks: by part (word or 1, layer, head, query, key), 0 or more. Each word of a part
    is coded as a share of its largest number, which goes along. Raises ValueError for a number below 0.
    """
    record, codes = about | {"bits": bits, "parts": {}}, b""
    for part, numbers in stacks.items():
        if (least := numbers.min()) < 0:
            raise ValueError(f"{part} must hold numbers of 0 or more; the least is {least}")
        largest = numbers.reshape(len(numbers), -1).max(1)
        shares = numbers / np.where(largest, largest, 1)[:, None, None, None, None]
        kind = np.uint8 if bits == 8 else np.uint16
        codes += np.rint(np.sqrt(shares) * (2**bits - 1)).astype(kind).tobytes()
        about_part = {"heads": numbers.shape[2], "largest": largest.tolist(), "count": numbers[0].size}
        record["parts"][part] = about_part
    return with_length(record) + codes


def with_length(record: dict) -> bytes:
    """JSON behind its length in four bytes."""
    text = json.dumps(record, ensure_ascii=False).encode()
    return struct.pack("<I", len(text)) + text


def explorer(picture: bytes, state: dict, *, key: str, stack: bytes = b"") -> None:
    """Show one run. picture: from pack_picture; stack: from pack_stack, what `wanted` asks for.

    state: choice, defaults, suggested, strings; and where known meanings, roles by part [name, group], groups [name, letter],
    and ways, the pages that have more to say about a head.
    All in one piece of bytes, because turning arrays and records into anything else cost 14 of 19 ms a click.
    """
    data = with_length(state | {"colours": COLOURS}) + picture + stack
    _mount(key=key, data=data, default={"wanted": None}, on_wanted_change=lambda: None, height="content")


def wanted(key: str, run: str) -> dict | None:
    """The meaning, and the word of the translation, whose numbers the browser lacks for this run; None for none."""
    sent = (st.session_state.get(key) or {}).get("wanted")
    return sent if isinstance(sent, dict) and sent.get("run") == run else None
