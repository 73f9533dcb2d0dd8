"""One head's card: its scores beside what needs no head, and sentences where it does most and least what its role says."""

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from model.evidence.roles.labels import ROLES
from model.evidence.roles.rows import ExampleRow, HeadRow, ScoreRow
from model.language.tokenizer import prepare, split_words
from model.reading.place import PARTS
from viz.figures.roles import RoleScore, role_scores
from viz.parts import charts
from viz.scenes.choice import Choice
from viz.scenes.heads import OTHERWISE, nearness, rule_name, score_name
from viz.scenes.texts import percent, plain
from viz.session import address
from viz.session.page import script

SHOWN = 8  # scores, at first


def show(choice: Choice, texts: dict, rows: Sequence[HeadRow], row: HeadRow) -> None:
    """row: the one of rows whose card it is."""
    part, layer, head = row.place
    role = texts["roles"][row.label]
    title = texts["card_title"].format(part=texts["parts"][part], layer=layer + 1, head=head + 1, role=role)
    st.header(title, anchor="card")
    ask_head(texts, rows, row)
    if more := [texts["roles"][one] for one in row.roles if one != row.label]:
        st.markdown(texts["card_more"].format(roles=", ".join(more)))
    left, right = st.columns([1, 1], gap="large")
    with left:
        show_scores(texts, row)
        if any(one.place.part == "encoder" for one in rows):  # only a Transformer has heads to switch off
            show_ways(choice, texts, row)
    with right:
        show_examples(choice, texts, row)


def show_ways(choice: Choice, texts: dict, row: HeadRow) -> None:
    """The same head on the pages that switch it off, and that work it through."""
    part, layer, head = row.place
    off = replace(choice, off=(row.place,))
    inside = replace(choice, part=part, layer=layer + 1, heads=(head + 1,))
    ways = (("switch", "switch", off, ":material/toggle_off:"), ("head", "inside", inside, ":material/functions:"))
    with st.container(horizontal=True, key="card_ways"):
        for page, name, view, icon in ways:
            st.page_link(script(page), label=texts[name], icon=icon, query_params=view.to_query())


def ask_head(texts: dict, rows: Sequence[HeadRow], row: HeadRow) -> None:
    """The same head, chosen by buttons: the table cannot be worked without a pointer."""
    of_part = [one for one in rows if one.place.part == row.place.part]
    part, layer, head = row.place
    st.session_state.update(card_part=part, card_layer=layer + 1, card_head=head + 1)
    with st.container(horizontal=True, vertical_alignment="bottom", key="card_place"):
        there = [part for part in PARTS if any(one.place.part == part for one in rows)]
        ask(rows, texts["part"], there, "card_part", texts["parts"].get)
        ask(rows, texts["layer"], sorted({one.place.layer + 1 for one in of_part}), "card_layer", str)
        ask(rows, texts["head"], sorted({one.place.head + 1 for one in of_part}), "card_head", str)


def ask(rows: Sequence[HeadRow], label: str, options: list, key: str, named) -> None:
    st.segmented_control(
        label, options, format_func=named, key=key, required=True, on_change=head_asked, args=(rows, key)
    )


def head_asked(rows: Sequence[HeadRow], key: str) -> None:
    part, layer, head = (st.session_state[name] for name in ("card_part", "card_layer", "card_head"))
    if key == "card_part":
        first = next(one.place for one in rows if one.place.part == part)
        layer, head = first.layer + 1, first.head + 1
    address.choose(part=part, layer=layer, heads=(head,))


