"""Which processor the network runs on, and what to call it on screen."""

import platform
from functools import cache
from pathlib import Path

import torch


def best_device() -> torch.device:
    """CUDA, else Apple's GPU, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


@cache
def one_thread() -> None:
    """Said once for the whole process, when something is loaded: torch remembers it for everybody who reads.

    One sentence is too little work to share: two threads that wait for each other on a busy machine took 16 times longer.
    """
    torch.set_num_threads(1)


def device_name(device: torch.device) -> str:
    """The name a person would use, with the number of threads where the CPU does the work."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if device.type == "mps":
        return "Apple GPU"
    threads = torch.get_num_threads()
    return f"{processor_name()}, {threads} thread{'s' if threads > 1 else ''}"


def processor_name() -> str:
    cpuinfo = Path("/proc/cpuinfo")  # platform.processor() is empty on most Linux machines
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
