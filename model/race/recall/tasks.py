"""The tasks: copy, associative recall, and parity; what each asks, in training and at every point of its curve."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

# B batch   T steps   Q steps that are asked for an answer, the last ones

COPY_SYMBOLS, COPIED, COPY_BLANKS = 8, 4, 20  # training distances 4 to 24
KEYS, VALUES, PAIRS, PAIR_BLANKS = 16, 8, 6, 12  # training with 1 to 6 pairs, 0 to 12 blanks
PARITY_LENGTH = 20  # training with every length up to it


@dataclass(frozen=True)
class Batch:
    """tokens: (B, T) ids; answers: (B, Q), what is due at each of the last Q steps."""

    tokens: Tensor
    answers: Tensor

    def to(self, device: torch.device) -> "Batch":
        return Batch(self.tokens.to(device), self.answers.to(device))


Draw = Callable[[int, torch.Generator], Batch]  # how many sequences, and the source of chance


@dataclass(frozen=True)
class Point:
    """One place on a curve: what is varied, its value, and sequences that have it."""

    axis: str  # "distance" in steps from a symbol to its question, "pairs", or "length" in steps
    value: int
    in_range: bool  # whether training has met such a value
    held: int  # answers that must be ready, each one of `answers` equally likely symbols
    asked: int  # of them, how many are asked
    read: int  # steps before the first question
    draw: Draw


@dataclass(frozen=True)
class Task:
    """What is trained and where it is tested. answers: number of symbols an answer is chosen from; chance is 1 / answers."""

    name: str
    vocabulary: int
    answers: int
    mixture: Draw  # training and held-out sequences: one length a batch, so that nothing is padded
    points: tuple[Point, ...]


def copying(count: int, generator: torch.Generator, *, symbols: int = 4, blanks: int = 0) -> Batch:
    """Symbols, blanks, then the marks 1, 2, …: at mark i the i-th symbol is due, exactly symbols + blanks steps after it.

    Symbols are drawn freely, so nothing but the symbol itself tells it: chance is 1 / COPY_SYMBOLS.
    """
    said = torch.randint(COPY_SYMBOLS, (count, symbols), generator=generator)
    blank = torch.full((count, blanks), COPY_SYMBOLS)
    marks = torch.arange(COPY_SYMBOLS + 1, COPY_SYMBOLS + 1 + symbols).expand(count, -1)
    return Batch(torch.cat([said, blank, marks], 1), said)


def recalling(count: int, generator: torch.Generator, *, pairs: int, blanks: int = 0, oldest: bool = False) -> Batch:
    """Pairs of key and value, blanks, then every key once, in any order: its value is due (Arora et al. 2023, with one gap).

    Keys differ within a sequence, values are drawn freely: chance is 1 / VALUES, and 1 / pairs and a little more for who
    knows which values there were but not whose. With `oldest` only the first pair is asked, 2 · pairs - 1 + blanks steps
    after its value.
    """
    keys = torch.rand(count, KEYS, generator=generator).argsort(1)[:, :pairs]
    values = torch.randint(VALUES, (count, pairs), generator=generator)
    order = torch.rand(count, pairs, generator=generator).argsort(1)
    if oldest:
        order = torch.zeros(count, 1, dtype=torch.long)
    written = torch.stack([keys, KEYS + values], -1).flatten(1)  # (B, 2 · pairs)
    blank = torch.full((count, blanks), KEYS + VALUES)
    return Batch(torch.cat([written, blank, keys.gather(1, order)], 1), values.gather(1, order))


def parity(count: int, generator: torch.Generator, *, length: int, last: bool = False) -> Batch:
    """Bits; at every step (or at the last only) it is due whether the ones so far are odd in number. Chance is 1 / 2."""
    bits = torch.randint(2, (count, length), generator=generator)
    odd = bits.cumsum(1) % 2
    return Batch(bits, odd[:, -1:] if last else odd)


def between(low: int, high: int, generator: torch.Generator) -> int:
    return int(torch.randint(low, high + 1, (), generator=generator))


def copy_point(distance: int) -> Point:
    draw = partial(copying, symbols=COPIED, blanks=distance - COPIED)
    return Point("distance", distance, distance <= COPIED + COPY_BLANKS, COPIED, COPIED, distance, draw)


def pairs_point(pairs: int) -> Point:
    return Point("pairs", pairs, pairs <= PAIRS, pairs, pairs, 2 * pairs, partial(recalling, pairs=pairs))


def recall_point(distance: int, pairs: int = 4) -> Point:
    blanks = distance - (2 * pairs - 1)
    draw = partial(recalling, pairs=pairs, blanks=blanks, oldest=True)
    return Point("distance", distance, blanks <= PAIR_BLANKS, pairs, 1, 2 * pairs + blanks, draw)


def parity_point(length: int) -> Point:
    draw = partial(parity, length=length, last=True)
    return Point("length", length, length <= PARITY_LENGTH, 1, 1, length - 1, draw)


TASKS = (
    Task(
        "copy",
        COPY_SYMBOLS + 1 + COPIED,
        COPY_SYMBOLS,
        lambda count, g: copying(count, g, symbols=COPIED, blanks=between(0, COPY_BLANKS, g)),
        tuple(map(copy_point, (4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64))),
    ),
    Task(
        "recall",
        KEYS + VALUES + 1,
        VALUES,
        lambda count, g: recalling(count, g, pairs=between(1, PAIRS, g), blanks=between(0, PAIR_BLANKS, g)),
        (*map(pairs_point, (1, 2, 3, 4, 5, 6, 8, 12, 16)), *map(recall_point, (7, 11, 15, 19, 23, 31, 39, 47, 63))),
    ),
    Task(
        "parity",
        2,
        2,
        lambda count, g: parity(count, g, length=PARITY_LENGTH),
        tuple(map(parity_point, (2, 5, 10, 15, 20, 22, 25, 30, 40, 50, 64))),
    ),
)
