"""The sentence box with its examples, and the Run of what stands in it: the top of every page that reads a sentence.

Worth knowing: a text that cannot be read is answered by one sentence on the page, and stays in the box to be mended.
"""

import streamlit as st

from model.reading.recorded import EXAMPLES
from model.reading.run import Run
from viz.pages import session
from viz.pages.session import Choice

LATIN = range(0x250)  # the model has read English; other scripts reach it byte by byte


def read_sentence(choice: Choice) -> Run | None:
    """Box, examples, and the Run of the chosen text; or None, after saying in one sentence what is in the way."""
    words = session.strings(choice.lang)["explore"]
    sentence_box(choice, words["sentence"])
    if run := run_or_explain(choice):
        if any(ord(letter) not in LATIN for letter in choice.text if letter.isalpha()):
            st.caption(words["other_script"])
        if run.fallback:
            st.caption(words["fallback"])
    return run


def sentence_box(choice: Choice, label: str) -> None:
    words = session.strings(choice.lang)["explore"]
    st.text_input(label, key="text", on_change=session.remember, args=("text",), placeholder=words["placeholder"])
    with st.container(horizontal=True, gap="xsmall", key="examples"):
        for text, name in zip(EXAMPLES, words["example_names"], strict=True):
            kind = "primary" if text == choice.text else "secondary"
            st.button(name, key=name, on_click=choose_text, args=(text,), type=kind, width="content")


def choose_text(text: str, box: str = "text") -> None:
    st.session_state[box] = text
    session.remember(box)


def run_or_explain(choice: Choice, box: str = "text") -> Run | None:
    """box: the box that the text stands in, where a text that is cut goes back to."""
    if run := session.recorded_run(choice):
        session.warm(choice.model)
        return run
    try:
        with st.spinner(session.strings(choice.lang)["explore"]["loading"], show_time=True):
            session.translator(choice.model)
        return session.computed_run(choice.model, choice.text, choice.beams)
    except Exception as error:  # every known one has its sentence; an unknown one must not take the page down
        explain(error, choice, box)
        return None


def explain(error: Exception, choice: Choice, box: str = "text") -> None:
    """One sentence on what is in the way. Errors that we know carry a reason, and each reason has its sentence."""
    words = session.strings(choice.lang)["explore"]
    reason = getattr(error, "reason", "failed")
    facts = vars(error) | {"model": choice.model, "message": error}
    level = {"blank": st.info, "punctuation": st.info, "long": st.warning}.get(reason, st.error)
    level(words[reason].format(**facts))
    if reason == "long":
        shorter = session.translator(choice.model).cut(choice.text)
        st.button(words["cut"], on_click=choose_text, args=(shorter, box), key=f"cut {box}")
