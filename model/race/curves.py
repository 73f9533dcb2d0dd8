"""What the rows of a timing say together: how time grows, and who is quicker. No torch: a page asks the same.

rows: of a document of results, with architecture, mode, length in tokens, and median_ms, None at a gap.
"""

import numpy as np


def medians(rows: list[dict], architecture: str, mode: str) -> dict[int, float]:
    """Milliseconds by length, without the gaps."""
    own = [row for row in rows if (row["architecture"], row["mode"]) == (architecture, mode)]
    return {row["length"]: row["median_ms"] for row in own if row["median_ms"] is not None}


def slope(rows: list[dict], architecture: str, mode: str) -> dict[str, float] | None:
    """The power of n with which time grows: least squares of log time on log n. 1 is linear, 2 quadratic.

    "all" over all lengths, "short" and "long" over the shorter and the longer half of them, which share the one in the
    middle: a curve that bends upward has a larger "long". None with fewer than three lengths.
    """
    times = medians(rows, architecture, mode)
    if len(times) < 3:
        return None
    log_n, log_ms = np.log(list(times)), np.log(list(times.values()))
    middle = len(times) // 2
    parts = {"all": slice(None), "short": slice(middle + 1), "long": slice(middle, None)}
    return {name: float(np.polyfit(log_n[part], log_ms[part], 1)[0]) for name, part in parts.items()}


def ratio(rows: list[dict], mode: str, one: str = "transformer", other: str = "lstm") -> dict[int, float]:
    """How many times as long one layer takes as the other, by length; below 1 it is quicker. Without the gaps."""
    numerator, denominator = medians(rows, one, mode), medians(rows, other, mode)
    return {length: numerator[length] / denominator[length] for length in numerator if length in denominator}
