"""Two sentences: which heads look elsewhere when one word changes, and which of them carry it into the translation."""

from dataclasses import replace
from html import escape

import numpy as np
import streamlit as st

from viz.components.interlinear import block, clicked, interlinear
from viz.figures.difference import difference_matrix
from viz.figures.matrix import attention_matrix
from viz.figures.style import FONT
from viz.parts import charts, marks
from viz.parts.pair.heads import show_heads
from viz.parts.pair.proofs import causal_section, patching_section
from viz.parts.sentence import run_or_explain
from viz.scenes import pair
from viz.scenes.choice import Choice
from viz.scenes.pair import Both, Look, Runs
from viz.scenes.texts import percent, plain
from viz.scenes.texts import texts as texts_in
from viz.session import address, experiments, stacks

VIEW = {"word": None, "nouns": None, "layer": None, "heads": None}  # what belongs to one pair only


def page(choice: Choice) -> None:
    texts, colour = texts_in(choice.lang)["pair"], texts_in(choice.lang)["explorer"]
    st.html(marks.STYLE)
    sentence_boxes(choice, texts)
    if (runs := read_both(choice, texts)) is None:
        return
    if not pair.comparable(runs):
        st.info(texts["nothing_shared"])
        return
    offered = stacks.meanings(runs[0])
    meaning, both = side_by_side(choice, runs, choice.meaning if choice.meaning in offered else "weights", colour)
    word = word_or_default(choice, runs, both, texts)
    show_sentences(runs, both, word, texts)
    look = Look(runs, both, meaning, word, nouns_or_default(choice, runs, both, word, texts), choice.hide)
    left, right = st.columns([2, 3], gap="large")
    with left:
        layer, head = show_heads(choice, look, texts)
        ask_meaning(look, offered, texts, colour)
    with right:
        show_difference(look, layer, head, texts, colour)
    with st.container(key="maps"):
        show_maps(look, layer, head, texts, colour)
    causal_section(choice, look, texts)
    patching_section(choice, runs, texts)


# --- the pair ---


def with_second(choice: Choice) -> Choice:
    """A sentence that comes alone gets the other half of its pair; one that has none stands twice, to be changed."""
    if "second" in st.query_params or not choice.text.strip():
        return choice
    st.session_state.second = pair.other_half(choice.model, choice.text)
    return replace(choice, second=st.session_state.second)


def new_sentence(box: str) -> None:
    address.remember(box)
    address.choose(**VIEW)


def choose_pair(first: str, second: str) -> None:
    st.session_state.text, st.session_state.second = first, second
    new_sentence("text")
    address.remember("second")


def choose_word() -> None:
    address.choose(**VIEW)
    if (word := clicked("sentences")) is not None:
        address.choose(word=word + 1)


def sentence_boxes(choice: Choice, texts: dict) -> None:
    for column, box in zip(st.columns(2), ("text", "second"), strict=True):
        column.text_input(texts[box], key=box, on_change=new_sentence, args=(box,))
    with st.container(horizontal=True, gap="xsmall", key="examples"):
        for number, (first, second) in enumerate(pair.known_pairs(choice.model)):
            kind = "primary" if (first, second) == (choice.text, choice.second) else "secondary"
            name = pair.differing(first, second)
            st.button(name, key=f"pair {number}", on_click=choose_pair, args=(first, second), type=kind)


def read_both(choice: Choice, texts: dict) -> Runs | None:
    """Both Runs, or None after saying in one sentence what is in the way."""
    if choice.text.split() == choice.second.split() != []:
        st.info(texts["same"])
        return None
    asked = ((choice, "text"), (replace(choice, text=choice.second), "second"))
    runs = tuple(run_or_explain(one, box) for one, box in asked)
    if None in runs:
        return None
    if "encoder" not in runs[0].maps:
        st.info(texts["no_encoder"].format(model=choice.model))
        return None
    return runs


def side_by_side(choice: Choice, runs: Runs, meaning: str, colour: dict) -> tuple[str, Both]:
    """Both Runs in the numbers that were asked for; in weights, and a sentence on why, where that cannot be."""
    names = choice.model, choice.text, choice.second, choice.beams
    try:
        return meaning, experiments.both(*names, meaning, runs)
    except Exception as error:  # the weights are there and stay
        st.error(colour["meaning_failed"].format(message=plain(str(error))))
        return "weights", experiments.both(*names, "weights", runs)


def show_sentences(runs: Runs, both: Both, word: int, texts: dict) -> None:
    blocks = [
        words_block(texts["sentences"], [run.source for run in runs], both.alignment, "en", choosable=True),
        words_block(texts["translations"], [run.target for run in runs], both.answers, "fr", choosable=False),
    ]
    interlinear(blocks, word, texts, key="sentences", on_change=choose_word)
    if any(alone := pair.unaligned(both, runs)):
        st.caption(texts["unequal"].format(first=alone[0], second=alone[1]))


def words_block(name: str, axes: list, alignment, language: str, *, choosable: bool) -> dict:
    """Two texts, word under word, without their special tokens."""
    words = tuple([word.text for word in axis.words if word.kind != "special"] for axis in axes)
    inside = [(one, other) for one, other in alignment.words if one < len(words[0]) and other < len(words[1])]
    return block(name, words, inside, alignment.changed, language=language, choosable=choosable)


