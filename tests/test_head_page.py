"""The head page through Streamlit's own tester: what stands in the address is what is worked through."""

from dataclasses import replace
from functools import partial

import pytest

from model.inside import opened as reading
from model.reading.recorded import EXAMPLES, recordings
from tests.pages import opened
from viz.figures.formula import decimal
from viz.scenes.choice import Choice
from viz.session import caches


@pytest.fixture
def open_head():
    return partial(opened, "head", "head")


def words_on(app) -> str:
    return "\n".join(element.value for element in app.markdown)


def answer(app) -> str:
    return next(element.value for element in app.markdown if element.value.startswith("Layer "))


def steps_of(text: str, *place):
    run = recordings("transformer")[text, 4]
    return caches.head_steps("transformer", text, 4, place, "none", 1.0, run)[0]


def test_first_screen_follows_it(open_head):
    app = open_head()
    assert not app.exception
    assert answer(app).startswith("Layer 2, head 4: **it** gives **animal** the weight **")
    assert "Computed here by hand = computed by the model" in words_on(app)
    assert app.subheader[0].value == "1 · Word and position"
    assert len(app.subheader) == len(app.latex) == 9


def test_numbers_in_the_formulas_are_those_of_the_head(open_head):
    app = open_head(part="cross", layer="2", heads="3", query="11", key="2")
    steps = steps_of(EXAMPLES[0], "cross", 1, 2, 10)
    shown = [element.value for element in app.latex]
    expected = [
        (steps.embedding[0], steps.position[0], steps.placed[0]),
        (steps.stream[0], steps.mean, steps.spread, steps.gain[0], steps.shift[0], steps.entered[0]),
        (steps.entered[0], steps.query_matrix[0, 0], steps.query_bias[0], steps.query[0]),
        (steps.query[0], steps.keys[1, 0], steps.query[-1], steps.keys[1, -1], steps.products[1]),
        (steps.products[1], 32**0.5, steps.scores[1]),
        (steps.scores[1], steps.scores.max(), steps.weights[1]),
        (steps.weights[1], steps.values[1, 0], steps.mixed[0]),
        (steps.mixed[0], steps.output_matrix[0, 0], steps.written[0]),
        (steps.pushes.named[0].value,),
    ]
    for latex, numbers in zip(shown, expected, strict=True):
        assert [number for number in numbers if decimal(number) not in latex] == []


def test_widgets_write_the_address(open_head):
    app = open_head()
    app.get_by_key("head.head").set_value(1).run()
    app.get_by_key("head.layer").set_value(3).run()
    app.get_by_key("head.query").set_value(2).run()
    app.get_by_key("head.key").set_value(5).run()
    assert not app.exception
    assert answer(app).startswith("Layer 3, head 1: **animal** gives **cross** the weight")
    assert app.query_params.items() >= {"heads": "1", "layer": "3", "query": "2", "key": "5"}.items()


def test_another_part_counts_other_words(open_head):
    app = open_head(query="2", key="5")
    app.get_by_key("head.part").set_value("decoder").run()
    assert "query" not in app.query_params and "key" not in app.query_params
    assert len(app.subheader) == 10 and app.subheader[5].value == "6 · No look ahead"
    assert "to write **fatigué**" in answer(app)


def test_word_pinned_in_explore_asks_here(open_head):
    assert "**tired** gives" in answer(open_head(word="11"))  # the 11th word; "didn't" is one word in two tokens


@pytest.mark.parametrize(
    "query, missing",
    [
        ({"layer": "99"}, "Layer 99"),
        ({"heads": "40"}, "Head 40"),
        ({"query": "77"}, "Word 77"),
        ({"key": "78"}, "Word 78"),
        ({"layer": "99", "heads": "9", "query": "77", "key": "99"}, "Layer 99, Head 9, Word 77, Word 99"),
    ],
)
def test_what_is_not_there_is_named_and_replaced(open_head, query, missing):
    app = open_head(**query)
    (message,) = app.info
    assert not app.exception and message.value.startswith(missing + ": not there")
    assert answer(app).startswith("Layer 2, head 4: **it** gives **animal**")


@pytest.mark.parametrize("value", ["", "-1", "0", "nan", "x", "1e400", "<b>", "9999999"])
def test_nonsense_in_the_address_gives_the_default(value):
    query = dict.fromkeys(["query", "key", "change", "temperature"], value)
    assert Choice.from_query(query) == Choice()


