"""Where words stand: the position code, its dot products by distance, and what becomes of a head in a shuffled sentence."""

import streamlit as st

from model.reading.run import Run
from viz.figures import head
from viz.figures.positions import distance_curve, position_heatmap
from viz.parts import charts
from viz.parts.head.pictures import show
from viz.scenes.head import Spot, Worked, token_texts
from viz.scenes.texts import plain
from viz.session import caches

POSITIONS = 64  # of the code that are drawn, at least


def show_positions(run: Run, work: Worked, texts: dict) -> None:
    dark = charts.dark()
    length = max(POSITIONS, len(run.source), len(run.target))
    code, products, deviations = caches.positions(length, len(work.own.placed))
    st.header(texts["positions"], anchor="positions")
    marked = texts["positions_marked"].format(word=plain(work.stands_at))
    st.markdown(f"{texts['positions_says'].format(width=code.shape[1])} {marked}")
    figure = position_heatmap(code, texts, dark=dark, marked=work.spot.row)
    st.plotly_chart(figure, config=charts.CHART, key="code")
    left, right = st.columns([5, 7], gap="large")
    with left:
        pairs, deviation = length * (length + 1) // 2, head.small_text(deviations.max())
        st.markdown(texts["distance_says"].format(pairs=f"{pairs:,}", length=length, deviation=deviation))
        st.caption(texts["distance_caveat"])
    with right:
        st.plotly_chart(distance_curve(products, texts, dark=dark), config=charts.CHART, key="curve")


def show_shuffle(run: Run, spot: Spot, texts: dict) -> None:
    """The head's map in the sentence as it is and shuffled, with positions and without."""
    from model.inside.what_if import in_text_order, shuffle_difference

    st.header(texts["shuffle"], anchor="shuffle")
    if len(run.source.words) <= 2:
        st.caption(texts["shuffle_one"])
        return
    where = spot.names[:3]
    passes = {
        (placed, shuffled): caches.inside(run.model, run.text, run.beams, placed, shuffled, run)
        for placed in (True, False)
        for shuffled in (False, True)
    }
    tokens = token_texts(run.source)
    text = " ".join(tokens[i] for i in passes[True, True].order[:-1])
    says = "shuffle_says" if spot.part == "encoder" else f"shuffle_says_{spot.part}"
    placed, unplaced = (shuffle_difference(passes[p, False], passes[p, True], *where) for p in (True, False))
    st.markdown(texts[says].format(text=plain(text)))
    st.markdown(texts["shuffle_result"].format(placed=f"{placed:.2f}", unplaced=head.small_text(unplaced)))
    drawn = [
        head.small_map(in_text_order(inside, *where), map_title(*which, texts)) for which, inside in passes.items()
    ]
    show('<div class="mj-maps">', *drawn, "</div>", label=texts["shuffle"])


def map_title(placed: bool, shuffled: bool, texts: dict) -> str:
    order = texts["in_disorder" if shuffled else "in_order"]
    return texts["map_title"].format(order=order, positions=texts["with_positions" if placed else "without_positions"])
