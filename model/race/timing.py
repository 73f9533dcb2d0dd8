"""The race: layers of equal width over ever longer sequences, timed beside what the machine allows at best.

    python -m model.race.timing --quick --json
    python -m model.race.timing --batch 16 --width 768 --heads 12 --dtype bfloat16 --device cuda --out FILE

Worth knowing: a sweep keeps to its time. What a point will take is known from shorter ones before it is run; one that does
not fit in the time or the memory left becomes a gap with a reason. All layers of one length take turns, so that a machine
that slows down slows them all. Lengths rise: whatever is cut off is the far end of the chart.
"""

import argparse
import itertools
import json
import math
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from model.race import clock, layers
from model.race.cost import MODES, Cost, cost, working_bytes
from model.race.document import load
from model.race.layers import ARCHITECTURES, ON_PAPER
from model.race.limits import measure_limits
from model.race.summary import document, report
from model.race.sweep import DTYPES, FEWEST, LENGTHS, QUICK, Point, Progress, Start, Sweep, idle_processors
from model.reading.device import device_name, processor_name

SAMPLE_S = 0.002  # a shorter call is repeated until a sample is that long, so that the clock itself takes no part
LISTING = 8  # times longer that a CPU takes when the profiler lists the allocations of a layer of many small operations
BESIDES = 3  # calls besides the samples: to warm up, to count memory, to settle how many calls make a sample
NEXT_TO_NONE = 0.001  # of the time of a sweep
PAUSE_S = 0.2  # between two records of progress


def measure(sweep: Sweep) -> Iterator[Start | Progress | Point]:
    """Start once, then every Point as soon as it is measured, with Progress in between, several times a second.

    Close the generator to stop: what it has yielded stands, its tensors are freed. Points that cannot be measured come as
    gaps; when the device is lost, so do all that were still to come.
    """
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(sweep.threads or idle_processors())
        yield from Race(sweep).run()
    finally:
        torch.set_num_threads(threads)
        clock.give_back(torch.device(sweep.device))


