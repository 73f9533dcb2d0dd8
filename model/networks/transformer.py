"""The Transformer of 2017: an encoder stack and a decoder stack, written to be read from top to bottom.

Worth knowing: the encoder has one extra output. From its last state at the word "it" it names the word that "it"
stands for. Only that answer is supervised, as a translation is; the attention itself never is.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.networks.attention import MultiHeadAttention, causal_mask

# B batch   S source tokens   T target tokens   C width of the model   V vocabulary


@dataclass(frozen=True)
class TransformerConfig:
    """Sizes of the network. All counts; dropout is a probability."""

    vocabulary: int  # sub-words, shared by both languages
    width: int = 256  # numbers per token between the blocks
    heads: int = 8  # attention heads per block; each has width / heads numbers
    encoder_layers: int = 4
    decoder_layers: int = 2  # shallow, so that the encoder has to do the understanding
    feed_forward: int = 1024  # hidden width of the feed-forward block
    dropout: float = 0.1  # on what each block adds to the residual stream, in training only
    norm: str = "pre"  # "pre" or "post": where the layer norm stands (see Residual)


def sinusoidal_positions(length: int, width: int, device: torch.device | None = None) -> Tensor:
    """The position code of Vaswani et al. 2017, section 3.5: (length, width), values in [-1, 1].

    Column 2i is sin(position / 10000^(2i / width)), column 2i + 1 the cosine: from a clock's fast hand to its slow one.
    """
    position = torch.arange(length, device=device, dtype=torch.float32)[:, None]
    rate = 10_000.0 ** (-torch.arange(0, width, 2, device=device, dtype=torch.float32) / width)
    angle = position * rate  # (length, width / 2)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(-2)[:, :width]


class FeedForward(nn.Sequential):
    """Two linear maps with a ReLU between, applied to every token by itself."""

    def __init__(self, width: int, hidden: int):
        super().__init__(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, width))


class Residual(nn.Module):
    """Adds what a block computes to what went in ("Add & Norm").

    Post-norm is the paper's LayerNorm(x + block(x)): it puts a norm on the residual road itself, so gradients shrink on
    their way down and training needs care. Pre-norm is x + block(LayerNorm(x)): the road stays free from end to end.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        if config.norm not in ("pre", "post"):
            raise ValueError(f'norm must be "pre" or "post"; got "{config.norm}"')
        self.pre = config.norm == "pre"
        self.norm = nn.LayerNorm(config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, block) -> Tensor:
        if self.pre:
            return x + self.dropout(block(self.norm(x)))
        return self.norm(x + self.dropout(block(x)))


class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward: (B, S, C) to (B, S, C)."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.attention = MultiHeadAttention(config.width, config.heads)
        self.feed_forward = FeedForward(config.width, config.feed_forward)
        self.add_attention = Residual(config)
        self.add_feed_forward = Residual(config)

    def forward(self, x: Tensor, mask: Tensor | None, record: list | None) -> Tensor:
        x = self.add_attention(x, lambda h: self.attention(h, h, mask, record))
        return self.add_feed_forward(x, self.feed_forward)


