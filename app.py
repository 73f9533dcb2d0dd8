"""Monojog: what a Transformer looks at. Page set-up, navigation, sidebar; no maths and no figures.

    streamlit run app.py

Worth knowing: importing this file imports no torch. The first picture is a recorded Run.
"""

from pathlib import Path

import streamlit as st

from viz.pages import session

st.set_page_config(page_title="Monojog · মনোযোগ", page_icon="static/icon.svg", layout="wide", initial_sidebar_state=240)

st.html(Path(__file__).parent / "viz" / "pages" / "style.css")
st.logo("static/logo.svg", size="large")

choice = session.current_choice()
words = session.strings(choice.lang)["app"]

pages = st.navigation(
    [
        st.Page(
            "viz/pages/explore.py",
            title=words["explore"],
            icon=":material/visibility:",
            url_path="explore",
            default=True,
        ),
        st.Page(
            "viz/pages/architecture.py",
            title=words["architecture"],
            icon=":material/account_tree:",
            url_path="architecture",
        ),
        st.Page("viz/pages/head.py", title=words["head"], icon=":material/functions:", url_path="head"),
        st.Page("viz/pages/heads.py", title=words["heads"], icon=":material/apps:", url_path="heads"),
        st.Page("viz/pages/pair.py", title=words["pair"], icon=":material/compare:", url_path="pair"),
        st.Page("viz/pages/switch.py", title=words["switch"], icon=":material/toggle_off:", url_path="switch-off"),
        st.Page("viz/pages/race.py", title=words["race"], icon=":material/timer:", url_path="race"),
        st.Page("viz/pages/about.py", title=words["about"], icon=":material/description:", url_path="model"),
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
