"""What the two small components put on the wire, and what they believe of what comes back."""

import base64

import numpy as np
import pytest

from model.reading.place import Place
from viz.components import headgrid, interlinear
from viz.components.headgrid.pack import TOP, palette
from viz.figures.colours import difference_colorscale
from viz.scenes.fields import places

# 2 layers, 3 heads, 5 rows, 7 columns


@pytest.fixture
def maps():
    return np.random.default_rng(1).uniform(-1, 1, (2, 3, 5, 7))


def test_codes_hold_every_value_to_their_precision(maps):
    part = headgrid.grid_part("encoder", "Encoder", maps)
    codes = np.frombuffer(base64.b64decode(part["codes"]), np.uint8).astype(float) - TOP
    decoded = np.sign(codes) * (codes / TOP) ** 2
    assert (part["layers"], part["heads"], part["rows"], part["columns"]) == maps.shape
    # half a step of the root, 1/254, twice: the root's slope is 2 at most
    np.testing.assert_allclose(decoded.reshape(maps.shape), maps, atol=1 / 127)


def test_small_weights_do_not_become_zero():
    part = headgrid.grid_part("encoder", "", np.full((1, 1, 1, 1), 0.001))
    assert base64.b64decode(part["codes"])[0] > TOP


@pytest.mark.parametrize("dark", [False, True])
def test_palette_has_a_colour_for_every_code_and_paper_in_the_middle(dark):
    colours, scale = palette(dark), difference_colorscale(dark)
    assert len(colours) == 2 * TOP + 1
    assert (colours[0], colours[TOP], colours[-1]) == (scale[0][1], scale[len(scale) // 2][1], scale[-1][1])


def believed(module, monkeypatch, sent):
    monkeypatch.setattr("streamlit.session_state", {"it": sent})
    return module.clicked("it")


@pytest.mark.parametrize(
    "sent", [None, {}, {"chosen": None}, {"chosen": 3}, {"chosen": {"heads": [4, None, "x", "a.1.1"]}}]
)
def test_what_is_no_head_is_left_out(monkeypatch, sent):
    assert places(believed(headgrid, monkeypatch, sent)) == ()


def test_clicked_heads_come_once_and_in_order(monkeypatch):
    heads = ["encoder.2.4", "cross.1.1", "encoder.2.4", "encoder.0.1"]
    found = places(believed(headgrid, monkeypatch, {"chosen": {"heads": heads}}))
    assert found == (Place("cross", 0, 0), Place("encoder", 1, 3))


@pytest.mark.parametrize(
    "sent, word", [(None, None), ({"word": {"word": 7}}, 7), ({"word": {"word": -1}}, None), ({"word": "7"}, None)]
)
def test_clicked_word_is_a_word(monkeypatch, sent, word):
    assert believed(interlinear, monkeypatch, sent) == word


def test_words_without_a_partner_stand_alone():
    # "a b c" and "a x y c": a and c belong together, b and x y do not
    texts, pairs = (["a", "b", "c"], ["a", "x", "y", "c"]), [(0, 0), (2, 3)]
    made = interlinear.block(
        "s", texts, pairs, ([False, True, False], [False, True, True, False]), language="en", choosable=True
    )
    assert [column["texts"] for column in made["columns"]] == [
        ["a", "a"],
        ["b", None],
        [None, "x"],
        [None, "y"],
        ["c", "c"],
    ]
    assert [column["changed"] for column in made["columns"]] == [False, True, True, True, False]
    assert [column["word"] for column in made["columns"]] == [0, None, None, None, 2]


def test_words_after_the_last_pair_are_kept():
    made = interlinear.block("s", (["a", "b"], ["a"]), [(0, 0)], ([False, True], [False]), language="en")
    assert [column["texts"] for column in made["columns"]] == [["a", "a"], ["b", None]]
