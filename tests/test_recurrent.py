"""Recurrent translators: each step against torch's fused layer with the same weights, and what a decoder may not see."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from model.networks.recurrent import (
    LAYERS,
    AdditiveAttention,
    Recurrent,
    RecurrentConfig,
    cell_weights,
    lstm_step,
    remember,
    unroll,
)

B, S, T, V, C, H, A = 2, 7, 5, 31, 11, 6, 3
CONFIGS = {
    "rnn": RecurrentConfig(V, cell="rnn", width=C, hidden=H),
    "lstm": RecurrentConfig(V, cell="lstm", width=C, hidden=H),
    "gru": RecurrentConfig(V, cell="gru", width=C, hidden=H),
    "gru-attention": RecurrentConfig(V, cell="gru", attention=True, width=C, hidden=H, score=A),
}


@pytest.fixture(params=CONFIGS)
def network(request):
    torch.manual_seed(0)
    return Recurrent(CONFIGS[request.param]).eval()


@pytest.fixture
def texts():
    torch.manual_seed(1)
    return torch.randint(1, V, (B, S)), torch.randint(1, V, (B, T))


@pytest.mark.parametrize("cell", LAYERS)
@pytest.mark.parametrize("reverse", [False, True])
def test_steps_by_hand_equal_the_fused_layer(cell, reverse):
    torch.manual_seed(2)
    layer = LAYERS[cell](C, H, batch_first=True, bidirectional=reverse)
    x, state = torch.randn(B, T, C), [torch.randn(B, H) for _ in range(2 if cell == "lstm" else 1)]
    first = [torch.stack([part] * (1 + reverse)) for part in state]
    fused = layer(x, tuple(first) if cell == "lstm" else first[0])[0]
    by_hand, _ = unroll(cell, x.flip(1) if reverse else x, tuple(state), cell_weights(layer, reverse))
    expected = fused[..., H:].flip(1) if reverse else fused[..., :H]
    torch.testing.assert_close(by_hand, expected, atol=1e-6, rtol=0)


def test_lstm_step_worked_on_paper():
    """One input, one state number; all weights 0, so the gates are their biases: i = f = o = sigmoid(0) = 0.5, g = tanh(1).

    c' = 0.5 · 2 + 0.5 · 0.76159 = 1.38080;  h' = 0.5 · tanh(1.38080) = 0.5 · 0.88105 = 0.44052
    """
    layer = nn.LSTM(1, 1)
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    layer.bias_ih_l0.data[2] = 1.0
    (hidden, cell), gates = lstm_step(
        torch.ones(1, 1), (torch.zeros(1, 1), torch.full((1, 1), 2.0)), cell_weights(layer)
    )
    assert cell.item() == pytest.approx(1.38080, abs=1e-5)
    assert hidden.item() == pytest.approx(0.44052, abs=1e-4)
    assert gates["forget"].item() == 0.5


def test_additive_scores_follow_the_formula():
    torch.manual_seed(3)
    attention = AdditiveAttention(H, H, A)
    query, keys, memory = torch.randn(B, A), torch.randn(B, S, A), torch.randn(B, S, H)
    context, weights = attention(query, keys, memory, None)
    scores = torch.stack(
        [
            sum(attention.score.weight[0, a] * torch.tanh(query[:, a] + keys[:, s, a]) for a in range(A))
            for s in range(S)
        ],
        1,
    )
    torch.testing.assert_close(weights, scores.softmax(-1))
    torch.testing.assert_close(context, sum(weights[:, s, None] * memory[:, s] for s in range(S)))


def test_one_score_for_every_subword_at_every_position(network, texts):
    assert network(*texts).shape == (B, T, V)


def test_decoder_cannot_see_the_future(network, texts):
    source, target = texts
    changed = target.clone()
    changed[:, 3:] = (changed[:, 3:] + 1) % V
    before, after = network(source, target), network(source, changed)
    torch.testing.assert_close(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])


def test_encoder_reads_both_ways(network, texts):
    source, _ = texts
    for place, seen in ((-1, 0), (0, -1)):
        changed = source.clone()
        changed[:, place] = (changed[:, place] + 1) % V
        assert not torch.allclose(network.encode(source)[:, seen], network.encode(changed)[:, seen])


def test_padding_changes_nothing(network, texts):
    source, target = texts
    padded = torch.cat([source, torch.zeros(B, 4, dtype=torch.long)], 1)
    torch.testing.assert_close(network(padded, target, padded != 0), network(source, target), atol=1e-5, rtol=0)


def test_word_by_word_equals_all_at_once(network, texts):
    source, target = texts
    memory = network.encode(source)
    kept, states = network.start(memory), []
    for t in range(T):
        state, kept = network.step(target[:, t], kept)
        states.append(state)
    torch.testing.assert_close(torch.stack(states, 1), network.decode(target, memory), atol=1e-6, rtol=0)


def test_without_attention_only_one_vector_is_passed_on(texts):
    """Any memory with the same two end states gives the same translation; with attention it does not."""
    source, target = texts
    for name in ("gru", "gru-attention"):
        torch.manual_seed(0)
        network = Recurrent(CONFIGS[name]).eval()
        memory = network.encode(source)
        other = memory.clone()
        other[:, 1:-1] += 1.0
        same = torch.allclose(network.decode(target, memory), network.decode(target, other))
        assert same == (name == "gru")


def test_attention_is_recorded_and_sums_to_one(texts):
    torch.manual_seed(0)
    network, record = Recurrent(CONFIGS["gru-attention"]).eval(), []
    network.decode(texts[1], network.encode(texts[0]), cross_record=record)
    (one,) = record
    assert one.queries.shape == (B, 1, T, A) and one.keys.shape == (B, 1, S, A)
    torch.testing.assert_close(one.weights.sum(-1), torch.ones(B, 1, T))


def test_forget_gates_start_open():
    network = Recurrent(CONFIGS["lstm"])
    for layer in (network.encoder, network.decoder):
        size = layer.hidden_size
        assert (layer.bias_ih_l0[size : 2 * size] == 1).all() and (layer.bias_hh_l0 == 0).all()
        assert (layer.bias_ih_l0[:size] == 0).all() and (layer.bias_ih_l0[2 * size :] == 0).all()
    remember(network.decoder, 2.0)
    assert (network.decoder.bias_ih_l0[network.decoder.hidden_size : 2 * network.decoder.hidden_size] == 2).all()


@pytest.mark.parametrize("change", [{"cell": "elman"}, {"cell": "lstm", "attention": True}, {"hidden": 7}])
def test_impossible_configuration_is_refused(change):
    with pytest.raises(ValueError, match="got"):
        Recurrent(replace(CONFIGS["gru"], **change))
