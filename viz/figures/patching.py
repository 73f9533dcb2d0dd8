"""What each head carries from one sentence into another, every layer a row; what is not computed yet stays empty."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from viz.figures.colours import DARK_MASKED, MASKED, contrast, difference_colorscale
from viz.figures.style import dress


def patching_heatmap(
    effects: Sequence[tuple[str, int, int | None, float]],
    shape: dict[str, tuple[int, int]],
    *,
    names: dict[str, str],
    dark: bool = False,
) -> go.Figure:
    """Normalised effects: 0 changes nothing, 1 makes the other sentence of it.

    effects: (part, layer, head, effect) from 0, in any order; head None is all heads of the layer together. shape: (layers,
    heads) of each part, in the order of the rows. names: of the parts, "all" and "head". The colour scale is fixed at
    [-1, 1]; an effect beyond it takes the colour of the end, and its own number.
    Raises ValueError for a head that the shape does not have.
    """
    rows = [(part, layer) for part, (layers, _) in shape.items() for layer in range(layers)]
    heads = max(count for _, count in shape.values())
    table = [[None] * (heads + 1) for _ in rows]
    for part, layer, head, effect in effects:
        if (part, layer) not in rows or (head or 0) >= shape[part][1]:
            raise ValueError(f"there is no {part} layer {layer} head {head} in {shape}")
        table[rows.index((part, layer))][heads if head is None else head] = effect
    scale = difference_colorscale(dark)
    labels = [f"{names[part]} {layer + 1}" for part, layer in rows]
    columns = [*(str(head + 1) for head in range(heads)), names["all"]]
    figure = go.Figure(
        go.Heatmap(
            z=table,
            customdata=[[f"{label} · {names['head']} {column}" for column in columns] for label in labels],
            hovertemplate="%{customdata}<br>%{z:.3f}<extra></extra>",
            hoverongaps=False,
            zmin=-1,
            zmax=1,
            colorscale=scale,
            xgap=2,
            ygap=2,
            colorbar={"thickness": 12, "outlinewidth": 0, "tickvals": [-1, 0, 1]},
        )
    )
    figure = dress(figure, dark=dark, height=70 + 42 * len(rows))
    figure.update_layout(plot_bgcolor=(DARK_MASKED if dark else MASKED)[0], dragmode=False)
    figure.update_xaxes(tickvals=list(range(heads + 1)), ticktext=columns, side="top", showgrid=False)
    figure.update_xaxes(title={"text": names["head"], "standoff": 4}, range=[-0.5, heads + 0.5])
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=labels, showgrid=False)
    figure.update_yaxes(range=[len(rows) - 0.5, -0.5])
    figure.update_layout(annotations=[number(*cell, scale) for cell in filled(table)])
    return figure


def filled(table: list[list]) -> list[tuple[int, int, float]]:
    """The cells that are known: row, column, value."""
    cells = ((row, column, value) for row, values in enumerate(table) for column, value in enumerate(values))
    return [cell for cell in cells if cell[2] is not None]


def number(row: int, column: int, value: float, scale: list[list]) -> dict:
    """A cell's number, as text that can be read on its colour. Rounded before it is written: "-0.00" says nothing."""
    text = f"{round(value, 2) + 0:.2f}".replace("-", "−")
    font = {"size": 15, "color": readable_on(colour_of(value, scale))}
    return {"x": column, "y": row, "text": text, "showarrow": False, "font": font}


def colour_of(value: float, scale: list[list]) -> str:
    place = (min(max(value, -1.0), 1.0) + 1) / 2 * (len(scale) - 1)
    return scale[math.floor(place + 0.5)][1]


def readable_on(ground: str) -> str:
    """Black or white, whichever can be read better: one of them always has a contrast of 4.5 at least."""
    return max(("#000000", "#FFFFFF"), key=lambda ink: contrast(ink, ground))
