"""Reader: one model that reads. What every kind of model offers a page, and nothing about how it does it. No torch here.

Worth knowing: a page asks for an ability, never for a kind of model. A new kind of model is a new file in readers/.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from model.reading.place import Link, Place
from model.reading.run import Asked, Run

if TYPE_CHECKING:
    from torch import Tensor

    from model.networks.attention import AttentionRecord

ABILITIES = ("switch", "moved", "gradient", "inside", "trace")

# B batch   S source tokens   T target tokens   C width of the model   V vocabulary   N words "it"


class TextError(ValueError):
    """A text that cannot be read. reason: "blank", "punctuation" or "long"; then length and limit are in sub-words."""

    def __init__(self, reason: str, message: str, length: int = 0, limit: int = 0):
        super().__init__(message)
        self.reason, self.length, self.limit = reason, length, limit


class CheckpointError(Exception):
    """A checkpoint that cannot be loaded. reason: "missing" or "damaged"; detail: the files, or what went wrong with them."""

    def __init__(self, reason: str, message: str, detail: str):
        super().__init__(message)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Edit:
    """What is changed in a pass: heads switched off, and links cut. how: "zero" or another way of switching off."""

    heads: tuple[Place, ...] = ()
    links: tuple[Link, ...] = ()
    how: str = "zero"


@dataclass(frozen=True, eq=False)
class Pass:
    """What one pass over finished input, one or a padded batch, left to look at. Tensors, on the reader's device.

    memory: (B, S, C), what the encoder ended with; states: (B, T, C); logits: (B, T, V), row t is what token t was chosen from.
    records: by part, one a layer, with queries, keys, values and weights; empty unless asked for. reference_logits: (N, V), what
    each "it" stands for, in the order of the batch; None where nobody asked.
    """

    memory: "Tensor"
    states: "Tensor"
    logits: "Tensor"
    records: "dict[str, list[AttentionRecord]]" = field(default_factory=dict)
    reference_logits: "Tensor | None" = None


class Reader(Protocol):
    """limit: the longest input, in tokens, pixels or seconds; abilities: some of ABILITIES."""

    name: str
    task: str
    limit: int
    abilities: frozenset[str]

    def read(self, asked: Asked) -> Run:
        """Raises TextError for an input that cannot be read."""

    def again(self, run: Run, edit: Edit | None = None, record: bool = True) -> Pass:
        """A Run's own input and output, read once more, with what a page needs. Raises ValueError for another model's Run."""
