"""The page of two sentences: turn one knob, see one thing change; what cannot be compared gets one sentence."""

from functools import partial

import numpy as np
import pytest

from model.reading.recorded import EXAMPLES, recordings
from tests.pages import component, figures, opened, said
from viz.scenes.texts import texts as texts_in
from viz.session import caches, stacks

PAIR_RUNS = [recordings("transformer")[text, 4] for text in EXAMPLES[:2]]
COLOUR = texts_in("en")["explorer"]
PAIR = {"text": EXAMPLES[0], "second": EXAMPLES[1]}


@pytest.fixture
def open_page():
    return partial(opened, "pair", "pair")


def chosen_word(app) -> str:
    sent = component(app, "interlinear")
    (column,) = (one for one in sent["blocks"][0]["columns"] if one["word"] == sent["chosen"])
    return column["texts"][0]


def test_first_screen_needs_no_choice(open_page):
    app = open_page()
    assert not app.exception
    assert chosen_word(app) == "it"
    difference, first, second = figures(app)
    assert difference["layout"]["yaxis"]["ticktext"][-1] == '<span style="color:#C2570C">tired / wide</span>'
    assert (first["data"][0]["zmin"], second["data"][0]["zmax"]) == (0, 1)


@pytest.mark.parametrize(
    "text, second",
    [
        (EXAMPLES[1], EXAMPLES[0]),
        ("The duck can't stay in the bay. It is nervous.", "The duck can't stay in the bay. It is rapid."),
        ("My dog sleeps because it is old.", None),
    ],
)
def test_sentence_that_comes_alone_gets_its_other_half_or_itself(open_page, text, second):
    app = open_page(text=text)
    assert not app.exception
    assert app.text_input(key="second").value == (second or text)
    assert ("The two sentences are the same." in said(app)) is (second is None)
    app.text_input(key="second").set_value(text.replace(" is ", " was ").replace(" was ", " seemed ", 1)).run()
    assert not app.exception and "The two sentences are the same." not in said(app)


def test_changed_words_are_marked_in_both_languages(open_page):
    sentences, translations = component(open_page(), "interlinear")["blocks"]
    marked = [
        [column["texts"] for column in block["columns"] if column["changed"]] for block in (sentences, translations)
    ]
    assert marked[0] == [["tired", "wide"]]
    assert ["il", "elle"] in marked[1]


def test_difference_is_the_first_map_minus_the_second(open_page):
    difference, first, second = (figure["data"][0]["z"] for figure in figures(open_page()))
    np.testing.assert_allclose(np.array(difference), np.array(first, float) - np.array(second, float), atol=1e-6)


def test_signs_are_hidden_or_shown_and_what_they_hold_is_printed(open_page):
    app = open_page()
    hidden, whole = (len(figure["data"][0]["z"]) for figure in (figures(app)[0], figures(open_page(hide="0"))[0]))
    assert whole == hidden + 2  # "." and </s>
    rows = [stacks.encoder_words(run, "weights")[:, :, 7] for run in PAIR_RUNS]
    shares = [f"{100 * row[..., -2:].sum() / row.sum():.0f} %" for row in rows]  # 7 is "it"
    assert f"hidden of the row of “it”: {shares[0]} in the first sentence, {shares[1]} in the second" in said(app)
    app.checkbox(key="pair_hide").uncheck().run()
    assert app.query_params["hide"] == "0" and "hidden of the row" not in said(app)


@pytest.mark.parametrize("meaning", ["moved", "gradient"])
def test_colour_can_mean_more_than_the_weight(open_page, meaning):
    app = open_page(meaning=meaning, layer="2", heads="4", hide="0")
    assert not app.exception
    rows = [stacks.encoder_words(run, meaning) for run in PAIR_RUNS]
    largest = max(one.max() for one in rows)
    difference, first, _ = (np.array(figure["data"][0]["z"], float) for figure in figures(app))
    np.testing.assert_allclose(first, rows[0][1, 3] / largest, atol=1e-6)
    np.testing.assert_allclose(difference, (rows[0] - rows[1])[1, 3] / largest, atol=1e-6)
    assert f"{largest:.3g}" in said(app) and f"By {COLOUR[f'meaning_{meaning}']}, in layer 2 head 4" in said(app)
    if meaning == "gradient":
        assert "for “il / elle”" in said(app)


def test_rollout_has_one_map_a_layer(open_page):
    app = open_page(meaning="rollout", layer="3", hide="0")
    grid = component(app, "headgrid")
    assert (grid["parts"][0]["layers"], grid["parts"][0]["heads"]) == (4, 1) and grid["chosen"] == ["encoder.3.1"]
    assert "In layer 3 head" not in said(app) and "in layer 3, all heads" in said(app)
    np.testing.assert_allclose(np.array(figures(app)[1]["data"][0]["z"], float).sum(1), 1, atol=1e-5)


def test_meaning_that_cannot_be_worked_out_leaves_the_weights(open_page, monkeypatch):
    def fail(*_):
        raise RuntimeError("no memory")

    monkeypatch.setattr(stacks, "numbers_of", fail)
    app = open_page(meaning="moved", text="The dog barks because it is old.", second="The dog barks because it is new.")
    assert not app.exception and "could not be worked out: no memory" in app.error[0].value
    assert len(figures(app)) == 3


