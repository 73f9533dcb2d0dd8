"""Maps: where one stack of attention looked, every layer and head of it. Plain numpy records; no torch here.

Worth knowing: what is kept is the form a model computes its weights in (queries and keys, most often), not the weights. Rows
are made on demand, so a text of thousands of tokens costs memory linear in its length; everything else is built on `rows`.
"""

from dataclasses import dataclass

import numpy as np

from model.reading.run import Axis

ROW_NAMES = ("read", "written")
AT_ONCE = 64  # rows made at a time where a whole map would not fit

# L layers   H heads   K key heads   T queries   S keys   D width of one head

Rows = slice | np.ndarray


def read_only(array: np.ndarray, kind=np.float32) -> np.ndarray:
    array = np.ascontiguousarray(array, dtype=kind)
    if array.flags.writeable:
        array.setflags(write=False)
    return array


def must_be(name: str, axes: str, expected: tuple[int, ...], array: np.ndarray) -> None:
    if array.shape != expected:
        raise ValueError(f"{name} must be {axes} = {expected}; got {array.shape}")


def softmax(scores: np.ndarray, sink: np.float32 | None = None) -> np.ndarray:
    """Over keys. A sink is one more score that every row shares its weight with, and that is then left out."""
    highest = scores.max(axis=-1, keepdims=True)
    if sink is not None:
        highest = np.maximum(highest, sink)
    powers = np.exp(scores - highest)
    total = powers.sum(axis=-1, keepdims=True)
    return powers / (total if sink is None else total + np.exp(sink - highest))


