"""One head in pictures: vectors as strips, scores and weights as bars, words pushed up and down. HTML and SVG, no scripts.

Worth knowing: a strip shows a number by height and direction as well as by colour, so it needs no second hue: amber keeps its
one meaning, "changed". Words stand in HTML, so that they keep their size where a picture is narrow.
"""

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from viz.figures.colours import ACCENT, CHANGED, DARK_ACCENT, DARK_CHANGED, DARK_INK, DARK_PAPER, INK, PAPER

COLOURS = {
    "paper": (PAPER, DARK_PAPER),
    "ink": (INK, DARK_INK),
    "accent": (ACCENT, DARK_ACCENT),
    "changed": (CHANGED, DARK_CHANGED),
}
KEPT = 20  # keys that are drawn of a long row
LONG = 24  # words from which a sentence is set smaller
STRENGTHS = 16  # steps of colour in a small map


def picture(*parts: str, label: str) -> str:
    """The parts as one picture, with the page's two sets of colours and a text that stands in for it."""
    colours = "".join(f"--mj-{name}:light-dark({light},{dark});" for name, (light, dark) in COLOURS.items())
    return f'<div class="mj-picture" role="group" aria-label="{escape(label)}" style="{colours}">{"".join(parts)}</div>'


# --- numbers ---


def full_scale(*vectors: np.ndarray) -> float:
    """1, 1.5, 2, 3, 4, 6, 8, 12 and so on: the first that the greatest number of all these vectors stays within.

    Steps, and not the greatest number itself, so that a picture keeps its scale from one word to the next where it can.
    """
    greatest = max((float(np.abs(vector[np.isfinite(vector)]).max(initial=0)) for vector in vectors), default=0)
    power = 2.0 ** math.floor(math.log2(max(greatest, 1)))
    return next(power * step for step in (1, 1.5, 2) if greatest <= power * step)


def minus(text: str) -> str:
    """With a real minus sign."""
    return text.replace("-", "\u2212")


def weight_text(weight: float) -> str:
    """Three decimals; what is above zero and would look like zero says so."""
    return "< 0.001" if 0 < weight < 0.0005 else f"{weight:.3f}"


def number_text(value: float) -> str:
    """One decimal from 10 on, two below; minus infinity as a sign."""
    if not math.isfinite(value):
        return minus("-∞")
    return minus(f"{value:.1f}" if abs(value) >= 9.995 else f"{value:.2f}")


def small_text(value: float) -> str:
    """Two decimals, or a power of ten for what they would hide: 2.54, 6 × 10⁻¹⁰."""
    if value >= 0.005 or value == 0:
        return f"{value:.2f}"
    mantissa, exponent = f"{value:.0e}".split("e")
    powers = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa} × 10{powers}"


# --- vectors ---


def strip(values: np.ndarray, full: float, css: str = "") -> str:
    """Numbers side by side, upwards and downwards from a middle line; ±full fills the strip."""
    heights = np.clip(np.asarray(values, float) / full, -1, 1)
    bars = {
        "up": "".join(f"M{place} 0h.8v{-height:.3f}h-.8z" for place, height in enumerate(heights) if height > 0.004),
        "down": "".join(f"M{place} 0h.8v{-height:.3f}h-.8z" for place, height in enumerate(heights) if height < -0.004),
    }
    paths = "".join(f'<path class="mj-{name}" d="{path}"/>' for name, path in bars.items() if path)
    return (
        f'<svg class="mj-strip {css}" viewBox="0 -1 {len(heights)} 2" preserveAspectRatio="none" aria-hidden="true">'
        f'<path class="mj-zero" d="M0 0h{len(heights)}"/>{paths}</svg>'
    )


