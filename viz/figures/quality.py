"""How well each model translates, by the length of the sentence: where one vector is enough, and where it is not."""

import plotly.graph_objects as go

from viz.figures.style import architecture_colour, dress, error_bars

APART = 0.09  # between the points of two models at one length, in steps of the axis, so that no interval hides another


def bleu_by_length(
    series: dict[str, list[dict]], labels: list[str], *, names: dict[str, str], axis: str, dark: bool = False
) -> go.Figure:
    """BLEU of each model in each length group, with its interval.

    series: by architecture, one row a group with bleu and interval [low, high], both in [0, 100]; labels: the groups' names;
    names: what to call each architecture; axis: what to call the groups. Raises ValueError if rows and labels differ.
    """
    figure = go.Figure()
    for place, (name, rows) in enumerate(series.items()):
        if len(rows) != len(labels):
            raise ValueError(f"{name} must have one row a group = {len(labels)}; got {len(rows)}")
        shift = APART * (place - (len(series) - 1) / 2)
        figure.add_scatter(
            x=[group + shift for group in range(len(rows))],
            y=[row["bleu"] for row in rows],
            error_y=error_bars([row["bleu"] for row in rows], [row["interval"] for row in rows], width=4),
            name=names[name],
            mode="lines+markers",
            marker_size=9,
            line={"color": architecture_colour(name, dark), "width": 2.5},
            customdata=[[label, *row["interval"], row["n"]] for label, row in zip(labels, rows, strict=True)],
            hovertemplate="%{customdata[0]}<br>BLEU %{y:.1f} [%{customdata[1]:.1f}, %{customdata[2]:.1f}], n = %{customdata[3]}",
        )
    figure.update_xaxes(tickvals=list(range(len(labels))), ticktext=labels, title=axis)
    figure.update_yaxes(title="BLEU", rangemode="tozero")
    return dress(figure, dark=dark)
