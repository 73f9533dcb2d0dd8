"""The whole way through networks that were never trained."""

import json
from collections import Counter

import numpy as np
import pytest
import torch

from model.evidence.roles.find import find
from model.evidence.roles.heads import head_roles, summary
from model.evidence.roles.rows import Heads
from model.networks.build import build
from model.networks.recurrent import RecurrentConfig
from model.reading.readers.own import Translator


@pytest.fixture(scope="module")
def untrained(translator) -> Heads:
    ticks = []
    result = head_roles(translator, 40, lambda done, total: ticks.append((done, total)))
    assert ticks[-1] == (40, 40) and ticks == sorted(ticks)
    return result


def test_every_head_of_a_network_has_a_row(untrained, translator):
    counts = Counter(row.place.part for row in untrained.rows)
    assert counts == {"encoder": 2 * 3, "decoder": 5 * 3, "cross": 5 * 3}
    for row in untrained.rows:
        for name, score in row.scores.items():
            assert score.low - 1e-3 <= score.value <= score.high + 1e-3, name
            assert score.n > 0
    assert Heads.of(json.loads(json.dumps(untrained.record()))) == untrained
    assert summary(untrained).count("\n") == len(untrained.rows) - 1


def test_untrained_network_understands_nothing(untrained):
    for row in untrained.rows:
        assert not {"coreference", "same_word", "translation", "semantic"} & set(row.roles)


def test_weights_that_are_scored_are_those_of_a_run(translator, untrained):
    text = "The animal didn't cross the street because it was too tired."
    run = translator.read(text, beams=1)
    found = find(run, 7, 1, untrained)
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True) and len(found) == 6
    axis, first = run.source, found[0]
    it, animal = axis.tokens_of(7), axis.tokens_of(1)
    expected = run.maps["encoder"].weights(first.layer, first.head)[np.ix_(it, animal)].sum(1).mean()
    assert first.weight == pytest.approx(expected, abs=1e-6) and first.offset == -6


@pytest.mark.parametrize("attention, parts", [(True, {"cross": 1}), (False, {})])
def test_recurrent_models_have_one_head_or_none(tokenizer, attention, parts):
    torch.manual_seed(0)
    config = RecurrentConfig(len(tokenizer), attention=attention, width=11, hidden=14, score=7)
    result = head_roles(Translator(build(config), tokenizer, "small gru", torch.device("cpu")), 40)
    assert Counter(row.place.part for row in result.rows) == parts
    assert bool(result.note) == (not parts)


def test_too_few_sentences_are_refused(translator):
    with pytest.raises(ValueError, match="40 or more"):
        head_roles(translator, 39)
