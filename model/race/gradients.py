"""How much of the loss at the last step reaches the input Δ steps before it: at initialisation, and after training.

    python -m model.race.gradients --json
    python -m model.race.gradients --train --out model/race/results/gradients.json

Worth knowing: at initialisation the factor a step is what was put there. The direct path through an LSTM's cell keeps
sigmoid(0) = 0.5 a step with forget bias 0, and 0.73 with 1; the way through the gates adds to it. An Elman network keeps what
its matrix and the slope of tanh make together. Causal attention has no factor a step: the last step looks at all the others
directly, and at early ones also through those between. After training the gradient says how the loss would change, not what
is remembered: a state that is saturated keeps a symbol and passes no gradient.
"""

import argparse
import json
import math
import sys
import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.networks.recurrent import remember
from model.race.document import document, machine
from model.race.recall.networks import CausalTransformer, Network, count_parameters
from model.race.recall.runs import Log, effort, over_seeds, quartiles
from model.race.recall.tasks import Batch, Task, between
from model.race.recall.training import TEST_SEED, Settings, trained
from model.race.shipped import shipped
from model.reading.device import one_thread

# B batch   T steps   C width of an embedding, and of the state   Δ distance to the last step, from 0 to T - 1

LOG = Path("runs/gradients.jsonl")
SMALLEST = float(torch.finfo(torch.float64).tiny)  # 2.2e-308: below it digits are lost, and then all of the number
NETWORKS = {  # name: architecture, forget bias
    "rnn": ("rnn", None),
    "lstm-forget-0": ("lstm", 0.0),
    "lstm-forget-1": ("lstm", 1.0),
    "gru": ("gru", None),
    "transformer": ("transformer", None),
    "lstm-forget-4": ("lstm", 4.0),  # near ln(T - 1), as for memory over T steps (Tallec & Ollivier 2018)
}
COMPARED, OPEN_GATES = tuple(NETWORKS)[:5], tuple(NETWORKS)[5:]  # the second, beside the first: what open gates change
LETTERS = 8


@dataclass(frozen=True)
class Measurement:
    """What is measured. Counts, unless a field says otherwise. The same for every network."""

    width: int = 64  # of an embedding, of a recurrent state, of the Transformer's residual stream
    steps: int = 64  # T
    sequences: int = 64  # averaged, for each seed
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    gain: float = 1.0  # of the orthogonal matrices from state to state; the Transformer has none
    nearest: int = 5  # Δ from where the factor is fitted: nearer, the last step's own doing shows
    farthest: int = 60  # Δ up to where

    def __post_init__(self):
        if not 0 <= self.nearest < self.farthest < self.steps:
            raise ValueError(
                f"distances must satisfy 0 ≤ nearest < farthest < steps; got {self.nearest}, {self.farthest}, {self.steps}"
            )
        if min(self.width, self.sequences, len(self.seeds)) < 1 or self.gain <= 0 or self.width % 2:
            raise ValueError("width must be even; width, sequences, seeds and gain must be above 0")


def make_network(name: str, settings: Measurement) -> Network:
    """Untrained. Matrices: orthogonal times gain from state to state, Xavier elsewhere; biases 0, but for the forget gate."""
    if name not in NETWORKS:
        raise ValueError(f'network must be one of {", ".join(NETWORKS)}; got "{name}"')
    architecture, forget_bias = NETWORKS[name]
    hidden = 4 * settings.width if architecture == "transformer" else settings.width
    network = Network(architecture, 2 * LETTERS + 1, LETTERS, settings.width, hidden)
    if not isinstance(network.body, CausalTransformer):
        with torch.no_grad():
            network.body.layer.weight_hh_l0.mul_(settings.gain)
    if forget_bias is not None:
        remember(network.body.layer, forget_bias)
    return network


def marked_letter(count: int, generator: torch.Generator, *, length: int, first: bool = False) -> Batch:
    """Letters, one of them marked, and at the last step the question which: any of them, or always the first one.

    Letters are drawn freely and every token is a letter, so nothing but the mark tells: chance is 1 / LETTERS.
    """
    letters = torch.randint(LETTERS, (count, length - 1), generator=generator)
    place = torch.randint(1 if first else length - 1, (count, 1), generator=generator)
    answer = letters.gather(1, place)
    question = torch.full((count, 1), 2 * LETTERS)
    return Batch(torch.cat([letters.scatter(1, place, LETTERS + answer), question], 1), answer)


def lesson(when: str, steps: int) -> Task:
    """The marked letter at every distance, in sequences of every length from 4; or at the farthest only, T - 1 steps back."""

    def mixture(count: int, generator: torch.Generator) -> Batch:
        if when == "trained-far":
            return marked_letter(count, generator, length=steps, first=True)
        return marked_letter(count, generator, length=between(4, steps, generator))

    return Task(when, 2 * LETTERS + 1, LETTERS, mixture, ())


