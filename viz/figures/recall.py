"""What each architecture still knows of what it read, and how many bits that takes."""

import plotly.graph_objects as go

from viz.figures.style import architecture_colour, dress, error_bars, present


def accuracy_curve(
    rows: list[dict], *, names: dict[str, str], axes: tuple[str, str], unseen: str, dark: bool = False
) -> go.Figure:
    """Accuracy against distance, pairs or length: medians over seeds, bars from quartile to quartile.

    rows: of one task and one axis, with architecture, axis (the name of the key that holds the value), in_range, chance,
    accuracy_median and accuracy_quartiles in [0, 1]; unseen: what to write over values that training has not met.
    """
    figure, axis = go.Figure(), rows[0]["axis"]
    shown = present(rows)
    for place, name in enumerate(shown):
        own = [row for row in rows if row["architecture"] == name]
        middle = [row["accuracy_median"] for row in own]
        figure.add_scatter(
            x=[row[axis] for row in own],
            y=middle,
            error_y=error_bars(middle, [row["accuracy_quartiles"] for row in own]),
            mode="lines+markers",
            # Each line narrower than the one before it: where several run at 100 %, all can be seen.
            marker_size=7 + 1.6 * (len(shown) - 1 - place),
            name=names[name],
            line={"color": architecture_colour(name, dark), "width": 2.5 + 1.6 * (len(shown) - 1 - place)},
            hovertemplate="%{x}: %{y:.1%}",
        )
    values = [row[axis] for row in rows]
    figure.add_hline(y=rows[0]["chance"], line={"width": 1.5, "dash": "dot"}, opacity=0.6)
    met = [row[axis] for row in rows if row["in_range"]]
    if met and max(values) > max(met):
        figure.add_vrect(
            x0=max(met),
            x1=max(values),
            line_width=0,
            fillcolor="grey",
            opacity=0.12,
            annotation={"text": unseen, "font_size": 14},
            annotation_position="bottom right",
        )
    figure.update_xaxes(title=axes[0])
    figure.update_yaxes(title=axes[1], range=[0, 1.05], tickformat=".0%")
    return dress(figure, dark=dark, height=430)


def bits_chart(
    rows: list[dict], *, names: dict[str, str], axes: tuple[str, str], floor: str, dark: bool = False
) -> go.Figure:
    """Bits in each state against the bits that an answer without error needs; both axes logarithmic.

    rows: as in accuracy_curve, with state_bits and floor_bits; floor: what to call the line of what is needed.
    """
    figure, axis = go.Figure(), rows[0]["axis"]
    for name in present(rows):
        own = [row for row in rows if row["architecture"] == name]
        figure.add_scatter(
            x=[row[axis] for row in own],
            y=[row["state_bits"] for row in own],
            mode="lines",
            name=names[name],
            showlegend=False,
            line={"color": architecture_colour(name, dark), "width": 2.5},
            hovertemplate=names[name] + " %{x}: %{y:,.0f}",
        )
    first = [row for row in rows if row["architecture"] == rows[0]["architecture"]]
    figure.add_scatter(
        x=[row[axis] for row in first],
        y=[row["floor_bits"] for row in first],
        mode="lines",
        name=floor,
        line={"color": "grey", "width": 2.5, "dash": "dash"},
        hovertemplate="%{x}: %{y:,.0f}",
    )
    figure.update_xaxes(title=axes[0])
    figure.update_yaxes(type="log", title=axes[1], dtick=1, exponentformat="none")
    return dress(figure, dark=dark, height=430)
