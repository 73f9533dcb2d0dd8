"""What the colour of a map may mean: the weights themselves, or something nearer to what a head does with them.

Worth knowing: a weight says how much of a key is taken, not how much there is to take. </s> often gets most of the weight
and moves next to nothing (Kobayashi et al. 2020). None of these meanings proves what a word is for; switching heads off does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import get_ident

import numpy as np
import torch
from torch import Tensor, nn

from model.language.tokenizer import START
from model.networks.attention import AttentionRecord, MultiHeadAttention
from model.networks.recurrent import AdditiveAttention
from model.networks.transformer import Transformer
from model.reading.maps import Maps
from model.reading.readers.own import Translator
from model.reading.run import Axis, Run

MEANINGS = ("weights", "sinks_hidden", "moved", "rollout", "gradient")

# B batch   H heads   T queries   S keys   D width of one head   C width of the model   L layers


@dataclass(frozen=True)
class SinksHidden:
    """weights: (layer, head, query, key), 0 at sinks and otherwise as they were; hidden: (layer, head, query), their sum
    at the sinks, in [0, 1]. A row and what is hidden of it sum to 1."""

    weights: np.ndarray
    hidden: np.ndarray


def sinks(axis: Axis) -> np.ndarray:
    """(token,): whether it is <s>, </s> or punctuation, where heads rest that have nothing to do."""
    return np.array([axis.words[token.word].kind != "word" for token in axis.tokens])


def sinks_hidden(maps: Maps) -> SinksHidden:
    """The weights without their resting places. What is left is not scaled up: it is as small as it was."""
    weights, hide = maps.all_weights(), sinks(maps.key_axis)
    return SinksHidden(np.where(hide, 0.0, weights), weights[..., hide].sum(-1))


# --- what is moved ---


@contextmanager
def watched_values(network: nn.Module) -> Iterator[dict[nn.Module, Tensor]]:
    """Keeps, for every attention block that runs inside, the values it made last: block to (B, S, C).

    Only of this thread: a server reads with one network for several people at once.
    """
    kept, handles, owner = {}, [], get_ident()

    def keep(block):
        return lambda _, inputs, output: kept.__setitem__(block, output) if get_ident() == owner else None

    for block in network.modules():
        if isinstance(block, MultiHeadAttention):
            handles.append(block.to_values.register_forward_hook(keep(block)))
    try:
        yield kept
    finally:
        for handle in handles:
            handle.remove()


def blocks_of(network: nn.Module, part: str) -> list[MultiHeadAttention]:
    if not isinstance(network, Transformer):
        return []
    if part == "encoder":
        return [layer.attention for layer in network.encoder]
    return [layer.attention if part == "decoder" else layer.cross_attention for layer in network.decoder]


def moved_lengths(network: nn.Module, part: str, values: dict[nn.Module, Tensor], memory: Tensor) -> list[Tensor]:
    """How long the vector is that each key would add at weight 1: ‖f(x)‖, f(x) = (x W_V + b_V) W_O, by head.

    Kobayashi et al. 2020, section 3. values: from watched_values. Returns one (B, H, S) a layer. Additive attention moves the
    encoder's states as they are, so there the lengths are those of memory (B, S, C).
    """
    blocks = blocks_of(network, part)
    if not blocks:
        return [memory.norm(dim=-1)[:, None]]  # (B, 1, S)
    return [lengths_in(block, values[block]) for block in blocks]


def lengths_in(block: MultiHeadAttention, values: Tensor) -> Tensor:
    """values: (B, S, C), all heads side by side. Returns (B, H, S)."""
    to_output = block.to_output.weight.unflatten(1, (block.heads, -1))  # (C, H, D)
    moved = torch.einsum("bhsd,chd->bhsc", block.split_heads(values), to_output)  # (B, H, S, C)
    return moved.norm(dim=-1)


@dataclass(frozen=True)
class Pass:
    """One reading of a Run's own tokens by its own network, kept for a closer look."""

    records: dict[str, list[AttentionRecord]]
    values: dict[nn.Module, Tensor]
    memory: Tensor  # (1, S, C)
    log_p: Tensor  # (T,) of each token of the translation, </s> last, in nats


def read_again(translator: Translator, run: Run) -> Pass:
    """The pass that made the Run, once more, with its inner tensors. Raises ValueError for another model's Run."""
    if run.model != translator.name:
        raise ValueError(f'the run must be read by its own model; it is by "{run.model}", got "{translator.name}"')
    network, device = translator.network, translator.device
    source = torch.tensor([[token.id for token in run.source.tokens]], device=device)
    target = torch.tensor([token.id for token in run.target.tokens], device=device)
    prefix = torch.cat([torch.tensor([START], device=device), target[:-1]])[None]
    records = {"encoder": [], "decoder": [], "cross": []}
    with watched_values(network) as values:
        memory = network.encode(source, record=records["encoder"])
        states = network.decode(prefix, memory, record=records["decoder"], cross_record=records["cross"])
    log_p = network.logits(states)[0].log_softmax(-1).gather(1, target[:, None])[:, 0]
    return Pass(records, values, memory, log_p)