def show_scores(texts: dict, row: HeadRow) -> None:
    """What its role rests on first, then what else passes, then what comes nearest to its threshold."""
    shares = {name: score for name, score in row.scores.items() if name not in OTHERWISE}
    own = ROLES[row.label][1] if row.roles else ()
    order = sorted(shares, key=lambda name: (name not in own, nearness(shares[name])))
    shown = order if st.session_state.get("heads_all_scores") else order[:SHOWN]
    scores = [
        RoleScore(
            score_name(texts, name),
            *(getattr(shares[name], number) for number in ("value", "low", "high", "baseline", "threshold")),
            bool(shares[name].passes),
        )
        for name in shown
    ]
    figure = role_scores(scores, names=texts["chart"], dark=charts.dark())
    st.plotly_chart(figure, theme=None, config=charts.CHART, alt=texts["chart_alt"], key="card_chart")
    st.caption(texts["chart_how"])
    for name, score in row.scores.items():
        if score.passes and score.plain is not None:
            facts = {key: percent(getattr(score, key)) for key in ("plain", "plain_baseline")}
            st.caption(texts["plain"].format(name=score_name(texts, name), **facts))
    for name in OTHERWISE:
        if score := row.scores.get(name):
            st.caption(otherwise(texts, name, score))
    if len(order) > SHOWN:
        st.toggle(texts["chart_all"], key="heads_all_scores")


def otherwise(texts: dict, name: str, score: ScoreRow) -> str:
    numbers = {key: getattr(score, key) for key in ("value", "low", "high", "baseline")}
    facts = {key: f"{number:.2f}".replace("-", "−") for key, number in numbers.items()}
    return texts["otherwise"].format(name=score_name(texts, name), rule=rule_name(texts, score), n=score.n, **facts)


def show_examples(choice: Choice, texts: dict, row: HeadRow) -> None:
    for which in ("strongest", "weakest"):
        st.subheader(texts[which if row.roles else f"{which}_none"], anchor=False)
        for number, example in enumerate(row.examples[which]):
            show_example(choice, texts, row, example, f"{which} {number}")
    if row.place.part != "encoder":
        st.caption(texts["french_how"])


def show_example(choice: Choice, texts: dict, row: HeadRow, example: ExampleRow, box: str) -> None:
    """The sentence, or both sentences, with the two words marked; what they are; and the way to see it in Explore."""
    part, query, key = row.place.part, example.query, example.key
    asks, answers = {query: "mj-asks"}, {key: "mj-answers"}
    marks = {
        "encoder": [("source", asks | answers)],
        "cross": [("target", asks), ("source", answers)],
        "decoder": [("target", asks | answers)],
    }[part]
    lines = [(name, getattr(example, name), classes) for name, classes in marks]
    languages = {"source": "en", "target": "fr"}
    st.html(
        "".join(
            f"<p class=mj-example lang={languages[name]}>{marked(text, classes)}</p>" for name, text, classes in lines
        )
    )
    facts = {name: plain(getattr(example, f"{name}_text")) for name in ("query", "key")}
    said = texts["looks" if part == "encoder" else "to_write"].format(**facts, weight=f"{example.weight:.3f}")
    with st.container(horizontal=True, vertical_alignment="center", key=box):
        st.markdown(said, width="content")
        st.page_link(
            script("explore"),
            label=texts["explore"],
            icon=":material/visibility:",
            query_params=there(choice, row, example).to_query(),
        )


def there(choice: Choice, row: HeadRow, example: ExampleRow) -> Choice:
    """The view of this head on this sentence. Only in the encoder is the word that asks one of the sentence's own."""
    part, layer, head = row.place
    place = {"part": part, "layer": layer + 1, "heads": (head + 1,)}
    place["word"] = example.query + 1 if part == "encoder" else None
    return Choice(text=example.source, lang=choice.lang, model=choice.model, beams=choice.beams, **place)


def marked(text: str, marks: dict[int, str]) -> str:
    """A text in HTML, some of its words marked by class. -1 is <s>, which stands before the first word."""
    words = [(word, start, marks.get(place)) for place, (word, start, _) in enumerate(split_words(prepare(text)))]
    pieces, end = [], 0
    for word, start, mark in [("<s>", -9, marks.get(-1))] * (-1 in marks) + words:
        glued = start == end or (pieces and pieces[-1][0].endswith("'"))  # inside, an elision stands apart
        shown = escape(word, quote=False)
        pieces.append((word, ("" if glued else " ") + (f"<mark class={mark}>{shown}</mark>" if mark else shown)))
        end = start + len(word)
    return "".join(piece for _, piece in pieces).strip()
