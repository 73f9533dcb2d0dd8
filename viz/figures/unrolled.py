"""Recurrent translators as diagrams: a cell for every word, one cell opened, the one vector, or attention in its place.

Worth knowing: the strips are the numbers themselves. Each shows the first NUMBERS places of a state or of a gate, always the
same places, so that a column of the opened cell can be followed from gate to gate.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from viz.figures.architecture import SLIM, draw_block, fitting, kind_of, shape_text
from viz.figures.svg import Drawing, finished, fold, strip, tag

# S source tokens   T target tokens   C width of an embedding   H width of the decoder's state   V vocabulary

WIDTH, LEFT, RIGHT, CELL, ROOM, ROW = 1120, 128, 24, 66, 16, 40  # px; ROOM: tokens in a row before it is folded
NUMBERS, SMALL = 64, 14  # places of a state that are drawn in the opened cell, and in the row of cells


def recurrent_blocks(network: Mapping, sources: int | str, targets: int | str, its: int | str = 1) -> dict[str, tuple]:
    """Every block of a recurrent translator by name, in the order of computing, with (shapes that enter, shape that leaves)."""
    width, hidden, vocabulary = network["width"], network["hidden"], network["vocabulary"]
    start = hidden * (2 if network["cell"] == "lstm" else 1)
    memory, states, scores = (sources, hidden), (targets, hidden), (targets, vocabulary)
    blocks = {
        "encoder.embedding": (((sources,),), (sources, width)),
        "encoder.states": (((sources, width),), memory),
        "summary": ((memory,), (hidden,)),
        "bridge": (((hidden,),), (start,)),
        "decoder.embedding": (((targets,),), (targets, width)),
    }
    if network["attention"]:
        blocks["attention"] = ((states, memory), states)
    return blocks | {
        "decoder.states": (((targets, width + hidden),), states),
        "readout": (((targets, 2 * hidden),), (targets, width)),
        "output": (((targets, width),), scores),
        "softmax": ((scores,), scores),
        "antecedent": (((its, hidden),), (its, vocabulary)),
    }


def unrolled_diagram(
    network: Mapping,
    labels: Mapping[str, str],
    source: Sequence[str],
    states: Mapping[str, np.ndarray] | None = None,
    *,
    cell: int = 0,
    backward: bool = False,
    **look,
) -> str:
    """The encoder over a sentence, both directions, with one cell opened.

    source: tokens. states: "encoder" (token, H), forward half then backward half, and the gates of the same shape by name, as a
    trace gives them; without them the cells are empty. cell: whose cell is opened; backward: in which direction.
    look: chosen, lit, standalone, dark, as for transformer_diagram.
    """
    sheet = Sheet(network, labels, source, (), look, keep=(cell,))
    half = network["hidden"] // 2
    side = slice(half, None) if backward else slice(0, half)
    sheet.opened({name: values[cell, side] for name, values in (states or {}).items()}, backward, cell)
    sheet.encoder(states, (cell, backward))
    return sheet.finish(f"{network['cell']}_title", look)


def translator_diagram(
    network: Mapping,
    labels: Mapping[str, str],
    source: Sequence[str],
    target: Sequence[str],
    states: Mapping[str, np.ndarray] | None = None,
    weights: np.ndarray | None = None,
    *,
    word: int = 0,
    **look,
) -> str:
    """Encoder, what it hands over, and decoder: one vector for all words, or attention anew for every word.

    states: "encoder" (token, H), "decoder" (token, H), "summary" (1, H). weights: (target token, source token), rows sum to 1,
    for a network with attention; `word` is the target token whose row is drawn. look: as for unrolled_diagram.
    """
    sheet = Sheet(network, labels, source, target, look, keep=(word,))
    sheet.decoder(states, word)
    if network["attention"]:
        sheet.attention(weights, word)
    else:
        sheet.fan()
        sheet.one_vector(states)
    sheet.encoder(states, None)
    return sheet.finish("attention_title" if network["attention"] else "seq2seq_title", look)


class Sheet:
    """Draws rows from the top down; a column a token."""

    def __init__(
        self, network, labels, source: Sequence[str], target: Sequence[str], look: Mapping, keep: Sequence[int]
    ):
        self.network, self.labels, self.source, self.target = network, labels, list(source), list(target)
        self.chosen, self.lit = look.get("chosen", ""), frozenset(look.get("lit", ()))
        self.drawing = Drawing(width=WIDTH)
        self.drawing.shapes = recurrent_blocks(network, len(source), len(target) or "T", look.get("its", 1))
        self.places = {"source": fold(len(source), ROOM, keep), "target": fold(len(target), ROOM, keep)}
        self.y = 6.0

    def finish(self, title: str, look: Mapping) -> str:
        for side, tokens in (("source", self.source), ("target", self.target)):
            drawn = sum(place is not None for place in self.places[side])
            if drawn < len(tokens):
                self.y += 24
                words = self.labels["left_out_of"].format(
                    hidden=len(tokens) - drawn, all=len(tokens), row=self.labels[side]
                )
                self.drawing.text(LEFT, self.y - 4, words, "mj-small")
        self.drawing.height = self.y + 8
        words = self.labels[title].format(**self.network)
        return finished(self.drawing, words, standalone=look.get("standalone", False), dark=look.get("dark", False))

    def block(
        self, name: str, x: float, y: float, width: float, height: float = SLIM, label: str = "", thumb: str = ""
    ) -> None:
        """A box of the network; its shapes as far as there is a sentence to have them."""
        state = " ".join(css for css, on in (("mj-chosen", name == self.chosen), ("mj-lit", name in self.lit)) if on)
        shapes, kind = self.drawing.shapes[name], kind_of(name)
        notes = shape_text(shapes)
        draw_block(self.drawing, name, kind, label or self.labels[kind], notes, (x, y, width, height), state, thumb)

    def columns(self, side: str) -> list[tuple[int | None, float]]:
        """The tokens that are drawn and the middle of each one's column; None where tokens are left out."""
        places = self.places[side]
        step = min((WIDTH - LEFT - RIGHT) / max(len(places), 1), 112)
        begin = LEFT + (WIDTH - LEFT - RIGHT - step * len(places)) / 2
        return [(place, begin + step * (column + 0.5)) for column, place in enumerate(places)]

    def x_of(self, side: str, token: int) -> float:
        return next(x for place, x in self.columns(side) if place == token)

    def words(self, side: str, tokens: Sequence[str], name: str, on: int | None = None) -> None:
        """A row of tokens under or over their columns."""
        step = min((WIDTH - LEFT - RIGHT) / max(len(self.places[side]), 1), 112)
        for place, x in self.columns(side):
            if place is None:
                self.drawing.text(x, self.y + 19, "…", "mj-middle")
                continue
            css = f"mj-middle mj-token{' mj-on' if place == on else ''}"
            style = fitting(tokens[place], step - 4, 20)
            self.drawing.text(x, self.y + 19, tokens[place], css, style=style, data_token=f"{name}-{place}")
        self.y += 30

    def cell_width(self, side: str) -> float:
        columns = self.columns(side)
        return min(CELL, columns[1][1] - columns[0][1] - 18) if len(columns) > 1 else CELL

    def row(
        self, name: str, side: str, label: str, states: np.ndarray | None, pick: str, on: int | None, back: bool = False
    ) -> None:
        """A cell a token, each with the first numbers of its state, and the arrow that passes the state on."""
        columns, y = self.columns(side), self.y
        width = self.cell_width(side)
        for (place, x), (_, after) in zip(columns, [*columns[1:], (None, 0.0)], strict=True):
            if after:
                ends = (after - width / 2, x + width / 2) if back else (x + width / 2, after - width / 2)
                self.drawing.wire(f"M{ends[0]:.1f} {y + ROW / 2}H{ends[1]:.1f}", "mj-lit" if name in self.lit else "")
            if place is None:
                self.drawing.text(x, y + ROW / 2 + 6, "…", "mj-middle")
                continue
            box = {"x": x - width / 2, "y": y, "width": width, "height": ROW, "rx": 8}
            inside = (
                strip(states[place, :SMALL], x - width / 2 + 7, y + 12, width - 14, ROW - 24)
                if states is not None
                else []
            )
            states_of = {"mj-picked": name == self.chosen, "mj-lit": name in self.lit, "mj-open": place == on}
            state = " ".join(css for css, given in states_of.items() if given)
            about = {
                "class": f"mj-block {state}".strip(),
                "data-block": name,
                "data-cell": f"{pick}{place + 1}",
                "tabindex": -1,
            }
            tokens = self.source if side == "source" else ["<s>", *self.target[:-1]]
            about |= {"role": "button", "aria-label": f"{label}: {tokens[place]}"}
            ground = tag(
                "rect",
                {
                    **box,
                    "rx": 5,
                    "x": x - width / 2 + 6,
                    "y": y + 11,
                    "width": width - 12,
                    "height": ROW - 22,
                    "class": "mj-ground",
                },
            )
            rectangles = [tag("rect", box | {"class": css}) for css in ("mj-ground", "mj-body")]
            self.drawing.before.append(tag("g", about, *rectangles, ground, *inside))
        self.y += ROW

    def joins(self, side: str, from_y: float, to_y: float) -> None:
        for place, x in self.columns(side):
            if place is not None:
                self.drawing.wire(f"M{x:.1f} {from_y:.1f}V{to_y:.1f}", "mj-faint", arrow=False)

    def shape_note(self, block: str, y: float) -> None:
        words = shape_text(self.drawing.shapes[block])
        self.drawing.text(LEFT - 16, y, words, "mj-end mj-small mj-halo", style=fitting(words, LEFT - 22, 16))

    def encoder(self, states: Mapping | None, on: tuple[int, bool] | None) -> None:
        """Both directions, the embedding, and the sentence below."""
        half, memory = self.network["hidden"] // 2, (states or {}).get("encoder")
        top = self.y
        for back, pick in ((True, "b"), (False, "f")):
            part = None if memory is None else memory[:, half:] if back else memory[:, :half]
            mark = on[0] if on and on[1] == back else None
            label = self.labels["backward" if back else "forward"]
            self.drawing.text(LEFT - 16, self.y + ROW / 2 + 6, label, "mj-end mj-small")
            self.row("encoder.states", "source", label, part, pick, mark, back)
            self.y += 10
        self.shape_note("encoder.states", self.y + 4)
        self.y += 6
        self.block("encoder.embedding", LEFT, self.y, WIDTH - LEFT - RIGHT)
        self.y += SLIM
        self.joins("source", top + ROW, self.y + 12)
        self.y += 8
        self.words("source", self.source, "source", on[0] if on else None)

    def one_vector(self, states: Mapping | None) -> None:
        """All that a decoder without attention gets: where the forward and where the backward direction ended."""
        height, width, summary = 88, 620, (states or {}).get("summary")
        x, foot = (WIDTH + LEFT - RIGHT - width) / 2, self.y + height + 34
        place = (x + 20, self.y + height - 28, width - 40, 16)
        ground = tag("rect", dict(zip(("x", "y", "width", "height"), place, strict=True)) | {"class": "mj-ground"})
        thumb = "".join([ground, *strip(summary[0], *place)]) if summary is not None else ""
        self.block("summary", x, self.y, width, height, thumb=thumb)
        for column, row, point in self.ends(foot):
            self.drawing.wire(
                f"M{column:.1f} {row:.1f}V{foot - 14:.1f}L{x + width * point:.1f} {self.y + height:.1f}",
                self.lit_of("summary"),
            )
        self.drawing.wire(f"M{x:.1f} {self.y + height / 2:.1f}H60V{self.bridge_foot:.1f}", self.lit_of("bridge"))
        self.y = foot

    def ends(self, foot: float) -> list[tuple[float, float, float]]:
        """Where the two directions end: (x, y, where on the vector's edge); backward at the first word, forward at the last."""
        columns = self.columns("source")
        return [(columns[0][1], foot, 0.25), (columns[-1][1], foot + ROW + 10, 0.75)]

    def lit_of(self, block: str) -> str:
        return "mj-lit" if block in self.lit else ""

    def decoder(self, states: Mapping | None, word: int) -> None:
        """The translation, the three steps to it, the decoder's cells, and what it read."""
        on = word if self.network["attention"] else None
        self.words("target", self.target, "written", on)
        top, third = self.y, (WIDTH - LEFT - RIGHT - 48) / 3
        for place, name in enumerate(("readout", "output", "softmax")):
            left = LEFT + place * (third + 24)
            self.block(name, left, self.y, third)
            if place < 2:
                self.drawing.wire(f"M{left + third:.1f} {self.y + SLIM / 2}h24")
        self.y += SLIM + 14
        cells = self.y
        self.row("decoder.states", "target", self.labels["decoder_states"], (states or {}).get("decoder"), "t", on)
        self.block("bridge", 4, cells + ROW / 2 - 29, 108, 58)
        self.drawing.wire(f"M112 {cells + ROW / 2}H{self.columns('target')[0][1] - self.cell_width('target') / 2:.1f}")
        self.bridge_foot = cells + ROW / 2 + 29
        self.joins("target", top + SLIM, cells)
        self.y += 12
        self.block("decoder.embedding", LEFT, self.y, WIDTH - LEFT - RIGHT)
        self.shape_note("decoder.states", self.y + SLIM / 2 + 8)
        self.joins("target", cells + ROW, self.y + SLIM + 10)
        self.y += SLIM + 6
        self.words("target", ["<s>", *self.target[:-1]], "target")
        self.cells_foot = cells + ROW

    def fan(self) -> None:
        """The same vector goes to every word of the decoder."""
        middle, top = (WIDTH + LEFT - RIGHT) / 2, self.y + 44
        for place, x in self.columns("target"):
            if place is not None:
                path = f"M{middle:.1f} {top:.1f}C{middle:.1f} {top - 70:.1f} {x:.1f} {top - 40:.1f} {x:.1f} {self.cells_foot:.1f}"
                self.drawing.wire(path, self.lit_of("summary") or "mj-faint")
        self.y = top

    def attention(self, weights: np.ndarray | None, word: int) -> None:
        """From every state of the encoder to the word being written: the thicker, the greater the weight."""
        x, top = self.x_of("target", word), self.y + 6
        self.block("attention", LEFT + 200, top, WIDTH - LEFT - RIGHT - 400)
        link = {"d": f"M{x:.1f} {top:.1f}V{self.cells_foot:.1f}", "class": "mj-weight", "stroke-width": 4}
        self.drawing.behind.append(tag("path", link | {"data-weight-to": float(x)}))
        foot, middle = top + SLIM + 150, (WIDTH + LEFT - RIGHT) / 2
        for place, column in self.columns("source"):
            if place is None or weights is None:
                continue
            weight = float(weights[word, place])
            bend = f"{column:.1f} {foot - 90:.1f} {middle:.1f} {foot - 70:.1f}"
            path = f"M{column:.1f} {foot:.1f}C{bend} {middle:.1f} {top + SLIM:.1f}"
            strength = {"stroke-width": 1 + 11 * weight, "stroke-opacity": 0.15 + 0.85 * weight, "data-weight": place}
            self.drawing.behind.append(tag("path", {"d": path, "class": "mj-weight"} | strength))
            written = f"{weight:.2f}" if weight >= 0.05 else ""
            self.drawing.text(column, foot - 22, written, "mj-middle mj-small mj-halo", data_weight=place)
        self.block("summary", 4, foot - 96, 108, 58)
        self.drawing.wire(f"M58 {foot - 96:.1f}V{self.bridge_foot:.1f}")
        for column, row, _ in self.ends(foot):
            self.drawing.wire(f"M{column:.1f} {row:.1f}V{foot - 12:.1f}H58V{foot - 38:.1f}", "mj-faint")
        self.y = foot

    def opened(self, values: Mapping[str, np.ndarray], backward: bool, cell: int) -> None:
        """What one step does, with its own numbers; two lines open it out of its row."""
        height = {"rnn": 196, "gru": 266, "lstm": 294}[self.network["cell"]]
        frame = {"x": 20, "y": self.y, "width": WIDTH - 40, "height": height, "rx": 14, "class": "mj-frame"}
        self.drawing.behind.append(tag("rect", frame))
        OpenedCell(self, values, 56, self.y).draw()
        self.y += height
        x, foot = self.x_of("source", cell), self.y + 26 + (0 if backward else ROW + 10)
        half = self.cell_width("source") / 2
        zoom = f"M34 {self.y}L{x - half:.1f} {foot}H{x + half:.1f}L{WIDTH - 34} {self.y}z"
        self.drawing.behind.insert(0, tag("path", {"d": zoom, "class": "mj-zoom"}))
        self.y += 26


