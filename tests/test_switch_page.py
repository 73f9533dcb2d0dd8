"""The page that switches heads off: the translation, the leaning and the control answer to what is off."""

import re
from functools import partial

import pytest

from model.evidence.causes.interventions import WAYS
from model.reading.place import Place
from model.reading.recorded import EXAMPLES
from tests.pages import component, figures, opened, said
from viz.scenes import switch
from viz.session import caches

IT_TO_ANIMAL = "encoder.8.2"  # in EXAMPLES[0]


@pytest.fixture
def open_page():
    return partial(opened, "switch", "switch-off")


def translations(app) -> list[str]:
    """Before, and after if anything is off."""
    html = "".join(one.proto.body for one in app.get("html"))
    return [
        "".join(re.findall(r"<span dir=auto>(.*?)</span>", line)) for line in html.split("<div class=mj-answer>")[1:]
    ]


def leaning(app) -> dict[str, float]:
    """log p(il) - log p(elle), by the name of the dot."""
    return {trace["name"]: trace["x"][0] for trace in figures(app)[0]["data"] if trace["mode"] == "markers"}


def test_ways_are_those_of_the_model():
    assert switch.HOWS == WAYS


def test_nothing_is_off_at_first(open_page):
    app = open_page()
    assert not app.exception
    assert len(translations(app)) == 1 and set(leaning(app)) == {"before"}
    assert "Nothing is switched off yet" in said(app)
    assert component(app, "headgrid")["chosen"] == []


def test_cutting_the_link_to_the_noun_flips_the_pronoun(open_page):
    app = open_page(cut=IT_TO_ANIMAL)
    before, after = translations(app)
    assert before != after
    assert leaning(app)["before"] > 0 > leaning(app)["after"]
    assert "The pronoun flips: <em>elle</em>" in said(app) and "more than chance" in said(app)


def test_same_link_to_the_other_noun_does_not(open_page):
    app = open_page(cut="encoder.8.6")
    assert "The pronoun stays il" in said(app)


def test_heads_off_stand_in_the_address_and_in_the_grid(open_page):
    app = open_page(off="cross.2.3,encoder.1.6")
    assert component(app, "headgrid")["chosen"] == ["cross.2.3", "encoder.1.6"]
    assert leaning(app)["before"] != leaning(app)["after"]


def test_ways_of_switching_off_differ(open_page):
    after = []
    for how in switch.HOWS:
        after.append(leaning(open_page(off="cross.2.3", how=how))["after"])
    assert len(set(after)) == 3


def test_band_lies_round_the_leaning_before(open_page):
    app = open_page(off="cross.2.3,cross.2.6")
    (band,) = (trace for trace in figures(app)[0]["data"] if trace["mode"] == "lines")
    stated = re.search(r"change it by ([+−][\d.]+) to ([+−][\d.]+)", said(app)).groups()
    low, high = (float(number.replace("−", "-")) for number in stated)
    assert min(band["x"]) - leaning(app)["before"] == pytest.approx(low, abs=0.051)  # one decimal is printed
    assert max(band["x"]) - leaning(app)["before"] == pytest.approx(high, abs=0.051)


def test_suggestions_do_what_they_say(open_page):
    app = open_page()
    labels = {button.label: button.key for button in app.button if (button.key or "").startswith("try ")}
    app.button(key=labels["cut it → animal"]).click().run()
    assert app.query_params["cut"] == IT_TO_ANIMAL
    assert "held-out pairs" in said(app)
    app.button(key=labels["everything on"]).click().run()
    assert "cut" not in app.query_params and len(translations(app)) == 1


def test_all_heads_off_is_called_nonsense(open_page):
    app = open_page()
    key = next(button.key for button in app.button if button.label == "all heads off")
    app.button(key=key).click().run()
    assert "This is nonsense." in said(app)
    assert "no other heads in these layers" in said(app)
    assert len(component(app, "headgrid")["chosen"]) == 64


def test_a_link_is_cut_in_one_head(open_page):
    """One head of many that follow "it": cutting its link alone moves the leaning, and far less than cutting all."""
    app = open_page()
    app.selectbox(key="cut_query").set_value(8)
    app.selectbox(key="cut_key").set_value(1)
    app.selectbox(key="cut_head").set_value(Place("encoder", 1, 3))
    app.button(key="cut_link").click().run()
    assert not app.exception and app.query_params["cut"] == f"{IT_TO_ANIMAL}.2.4"
    assert app.button(key=f"uncut {IT_TO_ANIMAL}.2.4").label.startswith("Encoder 2.4: it → animal")
    alone, every = (leaning(one) for one in (app, open_page(cut=IT_TO_ANIMAL)))
    before, after = alone["before"], alone["after"]
    assert before == every["before"] and before > after > every["after"] and before - after < 2


def test_a_link_is_cut_and_joined_again(open_page):
    app = open_page()
    app.selectbox(key="cut_query").set_value(8)  # 0 is every word
    app.selectbox(key="cut_key").set_value(1)
    app.button(key="cut_link").click().run()
    assert app.query_params["cut"] == IT_TO_ANIMAL
    app.button(key=f"uncut {IT_TO_ANIMAL}").click().run()
    assert "cut" not in app.query_params


def test_other_half_of_a_pair_keeps_what_is_off(open_page):
    app = open_page(off="cross.2.3")
    app.button(key="other").click().run()
    assert app.text_input(key="text").value == EXAMPLES[1]
    assert app.query_params["off"] == "cross.2.3"


@pytest.mark.parametrize(
    "query, sentence",
    [
        ({"off": "encoder.9.9,cross.2.3"}, "1 of the heads and links"),
        ({"cut": "encoder.99.2"}, "1 of the heads and links"),
        ({"cut": "encoder.8.2.9.1"}, "1 of the heads and links"),
        ({"text": "The dog sleeps.", "off": "cross.2.3"}, "no il or elle"),
        ({"text": " "}, "There is no sentence yet."),
        ({"text": "?!"}, "only signs"),
        ({"text": "word " * 300}, "at most"),
    ],
)
def test_what_cannot_be_done_gets_one_sentence(open_page, query, sentence):
    app = open_page(**query)
    assert not app.exception
    assert said(app).count(sentence) == 1


def test_model_without_heads_is_told_so(open_page, monkeypatch):
    from dataclasses import replace

    recorded = caches.recorded_run
    monkeypatch.setattr(caches, "recorded_run", lambda choice: replace(recorded(choice), maps={}))
    assert "has no heads to switch off" in said(open_page())


def test_nonsense_address_opens_the_default(open_page):
    app = open_page(off="encoder.0.1,x", cut="a.b.c", how="maybe")
    assert not app.exception and "Nothing is switched off yet" in said(app)


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "😀 dog", "আমি গান গাই"])
def test_awkward_text_is_shown(open_page, text):
    app = open_page(text=text, off="cross.2.3")
    assert not app.exception
    assert "<img" not in "".join(one.proto.body for one in app.get("html"))
