"""Architecture: the model that just ran, drawn from its own configuration; every block knows what it did to this sentence."""

from dataclasses import replace

import streamlit as st

from viz.components.diagram import diagram, pack_diagram
from viz.figures.unrolled import NUMBERS, SMALL
from viz.parts.architecture.panel import downloads, overview, panel
from viz.parts.sentence import explain, read_sentence
from viz.scenes import architecture
from viz.scenes.architecture import SHOWS, Drawn, available_architectures
from viz.scenes.choice import Choice
from viz.scenes.models import card
from viz.scenes.texts import texts as texts_in
from viz.session import address, caches


def page(choice: Choice) -> None:
    choice = replace(choice, model=architecture.drawn_model(choice))
    texts, network = texts_in(choice.lang)["architecture"], card(choice.model).get("network")
    if not (run := read_sentence(choice)):
        return
    if not network:
        st.error(texts_in(choice.lang)["about"]["no_card"])
        return
    pickers(choice, texts)
    if choice.block and choice.block not in architecture.blocks_of(network, run):
        st.caption(texts["no_block"].format(block=choice.block))
        choice = replace(choice, block="")
    drawn = Drawn(choice, run, network, texts_in(choice.lang)["diagram"])
    {"blocks": show_blocks, "steps": show_steps, "words": show_words}[choice.show](drawn, texts)


# --- what is chosen ---


def pickers(choice: Choice, texts: dict) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        picker("show", texts["show"], list(SHOWS), texts)
        here = available_architectures()
        if len(here) > 1 and choice.show != "words":
            picker("architecture", texts["which"], here, texts)


def picker(name: str, label: str, options: list[str], texts: dict) -> None:
    st.segmented_control(
        label,
        options,
        format_func=texts.get,
        key=name,
        required=True,
        on_change=changed,
        args=(name,),
        label_visibility="collapsed",
    )


def changed(name: str) -> None:
    """Another architecture has other blocks."""
    address.remember(name)
    if name == "architecture":
        address.choose(block="", cell="", stage=1)


def act(drawn: Drawn) -> None:
    """What was done in the diagram, written into the address."""
    done, unfolded = st.session_state.diagram.get("act") or {}, drawn.choice.unfold
    if word := done.get("word"):
        address.choose(between=architecture.replaced(drawn.pair, word))
    if stack := done.get("fold"):
        address.choose(unfold=tuple(sorted({*unfolded} ^ {stack})))
    if "block" in done:
        address.choose(block=done["block"])
    if cell := done.get("cell"):
        address.choose(cell=cell)


# --- the three ways to look ---


def show_blocks(drawn: Drawn, texts: dict) -> None:
    """The diagram, and beside or under it the panel of the chosen block."""
    trace = None
    if drawn.wide and (trace := traced(drawn, texts)) is None:
        return  # a drawing of recurrent states needs them; the Transformer's can be drawn before
    left, right = (st.container(), st.container()) if drawn.wide else st.columns([58, 42], gap="large")
    with left:
        draw(pack_diagram(drawn.svg(trace)), drawn, texts, wide=drawn.wide)
        if drawn.wide:
            st.caption(read_states(drawn, texts))
    with right:
        if trace := trace or traced(drawn, texts):
            if drawn.choice.block:
                panel(drawn, trace, texts)
            else:
                overview(trace, texts["hint_recurrent" if drawn.wide else "hint"], texts)
            svg = drawn.svg(trace, standalone=True)
            downloads(drawn.choice.architecture, svg, texts, architecture.table_csv(trace))


def show_steps(drawn: Drawn, texts: dict) -> None:
    """The sentence on its way; the browser steps by itself."""
    if trace := traced(drawn, texts):
        draw(drawn.steps(trace), drawn, texts, wide=drawn.wide)


def show_words(drawn: Drawn, texts: dict) -> None:
    """How far apart two words are, in every architecture."""
    draw(pack_diagram(drawn.paths()), drawn, texts, wide=True)
    st.caption(texts["read_words"])
    downloads(drawn.choice.architecture, drawn.paths(standalone=True), texts)


def traced(drawn: Drawn, texts: dict):
    """The Trace of the run; or None, after one sentence on what is in the way."""
    run = drawn.run
    try:
        with st.spinner(texts["measuring"]):
            return caches.traced(run.model, run.text, run.beams, run)
    except Exception as error:  # as where a sentence is read: no error takes the page down
        explain(error, drawn.choice)
        return None


def draw(picture: bytes, drawn: Drawn, texts: dict, *, wide: bool) -> None:
    choice, run = drawn.choice, drawn.run
    labels = {name: text for name, text in drawn.labels.items() if name != "steps"}
    state = {
        "id": f"{choice.architecture}/{run.model}/{run.beams}/{run.text}",
        "block": choice.block,
        "stage": choice.stage,
        "strings": {"labels": labels, "steps": drawn.labels["steps"], "what": texts["what"]},
        "wide": wide,
    }
    diagram(picture, state, key="diagram", on_act=lambda: act(drawn))


def read_states(drawn: Drawn, texts: dict) -> str:
    name = {"attention": "read_attention", "seq2seq": "read_vector"}.get(drawn.choice.architecture, "read_cell")
    return texts[name].format(numbers=NUMBERS, width=drawn.network["hidden"] // 2, small=SMALL)


page(address.current_choice())
