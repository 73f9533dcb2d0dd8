"""Time against length, both logarithmic, with what the machine could do at best drawn under the points."""

import plotly.graph_objects as go

from viz.figures.style import architecture_colour, dress, error_bars, present

# The mark of a point says which limit is the nearest one: arithmetic, memory traffic, or steps that wait for each other.
MARKS = {"compute": "circle", "bytes": "square", "steps": "triangle-up"}
LINES = {"compute": "dot", "bytes": "dash", "steps": "dashdot"}


def time_by_length(
    rows: list[dict], *, names: dict[str, str], limits_of: str, axes: tuple[str, str], dark: bool = False
) -> go.Figure:
    """The median time of every architecture at every length, of one mode.

    rows: architecture, length, median_ms (None is a gap), quartiles_ms [low, high], limit, and limits_ms by limit's name;
    names: of architectures and of limits; limits_of: the architecture whose limits are drawn; axes: titles of length and time.
    """
    figure = go.Figure()
    for name in present(rows):
        own = [row for row in rows if row["architecture"] == name]
        # The quartiles are drawn as a bar, its ends at their places on a logarithmic axis.
        figure.add_scatter(
            x=[row["length"] for row in own],
            y=[row["median_ms"] for row in own],
            error_y=error_bars([row["median_ms"] for row in own], [row["quartiles_ms"] or (None, None) for row in own]),
            mode="lines+markers",
            connectgaps=False,
            name=names[name],
            line={
                "color": architecture_colour(name, dark),
                "width": 2.5,
                "dash": "dot" if name == "lstm-loop" else "solid",
            },
            marker={"size": 10, "symbol": [MARKS.get(row["limit"], "circle") for row in own]},
            customdata=[[names.get(row["limit"], "–"), *(row["quartiles_ms"] or [None, None])] for row in own],
            hovertemplate="%{x}: %{y:.3g} ms [%{customdata[1]:.3g}, %{customdata[2]:.3g}] · %{customdata[0]}",
        )
    for limit, dash in LINES.items():
        own = [row for row in rows if row["architecture"] == limits_of and row["limits_ms"]]
        figure.add_scatter(
            x=[row["length"] for row in own],
            y=[row["limits_ms"][limit] for row in own],
            mode="lines",
            name=f"{names[limits_of]}: {names[limit]}",
            line={"color": architecture_colour(limits_of, dark), "width": 1.5, "dash": dash},
            opacity=0.65,
            hovertemplate="%{x}: %{y:.3g} ms",
        )
    lengths = sorted({row["length"] for row in rows})
    figure.update_xaxes(type="log", title=axes[0], tickvals=lengths, ticktext=[str(length) for length in lengths])
    figure.update_yaxes(type="log", title=axes[1], dtick=1, exponentformat="none")
    return dress(figure, dark=dark, height=480)


def memory_by_length(
    rows: list[dict], *, names: dict[str, str], axes: tuple[str, str], dark: bool = False
) -> go.Figure:
    """Peak memory of every architecture at every length, of one mode. rows: architecture, length, peak_bytes (None is a gap)."""
    figure = go.Figure()
    for name in present(rows):
        own = [row for row in rows if row["architecture"] == name]
        figure.add_scatter(
            x=[row["length"] for row in own],
            y=[row["peak_bytes"] and row["peak_bytes"] / 1e6 for row in own],
            mode="lines+markers",
            connectgaps=False,
            name=names[name],
            showlegend=False,
            line={"color": architecture_colour(name, dark), "width": 2.5},
            hovertemplate="%{x}: %{y:.3g} MB",
        )
    lengths = sorted({row["length"] for row in rows})
    figure.update_xaxes(type="log", title=axes[0], tickvals=lengths[::2], ticktext=[str(n) for n in lengths[::2]])
    figure.update_yaxes(type="log", title=axes[1], dtick=1, exponentformat="none")
    return dress(figure, dark=dark, height=480)
