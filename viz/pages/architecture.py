"""Architecture: the model that just ran, drawn from its own configuration; every block knows what it did to this sentence."""

from dataclasses import replace

import streamlit as st

from model.reading.run import Run
from viz.components.diagram import diagram, pack_diagram
from viz.figures.architecture import ATTENTION, kind_of, shape_text
from viz.figures.unrolled import NUMBERS, SMALL
from viz.pages import diagrams, script, session
from viz.pages.sentence import explain, read_sentence
from viz.pages.session import Choice

PARTS = {
    "self_attention": "encoder",
    "masked_attention": "decoder",
    "cross_attention": "cross",
    "additive_attention": "cross",
}


def act() -> None:
    """What was done in the diagram, written into the address."""
    done = st.session_state.diagram.get("act") or {}
    if word := done.get("word"):
        session.choose(between=diagrams.replaced(pair, word))
    if stack := done.get("fold"):
        folded = stack not in choice.unfold
        session.choose(unfold=tuple(sorted({*choice.unfold, stack} if folded else {*choice.unfold} - {stack})))
    if "block" in done:
        session.choose(block=done["block"])
    if cell := done.get("cell"):
        session.choose(cell=cell)


def strings() -> dict:
    """The words that the diagram needs in the browser."""
    return {
        "labels": {name: text for name, text in labels.items() if name != "steps"},
        "steps": labels["steps"],
        "what": words["what"],
    }


def draw(picture: bytes, **state) -> None:
    about = {
        "id": f"{choice.architecture}/{run.model}/{run.beams}/{run.text}",
        "block": choice.block,
        "stage": choice.stage,
    }
    diagram(picture, about | {"strings": strings()} | state, key="diagram", on_act=act)


def traced():
    """The Trace of the run; or None, after one sentence on what is in the way."""
    try:
        with st.spinner(words["measuring"]):
            return session.traced(run.model, run.text, run.beams, run)
    except Exception as error:  # as where a sentence is read: no error takes the page down
        explain(error, choice)
        return None


# --- the three ways to look ---


def show_blocks() -> None:
    """The diagram, and beside or under it the panel of the chosen block."""
    wide = choice.architecture != "transformer"
    trace = (
        traced() if wide else None
    )  # a drawing of recurrent states needs them; the Transformer's can be drawn before
    if wide and trace is None:
        return
    left, right = (st.container(), st.container()) if wide else st.columns([58, 42], gap="large")
    with left:
        draw(pack_diagram(diagrams.drawing(choice, network, run, trace, labels)), wide=wide)
        if wide:
            st.caption(read_states())
    with right:
        trace = trace or traced()
        if trace and choice.block:
            panel(trace, wide)
        elif trace:
            overview(trace, words["hint_recurrent" if wide else "hint"])
        if trace:
            downloads(diagrams.drawing(choice, network, run, trace, labels, standalone=True), diagrams.table_csv(trace))


