"""Two texts word under word, their differences marked; a word can be chosen by clicking it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "monojog_interlinear",
    html='<div class="texts"></div>\n',
    css=(HERE / "interlinear.css").read_text(encoding="utf-8"),
    js=(HERE / "interlinear.js").read_text(encoding="utf-8"),
)


def interlinear(
    blocks: Sequence[dict], chosen: int | None, strings: dict, *, key: str, on_change: Callable[[], None]
) -> None:
    """Show blocks of aligned words. blocks: from block; chosen: a word of the first block's first text, from 0."""
    data = {"blocks": list(blocks), "chosen": chosen, "strings": strings}
    _mount(key=key, data=data, default={"word": None}, on_word_change=on_change, height="content")


def clicked(key: str) -> int | None:
    """The word that was clicked, from 0; None if what the browser sent is no word."""
    sent = (st.session_state.get(key) or {}).get("word")
    word = sent.get("word") if isinstance(sent, dict) else None
    return word if isinstance(word, int) and 0 <= word < 10_000 else None


def block(
    label: str,
    words: tuple[Sequence[str], Sequence[str]],
    pairs: Sequence[tuple[int, int]],
    changed: tuple[Sequence[bool], Sequence[bool]],
    *,
    language: str,
    choosable: bool = False,
) -> dict:
    """Two texts for the wire. pairs: words that belong together; a word without a partner stands alone in its column.

    changed: for each text, for every word, whether it is marked.
    """
    columns, first, second = [], 0, 0
    for one, other in [*pairs, (len(words[0]), len(words[1]))]:
        columns += [[place, None] for place in range(first, one)] + [[None, place] for place in range(second, other)]
        columns.append([one, other])
        first, second = one + 1, other + 1
    columns.pop()
    return {
        "label": label,
        "language": language,
        "columns": [
            {
                "texts": [None if place is None else words[side][place] for side, place in enumerate(column)],
                "changed": any(place is not None and changed[side][place] for side, place in enumerate(column)),
                "word": column[0] if choosable and None not in column else None,
            }
            for column in columns
        ],
    }
