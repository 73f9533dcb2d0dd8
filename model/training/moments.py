"""Watching a model learn: what it did at every moment of its training whose weights were kept.

    python -m model.training.moments --moments runs/transformer/moments --out model/checkpoints/transformer/learned.npz

Worth knowing: attention is never trained to look anywhere. When a head gets its role is found as the role itself is found,
by measurement, and by a smaller one: a role that needs many sentences to be told from chance comes later here than it did.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np
from safetensors.torch import load_file

from model.evidence.roles.heads import head_roles
from model.language.tokenizer import Tokenizer
from model.networks.build import build, config_from
from model.reading.learned import HeadNow, Learned, Moment, Reading, learners_of, save_learned
from model.reading.reader import CheckpointError
from model.reading.readers.own import Translator
from model.reading.recorded import CHECKPOINTS, EXAMPLES

MOST_BYTES = 6_000_000
SENTENCES = 400  # on which heads are measured at each moment, half to pick on and half to report
SCORES = ("coreference", "coreference_flip", "previous", "next", "translation")  # kept of every head


def translator_of(folder: Path) -> Translator:
    """The network and tokenizer of a checkpoint, its weights still to be loaded. Raises CheckpointError."""
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        network = build(config_from(card["kind"], card["network"]))
        return Translator(network, Tokenizer.load(folder / "tokenizer.json"), folder.name)
    except Exception as error:  # each library has its own error for a damaged file
        message = f"{folder} is no checkpoint, or is damaged: it needs card.json and tokenizer.json"
        raise CheckpointError("damaged", message, type(error).__name__) from None


def moment_files(folder: Path) -> list[tuple[int, Path]]:
    """(tokens, file), in the order of training. Raises ValueError if there is none."""
    found = sorted((int(file.stem), file) for file in folder.glob("*.safetensors") if file.stem.isdigit())
    if not found:
        raise ValueError(f"{folder} holds no moments (TOKENS.safetensors, as training writes them)")
    return found


def put_in(translator: Translator, file: Path) -> None:
    """Loads a moment's weights. Raises ValueError if they belong to another network."""
    try:
        weights = load_file(file)
        translator.network.load_state_dict({name: tensor.float() for name, tensor in weights.items()})
    except Exception as error:  # safetensors and torch each have their own
        raise ValueError(f"{file} does not fit this model: {type(error).__name__}") from None
    translator.network.eval()


def reading_of(translator: Translator, text: str, beams: int) -> Reading:
    """How the model reads a sentence now, with 16-bit codes of all its attention."""
    run = translator.read(text, beams)
    codes = {}
    for part, maps in run.maps.items():
        shape = (maps.layers, maps.heads, len(maps.query_axis), len(maps.key_axis))
        codes[part] = maps.codes(16).reshape(shape)
    sure = tuple(round(p, 4) for p in run.probabilities)
    return Reading(text, run.translation, run.source, run.target, sure, run.antecedents, codes)


def heads_of(translator: Translator, sentences: int) -> tuple[HeadNow, ...]:
    return tuple(
        HeadNow(
            row.place,
            row.label,
            row.roles,
            {name: row.scores[name].value for name in SCORES if name in row.scores},
        )
        for row in head_roles(translator, sentences).rows
    )


def moment_of(translator: Translator, tokens: int, sentences: int, texts, beams: int) -> Moment:
    readings = tuple(reading_of(translator, text, beams) for text in texts)
    return Moment(tokens, readings, heads_of(translator, sentences))


def in_bits(learned: Learned, bits: int) -> Learned:
    """The same with codes of 8 bits."""
    if bits == 16:
        return learned

    def narrow(codes: np.ndarray) -> np.ndarray:
        return np.rint(codes / 65535 * 255).astype(np.uint8)

    moments = tuple(
        Moment(
            moment.tokens,
            tuple(
                Reading(**vars(one) | {"codes": {part: narrow(codes) for part, codes in one.codes.items()}})
                for one in moment.readings
            ),
            moment.heads,
        )
        for moment in learned.moments
    )
    return Learned(moments, learned.curve, learned.learners, learned.about | {"bits": bits})


def write(learned: Learned, path: Path, most: int = MOST_BYTES) -> int:
    """With 16 bits where the file then stays within `most` bytes, else with 8; returns the bits. Raises ValueError if neither
    does. A file that was there stays until the new one is whole."""
    unfinished = path.with_name("." + path.name)
    try:
        for bits in (16, 8):
            save_learned(in_bits(learned, bits), unfinished)
            if unfinished.stat().st_size <= most:
                unfinished.replace(path)
                return bits
        raise ValueError(f"{path} would have {unfinished.stat().st_size:,} bytes; at most {most:,} are shipped")
    finally:
        unfinished.unlink(missing_ok=True)


def measured(folder: Path, moments: Path, *, sentences: int = SENTENCES, texts=EXAMPLES, beams: int = 4) -> Learned:
    """All moments of a checkpoint's training. Raises ValueError and CheckpointError, as above."""
    translator, files = translator_of(folder), moment_files(moments)
    found = []
    for tokens, file in files:
        put_in(translator, file)
        found.append(moment_of(translator, tokens, sentences, texts, beams))
        print(f"{tokens:,} tokens: {found[-1].readings[0].translation if texts else ''}", file=sys.stderr)
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    weights = folder / "model.safetensors"
    about = {
        "fingerprint": hashlib.sha256(weights.read_bytes()).hexdigest() if weights.exists() else "",
        "sentences": {"picked_on": sentences // 2, "reported_on": sentences // 2},
        "beams": beams,
        "bits": 16,
    }
    return Learned(tuple(found), tuple(card.get("log", ())), learners_of(found), about)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="transformer", help="a checkpoint's name, or its folder")
    parser.add_argument("--moments", type=Path, required=True, help="folder of TOKENS.safetensors")
    parser.add_argument("--sentences", type=int, default=SENTENCES, help="to measure heads on, at each moment")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    folder = Path(arguments.model)
    if not (folder / "card.json").exists():
        folder = CHECKPOINTS / arguments.model
    try:
        learned = measured(folder, arguments.moments, sentences=arguments.sentences)
        bits = write(learned, arguments.out)
    except (CheckpointError, ValueError, OSError) as error:
        raise SystemExit(f"cannot measure moments: {error}") from None
    roles = [f"{one.place.label}: {one.role} since {one.since:,} tokens" for one in learned.learners]
    print("\n".join([*roles, f"{arguments.out}: {arguments.out.stat().st_size:,} bytes, {bits} bits"]))


if __name__ == "__main__":
    main()
