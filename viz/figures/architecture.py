"""The Transformer of 2017 as a diagram, drawn from a model's own configuration.

    python -m viz.figures.architecture --svg out.svg [--layers 24 --heads 16] [--unfold] [--dark]

Worth knowing: it is drawn as the model is. With pre-norm the norm stands before its block and the residual road runs free past
both; with post-norm, as in the paper, the norm stands on the road.
"""

import argparse
import json
import math
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from viz.figures.svg import Drawing, escaped, finished, fold, tag, text_width

# S source tokens   T target tokens   C width of the model   V vocabulary   N words "it" in the sentence

MARGIN, BODY, BETWEEN, ROAD = (
    74,
    256,
    80,
    22,
)  # px: beside a stack, a box, between the stacks, from a box to its residual road
LINE = BODY + 2 * ROAD + 64  # px: a line of the sentence
GAP, SLIM, TALL, PLUS = 11, 31, 57, 20  # px: between boxes, heights of boxes, and of the place of a sum
PARTS = {"encoder": ("attention", "feed_forward"), "decoder": ("attention", "cross_attention", "feed_forward")}
ATTENTION = ("self_attention", "masked_attention", "cross_attention", "additive_attention")
TEXTS = Path(__file__).parent.parent / "text"
CARD = Path(__file__).parents[2] / "model" / "checkpoints" / "transformer" / "card.json"


def kind_of(block: str) -> str:
    """What kind of block a name is: "encoder.2.attention" is "self_attention"."""
    side, part = block.split(".")[0], block.split(".")[-1]
    if part == "attention" and side in PARTS:
        return {"encoder": "self_attention", "decoder": "masked_attention"}[side]
    if part == "states":
        return f"{side}_states"
    if part == "attention":
        return "additive_attention"
    return "norm" if part.endswith("norm") else part


def transformer_blocks(
    network: Mapping, sources: int | str, targets: int | str, its: int | str = 1
) -> dict[str, tuple]:
    """Every block of a Transformer by name, in the order of computing, with (shapes that enter, shape that leaves).

    network: its configuration, as in a card. sources, targets: tokens; its: words "it". Layers count from 1 in names.
    """
    width, vocabulary, pre = network["width"], network["vocabulary"], network["norm"] == "pre"
    blocks = {}
    for side, length in (("encoder", sources), ("decoder", targets)):
        stream = (length, width)
        blocks[f"{side}.embedding"] = (((length,),), stream)
        blocks[f"{side}.positions"] = ((stream,), stream)
        for layer in range(1, network[f"{side}_layers"] + 1):
            for part in PARTS[side]:
                given = (stream, (sources, width)) if part == "cross_attention" else (stream,)
                pair = [
                    (f"{side}.{layer}.{part}", (given, stream)),
                    (f"{side}.{layer}.{part}_norm", ((stream,), stream)),
                ]
                blocks |= pair[::-1] if pre else pair
        if pre:
            blocks[f"{side}.norm"] = ((stream,), stream)
    blocks["output"] = (((targets, width),), (targets, vocabulary))
    blocks["softmax"] = (((targets, vocabulary),), (targets, vocabulary))
    blocks["antecedent"] = (((its, width),), (its, vocabulary))
    return blocks


def shape_text(shapes: tuple) -> str:
    """Shapes as people write them: "14×256 → 14×256"."""
    given, made = shapes
    return f"{' + '.join('×'.join(map(str, shape)) for shape in given)} → {'×'.join(map(str, made))}"


# --- drawing ---


def transformer_diagram(
    network: Mapping,
    labels: Mapping[str, str],
    source: Sequence[str] = (),
    target: Sequence[str] = (),
    *,
    its: int = 1,
    unfolded: Collection[str] = (),
    chosen: str = "",
    lit: Collection[str] = (),
    standalone: bool = False,
    dark: bool = False,
) -> str:
    """The whole network as one SVG.

    network: its configuration. labels: what to call each kind of block. source, target: tokens of the sentence and its
    translation, </s> included; without them lengths are the letters S and T. its: words "it" in the sentence. unfolded:
    "encoder", "decoder" or both, drawn layer by layer; a folded stack shows one layer. chosen, lit: names of blocks.
    """
    drawing = transformer_drawing(network, labels, source, target, its, unfolded, chosen, lit)
    return finished(drawing, labels["transformer_title"].format(**network), standalone=standalone, dark=dark)


