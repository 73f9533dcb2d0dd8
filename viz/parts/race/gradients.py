"""Gradients: how much of the loss reaches back, at initialisation (measured now) and after training (shipped)."""

import streamlit as st

from model.race.shipped import shipped
from viz.figures.gradients import gradient_by_distance
from viz.parts.charts import dark
from viz.parts.race.chart import draw, how_made, json_button
from viz.scenes.choice import Choice

COMMAND = "python -m model.race.gradients --train --out model/race/results/gradients.json"


@st.cache_resource(show_spinner=False)
def at_initialisation() -> list[dict]:
    """Measured once for everybody; imports torch."""
    from model.race.gradients import at_initialisation as measured

    return measured()


def show(choice: Choice, texts: dict) -> None:
    said, trained = texts["gradients_said"], shipped("gradients")
    st.header(said["head"])
    st.caption(said["how"])
    with st.spinner(said["measuring"]):
        now = at_initialisation()
    st.subheader(said["initialisation"])
    st.caption(said["initialisation_how"].format(seeds=now[0]["seeds"]))
    draw_rows(now, "initialisation", texts)
    for when in ("trained", "trained-far"):
        rows = [row for row in trained["results"] if row["when"] == when] if trained else []
        st.subheader(said[when])
        if rows:
            st.caption(said[f"{when}-how"].format(seeds=rows[0]["seeds"]))
            draw_rows(rows, when, texts)
        else:
            st.error(texts["missing_data"].format(command=COMMAND))
    st.caption(said["not"])
    how_made(COMMAND, texts)
    json_button({"initialisation": now, "trained": trained}, "gradients", texts)


def draw_rows(rows: list[dict], when: str, texts: dict) -> None:
    said = texts["gradients_said"]
    axes = (said["distance_axis"], said["gradient_axis"])
    figure = gradient_by_distance(rows, names=texts["names"], axes=axes, dark=dark())
    draw(figure, f"gradient-{when}")
    columns = {
        said["network"]: [texts["names"][row["architecture"]] for row in rows],
        said["factor"]: [factor(row) for row in rows],
        said["half_life"]: [half_life(row, said) for row in rows],
        said["farthest"]: [f"{row['gradient_median'][-1]:.1e}" for row in rows],
    }
    if when != "initialisation":
        columns[said["learned"]] = [f"{row['seeds'] - row['failures']} / {row['seeds']}" for row in rows]
    st.table(columns)


def factor(row: dict) -> str:
    low, high = row["factor_quartiles"]
    return "–" if row["factor_median"] is None else f"{row['factor_median']:.3f} [{low:.3f}, {high:.3f}]"


def half_life(row: dict, said: dict) -> str:
    steps = row["half_life_steps"]
    return said["never"] if steps is None else said["steps"].format(steps=f"{steps:,.1f}")
