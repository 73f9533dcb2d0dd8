"""A whole sweep as a document, and the same as a table."""

from collections.abc import Iterator
from dataclasses import asdict

from model.race.curves import ratio, slope
from model.race.layers import LABELS
from model.race.sweep import Point, Start, Sweep


def document(sweep: Sweep, start: Start, points: list[Point]) -> dict:
    """Everything about a sweep, as --json prints it."""
    rows = [asdict(point) for point in points]
    return {
        "machine": start.machine,
        "limits": asdict(start.limits),
        "sweep": {name: getattr(sweep, name) for name in ("batch", "width", "heads", "repeats", "seconds")},
        "results": rows,
        "slopes": {m: {name: slope(rows, name, m) for name in sweep.architectures} for m in sweep.modes},
        "transformer_to_lstm": {mode: ratio(rows, mode) for mode in sweep.modes},
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
