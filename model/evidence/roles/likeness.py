"""Do heads look at words of like meaning? The weakest of the roles: a candidate, no more.

Worth knowing: words of like meaning also stand in like places and are often alike in frequency. Both are held fixed first, and
the greatest correlation of all heads must be greater than what shuffled words give (Kovaleva et al. 2019 found 2 heads of 144).
"""

import numpy as np

from model.evidence.roles.score import PERMUTATIONS, Score
from model.evidence.roles.seen import REACH, Seen


def likeness(seen: list[Seen], vectors: dict[str, np.ndarray], frequency, seed: int = 0) -> Score | None:
    """Partial correlation of the weights with the cosine of the words' embeddings, given offset and log frequencies.

    vectors: word in small letters to its embedding. Equal words and punctuation are left out. Null: the greatest absolute
    correlation of all heads when the words of every sentence are shuffled.
    """
    pairs = [one for one in (like_pairs(one, vectors, frequency) for one in seen) if one is not None]
    if not pairs:
        return None
    cosine, known = np.concatenate([one[1] for one in pairs]), np.concatenate([one[2] for one in pairs])
    weights = np.concatenate([one[0] for one in pairs], axis=1)
    left = residuals(known, np.concatenate([weights, cosine[None]]).T).T
    ends = np.cumsum([len(one[1]) for one in pairs])[:-1]
    weights, cosine = np.split(left[:-1], ends, axis=1), np.split(left[-1], ends)
    sums = np.array(
        [(w @ c, (w**2).sum(1), np.full(len(w), (c**2).sum())) for w, c in zip(weights, cosine, strict=True)]
    )  # fmt: skip  (sentence, 3, head)
    counts = np.random.default_rng(seed).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), 1000)
    low, high = np.percentile(correlation(np.einsum("rs,skh->krh", counts, sums)), [2.5, 97.5], axis=0)
    value = correlation(sums.sum(0))
    null = shuffled(weights, cosine, [one[3] for one in pairs], seed)
    return Score(value, low, high, np.zeros(len(value)), "shuffled words", len(sums), len(known), null)


def like_pairs(seen: Seen, vectors: dict[str, np.ndarray], frequency):
    """For the pairs of different words of a sentence: weights (head, pair), cosine (pair,), what is held fixed (pair, …), and
    the pair's two words as places among the words, (pair, 2)."""
    small = [word.lower() for word in seen.query_words]
    places = [i for i, word in enumerate(small) if seen.words_only[i] and word in vectors]
    first, second = (grid.ravel() for grid in np.meshgrid(places, places, indexing="ij"))
    different = np.array([small[i] != small[j] for i, j in zip(first, second, strict=True)], bool)
    if not different.any():
        return None
    first, second = first[different], second[different]
    unit = np.stack(
        [vectors[word] / np.linalg.norm(vectors[word]) if word in vectors else 0 * first_of(vectors) for word in small]
    )
    often = np.log1p([frequency[word] for word in small])
    offset = np.clip(seen.offsets[first, second], -REACH - 2, REACH + 2)
    known = np.concatenate([np.eye(2 * REACH + 5)[offset + REACH + 2], often[first, None], often[second, None]], axis=1)
    place = {word: number for number, word in enumerate(places)}
    both = np.array([(place[i], place[j]) for i, j in zip(first, second, strict=True)])
    return seen.weights[:, first, second], (unit[first] * unit[second]).sum(-1), known, both


def first_of(vectors: dict[str, np.ndarray]) -> np.ndarray:
    return next(iter(vectors.values()))


def residuals(known: np.ndarray, values: np.ndarray) -> np.ndarray:
    """What of values (pair, …) the known (pair, …) do not explain linearly."""
    return values - known @ np.linalg.lstsq(known, values, rcond=None)[0]


def correlation(sums: np.ndarray) -> np.ndarray:
    """(3, …): Σ xy, Σ x², Σ y² to the correlation."""
    return sums[0] / np.sqrt(sums[1] * sums[2]).clip(1e-12)


def shuffled(weights: list, cosine: list, places: list, seed: int) -> float:
    """The 99th percentile of the greatest absolute correlation of all heads when words change places in every sentence."""
    random, top, length = np.random.default_rng(seed), 0.0, 0.0
    for w, c, both in zip(weights, cosine, places, strict=True):
        size = both.max() + 1
        table = np.zeros((size, size))  # equal words and the word itself: nothing beyond the mean
        table[both[:, 0], both[:, 1]] = c
        order = np.argsort(random.random((PERMUTATIONS, size)), axis=1)
        drawn = table[order[:, both[:, 0]], order[:, both[:, 1]]]  # (permutation, pair)
        top, length = top + w @ drawn.T, length + (drawn**2).sum(1)
    norms = np.sqrt(sum((w**2).sum(1) for w in weights))[:, None] * np.sqrt(length)
    return float(np.quantile(abs(top / norms.clip(1e-12)).max(0), 0.99))
