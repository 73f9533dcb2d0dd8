"""Drawing in SVG: boxes, wires, tokens and strips of numbers, as text. No library, no scripts.

Worth knowing: a drawing names its colours by their meaning only. On a page they are the page's own variables, so it follows the
theme; in a file they are written out, because the file leaves the theme behind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from viz.figures.colours import ACCENT, DARK_ACCENT, DARK_INK, DARK_PAPER, GREY, INK, PAPER

NAMES = ("paper", "ink", "accent")
LIGHT = dict(zip(NAMES, (PAPER, INK, ACCENT), strict=True))
DARK = dict(zip(NAMES, (DARK_PAPER, DARK_INK, DARK_ACCENT), strict=True))
# The fallbacks are the light theme's, for a page that has no variables.
PAGE = {name: f"var(--mj-{name}, {colour})" for name, colour in LIGHT.items()}

FONT = "'Source Sans', 'Source Sans 3', 'Noto Sans Bengali', system-ui, sans-serif"
STRENGTHS = 12  # steps of colour in a strip
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

STYLE = """
.mj-drawing text { fill: %(ink)s; font-size: 20px; font-variant-numeric: tabular-nums; }
.mj-drawing .mj-small { font-size: 16px; fill-opacity: .75; }
.mj-drawing text.mj-big, .mj-drawing tspan.mj-big { font-size: 30px; font-weight: 600; }
.mj-drawing .mj-middle { text-anchor: middle; }
.mj-drawing .mj-end { text-anchor: end; }
.mj-drawing .mj-bold { font-weight: 600; }
.mj-drawing .mj-frame { fill: %(ink)s; fill-opacity: .045; stroke: none; }
.mj-drawing .mj-ground { fill: %(paper)s; }
.mj-drawing .mj-body { fill: %(ink)s; fill-opacity: .03; stroke: %(ink)s; stroke-opacity: .38; stroke-width: 1.4; }
.mj-drawing .mj-attention .mj-body { fill: %(accent)s; fill-opacity: .16; stroke: %(accent)s; stroke-opacity: .8; }
.mj-drawing .mj-feed_forward .mj-body { fill: %(ink)s; fill-opacity: .11; }
.mj-drawing .mj-wire { fill: none; stroke: %(ink)s; stroke-opacity: .55; stroke-width: 1.6; }
.mj-drawing .mj-faint { stroke-opacity: .2; }
.mj-drawing .mj-head { fill: %(ink)s; fill-opacity: .6; stroke: none; }
.mj-drawing .mj-operation { fill: %(paper)s; stroke: %(ink)s; stroke-opacity: .6; stroke-width: 1.4; }
.mj-drawing .mj-weight { fill: none; stroke: %(accent)s; stroke-linecap: round; }
.mj-drawing .mj-step { fill: none; stroke: %(accent)s; stroke-width: 4; stroke-linecap: round; }
.mj-drawing .mj-node { fill: %(paper)s; stroke: %(ink)s; stroke-opacity: .5; stroke-width: 1.5; }
.mj-drawing .mj-node.mj-on { fill: %(accent)s; stroke: %(accent)s; stroke-opacity: 1; }
.mj-drawing .mj-zoom { fill: %(accent)s; fill-opacity: .08; }
.mj-drawing .mj-plus { fill: %(accent)s; }
.mj-drawing .mj-minus { fill: %(ink)s; }
.mj-drawing .mj-accent { fill: %(accent)s; }
.mj-drawing .mj-lit .mj-body, .mj-drawing .mj-now .mj-body { stroke: %(accent)s; stroke-opacity: 1; stroke-width: 4; }
.mj-drawing .mj-chosen .mj-body:not(.mj-card) { fill: %(accent)s; fill-opacity: 1; stroke: %(accent)s; stroke-opacity: 1; }
.mj-drawing .mj-picked .mj-body { stroke: %(accent)s; stroke-opacity: 1; stroke-width: 2; }
.mj-drawing .mj-open .mj-body { fill: %(accent)s; fill-opacity: 1; stroke: %(accent)s; stroke-opacity: 1; stroke-width: 4; }
.mj-drawing .mj-chosen text { fill: %(paper)s; fill-opacity: 1; }
.mj-drawing .mj-chosen .mj-thumb { fill: %(paper)s; }
.mj-drawing .mj-wire.mj-lit { stroke: %(accent)s; stroke-opacity: 1; stroke-width: 4; }
.mj-drawing .mj-token, .mj-drawing .mj-halo { paint-order: stroke; stroke: %(paper)s; stroke-width: 5px; stroke-linejoin: round; }
.mj-drawing .mj-token.mj-on { fill: %(accent)s; font-weight: 700; }
"""


@dataclass
class Drawing:
    """What has been drawn so far, back to front; names of blocks and their places are kept for whoever asks."""

    width: float = 0.0
    height: float = 0.0
    behind: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    places: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    shapes: dict[str, tuple[tuple[tuple[int, ...], ...], tuple[int, ...]]] = field(default_factory=dict)

    def text(self, x: float, y: float, words: str, css: str = "", **more) -> None:
        self.before.append(tag("text", {"x": x, "y": y, "class": css, **more}, escaped(words)))

    def wire(self, path: str, css: str = "", arrow: bool = True, **more) -> None:
        end = {"marker-end": "url(#mj-arrow)"} if arrow else {}
        self.behind.append(tag("path", {"d": path, "class": f"mj-wire {css}".strip(), **end, **more}))

    def operation(self, x: float, y: float, sign: str, radius: float = 10) -> None:
        """A small circle with a sign in it: numbers are added or multiplied here, place by place."""
        self.before.append(tag("circle", {"cx": x, "cy": y, "r": radius, "class": "mj-operation"}))
        self.text(x, y + 6, sign, "mj-middle")

    def strip(self, values: np.ndarray, x: float, y: float, width: float, height: float, full: float = 1.0) -> None:
        """Numbers side by side: accent where positive, grey where negative, strongest at ±full; paper is 0."""
        self.before += strip(values, x, y, width, height, full)


def strip(values: np.ndarray, x: float, y: float, width: float, height: float, full: float = 1.0) -> list[str]:
    """As Drawing.strip, as elements. One path a colour, so that hundreds of numbers stay small."""
    cell, paths = width / max(len(values), 1), {}
    for place, value in enumerate(np.clip(np.asarray(values, float) / full, -1, 1)):
        strength = round(abs(value) * STRENGTHS)
        if strength:
            part = f"M{number(x + place * cell)} {number(y)}h{number(cell)}v{number(height)}h{number(-cell)}z"
            paths.setdefault((value > 0, strength), []).append(part)
    return [
        tag("path", {"d": "".join(parts), "class": f"mj-{sign}", "fill-opacity": number(strength * full / STRENGTHS)})
        for (up, strength), parts in sorted(paths.items())
        for sign, full in [("plus", 1) if up else ("minus", GREY)]
    ] + [tag("rect", {"x": x, "y": y, "width": width, "height": height, "class": "mj-wire mj-faint"})]


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def escaped(text: str) -> str:
    """Text as XML: a token may look like markup, or hold characters that XML does not know."""
    return escape(NOT_XML.sub("\ufffd", text))


def tag(name: str, attributes: dict, *children: str) -> str:
    """One element; numbers are shortened, empty attributes left out, values escaped. Children are elements or escaped text."""
    written = "".join(
        f" {key.replace('_', '-')}={quoteattr(number(value) if isinstance(value, float) else NOT_XML.sub('', str(value)))}"
        for key, value in attributes.items()
        if value not in ("", None)
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def finished(drawing: Drawing, title: str, *, standalone: bool = False, dark: bool = False) -> str:
    """The drawing as one SVG. standalone: a file with its own colours, ground and size; else it takes those of the page."""
    colours = (DARK if dark else LIGHT) if standalone else PAGE
    size = {"width": round(drawing.width), "height": round(drawing.height)}
    about = {
        "xmlns": "http://www.w3.org/2000/svg",
        "viewBox": f"0 0 {size['width']} {size['height']}",
        "class": "mj-drawing",
    }
    about |= {"role": "group", "aria-label": title, "font-family": FONT if standalone else "inherit"} | size
    arrow = {"id": "mj-arrow", "viewBox": "0 0 8 8", "refX": 7, "refY": 4, "markerWidth": 9, "markerHeight": 9}
    marker = tag(
        "marker",
        arrow | {"markerUnits": "userSpaceOnUse", "orient": "auto"},
        tag("path", {"d": "M0 0L8 4L0 8z", "class": "mj-head"}),
    )
    ground = tag("rect", size | {"class": "mj-ground"}) if standalone else ""
    style = tag("style", {}, escape(STYLE % colours))
    heading = tag("title", {}, escaped(title)) if standalone else ""  # on a page it would pop up under the pointer
    return tag("svg", about, heading, style, tag("defs", {}, marker), ground, *drawing.behind, *drawing.before)


# --- tokens ---


def text_width(text: str, size: float = 19) -> float:
    """About how wide a text is, in px. Letters of the Latin and Bengali kind; wide signs and emoji count double."""
    return size * sum(0.5 if ord(letter) < 0x2E80 else 1.05 for letter in text)


def fold(count: int, limit: int, keep: Sequence[int] = ()) -> list[int | None]:
    """Which of `count` places to draw when there is room for `limit`: the first, the last, and those to keep.

    None stands where places are left out.
    """
    if count <= limit:
        return list(range(count))
    kept = {place for place in keep if 0 <= place < count}
    front, back = 0, count - 1
    while len(kept) < limit - 1 and front <= back:
        kept.add(front)
        front += 1
        if len(kept) < limit - 1:
            kept.add(back)
            back -= 1
    places: list[int | None] = []
    for place in sorted(kept):
        if places and places[-1] is not None and place > places[-1] + 1:
            places.append(None)
        places.append(place)
    return places
