"""Seven claims of every lecture, each with what was measured here and where it does not hold.

Worth knowing: no number stands in the sentences. Each comes from the shipped results when the page is drawn, and a claim whose
results are missing says so.
"""

from html import escape

import streamlit as st

from viz.parts.race.facts import FACTS
from viz.scenes.choice import Choice


def show(choice: Choice, texts: dict) -> None:
    said = texts["claims_said"]
    st.header(said["head"])
    st.caption(said["how"])
    rows = []
    for claim, facts_of in FACTS.items():
        try:
            facts = facts_of(texts)
        except (KeyError, IndexError, TypeError, StopIteration):  # the results it needs are not there
            facts = None
        measured, limits = (
            (said[f"{claim}_{part}"].format(**facts) if facts else said["missing"]) for part in ("measured", "limits")
        )
        rows.append((said[f"{claim}_claim"], measured, limits))
    st.html(claims_table([said[name] for name in ("claim", "measured", "limits")], rows))
    st.caption(said["not"])


def claims_table(head: list[str], rows: list[tuple[str, str, str]]) -> str:
    top = "".join(f"<th scope=col>{escape(text)}</th>" for text in head)
    body = "".join(
        f"<tr><th scope=row>{escape(claim)}</th><td data-label='{escape(head[1])}'>{escape(measured)}</td>"
        f"<td data-label='{escape(head[2])}'>{escape(limits)}</td></tr>"
        for claim, measured, limits in rows
    )
    return f"<table class=mj-claims><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
