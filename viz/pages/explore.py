"""Explore: type a sentence, read its translation, see every layer and head."""

from html import escape

import streamlit as st

from viz.pages import roles, session, stacks
from viz.pages.sentence import read_sentence

choice = session.current_choice()
if run := read_sentence(choice):
    if run.maps:
        known = {"meanings": stacks.meanings(run), "roles": roles.by_part(choice.model, choice.lang)}
        known["groups"] = roles.groups(choice.lang)
        known["ways"] = ["heads", "head", "pair", "switch-off"] if "encoder" in run.maps else ["heads"]
        session.show(run, choice, known, stacks.asked_for(run, choice))
    else:
        st.html(f"<p class=mj-plain lang=fr>{escape(run.translation)}</p>")
        st.info(session.strings(choice.lang)["explore"]["no_attention"])
