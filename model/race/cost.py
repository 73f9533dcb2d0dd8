"""What an architecture costs on paper: operations, bytes, steps that wait for one another, and what it remembers.

Worth knowing: only products of matrices are counted, two operations for each multiplication with its addition. Softmax, gates
and norms are under one percent of them at the widths used here, though not of the time. Every length may be an array: a page
draws a whole curve with one call. Derivations: linear n×d→m costs 2·B·n·d·m; QKᵀ and its mix of the values 2·B·n²·d each.
"""

from dataclasses import dataclass

import numpy as np

# B batch   n length   d width, equal for input and state   k kernel of a convolution   r neighbourhood of restricted attention
MODES = ("forward", "training", "generation")
GATES = {"rnn": 1, "gru": 3, "lstm": 4}  # of those in which a token cannot start before the one in front of it


@dataclass(frozen=True)
class Shape:
    """One layer in units of its width d, so that one formula serves all of them."""

    weights: float  # numbers in its matrices, in d²; each is used once for every token
    vectors: int  # numbers in biases, norms and the additive score, in d
    handed_on: int  # numbers per token that one kernel writes and the next one reads, in d
    recurrent: float = 0  # of the weights, those that every step needs again, in d²
    mixing: int = 0  # operations of every query with every key, in n²·d
    backward: float = (
        2  # what the mixing costs once more backwards; 2.5 where the fused kernel computes the scores again
    )


ATTENTION = Shape(weights=4, vectors=4, handed_on=4, mixing=4, backward=2.5)  # queries, keys, values, mixed values
# Handed on by a block besides: norm, attention's output, sum, norm, hidden layer (4) before and after ReLU, its output.
BLOCK = Shape(weights=12, vectors=13, handed_on=17, mixing=4, backward=2.5)  # hidden layer of 4·d
LSTM, GRU, RNN = (Shape(weights=2 * g, vectors=2 * g, handed_on=g, recurrent=g) for g in (4, 3, 1))
SHAPES = {
    "rnn": RNN,
    "lstm": LSTM,
    "gru": GRU,
    "transformer": BLOCK,
    "attention": ATTENTION,
}


@dataclass(frozen=True)
class Cost:
    """What one layer has to do. Each field is a number, or an array where the length was one."""

    flops: float  # operations of matrix products
    bytes: float  # to and from memory, at the least
    steps: float  # that wait for one another


def cost(
    architecture: str, mode: str, length, width: int, *, batch: int = 1, element: int = 4, cache_bytes: int = 0
) -> Cost:
    """All of it at once. length: tokens, a number or an array; element: bytes of a number; batch: sequences side by side.

    Raises ValueError at an unknown architecture or mode.
    """
    check(architecture, mode)
    return Cost(
        flops(architecture, mode, length, width, batch),
        bytes_moved(architecture, mode, length, width, batch, element, cache_bytes),
        steps(architecture, mode, length),
    )


def check(architecture: str, mode: str = "forward") -> None:
    if architecture not in SHAPES:
        raise ValueError(f'architecture must be one of {", ".join(SHAPES)}; got "{architecture}"')
    if mode not in MODES:
        raise ValueError(f'mode must be one of {", ".join(MODES)}; got "{mode}"')


def parameters(architecture: str, width: int) -> int:
    """Numbers that training sets, biases and norms included."""
    shape = SHAPES[architecture]
    return round(shape.weights * width**2 + shape.vectors * width)


def flops(architecture: str, mode: str, length, width: int, batch: int = 1):
    """Operations: LSTM 16·B·n·d², GRU 12, RNN 4; attention 8·B·n·d² + 4·B·n²·d, a Transformer block 24 and 4.

    Backwards a product costs twice as much again, for its two inputs. In generation the query at token t meets t keys, so
    the mixing halves: 4·B·d·(1 + 2 + … + n).
    """
    shape, length = SHAPES[architecture], np.asarray(length, float)
    linear = 2 * shape.weights * batch * length * width**2
    mixing = shape.mixing * batch * length**2 * width
    if mode == "training":
        return 3 * linear + (1 + shape.backward) * mixing
    if mode == "generation" and architecture not in GATES:
        mixing = shape.mixing * batch * width * length * (length + 1) / 2
    return linear + mixing


def steps(architecture: str, mode: str, length):
    """Sequential operations in the sense of Vaswani et al. 2017, table 1: n for a recurrent layer, 1 for attention.

    Training goes the same way back. In generation everybody waits for every token.
    """
    length = np.asarray(length, float)
    waits = length if architecture in GATES or mode == "generation" else 1 + 0 * length
    return waits * (2 if mode == "training" else 1)


