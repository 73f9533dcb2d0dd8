"""From text to Run: alignment, probabilities, the self-check, and every kind of bad input."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from model.language.tokenizer import END, START
from model.reading import translate
from model.reading.search import search
from model.reading.translate import LIMIT, CheckpointError, TextError, Translator

TEXT = "The animal didn't cross the street because it was too tired."


@pytest.fixture(scope="module")
def run(translator):
    return translator.read(TEXT, beams=2)


def test_words_are_the_readers_own(run):
    assert [word.text for word in run.source.words] == [*TEXT.replace(".", " . </s>").split()]
    assert {word.kind for word in run.source.words} == {"word", "punctuation", "special"}


def test_probabilities_are_those_of_the_network(translator, run):
    prefix = torch.tensor([[START, *(token.id for token in run.target.tokens[:-1])]])
    logits = translator.network(torch.tensor([translator.ids(TEXT)]), prefix)[0]
    labels = [*(token.id for token in run.target.tokens[:-1]), END]
    expected = logits.softmax(-1)[range(len(labels)), labels]
    np.testing.assert_allclose(run.probabilities, expected.detach().numpy(), atol=1e-6)


def test_three_alternatives_best_first(run):
    for three in run.alternatives:
        assert len(three) == 3 and three[0][1] >= three[1][1] >= three[2][1]


def test_row_beside_a_token_is_the_one_that_produced_it(translator, run):
    """Row t of the decoder reads the prefix up to token t - 1: its last visible key is the token before."""
    maps = run.maps["decoder"]
    assert [token.text for token in maps.key_axis.tokens] == ["<s>", *(token.text for token in run.target.tokens[:-1])]
    assert maps.query_axis is run.target and maps.causal
    record = []
    prefix = torch.tensor([[START, *(token.id for token in run.target.tokens[:2])]])
    memory = translator.network.encode(torch.tensor([translator.ids(TEXT)]))
    translator.network.decode(prefix, memory, record=record)
    produced_third = record[0].weights[0, :, -1].detach().numpy()  # after two tokens the next one is the third
    shown = np.stack([maps.weights(0, head)[2, :3] for head in range(maps.heads)])
    np.testing.assert_allclose(shown, produced_third, atol=1e-6)


def test_weights_equal_the_networks_own(run):
    assert 0 <= run.check <= 1e-5


def test_run_refuses_weights_that_differ(translator, monkeypatch):
    monkeypatch.setattr(translate, "largest_difference", lambda maps, records: 2e-5)
    with pytest.raises(RuntimeError, match=r"differ from the network's own by 2\.0e-05"):
        translator.read(TEXT, beams=1)


def test_antecedents_name_words_of_the_sentence(run):
    (antecedent,) = run.antecedents
    assert run.source.words[antecedent.word].text == "it"
    for candidate in antecedent.candidates:
        assert candidate.word == -1 or run.source.words[candidate.word].text == candidate.text
        assert 0 <= candidate.probability <= 1


def test_word_probability_is_the_product_of_its_tokens(run):
    for word in range(len(run.target.words)):
        tokens = run.target.tokens_of(word)
        assert run.word_probability(word) == pytest.approx(np.prod([run.probabilities[i] for i in tokens]))


@pytest.mark.parametrize(
    "text, reason",
    [("", "blank"), (" \n\u200b", "blank"), ("?! …", "punctuation"), ("😀", "punctuation"), ("a " * 400, "long")],
)
def test_unreadable_text_is_named(translator, text, reason):
    with pytest.raises(TextError) as caught:
        translator.read(text)
    assert caught.value.reason == reason


def test_cut_keeps_whole_words_within_the_limit(translator):
    text = "animal " * 400
    short = translator.cut(text)
    assert (
        short
        and text.startswith(short)
        and len(translator.ids(short)) <= LIMIT < len(translator.ids(short + " animal"))
    )


@pytest.mark.parametrize(
    "text", ["<img src=x onerror=alert(1)>", "😀 dog", "আমি গান গাই", "שלום", "the the the", "<s>", "x"]
)
def test_awkward_text_is_read(translator, text):
    run = translator.read(text, beams=1)
    assert len(run.probabilities) == len(run.target) and run.check <= 1e-5


def test_many_translations_equal_single_ones(translator):
    texts = [TEXT, "It is raining", "The dog sleeps.", TEXT]
    assert translator.translate_many(texts, beams=1) == [translator.read(text, beams=1).translation for text in texts]


def test_memory_of_the_gpu_runs_out(translator, monkeypatch):
    small = Translator(translator.network, translator.tokenizer, "small", torch.device("cpu"))
    original, calls = small.read_on_device, []

    def fail_first(text, beams):
        calls.append(text)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return original(text, beams)

    monkeypatch.setattr(small, "read_on_device", fail_first)
    assert small.read(TEXT, beams=1).fallback and len(calls) == 2


@pytest.fixture
def checkpoint(translator, tmp_path):
    save_file(
        {k: v.half().contiguous() for k, v in translator.network.state_dict().items()}, tmp_path / "model.safetensors"
    )
    translator.tokenizer.save(tmp_path / "tokenizer.json")
    (tmp_path / "card.json").write_text(json.dumps({"kind": "transformer", "network": vars(translator.network.config)}))
    return tmp_path


def test_checkpoint_loads(checkpoint):
    assert Translator.load("small", checkpoint).read(TEXT).translation is not None


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "card.json"])
def test_missing_file_is_one_sentence(checkpoint, name):
    (checkpoint / name).unlink()
    with pytest.raises(CheckpointError, match=r"lacks .* Fetch the project again"):
        Translator.load("small", checkpoint)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "card.json"])
def test_damaged_file_is_one_sentence(checkpoint, name):
    (checkpoint / name).write_bytes((checkpoint / name).read_bytes()[:60])
    with pytest.raises(CheckpointError, match="damaged"):
        Translator.load("small", checkpoint)


def test_recurrent_models_are_read_like_any_other(recurrent):
    for name, translator in recurrent.items():
        run = translator.read(TEXT, beams=2)
        assert len(run.probabilities) == len(run.target)
        assert list(run.maps) == (["cross"] if name == "gru-attention" else [])


def test_additive_map_is_the_networks_own(recurrent):
    run = recurrent["gru-attention"].read(TEXT, beams=1)
    maps = run.maps["cross"]
    assert (maps.kind, maps.layers, maps.heads) == ("additive", 1, 1) and run.check <= 1e-5
    weights = maps.weights(0, 0)
    assert weights.shape == (len(run.target), len(run.source))
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)


@pytest.mark.parametrize("beams", [1, 3])
def test_recurrent_search_equals_reading_every_prefix_again(recurrent, beams):
    for translator in recurrent.values():
        source = torch.tensor([translator.ids("The dog sleeps.")])
        found = search(translator.network, source, beams=beams)[0]
        assert found == search(Rereading(translator.network), source, beams=beams)[0]


class Rereading:
    """The slow way: nothing is kept but the words, and every prefix is read from its beginning."""

    def __init__(self, network):
        self.network, self.encode, self.logits = network, network.encode, network.logits

    def start(self, memory, memory_mask):
        return [torch.zeros(len(memory), 0, dtype=torch.long), memory]

    def step(self, token, kept, memory_mask):
        prefix = torch.cat([kept[0], token[:, None]], 1)
        return self.network.decode(prefix, kept[1], memory_mask)[:, -1], [prefix, kept[1]]


def test_latencies_are_measured_as_often_as_asked(translator):
    times = translator.latencies_ms("The dog sleeps.", beams=1, repeats=3)
    assert len(times) == 3 and min(times) > 0
    with pytest.raises(ValueError, match="at least 1; got 0"):
        translator.latencies_ms("The dog sleeps.", repeats=0)
