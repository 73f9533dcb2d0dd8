"""Heads made by hand, measured once for all tests of roles."""

import numpy as np
import pytest

from model.evidence.roles.heads import part_rows
from model.evidence.roles.reference import Reference
from model.evidence.roles.rows import HeadRow
from model.language.tokenizer import split_words
from tests.evidence.roles.made import (
    FREQUENCY,
    SENTENCES,
    blind_to_grammar,
    even,
    far_and_right,
    following,
    like_words,
    made,
    nearest_noun,
    previous,
    random,
    resting,
)


@pytest.fixture(scope="session")
def vectors() -> dict:
    examples = Reference.of("validation", 11, SENTENCES).examples + Reference.of("test", 12, SENTENCES).examples
    words = sorted({word.lower() for one in examples for word, *_ in split_words(" " + one.source)})
    table = np.random.default_rng(5).normal(size=(len(words), 7))
    return dict(zip(words, table / np.linalg.norm(table, axis=1, keepdims=True), strict=True))


@pytest.fixture(scope="session")
def rows(vectors) -> dict[str, HeadRow]:
    """The rows of all hand-made heads, by the name of their rule."""
    rules = {
        "previous": previous,
        "even": even,
        "resting": resting,
        "resting but moving": resting,
        "same_word": following("same_word"),
        "coreference": following("coreference"),
        "noun_to_determiner": following("noun_to_determiner"),
        "subject_to_verb": following("subject_to_verb"),
        "adjective_to_noun": following("adjective_to_noun"),
        "rare_word": following("rare_word"),
        "blind to grammar": blind_to_grammar,
        "nearest noun": nearest_noun,
        "far": far_and_right,
        "like words": like_words(vectors),
        **{f"random {i}": random(3.0, seed=i) for i in range(25)},
        **{f"loose {i}": random(1.0, seed=100 + i) for i in range(10)},
    }
    moved = {list(rules).index("resting"): 0.1}
    both = [made(list(rules.values()), *source, moved) for source in (("validation", 11), ("test", 12))]
    result = part_rows("encoder", (1, len(rules)), *both, vectors, FREQUENCY)
    return dict(zip(rules, result, strict=True))
