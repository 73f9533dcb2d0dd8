"""The limits of a machine, measured on it: no call can be quicker than its operations, its bytes, or its waiting allow.

    seconds ≥ max(F / P, Q / W, S · τ)

F operations, Q bytes and S steps that wait for one another come from cost.py. P, W and τ are measured here: P with one large
product of matrices, W by copying, τ with the same layer at width 8, where a step is nothing but waiting.
Worth knowing: P and W are the best of several tries. Bytes count a call that finds nothing in the cache; one that repeats finds
much of a small layer there, and may be a little quicker than its bytes.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from model.race import clock, layers
from model.race.cost import MODES, Cost, steps

SMALL = 8  # width of a layer whose arithmetic takes no time
SHORT, LONG = 64, 512  # tokens; what a call costs once, both cost alike
LARGEST = {"cpu": 2048, "cuda": 8192, "mps": 4096}  # width of the matrices
COPIED = {"cuda": 2**30}  # bytes
NAMES = ("compute", "bytes", "steps")


@dataclass(frozen=True)
class Limits:
    """What a machine can do at best."""

    flops_per_s: float  # operations of one large product of matrices
    bytes_per_s: float  # read and written by a copy much larger than any cache
    kernel_s: float  # one tiny operation that waits for the one before
    step_s: dict[str, dict[str, float]]  # by mode and architecture: one step that waits, of a layer of width 8
    cache_bytes: int  # of the last level; 0 where the system does not say

    def seconds(self, cost: Cost, architecture: str, mode: str) -> dict[str, float]:
        """The three times that no call with this cost can beat, by name."""
        times = (
            cost.flops / self.flops_per_s,
            cost.bytes / self.bytes_per_s,
            cost.steps * self.step_s[mode][architecture],
        )
        return dict(zip(NAMES, map(float, times)))


def measure_limits(device: torch.device, dtype: torch.dtype, architectures=layers.ARCHITECTURES, modes=MODES) -> Limits:
    """About a second on two idle cores."""
    step_s = {mode: {name: step_seconds(name, mode, device, dtype) for name in architectures} for mode in modes}
    cache = cache_bytes(device)
    return Limits(
        peak_flops(device, dtype), copy_bandwidth(device, cache), kernel_seconds(device, dtype), step_s, cache
    )


def peak_flops(device: torch.device, dtype: torch.dtype) -> float:
    """Operations a second in the best of ever larger square products."""
    best, size = 0.0, 256
    while size <= LARGEST.get(device.type, 2048):
        matrix = torch.full((size, size), 0.5, device=device, dtype=dtype)
        took = clock.quickest(lambda: matrix @ matrix, device)
        best, size = max(best, 2 * size**3 / took), 2 * size
        if took > 0.01:
            break
    return best


def copy_bandwidth(device: torch.device, cache: int) -> float:
    """Bytes a second, both ways, when a copy is too large for the cache.

    A CPU copies piece by piece, and the best piece counts: it may have other work to do in between. A GPU takes so little
    time for a piece that its launch would show.
    """
    size = max(4 * cache, COPIED.get(device.type, 2**26))
    source = torch.zeros(size, dtype=torch.uint8, device=device)
    pairs = list(zip(source.chunk(16), torch.ones_like(source).chunk(16))) if device.type == "cpu" else []
    pairs = pairs or [(source, torch.ones_like(source))]
    took = min(clock.seconds(lambda: target.copy_(piece), device) for _ in range(4) for piece, target in pairs)
    return 2 * pairs[0][0].nbytes / took


def kernel_seconds(device: torch.device, dtype: torch.dtype, chain: int = 200) -> float:
    """Seconds of one tiny operation in a chain where each needs the result of the last."""
    x = torch.zeros(1, device=device, dtype=dtype)

    def call() -> None:
        for _ in range(chain):
            x.add_(1)

    return clock.quickest(call, device) / chain


def step_seconds(architecture: str, mode: str, device: torch.device, dtype: torch.dtype) -> float:
    """Seconds of one dependent step of the library's own layer, where width 8 and one sequence leave nothing but the wait.

    What more steps take longer, so that a call's own cost is left out; all of a call where the number of steps is fixed.
    """
    layer = layers.make(architecture, SMALL, 1).to(device, dtype)
    took, count = {}, {}
    for length in (SHORT, LONG):
        x = torch.randn(1, length, SMALL, device=device, dtype=dtype)
        took[length] = clock.quickest(layers.runner(architecture, mode, layer, x), device, repeats=10)
        count[length] = float(steps(layers.ON_PAPER.get(architecture, architecture), mode, length))
    more = count[LONG] - count[SHORT]
    slope = (took[LONG] - took[SHORT]) / more if more else 0.0
    return slope if slope > 0 else took[SHORT] / count[SHORT]


def cache_bytes(device: torch.device) -> int:
    """Bytes of the last cache before memory."""
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).L2_cache_size
    sizes = [file.read_text().strip() for file in Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size")]
    units = {"K": 2**10, "M": 2**20, "G": 2**30}
    return max(
        (int(size[:-1]) * units[size[-1]] for size in sizes if size[:-1].isdigit() and size[-1] in units), default=0
    )
