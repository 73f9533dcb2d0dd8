"""Axis and Run keep their own shapes, say in short what pages ask for, and survive a file."""

import json
from dataclasses import replace

import numpy as np
import pytest

from model.reading.run import NO_MEMORY, Asked, Axis, Prediction, Run, Token, Word
from model.reading.store import FORMAT, load_runs, save_runs


def test_tokens_name_words_that_are_there():
    with pytest.raises(ValueError, match="names word 3, but there are 1"):
        Axis((Word("a"),), (Token("a", 0, 3),))


def test_predictions_name_places_that_are_there():
    axis = Axis((Word("a"),), (Token("a", 0, 0),))
    for prediction, message in (
        (Prediction(1, "a", 0.5), "place must be below 1; got 1"),
        (Prediction(0, "a", 0.5, axis="elsewhere"), "names the axis 'elsewhere'; there are target"),
    ):
        with pytest.raises(ValueError, match=message):
            Run(Asked("made", "a"), {"target": axis}, {}, predictions=(prediction,))


def test_every_field_of_what_was_asked_tells_runs_apart():
    asked = Asked("model", "text")
    others = {"model": "b", "text": "b", "weights": "b", "kind": "b", "preprocessing": "b", "language": "bn"}
    keys = {asked, *(replace(asked, **{name: value}) for name, value in (others | {"beams": 1, "seed": 1}).items())}
    assert len(keys) == 9 == len(vars(asked)) + 1


def test_a_run_cannot_be_changed(translator):
    run = translator.read("The dog sleeps.", beams=1)
    with pytest.raises(TypeError):
        run.maps["encoder"] = None
    with pytest.raises(AttributeError):
        run.output = ""
    with pytest.raises(ValueError, match="read-only"):
        run.maps["cross"].form.keys[0] = 0


def test_what_pages_say_in_short_is_read_off_the_record(translator):
    run = translator.read("The dog sleeps.", beams=2)
    assert (run.model, run.text, run.beams) == ("small", "The dog sleeps.", 2) and not run.fallback
    assert run.probabilities == tuple(p.probability for p in run.predictions)
    assert replace(run, notices=(NO_MEMORY,)).fallback


def test_runs_survive_a_file(translator, recurrent, tmp_path):
    runs = [
        translator.read("The animal didn't cross <s> because it slept.", beams=2),
        recurrent["gru-attention"].read("The dog sleeps.", beams=1),
    ]
    save_runs(runs, tmp_path / "runs.npz", fingerprint="abc")
    loaded, about = load_runs(tmp_path / "runs.npz")
    assert about == {"fingerprint": "abc"}
    for found, run in zip(loaded, runs, strict=True):
        assert found.recorded and not run.recorded
        for name in ("asked", "axes", "output", "predictions", "references", "notices", "device", "check", "moment"):
            assert getattr(found, name) == getattr(run, name)
        for part, maps in run.maps.items():
            np.testing.assert_array_equal(found.maps[part].all_weights(), maps.all_weights())
            for name in ("query_axis", "key_axis", "row_names", "layer_numbers", "kind", "causal"):
                assert getattr(found.maps[part], name) == getattr(maps, name)


@pytest.mark.parametrize("version", [None, FORMAT + 1])
def test_another_format_is_refused_by_name(tmp_path, version):
    notes = {"runs": [], "about": {}} | ({} if version is None else {"format": version})
    np.savez(tmp_path / "runs.npz", notes=json.dumps(notes))
    with pytest.raises(ValueError, match=f"format {version or 1}, and this version reads format {FORMAT}: record them"):
        load_runs(tmp_path / "runs.npz")
