"""The command: what is shipped comes out again, wrong input is one sentence, models without heads say so."""

import subprocess
import sys

import pytest
import torch

from model.evidence.causes.causal import main, pair_report
from model.evidence.causes.compare import compare
from model.evidence.causes.interventions import Intervention
from model.evidence.causes.left_to_right import left_to_right
from model.evidence.causes.patching import patching
from model.networks.recurrent import Recurrent, RecurrentConfig
from model.reading.place import Place
from model.reading.readers.own import Translator
from model.reading.recorded import suggestions
from tests.evidence.causes.conftest import ROOT, TIRED, WIDE


def test_suggestions_belong_to_the_shipped_weights_and_come_out_again(shipped):
    found = suggestions("transformer")
    heads = Intervention(tuple(Place(one["part"], one["layer"], one["head"]) for one in found["heads"]), found["how"])
    assert 1 <= len(heads.heads) <= 6 and found["held_out"]["n"] >= 100 and len(found["pairs"]) == 10
    first = found["pairs"][0]
    assert first["sentences"] == [TIRED, WIDE]
    for text, before, after in zip(first["sentences"], first["before"], first["after"], strict=True):
        assert compare(shipped, text, heads).log_odds == pytest.approx((before, after), abs=1e-3)  # other processors
    report = pair_report(shipped, TIRED, WIDE, heads)
    assert report["before"] == pytest.approx(first["before"][0] - first["before"][1], abs=2e-3)
    assert report["random_band"]["low"] > report["change"]


def test_heads_are_named_as_on_screen():
    assert Place.parse("encoder.2.4") == Place("encoder", 1, 3)
    with pytest.raises(ValueError, match=r"counted from 1; got 'encoder\.0\.4'"):
        Place.parse("encoder.0.4")


def test_wrong_input_is_one_sentence():
    command = [sys.executable, "-m", "model.evidence.causal", "--pair", TIRED, TIRED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and len(done.stderr.strip().splitlines()) == 1
    assert "The two sentences are the same" in done.stderr


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--heads", "encoder.9.1"], "the encoder has 4 layers of 8 heads"),
        (["--model", "nothing"], "lacks card.json"),
    ],
)
def test_what_is_not_there_is_one_sentence(monkeypatch, arguments, message):
    monkeypatch.setattr(sys, "argv", ["causal", "--pair", TIRED, WIDE, *arguments])
    with pytest.raises(SystemExit, match=message) as caught:
        main()
    assert len(str(caught.value).splitlines()) == 1


def test_a_model_without_heads_says_so(small):
    network = Recurrent(RecurrentConfig(len(small.tokenizer), width=11, hidden=14))
    recurrent = Translator(network, small.tokenizer, "gru", torch.device("cpu"))
    for ask in (lambda: compare(recurrent, TIRED, Intervention((Place("cross", 0, 0),))),
                lambda: patching(recurrent, TIRED, WIDE), lambda: left_to_right(recurrent, TIRED, WIDE)):  # fmt: skip
        with pytest.raises(ValueError, match="only a Transformer has them"):
            ask()
