"""The numbers behind two sentences side by side: aligned words, heads whose row moves, the difference of two maps.

Worth knowing: words are aligned, not positions. Two words that stand in each other's place (tired / wide) count as aligned
and are marked as changed; words that only one sentence has are aligned with nothing and left out of every difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from model.reading.maps import Maps, to_words
from model.reading.run import Axis, Run

# m(s) = A[it, a] - A[it, b]: how much more a head at "it" looks at candidate a than at candidate b in sentence s


@dataclass(frozen=True)
class Alignment:
    """What of two axes belongs together. words, tokens: (index in the first, index in the second), in order.

    changed: for each axis, for every word, whether the other sentence has another word, or none, in its place.
    shared: whether there is any word, signs aside, that both sentences have.
    """

    words: tuple[tuple[int, int], ...]
    tokens: tuple[tuple[int, int], ...]
    changed: tuple[tuple[bool, ...], tuple[bool, ...]]
    shared: bool

    def second(self, word: int) -> int:
        """The second sentence's word for a word of the first. Raises ValueError if it has none."""
        for first, second in self.words:
            if first == word:
                return second
        raise ValueError(f"word {word + 1} of the first sentence has no counterpart in the second")


def align(first: Axis, second: Axis) -> Alignment:
    """Which words of two sentences belong together (difflib on words), and with them which tokens.

    A changed word is aligned with the one in its place where as many words stand there; its tokens, where it has as many.
    """
    texts = [[word.text for word in axis.words] for axis in (first, second)]
    words, same = [], set()
    for kind, start, end, other_start, other_end in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if end - start == other_end - other_start:
            block = list(zip(range(start, end), range(other_start, other_end), strict=True))
            words += block
            same.update(block if kind == "equal" else ())
    changed = tuple(
        tuple(i not in {pair[side] for pair in same} for i in range(len(axis.words)))
        for side, axis in enumerate((first, second))
    )
    shared = any(first.words[one].kind == "word" for one, _ in same)
    return Alignment(tuple(words), tuple(aligned_tokens(first, second, words)), changed, shared)


def aligned_tokens(first: Axis, second: Axis, words: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    pieces = ((first.tokens_of(one), second.tokens_of(other)) for one, other in words)
    return [pair for ours, theirs in pieces if len(ours) == len(theirs) for pair in zip(ours, theirs, strict=True)]


def check_pair(first: str, second: str) -> None:
    """Raises ValueError if two texts have the same words."""
    if first.split() == second.split():
        raise ValueError("The two sentences are the same: change at least one word in one of them.")


@dataclass(frozen=True)
class Shift:
    """How the row of one word moves in one head. first, second: m(s) in each sentence, in [-1, 1]; flip: their difference."""

    layer: int
    head: int
    first: float
    second: float

    @property
    def flip(self) -> float:
        return self.first - self.second

    @property
    def flips(self) -> bool:
        """Whether the head prefers one candidate in one sentence and the other candidate in the other."""
        return self.first * self.second < 0


def shifts(
    first: Run,
    second: Run,
    word: int,
    candidates: tuple[int, int],
    part: str = "encoder",
    rows: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[Shift]:
    """Every head of a part, the one whose row of `word` moves most between the two candidates first.

    word, candidates: words of the first sentence (for "cross" the word is one of the translation); the second's
    are those aligned with them. rows: (layer, head, query word, key word) of each sentence; by default the weights.
    Raises ValueError if a word has no counterpart.
    """
    keys = align(first.source, second.source)
    queries = keys if part == "encoder" else align(first.target, second.target)
    if part == "decoder":
        keys = align(first.maps[part].key_axis, second.maps[part].key_axis)
    a, b = candidates
    if rows is None:
        rows = word_rows(first.maps[part]), word_rows(second.maps[part])
    ours = rows[0][:, :, word, a] - rows[0][:, :, word, b]
    other = queries.second(word)
    theirs = rows[1][:, :, other, keys.second(a)] - rows[1][:, :, other, keys.second(b)]
    found = [Shift(*place, float(ours[place]), float(theirs[place])) for place in np.ndindex(*ours.shape)]
    return sorted(found, key=lambda shift: -abs(shift.flip))


def word_rows(maps: Maps) -> np.ndarray:
    """(layer, head, query word, key word): the weights between words."""
    return to_words(maps.all_weights(), maps.query_axis, maps.key_axis)


def candidates(first: Run, second: Run) -> tuple[int, int] | None:
    """The two words of the first sentence that the model itself takes "it" for, in the first and in the second.

    None where it names the same word in both, or none, or there is no "it".
    """
    if not (first.antecedents and second.antecedents):
        return None
    back = {other: one for one, other in align(first.source, second.source).words}
    a = first.antecedents[0].candidates[0].word
    b = back.get(second.antecedents[0].candidates[0].word, -1)
    return None if -1 in (a, b) or a == b else (a, b)


def most_moved_word(first: Axis, alignment: Alignment, changes: np.ndarray) -> int:
    """The word of the first sentence that both have, and whose row differs most, summed over keys, in any head.

    changes: (layer, head, query, key), of the aligned words, first - second.
    """
    moved = np.abs(changes).sum(-1).max((0, 1))
    rows = [row for row, (one, _) in enumerate(alignment.words) if not alignment.changed[0][one]]
    rows = [row for row in rows if first.words[alignment.words[row][0]].kind == "word"]
    return alignment.words[max(rows, key=lambda row: moved[row])][0]


def most_moved_candidates(alignment: Alignment, changes: np.ndarray, word: int) -> tuple[int, int]:
    """The two words of the first sentence between which the row of a word moves most in any head: from, to.

    changes: as above.
    """
    row = changes[:, :, [one for one, _ in alignment.words].index(word)]
    apart = row.max(-1) - row.min(-1)
    layer, head = np.unravel_index(apart.argmax(), apart.shape)
    return tuple(alignment.words[int(find(row[layer, head]))][0] for find in (np.argmax, np.argmin))


@dataclass(frozen=True)
class Difference:
    """Two sentences word by word. values: (…, query, key) = first - second; labels as on the axes."""

    values: np.ndarray
    queries: tuple[str, ...]
    keys: tuple[str, ...]


def difference(first: Maps, second: Maps, tables: tuple[np.ndarray, np.ndarray]) -> Difference:
    """The aligned words of two maps, first minus second; a changed word is called "tired / wide".

    tables: (…, query word, key word) of each. Raises ValueError if the sentences share no word.
    """
    queries, keys = align(first.query_axis, second.query_axis), align(first.key_axis, second.key_axis)
    if not (queries.shared and keys.shared):
        raise ValueError("The two sentences have no word in common: there is nothing to compare.")
    rows, columns = queries.words, keys.words
    ours, theirs = (
        table[..., [[pair[side]] for pair in rows], [pair[side] for pair in columns]]
        for side, table in enumerate(tables)
    )
    return Difference(
        ours - theirs,
        names(rows, first.query_axis, second.query_axis),
        names(columns, first.key_axis, second.key_axis),
    )


def names(pairs: Sequence[tuple[int, int]], first: Axis, second: Axis) -> tuple[str, ...]:
    texts = ((first.words[one].text, second.words[other].text) for one, other in pairs)
    return tuple(one if one == other else f"{one} / {other}" for one, other in texts)
