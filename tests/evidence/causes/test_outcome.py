"""Whatever is measured: log-odds of any tokens, compared, measured over pairs and carried over like il and elle."""

import numpy as np
import pytest
import torch

from model.evidence.causes.compare import compare
from model.evidence.causes.held_out import Pairs, held_out, members_of
from model.evidence.causes.interventions import Intervention
from model.evidence.causes.outcome import Measure, Outcome, log_odds
from model.evidence.causes.patching import patching
from model.evidence.causes.questions import leanings, question, written_ids
from model.language.pronouns import PronounExample
from model.language.tokenizer import START
from model.reading.place import Place
from model.reading.readers.own import Translator
from tests.evidence.causes.conftest import TIRED, WIDE


def first_word(translator: Translator, text: str, target) -> Outcome | None:
    """The first sub-word it writes against two that it does not."""
    others = tuple(token for token in (17, 19, 23) if token != target[0])[:2]
    return Outcome(0, (target[0],), others) if target else None


FIRST_WORD = Measure("first word", "log p(first) - log p(other)", first_word)


def test_log_odds_add_up_what_stands_on_a_side():
    # log((1/2 + 1/4) / (1/8)) = log 6; and (1/8) / (1/2) = 1/4
    logits = torch.log(torch.tensor([[1 / 2, 1 / 4, 1 / 8, 1 / 8]] * 2, dtype=torch.float64))
    found = log_odds(logits, [Outcome(0, (0, 1), (2,)), Outcome(3, (3,), (0,))])
    assert found.tolist() == pytest.approx([np.log(6), np.log(1 / 4)])


def test_an_outcome_has_two_sides():
    outcome = Outcome(5, (7, 11), (13,))
    assert [outcome.side(token) for token in (7, 11, 13, 17)] == [1, 1, -1, 0]
    for sides in (((), (3,)), ((3,), ()), ((2, 3), (3, 5))):
        with pytest.raises(ValueError, match="must be different tokens"):
            Outcome(0, *sides)


def test_whatever_is_measured_is_compared(small):
    """The untrained network writes no il and no elle; what it writes first is an outcome like any other."""
    done = compare(small, TIRED, Intervention((Place("cross", 0, 0),)), beams=1, measure=FIRST_WORD)
    asked_for = question(small, done.before, FIRST_WORD)
    outcome, logits = asked_for.outcome, small.network(*(torch.tensor([x]) for x in (asked_for.source, [START])))
    p = logits[0, 0].detach().softmax(-1)
    expected = float(p[outcome.wanted[0]].log() - p[list(outcome.others)].sum().log())
    assert done.step == 0 and done.log_odds[0] == pytest.approx(expected, abs=1e-4) and done.band.sets == 2
    assert done.log_odds[1] != done.log_odds[0]


def test_whatever_is_measured_is_measured_over_pairs(small):
    examples = tuple(PronounExample(text, "", "", "", "", "") for text in (TIRED, WIDE))
    ids = [written_ids(small.read(text, 1)) for text in (TIRED, WIDE)]
    members = members_of(small, examples, ids, FIRST_WORD)
    found = held_out(small, Pairs((members,), 0, FIRST_WORD), lambda *_: Intervention((Place("cross", 0, 0),)), None, 1)
    before = leanings(small.network, [one.question for one in members]).sum()
    assert found["n"] == 1 and found["separation_before"] == pytest.approx(before, abs=1e-4)
    assert found["mean_change"] != 0 and found["random"]["sets"] == 1


def test_whatever_is_measured_is_carried_over(small):
    with pytest.raises(ValueError, match=r"two sentences log p\(first\) - log p\(other\) differs by"):
        patching(small, TIRED, WIDE, 1, FIRST_WORD)  # untrained: both sentences are nearly alike to it
    with pytest.raises(ValueError, match="has no il or elle for “it”: there is nothing to measure"):
        patching(small, TIRED, WIDE, 1)
