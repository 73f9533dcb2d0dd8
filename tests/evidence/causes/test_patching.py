"""Patching: what one head wrote in one sentence, put into the other."""

import pytest
import torch

from model.evidence.causes.interventions import all_heads
from model.evidence.causes.pairs import align
from model.evidence.causes.patching import Patching, patching
from model.evidence.causes.questions import leanings
from model.reading.place import Place
from model.reading.readers.own import Translator
from tests.evidence.causes.conftest import LONG, TIRED, WIDE, asked
from tests.evidence.causes.test_interventions import by_hand


def made_ready(translator: Translator, clean: str, corrupted: str) -> Patching:
    alignment = align(*(translator.source_axis(text) for text in (clean, corrupted)))
    questions = tuple(asked(translator, text) for text in (clean, corrupted))
    return Patching(
        translator, questions, alignment, *(float(leanings(translator.network, [one])[0]) for one in questions)
    )


@pytest.mark.parametrize("corrupted", [WIDE, LONG])
def test_patching_everything_is_the_other_run_and_nothing_is_none(small, corrupted):
    ready = made_ready(small, TIRED, corrupted)
    found = ready.patched(ready.values(), [all_heads(small.network), []])
    assert found == pytest.approx([1, 0], abs=1e-3)  # 1e-5 over a difference of a few hundredths


@pytest.mark.parametrize("head", [Place("encoder", 1, 2), Place("decoder", 3, 0), Place("cross", 4, 1)])
@pytest.mark.parametrize("corrupted", [WIDE, LONG])
def test_patching_a_head_is_writing_its_values_by_hand(small, head, corrupted):
    ready = made_ready(small, TIRED, corrupted)
    clean, other = ready.questions
    theirs = ready.values()[head.part][head.layer][:, head.head]
    steps = [(step, step) for step in range(len(clean.prefix))]

    def edit(part, layer, weights, values, mixed):
        if (part, layer) == head[:2]:
            mixed = mixed.clone()
            for there, here in ready.alignment.tokens if part == "encoder" else steps:
                mixed[:, head.head, here] = theirs[:, there]
        return mixed

    logits = by_hand(small.network, torch.tensor([other.source]), torch.tensor([other.prefix]), edit)[0, -1]
    patched = float(logits[other.outcome.wanted[0]] - logits[other.outcome.others[0]])
    expected = (patched - ready.corrupted) / (ready.clean - ready.corrupted)
    assert ready.patched(ready.values(), [[head]]) == pytest.approx([expected], abs=1e-3)


def test_every_head_and_layer_has_an_effect(small):
    ready = made_ready(small, TIRED, WIDE)
    found = list(ready.effects())
    assert len(found) == ready.steps == 2 * 4 + 5 * 4 + 5 * 4
    first = [("encoder", 0, 0), ("encoder", 0, 1), ("encoder", 0, 2), ("encoder", 0, None), ("encoder", 1, 0)]
    assert [(one.part, one.layer, one.head) for one in found][:5] == first
    layer = [Place("encoder", 0, head) for head in range(3)]
    alone = [ready.patched(ready.values(), [some])[0] for some in ([layer[0]], [layer[1]], [layer[2]], layer)]
    assert alone == pytest.approx([one.effect for one in found[:4]], abs=1e-3)


def test_patching_needs_a_difference(shipped):
    with pytest.raises(ValueError, match="are the same"):
        patching(shipped, TIRED, TIRED + " ")
    with pytest.raises(ValueError, match="no il or elle"):
        patching(shipped, "I like apples.", "I like bread.")
    with pytest.raises(ValueError, match="no word in common"):
        patching(shipped, TIRED, "We always wanted to know more about stars!")
    with pytest.raises(ValueError, match=r"differs by .* only, less than 0\.5"):
        patching(shipped, TIRED, TIRED.replace("The", "This"))


def test_patching_says_what_it_could_not_align(shipped):
    ready = patching(shipped, TIRED, "The animal didn't cross the street because it was far too wide.")
    assert not ready.whole and len(ready.alignment.tokens) == len(ready.questions[1].source) - 1
    assert patching(shipped, TIRED, WIDE).whole
