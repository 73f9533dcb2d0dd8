"""Explore: type a sentence, read its translation, see every layer and head."""

from viz.pages import session
from viz.pages.sentence import read_sentence

choice = session.current_choice()
if run := read_sentence(choice):
    session.show(run, choice)
