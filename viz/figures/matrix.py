"""One head as a matrix: queries down, keys across, a weight in every cell.

Ticks stand at positions, not at words: Plotly would lay two equal words on top of each other.
"""

from collections.abc import Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go

from viz.figures.colours import DARK_INK, DARK_PAPER, INK, PAPER, weight_colorscale


def attention_matrix(
    weights: np.ndarray,
    query_tokens: Sequence[str],
    key_tokens: Sequence[str],
    *,
    title: str = "",
    causal: bool = False,
    dark: bool = False,
) -> go.Figure:
    """How much each query looks at each key, in one head.

    weights: (query, key), between 0 and 1; not changed. With causal=True query t sees keys 0 to t, and the cells it
    cannot see are left out (None), so that "masked" does not look like "small". The colour scale is fixed at [0, 1].
    Raises ValueError if weights do not fit the tokens.
    """
    weights = np.asarray(weights, dtype=float)
    expected = (len(query_tokens), len(key_tokens))
    if weights.shape != expected:
        raise ValueError(f"weights must be (query, key) = {expected} for these tokens; got {weights.shape}")
    if causal:
        visible = np.tril(np.ones(expected, dtype=bool))
        weights = np.where(visible, weights, np.nan)
    figure = go.Figure(_heatmap(weights, query_tokens, key_tokens, dark))
    paper, ink = (DARK_PAPER, DARK_INK) if dark else (PAPER, INK)
    figure.update_layout(
        template=go.layout.Template(),
        title={
            "text": escape(title),
            "x": 0,
            "xref": "paper",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 8},
            "font": {"size": 18},
        },
        paper_bgcolor=paper,
        plot_bgcolor=paper,
        font={"color": ink, "size": 16},
        margin={"l": 8, "r": 8, "t": 116, "b": 8},
        xaxis=_axis(key_tokens) | {"side": "top", "tickangle": -45, "automargin": False},
        yaxis=_axis(query_tokens) | {"autorange": False, "range": [len(query_tokens) - 0.5, -0.5]},
    )
    return figure


def _heatmap(weights: np.ndarray, query_tokens: Sequence[str], key_tokens: Sequence[str], dark: bool) -> go.Heatmap:
    labels = [[f"{escape(query)} → {escape(key)}" for key in key_tokens] for query in query_tokens]
    return go.Heatmap(
        z=[[None if np.isnan(weight) else float(weight) for weight in row] for row in weights],
        customdata=labels,
        hovertemplate="%{customdata}<br>%{z:.3f}<extra></extra>",
        hoverongaps=False,
        zmin=0,
        zmax=1,
        colorscale=weight_colorscale(dark),
        xgap=1,
        ygap=1,
        colorbar={
            "title": {"text": "weight", "side": "right"},
            "thickness": 12,
            "outlinewidth": 0,
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
    )


def _axis(tokens: Sequence[str]) -> dict:
    """One tick a token, at its position."""
    return {
        "tickvals": list(range(len(tokens))),
        "ticktext": [escape(token) for token in tokens],
        "range": [-0.5, len(tokens) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "automargin": True,
    }
