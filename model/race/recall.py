"""How much of a sequence each architecture still knows at its end: copy, associative recall, and parity.

    python -m model.race.recall --quick --json
    python -m model.race.recall --out model/race/results/recall.json

Worth knowing: parameters are equal, what is kept is not. A recurrent network answers from a state whose size is fixed before
it reads; attention keeps everything it has read, and pays for that with every step. Parity is the other way round: one bit is
enough, and who carries it along has learned every length at once.
"""

import argparse
import json
import math
import os
import sys
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.networks.attention import causal_mask
from model.networks.recurrent import LAYERS, AdditiveAttention, remember
from model.networks.transformer import EncoderLayer, TransformerConfig, sinusoidal_positions
from model.reading.device import processor_name

# B batch   T steps   Q steps that are asked for an answer, the last ones   C width of an embedding   H width of the state

RESULTS = Path(__file__).parent / "results" / "recall.json"
LOG = Path("runs/recall.jsonl")
HELD_OUT_SEED, TEST_SEED = 1_000_003, 2_000_003  # far from the seeds of training
TOLERANCE = 0.02  # of the parameters
WIDEST = 1000  # numbers in a state
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
ARCHITECTURES = ("rnn", "lstm", "gru", "gru-attention", "transformer")
HEADS, LAYER_COUNT = 2, 2

# --- the networks: what differs is only what is between the embedding and the readout ---


class Recurrence(nn.Module):
    """One recurrent layer: (B, T, C) to the last Q states (B, Q, H)."""

    def __init__(self, cell: str, width: int, hidden: int):
        super().__init__()
        self.layer = LAYERS[cell](width, hidden, batch_first=True)
        for name, parameter in self.layer.named_parameters():
            if "bias" in name:
                nn.init.zeros_(parameter)
            for gate in parameter.split(hidden) if "weight" in name else ():
                nn.init.orthogonal_(gate) if "hh" in name else nn.init.xavier_uniform_(gate)
        if cell == "lstm":
            remember(self.layer)

    def forward(self, x: Tensor, last: int) -> Tensor:
        return self.layer(x)[0][:, -last:]


