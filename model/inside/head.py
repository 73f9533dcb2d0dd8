"""One head, worked through: what it computes for one query, in the order of the formula, by hand beside the network's own.

Worth knowing: the hand works in numpy with 64 bits from what came down the residual road; where it and the network part in the
fifth digit, nothing is returned.
"""

from dataclasses import dataclass, fields

import numpy as np
from torch import nn

from model.inside.opened import PLACES, Block, Inside
from model.inside.pushes import Pushes, numbers, pushes
from model.networks.attention import MultiHeadAttention
from model.networks.transformer import Transformer
from model.reading.readers.own import TOLERANCE

# S keys   T queries   D width of one head   C width of the model   V vocabulary


@dataclass(frozen=True)
class Steps:
    """One head and one query, in the order of the formula, by hand in 64 bits. Arrays are read-only.

    embedding, position, placed, stream: (C,) down to the block; mean, spread: the norm's two numbers, None where no norm
    stands before the block; gain, shift: (C,), its parameters; entered: (C,). query_matrix (C, D), query_bias (D,),
    output_matrix (D, C): the head's slices. query: (D,); keys, values: (S, D). products: (S,), q·k; divisor: what they are
    divided by; seen: (S,), False where the mask hides the key; scores: (S,), -inf there; weights: (S,), sum to 1, 0 there;
    mixed: (D,); written: (C,). check: greatest difference from the network's own (see largest), over `compared` numbers.
    """

    part: str
    layer: int
    head: int
    row: int
    embedding: np.ndarray
    position: np.ndarray
    placed: np.ndarray
    stream: np.ndarray
    mean: float | None
    spread: float | None
    gain: np.ndarray
    shift: np.ndarray
    entered: np.ndarray
    query_matrix: np.ndarray
    query_bias: np.ndarray
    query: np.ndarray
    keys: np.ndarray
    values: np.ndarray
    products: np.ndarray
    divisor: float
    seen: np.ndarray
    scores: np.ndarray
    weights: np.ndarray
    mixed: np.ndarray
    output_matrix: np.ndarray
    written: np.ndarray
    pushes: Pushes
    check: float
    compared: int

    def __post_init__(self):
        for field in fields(self):
            if isinstance(values := getattr(self, field.name), np.ndarray):
                values.setflags(write=False)

    @property
    def entropy_bits(self) -> float:
        """How spread the row is: 0 for one key, log2(S) for S equal ones."""
        weights = self.weights[self.weights > 0]
        return max(0.0, float(-(weights * np.log2(weights)).sum()))


def work_through(
    inside: Inside,
    part: str,
    layer: int,
    head: int,
    row: int,
    *,
    scaled: bool = True,
    temperature: float = 1.0,
    masked: bool = True,
) -> Steps:
    """Everything one head computes for the query in this row. Layers, heads and rows count from 0.

    scaled=False leaves √D out, temperature divides the scores once more, masked=False lets the decoder see the words to come.
    Raises ValueError if there is no such head or row, RuntimeError if hand and network differ by more than 1e-5.
    """
    block = chosen_block(inside, part, layer, head, row)
    stack, attention_name, residual = PLACES[part]
    modules = getattr(inside.network, stack)[layer]
    attention = getattr(modules, attention_name)
    mean, spread, gain, shift, entered = normed(inside.network, getattr(modules, residual).norm, block.stream[row])
    query_matrix, query_bias = inward(attention.to_queries, attention, head)
    query = entered @ query_matrix + query_bias  # (D,)
    keys, values = (  # (S, D)
        block.memory.astype(float) @ matrix + bias
        for matrix, bias in (inward(module, attention, head) for module in (attention.to_keys, attention.to_values))
    )
    products = keys @ query  # (S,)
    seen = np.arange(len(keys)) <= row if part == "decoder" else np.ones(len(keys), bool)
    root = float(np.sqrt(len(query)))
    weights = softmax(np.where(seen, products / root, -np.inf))
    place = columns(attention, head)
    pairs = (
        (entered, block.entered[row]),
        (query, block.queries[row, place]),
        (keys, block.keys[:, place]),
        (values, block.values[:, place]),
        (weights, block.weights[head, row]),
        (weights, block.weights[head, row] if inside.changed else inside.run.maps[part].weights(layer, head)[row]),
        (weights @ values, block.mixed[row, place]),
        (all_heads(attention, block.mixed[row]), block.written[row]),
    )
    check = largest(*pairs)
    if check > TOLERANCE:
        raise RuntimeError(f"what was computed by hand differs from the network's own by {check:.1e}")
    divisor = (root if scaled else 1.0) * temperature
    visible = seen if masked else np.ones_like(seen)
    scores = np.where(visible, products / divisor, -np.inf)
    weights = softmax(scores)
    mixed = weights @ values  # (D,)
    output_matrix = outward(attention, head)
    written = mixed @ output_matrix  # (C,)
    return Steps(
        part=part,
        layer=layer,
        head=head,
        row=row,
        embedding=inside.embedded[stack][row],
        position=inside.placed[stack][row] - inside.embedded[stack][row],
        placed=inside.placed[stack][row],
        stream=block.stream[row],
        mean=mean,
        spread=spread,
        gain=gain,
        shift=shift,
        entered=entered,
        query_matrix=query_matrix,
        query_bias=query_bias,
        query=query,
        keys=keys,
        values=values,
        products=products,
        divisor=divisor,
        seen=visible,
        scores=scores,
        weights=weights,
        mixed=mixed,
        output_matrix=output_matrix,
        written=written,
        pushes=pushes(inside, part, row, written),
        check=check,
        compared=sum(own.size for _, own in pairs),
    )


