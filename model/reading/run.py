"""Run: what a model did with a text. AttentionMaps: where it looked. Plain numpy records; no torch here.

Worth knowing: the maps hold queries and keys, not weights. Weights are made on demand, so a text of thousands of tokens
costs memory linear in its length, and nothing on screen can differ from what the queries and keys say.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Word:
    """A word as the reader wrote it. kind: "word", "punctuation" or "special" (<s>, </s>)."""

    text: str
    kind: str = "word"


@dataclass(frozen=True)
class Token:
    """One sub-word. text: the slice it covers; id: its number in the vocabulary; word: index of its word."""

    text: str
    id: int
    word: int


@dataclass(frozen=True)
class Axis:
    """Tokens in order, and the words they are pieces of."""

    words: tuple[Word, ...]
    tokens: tuple[Token, ...]

    def __post_init__(self):
        for token in self.tokens:
            if not 0 <= token.word < len(self.words):
                raise ValueError(f"token {token.text!r} names word {token.word}, but there are {len(self.words)} words")

    def __len__(self) -> int:
        return len(self.tokens)

    def tokens_of(self, word: int) -> list[int]:
        return [i for i, token in enumerate(self.tokens) if token.word == word]


def read_only(array: np.ndarray) -> np.ndarray:
    array = np.ascontiguousarray(array, dtype=np.float32)
    array.setflags(write=False)
    return array


@dataclass(frozen=True)
class AttentionMaps:
    """The attention of every layer and head of one stack.

    queries: (layer, head, query, width of a head); keys: (layer, head, key, width of a head); float32, made read-only.
    causal: query t sees the keys 0 … t only; all other weights are exactly 0.
    kind: "softmax", where a score is q · k / √width, or "additive", where it is v · tanh(q + k) with v = score, (layer, head,
    width). Rows over keys sum to 1 in both. Raises ValueError if arrays and axes disagree.
    """

    queries: np.ndarray
    keys: np.ndarray
    query_axis: Axis
    key_axis: Axis
    causal: bool = False
    score: np.ndarray | None = None

    def __post_init__(self):
        for name in ("queries", "keys") if self.score is None else ("queries", "keys", "score"):
            object.__setattr__(self, name, read_only(getattr(self, name)))
        expected = (*self.queries.shape[:2], len(self.key_axis), self.queries.shape[-1])
        if self.keys.shape != expected:
            raise ValueError(f"keys must be (layer, head, key, width) = {expected}; got {self.keys.shape}")
        if self.queries.shape[2] != len(self.query_axis):
            raise ValueError(f"queries must have {len(self.query_axis)} rows; got {self.queries.shape[2]}")
        one_a_head = (*self.queries.shape[:2], self.queries.shape[-1])
        if self.score is not None and self.score.shape != one_a_head:
            raise ValueError(f"score must be (layer, head, width) = {one_a_head}; got {self.score.shape}")

    @property
    def kind(self) -> str:
        return "softmax" if self.score is None else "additive"

    @property
    def layers(self) -> int:
        return self.queries.shape[0]

    @property
    def heads(self) -> int:
        return self.queries.shape[1]

    def weights(self, layer: int, head: int, rows: slice = slice(None)) -> np.ndarray:
        """(query, key): the rows of one head, or of a slice of its queries; each sums to 1."""
        queries, keys = self.queries[layer, head, rows], self.keys[layer, head]
        if self.score is None:
            scores = queries @ keys.T / np.float32(np.sqrt(queries.shape[-1]))
        else:
            scores = np.tanh(queries[:, None] + keys) @ self.score[layer, head]
        if self.causal:
            position = np.arange(self.queries.shape[2])[rows]
            scores = np.where(np.arange(scores.shape[1]) <= position[:, None], scores, -np.inf)
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return scores / scores.sum(axis=-1, keepdims=True)

    def all_weights(self) -> np.ndarray:
        """(layer, head, query, key). For short texts: memory grows with the square of the length."""
        return np.stack([np.stack([self.weights(x, y) for y in range(self.heads)]) for x in range(self.layers)])

    def by_word(self, weights: np.ndarray) -> np.ndarray:
        """(query, key) over tokens to (query word, key word): columns of a word summed, rows averaged; rows still sum to 1."""
        rows = [weights[self.query_axis.tokens_of(word)].mean(0) for word in range(len(self.query_axis.words))]
        return np.stack(
            [np.stack(rows)[:, self.key_axis.tokens_of(w)].sum(1) for w in range(len(self.key_axis.words))], 1
        )

    def codes(self, bits: int = 8) -> np.ndarray:
        """All weights for the browser, flat, as round(√weight · (2**bits - 1)), uint8 or uint16.

        The square root, because linear bytes turn about 40 % of real weights into zero. Greatest error with 8 bits: 0.004.
        """
        kind = np.uint8 if bits == 8 else np.uint16
        rows = [
            np.rint(np.sqrt(self.weights(layer, head)) * (2**bits - 1)).astype(kind).ravel()
            for layer in range(self.layers)
            for head in range(self.heads)
        ]
        return np.concatenate(rows)

    def tile(self, layer: int, head: int, queries: slice, keys: slice, shape: tuple[int, int]) -> np.ndarray:
        """A rectangle of one head, max-pooled to at most `shape` (rows, columns), in memory linear in the length."""
        positions = np.arange(self.queries.shape[2])[queries]
        row_groups = np.array_split(positions, min(shape[0], len(positions)))
        columns = np.arange(self.keys.shape[2])[keys]
        starts = np.linspace(0, len(columns), min(shape[1], len(columns)), endpoint=False).astype(int)
        pooled = []
        for group in row_groups:
            strongest = np.zeros(len(columns), np.float32)
            for begin in range(0, len(group), 64):
                rows = slice(group[begin], group[min(begin + 64, len(group)) - 1] + 1)
                strongest = np.maximum(strongest, self.weights(layer, head, rows)[:, columns].max(axis=0))
            pooled.append(np.maximum.reduceat(strongest, starts))
        return np.stack(pooled)


@dataclass(frozen=True)
class Candidate:
    """A word that "it" may stand for. word: index into the source words, -1: nothing in this sentence."""

    text: str
    word: int
    probability: float


@dataclass(frozen=True)
class Antecedent:
    """What the model says one "it" stands for, best candidate first; probabilities over the whole vocabulary."""

    word: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Run:
    """What a model did with a text, whichever model it was. Immutable.

    probabilities: one a target token, in [0, 1]; alternatives: per target token the three likeliest (text, probability).
    maps: by part, those the model has: none for a recurrent model, only "cross" for one with attention.
    Row t of maps["decoder"] and maps["cross"] is the row that produced target token t.
    """

    model: str
    text: str
    translation: str
    source: Axis
    target: Axis
    probabilities: tuple[float, ...]
    alternatives: tuple[tuple[tuple[str, float], ...], ...]
    antecedents: tuple[Antecedent, ...]
    maps: dict[str, AttentionMaps]
    device: str
    beams: int = 1
    recorded: bool = False
    check: float = 0.0  # greatest difference between these weights and the network's own
    fallback: bool = field(default=False, compare=False)  # the GPU ran out of memory and the CPU did the work

    def __post_init__(self):
        for name, values in (("probabilities", self.probabilities), ("alternatives", self.alternatives)):
            if len(values) != len(self.target):
                raise ValueError(f"{name} must have one entry a target token = {len(self.target)}; got {len(values)}")

    def word_probability(self, word: int) -> float:
        """The product over the word's tokens, in [0, 1]."""
        return float(np.prod([self.probabilities[i] for i in self.target.tokens_of(word)]))


