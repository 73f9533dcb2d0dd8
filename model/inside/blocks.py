"""The records of a trace: what every block of a network did with one sentence, and the order in which it goes through them.

Worth knowing: no torch is needed to read them; blocks are made of tensors by made_of in watch.py.
"""

from dataclasses import dataclass, field

import numpy as np

from model.reading.maps import read_only
from model.reading.run import Axis

REPEATS = 7  # timed passes, after one to warm up


@dataclass(frozen=True)
class Block:
    """One block and what it did with one sentence. Immutable.

    name: its place in the network and in the address, "encoder.1.attention"; layers count from 1 here, as on screen.
    inputs, output: shapes without the batch. parameters: numbers of its own; shared: numbers it uses but another block owns.
    flops: multiplications and additions of its matrix products, what torch's own counter counts; the rest is small beside it.
    time_ms: median over the timed passes, without what other blocks did inside it. added: mean over the tokens of the L2 norm of
    what it adds to the residual stream, stream: the same of the stream after it; None where nothing is added.
    vectors: (tokens, width), what stands after it; None where it makes scores or ids. gates: by name, each as vectors.
    """

    name: str
    kind: str
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    parameters: int = 0
    shared: int = 0
    flops: int = 0
    time_ms: float = 0.0
    added: float | None = None
    stream: float | None = None
    vectors: np.ndarray | None = None
    gates: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self):
        if self.vectors is not None:
            object.__setattr__(self, "vectors", read_only(self.vectors))
        object.__setattr__(self, "gates", {name: read_only(values) for name, values in self.gates.items()})
        for name, values in self.gates.items():
            if values.shape != self.vectors.shape:
                raise ValueError(f"gate {name} must be (tokens, width) = {self.vectors.shape}; got {values.shape}")


@dataclass(frozen=True)
class Stage:
    """One halt of the sentence on its way. block: where it stands; strip: the block whose vectors to show, "" for none;
    row: the token now at work, None for all at once; rows: how many tokens are there by now."""

    block: str
    strip: str
    row: int | None
    rows: int


@dataclass(frozen=True)
class Trace:
    """What every block of a model did with one sentence, in the order of computing."""

    model: str
    source: Axis
    target: Axis
    blocks: tuple[Block, ...]
    stages: tuple[Stage, ...]
    device: str
    repeats: int = REPEATS

    def block(self, name: str) -> Block | None:
        return next((block for block in self.blocks if block.name == name), None)

    def total(self, what: str) -> float:
        """The sum over all blocks of "parameters", "flops" or "time_ms"."""
        return sum(getattr(block, what) for block in self.blocks)
