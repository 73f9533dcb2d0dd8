"""Hooks on a copy of a network: who worked how long, and what went in and came out; and blocks made of what was seen.

Worth knowing: the networks know nothing of this. Whoever reads with the same network meanwhile never meets a hook.
"""

import time
from collections import defaultdict
from contextlib import contextmanager
from copy import deepcopy
from statistics import median

import numpy as np
import torch
from torch import Tensor, nn

from model.inside.blocks import Block


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


# --- blocks made of tensors ---


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
