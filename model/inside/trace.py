"""Trace: what every block of a network did with one sentence. Its shapes, parameters, operations, time and vectors.

Worth knowing: the networks know nothing of this. Forward hooks write down what passes while the finished translation is read
once, all positions at once; the decoder cannot look ahead, so row t is what the search saw when it wrote word t.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from model.inside import recurrent, transformer
from model.inside.blocks import REPEATS, Block, Trace
from model.inside.watch import Watch, count
from model.networks.recurrent import Recurrent
from model.networks.transformer import Transformer
from model.reading.device import device_name
from model.reading.passes import forward
from model.reading.reader import Pass
from model.reading.readers.own import Translator
from model.reading.run import BEAMS
from model.reading.search import search

# S source tokens   T target tokens   C width of the model   F hidden width of the feed-forward block   V vocabulary
# H width of a recurrent state   A width of the additive score   N words "it" in the sentence

# Of each kind of network: which module's time goes where, what the blocks are, the order of the walk, and who owns what passes
# between modules before the first one, in the encoder and in the decoder.
KINDS: dict[type, tuple[Callable, Callable, Callable, str, str]] = {
    Transformer: (transformer.owners, transformer.blocks, transformer.stages, "*.positions", "*.positions"),
    Recurrent: (recurrent.owners, recurrent.blocks, recurrent.stages, "*.embedding", "summary"),
}


def trace(
    translator: Translator, text: str, target: list[int] | None = None, beams: int = BEAMS, repeats: int = REPEATS
) -> Trace:
    """What every block did with a text and its translation.

    target: the translation's ids without </s>, from a Run that is at hand; without them it is searched for. Raises TextError as
    reading does, ValueError if repeats is not positive. When the GPU's memory runs out the CPU goes on.
    """
    if repeats < 1:
        raise ValueError(f"repeats must be at least 1; got {repeats}")
    translator.check(text)
    return translator.with_room(lambda reader: trace_on_device(reader, text, target, beams, repeats))


@torch.inference_mode()
def trace_on_device(translator: Translator, text: str, target: list[int] | None, beams: int, repeats: int) -> Trace:
    network, device = translator.network, translator.device
    if target is None:
        target = search(network, torch.tensor([translator.ids(text)], device=device), beams=beams)[0]
    axes = translator.source_axis(text), translator.target_axis(target)
    source, prefix = translator.tensors(*axes)
    its = translator.its(axes[0])
    owners_of, blocks_of, stages_of, *bases = KINDS[type(network)]
    watch = Watch(network, *owners_of(network), device)
    with watch.hooked():
        for _ in range(repeats + 1):
            seen = read_through(watch, source, prefix, its, bases)
    lengths = {"encoder": source.shape[1], "decoder": prefix.shape[1]}
    blocks = blocks_of(network, watch, lengths) + output_blocks(network, seen)
    timed = tuple(Block(**vars(block) | {"time_ms": watch.time_ms(block.name)}) for block in blocks)
    stages = stages_of(network, lengths)
    return Trace(translator.name, *axes, timed, tuple(stages), device_name(device), repeats)


def read_through(watch: Watch, source: Tensor, prefix: Tensor, its: Tensor, bases: list[str]) -> Pass:
    """One pass, on the fast path; what passes between modules is charged to whatever is at work by then."""
    turns = {
        "encode": ("encoder", bases[0]),
        "reference": ("encoder", "antecedent"),
        "decode": ("decoder", bases[1]),
        "output": ("", "output"),
        "done": ("", "softmax"),
    }
    watch.begin()
    its = its if its.any() else None
    seen = forward(watch.network, source, prefix, its=its, entering=lambda stage: watch.turn(*turns[stage]))
    seen.logits.softmax(-1)
    watch.tick()
    return seen


def output_blocks(network: nn.Module, seen: Pass) -> list[Block]:
    memory, states, logits = seen.memory[0], seen.states[0], seen.logits[0]
    found = 0 if seen.reference_logits is None else len(seen.reference_logits)
    (tokens, width), vocabulary = states.shape, logits.shape[-1]
    antecedent = 2 * found * memory.shape[-1] * width + 2 * found * width * vocabulary
    table = count(network.embedding)
    return [
        Block(
            "output", "output", (tuple(states.shape),), tuple(logits.shape), 0, table, 2 * tokens * width * vocabulary
        ),
        Block("softmax", "softmax", (tuple(logits.shape),), tuple(logits.shape)),
        Block(
            "antecedent",
            "antecedent",
            ((found, memory.shape[-1]),),
            (found, vocabulary),
            count(network.antecedent),
            table,
            antecedent,
        ),
    ]
