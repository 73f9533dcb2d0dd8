"""The networks: one embedding, one readout, and between them what is compared. Gradients are measured on the same ones.

Worth knowing: parameters are equal, what is kept is not; state_floats counts it.
"""

from bisect import bisect_left
from functools import lru_cache

import torch
from torch import Tensor, nn

from model.networks.attention import causal_mask
from model.networks.recurrent import AdditiveAttention, remember
from model.networks.transformer import sinusoidal_positions
from model.race import layers
from model.race.recall.tasks import Task

# B batch   T steps   Q steps that are asked for an answer, the last ones   C width of an embedding   H width of the state

ARCHITECTURES = ("rnn", "lstm", "gru", "gru-attention", "transformer")
HEADS, LAYER_COUNT = 2, 2
TOLERANCE = 0.02  # of the parameters
WIDEST = 1000  # numbers in a state


class Recurrence(nn.Module):
    """One recurrent layer: (B, T, C) to the last Q states (B, Q, H)."""

    def __init__(self, cell: str, width: int, hidden: int):
        super().__init__()
        self.layer = layers.make(cell, width, hidden=hidden)
        for name, parameter in self.layer.named_parameters():
            if "bias" in name:
                nn.init.zeros_(parameter)
            for gate in parameter.split(hidden) if "weight" in name else ():
                nn.init.orthogonal_(gate) if "hh" in name else nn.init.xavier_uniform_(gate)
        if cell == "lstm":
            remember(self.layer)

    def forward(self, x: Tensor, last: int) -> Tensor:
        return self.layer(x)[0][:, -last:]


class AttentiveRecurrence(nn.Module):
    """A GRU that also looks back at all its states (Bahdanau et al. 2014): (B, T, C) to (B, Q, 2H), state and context."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.recurrence = Recurrence("gru", width, hidden)
        self.attention = AdditiveAttention(hidden, hidden, width)

    def forward(self, x: Tensor, last: int) -> Tensor:
        steps = x.shape[1]
        states = self.recurrence(x, steps)  # (B, T, H)
        queries, keys = self.attention.to_query(states), self.attention.to_key(states)  # (B, T, A)
        contexts = [
            self.attention(queries[:, t], keys[:, : t + 1], states[:, : t + 1], None)[0]
            for t in range(steps - last, steps)
        ]
        return torch.cat([states[:, -last:], torch.stack(contexts, 1)], -1)


class CausalTransformer(nn.Module):
    """Pre-norm blocks in which no step sees a later one; sinusoidal positions. (B, T, C) to (B, Q, C)."""

    def __init__(self, width: int, feed_forward: int):
        super().__init__()
        blocks = (layers.make("transformer", width, HEADS, feed_forward) for _ in range(LAYER_COUNT))
        self.layers = nn.ModuleList(blocks)
        self.norm = nn.LayerNorm(width)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x: Tensor, last: int) -> Tensor:
        x = x + sinusoidal_positions(x.shape[1], x.shape[2], x.device).to(x.dtype)
        mask = causal_mask(x.shape[1], x.device)
        for layer in self.layers:
            x = layer(x, mask, None)
        return self.norm(x[:, -last:])


def make_body(architecture: str, width: int, hidden: int) -> nn.Module:
    """hidden: numbers in the state; for the Transformer, the inner width of its feed-forward block."""
    if architecture not in ARCHITECTURES:
        raise ValueError(f'architecture must be one of {", ".join(ARCHITECTURES)}; got "{architecture}"')
    if architecture == "transformer":
        return CausalTransformer(width, hidden)
    if architecture == "gru-attention":
        return AttentiveRecurrence(width, hidden)
    return Recurrence(architecture, width, hidden)


class Network(nn.Module):
    """Reads a sequence once from left to right and answers at its last steps."""

    def __init__(self, architecture: str, vocabulary: int, answers: int, width: int, hidden: int):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.body = make_body(architecture, width, hidden)
        read = {"transformer": width, "gru-attention": 2 * hidden}.get(architecture, hidden)
        self.readout = nn.Linear(read, answers)

    def forward(self, tokens: Tensor, last: int) -> Tensor:
        """tokens: (B, T) ids. Returns scores (B, Q, answers) for the last Q steps."""
        return self.readout(self.body(self.embedding(tokens), last))


def count_parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def equal_network(architecture: str, task: Task, width: int, feed_forward: int) -> Network:
    """A network with as many parameters as the Transformer of these widths, to 2 %. Raises ValueError if none has."""
    hidden = equal_hidden(architecture, task.vocabulary, task.answers, width, feed_forward)
    return Network(architecture, task.vocabulary, task.answers, width, hidden)


@lru_cache
def equal_hidden(architecture: str, vocabulary: int, answers: int, width: int, feed_forward: int) -> int:
    """The state's width that comes nearest to the Transformer's number of parameters."""

    def size(hidden: int, name: str = architecture) -> int:
        with torch.device("meta"):  # sizes only, no numbers
            return count_parameters(Network(name, vocabulary, answers, width, hidden))

    if architecture == "transformer":
        return feed_forward
    target = size(feed_forward, "transformer")
    above = bisect_left(range(1, WIDEST), target, key=size) + 1
    best = min((max(1, above - 1), above), key=lambda hidden: abs(size(hidden) - target))
    if abs(size(best) / target - 1) > TOLERANCE:
        raise ValueError(f"no {architecture} has {target} parameters to 2 %; the nearest has {size(best)}")
    return best


def state_floats(network: Network, steps: int) -> int:
    """Numbers kept about the past after that many steps: all that an answer can be made from."""
    body = network.body
    if isinstance(body, CausalTransformer):
        return 2 * LAYER_COUNT * steps * body.norm.normalized_shape[0]  # a key and a value for every step and layer
    if isinstance(body, AttentiveRecurrence):
        return steps * body.recurrence.layer.hidden_size  # every state; the newest is one of them
    return body.layer.hidden_size * (2 if isinstance(body.layer, nn.LSTM) else 1)
