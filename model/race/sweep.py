"""What a sweep measures, and the record of what it found.

Worth knowing: a Sweep checks itself, so whoever takes numbers from a person only has to show the sentence it raises.
"""

import os
import time
from dataclasses import dataclass, field

import torch

from model.race.cost import MODES
from model.race.layers import ARCHITECTURES
from model.race.limits import Limits
from model.reading.device import best_device

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
LENGTHS = tuple(2**power for power in range(4, 13))  # 16 … 4096
QUICK = {"lengths": (16, 64, 256, 1024), "seconds": 35.0}
FEWEST = 3  # repeats with which a point counts: a median and a quartile on either side
MOST = {"batch": 4096, "width": 8192, "heads": 256, "length": 65_536, "repeats": 1000, "numbers": 2**31}


@dataclass(frozen=True)
class Sweep:
    """What is to be measured. Raises ValueError, in a sentence for the person who chose it, where that makes no sense."""

    lengths: tuple[int, ...] = LENGTHS  # tokens
    modes: tuple[str, ...] = MODES
    architectures: tuple[str, ...] = ARCHITECTURES
    batch: int = 1  # sequences side by side
    width: int = 128  # numbers per token, in and out of every layer
    heads: int = 4
    repeats: int = 15  # samples of a point, where time allows; never fewer than three
    seconds: float = 45.0  # time for everything
    device: str = field(default_factory=lambda: best_device().type)
    dtype: str = "float32"
    threads: int | None = None  # of the CPU; None: as many as it has idle cores when the sweep begins
    memory_bytes: int | None = None  # the most a point may take; None: half of what is free

    def __post_init__(self):
        for name in ("lengths", "modes", "architectures"):
            object.__setattr__(self, name, tuple(dict.fromkeys(getattr(self, name))))  # each once
        for name in ("batch", "width", "heads"):
            check_number(name, getattr(self, name), 1, MOST[name])
        check_number("repeats", self.repeats, FEWEST, MOST["repeats"])
        if self.threads is not None:
            check_number("threads", self.threads, 1, processors())
        check_names("mode", self.modes, MODES)
        check_names("architecture", self.architectures, ARCHITECTURES)
        check_names("dtype", (self.dtype,), DTYPES)
        if not self.lengths:
            raise ValueError("lengths must name at least one length")
        for length in self.lengths:
            check_number("length", length, 1, MOST["length"])
        object.__setattr__(self, "lengths", tuple(sorted(self.lengths)))
        if self.width % self.heads:
            raise ValueError(f"width must be a multiple of heads; got {self.width} and {self.heads}")
        if (numbers := self.batch * self.lengths[-1] * self.width) > MOST["numbers"]:
            raise ValueError(f"batch × length × width may be at most {MOST['numbers']:,}; got {numbers:,}")
        if not 1 <= self.seconds <= 3600:
            raise ValueError(f"seconds must be from 1 to 3600; got {self.seconds}")
        check_device(self.device)


@dataclass(frozen=True)
class Start:
    """What a sweep yields first: the machine, and its limits."""

    machine: dict
    limits: Limits


@dataclass(frozen=True)
class Point:
    """One layer at one length in one mode: measured, or a gap (median_ms None) with its reason."""

    architecture: str
    mode: str
    length: int  # tokens
    batch: int
    width: int
    median_ms: float | None = None
    iqr_ms: float | None = None  # third quartile minus first
    quartiles_ms: tuple[float, float] | None = None
    repeats: int = 0  # samples behind the median
    peak_bytes: int | None = None  # tensors besides weights and input; None where it was not measured
    limit: str | None = None  # "compute", "bytes" or "steps": the one that takes longest, so the one it sits on
    limits_ms: dict[str, float] | None = None  # all three
    reason: str | None = None  # why there is a gap


@dataclass(frozen=True)
class Progress:
    """Between points: how much of a sweep is done, from 0 to 1, and about how long the rest will take."""

    share: float
    seconds_left: float


def processors() -> int:
    """CPU cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def idle_processors(seconds: float = 0.3) -> int:
    """Cores without work just now, at least one. A core that somebody else uses is worse than none: the threads of a layer
    wait for one another at every step, and all of them for the one that was interrupted."""
    try:
        before = idle_ticks()
        time.sleep(seconds)
        idle = (idle_ticks() - before) / os.sysconf("SC_CLK_TCK") / seconds
    except (OSError, ValueError, AttributeError):  # not a Linux; it does not say
        return processors()
    return min(max(round(idle), 1), processors())


def idle_ticks() -> int:
    with open("/proc/stat") as lines:
        return int(next(lines).split()[4])


def check_number(name: str, value, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high:,}; got {value}")


def check_names(kind: str, names: tuple, known) -> None:
    if not names or (strangers := [name for name in names if name not in known]):
        got = f'"{strangers[0]}"' if names else "none"
        raise ValueError(f"{kind} must be one of {', '.join(known)}; got {got}")


def check_device(name: str) -> None:
    here = ["cpu"] + ["cuda"] * torch.cuda.is_available() + ["mps"] * torch.backends.mps.is_available()
    if name not in here:
        raise ValueError(f'device must be one of {", ".join(here)} on this machine; got "{name}"')
