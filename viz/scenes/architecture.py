"""Architecture: which drawing a Choice stands for, its steps, and the numbers of one block.

Worth knowing: nothing here asks the network. Shapes follow from the configuration and the lengths of the sentence, so the drawing
is there before the network has loaded; whatever was measured comes from the Trace.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from model.reading.run import Axis, Run
from viz.components.diagram.pack import pack_diagram, stage_rows
from viz.figures.architecture import ATTENTION, kind_of, transformer_blocks, transformer_diagram
from viz.figures.paths import Word, paths_diagram
from viz.figures.unrolled import recurrent_blocks, translator_diagram, unrolled_diagram
from viz.scenes import models
from viz.scenes.fields import Field, between_commas, count_from_one, one_matching, one_of

if TYPE_CHECKING:
    from viz.scenes.choice import Choice

# what the architecture page offers, and the checkpoint that each picture is drawn from
ARCHITECTURES = {
    "transformer": "transformer",
    "rnn": "rnn",
    "lstm": "lstm",
    "gru": "gru",
    "seq2seq": "gru",
    "attention": "gru-attention",
}
SHOWS = ("blocks", "steps", "words")


def available_architectures() -> list[str]:
    """Those whose checkpoint is here."""
    return [name for name, model in ARCHITECTURES.items() if model in models.available_models()]


FIELDS = (
    Field(
        "architecture",
        "transformer",
        str,
        "the picture that is drawn",
        read=one_of(available_architectures),
        widget="architecture",
    ),
    Field("show", "blocks", str, "what is shown of it", read=one_of(SHOWS), widget="show"),
    Field(
        "block",
        "",
        str,
        '"encoder.1.attention"; nothing is the whole diagram',
        read=one_matching(r"[a-z_]+(\.[a-z_]+|\.[0-9]+\.[a-z_]+)?"),
    ),
    Field(
        "unfold",
        (),
        tuple[str, ...],
        "stacks that are drawn layer by layer",
        read=between_commas(one_of(("encoder", "decoder"))),
    ),
    Field("stage", 1, int, "of the walk through it", read=count_from_one),
    Field(
        "between",
        (),
        tuple[str, ...],
        'two tokens, "s3" of the sentence or "t5" of the translation',
        read=between_commas(one_matching(r"[st][1-9][0-9]{0,3}"), 1),
    ),
    Field(
        "cell",
        "",
        str,
        '"f8" or "b8": the cell of token 8, forward or backward; "t5" of the translation',
        read=one_matching(r"[fbt][1-9][0-9]{0,3}"),
    ),
)

UNROLLED = ("rnn", "lstm", "gru")  # drawn over the sentence, one cell opened; the others are drawn whole
SIDES = {"s": "source", "t": "target"}

# which blocks are counted together where the whole model is shown
GROUPS = {
    "embedding": ("embedding", "positions"),
    "attention": ATTENTION,
    "feed_forward": ("feed_forward",),
    "recurrent": ("encoder_states", "decoder_states", "summary", "bridge"),
    "norm": ("norm",),
    "output": ("readout", "output", "softmax"),
    "antecedent": ("antecedent",),
}

# the stack that a block of attention computes
PARTS_OF = {
    "self_attention": "encoder",
    "masked_attention": "decoder",
    "cross_attention": "cross",
    "additive_attention": "cross",
}

CELLS = {
    "rnn": r"h_t = \tanh(W x_t + U h_{t-1} + b)",
    "lstm": r"\begin{aligned} f, i, o &= \sigma(W x_t + U h_{t-1} + b) \\ g &= \tanh(W x_t + U h_{t-1} + b) \\ "
    r"c_t &= f \odot c_{t-1} + i \odot g \\ h_t &= o \odot \tanh(c_t) \end{aligned}",
    "gru": r"\begin{aligned} r, z &= \sigma(W x_t + U h_{t-1} + b) \\ n &= \tanh(W x_t + r \odot (U h_{t-1})) \\ "
    r"h_t &= (1 - z) \odot n + z \odot h_{t-1} \end{aligned}",
}
FORMULAS = {
    "embedding": r"x_t = \sqrt{d}\; E[\mathrm{token}_t]",
    "positions": r"\begin{aligned} \mathrm{PE}_{p,2i} &= \sin(p / 10000^{2i/d}) \\ "
    r"\mathrm{PE}_{p,2i+1} &= \cos(p / 10000^{2i/d}) \end{aligned}",
    "norm": r"\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \odot \gamma + \beta",
    "add_norm": r"\mathrm{LayerNorm}(x + \mathrm{block}(x))",
    "self_attention": r"\mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right) V",
    "masked_attention": r"\mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}} + M\right) V,\quad "
    r"M_{ij} = \begin{cases} 0 & j \le i \\ -\infty & j > i \end{cases}",
    "cross_attention": r"\mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt{d_k}}\right) V,\quad Q = x W^Q,\; K, V = m W^{K,V}",
    "feed_forward": r"\max(0,\, x W_1 + b_1)\, W_2 + b_2",
    "output": r"z = x E^\top",
    "softmax": r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
    "antecedent": r"\mathrm{softmax}\big((W m_{\mathrm{it}} + b) E^\top\big)",
    "summary": r"s = [\overrightarrow{h}_S ;\, \overleftarrow{h}_1]",
    "bridge": r"h_0 = \tanh(W s + b)",
    "additive_attention": r"\begin{aligned} \alpha_{tj} &= \mathrm{softmax}_j\big(v^\top \tanh(W h_{t-1} + U m_j)\big) \\ "
    r"c_t &= \textstyle\sum_j \alpha_{tj}\, m_j \end{aligned}",
    "readout": r"W [h_t ;\, c_t] + b",
}


def drawn_model(choice: Choice) -> str:
    """The checkpoint that an architecture is drawn from; a Transformer is the chosen model's own, if it is one."""
    if choice.architecture == "transformer" and models.card(choice.model).get("kind") == "transformer":
        return choice.model
    return ARCHITECTURES[choice.architecture]


