"""One head, worked through: what it computes for one query, in the order of the formula, by hand beside the network's own.

Worth knowing: one forward pass is watched by hooks and holds what every head of every layer needs. The hand works in numpy
with 64 bits from what came down the residual road; where it and the network part in the fifth digit, nothing is returned.
"""

import copy
from collections import defaultdict
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor, nn

from model.language.tokenizer import END, NONE, PAD, START, UNKNOWN
from model.networks.attention import AttentionRecord, MultiHeadAttention
from model.networks.transformer import Transformer, sinusoidal_positions
from model.reading.maps import read_only
from model.reading.passes import forward
from model.reading.readers.own import TOLERANCE, Translator
from model.reading.run import Run

# S keys   T queries   D width of one head   C width of the model   V vocabulary

# Where each part of the attention lives in the network: its stack, its attention, the residual around it.
PLACES = {
    "encoder": ("encoder", "attention", "add_attention"),
    "decoder": ("decoder", "attention", "add_attention"),
    "cross": ("decoder", "cross_attention", "add_cross_attention"),
}
CHANGES = ("none", "unscaled", "temperature", "unmasked", "unplaced")
TOP = 6  # words named in either direction


@dataclass(frozen=True)
class Block:
    """What one attention block was given and what it made of it, in one forward pass. float32, as the network had it.

    stream: (T, C) on the residual road before the block; entered: (T, C) what asks, after the norm; memory: (S, C) what answers;
    queries (T, C), keys and values (S, C), the heads side by side; weights: (head, T, S); mixed: (T, C), the heads side by side;
    written: (T, C), what the block adds to the road.
    """

    stream: np.ndarray
    entered: np.ndarray
    memory: np.ndarray
    queries: np.ndarray
    keys: np.ndarray
    values: np.ndarray
    weights: np.ndarray
    mixed: np.ndarray
    written: np.ndarray


@dataclass(frozen=True)
class Inside:
    """One forward pass over a Run's sentence and translation, opened.

    embedded, placed: by stack, (token, C): the word's vector times √C, and the same with its position. blocks: by part, one a
    layer. ends: by stack, (token, C), the road at its end, before the last norm. order: token j of this pass is token
    order[j] of the text.
    """

    run: Run
    translator: Translator
    embedded: dict[str, np.ndarray]
    placed: dict[str, np.ndarray]
    blocks: dict[str, tuple[Block, ...]]
    ends: dict[str, np.ndarray]
    order: tuple[int, ...]
    positions: bool

    @property
    def network(self) -> Transformer:
        return self.translator.network

    @property
    def changed(self) -> bool:
        return not self.positions or self.order != tuple(range(len(self.order)))


@dataclass(frozen=True)
class Push:
    """How far a sub-word is pushed. id: its number in the vocabulary; value: in logits, or a cosine."""

    text: str
    id: int
    value: float


@dataclass(frozen=True)
class Pushes:
    """What a head's writing does to the words of the vocabulary by the direct path.

    kind: "output": to the logits of the next word; "antecedent": to the logits of the word that "it" stands for. Both are
    exact for the path straight through the last norm, whose divisor is held at what it was, and relative to the average word,
    which is all that a softmax sees. "nearest": nothing reads this place directly, so the value is only the cosine between
    the writing and each word's embedding. up, down: strongest first. named: the words that are in question here. spread: the
    last norm's divisor.
    """

    kind: str
    up: tuple[Push, ...]
    down: tuple[Push, ...]
    named: tuple[Push, ...] = ()
    spread: float | None = None


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


# --- one forward pass, watched ---


