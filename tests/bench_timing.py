"""What our clock adds to a call, against torch's own: the same call through both, in turns.

    python -m tests.bench_timing

Worth knowing: both take medians, and on a machine with other work the two medians differ by chance. The rounds alternate, and
the ratio printed is the median over rounds, with its quartiles. The target is below 1.05.
"""

import argparse
import json
import math
import statistics
from collections.abc import Iterator

import torch
from torch.utils.benchmark import Timer

from model.race import clock, layers
from model.race.sweep import Sweep
from model.race.timing import SAMPLE_S, machine
from tests.bench_load import series

SECONDS = 0.2  # for each side of a round
CALLS = (
    ("lstm", "forward", 64),
    ("transformer", "forward", 64),
    ("attention", "training", 256),
    ("gru", "generation", 64),
)
TARGET = 1.05


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    sweep = Sweep(threads=arguments.threads)
    results = {}
    for entry in CALLS:
        ratios = [ours / theirs for ours, theirs in rounds(sweep, entry, arguments.rounds)]
        results[" ".join(map(str, entry))] = series(ratios, "ours / torch", TARGET)
    worst = max(result["median"] for result in results.values())
    print(json.dumps({"machine": machine(sweep), "worst_median": worst, "target": TARGET, "results": results}))


def rounds(sweep: Sweep, entry: tuple[str, str, int], count: int) -> Iterator[tuple[float, float]]:
    """Median seconds of one call, as a sweep takes it and as torch.utils.benchmark does; each goes first every other time."""
    architecture, mode, length = entry
    device = torch.device(sweep.device)
    layer = layers.make(architecture, sweep.width, sweep.heads).to(device).train(mode == "training")
    x = torch.randn(sweep.batch, length, sweep.width, device=device)
    call = layers.runner(architecture, mode, layer, x)
    timer = Timer("call()", globals={"call": call}, num_threads=sweep.threads)
    once = clock.quickest(call, device)
    calls = math.ceil(SAMPLE_S / once)
    samples = max(sweep.repeats, round(SECONDS / once / calls))

    def ours() -> float:
        return statistics.median(clock.seconds(call, device, calls) for _ in range(samples))

    def theirs() -> float:
        return timer.blocked_autorange(min_run_time=SECONDS).median

    for number in range(count):
        first, second = (ours, theirs) if number % 2 else (theirs, ours)
        times = {first: first(), second: second()}
        yield times[ours], times[theirs]


if __name__ == "__main__":
    main()
