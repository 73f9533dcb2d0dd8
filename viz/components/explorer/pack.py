"""What the explorer is sent, and what draws it. Everything that answers a pointer runs in the browser, from one payload a run."""

import numpy as np

from viz.components.scripts import Scripts
from viz.components.wire import with_length
from viz.figures.colours import DARK_GROUPS, DARK_HEADS, DARK_MASKED, GROUPS, HEADS, MASKED, weight_colorscale

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

SCRIPTS = Scripts(
    name="monojog_explorer",
    root="mj-root",
    style="explorer/explorer.css",
    files=(
        *("shared/node.js", "shared/wire.js", "shared/colours.js", "shared/page.js"),
        # what computes
        *("explorer/decode.js", "explorer/measure.js", "explorer/state.js", "explorer/link.js", "explorer/palette.js"),
        *("explorer/lines_layout.js", "explorer/atlas_layout.js", "explorer/matrix_layout.js", "explorer/csv.js"),
        # what draws and answers
        *("explorer/texts.js", "explorer/meaning.js", "explorer/theme.js", "explorer/tip.js", "explorer/sentence.js"),
        *("explorer/lines.js", "explorer/atlas.js", "explorer/matrix.js", "explorer/save.js"),
        *("explorer/frame.js", "explorer/controls.js", "explorer/output.js", "explorer/input.js"),
        *("explorer/draw.js", "explorer/explorer.js"),
    ),
    isolated=False,
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


def packed(state: dict, picture: bytes, stack: bytes = b"") -> bytes:
    """All that is sent. state: what `explorer` takes; picture: from pack_picture; stack: from pack_stack.

    In one piece of bytes, because turning arrays and records into anything else cost 14 of 19 ms a click.
    """
    return with_length(state | {"colours": COLOURS}) + picture + stack
