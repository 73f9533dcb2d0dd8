"""What is made from a checkpoint's weights, and made anew when they change: one command for all of it.

    python -m model.training.derive                      # what is stale or missing; --all: everything
    python -m model.training.derive --list

Worth knowing: nothing derived is ever edited by hand. Each file carries the fingerprint of the weights it was made from, and a
page does not show what was made from others; so a file that was forgotten is missing on screen, never wrong.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from model.reading.recorded import CHECKPOINTS, fingerprint, recordings


def says_fingerprint(model: str, name: str) -> bool:
    """Whether a JSON file beside the weights was made from them."""
    try:
        text = (CHECKPOINTS / model / name).read_text(encoding="utf-8")
        return json.loads(text)["fingerprint"] == fingerprint(model)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def has_recordings(model: str, name: str) -> bool:
    return bool(recordings.__wrapped__(model))  # read anew: what pages keep may be older than the file


@dataclass(frozen=True)
class Derived:
    """One file: its name, the models that have one, the command that writes it, and how to tell that it is fresh.

    command: after "python -m"; {model} and {path} are filled in.
    """

    name: str
    models: tuple[str, ...]
    command: tuple[str, ...]
    fresh: Callable[[str, str], bool] = says_fingerprint

    def line(self, model: str) -> list[str]:
        return [word.format(model=model, path=CHECKPOINTS / model / self.name) for word in self.command]


def known_models() -> tuple[str, ...]:
    return tuple(sorted(card.parent.name for card in CHECKPOINTS.glob("*/card.json")))


def derived() -> tuple[Derived, ...]:
    return (
        Derived(
            "recorded.npz",
            ("transformer",),
            ("model.reading.translate", "--record", "--model", "{model}"),
            has_recordings,
        ),
        Derived("heads.json", known_models(), ("model.evidence.heads", "--model", "{model}", "--out", "{path}")),
        Derived(
            "suggestions.json",
            ("transformer", "transformer-twin"),
            ("model.evidence.causal", "--model", "{model}", "--suggest", "--out", "{path}"),
        ),
    )


def stale(everything: bool = False) -> list[tuple[Derived, str]]:
    """(file, model) of what is missing or was made from other weights; with everything, all there is."""
    return [(one, model) for one in derived() for model in one.models if everything or not one.fresh(model, one.name)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="also what is fresh")
    parser.add_argument("--list", action="store_true", help="say what would be made, and make nothing")
    arguments = parser.parse_args()
    for one, model in stale(arguments.all):
        print("python -m", *one.line(model), flush=True)
        if not arguments.list:
            subprocess.run([sys.executable, "-m", *one.line(model)], check=True, cwd=Path(__file__).parents[2])


if __name__ == "__main__":
    main()
