"""Training on thirty sentences: it learns, it resumes to the bit, and it writes what the readers load."""

import json
import random
from dataclasses import replace

import pytest
import torch

from model.language import bengali, corpora
from model.language.pronouns import examples
from model.language.tokenizer import END, NONE, START, Tokenizer
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.loading import load
from model.training import presets, train
from model.training.batches import (
    IGNORE,
    Mixture,
    collate,
    epoch,
    pronoun_examples,
    sentence_examples,
    split_tokens,
)

TINY = TransformerConfig(vocabulary=500, width=24, heads=3, encoder_layers=1, decoder_layers=1, feed_forward=16)
CONFIG = presets.TrainingConfig(
    tokens=6000, warmup_tokens=500, seed=7, mixture=Mixture(batch_tokens=500, generated_share=0.5)
)
EVERYTHING = Mixture(
    batch_tokens=500,
    generated_share=0.3,
    bengali_share=0.5,
    copied_share=0.3,
    bengali_copied_share=0.2,
    renamed=0.5,
    split_rate=0.2,
)


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
    monkeypatch.setattr(train, "VOCABULARY_SAMPLE", 500)


@pytest.fixture(scope="module")
def two_languages(tmp_path_factory):
    """A folder with a French and a Bengali set, and the recipe that names them."""
    folder = tmp_path_factory.mktemp("sets")
    lines = {"fr": "Tom sees dog {i}.\tTom voit le chien {i}.", "bn": "Tom sees dog {i}.\tটম কুকুর {i} দেখে।"}
    recipe = ""
    for language, line in lines.items():
        (folder / language).mkdir()
        (folder / language / "pairs.tsv").write_text("\n".join(line.format(i=i) for i in range(80)), encoding="utf-8")
        (folder / language / "SOURCE.md").write_text("CC0")
        recipe += f'[[set]]\nname = "{language}"\nfile = "{language}/pairs.tsv"\nlanguage = "{language}"\n'
        recipe += f'weight = 1.5\nattribution = "Nobody, {language}."\n' + (
            "validation = 4\ntest = 4\n" * (language == "fr")
        )
    (folder / "sets.toml").write_text(recipe, encoding="utf-8")
    return corpora.read_recipe(folder / "sets.toml", folder)


def run(pairs_file, work, *stops, sets=None, config=CONFIG):
    for stop in stops:
        training = train.Training("tiny", sets or (corpora.single(pairs_file),), config, work)
        training.run(stop_tokens=stop, validate_tokens=10**9)
    return training


def test_resume_is_exact(pairs_file, tmp_path):
    whole = run(pairs_file, tmp_path / "whole", 4000)
    pieces = run(pairs_file, tmp_path / "pieces", 1000, 2500, 4000)
    assert (whole.tokens, whole.steps) == (pieces.tokens, pieces.steps)
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, pieces.model.state_dict()[name]), name


def test_resume_is_exact_with_everything_in_the_mixture(two_languages, tmp_path):
    config = replace(CONFIG, mixture=EVERYTHING)
    whole = run(None, tmp_path / "whole", 3000, sets=two_languages, config=config)
    pieces = run(None, tmp_path / "pieces", 800, 3000, sets=two_languages, config=config)
    assert set(whole.tokenizer.starts) == {"fr", "bn"}
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(tensor, pieces.model.state_dict()[name]), name


