"""What a colour may mean, each against a slow reference: loops, hand-made networks, and weights changed by hand."""

import copy
from dataclasses import replace
from threading import Thread

import numpy as np
import pytest
import torch

from model.evidence.causes import meaning
from model.networks import attention
from model.networks.build import build
from model.networks.recurrent import RecurrentConfig
from model.reading.maps import Dot, Maps
from model.reading.readers.own import Translator
from model.reading.run import Run

TEXT = "The animal didn't cross the street because it was too tired."


@pytest.fixture(scope="module")
def run(translator) -> Run:
    """Read by an untrained network, its translation cut to seven tokens so that slow references stay quick."""
    whole = translator.read(TEXT, beams=1)
    return shortened(whole, 7)


def shortened(run: Run, length: int) -> Run:
    target = replace(run.target, tokens=run.target.tokens[:length])
    return replace(
        run,
        axes={"source": run.source, "target": target},
        predictions=run.predictions[:length],
        maps={part: shortened_maps(maps, length, part) for part, maps in run.maps.items()},
    )


def shortened_maps(maps: Maps, length: int, part: str) -> Maps:
    def cut(axis):
        return replace(axis, tokens=axis.tokens[:length])

    if part == "encoder":
        return maps
    queries, keys, key_axis, last = maps.form.queries[:, :, :length], maps.form.keys, maps.key_axis, None
    if part == "decoder":
        keys, key_axis, last = keys[:, :, :length], cut(key_axis), maps.form.last[:length]
    form = Dot(queries, keys, last=last) if maps.kind == "softmax" else replace(maps.form, queries=queries)
    return replace(maps, form=form, query_axis=cut(maps.query_axis), key_axis=key_axis)


# --- sinks hidden ---


def test_hidden_mass_and_what_is_left_are_the_whole_row(run):
    for maps in run.maps.values():
        seen = meaning.sinks_hidden(maps)
        assert seen.weights.sum(-1) + seen.hidden == pytest.approx(1, abs=1e-5)


def test_only_resting_places_are_hidden(run):
    maps = run.maps["encoder"]
    hide = meaning.sinks(maps.key_axis)
    assert [token.text for token, one in zip(maps.key_axis.tokens, hide, strict=True) if one] == [".", "</s>"]
    seen = meaning.sinks_hidden(maps)
    assert (
        np.array_equal(seen.weights[..., ~hide], maps.all_weights()[..., ~hide]) and not seen.weights[..., hide].any()
    )


# --- what is moved ---


def test_moved_is_the_length_of_what_each_head_adds(translator, run):
    """By the paper's formula, one key at a time: α ‖(x W_V + b_V) W_O‖, with x the block's own normed input."""
    moved = meaning.moved(translator, run)
    layer, head, query = 1, 2, 3
    block = translator.network.encoder[layer].attention
    inputs = []
    handle = block.to_values.register_forward_hook(lambda _, given, out: inputs.append(given[0][0]))
    with torch.no_grad():
        translator.network.encode(torch.tensor([[token.id for token in run.source.tokens]]))
    handle.remove()
    width = 11  # 33 over 3 heads
    mine = slice(head * width, (head + 1) * width)
    w_v, b_v, w_o = block.to_values.weight[mine], block.to_values.bias[mine], block.to_output.weight[:, mine]
    weights = run.maps["encoder"].weights(layer, head)
    for key in range(len(run.source)):
        value = w_v @ inputs[0][key] + b_v
        expected = weights[query, key] * float((w_o @ value).detach().norm())
        assert moved["encoder"][layer, head, query, key] == pytest.approx(expected, abs=1e-5)


def test_moved_has_the_shape_of_every_map(translator, run):
    for part, values in meaning.moved(translator, run).items():
        assert values.shape == run.maps[part].all_weights().shape and (values >= 0).all()


