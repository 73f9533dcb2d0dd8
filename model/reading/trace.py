"""Trace: what every block of a network did with one sentence. Its shapes, parameters, operations, time and vectors.

Worth knowing: the networks know nothing of this. Forward hooks write down what passes while the finished translation is read
once, all positions at once; the decoder cannot look ahead, so row t is what the search saw when it wrote word t.
"""

import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn

from model.networks.recurrent import Recurrent, cell_weights, unroll
from model.networks.transformer import Transformer
from model.reading.device import device_name
from model.reading.maps import read_only
from model.reading.passes import forward
from model.reading.reader import Pass
from model.reading.readers.own import Translator
from model.reading.run import BEAMS, Axis
from model.reading.search import search

REPEATS = 7  # timed passes, after one to warm up

# S source tokens   T target tokens   C width of the model   F hidden width of the feed-forward block   V vocabulary
# H width of a recurrent state   A width of the additive score   N words "it" in the sentence


@dataclass(frozen=True)
class Block:
    """One block and what it did with one sentence. Immutable.

    name: its place in the network and in the address, "encoder.1.attention"; layers count from 1 here, as on screen.
    inputs, output: shapes without the batch. parameters: numbers of its own; shared: numbers it uses but another block owns.
    flops: multiplications and additions of its matrix products, what torch's own counter counts; the rest is small beside it.
    time_ms: median over the timed passes, without what other blocks did inside it. added: mean over the tokens of the L2 norm of
    what it adds to the residual stream, stream: the same of the stream after it; None where nothing is added.
    vectors: (tokens, width), what stands after it; None where it makes scores or ids. gates: by name, each as vectors.
    """

    name: str
    kind: str
    inputs: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    parameters: int = 0
    shared: int = 0
    flops: int = 0
    time_ms: float = 0.0
    added: float | None = None
    stream: float | None = None
    vectors: np.ndarray | None = None
    gates: dict[str, np.ndarray] = field(default_factory=dict)

    def __post_init__(self):
        if self.vectors is not None:
            object.__setattr__(self, "vectors", read_only(self.vectors))
        object.__setattr__(self, "gates", {name: read_only(values) for name, values in self.gates.items()})
        for name, values in self.gates.items():
            if values.shape != self.vectors.shape:
                raise ValueError(f"gate {name} must be (tokens, width) = {self.vectors.shape}; got {values.shape}")


@dataclass(frozen=True)
class Stage:
    """One halt of the sentence on its way. block: where it stands; strip: the block whose vectors to show, "" for none;
    row: the token now at work, None for all at once; rows: how many tokens are there by now."""

    block: str
    strip: str
    row: int | None
    rows: int


@dataclass(frozen=True)
class Trace:
    """What every block of a model did with one sentence, in the order of computing."""

    model: str
    source: Axis
    target: Axis
    blocks: tuple[Block, ...]
    stages: tuple[Stage, ...]
    device: str
    repeats: int = REPEATS

    def block(self, name: str) -> Block | None:
        return next((block for block in self.blocks if block.name == name), None)

    def total(self, what: str) -> float:
        """The sum over all blocks of "parameters", "flops" or "time_ms"."""
        return sum(getattr(block, what) for block in self.blocks)


# --- operations: one matrix product (n, k) times (k, m) is 2 n k m ---


def attention_flops(queries: int, keys: int, width: int) -> int:
    """Projections of x to queries and output, of memory to keys and values; then QKᵀ and the mixing of the values."""
    return 4 * width**2 * (queries + keys) + 4 * queries * keys * width


def additive_flops(queries: int, keys: int, state: int, score: int) -> int:
    """Both projections, the score of every pair, and the mixing of the encoder's states."""
    return 2 * state * score * (queries + keys) + 2 * queries * keys * (score + state)


def cell_flops(steps: int, given: int, state: int, gates: int) -> int:
    """W x + U h for all gates, at every step. gates: 1 for an RNN, 3 for a GRU, 4 for an LSTM."""
    return 2 * steps * gates * state * (given + state)


# --- watching ---


