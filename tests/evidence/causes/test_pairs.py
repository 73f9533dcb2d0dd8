"""Two sentences side by side: words are aligned, not positions."""

import numpy as np
import pytest

from model.evidence.causes.pairs import align, difference, most_moved_candidates, most_moved_word, shifts, word_rows
from model.reading.run import Axis, Word
from tests.evidence.causes.conftest import LONG, TIRED


def words_of(alignment, first, second):
    return [(first.words[one].text, second.words[other].text) for one, other in alignment.words]


def test_words_are_aligned_not_positions(small):
    first, second = small.source_axis(TIRED), small.source_axis(LONG)
    alignment = align(first, second)
    pairs = words_of(alignment, first, second)
    assert ("it", "it") in pairs and ("tired", "wide") in pairs and len(pairs) == len(first.words)
    changed = [
        [word.text for word, other in zip(axis.words, side, strict=True) if other]
        for axis, side in zip((first, second), alignment.changed, strict=True)
    ]
    assert changed == [["tired"], ["old", "wide"]]
    assert alignment.second(1) == 2  # animal
    back = align(second, first)
    with pytest.raises(ValueError, match="word 2 of the first sentence has no counterpart"):
        back.second(1)  # old


def test_tokens_of_a_changed_word_are_aligned_where_there_are_as_many(small):
    first, second = small.source_axis("the dog"), small.source_axis("the zzzzzz")
    assert len(second.tokens_of(1)) != len(first.tokens_of(1))
    ours, theirs = (len(axis.tokens_of(0)) for axis in (first, second))
    assert ours == theirs == 1
    assert align(first, second).tokens == ((0, 0), (len(first) - 1, len(second) - 1))


def test_equal_sentences_have_nothing_changed(small):
    alignment = align(small.source_axis(TIRED), small.source_axis(TIRED))
    assert not any(map(any, alignment.changed)) and len(alignment.tokens) == len(small.ids(TIRED))


def test_shifts_rank_heads_by_how_far_the_row_moves(small):
    first, second = small.read(TIRED, 1), small.read(LONG, 1)
    found = shifts(first, second, 7, (1, 5))  # it; animal, street
    assert len(found) == 6 and [abs(one.flip) for one in found] == sorted(
        (abs(one.flip) for one in found), reverse=True
    )

    def m(run, layer, head, it, a, b):  # by hand: mean over the pieces of it, sum over the pieces of a noun
        rows = run.maps["encoder"].weights(layer, head)[run.source.tokens_of(it)].mean(0)
        return rows[run.source.tokens_of(a)].sum() - rows[run.source.tokens_of(b)].sum()

    for one in found:
        assert one.first == pytest.approx(m(first, one.layer, one.head, 7, 1, 5), abs=1e-6)
        assert one.second == pytest.approx(m(second, one.layer, one.head, 8, 2, 6), abs=1e-6)


def test_difference_is_first_minus_second_over_aligned_words(small):
    first, second = (small.read(text, 1).maps["encoder"] for text in (TIRED, LONG))
    found = difference(first, second, (word_rows(first)[1, 2], word_rows(second)[1, 2]))
    assert found.queries == found.keys and "tired / wide" in found.keys and "old" not in found.keys
    assert found.values.shape == (len(found.queries), len(found.keys))
    animal, it = found.keys.index("animal"), found.queries.index("it")
    ours = first.weights(1, 2)[first.query_axis.tokens_of(7)].mean(0)[first.key_axis.tokens_of(1)].sum()
    theirs = second.weights(1, 2)[second.query_axis.tokens_of(8)].mean(0)[second.key_axis.tokens_of(2)].sum()
    assert found.values[it, animal] == pytest.approx(ours - theirs, abs=1e-6)
    assert np.abs(difference(first, first, (word_rows(first),) * 2).values).max() == 0
    nothing = small.read("zz yy xx", 1).maps["encoder"]
    with pytest.raises(ValueError, match="no word in common"):
        difference(first, nothing, (word_rows(first), word_rows(nothing)))


def test_word_that_moves_most_is_one_that_both_have():
    first, second = (Axis(tuple(map(Word, words.split())), ()) for words in ("a b c d", "a b x d"))
    changes = np.zeros((2, 3, 4, 4))
    changes[0, 1, 2] = [0.5, -0.5, 0, 0]  # "c / x", which is changed itself
    changes[1, 2, 3] = [0.1, -0.4, 0.3, 0]
    assert most_moved_word(first, align(first, second), changes) == 3
    assert most_moved_candidates(align(first, second), changes, 3) == (2, 1)