def strips(rows: Sequence[tuple], scale_text: str = "±{full}") -> str:
    """Vectors under each other on one scale. rows: (name, note, vector) or, where something was changed, one more vector."""
    full = full_scale(*(vector for _, _, *vectors in rows for vector in vectors))
    drawn = []
    for name, note, own, *changed in rows:
        second = "".join(strip(vector, full, "mj-changed") for vector in changed)
        drawn.append(
            f'<div class="mj-vector"><p>{escape(name)} <span>{escape(note)}</span></p>{strip(own, full)}{second}</div>'
        )
    return f'{"".join(drawn)}<p class="mj-scale">{escape(scale_text.format(full=f"{full:g}"))}</p>'


# --- rows over keys ---


def kept_keys(weights: np.ndarray, keep: Sequence[int] = (), limit: int = KEPT) -> list[int]:
    """Which keys of a long row to draw, in order: those to keep and the heaviest others."""
    if len(weights) <= limit:
        return list(range(len(weights)))
    order = [*dict.fromkeys([*keep, *np.argsort(-np.asarray(weights), kind="stable").tolist()])]
    return sorted(order[:limit])


def bars(
    values: np.ndarray,
    keys: Sequence[str],
    *,
    changed: np.ndarray | None = None,
    kept: Sequence[int] | None = None,
    chosen: int | None = None,
    weights: bool = False,
    hidden: Sequence[np.ndarray] = (),
    masked: str = "masked",
) -> str:
    """One number a key, as bars: indigo as the model does it, amber with something changed.

    values, changed: (key,). weights: on the fixed scale from 0 to 1; else on ±full from a middle line. hidden: for values and for
    changed, (key,), True where the mask hides the key: hatched, and called `masked`. kept: the keys to draw, all if None; chosen:
    the one to mark. Raises ValueError if the numbers do not fit the keys.
    """
    both = [np.asarray(row, float) for row in (values, changed) if row is not None]
    hidden = list(hidden) or [np.zeros(len(keys), bool)] * len(both)
    for row in (*both, *hidden):
        if row.shape != (len(keys),):
            raise ValueError(f"there must be one number a key = {len(keys)}; got shape {row.shape}")
    full = 1.0 if weights else full_scale(*both)
    drawn, last = [], -1
    for key in range(len(keys)) if kept is None else kept:
        drawn.append('<div class="mj-gap">⋮</div>' if key > last + 1 else "")
        lines = [
            hatched(masked, css) if away[key] else bar(row[key], full, css, weights=weights)
            for row, away, css in zip(both, hidden, ("", "mj-changed"), strict=False)
        ]
        now = " mj-now" if key == chosen else ""
        drawn.append(key_row(keys[key], "".join(lines), now))
        last = key
    drawn.append('<div class="mj-gap">⋮</div>' if last < len(keys) - 1 else "")
    ends = ("0", "", "1") if weights else (minus(f"-{full:g}"), "0", f"{full:g}")
    axis = "".join(f"<span>{end}</span>" for end in ends)
    return f'<div class="mj-rows">{"".join(drawn)}<div class="mj-axis">{axis}</div></div>'


def key_row(text: str, lines: str, css: str = "") -> str:
    return (
        f'<div class="mj-key{css}"><span class="mj-token">{escape(text)}</span><div class="mj-bars">{lines}</div></div>'
    )


def bar(value: float, full: float, css: str = "", *, weights: bool = False) -> str:
    """One bar with its number: from the left if it is a weight, else from the middle."""
    share = abs(value) / full
    left, width = (0, share) if weights else (0.5 - share / 2 if value < 0 else 0.5, share / 2)
    sign, middle = ("" if value >= 0 else " mj-minus"), ("" if weights else " mj-middle")
    fill = f'<i class="mj-fill{sign}" style="left:{left:.2%};width:{width:.2%}"></i>'
    text = escape(weight_text(value) if weights else number_text(value))
    return f'<div class="mj-line {css}"><i class="mj-track{middle}">{fill}</i><b>{text}</b></div>'


def hatched(masked: str, css: str = "") -> str:
    """In place of a bar: "cannot see" is not "hardly looks"."""
    return f'<div class="mj-line {css}"><i class="mj-track mj-masked"></i><b>{escape(masked)}</b></div>'


