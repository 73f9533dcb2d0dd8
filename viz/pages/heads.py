"""What heads do: every head of a model with its scores beside their baselines; one head's card; and heads for two words."""

from collections.abc import Sequence

import streamlit as st

from model.evidence.roles.rows import HeadRow
from viz.parts import marks
from viz.parts.heads import card, find
from viz.parts.heads.measured import choose_model, measured
from viz.parts.heads.table import show_groups, show_table, table_button
from viz.scenes.choice import Choice
from viz.scenes.heads import chosen_row, head_name, wanted_head
from viz.scenes.texts import texts as texts_in
from viz.session import address


def page(choice: Choice) -> None:
    texts = texts_in(choice.lang)["heads"] | {"parts": texts_in(choice.lang)["switch"]["parts"]}
    st.html(marks.STYLE)
    st.title(texts["title"])
    if not choose_model(choice, texts) or (known := measured(choice, texts)) is None:
        return
    rows = known.rows
    st.markdown(texts["lead"].format(model=choice.model, picked=known.picked_on, reported=known.reported_on))
    show_groups(rows, texts)
    st.header(texts["table"], anchor="table")
    show_table(rows, choice.score, texts)
    table_button(rows, choice.model, texts)
    card.show(choice, texts, rows, row_or_first(choice, rows, texts))
    find.show(choice, texts, known)


def row_or_first(choice: Choice, rows: Sequence[HeadRow], texts: dict) -> HeadRow:
    """The head whose card is shown, after saying so where it is not the one that was asked for."""
    row, found = chosen_row(rows, choice)
    if not found and (choice.layer or choice.heads):
        part, layer, head = wanted_head(choice)
        name = texts["head_name"].format(part=texts["parts"][part], layer=layer, head=head)
        shown = head_name(texts, row.place)
        st.warning(texts["missing"].format(name=name, shown=shown))
    return row


page(address.current_choice())
