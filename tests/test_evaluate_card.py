"""The commands that write into a card, on a small untrained checkpoint and made-up files."""

import gzip
import json
import sys
from dataclasses import asdict

import pytest
from safetensors.torch import save_file

from model.reading.doubt import SEEN, read_seen
from model.reading.recorded import fingerprint
from model.training import doubt_scores, evaluate
from tests.conftest import SENTENCES


@pytest.fixture
def folder(tmp_path, translator):
    """A checkpoint, a file of pairs, and test files."""
    checkpoint, tests = tmp_path / "small", tmp_path / "tests"
    for one in (checkpoint, tests):
        one.mkdir()
    weights = {name: tensor.half().contiguous() for name, tensor in translator.network.state_dict().items()}
    save_file(weights, checkpoint / "model.safetensors")
    translator.tokenizer.save(checkpoint / "tokenizer.json")
    card = {"kind": "transformer", "network": asdict(translator.network.config), "scores": {"translation": {"bleu": 7}}}
    (checkpoint / "card.json").write_text(json.dumps(card))
    pairs = "\n".join(f"Tom has {i} dogs and {SENTENCES[2]}\tTom a {i} chiens et {SENTENCES[3]}" for i in range(60))
    (tmp_path / "pairs.tsv").write_text(pairs, encoding="utf-8")
    (tests / "names.tsv").write_text("name\tkind\nQwyzzix\tmadeup\nPlokhta\tplace\n")
    (tests / "name_frames.tsv").write_text("english\tfrench\n{name} sleeps.\t{name} dort.\n")
    (tests / "numbers.tsv").write_text("english\tfrench\tnumber\nI am 7.\tx\t7\n")
    (tests / "visitors.tsv").write_text("english\tfrench\tkind\nHi.\tSalut. ||| Bonjour.\tgreeting\n")
    return tmp_path


def run(folder, monkeypatch, capsys, *words):
    common = ["--model", str(folder / "small"), "--pairs", str(folder / "pairs.tsv"), "--beams", "1", "--json"]
    monkeypatch.setattr(sys, "argv", ["evaluate", *words, *common])
    evaluate.main()
    return json.loads(capsys.readouterr().out), json.loads((folder / "small" / "card.json").read_text())["scores"]


def test_card_measures_what_is_asked_and_keeps_the_rest(folder, monkeypatch, capsys):
    only = ("--only", "names,numbers,visitors", "--against", str(folder / "small"))
    files = ("--tests", str(folder / "tests"), "--handwritten", "none.tsv")
    printed, card = run(folder, monkeypatch, capsys, "card", *files, *only)
    assert list(printed) == ["names", "numbers", "visitors"] and card == {"translation": {"bleu": 7}} | printed
    assert (printed["names"]["n"], printed["numbers"]["n"], printed["visitors"]["difference"]) == (2, 1, 0.0)


def test_section_that_cannot_be_measured_is_said(folder, monkeypatch, capsys):
    with pytest.raises(SystemExit, match="bengali cannot be measured here"):
        run(folder, monkeypatch, capsys, "card", "--handwritten", "none.tsv", "--only", "bengali")


def test_doubt_goes_into_the_card_and_the_vocabulary_beside_it(folder, monkeypatch, capsys):
    monkeypatch.setattr(doubt_scores, "KINDS", dict.fromkeys(doubt_scores.KINDS, 5))
    monkeypatch.setattr(evaluate, "generated_sources", lambda version: [])
    printed, card = run(folder, monkeypatch, capsys, "doubt")
    assert card["doubt"] == printed and {"threshold", "fires", "unwarned_right", "warned_right", "rule"} <= set(printed)
    assert printed["n"] > 5 and printed["right_by_kind"]["generated"]["n"] == 5
    monkeypatch.setattr("model.reading.recorded.CHECKPOINTS", folder)
    seen = read_seen(folder / "small" / SEEN, fingerprint("small"))
    assert {"dogs", "raining"} <= seen and "60" not in seen
    assert gzip.decompress((folder / "small" / SEEN).read_bytes())


def test_missing_file_is_one_sentence(folder, monkeypatch, capsys):
    with pytest.raises(SystemExit, match="cannot evaluate"):
        run(folder, monkeypatch, capsys, "card", "--handwritten", str(folder / "none.tsv"), "--only", "handwritten")