def sentence(
    tokens: Sequence[str], weights: np.ndarray, *, chosen: int | None = None, changed: np.ndarray | None = None
) -> str:
    """The keys as a sentence, shaded by weight: once, and once more where something was changed. weights: (key,), in [0, 1]."""
    drawn, size = [], "mj-long" if len(tokens) > LONG else ""
    for row, css in ((weights, ""), (changed, "mj-changed")):
        if row is not None:
            words = "".join(
                f'<span class="{"mj-now" if place == chosen else ""}" style="--mj-weight:{weight:.3f}">{escape(token)}</span> '
                for place, (token, weight) in enumerate(zip(tokens, row, strict=True))
            )
            drawn.append(f'<p class="mj-sentence {size} {css}">{words}</p>')
    return "".join(drawn)


def legend(own: str, changed: str) -> str:
    """What the two colours mean, once something was changed."""
    return f'<p class="mj-legend"><span><i></i>{escape(own)}</span><span><i class="mj-changed"></i>{escape(changed)}</span></p>'


def mixture(
    weights: np.ndarray,
    values: np.ndarray,
    keys: Sequence[str],
    mixed: np.ndarray,
    *,
    total: str,
    scale_text: str = "±{full}",
    changed: bool = False,
    limit: int = 5,
) -> str:
    """The heaviest values, each already times its weight, and under them their sum.

    weights: (key,); values: (key, D); mixed: (D,), the sum over all keys; changed: in amber.
    """
    parts, css = weights[:, None] * values, "mj-changed" if changed else ""
    full = full_scale(parts, mixed)
    heaviest = sorted(np.argsort(-weights, kind="stable")[:limit].tolist())
    rows = [(keys[key], escape(weight_text(weights[key])), parts[key], "") for key in heaviest]
    drawn = "".join(
        f'<div class="mj-part {more}"><span class="mj-token">{escape(text)}</span><b>{weight}</b>{strip(vector, full, css)}</div>'
        for text, weight, vector, more in [*rows, (total, "", mixed, "mj-total")]
    )
    return f'<div class="mj-rows">{drawn}</div><p class="mj-scale">{escape(scale_text.format(full=f"{full:g}"))}</p>'


# --- words of the vocabulary ---


def pushed_words(
    groups: Sequence[tuple[str, Sequence[tuple[str, float]], bool]], *, scale_text: str = "±{full}"
) -> str:
    """Words with the push each gets, in named groups on one scale. groups: (title, [(word, value), …], changed or not)."""
    full = full_scale(np.array([value for _, words, _ in groups for _, value in words]))
    drawn = []
    for title, words, changed in groups:
        css = "mj-changed" if changed else ""
        rows = "".join(key_row(text, bar(value, full, css)) for text, value in words)
        drawn.append(f'<div class="mj-group"><p>{escape(title)}</p>{rows}</div>')
    scale = escape(scale_text.format(full=f"{full:g}"))
    return f'<div class="mj-groups">{"".join(drawn)}</div><p class="mj-scale">{scale}</p>'


# --- small maps ---


def small_map(weights: np.ndarray, title: str) -> str:
    """A head's whole map, rows look at columns, on the fixed scale from 0 to 1. weights: (query, key)."""
    paths: dict[int, list[str]] = {}
    for (row, column), weight in np.ndenumerate(np.clip(weights, 0, 1)):
        if strength := round(float(weight) * STRENGTHS):
            paths.setdefault(strength, []).append(f"M{column} {row}h1v1h-1z")
    cells = "".join(
        f'<path class="mj-up" fill-opacity="{strength / STRENGTHS:g}" d="{"".join(parts)}"/>'
        for strength, parts in sorted(paths.items())
    )
    rows, columns = weights.shape
    return (
        f'<figure class="mj-map"><svg viewBox="0 0 {columns} {rows}" role="img" aria-label="{escape(title)}">{cells}</svg>'
        f"<figcaption>{escape(title)}</figcaption></figure>"
    )
