"""The Choice of one person: it stands in the address, and Streamlit's widgets are made to agree with it.

Worth knowing: nothing else is kept per person. The browser answers most of the explorer by itself and writes the address too.
"""

from dataclasses import replace
from urllib.parse import urlsplit

import streamlit as st

from viz.scenes.choice import Choice

HELD = {name: one.widget for name, one in Choice.FIELDS.items() if one.widget}  # the key of each widget, by field


def current_choice() -> Choice:
    """The Choice of this person now, and the widgets made to agree with it.

    Widgets write the address (see remember); but an address that somebody edited, opened, or went back to wins over them.
    """
    keep_on_another_page()
    choice = Choice.from_query(st.query_params.to_dict())
    bring_up_to_date(choice)
    for name, key in HELD.items():
        if key not in st.session_state or st.session_state.get("address." + name) != getattr(choice, name):
            st.session_state[key] = st.session_state["address." + name] = getattr(choice, name)
    return replace(choice, **{name: st.session_state[key] for name, key in HELD.items()})


def keep_on_another_page() -> None:
    """The menu opens a page with an empty address: the sentence, the language and the search come along."""
    page = urlsplit(st.context.url or "").path
    moved = st.session_state.get("page", page) != page
    st.session_state.page = page
    if moved:  # the new page's widgets are set anew
        kept = {name: st.session_state.pop("address." + name) for name in HELD}
        if not st.query_params:
            st.query_params.from_dict(Choice(**kept).to_query())


def bring_up_to_date(choice: Choice) -> None:
    """An address of older defaults is written anew with today's, so that what is changed in it from now on is read alike."""
    query = st.query_params.to_dict()
    if query.get("v", "1") != str(Choice.VERSION):
        others = {name: value for name, value in query.items() if name not in (*Choice.FIELDS, "v")}
        st.query_params.from_dict(others | choice.to_query())


def remember(name: str) -> None:
    """Puts a widget's value into the address; a default leaves it."""
    value = st.session_state["address." + name] = st.session_state[HELD[name]]
    choose(**{name: value})


def choose(**changes) -> None:
    """Puts values that no widget holds into the address; a default leaves it."""
    for name, value in changes.items():
        one = Choice.FIELDS[name]
        if value == one.default:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = one.write(value)
