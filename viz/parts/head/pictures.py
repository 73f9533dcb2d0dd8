"""A picture of the head's page on that page, and the style that all of them share."""

from pathlib import Path

import streamlit as st

from viz.figures.head import picture

STYLE = Path(__file__).parent / "head.css"


def show(*drawn: str, label: str) -> None:
    st.markdown(picture(*drawn, label=label), unsafe_allow_html=True)