# --- the measurement ---


def gradient_by_distance(body: nn.Module, readout: nn.Module, x: Tensor, answers: Tensor) -> Tensor:
    """‖∂loss / ∂x at T - Δ‖₂, averaged over the batch; the loss is the cross-entropy of the answer at the last step.

    x: (B, T, C), the embeddings; answers: (B,) ids. Returns (T,), nearest first: element Δ belongs to the step Δ before the last.
    """
    x = x.detach().requires_grad_()
    loss = F.cross_entropy(
        readout(body(x, 1)[:, 0]), answers, reduction="sum"
    )  # a sum: no sequence sees another's size
    (gradient,) = torch.autograd.grad(loss, x)
    return gradient.norm(dim=-1).mean(0).flip(0)


def relative_gradient(network: Network, settings: Measurement, seed: int) -> Tensor:
    """The gradient by distance over its value at distance 0, (T,), in float64. The sequences depend on the seed only."""
    generator = torch.Generator().manual_seed(seed)
    batch = marked_letter(settings.sequences, generator, length=settings.steps)
    network = network.double()
    gradient = gradient_by_distance(network.body, network.readout, network.embedding(batch.tokens), batch.answers[:, 0])
    return gradient / gradient[0]


def fitted_factor(gradient: Tensor, nearest: int, farthest: int) -> float | None:
    """λ of the λ^Δ that fits best: the slope of ln g over Δ from nearest to farthest, both included, by least squares.

    Values that underflowed are left out; None if fewer than two are left.
    """
    distance = np.arange(nearest, farthest + 1)
    values = gradient.numpy()[nearest : farthest + 1]
    kept = values > SMALLEST
    if kept.sum() < 2:
        return None
    return float(np.exp(np.polyfit(distance[kept], np.log(values[kept]), 1)[0]))


def half_life(factor: float | None) -> float | None:
    """Steps in which λ^Δ halves: ln 2 / -ln λ. None where it never does, λ ≥ 1, and where there is no λ."""
    return math.log(2) / -math.log(factor) if factor is not None and factor < 1 else None


def curve_row(gradients: list[Tensor], settings: Measurement) -> dict:
    """Median and quartiles over seeds, at each distance and of the fitted factor. gradients: (T,) each, relative to Δ = 0.

    Values under the smallest float64 are raised to it and counted in `underflows`.
    """
    stacked = torch.stack(gradients).clamp_min(SMALLEST)  # (seed, T)
    low, median, high = torch.quantile(stacked, torch.tensor([0.25, 0.5, 0.75], dtype=stacked.dtype), dim=0)
    factors = [fitted_factor(gradient, settings.nearest, settings.farthest) for gradient in gradients]
    known = [factor for factor in factors if factor is not None]
    slowest = quartiles(known) if known else (None, None, None)
    return {
        "distances": list(range(settings.steps)),
        "gradient_median": median.tolist(),
        "gradient_quartiles": [low.tolist(), high.tolist()],
        "underflows": int((stacked <= SMALLEST).sum()),
        "factor_median": slowest[1],
        "factor_quartiles": [slowest[0], slowest[2]],
        "factors": factors,
        "half_life_steps": half_life(slowest[1]),
        "seeds": len(gradients),
    }


def at_initialisation(settings: Measurement = Measurement(), names: tuple[str, ...] = COMPARED) -> list[dict]:
    """One row a network, measured now: a second or two on one core."""
    one_thread()
    rows = []
    for name in names:
        gradients = []
        for seed in settings.seeds:
            torch.manual_seed(seed)
            network = make_network(name, settings)
            gradients.append(relative_gradient(network, settings, seed))
        row = {"architecture": name, "when": "initialisation", "parameters": count_parameters(network)}
        rows.append(row | curve_row(gradients, settings))
    return rows


# --- after training ---

TRAINED = Measurement(sequences=512)  # more: the mark stands at one distance a sequence, and there the gradient is
TRAINING = Settings(
    width=TRAINED.width,
    batch=32,
    steps=1500,
    learning_rates=(1e-3, 3e-3),
    choosing_steps=500,
    held_out=1024,
    enough=0.995,
)
LESSONS = {  # what the rows call it: how long, and at which rates
    "trained": TRAINING,
    "trained-far": replace(TRAINING, learning_rates=(3e-3,)),  # three times the steps that the slowest takes otherwise
}
TRIED = (
    "Trained-far for 6000 steps instead of 1500, one seed: RNN 0.14 and LSTM with forget bias 1 0.10 held out, where chance is "
    "0.125. The same LSTM at 0.01: 0.12 after 1500.",
)


