"""A checkpoint folder becomes a reader. What concerns the whole process, the number of threads, is said here and nowhere else."""

import json
from pathlib import Path

from safetensors.torch import load_file

from model.language.tokenizer import Tokenizer
from model.networks.build import build, config_from
from model.reading.device import one_thread
from model.reading.reader import CheckpointError
from model.reading.readers.own import Translator
from model.reading.recorded import CHECKPOINTS, hash_of

FILES = ("card.json", "model.safetensors", "tokenizer.json")  # of a checkpoint


def load(name: str = "transformer", folder: Path | None = None, alone: bool = True) -> Translator:
    """The checkpoint of that name. Raises CheckpointError if it is missing or damaged.

    alone: sentences are read one by one, so from here on this process computes with one thread.
    """
    folder = folder or CHECKPOINTS / name
    missing = [file for file in FILES if not (folder / file).exists()]
    if missing:
        message = f"The model “{name}” lacks {', '.join(missing)}. Fetch the project again, or train it with: " + (
            f"python -m model.training.train {name} --pairs FILE"
        )
        raise CheckpointError("missing", message, ", ".join(missing))
    try:
        card = json.loads((folder / "card.json").read_text())
        network = build(config_from(card["kind"], card["network"]))
        weights = load_file(folder / "model.safetensors")
        network.load_state_dict({key: tensor.float() for key, tensor in weights.items()})
        tokenizer = Tokenizer.load(folder / "tokenizer.json")
    except Exception as error:  # each library has its own error for a damaged file
        message = f"The model “{name}” is damaged and was not loaded. Fetch the project again."
        raise CheckpointError("damaged", message, type(error).__name__) from None
    if alone:
        one_thread()
    return Translator(network, tokenizer, name, weights=hash_of(folder / "model.safetensors"))