def save_runs(runs: list[Run], path: Path, **about: str) -> None:
    """Writes runs and what is said about them to one .npz file, arrays exact."""
    arrays, notes = {}, []
    for number, run in enumerate(runs):
        note = {
            name: getattr(run, name) for name in vars(run) if name not in ("maps", "source", "target", "antecedents")
        }
        note |= {name: asdict(getattr(run, name)) for name in ("source", "target")}
        note["antecedents"] = [asdict(antecedent) for antecedent in run.antecedents]
        note["maps"] = {}
        for part, maps in run.maps.items():
            for name in ("queries", "keys") if maps.score is None else ("queries", "keys", "score"):
                arrays[f"{number}-{part}-{name}"] = getattr(maps, name)
            note["maps"][part] = {"causal": maps.causal}
            note["maps"][part] |= {"query_axis": asdict(maps.query_axis), "key_axis": asdict(maps.key_axis)}
        notes.append(note)
    np.savez_compressed(path, notes=json.dumps({"runs": notes, "about": about}), **arrays)


def load_runs(path: Path) -> tuple[list[Run], dict[str, str]]:
    """The runs that save_runs wrote, marked as recorded, and what was said about them."""
    with np.load(path) as file:
        notes = json.loads(str(file["notes"]))
        runs = []
        for number, note in enumerate(notes["runs"]):
            maps = {
                part: AttentionMaps(
                    queries=file[f"{number}-{part}-queries"],
                    keys=file[f"{number}-{part}-keys"],
                    query_axis=axis_from(about["query_axis"]),
                    key_axis=axis_from(about["key_axis"]),
                    causal=about["causal"],
                    score=file.get(f"{number}-{part}-score", None),
                )
                for part, about in note["maps"].items()
            }
            note["source"], note["target"] = axis_from(note["source"]), axis_from(note["target"])
            note["alternatives"] = tuple(tuple((text, p) for text, p in three) for three in note["alternatives"])
            note["probabilities"] = tuple(note["probabilities"])
            note["antecedents"] = tuple(
                Antecedent(entry["word"], tuple(Candidate(**candidate) for candidate in entry["candidates"]))
                for entry in note["antecedents"]
            )
            runs.append(Run(**note | {"maps": maps, "recorded": True}))
    return runs, notes["about"]


def axis_from(note: dict) -> Axis:
    return Axis(tuple(Word(**word) for word in note["words"]), tuple(Token(**token) for token in note["tokens"]))
