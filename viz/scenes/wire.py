"""A Run on its way to the browser: what the explorer needs of it, and how many bits a number may take.

Worth knowing: the whole attention of a short text goes at once; a longer one in half the bits, so that the first picture does
not wait.
"""

import json
from functools import cache

from model.reading.run import Axis, Run
from viz.components.explorer.pack import pack_picture
from viz.figures.matrix import attention_matrix
from viz.scenes.common import BEAMS

WIRE_BYTES = 1_000_000  # what the maps of one text may weigh


def packed_run(run: Run) -> bytes:
    """What the explorer draws of a Run: texts, numbers and coded weights."""
    codes = {part: maps.codes(bits(run)) for part, maps in run.maps.items()}
    return pack_picture(run_record(run), bits(run), matrix_template(), codes)


def cells(run: Run) -> int:
    return sum(m.layers * m.heads * len(m.query_axis) * len(m.key_axis) for m in run.maps.values())


def bits(run: Run) -> int:
    """What a number is coded in on its way to the browser."""
    return 16 if 2 * cells(run) <= WIRE_BYTES else 8


def run_id(run: Run) -> str:
    return f"{run.model}/{run.beams}/{run.text}"


def run_record(run: Run) -> dict:
    return {
        "id": run_id(run),
        "model": run.model,
        "device": run.device,
        "recorded": run.recorded,
        "method": BEAMS.get(run.beams, "beam"),
        "source": axis_record(run.source),
        "target": axis_record(run.target),
        "probabilities": list(run.probabilities),
        "alternatives": [[{"text": t, "probability": p} for t, p in three] for three in run.alternatives],
        "antecedents": [
            {"word": a.word, "candidates": [vars(candidate) for candidate in a.candidates]} for a in run.antecedents
        ],
        "maps": {
            part: {
                "layers": maps.layers,
                "heads": maps.heads,
                "query": axis_record(maps.query_axis),
                "key": axis_record(maps.key_axis),
                "causal": maps.causal,
                "kind": maps.kind,
            }
            for part, maps in run.maps.items()
        },
    }


def axis_record(axis: Axis) -> dict:
    return {
        "words": [{"text": word.text, "kind": word.kind} for word in axis.words],
        "tokens": [{"text": token.text, "word": token.word} for token in axis.tokens],
    }


@cache
def matrix_template() -> dict:
    """The matrix figure without its numbers: the browser puts the chosen head's in."""
    return json.loads(attention_matrix([[1.0]], ["query"], ["key"]).to_json())