def transformer_drawing(network, labels, source=(), target=(), its=1, unfolded=(), chosen="", lit=()) -> Drawing:
    drawing = Drawing(width=2 * (MARGIN + ROAD + BODY) + BETWEEN)
    # Without a sentence the lengths are the letters they have in formulas.
    drawing.shapes = transformer_blocks(network, len(source) or "S", len(target) or "T", its if source else "N")
    pen = Pen(drawing, network, labels, chosen, frozenset(lit))
    shown = {side: shown_layers(network, side, unfolded, chosen) for side in PARTS}
    centre = {"encoder": MARGIN + ROAD + BODY / 2, "decoder": drawing.width - MARGIN - ROAD - BODY / 2}
    # The paper's diagram grows from the bottom up, so heights are summed first and y runs from 0 upward, turned at the end.
    tops = {side: pen.stack(side, centre[side], shown[side], side in unfolded) for side in PARTS}
    memory = tops["encoder"]
    pen.cross_wires(centre, memory)
    named = pen.antecedent(centre["encoder"], memory)
    top = pen.outputs(centre["decoder"], tops["decoder"])
    words = {"encoder": source, "decoder": ["<s>", *target[:-1]] if target else []}
    lines = max((pen.tokens(side, centre[side], words[side]) for side in PARTS), default=0)
    top = max(top + pen.written(centre["decoder"], top, target), named + 6)
    drawing.height = top + lines + 8
    turned(drawing, top)
    return drawing


def shown_layers(network: Mapping, side: str, unfolded: Collection[str], chosen: str) -> list[int]:
    """All layers of an unfolded stack; of a folded one the chosen block's, or the first."""
    count = network[f"{side}_layers"]
    if side in unfolded:
        return list(range(1, count + 1))
    parts = chosen.split(".")
    asked = int(parts[1]) if len(parts) == 3 and parts[0] == side and parts[1].isdigit() else 1
    return [min(max(asked, 1), count)]


