"""The whole network: shapes, what it may not see, and the two norms."""

import pytest
import torch

from model.networks.transformer import Transformer, TransformerConfig, sinusoidal_positions

B, S, T, V, C, H = 2, 7, 5, 31, 33, 3
CONFIG = TransformerConfig(V, width=C, heads=H, encoder_layers=2, decoder_layers=3, feed_forward=13)


@pytest.fixture(params=["pre", "post"])
def network(request):
    torch.manual_seed(0)
    return Transformer(TransformerConfig(**vars(CONFIG) | {"norm": request.param})).eval()


@pytest.fixture
def texts():
    torch.manual_seed(1)
    return torch.randint(1, V, (B, S)), torch.randint(1, V, (B, T))


def test_one_score_for_every_subword_at_every_position(network, texts):
    assert network(*texts).shape == (B, T, V)


def test_decoder_cannot_see_the_future(network, texts):
    source, target = texts
    changed = target.clone()
    changed[:, 3:] = (changed[:, 3:] + 1) % V
    before, after = network(source, target), network(source, changed)
    torch.testing.assert_close(before[:, :3], after[:, :3])
    assert not torch.allclose(before[:, 3:], after[:, 3:])


def test_encoder_sees_both_ways(network, texts):
    source, _ = texts
    changed = source.clone()
    changed[:, -1] = (changed[:, -1] + 1) % V
    assert not torch.allclose(network.encode(source)[:, 0], network.encode(changed)[:, 0])


def test_padding_changes_nothing(network, texts):
    source, target = texts
    padded = torch.cat([source, torch.zeros(B, 4, dtype=torch.long)], 1)
    torch.testing.assert_close(network(padded, target, padded != 0), network(source, target), atol=1e-5, rtol=0)


def test_readable_path_equals_fast_path(network, texts):
    source, target = texts
    encoder, decoder, cross = [], [], []
    memory = network.encode(source, record=encoder)
    states = network.decode(target, memory, record=decoder, cross_record=cross)
    torch.testing.assert_close(network.logits(states), network(source, target), atol=1e-5, rtol=0)
    assert [len(encoder), len(decoder), len(cross)] == [2, 3, 3]
    assert encoder[0].weights.shape == (B, H, S, S)
    assert decoder[0].weights.shape == (B, H, T, T)
    assert cross[0].weights.shape == (B, H, T, S)


def test_positions_follow_the_formula():
    code = sinusoidal_positions(50, 8)
    # position 3, column 2: sin(3 / 10000^(2/8)) = sin(3 / 10) = 0.29552
    assert code[3, 2].item() == pytest.approx(0.29552, abs=1e-5)
    assert code[0].tolist() == [0, 1] * 4
    assert code.abs().max() <= 1


def test_unknown_norm_is_refused():
    with pytest.raises(ValueError, match='"pre" or "post"; got "none"'):
        Transformer(TransformerConfig(V, width=C, heads=H, norm="none"))


def test_word_by_word_equals_all_at_once(network, texts):
    """The key-value cache changes nothing but the work."""
    source, target = texts
    memory = network.encode(source)
    kept, states = network.start(memory), []
    for t in range(T):
        state, kept = network.step(target[:, t], kept)
        states.append(state)
    torch.testing.assert_close(torch.stack(states, 1), network.decode(target, memory), atol=1e-5, rtol=0)
