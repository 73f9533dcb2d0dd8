"""How a model learned: its validation scores against the tokens it had read."""

import plotly.graph_objects as go

from viz.figures.colours import OKABE_ITO

SERIES = {"bleu": "bleu", "pronouns": "pronoun_accuracy", "antecedents": "antecedent_accuracy", "head": "flip_rate"}


def training_curve(log: list[dict], names: dict[str, str]) -> go.Figure:
    """One line a score, all in percent (BLEU is one already), against millions of tokens.

    log: rows with tokens and scores of SERIES, shares in [0, 1] (a model without attention has no flip_rate); names: what to
    call each line and the axis.
    """
    millions = [row["tokens"] / 1e6 for row in log]
    figure = go.Figure()
    present = {name: key for name, key in SERIES.items() if all(key in row for row in log)}
    for colour, (name, key) in zip(OKABE_ITO, present.items(), strict=False):
        factor = 1 if key == "bleu" else 100
        figure.add_scatter(
            x=millions, y=[factor * row[key] for row in log], name=names[name], mode="lines+markers", line_color=colour
        )
    figure.update_layout(
        xaxis_title=names["axis_tokens"],
        yaxis={"range": [0, 101], "ticksuffix": " %"},
        legend={"orientation": "h", "y": -0.2, "yanchor": "top"},
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        hovermode="x unified",
    )
    return figure