# --- what is looked at ---


def word_or_default(choice: Choice, runs: Runs, both: Both, texts: dict) -> int:
    word, notices = pair.word_of(choice, runs, both)
    for notice in notices:
        say = st.warning if notice == "no_word" else st.caption
        say(texts[notice].format(word=choice.word))
    return word


def nouns_or_default(choice: Choice, runs: Runs, both: Both, word: int, texts: dict) -> tuple[int, int]:
    nouns, notice = pair.nouns_of(choice, runs, both, word)
    if notice:
        st.warning(texts[notice].format(word=max(choice.nouns)))
    return nouns


def ask_meaning(look: Look, offered: list[str], texts: dict, colour: dict) -> None:
    """What the numbers are, whether the places where heads rest are shown, and what is hidden with them."""
    st.session_state.update(pair_meaning=look.meaning, pair_hide=look.hide)
    st.selectbox(
        colour["meaning"],
        offered,
        format_func=lambda name: colour[f"meaning_{name}"],
        key="pair_meaning",
        on_change=lambda: address.choose(meaning=st.session_state.pair_meaning),
    )
    st.caption(scale_text(look, texts, colour))
    hide = st.checkbox(
        colour["hide"], key="pair_hide", on_change=lambda: address.choose(hide=st.session_state.pair_hide)
    )
    if hide:
        places = (look.word, look.both.alignment.second(look.word))
        shares = [
            pair.hidden_share(run, rows[:, :, place])
            for run, rows, place in zip(look.runs, look.both.rows, places, strict=True)
        ]
        facts = {name: percent(share) for name, share in zip(("first", "second"), shares, strict=True)}
        st.caption(texts["hidden"].format(word=plain(look.text_of(look.word)), **facts))


def scale_text(look: Look, texts: dict, colour: dict) -> str:
    outputs = [run.target.words[stacks.pronoun_word(run)].text for run in look.runs]
    facts = {"largest": f"{look.both.largest:.3g}", "part": texts["parts"]["encoder"]}
    facts["output"] = " / ".join(map(plain, dict.fromkeys(outputs)))
    return colour["scale" if look.meaning == "weights" else f"scale_{look.meaning}"].format(**facts)


# --- pictures of one head ---


def show_difference(look: Look, layer: int, head: int, texts: dict, colour: dict) -> None:
    both, aligned = look.both, look.both.aligned
    kinds = [look.runs[0].source.words[one].kind for one in aligned]
    places = look.shown(kinds, *map(aligned.index, (look.word, *look.nouns)))
    labels = [both.labels[place] for place in places]
    say_row(look, layer, head, texts, colour)
    figure = difference_matrix(
        both.changes[layer, head][np.ix_(places, places)],
        labels,
        labels,
        names=[texts["less"], "0", texts["more"]],
        marked=places.index(aligned.index(look.word)),
        changed=[name for name in labels if " / " in name],
        dark=charts.dark(),
    )
    alt = texts["difference_alt"].format(layer=layer + 1, head=head + 1)
    with st.container(key="difference"):
        st.plotly_chart(figure, theme=None, config=charts.CHART, alt=alt)
    st.caption(texts["difference_how"])
    name = f"difference-{look.meaning}-layer{layer + 1}-head{head + 1}.csv"
    numbers = (both.largest * both.changes[layer, head]).tolist()
    rows = [(label, *values) for label, values in zip(both.labels, numbers, strict=True)]
    marks.csv_button(texts["difference_csv"], name, ("", *both.labels), rows, "difference csv")


def say_row(look: Look, layer: int, head: int, texts: dict, colour: dict) -> None:
    """The row of the chosen word in numbers, in both sentences."""
    numbers = {name: f"{value:.2f}" for name, value in zip("abcd", look.row(layer, head), strict=True)}
    names = {"word": look.word, "one": look.nouns[0], "other": look.nouns[1]}
    facts = {name: escape(look.text_of(word)) for name, word in names.items()} | numbers
    facts |= {"head": pair.head_name(layer, head, look.meaning, texts), "quantity": colour[f"meaning_{look.meaning}"]}
    said = texts["row" if look.meaning == "weights" else "row_other"].format(**facts)
    st.html(f"<p class=mj-row>{said}</p>")


def show_maps(look: Look, layer: int, head: int, texts: dict, colour: dict) -> None:
    """The head as it is in each sentence."""
    for column, run, rows in zip(st.columns(2), look.runs, look.both.rows, strict=True):
        places = look.shown([word.kind for word in run.source.words])
        words = [run.source.words[place].text for place in places]
        figure = attention_matrix(rows[layer, head][np.ix_(places, places)], words, words, dark=charts.dark())
        figure.update_traces(showscale=False)
        figure.update_layout(
            height=130 + 26 * len(words), margin={"t": 100, "r": 44}, font={"size": 15, "family": FONT}, dragmode=False
        )
        column.html(f"<p class=mj-sentence>{escape(run.text)}</p>")
        column.plotly_chart(figure, theme=None, config=charts.CHART, alt=run.text)
    st.caption(texts["maps_how"] if look.meaning == "weights" else colour[f"tells_{look.meaning}"])


page(with_second(address.current_choice()))
