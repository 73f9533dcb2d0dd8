"""All heads as small maps in rows of layers, on a Streamlit page: click to switch heads off and on, or to open one.

Worth knowing: the browser answers a click at once and tells Python afterwards, so that several quick clicks all count.
"""

from collections.abc import Callable, Iterable, Sequence

from viz.components.headgrid.pack import SCRIPTS, grid_part, packed
from viz.components.mount import mounted, sent

__all__ = ["clicked", "grid_part", "head_grid"]


def head_grid(
    parts: Sequence[dict], chosen: Iterable[str], strings: dict, *, key: str, opens: bool, on_change: Callable[[], None]
) -> None:
    """Show the heads. parts: from grid_part; chosen: heads like "encoder.2.4", those switched off, or the one that is open.

    opens: a click opens a head instead of switching it. on_change is called when somebody has clicked; then `clicked` tells what.
    """
    data = packed(parts, chosen, strings, opens)
    mounted(SCRIPTS)(key=key, data=data, default={"chosen": None}, on_chosen_change=on_change, height="content")


def clicked(key: str) -> tuple[str, ...]:
    """The names of the heads that the browser says are chosen now; what is no text is left out."""
    said = sent(key, "chosen") or {}
    heads = said.get("heads", ()) if isinstance(said, dict) else ()
    return tuple(head for head in heads if isinstance(head, str))
