"""Two texts word under word on a Streamlit page, their differences marked; a word can be chosen by clicking it."""

from collections.abc import Callable, Sequence

from viz.components.interlinear.pack import SCRIPTS, block, packed
from viz.components.mount import mounted, sent

__all__ = ["block", "clicked", "interlinear"]


def interlinear(
    blocks: Sequence[dict], chosen: int | None, strings: dict, *, key: str, on_change: Callable[[], None]
) -> None:
    """Show blocks of aligned words. blocks: from block; chosen: a word of the first block's first text, from 0."""
    data = packed(blocks, chosen, strings)
    mounted(SCRIPTS)(key=key, data=data, default={"word": None}, on_word_change=on_change, height="content")


def clicked(key: str) -> int | None:
    """The word that was clicked, from 0; None if what the browser sent is no word."""
    said = sent(key, "word")
    word = said.get("word") if isinstance(said, dict) else None
    return word if isinstance(word, int) and 0 <= word < 10_000 else None
