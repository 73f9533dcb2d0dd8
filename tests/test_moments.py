"""Three moments of a small model: what is read and measured at each, the file, and when a head got its role."""

import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from model.networks.build import build, kind_of
from model.networks.transformer import TransformerConfig
from model.reading import learned as reading
from model.reading.learned import HeadNow, Learned, Learner, Moment, learners_of, load_learned
from model.reading.loading import load
from model.reading.place import Place
from model.reading.reader import CheckpointError
from model.training import moments

TEXTS = ("The dog sleeps.", "The animal didn't cross the street because it was too tired.")
TOKENS = (0, 1100, 20300)


@pytest.fixture(scope="module")
def trained(tmp_path_factory, tokenizer):
    """A checkpoint folder with three moments; each has other weights."""
    folder = tmp_path_factory.mktemp("checkpoint")
    (folder / "moments").mkdir()
    config = TransformerConfig(len(tokenizer), width=33, heads=3, encoder_layers=2, decoder_layers=1, feed_forward=17)
    tokenizer.save(folder / "tokenizer.json")
    card = {"kind": kind_of(config), "network": asdict(config), "log": [{"tokens": 1000, "bleu": 1.5}]}
    (folder / "card.json").write_text(json.dumps(card))
    for seed, tokens in enumerate(TOKENS):
        torch.manual_seed(seed)
        weights = {name: tensor.half().contiguous() for name, tensor in build(config).state_dict().items()}
        save_file(weights, folder / "moments" / f"{tokens:09d}.safetensors")
    save_file(weights, folder / "model.safetensors")
    return folder


@pytest.fixture(scope="module")
def found(trained):
    return moments.measured(trained, trained / "moments", sentences=40, texts=TEXTS, beams=1)


def test_every_moment_is_there_in_order(found):
    assert [moment.tokens for moment in found.moments] == list(TOKENS)
    assert all([one.text for one in moment.readings] == list(TEXTS) for moment in found.moments)
    assert found.curve == ({"tokens": 1000, "bleu": 1.5},)


def test_last_moment_reads_as_the_checkpoint_does(found, trained):
    run = load("small", trained).read(TEXTS[1], beams=1)
    last = found.moments[-1].readings[1]
    assert (last.translation, last.source, last.target) == (run.translation, run.source, run.target)
    assert last.probabilities == pytest.approx(run.probabilities, abs=1e-4)
    assert last.antecedents == tuple(run.antecedents) and len(last.antecedents) == 1
    for part, maps in run.maps.items():
        # 16-bit √weight: half a step of 1/65535, twice the weight's root
        assert np.abs(last.weights(Place(part, 0, 2)) - maps.weights(0, 2)).max() < 2e-5
        assert last.axes(part) == (maps.query_axis, maps.key_axis)


def test_scores_of_every_head_at_every_moment(found):
    for moment in found.moments:
        assert len(moment.heads) == (2 + 1 + 1) * 3
        by_place = {one.place: one.scores for one in moment.heads}
        assert {"previous", "next", "coreference", "coreference_flip"} <= set(by_place[Place("encoder", 1, 2)])
        assert "translation" in by_place[Place("cross", 0, 0)] and "next" not in by_place[Place("cross", 0, 0)]
        assert all(0 <= value <= 1 for scores in by_place.values() for value in scores.values())


def test_file_comes_back_as_it_was(found, tmp_path):
    path = tmp_path / "learned.npz"
    assert moments.write(found, path) == 16
    back = load_learned(path)
    assert back.learners == found.learners and back.about == found.about and back.curve == found.curve
    for one, other in zip(back.moments, found.moments, strict=True):
        assert one.heads == other.heads
        for mine, theirs in zip(one.readings, other.readings, strict=True):
            assert {**vars(mine), "codes": 0} == {**vars(theirs), "codes": 0}
            assert all(np.array_equal(mine.codes[part], theirs.codes[part]) for part in theirs.codes)
            assert not mine.codes["encoder"].flags.writeable
    assert [file.name for file in tmp_path.iterdir()] == ["learned.npz"]


def test_too_large_a_file_takes_eight_bits_and_then_is_refused(found, tmp_path):
    path = tmp_path / "learned.npz"
    moments.write(found, path)
    size = path.stat().st_size
    assert moments.write(found, path, most=size - 1) == 8
    back = load_learned(path).moments[0].readings[0]
    assert back.codes["encoder"].dtype == np.uint8
    weights = found.moments[0].readings[0].weights(Place("encoder", 1, 1))
    assert np.abs(back.weights(Place("encoder", 1, 1)) - weights).max() < 0.004  # half a step of 1/255, twice the root
    before = path.read_bytes()
    with pytest.raises(ValueError, match="at most 100 are shipped"):
        moments.write(found, path, most=100)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def at(tokens, *roles) -> Moment:
    heads = [
        HeadNow(Place("encoder", 0, i), one[0] if one else "no_clear_role", one, {}) for i, one in enumerate(roles)
    ]
    return Moment(tokens, (), tuple(heads))


def test_role_is_had_from_the_moment_it_is_kept():
    course = [
        at(0, (), ("previous",), (), ("sink",)),
        at(10, ("next",), ("previous",), (), ("sink",)),
        at(20, (), ("sink", "previous"), (), ()),
        at(30, ("sink", "next"), ("previous",), (), ()),
        at(40, ("next",), ("previous",), ("next",), ()),
    ]
    assert learners_of(course) == (
        Learner(Place("encoder", 0, 0), "next", since=30, first=10),
        Learner(Place("encoder", 0, 1), "previous", since=0, first=0),
        Learner(Place("encoder", 0, 2), "next", since=40, first=40),
    )
    assert learners_of([]) == ()


def test_what_belongs_to_other_weights_is_not_shown(found, trained, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "CHECKPOINTS", tmp_path)
    (tmp_path / "small").mkdir()
    moments.write(found, tmp_path / "small" / reading.FILE)
    for same in (True, False):
        print_of = found.about["fingerprint"] if same else "other"
        monkeypatch.setattr(reading, "fingerprint", lambda model, print_of=print_of: print_of)
        reading.learned.cache_clear()
        assert (reading.learned("small") is not None) is same
    assert reading.learned("nobody") is None
    reading.learned.cache_clear()


def test_another_format_is_said(found, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "FORMAT", 99)
    reading.save_learned(Learned((), (), (), {}), tmp_path / "x.npz")
    monkeypatch.undo()
    with pytest.raises(ValueError, match="format 99"):
        load_learned(tmp_path / "x.npz")


@pytest.mark.parametrize("break_it", ["empty", "damaged", "other"])
def test_bad_moments_are_one_sentence(trained, tmp_path, break_it):
    if break_it == "damaged":
        (tmp_path / "000000001.safetensors").write_bytes(b"nothing")
    if break_it == "other":
        save_file({"x": torch.zeros(3)}, tmp_path / "000000001.safetensors")
    with pytest.raises(ValueError, match=r"holds no moments|does not fit this model"):
        moments.measured(trained, tmp_path, sentences=40, texts=TEXTS, beams=1)


def test_folder_without_a_card_is_no_checkpoint(tmp_path, trained):
    with pytest.raises(CheckpointError, match="is no checkpoint"):
        moments.measured(tmp_path, trained / "moments", sentences=40)


def test_reading_what_was_learned_brings_in_no_torch():
    code = "import sys, model.reading.learned, model.reading.doubt; print('torch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
