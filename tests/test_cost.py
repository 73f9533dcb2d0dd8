"""The formulas against arithmetic on paper, torch's own counter, and the parameters of the real layers."""

import numpy as np
import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from model.race import layers
from model.race.cost import GATES, MODES, SHAPES, cost, flops, parameters, parity_length, remembered, steps, table_1

B, N, D, H = 2, 7, 33, 3


@pytest.mark.parametrize(
    ("architecture", "mode", "expected"),
    [
        # n = 5, d = 3, one sequence: n·d² = 45, n²·d = 75
        ("rnn", "forward", 4 * 45),
        ("gru", "forward", 12 * 45),
        ("lstm", "forward", 16 * 45),
        ("lstm", "training", 3 * 16 * 45),  # once forward, twice backward
        ("lstm", "generation", 16 * 45),  # no more than reading
        ("attention", "forward", 8 * 45 + 4 * 75),
        ("transformer", "forward", 24 * 45 + 4 * 75),
        ("transformer", "training", 3 * 24 * 45 + 3.5 * 4 * 75),  # the fused kernel computes its scores twice
        ("transformer", "generation", 24 * 45 + 4 * 3 * (1 + 2 + 3 + 4 + 5)),  # token t looks at t keys
    ],
)
def test_operations_match_paper_arithmetic(architecture, mode, expected):
    assert flops(architecture, mode, 5, 3) == expected


@pytest.mark.parametrize("architecture", ["rnn", "gru", "lstm", "attention", "transformer"])
def test_operations_equal_those_torch_counts(architecture):
    """The counter sees no fused kernel, so the readable paths run: oneDNN off, attention by plain products."""
    layer, x = layers.make(architecture, D, H), torch.randn(B, N, D, requires_grad=True)
    torch.backends.mkldnn.set_flags(False)
    try:
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as forward:
            out = layers.apply(architecture, layer, x)
        with FlopCounterMode(display=False) as backward:
            out.sum().backward()
    finally:
        torch.backends.mkldnn.set_flags(True)
    expected = flops(architecture, "forward", N, D, B)
    assert forward.get_total_flops() == expected
    # Backwards twice as much; but nobody asks for the gradient of the state before the first token.
    not_asked = 2 * GATES.get(architecture, 0) * B * D**2
    assert backward.get_total_flops() == 2 * expected - not_asked


@pytest.mark.parametrize("architecture", ["rnn", "gru", "lstm", "attention", "transformer"])
def test_parameters_equal_the_layers(architecture):
    layer = layers.make(architecture, D, H)
    assert parameters(architecture, D) == sum(weights.numel() for weights in layer.parameters())


def test_bytes_match_paper_arithmetic():
    # LSTM, n = 5, d = 3, B = 2, s = 4 bytes: input and output 2·2·5·3 numbers; four gates written and read 8·2·5·3;
    # weights 8·9 + 8·3; and 4·9 of them again at each of four further steps.
    assert cost("lstm", "forward", 5, 3, batch=2).bytes == 4 * (60 + 240 + 96 + 4 * 36)
    # All of it fits in a large cache: input, output and weights once.
    assert cost("lstm", "forward", 5, 3, batch=2, cache_bytes=10**6).bytes == 4 * (60 + 96)


def test_bytes_of_generation_match_paper_arithmetic():
    # Attention, n = 5, d = 3: weights 4·9 + 4·3 = 48 numbers at each of 5 steps, and at step t the keys and values of t
    # tokens, 6·(1 + 2 + 3 + 4 + 5) = 90; input and output 30.
    assert cost("attention", "generation", 5, 3).bytes == 4 * (5 * 48 + 90 + 30)
    # With room for the weights and two tokens, only steps 3, 4 and 5 read again: 3·48 + 6·(3 + 4 + 5).
    assert cost("attention", "generation", 5, 3, cache_bytes=4 * (48 + 12)).bytes == 4 * (3 * 48 + 72 + 30)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("architecture", SHAPES)
def test_a_larger_cache_never_moves_more(architecture, mode):
    caches = [0, 10**3, 10**5, 10**7, 10**9]
    moved = [cost(architecture, mode, 1009, D, batch=B, cache_bytes=size).bytes for size in caches]
    assert moved == sorted(moved, reverse=True) and moved[0] > moved[-1] > 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("architecture", SHAPES)
def test_an_array_of_lengths_gives_each_its_own(architecture, mode):
    lengths = np.array([5, 7, 11])
    together = cost(architecture, mode, lengths, D, batch=B, cache_bytes=10**4)
    for i, length in enumerate(lengths):
        alone = cost(architecture, mode, int(length), D, batch=B, cache_bytes=10**4)
        assert (together.flops[i], together.bytes[i], together.steps[i]) == (alone.flops, alone.bytes, alone.steps)


def test_steps_wait_as_in_the_paper():
    assert [steps(name, "forward", N) for name in ("lstm", "transformer")] == [N, 1]
    assert [steps(name, "training", N) for name in ("lstm", "transformer")] == [2 * N, 2]
    assert [steps(name, "generation", N) for name in ("lstm", "transformer")] == [N, N]


def test_what_is_remembered():
    names = ("rnn", "gru", "lstm", "gru-attention", "transformer")
    assert [remembered(name, N, D) for name in names] == [D, D, 2 * D, N * D + D, 2 * N * D]
    assert remembered("gru", np.array([5, 7]), D).tolist() == [D, D]  # one for each length, though they are equal


def test_table_1_is_the_papers():
    # n = 8, d = 3, k = 2, r = 4: dilated convolutions of two reach eight tokens in log2(8) = 3 layers; 8 / 4 = 2 hops.
    table = table_1(8, 3, kernel=2, neighbourhood=4)
    orders = {name: (row.complexity, row.sequential, round(float(row.path), 9)) for name, row in table.items()}
    assert orders["attention"] == (8 * 8 * 3, 1, 1)
    assert orders["rnn"] == orders["lstm"] == orders["gru"] == (8 * 3 * 3, 8, 8)
    assert orders["convolution"] == (2 * 8 * 3 * 3, 1, 3)
    assert orders["restricted attention"] == (4 * 8 * 3, 1, 2)
    assert table["restricted attention"].flops == 8 * 8 * 9 + 4 * 4 * 8 * 3
    assert table["convolution"].flops == 2 * 2 * 8 * 9


@pytest.mark.parametrize(("architecture", "length"), [("lstm", 2 * D), ("gru", D)])
def test_attention_costs_as_much_as_recurrence_at_parity(architecture, length):
    assert parity_length(architecture, D) == length
    assert flops("attention", "forward", length, D) == flops(architecture, "forward", length, D)


def test_attention_never_costs_less_than_a_simple_rnn():
    assert parity_length("rnn", D) is None
    assert flops("attention", "forward", 1, D) > flops("rnn", "forward", 1, D)


def test_strangers_are_refused():
    with pytest.raises(ValueError, match=r'architecture must be one of rnn, .*; got "mamba"'):
        cost("mamba", "forward", N, D)
    with pytest.raises(ValueError, match=r'mode must be one of forward, .*; got "thinking"'):
        cost("lstm", "thinking", N, D)
    with pytest.raises(ValueError, match="kernel must be at least 2"):
        table_1(N, D, kernel=1)
