"""What is derived from weights is there and fresh, and is made anew when it is not."""

import json

import pytest

from model.reading.recorded import CHECKPOINTS
from model.training import derive


def test_everything_that_ships_was_made_from_the_weights_that_ship():
    assert [f"{model}/{one.name}" for one, model in derive.stale()] == [], "run: make derive"


def test_every_file_beside_the_weights_is_a_source_or_derived():
    sources = {"card.json", "model.safetensors", "tokenizer.json"}
    for folder in CHECKPOINTS.iterdir():
        made = {one.name for one in derive.derived() if folder.name in one.models}
        assert {file.name for file in folder.iterdir()} == sources | made, folder.name


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """One checkpoint with a file made from its weights."""
    folder = tmp_path / "transformer"
    folder.mkdir()
    (folder / "card.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"weights")
    for module in (derive, derive.sys.modules["model.reading.recorded"]):
        monkeypatch.setattr(module, "CHECKPOINTS", tmp_path)
    (folder / "heads.json").write_text(json.dumps({"fingerprint": derive.fingerprint("transformer")}))
    return folder


def stale_names():
    return [one.name for one, model in derive.stale() if model == "transformer"]


def test_other_weights_make_it_stale(copied):
    assert "heads.json" not in stale_names()
    (copied / "model.safetensors").write_bytes(b"other weights")
    assert "heads.json" in stale_names()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"fingerprint": 3}'])
def test_a_damaged_file_is_stale(copied, content):
    (copied / "heads.json").write_text(content)
    assert "heads.json" in stale_names()


def test_the_command_names_the_model_and_the_file(copied):
    line = next(one.line("transformer") for one in derive.derived() if one.name == "heads.json")
    assert line == ["model.evidence.heads", "--model", "transformer", "--out", str(copied / "heads.json")]
