"""The same head with one thing changed: without √D, hotter, without the mask, without positions, its words shuffled.

Worth knowing: without positions, shuffling the words changes nothing but the order of the rows: attention by itself does not
know where a word stands.
"""

import numpy as np

from model.inside.head import Steps, work_through
from model.inside.opened import Inside
from model.networks.transformer import sinusoidal_positions
from model.reading.maps import read_only
from model.reading.run import Run

CHANGES = ("none", "unscaled", "temperature", "unmasked", "unplaced")


def compare(
    inside: Inside, unplaced: Inside, place: tuple[str, int, int, int], change: str, temperature: float = 1.0
) -> tuple[Steps, Steps]:
    """The same head and query twice: as the model does it, and with one thing changed.

    place: part, layer, head, row. change: one of CHANGES. unplaced: the same sentence, read without positions.
    """
    options = {
        "none": {},
        "unscaled": {"scaled": False},
        "temperature": {"temperature": temperature},
        "unmasked": {"masked": False},
        "unplaced": {},
    }
    if change not in options:
        raise ValueError(f'change must be one of {", ".join(CHANGES)}; got "{change}"')
    other = unplaced if change == "unplaced" else inside
    return work_through(inside, *place), work_through(other, *place, **options[change])


def shuffled_order(run: Run, seed: int = 0) -> tuple[int, ...]:
    """The source's tokens with the words in another order: each word's sub-words stay together, </s> stays last.

    A text of one word keeps its order.
    """
    last = len(run.source.words) - 1
    words = np.random.default_rng(seed).permutation(last)
    if (words == np.arange(last)).all():
        words = words[::-1]
    return tuple(token for word in (*words, last) for token in run.source.tokens_of(int(word)))


def in_text_order(inside: Inside, part: str, layer: int, head: int) -> np.ndarray:
    """One head's map (query, key), each word's row and column put back to where the word stands in the text."""
    weights, back = inside.blocks[part][layer].weights[head], np.argsort(inside.order)
    if part == "decoder":  # it looks at the translation, whose order nobody changed
        return weights
    return weights[back][:, back] if part == "encoder" else weights[:, back]


def shuffle_difference(inside: Inside, shuffled: Inside, part: str, layer: int, head: int) -> float:
    """How much shuffling the words changes what they give each other: greatest difference of two maps in text order, in [0, 1].

    Without positions it is 0 but for rounding: attention by itself does not know where a word stands.
    """
    maps = (in_text_order(each, part, layer, head) for each in (inside, shuffled))
    return float(np.abs(np.subtract(*maps)).max())


# --- positions ---


def position_code(length: int, width: int) -> np.ndarray:
    """(position, dimension): what is added to the embeddings, in [-1, 1] (Vaswani et al. 2017, section 3.5)."""
    return read_only(sinusoidal_positions(length, width).numpy())


def position_products(code: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The dot product of two positions by their distance: mean (length,) and greatest deviation from it (length,).

    Since sin a sin b + cos a cos b = cos(a - b) it depends on the distance alone; the deviation is rounding.
    """
    code = code.astype(float)
    diagonals = [np.diagonal(code @ code.T, distance) for distance in range(len(code))]
    means = np.array([diagonal.mean() for diagonal in diagonals])
    return means, np.array([np.abs(diagonal - mean).max() for diagonal, mean in zip(diagonals, means, strict=True)])