class Watch:
    """Hooks on a copy of a network that shares its parameters: who worked how long, and what went in and came out.

    A copy, because whoever else reads with the network at the same time would run into the hooks.
    owners: by module path, the block its time is charged to, "*" standing for the side at work. Time that passes outside all
    owned modules goes to `base`, which `after` moves on once a module is done.
    """

    def __init__(self, network: nn.Module, owners: dict[str, str], after: dict[str, str], device: torch.device):
        self.network = deepcopy(network, {id(parameter): parameter for parameter in network.parameters()})
        self.owners, self.after, self.device = owners, after, device
        self.seen: dict[tuple[str, str], list[tuple[tuple[Tensor, ...], Tensor]]] = defaultdict(list)
        self.passes: list[dict[str, float]] = []
        self.side, self.stack, self.last = "", [""], 0.0

    def tick(self) -> None:
        if self.device.type != "cpu":
            getattr(torch, self.device.type).synchronize()
        now = time.perf_counter()
        self.passes[-1][self.stack[-1].replace("*", self.side)] += 1000 * (now - self.last)
        self.last = now

    def turn(self, side: str, base: str) -> None:
        """From here on the network works on this side; what no module owns belongs to base."""
        self.tick()
        self.side, self.stack = side, [base]

    def enter(self, path: str) -> None:
        self.tick()
        self.stack.append(self.owners[path])

    def leave(self, path: str, inputs: tuple, output) -> None:
        self.tick()
        self.stack.pop()
        self.stack[-1] = self.after.get(path, self.stack[-1])
        first = output[0] if isinstance(output, tuple) else output
        self.seen[self.side, path].append((tuple(each for each in inputs if isinstance(each, Tensor)), first))

    def begin(self) -> None:
        self.seen.clear()
        self.passes.append(defaultdict(float))
        self.stack, self.last = [""], time.perf_counter()

    @contextmanager
    def hooked(self):
        modules, handles = dict(self.network.named_modules()), []
        for path in self.owners:
            handles.append(modules[path].register_forward_pre_hook(lambda module, given, path=path: self.enter(path)))
            handles.append(
                modules[path].register_forward_hook(
                    lambda module, given, made, path=path: self.leave(path, given, made)
                )
            )
        try:
            yield self
        finally:
            for handle in handles:
                handle.remove()

    def time_ms(self, block: str) -> float:
        return median(one[block] for one in self.passes[1:])

    def outcome(self, side: str, path: str) -> Tensor:
        """What came out of a module that ran once, without the batch."""
        return self.seen[side, path][-1][1][0]

    def income(self, side: str, path: str) -> tuple[Tensor, ...]:
        return tuple(tensor[0] for tensor in self.seen[side, path][-1][0])


# --- the two kinds of network ---


def transformer_owners(network: Transformer) -> tuple[dict[str, str], dict[str, str]]:
    owners = {"embedding": "*.embedding", "dropout": "*.positions"}
    for side in ("encoder", "decoder"):
        for place, layer in enumerate(getattr(network, side)):
            owners[f"{side}.{place}"] = ""
            for part in sublayers(layer):
                owners[f"{side}.{place}.{part}"] = f"{side}.{place + 1}.{part}"
                owners[f"{side}.{place}.add_{part}"] = f"{side}.{place + 1}.{part}_norm"
                owners[f"{side}.{place}.add_{part}.norm"] = f"{side}.{place + 1}.{part}_norm"
        if network.config.norm == "pre":
            owners[f"{side}_norm"] = f"{side}.norm"
    return owners, {}


def sublayers(layer: nn.Module) -> list[str]:
    return [part for part in ("attention", "cross_attention", "feed_forward") if hasattr(layer, part)]


def transformer_blocks(network: Transformer, watch: Watch, lengths: dict[str, int]) -> list[Block]:
    blocks = []
    for side in ("encoder", "decoder"):
        blocks += embedding_blocks(network, watch, side, positions=True)
        for place, layer in enumerate(getattr(network, side)):
            for part in sublayers(layer):
                pair = [
                    sublayer_block(watch, layer, side, place, part, lengths),
                    norm_block(watch, layer, side, place, part),
                ]
                blocks += pair[::-1] if network.config.norm == "pre" else pair
        if network.config.norm == "pre":
            given, made = watch.income(side, f"{side}_norm")[0], watch.outcome(side, f"{side}_norm")
            blocks.append(made_of(f"{side}.norm", "norm", [given], made, getattr(network, f"{side}_norm")))
    return blocks


def embedding_blocks(network: nn.Module, watch: Watch, side: str, positions: bool) -> list[Block]:
    """The table that both languages and the output share is the source's own, so that it is counted once."""
    ids = watch.income(side, "embedding")[0]
    x = watch.outcome(side, "embedding") * network.config.width**0.5
    owned = {"parameters" if side == "encoder" else "shared": count(network.embedding)}
    added = {"added": norm_of(x), "stream": norm_of(x)} if positions else {}
    blocks = [made_of(f"{side}.embedding", "embedding", [ids], x, **owned, **added)]
    if positions:
        (stream,) = watch.income(side, "dropout")
        added = {"added": norm_of(stream - x), "stream": norm_of(stream)}
        blocks.append(made_of(f"{side}.positions", "positions", [x], stream, **added))
    return blocks


