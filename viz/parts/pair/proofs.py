"""The two proofs under two sentences, each worked out when somebody asks: what a causal mask leaves, and patching."""

from html import escape

import streamlit as st

from model.reading.place import label
from viz.figures.patching import patching_heatmap
from viz.parts import charts, marks
from viz.scenes.choice import Choice
from viz.scenes.pair import Look, Runs
from viz.scenes.texts import plain, signed
from viz.session import address, caches, experiments


def open_section(name: str, opened: tuple[str, ...]) -> None:
    address.choose(opened=tuple(sorted({*opened, name})))


def asked(name: str, choice: Choice, texts: dict) -> bool:
    """Whether somebody has asked for it; if not, a button to do so."""
    if name in choice.opened:
        return True
    st.button(texts[f"{name}_button"], on_click=open_section, args=(name, choice.opened), key=name)
    return False


# --- a mask that only looks left ---


def causal_section(choice: Choice, look: Look, texts: dict) -> None:
    st.header(texts["causal"])
    st.markdown(texts["causal_why"])
    if not asked("causal", choice, texts):
        return
    found = experiments.left_to_right(choice.model, choice.text, choice.second, look.word)
    numbers = [(f"{found.both_ways:.3f}", texts["both_ways"])]
    numbers.append(("0" if found.causal == 0 else f"{found.causal:.3g}", texts["left_to_right"]))
    cells = "".join(f"<div><b>{number}</b>{escape(text)}</div>" for number, text in numbers)
    st.html(f"<div class=mj-zero>{cells}</div>")
    said = texts["changes_before" if found.changes_before else "exactly"]
    st.caption(said.format(word=plain(look.text_of(look.word))))


# --- patching ---


def patching_section(choice: Choice, runs: Runs, texts: dict) -> None:
    st.header(texts["patching"])
    st.markdown(texts["patching_how"])
    if not asked("patching", choice, texts):
        return
    caches.translator(choice.model)
    if not experiments.writes_pronoun(choice.model, runs[0]):
        st.info(texts["no_pronoun"].format(translation=plain(runs[0].translation)))
        return
    try:
        job = experiments.filling(choice.model, choice.text, choice.second, choice.beams, runs)
    except ValueError:  # all other reasons were met above
        st.info(texts["alike"])
        return
    fill_in(job, {part: (maps.layers, maps.heads) for part, maps in runs[0].maps.items()}, texts)
    say_patching(job, texts)


def fill_in(job: experiments.Filling, shape: dict[str, tuple[int, int]], texts: dict) -> None:
    """The heatmap, drawn again as each layer comes in. shape: layers and heads of each part."""
    bar, place = st.empty(), st.container(key="patched").empty()
    for effects in job.fill():
        done = len(effects) / job.patching.steps
        if done < 1:
            bar.progress(done, texts["filling"].format(done=len(effects), all=job.patching.steps))
        figure = patching_heatmap(effects, shape, names=texts["parts"], dark=charts.dark())
        place.plotly_chart(figure, theme=None, config=charts.CHART)
    bar.empty()


def say_patching(job: experiments.Filling, texts: dict) -> None:
    strongest = max((one for one in job.effects if one[2] is not None), key=lambda one: one[3])
    part, layer, head, effect = strongest
    name = f"{texts['parts'][part]} {label(layer, head)}"
    facts = {name: signed(getattr(job.patching, name)) for name in ("clean", "corrupted")}
    st.markdown(texts["patching_found"].format(head=name, effect=f"{effect:.2f}", **facts))
    if not job.patching.whole:
        st.caption(texts["patching_unequal"])
    st.caption(texts["patching_not"])
    rows = [(part, layer + 1, "all" if head is None else head + 1, effect) for part, layer, head, effect in job.effects]
    marks.csv_button(texts["patching_csv"], "patching.csv", ("part", "layer", "head", "effect"), rows, "patching csv")