class Race:
    """The state of one sweep: its clock, the limits, and what each layer took so far, from which the rest is foretold."""

    def __init__(self, sweep: Sweep):
        self.sweep, self.device, self.dtype = sweep, torch.device(sweep.device), DTYPES[sweep.dtype]
        self.started = time.monotonic()
        self.rest = [  # (architecture, mode, length) still to come, in order
            (architecture, mode, length)
            for length, mode, architecture in itertools.product(sweep.lengths, sweep.modes, sweep.architectures)
        ]
        self.last: dict[tuple[str, str], tuple[int, float]] = {}  # (architecture, mode): (length, seconds of one call)
        free = clock.free_bytes(self.device)
        self.memory = sweep.memory_bytes or (free // 2 if free else None)

    def run(self) -> Iterator[Start | Progress | Point]:
        try:
            self.limits = measure_limits(self.device, self.dtype, self.sweep.architectures, self.sweep.modes)
        except Exception as error:
            raise clock.translated(error, self.device) from error
        yield Start(machine(self.sweep), self.limits)
        try:
            for length, mode in itertools.product(self.sweep.lengths, self.sweep.modes):
                yield from self.heat(length, mode)
        except clock.DeviceLost as lost:
            for entry in self.rest:
                yield self.point(entry, reason=str(lost))

    # --- what is foretold ---

    def left(self) -> float:
        """Seconds of the sweep's time that are left."""
        return self.sweep.seconds - (time.monotonic() - self.started)

    def paper(self, architecture: str, mode: str, length: int) -> Cost:
        sweep, name = self.sweep, ON_PAPER.get(architecture, architecture)
        sizes = {"batch": sweep.batch, "element": self.dtype.itemsize, "cache_bytes": self.limits.cache_bytes}
        return cost(name, mode, length, sweep.width, **sizes)

    def bounds(self, architecture: str, mode: str, length: int) -> dict[str, float]:
        """Seconds that no call can beat, by the name of the limit."""
        return self.limits.seconds(self.paper(architecture, mode, length), architecture, mode)

    def expected(self, architecture: str, mode: str, length: int) -> float:
        """Seconds of one call: the last length's, grown as its limit grows; before there is one, three times the limit."""
        bound = max(self.bounds(architecture, mode, length).values())
        if (architecture, mode) not in self.last:
            return 3 * bound
        before, took = self.last[architecture, mode]
        return took * bound / max(self.bounds(architecture, mode, before).values())

    def wanted(self, entry: tuple[str, str, int]) -> float:
        """Seconds for all the repeats of a point and what comes besides."""
        return max(self.expected(*entry), SAMPLE_S) * (self.sweep.repeats + BESIDES)  # more than the fewest

    def progress(self) -> Progress:
        rest = min(sum(map(self.wanted, self.rest)), max(self.left(), 0.0))
        done = self.sweep.seconds - self.left()
        return Progress(done / (done + rest), rest)

    def refusal(self, entry: tuple[str, str, int], promised: float) -> str | None:
        """Why this point is not run; None if it can be. promised: seconds that others of its length need."""
        architecture, mode, length = entry
        sizes = length, self.sweep.width, self.sweep.batch, self.dtype.itemsize
        memory = float(working_bytes(ON_PAPER.get(architecture, architecture), mode, *sizes))
        if self.memory is not None and memory > self.memory:
            return f"would take about {memory / 1e6:,.0f} MB; a point may take {self.memory / 1e6:,.0f} MB"
        left, seconds = self.left() - promised, self.fewest(entry)
        if left <= 0:
            return "the time of the sweep was up"
        if seconds > left:
            return f"would take about {short(seconds)} s; {short(left)} s were left"
        return None

    def fewest(self, entry: tuple[str, str, int]) -> float:
        """Seconds for the warm-up and the fewest repeats that count."""
        return (FEWEST + 1) * self.expected(*entry)

    # --- one length in one mode: all layers take turns ---

    def heat(self, length: int, mode: str) -> Iterator[Progress | Point]:
        entries = [entry for entry in self.rest if entry[1:] == (mode, length)]
        runners, gaps = self.line_up(entries)
        paused = time.monotonic()
        try:
            for entry in tuple(runners) * (self.sweep.repeats + 1):
                if entry in runners and (reason := self.turn(runners[entry])):
                    gaps[entry] = reason
                    del runners[entry]
                if time.monotonic() > paused + PAUSE_S:
                    yield self.progress()
                    paused = time.monotonic()
            for entry in entries:
                self.rest.remove(entry)
                yield runners[entry].point() if entry in runners else self.point(entry, reason=gaps[entry])
        finally:
            runners.clear()  # now: whoever closes the sweep in the middle wants its memory back

    def line_up(self, entries: list[tuple[str, str, int]]) -> tuple[dict, dict]:
        """Those that run, each with its seconds; and for the others the reason why not.

        Everybody still to come gets the fewest repeats before anybody gets more of them, but for those who need next to none.
        """
        surplus = self.left() - sum(map(self.fewest, self.rest))
        share = min(max(surplus / sum(self.wanted(entry) - self.fewest(entry) for entry in self.rest), 0.0), 1.0)
        runners, gaps, promised = {}, {}, 0.0
        for entry in entries:
            fewest = self.fewest(entry)
            if reason := self.refusal(entry, promised):
                gaps[entry] = reason
            else:
                promised += fewest
                seconds = fewest + share * (self.wanted(entry) - fewest)
                runners[entry] = Runner(self, entry, max(seconds, NEXT_TO_NONE * self.sweep.seconds))
        return runners, gaps

    def turn(self, runner: "Runner") -> str | None:
        """One turn; the reason if the runner is out of the race after it. Raises clock.DeviceLost."""
        if self.left() < 0 and len(runner.samples) < FEWEST:
            return f"the time of the sweep was up after {len(runner.samples)} of {FEWEST} repeats"
        try:
            runner.turn()
        except Exception as error:
            known = clock.translated(error, self.device)
            if not isinstance(known, clock.OutOfMemory):
                raise known from error
            return str(known)
        return None

    def point(self, entry: tuple[str, str, int], **measured) -> Point:
        return Point(*entry, self.sweep.batch, self.sweep.width, **measured)


class Runner:
    """One layer taking its turns: the first warms up and counts memory, the others are samples, while its time lasts."""

    def __init__(self, race: Race, entry: tuple[str, str, int], seconds: float):
        self.race, self.entry, self.seconds = race, entry, seconds  # seconds: for all its turns
        self.samples: list[float] = []
        self.spent, self.peak, self.call, self.calls = 0.0, None, None, 1

    def turn(self) -> None:
        if len(self.samples) >= FEWEST and (self.spent >= self.seconds or self.race.left() < 0):
            return
        start = time.monotonic()
        if self.call is None:
            self.warm_up()
        else:
            self.samples.append(self.sample())
        self.spent += time.monotonic() - start

    def warm_up(self) -> None:
        (architecture, mode, length), sweep, race = self.entry, self.race.sweep, self.race
        layer = layers.make(architecture, sweep.width, sweep.heads).to(race.device, race.dtype)
        layer.train(mode == "training")
        x = torch.randn(sweep.batch, length, sweep.width, device=race.device, dtype=race.dtype)
        self.call = layers.runner(architecture, mode, layer, x)
        once, self.peak = clock.first_call(self.call, race.device, count=self.few_kernels(architecture, mode))
        if self.peak is None and (mode == "generation" or once * LISTING < max(self.seconds / 3, race.left() / 100)):
            self.peak = clock.peak_bytes(layers.memory_runner(architecture, mode, layer, x), race.device)

    def sample(self) -> float:
        """Seconds of one call. The first sample settles how many calls make one: the warm-up was too slow to tell."""
        took = clock.seconds(self.call, self.race.device, self.calls)
        if self.samples or took >= SAMPLE_S / 2:
            return took
        self.calls = math.ceil(SAMPLE_S / max(took, 1e-7))
        return clock.seconds(self.call, self.race.device, self.calls)

    def few_kernels(self, architecture: str, mode: str) -> bool:
        """Whether memory can be counted on the way, because there is little to list or the device counts by itself."""
        fused = architecture in ("transformer", "attention", "lstm")
        return self.race.device.type == "cuda" or (fused and mode != "generation")

    def point(self) -> Point:
        low, median, high = np.quantile(self.samples, [0.25, 0.5, 0.75]).tolist()
        architecture, mode, length = self.entry
        self.race.last[architecture, mode] = length, median
        limits = {name: 1000 * seconds for name, seconds in self.race.bounds(*self.entry).items()}
        return self.race.point(
            self.entry,
            median_ms=1000 * median,
            iqr_ms=1000 * (high - low),
            quartiles_ms=(1000 * low, 1000 * high),
            repeats=len(self.samples),
            peak_bytes=self.peak,
            limit=max(limits, key=limits.get),
            limits_ms=limits,
        )


def short(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.2g}"


def machine(sweep: Sweep) -> dict:
    """What the numbers depend on besides the layers."""
    device = torch.device(sweep.device)
    gpu = device.type == "cuda"
    return {
        "device": device.type,
        "device_name": processor_name() if device.type == "cpu" else device_name(device),
        "dtype": sweep.dtype,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "cuda": torch.version.cuda if gpu else None,
        "cudnn": torch.backends.cudnn.version() if gpu else None,
        "cudnn_benchmark": torch.backends.cudnn.benchmark if gpu else None,
        "tf32": torch.backends.cuda.matmul.allow_tf32 if gpu else None,
        "attention_kernel": attention_kernel(sweep),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "load": load(),  # others' work, before the sweep
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    }


def attention_kernel(sweep: Sweep) -> str:
    """The kernel that torch picks for these heads, by the name it runs under."""
    x = torch.zeros(1, sweep.heads, 16, sweep.width // sweep.heads, device=sweep.device, dtype=DTYPES[sweep.dtype])
    prefix = "aten::_scaled_dot_product_"
    names = clock.kernels(lambda: F.scaled_dot_product_attention(x, x, x), prefix)
    return ", ".join(name.removeprefix(prefix) for name in names) or "unknown"


# --- the command ---


def main() -> None:
    arguments = parser().parse_args()
    try:
        asked = {field.name: getattr(arguments, field.name, None) for field in fields(Sweep)}
        given = (QUICK if arguments.quick else {}) | {name: value for name, value in asked.items() if value is not None}
        sweep = Sweep(**given)
        found = follow(sweep, arguments.stream)
        if arguments.out:
            arguments.out.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except (ValueError, OSError, clock.DeviceLost, clock.OutOfMemory) as error:
        raise SystemExit(f"cannot measure: {error}") from None
    if not arguments.stream:
        print(json.dumps(found, indent=1) if arguments.json else "\n".join(report(found)))


def follow(sweep: Sweep, stream: bool) -> dict:
    """Runs the sweep to its end, and says as it goes how far it is: to a person on stderr, or line by line in JSON."""
    start, points = None, []
    for record in measure(sweep):
        if isinstance(record, Point):
            points.append(record)
        elif isinstance(record, Start):
            start = record
        if stream:
            print(json.dumps({type(record).__name__.lower(): asdict(record)}), flush=True)
        elif isinstance(record, Progress):
            print(f"\r{record.share:4.0%}, {record.seconds_left:3.0f} s left ", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return document(sweep, start, points)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--quick", action="store_true", help="four lengths up to 1024")
    made.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    made.add_argument("--stream", action="store_true", help="one JSON record a line, as it is measured")
    made.add_argument("--out", type=Path, help="also write the JSON document here")
    made.add_argument("--lengths", type=int, nargs="+", help=f"tokens; {LENGTHS[0]} to {LENGTHS[-1]} if not given")
    made.add_argument("--modes", nargs="+", help=", ".join(MODES))
    made.add_argument("--architectures", nargs="+", help=", ".join(ARCHITECTURES))
    for name in ("batch", "width", "heads", "repeats", "threads"):
        made.add_argument(f"--{name}", type=int)
    made.add_argument("--seconds", type=float, help="for the whole sweep")
    made.add_argument("--device", help="cpu, cuda or mps; the fastest there is if not given")
    made.add_argument("--dtype", help=", ".join(DTYPES))
    return made


if __name__ == "__main__":
    main()