def test_choice_of_a_head_survives_the_address():
    choice = Choice(query=3, key=5, change="temperature", temperature=0.25, heads=(3,), layer=2)
    assert Choice.from_query(choice.to_query()) == choice


def test_without_the_root_both_results_are_shown(open_head):
    app = open_head(layer="1", heads="2", change="unscaled")
    assert "Entropy of the row" in words_on(app) and "bits changed" in words_on(app)
    assert words_on(app).count('class="mj-line mj-changed"') > 14  # scores and weights of 14 keys, and words pushed
    assert r"\frac{q \cdot k}{1}" in app.latex[4].value


def test_temperature_is_asked_for_only_where_it_is_used(open_head):
    app = open_head()
    keys = [control.key for control in app.segmented_control]
    assert "head.degrees" not in keys
    app.get_by_key("head.change").set_value("temperature").run()
    app.get_by_key("head.degrees").set_value(8.0).run()
    assert r"\sqrt{32} \cdot 8.00" in app.latex[4].value
    assert app.query_params["temperature"] == "8.0"


def test_mask_is_changed_only_in_the_decoder(open_head):
    assert "mj-masked" in words_on(open_head(part="decoder", query="3"))
    assert "bits changed" in words_on(open_head(part="decoder", query="3", change="unmasked"))
    encoder = open_head(change="unmasked")
    assert "bits changed" not in words_on(encoder) and not encoder.exception


def test_positions_off_is_another_pass(open_head):
    app = open_head(change="unplaced")
    assert "P_1 &= 0" in app.latex[0].value and not app.exception


def test_nothing_is_read_again_for_another_head_word_or_switch(open_head, monkeypatch):
    app, calls, look = open_head(), [], reading.look_inside
    monkeypatch.setattr(reading, "look_inside", lambda *a, **k: calls.append(k) or look(*a, **k))
    for name, value in (("layer", 4), ("head", 7), ("query", 3), ("key", 2), ("change", "unscaled"), ("part", "cross")):
        app.get_by_key(f"head.{name}").set_value(value).run()
        assert not app.exception
    assert calls == []


@pytest.mark.parametrize("text, word", [(" ", "no sentence"), ("?! …", "only signs"), ("word " * 300, "at most")])
def test_unreadable_text_gets_one_sentence(open_head, text, word):
    app = open_head(text=text)
    (message,) = [*app.info, *app.warning, *app.error]
    assert not app.exception and word in message.value and not app.latex


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "😀 *dog* $x$", "আমি গান গাই", "<s>", "Hi", "`a` _b_ [c](d)"]
)
def test_awkward_text_is_worked_through(open_head, text):
    app = open_head(text=text)
    assert not app.exception and len(app.latex) == 9
    assert "<img" not in words_on(app)


def test_long_sentence_is_folded_and_says_so(open_head):
    app = open_head(text="The dog sleeps because it is " + "very " * 30 + "tired.")
    assert any("lighter words are left out" in caption.value for caption in app.caption)
    assert words_on(app).count("mj-gap") > 0


def test_model_without_heads_gets_one_sentence(open_head, monkeypatch):
    run = replace(recordings("transformer")[EXAMPLES[0], 4], maps={})
    monkeypatch.setattr(caches, "recorded_run", lambda choice: run)
    app = open_head()
    (message,) = app.info
    assert not app.exception and "not a Transformer" in message.value


def test_damaged_checkpoint_is_one_sentence(open_head, monkeypatch):
    from model.reading import loading
    from model.reading.reader import CheckpointError

    def fail(*_):
        raise CheckpointError("damaged", "It is damaged.", "HeaderTooLarge")

    caches.translator.clear()
    caches.inside.clear()
    caches.head_steps.clear()
    monkeypatch.setattr(loading, "load", fail)
    app = open_head()
    caches.translator.clear()
    assert not app.exception and "HeaderTooLarge" in app.error[0].value


def test_link_leads_to_this_head_in_explore(open_head):
    app = open_head(layer="3", heads="5", query="11")
    (link,) = [element.proto for element in app.get("page_link")]
    assert "layer=3" in link.query_string and "heads=5" in link.query_string and "word=10" in link.query_string


def test_bengali_page(open_head):
    app = open_head(lang="bn")
    assert not app.exception and app.subheader[0].value == "1 · শব্দ ও অবস্থান"
