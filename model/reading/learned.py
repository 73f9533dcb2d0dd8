"""How a model learned: at each kept moment of its training, how it read the example sentences and what its heads did.

Worth knowing: nothing is computed here that was not measured then. Written by model.training.moments, read without torch;
weights are kept as whole numbers of √weight, as the browser takes them (see Maps.codes).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import numpy as np

from model.reading.axes import prefix_axis
from model.reading.place import Place
from model.reading.recorded import CHECKPOINTS, fingerprint
from model.reading.run import Axis, Reference
from model.reading.store import axis_of, reference_of

FORMAT = 1
FILE = "learned.npz"  # beside a checkpoint


@dataclass(frozen=True)
class Reading:
    """One sentence as the model read it at one moment.

    probabilities: one a target token, in [0, 1]. codes: by part, (layer, head, query, key), round(√weight · (2**bits - 1));
    the decoder's and cross-attention's row t is the one that wrote target token t.
    """

    text: str
    translation: str
    source: Axis
    target: Axis
    probabilities: tuple[float, ...]
    antecedents: tuple[Reference, ...]
    codes: dict[str, np.ndarray]

    @property
    def prefix(self) -> Axis:
        """What the decoder had before it at each token: the start, and all tokens but the last."""
        return prefix_axis(self.target)

    def axes(self, part: str) -> tuple[Axis, Axis]:
        """(queries, keys) of a part's maps."""
        queries = self.source if part == "encoder" else self.target
        return queries, self.prefix if part == "decoder" else self.source

    def weights(self, place: Place) -> np.ndarray:
        """(query, key) of one head, float32; each row sums to 1 as nearly as the codes allow."""
        codes = self.codes[place.part][place.layer, place.head]
        return (codes.astype(np.float32) / np.iinfo(codes.dtype).max) ** 2


@dataclass(frozen=True)
class HeadNow:
    """One head at one moment. scores: by name, the value on the sentences to report; roles: those it passes for."""

    place: Place
    label: str
    roles: tuple[str, ...]
    scores: dict[str, float]


@dataclass(frozen=True)
class Moment:
    """The model after so many training tokens."""

    tokens: int
    readings: tuple[Reading, ...]
    heads: tuple[HeadNow, ...]


@dataclass(frozen=True)
class Learner:
    """When one head got the role it has at the end.

    since: tokens at the first moment from which it passes for it at every moment; first: at which it did so at all.
    """

    place: Place
    role: str
    since: int
    first: int


@dataclass(frozen=True)
class Learned:
    """All of it. curve: the training log, one row a validation; about: with what it was measured."""

    moments: tuple[Moment, ...]
    curve: tuple[dict, ...]
    learners: tuple[Learner, ...]
    about: dict


def learners_of(moments: Sequence[Moment], none: str = "no_clear_role") -> tuple[Learner, ...]:
    """For each head with a role at the last moment, when it got it."""
    found = []
    for i, last in enumerate(moments[-1].heads if moments else ()):
        if last.label == none:
            continue
        had = [last.label in moment.heads[i].roles for moment in moments]
        lacking = [k for k, there in enumerate(had) if not there]
        since = lacking[-1] + 1 if lacking else 0
        found.append(Learner(last.place, last.label, moments[since].tokens, moments[had.index(True)].tokens))
    return tuple(found)


# --- the file ---


def save_learned(learned: Learned, path: Path) -> None:
    """One .npz: the notes as JSON, and for each moment one array of all its codes."""
    notes, arrays = [], {}
    for number, moment in enumerate(learned.moments):
        readings = []
        codes = [reading.codes[part].ravel() for reading in moment.readings for part in reading.codes]
        if codes:
            arrays[f"codes-{number}"] = np.concatenate(codes)
        for reading in moment.readings:
            note = {name: getattr(reading, name) for name in ("text", "translation", "probabilities")}
            note |= {name: asdict(getattr(reading, name)) for name in ("source", "target")}
            note["antecedents"] = [asdict(one) for one in reading.antecedents]
            readings.append(note | {"shapes": {part: codes.shape for part, codes in reading.codes.items()}})
        heads = [[str(one.place), one.label, one.roles, one.scores] for one in moment.heads]
        notes.append({"tokens": moment.tokens, "readings": readings, "heads": heads})
    learners = [[str(one.place), one.role, one.since, one.first] for one in learned.learners]
    about = {"format": FORMAT, "moments": notes, "curve": learned.curve, "learners": learners, "about": learned.about}
    text = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8)  # a str takes four bytes a letter
    np.savez_compressed(path, notes=text, **arrays)


def load_learned(path: Path) -> Learned:
    """What save_learned wrote. Raises ValueError for another format, OSError where there is no such file."""
    with np.load(path) as file:
        notes = json.loads(file["notes"].tobytes().decode())
        if notes["format"] != FORMAT:
            raise ValueError(f"{path} has format {notes['format']}; this program reads {FORMAT}")
        moments = tuple(
            moment_from(note, file[f"codes-{number}"] if f"codes-{number}" in file else np.zeros(0, np.uint8))
            for number, note in enumerate(notes["moments"])
        )
    learners = tuple(Learner(Place.parse(place), *rest) for place, *rest in notes["learners"])
    return Learned(moments, tuple(notes["curve"]), learners, notes["about"])


def moment_from(note: dict, codes: np.ndarray) -> Moment:
    codes.setflags(write=False)
    readings, place = [], 0
    for one in note["readings"]:
        arrays = {}
        for part, shape in one["shapes"].items():
            count = int(np.prod(shape))
            arrays[part] = codes[place : place + count].reshape(shape)
            place += count
        readings.append(reading_from(one, arrays))
    heads = tuple(
        HeadNow(Place.parse(where), label, tuple(roles), scores) for where, label, roles, scores in note["heads"]
    )
    return Moment(note["tokens"], tuple(readings), heads)


def reading_from(note: dict, codes: dict[str, np.ndarray]) -> Reading:
    antecedents = tuple(map(reference_of, note["antecedents"]))
    axes = (axis_of(note[name]) for name in ("source", "target"))
    return Reading(note["text"], note["translation"], *axes, tuple(note["probabilities"]), antecedents, codes)


@cache
def learned(model: str) -> Learned | None:
    """What lies beside a checkpoint; None where nothing does, or where it belongs to other weights."""
    try:
        found = load_learned(CHECKPOINTS / model / FILE)
        return found if found.about["fingerprint"] == fingerprint(model) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
