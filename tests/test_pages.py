"""Pages through Streamlit's own tester: turn one knob, see one thing change; bad input gets one sentence."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from model.reading.recorded import EXAMPLES
from tests import decoded

APP = str(Path(__file__).parent.parent / "app.py")


@pytest.fixture
def open_app():
    def open_(**query):
        app = AppTest.from_file(APP, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return open_


def explorer_data(app):
    """What the browser was sent."""
    return decoded.explorer(app.get("bidi_component")[0].proto.bytes)


def messages(app):
    return [element.value for kind in (app.info, app.warning, app.error, app.caption) for element in kind]


def test_first_screen_is_a_recorded_run(open_app):
    app = open_app()
    assert not app.exception
    data = explorer_data(app)
    assert data["run"]["recorded"] and data["run"]["id"].endswith(EXAMPLES[0])


def test_an_address_is_a_view(open_app):
    data = explorer_data(
        open_app(text=EXAMPLES[1], part="cross", view="atlas", layer="1", heads="2,3", step="4", unit="tokens")
    )
    assert data["run"]["id"].endswith(EXAMPLES[1])
    expected = {"part": "cross", "view": "atlas", "layer": 1, "heads": [2, 3], "step": 3, "unit": "tokens"}
    assert data["choice"].items() >= expected.items()


def test_typing_a_sentence_translates_it(open_app):
    app = open_app()
    app.text_input(key="text").set_value("The cat sleeps.").run()
    data = explorer_data(app)
    assert [word["text"] for word in data["run"]["source"]["words"]] == ["The", "cat", "sleeps", ".", "</s>"]
    assert not data["run"]["recorded"]


def test_choosing_an_example_fills_the_box(open_app):
    app = open_app()
    app.button(key="it = nothing").click().run()
    assert app.text_input(key="text").value == EXAMPLES[4]
    assert explorer_data(app)["run"]["id"].endswith(EXAMPLES[4])


def test_greedy_search_is_another_run(open_app):
    app = open_app()
    app.get_by_key("beams").set_value(1).run()
    assert explorer_data(app)["run"]["method"] == "greedy"


def test_language_changes_every_string(open_app):
    english, bengali = open_app(), open_app(lang="bn")
    assert explorer_data(english)["strings"]["lines"] == "Lines"
    assert explorer_data(bengali)["strings"]["lines"] != "Lines"


@pytest.mark.parametrize("text, word", [(" ", "no sentence"), ("?! …", "only signs"), ("word " * 300, "at most")])
def test_unreadable_text_gets_one_sentence_and_stays(open_app, text, word):
    app = open_app()
    app.text_input(key="text").set_value(text).run()
    assert not app.exception
    (message,) = messages(app)[: len(messages(app)) - 1]  # the last caption is the sidebar's
    assert word in message
    assert app.text_input(key="text").value == text


def test_long_text_can_be_cut(open_app):
    app = open_app()
    app.text_input(key="text").set_value("word " * 300).run()
    next(button for button in app.button if button.label == "Cut to fit").click().run()
    assert explorer_data(app)["run"]["source"]["words"][0]["text"] == "word"


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "😀 dog", "আমি গান গাই", "שלום עולם", "<s>"])
def test_awkward_text_is_shown(open_app, text):
    app = open_app()
    app.text_input(key="text").set_value(text).run()
    assert not app.exception and explorer_data(app)["run"]["id"].endswith(text)


def test_nonsense_address_opens_the_default(open_app):
    app = open_app(
        lang="xx", beams="9", part="?", layer="-3", heads="a,b", step="many", threshold="lots", model="../../etc"
    )
    assert not app.exception and explorer_data(app)["choice"]["part"] == "encoder"


def test_damaged_checkpoint_is_one_sentence(open_app, monkeypatch):
    from model.reading import loading
    from model.reading.reader import CheckpointError
    from viz.session import caches

    def fail(*_):
        raise CheckpointError("damaged", "It is damaged.", "HeaderTooLarge")

    caches.translator.clear()
    monkeypatch.setattr(loading, "load", fail)
    app = open_app(text="A sentence that nobody has recorded.")
    caches.translator.clear()
    assert not app.exception and "HeaderTooLarge" in app.error[0].value


def test_model_page_shows_the_card(open_app):
    app = open_app()
    app.switch_page("viz/pages/about.py").run()
    assert not app.exception
    assert "tatoeba" in " ".join(element.value for element in app.markdown).lower()
