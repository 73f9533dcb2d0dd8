"""Scaled dot-product attention in named steps, and the multi-head attention built from it.

Worth knowing: there are two paths. The readable one below returns the weights and is the reference; the fast one is
torch's fused kernel, which never forms the weights. A test holds them together.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# B batch   H heads   T queries   S keys   D width of one head   C width of the model


@dataclass(frozen=True)
class AttentionRecord:
    """What one attention block did in one forward pass, for whoever wants to look.

    queries: (B, H, T, D); keys: (B, H, S, D); weights: (B, H, T, S), every row over keys sums to 1.
    score: (H, D) where a score is v · tanh(q + k) with this v, None where it is q · k / √D.
    values: (B, H, S, D), what is mixed by the weights; additive attention mixes the encoder's states, (B, 1, S, H).
    """

    queries: Tensor
    keys: Tensor
    weights: Tensor
    score: Tensor | None = None
    values: Tensor | None = None


def attention_scores(queries: Tensor, keys: Tensor) -> Tensor:
    """How well each query matches each key: QKᵀ / √D (Vaswani et al. 2017, section 3.2.1).

    queries: (B, H, T, D); keys: (B, H, S, D). Returns (B, H, T, S), unbounded.
    Without the division the scores grow with √D and the softmax saturates: nearly one-hot rows, no gradient.
    """
    if queries.shape[-1] != keys.shape[-1]:
        raise ValueError(f"queries and keys must have one width; got {queries.shape[-1]} and {keys.shape[-1]}")
    return queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5  # (B, H, T, S)


def attention_weights(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Softmax over the keys that a query may see.

    scores: (B, H, T, S); mask: boolean, broadcastable to it, True where the query may look.
    Returns (B, H, T, S); rows sum to 1, masked cells are exactly 0.
    """
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    return scores.softmax(dim=-1)


def attend(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Attention(Q, K, V) = softmax(QKᵀ / √D) V, the slow readable path.

    values: (B, H, S, D). Returns the mixed values (B, H, T, D) and the weights (B, H, T, S).
    """
    weights = attention_weights(attention_scores(queries, keys), mask)
    return weights @ values, weights


def causal_mask(length: int, device: torch.device | None = None) -> Tensor:
    """(length, length), True where the key is not later than the query: the decoder must not see the future."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


class MultiHeadAttention(nn.Module):
    """Several attentions side by side, each on its own slice of the width (Vaswani et al. 2017, section 3.2.2).

    One module serves all three kinds: self-attention (memory is x), masked self-attention (with a causal mask) and
    encoder-decoder attention (memory is the encoder's output).
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        if width % heads:
            raise ValueError(f"width must be a multiple of heads; got {width} and {heads}")
        self.heads = heads
        self.to_queries = nn.Linear(width, width)
        self.to_keys = nn.Linear(width, width)
        self.to_values = nn.Linear(width, width)
        self.to_output = nn.Linear(width, width)

    def split_heads(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(-3, -2)  # (B, T, C) -> (B, H, T, D)

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None, record: list[AttentionRecord] | None = None
    ) -> Tensor:
        """x: (B, T, C) asks, memory: (B, S, C) answers. Returns (B, T, C).

        With a list as `record` the readable path runs and what it saw is appended; without, the fused kernel.
        """
        return self.look(x, *self.keys_values(memory), mask, record)

    def keys_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """What memory (B, S, C) answers with, (B, H, S, D) each. It does not depend on who asks, so it can be kept."""
        return self.split_heads(self.to_keys(memory)), self.split_heads(self.to_values(memory))

    def look(
        self,
        x: Tensor,
        keys: Tensor,
        values: Tensor,
        mask: Tensor | None = None,
        record: list[AttentionRecord] | None = None,
    ) -> Tensor:
        """As forward, with keys and values at hand."""
        queries = self.split_heads(self.to_queries(x))  # (B, H, T, D)
        mixed = self.mix(queries, keys, values, mask, record)
        return self.to_output(mixed.transpose(-3, -2).flatten(-2))  # (B, T, C)

    def mix(
        self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None, record: list[AttentionRecord] | None
    ) -> Tensor:
        """What every head takes from the values, before the heads are joined: (B, H, T, D)."""
        if record is None:
            return F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
        mixed, weights = attend(queries, keys, values, mask)
        record.append(AttentionRecord(queries, keys, weights, values=values))
        return mixed