def token_texts(axis: Axis) -> list[str]:
    return [token.text for token in axis.tokens]


def formula(block: str, network: Mapping) -> str:
    kind = kind_of(block)
    if kind in ("encoder_states", "decoder_states"):
        return CELLS[network["cell"]]
    return FORMULAS["add_norm" if kind == "norm" and network.get("norm") == "post" else kind]


def blocks_of(network: Mapping, run: Run) -> dict[str, tuple]:
    """Every block of the model by name, with its shapes for this sentence."""
    make = recurrent_blocks if "cell" in network else transformer_blocks
    return make(network, len(run.source), len(run.target), len(run.antecedents))


def cell_of(choice: Choice, run: Run) -> tuple[str, int]:
    """The cell that is opened, or the word whose attention is drawn: row "f", "b" or "t", and place from 0."""
    rows = ("f", "b") if choice.architecture in UNROLLED else ("t",)
    length = len(run.source if rows[0] == "f" else run.target)
    if choice.cell and choice.cell[0] in rows and int(choice.cell[1:]) <= length:
        return choice.cell[0], int(choice.cell[1:]) - 1
    if rows[0] == "f" and run.antecedents:
        return "f", run.source.tokens_of(run.antecedents[0].word)[0]
    return rows[0], length // 2


def drawing(
    choice: Choice,
    network: Mapping,
    run: Run,
    trace,
    labels: Mapping,
    *,
    whole: bool = False,
    standalone: bool = False,
) -> str:
    """The diagram as the Choice says. trace: the Trace, which a drawing of recurrent states needs, or None.

    whole: encoder and decoder of a recurrent translator, and not one of its cells.
    """
    source, target, look = (
        token_texts(run.source),
        token_texts(run.target),
        {"chosen": choice.block, "standalone": standalone},
    )
    its = len(run.antecedents)
    if choice.architecture == "transformer":
        return transformer_diagram(network, labels, source, target, its=its, unfolded=choice.unfold, **look)
    row, place = cell_of(choice, run)
    states = {"encoder": trace.block("encoder.states").vectors}
    if choice.architecture in UNROLLED and not whole:
        states |= trace.block("encoder.states").gates
        return unrolled_diagram(network, labels, source, states, cell=place, backward=row == "b", its=its, **look)
    states |= {"decoder": trace.block("decoder.states").vectors, "summary": trace.block("summary").vectors}
    word = place if row == "t" else 0
    return translator_diagram(network, labels, source, target, states, weights_of(run), word=word, its=its, **look)


def weights_of(run: Run) -> np.ndarray | None:
    """(target token, source token) of a network with additive attention, which has one layer and one head."""
    maps = run.maps.get("cross")
    return maps.weights(0, 0) if maps is not None and maps.kind == "additive" else None