@torch.inference_mode()
def look_inside(translator: Translator, run: Run, *, positions: bool = True, order: tuple[int, ...] = ()) -> Inside:
    """Reads a Run's sentence and finished translation once more and keeps what every head needs. Nothing is searched for.

    positions=False leaves the position code out; order puts the source's tokens in another order. Raises ValueError if the
    model is no Transformer, the Run is another model's, or the order does not name every token once.
    """
    network, places = translator.network, range(len(run.source))
    if not isinstance(network, Transformer):
        raise ValueError(f"only a Transformer has these heads; “{translator.name}” is a {type(network).__name__}")
    translator.own(run)
    order = order or tuple(places)
    if sorted(order) != list(places):
        raise ValueError(f"order must name each of {len(places)} tokens once; got {order}")
    network = private_copy(network)
    seen = watch(network)
    scale = network.config.width**0.5
    if not positions:
        network.dropout.register_forward_pre_hook(lambda module, given: (seen["embedding"][-1][1] * scale,))
    source = translator.tensors(run.source, run.target)[0][:, list(order)]
    records = forward(network, source, translator.tensors(run.source, run.target)[1], record=True).records
    stacks = ("encoder", "decoder")
    return Inside(
        run=run,
        translator=translator,
        embedded={stack: array(out * scale) for stack, (_, out) in zip(stacks, seen["embedding"], strict=True)},
        placed={stack: array(out) for stack, (_, out) in zip(stacks, seen["dropout"], strict=True)},
        blocks={
            part: tuple(block_of(network, seen, part, layer, record) for layer, record in enumerate(records[part]))
            for part in PLACES
        },
        ends={stack: array(seen[f"{stack}_norm"][0][0]) for stack in stacks},
        order=order,
        positions=positions,
    )


def private_copy(network: nn.Module) -> nn.Module:
    """The same parameters in modules of its own: hooks set here are never met by another thread's forward pass."""
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    return copy.deepcopy(network, shared)


def watch(network: nn.Module) -> dict[str, list[tuple[Tensor, Tensor]]]:
    """Where (input, output) of every table, linear map, norm and dropout will be written down, by name, in order of calls."""
    seen = defaultdict(list)
    for name, module in network.named_modules():
        if not any(module.children()):
            module.register_forward_hook(lambda module, given, out, name=name: seen[name].append((given[0], out)))
    return seen


def block_of(network: Transformer, seen: dict, part: str, layer: int, record: AttentionRecord) -> Block:
    stack, attention, residual = PLACES[part]
    (asks, queries), (answers, keys), (_, values), (mixed, written) = (
        seen[f"{stack}.{layer}.{attention}.{name}"][0] for name in ("to_queries", "to_keys", "to_values", "to_output")
    )
    stream = seen[f"{stack}.{layer}.{residual}.norm"][0][0] if network.config.norm == "pre" else asks
    tensors = (stream, asks, answers, queries, keys, values, record.weights, mixed, written)
    return Block(*(array(tensor) for tensor in tensors))


def array(tensor: Tensor) -> np.ndarray:
    """Without the batch, read-only."""
    return read_only(tensor[0].float().cpu().numpy())


# --- one head and one query, by hand ---


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


def numbers(tensor: Tensor) -> np.ndarray:
    return tensor.detach().double().cpu().numpy()


# --- what the writing does to the words ---


def pushes(inside: Inside, part: str, row: int, written: np.ndarray) -> Pushes:
    """Which words of the vocabulary this writing pushes up and down. written: (C,)."""
    network, translator, stack = inside.network, inside.translator, PLACES[part][0]
    table = network.embedding.weight.detach().float().cpu().numpy()  # (V, C)
    kind = kind_of_pushes(inside, part, row)
    if kind == "nearest":
        lengths = np.linalg.norm(table, axis=1) * np.linalg.norm(written)
        cosines = table @ written.astype(np.float32) / np.maximum(lengths, 1e-12)
        return Pushes(kind, *ranked(translator, cosines, (PAD, START, UNKNOWN, NONE)))
    norm, end = getattr(network, f"{stack}_norm"), inside.ends[stack][row].astype(float)
    spread = float(np.sqrt(end.var() + norm.eps))
    direct = (written - written.mean()) / spread * numbers(norm.weight)  # what the last norm lets through, (C,)
    if kind == "antecedent":
        direct = direct @ numbers(network.antecedent.weight).T
    logits = table @ direct.astype(np.float32)
    logits -= logits.mean()
    never = (PAD, START, UNKNOWN, END if kind == "antecedent" else NONE)
    asked = candidates(inside, row) if kind == "antecedent" else likeliest(network, norm, end)
    named = tuple(Push(translator.tokenizer.text_of(i), i, float(logits[i])) for i in asked)
    return Pushes(kind, *ranked(translator, logits, never), named, spread)


def kind_of_pushes(inside: Inside, part: str, row: int) -> str:
    if inside.network.config.norm == "post":  # more norms stand on the road, so no path from here is direct
        return "nearest"
    if part != "encoder":
        return "output"
    token = inside.run.source.tokens[inside.order[row]]
    return "antecedent" if token.id in inside.translator.it_ids else "nearest"


