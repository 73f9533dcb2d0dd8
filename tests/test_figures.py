"""Figures: what was put in can be read back out, and the colours hold for everyone who has to see them."""

import numpy as np
import pytest

from viz.figures import colours
from viz.figures.curve import training_curve
from viz.figures.matrix import attention_matrix

QUERIES, KEYS = ["a", "b", "c", "d", "e"], ["f", "g", "h", "i", "j", "k", "l"]  # 5 queries, 7 keys


def weights_for(queries: list[str], keys: list[str]) -> np.ndarray:
    scores = np.exp(np.random.default_rng(7).normal(size=(len(queries), len(keys))))
    return scores / scores.sum(axis=1, keepdims=True)


def test_matrix_holds_the_weights():
    weights = weights_for(QUERIES, KEYS)
    figure = attention_matrix(weights, QUERIES, KEYS)
    np.testing.assert_array_equal(np.array(figure.data[0].z, dtype=float), weights)


def test_matrix_does_not_change_its_input():
    weights = weights_for(QUERIES, QUERIES)
    before = weights.copy()
    attention_matrix(weights, QUERIES, QUERIES, causal=True)
    np.testing.assert_array_equal(weights, before)


def test_scale_is_fixed_from_0_to_1():
    trace = attention_matrix(weights_for(QUERIES, KEYS) / 10, QUERIES, KEYS).data[0]
    assert (trace.zmin, trace.zmax) == (0, 1)


def test_repeated_words_keep_their_own_columns():
    figure = attention_matrix(weights_for(QUERIES, ["the"] * 3), QUERIES, ["the"] * 3)
    assert list(figure.layout.xaxis.tickvals) == [0, 1, 2]
    assert list(figure.layout.xaxis.ticktext) == ["the"] * 3
    assert figure.data[0].x is None


@pytest.mark.parametrize("token", ["<s>", "<img src=x onerror=alert(1)>", "a & b", "<b>bold</b>"])
def test_tokens_are_escaped_wherever_they_are_shown(token):
    figure = attention_matrix(np.ones((1, 1)), [token], [token], title=token)
    shown = [
        figure.layout.xaxis.ticktext[0],
        figure.layout.yaxis.ticktext[0],
        figure.data[0].customdata[0][0],
        figure.layout.title.text,
    ]
    assert all("<" not in text and "& " not in text for text in shown)


@pytest.mark.parametrize("tokens", [["মনোযোগ"], ["😀"], [""], ["x" * 300]])
def test_awkward_tokens_are_kept_as_they_are(tokens):
    assert list(attention_matrix(np.ones((1, 1)), tokens, tokens).layout.xaxis.ticktext) == tokens


def test_masked_cells_are_empty_and_not_zero():
    figure = attention_matrix(np.zeros((3, 3)), QUERIES[:3], QUERIES[:3], causal=True)
    assert [list(row) for row in figure.data[0].z] == [[0, None, None], [0, 0, None], [0, 0, 0]]


def test_first_query_is_on_top():
    low, high = attention_matrix(weights_for(QUERIES, KEYS), QUERIES, KEYS).layout.yaxis.range
    assert (low, high) == (4.5, -0.5)


def test_wrong_shape_is_refused_with_both_sides():
    with pytest.raises(ValueError, match=r"\(query, key\) = \(5, 7\).*got \(7, 5\)"):
        attention_matrix(np.zeros((7, 5)), QUERIES, KEYS)


@pytest.mark.parametrize("dark", [False, True])
def test_weight_scale_starts_at_the_page_and_steps_evenly_in_lightness(dark):
    scale = colours.weight_colorscale(dark=dark)
    assert scale[0] == [0, (colours.DARK_PAPER if dark else colours.PAPER).lower()]
    assert scale[-1][0] == 1
    steps = np.diff([colours._oklab(colour)[0] for _, colour in scale])
    # 8-bit channels move OKLab lightness by up to 0.003 when rounded
    np.testing.assert_allclose(steps, steps.mean(), atol=0.003)


@pytest.mark.parametrize("text", [colours.INK, colours.ACCENT])
def test_text_can_be_read_on_paper(text):
    assert colours.contrast(text, colours.PAPER) >= 4.5


@pytest.mark.parametrize("text", [colours.DARK_INK, colours.DARK_ACCENT, colours.DARK_CHANGED])
def test_text_can_be_read_on_dark_paper(text):
    assert colours.contrast(text, colours.DARK_PAPER) >= 4.5


def test_contrast_of_black_on_white_is_21():
    assert colours.contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("heads, paper", [(colours.HEADS, colours.PAPER), (colours.DARK_HEADS, colours.DARK_PAPER)])
def test_heads_stand_out_from_the_page(heads, paper):
    # 2.3 and not 3: a head always carries its number too, and darker yellows and sky blues stop being told apart
    assert min(colours.contrast(head, paper) for head in heads) >= 2.3


# Viénot, Brettel & Mollon 1999, "Digital video colourmaps for checking the legibility of displays by
# dichromats", in linear RGB.
DICHROMATS = {
    "protan": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deutan": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


def seen_by(eye: str, colour: str) -> np.ndarray:
    linear = np.clip(np.array(DICHROMATS[eye]) @ colours._linear(colour), 0, 1)
    return np.array(colours._oklab("#" + "".join(f"{round(255 * colours._gamma(channel)):02x}" for channel in linear)))


@pytest.mark.parametrize("eye", DICHROMATS)
@pytest.mark.parametrize(
    "heads", [colours.OKABE_ITO, colours.HEADS, colours.DARK_HEADS], ids=["original", "paper", "dark"]
)
def test_heads_differ_for_colour_blind_eyes(eye, heads):
    seen = [seen_by(eye, head) for head in heads]
    nearest = min(np.linalg.norm(one - other) for place, one in enumerate(seen) for other in seen[:place])
    assert nearest > 0.079  # the original's own nearest pair; a just noticeable difference in OKLab is about 0.02


def test_training_curve_draws_every_score_in_percent():
    log = [
        {"tokens": 1_000_000, "bleu": 12.5, "pronoun_accuracy": 0.5, "antecedent_accuracy": 0.25, "flip_rate": 0.0},
        {"tokens": 3_000_000, "bleu": 30.0, "pronoun_accuracy": 1.0, "antecedent_accuracy": 0.75, "flip_rate": 0.5},
    ]
    names = {name: name.upper() for name in ("bleu", "pronouns", "antecedents", "head", "axis_tokens")}
    figure = training_curve(log, names)
    assert {trace.name: tuple(trace.y) for trace in figure.data} == {
        "BLEU": (12.5, 30.0),
        "PRONOUNS": (50, 100),
        "ANTECEDENTS": (25, 75),
        "HEAD": (0, 50),
    }
    assert all(tuple(trace.x) == (1, 3) for trace in figure.data)
