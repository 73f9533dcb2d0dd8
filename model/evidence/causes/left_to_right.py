"""Why a model that reads from left to right cannot show what *it* stands for.

Worth knowing: the same trained encoder reads both sentences twice, once as it is, and once under the decoder's causal mask,
where no word may look at a later one. In "because it was too tired / wide" the word that decides comes after *it*: under the
mask nothing at *it* can differ, and the difference is not small but exactly 0. This holds for any weights; ours were not
trained under the mask, so the masked rows themselves mean nothing.
"""

from dataclasses import dataclass

import numpy as np
import torch

from model.evidence.causes.interventions import shape_of
from model.evidence.causes.pairs import align, check_pair
from model.language.tokenizer import PAD
from model.networks.attention import causal_mask
from model.reading.readers.own import Translator
from model.reading.run import Axis


@dataclass(frozen=True)
class LeftToRight:
    """The greatest |difference| of the row of one word between two sentences, over all layers, heads and aligned keys.

    both_ways: in the encoder as it was trained; causal: in the same encoder under a causal mask.
    changes_before: whether the sentences already differ before the word; then a causal model can see it too.
    words: the word in each sentence, as an index.
    """

    both_ways: float
    causal: float
    changes_before: bool
    words: tuple[int, int]


def left_to_right(translator: Translator, first: str, second: str, word: int | None = None) -> LeftToRight:
    """The row of one word in two sentences, read both ways and from left to right.

    word: a word of the first sentence; None is its first "it". Raises ValueError if the sentences are the same, if there is
    no "it", or if the word has no counterpart in the second sentence.
    """
    shape_of(translator.network)
    check_pair(first, second)
    axes = [translator.source_axis(text) for text in (first, second)]
    alignment = align(*axes)
    word = first_it(translator, axes[0]) if word is None else word
    words = (word, alignment.second(word))
    longest = max(map(len, axes))
    both_ways, causal = (
        [rows_of(translator, axis, at, longest, mask) for axis, at in zip(axes, words)] for mask in (0, 1)
    )
    keys = np.array(alignment.tokens).T
    before = any(alignment.changed[0][:word]) or any(alignment.changed[1][: words[1]])
    return LeftToRight(greatest(both_ways, keys), greatest(causal, keys), before, words)


def first_it(translator: Translator, axis: Axis) -> int:
    for token in axis.tokens:
        if token.id in translator.it_ids:
            return token.word
    raise ValueError("There is no “it” in the first sentence: choose another word.")


@torch.inference_mode()
def rows_of(translator: Translator, axis: Axis, word: int, length: int, causal: bool) -> np.ndarray:
    """(layer, head, key): the row of one word, the mean over its tokens, in a sentence padded to `length` tokens.

    Both sentences have one length, so that equal rows are equal to the bit: matrices of different shapes are summed in
    different orders.
    """
    network, record = translator.network, []
    ids = [token.id for token in axis.tokens]
    source = torch.tensor([ids + [PAD] * (length - len(ids))], device=translator.device)
    mask = (source != PAD)[:, None, None, :]
    if causal:
        mask = causal_mask(length, translator.device)  # padding comes last: no word can see it
    x = network.embed(source)
    for layer in network.encoder:
        x = layer(x, mask, record)
    weights = torch.stack([entry.weights[0] for entry in record]).cpu().numpy()  # (layer, head, query, key)
    return weights[:, :, axis.tokens_of(word)].mean(2)


def greatest(rows: list[np.ndarray], keys: np.ndarray) -> float:
    """keys: (2, aligned): the columns of each sentence that belong together."""
    return float(np.abs(rows[0][..., keys[0]] - rows[1][..., keys[1]]).max())
