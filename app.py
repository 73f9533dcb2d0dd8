"""Monojog: what a Transformer looks at. Page set-up, navigation, sidebar; no maths and no figures.

    streamlit run app.py

Worth knowing: importing this file imports no torch. The first picture is a recorded Run.
"""

from pathlib import Path

import streamlit as st

from viz.pages import script, session

STATIC = Path(__file__).parent / "static"

st.set_page_config(
    page_title="Monojog · মনোযোগ", page_icon=STATIC / "icon.svg", layout="wide", initial_sidebar_state=240
)

st.html(script("explore").with_name("style.css"))
st.logo(STATIC / "logo.svg", size="large")

choice = session.current_choice()
words = session.strings(choice.lang)["app"]

pages = st.navigation(
    [
        st.Page(
            script("explore"),
            title=words["explore"],
            icon=":material/visibility:",
            url_path="explore",
            default=True,
        ),
        st.Page(
            script("architecture"),
            title=words["architecture"],
            icon=":material/account_tree:",
            url_path="architecture",
        ),
        st.Page(script("head"), title=words["head"], icon=":material/functions:", url_path="head"),
        st.Page(script("heads"), title=words["heads"], icon=":material/apps:", url_path="heads"),
        st.Page(script("pair"), title=words["pair"], icon=":material/compare:", url_path="pair"),
        st.Page(script("switch"), title=words["switch"], icon=":material/toggle_off:", url_path="switch-off"),
        st.Page(script("race"), title=words["race"], icon=":material/timer:", url_path="race"),
        st.Page(script("about"), title=words["about"], icon=":material/description:", url_path="model"),
    ]
)

with st.sidebar:
    st.segmented_control(
        words["language"],
        list(session.LANGUAGES),
        format_func=session.LANGUAGES.get,
        key="lang",
        required=True,
        on_change=session.remember,
        args=("lang",),
    )
    st.segmented_control(
        words["search"],
        list(session.BEAMS),
        format_func=lambda beams: words[session.BEAMS[beams]],
        key="beams",
        required=True,
        on_change=session.remember,
        args=("beams",),
        help=words["search_help"],
    )
    st.caption(words["offline"])

pages.run()