def test_key_that_holds_nothing_moves_nothing(translator, run):
    network = copy.deepcopy(translator.network)
    with torch.no_grad():
        for parameter in network.decoder[2].cross_attention.to_values.parameters():
            parameter.zero_()
    moved = meaning.moved(Translator(network, translator.tokenizer, "small", torch.device("cpu")), run)["cross"]
    assert not moved[2].any() and moved[1].any()


def test_looking_leaves_the_network_as_it_was(translator, run):
    before = translator.read(TEXT, beams=1)
    meaning.moved(translator, run)
    meaning.gradient(translator, run, 0)
    assert not any(module._forward_hooks for module in translator.network.modules())
    assert all(parameter.grad is None for parameter in translator.network.parameters())
    assert translator.read(TEXT, beams=1).probabilities == before.probabilities


def test_another_persons_sentence_is_not_looked_at(translator):
    ids = torch.tensor([[token.id for token in translator.source_axis(TEXT).tokens]])
    with meaning.watched_values(translator.network) as values:
        other = Thread(target=translator.network.encode, args=(ids,))
        other.start()
        other.join()
        assert not values
        translator.network.encode(ids)
        assert len(values) == 2


def test_run_of_another_model_is_refused(translator, run):
    with pytest.raises(ValueError, match='"other", got "small"'):
        meaning.moved(translator, replace(run, asked=replace(run.asked, model="other")))


# --- rollout ---


def slow_rollout(run: Run) -> tuple[list, list, list]:
    """One path at a time: what share of row i after each layer comes from each input, by plain loops."""
    sources, targets = len(run.source), len(run.target)
    held, encoder = [[float(i == j) for j in range(sources)] for i in range(sources)], []
    for layer in range(run.maps["encoder"].layers):
        mean = run.maps["encoder"].all_weights()[layer].mean(0)
        held = [
            [0.5 * held[i][j] + 0.5 * sum(mean[i, k] * held[k][j] for k in range(sources)) for j in range(sources)]
            for i in range(sources)
        ]
        encoder.append(held)
    own = [[float(i == j) for j in range(targets)] for i in range(targets)]
    other, decoder, cross = [[0.0] * sources for _ in range(targets)], [], []
    for layer in range(run.maps["decoder"].layers):
        mean, look = (run.maps[part].all_weights()[layer].mean(0) for part in ("decoder", "cross"))

        def mixed(rows, width, mean=mean):
            return [
                [0.5 * rows[i][j] + 0.5 * sum(mean[i, k] * rows[k][j] for k in range(targets)) for j in range(width)]
                for i in range(targets)
            ]

        own, other = mixed(own, targets), mixed(other, sources)
        own = [[0.5 * value for value in row] for row in own]
        other = [
            [
                0.5 * other[i][j] + 0.5 * sum(look[i, k] * encoder[-1][k][j] for k in range(sources))
                for j in range(sources)
            ]
            for i in range(targets)
        ]
        decoder.append(own)
        cross.append(other)
    return encoder, decoder, cross


def test_rollout_equals_its_slow_reference(run):
    rolled = meaning.rollout(run)
    for part, expected in zip(("encoder", "decoder", "cross"), slow_rollout(run), strict=True):
        assert rolled[part] == pytest.approx(np.array(expected), abs=1e-5)


def test_everything_a_row_holds_is_accounted_for(run):
    rolled = meaning.rollout(run)
    assert rolled["encoder"].sum(-1) == pytest.approx(1, abs=1e-5)
    assert rolled["decoder"].sum(-1) + rolled["cross"].sum(-1) == pytest.approx(1, abs=1e-5)
    assert not np.triu(rolled["decoder"][0], 1).any()  # nothing from the future


def test_rollout_of_two_tokens_by_hand():
    # A = ((0, 1), (1, 0)) twice: half of itself, half of the other, then 1/2 · 1/2 + 1/2 · 1/2 of each
    swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert meaning.through([swap, swap])[0] == pytest.approx(np.full((2, 2), 0.5))
    assert meaning.through([np.eye(2), swap])[1] == pytest.approx(np.full((2, 2), 0.5))