class Pen:
    """Draws the parts of a Transformer. Heights are measured upward from the foot of the stacks until the drawing is turned."""

    def __init__(self, drawing: Drawing, network: Mapping, labels: Mapping[str, str], chosen: str, lit: frozenset[str]):
        self.drawing, self.network, self.labels, self.chosen, self.lit = drawing, network, labels, chosen, lit
        self.pre = network["norm"] == "pre"
        self.cross: list[float] = []  # heights at which the decoder asks the encoder

    def block(self, name: str, x: float, y: float, height: float) -> float:
        """A box whose foot is at height y. Returns the height of its top."""
        kind = kind_of(name)
        label = self.labels["add_norm" if kind == "norm" and not self.pre else kind]
        notes = shape_text(self.drawing.shapes[name])
        if kind in ATTENTION:
            notes += f" · {self.labels['heads'].format(heads=self.network['heads'])}"
        state = " ".join(css for css, on in (("mj-chosen", name == self.chosen), ("mj-lit", name in self.lit)) if on)
        draw_block(self.drawing, name, kind, label, notes, (x - BODY / 2, -y - height, BODY, height), state)
        return y + height

    def rise(self, x: float, start: float, end: float, arrow: bool = True) -> None:
        self.drawing.wire(f"M{x:g} {-start:g}V{-end:g}", arrow=arrow)

    def stack(self, side: str, x: float, layers: list[int], unfolded: bool) -> float:
        """One side from its embedding to its last norm. Returns the height of its top."""
        y = self.block(f"{side}.embedding", x, 0, SLIM)
        self.rise(x, y, y + GAP)
        y = self.block(f"{side}.positions", x, y + GAP, SLIM)
        count = self.network[f"{side}_layers"]
        foot = y + GAP
        for layer in layers:
            y = self.layer(side, x, y, layer, count, unfolded)
        self.badge(side, x, foot, y, count, unfolded, layers[0])
        if self.pre:
            self.rise(x, y, y + 2 * GAP)
            y = self.block(f"{side}.norm", x, y + 2 * GAP, SLIM)
        return y

    def layer(self, side: str, x: float, y: float, layer: int, count: int, unfolded: bool) -> float:
        """One layer in its frame. Folded, it stands for all, and says which one it shows."""
        foot = y + GAP
        for part in PARTS[side]:
            y = self.sublayer(side, x, y, layer, part)
        left, width = x - BODY / 2 - ROAD - 14, BODY + 2 * ROAD + 28
        frame = {"x": left, "y": -y - 5.0, "width": width, "height": y + 5.0 - foot, "rx": 12, "class": "mj-frame"}
        self.drawing.behind.insert(0, tag("rect", frame))
        if count > 1 and unfolded:
            outer, css = (left - 7, "mj-small mj-end") if side == "encoder" else (left + width + 7, "mj-small")
            self.drawing.text(outer, -foot - 0.25 * (y - foot), str(layer), css)  # the middle may be where ×4 stands
        return y

    def sublayer(self, side: str, x: float, y: float, layer: int, part: str) -> float:
        """A block with its norm and its sum: norm, block, + (pre-norm), or block, + and norm in one (as in the paper)."""
        name, road = f"{side}.{layer}.{part}", x + (BODY / 2 + ROAD) * (-1 if side == "encoder" else 1)
        fork = y + GAP
        start = fork + GAP
        self.rise(x, y, start)
        if self.pre:
            norm = self.block(f"{name}_norm", x, start, SLIM)
            self.rise(x, norm, norm + GAP / 2, arrow=False)
            top = self.block(name, x, norm + GAP / 2, TALL)
            middle = top + GAP + PLUS / 2
            self.rise(x, top, middle - PLUS / 2)
            self.drawing.operation(x, -middle, "+")
            end, stop = x + (-10 if side == "encoder" else 10), middle + PLUS / 2
        else:
            top = self.block(name, x, start, TALL)
            middle = top + GAP + SLIM / 2
            self.rise(x, top, top + GAP)
            stop = self.block(f"{name}_norm", x, top + GAP, SLIM)
            end = x + (-BODY / 2 if side == "encoder" else BODY / 2)
        self.drawing.wire(f"M{x:g} {-fork:g}H{road:g}V{-middle:g}H{end:g}")
        if part == "cross_attention":
            self.cross.append(start + TALL / 2 + (SLIM + GAP / 2 if self.pre else 0))
        return stop

    def badge(self, side: str, x: float, foot: float, top: float, count: int, unfolded: bool, shown: int) -> None:
        """×4 beside a stack: it folds and unfolds the layers. A folded stack says which layer it shows."""
        outer = x + (BODY / 2 + ROAD + 20) * (-1 if side == "encoder" else 1)
        words = self.labels["fold" if unfolded else "unfold"].format(stack=self.labels[side], layers=count)
        about = {"class": "mj-fold", "data-fold": side, "tabindex": -1, "role": "button", "aria-label": words}
        about |= {"aria-expanded": str(unfolded).lower()}
        css = "mj-big mj-end" if side == "encoder" else "mj-big"
        sign = tag("text", {"x": outer, "y": -(foot + top) / 2 + 10, "class": css}, f"×{count}")
        if count > 1:
            left = outer - MARGIN + 8 if side == "encoder" else outer - 4
            hit = {"x": left, "y": -(foot + top) / 2 - 24, "width": MARGIN - 4, "height": 46, "fill": "transparent"}
            self.drawing.before.append(tag("g", about, tag("rect", hit), sign))
        if count > 1 and not unfolded:
            words = self.labels["layer"].format(layer=shown)
            self.drawing.text(outer, -(foot + top) / 2 + 36, words, css.replace("big", "small"), data_layer_of=side)

    def cross_wires(self, centre: Mapping[str, float], memory: float) -> None:
        """The memory goes up out of the encoder, and into every cross-attention of the decoder."""
        middle, edge = sum(centre.values()) / 2, centre["decoder"] - BODY / 2
        x, top = centre["encoder"], memory + 2 * GAP
        name = next((name for name in self.lit if name.endswith("cross_attention")), "")
        css = "mj-lit" if name else ""
        for height in self.cross:
            self.drawing.wire(f"M{x:g} {-memory:g}V{-top:g}H{middle:g}V{-height:g}H{edge:g}", css)

    def antecedent(self, x: float, memory: float) -> float:
        self.rise(x, memory + 2 * GAP, memory + 4 * GAP)
        return self.block("antecedent", x, memory + 4 * GAP, TALL)

    def outputs(self, x: float, y: float) -> float:
        for name in ("output", "softmax"):
            self.rise(x, y, y + GAP)
            y = self.block(name, x, y + GAP, SLIM)
        return y

    def tokens(self, side: str, x: float, tokens: Sequence[str]) -> float:
        """The sentence under its embedding. Returns the height that it takes."""
        if not tokens:
            return 0
        self.rise(x, -GAP - 4, 0)
        prefix = {"encoder": "source", "decoder": "target"}[side]
        return draw_tokens(self.drawing, x, GAP + 24, LINE, prefix, tokens, self.labels) + 10

    def written(self, x: float, y: float, target: Sequence[str]) -> float:
        """The translation above the softmax. Returns the height that it takes."""
        if not target:
            return 6
        self.rise(x, y, y + GAP + 4)
        height = draw_tokens(Drawing(), x, 0, LINE, "written", target, self.labels)
        draw_tokens(self.drawing, x, -y - GAP - height + 16, LINE, "written", target, self.labels)
        return height + GAP + 8


