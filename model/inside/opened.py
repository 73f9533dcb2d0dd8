"""One forward pass over a sentence and its translation, opened: what every attention block was given and what it made of it.

Worth knowing: the pass is watched by hooks on a private copy and holds what every head of every layer needs. Nothing is
searched for.
"""

import copy
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from model.networks.attention import AttentionRecord
from model.networks.transformer import Transformer
from model.reading.maps import read_only
from model.reading.passes import forward
from model.reading.readers.own import Translator
from model.reading.run import Run

# S keys   T queries   D width of one head   C width of the model   V vocabulary

# Where each part of the attention lives in the network: its stack, its attention, the residual around it.
PLACES = {
    "encoder": ("encoder", "attention", "add_attention"),
    "decoder": ("decoder", "attention", "add_attention"),
    "cross": ("decoder", "cross_attention", "add_cross_attention"),
}


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
    source, prefix = translator.tensors(run.source, run.target)
    records = forward(network, source[:, list(order)], prefix, record=True).records
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
