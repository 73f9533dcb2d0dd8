"""Every intervention against a slow forward pass that edits the attention weights by hand; and that none leaks."""

import threading

import pytest
import torch

from model.evidence.causes.interventions import (
    Edge,
    Intervention,
    all_heads,
    altered,
    reference_means,
    shape_of,
    written,
)
from model.language.tokenizer import PAD
from model.networks.attention import attend, causal_mask
from model.networks.recurrent import Recurrent, RecurrentConfig
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.place import Place
from model.reading.search import search

B, S, T, V, C, H = 2, 7, 5, 31, 33, 3
FLOAT32 = 1e-5  # sums of a few dozen float32 products
PARTS = ("encoder", "decoder", "cross")


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return Transformer(
        TransformerConfig(V, width=C, heads=H, encoder_layers=2, decoder_layers=5, feed_forward=17)
    ).eval()


@pytest.fixture(scope="module")
def texts():
    torch.manual_seed(1)
    return torch.randint(5, V, (B, S)), torch.randint(5, V, (B, T))


def by_hand(network, source, prefix, edit):
    """The forward pass written out. edit(part, layer, weights, values, mixed) says what the heads mix instead."""

    def look(part, layer, block, x, memory, mask):
        keys, values = block.keys_values(memory)
        mixed, weights = attend(block.split_heads(block.to_queries(x)), keys, values, mask)
        mixed = edit(part, layer, weights.clone(), values, mixed)
        return block.to_output(mixed.transpose(-3, -2).flatten(-2))

    with torch.no_grad():
        x = network.embed(source)
        for number, layer in enumerate(network.encoder):
            h = layer.add_attention.norm(x)
            x = x + look("encoder", number, layer.attention, h, h, None)
            x = x + layer.feed_forward(layer.add_feed_forward.norm(x))
        memory, x = network.encoder_norm(x), network.embed(prefix)
        for number, layer in enumerate(network.decoder):
            h = layer.add_attention.norm(x)
            x = x + look("decoder", number, layer.attention, h, h, causal_mask(prefix.shape[1]))
            h = layer.add_cross_attention.norm(x)
            x = x + look("cross", number, layer.cross_attention, h, memory, None)
            x = x + layer.feed_forward(layer.add_feed_forward.norm(x))
        return network.logits(network.decoder_norm(x))


def same(network, texts, intervention, edit, **arguments):
    with torch.no_grad():
        found = altered(network, intervention, **arguments)(*texts)
    expected = by_hand(network, *texts, edit)
    torch.testing.assert_close(found, expected, atol=FLOAT32, rtol=FLOAT32)
    assert not torch.allclose(found, network(*texts), atol=1e-4), "the intervention does nothing"


def test_the_slow_pass_is_the_network(network, texts):
    expected = by_hand(network, *texts, lambda part, layer, weights, values, mixed: mixed)
    torch.testing.assert_close(network(*texts), expected, atol=FLOAT32, rtol=FLOAT32)


@pytest.mark.parametrize("part", PARTS)
def test_zero_takes_all_weights_away(network, texts, part):
    def edit(here, layer, weights, values, mixed):
        if (here, layer) == (part, 1):
            weights[:, [0, 2]] = 0
            return weights @ values
        return mixed

    same(network, texts, Intervention((Place(part, 1, 0), Place(part, 1, 2))), edit)


@pytest.mark.parametrize("part", PARTS)
def test_uniform_shares_among_the_keys_a_query_may_see(network, texts, part):
    def edit(here, layer, weights, values, mixed):
        if (here, layer) == (part, 0):
            seen = (weights[:, 1] > 0).float()  # the mask, as the softmax left it
            weights[:, 1] = seen / seen.sum(-1, keepdim=True)
            return weights @ values
        return mixed

    same(network, texts, Intervention((Place(part, 0, 1),), "uniform"), edit)


