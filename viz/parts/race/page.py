"""The race's page: a title, a choice of sections, and the chosen one.

Worth knowing: a section is a file of this folder with one function show(choice, words) that draws it.
"""

import streamlit as st

from viz.pages import session
from viz.parts.race import claims, gradients, path, recall, speed, translations

SECTIONS = dict(zip(session.SECTIONS, (translations, speed, gradients, recall, path, claims), strict=True))


def show(choice: session.Choice) -> None:
    words = session.strings(choice.lang)["race"]
    st.title(words["title"])
    st.segmented_control(
        words["section"],
        list(SECTIONS),
        format_func=words.get,
        key="section",
        required=True,
        on_change=session.remember,
        args=("section",),
        label_visibility="collapsed",
    )
    SECTIONS[choice.section].show(choice, words)
