"""The attention explorer on a Streamlit page."""

from viz.components.explorer.pack import SCRIPTS, pack_picture, pack_stack, packed
from viz.components.mount import mounted, sent
from viz.components.wire import with_length

__all__ = ["explorer", "pack_picture", "pack_stack", "wanted", "with_length"]


def explorer(picture: bytes, state: dict, *, key: str, stack: bytes = b"") -> None:
    """Show one run. picture: from pack_picture; stack: from pack_stack, what `wanted` asks for.

    state: choice, defaults, suggested, strings; and where known meanings, roles by part [name, group], groups [name, letter],
    and ways, the pages that have more to say about a head.
    """
    data = packed(state, picture, stack)
    mounted(SCRIPTS)(key=key, data=data, default={"wanted": None}, on_wanted_change=lambda: None, height="content")


def wanted(key: str, run: str) -> dict | None:
    """The meaning, and the word of the translation, whose numbers the browser lacks for this run; None for none."""
    asked = sent(key, "wanted")
    return asked if isinstance(asked, dict) and asked.get("run") == run else None
