"""How the network leans between two pronouns, before and after something is done to it, beside what chance does.

Worth knowing: the picture has no time in it. Both dots are the same place of the same translation, its words before it
forced; only what was done to the network differs.
"""

from html import escape

import plotly.graph_objects as go

from viz.figures.colours import CHANGED, DARK_CHANGED, DARK_INK, DARK_MASKED, INK, MASKED
from viz.figures.style import dress

REACH = 10  # nats to both sides of 0; a lean of 10 is a probability of 0.99995


def effect_band(
    before: float,
    after: float | None,
    band: tuple[float, float] | None,
    *,
    names: dict[str, str],
    dark: bool = False,
) -> go.Figure:
    """log p(il) - log p(elle) before and after, in nats, on one line through 0.

    after: None while nothing is done. band: the 5th and 95th percentile of the *change* that random heads cause, so it is
    drawn round `before`; None where there is nothing to compare with. names: before, after, band, left and right (the sides
    of 0), axis.
    """
    ink, amber, grey = (DARK_INK, DARK_CHANGED, DARK_MASKED[1]) if dark else (INK, CHANGED, MASKED[1])
    dots = [("before", before, ink, "circle-open")] + [("after", after, amber, "circle")] * (after is not None)
    reach = max(REACH, *(1.15 * abs(dot[1]) for dot in dots), *(1.05 * abs(before + end) for end in band or ()))
    figure = go.Figure()
    if band:
        figure.add_scatter(
            x=[before + band[0], before + band[1], before + band[1], before + band[0]],
            y=[-0.36, -0.36, 0.36, 0.36],
            fill="toself",
            mode="lines",
            line={"width": 1, "color": grey},
            fillcolor=grey,
            name=names["band"],
            hoverinfo="name",
        )
    for name, value, colour, symbol in dots:
        figure.add_scatter(
            x=[value],
            y=[0],
            mode="markers",
            marker={"size": 20, "color": colour, "symbol": symbol, "line": {"width": 4, "color": colour}},
            name=names[name],
            hovertemplate="%{x:.2f}",
        )
    figure = dress(figure, dark=dark, height=210).update_layout(dragmode=False)
    if after is not None and abs(after - before) > 0.06 * reach:  # shorter, and its head would hide the dots
        figure.add_annotation(
            x=after, ax=before, y=0, ay=0, axref="x", ayref="y", text="", showarrow=True, arrowcolor=amber
        )
        figure.layout.annotations[-1].update(arrowwidth=3, arrowhead=2, standoff=12, startstandoff=12)
    for side, place, anchor in (("left", -reach, "left"), ("right", reach, "right")):
        figure.add_annotation(
            x=place, y=0.9, text=f"<b>{escape(names[side])}</b>", showarrow=False, xanchor=anchor, font={"size": 18}
        )
    figure.add_vline(x=0, line={"color": ink, "width": 2})
    figure.update_xaxes(range=[-reach, reach], title=names["axis"], showgrid=False)
    figure.update_yaxes(range=[-0.7, 1.15], visible=False)
    return figure
