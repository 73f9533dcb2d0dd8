"""Monojog: what a Transformer looks at. Page set-up, navigation, sidebar; no maths and no figures.

    streamlit run app.py

Worth knowing: importing this file imports no torch. The first picture is a recorded Run.
"""

from pathlib import Path

import streamlit as st

from viz.scenes.common import BEAMS
from viz.scenes.texts import LANGUAGES
from viz.scenes.texts import texts as texts_in
from viz.session import address
from viz.session.page import STYLE, script

STATIC = Path(__file__).parent / "static"

st.set_page_config(
    page_title="Monojog · মনোযোগ", page_icon=STATIC / "icon.svg", layout="wide", initial_sidebar_state=240
)

st.html(STYLE)
st.logo(STATIC / "logo.svg", size="large")

choice = address.current_choice()
texts = texts_in(choice.lang)["app"]

pages = st.navigation(
    [
        st.Page(
            script("explore"),
            title=texts["explore"],
            icon=":material/visibility:",
            url_path="explore",
            default=True,
        ),
        st.Page(
            script("architecture"),
            title=texts["architecture"],
            icon=":material/account_tree:",
            url_path="architecture",
        ),
        st.Page(script("head"), title=texts["head"], icon=":material/functions:", url_path="head"),
        st.Page(script("heads"), title=texts["heads"], icon=":material/apps:", url_path="heads"),
        st.Page(script("pair"), title=texts["pair"], icon=":material/compare:", url_path="pair"),
        st.Page(script("switch"), title=texts["switch"], icon=":material/toggle_off:", url_path="switch-off"),
        st.Page(script("race"), title=texts["race"], icon=":material/timer:", url_path="race"),
        st.Page(script("about"), title=texts["about"], icon=":material/description:", url_path="model"),
    ]
)

with st.sidebar:
    st.segmented_control(
        texts["language"],
        list(LANGUAGES),
        format_func=LANGUAGES.get,
        key="lang",
        required=True,
        on_change=address.remember,
        args=("lang",),
    )
    st.segmented_control(
        texts["search"],
        list(BEAMS),
        format_func=lambda beams: texts[BEAMS[beams]],
        key="beams",
        required=True,
        on_change=address.remember,
        args=("beams",),
        help=texts["search_help"],
    )
    st.caption(texts["offline"])

pages.run()
