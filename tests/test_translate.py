"""From text to Run: alignment, probabilities, the self-check, and every kind of bad input."""

import json
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from model.language.tokenizer import END, START
from model.reading import device, loading
from model.reading.loading import load
from model.reading.reader import CheckpointError, TextError
from model.reading.readers import own
from model.reading.readers.own import LIMIT, Translator
from model.reading.recorded import hash_of
from model.reading.search import search
from model.reading.translate import as_json

GOLDEN = Path(__file__).parent / "data" / "translations.json"
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
    monkeypatch.setattr(own, "largest_difference", lambda maps, records: 2e-5)
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


def test_another_model_is_not_answered_for(translator):
    with pytest.raises(ValueError, match="“small” reads text; asked was “other”, to read text"):
        translator.read(replace(translator.asked(TEXT), model="other"))


def test_again_is_the_pass_that_made_the_run(translator, run):
    seen = translator.again(run)
    for part, maps in run.maps.items():
        own = np.stack([record.weights[0].numpy() for record in seen.records[part]])
        np.testing.assert_allclose(own, maps.all_weights(), atol=1e-5)
    chosen = seen.logits[0].softmax(-1)[range(len(run.target)), [token.id for token in run.target.tokens]]
    np.testing.assert_allclose(chosen, run.probabilities, atol=1e-6)
    assert not translator.again(run, record=False).records
    with pytest.raises(ValueError, match="the Run is of “other”"):
        translator.again(replace(run, asked=replace(run.asked, model="other")))


# --- when the GPU's memory runs out ---


@pytest.fixture
def small(translator) -> Translator:
    return Translator(translator.network, translator.tokenizer, "small", torch.device("cpu"))


def fail_on(reader: Translator, monkeypatch, when=lambda text: True) -> list[str]:
    """Lets the reader's own network run out of memory at the texts for which `when` holds. Returns the texts it was given."""
    original, calls = reader.read_on_device, []

    def read(asked):
        calls.append(asked.text)
        if when(asked.text):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return original(asked)

    monkeypatch.setattr(reader, "read_on_device", read)
    return calls


def test_memory_of_the_gpu_runs_out(small, monkeypatch):
    calls, usual = fail_on(small, monkeypatch), small.network
    run = small.read(TEXT, beams=1)
    assert run.fallback and calls == [TEXT] and small.network is usual
    second = small.on_cpu().network
    assert second is not usual and small.on_cpu().network is second
    pairs = list(zip(usual.parameters(), second.parameters(), strict=True))
    assert all(torch.equal(*pair) and pair[0].data_ptr() != pair[1].data_ptr() for pair in pairs)


def test_one_request_runs_out_of_memory_while_another_reads(small, monkeypatch):
    """The second network is made while the first one works: nobody's network is moved, and both get their answer."""
    halfway, made, answers = threading.Event(), threading.Event(), {}
    fail_on(small, monkeypatch, when=lambda text: text == TEXT)
    usual, decode, on_cpu = small.network, small.network.decode, small.on_cpu

    def slow_decode(*arguments, **more):
        halfway.set()
        assert made.wait(20)
        return decode(*arguments, **more)

    def noticed():
        found = on_cpu()
        made.set()
        return found

    monkeypatch.setattr(usual, "decode", slow_decode)
    monkeypatch.setattr(small, "on_cpu", noticed)
    usual_places = [parameter.data_ptr() for parameter in usual.parameters()]

    def ask(text):
        answers[text] = small.read(text, beams=1)

    other = threading.Thread(target=ask, args=("The dog sleeps.",))
    other.start()
    assert halfway.wait(20)
    ask(TEXT)
    other.join(20)
    assert (answers[TEXT].fallback, answers["The dog sleeps."].fallback) == (True, False)
    assert small.network is usual and [parameter.data_ptr() for parameter in usual.parameters()] == usual_places


def test_the_second_network_is_made_once(small, monkeypatch):
    made = []
    copied = own.copied_to_cpu
    monkeypatch.setattr(own, "copied_to_cpu", lambda network: made.append(1) or time.sleep(0.05) or copied(network))
    threads = [threading.Thread(target=small.on_cpu) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


# --- the command line ---


@pytest.mark.parametrize("number", [0, 1])
def test_json_is_what_it_always_was(number):
    """tests/data/translations.json is what --json printed for two sentences before this reader was written."""
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))[number]
    found = json.loads(json.dumps(as_json(loading.load().read(expected["source"]))))
    assert list(found) == list(expected)
    same(found | {"device": ""}, expected | {"device": ""})


def same(found, expected, where="") -> None:
    """Keys in their order, values equal, numbers to 1e-6."""
    assert type(found) is type(expected), where
    if isinstance(expected, dict):
        assert list(found) == list(expected), where
        for key, value in expected.items():
            same(found[key], value, f"{where}/{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for place, value in enumerate(expected):
            same(found[place], value, f"{where}/{place}")
    else:
        assert found == (pytest.approx(expected, abs=1e-6) if isinstance(expected, float) else expected), where


# --- loading ---


@pytest.fixture
def checkpoint(translator, tmp_path):
    save_file(
        {k: v.half().contiguous() for k, v in translator.network.state_dict().items()}, tmp_path / "model.safetensors"
    )
    translator.tokenizer.save(tmp_path / "tokenizer.json")
    (tmp_path / "card.json").write_text(json.dumps({"kind": "transformer", "network": vars(translator.network.config)}))
    return tmp_path


def test_threads_are_set_once_and_not_by_a_request(checkpoint, monkeypatch):
    threads, said = torch.get_num_threads(), []
    monkeypatch.setattr(torch, "set_num_threads", lambda count: said.append(count))
    device.one_thread.cache_clear()
    loading.load("small", checkpoint, alone=False)
    assert said == []
    for _ in range(2):
        loaded = loading.load("small", checkpoint)
        loaded.read(TEXT, beams=1)
        loaded.latencies_ms(TEXT, beams=1, repeats=1)
    assert said == [1] and torch.get_num_threads() == threads


def test_checkpoint_knows_its_weights(checkpoint):
    asked = loading.load("small", checkpoint).asked(TEXT)
    assert asked.weights == hash_of(checkpoint / "model.safetensors") and len(asked.weights) == 64


def test_checkpoint_loads(checkpoint):
    assert load("small", checkpoint).read(TEXT).translation is not None


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "card.json"])
def test_missing_file_is_one_sentence(checkpoint, name):
    (checkpoint / name).unlink()
    with pytest.raises(CheckpointError, match=r"lacks .* Fetch the project again"):
        load("small", checkpoint)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "card.json"])
def test_damaged_file_is_one_sentence(checkpoint, name):
    (checkpoint / name).write_bytes((checkpoint / name).read_bytes()[:60])
    with pytest.raises(CheckpointError, match="damaged"):
        load("small", checkpoint)


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