def run(
    when: str, name: str, measured: Measurement, settings: Settings, seed: int, rate: float, choosing: bool
) -> dict:
    """One network, trained to name the marked letter, and its gradient by distance with the mark at any of them."""

    def examine(network: Network) -> dict:
        return {"gradient": relative_gradient(network, measured, TEST_SEED + seed).tolist()}

    make = partial(make_network, name, measured)
    return trained(make, lesson(when, measured.steps), examine, settings, seed, rate, choosing)


def after_training(
    measured: Measurement, lessons: dict[str, Settings], log: Log, names: tuple[str, ...] = COMPARED
) -> list[dict]:
    """One row a lesson and network, as at initialisation; with what training took, and how many seeds did not learn it."""
    rows = []
    for when, settings in lessons.items():
        for name in names:
            key = {"architecture": name, "when": when}
            runs = over_seeds(key, partial(run, when, name, measured, settings), settings, log)
            gradients = [torch.tensor(each["gradient"], dtype=torch.float64) for each in runs]
            held_out = {"accuracies": [each["held_out"] for each in runs], "chance": 1 / LETTERS}
            row = key | {"parameters": runs[0]["parameters"]} | curve_row(gradients, measured)
            rows.append(row | held_out | effort(runs, settings))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", action="store_true", help="train the networks and measure them, in some minutes")
    parser.add_argument("--out", type=Path, help="write the document here")
    parser.add_argument(
        "--log", type=Path, default=LOG, help="keep trained networks' figures here, and go on after them"
    )
    parser.add_argument(
        "--gain", type=float, default=1.0, help="of the matrices from state to state, at initialisation"
    )
    parser.add_argument("--json", action="store_true", help="print the document, not a table")
    arguments = parser.parse_args()
    one_thread()
    try:
        found = train_all(arguments) if arguments.train else measure_now(arguments)
        if arguments.out:
            arguments.out.write_text(json.dumps(found) + "\n", encoding="utf-8")
    except (ValueError, OSError) as error:
        raise SystemExit(f"cannot measure gradients: {error}") from None
    print(json.dumps(found) if arguments.json else table(found["results"] + found.get("open_gates", [])))


def train_all(arguments: argparse.Namespace) -> dict:
    settings = {"measurement": asdict(TRAINED)} | {when: asdict(training) for when, training in LESSONS.items()}
    log = Log(arguments.log, settings, lambda line: print(line, file=sys.stderr, flush=True))
    rows, open_gates = (after_training(TRAINED, LESSONS, log, names) for names in (COMPARED, OPEN_GATES))
    found = document(f"python -m model.race.gradients --train --out {arguments.out}", settings, rows, log)
    return found | {"open_gates": at_initialisation(names=OPEN_GATES) + open_gates, "tried": TRIED}


def measure_now(arguments: argparse.Namespace) -> dict:
    """What is measured live, and the shipped rows after it."""
    settings, found = replace(Measurement(), gain=arguments.gain), shipped("gradients")
    if not found:
        raise ValueError("no trained gradients, or damaged ones; make them with --train --out gradients.json")
    start = time.perf_counter()
    rows = at_initialisation(settings)
    seconds = round(time.perf_counter() - start, 2)
    return {
        "command": f"python -m model.race.gradients --gain {arguments.gain} --json",
        "machine": machine(),
        "seconds": seconds,
        "settings": {"measurement": asdict(settings)},
        "results": rows + found["results"] + found["open_gates"],
        "trained": {key: found[key] for key in ("command", "machine", "seconds", "cpu_seconds", "settings")},
    }


def table(rows: list[dict]) -> str:
    """Tab-separated: factor a step and half-life in steps, median over seeds."""
    lines = ["when\tnetwork\tfactor a step\tquartiles\thalf-life in steps\tg at farthest / g at 0\tseeds\tnot learned"]
    for row in rows:
        cells = [
            row["when"],
            row["architecture"],
            *factor_cells(row),
            f"{row['gradient_median'][-1]:.2e}",
            str(row["seeds"]),
        ]
        lines.append("\t".join([*cells, str(row.get("failures", ""))]))
    return "\n".join(lines)


def factor_cells(row: dict) -> tuple[str, str, str]:
    if row["factor_median"] is None:
        return "underflow", "", ""
    life = "never halves" if row["half_life_steps"] is None else f"{row['half_life_steps']:.1f}"
    return f"{row['factor_median']:.4f}", "{:.4f}-{:.4f}".format(*row["factor_quartiles"]), life


if __name__ == "__main__":
    main()
