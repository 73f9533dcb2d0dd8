"""Intervals for what is measured about heads, wherever it is measured.

Worth knowing: words of one sentence are not independent, so neither are hits on them. A share over words is counted as if
there were as many of them as carry the same information one by one (the effective n), or its interval would be too narrow.
"""

import math

import numpy as np


def wilson(successes: float, n: float, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): both ends in [0, 1]; (0, 1) without data."""
    if not n:
        return 0.0, 1.0
    share, width = successes / n, z * math.sqrt(successes * (n - successes) / n + z * z / 4)
    centre = successes + z * z / 2
    return (centre - width) / (n + z * z) if share else 0.0, (centre + width) / (n + z * z) if share < 1 else 1.0


def clustered_wilson(
    hits: np.ndarray, sentences: np.ndarray, weights: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Wilson intervals of shares over events of which several come from one sentence (Korn & Graubard 1998).

    hits: (event, head), boolean; sentences: (event,), whole numbers; weights: (event,), how much each counts, all alike if
    not given. Returns both ends, (head,) each, in [0, 1].
    n is the number of independent events whose share would vary as much as this one does from sentence to sentence.
    """
    n, heads = hits.shape
    if not n:
        return np.zeros(heads), np.ones(heads)
    weights = np.full(n, 1 / n) if weights is None else weights / weights.sum()
    share, order = weights @ hits, np.unique(sentences, return_inverse=True)[1]
    residuals = np.zeros((order.max() + 1, heads))
    np.add.at(residuals, order, weights[:, None] * (hits - share))
    groups, most = len(residuals), 1 / (weights**2).sum()
    between = (residuals**2).sum(0) * groups / max(groups - 1, 1)
    # Where every event is a hit, or none is, the events cannot tell how alike they are: the sentences are counted.
    apart = between > 1e-12
    sizes = np.where(apart, np.minimum(share * (1 - share) / np.where(apart, between, 1.0), most), min(groups, most))
    share = share.clip(0, 1)
    ends = [wilson(p * size, size) for p, size in zip(share, sizes, strict=True)]
    return np.array([low for low, _ in ends]), np.array([high for _, high in ends])


def bootstrap(values: np.ndarray, draws: int = 1000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """95 % intervals of means over sentences, by drawing sentences anew (Efron 1979, percentile).

    values: (sentence, head), one number a sentence. Returns both ends, (head,) each; the same for the same seed.
    """
    counts = np.random.default_rng(seed).multinomial(len(values), np.full(len(values), 1 / len(values)), draws)
    low, high = np.percentile(counts @ values / len(values), [2.5, 97.5], axis=0)
    return low, high
