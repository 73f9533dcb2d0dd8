"""A sentence before and after an intervention, and the random heads that it is compared with."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.evidence.causes.compare import compare, mean_values, random_interventions
from model.evidence.causes.interventions import Edge, Intervention, all_heads, altered, shape_of, written
from model.evidence.causes.questions import question
from model.language.pronouns import examples
from model.language.tokenizer import START
from model.reading.place import Place
from model.reading.reader import TextError
from model.reading.readers.own import Translator
from tests.evidence.causes.conftest import FLOAT32, TIRED


def test_nothing_done_changes_nothing(small):
    done = compare(small, TIRED, Intervention())
    assert done.after is done.before and done.change in (None, 0.0)
    np.testing.assert_allclose(np.exp(done.forced), done.before.probabilities, rtol=1e-5)


def test_before_and_after_are_what_each_network_writes(small):
    heads = Intervention(tuple(head for head in all_heads(small.network) if head.part == "encoder"))
    done = compare(small, TIRED, heads, beams=2)
    alone = Translator(altered(small.network, heads), small.tokenizer, "small", torch.device("cpu")).read(TIRED, 2)
    assert done.before.probabilities == small.read(TIRED, 2).probabilities
    assert done.after.translation == alone.translation and done.after.probabilities == alone.probabilities
    assert len(done.forced) == len(done.before.target)


def test_without_a_pronoun_there_are_no_log_odds(small):
    done = compare(small, "the dog sleeps", Intervention((Place("cross", 0, 0),)))
    assert question(small, done.before) is None  # untrained: it writes no il
    assert (done.step, done.log_odds, done.band, done.change) == (None, None, None, None)


def test_a_text_that_cannot_be_read_says_so(small):
    with pytest.raises(TextError, match="no text to read"):
        compare(small, " ", Intervention((Place("cross", 0, 0),)))


def test_random_controls_are_other_heads_of_the_same_layers(shipped):
    chosen = Intervention((Place("cross", 1, 2), Place("encoder", 0, 5), Place("encoder", 0, 7)), "uniform")
    controls = random_interventions(shipped.network, chosen, {}, 20, seed=0)
    assert len(set(controls)) == 20 and controls == random_interventions(shipped.network, chosen, {}, 20, seed=0)
    for control in controls:
        assert control.how == "uniform" and not set(control.heads) & set(chosen.heads)
        assert sorted(head[:2] for head in control.heads) == sorted(head[:2] for head in chosen.heads)


def test_random_controls_of_an_edge_go_elsewhere(shipped):
    to_animal = Intervention(edges=(Edge("encoder", (1,), (8,)),))
    for control in random_interventions(shipped.network, to_animal, {"encoder": 13}, 20, seed=0):
        (other,) = control.edges
        assert other.keys != (1,) and 8 not in other.keys and replace(other, keys=(1,)) == to_animal.edges[0]
    one_head = Intervention(edges=(Edge("encoder", (1,), (8,), 2, 3),))
    controls = random_interventions(shipped.network, one_head, {"encoder": 13}, 20, seed=0)
    assert {control.edges[0].head for control in controls} == {0, 1, 2, 4, 5, 6, 7}


def test_all_heads_have_no_control(shipped):
    assert random_interventions(shipped.network, Intervention(tuple(all_heads(shipped.network))), {}, 20, seed=0) == []


def test_cutting_it_to_the_animal_changes_the_pronoun(shipped):
    """it -> animal, in every head of the encoder: the network takes the street. it -> street changes nothing."""
    run = shipped.read(TIRED)
    it, animal, street = (run.source.tokens_of(word) for word in (7, 1, 5))
    cut, other = (
        compare(shipped, run, Intervention(edges=(Edge("encoder", tuple(keys), tuple(it)),)))
        for keys in (animal, street)
    )
    assert "qu'il était" in cut.before.translation and "qu'elle était" in cut.after.translation
    assert cut.log_odds[0] > 3 and cut.log_odds[1] < -3
    assert other.after.translation == run.translation and abs(other.change) < 1
    assert cut.change < cut.band.median and not cut.nonsense


def test_all_heads_off_is_nonsense_and_called_so(shipped):
    done = compare(shipped, TIRED, Intervention(tuple(all_heads(shipped.network))))
    assert done.nonsense and done.plausibility < 0.05 and done.band is None


def test_mean_values_are_those_of_every_sentence_alone(small):
    found, few = mean_values(small, 3), examples("validation", seed=7, count=3)
    heard = [
        written(
            small.network,
            *(torch.tensor([ids]) for ids in (small.ids(one.source), [START, *small.ids(one.target)[:-1]])),
        )
        for one in few
    ]
    for part, (layers, heads) in shape_of(small.network).items():
        expected = torch.cat([values[part][:, 0] for values in heard], dim=2).mean(2)
        assert found[part].shape == (layers, heads, 11)
        torch.testing.assert_close(found[part], expected, atol=FLOAT32, rtol=1e-4)
