"""What the points of a sweep say together: how time grows, who is quicker, and all of it as a document or a table."""

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from model.race.layers import LABELS
from model.race.sweep import Point, Start, Sweep


def medians(points: list[Point], architecture: str, mode: str) -> dict[int, float]:
    """Milliseconds by length, without the gaps."""
    own = [point for point in points if (point.architecture, point.mode) == (architecture, mode)]
    return {point.length: point.median_ms for point in own if point.median_ms is not None}


def slope(points: list[Point], architecture: str, mode: str) -> dict[str, float] | None:
    """The power of n with which time grows: least squares of log time on log n. 1 is linear, 2 quadratic.

    "all" over all lengths, "short" and "long" over the shorter and the longer half of them, which share the one in the
    middle: a curve that bends upward has a larger "long". None with fewer than three lengths.
    """
    times = medians(points, architecture, mode)
    if len(times) < 3:
        return None
    log_n, log_ms = np.log(list(times)), np.log(list(times.values()))
    middle = len(times) // 2
    parts = {"all": slice(None), "short": slice(middle + 1), "long": slice(middle, None)}
    return {name: float(np.polyfit(log_n[part], log_ms[part], 1)[0]) for name, part in parts.items()}


def ratio(points: list[Point], mode: str, one: str = "transformer", other: str = "lstm") -> dict[int, float]:
    """How many times as long one layer takes as the other, by length; below 1 it is quicker. Without the gaps."""
    numerator, denominator = medians(points, one, mode), medians(points, other, mode)
    return {length: numerator[length] / denominator[length] for length in numerator if length in denominator}


def document(sweep: Sweep, start: Start, points: list[Point]) -> dict:
    """Everything about a sweep, as --json prints it."""
    return {
        "machine": start.machine,
        "limits": asdict(start.limits),
        "sweep": {name: getattr(sweep, name) for name in ("batch", "width", "heads", "repeats", "seconds")},
        "results": [asdict(point) for point in points],
        "slopes": {m: {name: slope(points, name, m) for name in sweep.architectures} for m in sweep.modes},
        "transformer_to_lstm": {mode: ratio(points, mode) for mode in sweep.modes},
    }


def report(found: dict) -> Iterator[str]:
    """The same for reading, line by line."""
    here, limits = found["machine"], found["limits"]
    yield f"{here['device_name']}, threads: {here['threads']}, {here['dtype']}, torch {here['torch']}, load {here['load']}"
    yield f"limits: {limits['flops_per_s'] / 1e9:,.0f} Gflop/s, {limits['bytes_per_s'] / 1e9:,.1f} GB/s"
    for mode, slopes in found["slopes"].items():
        yield f"\n{mode}: median ± half the interquartile range in ms, and the limit it sits on"
        yield from table([row for row in found["results"] if row["mode"] == mode], list(slopes))
        for name, fitted in slopes.items():
            if fitted:
                parts = ", ".join(f"{power:.2f} ({part})" for part, power in fitted.items())
                yield f"{LABELS[name]} grows with n to the power {parts}"
        ratios = found["transformer_to_lstm"][mode].items()
        yield "Transformer : LSTM  " + "  ".join(f"{length}: {value:.2f}" for length, value in ratios)


def table(rows: list[dict], names: list[str]) -> Iterator[str]:
    """A line a length, a column an architecture, and the gaps below."""
    cells = {(row["architecture"], row["length"]): cell(row) for row in rows}
    yield " " * 6 + "".join(f"{LABELS[name]:>24}" for name in names)
    for length in sorted({row["length"] for row in rows}):
        yield f"{length:>6}" + "".join(f"{cells.get((name, length), ''):>24}" for name in names)
    yield from (
        f"gap: {LABELS[row['architecture']]} at {row['length']}: {row['reason']}" for row in rows if row["reason"]
    )


def cell(row: dict) -> str:
    return "–" if row["median_ms"] is None else f"{row['median_ms']:.3g} ± {row['iqr_ms'] / 2:.2g} {row['limit']}"
