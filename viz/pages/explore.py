"""Explore: type a sentence, read its translation, see every layer and head."""

from html import escape

import streamlit as st

from viz.pages import session
from viz.pages.sentence import read_sentence

choice = session.current_choice()
if run := read_sentence(choice):
    if run.maps:
        session.show(run, choice)
    else:
        st.html(f"<p class=mj-plain lang=fr>{escape(run.translation)}</p>")
        st.info(session.strings(choice.lang)["explore"]["no_attention"])