def draw_block(
    drawing: Drawing, name: str, kind: str, label: str, notes: str, place: tuple, state: str = "", thumb: str = ""
) -> None:
    """One box with its name and shapes, to be pointed at and to be reached by keyboard. place: (x, y, width, height) in px."""
    x, y, width, height = place
    drawing.places[name] = place
    group = "attention" if kind in ATTENTION else kind
    about = {"class": f"mj-block mj-{group} {state}".strip(), "data-block": name, "tabindex": -1, "role": "button"}
    about["aria-label"] = f"{label}, {name}, {notes}"
    rectangle = {"x": x, "y": y, "width": width, "height": height, "rx": 9}
    cards = [
        part
        for shift in ((8, 4) if kind in ATTENTION and height >= TALL else ())
        for part in (
            tag("rect", rectangle | {"x": x + shift, "y": y - shift, "class": "mj-ground"}),
            tag("rect", rectangle | {"x": x + shift, "y": y - shift, "class": "mj-body mj-card"}),
        )
    ]
    body = [tag("rect", rectangle | {"class": "mj-ground"}), tag("rect", rectangle | {"class": "mj-body"})]
    if height >= TALL:
        middle = {"x": x + width / 2, "class": "mj-middle mj-bold"}
        size, centre = fitting(notes, width - 12, 16), y + (height / 2 if not thumb else height / 2 - 13)
        words = [
            tag("text", middle | {"y": centre - 4, "style": fitting(label, width - 8, 20.5)}, escaped(label)),
            tag("text", middle | {"y": centre + 17, "class": "mj-middle mj-small", "style": size}, escaped(notes)),
        ]
    else:
        size = fitting(notes, width - 30 - text_width(label, 20), 16)
        right = {"x": x + width - 10, "y": y + height / 2 + 5, "class": "mj-end mj-small", "style": size}
        words = [
            tag("text", {"x": x + 12, "y": y + height / 2 + 6.5}, escaped(label)),
            tag("text", right, escaped(notes)),
        ]
    drawing.before.append(tag("g", about, *cards, *body, thumb, *words))


