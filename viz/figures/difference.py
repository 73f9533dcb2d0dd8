"""One head in two sentences, one subtracted from the other: amber where it looks less in the first, indigo where more.

Worth knowing: the scale is fixed at [-1, 1] and zero is the page itself, so that an empty cell means "the same in both".
"""

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from viz.figures.colours import CHANGED, DARK_CHANGED, DARK_INK, INK, difference_colorscale
from viz.figures.style import dress

LABEL_PX, CELL_PX = 125, 36  # room for the words on top; the height of a cell, of which there are as many as words


def difference_matrix(
    values: np.ndarray,
    queries: Sequence[str],
    keys: Sequence[str],
    *,
    names: Sequence[str],
    marked: int | None = None,
    changed: Sequence[str] = (),
    dark: bool = False,
) -> go.Figure:
    """How much more each query looks at each key in the first sentence than in the second.

    values: (query, key), first - second, in [-1, 1]; not changed. names: what to call -1, 0 and 1 beside the scale;
    marked: a query whose row is framed; changed: labels in the colour that means "changed".
    Raises ValueError if values do not fit the labels, or leave [-1, 1].
    """
    values, expected = np.asarray(values, dtype=float), (len(queries), len(keys))
    if values.shape != expected:
        raise ValueError(f"values must be (query, key) = {expected} for these labels; got {values.shape}")
    if np.abs(values).max(initial=0) > 1 + 1e-6:
        raise ValueError(f"differences of weights must lie in [-1, 1]; got {np.abs(values).max():.3f}")
    figure = go.Figure(
        go.Heatmap(
            z=values.tolist(),
            customdata=[[f"{escape(query)} → {escape(key)}" for key in keys] for query in queries],
            hovertemplate="%{customdata}<br>%{z:+.3f}<extra></extra>",
            zmin=-1,
            zmax=1,
            colorscale=difference_colorscale(dark),
            xgap=1,
            ygap=1,
            colorbar={"thickness": 12, "outlinewidth": 0, "tickvals": [-1, 0, 1], "ticktext": list(names)},
        )
    )
    figure = dress(figure, dark=dark, height=LABEL_PX + CELL_PX * len(queries))
    figure.update_layout(dragmode=False)  # a finger scrolls; a box to zoom into would hold it
    figure.update_xaxes(**word_axis(keys, changed, None, dark), side="top", tickangle=-45)
    figure.update_yaxes(**word_axis(queries, changed, marked, dark), autorange="reversed")
    if marked is not None:
        frame_row(figure, marked, len(keys), dark)
    return figure


def word_axis(labels: Sequence[str], changed: Sequence[str], marked: int | None, dark: bool) -> dict:
    """One tick a word, at its position: Plotly would lay two equal words on top of each other."""
    amber = DARK_CHANGED if dark else CHANGED
    texts = [
        f'<span style="color:{amber}">{escape(text)}</span>' if text in changed else escape(text) for text in labels
    ]
    texts = [f"<b>{text}</b>" if place == marked else text for place, text in enumerate(texts)]
    return {"tickvals": list(range(len(labels))), "ticktext": texts, "showgrid": False}


def frame_row(figure: go.Figure, row: int, columns: int, dark: bool) -> None:
    """A frame round one query's row."""
    line = {"color": DARK_INK if dark else INK, "width": 2}
    figure.add_shape(type="rect", x0=-0.5, x1=columns - 0.5, y0=row - 0.5, y1=row + 0.5, line=line)
