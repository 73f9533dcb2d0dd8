"""What an experiment measures: how far a model prefers some tokens to others, at one place of what it writes.

Worth knowing: log-odds are a difference of two logits, so nothing else that the model thinks of at that place comes in: what
the softmax divides by cancels. They add up and have no ceiling, as probabilities do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.reading.readers.own import Translator

# B outcomes, one a row   V vocabulary


@dataclass(frozen=True)
class Outcome:
    """Some tokens against others: log p(wanted) - log p(others), in nats, each the sum over its ids. Above 0: wanted.

    axis: the name of the axis they are predicted on, "target" for what is written; step: the place there. Raises ValueError
    where a side is empty, or a token stands on both.
    """

    step: int
    wanted: tuple[int, ...]
    others: tuple[int, ...]
    axis: str = "target"

    def __post_init__(self):
        if not self.wanted or not self.others or {*self.wanted} & {*self.others}:
            raise ValueError(f"wanted and others must be different tokens; got {self.wanted} and {self.others}")

    def side(self, token: int) -> int:
        """1 for a wanted token, -1 for one of the others, 0 for any other word."""
        return (token in self.wanted) - (token in self.others)


@dataclass(frozen=True)
class Measure:
    """How an Outcome is found in what a translator wrote.

    what: a name, after "has no"; difference: the log-odds as a formula; find: from translator, text and the ids it wrote,
    without </s>, to the Outcome; None where there is nothing of the kind.
    """

    what: str
    difference: str
    find: Callable[[Translator, str, Sequence[int]], Outcome | None]

    def missing(self, translation: str) -> str:
        return f"The translation “{translation}” has no {self.what}"


def log_odds(logits: Tensor, outcomes: Sequence[Outcome]) -> Tensor:
    """(B,), in nats. logits: (B, V), each row at its outcome's step."""
    rows = [
        row[list(one.wanted)].logsumexp(0) - row[list(one.others)].logsumexp(0)
        for row, one in zip(logits, outcomes, strict=True)
    ]
    return torch.stack(rows)
