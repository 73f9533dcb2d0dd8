"""Traces: every shape, count and number against the network's own forward pass, and operations against torch's counter."""

from dataclasses import FrozenInstanceError, replace
from threading import Thread

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from model.inside import recurrent as module
from model.inside import trace as tracing
from model.inside.operations import additive_flops, attention_flops, cell_flops
from model.inside.trace import trace
from model.language.tokenizer import START
from model.networks.recurrent import unroll
from model.networks.transformer import Transformer, sinusoidal_positions
from model.reading.reader import TextError
from model.reading.readers.own import Translator

TEXT = "The animal didn't cross the street because it was too tired."
NAMES = ("transformer", "post", "rnn", "lstm", "gru", "gru-attention")
TARGET = [5, 7, 11]  # ids of a translation, so that no search is run: with </s> four tokens


@pytest.fixture(scope="module")
def translators(translator, recurrent):
    torch.manual_seed(0)
    config = replace(translator.network.config, norm="post")
    post = Translator(Transformer(config), translator.tokenizer, "post", torch.device("cpu"))
    return {"transformer": translator, "post": post, **recurrent}


@pytest.fixture(scope="module", params=NAMES)
def case(request, translators):
    """A translator and the trace of the text on it."""
    chosen = translators[request.param]
    return chosen, trace(chosen, TEXT, TARGET, repeats=1)


def tensors(translator):
    return torch.tensor([translator.ids(TEXT)]), torch.tensor([[START, *TARGET]])


def test_parameters_add_up_to_the_models(case):
    translator, made = case
    assert made.total("parameters") == sum(p.numel() for p in translator.network.parameters())


def test_the_table_is_counted_once_and_named_where_it_is_shared(case):
    translator, made = case
    table = translator.network.embedding.weight.numel()
    assert made.block("encoder.embedding").parameters == table
    assert {block.name for block in made.blocks if block.shared} == {"decoder.embedding", "output", "antecedent"}
    assert all(block.shared in (0, table) for block in made.blocks)


@torch.inference_mode()
def test_operations_agree_with_torchs_counter(case):
    """On the readable paths, where every product is a matrix product of its own: fused kernels hide theirs from the counter."""
    translator, made = case
    network, (source, prefix) = translator.network, tensors(translator)
    its = [i for i, token in enumerate(source[0].tolist()) if token in translator.it_ids]
    with FlopCounterMode(display=False) as counter:
        if made.model in ("transformer", "post", "small"):
            memory = network.encode(source, record=[])
            states = network.decode(prefix, memory, record=[], cross_record=[])
        else:
            memory, states = read_step_by_step(network, source, prefix)
        network.logits(states)
        network.antecedent_logits(memory[0, its])
    assert made.total("flops") == counter.get_total_flops()