def test_top_of_the_ranking_is_open_and_its_row_moves_most(open_page):
    app = open_page()
    grid = component(app, "headgrid")
    moved = [float(number) for number in grid["parts"][0]["numbers"]]
    _, layer, head = grid["chosen"][0].split(".")
    assert moved[(int(layer) - 1) * grid["parts"][0]["heads"] + int(head) - 1] == max(moved)
    assert app.selectbox(key="ranked").options[0].startswith("1. ")


def test_address_opens_a_head_a_word_and_two_nouns(open_page):
    app = open_page(layer="2", heads="5", word="4", nouns="2,3")
    assert component(app, "headgrid")["chosen"] == ["encoder.2.5"]
    assert chosen_word(app) == "cross"
    assert (app.selectbox(key="noun_a").value, app.selectbox(key="noun_b").value) == (1, 2)


def test_choosing_another_noun_reorders_the_heads(open_page):
    app = open_page()
    before = component(app, "headgrid")["parts"][0]["numbers"]
    app.selectbox(key="noun_b").set_value(0).run()
    assert not app.exception
    assert component(app, "headgrid")["parts"][0]["numbers"] != before
    assert app.query_params["nouns"] == "2,1"


def test_choosing_from_the_ranking_opens_that_head(open_page):
    app = open_page()
    app.selectbox(key="ranked").set_value("encoder.1.2").run()
    assert component(app, "headgrid")["chosen"] == ["encoder.1.2"]
    assert (app.query_params["layer"], app.query_params["heads"]) == ("1", "2")


def test_another_pair_forgets_the_head_of_the_last(open_page):
    app = open_page(layer="2", heads="5")
    app.button(key="pair 1").click().run()
    assert app.text_input(key="second").value not in EXAMPLES
    assert "layer" not in app.query_params and "heads" not in app.query_params


def test_ten_pairs_to_try(open_page):
    assert len([button for button in open_page().button if (button.key or "").startswith("pair ")]) == 10


def test_left_to_right_the_row_differs_by_exactly_nothing(open_page):
    app = open_page()
    app.button(key="causal").click().run()
    assert app.query_params["opened"] == "causal"
    assert "<b>0</b>" in said(app) and "<b>0.000</b>" not in said(app)


def test_pair_that_differs_before_the_word_is_not_claimed_to_be_zero(open_page):
    app = open_page(
        text="The dog sleeps because it is tired.", second="The cat sleeps because it is tired.", opened="causal"
    )
    assert "<b>0</b>" not in said(app) and "a causal model can see a difference too" in said(app)


def test_patching_fills_every_cell(open_page):
    app = open_page(opened="patching")
    assert not app.exception
    heatmap = figures(app)[-1]
    assert all(value is not None for row in heatmap["data"][0]["z"] for value in row)
    assert "The single head that carries most is **" in said(app)


@pytest.mark.parametrize(
    "query, sentence",
    [
        ({"second": EXAMPLES[0]}, "The two sentences are the same."),
        ({"second": "Hello, friend!"}, "no word in common"),
        ({"second": " "}, "There is no sentence yet."),
        ({"second": "word " * 300}, "at most"),
        ({"word": "99"}, "Word 99 is not there"),
        ({"nouns": "2,99"}, "Word 99 is not there"),
        ({"second": "The animal didn't cross the street because it was far too wide."}, "same number of words"),
        ({"text": "The dog sleeps.", "second": "The cat sleeps."}, "There is no “it”"),
        ({"text": "The dog sleeps.", "second": "The cat sleeps.", "opened": "patching"}, "no il or elle"),
        (
            {"second": "The animal didn't cross the street because it was too exhausted.", "opened": "patching"},
            "leans the same way",
        ),
    ],
)
def test_what_cannot_be_compared_gets_one_sentence(open_page, query, sentence):
    app = open_page(**(PAIR | query))
    assert not app.exception
    assert said(app).count(sentence) == 1


def test_long_second_sentence_is_cut_in_its_own_box(open_page):
    app = open_page(second="word " * 300)
    app.button(key="cut second").click().run()
    assert app.text_input(key="text").value == EXAMPLES[0]
    assert len(app.text_input(key="second").value) < 1500


def test_model_without_encoder_attention_is_told_so(open_page, monkeypatch):
    from dataclasses import replace

    recorded = caches.recorded_run
    monkeypatch.setattr(caches, "recorded_run", lambda choice: replace(recorded(choice), maps={}))
    assert "has no encoder self-attention" in said(open_page())


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)> it is red.", "😀 it", "আমি it গান"])
def test_awkward_text_is_shown(open_page, text):
    app = open_page(text=text, second=text + " wide")
    assert not app.exception
    assert "<img" not in "".join(one.proto.body for one in app.get("html"))


def test_markdown_in_a_sentence_stays_text(open_page):
    app = open_page(
        text="It is ![a](http://a.b/c) here.",
        second="It is ![a](http://a.b/d) here.",
        word="3",
        opened="causal,patching",
    )
    assert not app.exception
    read = [element.value for kind in (app.info, app.caption, app.markdown) for element in kind]
    assert "](http" not in "".join([*read, *(box.label for box in app.selectbox)])


def test_nonsense_address_opens_the_default(open_page):
    app = open_page(nouns="2,2", word="x", layer="77", heads="a", opened="everything")
    assert not app.exception and chosen_word(app) == "it"


def test_bengali(open_page):
    app = open_page(lang="bn")
    assert any("\u0980" <= letter <= "\u09ff" for letter in component(app, "interlinear")["blocks"][0]["label"])