class AttentiveRecurrence(nn.Module):
    """A GRU that also looks back at all its states (Bahdanau et al. 2014): (B, T, C) to (B, Q, 2H), state and context."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.recurrence = Recurrence("gru", width, hidden)
        self.attention = AdditiveAttention(hidden, hidden, width)

    def forward(self, x: Tensor, last: int) -> Tensor:
        steps = x.shape[1]
        states = self.recurrence(x, steps)  # (B, T, H)
        queries, keys = self.attention.to_query(states), self.attention.to_key(states)  # (B, T, A)
        contexts = [
            self.attention(queries[:, t], keys[:, : t + 1], states[:, : t + 1], None)[0]
            for t in range(steps - last, steps)
        ]
        return torch.cat([states[:, -last:], torch.stack(contexts, 1)], -1)


class CausalTransformer(nn.Module):
    """Pre-norm blocks in which no step sees a later one; sinusoidal positions. (B, T, C) to (B, Q, C)."""

    def __init__(self, width: int, feed_forward: int):
        super().__init__()
        config = TransformerConfig(0, width, HEADS, LAYER_COUNT, 0, feed_forward, dropout=0.0)
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(LAYER_COUNT))
        self.norm = nn.LayerNorm(width)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_uniform_(parameter)

    def forward(self, x: Tensor, last: int) -> Tensor:
        x = x + sinusoidal_positions(x.shape[1], x.shape[2], x.device).to(x.dtype)
        mask = causal_mask(x.shape[1], x.device)
        for layer in self.layers:
            x = layer(x, mask, None)
        return self.norm(x[:, -last:])


def make_body(architecture: str, width: int, hidden: int) -> nn.Module:
    """hidden: numbers in the state; for the Transformer, the inner width of its feed-forward block."""
    if architecture not in ARCHITECTURES:
        raise ValueError(f'architecture must be one of {", ".join(ARCHITECTURES)}; got "{architecture}"')
    if architecture == "transformer":
        return CausalTransformer(width, hidden)
    if architecture == "gru-attention":
        return AttentiveRecurrence(width, hidden)
    return Recurrence(architecture, width, hidden)


class Reader(nn.Module):
    """Reads a sequence once from left to right and answers at its last steps."""

    def __init__(self, architecture: str, vocabulary: int, answers: int, width: int, hidden: int):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.body = make_body(architecture, width, hidden)
        read = {"transformer": width, "gru-attention": 2 * hidden}.get(architecture, hidden)
        self.readout = nn.Linear(read, answers)

    def forward(self, tokens: Tensor, last: int) -> Tensor:
        """tokens: (B, T) ids. Returns scores (B, Q, answers) for the last Q steps."""
        return self.readout(self.body(self.embedding(tokens), last))


def count_parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def reader(architecture: str, task: "Task", settings: "Settings") -> Reader:
    """A Reader with as many parameters as the Transformer of these settings, to 2 %. Raises ValueError if none has."""
    hidden = equal_hidden(architecture, task.vocabulary, task.answers, settings.width, settings.feed_forward)
    return Reader(architecture, task.vocabulary, task.answers, settings.width, hidden)


@lru_cache
def equal_hidden(architecture: str, vocabulary: int, answers: int, width: int, feed_forward: int) -> int:
    """The state's width that comes nearest to the Transformer's number of parameters."""

    def size(hidden: int, name: str = architecture) -> int:
        with torch.device("meta"):  # sizes only, no numbers
            return count_parameters(Reader(name, vocabulary, answers, width, hidden))

    if architecture == "transformer":
        return feed_forward
    target = size(feed_forward, "transformer")
    above = bisect_left(range(1, WIDEST), target, key=size) + 1
    best = min((max(1, above - 1), above), key=lambda hidden: abs(size(hidden) - target))
    if abs(size(best) / target - 1) > TOLERANCE:
        raise ValueError(f"no {architecture} has {target} parameters to 2 %; the nearest has {size(best)}")
    return best


def state_floats(network: Reader, steps: int) -> int:
    """Numbers kept about the past after that many steps: all that an answer can be made from."""
    body = network.body
    if isinstance(body, CausalTransformer):
        return 2 * LAYER_COUNT * steps * body.norm.normalized_shape[0]  # a key and a value for every step and layer
    if isinstance(body, AttentiveRecurrence):
        return steps * body.recurrence.layer.hidden_size  # every state; the newest is one of them
    return body.layer.hidden_size * (2 if isinstance(body.layer, nn.LSTM) else 1)


# --- the tasks ---


@dataclass(frozen=True)
class Batch:
    """tokens: (B, T) ids; answers: (B, Q), what is due at each of the last Q steps."""

    tokens: Tensor
    answers: Tensor


Draw = Callable[[int, torch.Generator], Batch]  # how many sequences, and the source of chance


@dataclass(frozen=True)
class Point:
    """One place on a curve: what is varied, its value, and sequences that have it."""

    axis: str  # "distance" in steps from a symbol to its question, "pairs", or "length" in steps
    value: int
    in_range: bool  # whether training has met such a value
    held: int  # answers that must be ready, each one of `answers` equally likely symbols
    asked: int  # of them, how many are asked
    read: int  # steps before the first question
    draw: Draw


@dataclass(frozen=True)
class Task:
    """What is trained and where it is tested. answers: number of symbols an answer is chosen from; chance is 1 / answers."""

    name: str
    vocabulary: int
    answers: int
    mixture: Draw  # training and held-out sequences: one length a batch, so that nothing is padded
    points: tuple[Point, ...]


def copying(count: int, generator: torch.Generator, *, symbols: int = 4, blanks: int = 0) -> Batch:
    """Symbols, blanks, then the marks 1, 2, …: at mark i the i-th symbol is due, exactly symbols + blanks steps after it.

    Symbols are drawn freely, so nothing but the symbol itself tells it: chance is 1 / COPY_SYMBOLS.
    """
    said = torch.randint(COPY_SYMBOLS, (count, symbols), generator=generator)
    blank = torch.full((count, blanks), COPY_SYMBOLS)
    marks = torch.arange(COPY_SYMBOLS + 1, COPY_SYMBOLS + 1 + symbols).expand(count, -1)
    return Batch(torch.cat([said, blank, marks], 1), said)


def recalling(count: int, generator: torch.Generator, *, pairs: int, blanks: int = 0, oldest: bool = False) -> Batch:
    """Pairs of key and value, blanks, then every key once, in any order: its value is due (Arora et al. 2023, with one gap).

    Keys differ within a sequence, values are drawn freely: chance is 1 / VALUES, and 1 / pairs and a little more for who
    knows which values there were but not whose. With `oldest` only the first pair is asked, 2 · pairs - 1 + blanks steps
    after its value.
    """
    keys = torch.rand(count, KEYS, generator=generator).argsort(1)[:, :pairs]
    values = torch.randint(VALUES, (count, pairs), generator=generator)
    order = torch.rand(count, pairs, generator=generator).argsort(1)
    if oldest:
        order = torch.zeros(count, 1, dtype=torch.long)
    written = torch.stack([keys, KEYS + values], -1).flatten(1)  # (B, 2 · pairs)
    blank = torch.full((count, blanks), KEYS + VALUES)
    return Batch(torch.cat([written, blank, keys.gather(1, order)], 1), values.gather(1, order))


def parity(count: int, generator: torch.Generator, *, length: int, last: bool = False) -> Batch:
    """Bits; at every step (or at the last only) it is due whether the ones so far are odd in number. Chance is 1 / 2."""
    bits = torch.randint(2, (count, length), generator=generator)
    odd = bits.cumsum(1) % 2
    return Batch(bits, odd[:, -1:] if last else odd)


def between(low: int, high: int, generator: torch.Generator) -> int:
    return int(torch.randint(low, high + 1, (), generator=generator))


COPY_SYMBOLS, COPIED, COPY_BLANKS = 8, 4, 20  # training distances 4 to 24
KEYS, VALUES, PAIRS, PAIR_BLANKS = 16, 8, 6, 12  # training with 1 to 6 pairs, 0 to 12 blanks
PARITY_LENGTH = 20  # training with every length up to it


def copy_point(distance: int) -> Point:
    draw = partial(copying, symbols=COPIED, blanks=distance - COPIED)
    return Point("distance", distance, distance <= COPIED + COPY_BLANKS, COPIED, COPIED, distance, draw)


def pairs_point(pairs: int) -> Point:
    return Point("pairs", pairs, pairs <= PAIRS, pairs, pairs, 2 * pairs, partial(recalling, pairs=pairs))


def recall_point(distance: int, pairs: int = 4) -> Point:
    blanks = distance - (2 * pairs - 1)
    draw = partial(recalling, pairs=pairs, blanks=blanks, oldest=True)
    return Point("distance", distance, blanks <= PAIR_BLANKS, pairs, 1, 2 * pairs + blanks, draw)


def parity_point(length: int) -> Point:
    draw = partial(parity, length=length, last=True)
    return Point("length", length, length <= PARITY_LENGTH, 1, 1, length - 1, draw)


TASKS = (
    Task(
        "copy",
        COPY_SYMBOLS + 1 + COPIED,
        COPY_SYMBOLS,
        lambda count, g: copying(count, g, symbols=COPIED, blanks=between(0, COPY_BLANKS, g)),
        tuple(map(copy_point, (4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64))),
    ),
    Task(
        "recall",
        KEYS + VALUES + 1,
        VALUES,
        lambda count, g: recalling(count, g, pairs=between(1, PAIRS, g), blanks=between(0, PAIR_BLANKS, g)),
        (*map(pairs_point, (1, 2, 3, 4, 5, 6, 8, 12, 16)), *map(recall_point, (7, 11, 15, 19, 23, 31, 39, 47, 63))),
    ),
    Task(
        "parity",
        2,
        2,
        lambda count, g: parity(count, g, length=PARITY_LENGTH),
        tuple(map(parity_point, (2, 5, 10, 15, 20, 22, 25, 30, 40, 50, 64))),
    ),
)


# --- training and testing one network ---


@dataclass(frozen=True)
class Settings:
    """How much, and how. Counts, unless a field says otherwise. The same for every architecture."""

    width: int = 32  # numbers per token
    feed_forward: int = 64  # inner width of the Transformer's blocks: it sets the parameters of all
    batch: int = 64  # sequences a step
    steps: int = 10_000  # at most
    warmup: int = 100  # steps from 0 to the full learning rate
    decay_share: float = 0.3  # of the steps, at the end: down to 0
    clip_norm: float = 1.0  # of the gradient
    learning_rates: tuple[float, ...] = (3e-4, 1e-3, 3e-3, 1e-2)  # one is chosen for each task and architecture
    choosing_steps: int = 3000
    choosing_seed: int = 101  # none of the seeds that count
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    check_every: int = 100  # steps
    held_out: int = 2048  # sequences from the training mixture that decide when to stop
    enough: float = 0.999  # held-out accuracy at which training stops
    learned: float = 0.9  # held-out accuracy below which a run counts as failed
    tested: int = 512  # sequences a point


QUICK = Settings(steps=500, warmup=50, learning_rates=(3e-3,), choosing_steps=0, seeds=(0, 1), held_out=512, tested=256)


def accuracy(network: Reader, batch: Batch) -> float:
    with torch.inference_mode():
        named = network(batch.tokens, batch.answers.shape[1]).argmax(-1)
    return float((named == batch.answers).float().mean())


def held_out_batches(task: Task, settings: Settings) -> list[Batch]:
    generator = torch.Generator().manual_seed(HELD_OUT_SEED)
    return [task.mixture(32, generator) for _ in range(settings.held_out // 32)]


def train(network: Reader, task: Task, seed: int, rate: float, steps: int, settings: Settings) -> dict:
    """Trains in place until the held-out accuracy is enough, or the steps are used up. Returns what it took."""
    generator, held_out = torch.Generator().manual_seed(seed), held_out_batches(task, settings)
    optimizer = torch.optim.AdamW(network.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.0)
    wall, cpu, tokens, score = time.perf_counter(), time.process_time(), 0, 0.0
    for step in range(1, steps + 1):
        fall = (steps - step + 1) / (settings.decay_share * steps)
        optimizer.param_groups[0]["lr"] = rate * min(1.0, step / settings.warmup, fall)
        batch = task.mixture(settings.batch, generator)
        scores = network(batch.tokens, batch.answers.shape[1])
        optimizer.zero_grad()
        F.cross_entropy(scores.flatten(0, 1), batch.answers.flatten()).backward()
        nn.utils.clip_grad_norm_(network.parameters(), settings.clip_norm)
        optimizer.step()
        tokens += batch.tokens.numel()
        if step % settings.check_every == 0 or step == steps:
            score = sum(accuracy(network, batch) for batch in held_out) / len(held_out)
            if score >= settings.enough:
                break
    took = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return {"held_out": score, "steps": step, "tokens": tokens} | {k: round(v, 2) for k, v in took.items()}


def test_points(network: Reader, task: Task, settings: Settings) -> list[float]:
    """Accuracy at each of the task's points, in their order. The sequences are the same for every network."""
    found = []
    for number, point in enumerate(task.points):
        generator = torch.Generator().manual_seed(TEST_SEED + number)
        found.append(accuracy(network, point.draw(settings.tested, generator)))
    return found


