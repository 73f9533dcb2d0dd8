"""Whose heads are shown, and the roles they were measured to have; where nobody has measured them, a button to do so."""

import streamlit as st

from model.evidence.roles.rows import Heads
from viz.scenes.choice import Choice
from viz.scenes.heads import with_attention
from viz.scenes.texts import plain
from viz.session import address, roles


def choose_model(choice: Choice, texts: dict) -> bool:
    """The models that have heads; whether the chosen one is among them."""
    offered = with_attention()
    here = choice.model in offered
    if not here:
        st.info(texts["no_heads"].format(model=choice.model))
    st.session_state.heads_model = choice.model if here else None
    st.segmented_control(texts["model"], offered, key="heads_model", on_change=model_chosen, args=(choice.model,))
    return here


def model_chosen(before: str) -> None:
    address.choose(model=st.session_state.heads_model or before, part=Choice.part, layer=None, heads=None)


def measured(choice: Choice, texts: dict) -> Heads | None:
    """The roles of the model's heads; measured here and now if somebody says so. None after saying that they are not known."""
    measurement = roles.measurement(choice.model)
    if measurement.result:
        return measurement.result
    st.markdown(texts["unmeasured"].format(model=choice.model))
    if not st.button(texts["measure"], type="primary"):
        return None
    try:
        bar = st.progress(0.0)
        measurement.measure(
            lambda done, all_: bar.progress(done / all_, texts["measuring"].format(done=done, total=all_))
        )
    except Exception as error:  # whatever it is, the page stays and says so
        st.error(texts["failed"].format(message=plain(str(error))))
        return None
    st.rerun()
