"""A Choice goes into the address and back without loss, and nonsense in an address does no harm."""

from dataclasses import replace

import numpy as np
import pytest

from model.reading.place import Link, Place
from model.reading.recorded import EXAMPLES
from tests import decoded
from viz.components.explorer import with_length
from viz.pages import session
from viz.pages.session import Choice

CHOICES = [
    Choice(),
    Choice(text="<img src=x onerror=alert(1)>", lang="bn", beams=1, part="cross", view="matrix", unit="tokens"),
    Choice(text="", threshold=0.37, hide=False, layer=3, heads=(2, 7), word=9, step=11),
    Choice(text="a=b&c d+é মন 😀", heads=(), word=0),
    Choice(
        second="",
        nouns=(7, 3),
        off=(Place("cross", 0, 1), Place("encoder", 10, 4)),
        how="mean",
        cut=(Link("cross", None, 2), Link("encoder", 7, 1, 0, 4)),
        opened=("causal",),
    ),
    Choice(meaning="gradient", link=(3, 3), score="long_arcs"),
]


@pytest.mark.parametrize("choice", CHOICES)
def test_choice_survives_the_address(choice):
    assert Choice.from_query(choice.to_query()) == choice


def test_default_choice_leaves_the_address_empty():
    assert Choice().to_query() == {}


@pytest.mark.parametrize("value", ["", "-1", "99999999", "nan", "x", "1,,2", "1e400", "None", "<b>", "🙂"])
def test_nonsense_gives_the_default(value):
    names = ["lang", "model", "beams", "part", "view", "unit", "threshold", "hide", "layer", "heads", "word", "step"]
    names += ["nouns", "off", "how", "cut", "opened", "meaning", "link"]
    query = dict.fromkeys(names, value)
    choice = Choice.from_query(query | {"unknown": value})
    assert replace(choice, threshold=Choice.threshold) == Choice()
    assert 0 <= choice.threshold <= 1  # a number that is too large or small is taken as the nearest possible one


def test_choice_is_hashable():
    assert len({*CHOICES, *CHOICES}) == len(CHOICES)


@pytest.fixture
def run(translator):
    return translator.read(EXAMPLES[0], beams=1)


def picture_of(run):
    """The unpacked picture; the record of the state, which comes before it on the wire, is empty here."""
    session.picture.clear()
    return decoded.explorer(with_length({}) + session.picture(run.model, run.text, run.beams, run))


def test_picture_carries_every_weight(run):
    picture = picture_of(run)
    for part, maps in run.maps.items():
        np.testing.assert_allclose(picture["weights"][part], maps.all_weights(), atol=2e-5)


def test_view_starts_at_it(run):
    suggested = session.state(run, Choice())["suggested"]
    assert run.source.words[suggested["encoder"]["word"]].text == "it"
    assert suggested["cross"]["word"] is None


def test_long_text_is_coded_in_bytes(translator, monkeypatch):
    monkeypatch.setattr(session, "WIRE_BYTES", 1000)
    run = translator.read("The dog sleeps because it is raining.", beams=1)
    assert picture_of(run)["bits"] == 8


def test_recording_of_other_weights_is_not_shown(monkeypatch):
    from model.reading import recorded

    recorded.recordings.cache_clear()
    monkeypatch.setattr(recorded, "fingerprint", lambda model: "other weights")
    assert recorded.recordings("transformer") == {}
    recorded.recordings.cache_clear()


def test_every_example_is_recorded_for_both_searches():
    from model.reading import recorded

    recorded.recordings.cache_clear()
    assert set(recorded.recordings("transformer")) == {(text, beams) for text in EXAMPLES for beams in session.BEAMS}
