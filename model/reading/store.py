"""Runs in a file, arrays exact. One .npz: the arrays by number and part, and everything else as JSON beside them."""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from model.reading.maps import FORMS, Maps
from model.reading.run import Asked, Axis, Candidate, Prediction, Reference, Run, Token, Word

FORMAT = 2  # 1 was a translator's run alone


def save_runs(runs: list[Run], path: Path, **about: str) -> None:
    """Writes runs and what is said about them to one .npz file."""
    arrays, notes = {}, []
    for number, run in enumerate(runs):
        notes.append(note_of(run))
        for part, maps in run.maps.items():
            arrays |= {f"{number}-{part}-{name}": array for name, array in maps.form.arrays.items()}
    np.savez_compressed(path, notes=json.dumps({"format": FORMAT, "runs": notes, "about": about}), **arrays)


def note_of(run: Run) -> dict:
    """All of a Run but its arrays. An axis that several maps share is written once."""
    axes = list(run.axes.values())
    for maps in run.maps.values():
        axes += [axis for axis in (maps.query_axis, maps.key_axis) if not any(axis is other for other in axes)]
    place = {id(axis): number for number, axis in enumerate(axes)}
    return {
        "asked": asdict(run.asked),
        "axes": [asdict(axis) for axis in axes],
        "names": {name: place[id(axis)] for name, axis in run.axes.items()},
        "maps": {part: note_of_maps(maps, place) for part, maps in run.maps.items()},
        "predictions": [asdict(prediction) for prediction in run.predictions],
        "references": [asdict(reference) for reference in run.references],
    } | {name: getattr(run, name) for name in ("output", "notices", "device", "check", "moment")}


def note_of_maps(maps: Maps, place: dict[int, int]) -> dict:
    return {
        "kind": maps.kind,
        "arrays": list(maps.form.arrays),
        "numbers": maps.form.numbers,
        "queries": place[id(maps.query_axis)],
        "keys": place[id(maps.key_axis)],
        "row_names": maps.row_names,
        "layer_numbers": maps.layer_numbers,
    }


def load_runs(path: Path) -> tuple[list[Run], dict[str, str]]:
    """The runs that save_runs wrote, marked as recorded, and what was said about them.

    Raises ValueError if they were written in a format that this version does not know.
    """
    with np.load(path) as file:
        notes = json.loads(str(file["notes"]))
        if (found := notes.get("format", 1)) != FORMAT:
            raise ValueError(
                f"{path} holds runs in format {found}, and this version reads format {FORMAT}: record them again"
            )
        return [run_of(note, number, file) for number, note in enumerate(notes["runs"])], notes["about"]


def run_of(note: dict, number: int, file) -> Run:
    axes = [axis_of(axis) for axis in note["axes"]]
    maps = {}
    for part, about in note["maps"].items():
        arrays = {name: file[f"{number}-{part}-{name}"] for name in about["arrays"]}
        form = FORMS[about["kind"]](**arrays, **about["numbers"])
        pair = axes[about["queries"]], axes[about["keys"]]
        maps[part] = Maps(form, *pair, about["row_names"], tuple(about["layer_numbers"]))
    return Run(
        asked=Asked(**note["asked"]),
        axes={name: axes[place] for name, place in note["names"].items()},
        maps=maps,
        output=note["output"],
        predictions=tuple(prediction_of(prediction) for prediction in note["predictions"]),
        references=tuple(reference_of(reference) for reference in note["references"]),
        notices=tuple(note["notices"]),
        device=note["device"],
        check=note["check"],
        recorded=True,
        moment=note["moment"],
    )


def axis_of(note: dict) -> Axis:
    words = tuple(Word(**word | {"span": tuple(word["span"])}) for word in note["words"])
    tokens = tuple(Token(**token | {"span": tuple(token["span"])}) for token in note["tokens"])
    return Axis(**note | {"words": words, "tokens": tokens, "sentences": tuple(note["sentences"])})


def prediction_of(note: dict) -> Prediction:
    return Prediction(**note | {"alternatives": tuple((text, p) for text, p in note["alternatives"])})


def reference_of(note: dict) -> Reference:
    return Reference(note["word"], tuple(Candidate(**candidate) for candidate in note["candidates"]))
