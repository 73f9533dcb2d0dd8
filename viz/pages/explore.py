"""Explore: type a sentence, read its translation, see every layer and head."""

from html import escape

import streamlit as st

from model.reading.run import Run
from viz.components.explorer import explorer
from viz.parts.sentence import read_sentence
from viz.scenes import explore, heads
from viz.scenes.choice import Choice
from viz.scenes.texts import texts
from viz.session import address, caches, roles, stacks


def page(choice: Choice) -> None:
    run = read_sentence(choice)
    if run and run.maps:
        show(choice, run)
    elif run:
        st.html(f"<p class=mj-plain lang=fr>{escape(run.translation)}</p>")
        st.info(texts(choice.lang)["explore"]["no_attention"])


def show(choice: Choice, run: Run) -> None:
    """Every layer and head; the browser answers from here."""
    known = {
        "meanings": stacks.meanings(run),
        "roles": roles.by_part(choice.model, choice.lang),
        "groups": heads.groups(choice.lang),
        "ways": ["heads", "head", "pair", "switch-off"] if "encoder" in run.maps else ["heads"],
    }
    picture = caches.picture(run.model, run.text, run.beams, run)
    explorer(picture, explore.state(run, choice) | known, key="explorer", stack=stacks.asked_for(run, choice))


page(address.current_choice())
