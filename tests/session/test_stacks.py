"""What a colour may mean besides the weight: what goes to the browser is what model/evidence/meaning.py says."""

import numpy as np
import pytest

from model.evidence.causes import meaning
from model.reading.recorded import EXAMPLES
from tests import decoded
from viz.components.explorer import pack_stack, with_length
from viz.scenes import explore, wire
from viz.scenes import heads as heads_scene
from viz.scenes.choice import Choice
from viz.scenes.texts import LANGUAGES
from viz.session import caches, roles, stacks


@pytest.fixture(autouse=True)
def forget():
    stacks.stack.clear()


@pytest.fixture
def run(translator, monkeypatch):
    monkeypatch.setattr(caches, "translator", lambda model: translator)
    return translator.read(EXAMPLES[0], beams=1)


def received(run, stack: bytes) -> dict:
    """What the browser makes of a stack, each part's numbers as (word or 1, layer, head, query, key)."""
    caches.picture.clear()
    return decoded.explorer(with_length({}) + caches.picture(run.model, run.text, run.beams, run) + stack)["stack"]


def near(numbers: np.ndarray, expected: np.ndarray) -> bool:
    """To the precision of 16 bits: the root is exact to 1/131070, and the slope of the square is 2 at most."""
    return bool(np.abs(numbers - expected).max() <= 2e-5 * expected.max())


def test_nothing_at_all_stays_nothing():
    packed = pack_stack({"meaning": "gradient"}, 8, {"cross": np.zeros((1, 2, 3, 5, 7))})
    assert set(packed[-2 * 3 * 5 * 7 :]) == {0}


def test_number_below_zero_is_refused():
    with pytest.raises(ValueError, match=r"0 or more; the least is -1\.0"):
        pack_stack({}, 8, {"cross": np.full((1, 1, 1, 1, 1), -1.0)})


def test_moved_is_what_the_model_says(run, translator):
    expected, sent = meaning.moved(translator, run), received(run, stacks.packed(run, "moved", None))
    assert all(near(sent["parts"][part]["numbers"][0], expected[part]) for part in run.maps)


def test_rollout_has_one_map_a_layer(run):
    expected, sent = meaning.rollout(run), received(run, stacks.packed(run, "rollout", None))
    for part in run.maps:
        assert sent["parts"][part]["heads"] == 1
        assert near(sent["parts"][part]["numbers"][0, :, 0], expected[part])


def test_gradient_comes_for_every_word_that_fits(run, translator, monkeypatch):
    many = translator.read(EXAMPLES[0], beams=4)  # nonsense of 39 words
    monkeypatch.setattr(wire, "WIRE_BYTES", 10 * wire.cells(many))  # five words, two bytes a number
    sent = received(many, stacks.packed(many, "gradient", 6))
    assert sent["words"] == [5, 6, 7, 8, 9]
    for part in many.maps:
        assert near(sent["parts"][part]["numbers"][1], meaning.gradient(translator, many, 6)[part])


def test_long_translation_travels_word_by_word(run, monkeypatch):
    monkeypatch.setattr(wire, "WIRE_BYTES", 1)
    assert stacks.words_with(run, run.target.tokens[3].word) == (run.target.tokens[3].word,)


def test_word_that_is_not_there_is_refused(run):
    with pytest.raises(ValueError):
        stacks.words_with(run, 999)


def test_meanings_are_those_of_the_model():
    """Hiding sinks goes with every meaning, so it is a switch of its own."""
    assert set(explore.MEANINGS) == set(meaning.MEANINGS) - {"sinks_hidden"}


def test_recurrent_model_has_nothing_to_roll_through(recurrent):
    assert "rollout" not in stacks.meanings(recurrent["gru-attention"].read("The dog sleeps.", beams=1))
    assert stacks.meanings(recurrent["gru"].read("The dog sleeps.", beams=1)) == []


# --- what the browser asks for ---


def asks(monkeypatch, **asked) -> None:
    monkeypatch.setattr("streamlit.session_state", {"explorer": {"wanted": asked}})


def test_what_is_asked_for_is_sent(run, monkeypatch):
    asks(monkeypatch, run=wire.run_id(run), meaning="moved", word=None)
    assert received(run, stacks.asked_for(run, Choice()))["meaning"] == "moved"


@pytest.mark.parametrize(
    "asked", [{}, {"run": "another"}, {"meaning": "weights"}, {"meaning": ["moved"]}, {"meaning": "../x"}]
)
def test_nonsense_is_answered_with_nothing(run, monkeypatch, asked):
    asks(monkeypatch, **{"run": wire.run_id(run), "meaning": "nothing"} | asked)
    assert stacks.asked_for(run, Choice()) == b""


def test_failure_is_one_sentence(run, monkeypatch):
    asks(monkeypatch, run=wire.run_id(run), meaning="gradient", word=999)
    assert "could not be worked out" in received(run, stacks.asked_for(run, Choice()))["failed"]


def test_meaning_stands_in_the_address():
    assert Choice.from_query(Choice(meaning="rollout").to_query()).meaning == "rollout"
    assert Choice.from_query({"meaning": "colour"}) == Choice()
    assert explore.view_state(Choice(meaning="moved"), {})["meaning"] == "moved"


# --- roles for the atlas ---


def test_roles_come_head_after_head():
    marks = roles.by_part("transformer", "en")
    row = next(row for row in roles.measurement("transformer").result.rows if row.place == ("encoder", 2, 3))
    assert {part: len(heads) for part, heads in marks.items()} == {"encoder": 32, "decoder": 16, "cross": 16}
    assert marks["encoder"][2 * 8 + 3][1] == row.group


def test_model_that_was_not_measured_has_no_marks():
    assert roles.by_part("gru", "en") == {}


def test_every_group_of_the_model_has_a_name_or_is_none():
    from model.evidence.roles.labels import GROUPS

    assert set(GROUPS.values()) - {"none"} == set(heads_scene.GROUPS)
    for language in LANGUAGES:
        letters = [letter for _, letter in heads_scene.groups(language).values()]
        assert len(set(letters)) == len(letters)
