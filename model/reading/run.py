"""Run: what a model did with an input, whichever model it was. Plain records; no torch here.

Worth knowing: nothing stands in a Run twice. What pages say in short (the text, the translation, its probabilities) is read
off the axes, the predictions and what was asked.
"""

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from model.reading.maps import Maps

BEAMS = 4  # where nothing else is said
NO_MEMORY = "no_memory"  # a notice: the GPU ran out of memory and the CPU did the work
NO_SPAN = (0, 0)  # of what stands for no characters: <s>, </s>


@dataclass(frozen=True)
class Word:
    """A word as the reader wrote it. kind: "word", "punctuation" or "special" (<s>, </s>); span: its first character and the
    one behind its last."""

    text: str
    kind: str = "word"
    span: tuple[int, int] = NO_SPAN


@dataclass(frozen=True)
class Token:
    """One sub-word. shown: the slice of the text it covers, in the reader's own spelling; id: its number in the vocabulary; word:
    index of its word; read: what the network was given for it, "" where that is what is shown; span: as a word's."""

    shown: str
    id: int
    word: int
    read: str = ""
    span: tuple[int, int] = NO_SPAN

    @property
    def text(self) -> str:
        return self.shown


@dataclass(frozen=True)
class Axis:
    """Tokens in order, and the words they are pieces of.

    kind: "text". language: of the text, "" where nobody said. sentences: the first token of each, where a model reads several
    apart. prompt: how many tokens were given before the model began to write.
    """

    words: tuple[Word, ...]
    tokens: tuple[Token, ...]
    kind: str = "text"
    language: str = ""
    sentences: tuple[int, ...] = (0,)
    prompt: int = 0

    def __post_init__(self):
        for token in self.tokens:
            if not 0 <= token.word < len(self.words):
                raise ValueError(
                    f"token {token.shown!r} names word {token.word}, but there are {len(self.words)} words"
                )

    def __len__(self) -> int:
        return len(self.tokens)

    def tokens_of(self, word: int) -> list[int]:
        return [i for i, token in enumerate(self.tokens) if token.word == word]


@dataclass(frozen=True)
class Asked:
    """What a reader was asked: with the weights, all that a Run depends on, and so the key of every cache.

    model and weights: its name and the hash of its weights. kind: of the input, whose text or hash is `text`. language: what
    to write in. beams: how many unfinished outputs the search keeps, 1 is greedy; seed: of a search that draws.
    """

    model: str
    text: str
    weights: str = ""
    kind: str = "text"
    preprocessing: str = ""
    language: str = "fr"
    beams: int = BEAMS
    seed: int = 0


@dataclass(frozen=True)
class Prediction:
    """What was chosen at one place of an axis. probability: in [0, 1]; alternatives: the likeliest (text, probability), best
    first; forced: it was given, not chosen (a language tag, a prompt)."""

    place: int
    chosen: str
    probability: float
    alternatives: tuple[tuple[str, float], ...] = ()
    axis: str = "target"
    forced: bool = False


@dataclass(frozen=True)
class Candidate:
    """A word that "it" may stand for. word: index into the source words, -1: nothing in this sentence."""

    text: str
    word: int
    probability: float


@dataclass(frozen=True)
class Reference:
    """What the model says one "it" stands for, best candidate first; probabilities over the whole vocabulary."""

    word: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, eq=False)
class Run:
    """What a model did with an input, whichever model it was. Immutable.

    axes: by name, "source" and, where the model writes, "target". maps: by part, those the model has: none for a recurrent
    model, only "cross" for one with attention. output: what it wrote. predictions: one a place of the axis they name, in order.
    check: greatest difference between these weights and the network's own. moment: the training step of the weights, None for
    finished ones. Row t of maps["decoder"] and maps["cross"] is the row that produced target token t.
    """

    asked: Asked
    axes: dict[str, Axis]
    maps: "dict[str, Maps]"
    output: str = ""
    predictions: tuple[Prediction, ...] = ()
    references: tuple[Reference, ...] = ()
    notices: tuple[str, ...] = ()
    device: str = ""
    check: float = 0.0
    recorded: bool = False
    moment: int | None = field(default=None)

    def __post_init__(self):
        for name in ("axes", "maps"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        for prediction in self.predictions:
            if prediction.axis not in self.axes:
                raise ValueError(
                    f"a prediction names the axis {prediction.axis!r}; there are {', '.join(self.axes) or 'none'}"
                )
            if not 0 <= prediction.place < len(self.axes[prediction.axis]):
                raise ValueError(
                    f"a prediction's place must be below {len(self.axes[prediction.axis])}; got {prediction.place}"
                )

    # What translators' pages say in short.

    @property
    def model(self) -> str:
        return self.asked.model

    @property
    def text(self) -> str:
        return self.asked.text

    @property
    def beams(self) -> int:
        return self.asked.beams

    @property
    def translation(self) -> str:
        return self.output

    @property
    def source(self) -> Axis:
        return self.axes["source"]

    @property
    def target(self) -> Axis:
        return self.axes["target"]

    @property
    def probabilities(self) -> tuple[float, ...]:
        """One a target token, in [0, 1]."""
        return tuple(prediction.probability for prediction in self.predictions)

    @property
    def alternatives(self) -> tuple[tuple[tuple[str, float], ...], ...]:
        """Per target token the three likeliest (text, probability)."""
        return tuple(prediction.alternatives for prediction in self.predictions)

    @property
    def antecedents(self) -> tuple[Reference, ...]:
        return self.references

    @property
    def fallback(self) -> bool:
        return NO_MEMORY in self.notices

    def word_probability(self, word: int) -> float:
        """The product over the word's tokens, in [0, 1]."""
        return float(np.prod([self.predictions[i].probability for i in self.target.tokens_of(word)]))
