"""Every head of a model in one table, each with a score beside its baseline; and the groups that people speak of."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from model.evidence.roles.rows import HeadRow
from viz.parts import marks
from viz.scenes import heads
from viz.scenes.texts import plain
from viz.session import address

NAMED = ("grammar", "semantic", "long_distance")  # the groups that have a name people use
FEW = 4  # heads that are listed by name
ROOM = 320  # px, before the table scrolls


# --- the three kinds of heads people speak of ---


def show_groups(rows: Sequence[HeadRow], texts: dict) -> None:
    st.html("".join(group_html(group, rows, texts) for group in NAMED))


def group_html(group: str, rows: Sequence[HeadRow], texts: dict) -> str:
    """Its name, how many heads pass for it and which, and what such a head does."""
    passing = heads.passing(rows, group)
    counted = texts["group_some"].format(passed=len(passing), all=len(rows)) if passing else texts["group_none"]
    return (
        f'<div class="mj-kind"><h3><i style="background:light-dark({", ".join(heads.colours(group))})"></i>'
        f"{texts['letters'][group]} · {texts['names'][group]}</h3><p><b>{escape(counted)}</b></p>"
        f"<p>{escape(texts['says'][group])}</p>"
        + (plainly(rows, texts) if group == "grammar" else "")
        + "".join(
            f"<p class=mj-of>{escape(listed(role, passing, texts))}</p>" for role in heads.passed_roles(passing, group)
        )
        + "</div>"
    )


def plainly(rows: Sequence[HeadRow], texts: dict) -> str:
    name, facts = heads.counted_plainly(rows)
    return f"<p>{escape(texts[name].format(**facts)) if name else ''}</p>"


def listed(role: str, rows: Sequence[HeadRow], texts: dict) -> str:
    """The heads of a role by name, or how many they are."""
    names = [heads.head_name(texts, row.place) for row in rows if role in row.roles]
    named = ", ".join(names) if len(names) <= FEW else texts["group_count"].format(count=len(names))
    return texts["group_role"].format(role=texts["roles"][role], heads=named)


# --- all heads ---


def show_table(rows: Sequence[HeadRow], score: str, texts: dict) -> None:
    """score: the one that is asked for, or "role"."""
    names = ["role", *heads.scores_of(rows)]
    if score not in names:
        st.warning(texts["no_score"].format(name=plain(score)))
    shown = score if score in names else "role"
    ask_score(names, shown, texts)
    numbers = ("value", "low", "high", "baseline", "threshold")
    st.dataframe(
        heads.table(rows, shown, texts),
        key="heads_table",
        on_select=lambda: row_chosen(rows),
        selection_mode="single-row",
        hide_index=True,
        height=min(ROOM, 35 * (len(rows) + 1) + 3),
        placeholder="–",
        column_config={texts["columns"][name]: st.column_config.NumberColumn(format="%.3f") for name in numbers},
    )


def ask_score(names: list[str], shown: str, texts: dict) -> None:
    st.session_state.heads_score = shown
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.caption(texts["table_how"])
    right.selectbox(
        texts["score"],
        names,
        format_func=lambda name: texts["score_role"] if name == "role" else heads.score_name(texts, name),
        key="heads_score",
        on_change=lambda: address.choose(score=st.session_state.heads_score),
    )


def row_chosen(rows: Sequence[HeadRow]) -> None:
    chosen = st.session_state.heads_table.selection.rows
    if chosen:
        part, layer, head = rows[chosen[0]].place
        address.choose(part=part, layer=layer + 1, heads=(head + 1,))


def table_button(rows: Sequence[HeadRow], model: str, texts: dict) -> None:
    marks.csv_button(texts["csv"], f"heads-{model}.csv", heads.CSV_HEADER, heads.csv_rows(rows), "heads csv")
