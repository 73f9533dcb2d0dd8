"""One head worked through: every number is the network's own, and each switch does what is said of it."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from model.inside import opened
from model.inside.head import softmax, work_through
from model.inside.opened import look_inside
from model.inside.pushes import pushes
from model.inside.what_if import (
    compare,
    in_text_order,
    position_code,
    position_products,
    shuffle_difference,
    shuffled_order,
)
from model.networks import attention
from model.networks.transformer import Transformer, TransformerConfig
from model.reading.readers import own as reader
from model.reading.readers.own import Translator

TEXT = "The animal didn't cross the street because it was too tired."
EXACT = 1e-5  # float32 carries seven digits, and a sum over 33 numbers loses one or two of them
# One place in each part; the test network has 2 encoder and 5 decoder layers of 3 heads.
PLACES = [("encoder", 1, 2, 7), ("decoder", 3, 1, 5), ("cross", 4, 0, 2)]


@pytest.fixture(scope="module")
def run(translator):
    return translator.read(TEXT, beams=1)


@pytest.fixture(scope="module")
def inside(translator, run):
    return look_inside(translator, run)


@pytest.fixture(scope="module")
def unplaced(translator, run):
    return look_inside(translator, run, positions=False)


@pytest.fixture(scope="module")
def own(translator, run):
    """What hooks on the network itself see in its forward pass, by name; and the scores that went into each softmax."""
    network, seen, handles = translator.network, {"scores": []}, []
    for name, module in network.named_modules():
        handles.append(
            module.register_forward_hook(
                lambda module, given, out, name=name: seen.setdefault(name, []).append((given[0], out))
            )
        )
    weights = attention.attention_weights
    with pytest.MonkeyPatch.context() as patch, torch.inference_mode():
        patch.setattr(attention, "attention_weights", lambda s, mask=None: seen["scores"].append(s) or weights(s, mask))
        memory = network.encode(torch.tensor([[token.id for token in run.source.tokens]]), record=[])
        prefix = torch.tensor([[token.id for token in run.maps["decoder"].key_axis.tokens]])
        seen["logits"] = network.logits(network.decode(prefix, memory, record=[], cross_record=[]))[0].numpy()
        seen["antecedent"] = network.antecedent_logits(memory)[0].numpy()
    for handle in handles:
        handle.remove()
    return seen


def every_place(inside):
    for part, blocks in inside.blocks.items():
        for layer, block in enumerate(blocks):
            for row in range(len(block.entered)):
                yield from ((part, layer, number, row) for number in range(inside.network.config.heads))


def test_every_step_is_the_networks_own(inside, own):
    width = inside.network.config.width // inside.network.config.heads
    layers = inside.network.config.encoder_layers

    def check(one, other):
        np.testing.assert_allclose(one, other.numpy(), atol=EXACT, rtol=EXACT)

    for part, layer, number, row in every_place(inside):
        steps = work_through(inside, part, layer, number, row)
        stack = "encoder" if part == "encoder" else "decoder"
        kind, residual = (
            ("cross_attention", "add_cross_attention") if part == "cross" else ("attention", "add_attention")
        )
        place, name = slice(number * width, (number + 1) * width), f"{stack}.{layer}.{kind}"
        side = 0 if part == "encoder" else 1
        check(steps.placed, own["dropout"][side][1][0, row])
        check(steps.embedding, own["embedding"][side][1][0, row] * inside.network.config.width**0.5)
        check(steps.stream, own[f"{stack}.{layer}.{residual}.norm"][0][0][0, row])
        check(steps.entered, own[f"{stack}.{layer}.{residual}.norm"][0][1][0, row])
        check(steps.query, own[f"{name}.to_queries"][0][1][0, row, place])
        check(steps.keys, own[f"{name}.to_keys"][0][1][0, :, place])
        check(steps.values, own[f"{name}.to_values"][0][1][0, :, place])
        call = layer if part == "encoder" else layers + 2 * layer + (part == "cross")
        check(steps.products / np.sqrt(width), own["scores"][call][0, number, row])
        check(steps.mixed, own[f"{name}.to_output"][0][0][0, row, place])
        assert steps.check <= EXACT
    for part, layer, _, row in every_place(inside):
        heads = [work_through(inside, part, layer, number, row).written for number in range(3)]
        stack, kind, _ = opened.PLACES[part]
        bias = getattr(getattr(inside.network, stack)[layer], kind).to_output.bias.detach().numpy()
        check(sum(heads) + bias, own[f"{stack}.{layer}.{kind}.to_output"][0][1][0, row])


def test_weights_are_those_of_every_other_page(inside, run):
    for part, layer, number, row in PLACES:
        steps = work_through(inside, part, layer, number, row)
        np.testing.assert_allclose(steps.weights, run.maps[part].weights(layer, number)[row], atol=EXACT)


def test_two_tokens_worked_on_paper(tokenizer):
    """Width 2, one head, every map the identity: a norm over two numbers leaves (1, -1) or (-1, 1), whatever they are."""
    torch.manual_seed(1)
    small = Transformer(TransformerConfig(len(tokenizer), width=2, heads=1, encoder_layers=1, decoder_layers=1))
    block = small.encoder[0].attention
    with torch.no_grad():
        for linear in (block.to_queries, block.to_keys, block.to_values, block.to_output):
            linear.weight.copy_(torch.eye(2))
            linear.bias.zero_()
        # Positions 0 and 1 add (0, 1) and (0.84, 0.54): with these embeddings the sums are (3, 1) and (-1.2, 0.5).
        small.embedding.weight[tokenizer.ids_of_many(["dog"])[0][0]] = torch.tensor([3.0, 0.0]) / 2**0.5
        small.embedding.weight[2] = torch.tensor([-2.0, 0.0]) / 2**0.5
    translator = Translator(small, tokenizer, "paper", torch.device("cpu"))
    steps = work_through(look_inside(translator, translator.read("dog", beams=1)), "encoder", 0, 0, 0)
    assert len(steps.weights) == 2  # dog, </s>
    # q = (1, -1), k = (1, -1) and (-1, 1): q·k = 2 and -2; ÷ √2: 1.4142 and -1.4142
    np.testing.assert_allclose(steps.query, [1, -1], atol=1e-4)
    np.testing.assert_allclose(steps.products, [2, -2], atol=1e-4)
    np.testing.assert_allclose(steps.scores, [1.4142, -1.4142], atol=1e-4)
    # e^1.4142 = 4.1132, e^-1.4142 = 0.2431; 4.1132 / 4.3563 = 0.9442
    np.testing.assert_allclose(steps.weights, [0.9442, 0.0558], atol=1e-4)
    # 0.9442 · (1, -1) + 0.0558 · (-1, 1) = (0.8884, -0.8884)
    np.testing.assert_allclose(steps.mixed, [0.8884, -0.8884], atol=1e-4)
    np.testing.assert_allclose(steps.written, steps.mixed)
    # -0.9442 · log2(0.9442) - 0.0558 · log2(0.0558) = 0.0782 + 0.2324
    assert steps.entropy_bits == pytest.approx(0.3106, abs=1e-3)


def test_softmax_shares_equally_between_equal_scores():
    np.testing.assert_array_equal(softmax(np.array([7.0, -np.inf, 7.0])), [0.5, 0, 0.5])


@pytest.mark.parametrize("place", PLACES)
def test_without_the_root_every_row_is_sharper(inside, unplaced, place):
    own, changed = compare(inside, unplaced, place, "unscaled")
    assert own.divisor == pytest.approx(np.sqrt(11)) and changed.divisor == 1
    np.testing.assert_array_equal(own.products, changed.products)
    assert changed.entropy_bits < own.entropy_bits


@pytest.mark.parametrize("temperature, sharper", [(0.25, True), (4.0, False)])
def test_temperature_divides_the_scores(inside, unplaced, temperature, sharper):
    own, changed = compare(inside, unplaced, PLACES[0], "temperature", temperature)
    np.testing.assert_allclose(changed.scores * temperature, own.scores)
    assert (changed.entropy_bits < own.entropy_bits) is sharper
    assert changed.weights.sum() == pytest.approx(1)


def test_mask_hides_the_future_exactly_and_without_it_the_future_is_seen(inside, unplaced):
    own, changed = compare(inside, unplaced, PLACES[1], "unmasked")
    row = PLACES[1][3]
    assert (own.weights[row + 1 :] == 0).all() and not own.seen[row + 1 :].any()
    assert (changed.weights[row + 1 :] > 0).all() and changed.seen.all()
    np.testing.assert_array_equal(own.scores[: row + 1], changed.scores[: row + 1])
    assert not np.allclose(own.written, changed.written)


@pytest.mark.parametrize("place", [PLACES[0], PLACES[2]])
def test_there_is_no_mask_outside_the_decoder(inside, unplaced, place):
    own, changed = compare(inside, unplaced, place, "unmasked")
    np.testing.assert_array_equal(own.weights, changed.weights)


def test_without_positions_nothing_is_added(inside, unplaced):
    own, changed = compare(inside, unplaced, PLACES[0], "unplaced")
    np.testing.assert_allclose(own.position, position_code(8, 33)[7], atol=EXACT)
    assert (changed.position == 0).all()
    assert np.abs(own.weights - changed.weights).max() > 1e-3


def test_without_positions_the_maps_only_move_with_the_words(translator, run, inside, unplaced):
    order = shuffled_order(run)
    assert sorted(order) == list(range(len(run.source))) and list(order) != sorted(order)
    shuffled, both = (look_inside(translator, run, positions=p, order=order) for p in (True, False))
    for part, layer, number, _ in PLACES:
        assert shuffle_difference(unplaced, both, part, layer, number) <= EXACT
        assert shuffle_difference(inside, shuffled, part, layer, number) > 100 * EXACT
    # The same by the definition: shuffled word i looks at shuffled word j as the words themselves did.
    weights, moved = (each.blocks["encoder"][1].weights[2] for each in (unplaced, both))
    np.testing.assert_allclose(moved, weights[np.ix_(order, order)], atol=EXACT)
    np.testing.assert_allclose(in_text_order(both, "encoder", 1, 2), weights, atol=EXACT)


def test_shuffling_keeps_the_sub_words_of_a_word_together(run):
    words = [run.source.tokens[i].word for i in shuffled_order(run)]
    assert len(words) > len(set(words))  # some word has several
    assert sum(one != other for one, other in pairwise(words)) == len(set(words)) - 1
    assert words[-1] == len(run.source.words) - 1


def direct(inside, part, row, vector):
    found = pushes(inside, part, row, vector)
    return {push.id: push.value for push in (*found.up, *found.down, *found.named)}


@pytest.mark.parametrize(
    "part, row, name", [("decoder", 4, "logits"), ("cross", 4, "logits"), ("encoder", 8, "antecedent")]
)
def test_direct_path_of_the_whole_road_is_the_logits(inside, own, run, part, row, name):
    """All that was ever added to the road, taken as one writing, and the constant that the norm adds: the scores themselves."""
    network, stack = inside.network, opened.PLACES[part][0]
    if part == "encoder":
        row = next(i for i, token in enumerate(run.source.tokens) if token.text == "it")
    norm = getattr(network, f"{stack}_norm")
    with torch.inference_mode():
        shift = network.antecedent(norm.bias) if part == "encoder" else norm.bias
        constant = network.logits(shift).numpy()
    expected = own[name][row] - constant
    expected -= expected.mean()
    values = direct(inside, part, row, inside.ends[stack][row].astype(float))
    assert len(values) >= 12
    for token, value in values.items():
        assert value == pytest.approx(expected[token], abs=EXACT)


def test_pushes_add_up(inside):
    one, two = (work_through(inside, "cross", layer, 1, 3).written for layer in (0, 2))
    named = [push.value for push in pushes(inside, "cross", 3, one + two).named]
    parts = [[push.value for push in pushes(inside, "cross", 3, vector).named] for vector in (one, two)]
    np.testing.assert_allclose(named, np.sum(parts, axis=0), atol=EXACT)


def test_encoder_names_candidates_at_it_and_neighbours_elsewhere(inside, run):
    row = next(i for i, token in enumerate(run.source.tokens) if token.text == "it")
    at_it, elsewhere = (work_through(inside, "encoder", 0, 0, place).pushes for place in (row, 1))
    assert at_it.kind == "antecedent" and elsewhere.kind == "nearest"
    assert len(at_it.named) == len(run.antecedents[0].candidates)
    assert all(-1 <= push.value <= 1 for push in (*elsewhere.up, *elsewhere.down))


def test_pushes_are_ranked_both_ways(inside):
    found = work_through(inside, *PLACES[1]).pushes
    up, down = ([push.value for push in side] for side in (found.up, found.down))
    assert up == sorted(up, reverse=True) and down == sorted(down) and up[0] > 0 > down[0]


def test_nothing_is_searched_for_and_no_hook_is_left(translator, run, monkeypatch):
    monkeypatch.setattr(reader, "search", lambda *_, **__: pytest.fail("searched again"))
    monkeypatch.setattr(Translator, "read_on_device", lambda *_: pytest.fail("read again"))
    look_inside(translator, run, positions=False)
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in translator.network.modules())


def test_a_copy_to_watch_shares_the_parameters(translator):
    copied = opened.private_copy(translator.network)
    pairs = zip(copied.parameters(), translator.network.parameters(), strict=True)
    assert all(one is other for one, other in pairs) and copied is not translator.network


def test_a_difference_is_refused(inside):
    first, *others = inside.blocks["encoder"]
    other = replace(first, queries=first.queries + 1e-3)  # as if the network had computed something else
    with pytest.raises(RuntimeError, match="differs from the network's own"):
        work_through(replace(inside, blocks=inside.blocks | {"encoder": (other, *others)}), "encoder", 0, 1, 3)


@pytest.mark.parametrize(
    "place, message",
    [
        (("middle", 0, 0, 0), 'part must be one of encoder, decoder, cross; got "middle"'),
        (("encoder", 2, 0, 0), "layer must be from 0 to 1; got 2"),
        (("decoder", 0, 3, 0), "head must be from 0 to 2; got 3"),
        (("cross", 0, 0, -1), "row must be from 0"),
    ],
)
def test_a_place_that_is_not_there_is_refused(inside, place, message):
    with pytest.raises(ValueError, match=message):
        work_through(inside, *place)


def test_other_runs_orders_changes_and_networks_are_refused(translator, inside, unplaced, run, recurrent):
    with pytest.raises(ValueError, match="the Run is of “other”, the network is “small”"):
        look_inside(translator, replace(run, asked=replace(run.asked, model="other")))
    with pytest.raises(ValueError, match="order must name each of"):
        look_inside(translator, run, order=(0, 0))
    with pytest.raises(ValueError, match=r'change must be one of none, .*; got "\?"'):
        compare(inside, unplaced, PLACES[0], "?")
    with pytest.raises(ValueError, match="only a Transformer has these heads"):
        look_inside(recurrent["gru-attention"], run)


def test_arrays_are_read_only(inside):
    steps = work_through(inside, *PLACES[0])
    arrays = [getattr(steps, field.name) for field in fields(steps)]
    assert not any(array.flags.writeable for array in arrays if isinstance(array, np.ndarray))
    assert not inside.blocks["encoder"][0].weights.flags.writeable


def test_post_norm_is_worked_through_too(tokenizer):
    torch.manual_seed(2)
    config = TransformerConfig(len(tokenizer), width=22, heads=2, encoder_layers=2, decoder_layers=1, norm="post")
    translator = Translator(Transformer(config), tokenizer, "post", torch.device("cpu"))
    steps = work_through(look_inside(translator, translator.read(TEXT, beams=1)), "encoder", 1, 1, 3)
    assert steps.mean is None and steps.pushes.kind == "nearest" and steps.check <= EXACT
    np.testing.assert_array_equal(steps.entered, steps.stream)


@pytest.mark.parametrize(
    "text", ["a", "the the the", "<s> it", "😀 dog", "আমি গান গাই", "It is " + "very " * 25 + "big."]
)
def test_awkward_text_is_worked_through(translator, text):
    run = translator.read(text, beams=1)
    inside = look_inside(translator, run)
    for part in ("encoder", "decoder", "cross"):
        steps = work_through(inside, part, 0, 0, 0)
        assert steps.weights.sum() == pytest.approx(1) and steps.check <= EXACT
    shuffled = look_inside(translator, run, order=shuffled_order(run), positions=False)
    assert shuffled.order[-1] == len(run.source) - 1


def test_product_of_two_positions_depends_on_their_distance_alone():
    means, deviations = position_products(position_code(67, 34))
    # sin² + cos² = 1 for each of the 17 pairs; at distance 5: the sum of the cosines of 5 / 10000^(2i / 34)
    assert means[0] == pytest.approx(17)
    assert means[5] == pytest.approx(sum(np.cos(5 / 10000 ** (2 * i / 34)) for i in range(17)), abs=1e-4)
    assert deviations.max() < 1e-4  # an angle of 67 in float32 is known to 4e-6, and 34 numbers are summed
    assert np.ptp(means) > 10


def test_position_code_is_the_papers():
    code = position_code(11, 34)
    # position 3, dimension 4 is 2i with i = 2: sin(3 / 10000^(4 / 34)); its neighbour is the cosine
    assert code[3, 4] == pytest.approx(np.sin(3 / 10000 ** (4 / 34)), abs=1e-6)
    assert code[3, 5] == pytest.approx(np.cos(3 / 10000 ** (4 / 34)), abs=1e-6)
