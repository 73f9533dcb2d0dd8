"""Pictures of evidence: the numbers that went in can be read back, scales are fixed, and gaps stay gaps."""

import numpy as np
import pytest

from viz.figures import colours
from viz.figures.difference import difference_matrix
from viz.figures.effect import REACH, effect_band
from viz.figures.patching import patching_heatmap, readable_on

QUERIES, KEYS = ["a", "b", "c", "d", "e"], ["f", "g", "h", "i", "j", "k", "l"]  # 5 queries, 7 keys
SIDES = ["less", "0", "more"]
LEANING = {"before": "B", "after": "A", "band": "R", "left": "elle", "right": "il", "axis": "x"}
PARTS = {"encoder": "Encoder", "cross": "Cross", "all": "all", "head": "head"}
SHAPE = {"encoder": (2, 3), "cross": (1, 5)}


@pytest.fixture
def values():
    return np.random.default_rng(3).uniform(-1, 1, (5, 7))


# --- difference ---


def test_difference_holds_the_values_and_leaves_them_alone(values):
    before = values.copy()
    figure = difference_matrix(values, QUERIES, KEYS, names=SIDES, marked=2)
    np.testing.assert_array_equal(np.array(figure.data[0].z), before)
    np.testing.assert_array_equal(values, before)


def test_difference_scale_is_fixed_and_zero_is_paper(values):
    trace = difference_matrix(values / 100, QUERIES, KEYS, names=SIDES).data[0]
    assert (trace.zmin, trace.zmax) == (-1, 1)
    assert trace.colorscale[len(trace.colorscale) // 2] == (0.5, colours.PAPER.lower())


@pytest.mark.parametrize("dark", [False, True])
def test_difference_colours_fall_evenly_to_both_sides(dark):
    lightness = [colours._oklab(colour)[0] for _, colour in colours.difference_colorscale(dark)]
    # 8-bit channels move OKLab lightness by up to 0.003 when rounded; twice that between two of them
    np.testing.assert_allclose(lightness, lightness[::-1], atol=0.006)
    steps = np.diff(lightness[len(lightness) // 2 :])
    np.testing.assert_allclose(steps, steps.mean(), atol=0.003)


def test_less_and_more_differ_for_colour_blind_eyes():
    from tests.test_figures import DICHROMATS, seen_by

    for less, more in (colours.ENDS, colours.DARK_ENDS):
        for eye in DICHROMATS:
            assert np.linalg.norm(seen_by(eye, less) - seen_by(eye, more)) > 0.2


def test_framed_row_is_the_marked_one(values):
    (frame,) = difference_matrix(values, QUERIES, KEYS, names=SIDES, marked=2).layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (-0.5, 6.5, 1.5, 2.5)


def test_changed_words_wear_the_one_colour_for_changed(values):
    texts = difference_matrix(values, QUERIES, KEYS, names=SIDES, changed=["g"]).layout.xaxis.ticktext
    assert [colours.CHANGED in text for text in texts] == [False, True, *[False] * 5]


def test_repeated_and_hostile_words_stay_text():
    figure = difference_matrix(np.zeros((2, 2)), ["<s>", "<s>"], ["a & b"] * 2, names=SIDES)
    assert list(figure.layout.yaxis.ticktext) == ["&lt;s&gt;"] * 2
    assert list(figure.layout.xaxis.tickvals) == [0, 1]


@pytest.mark.parametrize("shape, factor, message", [((7, 5), 1, r"\(5, 7\).*got \(7, 5\)"), ((5, 7), 9, r"\[-1, 1\]")])
def test_difference_that_cannot_be_is_refused(shape, factor, message):
    with pytest.raises(ValueError, match=message):
        difference_matrix(np.ones(shape) * factor, QUERIES, KEYS, names=SIDES)


# --- effect ---


def points(figure):
    return {trace.name: tuple(trace.x) for trace in figure.data}


def test_effect_shows_both_leanings_and_the_band_round_the_first():
    # random heads change the leaning by -1 to 0.5, so the band runs from 7 - 1 to 7 + 0.5
    figure = effect_band(7.0, -5.0, (-1.0, 0.5), names=LEANING)
    assert points(figure) == {"R": (6.0, 7.5, 7.5, 6.0), "B": (7.0,), "A": (-5.0,)}


def test_effect_before_anything_is_done_has_one_dot():
    assert points(effect_band(7.0, None, None, names=LEANING)) == {"B": (7.0,)}


@pytest.mark.parametrize("before, after", [(1.0, -2.0), (30.0, -80.0)])
def test_effect_axis_is_even_round_zero_and_holds_everything(before, after):
    low, high = effect_band(before, after, (-3.0, 5.0), names=LEANING).layout.xaxis.range
    assert low == -high and high >= max(REACH, abs(before), abs(after))


def arrows(figure):
    return [(one.ax, one.x) for one in figure.layout.annotations if one.showarrow]


def test_arrow_leads_from_before_to_after_unless_it_would_hide_the_dots():
    assert arrows(effect_band(7.0, -5.0, None, names=LEANING)) == [(7.0, -5.0)]
    assert arrows(effect_band(7.0, 7.1, None, names=LEANING)) == []


# --- patching ---


def test_patching_fills_the_cells_it_knows_and_no_other():
    figure = patching_heatmap([("encoder", 1, 2, 0.25), ("cross", 0, None, -0.5)], SHAPE, names=PARTS)
    table = [list(row) for row in figure.data[0].z]
    empty = [None] * 6
    assert table == [empty, [None, None, 0.25, None, None, None], [*empty[:5], -0.5]]
    assert [one.text for one in figure.layout.annotations] == ["0.25", "−0.50"]
    assert list(figure.layout.yaxis.ticktext) == ["Encoder 1", "Encoder 2", "Cross 1"]


def test_patching_scale_is_fixed_but_the_number_is_true():
    figure = patching_heatmap([("encoder", 0, 0, 1.75)], SHAPE, names=PARTS)
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)
    assert figure.layout.annotations[0].text == "1.75"


def test_patching_never_writes_minus_zero():
    assert patching_heatmap([("encoder", 0, 0, -0.001)], SHAPE, names=PARTS).layout.annotations[0].text == "0.00"


def test_patching_refuses_a_head_that_is_not_there():
    with pytest.raises(ValueError, match="no encoder layer 0 head 3"):
        patching_heatmap([("encoder", 0, 3, 0.5)], SHAPE, names=PARTS)


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_in_cells_can_be_read(dark):
    for _, ground in colours.difference_colorscale(dark):
        assert colours.contrast(readable_on(ground), ground) >= 4.5