class OpenedCell:
    """One cell from the inside, at x, y. Every strip shows the same places of the state; boxes are given by their middle."""

    BOX, HIGH = 186, 52

    def __init__(self, sheet: Sheet, values: Mapping[str, np.ndarray], x: float, y: float):
        self.drawing, self.labels, self.values, self.x, self.y = sheet.drawing, sheet.labels, values, x, y
        self.cell = sheet.network["cell"]

    def draw(self) -> None:
        {"rnn": self.rnn, "gru": self.gru, "lstm": self.lstm}[self.cell]()

    def rnn(self) -> None:
        """h' = tanh(W x + U h + b)."""
        self.box("before", 110, 60)
        self.box("encoder", 898, 60, "tanh")
        self.line((203, 86), (488, 86))
        self.sign(500, 86, "+")
        self.line((512, 86), (805, 86))
        self.line((500, 140), (500, 98))
        self.drawing.text(self.x + 500, self.y + 160, "W x + b", "mj-middle mj-small")
        self.drawing.text(self.x + 350, self.y + 78, "U h", "mj-middle mj-small")

    def gru(self) -> None:
        """h' = (1 − z)·n + z·h,  n = tanh(W x + r·(U h))."""
        self.box("before", 110, 20)
        self.box("encoder", 898, 20)
        for name, formula, x in (("reset", "σ", 270), ("candidate", "tanh", 480), ("update", "σ", 700)):
            self.box(name, x, 166, formula)
        self.line((203, 46), (688, 46))
        self.line((712, 46), (744, 46))
        self.line((768, 46), (805, 46))
        self.line((700, 166), (700, 118))
        self.line((700, 94), (700, 58))
        self.line((480, 166), (480, 106), (688, 106))
        self.line((712, 106), (756, 106), (756, 58))
        self.line((363, 192), (387, 192), arrow=False)
        for x, y, sign in ((700, 46, "×"), (700, 106, "×"), (756, 46, "+"), (375, 192, "×")):
            self.sign(x, y, sign)
        self.drawing.text(self.x + 708, self.y + 80, "z", "mj-small")
        self.drawing.text(self.x + 708, self.y + 140, "1 − z", "mj-small")
        self.feed((270, 480, 700), 72)

    def lstm(self) -> None:
        """c' = f·c + i·g,  h' = o·tanh(c')."""
        self.box("cell_before", 110, 20)
        self.box("before", 110, 108)
        self.box("cell", 898, 20)
        self.box("encoder", 898, 108)
        for name, formula, x in (
            ("forget", "σ", 310),
            ("input", "σ", 506),
            ("candidate", "tanh", 702),
            ("output", "σ", 898),
        ):
            self.box(name, x, 194, formula)
        self.line((203, 46), (298, 46))
        self.line((310, 194), (310, 58))
        self.line((322, 46), (592, 46))
        self.line((506, 194), (506, 134), (592, 134))
        self.line((702, 194), (702, 134), (616, 134))
        self.line((604, 122), (604, 58))
        self.line((616, 46), (805, 46))
        self.line((770, 46), (770, 122))
        self.line((898, 194), (898, 177), (770, 177), (770, 146))
        self.line((782, 134), (805, 134))
        for x, y, sign in ((310, 46, "×"), (604, 46, "+"), (604, 134, "×"), (770, 134, "×")):
            self.sign(x, y, sign)
        self.drawing.text(self.x + 728, self.y + 92, "tanh", "mj-small")
        self.feed((310, 506, 702, 898), 160)

    def box(self, name: str, x: float, y: float, formula: str = "") -> None:
        """A gate or a state: its name, how it is made, and its numbers; of what lies between 0 and 1, the mean too."""
        left, top = self.x + x - self.BOX / 2, self.y + y
        rectangle = {"x": left, "y": top, "width": self.BOX, "height": self.HIGH, "rx": 9}
        for css in ("mj-ground", "mj-body"):
            self.drawing.before.append(tag("rect", rectangle | {"class": css}))
        values = self.values.get(name)
        self.drawing.text(left + 10, top + 20, self.labels[f"gate_{name}"], "mj-bold")
        if values is not None:
            formula += f" {np.mean(values):.2f}" if formula == "σ" else ""
            self.drawing.strip(values[:NUMBERS], left + 10, top + 28, self.BOX - 20, 16)
        self.drawing.text(left + self.BOX - 10, top + 20, formula, "mj-end mj-small")

    def line(self, *points: tuple[float, float], arrow: bool = True) -> None:
        self.drawing.wire("M" + "L".join(f"{self.x + x:g} {self.y + y:g}" for x, y in points), arrow=arrow)

    def sign(self, x: float, y: float, sign: str) -> None:
        self.drawing.operation(self.x + x, self.y + y, sign, 12)

    def feed(self, centres: Sequence[float], below: float) -> None:
        """Every gate reads the word x and the state before, which comes down from its box."""
        foot = {"gru": 218, "lstm": 246}[self.cell]
        rail = foot + 24
        self.line((50, below), (50, rail), (centres[-1], rail), arrow=False)
        for x in centres:
            self.line((x, rail), (x, foot))
        self.drawing.text(self.x + 10, self.y + rail + 6, "x", "mj-middle mj-bold")
        self.line((20, rail), (50, rail), arrow=False)
