"""What ships beside the weights: every example, read with these weights and no others."""

from model.reading import recorded
from model.reading.recorded import EXAMPLES
from viz.scenes.common import BEAMS


def test_recording_of_other_weights_is_not_shown(monkeypatch):
    recorded.recordings.cache_clear()
    monkeypatch.setattr(recorded, "fingerprint", lambda model: "other weights")
    assert recorded.recordings("transformer") == {}
    recorded.recordings.cache_clear()


def test_every_example_is_recorded_for_both_searches():
    recorded.recordings.cache_clear()
    assert set(recorded.recordings("transformer")) == {(text, beams) for text in EXAMPLES for beams in BEAMS}