def run(task: Task, architecture: str, settings: Settings, seed: int, rate: float, choosing: bool) -> dict:
    """One network, trained and tested. A run that only chooses the learning rate is shorter and not tested."""
    torch.manual_seed(seed)
    network = reader(architecture, task, settings)
    steps = settings.choosing_steps if choosing else settings.steps
    record = {"parameters": count_parameters(network)} | train(network, task, seed, rate, steps, settings)
    return record if choosing else record | {"accuracies": test_points(network, task, settings)}


# --- many networks ---


class Log:
    """Finished runs, kept in a file if there is one: a second call goes on after the last run of the first.

    The file's first line holds the settings. Raises ValueError if they were others. A line that a kill cut short is left out.
    """

    def __init__(self, path: Path | None, settings: dict, say: Callable[[str], None] = lambda line: None):
        self.path, self.runs, self.say = path, [], say
        if path and path.exists():
            first, *lines = path.read_text(encoding="utf-8").splitlines()
            if json.loads(first) != json.loads(json.dumps(settings)):
                raise ValueError(f"{path} holds runs with other settings; move it away, or go on with those")
            self.runs = [json.loads(line) for line in lines if line.endswith("}")]
        elif path:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(settings), encoding="utf-8")

    def once(self, key: dict, make: Callable[[], dict]) -> dict:
        """The run of this key, made if there is none yet."""
        found = next((run for run in self.runs if key.items() <= run.items()), None)
        if found is None:
            found = key | make()
            self.runs.append(found)
            if self.path:
                with open(self.path, "a", encoding="utf-8") as file:
                    file.write("\n" + json.dumps(found))  # the line break first: a line cut short spoils no other
            self.say(f"{key}: {found['held_out']:.3f} after {found['steps']} steps")
        return found


