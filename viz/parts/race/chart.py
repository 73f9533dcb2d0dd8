"""One chart on the page, and what stands under a section: the command that makes its numbers anew, and the numbers."""

import json

import streamlit as st

from viz.parts.charts import CHART


def draw(figure, key: str) -> None:
    """A Plotly figure where the page is just now, in its own colours."""
    st.plotly_chart(figure, config=CHART, key=key, theme=None)


def how_made(command: str, texts: dict) -> None:
    st.caption(texts["command"].format(command=command))


def json_button(document: dict, name: str, texts: dict) -> None:
    """The numbers as NAME.json."""
    st.download_button(texts["json"], json.dumps(document), f"{name}.json", "application/json", key=f"{name}-json")
