"""The sentence box with its examples, and the Run of what stands in it: the top of every page that reads a sentence.

Worth knowing: a text that cannot be read is answered by one sentence on the page, and stays in the box to be mended.
"""

import streamlit as st

from model.reading.recorded import EXAMPLES
from model.reading.run import Run
from viz.scenes.choice import Choice
from viz.scenes.texts import texts as texts_in
from viz.session import address, caches

LATIN = range(0x250)  # the model has read English; other scripts reach it byte by byte


def read_sentence(choice: Choice) -> Run | None:
    """Box, examples, and the Run of the chosen text; or None, after saying in one sentence what is in the way."""
    texts = texts_in(choice.lang)["explore"]
    sentence_box(choice, texts["sentence"])
    if run := run_or_explain(choice):
        if any(ord(letter) not in LATIN for letter in choice.text if letter.isalpha()):
            st.caption(texts["other_script"])
        if run.fallback:
            st.caption(texts["fallback"])
    return run


def sentence_box(choice: Choice, label: str) -> None:
    texts = texts_in(choice.lang)["explore"]
    st.text_input(label, key="text", on_change=address.remember, args=("text",), placeholder=texts["placeholder"])
    with st.container(horizontal=True, gap="xsmall", key="examples"):
        for text, name in zip(EXAMPLES, texts["example_names"], strict=True):
            kind = "primary" if text == choice.text else "secondary"
            st.button(name, key=name, on_click=choose_text, args=(text,), type=kind, width="content")


def choose_text(text: str, box: str = "text") -> None:
    st.session_state[box] = text
    address.remember(box)


def run_or_explain(choice: Choice, box: str = "text") -> Run | None:
    """box: the box that the text stands in, where a text that is cut goes back to."""
    if run := caches.recorded_run(choice):
        caches.warm(choice.model)
        return run
    try:
        with st.spinner(texts_in(choice.lang)["explore"]["loading"], show_time=True):
            caches.translator(choice.model)
        return caches.computed_run(choice.model, choice.text, choice.beams)
    except Exception as error:  # every known one has its sentence; an unknown one must not take the page down
        explain(error, choice, box)
        return None


def explain(error: Exception, choice: Choice, box: str = "text") -> None:
    """One sentence on what is in the way. Errors that we know carry a reason, and each reason has its sentence."""
    texts = texts_in(choice.lang)["explore"]
    reason = getattr(error, "reason", "failed")
    facts = vars(error) | {"model": choice.model, "message": error}
    level = {"blank": st.info, "punctuation": st.info, "long": st.warning}.get(reason, st.error)
    level(texts[reason].format(**facts))
    if reason == "long":
        shorter = caches.translator(choice.model).cut(choice.text)
        st.button(texts["cut"], on_click=choose_text, args=(shorter, box), key=f"cut {box}")
