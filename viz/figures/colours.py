"""Every colour on screen, light and dark, with its one meaning.

The weight scale runs in OKLab, where equal steps look equal: a weight of 0.5 looks half-way between paper and full ink.
"""

import math

PAPER, INK, ACCENT, CHANGED = "#FCFBF8", "#1B1B1F", "#3F37C9", "#C2570C"
DARK_PAPER, DARK_INK, DARK_ACCENT, DARK_CHANGED = "#14151A", "#ECEBE6", "#9D97FF", "#FFB366"

GREY = 0.62  # of ink: a number below 0 in a strip; amber keeps its meaning

# The ends of the weight scale: past the accent, so that 1 is the strongest mark on the page in either theme.
FULL, DARK_FULL = "#2A2199", "#C9C5FF"

# The ends of the difference scale, (less, more): amber and indigo of one lightness, so that -1 and 1 look equally far from 0.
ENDS, DARK_ENDS = ("#A63D00", "#4A48DA"), ("#E2984A", "#A29CFF")

# Okabe & Ito (2008), "Color Universal Design": eight colours that colour-blind eyes can tell apart.
OKABE_ITO = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")

# The same eight in the same order, moved where a thin line would vanish (yellow and sky blue on paper, black on dark
# paper). The moves were searched so that the nearest pair, to a protan or deutan eye, lies no nearer than in the
# original (tests/test_figures.py); yellow darkened by taste alone fell on top of orange.
HEADS = ("#2172AA", "#A41E00", "#009C6E", "#C77DA5", "#B56C00", "#65B0DD", "#292929", "#B5AB25")
DARK_HEADS = ("#2572A9", "#D75D00", "#00956B", "#E38ABB", "#E2A129", "#8CD8FF", "#F8F8F8", "#F0E442")

# What a head does, by group; a letter always stands beside the colour. The first five hues of the heads, without pink and sky.
GROUPS = {"grammar": HEADS[0], "semantic": HEADS[1], "long_distance": HEADS[2], "position": HEADS[4], "rest": "#6A6A70"}
DARK_GROUPS = dict(zip(GROUPS, ("#4C9AD4", DARK_HEADS[1], "#1FB389", DARK_HEADS[4], "#A3A3AA"), strict=True))

# A masked cell, (ground, stripe): grey without hue, so that "cannot see" is not mistaken for "hardly looks".
MASKED, DARK_MASKED = ("#EAE8E3", "#CFCCC6"), ("#26282E", "#3D4048")

SCALE_STEPS = 33


def weight_colorscale(dark: bool = False) -> list[list]:
    """The colours of a weight from 0 to 1, one hue, for Plotly and for the canvas.

    Returns [[position, "#rrggbb"], …], positions from 0 to 1 in equal steps; the first colour is the page itself.
    """
    start, end = (DARK_PAPER, DARK_FULL) if dark else (PAPER, FULL)
    accent = DARK_ACCENT if dark else ACCENT
    return [
        [step / (SCALE_STEPS - 1), _between(start, accent, end, step / (SCALE_STEPS - 1))]
        for step in range(SCALE_STEPS)
    ]


def difference_colorscale(dark: bool = False) -> list[list]:
    """The colours of a difference from -1 (amber) over 0, the page itself, to 1 (indigo), for Plotly and for the canvas.

    Returns [[position, "#rrggbb"], …], positions from 0 to 1 in equal steps; lightness falls evenly to both sides.
    """
    paper, (less, more) = (DARK_PAPER, DARK_ENDS) if dark else (PAPER, ENDS)
    half = SCALE_STEPS // 2
    colours = [_between(paper, less, less, step / half) for step in range(half, 0, -1)]
    colours += [_between(paper, more, more, step / half) for step in range(half + 1)]
    return [[step / (2 * half), colour] for step, colour in enumerate(colours)]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "relative luminance")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _between(start: str, middle: str, end: str, position: float) -> str:
    """Lightness runs in a straight line from start to end; hue and chroma run to the middle colour, then the end."""
    first, accent, last = _oklab(start), _oklab(middle), _oklab(end)
    lightness = first[0] + (last[0] - first[0]) * position
    turn = (accent[0] - first[0]) / (last[0] - first[0])
    here, there, share = (
        (first, accent, position / turn) if position <= turn else (accent, last, (position - turn) / (1 - turn))
    )
    return _hex(lightness, *(here[axis] + (there[axis] - here[axis]) * share for axis in (1, 2)))


def _linear(colour: str) -> list[float]:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]


def _luminance(colour: str) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _oklab(colour: str) -> tuple[float, float, float]:
    """sRGB to OKLab (Björn Ottosson 2020)."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _hex(lightness: float, green_red: float, blue_yellow: float) -> str:
    """OKLab to the nearest sRGB colour, "#rrggbb"."""
    long = (lightness + 0.3963377774 * green_red + 0.2158037573 * blue_yellow) ** 3
    medium = (lightness - 0.1055613458 * green_red - 0.0638541728 * blue_yellow) ** 3
    short = (lightness - 0.0894841775 * green_red - 1.2914855480 * blue_yellow) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(channel)):02x}" for channel in channels)


def _gamma(channel: float) -> float:
    channel = min(max(channel, 0.0), 1.0)
    return 12.92 * channel if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055
