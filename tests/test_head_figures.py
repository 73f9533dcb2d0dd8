"""Pictures and formulas of one head: what was put in can be read back out, and what was typed stays text."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from viz.figures import formula, head
from viz.figures.positions import distance_curve, mixed, position_heatmap

KEYS = ["The", "animal", "<b>", "the", "</s>"]
WEIGHTS = np.array([0.1, 0.6, 0.0, 0.3, 0.0])
AWKWARD = ["<img src=x onerror=alert(1)>", "<s>", 'a "b" & c', "</div></p>", "😀", "মনোযোগ", ""]


def parsed(drawn: str) -> ElementTree.Element:
    """The picture as a tree: what is not well-formed fails here."""
    return ElementTree.fromstring(head.picture(drawn, label="a <label>"))


def css(tree, name: str) -> list[ElementTree.Element]:
    return [node for node in tree.iter() if name in node.get("class", "").split()]


def text_of(node) -> str:
    return "".join(node.itertext())


# --- strips ---


def test_strip_shows_every_number_by_height_and_direction():
    tree = ElementTree.fromstring(head.strip(np.array([1.0, -0.5, 0.0, 2.0]), full=2.0))
    paths = {node.get("class"): node.get("d") for node in tree.iter() if node.tag == "path"}
    assert re.findall(r"M(\d+) 0h.8v(-?[\d.]+)", paths["mj-up"]) == [
        ("0", "-0.500"),
        ("3", "-1.000"),
    ]  # svg: up is minus
    assert re.findall(r"M(\d+) 0h.8v(-?[\d.]+)", paths["mj-down"]) == [("1", "0.250")]


@pytest.mark.parametrize(
    "greatest, full", [(0, 1), (0.3, 1), (1, 1), (1.2, 1.5), (1.9, 2), (2.1, 3), (7.7, 8), (100, 128)]
)
def test_scale_goes_in_steps_and_holds_every_number(greatest, full):
    assert head.full_scale(np.array([greatest / 2, -greatest])) == full


def test_scale_does_not_see_minus_infinity():
    assert head.full_scale(np.array([-np.inf, 3.0])) == 3


def test_vectors_of_one_step_share_their_scale():
    tree = parsed(
        head.strips([("small", "", np.array([0.1])), ("large", "", np.array([7.0]), np.array([-3.0]))], "±{full}")
    )
    assert [text_of(node) for node in css(tree, "mj-scale")] == ["±8"]
    assert len(css(tree, "mj-strip")) == 3 and len(css(tree, "mj-changed")) == 1


# --- bars ---


def widths(tree) -> list[float]:
    return [float(re.search(r"width:([\d.]+)%", node.get("style")).group(1)) for node in css(tree, "mj-fill")]


def test_weights_stand_on_a_fixed_scale_from_0_to_1():
    tree = parsed(head.bars(WEIGHTS / 2, KEYS, weights=True))
    assert widths(tree) == [5, 30, 0, 15, 0]
    assert [text_of(node) for node in css(tree, "mj-line")] == ["0.050", "0.300", "0.000", "0.150", "0.000"]
    assert [text_of(node) for node in css(tree, "mj-axis")] == ["01"]


def test_scores_go_both_ways_from_the_middle():
    tree = parsed(head.bars(np.array([2.0, -1.0]), ["a", "b"]))
    fills = css(tree, "mj-fill")
    assert widths(tree) == [50, 25]
    assert [re.search(r"left:([\d.]+)%", node.get("style")).group(1) for node in fills] == ["50.00", "25.00"]
    assert [text_of(node) for node in css(tree, "mj-line")] == ["2.00", "\u22121.00"]


def test_changed_is_a_second_bar_in_amber():
    tree = parsed(head.bars(WEIGHTS, KEYS, changed=WEIGHTS[::-1], weights=True))
    assert len(css(tree, "mj-line")) == 10 and len(css(tree, "mj-changed")) == 5
    assert [text_of(node) for node in css(tree, "mj-changed")] == ["0.000", "0.300", "0.000", "0.600", "0.100"]


def test_masked_is_neither_zero_nor_small():
    hidden = np.array([False, False, True])
    for row, weights in ((np.array([1.0, 0.0, -np.inf]), False), (np.array([1e-9, 0.0, 0.0]), True)):
        tree = parsed(head.bars(row, ["a", "b", "c"], weights=weights, hidden=[hidden], masked="not seen"))
        texts = [text_of(node) for node in css(tree, "mj-line")]
        assert texts == (["< 0.001", "0.000", "not seen"] if weights else ["1.00", "0.00", "not seen"])
        assert len(css(tree, "mj-masked")) == 1


def test_each_variant_has_its_own_mask():
    row = np.array([0.5, 0.5])
    seen, unseen = np.array([False, False]), np.array([False, True])
    tree = parsed(head.bars(row, ["a", "b"], changed=row, weights=True, hidden=[unseen, seen]))
    assert [text_of(node) for node in css(tree, "mj-line")] == ["0.500", "0.500", "masked", "0.500"]


def test_bars_refuse_numbers_that_do_not_fit_the_keys():
    with pytest.raises(ValueError, match=r"one number a key = 5; got shape \(4,\)"):
        head.bars(WEIGHTS[:4], KEYS)


def test_repeated_words_keep_their_own_rows():
    tree = parsed(head.bars(np.array([0.25, 0.75]), ["the", "the"], weights=True, chosen=1))
    assert [text_of(node) for node in css(tree, "mj-token")] == ["the", "the"]
    assert ["mj-now" in node.get("class") for node in css(tree, "mj-key")] == [False, True]


def test_long_row_keeps_the_heaviest_keys_in_order_and_shows_the_gaps():
    weights = np.zeros(67)
    weights[[5, 31, 66]] = 0.5, 0.3, 0.2
    kept = head.kept_keys(weights, keep=(40,), limit=7)
    assert len(kept) == 7 and kept == sorted(kept) and {5, 31, 40, 66} <= set(kept)
    tree = parsed(head.bars(weights, [str(i) for i in range(67)], kept=kept, weights=True))
    assert len(css(tree, "mj-key")) == 7
    assert len(css(tree, "mj-gap")) == sum(b > a + 1 for a, b in zip([-1, *kept], [*kept, 67], strict=True))
    assert head.kept_keys(weights[:7], limit=7) == list(range(7))


# --- sentence, mixture, words, maps ---


def test_sentence_is_shaded_by_weight():
    tree = parsed(head.sentence(KEYS, WEIGHTS, chosen=1, changed=WEIGHTS[::-1]))
    first, second = css(tree, "mj-sentence")
    assert [node.get("style") for node in first] == [f"--mj-weight:{weight:.3f}" for weight in WEIGHTS]
    assert text_of(first).split() == KEYS and "mj-changed" in second.get("class")
    assert [node.get("class") for node in first].index("mj-now") == 1


def test_mixture_shows_the_heaviest_and_their_sum():
    values = np.arange(15.0).reshape(5, 3)
    tree = parsed(head.mixture(WEIGHTS, values, KEYS, WEIGHTS @ values, total="sum", limit=3))
    assert [text_of(node) for node in css(tree, "mj-token")] == ["The", "animal", "the", "sum"]
    assert len(css(tree, "mj-total")) == 1 and len(css(tree, "mj-strip")) == 4


def test_pushed_words_stand_in_groups_on_one_scale():
    groups = [("up", [("il", 1.08), ("le", 0.5)], False), ("up, changed", [("il", 2.5)], True)]
    tree = parsed(head.pushed_words(groups, scale_text="±{full} logits"))
    assert [text_of(node) for node in css(tree, "mj-line")] == ["1.08", "0.50", "2.50"]
    assert widths(tree) == [18, pytest.approx(8.33), pytest.approx(41.67)]  # 1.08 / 3 / 2, 0.5 / 3 / 2, 2.5 / 3 / 2
    assert len(css(tree, "mj-changed")) == 1 and text_of(css(tree, "mj-scale")[0]) == "±3 logits"


def test_small_map_holds_every_weight():
    weights = np.array([[1.0, 0.0, 0.5], [0.25, 0.75, 0.0]])
    tree = ElementTree.fromstring(head.small_map(weights, "a map"))
    found = np.zeros((2, 3))
    for path in (node for node in tree.iter() if node.tag == "path"):
        for column, row in re.findall(r"M(\d+) (\d+)h1", path.get("d")):
            found[int(row), int(column)] = float(path.get("fill-opacity"))
    np.testing.assert_array_equal(found, weights)  # all of them multiples of 1/16


@pytest.mark.parametrize("token", AWKWARD)
def test_tokens_stay_text_in_every_picture(token):
    one = np.array([1.0])
    for drawn in (
        head.bars(one, [token]),
        head.sentence([token], one),
        head.mixture(one, one[:, None], [token], one, total=token),
        head.pushed_words([(token, [(token, 1.0)], False)]),
        head.strips([(token, token, one)]),
        head.small_map(one[:, None], token),
    ):
        tree = parsed(drawn)
        allowed = {"div", "span", "p", "i", "b", "svg", "path", "figure", "figcaption"}
        assert {node.tag for node in tree.iter()} <= allowed
        assert token in text_of(tree)


def test_pictures_are_named_and_follow_both_themes():
    tree = parsed("")
    assert tree.get("aria-label") == "a <label>"
    assert "light-dark(#3F37C9,#9D97FF)" in tree.get("style")


@pytest.mark.parametrize(
    "value, text", [(6e-10, "6 × 10⁻¹⁰"), (2.538, "2.54"), (0, "0.00"), (0.004, "4 × 10⁻³"), (1e-12, "1 × 10⁻¹²")]
)
def test_small_numbers_do_not_become_zero(value, text):
    assert head.small_text(value) == text


# --- formulas ---


def numbers(latex: str) -> list[float]:
    """Every number that stands in a formula, powers of ten multiplied in."""
    found = re.findall(r"(-?\d+(?:\.\d+)?)(?: \\cdot 10\^\{(-?\d+)\})?", latex)
    return [float(mantissa) * 10.0 ** int(power or 0) for mantissa, power in found]


@pytest.mark.parametrize(
    "value, text",
    [
        (0.0312, "0.0312"),
        (1.2, "1.20"),
        (28.41, "28.4"),
        (160.6, "161"),
        (-0.5, "-0.500"),
        (0, "0"),
        (4.07e-12, r"4.07 \cdot 10^{-12}"),
    ],
)
def test_three_digits(value, text):
    assert formula.decimal(value) == text


@pytest.mark.parametrize("value", [-np.inf, np.inf])
def test_infinity_is_a_sign(value):
    assert formula.decimal(value).endswith(r"\infty")


RNG = np.random.default_rng(11)
Q, K = RNG.normal(size=(2, 11)) * 5


@pytest.mark.parametrize(
    "latex, values",
    [
        (formula.embedding_formula(8, 2.53, 0.989, 3.519, 121), [8, 2.53, 0.989, 3.519, 121]),
        (formula.norm_formula(-7.4, 0.412, 11.0, 0.501, 0.161, -0.196), [-7.4, 0.412, 11.0, 0.501, 0.161, -0.196]),
        (formula.projection_formula(Q, K, -0.057, 2.44), [Q[0], K[0], Q[-1], K[-1], -0.057, 2.44]),
        (formula.product_formula(Q, K, Q @ K), [Q[0], K[0], Q[-1], K[-1], Q @ K]),
        (formula.scale_formula(160.6, 32, 28.4), [160.6, 32, 5.657, 28.4]),
        (formula.scale_formula(160.6, 32, 14.2, temperature=2.0), [160.6, 32, 2, 11.31, 14.2]),
        (formula.scale_formula(160.6, 32, 160.6, scaled=False), [160.6, 1]),
        (formula.softmax_formula(3.55, 4.5, 1.25, 0.797), [3.55, 4.5, 1.25, 0.797]),
        (formula.mixture_formula(0.797, -2.58, -2.09, "animal"), [0.797, -2.58, -2.09 + 0.797 * 2.58, -2.09]),
        (formula.writing_formula(Q, K, -2.15), [Q[0], K[0], Q[-1], K[-1], -2.15]),
        (formula.push_formula("output", 26.9, 1.34, "il"), [26.9, 1.34]),
        (formula.push_formula("antecedent", 26.9, 1.34, "animal"), [26.9, 1.34]),
        (formula.push_formula("nearest", None, -0.23, "animal"), [-0.23]),
    ],
)
def test_formula_shows_the_numbers_it_was_given(latex, values):
    for value in values:  # three digits are shown, so half of the third may be off
        assert any(number == pytest.approx(value, rel=5.01e-3) for number in numbers(latex)), value


def test_masked_score_becomes_minus_infinity():
    assert formula.mask_formula(1.5, True) == "s + m = 1.50 + 0 = 1.50"
    assert formula.mask_formula(1.5, False) == r"s + m = 1.50 + (-\infty) = -\infty"


def test_words_in_formulas_stay_text():
    assert formula.word(r"a_b{}$\x") == r"\text{a\_b\{\}\$\textbackslash{}x}"
    assert formula.word("<img>") == r"\text{\textless{}img\textgreater{}}"
    assert formula.word("x" * 300) == r"\text{" + "x" * 13 + "…}"


@pytest.mark.parametrize("latex", [formula.mixture_formula(0.5, 1.0, 0.7, token) for token in AWKWARD])
def test_braces_and_environments_close(latex):
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")
    assert latex.count(r"\begin") == latex.count(r"\end")


# --- positions ---

NAMES = {"position": "P", "dimension": "D", "value": "V", "distance": "X", "dot_product": "Y"}


def test_heatmap_holds_the_code_on_a_fixed_scale():
    code = np.sin(np.arange(35.0)).reshape(5, 7)
    figure = position_heatmap(code, NAMES, marked=3)
    np.testing.assert_allclose(np.array(figure.data[0].z), code, atol=1e-6)
    assert (figure.data[0].zmin, figure.data[0].zmax) == (-1, 1)
    assert [shape.y0 for shape in figure.layout.shapes] == [2.5, 3.5]
    assert figure.layout.xaxis.title.text == "D" and figure.layout.yaxis.title.text == "P"


@pytest.mark.parametrize("dark", [False, True])
def test_curve_holds_the_products(dark):
    figure = distance_curve(np.array([17.0, 13.5, 11.0]), NAMES, dark=dark)
    assert tuple(figure.data[0].x) == (0, 1, 2) and tuple(figure.data[0].y) == (17, 13.5, 11)


def test_colours_mix():
    assert mixed("#ffffff", "#000000", 0.5) == "#808080"