def chosen_block(inside: Inside, part: str, layer: int, head: int, row: int) -> Block:
    blocks = inside.blocks.get(part)
    if blocks is None:
        raise ValueError(f'part must be one of {", ".join(PLACES)}; got "{part}"')
    counts = {"layer": len(blocks), "head": inside.network.config.heads, "row": len(blocks[0].entered)}
    for (name, count), value in zip(counts.items(), (layer, head, row), strict=True):
        if not 0 <= value < count:
            raise ValueError(f"{name} must be from 0 to {count - 1}; got {value}")
    return blocks[layer]


def normed(network: Transformer, norm: nn.LayerNorm, stream: np.ndarray):
    """LayerNorm by hand: its mean, its divisor, its gain and shift (C,), and the result (C,).

    With post-norm nothing stands before the block: what enters is the road itself, and there is no mean and no divisor.
    """
    stream, gain, shift = stream.astype(float), numbers(norm.weight), numbers(norm.bias)
    if network.config.norm == "post":
        return None, None, gain, shift, stream
    mean, spread = float(stream.mean()), float(np.sqrt(stream.var() + norm.eps))
    return mean, spread, gain, shift, (stream - mean) / spread * gain + shift


def columns(attention: MultiHeadAttention, head: int) -> slice:
    """Where a head's numbers stand when the heads lie side by side."""
    width = attention.to_queries.out_features // attention.heads
    return slice(head * width, (head + 1) * width)


def inward(linear: nn.Linear, attention: MultiHeadAttention, head: int) -> tuple[np.ndarray, np.ndarray]:
    """One head's slice of the map to queries, keys or values: (C, D) and (D,), so that y = x W + b."""
    place = columns(attention, head)
    return numbers(linear.weight[place]).T, numbers(linear.bias[place])


def outward(attention: MultiHeadAttention, head: int) -> np.ndarray:
    """One head's slice of the map back to the road, (D, C). Its bias belongs to all heads together."""
    return numbers(attention.to_output.weight[:, columns(attention, head)]).T


def all_heads(attention: MultiHeadAttention, mixed: np.ndarray) -> np.ndarray:
    """What all heads write, one after the other, and the bias: (C,). mixed: (C,), the heads side by side."""
    written = (mixed[columns(attention, h)].astype(float) @ outward(attention, h) for h in range(attention.heads))
    return sum(written) + numbers(attention.to_output.bias)


def softmax(scores: np.ndarray) -> np.ndarray:
    """(S,): sums to 1; a score of -inf gives exactly 0."""
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()


def largest(*pairs: tuple[np.ndarray, np.ndarray]) -> float:
    """The greatest difference between hand and network, as a share of the greatest number compared where that is above 1.

    A float32 carries seven digits: of a number like 300 the network itself knows no more than 2e-5.
    """
    return max(float(np.abs(hand - own).max() / max(1.0, np.abs(own).max())) for hand, own in pairs)