def candidates(inside: Inside, row: int) -> list[int]:
    """The words that the "it" in this row may stand for, as the Run names them: ids of their first sub-words."""
    source = inside.run.source
    found = next(a for a in inside.run.antecedents if a.word == source.tokens[inside.order[row]].word)
    return [NONE if c.word < 0 else source.tokens[source.tokens_of(c.word)[0]].id for c in found.candidates]


@torch.inference_mode()
def likeliest(network: Transformer, norm: nn.LayerNorm, end: np.ndarray) -> list[int]:
    """The three likeliest next sub-words. end: (C,), the road at its end."""
    state = norm(torch.tensor(end, dtype=norm.weight.dtype, device=norm.weight.device))
    return network.logits(state).topk(3).indices.tolist()


def ranked(
    translator: Translator, values: np.ndarray, never: tuple[int, ...]
) -> tuple[tuple[Push, ...], tuple[Push, ...]]:
    """The strongest up and down. Pieces of letters, and signs that are never written here, are left out."""

    def strongest(order):
        found = []
        for i in map(int, order):
            text = translator.tokenizer.text_of(i)
            if i not in never and text and "\ufffd" not in text:
                found.append(Push(text, i, float(values[i])))
            if len(found) == TOP:
                break
        return tuple(found)

    order = np.argsort(values)
    return strongest(order[::-1]), strongest(order)


# --- what if ---


def compare(
    inside: Inside, unplaced: Inside, place: tuple[str, int, int, int], change: str, temperature: float = 1.0
) -> tuple[Steps, Steps]:
    """The same head and query twice: as the model does it, and with one thing changed.

    place: part, layer, head, row. change: one of CHANGES. unplaced: the same sentence, read without positions.
    """
    options = {
        "none": {},
        "unscaled": {"scaled": False},
        "temperature": {"temperature": temperature},
        "unmasked": {"masked": False},
        "unplaced": {},
    }
    if change not in options:
        raise ValueError(f'change must be one of {", ".join(CHANGES)}; got "{change}"')
    other = unplaced if change == "unplaced" else inside
    return work_through(inside, *place), work_through(other, *place, **options[change])


def shuffled_order(run: Run, seed: int = 0) -> tuple[int, ...]:
    """The source's tokens with the words in another order: each word's sub-words stay together, </s> stays last.

    A text of one word keeps its order.
    """
    last = len(run.source.words) - 1
    words = np.random.default_rng(seed).permutation(last)
    if (words == np.arange(last)).all():
        words = words[::-1]
    return tuple(token for word in (*words, last) for token in run.source.tokens_of(int(word)))


def in_text_order(inside: Inside, part: str, layer: int, head: int) -> np.ndarray:
    """One head's map (query, key), each word's row and column put back to where the word stands in the text."""
    weights, back = inside.blocks[part][layer].weights[head], np.argsort(inside.order)
    if part == "decoder":  # it looks at the translation, whose order nobody changed
        return weights
    return weights[back][:, back] if part == "encoder" else weights[:, back]


def shuffle_difference(inside: Inside, shuffled: Inside, part: str, layer: int, head: int) -> float:
    """How much shuffling the words changes what they give each other: greatest difference of two maps in text order, in [0, 1].

    Without positions it is 0 but for rounding: attention by itself does not know where a word stands.
    """
    maps = (in_text_order(each, part, layer, head) for each in (inside, shuffled))
    return float(np.abs(np.subtract(*maps)).max())


# --- positions ---


def position_code(length: int, width: int) -> np.ndarray:
    """(position, dimension): what is added to the embeddings, in [-1, 1] (Vaswani et al. 2017, section 3.5)."""
    return read_only(sinusoidal_positions(length, width).numpy())


def position_products(code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The dot product of two positions by their distance: mean (length,) and greatest deviation from it (length,).

    Since sin a sin b + cos a cos b = cos(a - b) it depends on the distance alone; the deviation is rounding.
    """
    code = code.astype(float)
    diagonals = [np.diagonal(code @ code.T, distance) for distance in range(len(code))]
    means = np.array([diagonal.mean() for diagonal in diagonals])
    return means, np.array([np.abs(diagonal - mean).max() for diagonal, mean in zip(diagonals, means, strict=True)])
