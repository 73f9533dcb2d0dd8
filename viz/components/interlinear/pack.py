"""What two texts word under word are sent as, and what draws them."""

from collections.abc import Sequence

from viz.components.scripts import Scripts

SCRIPTS = Scripts(
    name="monojog_interlinear",
    root="texts",
    style="interlinear/interlinear.css",
    files=("shared/node.js", "interlinear/interlinear.js"),
)


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


def packed(blocks: Sequence[dict], chosen: int | None, strings: dict) -> dict:
    """All that is sent. blocks: from block; the rest is what `interlinear` takes."""
    return {"blocks": list(blocks), "chosen": chosen, "strings": strings}