@dataclass(frozen=True, eq=False)
class Dot:
    """Softmax of scaled products of queries and keys. float32, made read-only; checked against each other here.

    queries: (layer, head, query, width); keys: (layer, key head, key, width), with as many key heads or a divisor of them: head
    h reads key head h // (H / K). scale: what a product is multiplied by, 1 / √width if not given. softcap: where given, a score
    s becomes softcap · tanh(s / softcap). bias: (layer or 1, head, T + S - 1), added to a score at distance key - query, from
    -(T - 1) to S - 1. sinks: (layer, head), a score that takes part in every softmax and is no key: rows then sum to
    less than 1. first, last: (query,) or (layer, query), the first and last key that a row may see; all others are exactly 0.
    """

    queries: np.ndarray
    keys: np.ndarray
    scale: float | None = None
    softcap: float | None = None
    sinks: np.ndarray | None = None
    bias: np.ndarray | None = None
    first: np.ndarray | None = None
    last: np.ndarray | None = None

    kind = "softmax"

    def __post_init__(self):
        for name in ("queries", "keys", "sinks", "bias"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, read_only(getattr(self, name)))
        layers, heads, queries, width = self.queries.shape
        if self.scale is None:
            object.__setattr__(self, "scale", width**-0.5)
        key_heads = self.keys.shape[1] if self.keys.ndim == 4 else 0
        if not key_heads or heads % key_heads:
            raise ValueError(f"keys must have as many heads as queries, {heads}, or a divisor; got {self.keys.shape}")
        keys = self.keys.shape[2]
        must_be("keys", "(layer, key head, key, width)", (layers, key_heads, keys, width), self.keys)
        if self.sinks is not None:
            must_be("sinks", "(layer, head)", (layers, heads), self.sinks)
        if self.bias is not None:
            spread = (1 if len(self.bias) == 1 else layers, heads, queries + keys - 1)
            must_be("bias", "(layer or 1, head, distance)", spread, self.bias)
        for name in ("first", "last"):
            self.check_interval(name)

    def check_interval(self, name: str) -> None:
        values = getattr(self, name)
        if values is None:
            return
        values = read_only(values, np.int32)
        layers, _, queries, _ = self.queries.shape
        if values.shape not in ((queries,), (layers, queries)):
            raise ValueError(
                f"{name} must be (query,) = ({queries},) or (layer, query) = ({layers}, {queries}); got {values.shape}"
            )
        object.__setattr__(self, name, values)
        if name == "last" and (self.begins > values).any():
            raise ValueError("every row must see a key: first may not be greater than last")
        if values.min(initial=0) < 0 or values.max(initial=0) >= self.keys.shape[2]:
            raise ValueError(f"{name} must name keys from 0 to {self.keys.shape[2] - 1}; got {values.tolist()}")

    @property
    def begins(self) -> np.ndarray:
        return np.zeros(1, np.int32) if self.first is None else self.first

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(layers, heads, queries, keys)."""
        return (*self.queries.shape[:3], self.keys.shape[2])

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        names = ("queries", "keys", "sinks", "bias", "first", "last")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None}

    @property
    def numbers(self) -> dict[str, float | None]:
        return {"scale": self.scale, "softcap": self.softcap}

    def rows(self, layer: int, head: int, queries: Rows) -> np.ndarray:
        """(query, key): the weights of these rows."""
        group = self.queries.shape[1] // self.keys.shape[1]
        products = self.queries[layer, head, queries] @ self.keys[layer, head // group].T
        scores = products / np.float32(1 / self.scale)
        if self.softcap:
            scores = np.float32(self.softcap) * np.tanh(scores / np.float32(self.softcap))
        places = np.arange(self.queries.shape[2])[queries]
        if self.bias is not None:
            bias = self.bias[layer if len(self.bias) > 1 else 0, head]
            distance = np.arange(scores.shape[1]) - places[:, None] + self.queries.shape[2] - 1
            scores = scores + bias[distance]
        scores = self.hide(scores, layer, places)
        return softmax(scores, None if self.sinks is None else self.sinks[layer, head])

    def hide(self, scores: np.ndarray, layer: int, places: np.ndarray) -> np.ndarray:
        for values, hidden in ((self.first, np.less), (self.last, np.greater)):
            if values is not None:
                row = (values if values.ndim == 1 else values[layer])[places]
                scores = np.where(hidden(np.arange(scores.shape[1]), row[:, None]), -np.inf, scores)
        return scores


@dataclass(frozen=True, eq=False)
class Additive:
    """score(q, k) = v · tanh(q + k) (Bahdanau et al. 2014).

    queries: (layer, head, query, width); keys: (layer, head, key, width); score: (layer, head, width), the v. float32, made
    read-only.
    """

    queries: np.ndarray
    keys: np.ndarray
    score: np.ndarray

    kind = "additive"

    def __post_init__(self):
        for name in ("queries", "keys", "score"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        layers, heads, _, width = self.queries.shape
        keys = self.keys.shape[2] if self.keys.ndim == 4 else 0
        must_be("keys", "(layer, head, key, width)", (layers, heads, keys, width), self.keys)
        must_be("score", "(layer, head, width)", (layers, heads, width), self.score)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return (*self.queries.shape[:3], self.keys.shape[2])

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        return {"queries": self.queries, "keys": self.keys, "score": self.score}

    @property
    def numbers(self) -> dict[str, float | None]:
        return {}

    def rows(self, layer: int, head: int, queries: Rows) -> np.ndarray:
        asked, keys = self.queries[layer, head, queries], self.keys[layer, head]
        scores = [np.tanh(query + keys) @ self.score[layer, head] for query in asked]  # one row at a time: memory
        return softmax(np.stack(scores)) if scores else np.zeros((0, len(keys)), np.float32)


@dataclass(frozen=True, eq=False)
class Dense:
    """Weights as they came, for models that give nothing else: (layer, head, query, key), 16 bits, made read-only.

    Memory grows with the square of the length: short inputs only. Rows sum to at most 1, within what 16 bits hold.
    """

    weights: np.ndarray

    kind = "dense"

    def __post_init__(self):
        object.__setattr__(self, "weights", read_only(self.weights, np.float16))
        if self.weights.ndim != 4:
            raise ValueError(f"weights must be (layer, head, query, key); got {self.weights.shape}")
        most = float(self.weights.sum(-1, dtype=np.float32).max(initial=0))
        if not (most <= 1.005 and self.weights.min(initial=0) >= 0):  # also where something is not a number
            raise ValueError(f"weights must be from 0, and sum to at most 1 over keys; got a row that sums to {most}")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return self.weights.shape

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights}

    @property
    def numbers(self) -> dict[str, float | None]:
        return {}

    def rows(self, layer: int, head: int, queries: Rows) -> np.ndarray:
        return self.weights[layer, head, queries].astype(np.float32)


FORMS = {form.kind: form for form in (Dot, Additive, Dense)}


@dataclass(frozen=True, eq=False)
class Maps:
    """The attention of every layer and head of one stack. Raises ValueError if form and axes disagree.

    layer_numbers: what the model itself calls these layers, from 0, where some of its layers do not attend; layers count them.
    row_names: a row is named by the token "written" from it (decoders and cross-attention of translators) or "read" at it.
    """

    form: Dot | Additive | Dense
    query_axis: Axis
    key_axis: Axis
    row_names: str = "read"
    layer_numbers: tuple[int, ...] = ()

    def __post_init__(self):
        expected = (len(self.query_axis), len(self.key_axis))
        if self.form.shape[2:] != expected:
            raise ValueError(f"maps must be (query, key) = {expected} for these tokens; got {self.form.shape[2:]}")
        if self.row_names not in ROW_NAMES:
            raise ValueError(f"row_names must be one of {', '.join(ROW_NAMES)}; got {self.row_names!r}")
        if not self.layer_numbers:
            object.__setattr__(self, "layer_numbers", tuple(range(self.layers)))
        if len(self.layer_numbers) != self.layers:
            raise ValueError(f"layer_numbers must name {self.layers} layers; got {len(self.layer_numbers)}")

    @property
    def kind(self) -> str:
        """How a score comes about: "softmax" (of products), "additive", or "dense" where nobody knows."""
        return self.form.kind

    @property
    def layers(self) -> int:
        return self.form.shape[0]

    @property
    def heads(self) -> int:
        return self.form.shape[1]

    @property
    def causal(self) -> bool:
        """Whether row t sees the keys 0 … t only, in every layer."""
        last = getattr(self.form, "last", None)
        return last is not None and bool((last == np.arange(self.form.shape[2])).all())

    def rows(self, layer: int, head: int, queries: Rows = slice(None)) -> np.ndarray:
        """(query, key): these rows of one head; layer and head count from 0 within these maps. Each row sums to 1, to less
        where the model has sinks."""
        return self.form.rows(layer, head, queries)

    def weights(self, layer: int, head: int, queries: Rows = slice(None)) -> np.ndarray:
        """(query, key): one head, whole. Memory grows with the square of the length."""
        return self.rows(layer, head, queries)

    def all_weights(self) -> np.ndarray:
        """(layer, head, query, key). For short texts: memory grows with the square of the length."""
        return np.stack([np.stack([self.rows(x, y) for y in range(self.heads)]) for x in range(self.layers)])

    def by_word(self, weights: np.ndarray) -> np.ndarray:
        """(…, query, key) over tokens to (…, query word, key word)."""
        return to_words(weights, self.query_axis, self.key_axis)

    def codes(self, bits: int = 8) -> np.ndarray:
        """All weights for the browser, flat, as round(√weight · (2**bits - 1)), uint8 or uint16.

        The square root, because linear bytes turn about 40 % of real weights into zero. Greatest error with 8 bits: 0.004.
        """
        kind = np.uint8 if bits == 8 else np.uint16
        rows = [
            np.rint(np.sqrt(self.rows(layer, head)) * (2**bits - 1)).astype(kind).ravel()
            for layer in range(self.layers)
            for head in range(self.heads)
        ]
        return np.concatenate(rows)

    def tile(self, layer: int, head: int, queries: slice, keys: slice, shape: tuple[int, int]) -> np.ndarray:
        """A rectangle of one head, max-pooled to at most `shape` (rows, columns), in memory linear in the length."""
        positions = np.arange(len(self.query_axis))[queries]
        row_groups = np.array_split(positions, min(shape[0], len(positions)))
        columns = np.arange(len(self.key_axis))[keys]
        starts = np.linspace(0, len(columns), min(shape[1], len(columns)), endpoint=False).astype(int)
        pooled = []
        for group in row_groups:
            strongest = np.zeros(len(columns), np.float32)
            for begin in range(0, len(group), AT_ONCE):
                rows = self.rows(layer, head, group[begin : begin + AT_ONCE])
                strongest = np.maximum(strongest, rows[:, columns].max(axis=0))
            pooled.append(np.maximum.reduceat(strongest, starts))
        return np.stack(pooled)


def causal_last(length: int) -> np.ndarray:
    """(query,): the last key each row may see, where it may see itself and what stands before it."""
    return np.arange(length, dtype=np.int32)


def to_words(weights: np.ndarray, query_axis: Axis, key_axis: Axis) -> np.ndarray:
    """(…, query token, key token) to (…, query word, key word): the mean over a query's pieces, the sum over a key's.

    Rows still sum to 1. A word without a token of its own has a row and a column of zeros.
    """
    rows = pieces_of(query_axis)
    return (rows / np.maximum(rows.sum(1, keepdims=True), 1)) @ weights @ pieces_of(key_axis).T


def pieces_of(axis: Axis) -> np.ndarray:
    """(word, token): 1 where the token is a piece of the word."""
    return np.equal.outer(np.arange(len(axis.words)), [token.word for token in axis.tokens]).astype(np.float32)
