"""What a block of the diagram is, what it costs, and what it did to this sentence; and the same of the whole model."""

from dataclasses import replace

import streamlit as st

from model.reading.run import Run
from viz.figures.architecture import shape_text
from viz.scenes import architecture
from viz.scenes.architecture import Drawn
from viz.scenes.choice import Choice
from viz.scenes.texts import percent
from viz.session import address
from viz.session.page import script

# --- one block ---


def panel(drawn: Drawn, trace, texts: dict) -> None:
    block = trace.block(drawn.choice.block)
    left, right = st.columns(2, gap="large") if drawn.wide else (st.container(), st.container())
    with left:
        st.subheader(drawn.title(block.name), anchor=False)
        if where := place(block.name, drawn.network, texts):
            st.caption(where)
        layer_picker(block.name, drawn.network, texts)
        st.markdown(texts["what"][block.kind])
        st.latex(architecture.formula(block.name, drawn.network))
    with right:
        st.markdown(f"**{shape_text((block.inputs, block.output))}**")
        st.markdown(costs(block, trace, texts))
        for sentence in said(block, drawn.run, texts):
            st.markdown(sentence)
        if part := drawn.attention(block.kind):
            head_links(block.name, part, drawn.run, drawn.choice.lang, texts)
        st.caption(texts["counted"].format(repeats=trace.repeats, device=trace.device))
        if block.added is not None:
            st.caption(texts["caveat"])


def place(name: str, network: dict, texts: dict) -> str:
    """ "Encoder, layer 2 of 4", or "Encoder", or nothing for a block that stands alone."""
    side, *rest = name.split(".")
    if len(rest) == 2:
        return texts["where"].format(side=texts[side], layer=rest[0], layers=network[f"{side}_layers"])
    return texts[side] if rest and rest[0] != "states" else ""


def layer_picker(name: str, network: dict, texts: dict) -> None:
    """The same block of another layer."""
    side, *rest = name.split(".")
    if len(rest) < 2 or network[f"{side}_layers"] < 2:
        return
    st.session_state.layer_picker = int(rest[0])
    layers = range(1, network[f"{side}_layers"] + 1)
    st.segmented_control(
        texts["layer"],
        layers,
        key="layer_picker",
        required=True,
        on_change=layer_picked,
        args=(side, rest[1]),
        label_visibility="collapsed",
    )


def layer_picked(side: str, block: str) -> None:
    address.choose(block=f"{side}.{st.session_state.layer_picker}.{block}")


def costs(block, trace, texts: dict) -> str:
    """A table of what the block costs and which share of the whole that is."""
    figures = {
        "parameters": f"{block.parameters:,}",
        "flops": texts["millions"].format(number=f"{block.flops / 1e6:.1f}"),
        "time_ms": texts["milliseconds"].format(number=f"{block.time_ms:.2f}"),
    }
    lines = [f"| | {texts['this']} | {texts['of_model']} |", "|---|--:|--:|"]
    for what, figure in figures.items():
        share = getattr(block, what) / trace.total(what)
        lines.append(f"| {texts[what.removesuffix('_ms')]} | {figure} | {percent(share, 1)} |")
    return "\n".join(lines)


def said(block, run: Run, texts: dict) -> list[str]:
    """What else there is to say of a block, a sentence each."""
    sentences = []
    if block.added is not None:
        facts = {"added": block.added, "stream": block.stream, "tokens": len(block.vectors)}
        sentences.append(texts["added"].format(**facts))
    if block.shared:
        sentences.append(texts["shared"].format(count=block.shared))
    if block.kind == "antecedent" and not run.antecedents:
        sentences.append(texts["no_it"])
    return sentences


def head_links(name: str, part: str, run: Run, lang: str, texts: dict) -> None:
    """Every head of the block, opened in Explore."""
    layer = int(name.split(".")[1]) if name.count(".") == 2 else 1
    view = Choice(text=run.text, lang=lang, model=run.model, beams=run.beams, part=part, layer=layer)
    st.markdown(texts["heads"])
    with st.container(horizontal=True, gap="xsmall", key="heads"):
        for head in range(1, run.maps[part].heads + 1):
            query = replace(view, heads=(head,)).to_query()
            st.page_link(script("explore"), label=str(head), query_params=query)


# --- the whole model ---


def overview(trace, hint: str, texts: dict) -> None:
    """Where its parameters, its operations and its time are."""
    st.markdown(hint)
    lines = [f"| | {texts['parameters']} | {texts['flops']} | {texts['time']} |", "|---|--:|--:|--:|"]
    for group, share in architecture.shares(trace).items():
        numbers = [percent(share[what], 1) for what in ("parameters", "flops", "time_ms")]
        lines.append(f"| {' | '.join([texts['group_' + group], *numbers])} |")
    millions = texts["millions"].format(number=f"{trace.total('flops') / 1e6:.0f}")
    spent = texts["milliseconds"].format(number=f"{trace.total('time_ms'):.1f}")
    lines.append(f"| **{texts['total']}** | **{trace.total('parameters'):,}** | **{millions}** | **{spent}** |")
    st.markdown("\n".join(lines))
    st.caption(texts["counted"].format(repeats=trace.repeats, device=trace.device))


def downloads(name: str, svg: str, texts: dict, table: str = "") -> None:
    with st.container(horizontal=True, gap="xsmall"):
        st.download_button(texts["save_svg"], svg, f"{name}.svg", "image/svg+xml", type="tertiary", on_click="ignore")
        if table:
            st.download_button(texts["save_csv"], table, f"{name}.csv", "text/csv", type="tertiary", on_click="ignore")