@pytest.mark.parametrize("part", PARTS)
def test_mean_writes_the_same_everywhere(network, texts, part):
    torch.manual_seed(2)
    means = {name: torch.randn(layers, heads, C // H) for name, (layers, heads) in shape_of(network).items()}

    def edit(here, layer, weights, values, mixed):
        if (here, layer) == (part, 1):
            mixed = mixed.clone()
            mixed[:, 2] = means[part][1, 2]
        return mixed

    same(network, texts, Intervention((Place(part, 1, 2),), "mean"), edit, means=means)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("layer, head", [(1, 2), (1, None), (None, None)])
def test_a_cut_edge_is_shared_among_the_rest_of_the_row(network, texts, part, layer, head):
    def edit(here, number, weights, values, mixed):
        if here == part and layer in (None, number):
            heads = slice(None) if head is None else [head]
            weights[:, heads, 3, 0] = weights[:, heads, 3, 2] = 0
            return weights / weights.sum(-1, keepdim=True) @ values
        return mixed

    same(network, texts, Intervention(edges=(Edge(part, (0, 2), (3,), layer, head),)), edit)


def test_an_edge_without_queries_is_cut_in_every_row(network, texts):
    def edit(here, layer, weights, values, mixed):
        if here == "cross":
            weights[..., 4] = 0
            return weights / weights.sum(-1, keepdim=True) @ values
        return mixed

    same(network, texts, Intervention(edges=(Edge("cross", (4,)),)), edit)


def test_a_row_without_keys_moves_nothing(network, texts):
    """The first row of the decoder sees the first token only: with that cut, its heads are as good as off there."""

    def edit(here, layer, weights, values, mixed):
        if here == "decoder":
            mixed = mixed.clone()
            mixed[:, :, 0] = 0
        return mixed

    same(network, texts, Intervention(edges=(Edge("decoder", (0,), (0,)),)), edit)


# --- what is left alone ---


def test_no_intervention_is_the_network_itself(network):
    assert altered(network) is network
    assert altered(network, Intervention(), Intervention()) is network


def test_rows_under_nothing_are_the_same_to_the_bit(network, texts):
    twin = altered(network, Intervention(), Intervention(tuple(all_heads(network))))
    found, expected = twin(*texts), network(*texts)
    assert torch.equal(found[0], expected[0])
    assert not torch.allclose(found[1], expected[1])


def test_heads_beside_are_the_same_to_the_bit(network, texts):
    before, after = (
        written(one, *texts)["encoder"] for one in (network, altered(network, Intervention((Place("encoder", 1, 1),))))
    )
    assert torch.equal(before[0], after[0]) and torch.equal(before[1, :, [0, 2]], after[1, :, [0, 2]])


def test_the_copy_shares_every_weight(network):
    twin = altered(network, Intervention((Place("cross", 4, 0),)))
    assert {id(weight) for weight in twin.parameters()} == {id(weight) for weight in network.parameters()}
    assert not twin.training


def test_each_row_is_under_its_own_intervention(network, texts):
    some = [Intervention((Place("encoder", 0, 1),)), Intervention(edges=(Edge("cross", (1, 6), (2,)),))]
    together = altered(network, *some)(*texts)
    for row, one in enumerate(some):
        torch.testing.assert_close(together[row], altered(network, one)(*texts)[row], atol=FLOAT32, rtol=FLOAT32)


def test_threads_do_not_leak(network, texts):
    """One thread reads with heads off, another with the network as it is, again and again, at the same time."""
    expected, twin, seen = network(*texts), altered(network, Intervention(tuple(all_heads(network)))), []
    start = threading.Barrier(2)

    def read(reader):
        start.wait()
        with torch.no_grad():
            seen.append((reader is network, [reader(*texts) for _ in range(50)]))

    threads = [threading.Thread(target=read, args=(reader,)) for reader in (network, twin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for untouched, results in seen:
        assert all(torch.equal(result, expected) == untouched for result in results)


# --- word by word, as in a search ---

EVERYTHING = Intervention(
    (Place("encoder", 1, 2), Place("decoder", 3, 0), Place("cross", 0, 1)),
    "uniform",
    (Edge("decoder", (0, 1), (2, 3)), Edge("cross", (5,), (1, 4), 4), Edge("cross", (0,), None, 2, 2)),
)


def test_word_by_word_equals_all_at_once_under_an_intervention(network, texts):
    source, prefix = texts
    twin = altered(network, EVERYTHING)
    memory = twin.encode(source)
    kept, states = twin.start(memory), []
    for t in range(T):
        state, kept = twin.step(prefix[:, t], kept)
        states.append(state)
    torch.testing.assert_close(torch.stack(states, 1), twin.decode(prefix, memory), atol=FLOAT32, rtol=FLOAT32)


def test_a_search_is_under_the_intervention(network, texts):
    source, _ = texts
    some = [Intervention((Place("encoder", 0, 1), Place("cross", 1, 0))), EVERYTHING]
    for beams in (1, 3):
        alone = [search(altered(network, one), source[[row]], beams=beams)[0] for row, one in enumerate(some)]
        assert search(altered(network, *some), source, beams=beams) == alone
    assert alone != search(network, source, beams=3)


# --- what heads write, and refusals ---


def test_reference_means_leave_padding_out(network, texts):
    source, prefix = texts
    cut_source, cut_prefix = source.clone(), prefix.clone()
    cut_source[1, 4:], cut_prefix[1, 3:] = PAD, PAD
    found = reference_means(network, cut_source, cut_prefix)
    first, second = written(network, source[:1], prefix[:1]), written(network, source[1:, :4], prefix[1:, :3])
    for part, tokens in {"encoder": S + 4, "decoder": T + 3, "cross": T + 3}.items():
        expected = (first[part].sum((1, 3)) + second[part].sum((1, 3))) / tokens
        torch.testing.assert_close(found[part], expected, atol=FLOAT32, rtol=FLOAT32)


@pytest.mark.parametrize(
    "intervention, message",
    [
        (Intervention((Place("encoder", 2, 0),)), "the encoder has 2 layers of 3 heads; got layer 2, head 0"),
        (Intervention((Place("cross", 0, 3),)), "the cross has 5 layers of 3 heads; got layer 0, head 3"),
        (Intervention((Place("middle", 0, 0),)), "part must be one of encoder, decoder, cross; got 'middle'"),
        (Intervention((Place("encoder", 0, 0),), "mean"), "needs a reference set"),
        (Intervention(edges=(Edge("encoder", ()),)), "an edge needs keys"),
        (Intervention(edges=(Edge("encoder", (-1,)),)), "positions from 0"),
    ],
)
def test_what_is_not_there_is_refused(network, intervention, message):
    with pytest.raises(ValueError, match=message):
        altered(network, intervention)


def test_unknown_ways_are_refused():
    with pytest.raises(ValueError, match="how must be one of zero, mean, uniform; got 'off'"):
        Intervention((Place("encoder", 0, 0),), "off")


def test_a_network_without_heads_is_refused():
    recurrent = Recurrent(RecurrentConfig(V, width=11, hidden=14, attention=True))
    with pytest.raises(ValueError, match="only a Transformer has them"):
        altered(recurrent, Intervention((Place("cross", 0, 0),)))


def test_interventions_of_a_batch_must_fit_it(network, texts):
    one = Intervention((Place("encoder", 0, 0),))
    with pytest.raises(ValueError, match="multiple of the interventions = 3; got 2"):
        altered(network, one, one, one)(*texts)
