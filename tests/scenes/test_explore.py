"""What Explore sends to the browser: every weight as it is, and the view it starts with."""

import numpy as np
import pytest

from model.reading.recorded import EXAMPLES
from tests import decoded
from viz.components.explorer import with_length
from viz.scenes import explore, wire
from viz.scenes.choice import Choice
from viz.session import caches


@pytest.fixture
def run(translator):
    return translator.read(EXAMPLES[0], beams=1)


def picture_of(run):
    """The unpacked picture; the record of the state, which comes before it on the wire, is empty here."""
    caches.picture.clear()
    return decoded.explorer(with_length({}) + caches.picture(run.model, run.text, run.beams, run))


def test_picture_carries_every_weight(run):
    picture = picture_of(run)
    for part, maps in run.maps.items():
        np.testing.assert_allclose(picture["weights"][part], maps.all_weights(), atol=2e-5)


def test_view_starts_at_it(run):
    suggested = explore.state(run, Choice())["suggested"]
    assert run.source.words[suggested["encoder"]["word"]].text == "it"
    assert suggested["cross"]["word"] is None


def test_long_text_is_coded_in_bytes(translator, monkeypatch):
    monkeypatch.setattr(wire, "WIRE_BYTES", 1000)
    run = translator.read("The dog sleeps because it is raining.", beams=1)
    assert picture_of(run)["bits"] == 8