class DecoderLayer(nn.Module):
    """Masked self-attention, attention to the encoder, feed-forward: (B, T, C) to (B, T, C)."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.attention = MultiHeadAttention(config.width, config.heads)
        self.cross_attention = MultiHeadAttention(config.width, config.heads)
        self.feed_forward = FeedForward(config.width, config.feed_forward)
        self.add_attention = Residual(config)
        self.add_cross_attention = Residual(config)
        self.add_feed_forward = Residual(config)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        mask: Tensor,
        memory_mask: Tensor | None,
        record: list | None,
        cross_record: list | None,
    ) -> Tensor:
        x = self.add_attention(x, lambda h: self.attention(h, h, mask, record))
        x = self.add_cross_attention(x, lambda h: self.cross_attention(h, memory, memory_mask, cross_record))
        return self.add_feed_forward(x, self.feed_forward)

    def step(self, x: Tensor, kept: list[Tensor], memory_mask: Tensor | None) -> tuple[Tensor, list[Tensor]]:
        """One token more, (B, 1, C). kept: its own keys and values of the tokens so far, then those of the memory.

        This is the key-value cache: nothing that was projected once is projected again.
        """
        keys, values, memory_keys, memory_values = kept

        def look_back(h: Tensor) -> Tensor:
            nonlocal keys, values
            key, value = self.attention.keys_values(h)
            keys, values = torch.cat([keys, key], -2), torch.cat([values, value], -2)  # (B, H, t + 1, D)
            return self.attention.look(h, keys, values)

        x = self.add_attention(x, look_back)
        x = self.add_cross_attention(x, lambda h: self.cross_attention.look(h, memory_keys, memory_values, memory_mask))
        return self.add_feed_forward(x, self.feed_forward), [keys, values, memory_keys, memory_values]


class Transformer(nn.Module):
    """Encoder and decoder with one embedding table for source, target and output (Vaswani et al. 2017, section 3.4)."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocabulary, config.width)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))
        self.decoder = nn.ModuleList(DecoderLayer(config) for _ in range(config.decoder_layers))
        # With post-norm every layer ends in a norm already; with pre-norm the stacks need one of their own.
        self.encoder_norm = nn.LayerNorm(config.width) if config.norm == "pre" else nn.Identity()
        self.decoder_norm = nn.LayerNorm(config.width) if config.norm == "pre" else nn.Identity()
        self.antecedent = nn.Linear(config.width, config.width)
        self.initialise()

    def initialise(self) -> None:
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1 and "embedding" not in name:
                nn.init.xavier_uniform_(parameter)
        # Small, because the table is also the output layer: it is scaled up by √C where it reads tokens.
        nn.init.normal_(self.embedding.weight, std=self.config.width**-0.5)

    def embed(self, tokens: Tensor, first: int = 0) -> Tensor:
        """(B, T) ids at the positions first, first + 1, … to (B, T, C)."""
        x = self.embedding(tokens) * self.config.width**0.5  # (B, T, C)
        positions = sinusoidal_positions(first + tokens.shape[1], self.config.width, tokens.device)[first:]
        return self.dropout(x + positions)

    def encode(self, source: Tensor, mask: Tensor | None = None, record: list | None = None) -> Tensor:
        """source: (B, S) token ids; mask: (B, S), True at real tokens. Returns the memory (B, S, C)."""
        x = self.embed(source)
        for layer in self.encoder:
            x = layer(x, key_mask(mask), record)
        return self.encoder_norm(x)

    def decode(
        self,
        target: Tensor,
        memory: Tensor,
        memory_mask: Tensor | None = None,
        record: list | None = None,
        cross_record: list | None = None,
    ) -> Tensor:
        """target: (B, T) ids that begin with <s>. Returns states (B, T, C); state t is what predicts token t + 1."""
        x = self.embed(target)
        mask = causal_mask(target.shape[1], target.device)
        for layer in self.decoder:
            x = layer(x, memory, mask, key_mask(memory_mask), record, cross_record)
        return self.decoder_norm(x)

    def start(self, memory: Tensor, memory_mask: Tensor | None = None) -> list[Tensor]:
        """What the decoder keeps before its first token, batch first: for each layer its key-value cache, empty as yet,
        and the keys and values of the memory."""
        kept = []
        for layer in self.decoder:
            keys, values = layer.cross_attention.keys_values(memory)
            kept += [keys[..., :0, :], values[..., :0, :], keys, values]
        return kept

    def step(self, token: Tensor, kept: list[Tensor], memory_mask: Tensor | None = None) -> tuple[Tensor, list[Tensor]]:
        """One token more. token: (B,) ids. Returns the state (B, C) that predicts the next token, and what to keep."""
        x, new = self.embed(token[:, None], first=kept[0].shape[-2]), []
        for number, layer in enumerate(self.decoder):
            x, kept_here = layer.step(x, kept[4 * number : 4 * number + 4], key_mask(memory_mask))
            new += kept_here
        return self.decoder_norm(x)[:, 0], new

    def logits(self, states: Tensor) -> Tensor:
        """(..., C) to (..., V), with the embedding table as output layer."""
        return F.linear(states, self.embedding.weight)

    def antecedent_logits(self, states: Tensor) -> Tensor:
        """Encoder states at "it" (..., C) to scores over the vocabulary (..., V): the word that "it" stands for."""
        return self.logits(self.antecedent(states))

    def forward(self, source: Tensor, target: Tensor, mask: Tensor | None = None) -> Tensor:
        """Next-token scores (B, T, V) for every prefix of the target at once: this is what makes training parallel."""
        return self.logits(self.decode(target, self.encode(source, mask), mask))


def key_mask(mask: Tensor | None) -> Tensor | None:
    return None if mask is None else mask[:, None, None, :]  # (B, S) -> (B, 1, 1, S)
