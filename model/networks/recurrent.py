"""Recurrent translators: what came before the Transformer. One step is a plain function; the loop over words comes after.

Worth knowing: the same decoder serves with attention and without. It reads a context beside every word: always the same one
vector (Cho et al. 2014), or, with attention, a mixture of the encoder's states made anew for every word (Bahdanau et al. 2014).
That one difference is the bottleneck. It also makes the attention decoder wait for itself: no fused kernel can run ahead,
because what it reads at a word depends on the state before that word.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from model.networks.attention import AttentionRecord, attention_weights

# B batch   S source tokens   T target tokens   C width of an embedding   H width of the state   A width of the additive score

# --- one step of each cell, by hand: the reference for torch's fused layers, and what a page draws ---


@dataclass(frozen=True)
class CellWeights:
    """One direction of one layer. from_input: (gates · H, C), from_state: (gates · H, H), and their biases (gates · H)."""

    from_input: Tensor
    from_state: Tensor
    input_bias: Tensor
    state_bias: Tensor


def rnn_step(x: Tensor, state: tuple[Tensor], weights: CellWeights) -> tuple[tuple[Tensor], dict[str, Tensor]]:
    """h' = tanh(W x + U h + b) (Elman 1990). x: (B, C), state: (h,) of (B, H). Returns the new state and no gates."""
    (hidden,) = state
    return (torch.tanh(linear(x, hidden, weights)),), {}


def lstm_step(x: Tensor, state: tuple[Tensor, Tensor], weights: CellWeights):
    """c' = f·c + i·g,  h' = o·tanh(c') (Hochreiter & Schmidhuber 1997, forget gate of Gers et al. 2000).

    x: (B, C), state: (h, c) of (B, H). Returns the new state and the gates by name, each (B, H) in [0, 1], candidate in [-1, 1].
    The cell c is only ever scaled and added to: while f stays near 1, what it holds, and its gradient, stays too.
    """
    hidden, cell = state
    i, f, g, o = linear(x, hidden, weights).chunk(4, dim=-1)  # (B, H) each
    gates = {"input": i.sigmoid(), "forget": f.sigmoid(), "candidate": g.tanh(), "output": o.sigmoid()}
    cell = gates["forget"] * cell + gates["input"] * gates["candidate"]
    return (gates["output"] * cell.tanh(), cell), gates


def gru_step(x: Tensor, state: tuple[Tensor], weights: CellWeights):
    """h' = (1 - z)·n + z·h,  n = tanh(W x + r·(U h)) (Cho et al. 2014, in cuDNN's form).

    x: (B, C), state: (h,) of (B, H). Returns the new state and the gates by name, each (B, H) in [0, 1], candidate in [-1, 1].
    """
    (hidden,) = state
    given, kept = (
        F.linear(x, weights.from_input, weights.input_bias),
        F.linear(hidden, weights.from_state, weights.state_bias),
    )
    (r, z, n), (r_kept, z_kept, n_kept) = given.chunk(3, dim=-1), kept.chunk(3, dim=-1)
    gates = {"reset": (r + r_kept).sigmoid(), "update": (z + z_kept).sigmoid()}
    gates["candidate"] = (n + gates["reset"] * n_kept).tanh()
    return ((1 - gates["update"]) * gates["candidate"] + gates["update"] * hidden,), gates


def linear(x: Tensor, hidden: Tensor, weights: CellWeights) -> Tensor:
    """W x + U h + b, for all gates at once: (B, gates · H)."""
    return F.linear(x, weights.from_input, weights.input_bias) + F.linear(
        hidden, weights.from_state, weights.state_bias
    )


STEPS = {"rnn": rnn_step, "lstm": lstm_step, "gru": gru_step}
LAYERS = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}  # the fused kernels


def cell_weights(layer: nn.RNNBase, reverse: bool = False) -> CellWeights:
    """The weights of the first layer of a fused kernel, for a step by hand."""
    end = "_l0_reverse" if reverse else "_l0"
    return CellWeights(*(getattr(layer, name + end) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))


def unroll(cell: str, x: Tensor, state: tuple[Tensor, ...], weights: CellWeights):
    """One step after the other, the slow readable way. x: (B, T, C).

    Returns the hidden states (B, T, H) and, by name, what every gate did (B, T, H); "cell" is there for the LSTM.
    """
    hidden, gates = [], []
    for t in range(x.shape[1]):
        state, opened = STEPS[cell](x[:, t], state, weights)
        hidden.append(state[0])
        gates.append(opened | ({"cell": state[1]} if cell == "lstm" else {}))
    return torch.stack(hidden, 1), {name: torch.stack([gate[name] for gate in gates], 1) for name in gates[0]}


