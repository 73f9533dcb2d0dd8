"""Recall: what each architecture still knows at the end of a sequence; and parity, the task that recurrence wins."""

import streamlit as st

from model.race.shipped import shipped
from viz.figures.recall import accuracy_curve, bits_chart
from viz.parts.charts import dark
from viz.parts.race.chart import draw, how_made, json_button
from viz.scenes.choice import Choice

COMMAND = "python -m model.race.recall --out model/race/results/recall.json"
CHARTS = (  # task, axis, whether the bits of the state are drawn beside
    ("copy", "distance", False),
    ("recall", "pairs", True),
    ("recall", "distance", False),
    ("parity", "length", False),
)


def show(choice: Choice, texts: dict) -> None:
    said, found = texts["recalls"], shipped("recall")
    st.header(said["head"])
    if not found:
        st.error(texts["missing_data"].format(command=COMMAND))
        return
    rows, settings = found["results"], found["settings"]
    st.caption(
        said["how"].format(
            low=f"{min(row['parameters'] for row in rows):,}",
            high=f"{max(row['parameters'] for row in rows):,}",
            seeds=len(settings["seeds"]),
        )
    )
    for task, axis, bits in CHARTS:
        own = [row for row in rows if row["task"] == task and row["axis"] == axis]
        st.subheader(said[f"{task}_{axis}"])
        st.caption(said[f"{task}_{axis}_how"])
        columns = st.columns([5, 3] if bits else 1)
        axes = (said[axis], said["accuracy"])
        figure = accuracy_curve(own, names=texts["names"], axes=axes, unseen=said["unseen"], dark=dark())
        with columns[0]:
            draw(figure, f"{task}-{axis}")
        if bits:
            axes = (said[axis], said["bits"])
            figure = bits_chart(own, names=texts["names"], axes=axes, floor=said["floor"], dark=dark())
            with columns[1]:
                draw(figure, f"{task}-{axis}-bits")
            st.caption(said["bits_how"])
    failures(rows, texts)
    st.caption(said["not"])
    how_made(found["command"], texts)
    json_button(found, "recall", texts)


def failures(rows: list[dict], texts: dict) -> None:
    """How many seeds never learned a task, where any did not: a median hides them."""
    said = texts["recalls"]
    counted = {(row["task"], row["architecture"]): (row["failures"], row["seeds"]) for row in rows}
    listed = [
        said["failure"].format(
            architecture=texts["names"][architecture], task=said[f"task_{task}"], failures=failed, seeds=seeds
        )
        for (task, architecture), (failed, seeds) in counted.items()
        if failed
    ]
    st.markdown(said["failures"].format(failures="; ".join(listed)) if listed else said["no_failures"])
