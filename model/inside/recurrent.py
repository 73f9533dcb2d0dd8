"""A recurrent translator's blocks, and the order in which a sentence goes through them, word after word.

Worth knowing: fused kernels keep their gates to themselves, so states and gates are made again step by step.
"""

import torch
from torch import Tensor, nn

from model.inside.blocks import Block, Stage
from model.inside.operations import additive_flops, cell_flops
from model.inside.watch import Watch, arrays, embedding_blocks, made_of
from model.networks.recurrent import Recurrent, cell_weights, unroll


def owners(network: Recurrent) -> tuple[dict[str, str], dict[str, str]]:
    owners = {"embedding": "*.embedding", "encoder": "encoder.states", "bridge": "bridge", "readout": "readout"}
    after = {"embedding": "*.embedding", "bridge": "bridge"}
    if not network.attention:
        return owners | {"decoder": "decoder.states"}, after | {"decoder": "readout"}
    attention = dict.fromkeys(("attention", "attention.to_key", "attention.to_query"), "attention")
    return owners | attention, after | {"attention": "decoder.states"}


def blocks(network: Recurrent, watch: Watch, lengths: dict[str, int]) -> list[Block]:
    config, sources, targets = network.config, lengths["encoder"], lengths["decoder"]
    gates, width, hidden = {"rnn": 1, "gru": 3, "lstm": 4}[config.cell], config.width, config.hidden
    x, memory = watch.income("encoder", "encoder")[0], watch.outcome("encoder", "encoder")
    summary, start = watch.income("decoder", "bridge")[0], watch.outcome("decoder", "bridge")
    embedded = watch.outcome("decoder", "embedding") * width**0.5
    seen = additive(network, watch) if network.attention else []
    context = seen[0] if seen else summary.expand(targets, -1)
    given = torch.cat([embedded, context], -1)  # (T, C + H)
    first = tuple(part[None] for part in start.tanh().split(hidden))
    states, opened = unrolled(network, network.decoder, given, first)
    both = [unrolled(network, network.encoder, x, None, reverse) for reverse in (False, True)]
    encoder_gates = {name: torch.cat([gate[name] for _, gate in both], -1) for name in both[0][1]}
    read, flops = watch.outcome("decoder", "readout"), 2 * cell_flops(sources, width, hidden // 2, gates)
    blocks = [
        *embedding_blocks(network, watch, "encoder", positions=False),
        made_of(
            "encoder.states", "encoder_states", [x], memory, network.encoder, flops=flops, gates=arrays(encoder_gates)
        ),
        made_of("summary", "summary", [memory], summary),
        made_of(
            "bridge", "bridge", [summary], start, network.bridge, flops=2 * hidden * len(start), vectors=start.tanh()
        ),
        *embedding_blocks(network, watch, "decoder", positions=False),
    ]
    if seen:
        flops = additive_flops(targets, sources, hidden, config.score)
        blocks.append(
            made_of(
                "attention", "additive_attention", [opened["before"], memory], context, network.attention, flops=flops
            )
        )
    flops = cell_flops(targets, width + hidden, hidden, gates)
    blocks += [
        made_of(
            "decoder.states", "decoder_states", [given], states, network.decoder, flops=flops, gates=arrays(opened)
        ),
        made_of(
            "readout",
            "readout",
            [torch.cat([states, context], -1)],
            read,
            network.readout,
            flops=4 * targets * hidden * width,
        ),
    ]
    return blocks


def additive(network: Recurrent, watch: Watch) -> list[Tensor]:
    """The contexts (T, H) that the decoder read, word by word."""
    return [torch.cat([made for _, made in watch.seen["decoder", "attention"]])]


def unrolled(network: Recurrent, layer: nn.RNNBase, x: Tensor, state: tuple[Tensor, ...] | None, reverse: bool = False):
    """States (T, H) and gates by name, made again step by step: fused kernels keep their gates to themselves.

    "before" is the state that each step began from, and "cell_before" an LSTM's cell.
    """
    cell, size = network.config.cell, layer.hidden_size
    state = state or tuple(x.new_zeros(1, size) for _ in range(2 if cell == "lstm" else 1))
    turn = (lambda values: values.flip(0)) if reverse else (lambda values: values)
    states, gates = unroll(cell, turn(x)[None], state, cell_weights(layer, reverse))
    gates = {name: values[0] for name, values in gates.items()} | {"before": torch.cat([state[0], states[0, :-1]])}
    if cell == "lstm":
        gates["cell_before"] = torch.cat([state[1], gates["cell"][:-1]])
    return turn(states[0]), {name: turn(values) for name, values in gates.items()}


def stages(network: Recurrent, lengths: dict[str, int]):
    """Word after word: stage row of the encoder reads its word from the left and, in the other direction, from the right."""
    yield Stage("source", "", None, lengths["encoder"])
    yield Stage("encoder.embedding", "encoder.embedding", None, lengths["encoder"])
    for word in range(lengths["encoder"]):
        yield Stage("encoder.states", "encoder.states", word, word + 1)
    yield Stage("summary", "summary", None, 1)
    yield Stage("bridge", "bridge", None, 1)
    for word in range(lengths["decoder"]):
        yield Stage("target", "", word, word + 1)
        blocks = ("decoder.embedding", *(["attention"] if network.attention else []), "decoder.states", "readout")
        for name in blocks:
            yield Stage(name, name, word, word + 1)
        yield Stage("softmax", "", word, word + 1)
