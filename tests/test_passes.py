"""One pass: alone and in a padded batch, readable and fast, and on torch's meta device, where nothing may come from elsewhere."""

import pytest
import torch

from model.language.tokenizer import START
from model.networks.recurrent import Recurrent, RecurrentConfig
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.passes import STAGES, forward, padded

META = torch.device("meta")
B, S, T, V, C = 2, 7, 5, 41, 14
SHAPES = [("rnn", False), ("lstm", False), ("gru", False), ("gru", True)]


@pytest.fixture
def sentences(translator):
    texts = ["The dog sleeps and it is raining.", "It is tired."]
    return [translator.ids(text) for text in texts], [[START, 20, 30, 40, 50], [START, 60, 70]]


@pytest.mark.parametrize("record", [False, True])
def test_a_batch_gives_what_each_gives_alone(translator, recurrent, sentences, record):
    for reader in (translator, *recurrent.values()):
        with torch.inference_mode():
            (source, mask), (prefix, _) = (padded(rows, reader.device) for rows in sentences)
            both = forward(reader.network, source, prefix, mask, record=record)
            for row, (one, written) in enumerate(zip(*sentences, strict=True)):
                alone = forward(reader.network, torch.tensor([one]), torch.tensor([written]), record=record)
                close(both.memory[row, : len(one)], alone.memory[0])
                close(both.logits[row, : len(written)], alone.logits[0])
                for part in alone.records:
                    for ours, own in zip(both.records[part], alone.records[part], strict=True):
                        queries, keys = own.weights.shape[-2:]
                        close(ours.weights[row, :, :queries, :keys], own.weights[0])


def close(ours, own):
    torch.testing.assert_close(ours, own, atol=2e-6, rtol=0)  # sums in another order


def test_recording_changes_nothing(translator, sentences):
    source, prefix = (torch.tensor([rows[0]]) for rows in sentences)
    with torch.inference_mode():
        fast, slow = (forward(translator.network, source, prefix, record=record) for record in (False, True))
    close(fast.logits, slow.logits)
    assert not fast.records and list(slow.records) == ["encoder", "decoder", "cross"]
    own = translator.network(source, prefix)
    close(fast.logits, own.detach())


def test_every_it_is_answered_in_order(translator, sentences):
    source, mask = padded(sentences[0], translator.device)
    its = torch.isin(source, torch.tensor(sorted(translator.it_ids)))
    seen = forward(translator.network, source, padded(sentences[1], translator.device)[0], mask, its=its)
    assert its.sum() == 2 == len(seen.reference_logits)
    close(seen.reference_logits[1], translator.network.antecedent_logits(seen.memory[1, 0]))


def test_stages_are_entered_in_order(translator, sentences):
    entered = []
    forward(translator.network, *(torch.tensor([rows[0]]) for rows in sentences), entering=entered.append)
    assert tuple(entered) == STAGES


def test_values_are_kept_beside_the_weights(translator, recurrent, sentences):
    source, prefix = (torch.tensor([rows[0]]) for rows in sentences)
    for reader in (translator, recurrent["gru-attention"]):
        seen = forward(reader.network, source, prefix, record=True)
        for records in seen.records.values():
            for one in records:
                assert one.values.shape[:3] == one.keys.shape[:3]


# --- the meta device: shapes without numbers, and no tensor of another device is let in ---


def networks():
    yield Transformer(TransformerConfig(V, C, heads=7, encoder_layers=2, decoder_layers=3, feed_forward=11))
    for cell, attention in SHAPES:
        yield Recurrent(RecurrentConfig(V, cell, attention, width=C, hidden=22, score=3))


@pytest.mark.parametrize("number", range(1 + len(SHAPES)))
def test_reading_stays_on_its_device(number):
    network = list(networks())[number].to(META).eval()
    source, prefix = torch.ones(B, S, dtype=torch.long, device=META), torch.ones(B, T, dtype=torch.long, device=META)
    masks = (None, source != 0) if number == 0 else (None,)  # packing needs lengths, which no meta tensor has
    for mask in masks:
        for record in (False, True):
            seen = forward(network, source, prefix, mask, record=record)
            assert seen.logits.shape == (B, T, V) and seen.logits.is_meta and seen.memory.is_meta
            tensors = (one for records in seen.records.values() for record in records for one in vars(record).values())
            assert all(one is None or one.is_meta for one in tensors)


@pytest.mark.parametrize("number", range(1 + len(SHAPES)))
def test_a_step_of_the_search_stays_on_its_device(number):
    network = list(networks())[number].to(META).eval()
    kept = network.start(network.encode(torch.ones(B, S, dtype=torch.long, device=META)))
    for _ in range(3):
        state, kept = network.step(torch.ones(B, dtype=torch.long, device=META), kept)
        assert network.logits(state).is_meta and all(one.is_meta for one in kept)


def test_a_tensor_left_behind_is_noticed():
    network = next(networks()).to(META)
    with pytest.raises((RuntimeError, NotImplementedError)):
        forward(network, torch.ones(B, S, dtype=torch.long), torch.ones(B, T, dtype=torch.long, device=META))
