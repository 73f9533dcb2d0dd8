"""Translates a sentence on the command line.

    python -m model.reading.translate "The animal didn't cross the street because it was too tired." --json

--record writes the example sentences' Runs beside the weights, so that the first screen of the app needs no network.
"""

import argparse
import json
from dataclasses import asdict

from model.reading.loading import load
from model.reading.reader import CheckpointError, TextError
from model.reading.recorded import CHECKPOINTS, EXAMPLES, fingerprint
from model.reading.run import BEAMS, Run
from model.reading.store import save_runs


def as_json(run: Run) -> dict:
    """The Run without its arrays: what it read, what it wrote, how sure it was."""
    return {
        "source": run.text,
        "translation": run.output,
        "tokens": [
            {
                "text": token.shown,
                "word": run.target.words[token.word].text,
                "probability": prediction.probability,
                "alternatives": [{"text": text, "probability": p} for text, p in prediction.alternatives],
            }
            for token, prediction in zip(run.target.tokens, run.predictions, strict=True)
        ],
        "antecedents": [asdict(reference) for reference in run.references],
        "model": run.model,
        "device": run.device,
        "beams": run.beams,
        "largest_difference": run.check,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", nargs="?", help="an English sentence")
    parser.add_argument("--model", default="transformer")
    parser.add_argument("--beams", type=int, default=BEAMS, help="1 is greedy search")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--record", action="store_true", help="write the example sentences' Runs beside the checkpoint")
    arguments = parser.parse_args()
    try:
        translator = load(arguments.model)
        if arguments.record:
            runs = [translator.read(text, beams) for text in EXAMPLES for beams in (1, BEAMS)]
            save_runs(runs, CHECKPOINTS / arguments.model / "recorded.npz", fingerprint=fingerprint(arguments.model))
        elif arguments.text is not None:
            run = translator.read(arguments.text, arguments.beams)
            print(json.dumps(as_json(run), indent=1, ensure_ascii=False) if arguments.json else run.output)
        else:
            parser.error("give a text, or --record")
    except (TextError, CheckpointError) as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