def steps_picture(svg: str, run: Run, trace) -> bytes:
    """The drawing with everything that a browser needs to step through it alone."""
    strips = dict.fromkeys(stage.strip for stage in trace.stages if stage.strip)
    ids = {
        "source": [token.id for token in run.source.tokens],
        "target": [None, *(t.id for t in run.target.tokens[:-1])],
    }
    weights = weights_of(run)
    steps = {
        "weights": None if weights is None else np.round(weights.astype(float), 3).tolist(),
        "stages": stage_rows(trace.stages),
        "kinds": {block.name: block.kind for block in trace.blocks},
        "tokens": {"source": token_texts(run.source), "target": token_texts(run.target)},
        "ids": ids,
        "alternatives": run.alternatives,
    }
    return pack_diagram(svg, steps, {name: trace.block(name).vectors for name in strips})


@dataclass(frozen=True)
class Drawn:
    """A model that is drawn for one sentence. network: its configuration; labels: what is written in the diagram."""

    choice: Choice
    run: Run
    network: Mapping
    labels: Mapping

    @property
    def wide(self) -> bool:
        """Recurrent models are drawn over the whole width of the page."""
        return self.choice.architecture != "transformer"

    @property
    def pair(self) -> tuple[Word, Word]:
        return pair_of(self.choice, self.run)

    def svg(self, trace, *, standalone: bool = False) -> str:
        return drawing(self.choice, self.network, self.run, trace, self.labels, standalone=standalone)

    def steps(self, trace) -> bytes:
        """The whole of it, with what a browser needs to step through it."""
        whole = replace(self.choice, block="", cell="")
        svg = drawing(whole, self.network, self.run, trace, self.labels, whole=True)
        return steps_picture(svg, self.run, trace)

    def paths(self, *, standalone: bool = False) -> str:
        return paths(self.run, self.pair, self.labels, standalone=standalone)

    def title(self, block: str) -> str:
        norm = kind_of(block) == "norm" and self.network.get("norm") == "post"
        return self.labels["add_norm" if norm else kind_of(block)].lstrip("+ ")

    def attention(self, kind: str) -> str:
        """The stack that a kind of block computes, if the Run has it; else nothing."""
        part = PARTS_OF.get(kind, "")
        return part if part in self.run.maps else ""


# --- two words ---


def pair_of(choice: Choice, run: Run) -> tuple[Word, Word]:
    """The two chosen tokens; where none are chosen, "it" and what it stands for, or the first and the last word."""
    words = [
        word
        for word in map(word_of, choice.between)
        if word[1] < len({"source": run.source, "target": run.target}[word[0]])
    ]
    if len(set(words)) == 2:
        return words[0], words[1]
    if run.antecedents and (word := run.antecedents[0].candidates[0].word) >= 0:
        places = [run.source.tokens_of(each)[0] for each in (word, run.antecedents[0].word)]
        return ("source", places[0]), ("source", places[1])
    return ("source", 0), ("source", len(run.source) - 1)


def word_of(name: str) -> Word:
    return SIDES[name[0]], int(name[1:]) - 1


def name_of(word: Word) -> str:
    return f"{word[0][0]}{word[1] + 1}"


def replaced(pair: tuple[Word, Word], name: str) -> tuple[str, str]:
    """The pair after a word was chosen: it takes the place of the one chosen longer ago."""
    word = word_of(name)
    first, second = (pair[1], pair[0]) if word == pair[0] else pair
    return (name_of(first), name_of(second)) if word == second else (name_of(second), name)


def paths(run: Run, pair: tuple[Word, Word], labels: Mapping, *, standalone: bool = False) -> str:
    return paths_diagram(token_texts(run.source), token_texts(run.target), *pair, labels, standalone=standalone)


# --- numbers ---


def shares(trace) -> dict[str, dict[str, float]]:
    """By group of blocks its share of parameters, operations and time, each from 0 to 1; groups the model lacks are left out."""
    result = {}
    for group, kinds in GROUPS.items():
        blocks = [block for block in trace.blocks if block.kind in kinds]
        if blocks:
            result[group] = {
                what: sum(getattr(block, what) for block in blocks) / trace.total(what)
                for what in ("parameters", "flops", "time_ms")
            }
    return result


def table_csv(trace) -> str:
    """Every block with its numbers, a line each."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        ("block", "kind", "inputs", "output", "parameters", "flops", "time_ms", "added_norm", "stream_norm")
    )
    for block in trace.blocks:
        inputs = " + ".join("x".join(map(str, shape)) for shape in block.inputs)
        about = (block.parameters, block.flops, f"{block.time_ms:.4f}", block.added, block.stream)
        writer.writerow((block.name, block.kind, inputs, "x".join(map(str, block.output)), *about))
    return file.getvalue()