def over_seeds(key: dict, make: Callable[[int, float, bool], dict], settings: Settings, log: Log) -> list[dict]:
    """One run a seed, with the learning rate that did best in short runs on a seed that does not count.

    Best is the highest held-out accuracy; of those that were enough, the soonest.
    """

    def once(seed: int, rate: float, choosing: bool) -> dict:
        own = {"seed": seed, "learning_rate": rate, "choosing": choosing}
        return log.once(key | own, lambda: make(seed, rate, choosing))

    rates = settings.learning_rates
    if len(rates) > 1:
        tried = [once(settings.choosing_seed, rate, True) for rate in rates]
        rates = [max(tried, key=lambda run: (min(run["held_out"], settings.enough), -run["steps"]))["learning_rate"]]
    return [once(seed, rates[0], False) for seed in settings.seeds]


def sweep(settings: Settings, log: Log, tasks: tuple[Task, ...] = TASKS) -> list[dict]:
    """One row a point and architecture, over the seeds."""
    rows = []
    for task in tasks:
        for architecture in ARCHITECTURES:
            key = {"task": task.name, "architecture": architecture}
            runs = over_seeds(key, partial(run, task, architecture, settings), settings, log)
            network, cost = reader(architecture, task, settings), effort(runs, settings)
            for number, point in enumerate(task.points):
                found = [each["accuracies"][number] for each in runs]
                rows.append(key | point_row(task, network, point, found) | cost)
    return rows


