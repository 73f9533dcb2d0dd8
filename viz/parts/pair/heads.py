"""Which heads look elsewhere in the second sentence: ranked, as a list and as small maps."""

import streamlit as st

from model.evidence.causes.pairs import shifts
from model.reading.place import Place
from viz.components import headgrid
from viz.parts import marks
from viz.scenes.choice import Choice
from viz.scenes.fields import places
from viz.scenes.pair import Look, head_name, opened_head
from viz.scenes.texts import plain
from viz.session import address


def choose_head(place: Place) -> None:
    address.choose(layer=place.layer + 1, heads=(place.head + 1,))


def choose_clicked_head() -> None:
    if chosen := places(headgrid.clicked("heads")):
        choose_head(chosen[0])


def choose_ranked() -> None:
    choose_head(Place.parse(st.session_state.ranked))


def choose_nouns() -> None:
    chosen = tuple(st.session_state[name] + 1 for name in ("noun_a", "noun_b"))
    address.choose(nouns=chosen if len(set(chosen)) == 2 else None, layer=None, heads=None)


def show_heads(choice: Choice, look: Look, texts: dict) -> tuple[int, int]:
    """The ranking. Returns the layer and head that is open."""
    ranked = shifts(*look.runs, look.word, look.nouns, rows=look.both.rows)
    noun_boxes(look, texts)
    layer, head = opened_head(choice, look.both, ranked)
    st.session_state.ranked = str(Place("encoder", layer, head))
    show_ranking(ranked, look, texts)
    moved = {(one.layer, one.head): f"{abs(one.flip):.2f}" for one in ranked}
    part = headgrid.grid_part("encoder", texts["grid"], look.both.changes, [moved[place] for place in sorted(moved)])
    headgrid.head_grid([part], [st.session_state.ranked], texts, key="heads", opens=True, on_change=choose_clicked_head)
    ranking_button(ranked, look, texts)
    return layer, head


def noun_boxes(look: Look, texts: dict) -> None:
    for column, name, noun in zip(st.columns(2), ("noun_a", "noun_b"), look.nouns, strict=True):
        st.session_state[name] = noun
        column.selectbox(
            texts[name].format(word=plain(look.text_of(look.word))),
            look.both.aligned,
            format_func=look.text_of,
            key=name,
            on_change=choose_nouns,
        )


def show_ranking(ranked: list, look: Look, texts: dict) -> None:
    names = {
        str(Place("encoder", one.layer, one.head)): texts["rank"].format(
            place=number,
            head=head_name(one.layer, one.head, look.meaning, texts),
            moved=f"{abs(one.flip):.2f}",
        )
        for number, one in enumerate(ranked, start=1)
    }
    st.selectbox(
        texts["ranked"].format(word=plain(look.text_of(look.word))),
        list(names),
        format_func=names.get,
        key="ranked",
        on_change=choose_ranked,
    )


def ranking_button(ranked: list, look: Look, texts: dict) -> None:
    one_noun, other = map(look.text_of, look.nouns)
    header = ("layer", "head", f"first: {one_noun} - {other}", "second", "moved")
    rows = [
        (
            one.layer + 1,
            one.head + 1,
            *(look.both.largest * number for number in (one.first, one.second, abs(one.flip))),
        )
        for one in ranked
    ]
    marks.csv_button(texts["ranking_csv"], "ranking.csv", header, rows, "ranking csv")
