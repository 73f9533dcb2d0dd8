"""How quantities grow with the length of a sequence: one line an architecture, both axes logarithmic."""

import numpy as np
import plotly.graph_objects as go

from viz.figures.style import architecture_colour, dress


def growth(
    lengths: np.ndarray,
    series: dict[str, np.ndarray],
    *,
    names: dict[str, str],
    axes: tuple[str, str],
    mark: float | None = None,
    dark: bool = False,
) -> go.Figure:
    """lengths: (length,); series: by architecture, (length,), positive; mark: a length to point out.

    names: what to call the architectures; axes: titles of length and quantity. Raises ValueError if sizes differ.
    """
    figure = go.Figure()
    for name, values in series.items():
        if len(values) != len(lengths):
            raise ValueError(f"{name} must have one value a length = {len(lengths)}; got {len(values)}")
        figure.add_scatter(
            x=lengths,
            y=values,
            mode="lines",
            name=names[name],
            line={"color": architecture_colour(name, dark), "width": 3},
            hovertemplate="%{x:.0f}: %{y:.3s}",
        )
    if mark:
        figure.add_vline(x=mark, line={"width": 1.5, "dash": "dot"}, opacity=0.6)
    figure.update_xaxes(type="log", title=axes[0], dtick=1)
    figure.update_yaxes(type="log", title=axes[1], dtick=3, exponentformat="SI")
    return dress(figure, dark=dark, height=420)
