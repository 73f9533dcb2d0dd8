"""Inside one head: one word asks, and every step of the formula is shown with its real numbers. Then: positions."""

from dataclasses import replace

import streamlit as st

from model.reading.place import PARTS
from model.reading.run import Axis, Run
from viz.figures import head as pictures
from viz.parts.head.pictures import STYLE, show
from viz.parts.head.positions import show_positions, show_shuffle
from viz.parts.sentence import explain, read_sentence
from viz.scenes.choice import Choice
from viz.scenes.head import TEMPERATURES, Missing, Spot, Worked, as_csv, change_of, changes_in, spot_of, worked
from viz.scenes.head_steps import Step, head_steps, spread
from viz.scenes.texts import plain
from viz.scenes.texts import texts as texts_in
from viz.session import address, caches
from viz.session.page import script


def page(choice: Choice) -> None:
    texts = texts_in(choice.lang)["head"]
    st.html(STYLE)
    if not (run := read_sentence(choice)):
        return
    if "encoder" not in run.maps or any(maps.kind != "softmax" for maps in run.maps.values()):
        st.info(texts["no_heads"].format(model=run.model))
        return
    spot, missing = spot_of(run, choice)
    if (steps := read_steps(choice, run, spot, texts)) is None:
        return
    work, missing_key = worked(run, choice, spot, steps)
    st.markdown(texts["lead"])
    ask_spot(choice, run, work, texts)
    say_missing([*missing, *missing_key], work, texts)
    show_sentence(work, texts)
    show_answer(choice, run, work, texts)
    for number, step in enumerate(head_steps(work, texts), start=1):
        show_step(number, step, texts)
    show_check(work, texts)
    show_positions(run, work, texts)
    show_shuffle(run, spot, texts)


def read_steps(choice: Choice, run: Run, spot: Spot, texts: dict) -> tuple | None:
    """The numbers of every step, as the model does it and changed; or None, after one sentence on what is in the way."""
    try:
        with st.spinner(texts["loading"], show_time=True):
            caches.translator(choice.model)
        return caches.head_steps(run.model, run.text, run.beams, spot.names, *change_of(choice, spot.part), run)
    except Exception as error:  # as in run_or_explain: a sentence, whatever it is
        explain(error, choice)
        return None


# --- what is asked for ---


def ask(widget, name: str, label: str, options, value, **more):
    """A widget that shows what the address says and writes there what is answered."""
    st.session_state["head." + name] = value
    return widget(label, options, key="head." + name, on_change=answered, args=(name,), **more)


def answered(name: str) -> None:
    value = st.session_state["head." + name]
    if name == "part":
        address.choose(part=value, query=None, key=None, word=None)  # another part counts other words
    elif name == "head":
        address.choose(heads=(value,))
    elif name in ("query", "query_written"):
        address.choose(query=value, key=None)
    else:
        address.choose(**{{"degrees": "temperature"}.get(name, name): value})


def ask_spot(choice: Choice, run: Run, work: Worked, texts: dict) -> None:
    spot, maps, buttons = work.spot, run.maps[work.spot.part], st.segmented_control
    parts = [part for part in PARTS if part in run.maps]
    layers, heads = range(1, maps.layers + 1), range(1, maps.heads + 1)
    name_part = texts_in(choice.lang)["explorer"].get
    with st.container(horizontal=True, vertical_alignment="bottom", key="place"):
        ask(buttons, "part", texts["part"], parts, spot.part, format_func=name_part, required=True)
        ask(buttons, "layer", texts["layer"], layers, spot.layer + 1, required=True)
        ask(buttons, "head", texts["head"], heads, spot.head + 1, required=True)
    with st.container(horizontal=True, vertical_alignment="bottom", key="words"):
        query = "query" if spot.part == "encoder" else "query_written"
        ask_token(query, maps.query_axis, spot.row, texts)
        ask_token("key", maps.key_axis, work.key, texts)
        changes, named = changes_in(spot.part), {"format_func": texts.get, "required": True}
        ask(st.pills, "change", texts["change"], changes, work.change, **named)
        if work.change == "temperature":
            degrees = {"format_func": "{:g}".format, "required": True}
            ask(buttons, "degrees", texts["degrees"], TEMPERATURES, choice.temperature, **degrees)


def ask_token(name: str, axis: Axis, chosen: int, texts: dict) -> None:
    def named(place: int) -> str:
        return texts["token"].format(place=place, text=axis.tokens[place - 1].text)

    ask(st.selectbox, name, texts[name], range(1, len(axis) + 1), chosen + 1, format_func=named, width=230)


def say_missing(missing: Missing, work: Worked, texts: dict) -> None:
    """What the address asked for in vain, and what is shown instead."""
    if not missing:
        return
    names = [texts[f"missing_{what}"].format(number=number) for what, number in missing]
    spot = work.spot
    instead = f"layer {spot.layer + 1}, head {spot.head + 1}, {work.query} → {work.keys[work.key]}"
    st.info(texts["moved"].format(missing=", ".join(names), shown=plain(instead)))


# --- what is shown ---


def show_sentence(work: Worked, texts: dict) -> None:
    """The row as a sentence, its words as dark as they are heavy."""
    changed = None if work.change == "none" else work.changed.weights
    named = texts["legend_changed"].format(change=texts[work.change]) if work.change != "none" else ""
    show(
        pictures.sentence(work.keys, work.own.weights, chosen=work.key, changed=changed),
        pictures.legend(texts["legend_own"], named) if named else "",
        label=texts["softmax"],
    )


def show_answer(choice: Choice, run: Run, work: Worked, texts: dict) -> None:
    """What the head does with this word, in one line; how spread the row is; and the way to the head's other views."""
    spot, own = work.spot, work.own
    facts = {"layer": spot.layer + 1, "head": spot.head + 1, "query": plain(work.query)}
    facts |= {"key": plain(work.keys[work.key]), "weight": pictures.weight_text(own.weights[work.key])}
    with st.container(key="answer"):
        st.markdown(texts["answer" if spot.part == "encoder" else "answer_written"].format(**facts))
    st.markdown(spread(work, texts))
    if hidden := len(work.keys) - len(work.kept):
        weight = pictures.weight_text(1 - own.weights[work.kept].sum())
        st.caption(texts["folded"].format(hidden=hidden, weight=weight))
    word = run.maps[spot.part].query_axis.tokens[spot.row].word + 1
    there = replace(choice, part=spot.part, layer=spot.layer + 1, heads=(spot.head + 1,), word=word)
    icon = {"icon": ":material/visibility:", "query_params": there.to_query()}
    st.page_link(script("explore"), label=texts["explore"], **icon)


def show_step(number: int, step: Step, texts: dict) -> None:
    """A sentence, a formula, a picture."""
    st.subheader(f"{number} · {texts[step.name]}", anchor=step.name)
    left, right = st.columns([5, 7], gap="large")
    with left:
        st.markdown(step.sentence)
        st.latex(step.latex)
        if step.note:
            st.caption(step.note)
    with right:
        show(*step.drawn, label=texts["picture"].format(title=texts[step.name]))


def show_check(work: Worked, texts: dict) -> None:
    """That the numbers are the model's own; and all of them as data."""
    facts = {"difference": pictures.small_text(work.own.check), "count": f"{work.own.compared:,}"}
    with st.container(border=True, key="check"):
        st.markdown(":material/check: " + texts["check"].format(**facts))
    st.download_button(texts["download"], as_csv(work), file_name="head.csv", mime="text/csv")


page(address.current_choice())
