"""What every chart on a page needs to know besides its numbers."""

import streamlit as st

CHART = {"toImageButtonOptions": {"format": "svg"}, "displaylogo": False}  # what every Plotly chart offers


def dark() -> bool:
    """Whether this person reads on dark paper."""
    return st.context.theme.type == "dark"