def fitting(text: str, width: float, size: float) -> str:
    """A style that makes the text smaller if it would not fit, or none."""
    wide = text_width(text, size)
    return f"font-size:{max(size * width / wide, 8):.1f}px" if wide > width else ""


def token_lines(tokens: Sequence[str], width: float, most: int = 3) -> list[list[int | None]]:
    """Places of the tokens on each line, None for those left out in the middle, so that they take at most `most` lines."""
    room = len(tokens)
    while True:
        places = fold(len(tokens), room)
        wide = [text_width("… " if place is None else tokens[place] + " ", 20) for place in places]
        count = max(math.ceil(sum(wide) / width), 1)
        even = min(sum(wide) / count + max(wide, default=0.0) / 2, width)  # lines of about one length
        lines, used = [[]], 0.0
        for place, each in zip(places, wide, strict=True):
            if used + each > even and lines[-1]:
                lines.append([])
                used = 0.0
            lines[-1].append(place)
            used += each
        if len(lines) <= most or room <= 3:
            return lines[:most]
        room = min(room - 1, int(room * most / len(lines)) + 1)


def draw_tokens(
    drawing: Drawing, x: float, y: float, width: float, name: str, tokens: Sequence[str], labels: Mapping
) -> float:
    """Tokens on at most three centred lines, the first with its foot at y. What does not fit is left out, and that is said."""
    lines = token_lines(tokens, width)
    for line, places in enumerate(lines):
        words = [
            tag("tspan", {"class": "mj-token", "data-token": f"{name}-{place}"}, escaped(tokens[place] + " "))
            if place is not None
            else "… "
            for place in places
        ]
        drawing.before.append(tag("text", {"x": x, "y": y + 23 * line, "class": "mj-middle mj-words"}, *words))
    drawn = sum(place is not None for line in lines for place in line)
    height = 23 * len(lines) + 6
    if drawn < len(tokens):
        drawing.text(
            x,
            y + 23 * len(lines),
            labels["left_out"].format(hidden=len(tokens) - drawn, all=len(tokens)),
            "mj-small mj-middle",
        )
        height += 21
    return height


def turned(drawing: Drawing, top: float) -> None:
    """Moves a drawing that was measured upward from 0, so that its top is at 0."""
    for layer in (drawing.behind, drawing.before):
        layer[:] = [tag("g", {"transform": f"translate(0 {top:g})"}, *layer)]
    drawing.places = {name: (x, y + top, width, height) for name, (x, y, width, height) in drawing.places.items()}


def labels_in(language: str = "en") -> dict[str, str]:
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))["diagram"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--svg", type=Path, required=True, help="the file to write")
    parser.add_argument("--card", type=Path, default=CARD, help="the model to draw; the shipped one unless named")
    parser.add_argument("--layers", type=int, help="draw this many encoder and decoder layers instead")
    parser.add_argument("--heads", type=int, help="draw this many heads instead")
    parser.add_argument("--text", default="", help="a sentence of words to take the shapes from")
    parser.add_argument("--unfold", action="store_true", help="draw every layer")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--language", default="en", choices=("en", "bn"))
    arguments = parser.parse_args()
    network = json.loads(arguments.card.read_text(encoding="utf-8"))["network"]
    if arguments.layers is not None:
        network |= {"encoder_layers": arguments.layers, "decoder_layers": arguments.layers}
    if arguments.heads is not None:
        network |= {"heads": arguments.heads}
    for name in ("encoder_layers", "decoder_layers", "heads"):
        if network[name] < 1:
            parser.error(f"{name} must be at least 1; got {network[name]}")
    words, unfolded = arguments.text.split(), ("encoder", "decoder") if arguments.unfold else ()
    look = {"unfolded": unfolded, "standalone": True, "dark": arguments.dark}
    drawn = transformer_diagram(network, labels_in(arguments.language), words, **look)
    arguments.svg.write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
