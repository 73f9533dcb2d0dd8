"""What every document of results says besides its rows: the command, the machine, the time that the runs took."""

import os

import torch

from model.race.recall.runs import Log
from model.reading.device import processor_name


def machine() -> dict:
    """What the seconds depend on; nothing else in training does."""
    return {
        "device_name": processor_name(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "load": load(),
    }


def load() -> float | None:
    """Others' work and one's own, in runnable processes; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def document(command: str, settings: dict, rows: list[dict], log: Log) -> dict:
    """seconds went by while others used the processor too; cpu_seconds is what the runs took of it."""
    spent = {key: round(sum(run[key] for run in log.runs), 1) for key in ("seconds", "cpu_seconds")}
    return (
        {"command": command, "machine": machine()} | spent | {"settings": settings, "results": rows, "runs": log.runs}
    )
