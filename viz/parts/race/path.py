"""Path and memory: the 2017 paper's table with its constants, and what each architecture keeps of the past."""

import numpy as np
import streamlit as st

from model.race.cost import parity_length, remembered, table_1
from viz.figures.growth import growth
from viz.parts.charts import dark
from viz.parts.race.chart import draw
from viz.parts.race.numbers import three_digits
from viz.scenes.choice import Choice
from viz.scenes.race import LENGTHS, WIDTHS
from viz.session import address

DRAWN = np.geomspace(16, 65536, 60)
ORDERS = {  # as the paper prints them: operations, in a row, path
    "attention": ("n²·d", "1", "1"),
    "rnn": ("n·d²", "n", "n"),
    "gru": ("n·d²", "n", "n"),
    "lstm": ("n·d²", "n", "n"),
    "convolution": ("k·n·d²", "1", "logₖ n"),
    "restricted attention": ("r·n·d", "1", "n/r"),
}
WITH_CONSTANTS = {
    "attention": "8·n·d² + 4·n²·d",
    "rnn": "4·n·d²",
    "gru": "12·n·d²",
    "lstm": "16·n·d²",
    "convolution": "2·k·n·d²",
    "restricted attention": "8·n·d² + 4·r·n·d",
}
KEEP = ("rnn", "lstm", "gru", "gru-attention", "transformer")


def show(choice: Choice, texts: dict) -> None:
    said = texts["paths"]
    st.header(said["head"])
    st.caption(said["how"])
    for column, name, options in zip(st.columns(2), ("length", "width"), (LENGTHS, WIDTHS), strict=True):
        with column:
            st.select_slider(said[name], options, key=name, on_change=address.remember, args=(name,))
    n, d = choice.length, choice.width
    table = table_1(n, d)
    st.table(
        {
            said["layer"]: [said["layers"][name] for name in table],
            said["order"]: [f"{ORDERS[name][0]} = {three_digits(row.complexity)}" for name, row in table.items()],
            said["operations"]: [f"{WITH_CONSTANTS[name]} = {three_digits(row.flops)}" for name, row in table.items()],
            said["sequential"]: [valued(ORDERS[name][1], row.sequential) for name, row in table.items()],
            said["longest"]: [valued(ORDERS[name][2], row.path) for name, row in table.items()],
        }
    )
    st.markdown(
        said["parity"].format(lstm=f"{parity_length('lstm', d):,.0f}", gru=f"{parity_length('gru', d):,.0f}", width=d)
    )
    for column, (title, figure) in zip(st.columns(2), charts(n, d, texts).items(), strict=True):
        with column:
            st.subheader(said[title])
            draw(figure, title)
    st.markdown(
        said["kept"].format(
            length=f"{n:,}", **{name.replace("-", "_"): three_digits(remembered(name, n, d)) for name in KEEP}
        )
    )
    st.caption(said["not"])


def charts(n: int, d: int, texts: dict) -> dict:
    said, drawn = texts["paths"], table_1(DRAWN, d)
    operations = {name: drawn[name].flops for name in ("attention", "rnn", "gru", "lstm")}
    floats = {name: remembered(name, DRAWN, d) for name in KEEP}
    return {
        title: growth(DRAWN, series, names=texts["names"], axes=(said["length_axis"], said[axis]), mark=n, dark=dark())
        for title, series, axis in (
            ("operations_head", operations, "operations_axis"),
            ("kept_head", floats, "kept_axis"),
        )
    }


def valued(order: str, value: float) -> str:
    return order if order == "1" else f"{order} = {value:,.0f}"
