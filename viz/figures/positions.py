"""Where a word stands, as the model is told: the sinusoidal code, and what two positions have in common.

Worth knowing: the code's first columns turn fast, like a second hand, its last ones hardly at all; two positions are compared by
all these hands at once.
"""

import numpy as np
import plotly.graph_objects as go

from viz.figures.colours import ACCENT, DARK_ACCENT, DARK_INK, DARK_PAPER, GREY, INK, PAPER


def position_heatmap(
    code: np.ndarray, names: dict[str, str], *, dark: bool = False, marked: int | None = None
) -> go.Figure:
    """The code of every position. code: (position, dimension), in [-1, 1]; the scale is fixed there.

    names: what to call "position", "dimension" and "value"; marked: the position of the word in question, from 0.
    """
    paper, ink, accent = (DARK_PAPER, DARK_INK, DARK_ACCENT) if dark else (PAPER, INK, ACCENT)
    grey = mixed(ink, paper, GREY)  # negative, as in the strips of vectors
    figure = go.Figure(
        go.Heatmap(
            z=np.asarray(code, np.float32),
            zmin=-1,
            zmax=1,
            colorscale=[[0, grey], [0.5, paper], [1, accent]],
            colorbar={
                "title": {"text": names["value"], "side": "right"},
                "thickness": 12,
                "outlinewidth": 0,
                "tickvals": [-1, 0, 1],
            },
            hovertemplate=f"{names['position']} %{{y}}, {names['dimension']} %{{x}}<br>%{{z:.3f}}<extra></extra>",
        )
    )
    if marked is not None:
        for edge in (marked - 0.5, marked + 0.5):
            figure.add_hline(y=edge, line={"color": ink, "width": 1.5})
    figure.update_layout(
        xaxis={"title": names["dimension"], "showgrid": False},
        yaxis={"title": names["position"], "autorange": "reversed", "showgrid": False},
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=380,
    )
    return figure


def mixed(one: str, other: str, share: float) -> str:
    """So much of one colour on the other, both "#rrggbb"."""
    pairs = [(int(one[place : place + 2], 16), int(other[place : place + 2], 16)) for place in (1, 3, 5)]
    return "#" + "".join(f"{round(share * a + (1 - share) * b):02x}" for a, b in pairs)


def distance_curve(products: np.ndarray, names: dict[str, str], *, dark: bool = False) -> go.Figure:
    """The dot product of two positions against their distance. products: (distance,), from 0.

    names: what to call "distance" and "dot_product".
    """
    figure = go.Figure(
        go.Scatter(
            x=list(range(len(products))),
            y=[float(product) for product in products],
            mode="lines+markers",
            line={"color": DARK_ACCENT if dark else ACCENT, "width": 3},
            marker={"size": 6},
            hovertemplate=f"{names['distance']} %{{x}}<br>{names['dot_product']} %{{y:.1f}}<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis_title=names["distance"],
        yaxis={"title": names["dot_product"], "rangemode": "tozero"},
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        height=360,
        showlegend=False,
    )
    return figure
