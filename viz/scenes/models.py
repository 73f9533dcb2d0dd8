"""What is known of a checkpoint without loading it: its card. Every page may ask; what is missing or damaged is empty."""

import json
from functools import cache

from model.reading.recorded import CHECKPOINTS


@cache
def available_models() -> list[str]:
    return sorted(card.parent.name for card in CHECKPOINTS.glob("*/card.json"))


@cache
def card(model: str) -> dict:
    """What is known of a checkpoint: data, training, measured scores. Empty if there is none."""
    try:
        return json.loads((CHECKPOINTS / model / "card.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def best_head(model: str) -> dict | None:
    """The encoder head that follows *it* best, as measured on generated test sentences; layer and head from 0."""
    return card(model).get("scores", {}).get("pronouns", {}).get("best_head")
