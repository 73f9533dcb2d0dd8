"""The steps of one head as a list: their order, what each says, and what a change adds. No page is opened."""

from dataclasses import replace

import pytest

from model.inside.opened import look_inside
from model.inside.what_if import compare
from model.reading.recorded import EXAMPLES, recordings
from viz.scenes.choice import Choice
from viz.scenes.head import change_of, spot_of, worked
from viz.scenes.head_steps import head_steps
from viz.scenes.texts import LANGUAGES, texts

NAMES = ["embedding", "stream", "projection", "product", "scaling", "softmax", "mixture", "writing", "pushes"]
RUN = recordings("transformer")[EXAMPLES[0], 4]


@pytest.fixture(scope="module")
def inside():
    from model.reading.loading import load

    return look_inside(load("transformer"), RUN, positions=True, order=())


def work_of(inside, **chosen):
    choice = replace(Choice(), **chosen)
    spot, _ = spot_of(RUN, choice)
    return worked(RUN, choice, spot, compare(inside, inside, spot.names, *change_of(choice, spot.part)))


def names(steps) -> list[str]:
    return [step.name for step in steps]


def test_steps_come_in_the_order_of_the_formula(inside):
    work, missing = work_of(inside)
    assert names(head_steps(work, texts("en")["head"])) == NAMES and missing == []


def test_only_the_decoder_has_a_mask(inside):
    work, _ = work_of(inside, part="decoder")
    assert names(head_steps(work, texts("en")["head"])) == [*NAMES[:5], "mask", *NAMES[5:]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["encoder", "decoder", "cross"])
def test_every_step_has_a_sentence_a_formula_and_a_picture(inside, language, part):
    for step in head_steps(work_of(inside, part=part)[0], texts(language)["head"]):
        assert step.sentence and step.latex and all(step.drawn)
        assert "{" not in step.sentence.replace(r"\{", "")


def test_change_reaches_only_the_steps_after_it(inside):
    usual, changed = (
        head_steps(work_of(inside, change=change)[0], texts("en")["head"]) for change in ("none", "unscaled")
    )
    assert usual[:4] == changed[:4]
    assert all(one.drawn != other.drawn for one, other in zip(usual[4:], changed[4:], strict=True))


def test_key_that_is_not_there_is_named(inside):
    work, missing = work_of(inside, key=99)
    assert missing == [("word", 99)] and work.key == work.own.weights.argmax()