def read_states() -> str:
    name = {"attention": "read_attention", "seq2seq": "read_vector"}.get(choice.architecture, "read_cell")
    return words[name].format(numbers=NUMBERS, width=network["hidden"] // 2, small=SMALL)


def show_steps() -> None:
    """The sentence on its way; the browser steps by itself."""
    if trace := traced():
        whole = replace(choice, block="", cell="")
        svg = diagrams.drawing(whole, network, run, trace, labels, whole=True)
        picture = diagrams.steps_picture(svg, run, trace)
        draw(picture, wide=choice.architecture != "transformer")


def show_words() -> None:
    """How far apart two words are, in every architecture."""
    draw(pack_diagram(diagrams.paths(run, pair, labels)), wide=True)
    st.caption(words["read_words"])
    downloads(diagrams.paths(run, pair, labels, standalone=True))


# --- panels ---


def panel(trace, wide: bool) -> None:
    """What the chosen block is, what it costs, and what it did to this sentence."""
    block = trace.block(choice.block)
    left, right = st.columns(2, gap="large") if wide else (st.container(), st.container())
    with left:
        st.subheader(title(block.name), anchor=False)
        if where := place(block.name):
            st.caption(where)
        layer_picker(block.name)
        st.markdown(words["what"][block.kind])
        st.latex(diagrams.formula(block.name, network))
    with right:
        st.markdown(f"**{shape_text((block.inputs, block.output))}**")
        st.markdown(costs(block, trace))
        for sentence in said(block, trace):
            st.markdown(sentence)
        if block.kind in ATTENTION and PARTS[block.kind] in run.maps:
            head_links(block)
        st.caption(words["counted"].format(repeats=trace.repeats, device=trace.device))
        if block.added is not None:
            st.caption(words["caveat"])


def title(name: str) -> str:
    norm = kind_of(name) == "norm" and network.get("norm") == "post"
    return labels["add_norm" if norm else kind_of(name)].lstrip("+ ")


def place(name: str) -> str:
    """ "Encoder, layer 2 of 4", or "Encoder", or nothing for a block that stands alone."""
    side, *rest = name.split(".")
    if len(rest) == 2:
        return words["where"].format(side=words[side], layer=rest[0], layers=network[f"{side}_layers"])
    return words[side] if rest and rest[0] != "states" else ""


def layer_picker(name: str) -> None:
    """The same block of another layer."""
    side, *rest = name.split(".")
    if len(rest) < 2 or network[f"{side}_layers"] < 2:
        return
    st.session_state.layer_picker = int(rest[0])

    def go() -> None:
        session.choose(block=f"{side}.{st.session_state.layer_picker}.{rest[1]}")

    layers = range(1, network[f"{side}_layers"] + 1)
    st.segmented_control(
        words["layer"], layers, key="layer_picker", required=True, on_change=go, label_visibility="collapsed"
    )


def costs(block, trace) -> str:
    """A table of what the block costs and which share of the whole that is."""
    figures = {
        "parameters": f"{block.parameters:,}",
        "flops": words["millions"].format(number=f"{block.flops / 1e6:.1f}"),
        "time_ms": words["milliseconds"].format(number=f"{block.time_ms:.2f}"),
    }
    lines = [f"| | {words['this']} | {words['of_model']} |", "|---|--:|--:|"]
    for what, figure in figures.items():
        share = getattr(block, what) / trace.total(what)
        lines.append(f"| {words[what.removesuffix('_ms')]} | {figure} | {session.percent(share, 1)} |")
    return "\n".join(lines)


def said(block, trace) -> list[str]:
    """What else there is to say of a block, a sentence each."""
    sentences = []
    if block.added is not None:
        facts = {"added": block.added, "stream": block.stream, "tokens": len(block.vectors)}
        sentences.append(words["added"].format(**facts))
    if block.shared:
        sentences.append(words["shared"].format(count=block.shared))
    if block.kind == "antecedent" and not run.antecedents:
        sentences.append(words["no_it"])
    return sentences


def head_links(block) -> None:
    """Every head of the block, opened in Explore."""
    layer = int(block.name.split(".")[1]) if block.name.count(".") == 2 else 1
    st.markdown(words["heads"])
    with st.container(horizontal=True, gap="xsmall", key="heads"):
        for head in range(1, run.maps[PARTS[block.kind]].heads + 1):
            view = Choice(text=run.text, lang=choice.lang, model=run.model, beams=run.beams)
            view = replace(view, part=PARTS[block.kind], layer=layer, heads=(head,))
            st.page_link(script("explore"), label=str(head), query_params=view.to_query())


def overview(trace, hint: str) -> None:
    """The whole model: where its parameters, its operations and its time are."""
    st.markdown(hint)
    lines = [f"| | {words['parameters']} | {words['flops']} | {words['time']} |", "|---|--:|--:|--:|"]
    for group, share in diagrams.shares(trace).items():
        numbers = [session.percent(share[what], 1) for what in ("parameters", "flops", "time_ms")]
        lines.append(f"| {' | '.join([words['group_' + group], *numbers])} |")
    millions = words["millions"].format(number=f"{trace.total('flops') / 1e6:.0f}")
    spent = words["milliseconds"].format(number=f"{trace.total('time_ms'):.1f}")
    lines.append(f"| **{words['total']}** | **{trace.total('parameters'):,}** | **{millions}** | **{spent}** |")
    st.markdown("\n".join(lines))
    st.caption(words["counted"].format(repeats=trace.repeats, device=trace.device))


def downloads(svg: str, table: str = "") -> None:
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button(
            words["save_svg"], svg, f"{choice.architecture}.svg", "image/svg+xml", type="tertiary", on_click="ignore"
        )
        if table:
            st.download_button(
                words["save_csv"], table, f"{choice.architecture}.csv", "text/csv", type="tertiary", on_click="ignore"
            )


# --- the page ---


def picker(name: str, options: list[str]) -> None:
    st.segmented_control(
        words["which" if name == "architecture" else name],
        options,
        format_func=words.get,
        key=name,
        required=True,
        on_change=changed,
        args=(name,),
        label_visibility="collapsed",
    )


def changed(name: str) -> None:
    """Another architecture has other blocks."""
    session.remember(name)
    if name == "architecture":
        session.choose(block="", cell="", stage=1)


choice = session.current_choice()
choice = replace(choice, model=session.drawn_model(choice))
words = session.strings(choice.lang)["architecture"]
labels = session.strings(choice.lang)["diagram"]
network = session.card(choice.model).get("network")
run: Run | None = read_sentence(choice)
if run and not network:
    st.error(session.strings(choice.lang)["about"]["no_card"])
if run and network:
    pair = diagrams.pair_of(choice, run)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        picker("show", list(session.SHOWS))
        if len(session.available_architectures()) > 1 and choice.show != "words":
            picker("architecture", session.available_architectures())
    if choice.block and choice.block not in diagrams.blocks_of(network, run):
        st.caption(words["no_block"].format(block=choice.block))
        choice = replace(choice, block="")
    {"blocks": show_blocks, "steps": show_steps, "words": show_words}[choice.show]()
