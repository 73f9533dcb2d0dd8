"""The pieces that scores are made of, worked on paper."""

from dataclasses import replace

import numpy as np
import pytest

from model.evidence.roles.reference import Reference, cut, evenness
from model.evidence.roles.scores import counted, events_of, flip
from model.evidence.roles.seen import Seen, same_words
from model.reading.maps import to_words
from model.reading.run import Axis, Token, Word
from tests.evidence.roles.made import bare_seen, itself, made, one_hot, random


def test_best_of_many_random_heads_stays_under_the_null():
    # 150 heads that choose a noun by coin flip one pair in four; the best of them far more often
    seen, reference = made([random(3.0, seed=1000 + i) for i in range(150)], "test", 12)
    score = flip(seen, reference.pairs)
    assert score.value.mean() == pytest.approx(0.25, abs=0.03) and score.value.max() > 0.35
    assert score.value.max() < score.null


def test_share_counts_every_distance_alike():
    # three determiners at once and one behind an adjective; the head finds the adjacent ones only: (1 + 0) / 2
    words = ("the", "dog", "saw", "the", "cat", "and", "the", "old", "cow", "my", "pig")
    bare = bare_seen(0, words)
    arcs = [(1, [0]), (4, [3]), (8, [6]), (10, [9])]
    seen = [
        replace(bare, sentence=i, targets={"noun_to_determiner": arcs}, weights=blind(bare, arcs)[None])
        for i in range(25)
    ]
    score, picked = counted(events_of(seen, "noun_to_determiner"), level=True)
    assert score.value[0] == pytest.approx(0.5) and score.baseline[0] == pytest.approx(0.5)
    assert score.extra["plain"][0] == pytest.approx(0.75) and picked.offsets == (-2, -1)


def blind(seen: Seen, arcs) -> np.ndarray:
    keys = itself(seen)
    for query, _ in arcs:
        keys[query] = query - 1
    return one_hot(seen, keys)


def test_words_take_the_sum_of_pieces_and_give_the_mean():
    axis = Axis((Word("un"), Word("wide")), (Token("u", 1, 0), Token("n", 2, 0), Token("wide", 3, 1)))
    weights = np.array([[0.1, 0.2, 0.7], [0.3, 0.0, 0.7], [0.5, 0.25, 0.25]])
    # row "un": mean of (0.1 + 0.2, 0.7) and (0.3 + 0, 0.7)
    assert to_words(weights, axis, axis) == pytest.approx(np.array([[0.3, 0.7], [0.75, 0.25]]))


def test_same_word_is_never_itself_nor_a_comma():
    seen = bare_seen(0, ("The", ",", "the", ",", "dog"))
    assert same_words(seen) == [(0, [2]), (2, [0])]


def test_evenness_of_a_uniform_row_is_one_and_of_a_sure_row_zero():
    weights = np.stack([np.full((5, 7), 1 / 7), np.eye(7)[:5]])
    spread, random_rows = evenness(weights, causal=False)
    assert spread == pytest.approx([1, 0], abs=1e-6)
    # (1/2 + 1/3 + … + 1/7) / ln 7 = 1.5929 / 1.9459
    assert random_rows == pytest.approx(0.8186, abs=1e-4)
    flat = np.random.default_rng(0).dirichlet(np.ones(7), (1, 20_000))
    assert evenness(flat, causal=False)[0] == pytest.approx(random_rows, abs=0.003)


def test_minimal_pairs_are_found_again_in_the_mixture():
    reference = Reference.of("validation", 3, 100)
    assert len(reference.pairs) == 30
    for i, j in reference.pairs:
        first, second = reference.examples[i], reference.examples[j]
        assert (first.antecedent, first.distractor) == (second.distractor, second.antecedent)


def test_decoder_rows_belong_to_the_word_they_write(translator):
    example = Reference.of("test", 12, 40).examples[0]
    sentence = cut(translator, 0, example)
    assert [word.text for word in sentence.prefix.words[1:]] == [word.text for word in sentence.target.words[:-1]]
    assert len(sentence.prefix) == len(sentence.target)
