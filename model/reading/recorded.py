"""The six example sentences, and the recorded Runs of the shipped model: the first screen needs no torch."""

import hashlib
import json
from functools import cache
from pathlib import Path

from model.reading.run import Run
from model.reading.store import load_runs

CHECKPOINTS = Path(__file__).parent.parent / "checkpoints"
EXAMPLES = (
    "The animal didn't cross the street because it was too tired.",
    "The animal didn't cross the street because it was too wide.",
    "The trophy doesn't fit in the suitcase because it is too big.",
    "My brother put the letter in the drawer because it was open.",
    "It was raining when the dog crossed the bridge.",
    "I would like to know where you bought that beautiful blue dress.",
)


def fingerprint(model: str) -> str:
    """Names the exact weights of a checkpoint: a recording of other weights is not shown."""
    return hash_of(CHECKPOINTS / model / "model.safetensors")


def hash_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@cache
def recordings(model: str) -> dict[tuple[str, int], Run]:
    """Recorded runs by (text, beams); empty where there are none, or where they belong to other weights."""
    try:
        runs, about = load_runs(CHECKPOINTS / model / "recorded.npz")
        if about["fingerprint"] != fingerprint(model):
            return {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {(run.text, run.beams): run for run in runs}


@cache
def measured_heads(model: str) -> dict:
    """What every head does, as model.evidence.heads measured it; empty where that is not there, or of other weights."""
    return beside(model, "heads.json")


@cache
def suggestions(model: str) -> dict:
    """Heads that carry *it* and pairs to try, as model.evidence.causal found them; empty where there are none, or where
    they belong to other weights."""
    return beside(model, "suggestions.json")


def beside(model: str, name: str) -> dict:
    """A file beside the weights it was measured on; empty where there is none, or where it belongs to other weights."""
    try:
        found = json.loads((CHECKPOINTS / model / name).read_text(encoding="utf-8"))
        return found if found["fingerprint"] == fingerprint(model) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
