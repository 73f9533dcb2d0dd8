"""How much of a sequence each architecture still knows at its end: copy, associative recall, and parity.

    python -m model.race.recall --quick --json
    python -m model.race.recall --out model/race/results/recall.json

Worth knowing: parameters are equal, what is kept is not. A recurrent network answers from a state whose size is fixed before
it reads; attention keeps everything it has read, and pays for that with every step. Parity is the other way round: one bit is
enough, and who carries it along has learned every length at once.
"""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

import torch

from model.race.document import document
from model.race.recall.results import sweep
from model.race.recall.runs import Log
from model.race.recall.training import QUICK, Settings

LOG = Path("runs/recall.jsonl")
TRIED = (
    "Recall with 32 keys, 16 values and up to 8 pairs: RNN, LSTM and GRU ended at 0.37, 0.43 and 0.46 held out after 3000 steps, "
    "at the best of two rates. Naming the commonest value earns 0.42 there: they knew which values there were, not whose. Hence "
    "16 keys, 8 values and up to 6 pairs.",
    "Copy of 6 symbols over up to 26 blanks: after 600 steps at 0.003 the LSTM was at 0.75, the GRU at 0.82, the RNN at 0.26; "
    "at 0.003 and 0.01 the RNN was still at 0.27 and 0.15 after 3000. Hence 4 symbols over up to 20.",
    "3000 steps instead of 10,000: medians held out of 0.82 (LSTM), 0.58 (GRU) and 0.50 (RNN) in recall, and 0.73 (RNN) in copy. "
    "What a recurrent network has not learned, it has not learned in these steps; more steps may do it.",
    "Rates chosen after 1000 steps instead of 3000: the RNN was given 0.003 for copy and came to 0.92 in 10,000 steps.",
    "GRU, recall, 12,000 steps, one seed: 0.93 at 0.003, 0.65 at 0.01. The rate decides as much as the architecture.",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        "recall.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the same with two seeds and few steps, in about a minute")
    parser.add_argument("--json", action="store_true", help="print the document, not a table")
    parser.add_argument("--out", type=Path, help="write the document here")
    parser.add_argument(
        "--log", type=Path, help="keep finished runs here, and go on after them (default: runs/recall.jsonl)"
    )
    arguments = parser.parse_args()
    settings, path = (QUICK, arguments.log) if arguments.quick else (Settings(), arguments.log or LOG)
    command = "python -m model.race.recall" + (" --quick --json" if arguments.quick else f" --out {arguments.out}")
    torch.set_num_threads(1)  # these networks are so small that a second thread only waits
    try:
        log = Log(path, asdict(settings), lambda line: print(line, file=sys.stderr, flush=True))
        found = document(command, asdict(settings), sweep(settings, log), log)
        found |= {"quick": arguments.quick, "tried": TRIED}
        if arguments.out:
            arguments.out.write_text(json.dumps(found) + "\n", encoding="utf-8")
    except (ValueError, OSError) as error:
        raise SystemExit(f"cannot measure recall: {error}") from None
    print(json.dumps(found) if arguments.json else table(found))


def table(found: dict) -> str:
    """Tab-separated, one line a point: median and quartiles of the accuracy, and the seeds that did not learn the task."""
    lines = ["task\taxis\tvalue\tin range\tarchitecture\taccuracy\tquartiles\tfailures\tstate bits\tfloor bits"]
    for row in found["results"]:
        low, high = row["accuracy_quartiles"]
        lines.append(
            f"{row['task']}\t{row['axis']}\t{row[row['axis']]}\t{row['in_range']}\t{row['architecture']}\t"
            f"{row['accuracy_median']:.3f}\t{low:.3f}-{high:.3f}\t{row['failures']}/{row['seeds']}\t"
            f"{row['state_bits']}\t{row['floor_bits']:.0f}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
