"""Charts of the race: what was put in can be read back out, gaps stay gaps, and nothing is drawn that was not measured."""

import numpy as np
import pytest

from viz.figures import style
from viz.figures.gradients import LOWEST, gradient_by_distance
from viz.figures.growth import growth
from viz.figures.quality import bleu_by_length
from viz.figures.recall import accuracy_curve, bits_chart
from viz.figures.timing import MARKS, memory_by_length, time_by_length

NAMES = {name: name.upper() for name in (*style.ARCHITECTURES, "compute", "bytes", "steps")}
AXES = ("length", "time")


def row(architecture, length, median, limit="steps", peak=None):
    return {
        "architecture": architecture,
        "length": length,
        "median_ms": median,
        "quartiles_ms": median and (median - 0.25, median + 0.5),
        "limit": limit,
        "limits_ms": {"compute": 0.1, "bytes": 0.2, "steps": 0.3 * length},
        "peak_bytes": peak,
    }


ROWS = [row("lstm", 16, 2.0), row("lstm", 64, None), row("lstm", 256, 32.0), row("transformer", 16, 3.0, "compute")]


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def test_times_and_quartiles_can_be_read_back():
    lstm = traces(time_by_length(ROWS, names=NAMES, limits_of="lstm", axes=AXES))["LSTM"]
    assert list(lstm.x) == [16, 64, 256] and list(lstm.y) == [2.0, None, 32.0]
    assert list(lstm.error_y.array) == [0.5, 0, 0.5] and list(lstm.error_y.arrayminus) == [0.25, 0, 0.25]


def test_gap_is_a_gap_and_not_a_zero():
    lstm = traces(time_by_length(ROWS, names=NAMES, limits_of="lstm", axes=AXES))["LSTM"]
    assert lstm.connectgaps is False and lstm.y[1] is None


def test_mark_says_which_limit_a_point_sits_on():
    drawn = traces(time_by_length(ROWS, names=NAMES, limits_of="lstm", axes=AXES))
    assert set(drawn["LSTM"].marker.symbol) == {MARKS["steps"]}
    assert list(drawn["TRANSFORMER"].marker.symbol) == [MARKS["compute"]]


def test_limits_are_those_of_the_chosen_architecture():
    drawn = traces(time_by_length(ROWS, names=NAMES, limits_of="lstm", axes=AXES))
    np.testing.assert_allclose(drawn["LSTM: STEPS"].y, [0.3 * 16, 0.3 * 64, 0.3 * 256])
    assert "TRANSFORMER: STEPS" not in drawn


def test_memory_is_in_megabytes_and_unknown_is_a_gap():
    rows = [row("gru", 16, 1.0, peak=3_000_000), row("gru", 64, 1.0)]
    (gru,) = memory_by_length(rows, names=NAMES, axes=AXES).data
    assert list(gru.y) == [3.0, None]


def test_bleu_has_its_interval():
    rows = [{"bleu": 30.0, "interval": [27.0, 34.0], "n": 11}, {"bleu": 20.0, "interval": [15.0, 21.0], "n": 7}]
    figure = bleu_by_length({"gru": rows, "rnn": rows}, ["1–4", "5–6"], names=NAMES, axis="words")
    gru = traces(figure)["GRU"]
    assert list(gru.error_y.array) == [4.0, 1.0] and list(gru.error_y.arrayminus) == [3.0, 5.0]
    assert gru.x[0] != traces(figure)["RNN"].x[0]  # side by side, so that no interval hides another
    with pytest.raises(ValueError, match="one row a group = 1; got 2"):
        bleu_by_length({"gru": rows}, ["1–4"], names=NAMES, axis="words")


def test_growth_refuses_series_of_another_length():
    lengths = np.array([16, 64, 256])
    figure = growth(lengths, {"rnn": lengths * 2.0}, names=NAMES, axes=AXES, mark=64)
    assert list(figure.data[0].y) == [32, 128, 512]
    with pytest.raises(ValueError, match="one value a length = 3; got 2"):
        growth(lengths, {"rnn": lengths[:2]}, names=NAMES, axes=AXES)


def test_an_architecture_has_one_colour_whatever_its_model_is_called():
    assert style.architecture_colour("transformer-twin") == style.architecture_colour("transformer")
    assert style.architecture_colour("gru") != style.architecture_colour("gru-attention")
    assert len({style.architecture_colour(name) for name in style.ARCHITECTURES}) == len(style.ARCHITECTURES)
    with pytest.raises(ValueError, match="none of"):
        style.architecture_colour("perceptron")


def test_gradient_has_its_band_and_tiny_values_stay_on_the_chart():
    row = {"architecture": "gru", "distances": [0, 1, 2], "gradient_median": [1.0, 0.5, 1e-300]}
    figure = gradient_by_distance(
        [row | {"gradient_quartiles": [[1.0, 0.4, 0.0], [1.0, 0.6, 0.1]]}], names=NAMES, axes=AXES
    )
    low, high, median = figure.data
    assert list(median.y) == [1.0, 0.5, LOWEST] and list(low.y)[2] == LOWEST and list(high.y) == [1.0, 0.6, 0.1]
    assert high.fillcolor.startswith("rgba(")


def recall_row(architecture, pairs, accuracy, in_range=True):
    quartiles = {"accuracy_median": accuracy, "accuracy_quartiles": [accuracy - 0.125, accuracy + 0.0625]}
    about = {"architecture": architecture, "axis": "pairs", "pairs": pairs, "in_range": in_range, "chance": 0.125}
    return about | quartiles | {"state_bits": 32 * 11, "floor_bits": 3.0 * pairs}


def test_recall_shows_what_was_not_trained_and_the_bits_needed():
    rows = [recall_row(name, pairs, 0.75, pairs < 8) for name in ("gru", "transformer") for pairs in (2, 4, 8)]
    figure = accuracy_curve(rows, names=NAMES, axes=AXES, unseen="unseen")
    assert [trace.name for trace in figure.data] == ["TRANSFORMER", "GRU"]
    assert list(figure.data[0].error_y.arrayminus) == [0.125] * 3
    (chance, grey) = figure.layout.shapes
    assert chance.y0 == 0.125 and (grey.x0, grey.x1) == (4, 8)
    floor = traces(bits_chart(rows, names=NAMES, axes=AXES, floor="needed"))["needed"]
    assert list(floor.y) == [6.0, 12.0, 24.0]
