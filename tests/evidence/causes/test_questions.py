"""The question that is put: which word is the pronoun of *it*, and how a network leans there."""

from functools import cache

import pytest
import torch

from model.evidence.causes.pronoun import pronoun_step
from model.evidence.causes.questions import leanings
from model.language.pronouns import examples
from model.language.tokenizer import Tokenizer
from model.reading.axes import source_axis
from model.reading.recorded import CHECKPOINTS
from model.training.evaluate import pronoun_of
from tests.evidence.causes.conftest import FLOAT32, LONG, TIRED, asked


@cache
def tokenizer() -> Tokenizer:
    return Tokenizer.load(CHECKPOINTS / "transformer" / "tokenizer.json")


def target_axis(text: str):
    return source_axis(tokenizer(), text)


@pytest.mark.parametrize(
    "sentence, translation, word",
    [
        (TIRED, "L'animal n'a pas traversé la rue parce qu'il était trop fatigué.", "il"),
        ("It is wide.", "Elle est large.", "elle"),
        ("He likes the house because it is old.", "Il aime la maison parce qu'elle est vieille.", "elle"),
        ("Is it asleep?", "Dort-il ?", "il"),
        ("There is a dog because it is old.", "Il y a un chien parce qu'elle est vieille.", "elle"),
    ],
)
def test_the_pronoun_of_it_is_found(sentence, translation, word):
    target = target_axis(translation)
    assert target.tokens[pronoun_step(sentence, target)].text.lower() == word


def test_no_pronoun_is_none():
    assert pronoun_step("It is there.", target_axis("Il y a un chien.")) is None
    assert pronoun_step("The dog sleeps.", target_axis("Le chien dort sur l'illusion.")) is None


def test_the_pronoun_is_the_one_that_evaluation_counts():
    for example in examples("validation", seed=13, count=300):
        target = target_axis(example.target)
        step = pronoun_step(example.source, target)
        found = "" if step is None else target.tokens[step].text.lower()
        assert found == pronoun_of(example.source, example.target)


def test_log_odds_are_those_of_the_softmax(small):
    one, two = asked(small, TIRED), asked(small, LONG, "Il")
    found = leanings(small.network, [one, two])  # of different lengths: padded
    for ratio, place in zip(found, (one, two), strict=True):
        logits = small.network(torch.tensor([place.source]), torch.tensor([place.prefix]))[0, -1].detach()
        log_p = logits.log_softmax(-1)
        assert ratio == pytest.approx(
            float(log_p[place.outcome.wanted[0]] - log_p[place.outcome.others[0]]), abs=FLOAT32
        )
