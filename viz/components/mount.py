"""Components on a Streamlit page. Streamlit is imported when one is first shown, so that packing needs none."""

from collections.abc import Callable
from functools import cache

from viz.components.scripts import Scripts


@cache
def mounted(scripts: Scripts) -> Callable:
    """The function that shows a component, known to Streamlit by its name."""
    import streamlit as st

    return st.components.v2.component(
        scripts.name, html=scripts.html, css=scripts.css, js=scripts.js, isolate_styles=scripts.isolated
    )


def sent(key: str, name: str) -> object:
    """What the browser last said under this name; None if nothing. It is for the caller to believe or not."""
    import streamlit as st

    return (st.session_state.get(key) or {}).get(name)
