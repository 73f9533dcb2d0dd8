"""The race's page: a title, a choice of sections, and the chosen one.

Worth knowing: a section is a file of this folder with one function show(choice, texts) that draws it.
"""

import streamlit as st

from viz.parts.race import claims, gradients, path, recall, speed, translations
from viz.scenes.choice import Choice
from viz.scenes.race import SECTIONS
from viz.scenes.texts import texts as texts_in
from viz.session import address

SECTIONS = dict(zip(SECTIONS, (translations, speed, gradients, recall, path, claims), strict=True))


def show(choice: Choice) -> None:
    texts = texts_in(choice.lang)["race"]
    st.title(texts["title"])
    st.segmented_control(
        texts["section"],
        list(SECTIONS),
        format_func=texts.get,
        key="section",
        required=True,
        on_change=address.remember,
        args=("section",),
        label_visibility="collapsed",
    )
    SECTIONS[choice.section].show(choice, texts)
