"""The race: what recurrent models and the Transformer can do, side by side, every number measured."""

import streamlit as st

from viz.pages.sections import claims, gradients, path, recall, speed, translations
from viz.scenes import race
from viz.scenes.texts import texts as texts_in
from viz.session import address

SECTIONS = dict(zip(race.SECTIONS, (translations, speed, gradients, recall, path, claims), strict=True))

choice = address.current_choice()
words = texts_in(choice.lang)["race"]

st.title(words["title"])
st.segmented_control(
    words["section"],
    list(SECTIONS),
    format_func=words.get,
    key="section",
    required=True,
    on_change=address.remember,
    args=("section",),
    label_visibility="collapsed",
)
SECTIONS[choice.section].show(choice, words)
