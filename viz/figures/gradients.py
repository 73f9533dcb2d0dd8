"""How much of the loss at the last step reaches the input some steps before it: one line a network, logarithmic."""

import plotly.graph_objects as go

from viz.figures.style import architecture_colour, dress

LOWEST = 1e-20  # below it nothing can be told apart on the chart; a smaller value is drawn at the edge


def gradient_by_distance(
    rows: list[dict], *, names: dict[str, str], axes: tuple[str, str], dark: bool = False
) -> go.Figure:
    """Median over seeds, with a band from quartile to quartile.

    rows: architecture, distances, gradient_median and gradient_quartiles [low, high], each relative to distance 0; names: what
    to call the architectures; axes: titles of distance and gradient.
    """
    figure = go.Figure()
    for row in rows:
        colour, dash = line_of(row["architecture"], dark)
        low, high = ([max(value, LOWEST) for value in quartile] for quartile in row["gradient_quartiles"])
        shared = {"x": row["distances"], "mode": "lines", "legendgroup": row["architecture"]}
        edge = {"line": {"width": 0}, "showlegend": False, "hoverinfo": "skip"}
        figure.add_scatter(y=low, **shared, **edge)
        figure.add_scatter(y=high, **shared, **edge, fill="tonexty", fillcolor=see_through(colour))
        figure.add_scatter(
            y=[max(value, LOWEST) for value in row["gradient_median"]],
            name=names[row["architecture"]],
            line={"color": colour, "width": 3, "dash": dash},
            hovertemplate="%{x}: %{y:.2e}",
            **shared,
        )
    figure.update_xaxes(title=axes[0])
    figure.update_yaxes(type="log", title=axes[1], exponentformat="power", dtick=2)
    return dress(figure, dark=dark, height=440)


def see_through(colour: str, opacity: float = 0.16) -> str:
    """A band's colour: "#rrggbb" with most of the page shining through."""
    return f"rgba({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))}, {opacity})"


def line_of(architecture: str, dark: bool) -> tuple[str, str]:
    """Colour and dash: the LSTM whose forget gates start half closed is the LSTM's own colour, dashed."""
    return architecture_colour(architecture, dark), "dash" if architecture == "lstm-forget-0" else "solid"