@torch.inference_mode()
def moved(translator: Translator, run: Run) -> dict[str, np.ndarray]:
    """How much of each key's vector a head moves into each query: α ‖f(x)‖ (Kobayashi et al. 2020), by part.

    Returns (layer, head, query, key), 0 or more, in the unit of the residual stream; it has no fixed upper end, and rows do
    not sum to 1. Directions are not compared: two heads may move as much and cancel each other.
    """
    seen, result = read_again(translator, run), {}
    for part, records in seen.records.items():
        if records:
            lengths = torch.stack(moved_lengths(translator.network, part, seen.values, seen.memory))[:, 0]  # (L, H, S)
            weights = torch.stack([record.weights[0] for record in records])  # (L, H, T, S)
            result[part] = (weights * lengths[:, :, None]).cpu().numpy()
    return result


# --- rollout ---


def rollout(run: Run) -> dict[str, np.ndarray]:
    """How much of each input token a row still holds after each layer, if every block adds half (Abnar & Zuidema 2020).

    R_l = (A_l + I) / 2 · R_{l-1}, with A_l the mean over heads. Returns (layer, query, key) by part. In a decoder what a row
    holds is shared between the words written before ("decoder") and the source ("cross"): one row of both sums to 1.
    The feed-forward blocks, and which way each head's values point, are left out.
    Raises ValueError for a model without self-attention: there are no layers to roll through.
    """
    for part in ("encoder", "decoder", "cross"):
        if part not in run.maps:
            raise ValueError(
                f'rollout needs self-attention in encoder and decoder; model "{run.model}" has no {part} maps'
            )
    encoder = through([maps_mean(run.maps["encoder"], layer) for layer in range(run.maps["encoder"].layers)])
    own, other, rows = np.eye(len(run.target)), np.zeros((len(run.target), len(run.source))), []
    for layer in range(run.maps["decoder"].layers):
        mix = half(maps_mean(run.maps["decoder"], layer))
        own, other = mix @ own, mix @ other  # masked self-attention
        own, other = own / 2, other / 2 + maps_mean(run.maps["cross"], layer) @ encoder[-1] / 2
        rows.append((own, other))
    return {
        "encoder": encoder,
        "decoder": np.stack([own for own, _ in rows]),
        "cross": np.stack([other for _, other in rows]),
    }


def through(layers: list[np.ndarray]) -> np.ndarray:
    """layers: (token, token) each, rows sum to 1. Returns (layer, token, token): the product of all layers up to each."""
    rolled = [np.eye(len(layers[0]))]
    for weights in layers:
        rolled.append(half(weights) @ rolled[-1])
    return np.stack(rolled[1:])


def half(weights: np.ndarray) -> np.ndarray:
    """Half attention, half the residual road that goes past it."""
    return (weights + np.eye(len(weights))) / 2


def maps_mean(maps: Maps, layer: int) -> np.ndarray:
    return np.mean([maps.weights(layer, head) for head in range(maps.heads)], axis=0)


# --- gradient × attention ---


def gradient(translator: Translator, run: Run, word: int) -> dict[str, np.ndarray]:
    """How much each weight speaks for one word of the translation: (∂ log p(word) / ∂α · α)⁺, by part.

    Chefer et al. 2021 with plain attention in place of their relevance. word: index into run.target.words; the log-probability
    is summed over its tokens. Returns (layer, head, query, key), 0 or more, in nats. It tells what a small change of a
    weight would do, and says nothing of what happens when a head is taken away.
    Raises ValueError if there is no such word.
    """
    tokens = run.target.tokens_of(word)
    if not tokens:
        raise ValueError(f"word must name one of the {len(run.target.words)} words of the translation; got {word}")
    with torch.enable_grad(), watched_rows(translator.network) as rows:
        seen = read_again(translator, run)
        score = seen.log_p[tokens].sum()
        # Additive attention makes one row at a time, and stacks them only for the record: the rows are what was used.
        used = {part: rows or [one.weights for one in records] for part, records in seen.records.items() if records}
        flat = [weights for part in used.values() for weights in part]
        slopes = iter(torch.autograd.grad(score, flat, allow_unused=True))
    result = {}
    for part, weights in used.items():
        spoken = [torch.zeros_like(w) if (slope := next(slopes)) is None else (slope * w).clamp(min=0) for w in weights]
        layers = torch.stack(spoken, 1)[None] if rows else torch.stack(spoken)[:, 0]  # (L, H, T, S)
        result[part] = layers.detach().cpu().numpy()
    return result


@contextmanager
def watched_rows(network: nn.Module) -> Iterator[list[Tensor]]:
    """Keeps the rows (B, S) that additive attention makes inside, in this thread, in order; none for another network."""
    rows, block, owner = [], getattr(network, "attention", None), get_ident()
    if not isinstance(block, AdditiveAttention):
        yield rows
        return
    handle = block.register_forward_hook(
        lambda _, inputs, output: rows.append(output[1]) if get_ident() == owner else None
    )
    try:
        yield rows
    finally:
        handle.remove()
