"""Find the head: which heads join two words, and whether they make a habit of it."""

from dataclasses import replace

import numpy as np
import pytest

from model.evidence.roles.find import find
from model.evidence.roles.rows import Heads
from model.reading.maps import Dot, Maps
from model.reading.place import Place
from model.reading.run import Asked, Axis, Run, Token, Word
from tests.evidence.roles.made import SENTENCES


def measured(rows) -> Heads:
    return Heads("made", SENTENCES, SENTENCES, "", "", 0.0, 0.0, tuple(rows))


def run_with(weights: np.ndarray, words: list[str]) -> Run:
    """A Run whose one encoder layer has these weights, (head, query, key), all greater than 0."""
    n = len(words)
    axis = Axis(
        (*map(Word, words), Word("</s>", "special")), tuple(Token(w, i, i) for i, w in enumerate([*words, "</s>"]))
    )
    queries = np.log(weights)[None] * np.sqrt(n + 1)  # keys are the unit matrix, so the scores are the logarithms
    keys = np.tile(np.eye(n + 1), (1, len(weights), 1, 1))
    maps = {"encoder": Maps(Dot(queries, keys), axis, axis)}
    return Run(Asked("made", " ".join(words)), {"source": axis}, maps)


def test_coincidence_is_told_from_habit(rows):
    words = ["The", "cat", "saw", "the", "old", "dog"]
    weights = np.full((2, 7, 7), 0.05)
    weights[:, 5, 3] = 0.7  # dog → the, over "old"
    known = measured(
        replace(rows[name], place=Place("encoder", 0, head))
        for head, name in enumerate(("noun_to_determiner", "random 0"))
    )
    run = run_with(weights / weights.sum(-1, keepdims=True), words)
    habit, chance = sorted(find(run, 5, 3, known), key=lambda one: one.head)
    assert habit.weight == pytest.approx(0.7, abs=1e-5) and chance.weight == pytest.approx(0.7, abs=1e-5)
    assert (habit.like, habit.usual, habit.coincidence) == ("noun_to_determiner", 1.0, False)
    assert chance.coincidence and chance.usual < 0.3
    by_offset = find(run, 2, 4, known)[0]
    assert (by_offset.like, by_offset.offset) == ("offset", 2) and by_offset.coincidence


@pytest.mark.parametrize("query, key, part", [(9, 0, "encoder"), (0, -1, "encoder"), (0, 0, "cross")])
def test_word_or_part_that_is_not_there_is_one_sentence(query, key, part):
    run = run_with(np.full((1, 3, 3), 1 / 3), ["the", "dog"])
    with pytest.raises(ValueError, match="must be"):
        find(run, query, key, measured(()), part)