def read_step_by_step(network, source, prefix):
    """The recurrent network with its cells unrolled by hand."""
    cell, hidden = network.config.cell, network.config.hidden
    zero = tuple(torch.zeros(1, hidden // 2) for _ in range(2 if cell == "lstm" else 1))
    x = network.embed(source)
    ahead, _ = unroll(cell, x, zero, module.cell_weights(network.encoder))
    back, _ = unroll(cell, x.flip(1), zero, module.cell_weights(network.encoder, True))
    memory = torch.cat([ahead, back.flip(1)], -1)
    kept, embedded = network.start(memory), network.embed(prefix)
    if network.attention:
        states, contexts = [], []
        (state, _, keys), weights = kept, module.cell_weights(network.decoder)
        for t in range(prefix.shape[1]):
            context, _ = network.attention(network.attention.to_query(state), keys, memory, None)
            state = unroll(cell, torch.cat([embedded[:, t], context], -1)[:, None], (state,), weights)[0][:, 0]
            states.append(state)
            contexts.append(context)
        hidden_states, context = torch.stack(states, 1), torch.stack(contexts, 1)
    else:
        *state, summary = kept
        context = summary[:, None].expand(-1, prefix.shape[1], -1)
        given = torch.cat([embedded, context], -1)
        hidden_states, _ = unroll(cell, given, tuple(state), module.cell_weights(network.decoder))
    return memory, network.readout(torch.cat([hidden_states, context], -1))


def test_formulas_worked_on_paper():
    # 2 queries, 3 keys, width 5: query and output 2·2·2·25 = 200, key and value 2·2·3·25 = 300, QKᵀ and mixing 2·2·2·3·5 = 120
    assert attention_flops(2, 3, 5) == 200 + 300 + 120
    # 2 queries, 3 keys, state 5, score 7: projections 2·5·7·(2 + 3) = 350, scores 2·2·3·7 = 84, mixing 2·2·3·5 = 60
    assert additive_flops(2, 3, 5, 7) == 350 + 84 + 60
    # 2 steps of an LSTM, input 3, state 5: 2 · 2 · 4 · 5 · (3 + 5)
    assert cell_flops(2, 3, 5, 4) == 640


@torch.inference_mode()
def test_last_vectors_are_the_networks_own(case):
    translator, made = case
    network, (source, prefix) = translator.network, tensors(translator)
    memory = network.encode(source)
    states = network.decode(prefix, memory)[0]
    last = {"transformer": "decoder.norm", "small": "decoder.norm", "post": "decoder.5.feed_forward_norm"}
    np.testing.assert_allclose(made.block(last.get(made.model, "readout")).vectors, states, atol=1e-5)
    first = {"small": "encoder.norm", "post": "encoder.2.feed_forward_norm"}.get(made.model, "encoder.states")
    np.testing.assert_allclose(made.block(first).vectors, memory[0], atol=1e-5)


def test_stream_is_the_sum_of_what_was_added(translators):
    """Pre-norm: the road runs free, so the stream after the last layer is embedding, positions and every addition."""
    made = trace(translators["transformer"], TEXT, TARGET, repeats=1)
    embedding, positions = (made.block(f"encoder.{name}").vectors for name in ("embedding", "positions"))
    np.testing.assert_allclose(positions - embedding, sinusoidal_positions(*embedding.shape), atol=1e-5)
    before = positions
    for name in ("1.attention", "1.feed_forward", "2.attention", "2.feed_forward"):
        block = made.block(f"encoder.{name}")
        added = np.linalg.norm(block.vectors - before, axis=-1).mean()
        assert block.added == pytest.approx(added, rel=1e-4)
        assert block.stream == pytest.approx(np.linalg.norm(block.vectors, axis=-1).mean(), rel=1e-5)
        before = block.vectors


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru", "gru-attention"])
def test_gates_remake_the_states(translators, name):
    made = trace(translators[name], TEXT, TARGET, repeats=1)
    for side in ("encoder", "decoder"):
        block = made.block(f"{side}.states")
        gates, state = block.gates, block.vectors
        if name.startswith("gru"):
            update = gates["update"]
            np.testing.assert_allclose((1 - update) * gates["candidate"] + update * gates["before"], state, atol=1e-5)
        elif name == "lstm":
            cell = gates["forget"] * gates["cell_before"] + gates["input"] * gates["candidate"]
            np.testing.assert_allclose(cell, gates["cell"], atol=1e-5)
            np.testing.assert_allclose(gates["output"] * np.tanh(cell), state, atol=1e-5)
        half = state.shape[1] // 2 if side == "encoder" else state.shape[1]
        np.testing.assert_allclose(gates["before"][1:, :half], state[:-1, :half], atol=1e-6)
        if side == "encoder":  # the backward direction comes from the word after
            np.testing.assert_allclose(gates["before"][:-1, half:], state[1:, half:], atol=1e-6)
            assert not gates["before"][0, :half].any() and not gates["before"][-1, half:].any()


def test_summary_is_where_both_directions_ended(translators):
    made = trace(translators["gru"], TEXT, TARGET, repeats=1)
    memory, (summary,) = made.block("encoder.states").vectors, made.block("summary").vectors
    np.testing.assert_array_equal(summary, np.concatenate([memory[-1, :7], memory[0, 7:]]))


def test_encoder_goes_once_and_the_decoder_once_for_every_word(case):
    _, made = case
    stages = [stage.block for stage in made.stages]
    assert stages.count("source") == 1 and stages.count("target") == stages.count("softmax") == len(made.target)
    assert stages[0] == "source" and stages[-1] == "softmax"
    names = {block.name for block in made.blocks}
    assert all(stage.block in names | {"source", "target"} for stage in made.stages)
    assert all(made.block(stage.strip).vectors is not None for stage in made.stages if stage.strip)


def test_rows_grow_with_the_translation(case):
    _, made = case
    assert [stage.rows for stage in made.stages if stage.block == "softmax"] == [1, 2, 3, 4]
    assert all(stage.row is None or stage.row < stage.rows for stage in made.stages)


def test_every_block_takes_time_and_the_sum_is_less_than_the_pass(case):
    _, made = case
    assert all(block.time_ms > 0 for block in made.blocks if block.name != "summary")
    assert made.total("time_ms") < 10_000


def test_arrays_are_read_only_and_records_immutable(case):
    _, made = case
    block = made.block("encoder.embedding")
    with pytest.raises(ValueError, match="read-only"):
        block.vectors[0, 0] = 1
    with pytest.raises(FrozenInstanceError):
        block.flops = 1


def test_network_keeps_no_hooks_and_no_other_reader_meets_them(translators):
    """Somebody else reads with the same network while it is traced."""
    translator, wrong = translators["transformer"], []

    def read():
        try:
            for _ in range(3):
                translator.read("The dog sleeps.", beams=1)
        except Exception as error:
            wrong.append(error)

    other = Thread(target=read)
    other.start()
    made = trace(translator, TEXT, TARGET, repeats=3)
    other.join()
    assert not wrong and made.block("encoder.embedding").output[0] == len(translator.ids(TEXT))
    hooks = [m for m in translator.network.modules() if m._forward_hooks or m._forward_pre_hooks]
    assert hooks == []


def test_translation_at_hand_is_not_searched_for_again(translators, monkeypatch):
    monkeypatch.setattr(tracing, "search", lambda *_, **__: pytest.fail("searched again"))
    assert len(trace(translators["transformer"], TEXT, TARGET, repeats=1).target) == 4


def test_without_a_translation_one_is_searched_for(translators):
    translator = translators["gru"]
    found = trace(translator, TEXT, beams=1, repeats=1).target
    assert found == translator.read(TEXT, beams=1).target


def test_sentence_without_it_gives_the_antecedent_nothing_to_do(translators):
    block = trace(translators["transformer"], "The dog sleeps.", TARGET, repeats=1).block("antecedent")
    assert block.inputs == ((0, 33),) and block.flops == 0


@pytest.mark.parametrize("text", ["x", "<s>", "<img src=x onerror=alert(1)>", "😀 dog", "the the the"])
@pytest.mark.parametrize("name", ["transformer", "gru-attention"])
def test_awkward_text_is_traced(translators, name, text):
    translator = translators[name]
    made = trace(translator, text, TARGET, repeats=1)
    assert made.block("encoder.embedding").inputs == ((len(translator.ids(text)),),)


@pytest.mark.parametrize("text, reason", [("", "blank"), ("?!", "punctuation"), ("a " * 400, "long")])
def test_unreadable_text_is_named(translators, text, reason):
    with pytest.raises(TextError) as caught:
        trace(translators["transformer"], text)
    assert caught.value.reason == reason


def test_no_repeats_are_refused(translators):
    with pytest.raises(ValueError, match="at least 1; got 0"):
        trace(translators["transformer"], TEXT, TARGET, repeats=0)


def test_memory_of_the_gpu_runs_out(translators, monkeypatch):
    small = Translator(
        translators["transformer"].network, translators["transformer"].tokenizer, "small", torch.device("cpu")
    )
    original, calls = tracing.trace_on_device, []

    def fail_first(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return original(*arguments)

    monkeypatch.setattr(tracing, "trace_on_device", fail_first)
    traced = trace(small, TEXT, TARGET, repeats=1)
    assert traced.blocks and len(calls) == 2 and calls[1][0] is small.on_cpu() is not small
