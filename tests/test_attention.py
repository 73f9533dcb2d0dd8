"""The readable attention against arithmetic on paper, torch's fused kernel, and torch's own multi-head attention."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from model.networks.attention import MultiHeadAttention, attend, attention_scores, attention_weights, causal_mask

B, H, T, S, D = 2, 3, 5, 7, 11
FLOAT32 = 1e-5  # sums of a few dozen float32 products


@pytest.fixture
def qkv():
    torch.manual_seed(0)
    return torch.randn(B, H, T, D), torch.randn(B, H, S, D), torch.randn(B, H, S, D)


def test_worked_example_matches_paper_arithmetic():
    # D = 4, so scores are divided by 2. q = (2,0,0,0); k1 = (1,..), k2 = (0,..): scores 2/2 = 1 and 0.
    queries = torch.tensor([[[[2.0, 0, 0, 0]]]])
    keys = torch.tensor([[[[1.0, 0, 0, 0], [0, 5.0, 0, 0]]]])
    values = torch.tensor([[[[10.0], [20.0]]]])
    mixed, weights = attend(queries, keys, values)
    first = math.e / (math.e + 1)  # e¹ / (e¹ + e⁰)
    assert weights.flatten().tolist() == pytest.approx([first, 1 - first], abs=1e-6)
    assert mixed.item() == pytest.approx(10 * first + 20 * (1 - first), abs=1e-5)


def test_rows_sum_to_one(qkv):
    _, weights = attend(*qkv)
    assert weights.shape == (B, H, T, S)
    torch.testing.assert_close(weights.sum(-1), torch.ones(B, H, T), atol=FLOAT32, rtol=0)


def test_readable_path_equals_fused_kernel(qkv):
    mask = torch.rand(B, 1, T, S) > 0.3
    mask[..., 0] = True  # a row must see something
    mixed, _ = attend(*qkv, mask)
    torch.testing.assert_close(mixed, F.scaled_dot_product_attention(*qkv, attn_mask=mask), atol=FLOAT32, rtol=0)


def test_future_is_exactly_zero():
    scores = torch.randn(B, H, S, S)
    weights = attention_weights(scores, causal_mask(S))
    assert (weights.triu(1) == 0).all()


def test_equal_keys_share_equally(qkv):
    queries, keys, values = qkv
    _, weights = attend(queries, keys[:, :, :1].expand(B, H, S, D), values)
    torch.testing.assert_close(weights, torch.full_like(weights, 1 / S))


def test_reordering_keys_permutes_columns(qkv):
    queries, keys, values = qkv
    order = torch.randperm(S)
    _, weights = attend(queries, keys, values)
    _mixed, permuted = attend(queries, keys[:, :, order], values[:, :, order])
    torch.testing.assert_close(permuted, weights[..., order])


def test_scores_refuse_different_widths():
    with pytest.raises(ValueError, match="got 11 and 13"):
        attention_scores(torch.zeros(1, 1, T, D), torch.zeros(1, 1, S, 13))


def test_multi_head_equals_torch_with_our_weights():
    torch.manual_seed(1)
    ours, theirs = MultiHeadAttention(H * D, H), nn.MultiheadAttention(H * D, H, batch_first=True)
    with torch.no_grad():
        parts = (ours.to_queries, ours.to_keys, ours.to_values)
        theirs.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        theirs.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        theirs.out_proj.load_state_dict(ours.to_output.state_dict())
    x, memory, record = torch.randn(B, T, H * D), torch.randn(B, S, H * D), []
    expected, weights = theirs(x, memory, memory, average_attn_weights=False)
    torch.testing.assert_close(ours(x, memory), expected, atol=FLOAT32, rtol=0)
    torch.testing.assert_close(ours(x, memory, record=record), expected, atol=FLOAT32, rtol=0)
    torch.testing.assert_close(record[0].weights, weights, atol=FLOAT32, rtol=0)


def test_width_must_divide_by_heads():
    with pytest.raises(ValueError, match="multiple of heads; got 10 and 3"):
        MultiHeadAttention(10, 3)
