"""The layers that race, all of one width, and the three ways in which they run.

Worth knowing: the Transformer's rivals are the library's own layers, nn.RNN, nn.LSTM and nn.GRU. An LSTM in a Python loop is
there too, under its own name: on a GPU it is many times slower than nn.LSTM, and taking it for "the RNN" is a common mistake.
Attention over a known sequence sees all of it, as in an encoder; in generation it sees what has been written so far.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from model.networks.attention import MultiHeadAttention
from model.networks.recurrent import LAYERS, cell_weights, lstm_step
from model.networks.transformer import EncoderLayer, TransformerConfig

# B batch   T tokens   C width   H heads   D width of one head
LABELS = {
    "rnn": "RNN",
    "lstm": "LSTM",
    "gru": "GRU",
    "transformer": "Transformer block",
    "attention": "attention alone",
    "lstm-loop": "LSTM in a Python loop",
}
ARCHITECTURES = tuple(LABELS)
ON_PAPER = {"lstm-loop": "lstm"}  # the same layer in formulas


def make(architecture: str, width: int, heads: int = 1, hidden: int | None = None) -> nn.Module:
    """The layer itself, (B, T, C) in and out; the Transformer block with its norms first and without dropout.

    hidden: numbers in a recurrent state, then (B, T, hidden) comes out, C if not given; for the Transformer block the inner
    width of its feed-forward block, 4 C if not given.
    """
    if architecture == "attention":
        return MultiHeadAttention(width, heads)
    if architecture == "transformer":
        config = TransformerConfig(1, width=width, heads=heads, feed_forward=hidden or 4 * width, dropout=0.0)
        return EncoderLayer(config)
    return LAYERS[ON_PAPER.get(architecture, architecture)](width, hidden or width, batch_first=True)


def apply(architecture: str, layer: nn.Module, x: Tensor) -> Tensor:
    """The layer over a known sequence at once: (B, T, C) to (B, T, C)."""
    if architecture == "attention":
        return layer(x, x)
    if architecture == "transformer":
        return layer(x, None, None)
    if architecture == "lstm-loop":
        step = loop_stepper(layer)
        return torch.cat([step(x[:, t : t + 1]) for t in range(x.shape[1])], 1)
    return layer(x)[0]


# --- one token at a time: a stepper maps (B, 1, C) to (B, 1, C) and keeps what it needs of the past ---


def stepper(architecture: str, layer: nn.Module, room: int, first: int = 0) -> Callable[[Tensor], Tensor]:
    """room: tokens that it will be given in all; first: how many of them count as given already (their values are noise)."""
    if architecture == "attention":
        return attention_stepper(layer, room, first)
    if architecture == "transformer":
        look_back = attention_stepper(layer.attention, room, first)
        return lambda x: layer.add_feed_forward(layer.add_attention(x, look_back), layer.feed_forward)
    return loop_stepper(layer) if architecture == "lstm-loop" else recurrent_stepper(layer)


def recurrent_stepper(layer: nn.RNNBase) -> Callable[[Tensor], Tensor]:
    state = None

    def step(x: Tensor) -> Tensor:
        nonlocal state
        hidden, state = layer(x, state)
        return hidden

    return step


def loop_stepper(layer: nn.LSTM) -> Callable[[Tensor], Tensor]:
    weights, state = cell_weights(layer), None

    def step(x: Tensor) -> Tensor:
        nonlocal state
        state, _gates = lstm_step(x[:, 0], state or (torch.zeros_like(x[:, 0]),) * 2, weights)
        return state[0][:, None]

    return step


def attention_stepper(attention: MultiHeadAttention, room: int, first: int = 0) -> Callable[[Tensor], Tensor]:
    """With a key-value cache (B, H, room, D) made once: appending by concatenation would copy the past at every token."""
    keys = values = None
    given = first

    def step(x: Tensor) -> Tensor:
        nonlocal keys, values, given
        key, value = attention.keys_values(x)  # (B, H, 1, D)
        if keys is None:
            keys, values = (new.new_zeros(*new.shape[:2], room, new.shape[-1]) for new in (key, value))
        keys[:, :, given], values[:, :, given] = key[:, :, 0], value[:, :, 0]
        given += 1
        return attention.look(x, keys[:, :, :given], values[:, :, :given])

    return step


def generate(architecture: str, layer: nn.Module, x: Tensor) -> Tensor:
    """Token by token: (B, T, C) to (B, T, C), every step waiting for the one before.

    The tokens are given, not what the layer wrote: fed back for thousands of steps, numbers would fade into denormals or
    overflow, and both change the speed. The steps still come one by one, and each reads what the last one left.
    """
    step = stepper(architecture, layer, x.shape[1])
    return torch.cat([step(x[:, t : t + 1]) for t in range(x.shape[1])], 1)


# --- what is timed ---


def runner(architecture: str, mode: str, layer: nn.Module, x: Tensor) -> Callable[[], object]:
    """A call without arguments that does the whole work of one mode on x (B, T, C)."""
    if mode == "training":
        return training_step(architecture, layer, x)
    work = generate if mode == "generation" else apply

    def call() -> Tensor:
        with torch.inference_mode():
            return work(architecture, layer, x)

    return call


def training_step(architecture: str, layer: nn.Module, x: Tensor) -> Callable[[], object]:
    """Forward, and backward to the weights and to the input, as for a layer in the middle of a network. No optimiser."""
    x, upstream = x.detach().clone().requires_grad_(), torch.ones_like(x)

    def call() -> None:
        apply(architecture, layer, x).backward(upstream)
        x.grad = None
        layer.zero_grad()

    return call


def memory_runner(architecture: str, mode: str, layer: nn.Module, x: Tensor) -> Callable[[], object]:
    """A call that needs as much memory as the runner's, sooner: of a generation, the cache and its last token."""
    if mode != "generation":
        return runner(architecture, mode, layer, x)

    def call() -> Tensor:
        with torch.inference_mode():
            return stepper(architecture, layer, x.shape[1], first=x.shape[1] - 1)(x[:, -1:])

    return call
