"""A score: what is known of one role in every head of a part. Plain numbers, made in scores.py and likeness.py."""

from dataclasses import dataclass, field

import numpy as np

PERMUTATIONS = 499  # draws behind the null of a greatest score


@dataclass(frozen=True)
class Score:
    """One score of every head of a part, on one set of sentences.

    value, low, high, baseline: (head,), the score, its 95 % interval, and what needs no head; rule: what the baseline is.
    n: sentences; events: words counted (sentences where one number is taken from each). null: the 99th percentile of the
    greatest score of all heads when nothing is there to be found, where that is the test.
    extra: numbers some scores come with, by name, (head,) each; they are explained where they are made.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    baseline: np.ndarray
    rule: str
    n: int
    events: int
    null: float | None = None
    extra: dict[str, np.ndarray] = field(default_factory=dict)
