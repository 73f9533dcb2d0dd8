"""Find the head: who joins two words of this sentence, and whether they make a habit of it."""

import streamlit as st

from model.evidence.causes.pronoun import pronoun_word
from model.evidence.roles.find import Found, find
from model.evidence.roles.rows import Heads
from model.reading.place import PARTS, Place
from model.reading.run import Run
from viz.parts import marks
from viz.parts.sentence import read_sentence
from viz.scenes.choice import Choice
from viz.scenes.heads import head_name
from viz.scenes.texts import percent, plain
from viz.session import address

SHOWN = 8  # heads, before the list scrolls
COLUMNS = ("part", "layer", "head", "weight", "label", "like", "offset", "usual", "low", "high", "baseline", "n")
COLUMNS += ("coincidence",)


def show(choice: Choice, texts: dict, known: Heads) -> None:
    """known: what is known of the model's heads."""
    st.header(texts["find"], anchor="find")
    st.markdown(texts["find_how"])
    run = read_sentence(choice)
    if run is None:
        return
    if not run.maps:
        st.info(texts["find_none"])
        return
    part = choice.part if choice.part in run.maps else next(iter(run.maps))
    query, key = ask_words(choice, texts, run, part)
    found = find(run, query, key, known, part)
    axes = run.maps[part]
    chosen = {"query": axes.query_axis.words[query].text, "key": axes.key_axis.words[key].text}
    say_found(texts, found[0], chosen)
    show_found(texts, found)


def ask_words(choice: Choice, texts: dict, run: Run, part: str) -> tuple[int, int]:
    """The two words, from 0; at first *it* and what it stands for."""
    axes = run.maps[part]
    counts = len(axes.query_axis.words), len(axes.key_axis.words)
    link = tuple(place - 1 for place in choice.link or ())
    if not link or any(place >= count for place, count in zip(link, counts, strict=True)):
        link = usual_words(run, part)
    st.session_state.update(
        find_part=part, find_query=min(link[0], counts[0] - 1), find_key=min(link[1], counts[1] - 1)
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="find_words"):
        there = [one for one in PARTS if one in run.maps]
        st.segmented_control(
            texts["part"],
            there,
            format_func=texts["parts"].get,
            key="find_part",
            required=True,
            on_change=find_part_asked,
        )
        label = texts["find_query" if part == "encoder" else "find_query_written"]
        for name, what, axis in (
            ("find_query", label, axes.query_axis),
            ("find_key", texts["find_key"], axes.key_axis),
        ):
            st.selectbox(
                what, range(len(axis.words)), format_func=named(axis), key=name, on_change=words_asked, width=230
            )
    return st.session_state.find_query, st.session_state.find_key


def named(axis):
    return lambda place: f"{place + 1} · {axis.words[place].text}" if place < len(axis.words) else ""


def usual_words(run: Run, part: str) -> tuple[int, int]:
    if not run.antecedents:
        return 0, min(1, len(run.maps[part].key_axis.words) - 1)
    it = run.antecedents[0]
    if part == "encoder":
        return it.word, max(0, it.candidates[0].word) if it.candidates else 0
    return (pronoun_word(run.text, run.target) or 0, it.word if part == "cross" else 0)


def words_asked() -> None:
    address.choose(link=(st.session_state.find_query + 1, st.session_state.find_key + 1))


def find_part_asked() -> None:
    address.choose(part=st.session_state.find_part, link=None, layer=None, heads=None)


def say_found(texts: dict, first: Found, chosen: dict[str, str]) -> None:
    facts = {name: plain(text) for name, text in chosen.items()}
    said = [
        texts["find_answer"].format(
            head=head_name(texts, Place(first.part, first.layer, first.head)),
            weight=f"{first.weight:.3f}",
            **facts,
        )
    ]
    if first.usual is None:
        said.append(texts["find_unknown"].format(like=like_name(texts, first)))
    else:
        low, high = map(percent, first.interval)
        numbers = {"usual": percent(first.usual), "low": low, "high": high, "n": first.n}
        said.append(
            texts["find_rare" if first.coincidence else "find_habit"].format(like=like_name(texts, first), **numbers)
        )
    if first.baseline is not None:
        said.append(texts["find_baseline"].format(baseline=percent(first.baseline)))
    st.markdown(" ".join(said))


def like_name(texts: dict, one: Found) -> str:
    if one.like != "offset":
        return texts["roles"][one.like]
    if not one.offset:
        return texts["like_same_place"]
    return texts["like_offset"].format(count=abs(one.offset), side=texts["back" if one.offset < 0 else "on"])


def show_found(texts: dict, found: list[Found]) -> None:
    columns = texts["columns"]
    weight = st.column_config.ProgressColumn(format="%.3f", min_value=0.0, max_value=1.0)
    share = st.column_config.NumberColumn(format="%.3f")
    named_columns = {columns["weight"]: weight} | {
        columns[name]: share for name in ("usual", "low", "high", "baseline")
    }
    height = 35 * (min(SHOWN, len(found)) + 1) + 3
    st.dataframe(table(texts, found), placeholder="–", hide_index=True, height=height, column_config=named_columns)
    lines = [
        (
            *(one.part, one.layer + 1, one.head + 1, one.weight, one.label, one.like, one.offset, one.usual),
            *(*(one.interval or ("", "")), one.baseline, one.n, one.coincidence),
        )
        for one in found
    ]
    marks.csv_button(texts["find_csv"], "found-heads.csv", COLUMNS, lines, "find csv")


def table(texts: dict, found: list[Found]) -> dict[str, list]:
    columns = texts["columns"]
    return {
        columns["layer"]: [one.layer + 1 for one in found],
        columns["head"]: [one.head + 1 for one in found],
        columns["role"]: [texts["roles"][one.label] for one in found],
        columns["weight"]: [one.weight for one in found],
        columns["like"]: [like_name(texts, one) for one in found],
        columns["usual"]: [one.usual for one in found],
        columns["low"]: [one.interval and one.interval[0] for one in found],
        columns["high"]: [one.interval and one.interval[1] for one in found],
        columns["baseline"]: [one.baseline for one in found],
        columns["n"]: [one.n for one in found],
        columns["verdict"]: [texts["coincidence" if one.coincidence else "habit"] for one in found],
    }