def sublayer_block(watch: Watch, layer: nn.Module, side: str, place: int, part: str, lengths: dict[str, int]) -> Block:
    path = f"{side}.{place}"
    given, made = watch.income(side, f"{path}.{part}"), watch.outcome(side, f"{path}.{part}")
    residual = getattr(layer, f"add_{part}")
    stream = (
        watch.outcome(side, f"{path}.add_{part}") if residual.pre else watch.income(side, f"{path}.add_{part}.norm")[0]
    )
    tokens, width = made.shape
    if part == "feed_forward":
        kind, flops = part, 4 * tokens * width * layer.feed_forward[0].out_features
    else:
        kind = part if part == "cross_attention" else {"encoder": "self_attention", "decoder": "masked_attention"}[side]
        flops = attention_flops(tokens, lengths["encoder" if part == "cross_attention" else side], width)
        given = given[:2] if part == "cross_attention" else given[:1]
    about = {"flops": flops, "added": norm_of(made), "stream": norm_of(stream)}
    module = getattr(layer, part)
    return made_of(f"{side}.{place + 1}.{part}", kind, given, made, module, vectors=array(stream), **about)


def norm_block(watch: Watch, layer: nn.Module, side: str, place: int, part: str) -> Block:
    path = f"{side}.{place}.add_{part}"
    given, made = watch.income(side, f"{path}.norm"), watch.outcome(side, f"{path}.norm")
    return made_of(f"{side}.{place + 1}.{part}_norm", "norm", given, made, getattr(layer, f"add_{part}").norm)


def recurrent_owners(network: Recurrent) -> tuple[dict[str, str], dict[str, str]]:
    owners = {"embedding": "*.embedding", "encoder": "encoder.states", "bridge": "bridge", "readout": "readout"}
    after = {"embedding": "*.embedding", "bridge": "bridge"}
    if not network.attention:
        return owners | {"decoder": "decoder.states"}, after | {"decoder": "readout"}
    attention = dict.fromkeys(("attention", "attention.to_key", "attention.to_query"), "attention")
    return owners | attention, after | {"attention": "decoder.states"}


def recurrent_blocks(network: Recurrent, watch: Watch, lengths: dict[str, int]) -> list[Block]:
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


# --- the whole ---

KINDS: dict[type, tuple[Callable, Callable, str, str]] = {
    # which module's time goes where, what the blocks are, and who owns what passes between modules before the first one
    Transformer: (transformer_owners, transformer_blocks, "*.positions", "*.positions"),
    Recurrent: (recurrent_owners, recurrent_blocks, "*.embedding", "summary"),
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
    owners_of, blocks_of, *bases = KINDS[type(network)]
    watch = Watch(network, *owners_of(network), device)
    with watch.hooked():
        for _ in range(repeats + 1):
            seen = read_through(watch, source, prefix, its, bases)
    lengths = {"encoder": source.shape[1], "decoder": prefix.shape[1]}
    blocks = blocks_of(network, watch, lengths) + output_blocks(network, seen)
    timed = tuple(Block(**vars(block) | {"time_ms": watch.time_ms(block.name)}) for block in blocks)
    stages = STAGES[type(network)](network, lengths)
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


# --- the order in which a sentence goes through ---


def transformer_stages(network: Transformer, lengths: dict[str, int]):
    """Encoder once, all tokens at once; then the decoder once round for every word it writes."""
    last = "" if network.config.norm == "pre" else "_norm"  # after post-norm the stream is what the norm lets out

    def through(side: str, row: int | None, rows: int):
        yield Stage("source" if side == "encoder" else "target", "", row, rows)
        for name in ("embedding", "positions"):
            yield Stage(f"{side}.{name}", f"{side}.{name}", row, rows)
        for place, layer in enumerate(getattr(network, side), 1):
            for part in sublayers(layer):
                yield Stage(f"{side}.{place}.{part}", f"{side}.{place}.{part}{last}", row, rows)
        if not last:
            yield Stage(f"{side}.norm", f"{side}.norm", row, rows)

    yield from through("encoder", None, lengths["encoder"])
    for word in range(lengths["decoder"]):
        yield from through("decoder", word, word + 1)
        yield Stage("softmax", "", word, word + 1)


def recurrent_stages(network: Recurrent, lengths: dict[str, int]):
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


STAGES = {Transformer: transformer_stages, Recurrent: recurrent_stages}


# --- small things ---


def made_of(name: str, kind: str, inputs, output: Tensor, module: nn.Module | None = None, **about) -> Block:
    """A block from the tensors that went in and came out; its vectors are the output, unless others are given."""
    vectors = about.pop("vectors", output)
    vectors = array(vectors[None] if vectors.ndim == 1 else vectors)
    shapes = tuple(tuple(tensor.shape) for tensor in inputs)
    parameters = count(module) if module else about.pop("parameters", 0)
    return Block(name, kind, shapes, tuple(output.shape), parameters, vectors=vectors, **about)


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def norm_of(vectors: Tensor) -> float:
    """The mean over the tokens of the L2 norm."""
    return float(vectors.norm(dim=-1).mean())


def array(values) -> np.ndarray:
    return values if isinstance(values, np.ndarray) else values.float().cpu().numpy()


def arrays(values: dict[str, Tensor]) -> dict[str, np.ndarray]:
    return {name: array(tensor) for name, tensor in values.items()}
