"""What every Plotly chart shares: paper, ink, type that a back row can read, and one colour for each architecture."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from viz.figures.colours import DARK_HEADS, DARK_INK, DARK_PAPER, HEADS, INK, PAPER

FONT = "Source Sans, Noto Sans Bengali, sans-serif"

# The order decides the colour: an architecture has the same one in every chart, and its name always beside it.
ARCHITECTURES = ("transformer", "rnn", "lstm", "gru", "gru-attention", "attention", "lstm-loop")


def architecture_colour(name: str, dark: bool = False) -> str:
    """The colour of an architecture, or of a model named after one: "transformer-twin" is a transformer.

    Raises ValueError if the name begins with no architecture's.
    """
    matches = [each for each in ARCHITECTURES if name == each or name.startswith(each + "-")]
    if not matches:
        raise ValueError(f"{name!r} is none of {', '.join(ARCHITECTURES)}")
    return (DARK_HEADS if dark else HEADS)[ARCHITECTURES.index(max(matches, key=len))]


def present(rows: Sequence[Mapping]) -> list[str]:
    """The architectures of some rows, each once, in the order that decides their colours."""
    named = {row["architecture"] for row in rows}
    return [name for name in ARCHITECTURES if name in named]


def error_bars(middle: Sequence[float | None], ends: Sequence[Sequence[float | None]], *, width: int = 3) -> dict:
    """Bars from each middle to its ends (low, high), for Plotly's error_y; none at a gap. width: of their caps, pixels."""
    low, high = zip(*ends, strict=True)
    return {
        "type": "data",
        "symmetric": False,
        "array": [end - m if m is not None else 0 for end, m in zip(high, middle, strict=True)],
        "arrayminus": [m - end if m is not None else 0 for end, m in zip(low, middle, strict=True)],
        "thickness": 1.5,
        "width": width,
    }


def dress(figure: go.Figure, *, dark: bool = False, height: int = 420) -> go.Figure:
    """The figure itself, in the page's own colours. height: pixels."""
    paper, ink, grid = (DARK_PAPER, DARK_INK, "#34363F") if dark else (PAPER, INK, "#DEDBD2")
    figure.update_layout(
        template=go.layout.Template(),
        paper_bgcolor=paper,
        plot_bgcolor=paper,
        font={"color": ink, "size": 16, "family": FONT},
        height=height,
        margin={"l": 8, "r": 8, "t": 16, "b": 8},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hoverlabel={"font": {"size": 15}},
    )
    figure.update_xaxes(gridcolor=grid, linecolor=grid, zeroline=False, automargin=True, ticks="")
    figure.update_yaxes(gridcolor=grid, linecolor=grid, zeroline=False, automargin=True, ticks="")
    return figure
