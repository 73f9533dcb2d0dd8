"""Intervals against published values, and against what they promise: to hold the truth 95 times in a hundred."""

import numpy as np
import pytest

from model.reading.measures import bootstrap, clustered_wilson, wilson
from model.reading.place import label


def test_heads_count_from_one_on_screen():
    assert label(1, 3) == "layer 2 head 4"


def test_wilson_interval_matches_a_published_value():
    # 81 of 263: Newcombe 1998, table I, method 3: 0.2553 to 0.3662
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(5, 5)[1] == 1.0 and wilson(0, 5)[0] == 0.0


def test_single_events_need_no_correction():
    hits = np.arange(263)[:, None] < [81, 0]
    low, high = clustered_wilson(hits, np.arange(263))
    assert (low[0], high[0]) == pytest.approx(wilson(81, 263), abs=2e-3)  # differs by n / (n - 1) only
    assert (low[1], high[1]) == wilson(0, 263)


def test_copies_of_an_event_do_not_narrow_the_interval():
    hits, sentences = np.arange(100)[:, None] < [30], np.arange(100)
    once = clustered_wilson(hits, sentences)
    seven_times = clustered_wilson(np.repeat(hits, 7, 0), np.repeat(sentences, 7))
    assert seven_times[0] == pytest.approx(once[0], abs=1e-9) and seven_times[1] == pytest.approx(once[1], abs=1e-9)


def test_share_over_alike_words_is_covered():
    # 400 studies of 60 sentences with 5 words each; whether a word is a hit depends on its sentence: 0.7 on average
    random = np.random.default_rng(0)
    chance = random.beta(1.4, 0.6, (60, 400))
    hits = random.random((60, 5, 400)) < chance[:, None]
    low, high = clustered_wilson(hits.reshape(300, 400), np.repeat(np.arange(60), 5))
    # 0.92: three standard errors of a share of 0.95 over 400 studies below it
    assert np.mean((low < 0.7) & (high > 0.7)) > 0.92
    plain = [wilson(k, 300) for k in hits.sum((0, 1))]
    assert np.mean([a < 0.7 < b for a, b in plain]) < 0.85  # what the correction is for


def test_mean_is_covered_by_its_bootstrap():
    values = np.random.default_rng(1).exponential(2.0, (150, 400))  # skewed, mean 2
    low, high = bootstrap(values)
    assert 0.9 < np.mean((low < 2) & (high > 2)) < 0.98


def test_bootstrap_repeats():
    values = np.random.default_rng(2).random((11, 3))
    assert np.array_equal(bootstrap(values), bootstrap(values))


def test_nothing_measured_is_anything_possible():
    low, high = clustered_wilson(np.zeros((0, 3), bool), np.zeros(0, int))
    assert low.tolist() == [0, 0, 0] and high.tolist() == [1, 1, 1]


def test_weight_of_nothing_is_as_if_the_event_were_not_there():
    hits, sentences = np.arange(50)[:, None] % 7 < [3], np.arange(50) // 2
    weights = (np.arange(50) % 5 > 0).astype(float)
    kept = weights > 0
    assert clustered_wilson(hits, sentences, weights)[0] == pytest.approx(
        clustered_wilson(hits[kept], sentences[kept])[0], abs=5e-3
    )  # the sentences are still counted, so the last digit differs
