"""Training on thirty sentences: it learns, it resumes to the bit, and it writes what the readers load."""

import json
from dataclasses import replace

import pytest
import torch

from model.language.pronouns import examples
from model.language.tokenizer import END, NONE, START
from model.networks.transformer import TransformerConfig
from model.reading.loading import load
from model.training import train
from model.training.batches import IGNORE, collate, epoch, pronoun_examples, sentence_examples

TINY = TransformerConfig(vocabulary=500, width=24, heads=3, encoder_layers=1, decoder_layers=1, feed_forward=16)
CONFIG = train.TrainingConfig(tokens=6000, batch_tokens=500, warmup_tokens=500, seed=7, generated_share=0.5)


@pytest.fixture(scope="module")
def pairs_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "pairs.txt"
    path.write_text(
        "\n".join(f"I see dog number {i}.\tJe vois le chien numéro {i}." for i in range(60)), encoding="utf-8"
    )
    return path


@pytest.fixture(autouse=True)
def tiny_preset(monkeypatch):
    monkeypatch.setitem(train.PRESETS, "tiny", TINY)


def run(pairs_file, work, *stops):
    for stop in stops:
        training = train.Training("tiny", pairs_file, CONFIG, work)
        training.run(stop_tokens=stop, validate_tokens=10**9)
    return training


def test_resume_is_exact(pairs_file, tmp_path):
    whole = run(pairs_file, tmp_path / "whole", 4000)
    pieces = run(pairs_file, tmp_path / "pieces", 1000, 2500, 4000)
    assert (whole.tokens, whole.steps) == (pieces.tokens, pieces.steps)
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, pieces.model.state_dict()[name]), name


def test_it_learns(pairs_file, tmp_path):
    config = replace(CONFIG, tokens=30_000)
    training = train.Training("tiny", pairs_file, config, tmp_path)
    batch = collate(training.pairs[:8])
    training.model.eval()
    torch.manual_seed(0)
    before = train.losses(training.model, batch, CONFIG)[0].item()
    training.run(validate_tokens=10**9)
    training.model.eval()
    assert train.losses(training.model, batch, CONFIG)[0].item() < 0.8 * before


def test_other_data_is_refused(pairs_file, tmp_path):
    run(pairs_file, tmp_path, 1000)
    other = tmp_path / "other.txt"
    other.write_text(pairs_file.read_text(encoding="utf-8") + "\nMore.\tPlus.", encoding="utf-8")
    with pytest.raises(ValueError, match="another file of pairs"):
        train.Training("tiny", other, CONFIG, tmp_path)


def test_checkpoint_is_read_by_the_translator(pairs_file, tmp_path):
    training = run(pairs_file, tmp_path / "work", 1000)
    training.write_checkpoint(tmp_path / "out")
    card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
    assert card["tokens"] == training.tokens and card["attribution"].startswith("Trained on English-French")
    assert all(card[name] for name in ("data_sha256", "generator_sha256", "hardware", "versions", "steps"))
    assert load("tiny", tmp_path / "out").read("I see it.", beams=1).target.tokens


def test_learning_rate_goes_up_level_and_down():
    rate = [train.learning_rate(CONFIG, tokens) / CONFIG.learning_rate for tokens in (0, 250, 500, 3000, 6000)]
    # falls over the last 35 % of 6000 = 2100 tokens, from 3900 on
    assert rate == [0, 0.5, 1, 1, 0]
    assert train.learning_rate(CONFIG, 4950) / CONFIG.learning_rate == pytest.approx(0.5)


def test_epoch_is_a_function_of_its_seed(tokenizer):
    pairs = sentence_examples([("I see it.", "Je le vois."), ("Go.", "Va.")] * 20, tokenizer)

    def make(number):
        return epoch(pairs, tokenizer, generated_share=0.5, batch_tokens=200, seed=3, number=number)

    assert make(0) == make(0) != make(1)
    assert sum(map(len, make(0))) == 80
    longest = max(len(b) * max(len(e.source) + len(e.target) + 1 for e in b) for b in make(0) if len(b) > 1)
    assert longest <= 200


def test_batch_shifts_the_target_by_one(tokenizer):
    batch = collate(sentence_examples([("Go.", "Va."), ("I see it.", "Je le vois bien.")], tokenizer))
    assert (batch.prefix[:, 0] == START).all()
    for prefix, labels in zip(batch.prefix, batch.labels, strict=True):
        real = labels[labels != IGNORE]
        assert real[-1] == END and torch.equal(prefix[1 : len(real)], real[:-1])


def test_pronoun_example_points_at_it_and_names_its_antecedent(tokenizer):
    generated = examples("training", 5, 300)
    for example, ids in zip(generated, pronoun_examples(generated, tokenizer), strict=True):
        assert tokenizer.text_of(ids.source[ids.it]).lower() == "it"
        assert ids.antecedent == (tokenizer.ids_of_many([example.antecedent])[0][0] if example.antecedent else NONE)