def test_rollout_needs_self_attention(run):
    with pytest.raises(ValueError, match="no encoder maps"):
        meaning.rollout(replace(run, maps={"cross": run.maps["cross"]}))


# --- gradient × attention ---


def log_p_with(translator, run, word, changed, step: float) -> float:
    """The word's log-probability when one weight is moved by `step` and nothing else, in the plainest way: the softmax is
    replaced by one that counts its calls."""
    calls, plain = [0], attention.attention_weights
    call, head, query, key = changed

    def moved_by_hand(scores, mask=None):
        weights = plain(scores, mask)
        if calls[0] == call:
            weights = weights.clone()
            weights[0, head, query, key] += step
        calls[0] += 1
        return weights

    attention.attention_weights = moved_by_hand
    try:
        with torch.no_grad():
            return float(meaning.read_again(translator, run).log_p[run.target.tokens_of(word)].sum())
    finally:
        attention.attention_weights = plain


@pytest.mark.parametrize(
    "part, layer, call",  # encoder layers are called first (2), then by decoder layer its own attention and the cross one
    [("encoder", 0, 0), ("encoder", 1, 1), ("decoder", 0, 2), ("cross", 0, 3), ("decoder", 3, 8), ("cross", 4, 11)],
)
def test_gradient_agrees_with_weights_moved_by_hand(translator, run, part, layer, call):
    word = run.target.tokens[5].word
    exact = Translator(copy.deepcopy(translator.network).double(), translator.tokenizer, "small", torch.device("cpu"))
    given = meaning.gradient(exact, run, word)[part][layer]
    weights = run.maps[part].all_weights()[layer]
    strongest = [np.unravel_index(i, given.shape) for i in np.argsort(given, axis=None)[-3:]]
    for head, query, key in [*strongest, (0, 2, 0), (1, 3, 2), (2, 5, 4)]:
        up, down = (log_p_with(exact, run, word, (call, head, query, key), step) for step in (1e-5, -1e-5))
        expected = max((up - down) / 2e-5 * weights[head, query, key], 0.0)
        assert given[head, query, key] == pytest.approx(expected, rel=1e-3, abs=1e-7)
    assert all(given[cell] > 1e-6 for cell in strongest)


def test_gradient_of_a_word_knows_nothing_of_later_rows(translator, run):
    first = run.target.tokens_of(0)[-1]
    given = meaning.gradient(translator, run, 0)
    assert not given["decoder"][:, :, first + 1 :].any() and given["encoder"].any()
    assert all(given[part].shape == run.maps[part].all_weights().shape for part in given)


@pytest.mark.parametrize("word", [-1, 999])
def test_word_that_is_not_there_is_refused(translator, run, word):
    with pytest.raises(ValueError, match="word must name one of"):
        meaning.gradient(translator, run, word)


# --- additive attention ---


@pytest.fixture(scope="module")
def recurrent(tokenizer) -> Translator:
    torch.manual_seed(0)
    config = RecurrentConfig(len(tokenizer), attention=True, width=11, hidden=14, score=7)
    return Translator(build(config), tokenizer, "small", torch.device("cpu"))


def test_additive_attention_moves_the_states_of_the_encoder(recurrent, run):
    seen = meaning.read_again(recurrent, run)
    moved = meaning.moved(recurrent, run)
    assert set(moved) == {"cross"} and moved["cross"].shape == (1, 1, len(run.target), len(run.source))
    weights = seen.records["cross"][0].weights[0, 0]
    expected = float(weights[2, 3].detach() * seen.memory[0, 3].detach().norm())
    assert moved["cross"][0, 0, 2, 3] == pytest.approx(expected, abs=1e-6)


def test_gradient_reaches_additive_attention(recurrent, run):
    word = run.target.tokens[5].word
    given = meaning.gradient(recurrent, run, word)["cross"]
    last = run.target.tokens_of(word)[-1]
    assert given.shape == (1, 1, len(run.target), len(run.source))
    assert given[0, 0, : last + 1].any() and not given[0, 0, last + 1 :].any()
