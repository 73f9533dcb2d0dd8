"""What one head scores, beside what needs no head: a row a score, all on one axis from 0 to 1.

Worth knowing: a score by itself says little. On short sentences a fixed rule finds the noun of every determiner, and a head
that does so too has not been shown to know any grammar.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import plotly.graph_objects as go

from viz.figures.colours import ACCENT, DARK_ACCENT, DARK_INK, DARK_PAPER, INK, PAPER
from viz.figures.style import dress

ROW = 40  # px


@dataclass(frozen=True)
class RoleScore:
    """One score of one head, a share in [0, 1]. threshold: None if the score is only reported."""

    name: str
    value: float
    low: float
    high: float
    baseline: float
    threshold: float | None
    passes: bool


def role_scores(scores: Sequence[RoleScore], *, names: dict[str, str], dark: bool = False) -> go.Figure:
    """Dots with intervals, a tick at each baseline and one at each threshold; the first score stands on top.

    Rows are numbered, so that two scores of one name stay two. names: head, passes, baseline, threshold, axis. Raises
    ValueError if a score is no share.
    """
    for score in scores:
        if not 0 <= score.value <= 1:
            raise ValueError(f"scores must be shares between 0 and 1; {score.name} is {score.value}")
    ink, accent, paper = (DARK_INK, DARK_ACCENT, DARK_PAPER) if dark else (INK, ACCENT, PAPER)
    figure = go.Figure()
    for passes, name, fill in ((True, "passes", accent), (False, "head", paper)):
        rows = [row for row, score in enumerate(scores) if score.passes is passes]
        if rows:
            figure.add_scatter(**_dots([scores[row] for row in rows], rows, names[name], accent, fill))
    if scores:
        figure.add_scatter(
            **_ticks([(row, score.baseline) for row, score in enumerate(scores)], names["baseline"], ink, "line-ns", 22)
        )
    tested = [(row, score.threshold) for row, score in enumerate(scores) if score.threshold is not None]
    if tested:
        figure.add_scatter(**_ticks(tested, names["threshold"], ink, "triangle-down-open", 10, lift=0.32))
    figure = dress(figure, dark=dark, height=ROW * len(scores) + 140).update_layout(
        dragmode=False, legend={"xref": "container", "yref": "container", "y": 1, "yanchor": "top"}, margin={"t": 64}
    )
    figure.update_xaxes(range=[-0.02, 1.02], title=names["axis"])
    figure.update_yaxes(
        tickvals=list(range(len(scores))),
        ticktext=[escape(score.name) for score in scores],
        range=[len(scores) - 0.4, -0.6],
        showgrid=False,
    )
    return figure


def _dots(scores: list[RoleScore], rows: list[int], name: str, accent: str, fill: str) -> dict:
    return {
        "x": [score.value for score in scores],
        "y": rows,
        "error_x": {
            "array": [max(0.0, score.high - score.value) for score in scores],
            "arrayminus": [max(0.0, score.value - score.low) for score in scores],
            "color": accent,
            "thickness": 3,
            "width": 0,
        },
        "mode": "markers",
        "marker": {"size": 13, "color": fill, "line": {"width": 2.5, "color": accent}},
        "name": name,
        "customdata": [[score.low, score.high] for score in scores],
        "hovertemplate": "%{x:.3f} [%{customdata[0]:.3f}, %{customdata[1]:.3f}]",
    }


def _ticks(places: list[tuple[int, float]], name: str, ink: str, symbol: str, size: int, lift: float = 0) -> dict:
    return {
        "x": [value for _, value in places],
        "y": [row - lift for row, _ in places],
        "mode": "markers",
        "marker": {
            "symbol": symbol,
            "size": size,
            "color": ink,
            "line": {"width": 2.5 if not lift else 1.5, "color": ink},
        },
        "name": name,
        "hovertemplate": "%{x:.3f}",
    }
