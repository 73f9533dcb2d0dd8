"""How the race writes its numbers."""

from viz.scenes.texts import percent


def two_digits(value: float) -> str:
    """Two digits that matter."""
    return f"{value:.0f}" if value >= 10 else f"{value:#.2g}"


def three_digits(number: float) -> str:
    """1,234,000 as 1.23 M: three digits that matter."""
    for unit in ("", " k", " M", " G", " T", " P"):
        if number < 1000:
            return f"{number:.3g}{unit}"
        number /= 1000
    return f"{number:.3g} E"


def with_interval(share: float, interval: list[float]) -> str:
    low, high = interval
    return f"{percent(share, 1)} [{100 * low:.1f}, {100 * high:.1f}]"