def test_killed_while_saving_goes_on_from_the_state_before(pairs_file, tmp_path, monkeypatch):
    run(pairs_file, tmp_path, 1000)

    saved = torch.save

    def half_a_state(state, path):
        path.write_bytes(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", half_a_state)
    run(pairs_file, tmp_path, 2000)
    monkeypatch.setattr(torch, "save", saved)
    again = train.Training("tiny", (corpora.single(pairs_file),), CONFIG, tmp_path)
    assert 1000 <= again.tokens < 2000 and not (tmp_path / "state.tmp").exists()


def test_full_disk_leaves_the_old_checkpoint(pairs_file, tmp_path, monkeypatch):
    training = run(pairs_file, tmp_path / "work", 1000)
    training.write_checkpoint(tmp_path / "out")
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    run(pairs_file, tmp_path / "work", 2000)
    monkeypatch.setattr(train, "save_file", lambda *_: (_ for _ in ()).throw(OSError("No space left on device")))
    with pytest.raises(OSError, match="the old one stays"):
        training.write_checkpoint(tmp_path / "out")
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before


def test_moments_are_kept_as_weights(pairs_file, tmp_path, monkeypatch):
    monkeypatch.setattr(train, "MOMENTS", (0, 700, 1500))
    run(pairs_file, tmp_path, 2000)
    kept = sorted(int(file.stem) for file in (tmp_path / "moments").iterdir())
    assert kept[0] == 0 and 700 <= kept[1] < 1500 <= kept[2] < 2000 and len(kept) == 3


def test_it_learns(pairs_file, tmp_path):
    config = replace(CONFIG, tokens=30_000)
    one = corpora.single(pairs_file)
    training = train.Training("tiny", (one,), config, tmp_path)
    batch = collate(sentence_examples(one.corpus.training[:8], training.tokenizer))
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
    with pytest.raises(ValueError, match="other data"):
        train.Training("tiny", (corpora.single(other),), CONFIG, tmp_path)


def test_checkpoint_is_read_by_the_translator(pairs_file, tmp_path):
    training = run(pairs_file, tmp_path / "work", 1000)
    training.write_checkpoint(tmp_path / "out")
    card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
    assert card["tokens"] == training.tokens and card["attribution"].startswith("Trained on English-French")
    assert all(card[name] for name in ("data_sha256", "generator_sha256", "hardware", "versions", "steps"))
    assert card["sets"][0]["name"] == "pairs" and card["sets"][0]["pairs"] == 48
    assert load("tiny", tmp_path / "out").read("I see it.", beams=1).target.tokens


def test_learning_rate_goes_up_level_and_down():
    rate = [train.learning_rate(CONFIG, tokens) / CONFIG.learning_rate for tokens in (0, 250, 500, 3000, 6000)]
    # falls over the last 35 % of 6000 = 2100 tokens, from 3900 on
    assert rate == [0, 0.5, 1, 1, 0]
    assert train.learning_rate(CONFIG, 4950) / CONFIG.learning_rate == pytest.approx(0.5)


def pair_set(pairs, language="fr", weight=1.0):
    corpus = corpora.Corpus(tuple(pairs), (), (), 0)
    return corpora.PairSet("small", language, corpus, "", weight)


def test_epoch_is_a_function_of_its_seed(tokenizer):
    sets = (pair_set([("I see it.", "Je le vois."), ("Go.", "Va.")] * 20),)

    def make(number):
        return epoch(sets, tokenizer, Mixture(200, generated_share=0.5), seed=3, number=number)

    assert make(0) == make(0) != make(1)
    assert sum(map(len, make(0))) == 80
    longest = max(len(b) * max(len(e.source) + len(e.target) + 1 for e in b) for b in make(0) if len(b) > 1)
    assert longest <= 200


def test_weights_say_how_often_a_pair_is_read(tokenizer):
    sets = (pair_set([(f"Go {i}.", f"Va {i}.") for i in range(10)], weight=2.3),)
    batches = epoch(sets, tokenizer, Mixture(200, generated_share=0.0), seed=3, number=0)
    read = [tuple(example.source) for batch in batches for example in batch]
    assert len(read) == 23 and sorted(read.count(one) for one in set(read)) == [2] * 7 + [3] * 3


def test_language_is_what_the_target_begins_with(two_languages):
    texts = [text for one in two_languages for pair in one.corpus.training for text in pair]
    tokenizer = Tokenizer.train(texts, 400, ("fr", "bn"))
    pairs = {one.language: one.corpus.training[:3] for one in two_languages}
    for language, some in pairs.items():
        batch = collate(sentence_examples(some, tokenizer, language))
        assert (batch.prefix[:, 0] == tokenizer.starts[language]).all()
    generated = bengali.examples("training", 1, 20)
    whole = Tokenizer.train([text for e in generated for text in (e.source, e.target)], 500, ("fr", "bn"))
    batch = collate(pronoun_examples(generated, whole, "bn"))
    assert (batch.prefix[:, 0] == whole.starts["bn"]).all() and (batch.it >= 0).all()


def test_split_tokens_spell_the_same(tokenizer):
    ids = tokenizer.ids_of_many(["The animal didn't cross the street because it was too tired."])[0]
    split = split_tokens(ids, tokenizer.parts, 0.5, random.Random(1))
    assert len(split) > len(ids) and tokenizer.decode(split) == tokenizer.decode(ids)
    assert split_tokens(ids, tokenizer.parts, 0.0, random.Random(1)) == ids


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


@pytest.mark.parametrize("known", [True, False])
def test_a_step_runs_where_every_tensor_is_on_another_device(tokenizer, known):
    """On torch's meta device: a tensor that is left on the CPU cannot be mixed with the others, and fails here."""
    model = Transformer(replace(TINY, vocabulary=len(tokenizer))).to("meta")
    generated = pronoun_examples(examples("training", 5, 20), tokenizer)
    plain = sentence_examples([("Go.", "Va."), ("I see it.", "Je le vois bien.")], tokenizer)
    batch = collate(generated if known else plain)
    translation, antecedent = train.losses(model, batch.to("meta"), CONFIG)
    (translation + antecedent).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    for optimizer in train.optimizers(model, CONFIG):
        optimizer.step()
    assert {p.device.type for p in model.parameters()} == {translation.device.type} == {"meta"}
