"""When a translation is to be doubted, and why. Plain numbers in, reasons out; no torch here.

Worth knowing: a small network is often sure and wrong. The least sure word tells some of it, a word it never met tells more;
how much both tell was measured on held-out sentences, and stands in the model's card under "doubt".
"""

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from model.reading.recorded import CHECKPOINTS, fingerprint

SEEN = "seen.txt.gz"  # beside a checkpoint: its training vocabulary
REASONS = ("cut", "unseen", "unsure")


@dataclass(frozen=True)
class Doubt:
    """One reason. reason: of REASONS; words: those never seen, or the least sure one; probability: of that one, in [0, 1]."""

    reason: str
    words: tuple[str, ...] = ()
    probability: float | None = None


def doubts(
    words: Sequence[str],
    probabilities: Sequence[float],
    *,
    threshold: float,
    cut: bool = False,
    unseen: Sequence[str] = (),
) -> tuple[Doubt, ...]:
    """Why a translation may be wrong; nothing where there is no reason.

    words, probabilities: of the translation, one a word, in [0, 1]; threshold: what the least sure of them must reach.
    cut: the text was not read, or not translated, to its end. unseen: words of the source as unseen_words() finds them.
    Raises ValueError if there are not as many probabilities as words.
    """
    if len(words) != len(probabilities):
        raise ValueError(f"probabilities must have one entry a word = {len(words)}; got {len(probabilities)}")
    found = [Doubt("cut")] if cut else []
    if unseen:
        found.append(Doubt("unseen", tuple(dict.fromkeys(unseen))))
    least = min(range(len(words)), key=lambda i: probabilities[i], default=None)
    if least is not None and probabilities[least] < threshold:
        found.append(Doubt("unsure", (words[least],), probabilities[least]))
    return tuple(found)


def word_probability(tokens: Sequence[float]) -> float:
    """How sure a word is: that of its least sure sub-word. The product would blame a word for having many of them."""
    return min(tokens, default=1.0)


def by_word(words: Sequence[int], probabilities: Sequence[float], count: int) -> list[float]:
    """(token,) to (word,). words: for each token the word it is a piece of, below count."""
    pieces = [[] for _ in range(count)]
    for word, probability in zip(words, probabilities, strict=False):
        pieces[word].append(probability)
    return [word_probability(tokens) for tokens in pieces]


def was_cut(source_tokens: int, target_tokens: int) -> bool:
    """Whether the search stopped because a translation may not be longer (see model.reading.search). Neither with its end
    counted: source_tokens is without </s>, as many as the translation could be made from."""
    return target_tokens >= 2 * (source_tokens + 1) + 10


def unseen_words(words: Iterable[str], translation: Iterable[str], seen: frozenset[str]) -> tuple[str, ...]:
    """The words that training never held. No number, and no name that the translation writes letter for letter.

    words, translation: as the reader sees them. seen: in small letters; without any, nothing is said.
    """
    copied = set(translation)
    return tuple(
        word
        for word in dict.fromkeys(words)
        if seen and is_word(word) and not known(word, seen) and not (word[:1].isupper() and word in copied)
    )


def is_word(text: str) -> bool:
    return any(character.isalpha() for character in text)


def known(word: str, seen: frozenset[str]) -> bool:
    """Whether a word was seen, or was all of its parts: "well-known" where "well" and "known" were; "Tom's" where "Tom"."""
    small = word.lower()
    parts = [part for part in small.replace("'s", "").split("-") if is_word(part)]
    return small in seen or all(part in seen for part in parts)


def write_seen(words: Iterable[str], path: Path, of_weights: str) -> None:
    """The training vocabulary, sorted, one word a line, after a line that says to which weights it belongs."""
    lines = [json.dumps({"fingerprint": of_weights}), *sorted(set(words))]
    path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def read_seen(path: Path, of_weights: str) -> frozenset[str]:
    """Empty where there is no such file, or where it belongs to other weights."""
    try:
        about, *words = gzip.decompress(path.read_bytes()).decode().split("\n")
        return frozenset(words) if json.loads(about)["fingerprint"] == of_weights else frozenset()
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return frozenset()


@cache
def seen_words(model: str) -> frozenset[str]:
    """The training vocabulary of a shipped model; empty where it was not written down."""
    try:
        return read_seen(CHECKPOINTS / model / SEEN, fingerprint(model))
    except OSError:
        return frozenset()
