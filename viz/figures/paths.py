"""How far apart two words are: the shortest way that one can influence the other, in each architecture.

Worth knowing: nothing here is looked up. Each architecture is a small graph of who reads whom, and the way is searched for; a
step is counted whenever what is known has to be passed on from one place to another.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import pairwise

from viz.figures.architecture import fitting
from viz.figures.svg import Drawing, escaped, finished, fold, tag

Word = tuple[str, int]  # ("source" or "target", its place)
Node = tuple[str, int]
ARCHITECTURES = ("transformer", "recurrent", "attention")

WIDTH, LEFT, ROOM, BAND = (
    1120,
    8,
    32,
    150,
)  # px; ROOM: tokens in all before the drawing is folded; BAND: height of one architecture


def reads(architecture: str, sources: int, targets: int) -> dict[Node, list[tuple[Node, int]]]:
    """Who can read whom in one architecture: node to [(reader, steps)]. A node that stays at its own word costs no step.

    "source" and "target" are words as they enter; "memory" is what the encoder makes of a word, "written" what the decoder makes.
    """
    edges: dict[Node, list[tuple[Node, int]]] = {}

    def reader(node: Node, other: Node, steps: int) -> None:
        edges.setdefault(node, []).append((other, steps))

    if architecture == "transformer":
        for word in range(sources):
            for other in range(sources):
                reader(("source", word), ("memory", other), int(word != other))
        for word in range(targets):
            for later in range(word, targets):
                reader(("target", word), ("written", later), int(word != later))
    else:
        for word in range(sources):
            for direction in ("forward", "backward"):
                reader(("source", word), (direction, word), 0)
                reader((direction, word), ("memory", word), 0)
            if word + 1 < sources:
                reader(("forward", word), ("forward", word + 1), 1)
                reader(("backward", word + 1), ("backward", word), 1)
        for word in range(targets):
            reader(("target", word), ("written", word), 0)
            if word + 1 < targets:
                reader(("written", word), ("written", word + 1), 1)
    if architecture == "recurrent":  # only the ends of both directions leave the encoder, and every word gets them
        for end in (("forward", sources - 1), ("backward", 0)):
            reader(end, ("vector", 0), 1)
        for word in range(targets):
            reader(("vector", 0), ("written", word), 1)
    else:  # attention: every written word reads every state of the encoder
        for word in range(sources):
            for written in range(targets):
                reader(("memory", word), ("written", written), 1)
    return edges


def path_between(architecture: str, sources: int, targets: int, one: Word, other: Word) -> tuple[list[Node], int]:
    """The shortest way from one word to the other, and its steps.

    It runs from sentence to translation, and in the translation from the earlier word to the later: nothing flows back. Raises
    ValueError if a word is not there.
    """
    counts = {"source": sources, "target": targets}
    for side, place in (one, other):
        if not 0 <= place < counts[side]:
            raise ValueError(f"{side} has {counts[side]} tokens; got place {place}")
    start, end = sorted((one, other))  # "source" before "target", earlier before later
    goal = ({"source": "memory", "target": "written"}[end[0]], end[1])
    edges = reads(architecture, sources, targets)
    best, before, waiting = {start: 0}, {}, deque([start])
    while waiting:
        node = waiting.popleft()
        for reader, steps in edges.get(node, []):
            if best[node] + steps < best.get(reader, 1_000_000):
                best[reader], before[reader] = best[node] + steps, node
                (waiting.append if steps else waiting.appendleft)(reader)
    way = [goal]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1], best[goal]


# --- drawing ---


def paths_diagram(
    source: Sequence[str],
    target: Sequence[str],
    one: Word,
    other: Word,
    labels: Mapping[str, str],
    *,
    standalone: bool = False,
    dark: bool = False,
) -> str:
    """The way between two words in every architecture, one under the other, over the same columns.

    source, target: tokens, </s> included; one, other: the words; labels: names, and how to say a number of steps.
    """
    board = Board(source, target, one, other, labels)
    for architecture in ARCHITECTURES:
        board.architecture(architecture)
    board.drawing.height = board.y
    names = [{"source": source, "target": target}[side][place] for side, place in (one, other)]
    title = labels["paths_title"].format(one=names[0], other=names[1])
    return finished(board.drawing, title, standalone=standalone, dark=dark)


class Board:
    """Columns of tokens, the sentence's and the translation's, and a band for each architecture."""

    def __init__(self, source: Sequence[str], target: Sequence[str], one: Word, other: Word, labels: Mapping[str, str]):
        self.drawing, self.labels, self.chosen = Drawing(width=WIDTH), labels, (one, other)
        self.tokens = {"source": source, "target": target}
        self.columns = self.place_columns()
        self.y = 8.0
        self.words()

    def place_columns(self) -> dict[str, list[tuple[int | None, float]]]:
        """Each side's drawn tokens and the middle of their columns; between the sides lies room for the one vector."""
        share = len(self.tokens["source"]) / max(sum(map(len, self.tokens.values())), 1)
        room = {"source": max(round(ROOM * share), 7)}
        room["target"] = max(ROOM - room["source"], 7)
        kept = {side: [place for name, place in self.chosen if name == side] for side in room}
        drawn = {side: fold(len(self.tokens[side]), room[side], kept[side]) for side in room}
        step = (WIDTH - 2 * LEFT) / (len(drawn["source"]) + len(drawn["target"]) + 1.2)
        columns, x = {}, LEFT + step / 2
        for side in ("source", "target"):
            columns[side] = [(place, x + step * column) for column, place in enumerate(drawn[side])]
            x += step * (len(drawn[side]) + 1.2)
        self.step = step
        return columns

    def words(self) -> None:
        """The tokens, to be chosen by pointer and keyboard; on two or three lines, so that neighbours do not touch."""
        lines = 2 if self.step >= 44 else 3
        for side, columns in self.columns.items():
            for number, (place, x) in enumerate(columns):
                y = self.y + 20 + 25 * (number % lines)
                if place is None:
                    self.drawing.text(x, y, "…", "mj-middle")
                    continue
                on = (side, place) in self.chosen
                about = {"class": "mj-pick", "data-word": f"{side[0]}{place + 1}", "tabindex": -1, "role": "button"}
                about |= {"aria-pressed": str(on).lower(), "aria-label": self.tokens[side][place]}
                style = {"style": fitting(self.tokens[side][place], lines * self.step - 8, 20)}
                word = {"x": x, "y": y, "class": f"mj-middle mj-token{' mj-on' if on else ''}"} | style
                hit = {"x": x - self.step / 2, "y": y - 20.0, "width": self.step, "height": 26, "fill": "transparent"}
                self.drawing.before.append(
                    tag("g", about, tag("rect", hit), tag("text", word, escaped(self.tokens[side][place])))
                )
        self.y += 25 * lines + 10
        folded = False
        for side, columns in self.columns.items():
            hidden = len(self.tokens[side]) - sum(place is not None for place, _ in columns)
            if hidden:
                words = self.labels["left_out_of"].format(
                    hidden=hidden, all=len(self.tokens[side]), row=self.labels[side]
                )
                self.drawing.text(columns[0][1] - self.step / 2, self.y + 8, words, "mj-small")
                folded = True
        self.y += 22 * folded

    def x_of(self, side: str, place: int) -> float:
        """The middle of a token's column; of one that is left out, that of the gap."""
        columns = self.columns[side]
        exact = next((x for drawn, x in columns if drawn == place), None)
        if exact is not None:
            return exact
        after = next(number for number, (drawn, _) in enumerate(columns) if drawn is not None and drawn > place)
        return columns[after - 1][1]

    def spot(self, node: Node, y: float) -> tuple[float, float]:
        if node[0] == "vector":
            return (self.columns["source"][-1][1] + self.columns["target"][0][1]) / 2, y
        return self.x_of("target" if node[0] in ("target", "written") else "source", node[1]), y

    def architecture(self, name: str) -> None:
        sources, targets = len(self.tokens["source"]), len(self.tokens["target"])
        way, steps = path_between(name, sources, targets, *self.chosen)
        top, y = self.y, self.y + 104
        self.drawing.behind.append(
            tag("rect", {"x": 0, "y": top, "width": WIDTH, "height": BAND - 12.0, "rx": 12, "class": "mj-frame"})
        )
        words = self.labels["one_step" if steps == 1 else "steps_count"].format(steps=steps)
        number = tag("tspan", {"dx": 22, "class": "mj-big mj-accent"}, escaped(words))
        name_and_number = escaped(self.labels[f"paths_{name}"]) + number
        self.drawing.before.append(tag("text", {"x": 16, "y": top + 32, "class": "mj-bold"}, name_and_number))
        self.chains(name, y)
        self.way(way, y)
        self.nodes(name, way, y)
        self.y = top + BAND

    def chains(self, name: str, y: float) -> None:
        """What passes states on from word to word."""
        if name == "transformer":
            return
        for columns in self.columns.values():
            self.drawing.wire(f"M{columns[0][1]:.1f} {y}H{columns[-1][1]:.1f}", arrow=False)
        if name == "recurrent":
            vector = self.spot(("vector", 0), y)[0]
            ends = self.columns["source"][-1][1], self.columns["target"][0][1]
            self.drawing.wire(f"M{ends[0]:.1f} {y}H{vector:.1f}H{ends[1]:.1f}", arrow=False)

    def way(self, way: Sequence[Node], y: float) -> None:
        """The steps that are taken: along the chain from neighbour to neighbour, else in an arc."""
        for one, other in pairwise(way):
            (x, _), (end, _) = self.spot(one, y), self.spot(other, y)
            if x == end:
                continue
            lift = min(abs(end - x) * 0.45, 74) if self.flies(one, other) else 0
            path = (
                f"M{x:.1f} {y}C{x:.1f} {y - lift:.1f} {end:.1f} {y - lift:.1f} {end:.1f} {y}"
                if lift
                else f"M{x:.1f} {y}H{end:.1f}"
            )
            self.drawing.behind.append(tag("path", {"d": path, "class": "mj-step"}))

    def flies(self, one: Node, other: Node) -> bool:
        """A step over the heads of those between; from neighbour to neighbour it stays on the chain."""
        if "vector" in (one[0], other[0]):
            return one[0] == "backward" or other[1] > 0
        return one[0] != other[0] or abs(one[1] - other[1]) != 1

    def nodes(self, name: str, way: Sequence[Node], y: float) -> None:
        on = {self.spot(node, y)[0] for node in way}
        for columns in self.columns.values():
            for place, x in columns:
                if place is None:
                    self.drawing.text(x, y + 5, "…", "mj-middle mj-halo")
                else:
                    self.node(x, y, x in on)
        if name == "recurrent":
            x = self.spot(("vector", 0), y)[0]
            css = f"mj-node{' mj-on' if x in on else ''}"
            self.drawing.before.append(
                tag("rect", {"x": x - 9, "y": y - 22.0, "width": 18, "height": 44, "rx": 5, "class": css})
            )

    def node(self, x: float, y: float, on: bool) -> None:
        self.drawing.before.append(
            tag(
                "circle",
                {"cx": x, "cy": y, "r": min(9.0, 0.3 * self.step), "class": f"mj-node{' mj-on' if on else ''}"},
            )
        )
