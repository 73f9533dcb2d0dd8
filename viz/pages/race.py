"""The race: what recurrent models and the Transformer can do, side by side, every number measured."""

import streamlit as st

from viz.pages import session
from viz.pages.sections import claims, gradients, path, recall, speed, translations

SECTIONS = dict(zip(session.SECTIONS, (translations, speed, gradients, recall, path, claims), strict=True))

choice = session.current_choice()
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