def bits_shown(accuracy: float, answers: int) -> float:
    """Bits that a state must hold about one of `answers` equally likely symbols to name it this often; no less will do.

    The rate-distortion function of a uniform source, with the share of errors as distortion (Cover & Thomas 2006, chapter 10).
    """
    wrong = 1 - accuracy
    if accuracy <= 1 / answers:
        return 0.0
    doubt = -sum(share * math.log2(share) for share in (accuracy, wrong) if share > 0)
    return max(0.0, math.log2(answers) - doubt - wrong * math.log2(answers - 1))


def unbound_accuracy(held: int, answers: int) -> float:
    """What naming the commonest symbol earns, for who knows which ones are held but not whose: E[greatest count] / held.

    k!/Vᵏ · [xᵏ] (Σ xʲ/j! for j ≤ m)ⱽ is the share of draws in which no symbol comes more than m times.
    """

    def at_most(most: int) -> float:
        powers = np.polynomial.polynomial.polypow([1 / math.factorial(j) for j in range(most + 1)], answers)
        return powers[held] * math.factorial(held) / answers**held if len(powers) > held else 0.0

    return sum(1 - at_most(most) for most in range(held)) / held


def point_row(task: Task, network: Reader, point: Point, found: list[float]) -> dict:
    """What was measured at a point, beside what it takes.

    floor_bits: that the state must hold to answer without error whatever is asked, floor_floats the same in 32-bit numbers
    filled to the last bit; shown_bits: that it must at least hold to have answered what was asked as well as it did.
    unbound: see unbound_accuracy; None for parity, where one bit is held and there is nothing to mix up.
    """
    low, median, high = quartiles(found)
    floor = point.held * math.log2(task.answers)
    return {
        "parameters": count_parameters(network),
        "axis": point.axis,
        point.axis: point.value,
        "in_range": point.in_range,
        "accuracy_median": median,
        "accuracy_quartiles": [low, high],
        "accuracies": found,
        "chance": 1 / task.answers,
        "unbound": unbound_accuracy(point.held, task.answers) if point.axis != "length" else None,
        "state_floats": state_floats(network, point.read),
        "state_bits": 32 * state_floats(network, point.read),
        "floor_bits": floor,
        "floor_floats": floor / 32,
        "shown_bits": point.asked * bits_shown(median, task.answers),
    }


def effort(runs: list[dict], settings: Settings) -> dict:
    """Over the seeds of one task and architecture: what training took, and how many did not learn it."""
    return {
        "seeds": len(runs),
        "failures": sum(r["held_out"] < settings.learned for r in runs),
        "learning_rate": runs[0]["learning_rate"],
        "steps_median": quartiles([r["steps"] for r in runs])[1],
        "tokens_median": quartiles([r["tokens"] for r in runs])[1],
        "seconds_median": quartiles([r["seconds"] for r in runs])[1],
        "cpu_seconds_median": quartiles([r["cpu_seconds"] for r in runs])[1],
    }


def quartiles(values: list[float]) -> tuple[float, float, float]:
    """First quartile, median, third quartile, linear between the values."""
    return tuple(np.quantile(values, [0.25, 0.5, 0.75]).tolist())


def machine() -> dict:
    """What the seconds depend on; nothing else here does. load: others' work at the end, in runnable processes."""
    return {
        "device_name": processor_name(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def document(command: str, settings: dict, rows: list[dict], log: Log) -> dict:
    """seconds went by while others used the processor too; cpu_seconds is what the runs took of it."""
    spent = {key: round(sum(run[key] for run in log.runs), 1) for key in ("seconds", "cpu_seconds")}
    return (
        {"command": command, "machine": machine()} | spent | {"settings": settings, "results": rows, "runs": log.runs}
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
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
