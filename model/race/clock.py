"""How long one call takes, and how much memory: on a processor or on a GPU.

Worth knowing: a GPU returns from a call before the work is done, so the clock waits for it on both sides. A CPU keeps no count
of its memory; there the profiler lists every allocation of a tensor, in a run that is not timed, because listing costs time.
What a library takes for itself without asking torch is in neither count.
"""

import ctypes
import gc
import math
import os
import time
from collections.abc import Callable
from contextlib import suppress

import torch
from torch.autograd import profiler

os.environ.setdefault("KINETO_LOG_LEVEL", "6")  # or the profiler writes two lines on stderr each time it starts


class DeviceLost(RuntimeError):
    """The processor stopped answering; nothing more can be measured on it in this process."""


class OutOfMemory(RuntimeError):
    """A tensor did not fit."""


def synchronise(device: torch.device) -> None:
    """Waits until the device has done everything asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def seconds(call: Callable[[], object], device: torch.device, calls: int = 1) -> float:
    """Seconds that one call takes, as the mean of `calls` of them in a row, with caches warm from the calls before.

    Python's garbage collector waits meanwhile, as in timeit: what it costs depends on everything else in the process.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        synchronise(device)
        start = time.perf_counter()
        for _ in range(calls):
            call()
        synchronise(device)
        return (time.perf_counter() - start) / calls
    finally:
        if collecting:
            gc.enable()


def quickest(call: Callable[[], object], device: torch.device, repeats: int = 5, at_most: float = 0.3) -> float:
    """Seconds of the quickest of some calls, after one to warm up: what the machine can do when nothing disturbs it.

    at_most: seconds after which fewer repeats have to do.
    """
    call()
    end, best = time.monotonic() + at_most, math.inf
    for _ in range(repeats):
        best = min(best, seconds(call, device))
        if time.monotonic() > end:
            break
    return best


def peak_bytes(call: Callable[[], object], device: torch.device) -> int | None:
    """The most bytes that tensors of this call held at once, besides those that were there before; None where unknown."""
    if device.type == "cuda":
        synchronise(device)
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        call()
        synchronise(device)
        return torch.cuda.max_memory_allocated(device) - before
    if device.type == "cpu":
        return highest(allocations(call))
    call()
    synchronise(device)
    return None


def first_call(call: Callable[[], object], device: torch.device, count: bool) -> tuple[float, int | None]:
    """Seconds of the call that warms up, and the bytes it needed where they are to be counted."""
    start = time.perf_counter()
    if count:
        peak = peak_bytes(call, device)
    else:
        call()
        synchronise(device)
        peak = None
    return time.perf_counter() - start, peak


def allocations(call: Callable[[], object]) -> list[int]:
    """Every allocation of the call in order: bytes taken, or given back where negative. CPU only."""
    with profiler.profile(profile_memory=True, use_kineto=True) as profile:
        call()
    events = [event for event in profile.kineto_results.events() if event.name() == "[memory]"]
    return [event.nbytes() for event in sorted(events, key=lambda event: event.start_ns())]


def highest(changes: list[int]) -> int:
    """The highest level that a sequence of changes reaches, from 0."""
    level = top = 0
    for change in changes:
        level += change
        top = max(top, level)
    return top


def kernels(call: Callable[[], object], prefix: str) -> list[str]:
    """Names of the operations that a call runs and that begin so."""
    with profiler.profile(use_kineto=True) as profile:
        call()
    return sorted({event.name() for event in profile.kineto_results.events() if event.name().startswith(prefix)})


def free_bytes(device: torch.device) -> int | None:
    """Memory that could be had now; None where the system does not say."""
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    try:
        with open("/proc/meminfo") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return None


def give_back(device: torch.device) -> None:
    """Returns to the system what no tensor needs any more. glibc would keep it for the next sweep."""
    gc.collect()
    if device.type == "cuda":
        with suppress(RuntimeError):  # of a device that is gone there is nothing to free
            torch.cuda.empty_cache()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def translated(error: Exception, device: torch.device) -> Exception:
    """The same error as one of the two that a sweep can live with, where it is one of them."""
    text = str(error).lower()
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)) or "out of memory" in text or "allocate memory" in text:
        return OutOfMemory("out of memory")
    if isinstance(error, RuntimeError) and device.type != "cpu":
        return DeviceLost(f"the device stopped answering: {(str(error) or type(error).__name__).splitlines()[0]}")
    return error
