"""On torch's meta device: a tensor that is left on the CPU cannot be mixed with the others, and fails here, without a GPU."""

from dataclasses import replace

import pytest
import torch

from model.evidence.causes.interventions import Edge, Intervention, all_heads, altered, reference_means, written
from model.evidence.causes.outcome import Outcome, log_odds
from model.evidence.causes.patching import patched_network
from model.evidence.roles.reference import looked
from model.networks.build import build
from model.networks.recurrent import RecurrentConfig
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.place import Place

B, S, T, V, H, D = 2, 7, 5, 31, 3, 11
SIZES = TransformerConfig(V, width=H * D, heads=H, encoder_layers=2, decoder_layers=5, feed_forward=17)
EDGES = (Edge("encoder", (1, 2), (3,)), Edge("decoder", (0,), None, 2, 1), Edge("cross", (4,)))


@pytest.fixture
def network():
    return Transformer(SIZES).to("meta").eval()


@pytest.fixture
def texts():
    return torch.zeros(B, S, dtype=torch.long, device="meta"), torch.zeros(B, T, dtype=torch.long, device="meta")


@pytest.mark.parametrize("how", ["zero", "mean", "uniform"])
@pytest.mark.parametrize("edges", [(), EDGES])
def test_an_altered_network_stays_on_its_device(network, texts, how, edges):
    means = reference_means(network, *texts) if how == "mean" else None
    one = Intervention(tuple(all_heads(network)), how, edges)
    for interventions in ((one,), (one, replace(one, edges=EDGES[:1]))):  # one for the batch, one a row
        logits = altered(network, *interventions, means=means)(*texts)
        assert logits.device.type == "meta" and logits.shape == (B, T, V)
        found = log_odds(logits[:, -1], [Outcome(T - 1, (3, 5), (7,)), Outcome(T - 1, (11,), (2, 13, 17))])
        assert found.device.type == "meta" and found.shape == (B,)


def test_patching_stays_on_its_device(network, texts):
    source, prefix = texts
    values = written(network, source[:1], prefix[:1])
    there = {"encoder": torch.tensor([(0, 0), (2, 3)], device="meta")}
    there |= dict.fromkeys(("decoder", "cross"), torch.tensor([(t, t) for t in range(T)], device="meta"))
    sets = [[Place("encoder", 1, 2), Place("cross", 4, 1)], all_heads(network)]
    logits = patched_network(network, values, sets, there, S)(source, prefix)
    assert logits.device.type == "meta" and logits.shape == (B, T, V)


def test_what_heads_see_stays_on_its_device(network, texts):
    source, prefix = texts
    found = looked(network, source, prefix, source != 3)
    shapes = {part: tuple(tensor.shape for tensor in tensors) for part, tensors in found.items()}
    assert shapes["encoder"] == ((B, 2 * H, S, S), (B, 2 * H, S))
    assert shapes["decoder"] == ((B, 5 * H, T, T), (B, 5 * H, T))
    assert shapes["cross"] == ((B, 5 * H, T, S), (B, 5 * H, S))
    assert {tensor.device.type for tensors in found.values() for tensor in tensors} == {"meta"}


def test_what_an_additive_head_sees_stays_on_its_device(texts):
    source, prefix = texts
    gru = build(RecurrentConfig(V, attention=True, width=11, hidden=14, score=7)).to("meta").eval()
    weights, lengths = looked(gru, source, prefix)["cross"]  # no mask: packing asks the CPU for every length
    assert weights.shape == (B, 1, T, S) and lengths.shape == (B, 1, S) and weights.device.type == "meta"