# --- attention, before the Transformer ---


class AdditiveAttention(nn.Module):
    """score(s, h) = v · tanh(W s + U h), softmax over the source (Bahdanau et al. 2014, section 3.1)."""

    def __init__(self, state: int, memory: int, width: int):
        super().__init__()
        self.to_query = nn.Linear(state, width)
        self.to_key = nn.Linear(memory, width, bias=False)
        self.score = nn.Linear(width, 1, bias=False)

    def forward(self, query: Tensor, keys: Tensor, memory: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """query: (B, A) and keys: (B, S, A), already projected; memory: (B, S, H); mask: (B, S), True at real tokens.

        Returns the context (B, H) and the weights (B, S), which sum to 1.
        """
        scores = self.score(torch.tanh(query[:, None] + keys))[..., 0]  # (B, S)
        weights = attention_weights(scores, mask)
        return (weights[:, None] @ memory)[:, 0], weights


# --- the translators ---


@dataclass(frozen=True)
class RecurrentConfig:
    """Sizes of a recurrent translator. All counts; dropout is a probability."""

    vocabulary: int  # sub-words, shared by both languages
    cell: str = "gru"  # "rnn", "lstm" or "gru"
    attention: bool = False  # a new context for every word, or one for all
    width: int = 256  # numbers per token in the embedding
    hidden: int = 656  # numbers in the decoder's state; each direction of the encoder has half of them
    score: int = 256  # inner width of the additive score
    dropout: float = 0.1  # on the embeddings, and on what is read out, in training only


class Recurrent(nn.Module):
    """Encoder in both directions, decoder in one, one embedding table for source, target and output.

    As in the Transformer, the encoder also names from its state at "it" the word that "it" stands for.
    """

    def __init__(self, config: RecurrentConfig):
        super().__init__()
        if config.cell not in LAYERS:
            raise ValueError(f'cell must be one of {", ".join(LAYERS)}; got "{config.cell}"')
        if config.attention and config.cell != "gru":
            raise ValueError(f'with attention the cell is "gru"; got "{config.cell}"')
        if config.hidden % 2:
            raise ValueError(f"hidden must be even, half for each direction; got {config.hidden}")
        self.config = config
        make, hidden = LAYERS[config.cell], config.hidden
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = make(config.width, hidden // 2, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(hidden, hidden * (2 if config.cell == "lstm" else 1))
        self.decoder = make(config.width + hidden, hidden, batch_first=True)
        self.attention = AdditiveAttention(hidden, hidden, config.score) if config.attention else None
        self.readout = nn.Linear(2 * hidden, config.width)
        self.antecedent = nn.Linear(hidden, config.width)
        self.initialise()

    def initialise(self) -> None:
        for name, parameter in self.named_parameters():
            if "bias" in name:
                nn.init.zeros_(parameter)
            elif "weight_hh" in name:
                for gate in parameter.split(parameter.shape[1]):
                    nn.init.orthogonal_(gate)
            elif "embedding" not in name:
                nn.init.xavier_uniform_(parameter)
        nn.init.normal_(self.embedding.weight, std=self.config.width**-0.5)
        if self.config.cell == "lstm":
            for layer in (self.encoder, self.decoder):
                remember(layer)

    def embed(self, tokens: Tensor) -> Tensor:
        return self.dropout(self.embedding(tokens) * self.config.width**0.5)  # (B, T, C)

    def encode(self, source: Tensor, mask: Tensor | None = None, record: list | None = None) -> Tensor:
        """source: (B, S) token ids; mask: (B, S), True at real tokens. Returns the states (B, S, H), 0 at padding.

        record is taken, and left empty, so that every network is read alike: there is no attention in here.
        """
        x = self.embed(source)
        if mask is None:
            return self.encoder(x)[0]
        # The backward direction must begin at each sentence's own last word, not at the padding behind it.
        packed = pack_padded_sequence(x, mask.sum(1).cpu(), batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.encoder(packed)[0], batch_first=True, total_length=source.shape[1])[0]

    def summary(self, memory: Tensor, mask: Tensor | None) -> Tensor:
        """The one vector (B, H): where the forward direction ended, and where the backward direction ended."""
        last = memory.new_full((len(memory),), memory.shape[1] - 1).long() if mask is None else mask.sum(1) - 1
        forward, backward = memory.chunk(2, dim=-1)
        return torch.cat([forward[torch.arange(len(memory), device=memory.device), last], backward[:, 0]], -1)

    def start(self, memory: Tensor, memory_mask: Tensor | None = None) -> list[Tensor]:
        """What the decoder keeps before its first word, batch first: its state, then what it reads from."""
        summary = self.summary(memory, memory_mask)
        state = list(torch.tanh(self.bridge(summary)).split(self.config.hidden, -1))
        return [*state, memory, self.attention.to_key(memory)] if self.attention else [*state, summary]

    def step(self, token: Tensor, kept: list[Tensor], memory_mask: Tensor | None = None) -> tuple[Tensor, list[Tensor]]:
        """One token more. token: (B,) ids. Returns the state (B, C) that predicts the next token, and what to keep."""
        states, kept = self.advance(token[:, None], kept, memory_mask)
        return states[:, 0], kept

    def decode(
        self,
        target: Tensor,
        memory: Tensor,
        memory_mask: Tensor | None = None,
        record: list | None = None,
        cross_record: list | None = None,
    ) -> Tensor:
        """target: (B, T) ids that begin with <s>. Returns states (B, T, C); state t is what predicts token t + 1."""
        return self.advance(target, self.start(memory, memory_mask), memory_mask, cross_record)[0]

    def advance(self, tokens: Tensor, kept: list[Tensor], memory_mask: Tensor | None, cross_record: list | None = None):
        """Reads tokens (B, T) from where `kept` left off. Returns states (B, T, C), and what to keep."""
        x = self.embed(tokens)  # (B, T, C)
        if self.attention:
            hidden, context, kept = self.attend(x, kept, memory_mask, cross_record)
        else:
            *old, summary = kept
            context = summary[:, None].expand(-1, x.shape[1], -1)  # (B, T, H), the same at every word
            first = [part[None].contiguous() for part in old]
            hidden, last = self.decoder(torch.cat([x, context], -1), first[0] if len(first) == 1 else tuple(first))
            kept = [*(part[0] for part in (last if isinstance(last, tuple) else (last,))), summary]
        return self.readout(self.dropout(torch.cat([hidden, context], -1))), kept

    def attend(self, x: Tensor, kept: list[Tensor], memory_mask: Tensor | None, cross_record: list | None):
        """The decoder with attention, word by word: torch's own GRU cell, a new context before each step."""
        hidden, memory, keys = kept
        weights = vars(cell_weights(self.decoder)).values()
        past, contexts, queries, rows = [], [], [], []
        for t in range(x.shape[1]):
            query = self.attention.to_query(hidden)
            context, row = self.attention(query, keys, memory, memory_mask)
            hidden = torch.gru_cell(torch.cat([x[:, t], context], -1), hidden, *weights)
            for values, value in ((past, hidden), (contexts, context), (queries, query), (rows, row)):
                values.append(value)
        if cross_record is not None:
            one_head = (torch.stack(queries, 1), keys, torch.stack(rows, 1))  # (B, T, A), (B, S, A), (B, T, S)
            one_head = (tensor[:, None] for tensor in one_head)
            cross_record.append(AttentionRecord(*one_head, self.attention.score.weight, memory[:, None]))
        return torch.stack(past, 1), torch.stack(contexts, 1), [hidden, memory, keys]

    def logits(self, states: Tensor) -> Tensor:
        """(..., C) to (..., V), with the embedding table as output layer."""
        return F.linear(states, self.embedding.weight)

    def antecedent_logits(self, states: Tensor) -> Tensor:
        """Encoder states at "it" (..., H) to scores over the vocabulary (..., V): the word that "it" stands for."""
        return self.logits(self.antecedent(states))

    def forward(self, source: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
        """Next-token scores (B, T, V) for every prefix of the target."""
        return self.logits(self.decode(target, self.encode(source, mask), mask))


def remember(layer: nn.LSTM, bias: float = 1.0) -> None:
    """Opens the forget gates of an LSTM: sigmoid(1) keeps 0.73 a step, sigmoid(0) one half (Jozefowicz et al. 2015)."""
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            if "bias_ih" in name:
                parameter[layer.hidden_size : 2 * layer.hidden_size] = bias