def bytes_moved(
    architecture: str, mode: str, length, width: int, batch: int = 1, element: int = 4, cache_bytes: int = 0
):
    """Bytes to and from memory, at the least: weights, input and output once, and what the cache cannot hold more often.

    cache_bytes: what the processor keeps close. 0 counts every hand-over between kernels, and weights at every step that
    needs them (an LSTM layer: n·(4·d²·s + 10·B·d·s) and its input weights once); a large cache leaves what nobody can avoid.
    Training moves about three times as much: forward, and backward for both inputs of every product.
    """
    shape, length = SHAPES[architecture], np.asarray(length, float)
    token = element * batch * width  # bytes of one number per unit of width, for every sequence
    weights = element * parameters(architecture, width)
    if mode == "generation":
        return 2 * token * length + read_in_generation(architecture, length, weights, token, cache_bytes)
    handed_on = np.maximum(shape.handed_on * token * length - cache_bytes, 0)
    recurrent = element * shape.recurrent * width**2
    once_more = recurrent * (length - 1) * (recurrent > cache_bytes)
    return (2 * token * length + 2 * handed_on + weights + once_more) * (3 if mode == "training" else 1)


def read_in_generation(architecture: str, length, weights: int, token: int, cache_bytes: int):
    """Bytes of weights, and of what is remembered, that n steps read.

    A step reads them from memory once they have outgrown the cache; until then they come from there only the first time.
    """
    growing = token * grows(architecture)
    held = np.clip((cache_bytes - weights) / (growing or 1e-9), 0, length)  # steps until the cache is full
    once = weights + growing * length
    return np.maximum(once, weights * (length - held) + growing * (length**2 + length - held**2 - held) / 2)


def working_bytes(architecture: str, mode: str, length, width: int, batch: int = 1, element: int = 4):
    """About what the tensors of one call take, all of them at once: an upper estimate, to refuse what cannot fit."""
    shape, length = SHAPES[architecture], np.asarray(length, float)
    token, weights = element * batch * width, element * parameters(architecture, width)
    if mode == "generation":
        return weights + token * length * (2 + SHAPES[architecture].mixing / 2)
    return (weights + token * length * (2 + shape.handed_on)) * (3 if mode == "training" else 1)


# --- what is remembered ---


def grows(architecture: str) -> int:
    """Numbers kept for each further token that was written, in d: its key and its value."""
    return 2 if architecture in ("transformer", "attention") else 0


def remembered(architecture: str, length, width: int):
    """Numbers that one layer keeps about a past of n tokens: what a later token can still ask.

    RNN and GRU d, LSTM 2·d (state and cell), whatever n is; a GRU with additive attention the n·d states of what was read and
    its own d; a Transformer 2·n·d, its keys and values. Attention keeps everything, which is what it costs; a recurrent layer
    has to choose. An array as long as the lengths. Raises ValueError at an unknown architecture.
    """
    length = np.asarray(length, float)
    if architecture == "gru-attention":
        return width * (1 + length)
    check(architecture)
    fixed = {"rnn": 1, "gru": 1, "lstm": 2}.get(architecture, 0)
    return width * (fixed + grows(architecture) * length)


# --- table 1 of Vaswani et al. 2017 ---


@dataclass(frozen=True)
class TableRow:
    """One kind of layer, for n tokens of width d. Numbers, or arrays where n was one."""

    complexity: float  # as the paper prints it: an order of growth, without constants and without projections
    flops: float  # the same layer with its constants and projections, forward, one sequence
    sequential: float  # operations that wait for one another
    path: float  # the most layers or steps that a signal takes between two of the tokens


def table_1(length, width: int, kernel: int = 3, neighbourhood: int = 64) -> dict[str, TableRow]:
    """The paper's table 1, and beside each order of growth the operations that it stands for.

    The paper leaves out the four projections of attention, 8·n·d², and what stands before n·d²: 4 for the simple RNN it
    means, 12 for a GRU, 16 for an LSTM. So attention does fewer operations than an LSTM up to n = 2·d and than a GRU up to
    n = d, and never fewer than a simple RNN. Restricted attention sees r tokens, dilated convolutions widen k-fold by layer.
    """
    if kernel < 2 or neighbourhood < 1:
        raise ValueError(f"kernel must be at least 2 and neighbourhood at least 1; got {kernel} and {neighbourhood}")
    n = np.asarray(length, float)
    d, k, r, one = width, kernel, np.minimum(neighbourhood, n), 1 + 0 * n
    return {
        "attention": TableRow(n**2 * d, flops("attention", "forward", n, d), one, one),
        "rnn": TableRow(n * d**2, flops("rnn", "forward", n, d), n, n),
        "gru": TableRow(n * d**2, flops("gru", "forward", n, d), n, n),
        "lstm": TableRow(n * d**2, flops("lstm", "forward", n, d), n, n),
        "convolution": TableRow(k * n * d**2, 2 * k * n * d**2, one, np.maximum(np.log(n) / np.log(k), 1)),
        "restricted attention": TableRow(r * n * d, 8 * n * d**2 + 4 * r * n * d, one, np.maximum(n / r, 1)),
    }


def parity_length(architecture: str, width: int) -> float | None:
    """The n up to which attention alone does fewer operations than this layer, forward; None where it never does.

    8·n·d² + 4·n²·d = 2·w·n·d² has the solution n = (w - 4)·d / 2: 2·d for the LSTM (w = 8), d for the GRU (w = 6).
    """
    check(architecture)
    tokens = (SHAPES[architecture].weights - 4) * width / 2
    return tokens if architecture in GATES and tokens > 0 else None
