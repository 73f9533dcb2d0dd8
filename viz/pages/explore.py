"""Explore: type a sentence, read its translation, see every layer and head."""

import streamlit as st

from model.reading.recorded import EXAMPLES
from viz.components.explorer import explorer
from viz.pages import session

LATIN = range(0x250)  # the model has read English; other scripts reach it byte by byte


def choose_example() -> None:
    if st.session_state.example:
        st.session_state.text = st.session_state.example


def forget_example() -> None:
    st.session_state.example = st.session_state.text if st.session_state.text in EXAMPLES else None


def cut_text() -> None:
    st.session_state.text = session.translator(choice.model).cut(st.session_state.text)


def run_or_explain() -> "session.Run | None":
    """The Run of the chosen text; or None, after saying in one sentence what is in the way."""
    if run := session.recorded_run(choice):
        session.warm(choice.model)
        return run
    try:
        with st.spinner(words["loading"], show_time=True):
            session.translator(choice.model)
        return session.computed_run(choice.model, choice.text, choice.beams)
    except Exception as error:  # every known one has its sentence; an unknown one must not take the page down
        explain(error)
        return None


def explain(error: Exception) -> None:
    """One sentence on what is in the way. Errors that we know carry a reason, and each reason has its sentence."""
    reason = getattr(error, "reason", "failed")
    facts = vars(error) | {"model": choice.model, "message": error}
    level = {"blank": st.info, "punctuation": st.info, "long": st.warning}.get(reason, st.error)
    level(words[reason].format(**facts))
    if reason == "long":
        st.button(words["cut"], on_click=cut_text)


choice = session.current_choice()
words = session.strings(choice.lang)["explore"]

st.text_input(
    words["sentence"],
    value=session.Choice.text,
    key="text",
    bind="query-params",
    on_change=forget_example,
    placeholder=words["placeholder"],
    label_visibility="collapsed",
)
st.pills(
    words["examples"],
    EXAMPLES,
    key="example",
    on_change=choose_example,
    format_func=lambda text: words["example_names"][EXAMPLES.index(text)],
    default=choice.text if choice.text in EXAMPLES else None,
    label_visibility="collapsed",
)
if run := run_or_explain():
    if any(ord(letter) not in LATIN for letter in choice.text if letter.isalpha()):
        st.caption(words["other_script"])
    if run.fallback:
        st.caption(words["fallback"])
    explorer(session.payload(run, choice), key="explorer")
